//! The parameters of a connection under libpq's names, and where each came from.

use std::collections::BTreeMap;
use std::env;

use self::Treatment::{Ignore, Only, Read, Refuse};
use super::fault::{Origin, TargetFault};
use crate::error::suggest::nearest;

/// What authctl does with a parameter.
#[derive(Clone, Copy)]
pub enum Treatment {
    /// Read it.
    Read,
    /// Ignore it: it decides neither which database is meant nor how the connection is secured.
    Ignore,
    /// Accept these values, which change nothing, and refuse others for this reason.
    Only(&'static [&'static str], &'static str),
    /// Refuse it for this reason.
    Refuse(&'static str),
}

/// A parameter that libpq knows.
pub struct KnownParameter {
    /// Its name.
    pub name: &'static str,
    /// The variable that is read where neither URL nor service file have it.
    variable: Option<&'static str>,
    treatment: Treatment,
}

const CERTIFICATES: &str = "client certificates are not supported";
const REVOCATION: &str = "revocation lists are not supported";
const KERBEROS: &str = "GSSAPI is not supported";
const OAUTH: &str = "OAuth is not supported";
const ONE_HOST: &str = "authctl connects to one host only";
const METHOD: &str = "authctl cannot require an authentication method";
const PROTOCOL: &str = "authctl cannot restrict the version of the protocol";

/// What libpq reads from a URL.
///
/// A variable that would be refused is listed only if ignoring it would weaken the connection.
const LIBPQ: &[(&str, Option<&str>, Treatment)] = &[
    ("host", Some("PGHOST"), Read),
    ("hostaddr", Some("PGHOSTADDR"), Read),
    ("port", Some("PGPORT"), Read),
    ("dbname", Some("PGDATABASE"), Read),
    ("user", Some("PGUSER"), Read),
    ("password", Some("PGPASSWORD"), Read),
    ("passfile", Some("PGPASSFILE"), Read),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT"), Read),
    ("application_name", Some("PGAPPNAME"), Read),
    ("fallback_application_name", None, Read),
    ("options", Some("PGOPTIONS"), Read),
    ("service", Some("PGSERVICE"), Read),
    ("servicefile", Some("PGSERVICEFILE"), Read),
    ("sslmode", Some("PGSSLMODE"), Read),
    ("sslrootcert", Some("PGSSLROOTCERT"), Read),
    ("channel_binding", Some("PGCHANNELBINDING"), Read),
    ("client_encoding", None, Ignore),
    ("keepalives", None, Ignore),
    ("keepalives_idle", None, Ignore),
    ("keepalives_interval", None, Ignore),
    ("keepalives_count", None, Ignore),
    ("tcp_user_timeout", None, Ignore),
    ("sslcompression", None, Only(&["0"], "compression is not supported")),
    ("sslsni", None, Only(&["1"], "the name of the server is always sent")),
    ("sslnegotiation", None, Only(&["postgres"], "direct TLS negotiation is not supported")),
    ("sslcertmode", None, Only(&["disable", "allow"], CERTIFICATES)),
    (
        "ssl_min_protocol_version",
        Some("PGSSLMINPROTOCOLVERSION"),
        Only(&["TLSv1", "TLSv1.1", "TLSv1.2"], "authctl requires TLS 1.2 and no newer version"),
    ),
    (
        "ssl_max_protocol_version",
        None,
        Only(&["TLSv1.3"], "authctl cannot restrict the newest version of TLS"),
    ),
    ("min_protocol_version", None, Only(&["3.0"], PROTOCOL)),
    ("max_protocol_version", None, Only(&["3.0", "3.2", "latest"], PROTOCOL)),
    ("gssencmode", Some("PGGSSENCMODE"), Only(&["disable", "prefer"], KERBEROS)),
    ("gssdelegation", None, Only(&["0"], KERBEROS)),
    ("target_session_attrs", None, Only(&["any", "prefer-standby"], ONE_HOST)),
    ("load_balance_hosts", None, Only(&["disable"], ONE_HOST)),
    ("replication", None, Only(&["false", "off", "no", "0"], "replication is not supported")),
    ("sslcert", None, Refuse(CERTIFICATES)),
    ("sslkey", None, Refuse(CERTIFICATES)),
    ("sslpassword", None, Refuse(CERTIFICATES)),
    ("sslcrl", Some("PGSSLCRL"), Refuse(REVOCATION)),
    ("sslcrldir", Some("PGSSLCRLDIR"), Refuse(REVOCATION)),
    ("sslkeylogfile", None, Refuse("authctl never writes the keys of a connection")),
    ("requiressl", None, Refuse("use sslmode=require instead")),
    ("requirepeer", Some("PGREQUIREPEER"), Refuse("authctl cannot check the owner of a socket")),
    ("require_auth", Some("PGREQUIREAUTH"), Refuse(METHOD)),
    ("krbsrvname", None, Refuse(KERBEROS)),
    ("gsslib", None, Refuse(KERBEROS)),
    ("scram_client_key", None, Refuse("use a password instead")),
    ("scram_server_key", None, Refuse("use a password instead")),
    ("oauth_issuer", None, Refuse(OAUTH)),
    ("oauth_client_id", None, Refuse(OAUTH)),
    ("oauth_client_secret", None, Refuse(OAUTH)),
    ("oauth_scope", None, Refuse(OAUTH)),
];

/// What Django's readers of URLs accept beside libpq's parameters, in any case.
const DJANGO: &[(&str, Treatment)] = &[
    ("currentSchema", Read),
    ("conn_max_age", Ignore),
    ("conn_health_checks", Ignore),
    ("atomic_requests", Ignore),
    ("autocommit", Ignore),
    ("disable_server_side_cursors", Ignore),
    ("server_side_binding", Ignore),
    ("pool", Ignore),
    ("assume_role", Refuse("authctl cannot change its role. Log in as the role itself")),
];

/// The parameter of this name in a URL or a service file.
pub fn known(name: &str) -> Option<KnownParameter> {
    let of_libpq = LIBPQ.iter().find(|(known, ..)| *known == name);
    if let Some(&(name, variable, treatment)) = of_libpq {
        return Some(KnownParameter { name, variable, treatment });
    }
    let of_django = DJANGO.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    of_django.map(|&(name, treatment)| KnownParameter { name, variable: None, treatment })
}

/// Whether libpq knows a parameter of this name.
pub fn is_libpq_name(name: &str) -> bool {
    LIBPQ.iter().any(|(known, ..)| *known == name)
}

/// The sentence ` Did you mean …?`, with a leading space, or nothing.
pub fn name_hint(name: &str) -> String {
    nearest(name, LIBPQ.iter().map(|(known, ..)| *known))
        .map_or_else(String::new, |near| format!(" Did you mean {near}?"))
}

/// The parameters of a connection. Has no `Debug`, since one may be a password.
#[derive(Default)]
pub struct Parameters(BTreeMap<&'static str, (String, Origin)>);

impl Parameters {
    /// Adds a parameter, unless a stronger source already has it. An empty value is as none.
    ///
    /// # Errors
    /// Fails if the value is not supported.
    pub fn add(&mut self, known: &KnownParameter, value: String, origin: Origin) -> Result<(), TargetFault> {
        if value.is_empty() {
            return Ok(());
        }
        match known.treatment {
            Read => {
                self.0.entry(known.name).or_insert((value, origin));
                Ok(())
            }
            Ignore => Ok(()),
            Only(accepted, _) if accepted.iter().any(|word| value.eq_ignore_ascii_case(word)) => Ok(()),
            Only(accepted, reason) => {
                Err(origin.fault(format!("must be {}: {reason}", accepted.join(" or "))))
            }
            Refuse(reason) => Err(origin.fault(format!("is not supported: {reason}"))),
        }
    }

    /// Adds what libpq's variables say.
    pub fn add_environment(&mut self) -> Result<(), TargetFault> {
        for &(name, variable, treatment) in LIBPQ {
            let known = KnownParameter { name, variable, treatment };
            let Some((value, origin)) = known.of_environment()?.filter(|_| !self.contains(name)) else {
                continue;
            };
            self.add(&known, value, origin)?;
        }
        Ok(())
    }

    /// Whether the parameter has a value.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns a value and its origin.
    pub fn get(&self, name: &str) -> Option<(&str, &Origin)> {
        self.0.get(name).map(|(value, origin)| (&**value, origin))
    }

    /// Removes a parameter and returns its value and origin.
    pub fn take(&mut self, name: &str) -> Option<(String, Origin)> {
        self.0.remove(name)
    }
}

impl KnownParameter {
    /// Returns the value of the parameter's variable.
    pub fn of_environment(&self) -> Result<Option<(String, Origin)>, TargetFault> {
        let Some(variable) = self.variable else { return Ok(None) };
        let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else { return Ok(None) };
        let value = value.into_string().map_err(|_| TargetFault::VariableNotUtf8(variable))?;
        Ok(Some((value, Origin::Variable(variable))))
    }
}
