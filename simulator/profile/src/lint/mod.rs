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
mod places;
mod rule;
mod scope;
mod sign_in;
mod signature;
mod smime;
mod subject;
mod syntax;

pub use certificate::{CertificateFacts, CertificateKind, KeyUsage, OpenError};
pub use keys::nearest;
pub use rule::{Description, FOUND_MAX, Found, MESSAGE_CHARACTERS_MAX, Rule};
pub use scope::Scope;
pub use subject::{Audience, Subject, seen, subject};

use crate::schema::Schema;
use crate::{Finding, Profile, Timestamp};
use std::sync::LazyLock;

static RULES: LazyLock<Vec<&'static dyn Rule>> = LazyLock::new(|| {
    [
        syntax::RULES,
        signature::RULES,
        envelope::RULES,
        keys::RULES,
        exchange::RULES,
        sign_in::RULES,
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
    audience: impl Into<Audience>,
    certificates: &[CertificateFacts],
    now: Timestamp,
) -> Vec<Finding> {
    lint_with(Schema::builtin(), profile, audience, certificates, now)
}

/// Applies every rule: findings in the order of the document, those without a place first. A rule reports at most
/// [`FOUND_MAX`] times. A payload without a profile around it, or an array of them, is linted as such; of anything else,
/// and of what could not be read, there is nothing to say.
pub fn lint_with(
    schema: &Schema,
    profile: &Profile,
    audience: impl Into<Audience>,
    certificates: &[CertificateFacts],
    now: Timestamp,
) -> Vec<Finding> {
    let subject = subject(profile);
    let mut findings = Vec::new();
    if subject == Subject::Other {
        return findings;
    }
    let seen = seen(profile);
    let scope = Scope::new(schema, subject, &seen, audience.into(), certificates, now);
    for found in keys::look(&scope) {
        findings.extend(found.into_findings());
    }
    let looked = |rule: &&dyn Rule| {
        keys::LOOKS.iter().any(|(other, _)| other.description().id == rule.description().id)
    };
    for rule in rules().iter().copied().filter(|rule| !looked(rule)) {
        let mut found = Found::new(rule.description());
        rule.check(&scope, &mut found);
        findings.extend(found.into_findings());
    }
    findings.sort_by_key(|finding| (finding.span, finding.rule));
    findings
}

#[cfg(test)]
mod tests;
