//! What somebody sees who sits at a terminal.

use testkit::Session;

use super::support::{PROGRAM, listener, nobody, portscan, silence};

fn on_terminal(words: &[&str], columns: u16) -> Session {
    let mut command = testkit::command(PROGRAM, words);
    command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
    Session::start(command, columns, 24).expect("a terminal")
}

/// What remains of what was written to a terminal: the last that was written to each line, without
/// colours.
fn remains(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = vec![String::new()];
    let mut chars = text.chars().peekable();
    let mut line = 0;
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() != Some(&'\n') => lines[line].clear(),
            '\r' => {}
            '\n' => {
                line += 1;
                lines.resize(lines.len().max(line + 1), String::new());
            }
            '\x1b' => {
                let end = chars.find(char::is_ascii_alphabetic);
                match end {
                    Some('K') => lines[line].clear(),
                    Some('A') => line = line.saturating_sub(1),
                    _ => {}
                }
            }
            c => lines[line].push(c),
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[test]
fn progress_is_shown_while_it_lasts_and_is_gone_afterwards() {
    let (_silent, silent) = silence();
    let (_listener, open) = listener();
    let words = ["-s", "-w", "2", "127.0.0.1", &silent, &open];
    let mut session = on_terminal(&words, 80);
    session.wait_for("1/2").unwrap();
    let seen = session.finish().unwrap();
    assert_eq!(seen.status.code(), Some(3));
    assert_eq!(remains(&seen.bytes), open);
    assert_eq!(portscan(&words).stderr, "", "it is for a terminal");
}

#[test]
fn progress_stays_out_of_the_way_of_those_who_want_quiet() {
    let (_silent, silent) = silence();
    let seen =
        on_terminal(&["-q", "-w", "1.5", "127.0.0.1", &silent], 80).finish().expect("it ends");
    assert_eq!((seen.bytes, seen.status.code()), (vec![], Some(3)));
}

#[test]
fn a_table_fits_the_width() {
    let (_silent, silent) = silence();
    let (_listener, open) = listener();
    for columns in [40, 60, 80, 120] {
        let words =
            ["-w", "0.4", "--color", "never", "127.0.0.1", "::1", &open, &silent, &nobody()];
        let seen = on_terminal(&words, columns).finish().expect("it ends");
        let text = remains(&seen.bytes);
        assert!(text.lines().count() >= 7, "{columns}: {text}");
        for line in text.lines().filter(|line| !line.starts_with("portscan: ")) {
            assert!(line.chars().count() <= usize::from(columns), "{columns}: {line}");
        }
        // What the port is comes before how that is known.
        assert!(text.contains(&open) && text.contains("open") && text.contains("filtered"));
    }
}

#[test]
fn a_map_fits_the_width() {
    let listeners: Vec<_> = (0..30).map(|_| listener()).collect();
    let ports: Vec<_> = listeners.iter().map(|(_, port)| port.as_str()).collect();
    for columns in [30, 50, 80] {
        let words = ["--map", "--color", "never", "127.0.0.1", &ports.join(",")];
        let seen = on_terminal(&words, columns).finish().expect("it ends");
        let text = remains(&seen.bytes);
        let cells = text.lines().filter(|line| line.starts_with("127.0.0.1")).flat_map(str::chars);
        assert_eq!(cells.filter(|c| *c == 'O').count(), 30, "{columns}: {text}");
        for line in text.lines().filter(|line| !line.starts_with("portscan: ")) {
            assert!(line.chars().count() <= usize::from(columns), "{columns}: {line}");
        }
    }
}

#[test]
fn states_have_their_colours() {
    let (_listener, open) = listener();
    let seen = on_terminal(&["127.0.0.1", &open, &nobody()], 100).finish().expect("it ends");
    let text = String::from_utf8(seen.bytes).expect("UTF-8");
    let colour = |state: &str| {
        let (before, _) = text.split_once(state).expect("it is there");
        let (_, colour) = before.rsplit_once("\x1b[").expect("it is coloured");
        colour.to_owned()
    };
    assert_ne!(colour("open"), colour("closed"));
}

#[test]
fn ctrl_c_gives_the_line_back() {
    let (_silent, silent) = silence();
    let (_listener, open) = listener();
    let mut session = on_terminal(&["-s", "-w", "60", "127.0.0.1", &silent, &open], 80);
    session.wait_for("1/2").unwrap();
    let pid = i32::try_from(session.id()).ok().and_then(rustix::process::Pid::from_raw).unwrap();
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
    let seen = session.finish().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&seen.status), Some(2));
    let text = remains(&seen.bytes);
    assert!(text.contains("portscan: stopped: 1 of 2 ports are known"), "{text}");
    assert!(!text.contains("1/2"), "{text}");
}
