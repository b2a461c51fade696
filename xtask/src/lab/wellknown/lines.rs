//! A list with lines of every kind: whoever reads it finds the same.

use anyhow::Result;

use super::LIST;
use super::clients::{difference, getent, ours};
use crate::rig::{Sheet, Stage, put_in_place};

/// The list.
const TEXT: &[u8] = b"# a comment, and an empty line

ssh\t\t22/tcp\t\t\t\t# what everybody has
   mine   2222/tcp  ours\ttheirs
mine\t2222/udp\tours theirs
moved\t8081/tcp
http\t8082/tcp\twww
two\t7001/tcp
three\t7001/tcp\tzwei
Upper\t7002/tcp\tMiXeD
sctpy\t7003/sctp
dccpy\t7004/dccp
with.dots-and_lines+plus\t7005/tcp
7006\t7007/tcp
zero\t0/tcp
highest\t65535/tcp
too-high\t65536/tcp
without-a-port
without-a-transport\t7008
with-another-sign\t7009,tcp
no-number\tabc/tcp
b\xfcro\t7010/tcp
a-name-that-is-longer-than-the-fifteen-of-the-registry\t7011/tcp
after-a-carriage-return\t7012/tcp\r
last-line-without-an-end\t7013/tcp";

/// What each key is about.
const CASES: [(&str, &str); 31] = [
    ("a name that everybody has", "ssh"),
    ("blanks before and between", "mine"),
    ("its other transport", "mine/udp"),
    ("an alias", "ours"),
    ("an alias, with its transport", "theirs/tcp"),
    ("by its port", "2222/udp"),
    ("a name that the registry does not have", "moved"),
    ("a name that the registry has elsewhere", "http"),
    ("an alias that the registry has elsewhere", "www"),
    ("the first of two at a port", "7001/tcp"),
    ("the second of them, by name", "three"),
    ("the second of them, by alias", "zwei"),
    ("capitals", "Upper"),
    ("an alias with capitals", "MiXeD"),
    ("SCTP", "7003/sctp"),
    ("DCCP", "dccpy/dccp"),
    ("dots, dashes and signs", "with.dots-and_lines+plus"),
    ("a transport that it does not have", "moved/udp"),
    ("port 0", "zero"),
    ("the highest port", "65535/tcp"),
    ("a port that is none", "too-high"),
    ("a line without a port", "without-a-port"),
    ("a line without a transport", "without-a-transport"),
    ("another sign than a slash", "with-another-sign"),
    ("no number", "no-number"),
    ("a name of digits, which is a port to who asks", "7006"),
    ("a long name", "a-name-that-is-longer-than-the-fifteen-of-the-registry"),
    ("after a name that is not UTF-8", "7011/tcp"),
    ("a carriage return", "7012/tcp"),
    ("the last line, which has no end", "last-line-without-an-end"),
    ("nobody", "not-there-at-all"),
];

/// Keys of which getent tells something else, and why.
const MEANT: [(&str, &str); 2] = [
    ("too-high", "no: for getent it is at 0, which is what is left of it in 16 bits"),
    ("without-a-transport", "no: for getent it is at 7008, over a transport without a name"),
];

pub fn compare(stage: &Stage) -> Result<Sheet> {
    put_in_place(&stage.folder.write("services", TEXT)?, LIST)?;
    let mut sheet = Sheet::new(&["case", "key", "getent", "same"]);
    for (what, key) in CASES {
        sheet.case(what);
        let theirs = getent(key)?;
        let difference = difference(theirs.as_ref(), &ours(stage, key)?);
        let told = theirs.map_or_else(
            || "-".to_owned(),
            |it| format!("{} {}/{}", it.name, it.port, it.protocol),
        );
        let meant = MEANT.iter().find(|(meant, _)| *meant == key).map(|(_, why)| *why);
        let told_same = if difference.is_none() { "yes" } else { meant.unwrap_or("no") };
        sheet.row([what, key, &told, told_same]);
        sheet.expect(difference.is_some() == meant.is_some(), || {
            difference.unwrap_or_else(|| "the difference that is meant is not there".to_owned())
        });
    }
    Ok(sheet)
}
