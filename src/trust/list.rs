//! One list: read, checked, and written.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::clock::{from_unix_ms, unix_ms};
use crate::jws::{JwsError, sign_with_certificate, verify_document};
use crate::keys::{Signer, certificates_from_pem};
use crate::record::{ListFault, ListPurpose, ListStanding, Sha256};

/// Largest file that is read as a list.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// Most certificates on a list.
const MAX_CERTIFICATES: usize = 1_000;

/// How far ahead of our clock a list's time of issue may lie.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// What a signed list says that it is; a receipt or an assertion by the same key is none.
const TYPE: &str = "bansao-trust-list";

/// What anchors of a list may vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    /// Signers.
    pub signers: bool,
    /// Time-stamps.
    pub timestamps: bool,
}

impl Uses {
    /// What the purpose of a list allows.
    pub fn of(purpose: ListPurpose) -> Self {
        Self { signers: purpose.for_signers(), timestamps: purpose.for_timestamps() }
    }
}

/// What whoever names a file expects of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Its purpose. Without one a signed list's own word counts, and a PEM file is [`ListPurpose::Local`].
    pub purpose: Option<ListPurpose>,
    /// SHA-256 values of which one must be that of the file or of the certificate of its signer.
    pub pins: Vec<Sha256>,
    /// Whether authorities that another one issued are anchors too. Without it only self-issued ones are.
    pub every_authority: bool,
}

/// A list that was read and found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustList {
    /// How it stands.
    pub standing: ListStanding,
    /// Its anchors, DER.
    pub anchors: Vec<Vec<u8>>,
    /// Authorities that are no anchors.
    pub intermediates: Vec<Vec<u8>>,
    /// Certificates that are no authorities: keys of QR tokens.
    pub leaves: Vec<Vec<u8>>,
}

/// A file that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub fault: ListFault,
    /// The same in words.
    pub detail: String,
}

fn refuse<T>(fault: ListFault, detail: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { fault, detail: detail.into() })
}

/// Reads a list of a file called `name` at the time `now`.
///
/// # Errors
/// [`Refusal`]: the bytes are no list, or not the one that is expected, or not of this time.
pub fn read(name: &str, bytes: &[u8], expected: &Expected, now: OffsetDateTime) -> Result<TrustList, Refusal> {
    if bytes.len() > MAX_BYTES {
        return refuse(ListFault::Corrupt, format!("larger than {MAX_BYTES} bytes"));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return refuse(ListFault::Corrupt, "not text") };
    if text.trim().is_empty() {
        return refuse(ListFault::Empty, "an empty file");
    }
    let mut standing = ListStanding {
        name: name.to_owned(),
        purpose: expected.purpose.unwrap_or(ListPurpose::Local),
        sequence: None,
        issued_ms: None,
        next_update_ms: None,
        loaded_ms: unix_ms(now),
        sha256: Sha256::of(bytes),
        in_force: true,
        fault: None,
        detail: String::new(),
    };
    let certificates =
        if text.contains("-----BEGIN") { pinned_pem(text, &standing, expected)? } else { signed(text.trim(), &mut standing, expected)? };
    timely(&standing, now)?;
    sort(certificates, standing, expected.every_authority)
}

/// Whether a list is of this time.
///
/// # Errors
/// [`Refusal`] when its next update is overdue, or it was issued later than now.
pub(super) fn timely(standing: &ListStanding, now: OffsetDateTime) -> Result<(), Refusal> {
    if standing.next_update_ms.is_some_and(|next| next <= unix_ms(now)) {
        let until = standing.next_update_ms.map(from_unix_ms).and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
        return refuse(ListFault::Expired, format!("its next update was due at {until}"));
    }
    if standing.issued_ms.is_some_and(|issued| issued > unix_ms(now.saturating_add(CLOCK_SKEW))) {
        return refuse(ListFault::NotYetIssued, "it was issued after the present time");
    }
    Ok(())
}

fn pinned_pem(text: &str, standing: &ListStanding, expected: &Expected) -> Result<Vec<Vec<u8>>, Refusal> {
    let lowly = matches!(standing.purpose, ListPurpose::Development | ListPurpose::Local);
    let exempt = expected.purpose.is_none() || (lowly && expected.pins.is_empty());
    if !exempt && !expected.pins.contains(&standing.sha256) {
        return refuse(ListFault::Unpinned, format!("the SHA-256 of the file is {}", standing.sha256.to_hex()));
    }
    match certificates_from_pem(text) {
        Ok(certificates) => Ok(certificates),
        Err(reason) if reason == "no certificate" => refuse(ListFault::Empty, reason),
        Err(reason) => refuse(ListFault::Corrupt, reason),
    }
}

