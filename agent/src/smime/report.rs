//! What is told of a message that was verified or decrypted: fixtures/schema/smime-verify.schema.json and
//! smime-decrypt.schema.json, or text.

use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use crate::tools::clean;
use profile::Timestamp;
use serde_json::{Value, json};
use smime::cms::AgreementWrap;
use smime::cms::outline::oid_name;
use smime::message::stream::{Decryption, Outermost, Verification};
use smime::message::{
    AddressMatch, DecryptError, EncryptedLayer, KeyEncryption, KeyTransport, OuterField, RecipientId,
    SignatureError, SignerReport,
};
use smime::{
    BulkCipher, Certificate, DigestAlgorithm, Identity, ObjectIdentifier, PathError, RevocationProblem,
    RevocationStatus, SignatureScheme, Weakness,
};
use std::io::Write;

/// The version of the JSON.
const SCHEMA_VERSION: u32 = 1;

/// Where a report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    StandardOutput,
    /// The content has standard output.
    StandardError,
}

/// With which line ends a signature over the content of a file was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnds {
    AsTheyAre,
    /// They are not CRLF in the file.
    MadeCrlf,
}

fn tell(channel: Channel, text: &str) -> Result<(), Failure> {
    match channel {
        Channel::StandardOutput => print::standard_output(text),
        Channel::StandardError => {
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
            Ok(())
        }
    }
}

/// Tells what came of verifying.
///
/// # Errors
/// [`Failure::Print`].
pub(super) fn verification(
    file: &str,
    found: &Verification,
    line_ends: Option<LineEnds>,
    format: Format,
    at: smime::Timestamp,
    channel: Channel,
) -> Result<(), Failure> {
    match format {
        Format::Json => tell(channel, &format!("{:#}\n", verification_json(found, line_ends, at))),
        Format::Human => tell(channel, &verification_text(file, found, line_ends)),
    }
}

fn verification_json(found: &Verification, line_ends: Option<LineEnds>, at: smime::Timestamp) -> Value {
    let verified = found.is_verified();
    let reason = match (verified, found.signers.is_empty()) {
        (true, _) => Value::Null,
        (false, true) => json!({ "code": "not-signed", "message": unsigned(found.outermost) }),
        (false, false) => found
            .signers
            .iter()
            .find_map(reason)
            .map_or(Value::Null, |(code, message)| json!({ "code": code, "message": message })),
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "verified": verified,
        "reason": reason,
        "judged_at": rfc3339(at),
        "form": form(found.outermost),
        "from": found.senders,
        "content_line_ends": line_ends.map(|line_ends| match line_ends {
            LineEnds::AsTheyAre => "as-they-are",
            LineEnds::MadeCrlf => "made-crlf",
        }),
        "content_type": found.content_type.as_ref().map(ToString::to_string),
        "notes": facts(notes(found.content_type.as_ref(), found.expanded, found.unclosed)),
        "signers": found.signers.iter().map(signer_json).collect::<Vec<_>>(),
        "certificates": found.certificates.iter().map(certificate_json).collect::<Vec<_>>(),
        "protected_headers": found.protected_headers.as_ref().map(|headers| json!({
            "fields": headers
                .fields
                .iter()
                .map(|field| json!({
                    "name": field.name,
                    "value": field.value,
                    "differs_outside": field.mismatched(),
                }))
                .collect::<Vec<_>>(),
            "from_differs": headers.from_differs,
        })),
    })
}

/// Tells in JSON that there is nothing to judge.
///
/// # Errors
/// [`Failure::Print`].
pub(super) fn unreadable(message: &str, at: smime::Timestamp, channel: Channel) -> Result<(), Failure> {
    let value = json!({
        "schema_version": SCHEMA_VERSION,
        "verified": false,
        "reason": { "code": "unreadable", "message": message },
        "judged_at": rfc3339(at),
        "form": "unreadable",
        "from": [],
        "content_line_ends": null,
        "content_type": null,
        "notes": [],
        "signers": [],
        "certificates": [],
        "protected_headers": null,
    });
    tell(channel, &format!("{value:#}\n"))
}

