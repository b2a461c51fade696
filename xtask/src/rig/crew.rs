//! Several things at a time, told in their order.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

use anyhow::Result;

/// How many of them at a time: programs that ask a server wait as much as they work.
const AT_A_TIME: usize = 4;

/// Does the work for each item, and gives what came of it in the order of the items.
///
/// # Errors
///
/// The work failed for an item, of which the first is told.
pub fn for_each<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let take = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        items.get(index).map(|item| (index, work(item)))
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let start = |_| scope.spawn(|| std::iter::from_fn(take).collect::<Vec<_>>());
        let started: Vec<_> = (0..AT_A_TIME.min(items.len())).map(start).collect();
        started.into_iter().flat_map(join).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn tells_in_order_what_ends_in_another() {
        let work = |number: &u64| {
            thread::sleep(Duration::from_millis(20 - number));
            Ok(number * 2)
        };
        let items: Vec<_> = (0..20).collect();
        let expected: Vec<_> = items.iter().map(|number| number * 2).collect();
        assert_eq!(for_each(&items, work).unwrap(), expected);
        assert!(for_each(&[], work).unwrap().is_empty());
    }

    #[test]
    fn the_first_failure_is_told() {
        let error = for_each(&[1, 2, 3], |number| {
            anyhow::ensure!(*number < 2, "no {number}");
            Ok(())
        });
        assert_eq!(error.unwrap_err().to_string(), "no 2");
    }
}
