//! Questions with one right answer, which is known beforehand.

use anyhow::{Error, Result};

use super::in_namespace;
use crate::rig::{Sheet, Stage};

/// A machine, what is asked of it, and the answer.
struct Case {
    what: &'static str,
    /// For a shell, in a namespace of its own.
    machine: &'static str,
    args: &'static [&'static str],
    /// What is printed; nothing where the answer is no.
    answer: &'static str,
    /// What has to stand on stderr.
    said: &'static str,
}

const CASES: &[Case] = &[
    Case {
        what: "no address at all",
        machine: "ip addr flush dev lo",
        args: &[],
        answer: "",
        said: "this machine has no address",
    },
    Case {
        what: "loopback alone, which is down",
        machine: "ip link set lo down",
        args: &[],
        answer: "127.0.0.1",
        said: "no route to the outside",
    },
    Case {
        what: "loopback alone",
        machine: "",
        args: &[],
        answer: "127.0.0.1",
        said: "no route to the outside: this is the best address there is, of lo",
    },
    Case {
        what: "no IPv6 at all",
        machine: "sysctl -qw net.ipv6.conf.all.disable_ipv6=1; card e0 10.1.0.1/24",
        args: &["-6"],
        answer: "",
        said: "this machine has no IPv6 address",
    },
    Case {
        what: "a default route with a source",
        machine: "card e0 10.1.0.1/24; ip addr add 10.1.0.2/24 dev e0
                  ip route add default via 10.1.0.254 src 10.1.0.2",
        args: &[],
        answer: "10.1.0.2",
        said: "",
    },
    Case {
        what: "of two default routes the cheaper",
        machine: "card e0 10.1.0.1/24; card e1 10.2.0.1/24
                  ip route add default via 10.1.0.254 metric 600
                  ip route add default via 10.2.0.254 metric 100",
        args: &[],
        answer: "10.2.0.1",
        said: "",
    },
    Case {
        what: "no default route",
        machine: "ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0
                  ip link set docker0 up; card e0 10.1.0.1/24",
        args: &[],
        answer: "10.1.0.1",
        said: "no route to the outside: this is the best address there is, of e0",
    },
    Case {
        what: "a hole instead of a default route",
        machine: "card e0 10.1.0.1/24; ip route add blackhole default",
        args: &[],
        answer: "10.1.0.1",
        said: "no route to the outside",
    },
    Case {
        what: "nothing but a link-local address",
        machine: "card e0; ip addr add 169.254.7.7/16 dev e0",
        args: &["-4"],
        answer: "169.254.7.7",
        said: "no route to the outside",
    },
    Case {
        what: "a default route by a link-local address, and a better one elsewhere",
        machine: "card e0 169.254.7.7/16; card e1 10.2.0.1/24
                  ip route add default via 169.254.0.1 dev e0",
        args: &[],
        answer: "10.2.0.1",
        said: "begins at 169.254.7.7, which is link-local: this is a better one, of e1",
    },
    Case {
        what: "an interface that is down, and one that is up",
        machine: "ip link add e0 type veth peer name e9; ip addr add 10.1.0.1/24 dev e0
                  card e1 10.2.0.1/24",
        args: &[],
        answer: "10.2.0.1",
        said: "of e1",
    },
    Case {
        what: "only an interface that is down",
        machine: "ip link add e0 type veth peer name e9; ip addr add 10.1.0.1/24 dev e0",
        args: &[],
        answer: "10.1.0.1",
        said: "of e0",
    },
    Case {
        what: "asked for one that is down",
        machine: "ip link add e0 type veth peer name e9; ip addr add 10.1.0.1/24 dev e0",
        args: &["e0"],
        answer: "10.1.0.1",
        said: "",
    },
    Case {
        what: "a VPN that takes every way",
        machine: VPN,
        args: &[],
        answer: "10.8.0.1",
        said: "",
    },
    Case {
        what: "the LAN beside a VPN",
        machine: VPN,
        args: &["--lan"],
        answer: "10.1.0.1",
        said: "",
    },
    Case {
        what: "the router of the LAN beside a VPN",
        machine: VPN,
        args: &["--lan", "--gateway"],
        answer: "10.1.0.254",
        said: "",
    },
    Case {
        what: "a VPN by rules and a table of its own",
        machine: "card e0 10.1.0.1/24; ip route add default via 10.1.0.254
                  ip tuntap add wg0 mode tun; ip addr add 10.9.0.2/32 dev wg0; ip link set wg0 up
                  ip route add default dev wg0 table 51820
                  ip rule add not fwmark 51820 table 51820
                  ip rule add table main suppress_prefixlength 0",
        args: &[],
        answer: "10.9.0.2",
        said: "",
    },
    Case {
        what: "of two LANs beside a VPN the cheaper",
        machine: "card e0 10.1.0.1/24; card e1 10.2.0.1/24; ip addr add 10.2.0.7/24 dev e1
                  ip route add default via 10.1.0.254 metric 600
                  ip route add default via 10.2.0.254 src 10.2.0.7 metric 100
                  ip tuntap add tun0 mode tun; ip addr add 10.8.0.1/24 dev tun0
                  ip link set tun0 up; ip route add 0.0.0.0/1 dev tun0",
        args: &["--lan"],
        answer: "10.2.0.7",
        said: "",
    },
    Case {
        what: "a bridge that is the LAN, beside docker's",
        machine: "for it in docker0 br-0123456789ab br-lan; do
                      ip link add $it type bridge; ip link set $it up
                  done
                  ip addr add 172.17.0.1/16 dev docker0
                  ip addr add 172.18.0.1/16 dev br-0123456789ab
                  ip addr add 192.168.1.1/24 dev br-lan",
        args: &["--lan"],
        answer: "192.168.1.1",
        said: "of br-lan",
    },
    Case {
        what: "IPv6 that is deprecated, and IPv6 that is not",
        machine: "card e0; ip addr add 2001:db8:1::1/64 dev e0 nodad
                  ip addr add 2001:db8:1::dead/64 dev e0 nodad preferred_lft 0",
        args: &["e0"],
        answer: "2001:db8:1::1",
        said: "",
    },
    Case {
        what: "IPv4 that is deprecated, and IPv4 that is not",
        machine: "card e0; ip addr add 10.1.0.1/24 dev e0 preferred_lft 0
                  ip addr add 10.2.0.1/24 dev e0; ip route add default via 10.1.0.254",
        args: &[],
        answer: "10.2.0.1",
        said: "begins at 10.1.0.1, which is deprecated",
    },
    Case {
        what: "only IPv6 that is deprecated",
        machine: "card e0; ip addr add 2001:db8:1::dead/64 dev e0 nodad preferred_lft 0",
        args: &["-6"],
        answer: "2001:db8:1::dead",
        said: "no route",
    },
    Case {
        what: "IPv6 that is not known to be unique, and IPv6 that is",
        machine: "card e0; sysctl -qw net.ipv6.conf.e0.dad_transmits=60
                  ip addr add 2001:db8:1::7e/64 dev e0; ip addr add 2001:db8:1::1/64 dev e0 nodad",
        args: &["e0"],
        answer: "2001:db8:1::1",
        said: "",
    },
    Case {
        what: "IPv6 for the world, and IPv6 for the site",
        machine: "card e0; ip addr add fd00::1/64 dev e0 nodad
                  ip addr add 2001:db8:1::1/64 dev e0 nodad",
        args: &["e0"],
        answer: "2001:db8:1::1",
        said: "",
    },
    Case {
        what: "the temporary address of IPv6",
        machine: PRIVACY,
        args: &["--temporary", "--columns", "temporary,stable", "-f", "tsv", "-H"],
        answer: "yes\tno",
        said: "",
    },
    Case {
        what: "the address of IPv6 that stays",
        machine: PRIVACY,
        args: &["--stable"],
        answer: "2001:db8:1::1",
        said: "",
    },
    Case {
        what: "no temporary address",
        machine: "card e0; ip addr add 2001:db8:1::1/64 dev e0 nodad",
        args: &["--temporary"],
        answer: "",
        said: "this machine has no temporary IPv6 address",
    },
    Case {
        what: "the first interface that has an address",
        machine: "card e0; card e1 10.2.0.1/24; card e2 10.3.0.1/24",
        args: &["-4", "en0", "e0", "e1", "e2"],
        answer: "10.2.0.1",
        said: "",
    },
    Case {
        what: "an interface that is not there",
        machine: "card e0 10.1.0.1/24",
        args: &["E0"],
        answer: "",
        said: "no interface 'E0': there are lo, e0.far, e0\nmyip: hint: did you mean 'e0'?",
    },
    Case {
        what: "an interface without an address",
        machine: "ip link add e0 type bridge",
        args: &["e0"],
        answer: "",
        said: "interface 'e0' has no address",
    },
    Case { what: "a label", machine: LABELS, args: &["e0:web"], answer: "10.1.0.3", said: "" },
    Case {
        what: "the device of labels",
        machine: LABELS,
        args: &["-a", "-s", "-4", "e0"],
        answer: "10.1.0.1\n10.1.0.2\n10.1.0.3",
        said: "",
    },
    Case {
        what: "another name of an interface",
        machine: "card e0 10.1.0.1/24; ip link property add dev e0 altname enp0s31f6
                  ip link property add dev e0 altname a-name-that-is-longer-than-fifteen",
        args: &["a-name-that-is-longer-than-fifteen"],
        answer: "10.1.0.1",
        said: "",
    },
    Case {
        what: "a name of digits",
        machine: "card 123 10.1.0.1/24",
        args: &["123"],
        answer: "10.1.0.1",
        said: "",
    },
    Case {
        what: "a name that begins with a dash",
        machine: "card -4 10.1.0.1/24",
        args: &["--", "-4"],
        answer: "10.1.0.1",
        said: "",
    },
    Case {
        what: "a name with a dot and a number, as of a VLAN",
        machine: "card eth0.7 10.7.0.1/24",
        args: &["eth0.7"],
        answer: "10.7.0.1",
        said: "",
    },
    Case {
        what: "a broadcast address where there is one",
        machine: "card e0; ip addr add 10.1.0.1/24 dev e0; ip addr add 10.2.0.1/16 brd + dev e0",
        args: &["e0", "--broadcast"],
        answer: "10.2.255.255",
        said: "",
    },
    Case {
        what: "no broadcast address",
        machine: "card e0; ip addr add 10.1.0.1/24 dev e0",
        args: &["e0", "--broadcast"],
        answer: "",
        said: "interface 'e0' has no broadcast address",
    },
    Case {
        what: "the network of the other end of a link",
        machine: PEER,
        args: &["tun0", "--network", "--cidr"],
        answer: "10.8.0.2/32",
        said: "",
    },
    Case {
        what: "the other end of a link",
        machine: PEER,
        args: &["-a", "-4", "tun0", "--columns", "peer", "-f", "tsv", "-H"],
        answer: "10.8.0.2",
        said: "",
    },
    Case {
        what: "a tunnel has no hardware",
        machine: PEER,
        args: &["tun0", "--mac"],
        answer: "",
        said: "interface 'tun0' has no MAC address",
    },
    Case {
        what: "what is asked for from outside tunnels only",
        machine: "ip tuntap add tun0 mode tun; ip addr add 10.8.0.1/24 dev tun0
                  ip link set tun0 up",
        args: &["--lan", "-4", "--in", "10.0.0.0/8"],
        answer: "",
        said: "has no IPv4 address in 10.0.0.0/8 outside tunnels and containers",
    },
    Case {
        what: "the address in a network",
        machine: "card e0 192.168.7.1/24; card e1 10.2.0.1/24
                  ip route add default via 192.168.7.254",
        args: &["--in", "10/8"],
        answer: "10.2.0.1",
        said: "",
    },
    Case {
        what: "the interface that has an address",
        machine: "card e0 10.1.0.1/24; card e1 10.2.0.1/24",
        args: &["--of", "10.2.0.1"],
        answer: "e1",
        said: "",
    },
    Case {
        what: "the interface that has a link-local address",
        machine: "card e0; ip addr add fe80::1/64 dev e0 nodad
                  card e1; ip addr add fe80::1/64 dev e1 nodad",
        args: &["--of", "fe80::1%e1"],
        answer: "e1",
        said: "",
    },
    Case {
        what: "the name of the machine",
        machine: "hostname zoo.example.org",
        args: &["--hostname"],
        answer: "zoo.example.org",
        said: "",
    },
    Case {
        what: "its short form",
        machine: "hostname zoo.example.org",
        args: &["--hostname=short"],
        answer: "zoo",
        said: "",
    },
    Case {
        what: "its qualified form, which the hosts file knows",
        machine: NAMES,
        args: &["--hostname=full"],
        answer: "zoo.example.org",
        said: "",
    },
    Case {
        what: "no qualified form",
        machine: "hostname plain
                  t=$(mktemp); echo '127.0.1.1 plain' >$t; mount --bind $t /etc/hosts
                  t=$(mktemp); echo 'hosts: files' >$t; mount --bind $t /etc/nsswitch.conf",
        args: &["--hostname=full"],
        answer: "",
        said: "no qualified name is known for 'plain'",
    },
];

