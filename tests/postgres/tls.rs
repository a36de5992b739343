//! Encryption as `sslmode` asks for it, and the schema of a project.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::env::Run;
use crate::postgres::Cluster;
use crate::site::{Site, wait_until};

/// A server whose certificate is for another name.
fn misnamed() -> &'static Cluster {
    static SERVER: OnceLock<Cluster> = OnceLock::new();
    SERVER.get_or_init(|| {
        let cluster = Cluster::start();
        let folder = cluster.server.folder.join("data");
        authority(&folder, "other");
        let openssl = |arguments: &[&str]| {
            let done = Command::new("openssl").args(arguments).current_dir(&folder).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        openssl(&["req", "-new", "-key", "server.key", "-subj", "/CN=elsewhere", "-out", "other.csr"]);
        fs::write(folder.join("other.ext"), "subjectAltName = DNS:elsewhere.example\n").unwrap();
        openssl(&[
            "x509",
            "-req",
            "-in",
            "other.csr",
            "-CA",
            "other.crt",
            "-CAkey",
            "other.key",
            "-CAcreateserial",
            "-extfile",
            "other.ext",
            "-days",
            "30",
            "-out",
            "elsewhere.crt",
        ]);
        let set = "ALTER SYSTEM SET ssl_cert_file = 'elsewhere.crt'";
        cluster.psql_as(&cluster.server.admin, "postgres", set);
        cluster.control("restart");
        cluster
    })
}

