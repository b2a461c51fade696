//! What a list of names came to, in numbers.

use std::fmt;
use std::time::Duration;

use output::Exit;

use crate::bulk::Statistics;

/// Counts of lines and questions.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Lines that were no question.
    pub bad_lines: u64,
    /// Questions with an answer.
    pub answered: u64,
    /// Questions with the answer that there is none.
    pub negative: u64,
    /// Questions of which it could not be found out.
    pub failed: u64,
}

impl Summary {
    /// One more question has ended so.
    pub const fn count(&mut self, exit: Exit) {
        match exit {
            Exit::Yes => self.answered += 1,
            Exit::No => self.negative += 1,
            Exit::Usage | Exit::Unknown => self.failed += 1,
        }
    }

    /// All questions that have ended.
    pub const fn questions(&self) -> u64 {
        self.answered + self.negative + self.failed
    }

    /// All of it in a line or two.
    pub fn told<'a>(&'a self, took: Duration, statistics: &'a Statistics) -> Told<'a> {
        Told { summary: self, took, statistics }
    }
}

/// A summary with the time it took.
pub struct Told<'a> {
    summary: &'a Summary,
    took: Duration,
    statistics: &'a Statistics,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { bad_lines, answered, negative, failed } = self.summary;
        let questions = self.summary.questions();
        let seconds = self.took.as_secs_f64();
        let s = |count: u64| if count == 1 { "" } else { "s" };
        write!(f, "{questions} question{}: ", s(questions))?;
        write!(f, "{answered} answered, {negative} negative, {failed} failed")?;
        if *bad_lines > 0 {
            write!(f, "; {bad_lines} bad line{}", s(*bad_lines))?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let rate = if seconds > 0.0 { questions as f64 / seconds } else { 0.0 };
        write!(f, "; {seconds:.3} s, {rate:.0} q/s")?;
        if self.statistics.sent_again > 0 {
            write!(f, ", {} sent again", self.statistics.sent_again)?;
        }
        let times = &self.statistics.round_trips;
        let ms = |percent| times.percentile(percent).map(|it| it.as_secs_f64() * 1e3);
        if let (Some(median), Some(p90), Some(p99)) = (ms(50), ms(90), ms(99)) {
            let max = times.max().as_secs_f64() * 1e3;
            write!(
                f,
                "; latency in ms: p50 {median:.3}, p90 {p90:.3}, p99 {p99:.3}, max {max:.3}"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line() {
        let mut summary = Summary { bad_lines: 1, ..Summary::default() };
        for exit in [Exit::Yes, Exit::Yes, Exit::No, Exit::Unknown] {
            summary.count(exit);
        }
        let mut statistics = Statistics::default();
        assert_eq!(
            summary.told(Duration::from_secs(2), &statistics).to_string(),
            "4 questions: 2 answered, 1 negative, 1 failed; 1 bad line; 2.000 s, 2 q/s"
        );
        statistics.sent_again = 3;
        statistics.round_trips.add(Duration::from_millis(2));
        let told = summary.told(Duration::ZERO, &statistics).to_string();
        assert!(told.contains("0 q/s, 3 sent again; latency in ms: p50 "), "{told}");
        assert!(!told.contains('\n'));
    }
}
