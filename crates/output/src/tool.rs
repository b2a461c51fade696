//! From a command line to rows on stdout and an exit code.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::process::{self, ExitCode};

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Command, FromArgMatches, Parser};

use crate::column_name::{ColumnNames, SortNames};
use crate::escape::{self, Backslash, Blanks};
use crate::exit::{Exit, Failure, system_words};
use crate::flags::Flags;
use crate::guard;
use crate::interrupt;
use crate::live::{self, Live};
use crate::manual::{ColumnEntry, Manual};
use crate::notes::Notes;
use crate::plan;
use crate::print::{self, BesideProgress, OutputError, Printer};
use crate::record::Record;
use crate::rows::Rows;
use crate::screen::Screen;
use crate::successor;
use crate::view::{Printed, View};

/// Rows are handed to the system in pieces of this size, in bytes, or when the next has to be waited for.
const BUFFER_SIZE: usize = 64 * 1024;

/// A tool: what was asked, and the way from there to rows.
pub trait Tool: Parser {
    /// What is known, a row at a time.
    type Row: Record;
    /// What can go wrong.
    type Failure: Failure;

    /// The name of the program.
    const NAME: &'static str;

    /// Commands with what they do, for the help and the man page.
    const EXAMPLES: &'static [(&'static str, &'static str)];

    /// What the exit codes mean in this tool's own words.
    const EXIT_STATUS: &'static [(Exit, &'static str)];

    /// Variables of the environment that this tool looks at, beyond those that all do.
    const ENVIRONMENT: &'static [(&'static str, &'static str)] = &[];

    /// Other names under which the command line knows columns, with the columns.
    const COLUMN_ALIASES: &'static [(&'static str, &'static str)] = &[];

    /// What is asked by words alone, or by nothing at all, where the words are taken as they are. It
    /// is the same as what the parser makes of them, without a grammar of forty arguments put
    /// together to find that there is none of them.
    #[must_use]
    fn from_words(_words: &[OsString]) -> Option<Self> {
        None
    }

    /// How the rows are shown where the command line leaves it open.
    fn view(&self) -> View {
        View::default()
    }

    /// Hears what will be printed before anything is collected.
    fn prepare(&mut self, _printed: &Printed) {}

    /// The command that takes this process's place when the exit is [`Exit::Yes`], after everything
    /// is printed; not after Ctrl-C. On systems where no process can take another's place it is run,
    /// and the exit code is its own. What is `None` ends as always.
    fn successor(&self) -> Option<process::Command> {
        None
    }

    /// The rows, by [`at_once`](crate::at_once) or [`as_they_come`](crate::as_they_come). An `Err`
    /// item is one target's failure, and the run goes on; an `Err` instead of the rows is the end.
    ///
    /// # Errors
    /// When nothing can be asked at all.
    fn rows(
        self,
        notes: &Notes,
    ) -> Result<impl Rows<Item = Result<Self::Row, Self::Failure>>, Self::Failure>;
}

/// Runs a tool on this process's command line.
#[must_use]
pub fn main<T: Tool>() -> ExitCode {
    run::<T>(std::env::args_os()).into()
}

/// The whole command line of a tool: its own arguments, the shared flags, and the help that its
/// lists give.
#[must_use]
pub fn command<T: Tool>() -> Command {
    grammar::<T>()
        .after_help("More with --help: examples, columns, exit codes.")
        .after_long_help(manual::<T>().to_string())
}

/// What a command line may say, without the help that takes longer to write than a run to end.
fn grammar<T: Tool>() -> Command {
    let names = T::Row::COLUMNS.iter().map(|column| (column.name, column.key)).collect();
    let columns = ColumnNames { names, aliases: T::COLUMN_ALIASES };
    with_flags(T::command())
        .version(env!("CARGO_PKG_VERSION"))
        // An alias may have set what is set again.
        .args_override_self(true)
        .mut_arg("columns", |argument| argument.value_parser(columns.clone()))
        .mut_arg("count_by", |argument| argument.value_parser(columns.clone()))
        .mut_arg("sort", |argument| argument.value_parser(SortNames(columns)))
}

