//! The signature around a profile: what is inside, who signed, what is wrong with it.

use super::without_armour;
use profile::{Finding, lint};
use smime::cms::{CmsError, SignedContent};
use smime::{Certificate, Context, TrustStore, cms};
use std::borrow::Cow;

/// A document without the signature around it.
#[derive(Debug)]
pub struct Unwrapped<'a> {
    /// The bytes inside, which spans refer to; empty where the wrapping cannot be opened.
    pub inner: Cow<'a, [u8]>,
    /// There is a signature.
    pub signed: bool,
    /// The subjects of the signer's chain, leaf first.
    pub signer: Vec<String>,
    /// What is wrong with the signature.
    pub findings: Vec<Finding>,
}

/// Takes the signature off a document, if it has one. That nobody vouches for the signer is no error: the phone shows
/// the profile as not verified and installs it.
pub fn unwrap<'a>(cx: &Context<'_>, bytes: &'a [u8]) -> Unwrapped<'a> {
    let mut findings = Vec::new();
    if let Some(binary) = without_armour(bytes) {
        let Unwrapped { inner, signed, signer, findings: inside } = unwrap(cx, &binary);
        let message = "this is the text form of a signed profile (PEM); phones take the binary form";
        let armoured = finding("signature-unreadable", message);
        findings.push(armoured.help("sign with -outform DER, or decode what stands between the dashes"));
        findings.extend(inside);
        return Unwrapped { inner: Cow::Owned(inner.into_owned()), signed, signer, findings };
    }
    if !cms::is_cms(bytes) {
        return Unwrapped { inner: Cow::Borrowed(bytes), signed: false, signer: Vec::new(), findings };
    }
    match cms::open_signed(cx, bytes, &TrustStore::new()) {
        Ok(content) => {
            let signer = signers(cx, &content, &mut findings);
            Unwrapped { inner: Cow::Owned(content.content), signed: true, signer, findings }
        }
        Err(error) => {
            findings.push(unreadable(&error));
            Unwrapped { inner: Cow::Borrowed(&[]), signed: true, signer: Vec::new(), findings }
        }
    }
}

/// A finding of one of the documented rules about signatures.
fn finding(rule: &'static str, message: impl Into<String>) -> Finding {
    let known = lint::rule(rule).map(|rule| rule.description());
    let severity = known.map_or(profile::Severity::Error, |known| known.severity);
    Finding::new(rule, severity, message, known.map_or("", |known| known.reference))
}

fn signers(cx: &Context<'_>, content: &SignedContent, findings: &mut Vec<Finding>) -> Vec<String> {
    for signer in &content.signers {
        if let Some(certificate) = &signer.certificate {
            let date = |t: smime::Timestamp| profile::Timestamp(t.0).to_rfc3339();
            let (rule, message) = if cx.now < certificate.not_before() {
                (
                    "certificate-not-yet-valid",
                    format!("is not valid before {}", date(certificate.not_before())),
                )
            } else if cx.now > certificate.not_after() {
                ("certificate-expired", format!("expired on {}", date(certificate.not_after())))
            } else {
                ("", String::new())
            };
            if !rule.is_empty() {
                let who = certificate.display_name();
                let message = format!("the certificate of the profile's signer, {who}, {message}");
                findings.push(finding(rule, message).help("look at another time with --clock"));
            }
        }
        if let Err(error) = &signer.signature {
            findings.push(finding("signature-broken", format!("the signature does not verify: {error}")));
        } else if signer.weak {
            findings.push(finding("signature-weak", "the signature uses SHA-1"));
        }
    }
    if content.signers.is_empty() {
        findings.push(finding("signature-broken", "nobody signed the profile"));
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
fn unreadable(error: &CmsError) -> Finding {
    let message = format!("the CMS signed-data around the profile cannot be read: {error}");
    finding("signature-unreadable", message)
}
