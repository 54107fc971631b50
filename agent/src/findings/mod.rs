//! Findings: where they come from, and how they are shown to people. What `try` and `lint` share.

mod armour;
mod certificate;
mod encrypted;
mod excerpt;
mod human;
mod mask;
mod signature;

pub use armour::without_armour;
pub use certificate::{budget, certificate_facts};
pub use encrypted::unopened;
pub use human::{Shown, rendered};
pub use mask::masked;
pub use signature::{Unwrapped, unwrap};

use profile::lint::{Audience, CertificateFacts, lint_with, seen};
use profile::plist::Span;
use profile::{Finding, LineIndex, Payload, Profile, Schema, Severity, Timestamp};
use smime::Context;

/// Lints a profile, with facts about the certificates inside; of what could not be read there is nothing to say.
pub fn lint(
    cx: &Context<'_>,
    schema: &Schema,
    profile: &Profile,
    audience: impl Into<Audience>,
) -> Vec<Finding> {
    if !profile.is_readable() {
        return Vec::new();
    }
    let mut budget = budget();
    let facts: Vec<CertificateFacts> = seen(profile)
        .payloads
        .iter()
        .filter_map(|payload| certificate_facts(cx, payload, &mut budget))
        .collect();
    let mut findings = lint_with(schema, profile, audience, &facts, Timestamp(cx.now.0));
    let accounts = profile.payloads.iter().filter(|payload| payload.is("com.apple.eas.account"));
    let own = |payload| {
        Some((payload, facts.iter().find(|f| Some(f.payload_uuid.as_str()) == Payload::uuid(payload))?))
    };
    findings
        .extend(accounts.filter_map(own).filter_map(|(payload, facts)| inline_identity(cx, payload, facts)));
    findings
}

/// What is wrong with the dates of the identity that an Exchange account carries itself, in `Certificate`.
fn inline_identity(cx: &Context<'_>, payload: &Payload, facts: &CertificateFacts) -> Option<Finding> {
    let (first, last) = (facts.not_before?, facts.not_after?);
    let (rule, said) = match cx.now.0 {
        now if now < first.0 => {
            ("certificate-not-yet-valid", format!("is not valid before {}", first.to_rfc3339()))
        }
        now if now > last.0 => ("certificate-expired", format!("expired on {}", last.to_rfc3339())),
        _ => return None,
    };
    let known = profile::lint::rule(rule)?.description();
    let message = format!("the account's own certificate, {}, {said}", facts.subject);
    let finding = Finding::new(known.id, known.severity, message, known.reference);
    Some(finding.at(payload.span_of("Certificate")).help("look at another time with --clock"))
}

/// The word of the contract for a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Line and column of an offset, where the document has lines.
pub fn position(index: &LineIndex<'_>, offset: usize) -> (Option<u32>, Option<u32>) {
    if !index.has_lines() {
        return (None, None);
    }
    let (line, column) = index.position(offset);
    (u32::try_from(line).ok(), u32::try_from(column).ok())
}

/// Line and column of the beginning of a finding, where it has a place and the document lines.
pub fn beginning(index: &LineIndex<'_>, span: Option<Span>) -> (Option<u32>, Option<u32>) {
    span.map_or((None, None), |span| position(index, span.start()))
}
