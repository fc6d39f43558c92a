//! Trust in each signature, from the newest back to the oldest.
//!
//! A document time-stamp proves that everything before it existed at its time; so its time is the one at which older
//! time-stamps are judged, and a signature's own time-stamp gives the time at which its signer is judged. Without any
//! proof that time is the present (ETSI EN 319 102-1, 5.6).

use time::OffsetDateTime;

use super::ValidationContext;
use super::evidence::Store;
use super::report::{
    Block, Indication, Level, RevocationReport, SignatureKind, SignatureReport, SubIndication, TimestampReport, Unaccounted,
};
use super::signatures::Found;
use crate::certificate::Certificate;
use crate::chain::{ChainError, Finding, Grounds, read_all};
use crate::cms::{CmsFault, Container, Profile, has_repeats};
use crate::document::beginnings::Beginnings;
use crate::path::{Demand, PathError, PolicyDemand, Pool, Question, Usage, Work};
use crate::revocation::{Answers, Freshness};
use crate::timestamp::{TimestampToken, open_token};
use crate::{DigestAlgorithm, Error, oid};

/// All verdicts, and what they rest on.
pub(super) struct Judged {
    pub(super) signatures: Vec<SignatureReport>,
    /// Certificates of all chains that were found.
    pub(super) used_certificates: Vec<Vec<u8>>,
    /// Responses and lists that said something about them.
    pub(super) used_items: Vec<Vec<u8>>,
    /// Certificates beside each signature, with its field.
    pub(super) embedded: Vec<(String, Vec<u8>)>,
    /// What nothing accounts for in containers, whatever the paths use.
    pub(super) unaccounted: Vec<Unaccounted>,
}

/// A verdict that is not TOTAL-PASSED.
type Failure = (Indication, SubIndication, String);

pub(super) fn all(pdf: &[u8], beginnings: &mut Beginnings, found: &[Found], store: &Store, context: &ValidationContext) -> Judged {
    // From the shortest to the longest, so that each goes on from the one before.
    for one in found {
        beginnings.after(DigestAlgorithm::Sha256, pdf, one.gap.0);
    }
    let mut answers = Answers::default();
    answers.add(&store.ocsp_responses, &store.crls, true);
    answers.add(&context.ocsp_responses, &context.crls, false);
    let mut certificates = read_all(&store.certificates);
    certificates.extend(read_all(&context.certificates));
    let mut judge = Judge {
        pdf,
        beginnings,
        context,
        signer_anchors: read_all(&context.signer_anchors),
        timestamp_anchors: read_all(&context.timestamp_anchors),
        certificates,
        answers,
        work: Work::new(context.limits.path),
        used_certificates: Vec::new(),
        embedded: Vec::new(),
        unaccounted: Vec::new(),
        proven: context.now,
        archived: false,
    };
    let mut signatures: Vec<_> = found.iter().rev().map(|f| judge.judge(f)).collect();
    signatures.reverse();
    check_order(&mut signatures);
    let Judge { answers, used_certificates, embedded, unaccounted, .. } = judge;
    Judged { signatures, used_items: answers.used(), used_certificates, embedded, unaccounted }
}

struct Judge<'a> {
    pdf: &'a [u8],
    beginnings: &'a mut Beginnings,
    context: &'a ValidationContext,
    signer_anchors: Vec<Certificate>,
    timestamp_anchors: Vec<Certificate>,
    /// From the store and from outside.
    certificates: Vec<Certificate>,
    answers: Answers,
    work: Work,
    used_certificates: Vec<Vec<u8>>,
    embedded: Vec<(String, Vec<u8>)>,
    unaccounted: Vec<Unaccounted>,
    /// Everything still to be judged existed at this time.
    proven: OffsetDateTime,
    /// Whether that rests on a document time-stamp.
    archived: bool,
}

