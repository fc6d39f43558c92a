//! A revocation list as read: who issued it, what it is about, whom it lists (RFC 5280, 5.1 to 5.3).

use std::cmp::Ordering;
use std::collections::HashMap;

use der::asn1::{OctetString, Uint};
use der::{Decode, Encode};
use time::OffsetDateTime;
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::ext::pkix::crl::dp::{DistributionPoint, IssuingDistributionPoint, ReasonFlags, Reasons};
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, GeneralNames};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, CrlReason};

use super::{Freshness, RevocationStatus};
use crate::certificate::{Certificate, CertificateId, SignedParts, identify};
use crate::name::NameKey;
use crate::{Error, instant, oid};

/// Bytes of a list: one of a large national authority has a few million.
const MOST_BYTES: usize = 32 << 20;

/// One list, decoded.
#[derive(Debug)]
pub(crate) struct List {
    id: CertificateId,
    pub(super) signed: SignedParts,
    pub(super) issuer: NameKey,
    pub(super) this_update: OffsetDateTime,
    pub(super) next_update: Option<OffsetDateTime>,
    pub(super) number: Option<Uint>,
    /// The number of the list on which a delta list builds.
    pub(super) base: Option<Uint>,
    pub(super) authority_key: Option<OctetString>,
    pub(super) point: Option<IssuingDistributionPoint>,
    /// Entries stay listed although their certificates have expired, since then.
    keeps_expired_since: Option<OffsetDateTime>,
    /// By the DER of the serial number, which tells -1 from 255.
    entries: HashMap<Vec<u8>, Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    /// Issuer of the certificate, where it is not the list's.
    issuer: Option<NameKey>,
    at: OffsetDateTime,
    reason: Option<CrlReason>,
}

/// What a list says about one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    No,
    /// A delta list takes the certificate off the list before.
    Removed,
    Revoked {
        at: OffsetDateTime,
        reason: Option<u8>,
    },
}