/// The signed document; its words are those of ETSI TS 119 612, 5.3.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    r#type: String,
    scheme_name: String,
    purpose: String,
    sequence_number: u64,
    list_issue_date_time: String,
    next_update: String,
    certificates: Vec<String>,
}

fn signed(text: &str, standing: &mut ListStanding, expected: &Expected) -> Result<Vec<Vec<u8>>, Refusal> {
    let corrupt = |reason: String| Refusal { fault: ListFault::Corrupt, detail: reason };
    let document = verify_document(text).map_err(|error| corrupt(error.to_string()))?;
    let signer = document.chain.first().map(Vec::as_slice).unwrap_or_default();
    let signer_sha256 = Sha256::of(signer);
    if !expected.pins.contains(&signer_sha256) && !expected.pins.contains(&standing.sha256) {
        return refuse(ListFault::Unpinned, format!("the SHA-256 of its signer's certificate is {}", signer_sha256.to_hex()));
    }
    let list: Document = serde_json::from_value(Value::Object(document.claims)).map_err(|error| corrupt(error.to_string()))?;
    if list.r#type != TYPE {
        return refuse(ListFault::Corrupt, "a signed document of another type");
    }
    let purpose = ListPurpose::from_str(&list.purpose).map_err(corrupt)?;
    if expected.purpose.is_some_and(|wanted| wanted != purpose) {
        return refuse(ListFault::OtherPurpose, format!("it is for the purpose {purpose}"));
    }
    let moment = |text: &str| OffsetDateTime::parse(text, &Rfc3339).map_err(|error| corrupt(error.to_string()));
    let (issued, next_update) = (moment(&list.list_issue_date_time)?, moment(&list.next_update)?);
    let (_, certificate) = X509Certificate::from_der(signer).map_err(|error| corrupt(error.to_string()))?;
    let validity = certificate.validity();
    if !(validity.not_before.to_datetime()..=validity.not_after.to_datetime()).contains(&issued) {
        return refuse(ListFault::Corrupt, "its signer's certificate was not valid when it was issued");
    }
    standing.name.clone_from(&list.scheme_name);
    standing.purpose = purpose;
    standing.sequence = Some(list.sequence_number);
    standing.issued_ms = Some(unix_ms(issued));
    standing.next_update_ms = Some(unix_ms(next_update));
    list.certificates.iter().map(|one| STANDARD.decode(one).map_err(|error| corrupt(error.to_string()))).collect()
}

/// Sorts certificates by what they are.
fn sort(certificates: Vec<Vec<u8>>, standing: ListStanding, every_authority: bool) -> Result<TrustList, Refusal> {
    if certificates.len() > MAX_CERTIFICATES {
        return refuse(ListFault::Corrupt, format!("more than {MAX_CERTIFICATES} certificates"));
    }
    let mut list = TrustList { standing, anchors: Vec::new(), intermediates: Vec::new(), leaves: Vec::new() };
    for der in certificates {
        let (authority, self_issued) = match X509Certificate::from_der(&der) {
            Ok(([], certificate)) => (certificate.is_ca(), certificate.subject() == certificate.issuer()),
            Ok(_) => return refuse(ListFault::Corrupt, "bytes after a certificate"),
            Err(error) => return refuse(ListFault::Corrupt, format!("a malformed certificate: {error}")),
        };
        match authority {
            true if self_issued || every_authority => list.anchors.push(der),
            true => list.intermediates.push(der),
            false => list.leaves.push(der),
        }
    }
    match list.anchors.is_empty() && list.intermediates.is_empty() && list.leaves.is_empty() {
        true => refuse(ListFault::Empty, "no certificate"),
        false => Ok(list),
    }
}

/// A list to be signed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: ListPurpose,
    /// Number of the edition, higher than that of every earlier one.
    pub sequence: u64,
    /// When it is issued.
    pub issued: OffsetDateTime,
    /// Until when the next edition comes.
    pub next_update: OffsetDateTime,
    /// Its certificates, DER.
    pub certificates: Vec<Vec<u8>>,
}

/// The signed document, by a P-256 key whose certificate verifiers pin.
///
/// # Errors
/// [`JwsError`] when the key is of another kind or does not sign.
pub async fn sign(draft: &Draft, signer: &dyn Signer) -> Result<String, JwsError> {
    let moment = |at: OffsetDateTime| at.format(&Rfc3339).map_err(|_| JwsError::Malformed("a time that cannot be written"));
    let claims = json!({
        "type": TYPE,
        "scheme_name": draft.name,
        "purpose": draft.purpose.as_str(),
        "sequence_number": draft.sequence,
        "list_issue_date_time": moment(draft.issued)?,
        "next_update": moment(draft.next_update)?,
        "certificates": draft.certificates.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>(),
    });
    sign_with_certificate(&claims, signer).await
}
