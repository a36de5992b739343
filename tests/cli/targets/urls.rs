//! Every spelling of a URL.

use super::{options, options_with, run};
use crate::env::TestEnv;

#[test]
fn every_spelling_of_a_server_is_read() {
    for (db, url) in [
        ("postgres://ann@db.example.com/shop", "ann@db.example.com:5432/shop"),
        ("postgresql://ann@db/shop", "ann@db:5432/shop"),
        ("postgis://ann@db/shop", "ann@db:5432/shop"),
        ("pgsql://ann@db/shop", "ann@db:5432/shop"),
        ("timescale://ann@db/shop", "ann@db:5432/shop"),
        ("psql://ann@db/shop", "ann@db:5432/shop"),
        ("PostgreSQL://ann@db/shop", "ann@db:5432/shop"),
        ("postgres://ann@db:6000/shop", "ann@db:6000/shop"),
        ("postgres://ann@db:/shop", "ann@db:5432/shop"),
        ("postgres://ann:@db/shop", "ann@db:5432/shop"),
        ("postgres://ann@192.0.2.7/shop", "ann@192.0.2.7:5432/shop"),
        ("postgres://ann@[2001:db8::1]/shop", "ann@[2001:db8::1]:5432/shop"),
        ("postgres://ann@[::1]:6000/shop", "ann@[::1]:6000/shop"),
        ("postgres://ann@[fe80::1%25eth0]/shop", "ann@[fe80::1%25eth0]:5432/shop"),
        ("postgres://ann@%2Frun%2Fpg:6000/shop", "ann@%2Frun%2Fpg:6000/shop"),
        ("postgres://ann@/shop?host=/run/pg", "ann@%2Frun%2Fpg:5432/shop"),
        ("postgres:///?host=db&port=6000&dbname=shop&user=ann", "ann@db:6000/shop"),
        ("postgres://bob@other:7/x?host=db&port=6000&dbname=shop&user=ann", "ann@db:6000/shop"),
        ("postgres://ann@/shop?hostaddr=192.0.2.7", "ann@192.0.2.7:5432/shop"),
        ("postgres://ann@db?dbname=shop", "ann@db:5432/shop"),
        ("postgres://ann@db/?&dbname=shop&", "ann@db:5432/shop"),
        ("postgres://a%40b%3Ac@db/my%2Fshop%20%C3%A9", "a%40b%3Ac@db:5432/my%2Fshop%20%C3%A9"),
        ("postgres://ann@db", "ann@db:5432/ann"),
        ("postgres://ann@db/", "ann@db:5432/ann"),
    ] {
        assert_eq!(options(db), format!("--dbname=postgresql://{url}"), "{db}");
    }
}

#[test]
fn parameters_that_change_nothing_are_accepted() {
    let parameters = [
        "application_name=shop",
        "fallback_application_name=shop",
        "connect_timeout=3",
        "connect_timeout=0",
        "client_encoding=utf8",
        "keepalives=1",
        "keepalives_idle=60",
        "tcp_user_timeout=5",
        "channel_binding=prefer",
        "gssencmode=prefer",
        "target_session_attrs=any",
        "load_balance_hosts=disable",
        "ssl_min_protocol_version=TLSv1.2",
        "sslcert=",
        "conn_max_age=600",
        "CONN_HEALTH_CHECKS=True",
        "disable_server_side_cursors=true",
    ];
    for parameter in parameters {
        let db = format!("postgres://ann@db/shop?{parameter}");
        assert_eq!(options(&db), "--dbname=postgresql://ann@db:5432/shop", "{db}");
    }
}

#[test]
fn a_search_path_is_the_schema() {
    for (parameter, schema) in [
        ("options=-csearch_path=acme", "acme"),
        ("options=-csearch_path%3Dacme", "acme"),
        ("options=-c%20search_path%3DAcme", "acme"),
        ("options=--search_path%3D%22Acme%22", "\"Acme\""),
        ("options=-c%20client_min_messages%3Derror%20-csearch_path%3Dacme", "acme"),
        ("currentSchema=acme", "acme"),
        ("currentSchema=Acme", "acme"),
        ("options=-csearch_path%3Dacme,public", "acme --schema=public"),
        ("currentSchema=acme,%20%22Of%20All%22", "acme --schema=\"Of All\""),
    ] {
        let found = options(&format!("postgres://ann@db/shop?{parameter}"));
        assert_eq!(found, format!("--schema={schema} --dbname=postgresql://ann@db:5432/shop"), "{parameter}");
    }
}

