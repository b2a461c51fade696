//! The processor time of programs that have ended.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::param::clock_ticks_per_second;

/// What all programs that we started and waited for have used so far, in steps of a clock tick.
///
/// # Errors
///
/// The system does not tell.
pub fn of_children() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").context("cannot read /proc/self/stat")?;
    let ticks = children_ticks(&stat).context("/proc/self/stat has no times")?;
    let per_second = clock_ticks_per_second();
    Ok(Duration::from_millis(ticks * 1000 / per_second))
}

/// `cutime` and `cstime` (proc(5)), which come 13 and 14 fields after the program's name.
fn children_ticks(stat: &str) -> Option<u64> {
    // The name may have blanks and parentheses itself.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(13);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_user_and_system_time() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194304 100 200 0 0 11 12 130 14 20 0 1 0 999 1 1";
        assert_eq!(children_ticks(stat), Some(144));
        assert_eq!(children_ticks("42 (x) S 1"), None);
    }
}