/// Adds the shared flags, which may stand before the name of a subcommand and behind it.
fn with_flags(command: Command) -> Command {
    if !command.has_subcommands() {
        return Flags::augment_args(command);
    }
    let own: Vec<_> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
    Flags::augment_args(command).mut_args(|argument| {
        let is_own = own.contains(argument.get_id());
        if is_own { argument } else { argument.global(true) }
    })
}

/// Everything the lists of a tool say of it.
#[must_use]
pub fn manual<T: Tool>() -> Manual {
    let columns = T::Row::COLUMNS
        .iter()
        .map(|column| ColumnEntry {
            name: column.name,
            key: column.key,
            about: column.about,
            kind: column.kind(),
            is_always_known: column.declared.is_always_known,
            is_extra: column.is_extra,
        })
        .collect();
    Manual {
        examples: T::EXAMPLES,
        columns,
        column_aliases: T::COLUMN_ALIASES,
        exit_status: T::EXIT_STATUS,
        environment: T::ENVIRONMENT,
    }
}

fn run<T: Tool>(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let (mut tool, flags) = match understood::<T>(&arguments) {
        Ok(understood) => understood,
        Err(error) => return refuse(T::NAME, &error),
    };
    let notes = Notes::on_stderr(T::NAME, flags.quiet, flags.color.is_on(&io::stderr()));
    let view = tool.view();
    let shape = plan::shape(&view, &flags);
    let printer = plan::printer::<T::Row>(&view, &flags, shape);
    let live = plan::live::<T::Row>(T::NAME, &view, &flags, shape);
    let heard = plan::printed(&printer, &flags, shape);
    tool.prepare(&Printed { is_drawn: live.is_some(), ..heard });
    let successor = tool.successor();
    let exit = match (tool.rows(&notes), live) {
        (Ok(rows), Some(live)) => show(live, rows, &notes),
        (Ok(rows), None) => print(printer, rows, &flags, &notes),
        (Err(failure), _) => print::report(&failure, &notes),
    };
    notes.finish();
    interrupt::end_if_pressed();
    match successor {
        Some(command) if exit == Exit::Yes && !interrupt::is_pressed() => {
            successor::become_it(command, &notes)
        }
        _ => exit,
    }
}

/// What the command line says.
fn understood<T: Tool>(arguments: &[OsString]) -> Result<(T, Flags), clap::Error> {
    let words = arguments.get(1..).unwrap_or_default();
    let has_flags = words.iter().any(|word| word.as_encoded_bytes().starts_with(b"-"));
    if let Some(tool) = if has_flags { None } else { T::from_words(words) } {
        return Ok((tool, Flags::default()));
    }
    // It lives as long as the program, and taking it apart takes a tenth of a start.
    let mut grammar = ManuallyDrop::new(grammar::<T>());
    // Whoever asks for help, or needs it, gets all of it.
    parse::<T>(&mut grammar, arguments).or_else(|_| parse::<T>(&mut command::<T>(), arguments))
}

fn print<R: Record, F: Failure>(
    mut printer: Printer<R>,
    rows: impl Rows<Item = Result<R, F>>,
    flags: &Flags,
    notes: &Notes,
) -> Exit {
    let out = BesideProgress { out: flags.stdout(), notes: notes.clone() };
    let mut out = BufWriter::with_capacity(BUFFER_SIZE, out);
    printer.run(rows, &mut out, notes)
}

/// Shows a live view on the terminal, which is given back whatever happens.
fn show<R: Record, F: Failure>(
    live: Live<R>,
    rows: impl Rows<Item = Result<R, F>>,
    notes: &Notes,
) -> Exit {
    let screen = Screen::on_stdout();
    if let Err(error) = guard::watch(screen.clone(), notes.clone()) {
        notes.note(format_args!("Ctrl-C leaves the terminal as it is: {}", system_words(&error)));
    }
    if io::stderr().is_terminal() {
        notes.hold();
    }
    live::run(live, rows, &screen, notes)
}

fn parse<T: Tool>(
    command: &mut Command,
    arguments: &[OsString],
) -> Result<(T, Flags), clap::Error> {
    let mut matches = command
        .try_get_matches_from_mut(arguments)
        .map_err(|error| name_odd_argument(error, command, arguments))
        .map_err(|error| tell_from_file(error, command))
        .map_err(|error| tell_port_words(error, command))
        .map_err(|error| tell_negative_port(error, command, arguments))?;
    let (tool, flags) = T::from_arg_matches_mut(&mut matches)
        .and_then(|tool| Ok((tool, Flags::from_arg_matches_mut(&mut matches)?)))
        .map_err(|error| error.format(command))?;
    match flags.contradiction(&tool.view()) {
        Some(contradiction) => Err(command.error(ErrorKind::ArgumentConflict, contradiction)),
        None => Ok((tool, flags)),
    }
}

