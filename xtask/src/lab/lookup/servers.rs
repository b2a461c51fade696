//! The lab's own tree of the DNS: a root, a zone below it, leaves, and a resolver that validates.
//!
//! Everything listens on loopback, inside of the lab's network namespace.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::certificates::Certificates;
use super::leaves::{LEAVES, Leaf, Link, PARENT, ROOT};
use super::signing::{Signed, damage, digest, sign};
use crate::rig::{Daemon, Folder, Stage, Zone, for_each, knot, put_in_place, start_server};

/// knot with the root.
pub const ROOT_SERVER: &str = "127.0.0.10";
/// nsd with test. and types.test.
pub const NSD: &str = "127.0.0.12";
/// knot with the leaves and types.test.
pub const KNOT: &str = "127.0.0.13";
/// An address of a delegation at which nobody listens.
pub const NOBODY: &str = "127.0.0.14";
/// unbound, over UDP and TCP, TLS and HTTPS, each at its usual port.
pub const UNBOUND: &str = "127.0.0.53";
/// unbound without its validator: over UDP and TCP only.
pub const PLAIN_UNBOUND: &str = "127.0.0.54";

const ROOT_ZONE: &str = include_str!("zones/root.zone");
const PARENT_ZONE: &str = include_str!("zones/test.zone");
const LEAF_ZONE: &str = include_str!("zones/leaf.zone");
const TYPES_ZONE: &str = include_str!("zones/types.test.zone");

/// The servers, which run as long as this lives.
#[derive(Debug)]
pub struct World<'a> {
    /// Where our programs are.
    pub stage: &'a Stage,
    /// The root's DS records, as a zone file has them.
    pub anchor: PathBuf,
    /// The certificates of unbound's TLS and HTTPS.
    pub certificates: Certificates,
    /// What stands in the place of /etc/resolv.conf: unbound, unless it is written anew.
    pub resolv_conf: PathBuf,
    _daemons: Vec<Daemon>,
}

impl<'a> World<'a> {
    /// Signs the zones and starts the servers.
    ///
    /// # Errors
    ///
    /// A zone cannot be signed, or a server does not start.
    pub fn start(stage: &'a Stage) -> Result<Self> {
        let folder = &stage.folder;
        let types = ("types.test".to_owned(), folder.write("types.test.zone", TYPES_ZONE)?);
        let mut leaves = vec![types.clone()];
        let mut parent = PARENT_ZONE.to_owned();
        for (zone, delegation) in for_each(&LEAVES, |leaf| plant(folder, leaf))? {
            leaves.push(zone);
            parent.push_str(&delegation);
        }
        let parent = sign(folder.path(), "test", &folder.write("test.zone", parent)?, PARENT)?;
        let root = format!("{ROOT_ZONE}{}", parent.ds);
        let Signed { file, ds, .. } =
            sign(folder.path(), ".", &folder.write("root.zone", root)?, ROOT)?;
        let anchor = folder.write("root.anchor", ds)?;
        let certificates = Certificates::make(folder.path(), UNBOUND)?;

        let resolv_conf = folder.write("resolv.conf", format!("nameserver {UNBOUND}\n"))?;
        put_in_place(&resolv_conf, "/etc/resolv.conf")?;
        let daemons = vec![
            knot(folder, ROOT_SERVER, &[(".".to_owned(), file)])?,
            knot(folder, KNOT, &leaves)?,
            nsd(folder, &[("test".to_owned(), parent.file), types])?,
            unbound(folder, UNBOUND, &validating(&anchor, &certificates))?,
            unbound(folder, PLAIN_UNBOUND, "  module-config: \"iterator\"\n")?,
        ];
        Ok(Self { stage, anchor, certificates, resolv_conf, _daemons: daemons })
    }
}

