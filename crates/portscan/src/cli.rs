//! What was asked, and the way from there to rows.

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use output::{Exit, FamilyFlags, MapView, Notes, Printed, Rendering, Rows, Tool, View};
use wellknown::Protocol;

use crate::diff::earlier::{Earlier, EarlierError};
use crate::engine::Manner;
use crate::failure::{Failure, FailureKind};
use crate::limits::Descriptors;
use crate::policy::{Limits, MAX_TRIES};
use crate::ports::usual::Top;
use crate::ports::{PortLists, Ports};
use crate::request::{Request, Want};
use crate::row::Row;
use crate::run;
use crate::targets::extent;
use crate::targets::from;
use crate::targets::host::{self, Host};
use crate::targets::words::{self, Context, Target, Words};
use crate::wire::MAX_IN_FLIGHT;

/// How long --wait waits if it is not told.
pub(crate) const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// What others write behind a number of time; nothing is seconds.
const UNITS: &[&str] = &["", "ms", "s", "sec", "secs", "seconds", "m", "min", "h"];

/// How long --watch waits from one look to the next if it is not told, in seconds.
const WATCH_INTERVAL_S: &str = "1";

/// How many ports a table lists at most if it is not told to list all.
const MAX_LISTED: u32 = 32;

/// How words are put together.
const USAGE: &str = "portscan [OPTIONS] HOST... [PORT]... [-- COMMAND...]";

/// The headings of the help.
const WHAT: &str = "What to ask";
const HOW: &str = "How to ask";
const UNTIL: &str = "Until when";
const SHOWN: &str = "What is shown";

/// Try ports of hosts and say what answered
///
/// A port is open (somebody listens), closed (the host answered: nobody listens), filtered (no
/// answer: a firewall drops it, or there is no host), rejected (turned away by ICMP, and by whom)
/// or unreachable (it never left this machine). Nothing is sent to open ports. Try only what you
/// may.
#[derive(Parser, Debug, Clone)]
#[command(name = <Self as Tool>::NAME, override_usage = USAGE)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Cli {
    /// Hosts, then ports: names, addresses, networks (192.0.2.0/24), or HOST:PORT; ports as
    /// numbers, ranges (8000-8080), service names (ssh), lists of these (80,443), or - for all
    /// [default ports: the 100 most usual]
    #[arg(value_name = "HOST|PORT", required_unless_present_any = ["from", "diff", "wait"])]
    pub(crate) words: Vec<String>,

    /// Read hosts from this file, a line each, with ports or without; - is standard input
    #[arg(long, value_name = "FILE", help_heading = WHAT)]
    pub(crate) from: Option<PathBuf>,

    /// Ask for the N most usual ports
    #[arg(long, value_name = "N", help_heading = WHAT)]
    pub(crate) top: Option<Top>,

    /// Leave these ports out
    #[arg(long, value_name = "PORTS", help_heading = WHAT)]
    pub(crate) exclude: Vec<Ports>,

    /// Ask over UDP: what no service answers is silent, which says little
    #[arg(long, help_heading = WHAT)]
    pub(crate) udp: bool,

    /// Ask more than 65,536 addresses
    #[arg(long, help_heading = WHAT)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) family: FamilyFlags,

    /// Seconds after which a port without an answer is given up, all tries together
    #[arg(
        short = 'w',
        long,
        value_name = "SECONDS",
        default_value = "2",
        value_parser = output::seconds,
        help_heading = HOW
    )]
    pub(crate) timeout: Duration,

    /// Tries at a port without an answer; more where answers get lost
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        value_parser = tries,
        help_heading = HOW
    )]
    pub(crate) tries: u8,

    /// No more tries a second than this
    #[arg(long, value_name = "N", value_parser = output::from_one::<NonZeroU32>, help_heading = HOW)]
    pub(crate) rate: Option<NonZeroU32>,

    /// No more tries under way at the same time than this
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_IN_FLIGHT,
        value_parser = output::from_one::<NonZeroUsize>,
        help_heading = HOW
    )]
    pub(crate) max_inflight: NonZeroUsize,

    /// Read what open ports say first
    #[arg(long, conflicts_with = "udp", help_heading = SHOWN)]
    pub(crate) banner: bool,

    /// Say what the services of ports are for
    #[arg(long, help_heading = SHOWN)]
    pub(crate) service: bool,

    /// List open ports only
    #[arg(long, help_heading = SHOWN, conflicts_with = "all")]
    pub(crate) open: bool,

    /// List all ports in a table, also where they are more than 32
    #[arg(short, long, help_heading = SHOWN)]
    pub(crate) all: bool,

    /// Draw hosts by ports
    #[arg(long, help_heading = SHOWN, conflicts_with_all = ["watch", "open"])]
    pub(crate) map: bool,

    /// List what is no longer as it was in this file, the JSON of an earlier run; without hosts
    /// the same is asked again
    #[arg(long, value_name = "FILE", help_heading = SHOWN, conflicts_with_all = ["watch", "wait", "map"])]
    pub(crate) diff: Option<PathBuf>,

    /// One open port is enough for yes, as it is for ranges and networks
    #[arg(long, help_heading = UNTIL)]
    pub(crate) any: bool,

    /// Wait until the ports are open, for so many seconds [default: 30]
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        default_missing_value = "",
        help_heading = UNTIL
    )]
    pub(crate) wait: Option<String>,

    /// Wait until they are this
    #[arg(long, value_name = "STATE", value_enum, help_heading = UNTIL, conflicts_with_all = ["watch", "diff"])]
    pub(crate) until: Option<Until>,

    /// Look again every so many seconds, and wait no longer for an answer [default: 1]
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = WATCH_INTERVAL_S,
        value_parser = output::seconds,
        conflicts_with_all = ["wait"],
        help_heading = UNTIL
    )]
    pub(crate) watch: Option<Duration>,

    /// Run this when the answer is yes, in place of portscan
    #[arg(last = true, value_name = "COMMAND", help_heading = UNTIL, conflicts_with = "watch")]
    pub(crate) command: Vec<OsString>,

    #[arg(skip)]
    printed: Printed,
}

