//! Encryption as libpq's `sslmode` means it.

use tokio_postgres::config::SslMode as DriverSslMode;

use crate::error::failure::Result;
use crate::store::target::{Host, Server, SslMode};

#[cfg(not(feature = "tls"))]
pub(super) use tokio_postgres::NoTls as Connector;
/// Encrypts a connection if the driver's mode asks for it. There is one type, also for connections in plain text, since the
/// driver's code is compiled once for each.
#[cfg(feature = "tls")]
pub(super) use tokio_postgres_rustls::MakeRustlsConnect as Connector;

/// Returns a connector that the driver may keep.
#[cfg_attr(
    not(feature = "tls"),
    expect(clippy::clone_on_copy, clippy::trivially_copy_pass_by_ref, reason = "NoTls is empty")
)]
pub(super) fn owned(connector: &Connector) -> Connector {
    connector.clone()
}

/// Returns the connector, and the modes with which to connect, in the order in which libpq tries them.
///
/// # Errors
/// Fails if a file of certificates cannot be read.
pub(super) fn attempts(server: &Server) -> Result<(Connector, &'static [DriverSslMode])> {
    let mode = match server.host {
        // A socket is never encrypted, as in libpq.
        Host::Socket(_) => SslMode::Disable,
        Host::Name(_) => server.tls.mode,
    };
    let connector = connector(mode, server.tls.root_certificates.as_deref())?;
    let modes: &'static [DriverSslMode] = match mode {
        SslMode::Disable => &[DriverSslMode::Disable],
        SslMode::Allow => &[DriverSslMode::Disable, DriverSslMode::Require],
        // A server without TLS answers the first attempt in plain text.
        SslMode::Prefer => &[DriverSslMode::Prefer, DriverSslMode::Disable],
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[DriverSslMode::Require],
    };
    Ok((connector, modes))
}

#[cfg(not(feature = "tls"))]
fn connector(mode: SslMode, _: Option<&std::path::Path>) -> Result<Connector> {
    if matches!(mode, SslMode::Disable | SslMode::Allow | SslMode::Prefer) {
        return Ok(tokio_postgres::NoTls);
    }
    Err(crate::error::refusal::Refusal::usage(
        "This authctl was built without TLS, which this sslmode needs.".to_owned(),
    )
    .into())
}

#[cfg(feature = "tls")]
use with_rustls::connector;

#[cfg(feature = "tls")]
mod with_rustls {
    use std::path::Path;
    use std::sync::Arc;

    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::ring::cipher_suite;
    use rustls::crypto::{self, CryptoProvider, KeyProvider};
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
    use rustls::sign::SigningKey;
    use rustls::{
        CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
        SignatureScheme,
    };
    use tokio_postgres_rustls::MakeRustlsConnect;

    use super::Connector;
    use crate::error::failure::{Error, Result};
    use crate::error::refusal::Refusal;
    use crate::store::target::SslMode;

    /// Returns the connector for an `sslmode`. `root_certificates` may sign the server's, else those of the system.
    pub(super) fn connector(mode: SslMode, root_certificates: Option<&Path>) -> Result<Connector> {
        let provider = Arc::new(provider());
        let chain = match mode {
            SslMode::VerifyCa | SslMode::VerifyFull => {
                let roots = Arc::new(roots(root_certificates)?);
                let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
                Some(verifier.build().map_err(|error| certificates(&format!("{error}")))?)
            }
            SslMode::Disable | SslMode::Allow | SslMode::Prefer | SslMode::Require => None,
        };
        let checks_name = mode == SslMode::VerifyFull;
        let verifier = Verifier { chain, checks_name, provider: Arc::clone(&provider) };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| certificates(&format!("{error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }

    /// Returns ring's cryptography without ChaCha20, since servers offer AES-GCM, and without private keys, since authctl
    /// has no client certificate. What is left out is not linked.
    fn provider() -> CryptoProvider {
        let CryptoProvider { kx_groups, signature_verification_algorithms, secure_random, .. } =
            crypto::ring::default_provider();
        let cipher_suites = vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ];
        CryptoProvider {
            cipher_suites,
            kx_groups,
            signature_verification_algorithms,
            secure_random,
            key_provider: &NoKeys,
        }
    }

    /// Loads no private keys.
    #[derive(Debug)]
    struct NoKeys;

    impl KeyProvider for NoKeys {
        fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, TlsError> {
            Err(TlsError::General("private keys are not supported".to_owned()))
        }
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
