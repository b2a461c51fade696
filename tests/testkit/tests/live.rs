//! The live view on a real terminal: it is given back as it was, however the run ends. The program
//! that shows it is this one, so that no tool has to wait for anything to happen.

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    if std::env::args().nth(1).as_deref() == Some("play") {
        return output::main::<play::Cli>();
    }
    for check in checks::ALL {
        check();
    }
    std::process::ExitCode::SUCCESS
}

#[cfg(not(unix))]
fn main() {}

/// A tool that plays a scene.
#[cfg(unix)]
mod play {
    use std::collections::VecDeque;
    use std::time::Duration;

    use clap::{Parser, ValueEnum};
    use output::{Change, Column, Exit, Kind, Notes, Record, Rows, Tool, View};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::low_level::raise;
    use thiserror::Error;

    /// Longer than any scene lasts.
    const FOREVER: Duration = Duration::from_secs(20);

    /// Play a scene
    #[derive(Parser)]
    #[command(name = "play")]
    pub struct Cli {
        #[arg(value_parser = ["play"])]
        play: String,
        #[arg(value_enum)]
        scene: Scene,
    }

    #[derive(Clone, Copy, ValueEnum)]
    enum Scene {
        /// The rows end.
        End,
        /// Something fails on the way.
        Fail,
        /// Ctrl-C, and the rows end.
        Interrupt,
        /// Ctrl-C, and they do not.
        Deaf,
        /// Somebody ends the process.
        Terminate,
        /// Nothing happens any more.
        Stay,
    }

    pub struct Event(u64, Change);

    impl Record for Event {
        const COLUMNS: &'static [Column<Self>] = &[
            Column::<Self>::new("id", "which", |it| it.0.into()).json(Kind::Whole),
            Column::new("change", "what became of it", |it| it.1.as_str().into()),
        ];

        fn change(&self) -> Option<Change> {
            Some(self.1)
        }

        fn identity(&self) -> u64 {
            self.0
        }
    }

    #[derive(Debug, Error)]
    #[error("cannot look twice")]
    pub struct Failure;

    impl output::Failure for Failure {}

    enum Step {
        Row(Result<Event, Failure>),
        Wait,
        Raise(i32),
        Stay,
    }

    struct Steps(VecDeque<Step>);

    impl Iterator for Steps {
        type Item = Result<Event, Failure>;

        fn next(&mut self) -> Option<Self::Item> {
            loop {
                match self.0.pop_front()? {
                    Step::Row(row) => return Some(row),
                    Step::Wait => {}
                    Step::Raise(signal) => raise(signal).expect("a signal can be raised"),
                    Step::Stay => std::thread::sleep(FOREVER),
                }
            }
        }
    }

    impl Rows for Steps {
        fn is_ready(&mut self) -> bool {
            matches!(self.0.front(), None | Some(Step::Row(_)))
        }
    }

    impl Tool for Cli {
        type Row = Event;
        type Failure = Failure;

        const NAME: &'static str = "play";

        const EXAMPLES: &'static [(&'static str, &'static str)] = &[];
        const EXIT_STATUS: &'static [(Exit, &'static str)] = &[];

        fn view(&self) -> View {
            View { is_live: true, ..View::default() }
        }

        fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Event, Failure>>, Failure> {
            notes.footnote("that was all");
            let row = |id, change| Step::Row(Ok(Event(id, change)));
            let mut steps = VecDeque::from([
                row(1, Change::Added),
                row(22, Change::Added),
                Step::Wait,
                row(1, Change::Removed),
                row(333, Change::Added),
                Step::Wait,
            ]);
            match self.scene {
                Scene::End => {}
                Scene::Fail => steps.extend([Step::Row(Err(Failure)), Step::Wait]),
                Scene::Interrupt => steps.push_back(Step::Raise(SIGINT)),
                Scene::Deaf => steps.extend([Step::Raise(SIGINT), Step::Stay]),
                Scene::Terminate => steps.extend([Step::Raise(SIGTERM), Step::Stay]),
                Scene::Stay => steps.push_back(Step::Stay),
            }
            Ok(Steps(steps))
        }
    }
}

#[cfg(unix)]
mod checks {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use testkit::{command, finish, run_on_terminal};

    const ENTER: &str = "\x1b[?1049h\x1b[?25l";
    const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

    const SIGINT: i32 = 2;
    const SIGTERM: i32 = 15;

    pub const ALL: [fn(); 6] = [
        pictures_are_drawn_and_taken_away,
        however_it_ends_the_terminal_is_given_back,
        who_stops_it_has_the_terminal_meanwhile,
        a_pipe_gets_the_events,
        a_terminal_gets_the_events_in_other_formats,
        a_dumb_terminal_gets_the_events,
    ];

