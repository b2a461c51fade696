//! A machine whose list is empty: nobody but us knows a service.

use anyhow::Result;
use testkit::run;

use super::LIST;
use super::clients::getent;
use crate::rig::{Sheet, Stage, put_in_place};

/// What is asked, how it ends, and what is printed.
const CASES: [(&str, &[&str], i32, &str); 11] = [
    ("a port by its name", &["-s", "ssh"], 0, "22\n"),
    ("a name by its port", &["-s", "443"], 0, "https\n"),
    ("an alias", &["-s", "www"], 0, "80\n"),
    ("capitals", &["-s", "SSH"], 0, "22\n"),
    ("several", &["-s", "domain", "25"], 0, "53\nsmtp\n"),
    ("a transport", &["-s", "tftp/udp"], 0, "69\n"),
    ("nobody has it", &["-s", "4"], 1, ""),
    ("one of them is not known", &["-s", "ssh", "nobody-at-all"], 1, "22\n"),
    ("the list, which is empty", &["--etc", "-s", "ssh"], 0, "22\n"),
    ("a list that is not there", &["--etc=/nowhere", "-s", "ssh"], 3, ""),
    ("a port that is none", &["-s", "65536"], 2, ""),
];

pub fn compare(stage: &Stage) -> Result<Sheet> {
    put_in_place(&stage.folder.write("empty", "")?, LIST)?;
    let mut sheet = Sheet::new(&["case", "command", "exit", "answer"]);
    for (what, args, code, expected) in CASES {
        sheet.case(what);
        let output = run(stage.tool("wellknown"), args);
        let told = output.text().trim_end().replace('\n', " ");
        let exit = output.code.map_or_else(|| "-".to_owned(), |code| code.to_string());
        sheet.row([what, &format!("wellknown {}", args.join(" ")), &exit, &told]);
        sheet.expect(output.code == Some(code) && output.text() == expected, || {
            format!("{:?} {:?} {:?}", output.code, output.text(), output.stderr)
        });
    }
    sheet.case("getent knows nothing");
    for key in ["ssh", "443/tcp"] {
        let theirs = getent(key)?;
        sheet.expect(theirs.is_none(), || format!("it knows {key}: {theirs:?}"));
    }
    Ok(sheet)
}
