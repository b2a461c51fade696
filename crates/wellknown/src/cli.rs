//! What was asked, and the way from there to services.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, ValueHint};
use output::{Exit, Notes, Printed, Rendering, Rows, STANDARD_INPUT, Tool, View, at_once};

use crate::answers::{Answers, Extent};
use crate::failure::{Failure, FailureKind};
use crate::local::{self, DEFAULT_PATH, LocalServices};
use crate::questions::{Input, Questions, Word};
use crate::row::{Entry, Match, Row};
use crate::search::search;
use crate::services;
use crate::sources::{OVERLAY, REGISTRY, SOURCES, Source};
use crate::table;

/// Look up services by port or by name
///
/// Knows IANA's whole registry and what people use besides, by itself: /etc/services is not needed.
#[derive(Parser, Debug, Clone)]
#[command(name = <Self as Tool>::NAME)]
pub struct Cli {
    /// A port (80), range (6000-6063) or name (ssh), with a transport where that matters
    /// (http/udp); without any, or for -, they are read from standard input
    #[arg(value_name = "PORT|NAME")]
    words: Vec<Word>,

    /// Read ports and names from this file; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from: Option<PathBuf>,

    /// Find services with these words in name, aliases or description
    #[arg(long, value_name = "WORD", num_args = 1.., conflicts_with_all = ["words", "from"])]
    search: Vec<String>,

    /// Print so many of what was found at most
    #[arg(
        long,
        value_name = "N",
        value_parser = output::from_one::<NonZeroUsize>,
        requires = "search",
        conflicts_with_all = ["words", "from"]
    )]
    limit: Option<NonZeroUsize>,

    /// Print all related names; with --short, all answers rather than the best
    #[arg(short, long)]
    all: bool,

    /// Put this machine's own services first [default: /etc/services]
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = DEFAULT_PATH,
        value_hint = ValueHint::FilePath
    )]
    etc: Option<PathBuf>,

    /// Say where the table comes from, with its licences
    #[arg(long, conflicts_with_all = ["words", "from", "search", "etc", "all"])]
    about: bool,

    /// Whether bare values are printed.
    #[arg(skip)]
    is_short: bool,
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const NAME: &'static str = "wellknown";

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("wellknown 80", "what runs on port 80"),
        ("wellknown ssh", "on which port ssh runs"),
        ("wellknown -s ssh", "the same, bare: 22"),
        ("wellknown 514/udp 6000-6063 IMAP", "several at once"),
        ("wellknown --search video call", "what has both words in its name or description"),
        ("wellknown --etc 3000", "this machine's own services first"),
        ("wellknown --json --from ports.txt", "for scripts, from a list"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "all were found"),
        (Exit::No, "one has no assignment, or no port"),
        (Exit::Usage, "the command line, or a line of a list, makes no sense"),
        (Exit::Unknown, "a file could not be read, or the output not be written"),
    ];

    fn view(&self) -> View {
        if !self.about {
            return View::default();
        }
        let columns = vec!["source", "version", "licence", "date", "entries", "description"];
        View { columns, ..View::default() }
    }

    fn prepare(&mut self, printed: &Printed) {
        self.is_short = printed.rendering == Rendering::Short;
    }

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        let rows: Box<dyn Rows<Item = _>> = if self.about {
            Box::new(at_once(SOURCES.map(|source| Ok(about(source)))))
        } else if self.search.is_empty() {
            Box::new(self.answers(notes)?)
        } else {
            Box::new(at_once(self.found(notes)?))
        };
        Ok(rows)
    }
}

impl Cli {
    fn answers(self, notes: &Notes) -> Result<Answers, Failure> {
        let local = self.local(notes)?;
        let extent = match (self.is_short, self.all) {
            (true, false) => Extent::Best,
            (true, true) => Extent::Exact,
            (false, false) => Extent::Related,
            (false, true) => Extent::All,
        };
        let questions = Questions::new(self.inputs()?);
        let notes = notes.clone();
        let rows = VecDeque::new();
        Ok(Answers { questions, local, extent, notes, rows, was_asked: false })
    }