impl Judge<'_> {
    fn judge(&mut self, found: &Found) -> SignatureReport {
        let mut report = SignatureReport {
            field: found.field.clone(),
            kind: found.kind,
            revision: found.revision,
            covered_bytes: found.end,
            signer: None,
            signer_certificate: None,
            chain: Vec::new(),
            intact: false,
            claimed_time: found.claimed_time,
            proven_time: None,
            timestamp: None,
            certifies: found.certifies,
            locks: found.lock.is_some(),
            level: None,
            revocation: Vec::new(),
            steps: Vec::new(),
            indication: Indication::TotalPassed,
            sub_indication: None,
            reason: None,
        };
        let outcome = match found.kind {
            SignatureKind::Signature | SignatureKind::Pkcs7 => self.signature(found, &mut report),
            SignatureKind::DocumentTimestamp => self.document_timestamp(found, &mut report),
        };
        if let Err((indication, sub_indication, reason)) = outcome {
            report.stop(indication, sub_indication, &reason);
            report.indication = indication;
            report.sub_indication = Some(sub_indication);
            report.reason = Some(reason);
            report.level = None;
        }
        report
    }

    fn signature(&mut self, found: &Found, report: &mut SignatureReport) -> Result<(), Failure> {
        report.begin(Block::Format);
        let der = Container::without_padding(&found.contents).map_err(container_failure)?;
        let profile = if found.kind == SignatureKind::Pkcs7 { Profile::Pkcs7 } else { Profile::Pades };
        let container = Container::open(der, profile).map_err(container_failure)?;
        report.signer = container.signer.subject_common_name();
        report.signer_certificate = Some(container.signer.der().to_vec());
        if container.content_type != oid::ID_DATA || container.content.is_some() {
            return Err(format_failure("the container is not a detached signature"));
        }
        report.begin(Block::Identification);
        container.identify().map_err(container_failure)?;
        report.begin(Block::Cryptographic);
        container.verify(|digest| self.digest(digest, found)).map_err(container_failure)?;
        report.intact = true;
        self.note_embedded(found, container.certificates.iter().map(Certificate::der), container.exact);

        let at = self.signature_timestamp(found, &container, report)?;
        report.proven_time = report.timestamp.as_ref().filter(|t| t.trusted.is_ok()).map(|t| t.gen_time);
        report.begin(Block::Certificate);
        let times = Times { at, informed: at, proven: report.proven_time, claimed: report.claimed_time };
        report.chain = self.chain(&container.signer, &container.certificates, Usage::DocumentSigning, times, &mut report.revocation)?;
        if let Some(TimestampReport { trusted: Err(reason), .. }) = &report.timestamp {
            let reason = format!("the time-stamp is not trusted: {reason}");
            return Err((Indication::Indeterminate, SubIndication::SigConstraintsFailure, reason));
        }
        report.level = (found.kind == SignatureKind::Signature).then(|| self.level(report));
        Ok(())
    }

    /// Takes down what no signature protects in one container: its certificates, and its encoding.
    fn note_embedded<'c>(&mut self, found: &Found, certificates: impl Iterator<Item = &'c [u8]>, exact: bool) {
        let field = &found.field;
        let all: Vec<_> = certificates.collect();
        if !exact {
            self.unaccounted.push(Unaccounted::Container { field: field.clone() });
        }
        if has_repeats(&all) {
            self.unaccounted.push(Unaccounted::EmbeddedCertificate { field: field.clone() });
        }
        self.embedded.extend(all.into_iter().map(|der| (field.clone(), der.to_vec())));
    }

    /// The digest of what a signature covers.
    fn digest(&mut self, algorithm: DigestAlgorithm, found: &Found) -> Vec<u8> {
        self.beginnings.digest(algorithm, self.pdf, (found.gap.0, found.gap.1..found.end))
    }

    /// The time at which the signer is judged: that of a trusted time-stamp, else what is proven otherwise.
    fn signature_timestamp(
        &mut self,
        found: &Found,
        container: &Container,
        report: &mut SignatureReport,
    ) -> Result<OffsetDateTime, Failure> {
        let Some(der) = &container.timestamp_token else { return Ok(self.proven) };
        report.begin(Block::Timestamp);
        let value = container.signature_value();
        let token = open_token(der, |digest| digest.digest(value)).map_err(token_failure)?;
        self.note_embedded(found, token.certificates.iter().map(Vec::as_slice), token.exact);
        let mut revocation = Vec::new();
        let trusted = self.trust_token(&token, &mut revocation).map_err(|(indication, sub_indication, reason)| {
            report.stop(indication, sub_indication, &reason);
            reason
        });
        let time = token.gen_time;
        let is_trusted = trusted.is_ok();
        report.timestamp = Some(to_report(token, trusted));
        report.revocation.extend(revocation);
        Ok(if is_trusted { time } else { self.proven })
    }

    fn document_timestamp(&mut self, found: &Found, report: &mut SignatureReport) -> Result<(), Failure> {
        report.begin(Block::Format);
        let der = Container::without_padding(&found.contents).map_err(container_failure)?;
        report.begin(Block::Cryptographic);
        let token = open_token(der, |digest| self.digest(digest, found)).map_err(token_failure)?;
        report.intact = true;
        let signer = Certificate::from_der(&token.tsa_certificate_der).map_err(token_failure)?;
        report.signer = signer.subject_common_name();
        report.signer_certificate = Some(token.tsa_certificate_der.clone());
        self.note_embedded(found, token.certificates.iter().map(Vec::as_slice), token.exact);
        report.begin(Block::Certificate);
        let mut revocation = Vec::new();
        let trusted = self.trust_token(&token, &mut revocation);
        report.revocation = revocation;
        let time = token.gen_time;
        let words = trusted.clone().map_err(|(_, _, reason)| reason);
        report.timestamp = Some(to_report(token, words));
        report.chain = trusted?;
        report.proven_time = Some(time);
        self.proven = time;
        self.archived = true;
        Ok(())
    }

    /// A token whose form is good: is its authority trusted at the proven time, and by which chain?
    fn trust_token(&mut self, token: &TimestampToken, out: &mut Vec<RevocationReport>) -> Result<Vec<Vec<u8>>, Failure> {
        let read = |der: &Vec<u8>| Certificate::from_der(der).ok();
        let pool: Vec<_> = token.certificates.iter().filter_map(read).collect();
        let authority = Certificate::from_der(&token.tsa_certificate_der).map_err(token_failure)?;
        if token.gen_time > self.proven.saturating_add(self.context.limits.clock_skew) {
            let reason = "the time-stamp is younger than what proves it".to_owned();
            return Err((Indication::Indeterminate, SubIndication::TimestampOrderFailure, reason));
        }
        // Its certificate must be valid still, and not known to be revoked. But answers of its own time will do: they lie in the
        // file, and a copy must not need the network for ever.
        let informed = token.gen_time.min(self.proven);
        let times = Times { at: self.proven, informed, proven: self.archived.then_some(self.proven), claimed: None };
        self.chain(&authority, &pool, Usage::TimeStamping, times, out)
    }

    /// The path of a certificate and the revocation of all on it, at a time.
    fn chain(
        &mut self,
        leaf: &Certificate,
        embedded: &[Certificate],
        usage: Usage,
        times: Times,
        out: &mut Vec<RevocationReport>,
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let any = PolicyDemand::default();
        let (anchors, policies) = match usage {
            Usage::TimeStamping => (&self.timestamp_anchors, &any),
            _ => (&self.signer_anchors, &self.context.signer_policies),
        };
        let demand = Demand::read(policies).map_err(|e| chain_failure(e.into(), leaf, times))?;
        let limits = &self.context.limits;
        let freshness =
            Freshness { at: times.informed, now: self.context.now, skew: limits.clock_skew, max_age: limits.revocation_max_age };
        let pool = Pool::new(anchors, embedded.iter().chain(&self.certificates));
        let require_revocation = self.context.require_revocation;
        let grounds = Grounds { pool: &pool, answers: &self.answers, freshness, require_revocation };
        let question = Question { at: times.at, usage, demand: &demand };
        let (outcome, findings) = grounds.chain(leaf, question, &mut self.work);
        out.extend(findings.into_iter().map(|Finding { certificate, subject, status, in_document }| RevocationReport {
            certificate,
            subject,
            status,
            in_document,
        }));
        let path = outcome.map_err(|e| chain_failure(e, leaf, times))?;
        let chain: Vec<_> = path.iter().map(|c| c.der().to_vec()).collect();
        self.used_certificates.extend(chain.iter().cloned());
        Ok(chain)
    }

    fn level(&self, report: &SignatureReport) -> Level {
        if report.proven_time.is_none() {
            return Level::B;
        }
        let complete = !report.revocation.is_empty() && report.revocation.iter().all(|r| r.in_document);
        match (complete, self.archived) {
            (false, _) => Level::T,
            (true, false) => Level::Lt,
            (true, true) => Level::Lta,
        }
    }
}

