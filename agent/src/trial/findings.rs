//! Findings: facts about the certificates inside, the linter's answer, and how both are shown.

use super::input::Input;
use crate::cli::TryArguments;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};
use profile::lint::{CertificateFacts, CertificateKind, KeyUsage, OpenError};
use profile::plist::{Format, Span};
use profile::{Finding, LineIndex, OsVersion, Payload, Severity, Timestamp};
use smime::cms::{CmsError, SignedContent};
use smime::pkcs12::{ProtectedPart, Protection, ProtectionAlgorithm};
use smime::{Certificate, Context, Pkcs12Error, PublicKeyAlgorithm, pkcs12};
use verdict::TrialFinding;

/// Lints what was read.
pub(super) fn lint(input: &mut Input, cx: &Context<'_>, os: OsVersion) {
    if !input.readable() {
        return;
    }
    let facts: Vec<CertificateFacts> =
        input.profile.payloads.iter().filter_map(|p| certificate_facts(cx, p)).collect();
    let found = profile::lint::lint(&input.profile, os, &facts, Timestamp(cx.now.0));
    input.findings.extend(found);
}

/// The signers of a signed profile, leaf first, and what is wrong with them. That nobody vouches for the signer is no
/// error: the phone shows the profile as not verified and installs it.
pub(super) fn signers(content: &SignedContent, findings: &mut Vec<Finding>) -> Vec<String> {
    const REFERENCE: &str = "Apple, Configuration Profile Reference: Signing a Profile";
    for signer in &content.signers {
        if let Err(error) = &signer.signature {
            let message = format!("the signature does not verify: {error}");
            findings.push(Finding::new("signature-broken", Severity::Error, message, REFERENCE));
        } else if signer.weak {
            let message = "the signature uses SHA-1";
            findings.push(Finding::new("signature-weak", Severity::Warning, message, REFERENCE));
        }
    }
    if content.signers.is_empty() {
        findings.push(Finding::new("signature-broken", Severity::Error, "nobody signed the profile", REFERENCE));
    }
    let leaf = content.signers.first().and_then(|s| s.certificate.clone());
    let mut chain: Vec<Certificate> = leaf.into_iter().collect();
    for certificate in &content.certificates {
        if !chain.contains(certificate) {
            chain.push(certificate.clone());
        }
    }
    chain.iter().map(Certificate::subject).collect()
}

/// The finding for a CMS wrapping that cannot be opened.
pub(super) fn broken_signature(error: &CmsError) -> Finding {
    let reference = "RFC 5652, 5; Apple, Configuration Profile Reference: Signing a Profile";
    let message = format!("the CMS signed-data around the profile cannot be read: {error}");
    Finding::new("signature-unreadable", Severity::Error, message, reference)
}

fn certificate_facts(cx: &Context<'_>, payload: &Payload) -> Option<CertificateFacts> {
    let kind = payload.payload_type()?;
    let bytes = payload.data("PayloadContent").ok().flatten()?;
    let payload_uuid = payload.uuid().unwrap_or_default().to_owned();
    match kind {
        "com.apple.security.pkcs12" => {
            let password = payload.string("Password").ok().flatten();
            Some(pkcs12_facts(cx, payload_uuid, bytes, password))
        }
        "com.apple.security.root" | "com.apple.security.pkcs1" | "com.apple.security.pem" => {
            let mut facts = CertificateFacts {
                payload_uuid,
                kind: CertificateKind::Certificate,
                ..CertificateFacts::default()
            };
            let read = Certificate::from_der(bytes).ok().or_else(|| {
                let mut all = Certificate::from_pem(bytes).ok()?;
                (all.len() == 1).then(|| all.remove(0))
            });
            match read {
                Some(certificate) => describe(&mut facts, &certificate),
                None => facts.open_error = Some(OpenError::Malformed),
            }
            Some(facts)
        }
        _ => None,
    }
}

fn pkcs12_facts(
    cx: &Context<'_>,
    payload_uuid: String,
    bytes: &[u8],
    password: Option<&str>,
) -> CertificateFacts {
    let mut facts =
        CertificateFacts { payload_uuid, kind: CertificateKind::Pkcs12, ..CertificateFacts::default() };
    match pkcs12::open(cx, bytes, password) {
        Ok(file) => {
            let (macs, pbes): (Vec<&Protection>, Vec<&Protection>) =
                file.algorithms.iter().partition(|p| p.part == ProtectedPart::Integrity);
            facts.pbe_algorithms = pbes.iter().map(|p| p.algorithm.to_string()).collect();
            facts.mac_digest = macs.first().and_then(|p| match p.algorithm {
                ProtectionAlgorithm::Hmac(digest) | ProtectionAlgorithm::Pbmac1 { mac: digest, .. } => {
                    Some(format!("{digest:?}").to_lowercase())
                }
                _ => None,
            });
            match file.identities.as_slice() {
                [identity] => {
                    facts.is_identity = true;
                    describe(&mut facts, &identity.certificate);
                }
                [] => facts.open_error = Some(OpenError::NoIdentity),
                many => facts.open_error = Some(OpenError::TooManyIdentities { count: many.len() }),
            }
        }
        Err(error) => {
            facts.open_error = Some(match error {
                Pkcs12Error::WrongPassword if password.is_none() => OpenError::PasswordNeeded,
                Pkcs12Error::WrongPassword => OpenError::WrongPassword,
                Pkcs12Error::NoIdentity { .. } => OpenError::NoIdentity,
                Pkcs12Error::Unsupported { oid } => {
                    OpenError::UnsupportedAlgorithm { name: oid.to_string() }
                }
                _ => OpenError::Malformed,
            });
        }
    }
    facts
}

