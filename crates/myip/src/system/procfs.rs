//! Parsers of the interface files in Linux' /proc/net, which belong to the network namespace.

use std::ffi::OsString;
use std::net::Ipv6Addr;

use crate::row::Ipv6Flags;

/// Two lines of headings stand above the interfaces of /proc/net/dev.
const DEV_HEADINGS: usize = 2;

/// The names in /proc/net/dev. A name has no blank and no colon (`dev_valid_name` of
/// net/core/dev.c), and may have any other byte.
pub(crate) fn interface_names(dev: &[u8]) -> Vec<OsString> {
    dev.split(|byte| *byte == b'\n')
        .skip(DEV_HEADINGS)
        .filter_map(|line| {
            let end = line.iter().position(|byte| *byte == b':')?;
            os_string(line[..end].trim_ascii_start())
        })
        .collect()
}

/// The address, interface index and flags of each line of /proc/net/if_inet6
/// (`if6_seq_show` of net/ipv6/addrconf.c); lines of any other shape are passed over.
pub(crate) fn ipv6_flags(if_inet6: &[u8]) -> Vec<(Ipv6Addr, u32, Ipv6Flags)> {
    if_inet6.split(|byte| *byte == b'\n').filter_map(ipv6_line).collect()
}

fn ipv6_line(line: &[u8]) -> Option<(Ipv6Addr, u32, Ipv6Flags)> {
    // The name at the end may be anything; what stands before it is ASCII.
    let mut fields = line.split(|byte| *byte == b' ').filter(|field| !field.is_empty());
    let mut hex = || u128::from_str_radix(std::str::from_utf8(fields.next()?).ok()?, 16).ok();
    let address = Ipv6Addr::from(hex()?);
    let index = u32::try_from(hex()?).ok()?;
    let (_prefix_length, _scope) = (hex()?, hex()?);
    let flags = u8::try_from(hex()? & 0xff).ok()?;
    Some((address, index, Ipv6Flags(flags)))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not every byte string is a name")]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(OsString::from_vec(bytes.to_vec()))
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_whatever_their_bytes() {
        let dev = b"Inter-|   Receive    |  Transmit\n face |bytes packets|bytes\n    \
            lo:  419723    7535    0\n  ifb0:       0\neth0: 1\n a\x1b[3:  4\n";
        let names = interface_names(dev);
        assert_eq!(names, ["lo", "ifb0", "eth0", "a\x1b[3"].map(OsString::from));
        assert_eq!(interface_names(b""), Vec::<OsString>::new());
    }

    #[test]
    fn flags_are_read_and_odd_lines_passed_over() {
        let text = b"fd000000000000000000000000000002 04 40 00 82     eth0\n\
            20010db800000000000000000000dead 04 40 00 a0  b\xffd x\n\
            not a line\n\n00 01\n";
        let flags = ipv6_flags(text);
        assert_eq!(
            flags,
            [
                ("fd00::2".parse().expect("an address"), 4, Ipv6Flags(0x82)),
                ("2001:db8::dead".parse().expect("an address"), 4, Ipv6Flags(0xa0)),
            ]
        );
        assert!(flags[1].2.is_avoided() && !flags[0].2.is_avoided());
    }
}