/// As [`MAX_IN_FLIGHT`].
const DEFAULT_IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(MAX_IN_FLIGHT).expect("it is not zero");

/// What to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Until {
    /// Somebody is home, and stays
    Open,
    /// Nobody is home any more, or the host is gone
    Closed,
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const NAME: &'static str = "portscan";

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("portscan www.example.com 80 81", "is somebody home at 80, and nobody at 81?"),
        ("portscan localhost ssh 8000-8080", "by service name, and a range"),
        ("portscan db:5432 cache:6379", "each with its own port"),
        ("portscan 192.0.2.0/24 22,80,443 --map", "a network, drawn"),
        ("portscan -s 127.0.0.1 -", "the open ports of all there are, bare"),
        ("portscan -q -w 0.5 db 5432 && echo up", "the exit code is the answer"),
        ("portscan --wait 60 db:5432 cache:6379 -- ./serve", "start when both are ready"),
        ("portscan --until closed localhost 8080", "wait until the port is free"),
        ("portscan --watch localhost 80 5432", "who comes, who goes, and how long answers take"),
        ("portscan --diff before.json", "what is not as in 'portscan --json db 1-1024'"),
        ("portscan --banner mail.example.com 22 25", "what they say first"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (
            Exit::Yes,
            "every port is open; of ranges and networks, and with --any, one is; with --diff, all \
             is as it was",
        ),
        (
            Exit::No,
            "one is closed; of ranges and networks, and with --any, none is open; with --diff, \
             something is not as it was",
        ),
        (Exit::Usage, "the command line, or a line of a list, makes no sense"),
        (Exit::Unknown, "of one it could not be told: no answer, turned away, or no such host"),
    ];

    fn view(&self) -> View {
        View {
            columns: self.columns(),
            is_silent: !self.command.is_empty(),
            is_live: self.watch.is_some(),
            map: self.map.then_some(MapView { down: "host", across: "port", cell: "state" }),
            ..View::default()
        }
    }

    fn prepare(&mut self, printed: &Printed) {
        self.printed = printed.clone();
    }

    fn successor(&self) -> Option<Command> {
        let (program, arguments) = self.command.split_first()?;
        let mut command = Command::new(program);
        command.args(arguments);
        Some(command)
    }

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        run::rows(self, notes)
    }
}

/// What is to be waited for, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub until: Until,
    pub patience: Duration,
    /// Whether only open ports are told.
    pub is_open_only: bool,
}