    /// What a terminal saw, with the lines as they were written.
    fn seen(words: &[&str]) -> (ExitStatus, String) {
        let program = std::env::current_exe().expect("this program");
        let mut command = command(program, [&["play"], words].concat());
        command.env("TERM", "xterm");
        let transcript = run_on_terminal(command, 60, 4).expect("a terminal");
        let text = String::from_utf8(transcript.bytes).expect("UTF-8");
        (transcript.status, text.replace("\r\r\n", "\n").replace("\r\n", "\n"))
    }

    /// The pictures, and what is on the terminal after them.
    fn parts(text: &str) -> (Vec<&str>, &str) {
        let (before, rest) = text.split_once(ENTER).expect("the terminal is taken over");
        assert_eq!(before, "");
        let (pictures, after) = rest.split_once(LEAVE).expect("the terminal is given back");
        assert!(!after.contains('\x1b'), "{after:?}");
        (pictures.split("\x1b[H").skip(1).collect(), after)
    }

    fn pictures_are_drawn_and_taken_away() {
        let (status, text) = seen(&["end", "--color", "never"]);
        let (pictures, after) = parts(&text);
        assert_eq!((status.code(), after), (Some(0), "play: that was all\n"));
        assert_eq!(pictures.len(), 2, "{pictures:?}");
        assert!(pictures[0].starts_with("\x1b[Kplay  "), "{:?}", pictures[0]);
        assert!(pictures[0].contains(" UTC  2 rows\n\x1b[K  ID  CHANGE\n"), "{:?}", pictures[0]);
        assert!(pictures[1].contains("  2 rows, 1 came, 1 went\n"), "{:?}", pictures[1]);
        assert!(pictures[1].contains("\n\x1b[K- 1   removed\n"), "{:?}", pictures[1]);
        assert!(pictures[1].ends_with("\n\x1b[J… 2 more (+1)"), "{:?}", pictures[1]);
    }

    fn however_it_ends_the_terminal_is_given_back() {
        let failed = "play: cannot look twice\nplay: that was all\n";
        for (scene, code, signal, said) in [
            ("fail", Some(3), None, failed),
            ("interrupt", None, Some(SIGINT), "play: that was all\n"),
            ("deaf", None, Some(SIGINT), ""),
            ("terminate", None, Some(SIGTERM), ""),
        ] {
            let (status, text) = seen(&[scene, "--color", "never"]);
            let (_, after) = parts(&text);
            assert_eq!((status.code(), status.signal()), (code, signal), "{scene}");
            assert_eq!(after, said, "{scene}");
        }
    }

    fn who_stops_it_has_the_terminal_meanwhile() {
        let program = std::env::current_exe().expect("this program");
        let script = r#""$0" play stay & pid=$!; sleep 0.5; kill -TSTP $pid; sleep 0.5
            printf stopped; kill -CONT $pid; sleep 0.5; kill -TERM $pid; wait $pid"#;
        let mut command = command("sh", ["-c", script]);
        command.arg(program).env("TERM", "xterm");
        let transcript = run_on_terminal(command, 60, 4).expect("a terminal");
        let text = String::from_utf8_lossy(&transcript.bytes);
        let (before, after) = text.split_once("stopped").expect("it was stopped");
        for part in [before, after] {
            assert!(part.starts_with(ENTER) && part.contains(LEAVE), "{text:?}");
        }
        assert!(before.ends_with(LEAVE), "{text:?}");
        assert!(after.contains("1 went"), "{text:?}");
    }

    fn a_pipe_gets_the_events() {
        let program = std::env::current_exe().expect("this program");
        let piped = finish(command(program, ["play", "end", "--sort", "-id"]));
        let events = [(1, "added"), (22, "added"), (1, "removed"), (333, "added")];
        let line = |(id, change)| format!("{{\"id\":{id},\"change\":\"{change}\"}}\n");
        let rows = events.map(line).concat();
        assert_eq!((piped.text(), piped.stderr.as_str()), (&*rows, "play: that was all\n"));
    }

    fn a_terminal_gets_the_events_in_other_formats() {
        let (status, text) = seen(&["end", "-f", "csv"]);
        let rows = "id,change\n1,added\n22,added\n1,removed\n333,added\nplay: that was all\n";
        assert!(status.success() && !text.contains("\x1b[?"), "{text:?}");
        let plain = text.replace("\x1b[2m", "").replace("\x1b[0m", "");
        assert_eq!(plain, rows);
    }

    fn a_dumb_terminal_gets_the_events() {
        let program = std::env::current_exe().expect("this program");
        let mut command = command(program, ["play", "end"]);
        command.env("TERM", "dumb");
        let transcript = run_on_terminal(command, 60, 4).expect("a terminal");
        let text = String::from_utf8_lossy(&transcript.bytes);
        let event = r#"{"id":333,"change":"added"}"#;
        assert!(!text.contains('\x1b') && text.contains(event), "{text:?}");
    }
}