const VPN: &str = "card e0 10.1.0.1/24; ip route add default via 10.1.0.254
    ip tuntap add tun0 mode tun; ip addr add 10.8.0.1/24 dev tun0; ip link set tun0 up
    ip route add 0.0.0.0/1 dev tun0; ip route add 128.0.0.0/1 dev tun0";

const PEER: &str = "ip tuntap add tun0 mode tun
    ip addr add 10.8.0.1 peer 10.8.0.2 dev tun0; ip link set tun0 up";

const LABELS: &str = "card e0 10.1.0.1/24
    ip addr add 10.1.0.2/24 label e0:1 dev e0; ip addr add 10.1.0.3/24 label e0:web dev e0";

const PRIVACY: &str = "card e0; sysctl -qw net.ipv6.conf.e0.use_tempaddr=2
    sysctl -qw net.ipv6.conf.e0.accept_dad=0
    ip addr add 2001:db8:1::1/64 dev e0 nodad mngtmpaddr
    sleep 1";

const NAMES: &str = "hostname zoo
    t=$(mktemp); echo '127.0.1.1 zoo.example.org zoo' >$t; mount --bind $t /etc/hosts
    t=$(mktemp); echo 'hosts: files' >$t; mount --bind $t /etc/nsswitch.conf";

pub fn compare(stage: &Stage) -> Result<Sheet> {
    let mut sheet = Sheet::new(&["case", "command", "answer"]);
    for Case { what, machine, args, answer, said } in CASES {
        let output = match in_namespace(machine, stage.tool("myip"), *args) {
            Err(error) if is_beyond_kernel(&error) => {
                sheet.skip(*what, error.to_string());
                continue;
            }
            output => output?,
        };
        sheet.case(*what);
        let told = output.text().trim_end().to_owned();
        let code = i32::from(answer.is_empty());
        let is_right = output.code == Some(code)
            && told == *answer
            && output.stderr.contains(said)
            && (!said.is_empty() || output.stderr.is_empty());
        let shown = if told.is_empty() { "-".to_owned() } else { told.replace('\n', " ") };
        sheet.row([what.to_string(), format!("myip {}", args.join(" ")), shown]);
        sheet.expect(is_right, || {
            format!("{:?} {:?} {:?}", output.code, output.text(), output.stderr)
        });
    }
    Ok(sheet)
}

/// Whether a machine cannot be made because this kernel has no such devices.
fn is_beyond_kernel(error: &Error) -> bool {
    let told = error.to_string();
    ["Unknown device type", "Operation not supported"].iter().any(|words| told.contains(words))
}
