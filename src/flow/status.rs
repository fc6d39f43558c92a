//! How copies stand: an officer revokes or supersedes one, and whoever holds one asks.
//!
//! A copy is revoked or superseded by an act of its agency, recorded with who, when and why; no verdict calls it VALID from then
//! on. Nothing of a person is in an answer: neither whose copy it is, nor the officer or the reason.

use super::Flow;
use crate::clock::in_vietnam;
use crate::error::{ErrorCode, Failure};
use crate::record::{Caller, CertificationNo, CopyId, CopyStatus, RegisterStatus, Sha256};
use crate::store::{Change, IssuedCopy, NumberState, StatusChange};
use crate::verify::{Report, Verdict, VerifyCode};

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusSubject {
    /// The file with this digest, as it was issued.
    Digest(Sha256),
    /// The copy with this id, which stands on it and in its QR token.
    Copy(CopyId),
    /// All copies under a number; without a book as printed, under that number of any book of the year.
    Number {
        /// The agency, by id.
        agency: String,
        /// Year of the register.
        year: i32,
        /// Running number.
        number: u32,
        /// Book as printed, if it is to be compared.
        book: Option<String>,
    },
}

impl Flow {
    /// Revokes a copy of the officer's agency. Repeated, the first revocation stays.
    ///
    /// # Errors
    /// `NOT_FOUND` for a copy that is none of the agency's; `CERTIFIER_UNKNOWN` when the officer may not sign today.
    pub async fn revoke_copy(&self, officer: &Caller, copy: &CopyId, reason: &str) -> Result<RegisterStatus, Failure> {
        self.change_status(officer, copy, Change::Revoked, reason).await
    }

    /// Puts another copy of the agency, of the same kind of paper, in the place of a copy. Repeated, the first change stays.
    ///
    /// # Errors
    /// As [`Flow::revoke_copy`]; `WRONG_STATE` when the copy was revoked or superseded before, or the other one is not in force
    /// or of another kind.
    pub async fn supersede_copy(&self, officer: &Caller, copy: &CopyId, by: &CopyId, reason: &str) -> Result<RegisterStatus, Failure> {
        let (old, new) = (self.copy_of_officer(officer, copy).await?, self.copy_of_officer(officer, by).await?);
        if old.kind != new.kind {
            return Err(ErrorCode::WrongState.into());
        }
        self.change_status(officer, copy, Change::Superseded(by.clone()), reason).await
    }

    async fn change_status(&self, officer: &Caller, copy: &CopyId, change: Change, reason: &str) -> Result<RegisterStatus, Failure> {
        let issued = self.copy_of_officer(officer, copy).await?;
        let today = in_vietnam(self.ports.clock.now()).date();
        self.desk_of_officer(officer)?.approver(&officer.id, today).ok_or(ErrorCode::CertifierUnknown)?;
        let change = StatusChange {
            copy: issued.id,
            change,
            officer: officer.id.clone(),
            reason: crate::record::printable(reason),
            changed_ms: self.now_ms(),
        };
        let recorded = self.ports.store.change_status(&change).await?;
        self.announce();
        tracing::info!(copy = %copy, officer = %officer.id, revoked = recorded.change == Change::Revoked, "status changed");
        self.changed(&recorded).await
    }

