//! Name constraints along a path (RFC 5280, 4.2.1.10 and 6.1.4 (g)).
//!
//! Applied to the subject, the alternative names and the e-mail address in a subject. Forms of names without rules here
//! (x400Address, ediPartyName, registeredID, otherName) are refused where a constraint of their form applies.

use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{NameConstraints, SubjectAltName, constraints::name::GeneralSubtree};

use super::{PathError, name};
use crate::certificate::Certificate;
use crate::name::{NameKey, text};
use crate::oid;

/// Comparisons of names and constraints in one path: more mean a file made to keep us busy.
const MOST_COMPARISONS: usize = 100_000;

/// The constraints that are in force at a place of the path.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    /// One list for each certificate that permitted something; a name must lie in one subtree of every list of its form.
    permitted: Vec<Vec<Subtree>>,
    excluded: Vec<Subtree>,
    comparisons: usize,
}

#[derive(Debug, Clone)]
enum Subtree {
    Directory(NameKey),
    Mail(String),
    Dns(String),
    Uri(String),
    Ip(Vec<u8>),
    /// A form without rules, by its tag number.
    Other(u8),
}

enum Subject {
    Directory(NameKey),
    Mail(String),
    Dns(String),
    Uri(String),
    Ip(Vec<u8>),
    Other(u8),
}

impl Constraints {
    pub(super) fn add(&mut self, certificate: &Certificate) -> Result<(), PathError> {
        let read: Option<NameConstraints> = certificate.extension_as(oid::NAME_CONSTRAINTS).map_err(super::malformed)?;
        let Some(read) = read else { return Ok(()) };
        let refuse = || PathError::Constraint(oid::NAME_CONSTRAINTS.to_string());
        let trees = |list: Option<Vec<GeneralSubtree>>| -> Result<Vec<Subtree>, PathError> {
            list.unwrap_or_default().iter().map(|t| subtree(t).ok_or_else(refuse)).collect()
        };
        let permitted = trees(read.permitted_subtrees)?;
        if !permitted.is_empty() {
            self.permitted.push(permitted);
        }
        self.excluded.extend(trees(read.excluded_subtrees)?);
        Ok(())
    }

    /// Whether all names of a certificate are allowed.
    pub(super) fn check(&mut self, certificate: &Certificate) -> Result<(), PathError> {
        if self.permitted.is_empty() && self.excluded.is_empty() {
            return Ok(());
        }
        for subject in subjects(certificate)? {
            if !self.allows(&subject)? {
                return Err(PathError::Name(name(certificate)));
            }
        }
        Ok(())
    }

    fn allows(&mut self, subject: &Subject) -> Result<bool, PathError> {
        let cost = self.permitted.iter().map(Vec::len).sum::<usize>().saturating_add(self.excluded.len());
        self.comparisons = self.comparisons.saturating_add(cost);
        if self.comparisons > MOST_COMPARISONS {
            return Err(PathError::Budget);
        }
        if self.excluded.iter().any(|t| matches!(subject.within(t), Some(Within::Yes | Within::Unclear))) {
            return Ok(false);
        }
        Ok(self.permitted.iter().all(|list| {
            let mut of_form = list.iter().filter_map(|t| subject.within(t)).peekable();
            of_form.peek().is_none() || of_form.any(|w| w == Within::Yes)
        }))
    }
}

/// A constraint, or nothing when it is of a kind that RFC 5280 does not allow (a minimum or maximum, a broken address).
fn subtree(tree: &GeneralSubtree) -> Option<Subtree> {
    if tree.minimum != 0 || tree.maximum.is_some() {
        return None;
    }
    Some(match &tree.base {
        GeneralName::DirectoryName(name) => Subtree::Directory(NameKey::of(name)),
        GeneralName::Rfc822Name(mail) => Subtree::Mail(mail.as_str().to_owned()),
        GeneralName::DnsName(host) => Subtree::Dns(lower(host.as_str())),
        GeneralName::UniformResourceIdentifier(host) => Subtree::Uri(lower(host.as_str())),
        GeneralName::IpAddress(bytes) if matches!(bytes.as_bytes().len(), 8 | 32) => Subtree::Ip(bytes.as_bytes().to_vec()),
        GeneralName::IpAddress(_) => return None,
        other => Subtree::Other(form(other)),
    })
}

