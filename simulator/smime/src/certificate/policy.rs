//! The policy extensions of certificates (RFC 5280, 4.2.1.4, 4.2.1.5, 4.2.1.11 and 4.2.1.14).

use super::MAX_POLICIES;
use crate::asn1::{Asn1Error, Element, SEQUENCE, context_primitive};
use const_oid::ObjectIdentifier;

/// `anyPolicy` (RFC 5280, 4.2.1.4).
pub const ANY_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32.0");

/// What a certificate says about policies.
#[derive(Default)]
pub(crate) struct Policies {
    /// `certificatePolicies`; qualifiers are not kept.
    pub(crate) asserted: Option<Vec<ObjectIdentifier>>,
    /// `policyMappings`: issuer's policy, subject's policy.
    pub(crate) mappings: Vec<(ObjectIdentifier, ObjectIdentifier)>,
    /// `requireExplicitPolicy` of `policyConstraints`.
    pub(crate) require_explicit: Option<u64>,
    /// `inhibitPolicyMapping` of `policyConstraints`.
    pub(crate) inhibit_mapping: Option<u64>,
    /// `inhibitAnyPolicy`.
    pub(crate) inhibit_any: Option<u64>,
}

/// Reads `certificatePolicies`; a policy twice is refused (RFC 5280, 4.2.1.4).
pub(super) fn asserted(value: &Element<'_>) -> Result<Vec<ObjectIdentifier>, Asn1Error> {
    let mut out = Vec::new();
    let mut r = value.expect(SEQUENCE)?.reader();
    while let Some(information) = r.next()? {
        let policy = information.expect(SEQUENCE)?.reader().any()?.oid()?;
        if out.len() == MAX_POLICIES || out.contains(&policy) {
            return Err(Asn1Error::Value);
        }
        out.push(policy);
    }
    if out.is_empty() { Err(Asn1Error::Value) } else { Ok(out) }
}

/// Reads `policyMappings`.
pub(super) fn mappings(value: &Element<'_>) -> Result<Vec<(ObjectIdentifier, ObjectIdentifier)>, Asn1Error> {
    let mut out = Vec::new();
    let mut r = value.expect(SEQUENCE)?.reader();
    while let Some(mapping) = r.next()? {
        if out.len() == MAX_POLICIES {
            return Err(Asn1Error::Value);
        }
        let mut pair = mapping.expect(SEQUENCE)?.reader();
        out.push((pair.any()?.oid()?, pair.any()?.oid()?));
        pair.end()?;
    }
    if out.is_empty() { Err(Asn1Error::Value) } else { Ok(out) }
}

/// Reads `policyConstraints`: `requireExplicitPolicy` and `inhibitPolicyMapping`.
pub(super) fn constraints(value: &Element<'_>) -> Result<(Option<u64>, Option<u64>), Asn1Error> {
    let mut r = value.expect(SEQUENCE)?.reader();
    let mut skip = |n| r.optional(context_primitive(n))?.map(|e| e.implicit_uint()).transpose();
    let (explicit, mapping) = (skip(0)?, skip(1)?);
    r.end()?;
    // RFC 5280, 4.2.1.11: not the empty sequence
    if explicit.is_none() && mapping.is_none() { Err(Asn1Error::Value) } else { Ok((explicit, mapping)) }
}
