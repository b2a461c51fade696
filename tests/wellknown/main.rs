//! `wellknown` as people and scripts run it.

mod truth;

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use testkit::Output;

fn wellknown(words: &[&str]) -> Output {
    testkit::run(env!("CARGO_BIN_EXE_wellknown"), words)
}

#[test]
fn a_port_and_a_name_lead_to_the_same_service() {
    for key in ["22", "ssh", "SSH", "22/tcp", "ssh/udp"] {
        let output = wellknown(&[key, "-H"]);
        let words: Vec<_> = output.text().split_whitespace().take(3).collect();
        assert_eq!(
            (output.code, &words[..]),
            (Some(0), &["ssh", "22", "tcp,udp,sctp"][..]),
            "{key}"
        );
    }
}

#[test]
fn bare_is_the_other_half() {
    let cases = [("ssh", "22\n"), ("22", "ssh\n"), ("www", "80\n"), ("x11", "6000-6063\n")];
    for (key, answer) in cases {
        assert_eq!(wellknown(&["-s", key]).text(), answer);
    }
}

#[test]
fn a_port_is_a_number_for_programs() {
    let output = wellknown(&["x11", "5173", "--json"]);
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&rows[0]["port"], &rows[0]["last_port"]), (&6000.into(), &6063.into()));
    assert_eq!((&rows[0]["official"], &rows[1]["official"]), (&true.into(), &false.into()));
    let output = wellknown(&["x11", "-f", "tsv", "-H", "--columns", "port,last_port"]);
    assert_eq!(output.text(), "6000\t6063\n");
}

#[test]
fn what_is_not_known_is_told_and_the_rest_is_found() {
    let output = wellknown(&["80", "htpp", "49152"]);
    assert_eq!((output.code, output.text().lines().count()), (Some(1), 2));
    assert!(output.stderr.contains("no service is called 'htpp'"), "{}", output.stderr);
    assert!(output.stderr.contains("did you mean 'http'?"), "{}", output.stderr);
    assert!(output.stderr.contains("49152-65535"), "{}", output.stderr);
}

#[test]
fn a_mistake_says_what_would_be_right() {
    let cases = [
        ("65536", "0 to 65535"),
        ("80-", "80-65535"),
        ("90-80", "80-90"),
        ("80/foo", "tcp, udp, sctp, dccp"),
        ("80,443", "blanks"),
        ("", "80"),
    ];
    for (key, hint) in cases {
        let output = wellknown(&[key]);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{key}");
        assert!(output.stderr.contains(hint), "{key}: {}", output.stderr);
    }
}

/// Runs it with something on its standard input.
fn fed(words: &[&str], input: &str) -> Output {
    let mut command = testkit::command(env!("CARGO_BIN_EXE_wellknown"), words);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // Who has its keys already may have left.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Output { stdout: output.stdout, stderr, code: output.status.code() }
}

#[test]
fn keys_come_from_a_pipe_as_well() {
    let list = "80 ssh # the usual\n\n\t53/udp\r\n";
    for words in [&["-s"][..], &["-s", "-"], &["-s", "--from", "-"]] {
        let output = fed(words, list);
        assert_eq!((output.code, output.text()), (Some(0), "http\n22\ndomain\n"), "{words:?}");
    }
    assert_eq!(fed(&["-s", "21", "-", "23"], "22").text(), "ftp\nssh\ntelnet\n");
    assert_eq!(fed(&["-s", "21"], "22").text(), "ftp\n");
}

#[test]
fn a_wrong_key_in_a_list_is_told_by_its_line_and_the_rest_goes_on() {
    let output = fed(&["-s"], "80\n65536 22\nno-such-service\n");
    assert_eq!((output.code, output.text()), (Some(2), "http\nssh\n"));
    let told = "line 2: '65536' is out of range";
    assert!(output.stderr.contains(told), "{}", output.stderr);
    let output = wellknown(&["--from", "/nonexistent/keys", "22"]);
    assert_eq!(output.code, Some(3));
    assert!(output.stderr.contains("cannot read '/nonexistent/keys'"), "{}", output.stderr);
    for input in ["", "# nothing\n\n"] {
        let output = fed(&[], input);
        assert_eq!((output.code, output.text()), (Some(2), ""));
        assert!(output.stderr.contains("nothing to look up"), "{}", output.stderr);
    }
}

