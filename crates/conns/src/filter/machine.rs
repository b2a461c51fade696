//! The kernel's machine for programs of `inet_diag`, by the rules of `net/ipv4/inet_diag.c`.

use std::net::IpAddr;

/// What the kernel looks at of a socket (`struct inet_diag_entry`).
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) local: (IpAddr, u16),
    pub(super) peer: (IpAddr, u16),
    pub(super) interface: u32,
    pub(super) mark: u32,
    pub(super) cgroup: u64,
    pub(super) is_port_chosen: bool,
}

fn short(octets: &[u8]) -> usize {
    u16::from_ne_bytes([octets[0], octets[1]]).into()
}

fn number(octets: &[u8]) -> u32 {
    u32::from_ne_bytes(octets[..4].try_into().expect("a program is audited before it is run"))
}

/// `inet_diag_bc_audit`: whether the kernel takes the program.
pub(super) fn is_sound(program: &[u8], is_root: bool) -> bool {
    let mut at = 0;
    while at < program.len() {
        let rest = &program[at..];
        if rest.len() < 4 {
            return false;
        }
        let (code, yes, no) = (rest[0], usize::from(rest[1]), short(&rest[2..]));
        let Some(least) = least_octets(code, rest, is_root) else { return false };
        let is_distance = |it: usize| it >= least && it <= rest.len() + 4 && it.is_multiple_of(4);
        let is_sound = least <= rest.len()
            && is_distance(no)
            && (no >= rest.len() || is_operation(program, at + no))
            && is_distance(yes);
        if !is_sound {
            return false;
        }
        at += yes;
    }
    at == program.len() && !program.is_empty()
}

/// How many octets an operation of this code has at least; `None` if it is refused.
fn least_octets(code: u8, rest: &[u8], is_root: bool) -> Option<usize> {
    Some(match code {
        1 | 6 => 4,
        2..=5 | 9 | 11 | 12 => 8,
        7 | 8 => {
            let octets = match *rest.get(4)? {
                0 => 0,
                2 => 4,
                10 => 16,
                _ => return None,
            };
            if usize::from(*rest.get(5)?) > 8 * octets {
                return None;
            }
            12 + octets
        }
        10 => return is_root.then_some(12),
        13 => 12,
        _ => return None,
    })
}

/// `valid_cc`: whether the operations come by this place.
fn is_operation(program: &[u8], place: usize) -> bool {
    let mut at = 0;
    while at < place {
        let yes = usize::from(program[at + 1]);
        if yes < 4 || !yes.is_multiple_of(4) {
            return false;
        }
        at += yes;
    }
    at == place
}

/// `inet_diag_bc_run`: whether the program lets the socket through.
pub(super) fn lets_through(program: &[u8], entry: &Entry) -> bool {
    let mut at = 0;
    while at < program.len() {
        let rest = &program[at..];
        let is_met = match rest[0] {
            1 => false,
            2 => usize::from(entry.local.1) >= short(&rest[6..]),
            3 => usize::from(entry.local.1) <= short(&rest[6..]),
            4 => usize::from(entry.peer.1) >= short(&rest[6..]),
            5 => usize::from(entry.peer.1) <= short(&rest[6..]),
            6 => entry.is_port_chosen,
            7 => is_host(&rest[4..], entry.local),
            8 => is_host(&rest[4..], entry.peer),
            9 => entry.interface == number(&rest[4..]),
            10 => entry.mark & number(&rest[8..]) == number(&rest[4..]),
            13 => {
                entry.cgroup
                    == u64::from_ne_bytes(
                        rest[4..12].try_into().expect("a program is audited before it is run"),
                    )
            }
            code => panic!("no operation of ours: {code}"),
        };
        at += if is_met { rest[1].into() } else { short(&rest[2..]) };
    }
    at == program.len()
}

/// `struct inet_diag_hostcond` against an end.
fn is_host(condition: &[u8], (address, port): (IpAddr, u16)) -> bool {
    let (family, length) = (condition[0], usize::from(condition[1]));
    let wanted_port = number(&condition[4..]).cast_signed();
    if wanted_port != -1 && wanted_port != i32::from(port) {
        return false;
    }
    let wanted = &condition[8..];
    match (family, address) {
        (0, _) => true,
        (2, IpAddr::V4(it)) => begins_alike(&it.octets(), wanted, length),
        (2, IpAddr::V6(it)) => {
            let octets = it.octets();
            let is_mapped = octets[..10] == [0; 10] && octets[10..12] == [0xff; 2];
            is_mapped && begins_alike(&octets[12..], wanted, length)
        }
        (10, IpAddr::V6(it)) => begins_alike(&it.octets(), wanted, length),
        _ => false,
    }
}

fn begins_alike(one: &[u8], other: &[u8], bits: usize) -> bool {
    let bit = |octets: &[u8], index: usize| octets[index / 8] >> (7 - index % 8) & 1;
    (0..bits).all(|index| bit(one, index) == bit(other, index))
}
