//! Whose certificates are believed.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::Reason;

/// Who may sign a server's certificate: whom this system trusts, or those of one file alone.
#[derive(Debug)]
pub struct Trust {
    ca: Option<PathBuf>,
    /// Made when the first connection is: a question without TLS must not read certificates.
    verifier: OnceLock<Result<Arc<WebPkiServerVerifier>, TrustError>>,
}

/// Why it is not known whom to trust.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("cannot read '{}'", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// The file has no certificates.
    #[error("'{}' has no certificate in it: it must be in PEM form, '-----BEGIN CERTIFICATE-----'", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file is broken.
    #[error("cannot understand the certificates in '{}'", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The system names nobody.
    #[error("this system has no certificates to trust ({why}): give some with '--ca FILE'")]
    NothingTrusted {
        /// What it says of that.
        why: String,
    },
}

impl Trust {
    /// Those whom the system trusts; they are read when the first connection is made.
    #[must_use]
    pub const fn system() -> Self {
        Self { ca: None, verifier: OnceLock::new() }
    }

    /// Those of a file and nobody else, as `curl --cacert` has it. It is read here and now.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or has no certificates in PEM form.
    pub fn file(path: &Path) -> Result<Self, TrustError> {
        let verifier = roots_of_file(path).and_then(verifier)?;
        Ok(Self { ca: Some(path.to_owned()), verifier: OnceLock::from(Ok(verifier)) })
    }

    /// How to connect to a server that speaks `protocol`, and who tells what is wrong with it.
    pub(super) fn client_config(
        &self,
        protocol: &'static str,
    ) -> Result<(ClientConfig, Witness), TrustError> {
        let verifier =
            self.verifier.get_or_init(|| roots_of_system().and_then(verifier)).clone()?;
        let witness = Witness { fault: Arc::default(), ca: self.ca.clone() };
        let verifier = Witnessed { verifier, fault: Arc::clone(&witness.fault) };
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3")
            // It asks the verifier that it would have had without.
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Ok((config, witness))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn verifier(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, TrustError> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| TrustError::NothingTrusted { why: error.to_string() })
}

fn roots_of_system() -> Result<RootCertStore, TrustError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Every system has some that are too old to be understood.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map_or("none was found".to_owned(), ToString::to_string);
        return Err(TrustError::NothingTrusted { why });
    }
    Ok(roots)
}

fn roots_of_file(path: &Path) -> Result<RootCertStore, TrustError> {
    let path = path.to_owned();
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(source) => return Err(TrustError::Read { path, source: Arc::new(source) }),
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let added = match certificate {
            Ok(certificate) => roots.add(certificate).map_err(|error| Arc::new(error) as _),
            Err(error) => Err(Arc::new(error) as _),
        };
        if let Err(source) = added {
            return Err(TrustError::Malformed { path, source });
        }
    }
    if roots.is_empty() { Err(TrustError::Empty { path }) } else { Ok(roots) }
}

/// Who saw what is wrong with the certificate of one connection: QUIC does not tell.
#[derive(Debug)]
pub(super) struct Witness {
    fault: Arc<Mutex<Option<CertificateError>>>,
    ca: Option<PathBuf>,
}

impl Witness {
    /// The fault that was found, or else what is told otherwise.
    pub(super) fn or(self, reason: Reason) -> Reason {
        match self.fault.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(fault) => Reason::of_certificate(fault, self.ca),
            None => reason,
        }
    }
}

/// A verifier under the eyes of a [`Witness`].
#[derive(Debug)]
struct Witnessed {
    verifier: Arc<WebPkiServerVerifier>,
    fault: Arc<Mutex<Option<CertificateError>>>,
}

impl ServerCertVerifier for Witnessed {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.verifier.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        if let Err(rustls::Error::InvalidCertificate(fault)) = &verified {
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.clone());
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
