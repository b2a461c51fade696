//! The terminal while a picture is on it: taken over, drawn in place, and given back as it was.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::flags::DEFAULT_TERMINAL_WIDTH;

/// The other screen of the terminal, without a cursor. All sequences are of ECMA-48 and xterm.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
const HOME: &str = "\x1b[H";
const CLEAR_LINE: &str = "\x1b[K";
const CLEAR_BELOW: &str = "\x1b[J";

/// The height of a terminal that does not say how high it is.
const DEFAULT_HEIGHT: usize = 24;

/// How much a terminal shows, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub width: usize,
    pub height: usize,
}

/// A terminal that pictures are drawn on. Clones share it; the first that leaves it leaves it for
/// all.
#[derive(Clone)]
pub(crate) struct Screen(Arc<Mutex<Canvas>>);

struct Canvas {
    out: Box<dyn Write + Send>,
    size: Box<dyn Fn() -> Size + Send>,
    state: State,
    /// The last picture, for when the terminal comes back to us.
    last: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not taken over yet, or lent to others for a while.
    Away,
    On,
    Over,
}

impl Screen {
    /// The terminal that stdout is. Sequences are translated for the consoles that need it.
    pub(crate) fn on_stdout() -> Self {
        let out = anstream::AutoStream::always(io::stdout());
        Self::to(out, size_of_stdout)
    }

    /// Any other place that takes what a terminal takes.
    pub(crate) fn to(
        out: impl Write + Send + 'static,
        size: impl Fn() -> Size + Send + 'static,
    ) -> Self {
        let (out, size) = (Box::new(out), Box::new(size));
        Self(Arc::new(Mutex::new(Canvas { out, size, state: State::Away, last: String::new() })))
    }

    /// The size at this moment.
    pub(crate) fn size(&self) -> Size {
        (self.lock().size)()
    }

    /// Draws these lines over what is there, none of them wider than the terminal and no more than
    /// it has. After it was left, nothing is drawn.
    pub(crate) fn draw(&self, lines: &[String]) -> io::Result<()> {
        let mut canvas = self.lock();
        canvas.last = picture(lines);
        match canvas.state {
            State::Over => Ok(()),
            State::On => canvas.show(),
            State::Away => canvas.enter(),
        }
    }

    /// Gives the terminal back for good. Whether it was still ours to give.
    pub(crate) fn leave(&self) -> io::Result<bool> {
        self.lock().leave(State::Over)
    }

    /// Gives the terminal back for a while.
    pub(crate) fn lend(&self) -> io::Result<bool> {
        self.lock().leave(State::Away)
    }

    /// Takes it over again, with the last picture.
    pub(crate) fn take_back(&self) -> io::Result<()> {
        let mut canvas = self.lock();
        if canvas.state == State::Away { canvas.enter() } else { Ok(()) }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.lock().state == State::Over
    }

    fn lock(&self) -> MutexGuard<'_, Canvas> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Canvas {
    fn enter(&mut self) -> io::Result<()> {
        self.state = State::On;
        self.out.write_all(ENTER.as_bytes())?;
        self.show()
    }

    fn show(&mut self) -> io::Result<()> {
        self.out.write_all(self.last.as_bytes())?;
        self.out.flush()
    }

    fn leave(&mut self, state: State) -> io::Result<bool> {
        let was_ours = self.state == State::On;
        if self.state != State::Over {
            self.state = state;
        }
        if was_ours {
            self.out.write_all(LEAVE.as_bytes())?;
            self.out.flush()?;
        }
        Ok(was_ours)
    }
}

/// What a terminal has to be told. Each line is cleared before it is written: after a full line
/// the cursor stands on its last character.
fn picture(lines: &[String]) -> String {
    let mut text = HOME.to_owned();
    for (index, line) in lines.iter().enumerate() {
        let is_last = index + 1 == lines.len();
        text.push_str(if is_last { CLEAR_BELOW } else { CLEAR_LINE });
        text.push_str(line);
        text.push_str(if is_last { "" } else { "\r\n" });
    }
    text
}

/// Whether stdout is a terminal that can be drawn on.
pub(crate) fn is_drawable() -> bool {
    io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn size_of_stdout() -> Size {
    let told = terminal_size::terminal_size_of(io::stdout());
    let told = told.map(|(width, height)| (usize::from(width.0), usize::from(height.0)));
    let (width, height) = told.unwrap_or((0, 0));
    let or = |size: usize, default| if size > 0 { size } else { default };
    Size { width: or(width, DEFAULT_TERMINAL_WIDTH), height: or(height, DEFAULT_HEIGHT) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn screen() -> (Screen, impl Fn() -> String) {
        let out = Shared::default();
        let screen = Screen::to(out.clone(), || Size { width: 80, height: 24 });
        let taken = move || {
            let bytes = std::mem::take(&mut *out.0.lock().expect("no test panics"));
            String::from_utf8(bytes).expect("UTF-8")
        };
        (screen, taken)
    }

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_was_taken_over_is_given_back_once() {
        let (screen, taken) = screen();
        assert!(!screen.lend().unwrap());
        screen.draw(&lines("one\ntwo")).unwrap();
        assert_eq!(taken(), "\x1b[?1049h\x1b[?25l\x1b[H\x1b[Kone\r\n\x1b[Jtwo");
        screen.draw(&lines("three")).unwrap();
        assert_eq!(taken(), "\x1b[H\x1b[Jthree");
        assert!(screen.clone().leave().unwrap());
        assert_eq!(taken(), "\x1b[?25h\x1b[?1049l");
        assert!(!screen.leave().unwrap());
        screen.draw(&lines("four")).unwrap();
        screen.take_back().unwrap();
        assert_eq!(taken(), "");
        assert!(screen.is_over());
    }

    #[test]
    fn what_was_lent_comes_back_with_the_last_picture() {
        let (screen, taken) = screen();
        screen.draw(&lines("one")).unwrap();
        assert!(screen.lend().unwrap());
        taken();
        screen.take_back().unwrap();
        assert_eq!(taken(), "\x1b[?1049h\x1b[?25l\x1b[H\x1b[Jone");
        screen.take_back().unwrap();
        assert_eq!(taken(), "");
    }

    #[test]
    fn a_terminal_that_was_never_drawn_on_is_left_alone() {
        let (screen, taken) = screen();
        assert!(!screen.leave().unwrap());
        assert_eq!(taken(), "");
    }
}