impl Cli {
    /// The transport.
    pub(crate) const fn protocol(&self) -> Protocol {
        if self.udp { Protocol::Udp } else { Protocol::Tcp }
    }

    pub(crate) const fn printed(&self) -> &Printed {
        &self.printed
    }

    /// The columns of the table. Only the last may have blanks.
    fn columns(&self) -> Vec<&'static str> {
        let mut columns = Vec::from(["host", "address", "port", "state", "service", "rtt_ms"]);
        let is_waiting = self.wait.is_some() || self.until.is_some();
        if self.diff.is_some() {
            columns.insert(0, "change");
            columns.insert(1, "was");
        }
        if self.watch.is_some() {
            columns.push("rtts_ms");
        } else if is_waiting {
            columns.push("waited_ms");
        } else if self.words.iter().any(|word| is_loopback(word)) {
            columns.push("process");
        }
        if self.service {
            columns.push("description");
        }
        if self.banner {
            columns.push("banner");
        }
        if !self.service && !self.banner {
            columns.push("reason");
        }
        columns
    }

    /// The value of --wait is a number of seconds, or a word that happens to come behind it.
    fn parse_wait(&mut self) -> Result<Option<Waiting>, FailureKind> {
        let until = self.until.unwrap_or(Until::Open);
        let is_open_only = self.open;
        let Some(value) = self.wait.clone() else {
            return Ok(self.until.map(|until| Waiting {
                until,
                patience: DEFAULT_WAIT,
                is_open_only,
            }));
        };
        if value.is_empty() {
            return Ok(Some(Waiting { until, patience: DEFAULT_WAIT, is_open_only }));
        }
        if let Ok(patience) = output::seconds(&value) {
            if self.words.len() + usize::from(self.from.is_some()) < 1 {
                return Err(FailureKind::NothingToWaitFor { seconds: value });
            }
            return Ok(Some(Waiting { until, patience, is_open_only }));
        }
        if is_like_time(&value) {
            return Err(FailureKind::NoTime { value });
        }
        // Ports come last, hosts first.
        let place = if value.parse::<Ports>().is_ok() { self.words.len() } else { 0 };
        self.words.insert(place, value);
        Ok(Some(Waiting { until, patience: DEFAULT_WAIT, is_open_only }))
    }

    /// What an earlier run found, if this one is to be compared with it.
    pub(crate) fn earlier(&self) -> Result<Option<Earlier>, FailureKind> {
        let Some(path) = &self.diff else { return Ok(None) };
        if self.from.as_ref() == Some(path) && path == Path::new(output::STANDARD_INPUT) {
            return Err(FailureKind::InputTwice);
        }
        let earlier = Earlier::read(path, self.protocol())?;
        if self.words.is_empty() && self.from.is_none() && earlier.is_empty() {
            return Err(EarlierError::Empty { path: path.clone() }.into());
        }
        Ok(Some(earlier))
    }

    /// What is asked, what is to be waited for, and lines of a file that make no sense.
    /// Where no hosts are given, those of the `earlier` run are asked again.
    pub(crate) fn request(
        &mut self,
        earlier: Option<&Earlier>,
    ) -> Result<(Request, Option<Waiting>, Vec<FailureKind>), FailureKind> {
        let waiting = self.parse_wait()?;
        let protocol = self.protocol();
        let has_hosts = !self.words.is_empty() || self.from.is_some();
        let again = earlier.filter(|_| !has_hosts);
        let has_more_hosts = self.from.is_some() || again.is_some();
        let context = Context { protocol, has_more_hosts };
        let Words { targets, ports } = Words::read(&self.words, context)?;
        let (mut targets, mut bad_lines) = (targets, Vec::new());
        if let Some(path) = &self.from {
            let list = from::read(path, protocol, self.yes)?;
            targets.extend(list.targets);
            let file = path.display().to_string();
            bad_lines.extend(list.bad_lines.into_iter().map(|bad_line| FailureKind::BadLine {
                file: file.clone(),
                bad_line: bad_line.into(),
            }));
        }
        targets.extend(again.into_iter().flat_map(Earlier::targets));
        // A bad line may have been meant for them.
        if bad_lines.is_empty() {
            words::all_taken(ports.as_ref(), &targets)?;
        }
        let mut lists = PortLists::new(protocol, &self.exclude)?;
        let common = match (&ports, self.top) {
            (Some(ports), None) => Some(lists.of(ports)?),
            (Some(ports), Some(top)) => Some(lists.with_top(ports, top)?),
            (None, top) if targets.iter().any(|target| target.ports.is_none()) => {
                Some(lists.top(top.unwrap_or(Top::EVERYDAY))?)
            }
            (None, _) => None,
        };
        let has_ports = ports.is_some() || self.top.is_some();
        let mut plain = targets.iter().filter(|target| target.ports.is_none() && !has_ports);
        let portless = plain.next().map(|target| target.host.to_string());
        let mut hosts = Vec::with_capacity(targets.len());
        for target in targets {
            let ports = match (&target.ports, &common) {
                (Some(own), _) => lists.of(own)?,
                (None, Some(common)) => common.clone(),
                (None, None) => continue,
            };
            hosts.push((target.host, ports));
        }
        let family = self.family.family();
        if !self.yes {
            extent::admit(hosts.iter().map(|(host, _)| host), family)?;
        }
        let is_range = hosts.iter().any(|(host, ports)| host.is_network() || ports.is_range());
        if waiting.is_some() && is_range && !self.any {
            return Err(match self.wait.take().zip(portless).filter(|(value, _)| is_time(value)) {
                Some((value, host)) => FailureKind::NoPortToWaitFor { value, host },
                None => FailureKind::WaitForRange,
            });
        }
        let want = if self.any { Want::Any } else { Want::Every };
        let manner = Manner {
            limits: Limits {
                timeout: self.timeout,
                tries: self.tries,
                max_in_flight: self.max_inflight.get(),
                rate: self.rate.map(NonZeroU32::get),
                is_patient: false,
            },
            banner: self.banner.then_some(self.timeout),
            is_udp: self.udp,
        };
        Ok((Request { hosts, family, protocol, manner, want }, waiting, bad_lines))
    }

    /// Whether a table leaves out what is not open of so many ports.
    pub(crate) fn lists_open_only(&self, pairs: u128) -> bool {
        let is_long = pairs > u128::from(MAX_LISTED);
        let is_plain_table = self.printed.rendering == Rendering::Table && !self.printed.is_summed;
        self.open || (is_plain_table && is_long && !self.all && self.diff.is_none())
    }
}

