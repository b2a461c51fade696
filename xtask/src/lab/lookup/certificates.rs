//! An authority for certificates that lives as long as the lab, and a server's certificate of it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::rig::succeed;

/// The name that the server's certificate is for, beside its address.
pub const SERVER_NAME: &str = "dns.lab.test";

/// How many days a certificate is valid.
const DAYS: &str = "2";

/// Where the certificates are.
#[derive(Debug)]
pub struct Certificates {
    /// The authority's certificate, which clients are to trust.
    pub authority: PathBuf,
    /// The server's certificate.
    pub server: PathBuf,
    /// The server's key.
    pub key: PathBuf,
}

impl Certificates {
    /// Makes an authority and a server's certificate for [`SERVER_NAME`] and `address`.
    ///
    /// # Errors
    ///
    /// openssl fails.
    pub fn make(folder: &Path, address: &str) -> Result<Self> {
        let names = format!("subjectAltName=DNS:{SERVER_NAME},IP:{address}");
        request(folder, "authority", &["-addext", "keyUsage=critical,keyCertSign"])?;
        request(
            folder,
            "server",
            &[
                &["-CA", "authority.pem", "-CAkey", "authority.key"][..],
                &["-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE"],
            ]
            .concat(),
        )?;
        Ok(Self {
            authority: folder.join("authority.pem"),
            server: folder.join("server.pem"),
            key: folder.join("server.key"),
        })
    }
}

fn request(folder: &Path, name: &str, more: &[&str]) -> Result<()> {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    let subject = format!("/CN={name} of the lab");
    let mut args = vec!["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    args.extend(["-nodes", "-keyout", &key, "-out", &certificate, "-days", DAYS]);
    args.extend(["-subj", &subject]);
    args.extend(more);
    succeed(folder, "openssl", args)?;
    Ok(())
}
