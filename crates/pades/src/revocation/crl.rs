//! Judging by revocation lists (RFC 5280, 6.3): complete and delta lists, of the issuer itself or of another that the
//! certificate names (indirect), for all reasons or together for all of them.
//!
//! A list that does not speak about the certificate must not count as good news, so every step asks for what it needs.

use std::cmp::Ordering;

use x509_cert::ext::pkix::KeyUsage;
use x509_cert::ext::pkix::crl::dp::ReasonFlags;

use super::list::{List, Listed, Point, all_reasons, compare};
use super::{Freshness, RevocationStatus};
use crate::certificate::Certificate;
use crate::{Error, oid};

/// What one complete list (DER or PEM) of `issuer` says about `certificate`, for all reasons of revocation.
///
/// # Errors
///
/// [`Error::Revocation`] when the list is another issuer's, out of date, a delta list, or for some reasons only;
/// [`Error::BadSignature`], [`Error::Algorithm`], [`Error::Malformed`].
pub fn check_crl(crl: &[u8], certificate: &[u8], issuer: &[u8], freshness: &Freshness) -> Result<RevocationStatus, Error> {
    let (list, certificate, issuer) = (List::read(crl)?, Certificate::read(certificate)?, Certificate::read(issuer)?);
    if list.base.is_some() {
        return Err(Error::Revocation("a delta list does not stand alone"));
    }
    if list.issuer != *issuer.subject() {
        return Err(Error::Revocation("the list is another issuer's"));
    }
    let mut refused = None;
    let mut reasons = ReasonFlags::default();
    for point in Point::all_of(&certificate)? {
        match list.scope(&certificate, &point) {
            Ok(more) => reasons |= more,
            Err(e) => refused = Some(e),
        }
    }
    if reasons.is_empty() {
        return Err(refused.unwrap_or(Error::Revocation("the list does not speak about this certificate")));
    }
    if !may_sign_lists(&issuer)? {
        return Err(Error::Revocation("the issuer's key may not sign lists"));
    }
    list.is_signed_by(&issuer)?;
    list.check_time(freshness)?;
    match list.look_up(&certificate) {
        Listed::Revoked { at, reason } => Ok(RevocationStatus::Revoked { at, reason }),
        _ if !list.remembers(&certificate) => Err(Error::Revocation("it is younger than the certificate's end")),
        _ if reasons.contains(all_reasons()) => Ok(list.good()),
        _ => Err(Error::Revocation("the list speaks about some reasons only")),
    }
}

/// A list whose issuer's key does not say otherwise may be signed by it (RFC 5280, 6.3.3 (f)).
pub(crate) fn may_sign_lists(issuer: &Certificate) -> Result<bool, Error> {
    let usage: Option<KeyUsage> = issuer.extension_as(oid::KEY_USAGE)?;
    Ok(usage.is_none_or(|u| u.crl_sign()))
}

/// What all lists together say about a certificate, and which of them were used.
///
/// `signed` says whether a list is signed by someone who may: it is asked for lists that would count only.
pub(crate) fn judge<'l>(
    lists: &[&'l List],
    certificate: &Certificate,
    freshness: &Freshness,
    signed: &mut dyn FnMut(&List) -> bool,
) -> Option<(RevocationStatus, Vec<&'l List>)> {
    let mut covered = ReasonFlags::default();
    let mut used: Vec<&List> = Vec::new();
    let mut good: Option<RevocationStatus> = None;
    for point in Point::all_of(certificate).ok()? {
        for &list in lists.iter().filter(|l| l.base.is_none()) {
            let Ok(reasons) = list.scope(certificate, &point) else { continue };
            // All are asked, also when one has answered for all reasons: a newer one may know of a revocation.
            if reasons.is_empty() || list.check_time(freshness).is_err() || !signed(list) {
                continue;
            }
            let delta = newest_delta(lists, list, freshness, signed);
            let listed = match delta.map_or(Listed::No, |d| d.look_up(certificate)) {
                Listed::No => list.look_up(certificate),
                by_delta => by_delta,
            };
            let sources = std::iter::once(list).chain(delta);
            if let Listed::Revoked { at, reason } = listed {
                return Some((RevocationStatus::Revoked { at, reason }, sources.collect()));
            }
            if !list.remembers(certificate) {
                continue;
            }
            covered |= reasons;
            used.extend(sources);
            good = Some(oldest(good, delta.unwrap_or(list).good()));
        }
    }
    if covered.contains(all_reasons()) { good.map(|status| (status, used)) } else { None }
}

/// 6.3.3 (c): the newest delta list of the same issuer, scope and key that builds on this list or an older one.
fn newest_delta<'l>(lists: &[&'l List], complete: &List, freshness: &Freshness, signed: &mut dyn FnMut(&List) -> bool) -> Option<&'l List> {
    let number = complete.number.as_ref()?;
    let fits = |delta: &&&List| {
        let builds_on = delta.base.as_ref().is_some_and(|base| compare(base, number).is_le());
        let is_newer = delta.number.as_ref().is_some_and(|n| compare(n, number).is_ge());
        let same = delta.issuer == complete.issuer && delta.point == complete.point && delta.authority_key == complete.authority_key;
        builds_on && is_newer && same && delta.check_time(freshness).is_ok()
    };
    let mut deltas: Vec<&List> = lists.iter().filter(fits).copied().collect();
    deltas.sort_by(|a, b| match (&a.number, &b.number) {
        (Some(a), Some(b)) => compare(b, a),
        _ => Ordering::Equal,
    });
    deltas.into_iter().find(|d| signed(d))
}

/// Of two good answers, the one that knows less.
fn oldest(known: Option<RevocationStatus>, new: RevocationStatus) -> RevocationStatus {
    let as_of = |s: &RevocationStatus| match s {
        RevocationStatus::Good { as_of, .. } => Some(*as_of),
        _ => None,
    };
    match known {
        Some(known) if as_of(&known) <= as_of(&new) => known,
        _ => new,
    }
}
