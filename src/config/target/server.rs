//! Completes what a URL says about a server, in libpq's order: the URL, the service, the environment, defaults.

use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::fault::{Origin, TargetFault};
use super::parameters::{Parameters, known};
use super::passfile::{PasswordQuery, SOCKET_FOLDERS, password};
use super::system::{home, user_name};
use super::{schema, service, tls};
use crate::store::target::{DEFAULT_PORT, Host, Server, ServerPassword};

/// The default of `application_name`.
const APPLICATION: &str = "authctl";

/// Completes the parameters of a URL. `default_schemas` are those of the configuration file, and relative paths in the
/// URL count from `folder`.
pub fn complete(
    mut found: Parameters,
    default_schemas: &[String],
    folder: &Path,
    warnings: &mut Vec<String>,
) -> Result<Server, TargetFault> {
    add_service(&mut found, folder)?;
    found.add_environment()?;
    let port = match found.take("port") {
        None => DEFAULT_PORT,
        Some((text, origin)) => {
            let port = text.parse().ok().filter(|port| *port > 0 && !text.starts_with('+'));
            port.ok_or_else(|| {
                let hint = match origin {
                    Origin::Url(_) => ". In a password, percent-encode all special characters",
                    Origin::Service(..) | Origin::Variable(_) => "",
                };
                origin.fault(format!("must be a number from 1 to 65535{hint}"))
            })?
        }
    };
    let host = host(&mut found, port)?;
    let user = match found.take("user") {
        Some((user, _)) => user,
        None => user_name().ok_or(TargetFault::NoUser)?,
    };
    let database = found.take("dbname").map_or_else(|| user.clone(), |(name, _)| name);
    let tls = tls::tls(&mut found, &host, folder)?;
    let schemas = schemas(&found, default_schemas)?;
    let connect_timeout = match found.take("connect_timeout") {
        None => None,
        Some((text, origin)) => {
            let seconds = text.trim().parse::<i32>();
            let seconds = seconds.map_err(|_| origin.fault("must be a whole number of seconds"))?;
            // libpq waits without an end if the number is not positive.
            u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
        }
    };
    let name = found.take("application_name").or_else(|| found.take("fallback_application_name"));
    let application_name = name.map_or_else(|| APPLICATION.to_owned(), |(name, _)| name);
    let given = found.take("password").map(|(text, _)| ServerPassword::new(text));
    let password = given.or_else(|| {
        let path = match found.take("passfile") {
            Some((path, origin)) => origin.path(&path, folder),
            None => home()?.join(".pgpass"),
        };
        let connection = PasswordQuery { host: &host, port, database: &database, user: &user };
        password(&path, &connection, warnings)
    });
    Ok(Server { host, port, user, password, database, schemas, tls, connect_timeout, application_name })
}

fn add_service(found: &mut Parameters, folder: &Path) -> Result<(), TargetFault> {
    let take = |found: &mut Parameters, name: &str| match found.take(name) {
        Some(given) => Ok(Some(given)),
        None => known(name).map_or(Ok(None), |known| known.of_environment()),
    };
    let service = take(found, "service")?;
    let file = take(found, "servicefile")?.map(|(path, origin)| origin.path(&path, folder));
    let Some((name, origin)) = service else { return Ok(()) };
    service::add((&name, &origin), file.as_deref(), found)
}

/// Returns where the server listens. Without a host, that is the socket of this port, if there is one.
fn host(found: &mut Parameters, port: u16) -> Result<Host, TargetFault> {
    let (text, origin) = match (found.take("host"), found.take("hostaddr")) {
        (Some((_, host)), Some((_, address))) => return Err(TargetFault::HostAndAddress(host, address)),
        (Some(given), None) | (None, Some(given)) => given,
        (None, None) => {
            let socket = format!(".s.PGSQL.{port}");
            let mut folders = SOCKET_FOLDERS.into_iter().map(PathBuf::from);
            let folder = folders.find(|folder| folder.join(&socket).exists());
            return Ok(folder.map_or_else(|| Host::Name("localhost".into()), Host::Socket));
        }
    };
    if text.contains(',') {
        return Err(TargetFault::SeveralHosts);
    }
    if text.starts_with('/') {
        return Ok(Host::Socket(text.into()));
    }
    if text.starts_with('@') {
        return Err(origin.fault("is an abstract socket, which is not supported"));
    }
    let is_address = |text: &str| text.split('%').next().is_some_and(|text| text.parse::<Ipv6Addr>().is_ok());
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "/?#@[]\\".contains(c);
    if text.contains(is_odd) || text.contains(':') && !is_address(&text) {
        return Err(
            origin.fault("must be a host name, an IP address, or the absolute path of a socket's folder")
        );
    }
    Ok(Host::Name(text))
}

/// Returns the schemas. The configuration file goes before the environment.
fn schemas(found: &Parameters, default: &[String]) -> Result<Vec<String>, TargetFault> {
    if let Some((path, origin)) = found.get("currentSchema") {
        return schema::of_search_path(path).map_err(|reason| origin.fault(reason));
    }
    let of_options = match found.get("options") {
        None => None,
        Some((options, origin)) => {
            let schemas = schema::of_options(options).map_err(|reason| origin.fault(reason))?;
            schemas.map(|schemas| (schemas, matches!(origin, Origin::Variable(_))))
        }
    };
    Ok(match of_options {
        Some((schemas, is_variable)) if !is_variable || default.is_empty() => schemas,
        _ => default.to_owned(),
    })
}
