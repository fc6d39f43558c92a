//! The workers: they lease what is due, advance it one step after the other, and sleep until something is announced.
//!
//! A worker that dies leaves a lease that runs out; the next one resumes from the last recorded state.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Flow, jitter};
use crate::deliver::backoff_ms;
use crate::error::{ErrorCode, Failure};
use crate::record::SubmissionId;

/// How long a step may take before another worker may take the submission.
const STEP_LEASE_MS: i64 = 180_000;

/// Workers look again after this time even when nothing was announced.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// A step that waits for something outside is tried again at the latest after this time.
const LONGEST_WAIT_MS: i64 = 30_000;

/// The running workers.
pub struct Jobs {
    stop: watch::Sender<bool>,
    workers: JoinSet<()>,
}

impl Jobs {
    /// Starts `count` workers for submissions, one for deliveries, and one for what wallets are told of copies that they hold.
    pub fn start(flow: &Arc<Flow>, count: usize) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut workers = JoinSet::new();
        for _ in 0..count {
            workers.spawn(work(Arc::clone(flow), stopped.clone()));
        }
        workers.spawn(send(Arc::clone(flow), stopped.clone(), Outbox::Deliveries));
        workers.spawn(send(Arc::clone(flow), stopped, Outbox::Notices));
        Self { stop, workers }
    }

    /// Lets every worker finish the step that it is at, then returns.
    pub async fn stop(mut self) {
        // With no receiver left there is nothing to stop.
        let _told = self.stop.send(true).is_ok();
        while self.workers.join_next().await.is_some() {}
    }
}

async fn work(flow: Arc<Flow>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let done = match flow.ports.store.lease_submission(flow.now_ms(), STEP_LEASE_MS).await {
            Ok(Some(id)) => flow.step(&id).await,
            Ok(None) => false,
            Err(error) => {
                tracing::error!(%error, "lease");
                false
            }
        };
        if !done {
            pause(&flow, &mut stopped).await;
        }
    }
}

/// What wallets are sent.
#[derive(Debug, Clone, Copy)]
enum Outbox {
    Deliveries,
    Notices,
}

async fn send(flow: Arc<Flow>, mut stopped: watch::Receiver<bool>, outbox: Outbox) {
    while !*stopped.borrow() {
        let sent = match outbox {
            Outbox::Deliveries => flow.deliver_one().await,
            Outbox::Notices => flow.notify_one().await,
        };
        let done = sent.unwrap_or_else(|failure| {
            tracing::error!(%failure, ?outbox, "send");
            false
        });
        if !done {
            pause(&flow, &mut stopped).await;
        }
    }
}

async fn pause(flow: &Flow, stopped: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = flow.work.notified() => {}
        () = tokio::time::sleep(LOOK_AGAIN) => {}
        _ = stopped.changed() => {}
    }
}

impl Flow {
    /// Advances a leased submission; a failure is recorded with the time of the next try.
    async fn step(&self, id: &SubmissionId) -> bool {
        let outcome = self.advance(id).await;
        if let Err(failure) = &outcome {
            tracing::warn!(submission = %id, %failure, "waiting");
            self.postpone(id, failure).await;
        }
        self.announce();
        outcome.is_ok()
    }

    async fn postpone(&self, id: &SubmissionId, failure: &Failure) {
        if failure.code == ErrorCode::WrongState {
            // It was cancelled or decided meanwhile: there is nothing to try again.
            return;
        }
        let attempts = match self.ports.store.submission(id).await {
            Ok(Some(submission)) => submission.attempts,
            _ => 0,
        };
        let wait_ms = backoff_ms(attempts + 1, jitter(&self.ports.random)).min(LONGEST_WAIT_MS);
        let now_ms = self.now_ms();
        if let Err(error) = self.ports.store.postpone_submission(id, now_ms + wait_ms, failure.code.as_str(), now_ms).await {
            // The lease runs out by itself and the step is tried again then.
            tracing::error!(%error, "postpone");
        }
    }
}
