//! What was asked, and the way from there to sockets.

#[cfg(target_os = "linux")]
use std::sync::Arc;
use std::time::Duration;

#[cfg(target_os = "linux")]
use clap::Subcommand;
use clap::{Args, Parser};
use output::{Exit, FamilyFlags, Notes, Printed, Rendering, Rows, Tool, View};

#[cfg(target_os = "linux")]
use crate::backend;
use crate::backend::Backend;
use crate::failure::Failure;
use crate::filter::{Expression, Filter};
#[cfg(target_os = "linux")]
use crate::kill::{self, Consent, KillError, SignalName};
use crate::names::{Hosts, WantedNames};
#[cfg(target_os = "linux")]
use crate::namespace::{self, NamespaceError};
use crate::owner::Facts;
use crate::protocol::Protocols;
use crate::request::{Request, Wanted};
use crate::row::{self, Row};
use crate::state::{State, States};
use crate::study::Subjects;
#[cfg(target_os = "linux")]
use crate::survey::Namespaces;
use crate::survey::{Question, Survey};
use crate::unknown;
use crate::watch::Watch;

/// How long --watch waits if it is not told, in seconds.
const WATCH_INTERVAL_S: &str = "1";

/// The headings of the help.
const WHERE: &str = "Where to look";
const SHOWN: &str = "What is shown";
const UNTIL: &str = "Until when";
#[cfg(target_os = "linux")]
const ENDING: &str = "How to end them";

/// List the sockets of this machine: who is connected, who listens
///
/// Without options: connections of TCP, UDP and raw IP. With a filter: all of their sockets that
/// meet it, those that listen among them. Addresses and ports are numbers.
#[derive(Parser, Debug, Clone)]
#[command(name = <Self as Tool>::NAME, args_conflicts_with_subcommands = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Cli {
    #[command(flatten)]
    selection: Selection,

    /// Numbers for addresses and ports, as always: for the habit of netstat -n
    #[arg(short, long, overrides_with_all = ["services", "resolve"], help_heading = SHOWN)]
    numeric: bool,

    /// Names of services for ports
    #[arg(long, overrides_with = "numeric", help_heading = SHOWN)]
    services: bool,

    /// Names of hosts for addresses, as the system resolves them
    #[arg(short, long, overrides_with = "numeric", help_heading = SHOWN)]
    resolve: bool,

    /// Every process that has the socket open: name[pid]
    #[arg(short, long, visible_alias = "program", help_heading = SHOWN)]
    processes: bool,

    /// The user who opened it
    #[arg(short, long, help_heading = SHOWN)]
    extended: bool,

    /// What TCP waits for
    #[arg(short = 'o', long, help_heading = SHOWN)]
    timers: bool,

    /// What TCP knows: round-trip time, congestion window, losses and more
    #[arg(short, long, help_heading = SHOWN)]
    info: bool,

    /// How many sockets there are of each protocol, family and state
    #[arg(long, help_heading = SHOWN)]
    summary: bool,

    /// Look again every so many seconds, and show what comes, changes and goes [default: 1]
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = WATCH_INTERVAL_S,
        value_parser = output::seconds,
        conflicts_with = "summary",
        help_heading = UNTIL
    )]
    watch: Option<Duration>,

    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    action: Option<Action>,

    #[arg(skip)]
    printed: Printed,
}