/// A signature cannot be older than one whose bytes it covers.
fn check_order(signatures: &mut [SignatureReport]) {
    let mut latest: Option<OffsetDateTime> = None;
    for signature in signatures {
        let Some(time) = signature.proven_time else { continue };
        if latest.is_some_and(|l| time < l) && signature.indication == Indication::TotalPassed {
            let reason = "its time-stamp is older than that of a signature it covers";
            signature.begin(Block::Timestamp);
            signature.stop(Indication::Indeterminate, SubIndication::TimestampOrderFailure, reason);
            signature.indication = Indication::Indeterminate;
            signature.sub_indication = Some(SubIndication::TimestampOrderFailure);
            signature.reason = Some(reason.to_owned());
            signature.level = None;
        }
        latest = latest.max(Some(time));
    }
}

fn to_report(token: TimestampToken, trusted: Result<Vec<Vec<u8>>, String>) -> TimestampReport {
    let (trusted, chain) = match trusted {
        Ok(chain) => (Ok(()), chain),
        Err(reason) => (Err(reason), Vec::new()),
    };
    TimestampReport {
        chain,
        token: token.token_der,
        gen_time: token.gen_time,
        authority: crate::common_name(&token.tsa_certificate_der).ok().flatten().unwrap_or_default(),
        certificate: token.tsa_certificate_der,
        serial: token.serial,
        policy: token.policy,
        trusted,
    }
}

