//! What is found about a compiled profile, told of the policy that it was compiled from.

use crate::findings;
use intent::{CertificateRole, Compiled, EmailProfile, MAPPING, Resolved, written};
use profile::graph::Finding;
use profile::graph::json::Json;
use profile::lint::Audience;
use profile::plist::Value;
use profile::{OsVersion, Profile, Schema, Severity};
use smime::Context;

/// Rules of the linter with what the compiler says of the same.
const SAME: [(&str, &str); 14] = [
    // The phone asks for the password.
    ("certificate-cannot-open", "policy-link-password"),
    ("pkcs12-password-missing", "policy-link-password"),
    ("eas-host-form", "policy-host-form"),
    ("eas-host-missing", "policy-setting-missing"),
    ("display-name-missing", "policy-setting-missing"),
    ("email-form", "policy-address-form"),
    ("email-missing", "policy-user-attribute"),
    ("eas-no-service", "policy-no-service"),
    ("eas-oauth-host-ignored", "policy-oauth-host-ignored"),
    ("eas-scope-open", "policy-scope-open"),
    ("eas-dead-mail-settings", "policy-dead-mail-settings"),
    ("smime-encryption-per-device", "policy-encryption-per-device"),
    ("scep-subject-comma", "policy-scep-comma"),
    ("scep-address-missing", "policy-scep-url"),
];

/// Rules that the time decides: what a policy says does not change with it.
pub const OF_TIME: [&str; 3] =
    ["certificate-expired", "certificate-not-yet-valid", "certificate-expires-soon"];

/// Says what the linter finds about a compiled profile and `known` does not have yet, from a severity up. Each finding
/// stands at the setting that the key comes from.
pub fn linted(
    cx: &Context<'_>,
    email: &EmailProfile,
    resolved: &Resolved,
    compiled: &Compiled,
    ios: OsVersion,
    (least, known): (Severity, &[Finding]),
) -> Vec<Finding> {
    // Read as it is written, so that everything has its place.
    let (profile, _) = profile::parse(&profile::write_xml(&compiled.configuration));
    let audience = Audience { os: ios, supervised: false };
    let missing = |role: CertificateRole| {
        let there = match role {
            CertificateRole::Authentication => &resolved.certificates.authentication,
            CertificateRole::Signing => &resolved.certificates.signing,
            CertificateRole::Encryption => &resolved.certificates.encryption,
        };
        role.wanted(&resolved.policy).is_some() && there.is_none()
    };
    // Of an identity that is not there it was said already.
    let of_missing = |rule: &str| {
        (rule.starts_with("smime-signing-") && missing(CertificateRole::Signing))
            || (rule.starts_with("smime-encryption-") && missing(CertificateRole::Encryption))
            || (rule == "eas-basic-authentication" && missing(CertificateRole::Authentication))
    };
    let said = |rule: &str| {
        let same = SAME.iter().filter(|(own, _)| *own == rule).map(|(_, same)| *same);
        same.into_iter().any(|same| known.iter().any(|finding| finding.rule == same))
    };
    let mut found = unwritable(email, compiled, known);
    for finding in findings::lint(cx, Schema::builtin(), &profile, audience) {
        let rule = finding.rule;
        if finding.severity < least || OF_TIME.contains(&rule) || of_missing(rule) || said(rule) {
            continue;
        }
        let setting = finding.span.and_then(|span| setting(&profile, span)).unwrap_or_default();
        let resource = &email.resource;
        let told =
            resource.finding(rule, finding.severity, setting, finding.message.clone(), finding.reference);
        let told = match finding.help {
            Some(help) => told.help(help),
            None => told,
        };
        let same = |other: &Finding| other.path == told.path && other.severity >= told.severity;
        if setting.is_empty() || !known.iter().any(same) {
            found.push(told);
        }
    }
    found
}

/// Says which texts of a compiled profile hold characters that XML cannot: they are replaced as it is written. What the
/// policy's own settings hold was told of the policy; here are names of users and of certificates.
fn unwritable(email: &EmailProfile, compiled: &Compiled, known: &[Finding]) -> Vec<Finding> {
    if known.iter().any(|finding| finding.rule == TEXT) {
        return Vec::new();
    }
    let mut keys = Vec::new();
    texts("", &compiled.configuration, &mut keys);
    keys.sort();
    keys.dedup();
    let one = |key: String| {
        let setting = MAPPING.iter().find(|row| row.key == key).map_or("", |row| row.setting);
        let setting = if setting.contains(' ') { "" } else { setting };
        let message =
            format!("{key} gets characters that a profile cannot hold; they are replaced by U+FFFD");
        let finding = email.resource.finding(TEXT, Severity::Error, setting, message, "XML 1.0, section 2.2");
        finding.help("take them out of the names of users and certificates")
    };
    keys.into_iter().map(one).collect()
}

const TEXT: &str = "policy-text-characters";

/// The keys below which there are such texts. A compiled profile is a few levels deep.
fn texts(key: &str, value: &Value, keys: &mut Vec<String>) {
    let forbidden = |c: char| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    match value {
        Value::String(text) if text.contains(forbidden) => keys.push(key.to_owned()),
        Value::Dictionary(dictionary) => {
            dictionary.entries.iter().for_each(|entry| texts(&entry.key, &entry.node.value, keys));
        }
        Value::Array(items) => items.iter().for_each(|item| texts(key, &item.value, keys)),
        _ => {}
    }
}

/// The setting behind what stands at a place of a compiled profile: that of the key, or the link to the identity.
fn setting(profile: &Profile, span: profile::plist::Span) -> Option<&'static str> {
    let account = profile.payloads.iter().find(|payload| payload.is("com.apple.eas.account"))?;
    let entry = account.dictionary().entries.iter().find(|entry| entry.node.span == span);
    if let Some(row) = entry.and_then(|entry| MAPPING.iter().find(|row| row.key == &*entry.key)) {
        return Some(row.setting).filter(|setting| !setting.contains(' '));
    }
    let within = |payload: &&profile::Payload| {
        payload.span.start() <= span.start() && span.end() <= payload.span.end()
    };
    let uuid = profile.payloads.iter().find(within)?.uuid()?;
    let intent = intent::read(profile).ok()?;
    let roles = [
        (CertificateRole::Authentication, intent.identity),
        (CertificateRole::Signing, intent.smime.signing_identity),
        (CertificateRole::Encryption, intent.smime.encryption_identity),
    ];
    roles.into_iter().find(|(_, named)| named.as_deref() == Some(uuid)).map(|(role, _)| role.link())
}

/// Names what the policy says and no profile carries, so that it does not come back by an import.
pub fn not_carried(email: &EmailProfile) -> Option<Finding> {
    let resource = &email.resource;
    let settings = written(&email.policy);
    let known = resource.graph_type()?;
    let mut names: Vec<String> = Vec::new();
    for member in resource.members() {
        let name = member.name.as_str();
        let null = member.node.value == Json::Null;
        let own = settings.get(name);
        if known.member(name).is_none() || names.iter().any(|known| known == name) {
            continue;
        }
        match own {
            // What is not set counts, and comes back, as in the untouched form.
            Some(value) if null && !value.is_null() => names.push(format!("{name} (null)")),
            None if !null && resource.link(name).is_none() => names.push(name.to_owned()),
            _ => {}
        }
    }
    if names.is_empty() {
        return None;
    }
    let message = format!("no profile carries {}: an import does not bring it back", names.join(", "));
    Some(resource.finding("policy-not-carried", Severity::Info, "", message, "EAS-001"))
}