impl List {
    /// Reads a list, DER or PEM.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MOST_BYTES {
            return Err(Error::malformed("CRL", "too large"));
        }
        let der = to_der(bytes)?;
        let bad = |e: der::Error| Error::malformed("CRL", e);
        let list = CertificateList::from_der(&der).map_err(bad)?;
        if list.to_der().map_err(bad)? != der {
            return Err(Error::malformed("CRL", "not DER"));
        }
        if list.signature_algorithm != list.tbs_cert_list.signature {
            return Err(Error::malformed("CRL", "two different signature algorithms"));
        }
        let tbs = list.tbs_cert_list;
        let mut out = Self {
            id: identify(&der)?,
            signed: SignedParts::read(&der, "CRL")?,
            issuer: NameKey::of(&tbs.issuer),
            this_update: instant::from_x509(&tbs.this_update),
            next_update: tbs.next_update.as_ref().map(instant::from_x509),
            number: None,
            base: None,
            authority_key: None,
            point: None,
            keeps_expired_since: None,
            entries: HashMap::new(),
        };
        for extension in tbs.crl_extensions.iter().flatten() {
            let value = extension.extn_value.as_bytes();
            match extension.extn_id {
                oid::ISSUING_DISTRIBUTION_POINT => out.point = Some(IssuingDistributionPoint::from_der(value).map_err(bad)?),
                oid::DELTA_CRL_INDICATOR => out.base = Some(Uint::from_der(value).map_err(bad)?),
                oid::CRL_NUMBER => out.number = Some(Uint::from_der(value).map_err(bad)?),
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    out.authority_key = AuthorityKeyIdentifier::from_der(value).ok().and_then(|a| a.key_identifier);
                }
                oid::EXPIRED_CERTS_ON_CRL => {
                    let since = der::asn1::GeneralizedTime::from_der(value).map_err(bad)?;
                    out.keeps_expired_since = Some(instant::from_generalized(&since));
                }
                _ if extension.critical => return Err(Error::Revocation("an unknown critical extension of the list")),
                _ => {}
            }
        }
        out.read_entries(tbs.revoked_certificates.unwrap_or_default())?;
        Ok(out)
    }

    /// 5.3.3: an entry that names no issuer belongs to the issuer of the entry before.
    fn read_entries(&mut self, entries: Vec<RevokedCert>) -> Result<(), Error> {
        let bad = |e: der::Error| Error::malformed("CRL", e);
        let mut issuer = None;
        for entry in entries {
            let mut reason = None;
            for extension in entry.crl_entry_extensions.iter().flatten() {
                let value = extension.extn_value.as_bytes();
                match extension.extn_id {
                    oid::REASON_CODE => reason = Some(CrlReason::from_der(value).map_err(bad)?),
                    oid::CERTIFICATE_ISSUER => {
                        let names = GeneralNames::from_der(value).map_err(bad)?;
                        let name = names.iter().find_map(directory).ok_or(Error::Revocation("an entry's issuer has no name"))?;
                        issuer = Some(name);
                    }
                    // An unknown critical extension of any entry makes the whole list unusable (5.3).
                    id if extension.critical && id != oid::INVALIDITY_DATE => {
                        return Err(Error::Revocation("an unknown critical extension of an entry"));
                    }
                    _ => {}
                }
            }
            let at = instant::from_x509(&entry.revocation_date);
            self.entries.entry(entry.serial_number.to_der().map_err(bad)?).or_default().push(Entry { issuer: issuer.clone(), at, reason });
        }
        Ok(())
    }

    /// SHA-256 of the list.
    pub(crate) fn id(&self) -> CertificateId {
        self.id
    }

    /// Name of the issuer, as names are compared.
    pub(crate) fn issuer(&self) -> &NameKey {
        &self.issuer
    }

    pub(crate) fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    pub(crate) fn is_signed_by(&self, issuer: &Certificate) -> Result<(), Error> {
        self.signed.verify(issuer, "CRL")
    }

    pub(super) fn is_indirect(&self) -> bool {
        self.point.as_ref().is_some_and(|p| p.indirect_crl)
    }

    pub(super) fn look_up(&self, certificate: &Certificate) -> Listed {
        let serial = certificate.tbs().serial_number.to_der().unwrap_or_default();
        let entries = self.entries.get(&serial).map(Vec::as_slice).unwrap_or_default();
        match entries.iter().find(|e| e.issuer.as_ref().unwrap_or(&self.issuer) == certificate.issuer()) {
            None => Listed::No,
            Some(Entry { reason: Some(CrlReason::RemoveFromCRL), .. }) => Listed::Removed,
            Some(Entry { at, reason, .. }) => Listed::Revoked { at: *at, reason: reason.map(reason_code) },
        }
    }

    pub(super) fn check_time(&self, freshness: &Freshness) -> Result<(), Error> {
        freshness.check(self.this_update, self.next_update)
    }

    /// A list made after a certificate expired may no longer show that it was revoked (5.3.1, X.509 expiredCertsOnCRL).
    pub(super) fn remembers(&self, certificate: &Certificate) -> bool {
        let end = certificate.not_after();
        self.this_update <= end || self.keeps_expired_since.is_some_and(|since| since <= end)
    }

    pub(super) fn good(&self) -> RevocationStatus {
        RevocationStatus::Good { as_of: self.this_update, next_update: self.next_update }
    }

    /// For which reasons of revocation the list speaks about a certificate that names `point` (6.3.3 (b), (d)).
    pub(super) fn scope(&self, certificate: &Certificate, point: &Point) -> Result<ReasonFlags, Error> {
        let of_issuer = match &point.crl_issuer {
            Some(names) => names.iter().filter_map(directory).any(|n| n == self.issuer) && self.is_indirect(),
            None => self.issuer == *certificate.issuer(),
        };
        if !of_issuer {
            return Err(Error::Revocation("the list is another issuer's"));
        }
        let Some(own) = &self.point else { return Ok(point.reasons) };
        let constraints: Option<BasicConstraints> = certificate.extension_as(oid::BASIC_CONSTRAINTS)?;
        let is_authority = constraints.is_some_and(|b| b.ca);
        let of_others = own.only_contains_attribute_certs
            || (own.only_contains_user_certs && is_authority)
            || (own.only_contains_ca_certs && !is_authority);
        if of_others {
            return Err(Error::Revocation("the list does not speak about this certificate"));
        }
        if let Some(name) = &own.distribution_point
            && !point.is_at(&full_names(name, &self.issuer))
        {
            return Err(Error::Revocation("the list is for another distribution point"));
        }
        Ok(own.only_some_reasons.map_or(point.reasons, |some| some & point.reasons))
    }
}

