//! What every tool promises, whichever it is. Each tool's package compiles this for its own
//! program; what differs between the tools stands in one list.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::{DnsServer, Listener, Output, demo_zones};

const TOOL: &str = env!("CARGO_PKG_NAME");
const PROGRAM: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

/// What a tool is asked. `{dns}` is a DNS server on loopback, `{port}` a port that listens there.
struct Sample {
    tool: &'static str,
    /// A question with an answer of one row or more.
    found: &'static str,
    /// Other questions that have rows, in JSON at least: those that fill other columns.
    more: &'static [&'static str],
    /// Questions whose answer is no, on any machine, and is not a row.
    absent: &'static [&'static str],
    /// Command lines that make no sense, beside the flag that no tool has.
    senseless: &'static [&'static [&'static str]],
    /// Whether an argument that is not Unicode can be the name of something.
    takes_any_bytes: bool,
}

const SAMPLES: [Sample; 5] = [
    Sample {
        tool: "myip",
        found: "-a",
        more: &["-l", "--hostname", "--of 127.0.0.1"],
        absent: &["no-such-interface"],
        senseless: &[
            &[""],
            &["--hostname", "-4"],
            &["--hostname", "lo"],
            &["-a", "-l"],
            &["--to", ""],
            &["--in", "10.0.0.0/33"],
            &["--mac", "--mtu"],
            &["--stable", "-4"],
            &["@127.0.0.1"],
        ],
        takes_any_bytes: true,
    },
    Sample {
        tool: "lookup",
        found: "www.usfca.edu @{dns}",
        more: &[
            "usfca.edu MX TXT SOA NS @{dns}",
            "127.0.0.1 @{dns}",
            "-v --nsid --do usfca.edu ANY @{dns}",
            "no-such-name.usfca.edu @{dns}",
            "www.usfca.edu @{dns} @127.0.0.1:{port} -w 0.5",
        ],
        absent: &["no-such-name.usfca.edu @{dns}"],
        senseless: &[&[""], &["a..b", "@127.0.0.1"], &["https://www.usfca.edu/", "@127.0.0.1"]],
        takes_any_bytes: false,
    },
    Sample {
        tool: "conns",
        found: "-a",
        more: &["-l", "-lpe", "-atuxwp --packet", "-aoie", "-a --services"],
        absent: &[],
        senseless: &[
            &["surplus"],
            &["-x", "surplus"],
            &[""],
            &["dport", "="],
            &["(", ":80"],
            &["--port", "65536"],
            &["--addr", "10.0.0.0/33"],
            &["--state", "listne"],
            &["--watch=0"],
        ],
        takes_any_bytes: false,
    },
    Sample {
        tool: "portscan",
        found: "127.0.0.1 {port}",
        more: &[
            "127.0.0.1 1,{port} --banner --service",
            "--udp 127.0.0.1 1",
            "--wait 1 127.0.0.1 {port}",
        ],
        absent: &[],
        senseless: &[
            &[""],
            &["80"],
            &["127.0.0.1", ""],
            &["127.0.0.1", "0"],
            &["127.0.0.1", "65536"],
            &["127.0.0.1", "80-"],
            &["127.0.0.1", "90-80"],
            &["127.0.0.1", "htpp"],
            &["-w", "0", "127.0.0.1", "80"],
        ],
        takes_any_bytes: false,
    },
    Sample {
        tool: "wellknown",
        found: "80 ssh",
        more: &["4 60000-60010", "imap 6000-6010 51820", "--search mail", "--about"],
        absent: &["no-such-service"],
        senseless: &[&[], &[""], &["65536"], &["-1"], &["80-"], &["90-80"], &["80/foo"]],
        takes_any_bytes: false,
    },
];

/// A tool with the peers that its sample talks to.
struct Stage {
    sample: &'static Sample,
    dns: DnsServer,
    listener: Listener,
}

impl Stage {
    fn set() -> Self {
        let of_tool = |sample: &&Sample| sample.tool == TOOL;
        let sample = SAMPLES.iter().find(of_tool).expect("every tool has a sample");
        Self {
            sample,
            dns: DnsServer::start(demo_zones()).expect("a DNS server on loopback"),
            listener: Listener::start().expect("a listener on loopback"),
        }
    }