fn describe(facts: &mut CertificateFacts, certificate: &Certificate) {
    facts.subject = certificate.subject();
    facts.emails = certificate.email_addresses();
    facts.not_before = Some(Timestamp(certificate.not_before().0));
    facts.not_after = Some(Timestamp(certificate.not_after().0));
    facts.is_ca = certificate.is_ca();
    facts.extended_key_usage =
        certificate.extended_key_usage().map(|all| all.iter().map(ToString::to_string).collect());
    facts.key_usage = certificate.key_usage().map(|u| KeyUsage {
        digital_signature: u.digital_signature(),
        non_repudiation: u.non_repudiation(),
        key_encipherment: u.key_encipherment(),
        data_encipherment: u.data_encipherment(),
        key_agreement: u.key_agreement(),
        key_cert_sign: u.key_cert_sign(),
    });
    (facts.key_algorithm, facts.key_bits) = match certificate.public_key_algorithm() {
        Ok(PublicKeyAlgorithm::Rsa { bits }) => (Some("rsaEncryption".to_owned()), Some(bits)),
        Ok(PublicKeyAlgorithm::Ec(curve)) => (Some(format!("ecPublicKey {curve:?}")), None),
        Ok(PublicKeyAlgorithm::Ed25519) => (Some("Ed25519".to_owned()), None),
        Err(_) => (None, None),
    };
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Line and column, where the document has lines.
fn position(index: &LineIndex, span: Option<Span>) -> (Option<u32>, Option<u32>) {
    let Some(span) = span.filter(|_| index.has_lines()) else { return (None, None) };
    let (line, column) = index.position(span.start);
    (u32::try_from(line).ok(), u32::try_from(column).ok())
}

/// The findings in the words of the contract.
pub(super) fn described(arguments: &TryArguments, input: &Input) -> Vec<TrialFinding> {
    let index = LineIndex::new(&input.inner);
    let file = arguments.profile.display().to_string();
    input
        .findings
        .iter()
        .map(|finding| {
            let (line, column) = position(&index, finding.span);
            TrialFinding {
                rule: finding.rule.to_owned(),
                severity: severity(finding.severity).to_owned(),
                message: finding.message.clone(),
                help: finding.help.clone(),
                file: file.clone(),
                line,
                column,
                reference: finding.reference.to_owned(),
            }
        })
        .collect()
}

/// The findings for people, each with its place in the source.
pub(super) fn rendered(input: &Input, coloured: bool) -> String {
    let theme = if coloured { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
    // Source lines are shown of UTF-8 text only; of anything else the place is named.
    let text = std::str::from_utf8(&input.inner).ok().filter(|_| input.profile.format != Format::Binary);
    let index = LineIndex::new(&input.inner);
    let mut out = String::new();
    for finding in &input.findings {
        let mut diagnostic = MietteDiagnostic::new(finding.message.clone())
            .with_code(finding.rule)
            .with_severity(match finding.severity {
                Severity::Info => miette::Severity::Advice,
                Severity::Warning => miette::Severity::Warning,
                Severity::Error => miette::Severity::Error,
            });
        if let Some(help) = &finding.help {
            diagnostic = diagnostic.with_help(help.clone());
        }
        let label = finding.span.filter(|_| text.is_some());
        if let Some(span) = label {
            let length = span.end.saturating_sub(span.start).clamp(1, 60);
            diagnostic = diagnostic.with_label(LabeledSpan::new(None, span.start, length));
        }
        let mut report = Report::new(diagnostic);
        if let (Some(text), Some(_)) = (text, label) {
            report = report.with_source_code(NamedSource::new(input.name.clone(), text.to_owned()));
        }
        // A report that cannot be drawn is named all the same.
        if handler.render_report(&mut out, report.as_ref()).is_err() {
            out.push_str(&finding.message);
        }
        if label.is_none() {
            let place = match position(&index, finding.span) {
                (Some(line), Some(column)) => format!("{}:{line}:{column}", input.name),
                _ => match finding.span {
                    Some(span) => format!("{} at octet {}", input.name, span.start),
                    None => input.name.clone(),
                },
            };
            out.push_str(&format!("   at {place}\n"));
        }
        out.push('\n');
    }
    out
}
