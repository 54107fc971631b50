//! Lint: what is wrong, dangerous or pointless in a profile, each rule a documented value.
//!
//! Rules see the profile, the iOS version, facts about the certificates inside (filled in by the caller, who can read
//! ASN.1) and the time. They never see a device: what an installation would do is not for them to say. The reader's own
//! findings come from [`crate::parse`]; their rules are listed here too, so that each id can be explained.

mod accounts;
mod certificate;
mod certificates;
mod enrolment;
mod envelope;
mod exchange;
mod identities;
mod keys;
mod rule;
mod scope;
mod smime;
mod syntax;

pub use certificate::{CertificateFacts, CertificateKind, KeyUsage, OpenError};
pub use rule::{Description, Found, Rule};
pub use scope::Scope;

use crate::schema::Schema;
use crate::{Finding, OsVersion, Profile, Timestamp};
use std::sync::LazyLock;

static RULES: LazyLock<Vec<&'static dyn Rule>> = LazyLock::new(|| {
    [
        syntax::RULES,
        envelope::RULES,
        keys::RULES,
        exchange::RULES,
        smime::RULES,
        identities::RULES,
        certificates::RULES,
        enrolment::RULES,
        accounts::RULES,
    ]
    .concat()
});

/// Every rule, the reader's included, in the order of the manual.
pub fn rules() -> &'static [&'static dyn Rule] {
    &RULES
}

/// The rule of an id.
pub fn rule(id: &str) -> Option<&'static dyn Rule> {
    rules().iter().copied().find(|rule| rule.description().id == id)
}

/// Applies every rule with the built-in schema. See [`lint_with`].
pub fn lint(
    profile: &Profile,
    os: OsVersion,
    certificates: &[CertificateFacts],
    now: Timestamp,
) -> Vec<Finding> {
    lint_with(Schema::builtin(), profile, os, certificates, now)
}

/// Applies every rule: findings in the order of the document, those without a place first. A rule reports at most
/// [`rule::FOUND_MAX`] times. Of a profile that could not be read there is nothing to say.
pub fn lint_with(
    schema: &Schema,
    profile: &Profile,
    os: OsVersion,
    certificates: &[CertificateFacts],
    now: Timestamp,
) -> Vec<Finding> {
    let scope = Scope { schema, profile, os, certificates, now };
    let mut findings = Vec::new();
    if profile.dictionary().is_none() {
        return findings;
    }
    for rule in rules() {
        let mut found = Found::new(rule.description());
        rule.check(&scope, &mut found);
        findings.extend(found.into_findings());
    }
    findings.sort_by_key(|finding| (finding.span, finding.rule));
    findings
}

#[cfg(test)]
mod tests;