    /// The words of a sample, and `more`.
    fn words(&self, sample: &str, more: &[&str]) -> Vec<String> {
        let text = sample
            .replace("{dns}", &self.dns.addr().to_string())
            .replace("{port}", &self.listener.addr().port().to_string());
        let words = text.split_whitespace().chain(more.iter().copied());
        words.map(str::to_owned).collect()
    }

    fn found(&self, more: &[&str]) -> Output {
        let output = testkit::run(PROGRAM, self.words(self.sample.found, more));
        assert_eq!(output.code, Some(0), "{more:?}: {}", output.stderr);
        output
    }
}

fn run(words: &[&str]) -> Output {
    testkit::run(PROGRAM, words)
}

/// Nothing on stdout, and stderr says who speaks.
fn assert_refused(output: &Output, code: i32, words: &[impl AsRef<OsStr> + std::fmt::Debug]) {
    assert_eq!(output.code, Some(code), "{words:?}: {}", output.stderr);
    assert_eq!(output.text(), "", "{words:?}");
    assert!(output.stderr.starts_with(&format!("{TOOL}: ")), "{words:?}: {}", output.stderr);
    assert!(!output.stderr.contains('\x1b'), "{words:?}: {}", output.stderr);
}

/// What columns are called, as the help lists them.
fn column_names() -> Vec<String> {
    columns().into_iter().map(|(name, _)| name).collect()
}

/// The columns with their names in JSON, which the help tells where they are others.
fn columns() -> Vec<(String, String)> {
    let help = run(&["--help"]).text().to_owned();
    let (_, columns) = help.split_once("\nColumns ").expect("the help lists the columns");
    let (columns, _) = columns.split_once("\n\n").expect("more follows the columns");
    columns
        .lines()
        .skip(1)
        .map(|line| {
            let name = line[2..].split_whitespace().next().expect("a name").to_owned();
            let key = line.strip_suffix(" in JSON)").and_then(|line| line.rsplit_once('('));
            let key = key.map_or_else(|| name.clone(), |(_, key)| key.to_owned());
            (name, key)
        })
        .collect()
}

#[test]
fn help_and_version_are_answers() {
    for flag in ["-h", "--help", "-V", "--version"] {
        let output = run(&[flag]);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{flag}");
        assert!(output.text().ends_with('\n') && !output.text().contains('\x1b'), "{flag}");
    }
    assert_eq!(run(&["-V"]).text(), format!("{TOOL} {}\n", env!("CARGO_PKG_VERSION")));
    let help = run(&["--help"]).text().to_owned();
    for part in ["Usage: ", "Examples:", "Columns ", "Exit codes:", "--json"] {
        assert!(help.contains(part), "{part}");
    }
}

#[test]
fn a_bad_flag_is_refused_with_a_hint() {
    let words = ["--no-such-flag"];
    let output = run(&words);
    assert_refused(&output, 2, &words);
    assert!(output.stderr.contains("--help"), "{}", output.stderr);
    let words = ["--jsno"];
    let output = run(&words);
    assert_refused(&output, 2, &words);
    assert!(output.stderr.contains("'--json'"), "{}", output.stderr);
}

#[test]
fn a_senseless_command_line_is_refused() {
    for words in Stage::set().sample.senseless {
        assert_refused(&run(words), 2, words);
    }
}

#[test]
fn what_is_not_there_is_said_on_stderr_only() {
    let stage = Stage::set();
    for absent in stage.sample.absent {
        for more in [&[][..], &["-s"], &["-f", "table"]] {
            let words = stage.words(absent, more);
            assert_refused(&testkit::run(PROGRAM, &words), 1, &words);
        }
    }
}

#[test]
fn an_argument_that_is_not_unicode_is_refused() {
    let stage = Stage::set();
    let code = if stage.sample.takes_any_bytes { 1 } else { 2 };
    // Beside words that make sense, so that it is what is wrong.
    let mut words: Vec<_> =
        stage.words(stage.sample.found, &[]).into_iter().map(OsString::from).collect();
    words.push(not_unicode());
    let output = testkit::run(PROGRAM, &words);
    assert_refused(&output, code, &words);
    #[cfg(unix)]
    assert!(output.stderr.contains(r"\xff"), "{}", output.stderr);
}

#[cfg(unix)]
fn not_unicode() -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(b"b\xffd\x1b[31m".to_vec())
}

#[cfg(windows)]
fn not_unicode() -> OsString {
    let surrogate = 0xd800;
    let words: Vec<u16> =
        "b".encode_utf16().chain([surrogate]).chain("d\x1b[31m".encode_utf16()).collect();
    std::os::windows::ffi::OsStringExt::from_wide(&words)
}

