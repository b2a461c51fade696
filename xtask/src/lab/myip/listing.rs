//! The whole machine: what `ip -j addr` tells of each interface and address, and what we do.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use super::in_namespace;
use super::zoo::ZOO;
use crate::rig::{Sheet, Stage};

/// So long it takes until every link-local address is known to be unique.
const SETTLING: &str = "sleep 2.5";

/// What stands between the answers.
const BETWEEN: &str = "----";

/// Lifetimes run down between two answers by so many seconds at most.
const LIFETIME_SLACK_S: u64 = 5;

/// Facts of an interface: our key, and the way to iproute2's.
const LINK_FACTS: [(&str, &[&str]); 9] = [
    ("ifindex", &["ifindex"]),
    ("ifname", &["ifname"]),
    ("flags", &["flags"]),
    ("mtu", &["mtu"]),
    ("operstate", &["operstate"]),
    ("link_type", &["link_type"]),
    ("address", &["address"]),
    ("altnames", &["altnames"]),
    ("info_kind", &["linkinfo", "info_kind"]),
];

/// Facts of an address that we tell in a row of its own: our key, and iproute2's.
const ADDRESS_FACTS: [(&str, &str); 8] = [
    ("family", "family"),
    ("prefixlen", "prefixlen"),
    ("scope", "scope"),
    ("broadcast", "broadcast"),
    ("peer", "address"),
    ("label", "label"),
    ("valid_life_time", "valid_life_time"),
    ("preferred_life_time", "preferred_life_time"),
];

/// What the kernel may say of an address: we tell yes or no, iproute2 tells yes.
const ADDRESS_FLAGS: [&str; 6] =
    ["temporary", "deprecated", "tentative", "dadfailed", "dynamic", "secondary"];

/// What iproute2 adds to the flags of the kernel: that an interface which this one stands upon, or is
/// connected to, is down.
const NO_FLAG: &str = "M-DOWN";

/// Keys of an address that iproute2 has in newer versions only, and that we do not have.
const NEWER_KEYS: [&str; 2] = ["protocol", "metric"];

