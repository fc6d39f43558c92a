//! Certificate policies along a path (RFC 5280, 6.1, with the policy graph of RFC 9618).
//!
//! The tree of RFC 5280 doubles with every certificate of a hostile path; the graph has one node for each policy at each
//! depth and gives the same answers.

use std::collections::{BTreeMap, BTreeSet};

use const_oid::ObjectIdentifier;

pub(super) const ANY_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32.0");

type Set = BTreeSet<ObjectIdentifier>;

#[derive(Debug, Clone, Default)]
struct Node {
    /// What the next certificate may call this policy.
    expected: Set,
    /// Policies of the depth before from which this one follows.
    parents: Set,
}

type Level = BTreeMap<ObjectIdentifier, Node>;

/// The valid policies of a path as far as it was processed; no level means that none is left.
#[derive(Debug, Clone)]
pub(super) struct PolicyGraph {
    levels: Vec<Level>,
}

impl PolicyGraph {
    /// 6.1.2 (a): any policy.
    pub(super) fn new() -> Self {
        let root = Node { expected: Set::from([ANY_POLICY]), parents: Set::new() };
        Self { levels: vec![Level::from([(ANY_POLICY, root)])] }
    }

    pub(super) fn is_null(&self) -> bool {
        self.levels.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.levels.clear();
    }

    /// 6.1.3 (d): the policies of the next certificate; `any_allowed` says whether its anyPolicy counts.
    pub(super) fn extend(&mut self, policies: &Set, any_allowed: bool) {
        let Some(last) = self.levels.last() else { return };
        let mut next = Level::new();
        let has_any = last.contains_key(&ANY_POLICY);
        for policy in policies.iter().filter(|p| **p != ANY_POLICY) {
            let mut parents: Set = last.iter().filter(|(_, n)| n.expected.contains(policy)).map(|(id, _)| *id).collect();
            if parents.is_empty() && has_any {
                parents.insert(ANY_POLICY);
            }
            if !parents.is_empty() {
                next.insert(*policy, Node { expected: Set::from([*policy]), parents });
            }
        }
        if any_allowed && policies.contains(&ANY_POLICY) {
            for (id, node) in last {
                for policy in node.expected.iter().filter(|p| !policies.contains(*p) || **p == ANY_POLICY) {
                    let made = next.entry(*policy).or_insert_with(|| Node { expected: Set::from([*policy]), parents: Set::new() });
                    made.parents.insert(*id);
                }
            }
        }
        self.levels.push(next);
        self.prune();
    }

    /// 6.1.4 (b)(1): the issuer's policies are called otherwise in the next certificate.
    pub(super) fn map(&mut self, mappings: &BTreeMap<ObjectIdentifier, Set>) {
        let Some(last) = self.levels.last_mut() else { return };
        let any_parents = last.get(&ANY_POLICY).map(|n| n.parents.clone());
        for (issuer, subjects) in mappings {
            if let Some(node) = last.get_mut(issuer) {
                node.expected.clone_from(subjects);
            } else if let Some(parents) = &any_parents {
                last.insert(*issuer, Node { expected: subjects.clone(), parents: parents.clone() });
            }
        }
    }

    /// 6.1.4 (b)(2): mapping is inhibited, so mapped policies end here.
    pub(super) fn drop_mapped(&mut self, mappings: &BTreeMap<ObjectIdentifier, Set>) {
        if let Some(last) = self.levels.last_mut() {
            last.retain(|id, _| !mappings.contains_key(id));
            self.prune();
        }
    }

    /// 6.1.5 (g): whether a policy is left that the caller accepts; no accepted policies means any.
    pub(super) fn satisfies(&self, accepted: &Set) -> bool {
        let Some(last) = self.levels.last() else { return false };
        if accepted.is_empty() || accepted.contains(&ANY_POLICY) || last.contains_key(&ANY_POLICY) {
            return !last.is_empty();
        }
        // What matters is the policy as the first certificate names it that says more than anyPolicy.
        let mut good = Set::new();
        for level in self.levels.iter().skip(1) {
            let of_level = level.iter().filter(|(id, node)| {
                let begins = node.parents.contains(&ANY_POLICY) && accepted.contains(*id);
                **id != ANY_POLICY && (begins || node.parents.iter().any(|p| good.contains(p)))
            });
            good = of_level.map(|(id, _)| *id).collect();
        }
        !good.is_empty()
    }

    /// 6.1.3 (d)(3): nodes without children go, and so upwards.
    fn prune(&mut self) {
        let mut wanted: Option<Set> = None;
        for level in self.levels.iter_mut().rev() {
            if let Some(wanted) = &wanted {
                level.retain(|id, _| wanted.contains(id));
            }
            wanted = Some(level.values().flat_map(|n| n.parents.iter().copied()).collect());
        }
        if self.levels.last().is_none_or(BTreeMap::is_empty) {
            self.levels.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(n: u32) -> ObjectIdentifier {
        ObjectIdentifier::new(&format!("1.3.6.1.4.1.57264.{n}")).unwrap()
    }

    fn set(list: &[u32]) -> Set {
        list.iter().map(|n| oid(*n)).collect()
    }

    #[test]
    fn any_policy_of_an_authority_leaves_the_choice_below() {
        let mut graph = PolicyGraph::new();
        graph.extend(&Set::from([ANY_POLICY]), true);
        graph.extend(&set(&[1]), true);
        assert!(graph.satisfies(&set(&[1])) && graph.satisfies(&Set::new()));
        assert!(!graph.satisfies(&set(&[2])));
    }

    #[test]
    fn a_mapped_policy_answers_to_the_name_of_its_first_domain() {
        let mut graph = PolicyGraph::new();
        graph.extend(&set(&[1]), true);
        graph.map(&BTreeMap::from([(oid(1), set(&[9]))]));
        graph.extend(&set(&[9]), true);
        assert!(graph.satisfies(&set(&[1])) && !graph.satisfies(&set(&[9])));
        graph.extend(&set(&[3]), true);
        assert!(graph.is_null());
    }

    #[test]
    fn a_path_that_would_double_with_each_certificate_stays_small() {
        let both = set(&[1, 2]);
        let mapping = BTreeMap::from([(oid(1), both.clone()), (oid(2), both.clone())]);
        let mut graph = PolicyGraph::new();
        for _ in 0..64 {
            graph.extend(&both, true);
            graph.map(&mapping);
        }
        assert_eq!(graph.levels.iter().map(BTreeMap::len).max(), Some(2));
        assert!(graph.satisfies(&set(&[2])));
    }
}
