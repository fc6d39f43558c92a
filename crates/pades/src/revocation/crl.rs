//! Certificate revocation lists (RFC 5280, 5 and 6.3): complete, direct lists of the issuer itself.
//!
//! Delta lists, indirect lists, lists for some reasons only and lists for another distribution point are refused: a list
//! that does not speak about the certificate must not count as good news.

use der::{Decode, Encode};
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::ext::pkix::crl::dp::IssuingDistributionPoint;
use x509_cert::ext::pkix::{BasicConstraints, CrlReason, KeyUsage};

use super::{Freshness, RevocationStatus};
use crate::certificate::{Certificate, SignedParts};
use crate::{Error, instant, oid};

/// What a list (DER or PEM) of `issuer` says about `certificate`.
///
/// # Errors
///
/// [`Error::Revocation`] when the list is another issuer's, out of date or of a kind that is not supported;
/// [`Error::BadSignature`], [`Error::Algorithm`], [`Error::Malformed`].
pub fn check_crl(crl: &[u8], certificate: &[u8], issuer: &[u8], freshness: &Freshness) -> Result<RevocationStatus, Error> {
    check(&to_der(crl)?, &Certificate::read(certificate)?, &Certificate::read(issuer)?, freshness)
}

/// The DER form of a list that may be PEM, as some authorities publish it.
pub(crate) fn to_der(crl: &[u8]) -> Result<Vec<u8>, Error> {
    if !crl.starts_with(b"-----BEGIN ") {
        return Ok(crl.to_vec());
    }
    let (_, pem) = x509_parser::pem::parse_x509_pem(crl).map_err(|e| Error::malformed("CRL", e))?;
    if pem.label == "X509 CRL" { Ok(pem.contents) } else { Err(Error::malformed("CRL", "PEM of something else")) }
}

pub(crate) fn check(crl: &[u8], certificate: &Certificate, issuer: &Certificate, freshness: &Freshness) -> Result<RevocationStatus, Error> {
    let list = CertificateList::from_der(crl).map_err(|e| Error::malformed("CRL", e))?;
    if list.to_der().map_err(|e| Error::malformed("CRL", e))? != crl {
        return Err(Error::malformed("CRL", "not DER"));
    }
    let tbs = &list.tbs_cert_list;
    if tbs.issuer != issuer.tbs().subject || certificate.tbs().issuer != issuer.tbs().subject {
        return Err(Error::Revocation("the list is another issuer's"));
    }
    if list.signature_algorithm != tbs.signature {
        return Err(Error::malformed("CRL", "two different signature algorithms"));
    }
    check_extensions(&list, certificate)?;
    let usage: Option<KeyUsage> = issuer.extension_as(oid::KEY_USAGE)?;
    if usage.is_some_and(|u| !u.crl_sign()) {
        return Err(Error::Revocation("the issuer's key may not sign lists"));
    }
    SignedParts::read(crl, "CRL")?.verify(issuer, "CRL")?;
    let next_update = tbs.next_update.as_ref().map(instant::from_x509);
    let as_of = instant::from_x509(&tbs.this_update);
    freshness.check(as_of, next_update)?;
    let mut listed = tbs.revoked_certificates.iter().flatten();
    match listed.find(|r| r.serial_number == certificate.tbs().serial_number) {
        Some(entry) => revoked(entry),
        None => Ok(RevocationStatus::Good { as_of, next_update }),
    }
}

fn check_extensions(list: &CertificateList, certificate: &Certificate) -> Result<(), Error> {
    let tbs = &list.tbs_cert_list;
    for extension in tbs.crl_extensions.iter().flatten() {
        if extension.extn_id == oid::ISSUING_DISTRIBUTION_POINT {
            let point = IssuingDistributionPoint::from_der(extension.extn_value.as_bytes()).map_err(|e| Error::malformed("CRL", e))?;
            check_scope(&point, certificate)?;
        } else if extension.critical {
            return Err(Error::Revocation("an unknown critical extension of the list"));
        }
    }
    // An unknown critical extension of any entry makes the whole list unusable (RFC 5280, 5.3).
    for extension in tbs.revoked_certificates.iter().flatten().flat_map(|r| r.crl_entry_extensions.iter().flatten()) {
        if extension.critical && ![oid::REASON_CODE, oid::INVALIDITY_DATE].contains(&extension.extn_id) {
            return Err(Error::Revocation("an unknown critical extension of an entry"));
        }
    }
    Ok(())
}

fn check_scope(point: &IssuingDistributionPoint, certificate: &Certificate) -> Result<(), Error> {
    let constraints: Option<BasicConstraints> = certificate.extension_as(oid::BASIC_CONSTRAINTS)?;
    let is_authority = constraints.is_some_and(|b| b.ca);
    let other_kind = point.indirect_crl
        || point.only_some_reasons.is_some()
        || point.only_contains_attribute_certs
        || (point.only_contains_user_certs && is_authority)
        || (point.only_contains_ca_certs && !is_authority);
    if other_kind {
        return Err(Error::Revocation("the list does not speak about this certificate"));
    }
    let Some(name) = &point.distribution_point else { return Ok(()) };
    let points: Option<x509_cert::ext::pkix::CrlDistributionPoints> = certificate.extension_as(oid::CRL_DISTRIBUTION_POINTS)?;
    let named = points.is_some_and(|p| p.0.iter().any(|d| d.distribution_point.as_ref() == Some(name)));
    if named { Ok(()) } else { Err(Error::Revocation("the list is for another distribution point")) }
}

fn revoked(entry: &RevokedCert) -> Result<RevocationStatus, Error> {
    let extension = entry.crl_entry_extensions.iter().flatten().find(|e| e.extn_id == oid::REASON_CODE);
    let reason = extension.map(|e| CrlReason::from_der(e.extn_value.as_bytes()).map_err(|e| Error::malformed("CRL", e))).transpose()?;
    Ok(RevocationStatus::Revoked { at: instant::from_x509(&entry.revocation_date), reason: reason.map(reason_code) })
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