    /// Where keys come from: the command line, or else what is piped in.
    fn inputs(self) -> Result<Vec<Input>, Failure> {
        let standard_input = || Input::File(STANDARD_INPUT.into());
        let words = self.words.into_iter().map(|word| match word {
            Word::Key(key) => Input::Key(key),
            Word::StandardInput => standard_input(),
        });
        let mut inputs: Vec<_> = words.chain(self.from.map(Input::File)).collect();
        if inputs.is_empty() {
            if io::stdin().is_terminal() {
                return Err(Failure::nothing_asked());
            }
            inputs.push(standard_input());
        }
        let is_standard = |input: &&Input| matches!(input, Input::File(path) if path.as_os_str() == STANDARD_INPUT);
        if inputs.iter().filter(is_standard).count() > 1 {
            return Err(FailureKind::InputTwice.into());
        }
        Ok(inputs)
    }

    fn local(&self, notes: &Notes) -> Result<LocalServices, Failure> {
        let Some(path) = &self.etc else { return Ok(LocalServices::default()) };
        let local = local::read(path).map_err(FailureKind::from)?;
        if local.bad_lines > 0 {
            let (lines, path) = (local.bad_lines, path.display());
            let which = if lines == 1 { "line" } else { "lines" };
            notes.note(format_args!(
                "{lines} {which} of '{path}' passed over: no NAME PORT/PROTOCOL"
            ));
        }
        Ok(local)
    }

    fn found(self, notes: &Notes) -> Result<Vec<Result<Row, Failure>>, Failure> {
        let local = self.local(notes)?;
        let words: Vec<_> = self.search.iter().map(|word| word.trim().to_owned()).collect();
        if words.iter().any(String::is_empty) {
            return Err(FailureKind::EmptyWord.into());
        }
        let found = search(&words, &local.services);
        if found.is_empty() {
            return Err(FailureKind::NothingFound { words }.into());
        }
        let limit = self.limit.map_or(usize::MAX, NonZeroUsize::get);
        if let Some(more) = found.len().checked_sub(limit).filter(|more| *more > 0) {
            notes.footnote(format_args!("{more} more were found"));
        }
        let row = |entry| Ok(Row { entry, matched: Match::Search, remark: None });
        Ok(found.into_iter().take(limit).map(row).collect())
    }
}

/// What the table was made of, with how much that has.
fn about(source: Source) -> Row {
    let everyday = || services::all().filter(|it| it.is_everyday()).count();
    let entries = match source {
        REGISTRY => table::REGISTERED as u64,
        OVERLAY => everyday() as u64,
        _ => source.entries.unwrap_or_default(),
    };
    Row { entry: Entry::Source(source, entries), matched: Match::Listed, remark: None }
}

#[cfg(test)]
mod tests {
    use output::Failure as _;
    use output::Record as _;

    use super::*;

    fn rows(words: &[&str]) -> Vec<Result<Row, Failure>> {
        let cli = Cli::try_parse_from([&["wellknown"], words].concat()).unwrap();
        cli.rows(&Notes::to("wellknown", Vec::new())).unwrap().collect()
    }

    fn short(words: &[&str]) -> String {
        let mut cli = Cli::try_parse_from([&["wellknown"], words].concat()).unwrap();
        cli.is_short = true;
        let notes = Notes::to("wellknown", Vec::new());
        let rows = cli.rows(&notes).unwrap();
        let values = rows.filter_map(|row| Some(row.ok()?.short()?.to_text()));
        values.collect::<Vec<_>>().join(" ")
    }

    fn names(words: &[&str]) -> Vec<String> {
        let name = |row: Result<Row, Failure>| match row.map(|row| row.entry) {
            Ok(Entry::Service(service)) => service.name().to_owned(),
            _ => "-".to_owned(),
        };
        rows(words).into_iter().map(name).collect()
    }

    fn told(key: &str) -> (String, Option<String>) {
        let failure = rows(&[key]).remove(0).unwrap_err();
        assert_eq!(failure.exit(), Exit::No);
        (failure.to_string(), failure.hint())
    }

