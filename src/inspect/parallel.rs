//! Pages side by side, as many at once as there are cores.
//!
//! A paper of four pages then takes half the time where two cores are idle; where none is, it takes no more work than one
//! after the other. Each page is looked at by itself, so the result is the same.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// `work` done on each item, the results in the items' order.
pub(super) fn for_each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let at_once = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if at_once < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let mut all: Vec<(usize, R)> = thread::scope(|scope| {
        let others: Vec<_> = (1..at_once).map(|_| scope.spawn(take)).collect();
        let mut all = take();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_nothing_is_left_out() {
        for count in [0_u32, 1, 2, 7, 100] {
            let items: Vec<u32> = (0..count).collect();
            let squares: Vec<u32> = items.iter().map(|n| n * n).collect();
            assert_eq!(for_each(&items, |n| n * n), squares);
        }
    }

    #[test]
    #[should_panic(expected = "page 3")]
    fn a_panic_is_not_swallowed() {
        for_each(&[1, 2, 3, 4], |n| assert!(*n != 3, "page {n}"));
    }
}
