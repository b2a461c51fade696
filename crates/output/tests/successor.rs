//! A command takes the place of a tool. The tool is this program: a process that becomes another
//! cannot be a test beside others.

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

/// A tool with a successor.
#[cfg(unix)]
mod play {
    use std::process::Command;

    use clap::Parser;
    use output::{Column, Exit, Interrupt, Kind, Notes, Record, Rows, Tool};
    use signal_hook::consts::SIGINT;
    use signal_hook::low_level::raise;
    use thiserror::Error;

    /// Play a part, then be another
    #[derive(Parser)]
    #[command(name = "play")]
    pub struct Cli {
        #[arg(value_parser = ["play"])]
        play: String,
        /// The exit code of the one row
        exit: u8,
        /// Somebody presses Ctrl-C
        #[arg(long)]
        interrupted: bool,
        #[arg(last = true)]
        command: Vec<String>,
    }

    pub struct Row(Exit);

    impl Record for Row {
        const COLUMNS: &'static [Column<Self>] =
            &[Column::<Self>::new("code", "the exit code", |it| it.0.code().into())
                .json(Kind::Whole)];

        fn exit(&self) -> Exit {
            self.0
        }
    }

    #[derive(Debug, Error)]
    pub enum Failure {}

    impl output::Failure for Failure {}

    impl Tool for Cli {
        type Row = Row;
        type Failure = Failure;

        const NAME: &'static str = "play";
        const EXAMPLES: &'static [(&'static str, &'static str)] = &[];
        const EXIT_STATUS: &'static [(Exit, &'static str)] = &[];

        fn successor(&self) -> Option<Command> {
            let (program, arguments) = self.command.split_first()?;
            let mut command = Command::new(program);
            command.args(arguments);
            Some(command)
        }

        fn rows(self, _: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
            if self.interrupted {
                Interrupt::watch().expect("signals are watched for");
                raise(SIGINT).expect("the signal is sent");
            }
            let exit = [Exit::Yes, Exit::No, Exit::Usage, Exit::Unknown][usize::from(self.exit)];
            Ok(output::at_once([Ok(Row(exit))]))
        }
    }
}

#[cfg(unix)]
mod checks {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Output, Stdio};

    use signal_hook::consts::SIGINT;

    pub const ALL: [fn(); 4] = [
        it_takes_the_place_after_all_is_printed,
        only_yes_has_a_successor,
        what_cannot_be_run_is_told,
        ctrl_c_ends_it_all,
    ];

    fn played(words: &[&str]) -> (Output, u32) {
        let program = std::env::current_exe().expect("this program");
        let (out, errors) = (Stdio::piped(), Stdio::piped());
        let mut command = Command::new(program);
        command.arg("play").args(words).stdin(Stdio::null()).stdout(out).stderr(errors);
        let child = command.spawn().expect("this program runs");
        let id = child.id();
        (child.wait_with_output().expect("it ends"), id)
    }

    fn told(words: &[&str]) -> (Option<i32>, String, String) {
        let (Output { status, stdout, stderr }, _) = played(words);
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (status.code(), text(stdout), text(stderr))
    }

    fn it_takes_the_place_after_all_is_printed() {
        let (output, id) = played(&["0", "--", "sh", "-c", "echo $$ \"$1\"; exit 42", "-", "a b"]);
        assert_eq!(output.status.code(), Some(42));
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("CODE\n0\n{id} a b\n"));
        let (code, out, _) = told(&["0", "-q", "--", "sh", "-c", "echo here"]);
        assert_eq!((code, out.as_str()), (Some(0), "here\n"));
    }

    fn only_yes_has_a_successor() {
        for exit in ["1", "3"] {
            let (code, out, _) = told(&[exit, "--", "echo", "never"]);
            assert_eq!((code, out), (exit.parse().ok(), format!("CODE\n{exit}\n")));
        }
        assert_eq!(told(&["0"]).0, Some(0));
    }

    fn what_cannot_be_run_is_told() {
        let said = "play: cannot run '/no/such\\nprogram': no such file or directory\n";
        for (words, printed) in [(&["0"][..], "CODE\n0\n"), (&["0", "-q"], "")] {
            let (code, out, errors) = told(&[words, &["--", "/no/such\nprogram"]].concat());
            assert_eq!((code, out.as_str(), errors.as_str()), (Some(3), printed, said));
        }
    }

    fn ctrl_c_ends_it_all() {
        let (output, _) = played(&["0", "--interrupted", "--", "echo", "never"]);
        assert_eq!(output.status.signal(), Some(SIGINT));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "CODE\n0\n");
    }
}
