//! The flags that say which sockets are meant.

use std::convert::Infallible;
use std::str::FromStr;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, FromArgMatches};

use output::Prefix;

use super::error::ParseError;
use super::expression::{Device, Expression, Term};
use super::host::{End, PortList, Ports};
use super::pattern::{Manner, Pattern};
use super::terms::{parse_pid, parse_states, user};
use crate::state::States;

#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "Filters")]
#[group(id = "filters")]
#[expect(missing_docs, reason = "clap would show it in place of the tool's own description")]
pub struct Flags {
    /// Only with this port at either end: 443, https, 8000-8080
    #[arg(long, value_name = "PORT[,PORT]…")]
    port: Vec<PortList>,

    /// Only with this port at this end
    #[arg(long, visible_alias = "sport", value_name = "PORT[,PORT]…")]
    lport: Vec<PortList>,

    /// Only with this port at the other end
    #[arg(long, visible_alias = "dport", value_name = "PORT[,PORT]…")]
    rport: Vec<PortList>,

    /// Only with this address or an address of this prefix at either end
    #[arg(long, value_name = "ADDRESS[/LENGTH]", value_delimiter = ',')]
    addr: Vec<Prefix>,

    /// Only in this state, as ss or netstat call it: listen, estab, time-wait, connected
    #[arg(long, value_name = "STATE[,STATE]…", value_parser = parse_states)]
    state: Vec<States>,

    /// Only what this process has open
    #[arg(long, value_name = "PID[,PID]…", value_delimiter = ',', value_parser = parse_pid)]
    pid: Vec<u32>,

    /// Only what a process of this name has open; * stands for anything
    #[arg(long, value_name = "PROCESS")]
    name: Vec<Name>,

    /// Only what this user has opened
    #[arg(long, value_name = "NAME|UID", value_delimiter = ',')]
    user: Vec<String>,

    /// Only what is bound to this interface
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    interface: Vec<Device>,

    /// Only what meets this: :8080, ::1, state listen, dport = :443 and not dst 10.0.0.0/8
    ///
    /// Terms are src, dst, sport, dport, dev, fwmark, cgroup, autobound and state as in ss(8), and port,
    /// addr, pid, name, user, unit, inode, uid, cookie and the numbers among the columns, as in
    /// 'recv_q > 1000'. They are joined by and, or, not and parentheses; and binds closer than or.
    #[arg(value_name = "EXPRESSION")]
    expression: Vec<String>,
}

/// A name as a flag has it: nothing of it is quoted any more.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name(Pattern);

impl FromStr for Name {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Pattern::of_text(text, Manner::Name)))
    }
}

impl Flags {
    /// What the flags and the words ask for together, if anything.
    ///
    /// # Errors
    ///
    /// The words make no sense.
    pub fn expression(&self) -> Result<Option<Expression>, ParseError> {
        let mut all = Vec::new();
        let words = self.expression.join(" ");
        if !self.expression.is_empty() {
            all.push(Expression::parse(&words)?);
        }
        let ports =
            [(End::Either, &self.port), (End::Local, &self.lport), (End::Peer, &self.rport)];
        for (end, lists) in ports {
            let ports = lists.iter().flat_map(|list| &list.0);
            push_any(&mut all, ports.map(|ports| Term::Host { end, prefix: None, ports: *ports }));
        }
        push_any(&mut all, self.addr.iter().map(|prefix| at(*prefix)));
        if let Some(states) = self.state.iter().copied().reduce(|all, states| all | states) {
            all.push(Term::State(states).into());
        }
        push_any(&mut all, self.pid.iter().map(|pid| Term::Pid(*pid)));
        push_any(&mut all, self.name.iter().map(|name| Term::Process(name.0.clone())));
        push_any(&mut all, self.user.iter().map(|it| user(it)));
        push_any(&mut all, self.interface.iter().cloned().map(Term::Device));
        Ok(if all.is_empty() { None } else { Some(Expression::all(all)) })
    }
}

const fn at(prefix: Prefix) -> Term {
    Term::Host { end: End::Either, prefix: Some(prefix), ports: Ports::ANY }
}

/// Any of the values of a flag.
fn push_any(all: &mut Vec<Expression>, of: impl Iterator<Item = impl Into<Expression>>) {
    let of: Vec<_> = of.map(Into::into).collect();
    if !of.is_empty() {
        all.push(Expression::any(of));
    }
}

#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "clap would show it in place of the tool's own description")]
pub struct Filter {
    flags: Flags,
    expression: Option<Expression>,
    interval: Option<Duration>,
}

/// The flag that may have a number behind it: `--watch 2`, as well as `--watch=2`.
const WATCH: &str = "watch";

impl Filter {
    /// What is asked for, if not everything.
    #[must_use]
    pub const fn expression(&self) -> Option<&Expression> {
        self.expression.as_ref()
    }

    /// The number right behind `--watch`, which is no term.
    #[must_use]
    pub const fn interval(&self) -> Option<Duration> {
        self.interval
    }

