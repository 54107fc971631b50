//! Certificate policies (RFC 5280, 6.1, with the policy graph of RFC 9618 in place of the tree, which can grow
//! exponentially).

use super::error::PathError;
use super::options::PathOptions;
use crate::{ANY_POLICY, Certificate, ObjectIdentifier};
use std::collections::{BTreeMap, BTreeSet};

/// The policies at one depth.
type Level = BTreeMap<ObjectIdentifier, Node>;

struct Node {
    /// What the next certificate must assert for it.
    expected: BTreeSet<ObjectIdentifier>,
    /// Its parents in the level above, by their policy.
    parents: BTreeSet<ObjectIdentifier>,
}

impl Node {
    fn new(policy: ObjectIdentifier, parents: impl IntoIterator<Item = ObjectIdentifier>) -> Self {
        Node { expected: [policy].into(), parents: parents.into_iter().collect() }
    }
}

/// The graph of valid policies; no level when it is NULL.
struct Graph(Vec<Level>);

impl Graph {
    fn new() -> Self {
        Graph(vec![[(ANY_POLICY, Node::new(ANY_POLICY, []))].into()])
    }

    fn is_null(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes nodes without children above the last level, and the whole if nothing is left in a level.
    fn prune(&mut self) {
        for i in (1..self.0.len()).rev() {
            let (above, below) = self.0.split_at_mut(i);
            if let (Some(above), Some(below)) = (above.last_mut(), below.first()) {
                let parents: BTreeSet<_> = below.values().flat_map(|n| &n.parents).collect();
                above.retain(|policy, _| parents.contains(policy));
            }
        }
        if self.0.iter().any(Level::is_empty) {
            self.0.clear();
        }
    }

    /// RFC 9618, 5.2, steps (d) and (e): the next certificate asserts these policies.
    fn assert(&mut self, asserted: Option<&[ObjectIdentifier]>, any_allowed: bool) {
        let (Some(above), Some(asserted)) = (self.0.last(), asserted) else {
            self.0.clear();
            return;
        };
        // who expects each policy
        let mut expected: BTreeMap<ObjectIdentifier, BTreeSet<ObjectIdentifier>> = BTreeMap::new();
        for (policy, node) in above {
            for e in &node.expected {
                expected.entry(*e).or_default().insert(*policy);
            }
        }
        let mut level = Level::new();
        for policy in asserted.iter().filter(|p| **p != ANY_POLICY) {
            if let Some(parents) = expected.get(policy) {
                level.insert(*policy, Node::new(*policy, parents.iter().copied()));
            } else if above.contains_key(&ANY_POLICY) {
                level.insert(*policy, Node::new(*policy, [ANY_POLICY]));
            }
        }
        if any_allowed && asserted.contains(&ANY_POLICY) {
            for (policy, parents) in expected {
                level.entry(policy).or_insert_with(|| Node::new(policy, parents));
            }
        }
        self.0.push(level);
        self.prune();
    }

    /// RFC 9618, 5.3, step (b): a CA maps its policies to those of its subjects.
    fn map(&mut self, mappings: &[(ObjectIdentifier, ObjectIdentifier)], allowed: bool) {
        let mut by_issuer: BTreeMap<ObjectIdentifier, BTreeSet<ObjectIdentifier>> = BTreeMap::new();
        for (issuer, subject) in mappings {
            by_issuer.entry(*issuer).or_default().insert(*subject);
        }
        let Some(level) = self.0.last_mut() else { return };
        for (issuer, subjects) in by_issuer {
            if !allowed {
                level.remove(&issuer);
            } else if let Some(node) = level.get_mut(&issuer) {
                node.expected = subjects;
            } else if level.contains_key(&ANY_POLICY) {
                // its parent is the anyPolicy above: only that can have led to anyPolicy here
                level.insert(issuer, Node { expected: subjects, parents: [ANY_POLICY].into() });
            }
        }
        self.prune();
    }

    /// The policies that stand directly below `anyPolicy`, and `anyPolicy` if it reaches the leaf.
    fn authority_constrained(&self) -> BTreeSet<ObjectIdentifier> {
        let below_any = self
            .0
            .iter()
            .flatten()
            .filter(|(policy, node)| **policy != ANY_POLICY && node.parents.contains(&ANY_POLICY));
        let mut out: BTreeSet<_> = below_any.map(|(policy, _)| *policy).collect();
        if self.0.last().is_some_and(|level| level.contains_key(&ANY_POLICY)) {
            out.insert(ANY_POLICY);
        }
        out
    }
}

/// Evaluates the policies of a path, which is given from the certificate below the anchor down to the leaf; gives
/// the policies for which it is valid, among those that are acceptable.
///
/// # Errors
/// [`PathError::NoValidPolicy`] and [`PathError::AnyPolicyMapped`].
pub(super) fn evaluate(
    path: &[&Certificate],
    options: &PathOptions<'_>,
) -> Result<Vec<ObjectIdentifier>, PathError> {
    let n = path.len() as u64;
    let start = |zero: bool| if zero { 0 } else { n + 1 };
    let mut explicit = start(options.require_policy);
    let mut mapping = start(options.inhibit_policy_mapping);
    let mut any = start(options.inhibit_any_policy);
    let mut graph = Graph::new();
    let refused = |c: &Certificate| PathError::NoValidPolicy {
        subject: c.subject(),
        acceptable: options.policies.to_vec(),
    };
    for (i, certificate) in path.iter().enumerate() {
        let policies = certificate.policies();
        let (last, self_issued) = (i + 1 == path.len(), certificate.is_self_issued());
        if !graph.is_null() {
            graph.assert(policies.asserted.as_deref(), any > 0 || (!last && self_issued));
        }
        if explicit == 0 && graph.is_null() {
            return Err(refused(certificate));
        }
        if last {
            // RFC 5280, 6.1.5 (a) and (b)
            explicit = explicit.saturating_sub(1);
            if policies.require_explicit == Some(0) {
                explicit = 0;
            }
            break;
        }
        if policies.mappings.iter().any(|(a, b)| *a == ANY_POLICY || *b == ANY_POLICY) {
            return Err(PathError::AnyPolicyMapped { subject: certificate.subject() });
        }
        graph.map(&policies.mappings, mapping > 0);
        if !self_issued {
            explicit = explicit.saturating_sub(1);
            mapping = mapping.saturating_sub(1);
            any = any.saturating_sub(1);
        }
        explicit = explicit.min(policies.require_explicit.unwrap_or(explicit));
        mapping = mapping.min(policies.inhibit_mapping.unwrap_or(mapping));
        any = any.min(policies.inhibit_any.unwrap_or(any));
    }
    let authority = graph.authority_constrained();
    let acceptable = |p: &ObjectIdentifier| options.policies.is_empty() || options.policies.contains(p);
    let valid: Vec<ObjectIdentifier> = if authority.contains(&ANY_POLICY) && !options.policies.is_empty() {
        options.policies.to_vec()
    } else {
        authority.into_iter().filter(acceptable).collect()
    };
    match path.last() {
        Some(leaf) if explicit == 0 && valid.is_empty() => Err(refused(leaf)),
        _ => Ok(valid),
    }
}
