//! A bar that shows how far the work is.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Something on the terminal that moves while the work goes on. Only a tool that shows progress has
/// the code for it in its program: it asks for the library of mathematics, which costs a start as
/// much as everything else that a short run does.
pub(crate) trait Progress: Send + Sync {
    /// Shows how much is done, of how much where that is known, with other words if there are any.
    fn advance(&self, done: u64, total: Option<u64>, words: Option<String>);

    /// Runs `print` while nothing of it is on the terminal.
    fn suspend(&self, print: &mut dyn FnMut());

    /// Takes it off the terminal.
    fn finish(&self);
}

/// A bar on stderr.
pub(crate) fn bar(done: u64, total: Option<u64>, words: Option<String>) -> Box<dyn Progress> {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr())
        .with_style(style(total.is_some()))
        .with_position(done)
        .with_message(words.unwrap_or_default());
    bar.tick();
    Box::new(bar)
}

impl Progress for ProgressBar {
    fn advance(&self, done: u64, total: Option<u64>, words: Option<String>) {
        if self.length() != total {
            match total {
                Some(total) => self.set_length(total),
                None => self.unset_length(),
            }
            self.set_style(style(total.is_some()));
        }
        if let Some(words) = words {
            self.set_message(words);
        }
        self.set_position(done);
    }

    fn suspend(&self, print: &mut dyn FnMut()) {
        Self::suspend(self, print);
    }

    fn finish(&self) {
        self.finish_and_clear();
    }
}

fn style(has_total: bool) -> ProgressStyle {
    let template = if has_total { "{wide_bar} {pos}/{len} {msg}" } else { "{pos} {msg}" };
    ProgressStyle::with_template(template).expect("the template is valid").progress_chars("=> ")
}