    /// As [`Filter::expression`], to keep.
    #[must_use]
    pub fn into_expression(self) -> Option<Expression> {
        self.expression
    }
}

/// An expression that makes no sense is an error of the command line as any other.
impl FromArgMatches for Filter {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut filter = Self::default();
        filter.update_from_arg_matches(matches)?;
        Ok(filter)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.flags.update_from_arg_matches(matches)?;
        let refused = |error| clap::Error::raw(ErrorKind::ValueValidation, error);
        if let Some(place) = number_behind_watch(matches) {
            let number = self.flags.expression.remove(place);
            let interval = output::seconds(&number);
            self.interval = Some(interval.map_err(|error| refused(format!("{number}: {error}")))?);
        }
        let parsed = self.flags.expression();
        self.expression = parsed.map_err(|error| refused(error.to_string()))?;
        Ok(())
    }
}

/// Which of the words of the expression is a number, and stands right behind `--watch`.
fn number_behind_watch(matches: &ArgMatches) -> Option<usize> {
    // Not every command has it.
    let is_watched = matches.try_contains_id(WATCH).is_ok_and(|is_there| is_there);
    let watch = is_watched.then(|| matches.index_of(WATCH)).flatten()?;
    let words = matches.get_many::<String>("expression")?;
    let is_interval = |(index, word): (usize, &String)| {
        index == watch + 1 && word.parse::<f64>().is_ok_and(f64::is_finite)
    };
    matches.indices_of("expression")?.zip(words).position(is_interval)
}

impl Args for Filter {
    fn augment_args(command: Command) -> Command {
        Flags::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Flags::augment_args_for_update(command)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser, Debug)]
    struct Tool {
        #[command(flatten)]
        filter: Filter,
    }

    fn asked(arguments: &[&str]) -> Result<String, String> {
        let tool = Tool::try_parse_from([&["tool"], arguments].concat());
        let expression = tool.map_err(|error| error.to_string())?.filter.into_expression();
        Ok(expression.map(|it| it.to_string()).unwrap_or_default())
    }

    #[test]
    fn flags_are_joined_by_and_and_their_values_by_or() {
        let cases: [(&[&str], &str); 12] = [
            (&[], ""),
            (&["--port", "443"], "port = :443"),
            (&["--port", "https,8000-8080"], "port = :443 or port = :8000-8080"),
            (&["--lport=22", "--rport", "80"], "sport = :22 and dport = :80"),
            (&["--sport=22", "--dport", "80"], "sport = :22 and dport = :80"),
            (&["--addr", "10.0.0.0/8,::1"], "addr = 10.0.0.0/8 or addr = [::1]"),
            (
                &["--state", "LISTEN,estab", "--state", "closing"],
                "state = established,listening,closing",
            ),
            (&["--pid", "1,2", "--name", "ssh*"], "( pid = 1 or pid = 2 ) and name = ssh*"),
            (
                &["--name", "(sd-pam)", "--name", "[kworker]"],
                "name = \\(sd-pam\\) or name = \\[kworker\\]",
            ),
            (&["--user", "root,33"], "user = root or uid = 33"),
            (&["--interface", "eth0"], "dev = eth0"),
            (
                &["dport", "=", ":443", "or", ":22", "--state=listen"],
                "( dport = :443 or port = :22 ) and state = listening",
            ),
        ];
        for (arguments, expression) in cases {
            assert_eq!(asked(arguments).as_deref(), Ok(expression), "{arguments:?}");
        }
    }

    #[test]
    fn words_are_an_expression_quoted_or_not() {
        let words = ["( dport = :443 or sport = :22 ) and not dst 10.0.0.0/8"];
        let apart: Vec<_> = words[0].split(' ').collect();
        assert_eq!(asked(&words), asked(&apart));
    }

    #[test]
    fn a_mistake_is_an_error_of_the_command_line() {
        let cases: [(&[&str], &str); 6] = [
            (
                &["dprot", "=", ":443"],
                "error: 'dprot' is no term: did you mean 'dport'?\n  dprot = :443\n  ^^^^^\n",
            ),
            (
                &["--port", "65536"],
                "error: invalid value '65536' for '--port <PORT[,PORT]…>': '65536' is out of range: ports go from 0 to 65535\n",
            ),
            (
                &["--port", "htpps"],
                "error: invalid value 'htpps' for '--port <PORT[,PORT]…>': no service is called 'htpps': did you mean 'https'?\n",
            ),
            (
                &["--state", "listne"],
                "error: invalid value 'listne' for '--state <STATE[,STATE]…>': 'listne' is no state: did you mean 'listening'?\n",
            ),
            (
                &["--addr", "10.0.0.0/33"],
                "error: invalid value '10.0.0.0/33' for '--addr <ADDRESS[/LENGTH]>': '/33' is no length of a prefix: an IPv4 address has 32 bits\n",
            ),
            (
                &["--pid", "x"],
                "error: invalid value 'x' for '--pid <PID[,PID]…>': 'x' is no process: write a number from 0 to 2147483647\n",
            ),
        ];
        for (arguments, message) in cases {
            let error = asked(arguments).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