    async fn copy_of_officer(&self, officer: &Caller, copy: &CopyId) -> Result<IssuedCopy, Failure> {
        let desk = self.desk_of_officer(officer)?;
        let stored = self.ports.store.copy(copy).await?;
        stored.filter(|copy| copy.number.agency == desk.agency.id).ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// How each copy stands that is asked about: one, or all that share a number, in the order in which they were made.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`.
    pub async fn copy_status(&self, subject: &StatusSubject) -> Result<Vec<RegisterStatus>, Failure> {
        let store = &self.ports.store;
        Ok(match subject {
            StatusSubject::Digest(sha256) => vec![self.status_of(store.copy_by_digest(sha256).await?.as_ref()).await?],
            StatusSubject::Copy(id) => vec![self.status_of(store.copy(id).await?.as_ref()).await?],
            StatusSubject::Number { agency, year, number, book } => {
                let line = store.register_line(agency, *year, *number).await?;
                let line = line.filter(|line| book.as_ref().is_none_or(|book| line.number.book_no() == *book));
                match line.map(|line| line.state) {
                    Some(NumberState::Issued(copies)) => {
                        let mut all = Vec::with_capacity(copies.len());
                        for id in &copies {
                            all.push(self.status_of(store.copy(id).await?.as_ref()).await?);
                        }
                        all
                    }
                    Some(NumberState::Void(_)) => vec![self.unchanged(CopyStatus::Void)],
                    // No copy bears a number that is only reserved.
                    Some(NumberState::Reserved) | None => vec![self.unchanged(CopyStatus::Unknown)],
                }
            }
        })
    }

    /// Adds to a verdict what the register says of the copy, looked up by its digests where the file is there (`of_file`), else by
    /// the identifier in its token; gives the copy. Copies of other issuers are not in this register, so it is not asked.
    pub(super) async fn look_up_copy(&self, report: &mut Report, of_file: bool) -> Result<Option<IssuedCopy>, Failure> {
        let Some(token) = report.token.clone().filter(|token| token.issuer == self.issuer.name) else { return Ok(None) };
        let registered = if of_file { self.by_digest(report).await? } else { None };
        let named = match CopyId::parse(&token.copy_id) {
            Ok(id) => self.ports.store.copy(&id).await?,
            Err(_) => None,
        };
        let named = named.filter(|copy| (copy.number.to_string(), &copy.number.agency) == (token.certification_no.clone(), &token.agency));
        let known = registered.is_some() || (!of_file && named.is_some());
        let mut status = self.status_of(registered.as_ref().or(named.as_ref())).await?;
        if status.status == CopyStatus::Unknown && self.is_void(&token.agency, &token.certification_no).await? {
            status.status = CopyStatus::Void;
        }
        // What the file is not, the copy that it names does not vouch for.
        if !known && status.status == CopyStatus::Valid {
            status.status = CopyStatus::Unknown;
        }
        judge(report, status);
        if !known && report.verdict != Verdict::Invalid {
            report.find(VerifyCode::NotRegistered, "");
        }
        Ok(registered.or(named).filter(|_| known))
    }

    /// The copy as it is, or as it was before its holder added proofs to it.
    async fn by_digest(&self, report: &Report) -> Result<Option<IssuedCopy>, Failure> {
        for sha256 in &report.issued {
            if let Some(copy) = self.ports.store.copy_by_digest(sha256).await? {
                return Ok(Some(copy));
            }
        }
        Ok(None)
    }

    /// Whether a number as printed was given up.
    async fn is_void(&self, agency: &str, printed: &str) -> Result<bool, Failure> {
        let Some((number, year)) = number_and_year(printed) else { return Ok(false) };
        let line = self.ports.store.register_line(agency, year, number).await?;
        Ok(line.is_some_and(|line| line.number.to_string() == printed && matches!(line.state, NumberState::Void(_))))
    }

    /// How an issued copy stands now.
    pub(super) async fn status_of(&self, copy: Option<&IssuedCopy>) -> Result<RegisterStatus, Failure> {
        let Some(copy) = copy else { return Ok(self.unchanged(CopyStatus::Unknown)) };
        match self.ports.store.status_change(&copy.id).await? {
            Some(change) => self.changed(&change).await,
            None => Ok(self.unchanged(CopyStatus::Valid)),
        }
    }

    async fn changed(&self, change: &StatusChange) -> Result<RegisterStatus, Failure> {
        let (status, superseded_by) = match &change.change {
            Change::Revoked => (CopyStatus::Revoked, None),
            Change::Superseded(by) => (CopyStatus::Superseded, self.ports.store.copy(by).await?.map(|copy| copy.number)),
        };
        Ok(RegisterStatus { status, as_of_ms: self.now_ms(), changed_ms: Some(change.changed_ms), superseded_by })
    }

    fn unchanged(&self, status: CopyStatus) -> RegisterStatus {
        RegisterStatus::unchanged(status, self.now_ms())
    }
}

/// Adds what the register says, and the reason where that is not in the copy's favour.
pub(super) fn judge(report: &mut Report, status: RegisterStatus) {
    let by = status.superseded_by.as_ref().map(CertificationNo::to_string);
    match status.status {
        CopyStatus::Revoked => report.find(VerifyCode::CopyRevoked, ""),
        CopyStatus::Superseded => report.find(VerifyCode::CopySuperseded, by.unwrap_or_default()),
        CopyStatus::Void => report.find(VerifyCode::NumberVoid, ""),
        CopyStatus::Valid | CopyStatus::Unknown => {}
    }
    report.register = Some(status);
}

/// Running number and year of `07, 1/2026-SCT/BS`.
fn number_and_year(printed: &str) -> Option<(u32, i32)> {
    let (number, book) = printed.split_once(", ")?;
    let (_, year) = book.split_once('/')?;
    Some((number.parse().ok()?, year.split_once('-')?.0.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_number_names_its_line() {
        assert_eq!(number_and_year("07, 1/2026-SCT/BS"), Some((7, 2026)));
        for wrong in ["", "07", "07, 1", "x, 1/2026-SCT/BS", "07, 1/2026"] {
            assert_eq!(number_and_year(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn neither_a_revoked_nor_a_superseded_copy_stays_valid() {
        for (status, verdict) in [
            (CopyStatus::Valid, Verdict::Valid),
            (CopyStatus::Revoked, Verdict::Invalid),
            (CopyStatus::Superseded, Verdict::Invalid),
            (CopyStatus::Void, Verdict::Invalid),
        ] {
            let mut report = Report::of_digest(Sha256::of(b"x"), 1, 1);
            judge(&mut report, RegisterStatus::unchanged(status, 1));
            assert_eq!(report.verdict, verdict, "{status}");
        }
    }
}
