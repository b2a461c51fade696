//! What was asked, and the way from there to addresses.

use std::ffi::OsString;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser};
use output::{Exit, Family, FamilyFlags, Notes, Prefix, Printed, Rendering, Rows, Tool, View};

use crate::answer::{Answer, answer};
use crate::failure::Failure;
use crate::hostname::{self, HostnameForm};
use crate::public::{self, Method, Server, ServerTextError};
use crate::request::{Age, Filter, Request, Subject, What};
use crate::row::Row;
use crate::system::Backend;
use crate::toward::Destination;
use crate::wait::wait;
use crate::watch::Watch;

const WHICH: &str = "Which address";
const WHAT: &str = "What of it";
const WHEN: &str = "Until when";

/// How long --wait waits if it is not told.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// How long --public waits if it is not told.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Print this machine's address: the primary one, or an interface's
///
/// Without arguments: the address that packets to the outside would come from, bare, IPv4 first.
/// Nothing is sent to find out. With interfaces: the address of the first that has one. Of several
/// addresses the best is printed: not loopback, link-local, deprecated or of an interface that is
/// down, unless there is nothing else.
#[derive(Parser, Debug, Clone, Default)]
#[command(name = <Self as Tool>::NAME)]
#[command(group = ArgGroup::new("subject").args(["all", "list", "to", "of", "hostname", "public"]))]
pub struct Cli {
    /// Interfaces to ask for, in order of preference; with --public the @SERVER
    #[arg(value_name = "INTERFACE", conflicts_with_all = ["to", "of", "hostname"])]
    words: Vec<OsString>,

    /// List all addresses of all interfaces, or of those named
    #[arg(short, long)]
    all: bool,

    /// List the interfaces, one a line
    #[arg(short, long)]
    list: bool,

    #[command(flatten)]
    family: FamilyFlags,

    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    what: WhatFlags,

    /// Print the machine's name instead: as it is, up to its first dot (short), or with its domain
    /// where one is known (full)
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "system",
        hide_possible_values = true,
        conflicts_with_all = ["ipv4", "ipv6", "what", "which", "wait", "watch"],
        help_heading = WHAT
    )]
    hostname: Option<HostnameForm>,

    /// Wait until there is a good address, for so many seconds [default: 30]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "", help_heading = WHEN)]
    wait: Option<OsString>,

    /// Go on, and show what comes, changes and goes
    #[arg(long, conflicts_with_all = ["wait", "hostname", "public"], help_heading = WHEN)]
    watch: bool,

    #[arg(skip)]
    printed: Printed,
}

#[derive(Args, Debug, Clone, Default)]
#[group(id = "which", multiple = true)]
#[command(next_help_heading = WHICH)]
struct Which {
    /// The address that packets to this host come from
    #[arg(long, value_name = "HOST")]
    to: Option<Destination>,

    /// Not of tunnels (VPN), containers or virtual machines
    #[arg(long)]
    lan: bool,

    /// The IPv6 address that stays
    #[arg(long, conflicts_with_all = ["temporary", "ipv4"])]
    stable: bool,

    /// The IPv6 address that changes, for privacy
    #[arg(long, conflicts_with = "ipv4")]
    temporary: bool,

    /// The address in this network, such as 10.0.0.0/8
    #[arg(long = "in", value_name = "NETWORK")]
    within: Option<Prefix>,

    /// The interface that has this address
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["lan", "stable", "temporary", "within"])]
    of: Option<Holder>,

    /// The address that the outside sees: asks a DNS server (or by =stun a STUN server), a public
    /// one or that named as @SERVER
    #[arg(
        long,
        value_name = "HOW",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "dns",
        hide_possible_values = true,
        conflicts_with_all = ["lan", "stable", "temporary", "within", "what"]
    )]
    public: Option<Method>,

    /// Seconds to wait for an answer to --public [default: 5]
    #[arg(
        short = 'w',
        long,
        value_name = "SECONDS",
        value_parser = output::seconds,
        requires = "public"
    )]
    timeout: Option<Duration>,

    /// Where interfaces come from [default: native on Linux]
    #[arg(long, value_enum)]
    backend: Option<Backend>,
}

#[derive(Args, Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[group(id = "what", multiple = true)]
#[command(next_help_heading = WHAT)]
struct WhatFlags {
    /// The address with the length of its prefix: 192.0.2.1/24; with --network that
    #[arg(short, long, conflicts_with_all = ["netmask", "broadcast", "mac", "mtu", "gateway"])]
    cidr: bool,

    /// The netmask: 255.255.255.0
    #[arg(long, conflicts_with_all = ["network", "broadcast", "mac", "mtu", "gateway"])]
    netmask: bool,