#[derive(Args, Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Selection {
    /// All sockets: connections, those that listen, and those that are only bound
    #[arg(short, long)]
    all: bool,

    /// Only those that listen (UDP: that have no peer); with -a all, as in netstat
    #[arg(short, long)]
    listening: bool,

    /// Only TCP; several kinds add up
    #[arg(short, long)]
    tcp: bool,

    /// Only UDP
    #[arg(short, long)]
    udp: bool,

    /// Only UNIX sockets
    #[arg(short = 'x', long)]
    unix: bool,

    /// Only raw IP
    #[arg(short = 'w', long)]
    raw: bool,

    /// Only packet sockets: who sees frames (tcpdump, DHCP)
    #[arg(long)]
    packet: bool,

    #[command(flatten)]
    family: FamilyFlags,

    #[command(flatten)]
    filter: Filter,

    /// Look into the network namespace of this name, process or path (takes root)
    #[cfg(target_os = "linux")]
    #[arg(long, value_name = "NAME", conflicts_with = "all_netns", help_heading = WHERE)]
    netns: Option<String>,

    /// Look into every network namespace, those of containers too (takes root)
    #[cfg(target_os = "linux")]
    #[arg(long, help_heading = WHERE)]
    all_netns: bool,

    /// Where sockets come from
    #[arg(long, value_enum, default_value_t, help_heading = WHERE)]
    backend: Backend,
}

#[cfg(target_os = "linux")]
#[derive(Subcommand, Debug, Clone)]
enum Action {
    /// End the processes that listen there: shows them, asks, and looks once more
    ///
    /// Only those that listen, unless told otherwise with --all. Prints each socket with what became
    /// of its processes: ended, gone (before they were told), spared, running (still), refused, hidden
    /// or unowned.
    Kill(Kill),
}

#[cfg(target_os = "linux")]
#[derive(Args, Debug, Clone)]
struct Kill {
    #[command(flatten)]
    selection: Selection,

    /// What to send them
    #[arg(long, value_name = "NAME", default_value_t, help_heading = ENDING)]
    signal: SignalName,

    /// Do not ask; a script has to say so
    #[arg(short, long, help_heading = ENDING)]
    yes: bool,
}

/// The columns of every table.
const BASE_COLUMNS: [&str; 6] = ["protocol", "state", "recv_q", "send_q", "local", "peer"];

/// Those of --timers.
const TIMER_COLUMNS: [&str; 3] = ["timer", "timer_ms", "retransmits"];

/// Those of --info.
const INFO_COLUMNS: [&str; 11] = [
    "rtt_ms",
    "rttvar_ms",
    "min_rtt_ms",
    "cwnd",
    "mss",
    "retrans",
    "lost",
    "bytes_acked",
    "bytes_received",
    "delivery_rate_bps",
    "congestion",
];

/// Those of --extended.
const EXTENDED_COLUMNS: [&str; 1] = ["user"];

/// The columns for which /proc has to be read.
const OWNER_COLUMNS: [&str; 6] = ["process", "pid", "fd", "cmd", "owners_seen", "ownerless"];

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const NAME: &'static str = "conns";

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("conns", "who is connected"),
        ("conns -l", "who listens"),
        ("conns -tlp", "which processes listen on TCP"),
        ("conns :8080", "who is at port 8080, either way"),
        ("conns -a", "all sockets of TCP, UDP and raw IP"),
        ("conns --state time-wait --count-by peer", "with whom it was just over"),
        ("conns -ti --sort -rtt_ms", "the slowest connections first"),
        ("conns 'dport = :443 and not dst 10.0.0.0/8'", "a filter as in ss"),
        ("conns -tlp -f json", "who listens, for scripts"),
        ("conns -tl --columns local_port -s", "the TCP ports that are taken"),
        ("conns --watch -tp", "watch connections come and go"),
        ("conns kill :8080", "end who listens at port 8080"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "there are such sockets"),
        (Exit::No, "there are none"),
        (Exit::Usage, "the command line makes no sense"),
        (Exit::Unknown, "the sockets could not be listed, or their processes not be ended"),
    ];

    const COLUMN_ALIASES: &'static [(&'static str, &'static str)] = &[
        ("port", "local_port"),
        ("netid", "protocol"),
        ("recv-q", "recv_q"),
        ("send-q", "send_q"),
    ];

    fn view(&self) -> View {
        let count_by = if self.summary { vec!["protocol", "family", "state"] } else { Vec::new() };
        View { columns: self.columns(), count_by, is_live: self.watch.is_some(), ..View::default() }
    }

    fn prepare(&mut self, printed: &Printed) {
        self.printed = printed.clone();
    }

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        #[cfg(target_os = "linux")]
        if let Some(Action::Kill(kill)) = &self.action {
            return Ok(boxed(output::at_once(kill.rows(&self.printed, notes)?)));
        }
        let names = WantedNames { services: self.services, hosts: self.resolve };
        let survey = Survey::begin(self.question(notes)?, notes)?;
        Ok(match self.interval() {
            Some(interval) => boxed(Watch::begin(survey, interval, names, &self.printed, notes)),
            None if names.any() => boxed(output::at_once(named(survey, names, notes))),
            None => boxed(output::at_once(survey)),
        })
    }
}

