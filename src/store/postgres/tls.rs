//! Encryption as libpq's `sslmode` means it.

use tokio_postgres::config::SslMode as DriverSslMode;

use crate::error::failure::Result;
use crate::store::target::{Host, Server, SslMode};

/// How to encrypt a connection.
pub(super) enum Connector {
    /// Not at all.
    Plain,
    /// With TLS.
    #[cfg(feature = "tls")]
    Tls(tokio_postgres_rustls::MakeRustlsConnect),
}

/// Returns the ways to connect, in the order in which libpq tries them.
///
/// # Errors
/// Fails if a file of certificates cannot be read.
pub(super) fn attempts(server: &Server) -> Result<Vec<(DriverSslMode, Connector)>> {
    let plain = || (DriverSslMode::Disable, Connector::Plain);
    if is_plain(server) {
        return Ok(vec![plain()]);
    }
    let encrypted = |mode| Ok::<_, crate::error::failure::Error>((mode, encrypted(server)?));
    Ok(match server.tls.mode {
        SslMode::Disable => vec![plain()],
        SslMode::Allow => vec![plain(), encrypted(DriverSslMode::Require)?],
        // A server without TLS answers the first attempt in plain text.
        SslMode::Prefer => vec![encrypted(DriverSslMode::Prefer)?, plain()],
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
            vec![encrypted(DriverSslMode::Require)?]
        }
    })
}

/// Whether this target is never encrypted: a socket, as in libpq.
fn is_plain(server: &Server) -> bool {
    matches!(server.host, Host::Socket(_)) || server.tls.mode == SslMode::Disable
}

#[cfg(not(feature = "tls"))]
fn encrypted(server: &Server) -> Result<Connector> {
    if matches!(server.tls.mode, SslMode::Allow | SslMode::Prefer) {
        return Ok(Connector::Plain);
    }
    Err(crate::error::refusal::Refusal::usage(
        "This authctl was built without TLS, which this sslmode needs.".to_owned(),
    )
    .into())
}

#[cfg(feature = "tls")]
use with_rustls::encrypted;

#[cfg(feature = "tls")]
mod with_rustls {
    use std::path::Path;
    use std::sync::Arc;

    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::{self, CryptoProvider};
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{
        CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
        SignatureScheme,
    };
    use tokio_postgres_rustls::MakeRustlsConnect;

    use super::Connector;
    use crate::error::failure::{Error, Result};
    use crate::error::refusal::Refusal;
    use crate::store::target::{Server, SslMode};

    /// Returns the connector for the target's `sslmode`.
    pub(super) fn encrypted(server: &Server) -> Result<Connector> {
        let provider = Arc::new(crypto::ring::default_provider());
        let chain = match server.tls.mode {
            SslMode::VerifyCa | SslMode::VerifyFull => {
                let roots = Arc::new(roots(server.tls.root_certificates.as_deref())?);
                let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
                Some(verifier.build().map_err(|error| certificates(&format!("{error}")))?)
            }
            SslMode::Disable | SslMode::Allow | SslMode::Prefer | SslMode::Require => None,
        };
        let checks_name = server.tls.mode == SslMode::VerifyFull;
        let verifier = Verifier { chain, checks_name, provider: Arc::clone(&provider) };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| certificates(&format!("{error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Connector::Tls(MakeRustlsConnect::new(config)))
    }

    /// Returns the certificates that may sign the server's.
    fn roots(file: Option<&Path>) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        let Some(file) = file else {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            return if roots.is_empty() {
                Err(certificates("the system has no store of certificates. Set sslrootcert"))
            } else {
                Ok(roots)
            };
        };
        let unreadable = |why: &str| certificates(&format!("{}: {why}", file.display()));
        let found = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error.to_string()))?;
        for certificate in found {
            let certificate = certificate.map_err(|error| unreadable(&error.to_string()))?;
            roots.add(certificate).map_err(|error| unreadable(&error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(unreadable("the file has no certificates"));
        }
        Ok(roots)
    }

    fn certificates(why: &str) -> Error {
        Refusal::usage(format!("The server's certificate cannot be verified: {why}.")).into()
    }

    /// Verifies a certificate as far as `sslmode` asks for it.
    #[derive(Debug)]
    struct Verifier {
        /// Verifies who signed the certificate, and its name. `None` accepts any.
        chain: Option<Arc<WebPkiServerVerifier>>,
        checks_name: bool,
        provider: Arc<CryptoProvider>,
    }

    impl ServerCertVerifier for Verifier {
        fn verify_server_cert(
            &self,
            certificate: &CertificateDer<'_>,
            intermediates: &[CertificateDer<'_>],
            name: &ServerName<'_>,
            ocsp_response: &[u8],
            now: UnixTime,
        ) -> Result<ServerCertVerified, TlsError> {
            let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
            let verified = chain.verify_server_cert(certificate, intermediates, name, ocsp_response, now);
            match verified {
                // The name is verified last, so everything else is in order.
                Err(TlsError::InvalidCertificate(
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                )) if !self.checks_name => Ok(ServerCertVerified::assertion()),
                verified => verified,
            }
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, TlsError> {
            let algorithms = &self.provider.signature_verification_algorithms;
            crypto::verify_tls12_signature(message, certificate, signature, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, TlsError> {
            let algorithms = &self.provider.signature_verification_algorithms;
            crypto::verify_tls13_signature(message, certificate, signature, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.provider.signature_verification_algorithms.supported_schemes()
        }
    }
}
