//! What a whole program takes, from its start to its end.

use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// What a program took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Processor time, of user and system together.
    pub cpu: Duration,
    /// Time on the clock.
    pub wall: Duration,
}

/// Runs a program to its end. While it runs, no other that we have started may be waited for.
///
/// # Errors
///
/// It cannot be started.
pub fn cost_of(command: &mut Command) -> Result<(ExitStatus, Cost)> {
    let (cpu, start) = (cpu_of_children()?, Instant::now());
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    let wall = start.elapsed();
    Ok((status, Cost { cpu: cpu_of_children()?.saturating_sub(cpu), wall }))
}

/// What all programs that we started and waited for have used so far.
fn cpu_of_children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("cannot read the time used")?;
    Ok(duration(usage.user_time()) + duration(usage.system_time()))
}

pub(super) fn duration(time: TimeVal) -> Duration {
    let seconds = u64::try_from(time.tv_sec()).unwrap_or_default();
    let microseconds = u64::try_from(time.tv_usec()).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_micros(microseconds)
}

/// The figure in the middle; of two, the lower. Of none it is not a number.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_figure_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]).to_bits(), 2_f64.to_bits());
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]).to_bits(), 2_f64.to_bits());
        assert!(median([]).is_nan());
    }

    #[test]
    fn tells_both_times_and_how_it_ended() {
        let (status, cost) = cost_of(Command::new("sleep").arg("0.2")).unwrap();
        assert!(status.success());
        assert!(cost.wall >= Duration::from_millis(200), "{cost:?}");
        let count = "i=0; while [ $i -lt 9999 ]; do i=$((i+1)); done; exit 3";
        let (status, cost) = cost_of(Command::new("sh").args(["-c", count])).unwrap();
        assert_eq!(status.code(), Some(3));
        assert!(cost.cpu > Duration::ZERO, "{cost:?}");
    }
}
