//! libpq's variables, service files and password files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{options, options_with, run};
use crate::env::{TestEnv, fifo};

const EMPTY: [&str; 2] = ["--db", "postgres://"];

#[test]
fn what_the_url_leaves_out_comes_from_the_environment() {
    let env = TestEnv::new();
    let variables = [
        ("PGHOST", "db"),
        ("PGPORT", "6000"),
        ("PGUSER", "ann"),
        ("PGDATABASE", "shop"),
        ("PGPASSWORD", "s3cret"),
        ("PGOPTIONS", "-c search_path=acme"),
        ("PGSSLMODE", "require"),
        ("PGAPPNAME", "tool"),
        ("PGCONNECT_TIMEOUT", "5"),
    ];
    assert_eq!(
        options_with(&env, &variables, &EMPTY),
        "--schema=acme --dbname=postgresql://ann@db:6000/shop?sslmode=require"
    );
    assert_eq!(
        options_with(&env, &variables, &["--db", "postgres://bob@other:7000/x?sslmode=prefer"]),
        "--schema=acme --dbname=postgresql://bob@other:7000/x"
    );
    let empty = variables.map(|(name, _)| (name, ""));
    assert_eq!(options_with(&env, &empty, &["--db", "postgres://ann@db"]), options("postgres://ann@db"));
    assert_eq!(
        options_with(&env, &[("PGHOST", "/run/pg"), ("PGUSER", "ann")], &EMPTY),
        "--dbname=postgresql://ann@%2Frun%2Fpg:5432/ann"
    );
    assert_eq!(
        options_with(&env, &[("PGHOSTADDR", "::1"), ("PGUSER", "ann")], &EMPTY),
        "--dbname=postgresql://ann@[::1]:5432/ann"
    );
}

#[test]
fn without_a_word_it_is_the_users_database_on_this_machine() {
    let user = std::process::Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap().trim().to_owned();
    let folders = ["/var/run/postgresql", "/run/postgresql", "/tmp"];
    let folder = folders.into_iter().find(|folder| fs::exists(format!("{folder}/.s.PGSQL.5432")).unwrap());
    let host = folder.map_or("localhost".into(), |folder| folder.replace('/', "%2F"));
    let expected = format!("--dbname=postgresql://{user}@{host}:5432/{user}");
    assert_eq!(options_with(&TestEnv::new(), &[], &EMPTY), expected);
}

#[test]
fn variables_that_are_not_supported_are_refused_by_name() {
    let env = TestEnv::new();
    for (name, value, message) in [
        ("PGPORT", "s3cret", "PGPORT must be a number from 1 to 65535."),
        ("PGPORT", "0", "PGPORT must be a number from 1 to 65535."),
        ("PGHOST", "s3cret,s3cret", "several hosts are not supported."),
        ("PGHOST", "@s3cret", "PGHOST is an abstract socket, which is not supported."),
        (
            "PGSSLMODE",
            "s3cret",
            "PGSSLMODE must be disable, allow, prefer, require, verify-ca or verify-full.",
        ),
        ("PGCONNECT_TIMEOUT", "s3cret", "PGCONNECT_TIMEOUT must be a whole number of seconds."),
        ("PGOPTIONS", "-c role=s3cret", "PGOPTIONS may set the search_path only."),
        ("PGOPTIONS", "-c search_path=s3cret,", "PGOPTIONS must not name an empty schema"),
        ("PGCHANNELBINDING", "s3cret", "PGCHANNELBINDING must be disable, prefer or require."),
        ("PGREQUIREPEER", "s3cret", "PGREQUIREPEER is not supported: authctl cannot check the owner"),
        ("PGREQUIREAUTH", "s3cret", "PGREQUIREAUTH is not supported: authctl cannot require"),
        ("PGSSLCRL", "s3cret", "PGSSLCRL is not supported: revocation lists are not supported."),
        ("PGGSSENCMODE", "require", "PGGSSENCMODE must be disable or prefer: GSSAPI is not supported."),
    ] {
        let run = run(&env, &[(name, value), ("PGUSER", "ann")], &["list-users", "--db", "postgres://"]);
        let run = run.ends_with(2);
        assert!(run.stderr.contains(message), "{name}: {}", run.stderr);
        assert!(!run.stderr.contains("s3cret"), "{name}: {}", run.stderr);
        // A file has no use for them.
        env.run_with_env(&[(name, value)], ["list-users"]).ends_with(9);
    }
    let address = [("PGHOSTADDR", "192.0.2.7")];
    let run = run(&env, &address, &["list-users", "--db", "postgres://ann@db"]).ends_with(2);
    assert!(run.stderr.contains("host in the URL and PGHOSTADDR are both set"), "{}", run.stderr);
}