type BoxedRows = Box<dyn Rows<Item = Result<Row, Failure>>>;

fn boxed(rows: impl Rows<Item = Result<Row, Failure>> + 'static) -> BoxedRows {
    Box::new(rows)
}

/// All rows with names for their numbers: those of addresses are asked for together.
fn named(survey: Survey, names: WantedNames, notes: &Notes) -> Vec<Result<Row, Failure>> {
    let mut rows: Vec<_> = survey.collect();
    names.give(rows.iter_mut().flatten(), &mut Hosts::default(), notes);
    rows
}

impl Cli {
    /// A summary is of all sockets unless told otherwise.
    fn question(&self, notes: &Notes) -> Result<Question, Failure> {
        let mut selection = self.selection.clone();
        selection.all |= self.summary && !selection.listening;
        selection.question(&self.printed, notes)
    }

    fn interval(&self) -> Option<Duration> {
        self.watch.map(|interval| self.selection.filter.interval().unwrap_or(interval))
    }

    fn columns(&self) -> Vec<&'static str> {
        #[cfg(target_os = "linux")]
        if self.action.is_some() {
            return ["protocol", "state", "local", "user", "process", "outcome"].to_vec();
        }
        let mut columns = BASE_COLUMNS.to_vec();
        let more: [(bool, &[_]); 5] = [
            #[cfg(target_os = "linux")]
            (self.selection.all_netns, &["netns"]),
            #[cfg(not(target_os = "linux"))]
            (false, &[]),
            (self.extended, &EXTENDED_COLUMNS),
            (self.processes, &["process"]),
            (self.timers, &TIMER_COLUMNS),
            (self.info, &INFO_COLUMNS),
        ];
        columns.extend(more.iter().filter(|(is_wanted, _)| *is_wanted).flat_map(|(_, them)| *them));
        columns
    }
}

impl Selection {
    /// What to ask for, so that what is printed can be.
    fn question(&self, printed: &Printed, notes: &Notes) -> Result<Question, Failure> {
        let mut expression = self.filter.clone().into_expression();
        if let Some(expression) = &mut expression {
            expression.resolve(&mut crate::names::addresses_of)?;
            #[cfg(target_os = "linux")]
            unknown::mention(expression, self.is_here(), notes);
            #[cfg(not(target_os = "linux"))]
            unknown::mention(expression, notes);
        }
        let needs = expression.as_ref().map(Expression::needs).unwrap_or_default();
        let has = |columns: &[&str]| columns.iter().any(|column| printed.has(column));
        let owners = (needs.holders || has(&OWNER_COLUMNS)).then(|| Facts {
            names: needs.names || has(&["process"]),
            commands: printed.rendering == Rendering::Json && has(&["process"]) || has(&["cmd"]),
            users: printed.rendering == Rendering::Json && has(&["process"]),
        });
        Ok(Question {
            request: Request {
                protocols: self.protocols(expression.as_ref()),
                family: self.family.family(),
                states: self.states(expression.as_ref()),
                #[cfg(target_os = "linux")]
                bytecode: self.bytecode(expression.as_ref()),
                #[cfg(not(target_os = "linux"))]
                bytecode: None,
                details: Wanted {
                    tcp: needs.tcp || has(&row::TCP_COLUMNS),
                    memory: needs.memory || has(&row::MEMORY_COLUMNS),
                    traffic_class: needs.traffic_class || has(&["tos"]),
                },
            },
            backend: self.backend,
            subjects: Subjects {
                owners,
                users: needs.user || has(&["user"]),
                groups: needs.cgroup || needs.unit || has(&["unit", "cgroup"]),
            },
            expression,
            #[cfg(target_os = "linux")]
            namespaces: self.namespaces(notes)?,
            #[cfg(target_os = "linux")]
            here: has(&["netns", "netns_inode"]).then(namespace::here).flatten(),
        })
    }

