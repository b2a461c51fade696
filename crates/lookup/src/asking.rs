//! The flags that say how a question is asked.

use std::path::PathBuf;

use clap::Args;
use hickory_proto::rr::DNSClass;

use crate::message::{ClientSubnet, EdnsRequest, Manner, PAYLOAD_OCTETS};
use crate::rdata;

/// Octets of a client's cookie (RFC 7873, 4).
const COOKIE_OCTETS: usize = 8;

// No doc comment: clap would show it in place of the tool's own description.
#[derive(Args, Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(next_help_heading = "Asking")]
pub(crate) struct Asking {
    /// Ask in this class: IN, or CH as in 'lookup -c CH version.bind TXT @SERVER'
    #[arg(short, long, value_name = "CLASS", default_value = "IN", hide_default_value = true,
          value_parser = rdata::class)]
    class: DNSClass,

    /// Ask over TCP from the start
    #[arg(long)]
    pub(crate) tcp: bool,

    /// Trust certificates that the authorities in this file (PEM) signed, and no others
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// Ask for what the server itself knows, and not others (RD off)
    #[arg(long)]
    no_recurse: bool,

    /// Ask for answers also where their signatures are wrong (CD)
    #[arg(long)]
    cd: bool,

    /// Ask for signatures as well (DO)
    #[arg(long = "do")]
    dnssec_ok: bool,

    /// Ask which of the servers behind an address it is (NSID)
    #[arg(long)]
    nsid: bool,

    /// Ask on behalf of this network (EDNS Client Subnet), such as 192.0.2.0/24
    #[arg(long, value_name = "NETWORK")]
    ecs: Option<ClientSubnet>,

    /// Send a cookie, and the server's if it asks for it
    #[arg(long)]
    cookie: bool,

    /// Take UDP answers of up to so many octets
    #[arg(long, value_name = "OCTETS", default_value_t = PAYLOAD_OCTETS,
          value_parser = clap::value_parser!(u16).range(512..))]
    bufsize: u16,

    /// Ask without EDNS
    #[arg(long, conflicts_with_all = ["dnssec_ok", "nsid", "ecs", "cookie", "bufsize"])]
    no_edns: bool,
}

impl Asking {
    /// What they say.
    pub(crate) fn manner(&self) -> Manner {
        let edns = EdnsRequest {
            payload_octets: self.bufsize,
            dnssec_ok: self.dnssec_ok,
            nsid: self.nsid,
            client_subnet: self.ecs,
            cookie: self.cookie.then(|| rand::random::<[u8; COOKIE_OCTETS]>().to_vec()),
            padding: false,
        };
        Manner {
            class: self.class,
            recursion_desired: !self.no_recurse,
            authentic_data: true,
            checking_disabled: self.cd,
            edns: (!self.no_edns).then_some(edns),
        }
    }
}