    /// The network's address: 192.0.2.0
    #[arg(long, conflicts_with_all = ["broadcast", "mac", "mtu", "gateway"])]
    network: bool,

    /// The network's broadcast address
    #[arg(long, conflicts_with_all = ["mac", "mtu", "gateway"])]
    broadcast: bool,

    /// The interface's hardware address
    #[arg(long, conflicts_with_all = ["mtu", "gateway"])]
    mac: bool,

    /// The interface's longest packet, in octets
    #[arg(long, conflicts_with = "gateway")]
    mtu: bool,

    /// The first router on the way to the outside
    #[arg(long)]
    gateway: bool,
}

/// An address, and the interface of a link-local one.
#[derive(Debug, Clone)]
struct Holder(IpAddr, Option<OsString>);

impl FromStr for Holder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
        let (address, zone) = match bare.split_once('%') {
            Some((address, zone)) => (address, Some(zone.into())),
            None => (bare, None),
        };
        let mistake = || "write an address, as in 192.0.2.1 or 2001:db8::1".to_owned();
        Ok(Self(address.parse().map_err(|_| mistake())?, zone))
    }
}

impl WhatFlags {
    const fn what(self) -> Option<What> {
        Some(match self {
            Self { network: true, cidr: true, .. } => What::NetworkCidr,
            Self { network: true, .. } => What::Network,
            Self { cidr: true, .. } => What::Cidr,
            Self { netmask: true, .. } => What::Netmask,
            Self { broadcast: true, .. } => What::Broadcast,
            Self { mac: true, .. } => What::Mac,
            Self { mtu: true, .. } => What::Mtu,
            Self { gateway: true, .. } => What::Gateway,
            _ => return None,
        })
    }
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const NAME: &'static str = "myip";

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("myip", "the primary address, bare"),
        ("myip en0 en1 eth0", "the address of the first of these that has one"),
        ("myip -6 --stable", "the primary IPv6 address, the one that stays"),
        ("myip --cidr --network", "the network that this machine is in"),
        ("myip -a", "all addresses of all interfaces"),
        ("myip -lj", "all interfaces with their addresses, as 'ip -j addr' has them"),
        ("myip --to db.example.com", "the address that this host sees"),
        ("myip --in 10.0.0.0/8", "the address in this network"),
        ("myip --of 192.0.2.1", "the interface that has this address"),
        ("myip --wait 60 eth0", "wait until eth0 has a good address"),
        ("myip --watch", "print the primary address whenever it changes"),
        ("myip --public", "the address that the outside sees: asks a public server"),
        ("myip --hostname", "this machine's name"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "an address was printed"),
        (Exit::No, "there is none, or no such interface"),
        (Exit::Usage, "the command line makes no sense"),
        (Exit::Unknown, "the system, or the server that was asked, did not tell"),
    ];

    const COLUMN_ALIASES: &'static [(&'static str, &'static str)] =
        &[("prefix", "prefixlen"), ("name", "interface")];

    fn from_words(words: &[OsString]) -> Option<Self> {
        Some(Self { words: words.to_vec(), ..Self::default() })
    }

    fn view(&self) -> View {
        let columns = match self {
            Self { hostname: Some(_), .. } => vec!["hostname"],
            Self { list: true, .. } => vec!["interface", "state", "mac", "mtu", "addresses"],
            Self { which: Which { public: Some(_), .. }, .. } => vec!["address", "server"],
            _ => vec![],
        };
        let is_bare = !self.all || self.what.what().is_some();
        View { is_bare, columns, is_live: self.watch, ..View::default() }
    }

    fn prepare(&mut self, printed: &Printed) {
        self.printed = printed.clone();
    }

    fn rows(mut self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        let patience = self.take_patience();
        let server = self.take_server()?;
        if let Some(method) = self.which.public {
            let family = self.family.family();
            let timeout = self.which.timeout.unwrap_or(DEFAULT_TIMEOUT);
            let told = public::ask(method, server.as_ref(), family, timeout);
            return Ok(Told::AtOnce(vec![told].into_iter()));
        }
        if let Some(form) = self.hostname {
            return Ok(Told::AtOnce(vec![hostname::hostname(form)].into_iter()));
        }
        let is_watch = self.watch;
        let request = self.request()?;
        if is_watch {
            return Ok(Told::Watched(Box::new(Watch::begin(request, notes))));
        }
        let Answer { rows, note } = match patience {
            Some(patience) => wait(&request, patience),
            None => answer(&request),
        };
        if let Some(note) = note {
            notes.note(note);
        }
        Ok(Told::AtOnce(rows.into_iter()))
    }
}