/// Says which argument is not UTF-8; clap says only that one is, or shows it with bytes replaced.
fn name_odd_argument(
    error: clap::Error,
    command: &mut Command,
    arguments: &[OsString],
) -> clap::Error {
    let is_about_it = matches!(error.kind(), ErrorKind::InvalidUtf8 | ErrorKind::UnknownArgument);
    match arguments.iter().find(|argument| argument.to_str().is_none()) {
        Some(odd) if is_about_it => {
            let shown = escape::escape_bytes(odd.as_encoded_bytes(), Blanks::Kept);
            let message = format!("the argument '{shown}' is not UTF-8: write it in UTF-8");
            command.error(ErrorKind::InvalidUtf8, message)
        }
        _ => error,
    }
}

/// Where targets can be read from a file, `-f` is often meant to do that: so it does elsewhere.
fn tell_from_file(mut error: clap::Error, command: &Command) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let is_format = text(ContextKind::InvalidArg).is_some_and(|it| it.starts_with("--format "));
    let has_nearest = error.get(ContextKind::SuggestedValue).is_some();
    let is_typo = |word: &str| word.is_empty() || (has_nearest && !word.contains(['.', '/']));
    let reads_files = command.get_arguments().any(|argument| argument.get_id() == "from");
    if let Some(file) = text(ContextKind::InvalidValue).filter(|file| !is_typo(file))
        && is_format
        && reads_files
    {
        let file = escape::escape(file, Blanks::Kept);
        let tip = StyledStr::from(format!("to read targets from a file: --from {file}"));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// Where ports are words, `-p` is often meant to name them: so it does elsewhere.
fn tell_port_words(mut error: clap::Error, command: &Command) -> clap::Error {
    let is_flag = matches!(
        error.get(ContextKind::InvalidArg),
        Some(ContextValue::String(text)) if text == "-p" || text == "--port" || text == "--ports"
    );
    let takes_ports = command.get_positionals().any(|argument| {
        let names = argument.get_value_names().unwrap_or_default();
        names.iter().any(|name| name.ends_with("|PORT"))
    });
    if is_flag && takes_ports && error.kind() == ErrorKind::UnknownArgument {
        error.remove(ContextKind::SuggestedArg);
        let tip = format!("ports are words: write '{} 127.0.0.1 80'", command.get_name());
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Where ports are words, one below zero looks like a flag.
fn tell_negative_port(
    error: clap::Error,
    command: &mut Command,
    arguments: &[OsString],
) -> clap::Error {
    // The flag that is not known is the dash and the first digit.
    let flag = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) => flag.as_str(),
        _ => "",
    };
    let is_number = |word: &str| word.bytes().all(|octet| octet.is_ascii_digit());
    let is_negative = |word: &&str| {
        flag.len() == 2 && word.starts_with(flag) && word.strip_prefix('-').is_some_and(is_number)
    };
    let takes_ports = command.get_positionals().any(|argument| {
        let names = argument.get_value_names().unwrap_or_default();
        names.iter().any(|name| name.split('|').any(|it| it == "PORT"))
    });
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    match words.find(is_negative) {
        Some(word) if takes_ports && error.kind() == ErrorKind::UnknownArgument => {
            let message = format!("'{word}' is not a port: there is none below 0");
            command.error(ErrorKind::ValueValidation, message)
        }
        _ => error,
    }
}

/// Prints help or version, or says what is wrong with the command line.
fn refuse(name: &str, error: &clap::Error) -> Exit {
    if error.use_stderr() {
        // Nobody is left to tell when stderr itself is gone.
        let _ = io::stderr().write_all(refusal(name, error).as_bytes());
        return Exit::Usage;
    }
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            print::report(&OutputError::from(error), &Notes::on_stderr(name, false, false))
        }
        _ => Exit::Yes,
    }
}

