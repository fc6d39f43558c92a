//! A circuit breaker: a peer that failed several times in a row is left alone for a while, then tried by one call.
//!
//! Pure state over a clock; it neither calls nor waits. Without it every submission would wait out the full deadline of
//! a register that is down, and the register would be flooded the moment it comes back.

use std::sync::{Mutex, PoisonError};

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Failures in a row after which it opens, at least 1.
    pub failures: u32,
    /// Milliseconds that it stays open before one call is let through.
    pub open_ms: i64,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 5, open_ms: 30_000 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Calls go through; so many failed in a row.
    Closed(u32),
    /// No call goes through before this time.
    Open(i64),
    /// One call is on its way; the others wait for its end.
    Trying,
}

/// The breaker of one peer.
#[derive(Debug)]
pub struct Breaker {
    settings: BreakerSettings,
    state: Mutex<State>,
}

/// Leave to make one call. What is dropped without [`Permit::end`] counts as a failure: a call that was given up has not
/// shown that the peer works.
#[derive(Debug)]
#[must_use]
pub struct Permit<'a> {
    breaker: &'a Breaker,
    now_ms: i64,
    ended: bool,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(settings: BreakerSettings) -> Self {
        Self { settings, state: Mutex::new(State::Closed(0)) }
    }

    /// Leave for one call at `now_ms`, or `None` while the peer is left alone.
    pub fn permit(&self, now_ms: i64) -> Option<Permit<'_>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Open(until) if now_ms < until => return None,
            State::Trying => return None,
            State::Open(_) => *state = State::Trying,
            State::Closed(_) => {}
        }
        Some(Permit { breaker: self, now_ms, ended: false })
    }

    fn record(&self, worked: bool, now_ms: i64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = match *state {
            _ if worked => State::Closed(0),
            State::Closed(failures) if failures + 1 < self.settings.failures => State::Closed(failures + 1),
            // Calls that were let through before it opened do not prolong it.
            State::Open(until) => State::Open(until),
            State::Closed(_) | State::Trying => State::Open(now_ms.saturating_add(self.settings.open_ms)),
        };
    }
}

impl Permit<'_> {
    /// The call ended at `now_ms`; the peer worked or it did not.
    pub fn end(mut self, worked: bool, now_ms: i64) {
        self.ended = true;
        self.breaker.record(worked, now_ms);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.breaker.record(false, self.now_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: BreakerSettings = BreakerSettings { failures: 3, open_ms: 1000 };

    fn fail(breaker: &Breaker, now_ms: i64) {
        breaker.permit(now_ms).unwrap().end(false, now_ms);
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_a_success_starts_anew() {
        let breaker = Breaker::new(SETTINGS);
        fail(&breaker, 0);
        fail(&breaker, 0);
        breaker.permit(0).unwrap().end(true, 0);
        fail(&breaker, 1);
        fail(&breaker, 1);
        assert!(breaker.permit(1).is_some_and(|permit| {
            permit.end(false, 1);
            true
        }));
        assert!(breaker.permit(2).is_none(), "open");
    }

    #[test]
    fn one_call_tries_and_decides() {
        let breaker = Breaker::new(SETTINGS);
        (0..3).for_each(|_| fail(&breaker, 0));
        assert!(breaker.permit(999).is_none());
        let trial = breaker.permit(1000).unwrap();
        assert!(breaker.permit(1001).is_none(), "only one");
        trial.end(false, 1001);
        assert!(breaker.permit(2000).is_none(), "open again");
        breaker.permit(2001).unwrap().end(true, 2001);
        assert!(breaker.permit(2001).is_some());
    }

    #[test]
    fn a_call_that_was_given_up_is_a_failure() {
        let breaker = Breaker::new(SETTINGS);
        (0..3).for_each(|_| drop(breaker.permit(5)));
        assert!(breaker.permit(6).is_none());
        drop(breaker.permit(1005).unwrap());
        assert!(breaker.permit(1006).is_none());
    }
}