fn subjects(certificate: &Certificate) -> Result<Vec<Subject>, PathError> {
    let mut out = Vec::new();
    if !certificate.subject().is_empty() {
        out.push(Subject::Directory(certificate.subject().clone()));
    }
    let names: Option<SubjectAltName> = certificate.extension_as(oid::SUBJECT_ALT_NAME).map_err(super::malformed)?;
    let names = names.map(|n| n.0).unwrap_or_default();
    let has_mail = names.iter().any(|n| matches!(n, GeneralName::Rfc822Name(_)));
    if !has_mail {
        let attributes = certificate.tbs().subject.0.iter().flat_map(|rdn| rdn.0.iter());
        out.extend(attributes.filter(|a| a.oid == oid::EMAIL_ADDRESS).filter_map(text).map(Subject::Mail));
    }
    out.extend(names.iter().map(|n| match n {
        GeneralName::DirectoryName(name) => Subject::Directory(NameKey::of(name)),
        GeneralName::Rfc822Name(mail) => Subject::Mail(mail.as_str().to_owned()),
        GeneralName::DnsName(host) => Subject::Dns(lower(host.as_str())),
        GeneralName::UniformResourceIdentifier(uri) => Subject::Uri(uri.as_str().to_owned()),
        GeneralName::IpAddress(bytes) => Subject::Ip(bytes.as_bytes().to_vec()),
        other => Subject::Other(form(other)),
    }));
    Ok(out)
}

/// The context tag of a form of names (RFC 5280, 4.2.1.6).
fn form(name: &GeneralName) -> u8 {
    match name {
        GeneralName::OtherName(_) => 0,
        GeneralName::EdiPartyName(_) => 5,
        GeneralName::RegisteredId(_) => 8,
        _ => 3,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Yes,
    No,
    /// No rule tells: neither permitted nor left out.
    Unclear,
}

impl From<bool> for Within {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

impl Subject {
    /// Whether the name lies in the subtree; `None` when they are of different forms.
    fn within(&self, tree: &Subtree) -> Option<Within> {
        Some(match (self, tree) {
            (Self::Directory(name), Subtree::Directory(base)) => name.is_within(base).into(),
            (Self::Mail(mail), Subtree::Mail(base)) => mail_within(mail, base).into(),
            (Self::Dns(host), Subtree::Dns(base)) => host_within(host, base.strip_prefix('.').unwrap_or(base)).into(),
            (Self::Uri(uri), Subtree::Uri(base)) => uri_host(uri).map_or(Within::Unclear, |h| uri_within(&h, base).into()),
            (Self::Ip(address), Subtree::Ip(base)) => ip_within(address, base).into(),
            (Self::Other(form), Subtree::Other(of)) if form == of => Within::Unclear,
            _ => return None,
        })
    }
}

/// A mailbox, all mailboxes of a host, or of the hosts of a domain (with a leading point).
fn mail_within(mail: &str, base: &str) -> bool {
    let Some((local, host)) = mail.rsplit_once('@') else { return false };
    match base.rsplit_once('@') {
        Some((of, at)) => local == of && host.eq_ignore_ascii_case(at),
        None => match base.strip_prefix('.') {
            Some(domain) => host.len() > domain.len() && host_within(&lower(host), &lower(domain)),
            None => host.eq_ignore_ascii_case(base),
        },
    }
}

fn host_within(host: &str, base: &str) -> bool {
    base.is_empty() || host == base || host.strip_suffix(base).is_some_and(|rest| rest.ends_with('.'))
}

fn uri_within(host: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        Some(domain) => host.len() > domain.len() && host_within(host, domain),
        None => host == base,
    }
}

/// The host of a URI; one without a host name can be neither permitted nor left out (4.2.1.10).
fn uri_host(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?;
    (!host.is_empty() && !host.starts_with('[')).then(|| lower(host))
}

fn ip_within(address: &[u8], base: &[u8]) -> bool {
    let (network, mask) = base.split_at(base.len() / 2);
    address.len() == network.len() && address.iter().zip(network).zip(mask).all(|((a, n), m)| a & m == n & m)
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}
