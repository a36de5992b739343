//! Tests of URLs of every form, without files and variables.

use proptest::prelude::*;

use super::parameters::Parameters;
use super::url::{Spelled, may_contain_password, parse};
use crate::store::target::{ChannelBinding, Host, Server, ServerPassword, SslMode, Target, Tls};

/// What no URL has by chance.
const SECRET: &str = "s3cr";

fn parameters(url: &str) -> Option<Parameters> {
    match parse(url) {
        Ok(Spelled::Server(found)) => Some(found),
        Ok(Spelled::File(path)) => panic!("{url} is the file {}", path.display()),
        Err(_) => None,
    }
}

/// A name of a user, a database or a schema.
fn name() -> impl Strategy<Value = String> {
    "[^\\x00]{1,20}"
}

fn server() -> impl Strategy<Value = Server> {
    let host = prop_oneof![
        "[a-z][a-z0-9.-]{0,20}".prop_map(Host::Name),
        any::<std::net::Ipv6Addr>().prop_map(|address| Host::Name(address.to_string())),
        "/[^\\x00]{0,20}".prop_map(|folder| Host::Socket(folder.into())),
    ];
    (host, 1_u16.., name(), name(), proptest::collection::vec("[^\\x00]{1,15}", 0..3)).prop_map(
        |(host, port, user, database, schemas)| Server {
            host,
            port,
            user,
            password: Some(ServerPassword::new(SECRET.into())),
            database,
            schemas,
            tls: Tls {
                mode: SslMode::VerifyFull,
                root_certificates: Some("/etc/my certs/root&ca.crt".into()),
                channel_binding: ChannelBinding::Require,
            },
            connect_timeout: None,
            application_name: "authctl".into(),
        },
    )
}

/// Asserts that these are the parts of the server that its identity has.
fn assert_parts(found: &Parameters, server: &Server) {
    let value = |name: &str| found.get(name).map(|(value, _)| value.to_owned());
    let host = match &server.host {
        Host::Name(name) => name.clone(),
        Host::Socket(folder) => folder.to_str().expect("text").to_owned(),
    };
    assert_eq!(value("host"), Some(host));
    assert_eq!(value("port"), Some(server.port.to_string()));
    assert_eq!(value("dbname").as_deref(), Some(&*server.database));
    assert_eq!(value("password"), None);
}

proptest! {
    #[test]
    fn a_parser_of_anything_never_panics(text in "\\PC{0,40}|[a:@/?&=%\\[\\],0-9-]{0,20}") {
        for scheme in ["postgres", "sqlite", "mysql"] {
            let _ = parse(&format!("{scheme}://{text}"));
        }
        let _ = may_contain_password(&text);
        let _ = super::check(&text);
    }

    #[test]
    fn a_url_that_is_written_is_read_as_the_same_server(server in server()) {
        let found = parameters(&server.url()).expect("a URL of a server");
        assert_parts(&found, &server);
        let value = |name| found.get(name).map(|(value, _)| value);
        prop_assert_eq!(value("user"), Some(&*server.user));
        prop_assert_eq!(value("channel_binding"), Some("require"));
        if let Host::Name(_) = server.host {
            prop_assert_eq!(value("sslmode"), Some("verify-full"));
            prop_assert_eq!(value("sslrootcert"), Some("/etc/my certs/root&ca.crt"));
        }

        let found = parameters(&server.identity()).expect("a URL of a server");
        assert_parts(&found, &server);
        prop_assert!(found.get("user").is_none());
        let schemas = found.get("options").map(|(options, _)| super::schema::of_options(options));
        let expected = (!server.schemas.is_empty()).then(|| Ok(Some(server.schemas.clone())));
        prop_assert_eq!(schemas, expected);
    }

    #[test]
    fn no_form_of_a_server_shows_the_password(server in server()) {
        let shown = [
            server.url(),
            server.identity(),
            format!("{server} {server:?}"),
            format!("{:?}", Target::Server(Box::new(server))),
        ];
        prop_assert!(!shown.concat().contains(SECRET), "{:?}", shown);
    }

    #[test]
    fn a_pasted_password_is_read_or_refused_but_becomes_no_other_part(
        password in "\\PC{0,12}|[a:@/?&=%#\\[\\],0-9-]{0,12}",
        host in "db(:5432)?(/shop)?([?]sslmode=require)?",
    ) {
        let url = format!("postgres://ann:{SECRET}{password}{SECRET}@{host}");
        prop_assert!(may_contain_password(&url));
        match parse(&url) {
            Err(fault) => prop_assert!(!fault.to_string().contains(SECRET), "{fault}"),
            Ok(Spelled::File(_)) => prop_assert!(false, "a file"),
            Ok(Spelled::Server(found)) => {
                let password = found.get("password").map(|(value, _)| value).unwrap_or_default();
                prop_assert!(password.starts_with(SECRET) && password.ends_with(SECRET));
                for name in ["host", "port", "dbname", "user", "options", "sslmode"] {
                    let value = found.get(name).map(|(value, _)| value).unwrap_or_default();
                    prop_assert!(!value.contains(SECRET), "{name}");
                }
            }
        }
    }
}