/// How many times a port is tried.
fn tries(text: &str) -> Result<u8, String> {
    let tries = text.parse().ok().filter(|tries| (1..=MAX_TRIES).contains(tries));
    tries.ok_or_else(|| format!("tries go from 1 to {MAX_TRIES}"))
}

/// Whether a word is a time to wait.
fn is_time(word: &str) -> bool {
    output::seconds(word).is_ok()
}

/// Whether a word is meant as a time: a number that is none of seconds, or one with a unit.
fn is_like_time(word: &str) -> bool {
    let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    number.parse::<f64>().is_ok() && UNITS.contains(&&word[number.len()..])
}

/// Whether a word asks for this machine itself.
fn is_loopback(word: &str) -> bool {
    let is_own = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
    match word.parse::<Target>().map(|target| target.host) {
        Ok(Host::Name(name)) => host::is_localhost(&name),
        Ok(Host::Address(ip, _)) => is_own(ip),
        Ok(Host::Network(network, _)) => network.first().is_loopback(),
        Err(_) => false,
    }
}

/// What a scan may use up, for as long as it lives.
pub(crate) fn within_limits(manner: &mut Manner) -> Descriptors {
    let descriptors = Descriptors::raise();
    let limits = &mut manner.limits;
    limits.max_in_flight = limits.max_in_flight.min(Descriptors::sockets());
    descriptors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_this_machine_are_told_from_those_that_begin_like_them() {
        for word in [
            "localhost",
            "LocalHost.:80",
            "db.localhost",
            "127.9.9.9",
            "127.0.0.0/30:80",
            "[::1]:80",
            "::ffff:127.0.0.1",
            "0.0.0.0",
            "::",
        ] {
            assert!(is_loopback(word), "{word}");
        }
        for word in ["localhost.example.com", "::1234", "127.test", "0.0.0.0/0", "80", "ssh"] {
            assert!(!is_loopback(word), "{word}");
        }
    }
}