#[test]
fn the_url_decides_the_schema_then_the_file_then_the_environment() {
    let env = TestEnv::new();
    env.write("authctl.toml", "[database]\nschema = \"Of File\"\n");
    let (url, path) = ("postgres://ann@db/shop", "?options=-csearch_path%3Dof_url");
    let variables = [("PGOPTIONS", "-c search_path=of_environment")];
    let dbname = "--dbname=postgresql://ann@db:5432/shop";
    let found = options_with(&env, &variables, &["--db", &format!("{url}{path}")]);
    assert_eq!(found, format!("--schema=of_url {dbname}"));
    assert_eq!(options_with(&env, &variables, &["--db", url]), format!("--schema=\"Of File\" {dbname}"));
    env.write("authctl.toml", "");
    assert_eq!(options_with(&env, &variables, &["--db", url]), format!("--schema=of_environment {dbname}"));
    assert_eq!(options_with(&env, &[], &["--db", url]), dbname);
}

#[test]
fn the_command_for_a_backup_can_be_copied_into_a_shell() {
    let env = TestEnv::new();
    let db = "postgres://ann@db.example.com/shop?sslmode=require&options=-csearch_path%3D%22MyShop%22";
    let run = run(&env, &[], &["backup", "my copy", "--force", "--db", db]).ends_with(2);
    assert_eq!(
        run.stderr,
        "error: db.example.com/shop is on a PostgreSQL server, which has its own program for backups. Run `pg_dump \
         --format=custom --file='my copy' --schema='\"MyShop\"' \
         --dbname='postgresql://ann@db.example.com:5432/shop?sslmode=require'`. It reads the password from PGPASSWORD \
         or ~/.pgpass, or asks for it.\n"
    );
    assert!(!env.path("my copy").exists());
}

#[test]
fn the_option_goes_before_the_variable_and_the_file() {
    let env = TestEnv::new();
    env.write("authctl.toml", "db = \"postgres://ann@file/shop\"\n");
    let variables =
        [("AUTHCTL_DB", "postgres://ann@variable/shop"), ("DATABASE_URL", "postgres://ann@no/no")];
    let dbname = |host: &str| format!("--dbname=postgresql://ann@{host}:5432/shop");
    let argument = ["--db", "postgres://ann@argument/shop"];
    assert_eq!(options_with(&env, &variables, &argument), dbname("argument"));
    assert_eq!(options_with(&env, &variables, &[]), dbname("variable"));
    assert_eq!(options_with(&env, &variables[1..], &[]), dbname("file"));
}

#[test]
fn a_variable_is_read_only_where_it_is_named() {
    let env = TestEnv::new();
    let variables = [("DATABASE_URL", "postgres://ann:pw@db/shop"), ("SQLITE", "sqlite:///a%20b.sqlite3")];
    let dbname = "--dbname=postgresql://ann@db:5432/shop";
    assert_eq!(options_with(&env, &variables, &["--db", "env:DATABASE_URL"]), dbname);
    let by_variable = [variables[0], ("AUTHCTL_DB", "env:DATABASE_URL")];
    assert_eq!(options_with(&env, &by_variable, &[]), dbname);
    env.write("authctl.toml", "db = \"env:DATABASE_URL\"\n");
    assert_eq!(options_with(&env, &variables, &[]), dbname);
    env.write("authctl.toml", "");
    assert!(run(&env, &variables, &["list-users"]).ends_with(9).stderr.contains("db.sqlite3 does not exist"));
    let run = run(&env, &variables, &["list-users", "--db", "env:SQLITE"]).ends_with(9);
    assert!(run.stderr.contains(&format!("{} does not exist", env.path("a b.sqlite3").display())));
}