/// Rows that are there, or that come.
enum Told {
    AtOnce(std::vec::IntoIter<Result<Row, Failure>>),
    Watched(Box<Watch>),
}

impl Iterator for Told {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::AtOnce(rows) => rows.next(),
            Self::Watched(watch) => watch.next(),
        }
    }
}

impl Rows for Told {
    fn is_ready(&mut self) -> bool {
        match self {
            Self::AtOnce(_) => true,
            Self::Watched(watch) => watch.is_ready(),
        }
    }

    fn wait(&mut self, limit: Duration) -> bool {
        match self {
            Self::AtOnce(_) => true,
            Self::Watched(watch) => watch.wait(limit),
        }
    }
}

impl Cli {
    /// The value of --wait is a number of seconds, or an interface that happens to come behind it.
    fn take_patience(&mut self) -> Option<Duration> {
        let value = self.wait.take()?;
        if value.is_empty() {
            return Some(DEFAULT_WAIT);
        }
        if let Some(Ok(patience)) = value.to_str().map(output::seconds) {
            return Some(patience);
        }
        self.words.insert(0, value);
        Some(DEFAULT_WAIT)
    }

    /// The server among the words, which only --public has a use for.
    fn take_server(&mut self) -> Result<Option<Server>, Failure> {
        let is_public = self.which.public.is_some();
        let mut server = None;
        for word in &self.words {
            let text = word.to_str().and_then(|word| word.strip_prefix('@'));
            match text {
                Some(text) if is_public && server.is_none() => {
                    let mistake = |error: ServerTextError| usage(&error.to_string(), None);
                    server = Some(text.parse().map_err(mistake)?);
                }
                Some(_) if is_public => return Err(usage("one server is enough", None)),
                Some(text) => {
                    let hint = format!("'myip --public @{text}' asks it for the public address");
                    return Err(usage("a server is asked only with --public", Some(hint)));
                }
                None if is_public => {
                    let hint = "a server has an '@' before it, as in '@192.0.2.53'".to_owned();
                    return Err(usage("--public takes no interface", Some(hint)));
                }
                None => {}
            }
        }
        Ok(server)
    }

    fn request(self) -> Result<Request, Failure> {
        if self.words.iter().any(|name| name.is_empty()) {
            let hint = "'myip' alone prints the primary address".to_owned();
            return Err(usage("an interface name cannot be empty", Some(hint)));
        }
        let Which { to, lan, stable, temporary, within, of, backend, .. } = self.which;
        let is_holder = of.is_some();
        let subject = match (of, to) {
            (Some(Holder(ip, zone)), _) => Subject::Holder(ip, zone),
            (None, Some(to)) => Subject::Toward(to),
            (None, None) if self.list => Subject::Links(self.words),
            (None, None) if self.all => Subject::Addresses(self.words),
            (None, None) if self.words.is_empty() => Subject::Primary,
            (None, None) => Subject::FirstOf(self.words),
        };
        let what = self.what.what();
        let age = match (stable, temporary) {
            (true, _) => Some(Age::Stable),
            (_, true) => Some(Age::Temporary),
            _ => None,
        };
        let family = match self.family.family() {
            // Only IPv6 has addresses that stay and addresses that change, and no broadcast.
            Family::Any if age.is_some() => Family::Ipv6,
            Family::Any if what == Some(What::Broadcast) => Family::Ipv4,
            family => family,
        };
        let filter = Filter { family, prefix: within, is_lan: lan, age };
        let rendering = self.printed.rendering;
        Ok(Request {
            subject,
            what: what.unwrap_or(if self.list || is_holder {
                What::Interface
            } else {
                What::Address
            }),
            filter,
            backend: backend.unwrap_or_default(),
            is_bare: matches!(rendering, Rendering::Short | Rendering::Nothing)
                && self.printed.columns.is_empty(),
            wants_gateways: self.printed.has("gateway"),
        })
    }
}

fn usage(message: &str, hint: Option<String>) -> Failure {
    Failure::Usage { message: message.to_owned(), hint }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn words_alone_mean_what_the_parser_makes_of_them() {
        for words in [&[][..], &["eth0"], &["en0", "help", "@x", "eth0"], &[""], &["5", "a=b", "é"]]
        {
            let parsed = Cli::try_parse_from([&["myip"], words].concat()).unwrap();
            let words: Vec<_> = words.iter().map(OsString::from).collect();
            assert_eq!(format!("{parsed:?}"), format!("{:?}", Cli::from_words(&words).unwrap()));
        }
    }
}