/// Makes an authority: `NAME.crt` and `NAME.key` in the folder.
fn authority(folder: &Path, name: &str) {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.crt"));
    let made = Command::new("openssl")
        .args(["req", "-new", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .args(["-days", "30", "-subj", "/CN=other", "-keyout", &key, "-out", &certificate])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn run(site: &Site, cluster: &Cluster, parameters: &str) -> Run {
    let (server, database) = (&cluster.server, &site.database.name);
    let url = format!("postgres://{}@localhost:{}/{database}?{parameters}", server.user, server.port);
    site.run_with_env(&[("AUTHCTL_DB", &url), ("PGPASSWORD", &server.password)], ["list-users"])
}

#[test]
fn every_mode_verifies_what_it_promises() {
    let site = Site::new();
    let cluster = Cluster::shared();
    let good = cluster.server.ca.display().to_string();
    authority(&site.path(""), "wrong");
    let wrong = site.path("wrong.crt").display().to_string();
    // Without a file, and with the right and the wrong authority.
    for (mode, codes) in [
        ("disable", [0, 0, 0]),
        ("allow", [0, 0, 0]),
        ("prefer", [0, 0, 0]),
        ("require", [0, 0, 9]),
        ("verify-full", [9, 0, 9]),
        ("verify-ca", [2, 0, 9]),
    ] {
        for (root, code) in [None, Some(&good), Some(&wrong)].into_iter().zip(codes) {
            let root = root.map_or(String::new(), |root| format!("&sslrootcert={root}"));
            let run = run(&site, cluster, &format!("sslmode={mode}{root}"));
            assert_eq!(run.code, code, "{mode} {root}: {}", run.stderr);
            if code == 9 {
                assert!(run.stderr.contains("the server's certificate is not accepted: "), "{}", run.stderr);
            }
        }
    }
}

#[test]
fn only_verify_full_verifies_the_name() {
    let cluster = misnamed();
    let site = Site::on(cluster);
    let root = cluster.server.folder.join("data/other.crt");
    let root = root.display();
    run(&site, cluster, &format!("sslmode=verify-ca&sslrootcert={root}")).succeeds();
    let run = run(&site, cluster, &format!("sslmode=verify-full&sslrootcert={root}")).ends_with(9);
    assert!(run.stderr.contains("not valid for name"), "{}", run.stderr);
}

#[test]
fn connections_are_encrypted_as_the_mode_says() {
    let site = Site::new();
    let cluster = Cluster::shared();
    let server = &cluster.server;
    site.run(["register", "meg", "--no-password"]).succeeds();
    for (host, mode, is_encrypted) in [
        ("localhost", "disable", "f"),
        ("localhost", "allow", "f"),
        ("localhost", "prefer", "t"),
        ("localhost", "require", "t"),
        (server.folder.to_str().unwrap(), "require", "f"),
    ] {
        let mut holder = cluster.start_psql(&server.user, &site.database.name);
        let stdin = holder.stdin.as_mut().unwrap();
        std::io::Write::write_all(stdin, b"BEGIN; SELECT 1 /* holder */ FROM auth_user FOR UPDATE;\n")
            .unwrap();
        site.wait_for_query("holder", "ClientRead");
        let url = format!(
            "postgres://{}:{}@{}:{}/{}?sslmode={mode}",
            server.user,
            server.password,
            host.replace('/', "%2F"),
            server.port,
            site.database.name
        );
        let mut command = site.command();
        command.args(["edit-user", "meg", "--inactive", "--busy-timeout", "60"]).env("AUTHCTL_DB", url);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let sql = "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
                   WHERE a.datname = current_database() AND a.application_name = 'authctl'";
        let mut found = Vec::new();
        wait_until("authctl is connected", || {
            found = site.psql(sql);
            !found.is_empty()
        });
        assert_eq!(found, [is_encrypted], "{host} {mode}");
        drop(holder.stdin.take());
        holder.wait().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn the_schema_chooses_the_tenant_and_the_password_is_stored_nowhere() {
    let site = Site::new();
    // The second tenant's name has capitals and quotation marks.
    let dump = |schema: &str| {
        format!(
            "CREATE SCHEMA \"{schema}\"; SET search_path = \"{schema}\"; {}",
            fs::read_to_string("tests/fixtures/schemas/postgres/levelup.sql").unwrap()
        )
    };
    site.psql(&dump("acme"));
    site.psql(&dump("Big \"\"Co\"\""));
    let url = site.database.url();
    let settings = fs::read_to_string(site.path("authctl.toml")).unwrap();
    site.write("authctl.toml", &format!("{settings}[database]\nschema = \"acme\"\n"));
    let at = |schema: &str| format!("{url}?options=-csearch_path%3D{schema}");
    site.run(["register", "ann", "--no-password"]).succeeds();
    let big = at("%22Big%5C%20%22%22Co%22%22%22");
    site.run_with_env(&[("AUTHCTL_DB", &big)], ["register", "bob", "--no-password"]).succeeds();
    site.run_with_env(&[("AUTHCTL_DB", &at("public"))], ["register", "carl", "--no-password"]).succeeds();
    let missing = site.run_with_env(&[("AUTHCTL_DB", &at("nowhere"))], ["list-users"]).ends_with(9);
    assert!(missing.stderr.contains("no user table"), "{}", missing.stderr);
    for (schema, name) in [("acme", "ann"), ("\"Big \"\"Co\"\"\"", "bob"), ("public", "carl")] {
        let tables = ["auth_user u", "levelupapi_gamer g", "authtoken_token t"]
            .map(|table| format!("{schema}.{table}"));
        let sql = format!(
            "SELECT username FROM {} JOIN {} ON g.user_id = u.id JOIN {} ON t.user_id = u.id",
            tables[0], tables[1], tables[2]
        );
        assert_eq!(site.psql(&sql), [name]);
    }
    site.run_with_input("wonderland-7", ["set-password", "ann", "--password-stdin"]).succeeds();
    let run = site.run_with_input("wonderland-7", ["login", "ann", "--password-stdin"]).succeeds();
    let sessions = fs::read_to_string(site.state_file()).unwrap();
    assert!(sessions.contains("acme"), "{sessions}");
    for text in [&sessions, &run.stdout, &run.stderr] {
        assert!(!text.contains("only-for-tests"), "{text}");
    }
}
