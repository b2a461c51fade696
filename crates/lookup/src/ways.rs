//! The flags for other ways of asking than once.

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::server::{DNS_PORT, Server};

/// How long the watch waits between two rounds, unless told, in seconds.
const WATCH_INTERVAL_S: &str = "2";

// No doc comment: clap would show it in place of the tool's own description.
#[derive(Args, Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(next_help_heading = "Other ways to ask")]
pub(crate) struct Ways {
    /// Say no (exit code 1) where the servers that are named do not agree; without it they are
    /// compared as well, and what not all of them say is marked
    #[arg(long)]
    pub(crate) compare: bool,

    /// Read names from this file, a line each, with types or without; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["trace", "watch", "verbose", "compare"])]
    pub(crate) from: Option<PathBuf>,

    /// No more questions a second than this
    #[arg(long, value_name = "N", value_parser = output::from_one::<NonZero<u32>>)]
    pub(crate) rate: Option<NonZero<u32>>,

    /// Show answers in the order of the list, not as they come
    #[arg(long)]
    pub(crate) in_order: bool,

    /// What programs on this machine get (getaddrinfo), and from where: every service of
    /// nsswitch.conf in its order, and the C library itself
    #[arg(long, conflicts_with_all = ["trace", "watch", "verbose", "compare", "from"])]
    pub(crate) system: bool,

    /// Ask from the root down: every step with its server, and all servers of the last zone
    #[arg(long, conflicts_with_all = ["watch", "verbose"])]
    pub(crate) trace: bool,

    /// Start the trace at this server, not at the root servers of the Internet
    #[arg(long, value_name = "ADDRESS[:PORT]", requires = "trace", value_parser = root)]
    pub(crate) root: Vec<Server>,

    /// Ask again every so many seconds until the answer changes, and show what changed [default: 2]
    #[arg(long, value_name = "SECONDS", conflicts_with = "compare", num_args = 0..=1, require_equals = true,
          default_missing_value = WATCH_INTERVAL_S, value_parser = output::seconds)]
    pub(crate) watch: Option<Duration>,

    /// Watch until there is an answer
    #[arg(long, requires = "watch")]
    pub(crate) until_found: bool,
}

/// The port is that of the other servers unless it has its own, so it is not known yet.
fn root(text: &str) -> Result<Server, String> {
    let server = Server::parse(text.strip_prefix('@').unwrap_or(text), DNS_PORT)
        .map_err(|error| output::with_causes(&error))?;
    match server.encrypted {
        None => Ok(server),
        Some(_) => Err("a trace goes over UDP and TCP: leave the '://' out".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_a_server_without_encryption() {
        for text in ["127.0.0.1", "@127.0.0.1", "127.0.0.1:5353", "[::1]:5353"] {
            assert!(root(text).is_ok(), "{text}");
        }
        for (text, words) in [
            ("tls://127.0.0.1", "leave the '://' out"),
            ("https://127.0.0.1/dns-query", "leave the '://' out"),
            ("127.0.0.1:0", "'0' is not a port"),
        ] {
            let error = root(text).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
