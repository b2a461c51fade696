//! An address that comes late, and what is told of changes as they happen.

use anyhow::{Context, Result};

use super::in_namespace;
use crate::rig::{Sheet, Stage};

/// What is waited for.
struct Case {
    what: &'static str,
    /// For a shell: `$0` is the program.
    script: &'static str,
    answer: &'static str,
}

const CASES: [Case; 12] = [
    Case {
        what: "an address that comes after half a second",
        script: "card e0; (sleep 0.5; ip addr add 10.1.0.1/24 dev e0) & $0 --wait 10 -4 e0",
        answer: "10.1.0.1",
    },
    Case {
        what: "an interface that comes after half a second",
        script: "(sleep 0.5; card e0 10.1.0.1/24) & $0 --wait 10 -4 e0",
        answer: "10.1.0.1",
    },
    Case {
        what: "an address that has to be known to be unique first",
        script: "card e0; ip addr add 2001:db8:1::1/64 dev e0; $0 --wait 10 -6",
        answer: "2001:db8:1::1",
    },
    Case {
        what: "a router that comes after half a second",
        script: "card e0 10.1.0.1/24; (sleep 0.5; ip route add default via 10.1.0.254) &
                 $0 --wait 10 --gateway",
        answer: "10.1.0.254",
    },
    Case {
        what: "by the portable back end, too",
        script: "card e0; (sleep 0.5; ip addr add 10.1.0.1/24 dev e0) &
                 $0 --wait 10 -4 e0 --backend portable",
        answer: "10.1.0.1",
    },
    Case {
        what: "nothing that comes",
        script: "card e0; $0 --wait 0.5 -4 e0 || echo \"exit $?\"",
        answer: "exit 1",
    },
    Case {
        what: "loopback is not waited for",
        script: "$0 --wait 0.5 || echo \"exit $?\"",
        answer: "exit 1",
    },
    Case {
        what: "nor is it one of all addresses",
        script: "$0 -a --wait 0.5 >/dev/null || echo \"exit $?\"",
        answer: "exit 1",
    },
    Case {
        what: "a link-local address is not, either",
        script: "card e0 169.254.7.7/16; $0 --wait 0.5 e0 || echo \"exit $?\"",
        answer: "exit 1",
    },
    Case {
        what: "each primary address in turn",
        script: "card e0 10.1.0.1/24; $0 --watch >$t & w=$!; sleep 0.5
                 ip addr add 10.2.0.1/24 dev e0; ip route add default via 10.2.0.254; sleep 0.5
                 ip route del default; sleep 0.5; kill -INT $w; wait $w || true; cat $t",
        answer: "10.1.0.1\n10.2.0.1\n10.1.0.1",
    },
    Case {
        what: "the same by the portable back end",
        script: "card e0 10.1.0.1/24; $0 --watch --backend portable >$t & w=$!; sleep 0.8
                 ip addr add 10.2.0.1/24 dev e0; ip route add default via 10.2.0.254; sleep 0.8
                 kill -INT $w; wait $w || true; cat $t",
        answer: "10.1.0.1\n10.2.0.1",
    },
    Case {
        what: "what comes, changes and goes",
        script: "card e0 10.1.0.1/24; $0 -a -4 --watch -f tsv -H --columns change,interface,address,mtu e0 >$t &
                 w=$!; sleep 0.5; ip addr add 10.2.0.1/24 dev e0; sleep 0.3
                 ip link set e0 mtu 1400; sleep 0.3; ip addr del 10.1.0.1/24 dev e0; sleep 0.5
                 kill -INT $w; wait $w || true; cat $t",
        answer: "\te0\t10.1.0.1\t1500\nadded\te0\t10.2.0.1\t1500\nchanged\te0\t10.1.0.1\t1400\n\
                 changed\te0\t10.2.0.1\t1400\nremoved\te0\t10.1.0.1\t1400",
    },
];

pub fn compare(stage: &Stage) -> Result<Sheet> {
    let program = stage.tool("myip");
    let program = program.to_str().context("the path of our program is text")?;
    let mut sheet = Sheet::new(&["waited for", "answer"]);
    for Case { what, script, answer } in CASES {
        sheet.case(what);
        // The functions of the prelude are known to the shell that runs it, not to another.
        let script = script.replace("$0", program);
        let machine = format!("t=$(mktemp)\n{script}");
        let output = in_namespace(&machine, "true", [""; 0])?;
        let told = output.text().trim_end_matches('\n').to_owned();
        sheet.row([what.to_owned(), told.replace('\n', " / ").replace('\t', " ")]);
        sheet.expect(told == answer, || format!("{told:?} {:?}", output.stderr));
    }
    Ok(sheet)
}
