//! What was asked, and the way from there to rows.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use hickory_proto::rr::RecordType;
use output::{Exit, FamilyFlags, Notes, Rows, Tool, View};

use crate::asking::Asking;
use crate::failure::Failure;
use crate::name::has_unicode;
use crate::rdata::record_type;
use crate::row::Row;
use crate::run;
use crate::ways::Ways;

/// Ask the DNS: the addresses of a name, the name of an address, or any other record
///
/// Without @SERVER the system's resolver is used as it is configured: hosts file, servers, search
/// list. With it, only that server is asked; several are asked side by side and compared. A name is
/// asked for A and AAAA, an address for PTR. @tls://, @https:// and @quic:// ask over encrypted DNS.
#[derive(Parser, Debug, Clone)]
#[command(name = <Self as Tool>::NAME)]
pub struct Cli {
    /// Names, addresses, record types (MX, TYPE65) and servers (@127.0.0.1, @[::1]:5353), in any
    /// order; without any name, or for -, names are read from standard input
    #[arg(value_name = "NAME|ADDRESS|TYPE|@SERVER")]
    pub(crate) words: Vec<String>,

    /// Ask for this type, also where it could be a name
    #[arg(short = 't', long = "type", value_name = "TYPE", value_parser = record_type)]
    pub(crate) types: Vec<RecordType>,

    #[command(flatten)]
    pub(crate) family: FamilyFlags,

    /// Seconds to wait for an answer, all tries and servers included
    #[arg(short = 'w', long, value_name = "SECONDS", default_value = "5", value_parser = output::seconds)]
    pub(crate) timeout: Duration,

    /// Port of the servers that come without one [default: 53; below the first --root, its own]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,

    /// Show the whole message, section by section, and who sent it
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Check the answers by DNSSEC, here and not at the server: secure, insecure, bogus, or that
    /// it cannot be told, and why
    #[arg(long, conflicts_with_all = ["no_edns", "trace"])]
    pub(crate) dnssec: bool,

    /// Trust the keys in this file (DS or DNSSEC keys as in a zone file), not those of the root
    #[arg(long, value_name = "FILE", requires = "dnssec")]
    pub(crate) trust_anchor: Option<PathBuf>,

    /// Read servers and search list from this file, not /etc/resolv.conf
    #[arg(long, value_name = "FILE")]
    pub(crate) resolv_conf: Option<PathBuf>,

    /// Read this hosts file, not /etc/hosts
    #[arg(long, value_name = "FILE")]
    pub(crate) hosts: Option<PathBuf>,

    /// Read the order of services from this file, not /etc/nsswitch.conf, with --system
    #[arg(long, value_name = "FILE", requires = "system")]
    pub(crate) nsswitch_conf: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) asking: Asking,

    #[command(flatten)]
    pub(crate) ways: Ways,
}

/// The columns of whole messages.
fn message_columns(are_of_several: bool, are_checked: bool) -> Vec<&'static str> {
    let server: &[_] = if are_of_several { &["server", "port"] } else { &[] };
    let security: &[_] = if are_checked { &["security"] } else { &[] };
    [server, &["section", "name", "class", "type", "ttl_s"], security, &["data"]].concat()
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const NAME: &'static str = "lookup";

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("lookup www.usfca.edu", "its addresses, from the system's resolver"),
        ("lookup -s www.usfca.edu", "the same, bare"),
        ("lookup 127.0.0.1", "the name of an address"),
        ("lookup usfca.edu MX TXT", "other records"),
        ("lookup www.usfca.edu @127.0.0.1:5353", "ask this server and no other"),
        ("lookup -v usfca.edu NS @127.0.0.1", "the whole message, and who sent it"),
        ("lookup --system printer", "what programs get here, and from where"),
        ("lookup --trace www.usfca.edu", "from the root down, step by step"),
        ("lookup www.usfca.edu @127.0.0.1 @127.0.0.2", "ask both, and mark what differs"),
        ("lookup --dnssec www.usfca.edu", "whether the answer is genuine, and why"),
        ("lookup --watch=5 www.usfca.edu A", "until the answer changes"),
        ("lookup usfca.edu AXFR @127.0.0.1", "a whole zone"),
        ("lookup --from names.txt MX @127.0.0.1", "many names, a line each"),
        ("lookup --json www.usfca.edu", "for scripts, also why there is no answer"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "every question has an answer"),
        (Exit::No, "one has none: no such name, or no such record"),
        (Exit::Usage, "the command line makes no sense, or a name cannot be one"),
        (Exit::Unknown, "of one it could not be found out: no reply, or the server failed"),
    ];

    const ENVIRONMENT: &'static [(&'static str, &'static str)] = &[
        ("LOCALDOMAIN", "The search list, in the place of the configured one."),
        ("RES_OPTIONS", "Options of the resolver, on top of the configured ones."),
        (
            "SSL_CERT_FILE, SSL_CERT_DIR",
            "The authorities that servers of encrypted DNS are trusted by, in the place of the system's.",
        ),
    ];

    fn view(&self) -> View {
        let servers = self.words.iter().filter(|word| word.starts_with('@')).count();
        if run::list(self).is_some() {
            let columns = if self.dnssec {
                vec!["name", "type", "ttl_s", "status", "security", "data"]
            } else {
                vec!["name", "type", "ttl_s", "status", "data"]
            };
            return View { columns, has_absences: true, ..View::default() };
        }
        if self.dnssec && !self.verbose {
            let columns = vec!["name", "type", "ttl_s", "server", "status", "security", "data"];
            return View { columns, has_absences: servers > 1, ..View::default() };
        }
        let is_international = self.words.iter().any(|word| has_unicode(word));
        let columns = if self.verbose {
            message_columns(servers > 1, self.dnssec)
        } else if self.ways.trace {
            vec![
                "step",
                "zone",
                "server_name",
                "server",
                "rtt_ms",
                "status",
                "agrees",
                "name",
                "type",
                "data",
            ]
        } else if self.ways.watch.is_some() {
            vec!["change", "time", "name", "type", "ttl_s", "server", "status", "data"]
        } else if servers > 1 {
            vec!["name", "type", "ttl_s", "server", "port", "rtt_ms", "agrees", "status", "data"]
        } else if is_international {
            vec![
                "name",
                "unicode_name",
                "type",
                "ttl_s",
                "server",
                "port",
                "transport",
                "rtt_ms",
                "flags",
                "data",
            ]
        } else {
            vec!["name", "type", "ttl_s", "server", "port", "transport", "rtt_ms", "flags", "data"]
        };
        let has_absences = self.ways.trace || self.ways.watch.is_some() || servers > 1;
        View { columns, has_absences, ..View::default() }
    }

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        run::rows(&self, notes).map_err(Failure::from)
    }
}