/// Codes and sentences.
fn facts(found: Vec<(&'static str, String)>) -> Vec<Value> {
    found.into_iter().map(|(code, message)| json!({ "code": code, "message": message })).collect()
}

/// What is unusual with a message and speaks neither for nor against it.
fn notes(
    content_type: Option<&ObjectIdentifier>,
    expanded: bool,
    unclosed: bool,
) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    // Expanded content is mail again.
    if let Some(kind) = content_type.filter(|kind| !expanded && oid_name(kind) != Some("data")) {
        found.push(("content-type", format!("the content is no mail: it is {}", kind_name(kind))));
    }
    if expanded {
        found.push(("compressed-inside", "the content was compressed; it is taken expanded".to_owned()));
    }
    if unclosed {
        let message =
            "the last boundary of the multipart is missing; what stands behind the signature may be cut off";
        found.push(("unclosed-multipart", message.to_owned()));
    }
    found
}

/// The name of a content type, where it has one that is known.
fn kind_name(kind: &ObjectIdentifier) -> String {
    oid_name(kind).map_or_else(|| format!("of the type {kind}"), |name| format!("{name} ({kind})"))
}

fn signer_json(signer: &SignerReport) -> Value {
    let certificate = signer.certificate.as_ref();
    let path = signer.path.as_ref().ok();
    json!({
        "subject": certificate.map(Certificate::subject),
        "issuer": certificate.map(Certificate::issuer),
        "serial": certificate.map(Certificate::serial_hex),
        "addresses": certificate.map(Certificate::email_addresses).unwrap_or_default(),
        "digest": signer.digest.map(digest),
        "algorithm": signer.scheme.map(scheme),
        "signing_time": signer.signing_time.map(rfc3339),
        "valid": signer.valid(),
        "signature_holds": signer.signature.is_ok(),
        "trusted": signer.path.is_ok(),
        "reason": reason(signer).map(|(code, message)| json!({ "code": code, "message": message })),
        "weaknesses": weaknesses(signer)
            .into_iter()
            .map(|(code, message)| json!({ "code": code, "message": message }))
            .collect::<Vec<_>>(),
        "from_match": from_match(signer),
        "chain": path.map(|path| path.certificates.iter().map(Certificate::subject).collect::<Vec<_>>()),
        "revocation": path.map(|path| {
            path.certificates.iter().zip(&path.revocation).map(|(c, s)| revocation(c, s)).collect::<Vec<_>>()
        }),
        "countersignatures": signer.countersignatures.len(),
    })
}

fn certificate_json(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "serial": certificate.serial_hex(),
        "not_before": rfc3339(certificate.not_before()),
        "not_after": rfc3339(certificate.not_after()),
    })
}

fn verification_text(file: &str, found: &Verification, line_ends: Option<LineEnds>) -> String {
    let file = clean(file);
    if found.signers.is_empty() {
        return format!("{file}: not verified: {}\n", unsigned(found.outermost));
    }
    let mut out = match found.is_verified() {
        true => format!("{file}: verified\n"),
        false => format!("{file}: not verified\n"),
    };
    let mut line = |name: &str, text: &str| out.push_str(&format!("  {name:<9}{}\n", clean(text)));
    for signer in &found.signers {
        match &signer.certificate {
            Some(certificate) => {
                line("signer", &certificate.subject());
                let addresses = certificate.email_addresses();
                if !addresses.is_empty() {
                    line("address", &addresses.join(", "));
                }
            }
            None => line("signer", "unknown: the certificate is not in the message"),
        }
        let how: Vec<String> = [
            signer.digest.map(|d| digest(d).to_owned()),
            signer.scheme.map(|s| scheme(s).to_owned()),
            signer.signing_time.map(|time| format!("at {}", rfc3339(time))),
        ]
        .into_iter()
        .flatten()
        .collect();
        line("signed", &how.join(", "));
        if let Ok(path) = &signer.path {
            let chain: Vec<_> = path.certificates.iter().map(Certificate::display_name).collect();
            line("chain", &chain.join(" < "));
        }
        match &signer.address {
            AddressMatch::Match if signer.address_case_differs => {
                line("from", &format!("{} but for the case of the local part", found.senders.join(", ")));
            }
            AddressMatch::Match => line("from", &found.senders.join(", ")),
            AddressMatch::NotChecked => line("from", "not compared with the certificate"),
            AddressMatch::Mismatch { .. } | AddressMatch::Unreadable { .. } => {}
        }
        if let Ok(path) = &signer.path {
            for (certificate, status) in path.certificates.iter().zip(&path.revocation) {
                if let Some(told) = revocation_text(certificate, status) {
                    line("revoked", &told);
                }
            }
        }
        for (_, weakness) in weaknesses(signer) {
            line("weak", &weakness);
        }
        match reason(signer) {
            Some((_, message)) => line("refused", &message),
            None => line("result", "valid"),
        }
    }
    if line_ends == Some(LineEnds::MadeCrlf) {
        line("content", "text whose line ends were made CRLF, as it was signed; the file has others");
    }
    for (_, note) in notes(found.content_type.as_ref(), found.expanded, found.unclosed) {
        line("note", &note);
    }
    if let Some(headers) = &found.protected_headers {
        let all_missing = headers.fields.iter().all(|field| field.outer == OuterField::Missing);
        if headers.unprotected.is_empty() && all_missing && !headers.fields.is_empty() {
            line("header", "there is none outside to compare with the one that was signed");
        } else {
            for field in headers.mismatches() {
                line("header", &format!("{} was {} when it was signed", field.name, field.value));
            }
        }
    }
    out
}

