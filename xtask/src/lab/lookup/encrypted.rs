//! Encrypted DNS, at unbound: with whose certificate, under which name.

use anyhow::{Context, Result};
use testkit::run;

use super::certificates::SERVER_NAME;
use super::clients::lookup;
use super::servers::{UNBOUND, World};
use crate::rig::Sheet;

/// A name that the server's certificate is not for.
const OTHER_NAME: &str = "other.lab.test";

/// What is asked for.
const NAME: &str = "www.signed.test";

/// Whom a client trusts to vouch for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The lab's authority.
    Authority,
    /// Those that the system trusts, who know nothing of the lab.
    System,
}

/// A way to ask, and whether there is an answer.
struct Case {
    /// As `lookup` names the server.
    server: String,
    trust: Trust,
    /// The options with which kdig asks the same.
    kdig: Vec<String>,
    is_answered: bool,
}

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let authority = world.certificates.authority.to_str();
    let authority = authority.context("the path of a file of ours is text")?;
    let mut sheet = Sheet::new(&["server", "trusts", "lookup", "transport", "kdig"]);
    for case in cases(authority) {
        let Case { server, trust, kdig, is_answered } = case;
        let at = format!("@{server}");
        let mut args = vec!["-t", "A", &*at, NAME];
        if trust == Trust::Authority {
            args.extend(["--ca", authority]);
        }
        let (output, rows) = lookup(world, &args)?;
        let transport = rows.first().and_then(|row| row["transport"].as_str()).unwrap_or("-");
        let ours = output.code == Some(0);
        let is_well = output.code == Some(if is_answered { 0 } else { 3 });
        let theirs = !run("kdig", &kdig).stdout.is_empty();
        let outcome = |is_answered| if is_answered { "answer" } else { "none" };
        let (trusts, expected) = (format!("{trust:?}").to_lowercase(), outcome(is_answered));
        sheet.row([&*server, &*trusts, outcome(ours), transport, outcome(theirs)]);
        sheet.expect(is_well, || format!("@{server}: lookup: not {expected}: {output:?}"));
        sheet.expect(theirs == is_answered, || format!("@{server}: kdig has not {expected}"));
    }
    Ok(sheet)
}

fn cases(authority: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for (scheme, port, end, flags) in
        [("tls", 853, "", &["+tls"][..]), ("https", 443, "/dns-query", &["+https=/dns-query"])]
    {
        for (name, trust, is_answered) in [
            // The certificate is for the address as well.
            (None, Trust::Authority, true),
            (Some(SERVER_NAME), Trust::Authority, true),
            (Some(OTHER_NAME), Trust::Authority, false),
            (Some(SERVER_NAME), Trust::System, false),
        ] {
            let hint = name.map(|name| format!("#{name}")).unwrap_or_default();
            let server = format!("{scheme}://{UNBOUND}:{port}{end}{hint}");
            let mut kdig: Vec<_> = flags.iter().map(ToString::to_string).collect();
            kdig.extend([format!("@{UNBOUND}"), "-p".to_owned(), port.to_string()]);
            kdig.push(match trust {
                Trust::Authority => format!("+tls-ca={authority}"),
                Trust::System => "+tls-ca".to_owned(),
            });
            // Of an address alone kdig verifies no name.
            kdig.push(format!("+tls-hostname={}", name.unwrap_or(SERVER_NAME)));
            kdig.extend(["+noall", "+answer", "-q", NAME, "-t", "A"].map(str::to_owned));
            cases.push(Case { server, trust, kdig, is_answered });
        }
    }
    cases
}
