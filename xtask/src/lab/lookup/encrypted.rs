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
    /// What lookup says of it, if there is none.
    why: &'static str,
}

/// A server that could answer over QUIC, if it was built for it.
struct Quic {
    name: &'static str,
    /// What checks its configuration.
    checker: &'static [&'static str],
    /// What only one that was built for it takes.
    config: &'static str,
}

const QUIC: [Quic; 2] = [
    Quic {
        name: "knot",
        checker: &["knotc", "conf-check", "-c"],
        config: "server:\n  rundir: /\n  listen-quic: 127.0.0.1@853\n",
    },
    Quic {
        name: "unbound",
        checker: &["unbound-checkconf"],
        config: "server:\n  chroot: \"\"\n  quic-port: 853\n",
    },
];

/// What lookup says of a certificate that is for another name, and of one that nobody signed whom
/// it trusts.
const OTHER: &str = "its certificate is not valid for 'other.lab.test'";
const UNTRUSTED: &str = "its certificate is signed by nobody that this system trusts";

/// Compares them all.
pub fn compare(world: &World) -> Result<Sheet> {
    let authority = world.certificates.authority.to_str();
    let authority = authority.context("the path of a file of ours is text")?;
    let mut sheet = Sheet::new(&["server", "trusts", "lookup", "transport", "kdig", "why"]);
    for case in cases(authority) {
        let Case { server, trust, kdig, is_answered, why } = case;
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
        sheet.case(format!("{at}, who trusts {trusts}"));
        sheet.row([&*server, &*trusts, outcome(ours), transport, outcome(theirs), why]);
        sheet.expect(is_well, || format!("lookup: not {expected}: {output:?}"));
        sheet.expect(output.stderr.contains(why), || {
            format!("lookup: not '{why}': {}", output.stderr)
        });
        sheet.expect(theirs == is_answered, || format!("kdig has not {expected}"));
    }
    for server in QUIC {
        let why = if takes(world, &server)? {
            "it takes the setting, and is not asked: the tests ask testkit's own server"
        } else {
            "it does not serve it here: the tests ask testkit's own server"
        };
        sheet.skip(format!("quic:// at {}", server.name), why);
    }
    Ok(sheet)
}

/// Whether a server takes the configuration of one that answers over QUIC.
fn takes(world: &World, server: &Quic) -> Result<bool> {
    let config = world.stage.folder.write(&format!("quic-{}.conf", server.name), server.config)?;
    let config = config.to_str().context("the path of a file of ours is text")?;
    let [checker, args @ ..] = server.checker else { return Ok(false) };
    Ok(run(checker, args.iter().copied().chain([config])).code == Some(0))
}

fn cases(authority: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for (scheme, port, end, flags) in
        [("tls", 853, "", &["+tls"][..]), ("https", 443, "/dns-query", &["+https=/dns-query"])]
    {
        for (name, trust, is_answered, why) in [
            // The certificate is for the address as well.
            (None, Trust::Authority, true, ""),
            (Some(SERVER_NAME), Trust::Authority, true, ""),
            (Some(OTHER_NAME), Trust::Authority, false, OTHER),
            (Some(SERVER_NAME), Trust::System, false, UNTRUSTED),
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
            cases.push(Case { server, trust, kdig, is_answered, why });
        }
    }
    cases
}