pub fn compare(stage: &Stage) -> Result<Sheet> {
    let script = format!(
        "ip -j -d addr show; echo {BETWEEN}; \"$0\" -l -j; echo {BETWEEN}; \"$0\" -a -j; \
         echo {BETWEEN}; \"$0\" -a -j --backend portable; echo {BETWEEN}; hostname -I; \
         echo {BETWEEN}; for it in br0 mv0 123; do ifdata -pa $it; ifdata -pn $it; done; \
         echo {BETWEEN}; for it in br0 mv0 123; do \"$0\" -4 $it; \"$0\" --netmask $it; done"
    );
    let machine = format!("{ZOO}\n{SETTLING}");
    let program = stage.tool("myip");
    let program = program.to_str().context("the path of our program is text")?;
    let output = in_namespace(&machine, "sh", ["-c", &script, program])?;
    ensure!(output.code == Some(0), "the zoo cannot be made: {}", output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let parts: Vec<_> = stdout.split(&format!("{BETWEEN}\n")).collect();
    let [ip, links, addresses, portable, hostname, theirs, ours] = parts[..] else {
        anyhow::bail!("the answers are {} and not 7", parts.len());
    };
    let ip = theirs_of(ip)?;
    let mut sheet = Sheet::new(&["told by", "interfaces", "addresses", "facts compared", "other"]);
    by_interface(&mut sheet, &ip, &parsed(links)?);
    by_address(&mut sheet, &ip, &parsed(addresses)?);
    by_portable(&mut sheet, &parsed(addresses)?, &parsed(portable)?);
    let listed: BTreeSet<&str> = hostname.split_whitespace().collect();
    by_hostname(&mut sheet, &listed, &parsed(addresses)?);
    let [theirs, ours] = [theirs, ours].map(|text| text.lines().collect::<Vec<_>>());
    sheet.case("ifdata -pa -pn");
    sheet.row(["ifdata -pa -pn", "3", "3", &theirs.len().to_string(), ""]);
    sheet.expect(theirs == ours, || format!("ifdata tells {theirs:?}, we {ours:?}"));
    Ok(sheet)
}

fn parsed(text: &str) -> Result<Vec<Value>> {
    serde_json::from_str(text).with_context(|| format!("no JSON: {text}"))
}

/// iproute2 does not escape what JSON does not allow in names.
fn theirs_of(text: &str) -> Result<Vec<Value>> {
    let clean: String = text.chars().filter(|it| *it == '\n' || !it.is_control()).collect();
    parsed(&clean)
}

/// A name without what iproute2 prints raw or not at all; `None` for one that is not UTF-8.
fn name(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    if text.contains('\u{fffd}') {
        return None;
    }
    Some(text.chars().filter(|it| !it.is_control()).collect())
}

struct Compared {
    facts: usize,
    differences: Vec<String>,
}

impl Compared {
    const fn none() -> Self {
        Self { facts: 0, differences: Vec::new() }
    }

    /// Holds a fact of ours against one of theirs.
    fn hold(&mut self, of: &str, key: &str, ours: &Value, theirs: &Value) {
        self.facts += 1;
        let is_named = matches!(key, "ifname" | "label");
        let is_same = match (ours.as_u64(), theirs.as_u64()) {
            (Some(ours), Some(theirs)) if key.ends_with("life_time") => {
                ours.abs_diff(theirs) <= LIFETIME_SLACK_S
            }
            // One that is not UTF-8 we tell as hexadecimal octets, and they as they are.
            _ if is_named && (name(theirs).is_none() && !theirs.is_null()) => {
                !ours["hex"].is_null()
            }
            _ if is_named => name(ours) == name(theirs),
            _ => ours == theirs,
        };
        if !is_same {
            self.differences.push(format!("{of}: {key} is {theirs}, we tell {ours}"));
        }
    }

    fn tell(self, sheet: &mut Sheet, by: &str, interfaces: usize, addresses: usize) {
        let counts = [interfaces, addresses, self.facts, self.differences.len()];
        sheet.case(by);
        sheet.row([by.to_owned()].into_iter().chain(counts.map(|count| count.to_string())));
        for difference in self.differences {
            sheet.surprise(difference);
        }
    }
}

/// `--list`: every interface, with what iproute2 has under the same names.
fn by_interface(sheet: &mut Sheet, theirs: &[Value], ours: &[Value]) {
    let mut compared = Compared::none();
    let mut addresses = 0;
    for (link, row) in theirs.iter().zip(ours) {
        hold_link(&mut compared, link, row);
        let of = link["ifname"].to_string();
        let (told, known) = (infos(link), infos_of(row));
        addresses += told.len();
        compared.hold(&of, "addresses", &known.len().into(), &told.len().into());
        for (theirs, ours) in told.iter().zip(&known) {
            let keys: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
            for key in keys.into_iter().filter(|key| !NEWER_KEYS.contains(&key.as_str())) {
                let of_key = |info: &Map<String, Value>| info.get(key).cloned().unwrap_or_default();
                compared.hold(&of, key, &of_key(ours), &of_key(theirs));
            }
        }
    }
    compared.hold("all", "interfaces", &ours.len().into(), &theirs.len().into());
    compared.tell(sheet, "ip -j -d addr (--list)", theirs.len(), addresses);
}

fn hold_link(compared: &mut Compared, link: &Value, row: &Value) {
    let of = link["ifname"].to_string();
    for (key, way) in LINK_FACTS {
        let mut theirs = way.iter().fold(link, |value, key| &value[*key]).clone();
        // Where there is none iproute2 leaves it out.
        if key == "altnames" && theirs.is_null() {
            theirs = Value::Array(vec![]);
        }
        if let Value::Array(flags) = &mut theirs {
            flags.retain(|flag| flag != NO_FLAG);
        }
        compared.hold(&of, key, &row[key], &theirs);
    }
}

fn infos(link: &Value) -> Vec<&Map<String, Value>> {
    let infos = link["addr_info"].as_array().into_iter().flatten();
    // An interface without an address has one that is empty.
    infos.filter_map(Value::as_object).filter(|info| !info.is_empty()).collect()
}

fn infos_of(row: &Value) -> Vec<&Map<String, Value>> {
    row["addr_info"].as_array().into_iter().flatten().filter_map(Value::as_object).collect()
}

/// `--all`: a row for each address, and one for an interface without any, in the order of iproute2.
fn by_address(sheet: &mut Sheet, theirs: &[Value], ours: &[Value]) {
    let none = Map::new();
    let told: Vec<_> = theirs
        .iter()
        .flat_map(|link| {
            let mut infos = infos(link);
            if infos.is_empty() {
                infos.push(&none);
            }
            infos.into_iter().map(move |info| (link, info))
        })
        .collect();
    let mut compared = Compared::none();
    compared.hold("all", "rows", &ours.len().into(), &told.len().into());
    for ((link, info), row) in told.iter().zip(ours) {
        hold_link(&mut compared, link, row);
        let of = format!("{} {}", link["ifname"], info.get("local").unwrap_or(&Value::Null));
        let theirs = |key: &str| info.get(key).cloned().unwrap_or_default();
        // A link-local address of ours has its zone.
        let local = row["local"].as_str().map(|text| text.split('%').next().unwrap_or(text));
        compared.hold(&of, "local", &local.into(), &theirs("local"));
        for (key, their_key) in ADDRESS_FACTS {
            compared.hold(&of, key, &row[key], &theirs(their_key));
        }
        for key in ADDRESS_FLAGS {
            let is_set = if info.is_empty() { Value::Null } else { (theirs(key) == true).into() };
            compared.hold(&of, key, &row[key], &is_set);
        }
    }
    compared.tell(sheet, "ip -j -d addr (--all)", theirs.len(), told.len());
}

/// Both back ends tell the same of each address, as far as the portable one tells.
fn by_portable(sheet: &mut Sheet, native: &[Value], portable: &[Value]) {
    let with_address = |rows: &[Value]| -> Vec<Value> {
        rows.iter().filter(|row| !row["local"].is_null()).cloned().collect()
    };
    let (native, portable) = (with_address(native), with_address(portable));
    let mut compared = Compared::none();
    compared.hold("all", "rows", &portable.len().into(), &native.len().into());
    for (native, portable) in native.iter().zip(&portable) {
        let of = format!("{} {}", native["ifname"], native["local"]);
        // A name that is not UTF-8 is not told whole, nor the zone that has it.
        if native["ifname"].is_string() {
            for key in ["ifname", "local"] {
                compared.hold(&of, key, &portable[key], &native[key]);
            }
        }
        for key in ["ifindex", "family", "prefixlen", "broadcast"] {
            compared.hold(&of, key, &portable[key], &native[key]);
        }
    }
    compared.tell(sheet, "if-addrs", 0, native.len());
}

/// `hostname -I`: addresses that are not link-local IPv6 nor loopback, of interfaces that are up.
fn by_hostname(sheet: &mut Sheet, listed: &BTreeSet<&str>, ours: &[Value]) {
    let is_meant = |row: &&Value| {
        let flags = row["flags"].as_array();
        let has = |name: &str| flags.is_some_and(|flags| flags.iter().any(|flag| flag == name));
        let is_far = row["family"] == "inet" || row["scope"] == "global";
        has("UP") && !has("LOOPBACK") && is_far && !row["local"].is_null()
    };
    let known: BTreeSet<_> =
        ours.iter().filter(is_meant).filter_map(|row| row["local"].as_str()).collect();
    let count = listed.len().to_string();
    sheet.case("hostname -I");
    sheet.row(["hostname -I", "", &count, &count, ""]);
    sheet.expect(known == *listed, || {
        let both: Vec<_> = known.symmetric_difference(listed).collect();
        format!("not told by both: {both:?}")
    });
}
