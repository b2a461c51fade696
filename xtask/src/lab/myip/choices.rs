//! Where packets to somebody come from, and by which router: `ip route get` and we, for many.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::in_namespace;
use crate::rig::{Sheet, Stage};

/// A machine with ways of every kind.
const MACHINE: &str = "
card e0 10.1.0.1/24; card e1 10.2.0.1/16; ip addr add 10.2.0.7/16 dev e1
ip addr add 2001:db8:1::1/64 dev e0 nodad; ip addr add 2001:db8:2::1/64 dev e1 nodad
ip addr add fe80::1/64 dev e0 nodad
ip tuntap add tun0 mode tun; ip addr add 10.8.0.1 peer 10.8.0.2 dev tun0; ip link set tun0 up
ip route add default via 10.1.0.254 metric 100
ip route add default via 10.2.0.254 metric 600
ip route add 192.0.2.0/24 via 10.2.0.9 src 10.2.0.7
ip route add 198.51.100.0/24 nexthop via 10.1.0.7 dev e0 nexthop via 10.1.0.8 dev e0
ip route add unreachable 203.0.113.0/24
ip route add 10.77.0.0/16 via inet6 fe80::9 dev e0
ip -6 route add default via fe80::9 dev e0
ip -6 route add 2001:db8:9::/48 via 2001:db8:2::9
ip rule add to 10.66.0.0/16 table 66; ip route add default via 10.2.0.66 table 66
";

/// Who is sent to.
const DESTINATIONS: [&str; 15] = [
    "127.0.0.1",
    "::1",
    "10.1.0.1",
    "10.1.0.77",
    "10.2.9.9",
    "10.8.0.2",
    "10.66.1.1",
    "10.77.1.1",
    "192.0.2.7",
    "198.51.100.7",
    "203.0.113.7",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "2001:db8:1::77",
    "2001:db8:9::7",
];

pub fn compare(stage: &Stage) -> Result<Sheet> {
    let program = stage.tool("myip");
    let program = program.to_str().context("the path of our program is text")?;
    let script = "for it in $1; do ip -j route get $it 2>/dev/null || echo '[]'; echo; \
                  \"$0\" --to $it 2>/dev/null || echo -; \"$0\" --to $it --gateway 2>/dev/null || echo -; done";
    let output = in_namespace(MACHINE, "sh", ["-c", script, program, &DESTINATIONS.join(" ")])?;
    ensure!(output.code == Some(0), "the machine cannot be made: {}", output.stderr);
    let mut lines = output.text().lines().filter(|line| !line.trim().is_empty());
    let mut sheet = Sheet::new(&["to", "from", "by", "same as ip route get"]);
    for to in DESTINATIONS {
        sheet.case(to);
        let mut next = || lines.next().context("an answer is missing");
        let theirs: Value = serde_json::from_str(next()?).context("ip route get has JSON")?;
        let [from, by] = [next()?, next()?];
        let route = theirs.get(0);
        let told = |key: &str| route.and_then(|route| route[key].as_str());
        let via = route.and_then(|route| route["via"]["host"].as_str());
        let expected_from = told("prefsrc").unwrap_or("-");
        let expected_by = told("gateway").or(via).unwrap_or("-");
        // A link-local router of ours has its zone.
        let router = by.split('%').next().unwrap_or(by);
        let is_same = from == expected_from && router == expected_by;
        sheet.row([to, from, by, if is_same { "yes" } else { "no" }]);
        sheet.expect(is_same, || {
            format!("from {expected_from} by {expected_by}, we tell {from} by {by}")
        });
    }
    Ok(sheet)
}
