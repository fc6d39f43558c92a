//! A path that was put together, processed from the anchor down (RFC 5280, 6.1): what depends on the whole path.
//!
//! Signatures, validity, and what each certificate says of itself were checked while the path was searched. The anchor's own
//! constraints count (RFC 5937); its policies do not, for an anchor speaks for all policies of its hierarchy.

use std::collections::{BTreeMap, BTreeSet};

use const_oid::ObjectIdentifier;
use x509_cert::ext::pkix::{CertificatePolicies, InhibitAnyPolicy, PolicyConstraints, PolicyMappings};

use super::constraints::Constraints;
use super::policy::{ANY_POLICY, PolicyGraph};
use super::{Demand, PathError, basic_constraints, malformed, name};
use crate::certificate::Certificate;
use crate::oid;

/// Policies and mappings that one certificate may list.
const MOST_POLICIES: usize = 256;

/// `path` is leaf first, anchor last.
pub(super) fn process(path: &[&Certificate], demand: &Demand) -> Result<(), PathError> {
    let Some((anchor, below)) = path.split_last() else { return Err(PathError::Budget) };
    let mut state = State::new(below.len(), demand);
    state.narrow(anchor)?;
    for (left, certificate) in below.iter().enumerate().rev() {
        state.enter(certificate, left == 0)?;
        if left > 0 {
            state.prepare(certificate)?;
        }
    }
    match below.first() {
        Some(leaf) => state.wrap_up(leaf, demand),
        None => Ok(()),
    }
}

/// The state variables of 6.1.2; counters count certificates that are still to come.
struct State {
    policies: PolicyGraph,
    constraints: Constraints,
    explicit_policy: usize,
    policy_mapping: usize,
    inhibit_any: usize,
    path_length: usize,
    /// Whose constraint the path length is.
    length_from: String,
}

impl State {
    fn new(below: usize, demand: &Demand) -> Self {
        let counter = |now: bool| if now { 0 } else { below.saturating_add(1) };
        Self {
            policies: PolicyGraph::new(),
            constraints: Constraints::default(),
            explicit_policy: counter(demand.explicit),
            policy_mapping: counter(demand.inhibit_mapping),
            inhibit_any: counter(demand.inhibit_any),
            path_length: below,
            length_from: String::new(),
        }
    }

    /// 6.1.3 (b) to (f).
    fn enter(&mut self, certificate: &Certificate, is_leaf: bool) -> Result<(), PathError> {
        let passes_through = certificate.is_self_issued() && !is_leaf;
        if !passes_through {
            self.constraints.check(certificate)?;
        }
        let policies: Option<CertificatePolicies> = certificate.extension_as(oid::CERTIFICATE_POLICIES).map_err(malformed)?;
        match policies {
            Some(list) if list.0.len() > MOST_POLICIES => return Err(PathError::Budget),
            Some(list) => {
                let set: BTreeSet<_> = list.0.iter().map(|p| p.policy_identifier).collect();
                self.policies.extend(&set, self.inhibit_any > 0 || passes_through);
            }
            None => self.policies.clear(),
        }
        if self.explicit_policy == 0 && self.policies.is_null() {
            return Err(PathError::Policy(name(certificate)));
        }
        Ok(())
    }

    /// 6.1.4: an authority hands on to the next certificate.
    fn prepare(&mut self, authority: &Certificate) -> Result<(), PathError> {
        self.map_policies(authority)?;
        if !authority.is_self_issued() {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any = self.inhibit_any.saturating_sub(1);
            self.path_length = self.path_length.checked_sub(1).ok_or_else(|| PathError::PathLength(self.length_from.clone()))?;
        }
        self.narrow(authority)
    }

    /// What an authority forbids to all below it: 6.1.4 (g), (i), (j), (m).
    fn narrow(&mut self, authority: &Certificate) -> Result<(), PathError> {
        self.constraints.add(authority)?;
        let constraints: Option<PolicyConstraints> = authority.extension_as(oid::POLICY_CONSTRAINTS).map_err(malformed)?;
        if let Some(constraints) = constraints {
            lower(&mut self.explicit_policy, constraints.require_explicit_policy);
            lower(&mut self.policy_mapping, constraints.inhibit_policy_mapping);
        }
        let inhibit: Option<InhibitAnyPolicy> = authority.extension_as(oid::INHIBIT_ANY_POLICY).map_err(malformed)?;
        lower(&mut self.inhibit_any, inhibit.map(|i| i.0));
        let length = basic_constraints(authority)?.and_then(|b| b.path_len_constraint).map(usize::from);
        if let Some(length) = length.filter(|l| *l < self.path_length) {
            self.path_length = length;
            self.length_from = name(authority);
        }
        Ok(())
    }

    /// 6.1.4 (a), (b).
    fn map_policies(&mut self, authority: &Certificate) -> Result<(), PathError> {
        let read: Option<PolicyMappings> = authority.extension_as(oid::POLICY_MAPPINGS).map_err(malformed)?;
        let Some(read) = read else { return Ok(()) };
        if read.0.len() > MOST_POLICIES {
            return Err(PathError::Budget);
        }
        let mut mappings: BTreeMap<ObjectIdentifier, BTreeSet<ObjectIdentifier>> = BTreeMap::new();
        for mapping in &read.0 {
            if mapping.issuer_domain_policy == ANY_POLICY || mapping.subject_domain_policy == ANY_POLICY {
                return Err(PathError::Policy(name(authority)));
            }
            mappings.entry(mapping.issuer_domain_policy).or_default().insert(mapping.subject_domain_policy);
        }
        if self.policy_mapping > 0 {
            self.policies.map(&mappings);
        } else {
            self.policies.drop_mapped(&mappings);
        }
        Ok(())
    }

    /// 6.1.5.
    fn wrap_up(&mut self, leaf: &Certificate, demand: &Demand) -> Result<(), PathError> {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        let constraints: Option<PolicyConstraints> = leaf.extension_as(oid::POLICY_CONSTRAINTS).map_err(malformed)?;
        if constraints.is_some_and(|c| c.require_explicit_policy == Some(0)) {
            self.explicit_policy = 0;
        }
        let satisfied = self.explicit_policy > 0 || self.policies.satisfies(&demand.accepted);
        if satisfied { Ok(()) } else { Err(PathError::Policy(name(leaf))) }
    }
}

fn lower(counter: &mut usize, to: Option<u32>) {
    if let Some(to) = to.and_then(|n| usize::try_from(n).ok()) {
        *counter = (*counter).min(to);
    }
}
