//! What is told of one port of each host, beside nmap and nc.

use std::net::IpAddr;

use anyhow::{Context, Result, ensure};

use super::World;
use super::clients::{Row, nc, nmap};
use crate::rig::{
    COURT, COURT_OPEN, House, NO_ROUTE, NOWHERE, PIT, Place, REJECTS, ROUTED, ROUTER, ROUTER_DROPS,
    Sheet, for_each,
};

/// A port that is closed wherever hosts refuse.
const CLOSED: u16 = 81;

/// An open port of all that have some.
const OPEN: u16 = 80;

/// ICMP's "port unreachable", which is `ECONNREFUSED` to who looks no further.
const PORT_UNREACHABLE: [(u8, u8); 2] = [(3, 3), (1, 4)];

/// One port, and what is so.
struct Case {
    what: String,
    address: IpAddr,
    port: u16,
    state: &'static str,
    icmp: Option<((u8, u8), IpAddr)>,
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let mut sheet =
        Sheet::new(&["what", "port", "portscan", "icmp", "ms", "reason", "nmap", "nc -z"]);
    let cases = cases();
    for (case, seen) in cases.iter().zip(for_each(&cases, |case| look(world, case))?) {
        let Seen { row, code, nmap, nc, .. } = &seen;
        sheet.case(format!("{} ({}:{})", case.what, case.address, case.port));
        let icmp = row.icmp.as_ref();
        let icmp = icmp.map(|(kind, code, from)| format!("{kind}/{code} {from}"));
        sheet.row([
            case.what.clone(),
            format!("{}:{}", case.address, case.port),
            format!("{} ({code})", row.state),
            icmp.unwrap_or_else(|| "-".to_owned()),
            seen.wall_ms.to_string(),
            row.reason.clone(),
            format!("{} {}", nmap.0, nmap.1),
            if *nc { "0" } else { "1" }.to_owned(),
        ]);
        for surprise in case.surprises(&seen) {
            sheet.surprise(surprise);
        }
    }
    Ok(sheet)
}

/// What the three say.
struct Seen {
    row: Row,
    code: i32,
    wall_ms: u128,
    nmap: (String, String),
    nc: bool,
}

fn look(world: &World, case: &Case) -> Result<Seen> {
    let [address, port] = [case.address.to_string(), case.port.to_string()];
    let mut scan = world.ours.scan(&[&address, &port])?;
    let (row, rows) = (scan.rows.pop(), scan.rows.len());
    let row = row.with_context(|| format!("no row for {address} {port}: {}", scan.notes))?;
    ensure!(rows == 0, "{address} {port} has {} rows", rows + 1);
    let mut nmap = nmap(case.address, &port)?;
    Ok(Seen {
        row,
        code: scan.code.context("portscan was ended by a signal")?,
        wall_ms: scan.wall.as_millis(),
        nmap: nmap.listed.remove(&case.port.into()).unwrap_or_default(),
        nc: nc(case.address, case.port),
    })
}

impl Case {
    fn new(what: &str, address: IpAddr, port: u16, state: &'static str) -> Self {
        Self { what: what.to_owned(), address, port, state, icmp: None }
    }

    fn rejected(what: &str, address: IpAddr, port: u16, icmp: (u8, u8), from: IpAddr) -> Self {
        Self { icmp: Some((icmp, from)), ..Self::new(what, address, port, "rejected") }
    }

    fn surprises(&self, seen: &Seen) -> Vec<String> {
        let mut surprises = Vec::new();
        let Seen { row, code, .. } = seen;
        if row.state != self.state {
            surprises.push(format!("is {}, not {}", self.state, row.state));
        }
        if let Some(((kind, icmp_code), from)) = self.icmp {
            let expected = (u64::from(kind), u64::from(icmp_code), from.to_string());
            if row.icmp.as_ref() != Some(&expected) {
                surprises.push(format!("the message is {expected:?}, not {:?}", row.icmp));
            }
        }
        let expected = match self.state {
            "open" => 0,
            "closed" => 1,
            _ => 3,
        };
        if *code != expected {
            surprises.push(format!("exits with {code}, not {expected}"));
        }
        let theirs = self.in_words_of_nmap();
        if !theirs.contains(&seen.nmap.0.as_str()) {
            surprises.push(format!("nmap says {:?}, where it has {theirs:?}", seen.nmap));
        }
        // Who connects and is reset before it looks has not connected.
        if seen.nc != (self.state == "open") && self.what != SLAMS {
            surprises.push("nc says otherwise".to_owned());
        }
        surprises
    }

    /// nmap has three states, and takes a firewall's "port unreachable" for the host's own refusal,
    /// unless it comes so soon that the kernel makes nothing of it.
    fn in_words_of_nmap(&self) -> &'static [&'static str] {
        match (self.state, self.icmp) {
            ("open", _) => &["open"],
            ("closed", _) => &["closed"],
            (_, Some((icmp, _))) if PORT_UNREACHABLE.contains(&icmp) => &["closed", "filtered"],
            _ => &["filtered"],
        }
    }
}

/// What a host does that resets what it accepted.
const SLAMS: &str = "accepts, then resets";

/// Hosts that say the same in both families: the port that is asked, and its state.
const ALIKE: [(&str, House, u16, &str); 13] = [
    ("open", House::REFUSING, OPEN, "open"),
    ("refused", House::REFUSING, CLOSED, "closed"),
    ("a wall's open port", House::WALLED, OPEN, "open"),
    ("dropped", House::WALLED, CLOSED, "filtered"),
    ("a host that drops all", House::SILENT, OPEN, "filtered"),
    ("a firewall that resets", House::RESETTING, OPEN, "closed"),
    ("accepts, then closes", House::CLOSING, OPEN, "open"),
    (SLAMS, House::SLAMMING, OPEN, "open"),
    ("says something first", House::GREETING, OPEN, "open"),
    ("a full backlog", House::FULL, OPEN, "filtered"),
    ("our own firewall rejects", House::FORBIDDEN, OPEN, "unreachable"),
    ("our own firewall drops", House::SWALLOWED, OPEN, "filtered"),
    ("nobody has the address", House::NOBODY, OPEN, "filtered"),
];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, house, port, state) in ALIKE {
        let both = house.addresses(Place::Street);
        cases.extend(both.map(|address| Case::new(what, address, port, state)));
    }
    let island = House::REFUSING.addresses(Place::Island);
    cases.extend(island.map(|address| Case::new("open, 10 ms away", address, OPEN, "open")));
    cases.extend(island.map(|address| Case::new("refused, 10 ms away", address, CLOSED, "closed")));
    cases.extend(REJECTS.map(|reject| {
        let address = reject.address();
        Case::rejected(reject.words, address, OPEN, reject.icmp, address)
    }));
    for family in 0..2 {
        let [court, router, nowhere] = [COURT, ROUTER, NOWHERE].map(|both| both[family]);
        cases.push(Case::new("behind a router", court, COURT_OPEN, "open"));
        cases.push(Case::new("refused behind it", court, CLOSED, "closed"));
        cases.push(Case::new("dropped by it", court, ROUTER_DROPS, "filtered"));
        for routed in ROUTED {
            let what = format!("a router's {}", routed.words);
            cases.push(Case::rejected(&what, court, routed.port, routed.icmp[family], router));
        }
        let no_route = [(3, 0), (1, 0)][family];
        cases.push(Case::rejected("it knows no route", nowhere, OPEN, no_route, router));
        cases.push(Case::new("we know no route", NO_ROUTE[family], OPEN, "unreachable"));
    }
    cases.push(Case::new("a tarpit", PIT, CLOSED, "open"));
    cases
}