/// Why there is nothing to verify.
fn unsigned(outermost: Outermost) -> String {
    let reason = match outermost {
        Outermost::Other { content_type } => {
            return format!("it is not signed: it is {}", kind_name(&content_type));
        }
        Outermost::Compressed => "it is not signed: it is compressed, and nothing in it is signed",
        Outermost::CertificatesOnly => "it carries certificates and no signature",
        Outermost::Encrypted => "it is encrypted; decrypt it first: handset smime decrypt",
        Outermost::Plain => "it is not signed; whether a part of it is, handset smime inspect shows",
        _ => "it has no signature",
    };
    reason.to_owned()
}

fn form(outermost: Outermost) -> &'static str {
    match outermost {
        Outermost::MultipartSigned => "multipart-signed",
        Outermost::SignedData => "signed-data",
        Outermost::CertificatesOnly => "certs-only",
        Outermost::DetachedSignature => "detached-signature",
        Outermost::Encrypted => "encrypted",
        Outermost::Compressed => "compressed",
        Outermost::Other { .. } => "other-cms",
        _ => "plain",
    }
}

/// Why a signer is not valid: a code and a sentence.
fn reason(signer: &SignerReport) -> Option<(&'static str, String)> {
    if let Err(error) = &signer.signature {
        return Some((signature_code(error), error.to_string()));
    }
    if let Err(error) = &signer.path {
        return Some((path_code(error), path_sentence(error)));
    }
    match &signer.address {
        AddressMatch::Mismatch { from, certificate } => Some((
            "from-mismatch",
            format!("the sender {from} is not among the certificate's addresses: {}", certificate.join(", ")),
        )),
        AddressMatch::Unreadable { from, certificate } => Some((
            "from-unreadable",
            format!(
                "the sender cannot be read without doubt, and so not be compared with the certificate's addresses ({}): \
                 From is {from:?}",
                certificate.join(", ")
            ),
        )),
        _ => None,
    }
}

fn signature_code(error: &SignatureError) -> &'static str {
    match error {
        SignatureError::NoCertificate => "no-certificate",
        SignatureError::UnsupportedDigest { .. } => "unsupported-digest",
        SignatureError::UnsupportedSignature { .. } => "unsupported-signature",
        SignatureError::UnsupportedKey { .. } => "unsupported-key",
        SignatureError::UndeclaredDigest { .. } => "undeclared-digest",
        SignatureError::Mismatch => "algorithm-mismatch",
        SignatureError::NoAttributes => "no-signed-attributes",
        SignatureError::Attribute { .. } => "bad-signed-attribute",
        SignatureError::ContentType => "content-type",
        SignatureError::SigningCertificate => "other-signing-certificate",
        SignatureError::Content => "content-changed",
        SignatureError::Signature => "signature-wrong",
        SignatureError::Sha1 => "sha1-digest",
        SignatureError::Lifted => "lifted",
        _ => "crypto",
    }
}

/// Why a path is refused, with times as dates and a purpose by its name.
fn path_sentence(error: &PathError) -> String {
    match error {
        PathError::Expired { not_after, at, .. } => {
            format!("{error}: it was valid until {}, and it is {}", rfc3339(*not_after), rfc3339(*at))
        }
        PathError::NotYetValid { not_before, at, .. } => {
            format!("{error}: it is valid from {}, and it is {}", rfc3339(*not_before), rfc3339(*at))
        }
        PathError::ExtendedKeyUsage { needed, .. } => match oid_name(needed) {
            Some(name) => error.to_string().replace(&needed.to_string(), name),
            None => error.to_string(),
        },
        error => error.to_string(),
    }
}