#[test]
fn hostile_arguments_do_not_reach_the_terminal() {
    let words = ["\u{1b}]0;owned\u{7}\u{202e}\n"];
    let output = run(&words);
    assert_ne!(output.code, Some(0));
    let is_hostile = |c: char| c != '\n' && output::is_unsafe(c);
    assert!(!output.stderr.contains(is_hostile), "{:?}", output.stderr);
}

#[test]
fn json_is_one_array_of_objects_with_every_column() {
    let stage = Stage::set();
    let names: Vec<_> = columns().into_iter().map(|(_, key)| key).collect();
    for flags in [&["--json"][..], &["-j"], &["--format", "json"], &["-f", "json"]] {
        let output = stage.found(flags);
        let rows: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let rows = rows.as_array().expect("an array");
        assert!(!rows.is_empty());
        for row in rows {
            let keys: Vec<_> = row.as_object().expect("an object").keys().collect();
            assert_eq!(keys, names.iter().collect::<Vec<_>>());
        }
    }
}

#[test]
fn every_row_of_json_is_as_the_schema_says() {
    let path = format!("{}/../../docs/schema/{TOOL}.json", env!("CARGO_MANIFEST_DIR"));
    let schema = fs::read_to_string(path).expect("`cargo xtask docs` writes a schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let stage = Stage::set();
    for question in [stage.sample.found].iter().chain(stage.sample.more) {
        // Where the answer is no, it is a row that says why.
        let output = testkit::run(PROGRAM, stage.words(question, &["--json"]));
        let rows: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_ne!(rows, Value::Array(Vec::new()), "{question}: {}", output.stderr);
        assert_eq!(testkit::conforms(&schema, &rows), Ok(()), "{question}");
    }
    let properties = schema["$defs"]["row"]["properties"].as_object().expect("an object");
    let keys: Vec<_> = columns().into_iter().map(|(_, key)| key).collect();
    assert!(properties.keys().eq(&keys), "{properties:?}");
}

#[test]
fn jsonl_is_one_object_a_line() {
    let output = Stage::set().found(&["-f", "jsonl"]);
    assert!(!output.text().is_empty());
    for line in output.text().lines() {
        assert!(serde_json::from_str::<Value>(line).expect("JSON").is_object(), "{line}");
    }
}

#[test]
fn tsv_and_csv_have_a_header_and_every_column_in_every_row() {
    let stage = Stage::set();
    let names = column_names();
    let tsv = stage.found(&["-f", "tsv"]);
    let mut lines = tsv.text().lines();
    assert_eq!(lines.next(), Some(names.join("\t").as_str()));
    let rows: Vec<_> = lines.collect();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.split('\t').count() == names.len()), "{rows:?}");
    let csv = stage.found(&["-f", "csv"]);
    assert_eq!(csv.text().lines().next(), Some(names.join(",").as_str()));
}

#[test]
fn a_table_is_for_awk() {
    let stage = Stage::set();
    let output = stage.found(&["-f", "table"]);
    let (header, rows) = output.text().split_once('\n').expect("a header");
    let columns = header.split_whitespace().count();
    let is_whole = |row: &str| row.split_whitespace().count() >= columns;
    assert!(!rows.is_empty() && rows.lines().all(is_whole), "{}", output.text());
    assert!(output.text().lines().all(|line| !line.ends_with(' ')), "{}", output.text());
    let bare = stage.found(&["-f", "table", "-H"]);
    let first = header.split_whitespace().next().expect("a name");
    assert!(!bare.text().is_empty() && !bare.text().starts_with(first), "{}", bare.text());
}

#[test]
fn columns_can_be_chosen_and_ordered() {
    let stage = Stage::set();
    let mut names = column_names();
    names.reverse();
    let output = stage.found(&["-f", "tsv", "--columns", &names.join(",")]);
    assert_eq!(output.text().lines().next(), Some(names.join("\t").as_str()));
    let words = stage.words(stage.sample.found, &["--columns", "no_such_column"]);
    let output = testkit::run(PROGRAM, &words);
    assert_refused(&output, 2, &words);
    assert!(names.iter().all(|name| output.stderr.contains(name)), "{}", output.stderr);
}