/// A place where a certificate says that its revocation is published (4.2.1.13), or the one that goes without saying.
#[derive(Debug)]
pub(super) struct Point {
    names: Vec<PointName>,
    crl_issuer: Option<GeneralNames>,
    reasons: ReasonFlags,
}

/// A name of a point, as it is compared.
#[derive(Debug, PartialEq, Eq)]
enum PointName {
    Directory(NameKey),
    Other(Vec<u8>),
}

impl Point {
    /// The points of a certificate, and last its issuer's own place.
    pub(super) fn all_of(certificate: &Certificate) -> Result<Vec<Self>, Error> {
        let listed: Option<Vec<DistributionPoint>> = certificate.extension_as(oid::CRL_DISTRIBUTION_POINTS)?;
        let mut points: Vec<Self> = listed.unwrap_or_default().into_iter().map(|p| Self::of(p, certificate)).collect();
        let names = vec![PointName::Directory(certificate.issuer().clone())];
        points.push(Self { names, crl_issuer: None, reasons: all_reasons() });
        Ok(points)
    }

    fn of(point: DistributionPoint, certificate: &Certificate) -> Self {
        let issuer = point.crl_issuer.iter().flatten().find_map(directory).unwrap_or_else(|| certificate.issuer().clone());
        let names = match (&point.distribution_point, &point.crl_issuer) {
            (Some(name), _) => full_names(name, &issuer),
            (None, Some(issuers)) => issuers.iter().map(point_name).collect(),
            (None, None) => Vec::new(),
        };
        Self { names, crl_issuer: point.crl_issuer, reasons: point.reasons.unwrap_or_else(all_reasons) }
    }

    fn is_at(&self, names: &[PointName]) -> bool {
        self.names.iter().any(|n| names.contains(n))
    }
}

/// By value; both are without leading zeros.
pub(super) fn compare(a: &Uint, b: &Uint) -> Ordering {
    (a.as_bytes().len(), a.as_bytes()).cmp(&(b.as_bytes().len(), b.as_bytes()))
}

pub(super) fn all_reasons() -> ReasonFlags {
    ReasonFlags::full() - Reasons::Unused
}

fn full_names(name: &DistributionPointName, issuer: &NameKey) -> Vec<PointName> {
    match name {
        DistributionPointName::FullName(names) => names.iter().map(point_name).collect(),
        DistributionPointName::NameRelativeToCRLIssuer(last) => vec![PointName::Directory(issuer.joined(last))],
    }
}

fn point_name(name: &GeneralName) -> PointName {
    match directory(name) {
        Some(key) => PointName::Directory(key),
        None => PointName::Other(name.to_der().unwrap_or_default()),
    }
}

fn directory(name: &GeneralName) -> Option<NameKey> {
    match name {
        GeneralName::DirectoryName(name) => Some(NameKey::of(name)),
        _ => None,
    }
}

/// The DER form of a list that may be PEM, as some authorities publish it.
pub(crate) fn to_der(crl: &[u8]) -> Result<Vec<u8>, Error> {
    if !crl.starts_with(b"-----BEGIN ") {
        return Ok(crl.to_vec());
    }
    let (_, pem) = x509_parser::pem::parse_x509_pem(crl).map_err(|e| Error::malformed("CRL", e))?;
    if pem.label == "X509 CRL" { Ok(pem.contents) } else { Err(Error::malformed("CRL", "PEM of something else")) }
}

pub(crate) fn reason_code(reason: CrlReason) -> u8 {
    match reason {
        CrlReason::Unspecified => 0,
        CrlReason::KeyCompromise => 1,
        CrlReason::CaCompromise => 2,
        CrlReason::AffiliationChanged => 3,
        CrlReason::Superseded => 4,
        CrlReason::CessationOfOperation => 5,
        CrlReason::CertificateHold => 6,
        CrlReason::RemoveFromCRL => 8,
        CrlReason::PrivilegeWithdrawn => 9,
        CrlReason::AaCompromise => 10,
    }
}