#[test]
fn a_service_completes_the_url_before_the_environment() {
    let env = TestEnv::new();
    let text = "# services\n[other]\nhost=no\n\n  [shop]\nhost=db\nport=6000\n# dbname=no\nuser=ann\nport=1\n\
                password=s3cret\noptions=-csearch_path=acme\n[last]\nhost=no\n";
    let path = env.write(".pg_service.conf", text);
    let expected = "--schema=acme --dbname=postgresql://ann@db:6000/shop";
    let environment = [("PGHOST", "no"), ("PGDATABASE", "shop")];
    let by_variable = [environment[0], environment[1], ("PGSERVICE", "shop")];
    assert_eq!(options_with(&env, &environment, &["--db", "postgres:///?service=shop"]), expected);
    assert_eq!(options_with(&env, &by_variable, &EMPTY), expected);
    assert_eq!(
        options_with(&env, &by_variable, &["--db", "postgres://other"]),
        "--schema=acme --dbname=postgresql://ann@other:6000/shop"
    );
    // The system's file is read if the user's has no such service.
    fs::rename(&path, env.path("pg_service.conf")).unwrap();
    env.write(".pg_service.conf", "[mine]\nhost=mine\n");
    assert_eq!(options_with(&env, &by_variable, &EMPTY), expected);
    // A named file takes the place of the user's.
    fs::rename(env.path("pg_service.conf"), env.path("named")).unwrap();
    let named = [by_variable[1], by_variable[2], ("PGSERVICEFILE", "named")];
    assert_eq!(options_with(&env, &named, &EMPTY), expected);
    let parameter = "postgres:///shop?service=shop&servicefile=named";
    assert_eq!(options_with(&env, &[], &["--db", parameter]), expected);
}

#[test]
fn faults_of_a_service_file_name_the_line() {
    let env = TestEnv::new();
    for (line, message) in [
        ("s3cret", "pg_service.conf, line 3, must be of the form NAME=VALUE."),
        ("s3cret=1", "pg_service.conf, line 3, has an unknown parameter."),
        ("service=s3cret", "pg_service.conf, line 3, refers to another service"),
        ("ldap://s3cret", "pg_service.conf, line 3, looks up the connection in LDAP"),
        ("port=s3cret", "port in ENV/.pg_service.conf, line 3, must be a number from 1 to 65535."),
        ("sslcert=s3cret", "sslcert in ENV/.pg_service.conf, line 3, is not supported: client certificates"),
    ] {
        env.write(".pg_service.conf", &format!("[shop]\nuser=ann\n{line}\n"));
        let run = run(&env, &[], &["list-users", "--db", "postgres:///?service=shop"]).ends_with(2);
        let message = message.replace("ENV/", &env.path("").display().to_string());
        assert!(run.stderr.contains(&message), "{line}: {}", run.stderr);
        assert!(!run.stderr.contains("s3cret"), "{line}: {}", run.stderr);
    }
    let missing = run(&env, &[("PGSERVICE", "s3cret")], &["list-users", "--db", "postgres://"]).ends_with(2);
    assert!(
        missing.stderr.contains("no service file defines the service of PGSERVICE."),
        "{}",
        missing.stderr
    );
    assert!(missing.stderr.contains(".pg_service.conf and "), "{}", missing.stderr);
    let named = [("PGSERVICE", "shop"), ("PGSERVICEFILE", "nowhere")];
    let missing = run(&env, &named, &["list-users", "--db", "postgres://"]).ends_with(2);
    assert!(missing.stderr.contains("the service file nowhere cannot be read: "), "{}", missing.stderr);
}

#[test]
fn a_password_file_that_others_can_read_is_ignored_with_a_warning() {
    let env = TestEnv::new();
    let path = env.write(".pgpass", "db:*:*:ann:s3cret\n");
    let warned = |variables: &[(&str, &str)], db: &str| {
        let run = run(&env, variables, &["backup", "copy", "--db", db]).ends_with(2);
        assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
        run.stderr.lines().find(|line| line.starts_with("warning: ")).map(str::to_owned)
    };
    let url = "postgres://ann@db/shop";
    for mode in [0o600, 0o400] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(warned(&[], url), None);
    }
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let shown = path.display();
        let reason = format!("other users can access it (mode {mode:o}). Run `chmod 600 {shown}`.");
        let warning = format!("warning: The password file {shown} was ignored: {reason}");
        assert_eq!(warned(&[], url), Some(warning));
    }
    // It is not needed if the password is known.
    assert_eq!(warned(&[("PGPASSWORD", "s3cret")], url), None);
    assert_eq!(warned(&[("DB", "postgres://ann:s3cret@db/shop")], "env:DB"), None);
    let named = env.path("named");
    let named = named.to_str().unwrap();
    assert_eq!(warned(&[("PGPASSFILE", named)], url), None);
    fifo(&env.path("named"), 0o600);
    let warning = format!("warning: The password file {named} was ignored: it is not a regular file.");
    assert_eq!(warned(&[("PGPASSFILE", named)], url), Some(warning.clone()));
    assert_eq!(warned(&[], "postgres://ann@db/shop?passfile=named"), Some(warning));
}
