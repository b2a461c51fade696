//! Ctrl-C for work that has something to say before it ends.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::SIGINT;
use signal_hook::{flag, low_level};

/// Set once somebody watches, and then by the signal.
static PRESSED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Whether the user wants it to end. Only the first Ctrl-C waits for that; the second ends it all.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C from now on. Whoever does ends the rows soon after
    /// [`Interrupt::is_pressed`]; what is known by then is printed, and the process ends as by the
    /// signal (130 for a shell).
    ///
    /// # Errors
    ///
    /// The system does not let us: Ctrl-C ends the process as always.
    pub fn watch() -> io::Result<Self> {
        if let Some(pressed) = PRESSED.get() {
            return Ok(Self(Arc::clone(pressed)));
        }
        let pressed = Arc::new(AtomicBool::new(false));
        // In this order: the second time it is set already, and the default is what happens.
        flag::register_conditional_default(SIGINT, Arc::clone(&pressed))?;
        flag::register(SIGINT, Arc::clone(&pressed))?;
        Ok(Self(Arc::clone(PRESSED.get_or_init(|| pressed))))
    }

    /// Whether Ctrl-C was pressed.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether Ctrl-C was pressed, and somebody watched for it.
pub(crate) fn is_pressed() -> bool {
    PRESSED.get().is_some_and(|pressed| pressed.load(Ordering::Relaxed))
}

/// Ends the process as Ctrl-C does, if that is why the rows have ended.
pub(crate) fn end_if_pressed() {
    if is_pressed() {
        // Where it cannot, the exit code says what is known.
        let _ = low_level::emulate_default_handler(SIGINT);
    }
}