    #[cfg(target_os = "linux")]
    fn namespaces(&self, notes: &Notes) -> Result<Namespaces, Failure> {
        Ok(match &self.netns {
            Some(name) => Namespaces::One(namespace::by_name(name)?),
            None if self.all_netns && namespace::all().is_empty() => {
                return Err(NamespaceError::Unseen.into());
            }
            None if self.all_netns => {
                if !backend::is_root() {
                    notes.footnote("only root looks into the network namespaces of others");
                }
                Namespaces::All
            }
            None => Namespaces::Here,
        })
    }

    /// What the kernel may leave out by itself.
    #[cfg(target_os = "linux")]
    fn bytecode(&self, expression: Option<&Expression>) -> Option<Arc<[u8]>> {
        backend::native::bytecode(expression?, self.is_here())
    }

    /// Whether only the network namespace of this process is looked into.
    #[cfg(target_os = "linux")]
    const fn is_here(&self) -> bool {
        self.netns.is_none() && !self.all_netns
    }

    fn named(&self) -> Protocols {
        let named = [
            (self.tcp, Protocols::TCP),
            (self.udp, Protocols::UDP),
            (self.raw, Protocols::RAW),
            (self.unix, Protocols::UNIX),
            (self.packet, Protocols::PACKET),
        ];
        let named = named.into_iter().filter(|(is_named, _)| *is_named);
        named.fold(Protocols::NONE, |all, (_, protocol)| all | protocol)
    }

    /// The kinds that are named; without any those that go over a network, and whatever else the
    /// filter can only mean.
    fn protocols(&self, expression: Option<&Expression>) -> Protocols {
        let named = self.named();
        if named != Protocols::NONE {
            return named;
        }
        let of_network = Protocols::TCP | Protocols::UDP | Protocols::RAW;
        let meant = expression.map_or(of_network, Expression::protocols);
        if meant.among(of_network) == Protocols::NONE { meant } else { of_network }
    }

    /// A filter looks at all sockets unless told otherwise.
    fn states(&self, expression: Option<&Expression>) -> States {
        let meant = expression.map_or(States::ALL, Expression::states);
        // Packet sockets have no connections.
        let is_packet_only = self.named() == Protocols::PACKET;
        if self.all || is_packet_only {
            meant
        } else if self.listening {
            meant & States::LISTENING
        } else if expression.is_some() {
            meant
        } else {
            !(States::LISTENING | State::Bound.into())
        }
    }
}

#[cfg(target_os = "linux")]
impl Kill {
    fn rows(&self, printed: &Printed, notes: &Notes) -> Result<Vec<Result<Row, Failure>>, Failure> {
        let mut selection = self.selection.clone();
        if selection.filter.expression().is_none() {
            return Err(KillError::Everything.into());
        }
        // Who says both gets the fewer.
        selection.all &= !selection.listening;
        selection.listening = !selection.all;
        let mut question = selection.question(printed, notes)?;
        question.subjects.owners = Some(Facts { names: true, commands: true, users: true });
        let rows = Survey::begin(question, notes)?.collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            notes.note(if selection.all {
                "no socket is meant by that"
            } else {
                "nothing listens there; with --all connections count, too"
            });
        }
        let consent = if self.yes { Consent::Given } else { Consent::Asked };
        let rows = kill::end_all(rows, self.signal, consent, notes)?;
        Ok(rows.into_iter().map(Ok).collect())
    }
}