#[test]
fn rows_can_be_sorted_by_any_column() {
    let stage = Stage::set();
    for name in column_names() {
        for (sort, sign) in
            [(vec!["--sort", &name], 1.0), (vec!["--sort", &format!("-{name}")], -1.0)]
        {
            let output = stage.found(&[&["-f", "tsv", "--columns", &name], &sort[..]].concat());
            let known: Vec<_> = output.text().lines().skip(1).map(str::to_owned).collect();
            let last = known.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
            assert!(known[..last].iter().all(|cell| !cell.is_empty()), "{sort:?}: {known:?}");
            let numbers: Result<Vec<f64>, _> =
                known[..last].iter().map(|cell| cell.parse::<f64>()).collect();
            let numbers = numbers.unwrap_or_default();
            assert!(numbers.is_sorted_by(|a, b| a * sign <= b * sign), "{sort:?}: {numbers:?}");
        }
    }
    let first = &column_names()[0];
    let output = stage.found(&["-f", "tsv", &format!("--sort=-{first}")]);
    assert!(output.text().lines().count() > 1);
    let words = stage.words(stage.sample.found, &["--sort", &format!("-{first}s")]);
    let output = testkit::run(PROGRAM, &words);
    assert_refused(&output, 2, &words);
    assert!(output.stderr.contains(&format!("exists: '{first}'")), "{}", output.stderr);
}

#[test]
fn rows_can_be_counted_by_any_column() {
    let stage = Stage::set();
    let names = column_names();
    for (name, key) in &columns() {
        let output = stage.found(&["--json", "--count-by", name]);
        let groups: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let groups = groups.as_array().expect("an array");
        assert!(!groups.is_empty(), "{name}");
        let keys = groups.iter().flat_map(|group| group.as_object().expect("an object").keys());
        assert!(keys.collect::<Vec<_>>().chunks(2).all(|keys| keys == [key, "count"]), "{name}");
        let counts: Option<Vec<_>> = groups.iter().map(|group| group["count"].as_u64()).collect();
        let counts = counts.expect("counts are numbers");
        assert!(counts.is_sorted_by(|a, b| a >= b) && !counts.contains(&0), "{name} {counts:?}");
    }
    let both = names[..2].join(",");
    let tsv = stage.found(&["-f", "tsv", "--count-by", &both, "--sort", &names[1]]);
    let header = format!("{}\t{}\tcount", names[0], names[1]);
    assert_eq!(tsv.text().lines().next(), Some(header.as_str()));
    let short = stage.found(&["-s", "--count-by", &names[0]]);
    let (count, _) = short.text().split_once('\t').expect("a count and a value");
    assert!(count.parse::<u64>().is_ok_and(|count| count > 0), "{}", short.text());
    assert_eq!(stage.found(&["-q", "--count-by", &both]).text(), "");
    for more in [
        &["--count-by", "no_such_column"][..],
        &["--count-by", &names[0], "--columns", &names[0]],
        &["--count-by", &names[0], "--sort", &names[1]],
        &["--count-by", &format!("{0},{0}", names[0])],
    ] {
        let words = stage.words(stage.sample.found, more);
        assert_refused(&testkit::run(PROGRAM, &words), 2, &words);
    }
}

