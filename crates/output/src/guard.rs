//! The terminal is given back before a signal ends or stops the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::{flag, low_level};

use crate::interrupt::{self, Interrupt};
use crate::notes::Notes;
use crate::screen::Screen;

/// How often it is looked whether a signal came: soon enough for a finger on a key.
const INTERVAL: Duration = Duration::from_millis(50);

/// How long a tool may take to end its rows after Ctrl-C.
const END_WAIT: Duration = Duration::from_secs(1);

/// The signals that end a process unless it has other plans.
#[cfg(unix)]
const ENDING: &[i32] =
    &[signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP, signal_hook::consts::SIGQUIT];
#[cfg(not(unix))]
const ENDING: &[i32] = &[signal_hook::consts::SIGTERM];

/// Ctrl-Z.
#[cfg(unix)]
const STOPPING: Option<i32> = Some(signal_hook::consts::SIGTSTP);
#[cfg(not(unix))]
const STOPPING: Option<i32> = None;

/// The signals that have come and were not acted upon.
struct Signals {
    interrupt: Interrupt,
    ending: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
}

/// Watches for signals from now on, until the screen is given back.
///
/// # Errors
///
/// The system does not let us: signals do what they always do.
pub(crate) fn watch(screen: Screen, notes: Notes) -> io::Result<()> {
    let interrupt = Interrupt::watch()?;
    let (ending, stopping) = (Arc::default(), Arc::default());
    for signal in ENDING {
        register_ending(*signal, &ending)?;
    }
    if let Some(signal) = STOPPING {
        flag::register(signal, Arc::clone(&stopping))?;
    }
    let signals = Signals { interrupt, ending, stopping };
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        signals.act(&screen, &notes);
    })?;
    Ok(())
}

/// The second signal does what it always does: the terminal may take nothing any more.
fn register_ending(signal: i32, ending: &Arc<AtomicUsize>) -> io::Result<()> {
    let came = Arc::new(AtomicBool::new(false));
    flag::register_conditional_default(signal, Arc::clone(&came))?;
    flag::register(signal, came)?;
    let number = usize::try_from(signal).unwrap_or_default();
    flag::register_usize(signal, Arc::clone(ending), number)?;
    Ok(())
}

impl Signals {
    fn act(&self, screen: &Screen, notes: &Notes) {
        while !screen.is_over() {
            if self.interrupt.is_pressed() {
                return end(screen, notes);
            }
            let signal = self.ending.load(Ordering::Relaxed);
            if let Some(signal) = ENDING.iter().find(|it| usize::try_from(**it) == Ok(signal)) {
                // Where either cannot be done, the process goes on without a picture.
                let _ = screen.leave();
                notes.release();
                let _ = low_level::emulate_default_handler(*signal);
            }
            if let Some(signal) = STOPPING
                && self.stopping.swap(false, Ordering::Relaxed)
            {
                let _ = screen.lend();
                let _ = low_level::emulate_default_handler(signal);
                let _ = screen.take_back();
            }
            thread::sleep(INTERVAL);
        }
    }
}

/// After Ctrl-C: the rows end soon, and with them the process. If they do not, it ends here.
fn end(screen: &Screen, notes: &Notes) {
    let _ = screen.leave();
    let deadline = Instant::now() + END_WAIT;
    while Instant::now() < deadline {
        thread::sleep(INTERVAL);
    }
    notes.release();
    interrupt::end_if_pressed();
}
