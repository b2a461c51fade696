//! What strace counts.

/// The last line of a summary of names and calls: how many there were in all.
pub fn total_calls(summary: &str) -> Option<u32> {
    let last = summary.lines().rev().find_map(|line| line.trim_start().strip_prefix("total"))?;
    last.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_sum() {
        let summary = "syscall              calls\n-------------------- ---------\n\
                       read                         2\nmmap                         9\n\
                       -------------------- ---------\ntotal                       11\n";
        assert_eq!(total_calls(summary), Some(11));
        assert_eq!(total_calls(""), None);
    }
}
