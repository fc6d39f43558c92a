//! Several sources for one thing, asked in order: who failed lately is asked last, and who is slow is overtaken.
//!
//! A dead source costs one short wait once: after [`OVERTAKE`] the next one is asked beside it, and the slow one rests for a
//! while. Nobody is given up: when all others fail, those that rest are asked too.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use time::OffsetDateTime;

use crate::clock::Clock;

/// How long a source is waited for before the next one is asked beside it.
const OVERTAKE: Duration = Duration::from_millis(200);

/// How long a source that failed or was overtaken is asked after all others.
const REST: time::Duration = time::Duration::seconds(60);

/// Which sources failed lately.
pub(super) struct Health {
    clock: Arc<dyn Clock>,
    resting: Mutex<HashMap<String, OffsetDateTime>>,
}

impl Health {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, resting: Mutex::default() }
    }

    fn is_resting(&self, name: &str) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.get(name).is_some_and(|until| self.clock.now() < *until)
    }

    fn failed(&self, name: &str) {
        let now = self.clock.now();
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain(|_, until| now < *until);
        resting.insert(name.to_owned(), now.saturating_add(REST));
    }

    fn answered(&self, name: &str) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// The first good answer of `sources`, each with the name that its health is remembered by.
    ///
    /// # Errors
    /// What each source failed with, in the order in which they failed; empty when there is none.
    pub(super) async fn first<S, T, E, F>(&self, sources: Vec<(String, S)>, ask: impl Fn(S) -> F) -> Result<T, Vec<E>>
    where
        F: Future<Output = Result<T, E>>,
    {
        let (resting, well): (Vec<_>, Vec<_>) = sources.into_iter().partition(|(name, _)| self.is_resting(name));
        let mut waiting = well.into_iter().chain(resting);
        let (mut asked, mut failures) = (FuturesUnordered::new(), Vec::new());
        let mut slow: Vec<String> = Vec::new();
        let start = |(name, source): (String, S)| {
            let answer = ask(source);
            async move { (name, answer.await) }
        };
        let mut next = waiting.next();
        loop {
            if asked.is_empty() {
                let Some(source) = next.take() else { return Err(failures) };
                slow.push(source.0.clone());
                asked.push(start(source));
                next = waiting.next();
            }
            tokio::select! {
                biased;
                Some((name, answer)) = asked.next() => {
                    slow.retain(|one| *one != name);
                    match answer {
                        Ok(answer) => {
                            self.answered(&name);
                            slow.iter().for_each(|name| self.failed(name));
                            return Ok(answer);
                        }
                        Err(failure) => {
                            self.failed(&name);
                            failures.push(failure);
                        }
                    }
                }
                () = tokio::time::sleep(OVERTAKE), if next.is_some() => {
                    if let Some(source) = next.take() {
                        slow.push(source.0.clone());
                        asked.push(start(source));
                    }
                    next = waiting.next();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::clock::MockClock;

    /// Sources by how many milliseconds they take; odd ones fail.
    async fn ask(health: &Health, sources: &[u64]) -> (Result<u64, Vec<u64>>, Duration) {
        let named = sources.iter().map(|ms| (ms.to_string(), *ms)).collect();
        let begun = Instant::now();
        let answer = health
            .first(named, |ms| async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                if ms % 2 == 0 { Ok(ms) } else { Err(ms) }
            })
            .await;
        (answer, begun.elapsed())
    }

    #[tokio::test]
    async fn a_silent_source_costs_one_short_wait_once() {
        let clock = Arc::new(MockClock::at(1_790_000_000_000));
        let health = Health::new(Arc::<MockClock>::clone(&clock));
        let (answer, first) = ask(&health, &[5000, 2]).await;
        assert!(answer == Ok(2) && first < Duration::from_millis(300), "{answer:?} {first:?}");
        let (answer, second) = ask(&health, &[5000, 2]).await;
        assert!(answer == Ok(2) && second < Duration::from_millis(100), "{answer:?} {second:?}");
        // After its rest it has its turn again.
        clock.advance_ms(61_000);
        let (_, third) = ask(&health, &[5000, 2]).await;
        assert!(third >= OVERTAKE, "{third:?}");
    }

    #[tokio::test]
    async fn a_failure_is_overtaken_at_once_and_all_failures_are_told() {
        let health = Health::new(Arc::new(MockClock::at(1_790_000_000_000)));
        let (answer, took) = ask(&health, &[1, 4]).await;
        assert!(answer == Ok(4) && took < OVERTAKE, "{answer:?} {took:?}");
        assert_eq!(ask(&health, &[1, 3, 5]).await.0, Err(vec![3, 5, 1]), "who failed before is asked last");
        assert_eq!(ask(&health, &[]).await.0, Err(vec![]));
        assert_eq!(ask(&health, &[1]).await.0, Err(vec![1]), "who rests is asked all the same when nobody else is there");
    }
}