/// The text of a usage error. It quotes arguments, which may be hostile.
fn refusal(name: &str, error: &clap::Error) -> String {
    let text = error.render().to_string();
    let mut safe = format!("{name}: ");
    for line in text.strip_prefix("error: ").unwrap_or(&text).lines() {
        escape::push_text(&mut safe, line, Blanks::Kept, Backslash::Kept);
        safe.push('\n');
    }
    safe
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    #[test]
    fn no_flag_at_all_means_what_the_parser_makes_of_it() {
        let parsed = with_flags(Command::new("tool")).get_matches_from(["tool"]);
        let parsed = Flags::from_arg_matches(&parsed).expect("the flags have no say in it");
        assert_eq!(format!("{parsed:?}"), format!("{:?}", Flags::default()));
    }

    #[test]
    fn who_gives_a_flag_for_ports_is_told_that_they_are_words() {
        let told = |value_name: &'static str, words: &[&str]| {
            let words_of_it = Arg::new("words").num_args(0..).value_name(value_name);
            let mut command = Command::new("tool").arg(words_of_it);
            let words = [&["tool"], words].concat();
            let error = command.try_get_matches_from_mut(words).expect_err("it makes no sense");
            refusal("tool", &tell_port_words(error, &command))
        };
        let tip = "tip: ports are words: write 'tool 127.0.0.1 80'\n";
        for words in [&["a", "-p", "80"][..], &["-p80", "a"], &["a", "-p-"], &["--port", "80"]] {
            let text = told("HOST|PORT", words);
            assert!(text.contains(tip) && !text.contains("'-- "), "{text}");
            assert!(!told("NAME", words).contains(tip));
        }
        assert!(!told("HOST|PORT", &["-x"]).contains(tip));
    }

    #[test]
    fn a_port_below_zero_is_told_as_such() {
        let told = |value_name: &'static str, words: &[&str]| {
            let words_of_it = Arg::new("words").num_args(0..).value_name(value_name);
            let four = Arg::new("four").short('4').num_args(0);
            let mut command = Command::new("tool").arg(words_of_it).arg(four);
            let words: Vec<OsString> = [&["tool"], words].concat().iter().map(Into::into).collect();
            let error = command.try_get_matches_from_mut(&words).expect_err("it makes no sense");
            refusal("tool", &tell_negative_port(error, &mut command, &words))
        };
        for words in [&["-1"][..], &["80", "-1"]] {
            let text = told("PORT|NAME", words);
            assert!(text.starts_with("tool: '-1' is not a port: there is none below 0"), "{text}");
        }
        assert!(told("NAME", &["-1"]).contains("unexpected argument"));
        // A flag that is known is not what is wrong.
        let text = told("PORT|NAME", &["-4", "--bogus"]);
        assert!(text.contains("unexpected argument '--bogus'"), "{text}");
        assert!(told("PORT|NAME", &["-1x"]).contains("unexpected argument"));
        assert!(told("PORT|NAME", &["--jsno"]).contains("unexpected argument"));
    }

    #[test]
    fn who_gives_a_file_in_place_of_a_format_is_told_how_to_read_it() {
        let plain = || with_flags(Command::new("tool"));
        let reading = || with_flags(Command::new("tool").arg(Arg::new("from").long("from")));
        let told = |mut command: Command, words: &[&str]| {
            let words = [&["tool"], words].concat();
            let error = command.try_get_matches_from_mut(words).expect_err("it makes no sense");
            refusal("tool", &tell_from_file(error, &command))
        };
        let tip = "\n  tip: to read targets from a file: --from ";
        let cases: [(&[&str], _); 5] = [
            (&["-f", "names.txt"], "names.txt\n"),
            (&["-f", "-"], "-\n"),
            (&["--format=a\x1b[2J b"], "a\\x1b[2J b\n"),
            (&["-fcsv.txt"], "csv.txt\n"),
            (&["-f", "/dev/stdin"], "/dev/stdin\n"),
        ];
        for (words, expected) in cases {
            let text = told(reading(), words);
            assert!(text.contains(&format!("{tip}{expected}")), "{text}");
            assert!(!told(plain(), words).contains("--from"));
        }
        let others: [&[&str]; 4] =
            [&["--color", "x"], &["-f", ""], &["-f", "jsno"], &["--no-such"]];
        for words in others {
            assert!(!told(reading(), words).contains("read targets"), "{words:?}");
        }
    }
}