fn format_failure(reason: impl std::fmt::Display) -> Failure {
    (Indication::TotalFailed, SubIndication::FormatFailure, reason.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn container_failure(fault: CmsFault) -> Failure {
    let (indication, sub) = match &fault {
        CmsFault::DigestMismatch => (Indication::TotalFailed, SubIndication::HashFailure),
        CmsFault::BadSignature => (Indication::TotalFailed, SubIndication::SigCryptoFailure),
        CmsFault::Algorithm(_) => (Indication::Indeterminate, SubIndication::CryptoConstraintsFailure),
        CmsFault::SignerCertificateMissing => (Indication::Indeterminate, SubIndication::NoSigningCertificateFound),
        CmsFault::SigningCertificateMismatch | CmsFault::Attribute(_) => (Indication::Indeterminate, SubIndication::SigConstraintsFailure),
        _ => (Indication::TotalFailed, SubIndication::FormatFailure),
    };
    (indication, sub, fault.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn token_failure(error: Error) -> Failure {
    let sub = match &error {
        Error::BadSignature(_) => SubIndication::SigCryptoFailure,
        Error::Timestamp("it is for other data") => SubIndication::HashFailure,
        _ => SubIndication::FormatFailure,
    };
    (Indication::TotalFailed, sub, format!("the time-stamp is not good: {error}"))
}

/// The times by which a chain is judged.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// The time for which it must hold.
    at: OffsetDateTime,
    /// The time of which revocation data must speak.
    informed: OffsetDateTime,
    /// The first time, if it is proven.
    proven: Option<OffsetDateTime>,
    /// What the signer claims.
    claimed: Option<OffsetDateTime>,
}

fn chain_failure(error: ChainError, leaf: &Certificate, times: Times) -> Failure {
    match error {
        ChainError::Path(error) => path_failure(&error, leaf, times.proven),
        ChainError::Revoked { subject, since, is_leaf } => revoked(is_leaf, since, times.claimed, &subject),
        unknown @ ChainError::Unknown { .. } => (Indication::Indeterminate, SubIndication::TryLater, unknown.to_string()),
    }
}

fn path_failure(error: &PathError, leaf: &Certificate, proven: Option<OffsetDateTime>) -> Failure {
    let before_validity = proven.is_some_and(|t| t < leaf.not_before());
    let (indication, sub) = match error {
        PathError::NotYetValid(_) if before_validity => (Indication::TotalFailed, SubIndication::NotYetValid),
        PathError::NotYetValid(_) | PathError::Expired(_) => (Indication::Indeterminate, SubIndication::OutOfBoundsNoPoe),
        PathError::NoIssuer(_) => (Indication::Indeterminate, SubIndication::NoCertificateChainFound),
        PathError::Signature(_) | PathError::Budget | PathError::Malformed(_) => {
            (Indication::Indeterminate, SubIndication::CertificateChainGeneralFailure)
        }
        _ => (Indication::Indeterminate, SubIndication::ChainConstraintsFailure),
    };
    (indication, sub, error.to_string())
}

/// A time-stamp proves that a signature is older than its time, never that it is younger. Where the signer's own claim
/// also lies after the revocation, nothing speaks for the signature any more.
fn revoked(is_signer: bool, since: OffsetDateTime, claimed: Option<OffsetDateTime>, subject: &str) -> Failure {
    let reason = format!("the certificate of {subject:?} was revoked at {since}");
    match (is_signer, claimed) {
        (true, Some(claimed)) if since <= claimed => (Indication::TotalFailed, SubIndication::Revoked, reason),
        (true, _) => (Indication::Indeterminate, SubIndication::RevokedNoPoe, reason),
        (false, _) => (Indication::Indeterminate, SubIndication::RevokedCaNoPoe, reason),
    }
}