/// Makes a leaf's zone, and what the zone above has to say of it.
fn plant(folder: &Folder, leaf: &Leaf) -> Result<(Zone, String)> {
    let zone = format!("{}.test", leaf.label);
    let label = leaf.label;
    let mut delegation = format!("{label} NS ns.{label}\nns.{label} A {KNOT}\n");
    let text = format!("$ORIGIN {zone}.\n{LEAF_ZONE}");
    let mut file = folder.write(&format!("{zone}.zone"), text)?;
    let (mut own, mut key) = (String::new(), String::new());
    if let Some(signing) = leaf.signing {
        let signed = sign(folder.path(), &zone, &file, signing)?;
        (file, own, key) = (signed.file, signed.ds, signed.key);
    }
    if let Some(words) = leaf.damage {
        damage(&file, words)?;
    }
    match leaf.link {
        Link::Missing => {}
        Link::Proper => delegation.push_str(&own),
        Link::Digest(of_type) => delegation.push_str(&digest(folder.path(), &key, of_type)?),
        Link::Other(ds) => writeln!(delegation, "{label} DS {ds}")?,
    }
    Ok(((zone, file), delegation))
}

fn nsd(folder: &Folder, zones: &[Zone]) -> Result<Daemon> {
    let own = folder.path().join("nsd");
    fs::create_dir(&own)?;
    let dir = own.display();
    let mut config = format!(
        "server:\n  ip-address: {NSD}\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  \
         zonesdir: \"{dir}\"\n  database: \"\"\n  pidfile: \"\"\n  zonelistfile: \"{dir}/zones\"\n  \
         xfrdfile: \"{dir}/xfrd\"\n  xfrdir: \"{dir}\"\n  rrl-ratelimit: 0\n\
         remote-control:\n  control-enable: no\n"
    );
    for (zone, file) in zones {
        let file = file.display();
        writeln!(config, "zone:\n  name: {zone}\n  zonefile: \"{file}\"")?;
        writeln!(config, "  provide-xfr: 127.0.0.0/8 NOKEY")?;
    }
    let config = folder.write("nsd.conf", config)?;
    let mut command = Command::new("nsd");
    command.arg("-d").arg("-c").arg(config);
    start_server(folder, "nsd", command, NSD, zones)
}

/// What makes a resolver validate from the lab's root on, tell why it finds something bogus, and
/// be there over TLS and HTTPS as well.
fn validating(anchor: &Path, certificates: &Certificates) -> String {
    format!(
        "  interface: {UNBOUND}@853\n  interface: {UNBOUND}@443\n  tls-port: 853\n  \
         https-port: 443\n  tls-service-key: \"{key}\"\n  tls-service-pem: \"{server}\"\n  \
         trust-anchor-file: \"{anchor}\"\n  trust-anchor-signaling: no\n  \
         module-config: \"validator iterator\"\n  val-log-level: 2\n  ede: yes\n",
        key = certificates.key.display(),
        server = certificates.server.display(),
        anchor = anchor.display(),
    )
}

/// A resolver that begins at the lab's root. `more` is of its clause `server`.
fn unbound(folder: &Folder, address: &str, more: &str) -> Result<Daemon> {
    let name = format!("unbound-{address}");
    let dir = folder.path().display();
    let hints = format!(". 3600 NS ns.lab-root.\nns.lab-root. 3600 A {ROOT_SERVER}\n");
    let hints = folder.write("root.hints", hints)?;
    let hints = hints.display();
    let config = format!(
        "server:\n  interface: {address}@53\n  directory: \"{dir}\"\n  chroot: \"\"\n  \
         username: \"\"\n  pidfile: \"\"\n  use-syslog: no\n  do-daemonize: no\n  \
         num-threads: 1\n  access-control: 127.0.0.0/8 allow\n  \
         do-not-query-localhost: no\n  local-zone: \"test.\" nodefault\n  \
         root-hints: \"{hints}\"\n{more}\
         remote-control:\n  control-enable: no\n"
    );
    let config = folder.write(&format!("{name}.conf"), config)?;
    let mut command = Command::new("unbound");
    command.arg("-d").arg("-c").arg(config);
    start_server(folder, &name, command, address, &[(".".to_owned(), PathBuf::new())])
}
