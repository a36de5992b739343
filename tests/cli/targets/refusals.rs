//! What is not accepted, each without its value.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::run;
use crate::env::{Run, TestEnv};

#[test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
fn a_wrong_url_is_refused_without_repeating_it() {
    let env = TestEnv::new();
    for (db, message) in [
        ("mysql://s3cret/shop", "the scheme of the URL is not supported."),
        ("postgres+s3cret://h/shop", "the scheme of the URL is not supported."),
        ("host=db dbname=s3cret", "connection strings of the form NAME=VALUE are not supported."),
        (" dbname = s3cret", "connection strings of the form NAME=VALUE are not supported."),
        ("postgres:s3cret", "a URL has two slashes after the colon, as in postgres://USER@HOST/DATABASE."),
        ("sqlite://s3cret", "an sqlite URL has three slashes"),
        ("sqlite://", "a database in memory is not supported."),
        ("sqlite:///:memory:", "a database in memory is not supported."),
        ("sqlite:///s3cret%", "the path in the URL has an invalid percent-encoding."),
        ("sqlite:///s3cret%00", "the path in the URL is not valid UTF-8, or has a NUL character."),
        ("sqlite:///s3cret%aa", "the path in the URL is not valid UTF-8, or has a NUL character."),
        ("sqlite:///s3cret?mode=ro", "parameter 1 of the URL is unknown."),
        ("postgres://ann@s3cret,s3cret/shop", "several hosts are not supported."),
        ("postgres://ann@s3cret%2Cs3cret/shop", "several hosts are not supported."),
        ("postgres:///?host=s3cret,s3cret", "several hosts are not supported."),
        ("postgres://ann@db:s3cret/shop", "port in the URL must be a number from 1 to 65535."),
        ("postgres://ann@db:65536/shop", "port in the URL must be a number from 1 to 65535."),
        ("postgres://ann@db:0/shop", "port in the URL must be a number from 1 to 65535."),
        ("postgres://ann@db:+1/shop", "port in the URL must be a number from 1 to 65535."),
        ("postgres://ann@::1/s3cret", "an IPv6 address in the URL is written in brackets"),
        ("postgres://ann@[::1/s3cret", "an IPv6 address in the URL is written in brackets"),
        ("postgres://ann@[::1]x/s3cret", "an IPv6 address in the URL is written in brackets"),
        ("postgres://ann@[s3cret]/shop", "an IPv6 address in the URL is written in brackets"),
        ("postgres://ann@[s:3:cret]/shop", "host in the URL must be a host name"),
        ("postgres://ann@s3%20cret/shop", "host in the URL must be a host name"),
        ("postgres://ann@%40s3cret/shop", "host in the URL is an abstract socket"),
        ("postgres://ann@db/s3%cret", "the dbname in the URL has an invalid percent-encoding."),
        ("postgres://s3%ffcret@db/shop", "the user in the URL is not valid UTF-8, or has a NUL character."),
        ("postgres://s3%00cret@db/shop", "the user in the URL is not valid UTF-8, or has a NUL character."),
        ("postgres://ann@db/shop/s3cret", "the URL has a slash in an ambiguous position."),
        ("postgres://ann@db/shop@s3cret", "the URL has an @ in an ambiguous position."),
        ("postgres://ann@b@s3cret/shop", "the URL has an @ in an ambiguous position."),
        ("postgres://ann@db/shop#s3cret", "the URL has # in an ambiguous position."),
        ("postgres://ann@db/shop\ns3cret", "the URL contains a control character"),
        ("postgres://ann@db/shop?s3cret", "parameter 1 of the URL must be of the form NAME=VALUE."),
        ("postgres://ann@db/shop?port=1&s3cret=x", "parameter 2 of the URL is unknown."),
        ("postgres://ann@db/shop?sslmod=s3cret", "parameter 1 of the URL is unknown. Did you mean sslmode?"),
        ("postgres://ann@db/shop?port=1&port=2", "port occurs twice in the URL."),
        ("postgres://ann@db/shop?hostaddr=192.0.2.7", "host in the URL and hostaddr in the URL are both set"),
        ("postgres://ann@db/shop?sslmode=s3cret", "sslmode in the URL must be disable, allow"),
        ("postgres://ann@db/shop?channel_binding=s3cret", "channel_binding in the URL must be disable"),
        ("postgres://ann@db/shop?connect_timeout=s3cret", "connect_timeout in the URL must be a whole"),
        ("postgres://ann@db/shop?options=s3cret", "options in the URL must be of the form"),
        (
            "postgres://ann@db/shop?options=-crole%3Ds3cret",
            "options in the URL may set the search_path only.",
        ),
        ("postgres://ann@db/shop?sslcert=s3cret", "sslcert in the URL is not supported: client certificates"),
        ("postgres://ann@db/shop?require_auth=s3cret", "require_auth in the URL is not supported: authctl"),
        (
            "postgres://ann@db/shop?target_session_attrs=s3cret",
            "target_session_attrs in the URL must be any or",
        ),
        (
            "postgres://ann@db/shop?sslnegotiation=direct",
            "sslnegotiation in the URL must be postgres: direct",
        ),
        (
            "postgres://ann@db/shop?assume_role=s3cret",
            "assume_role in the URL is not supported: authctl cannot",
        ),
        ("postgres://ann@db/shop?ssl=s3cret", "parameter 1 of the URL is unknown."),
        ("env:", "env: must be followed by the name of a variable"),
        ("env:s3cret-x", "env: must be followed by the name of a variable"),
        ("env:postgres://s3cret@db", "env: must be followed by the name of a variable"),
        ("env:NOT_SET", "the variable NOT_SET is not set, or empty."),
        ("env:EMPTY", "the variable EMPTY is not set, or empty."),
        ("env:NESTED", "NESTED: its value must be a path or a URL, not another env:."),
        ("env:WRONG", "WRONG: port in the URL must be a number from 1 to 65535."),
    ] {
        let variables =
            [("EMPTY", ""), ("NESTED", "env:s3cret"), ("WRONG", "postgres://ann:s3cret@h:s3cret")];
        for (arguments, by_variable) in [(&["--db", db][..], None), (&[], Some(("AUTHCTL_DB", db)))] {
            let variables: Vec<(&str, &str)> = variables.into_iter().chain(by_variable).collect();
            for command in ["list-users", "init"] {
                let run = run(&env, &variables, &[&[command], arguments].concat()).ends_with(2);
                let source = if by_variable.is_some() { "AUTHCTL_DB" } else { "--db" };
                let message = format!("error: {source}: {message}");
                assert!(run.stderr.starts_with(&message), "{db:?}: {}", run.stderr);
                assert!(!run.stderr.contains("s3cret"), "{db:?}: {}", run.stderr);
                assert_eq!(run.stderr.trim_end().lines().count(), 1, "{}", run.stderr);
            }
        }
    }
    assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn a_url_that_is_not_text_is_refused() {
    let env = TestEnv::new();
    let mut command = env.command();
    command.args(["list-users", "--db"]).arg(OsStr::from_bytes(b"postgres://ann@db/\xff"));
    let run = Run::of(command.output().unwrap()).ends_with(2);
    assert!(run.stderr.contains("--db: the URL is not valid UTF-8."), "{}", run.stderr);
    let mut command = env.command();
    command.args(["list-users", "--db", "postgres://db"]).env("PGUSER", OsStr::from_bytes(b"\xff"));
    let run = Run::of(command.output().unwrap()).ends_with(2);
    assert!(run.stderr.contains("--db: PGUSER is not valid UTF-8."), "{}", run.stderr);
}

#[test]
fn faults_of_the_configuration_name_the_file() {
    let env = TestEnv::new();
    let path = env.path("authctl.toml").canonicalize().unwrap_or_else(|_| env.path("authctl.toml"));
    for (config, message) in [
        ("db = \"postgres://ann@db/shop?s3cret\"", ", line 1, column 6: db: parameter 1 of the URL must be"),
        ("db = \"\"", ", line 1, column 6: db: the path or URL is empty."),
        ("db = \"env:\"", ", line 1, column 6: db: env: must be followed"),
        ("db = \"postgres://ann@db:s3cret/shop\"", ": db: port in the URL must be a number"),
        ("db = \"env:NOT_SET\"", ": db: the variable NOT_SET is not set, or empty."),
        ("[database]\nschema = \"\"", ", line 2, column 10: database.schema must not name an empty schema."),
        (
            "[database]\nschema = 7",
            ", line 2, column 10: database.schema must be a string or a list of strings.",
        ),
        (
            "[database]\nschema = [\"acme\", 7]",
            ", line 2, column 10: database.schema must be a string or a list of strings.",
        ),
        ("[database]\nschema = []", ", line 2, column 10: database.schema must not name an empty schema."),
    ] {
        env.write("authctl.toml", config);
        let run = run(&env, &[], &["list-users", "--format", "json"]).ends_with(2);
        let error = run.error();
        assert_eq!(error["code"], "config");
        let shown = error["message"].as_str().unwrap();
        assert!(shown.starts_with(&format!("{}{message}", path.display())), "{config}: {shown}");
        assert!(!shown.contains("s3cret"), "{config}: {shown}");
    }
}