fn path_code(error: &PathError) -> &'static str {
    match error {
        PathError::Expired { .. } => "expired",
        PathError::NotYetValid { .. } => "not-yet-valid",
        PathError::NoTrustedRoot { .. } => "no-trusted-root",
        PathError::NotACa { .. } => "not-a-ca",
        PathError::KeyUsage { .. } => "key-usage",
        PathError::ExtendedKeyUsage { .. } => "extended-key-usage",
        PathError::PathLength { .. } => "path-length",
        PathError::BadSignature { .. } => "bad-certificate-signature",
        PathError::UnsupportedSignature { .. } => "unsupported-certificate-signature",
        PathError::UnknownCriticalExtension { .. } => "unknown-critical-extension",
        PathError::NameConstraint { .. } => "name-constraint",
        PathError::UnsupportedNameConstraint { .. } => "unsupported-name-constraint",
        PathError::NoValidPolicy { .. } | PathError::AnyPolicyMapped { .. } => "policy",
        PathError::Revoked { .. } => "revoked",
        PathError::RevocationUnknown { .. } => "revocation-unknown",
        PathError::Weak(_) => "weak",
        _ => "no-path",
    }
}

/// What is weak: a code and a sentence each.
fn weaknesses(signer: &SignerReport) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if signer.digest == Some(DigestAlgorithm::Sha1) {
        found.push(("sha1-digest", SignatureError::Sha1.to_string()));
    }
    if let Ok(path) = &signer.path {
        found.extend(path.weak.iter().map(|weakness| {
            let code = match weakness {
                Weakness::Sha1Certificate { .. } => "sha1-certificate",
                Weakness::Sha1Revocation { .. } => "sha1-revocation",
                Weakness::UnknownKey { .. } => "unknown-key",
                Weakness::SmallRsaKey { .. } => "small-rsa-key",
                _ => "weak",
            };
            (code, weakness.to_string())
        }));
    }
    // The time is the signer's word, of which RFC 5652, 11.3 asks nothing.
    if let (Some(time), Some(certificate)) = (signer.signing_time, &signer.certificate)
        && !certificate.valid_at(time)
    {
        let (from, until) = (rfc3339(certificate.not_before()), rfc3339(certificate.not_after()));
        let message = format!(
            "it says that it was signed at {}, when its certificate was not valid: from {from} until {until}",
            rfc3339(time)
        );
        found.push(("signing-time", message));
    }
    found
}

fn from_match(signer: &SignerReport) -> &'static str {
    match (&signer.address, signer.address_case_differs) {
        (AddressMatch::Match, false) => "match",
        (AddressMatch::Match, true) => "match-but-for-case",
        (AddressMatch::Mismatch { .. }, _) => "mismatch",
        (AddressMatch::Unreadable { .. }, _) => "unreadable",
        (AddressMatch::NotChecked, _) => "not-checked",
    }
}

/// What is known of a certificate's revocation; what was asked for and is not known is told too.
fn revocation_text(certificate: &Certificate, status: &RevocationStatus) -> Option<String> {
    let subject = certificate.subject();
    Some(match status {
        RevocationStatus::NotChecked => return None,
        RevocationStatus::Good { next_update: Some(until), .. } => {
            format!("no, {subject}, as known until {}", rfc3339(*until))
        }
        RevocationStatus::Good { next_update: None, .. } => format!("no, {subject}"),
        RevocationStatus::Unknown(problem) => {
            let more = match problem {
                RevocationProblem::Stale { next_update } => format!(" since {}", rfc3339(*next_update)),
                RevocationProblem::NotYetValid { this_update } => {
                    format!(" before {}", rfc3339(*this_update))
                }
                RevocationProblem::NoInformation => {
                    " among the lists and responses that were given: they are of other issuers or about \
                     other certificates"
                        .to_owned()
                }
                _ => String::new(),
            };
            format!("NOT KNOWN, {subject}: {problem}{more}")
        }
    })
}

fn revocation(certificate: &Certificate, status: &RevocationStatus) -> Value {
    let (name, next_update, problem) = match status {
        RevocationStatus::NotChecked => ("not-checked", None, None),
        RevocationStatus::Good { next_update, .. } => ("good", Some(next_update.map(rfc3339)), None),
        RevocationStatus::Unknown(problem) => ("unknown", None, Some(problem.to_string())),
    };
    let mut told = json!({
        "subject": certificate.subject(),
        "serial": certificate.serial_hex(),
        "status": name,
    });
    if let Some(next_update) = next_update {
        told["next_update"] = json!(next_update);
    }
    if let Some(problem) = problem {
        told["problem"] = json!(problem);
    }
    told
}

