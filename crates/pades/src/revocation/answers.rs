//! All responses and lists at hand, read once, and what they say together about a certificate of a chain.

use std::cell::Cell;

use super::crl::{judge, may_sign_lists};
use super::list::List;
use super::ocsp::Response;
use super::{Freshness, RevocationStatus};
use crate::certificate::Certificate;
use crate::path::{Demand, PathError, Pool, Question, Usage, Work, search};

/// A signer of lists may itself be revoked by a list of another signer, and so on, this far.
const MOST_DELEGATIONS: usize = 2;

/// Responses of a file about one certificate that are looked at; those from outside are always.
const MOST_REPEATED: usize = 16;

/// Responses and lists; those that cannot be read are passed over.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    responses: Vec<Held<Response>>,
    lists: Vec<Held<List>>,
}

/// One item with where it came from.
#[derive(Debug)]
struct Held<T> {
    item: T,
    bytes: Vec<u8>,
    in_document: bool,
    used: Cell<bool>,
}

/// What is known about a certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) status: RevocationStatus,
    /// Whether all of it comes from the file itself.
    pub(crate) in_document: bool,
}

/// Where and for when answers are looked up.
struct Look<'s, 'a> {
    /// The certificate, its issuer, and so on to the anchor.
    path: &'s [&'a Certificate],
    pool: &'s Pool<'a>,
    freshness: Freshness,
    delegations: usize,
}

impl Answers {
    pub(crate) fn add(&mut self, responses: &[Vec<u8>], lists: &[Vec<u8>], in_document: bool) {
        self.responses.extend(responses.iter().filter_map(|b| Held::of(Response::read(b).ok()?, b, in_document)));
        self.lists.extend(lists.iter().filter_map(|b| Held::of(List::read(b).ok()?, b, in_document)));
    }

    /// What is known about the first certificate of `path`, which goes on to its anchor.
    pub(crate) fn about<'a>(&'a self, path: &[&'a Certificate], pool: &Pool<'a>, freshness: &Freshness, work: &mut Work) -> Option<Known> {
        self.look(&Look { path, pool, freshness: *freshness, delegations: 0 }, work)
    }

    fn look<'a>(&'a self, look: &Look<'_, 'a>, work: &mut Work) -> Option<Known> {
        let [certificate, issuer, ..] = *look.path else { return None };
        let mut best = None;
        let mut from_document = 0usize;
        for held in &self.responses {
            if held.in_document && from_document >= MOST_REPEATED {
                continue;
            }
            let Ok((status, responder)) = held.item.judge(certificate, issuer, None, &look.freshness) else { continue };
            if responder.is_some_and(|r| self.is_revoked(r, look, work)) {
                continue;
            }
            from_document += usize::from(held.in_document);
            held.used.set(true);
            prefer(&mut best, Known { status, in_document: held.in_document });
        }
        let lists: Vec<&List> = self.lists.iter().map(|h| &h.item).collect();
        if let Some((status, used)) = judge(&lists, certificate, &look.freshness, &mut |list| self.is_signed(list, look, work)) {
            let used: Vec<&Held<List>> = self.lists.iter().filter(|h| used.iter().any(|l| std::ptr::eq(*l, &h.item))).collect();
            used.iter().for_each(|h| h.used.set(true));
            prefer(&mut best, Known { status, in_document: used.iter().all(|h| h.in_document) });
        }
        best
    }

    /// Whether a delegated responder is known to be revoked; its issuer is that of the certificate in question.
    fn is_revoked<'a>(&'a self, responder: &'a Certificate, look: &Look<'_, 'a>, work: &mut Work) -> bool {
        let mut path = look.path.to_vec();
        if let Some(first) = path.first_mut() {
            *first = responder;
        }
        let inner = Look { path: &path, pool: look.pool, freshness: look.freshness, delegations: look.delegations + 1 };
        let known = (inner.delegations < MOST_DELEGATIONS).then(|| self.look(&inner, work)).flatten();
        matches!(known, Some(Known { status: RevocationStatus::Revoked { .. }, .. }))
    }

    /// RFC 5280, 6.3.3 (f), (g): a certificate above in the path signed the list, or one with a path of its own to the same
    /// anchor, and it is allowed to.
    fn is_signed<'a>(&'a self, list: &List, look: &Look<'_, 'a>, work: &mut Work) -> bool {
        let signs = |c: &Certificate, work: &mut Work| {
            let allowed = c.subject() == list.issuer() && may_sign_lists(c).unwrap_or(false);
            allowed && work.verify_once((list.id(), c.id()), || list.is_signed_by(c)).is_ok()
        };
        // Of the certificate itself only where it is a signer of lists whose authority names no other place for its status.
        let above = look.path.get(usize::from(look.delegations == 0)..).unwrap_or_default();
        if above.iter().any(|c| signs(c, work)) {
            return true;
        }
        if look.delegations >= MOST_DELEGATIONS {
            return false;
        }
        let others = look.pool.named(list.issuer()).filter(|c| !look.path.contains(c));
        others.collect::<Vec<_>>().into_iter().any(|c| signs(c, work) && self.is_trusted_signer(c, list, look, work))
    }

    fn is_trusted_signer<'a>(&'a self, signer: &'a Certificate, list: &List, look: &Look<'_, 'a>, work: &mut Work) -> bool {
        let at = look.freshness.at.max(list.this_update());
        let demand = Demand::default();
        let question = Question { at, usage: Usage::CrlSigning, demand: &demand };
        let freshness = Freshness { at, ..look.freshness };
        let found = search(signer, look.pool, question, work, &mut |path, work| {
            let same_anchor = path.last() == look.path.last();
            let good = (0..path.len().saturating_sub(1)).all(|i| {
                let path = path.get(i..).unwrap_or_default();
                let inner = Look { path, pool: look.pool, freshness, delegations: look.delegations + 1 };
                matches!(self.look(&inner, work), Some(Known { status: RevocationStatus::Good { .. }, .. }))
            });
            if same_anchor && good { Ok(()) } else { Err(PathError::NotTaken("signer of lists".to_owned())) }
        });
        found.is_ok()
    }

    /// Items that said something about a certificate of some chain.
    pub(crate) fn used(&self) -> Vec<Vec<u8>> {
        let responses = self.responses.iter().filter(|h| h.used.get()).map(|h| h.bytes.clone());
        responses.chain(self.lists.iter().filter(|h| h.used.get()).map(|h| h.bytes.clone())).collect()
    }
}

impl<T> Held<T> {
    #[expect(clippy::unnecessary_wraps, reason = "used where items that cannot be read are passed over")]
    fn of(item: T, bytes: &[u8], in_document: bool) -> Option<Self> {
        Some(Self { item, bytes: bytes.to_vec(), in_document, used: Cell::new(false) })
    }
}

/// Revoked before good before unknown; in the file before outside.
fn prefer(best: &mut Option<Known>, new: Known) {
    let rank = |s: &RevocationStatus| match s {
        RevocationStatus::Revoked { .. } => 2,
        RevocationStatus::Good { .. } => 1,
        RevocationStatus::Unknown => 0,
    };
    let better = best.as_ref().is_none_or(|old| (rank(&new.status), new.in_document) > (rank(&old.status), old.in_document));
    if better {
        *best = Some(new);
    }
}