    #[test]
    fn every_key_has_its_rows_in_order() {
        let expected = ["http", "-", "shell", "syslog", "-", "ircu"];
        assert_eq!(names(&["80", "nosuch", "514", "4", "6665"]), expected);
    }

    #[test]
    fn related_names_come_after_those_that_were_asked_for() {
        assert_eq!(names(&["IMAP"]), ["imap", "imap3", "imaps"]);
        assert_eq!(names(&["imap/udp"]), ["-"]);
        assert_eq!(names(&["dicom"]), ["dicom", "dicom-iscl", "dicom-tls"]);
        let some = names(&["http"]);
        assert_eq!(
            some,
            ["http", "https", "http-alt", "http-rpc-epmap", "http-dev", "http-alt", "http-alt"]
        );
        let all = names(&["-a", "http"]);
        assert!(all.len() > some.len() && some.iter().all(|it| all.contains(it)), "{all:?}");
        assert_eq!(names(&["mail"]), ["smtp", "mail"]);
        assert_eq!(names(&["143"]), ["imap"]);
    }

    #[test]
    fn bare_is_the_best_answer_or_all_of_them() {
        for (words, expected) in [
            (&["ssh"][..], "22"),
            (&["22"], "ssh"),
            (&["514", "514/udp", "imap"], "shell syslog 143"),
            (&["-a", "514"], "shell syslog"),
            (&["http-alt"], "8080"),
            (&["-a", "http-alt"], "8080 591 8008"),
            (&["x11"], "6000-6063"),
            (&["20-22"], "ftp-data ftp ssh"),
            (&["cifs"], "445"),
            (&["-a", "cifs"], "445 3020"),
            (&["arp", "4", "nosuch"], ""),
            (&["--search", "wireguard"], "wireguard"),
        ] {
            assert_eq!(short(words), expected, "{words:?}");
        }
    }

    #[test]
    fn a_name_without_a_port_is_no_answer_and_says_so() {
        let row = rows(&["googlecast"]).remove(0).unwrap();
        assert_eq!((row.exit(), row.short()), (Exit::No, None));
        let sentence =
            "'googlecast' is registered without a port: it is found by DNS service discovery";
        assert_eq!(row.preface(), Some(sentence));
        let of_two = rows(&["mail"]).remove(1).unwrap();
        assert_eq!((of_two.exit(), of_two.preface()), (Exit::Yes, None));
    }

    #[test]
    fn a_miss_says_what_it_could_have_been() {
        let hint = |text: &str| Some(text.to_owned());
        assert_eq!(
            told("htpp"),
            ("no service is called 'htpp'".into(), hint("did you mean 'http'?"))
        );
        assert_eq!(
            told("ntp/sctp"),
            (
                "no service is called 'ntp' over sctp".into(),
                hint("'ntp' runs over tcp,udp, not over sctp")
            )
        );
        let row = rows(&["4"]).remove(0).unwrap();
        assert!(row.absence().is_some() && row.exit() == Exit::No);
    }

    #[test]
    fn what_makes_no_sense_together_is_refused() {
        for words in [
            &["80", "--search", "web"][..],
            &["--limit", "3", "80"],
            &["--search", "web", "--limit", "0"],
            &["--about", "80"],
            &["--search"],
        ] {
            assert!(Cli::try_parse_from([&["wellknown"], words].concat()).is_err(), "{words:?}");
        }
        let twice = Cli::try_parse_from(["wellknown", "-", "--from", "-"]).unwrap();
        let failure = twice.rows(&Notes::to("wellknown", Vec::new())).map(|_| ()).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
    }

    #[test]
    fn the_table_tells_what_it_was_made_of() {
        let rows: Vec<_> = rows(&["--about"]).into_iter().map(Result::unwrap).collect();
        let entries = |row: &Row| match row.entry {
            Entry::Source(source, entries) => (source, entries),
            _ => panic!("{row:?}"),
        };
        let (registry, names) = entries(&rows[0]);
        assert!(registry == REGISTRY && names >= 7300, "{names}");
        assert!(rows.iter().all(|row| entries(row).1 > 0));
    }
}