/// Tells what came of decrypting.
///
/// # Errors
/// [`Failure::Print`].
pub(super) fn decryption(
    file: &str,
    found: &Decryption,
    identity: Option<&Identity>,
    from_differs: bool,
    format: Format,
    channel: Channel,
) -> Result<(), Failure> {
    if from_differs {
        print::standard_error(format_args!("handset: warning: {}: {FROM_DIFFERS}", clean(file)));
    }
    match format {
        Format::Json => tell(channel, &format!("{:#}\n", decryption_json(found, identity, from_differs))),
        Format::Human => tell(Channel::StandardError, &decryption_text(file, found)),
    }
}

/// Tells in JSON that there is nothing to decrypt.
///
/// # Errors
/// [`Failure::Print`].
pub(super) fn unreadable_to_decrypt(message: &str, channel: Channel) -> Result<(), Failure> {
    let value = json!({
        "schema_version": SCHEMA_VERSION,
        "decrypted": false,
        "reason": { "code": "unreadable", "message": message },
        "form": "unreadable",
        "content_type": null,
        "notes": [],
        "cipher": null,
        "key_encryption": null,
        "authenticated": false,
        "authenticated_time": null,
        "weaknesses": [],
        "recipients": [],
        "identity": null,
    });
    tell(channel, &format!("{value:#}\n"))
}

/// Why a message is not opened: a code and a sentence.
fn closed(found: &Decryption) -> Option<(&'static str, String)> {
    let Some(layer) = &found.layer else {
        let what = match found.outermost {
            Outermost::Other { content_type } => {
                return Some((
                    "not-encrypted",
                    format!("it is not encrypted: it is {}", kind_name(&content_type)),
                ));
            }
            Outermost::Compressed => "it is not encrypted: it is compressed, and nothing in it is encrypted",
            Outermost::Plain => "it is not encrypted; whether a part of it is, handset smime inspect shows",
            // Whether anybody signed, the end of it would tell.
            Outermost::SignedData => {
                "it is signed outside, or carries certificates alone; take the signature off first: handset smime verify"
            }
            _ => "it is signed outside; take the signature off first: handset smime verify",
        };
        return Some(("not-encrypted", what.to_owned()));
    };
    let error = layer.opened_by.as_ref().err()?;
    let code = match error {
        DecryptError::NoIdentity => "no-identity",
        DecryptError::UnsupportedCipher { .. } => "unsupported-cipher",
        DecryptError::UnsupportedKeyEncryption { .. } => "unsupported-key-encryption",
        DecryptError::Key(_) => "key",
        _ => "failed",
    };
    Some((code, format!("{error}; it is encrypted {}", recipients(&layer.recipients))))
}

/// To whom or with what something is encrypted.
fn recipients(found: &[RecipientId]) -> String {
    let (mut certificates, mut others) = (Vec::new(), Vec::new());
    for recipient in found {
        let other = match recipient {
            RecipientId::IssuerSerial { .. } | RecipientId::KeyId(_) => {
                certificates.push(recipient.to_string());
                continue;
            }
            RecipientId::Password => "with a password",
            RecipientId::SharedKey => "with a key that both sides have",
            _ => "in a way that is not known",
        };
        if !others.contains(&other) {
            others.push(other);
        }
    }
    match (certificates.as_slice(), others.as_slice()) {
        ([], []) => "to nobody".to_owned(),
        ([], others) => format!("{}, not to certificates", others.join(" and ")),
        (certificates, []) => format!("to {}", certificates.join(", ")),
        (certificates, others) => format!("to {}, and {}", certificates.join(", "), others.join(" and ")),
    }
}

