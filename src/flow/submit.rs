//! The kiosk's door: accept an upload, follow it, withdraw it, fetch the copy.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::{Desk, Flow};
use crate::clock::in_vietnam;
use crate::error::{ErrorCode, Failure};
use crate::intake::Declaration;
use crate::record::{Caller, CopyId, Requester, SubmissionId};
use crate::store::{Event, IssuedCopy, NewSubmission, RegisterLine, StoreError, Submission};

/// One event, with the submission as it stood after it or later.
pub type Watched = Result<(Event, Submission), Failure>;

/// Watchers look again after this time even when nothing was announced: another node may have done the work.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Flow {
    /// The citizen that an assertion names.
    ///
    /// # Errors
    /// As [`super::Citizens::citizen`].
    pub async fn citizen(&self, assertion: &str) -> Result<Requester, Failure> {
        self.ports.citizens.citizen(assertion).await
    }

    /// The submission that this kiosk made before under the same request id, so that its bytes need not be sent again.
    ///
    /// # Errors
    /// `REQUEST_ID_REUSED` when the earlier one declared something else.
    pub async fn earlier(&self, kiosk: &Caller, declaration: &Declaration) -> Result<Option<Submission>, Failure> {
        let earlier = self.ports.store.find_request(&kiosk.id, &declaration.request_id).await?;
        match earlier {
            Some(earlier) => {
                let Declaration { files, kind, copies, .. } = declaration;
                let received = &earlier.received;
                let same = (&received.files, &received.declared_kind, &received.copies) == (files, kind, copies);
                if same { Ok(Some(earlier)) } else { Err(ErrorCode::RequestIdReused.into()) }
            }
            None => Ok(None),
        }
    }

    /// Step 1: stores an upload, encrypted, and queues it; the same request id yields the same submission.
    ///
    /// # Errors
    /// `CLIENT_UNKNOWN` when the kiosk stands in no agency, `REQUEST_ID_REUSED`, `STORE_UNAVAILABLE`.
    pub async fn submit(
        &self,
        kiosk: &Caller,
        requester: Requester,
        declaration: Declaration,
        files: Vec<Vec<u8>>,
    ) -> Result<Submission, Failure> {
        let desk = self.desk(kiosk)?;
        for file in &files {
            self.ports.blobs.put(file).await?;
        }
        let new = NewSubmission {
            id: SubmissionId::random(&self.ports.random)?,
            kiosk: kiosk.id.clone(),
            request_id: declaration.request_id,
            agency: desk.agency.id.clone(),
            declared_kind: declaration.kind,
            requester,
            files: declaration.files,
            copies: declaration.copies,
        };
        let stored = self.ports.store.accept(new, self.now_ms()).await?;
        tracing::info!(submission = %stored.received.id, agency = %stored.received.agency, "received");
        self.announce();
        Ok(stored)
    }

    /// A submission of this kiosk.
    ///
    /// # Errors
    /// `NOT_FOUND`, also when it is another kiosk's.
    pub async fn submission(&self, kiosk: &Caller, id: &SubmissionId) -> Result<Submission, Failure> {
        let stored = self.ports.store.submission(id).await?;
        stored.filter(|s| s.received.kiosk == kiosk.id).ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The events of a submission after number `after`, until it is final.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn watch(
        self: Arc<Self>,
        kiosk: Caller,
        id: SubmissionId,
        after: i64,
    ) -> Result<impl Stream<Item = Watched> + Send + use<>, Failure> {
        self.submission(&kiosk, &id).await?;
        let start = (self, id, after, Vec::<Watched>::new(), false);
        Ok(stream::unfold(start, |(flow, id, mut after, mut ready, mut last)| async move {
            loop {
                if let Some(next) = ready.pop() {
                    return Some((next, (flow, id, after, ready, last)));
                }
                if last {
                    return None;
                }
                let changed = flow.changed.notified();
                match flow.events_after(&id, after).await {
                    Ok((events, submission, ended)) => {
                        last = ended;
                        after = events.last().map_or(after, |event| event.sequence);
                        ready = events.into_iter().rev().map(|event| Ok((event, submission.clone()))).collect();
                    }
                    Err(failure) => {
                        last = true;
                        ready.push(Err(failure));
                    }
                }
                if ready.is_empty() && !last {
                    // A time-out only means that it looks again.
                    let _announced = tokio::time::timeout(LOOK_AGAIN, changed).await.is_ok();
                }
            }
        }))
    }

    /// The events after number `after`, the submission at least as new as the last of them, and whether these are all.
    async fn events_after(&self, id: &SubmissionId, after: i64) -> Result<(Vec<Event>, Submission, bool), Failure> {
        // The state before the events tells whether they are all: what comes between the two reads is not lost. The state
        // after them is what they led to: the last event of a submission must not show it as it was before.
        let before = self.peek(id).await?;
        let events = self.ports.store.events(id, after).await?;
        let ended = before.state.is_final();
        let now = if ended || events.is_empty() { before } else { self.peek(id).await? };
        Ok((events, now, ended))
    }

    /// Withdraws a submission of this kiosk.
    ///
    /// # Errors
    /// `NOT_FOUND`, or `WRONG_STATE` once it is approved, issued or refused.
    pub async fn cancel(&self, kiosk: &Caller, id: &SubmissionId) -> Result<Submission, Failure> {
        self.submission(kiosk, id).await?;
        let cancelled = self.ports.store.cancel(id, self.now_ms()).await?;
        self.announce();
        Ok(cancelled)
    }

    /// A copy that this kiosk asked for.
    ///
    /// # Errors
    /// `NOT_FOUND`, also when it is another kiosk's.
    pub async fn copy(&self, kiosk: &Caller, id: &CopyId) -> Result<(IssuedCopy, Bytes), Failure> {
        let copy = self.ports.store.copy(id).await?.ok_or(StoreError::NotFound)?;
        self.submission(kiosk, &copy.submission).await?;
        let pdf = self.ports.blobs.get(&copy.sha256).await?;
        Ok((copy, pdf))
    }

    /// A submission, whoever sent it: for operators and tests, not for callers.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn peek(&self, id: &SubmissionId) -> Result<Submission, Failure> {
        Ok(self.ports.store.submission(id).await?.ok_or(StoreError::NotFound)?)
    }

    /// The lines of an agency's certification register of one year.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`.
    pub async fn register_lines(&self, agency: &str, year: i32) -> Result<Vec<RegisterLine>, Failure> {
        Ok(self.ports.store.register_lines(agency, year).await?)
    }

    fn desk(&self, caller: &Caller) -> Result<&Desk, Failure> {
        let today = in_vietnam(self.ports.clock.now()).date();
        self.desks.iter().find(|desk| desk.has(caller, today)).ok_or_else(|| ErrorCode::ClientUnknown.into())
    }

    /// The desk that an officer works at.
    pub(super) fn desk_of_officer(&self, officer: &Caller) -> Result<&Desk, Failure> {
        self.desk(officer).map_err(|_| ErrorCode::CertifierUnknown.into())
    }
}