#[test]
#[cfg(unix)]
fn a_terminal_gets_a_bar_beside_each_count() {
    let stage = Stage::set();
    let name = &column_names()[0];
    for (language, expected, other) in [("C.UTF-8", '█', '#'), ("C", '#', '█')] {
        let words = stage.words(stage.sample.found, &["--count-by", name, "--color", "never"]);
        let mut command = testkit::command(PROGRAM, words);
        command.env("LANG", language);
        let transcript = testkit::run_on_terminal(command, 80, 24).expect("a terminal");
        let text = String::from_utf8(transcript.bytes).expect("UTF-8");
        assert!(transcript.status.success() && text.contains(expected), "{text}");
        assert!(!text.contains(other), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
    let piped = stage.found(&["--count-by", name]);
    assert!(!piped.text().contains(['█', '#']), "{}", piped.text());
}

#[test]
fn short_is_bare_values() {
    let stage = Stage::set();
    let lines = stage.found(&["-s"]);
    assert!(!lines.text().is_empty());
    assert!(lines.text().lines().all(|line| !line.is_empty() && !line.contains(' ')));
    let nul = stage.found(&["-s", "-0"]);
    assert!(nul.text().ends_with('\0') && !nul.text().contains('\n'));
}

#[test]
fn quiet_prints_nothing() {
    let output = Stage::set().found(&["-q"]);
    assert_eq!((output.text(), output.stderr.as_str()), ("", ""));
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let stage = Stage::set();
    for more in [
        &["-s", "--json"][..],
        &["-j", "-f", "csv"],
        &["-0", "-j"],
        &["-0", "-f", "json"],
        &["-s", "-f", "tsv"],
    ] {
        let words = stage.words(stage.sample.found, more);
        assert_refused(&testkit::run(PROGRAM, &words), 2, &words);
    }
}

#[test]
fn nothing_is_coloured_in_a_pipe() {
    let stage = Stage::set();
    let mut command = testkit::command(PROGRAM, stage.words(stage.sample.found, &["-f", "table"]));
    command.env("TERM", "xterm-256color").env("COLORTERM", "truecolor");
    let output = testkit::finish(command);
    assert!(!output.text().contains('\x1b') && !output.stderr.contains('\x1b'));
    let always = stage.found(&["-f", "table", "--color", "always"]);
    assert!(always.text().contains('\x1b'));
}

#[test]
#[cfg(unix)]
fn a_terminal_is_coloured_unless_somebody_objects() {
    let stage = Stage::set();
    let is_coloured = |more: &[&str], variables: &[(&str, &str)]| {
        let words = stage.words(stage.sample.found, &[&["-f", "table"], more].concat());
        let mut command = testkit::command(PROGRAM, words);
        command.env("TERM", "xterm-256color").envs(variables.iter().copied());
        let transcript = testkit::run_on_terminal(command, 80, 24).expect("a terminal");
        assert!(transcript.status.success());
        transcript.bytes.contains(&0x1b)
    };
    assert!(is_coloured(&[], &[]));
    assert!(!is_coloured(&[], &[("NO_COLOR", "1")]));
    assert!(!is_coloured(&[], &[("TERM", "dumb")]));
    assert!(!is_coloured(&["--color", "never"], &[]));
    assert!(is_coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
}

#[test]
#[cfg(unix)]
fn a_table_fits_the_terminal() {
    let stage = Stage::set();
    for columns in [20, 40, 80] {
        let words = stage.words(stage.sample.found, &["-f", "table"]);
        let transcript = testkit::run_on_terminal(testkit::command(PROGRAM, words), columns, 24)
            .expect("a terminal");
        assert!(transcript.status.success());
        let text = String::from_utf8(transcript.bytes).expect("UTF-8");
        assert!(text.lines().count() >= 2, "{columns}: {text}");
        for line in text.lines().filter(|line| !line.starts_with(TOOL)) {
            assert!(line.chars().count() <= usize::from(columns), "{columns}: {line}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let stage = Stage::set();
    let found = stage.sample.found;
    for words in [
        stage.words(found, &[]),
        stage.words(found, &["--json"]),
        stage.words(found, &["-f", "jsonl"]),
        stage.words(found, &["-f", "tsv"]),
        stage.words(found, &["-f", "csv"]),
        stage.words(found, &["-s"]),
        vec!["--help".to_owned()],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let child = Command::new(PROGRAM)
            .args(&words)
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let output = child.wait_with_output().expect("the program ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{words:?}: {stderr}");
        assert!(stderr.contains("cannot write the output"), "{words:?}: {stderr}");
    }
}

#[test]
fn a_closed_pipe_is_quiet() {
    let stage = Stage::set();
    let found = stage.sample.found;
    for words in
        [stage.words(found, &[]), stage.words(found, &["--json"]), vec!["--help".to_owned()]]
    {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = Command::new(PROGRAM)
            .args(&words)
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    }
}

#[test]
fn a_reader_that_leaves_after_the_first_line_is_no_trouble() {
    let stage = Stage::set();
    let mut child = Command::new(PROGRAM)
        .args(stage.words(stage.sample.found, &["-f", "table"]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
    reader.read_line(&mut first).expect("stdout is UTF-8");
    drop(reader);
    let output = child.wait_with_output().expect("the program ends");
    assert!(!first.is_empty());
    assert_eq!(output.status.code(), Some(0));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("cannot write"), "{stderr}");
}

#[test]
fn quiet_does_not_hide_that_the_command_line_makes_no_sense() {
    for words in Stage::set().sample.senseless {
        let words = [&["-q"], *words].concat();
        assert_refused(&run(&words), 2, &words);
    }
}

#[test]
fn a_flag_may_be_repeated() {
    Stage::set().found(&["-H", "-H", "--color", "never", "--color", "auto"]);
}
