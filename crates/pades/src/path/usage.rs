//! What one certificate says of itself: whether it may be used for a purpose, issue others, be valid at a time.

use const_oid::ObjectIdentifier;
use time::OffsetDateTime;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage};

use super::{PathError, Usage, basic_constraints, malformed, name};
use crate::certificate::Certificate;
use crate::oid;

/// Validity at a time, and no critical extension that is not understood (RFC 5280, 6.1.3 (a)(2), 6.1.4 (o)).
pub(super) fn check_any(certificate: &Certificate, at: OffsetDateTime) -> Result<(), PathError> {
    if at < certificate.not_before() {
        return Err(PathError::NotYetValid(name(certificate)));
    }
    if at > certificate.not_after() {
        return Err(PathError::Expired(name(certificate)));
    }
    match certificate.extensions().iter().find(|e| e.critical && !UNDERSTOOD.contains(&e.extn_id)) {
        Some(unknown) => Err(PathError::CriticalExtension(unknown.extn_id.to_string())),
        None => Ok(()),
    }
}

/// Whether a certificate may issue others (6.1.4 (k), (n)).
pub(super) fn check_authority(certificate: &Certificate) -> Result<(), PathError> {
    let is_authority = basic_constraints(certificate)?.is_some_and(|b| b.ca);
    if !is_authority || certificate.tbs().version != x509_cert::Version::V3 {
        return Err(PathError::NotAnAuthority(name(certificate)));
    }
    if key_usage(certificate)?.is_some_and(|u| !u.key_cert_sign()) {
        return Err(PathError::Usage(name(certificate)));
    }
    Ok(())
}

pub(super) fn check_leaf(leaf: &Certificate, usage: Usage) -> Result<(), PathError> {
    let key = key_usage(leaf)?;
    let may_sign = key.is_none_or(|u| u.digital_signature() || u.non_repudiation());
    let extended = extended_key_usage(leaf)?;
    let critical = leaf.extension(oid::EXTENDED_KEY_USAGE).is_some_and(|e| e.critical);
    let suits = match usage {
        Usage::Any => true,
        Usage::DocumentSigning => may_sign && usage_allows(leaf, usage)?,
        Usage::TimeStamping => may_sign && critical && extended.is_some_and(|e| e.0 == [oid::KP_TIME_STAMPING]),
        Usage::OcspSigning => may_sign && extended.is_some_and(|e| e.0.contains(&oid::KP_OCSP_SIGNING)),
        Usage::CrlSigning => key.is_none_or(|u| u.crl_sign()),
    };
    if suits { Ok(()) } else { Err(PathError::Usage(name(leaf))) }
}

/// Whether the extended key usage of a certificate, if it has one, leaves room for the purpose.
pub(super) fn usage_allows(certificate: &Certificate, usage: Usage) -> Result<bool, PathError> {
    let wanted: &[ObjectIdentifier] = match usage {
        Usage::Any | Usage::CrlSigning => return Ok(true),
        Usage::DocumentSigning => &DOCUMENT_USAGES,
        Usage::TimeStamping => &[oid::KP_TIME_STAMPING],
        Usage::OcspSigning => &[oid::KP_OCSP_SIGNING],
    };
    let listed = extended_key_usage(certificate)?;
    Ok(listed.is_none_or(|e| e.0.iter().any(|id| *id == ANY_USAGE || wanted.contains(id))))
}

const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// Under these, certificates of people and seals are issued: e-mail protection, client authentication, documents (RFC
/// 9336), and the document signing usages of two vendors.
const DOCUMENT_USAGES: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12"),
];

/// Extensions that may be critical because they are processed here or restrict nothing that is relied on.
const UNDERSTOOD: [ObjectIdentifier; 11] = [
    oid::KEY_USAGE,
    oid::BASIC_CONSTRAINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::ISSUER_ALT_NAME,
    oid::CERTIFICATE_POLICIES,
    oid::NAME_CONSTRAINTS,
    oid::POLICY_MAPPINGS,
    oid::POLICY_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::CRL_DISTRIBUTION_POINTS,
];

fn key_usage(certificate: &Certificate) -> Result<Option<KeyUsage>, PathError> {
    certificate.extension_as(oid::KEY_USAGE).map_err(malformed)
}

fn extended_key_usage(certificate: &Certificate) -> Result<Option<ExtendedKeyUsage>, PathError> {
    certificate.extension_as(oid::EXTENDED_KEY_USAGE).map_err(malformed)
}