fn decryption_json(found: &Decryption, identity: Option<&Identity>, from_differs: bool) -> Value {
    let layer = found.layer.as_ref();
    let mut notes = notes(found.content_type.as_ref(), found.expanded, false);
    notes.extend(from_differs.then(|| ("from-differs", FROM_DIFFERS.to_owned())));
    json!({
        "schema_version": SCHEMA_VERSION,
        "decrypted": layer.is_some_and(|layer| layer.opened_by.is_ok()),
        "reason": closed(found).map(|(code, message)| json!({ "code": code, "message": message })),
        "form": form(found.outermost),
        "content_type": found.content_type.as_ref().map(ToString::to_string),
        "notes": facts(notes),
        "cipher": layer.and_then(|layer| layer.cipher).map(cipher),
        "key_encryption": layer.and_then(|layer| layer.key_encryption).map(key_encryption),
        "authenticated": layer.is_some_and(|layer| layer.authenticated),
        "authenticated_time": layer.and_then(|layer| layer.authenticated_time).map(rfc3339),
        "weaknesses": layer.map(cipher_weaknesses).unwrap_or_default(),
        "recipients":
            layer.map(|l| l.recipients.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap_or_default(),
        "identity": identity.map(|identity| identity.certificate.subject()),
    })
}

fn cipher_weaknesses(layer: &EncryptedLayer) -> Vec<Value> {
    let message = layer.cipher.filter(|_| layer.legacy).map(legacy);
    message.map(|message| json!({ "code": "legacy-cipher", "message": message })).into_iter().collect()
}

fn legacy(found: BulkCipher) -> String {
    format!("the content cipher {} is too old to trust", cipher(found))
}

fn decryption_text(file: &str, found: &Decryption) -> String {
    let file = clean(file);
    if let Some((_, message)) = closed(found) {
        return format!("handset: {file}: not decrypted: {}\n", clean(&message));
    }
    let mut out = match found.layer.as_ref().and_then(|layer| layer.cipher.filter(|_| layer.legacy)) {
        Some(cipher) => format!("handset: warning: {file}: {}\n", legacy(cipher)),
        None => String::new(),
    };
    for (_, note) in notes(found.content_type.as_ref(), found.expanded, false) {
        out.push_str(&format!("handset: note: {file}: {note}\n"));
    }
    out
}

/// A message whose header was put back has another sender inside, which nobody signed.
const FROM_DIFFERS: &str = "From is another one inside the encryption; what was written has the one outside, and \
                            without a signature neither is sure";

fn rfc3339(time: smime::Timestamp) -> String {
    Timestamp(time.0).to_rfc3339()
}

fn digest(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "sha1",
        DigestAlgorithm::Sha224 => "sha224",
        DigestAlgorithm::Sha256 => "sha256",
        DigestAlgorithm::Sha384 => "sha384",
        DigestAlgorithm::Sha512 => "sha512",
    }
}

fn scheme(scheme: SignatureScheme) -> &'static str {
    match scheme {
        SignatureScheme::RsaPkcs1(_) => "rsa-pkcs1-v1.5",
        SignatureScheme::RsaPss { .. } => "rsa-pss",
        SignatureScheme::Ecdsa(_) => "ecdsa",
        SignatureScheme::Ed25519 => "ed25519",
    }
}

fn cipher(cipher: BulkCipher) -> String {
    match cipher {
        BulkCipher::Aes128Cbc => "aes-128-cbc".to_owned(),
        BulkCipher::Aes192Cbc => "aes-192-cbc".to_owned(),
        BulkCipher::Aes256Cbc => "aes-256-cbc".to_owned(),
        BulkCipher::Aes128Gcm => "aes-128-gcm".to_owned(),
        BulkCipher::Aes256Gcm => "aes-256-gcm".to_owned(),
        BulkCipher::TripleDesCbc => "3des-cbc".to_owned(),
        BulkCipher::DesCbc => "des-cbc".to_owned(),
        BulkCipher::Rc2Cbc { effective_bits } => format!("rc2-{effective_bits}-cbc"),
    }
}

fn key_encryption(found: KeyEncryption) -> String {
    match found {
        KeyEncryption::Transport(KeyTransport::Pkcs1) => "rsa-v15".to_owned(),
        KeyEncryption::Transport(KeyTransport::Oaep { digest: d, mgf }) if d == mgf => {
            format!("rsa-oaep-{}", digest(d))
        }
        KeyEncryption::Transport(KeyTransport::Oaep { digest: d, mgf }) => {
            format!("rsa-oaep-{}-mgf-{}", digest(d), digest(mgf))
        }
        KeyEncryption::Agreement { digest: d, wrap } => {
            let wrap = match wrap {
                AgreementWrap::Aes(bits) => format!("aes-{bits}-wrap"),
                AgreementWrap::TripleDes => "3des-wrap".to_owned(),
                AgreementWrap::Cbc(with) => cipher(with),
                _ => "unknown-wrap".to_owned(),
            };
            format!("ecdh-{}-{wrap}", digest(d))
        }
        _ => "unknown".to_owned(),
    }
}