#[test]
fn a_row_is_printed_before_the_next_key_is_waited_for() {
    use std::io::{BufRead, BufReader};

    let mut command = testkit::command(env!("CARGO_BIN_EXE_wellknown"), ["-s"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut rows = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for (key, answer) in [("ssh\n", "22"), ("53\n", "domain")] {
        stdin.write_all(key.as_bytes()).expect("it reads");
        assert_eq!(rows.next().expect("a row").expect("text"), answer);
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_port_without_a_service_says_what_it_is() {
    let output = wellknown(&["4", "1023/tcp", "24", "60000", "10010/udp", "--json"]);
    assert_eq!(output.code, Some(1));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let told: Vec<_> =
        rows.iter().map(|row| json!([row["port"], row["class"], row["status"]])).collect();
    assert_eq!(
        told,
        [
            json!([4, "system", "unassigned"]),
            json!([1023, "system", "reserved"]),
            json!([24, "system", "private"]),
            json!([60000, "dynamic", "unassigned"]),
            json!([10010, "user", "reserved"]),
        ]
    );
    assert!(rows.iter().all(|row| row["name"].is_null() && row["privileged"].is_boolean()));
    let output = wellknown(&["4", "60000"]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
    assert!(output.stderr.contains("a system port (0-1023)"), "{}", output.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn privilege_is_what_the_system_says() {
    let told = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let first: u16 = told.map_or(1024, |text| text.trim().parse().expect("a port"));
    let output = wellknown(&["22", "1023", "8080", "--columns", "privileged", "-f", "tsv", "-H"]);
    let expected = [22, 8080].map(|port| if port < first { "yes\n" } else { "no\n" }).concat();
    assert_eq!(output.text(), expected);
}

#[test]
fn related_names_follow_and_are_marked() {
    let output = wellknown(&["imap", "--json"]);
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let told: Vec<_> =
        rows.iter().map(|row| json!([row["name"], row["port"], row["match"]])).collect();
    assert_eq!(
        told,
        [
            json!(["imap", 143, "exact"]),
            json!(["imap3", 220, "related"]),
            json!(["imaps", 993, "related"]),
        ]
    );
    let output = wellknown(&["http"]);
    assert!(output.stderr.contains("more names are like 'http': --all"), "{}", output.stderr);
    let all = wellknown(&["-a", "http"]);
    assert!(all.text().lines().count() > output.text().lines().count());
    assert_eq!(all.stderr, "");
}

#[test]
fn a_search_has_all_words_and_the_best_first() {
    let output = wellknown(&["--search", "secure", "SHELL", "-s"]);
    assert_eq!((output.code, output.text()), (Some(0), "ssh\n"));
    let output = wellknown(&["--search", "http", "--limit", "2", "-s"]);
    assert_eq!(output.text(), "http\nhttps\n");
    assert!(output.stderr.contains("more were found"), "{}", output.stderr);
    let output = wellknown(&["--search", "htttp"]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
    assert!(output.stderr.contains("did you mean 'http'?"), "{}", output.stderr);
    for words in [&["--search"][..], &["--search", " "], &["--search", "a", "--limit", "0"]] {
        assert_eq!(wellknown(words).code, Some(2), "{words:?}");
    }
}

#[test]
fn the_services_of_the_machine_come_first() {
    let path = std::env::temp_dir().join(format!("wellknown-etc-{}", std::process::id()));
    let list = "ssh 22/tcp # ours\nhouse 7001/tcp casa\nweb-3000 3000/tcp\nbad line\n";
    std::fs::write(&path, list).expect("it can be written");
    let etc = format!("--etc={}", path.display());
    let columns = ["-f", "tsv", "-H", "--columns", "name,port,source"];
    let output = wellknown(&[&[&etc, "22", "3000", "CASA"], &columns[..]].concat());
    // The list has ssh over one transport only, IANA over three.
    let expected = "ssh\t22\tlocal\nssh\t22\tiana\nweb-3000\t3000\tlocal\nhbci\t3000\tiana\n\
        remoteware-cl\t3000\tiana\ngrafana\t3000\tunofficial\nhouse\t7001\tlocal\n";
    assert_eq!((output.code, output.text()), (Some(0), expected));
    assert!(output.stderr.contains("1 line of "), "{}", output.stderr);
    assert_eq!(wellknown(&[&etc, "-s", "3000"]).text(), "web-3000\n");
    std::fs::write(&path, "x11 6000/tcp x\n").expect("it can be written");
    assert_eq!(wellknown(&[&etc, "-sa", "x11"]).text(), "6000\n6000-6063\n");
    std::fs::write(&path, list).expect("it can be written");
    let best = wellknown(&[&etc, "-s", "--search", "house", "--limit", "1"]);
    assert_eq!(best.text(), "house\n");
    std::fs::remove_file(&path).expect("it was there");
    let output = wellknown(&[&etc, "22"]);
    assert_eq!((output.code, output.text()), (Some(3), ""));
    assert!(output.stderr.contains("cannot read"), "{}", output.stderr);
}

#[test]
fn a_name_without_a_port_is_shown_and_is_no_answer() {
    let output = wellknown(&["googlecast", "-H", "--columns", "name,port,protocol"]);
    assert_eq!(output.code, Some(1));
    let words: Vec<_> = output.text().split_whitespace().collect();
    assert_eq!(words, ["googlecast", "-", "tcp"]);
    assert!(output.stderr.contains("registered without a port"), "{}", output.stderr);
    let output = wellknown(&["-s", "googlecast"]);
    assert_eq!((output.code, output.text()), (Some(1), ""));
}

#[test]
fn where_the_table_comes_from_is_rows_as_well() {
    let output = wellknown(&["--about"]);
    assert_eq!(output.code, Some(0));
    assert!(output.text().starts_with("SOURCE "), "{}", output.text());
    let output = wellknown(&["--about", "--json"]);
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(rows[0]["entries"].as_u64() >= Some(7300) && rows[0]["licence"] == "CC0-1.0");
    let notice = include_str!("../../NOTICE");
    for row in &rows {
        for key in ["source", "version", "licence"] {
            let word = row[key].as_str().unwrap_or_default();
            assert!(notice.contains(word), "{word}");
        }
    }
}

#[test]
fn a_port_below_zero_is_told_as_such() {
    for words in [&["-1"][..], &["80", "-65536"]] {
        let output = wellknown(words);
        assert_eq!((output.code, output.text()), (Some(2), ""), "{words:?}");
        assert!(
            output.stderr.contains("is not a port: there is none below 0"),
            "{}",
            output.stderr
        );
    }
    assert_eq!(wellknown(&["-0", "-s", "ssh"]).stdout, b"22\0");
}
