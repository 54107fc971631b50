//! Captured messages (RFC 5322, RFC 8551), read without any secret: who signed, and whom it is encrypted to.

use super::{ReadError, TimedFact};
use crate::{Fact, ObservedMessage, ObservedRecipient, ObservedSigner};
use profile::Timestamp;
use smime::message::{Layer, OpenOptions, RecipientId, SignerReport, open};
use smime::mime::{Entity, mailboxes};
use smime::{BulkCipher, Certificate, Context, DigestAlgorithm, SignatureScheme, TrustStore};

/// The fields of which one begins a message, in what is looked at first.
const FIRST_FIELDS: [&str; 12] = [
    "from",
    "to",
    "date",
    "subject",
    "message-id",
    "received",
    "return-path",
    "mime-version",
    "content-type",
    "delivered-to",
    "x-",
    "dkim-signature",
];

/// Whether bytes begin as a message does.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let Some((name, _)) = std::str::from_utf8(line).ok().and_then(|l| l.split_once(':')) else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    FIRST_FIELDS.iter().any(|f| if f.ends_with('-') { name.starts_with(f) } else { name == *f })
}

pub(super) fn read(cx: &Context<'_>, bytes: &[u8]) -> Result<Vec<TimedFact>, ReadError> {
    let mail = |e: smime::MimeError| ReadError::Mail(e.into());
    let entity = Entity::read(bytes).map_err(mail)?;
    let addresses =
        |name: &str| entity.headers.all(name).flat_map(|f| mailboxes(&f.text())).collect::<Vec<_>>();
    let from = addresses("from");
    if from.is_empty() {
        return Err(ReadError::Missing { path: "From".to_owned() });
    }
    let field = |name: &str| entity.headers.first(name).map(|f| f.text().trim().to_owned());
    let kind = entity.content_type();
    let mut message = ObservedMessage {
        message_id: field("message-id"),
        from,
        to: ["to", "cc", "bcc"].into_iter().flat_map(addresses).collect(),
        micalg: (kind.essence == "multipart/signed")
            .then(|| kind.parameter("micalg").map(str::to_ascii_lowercase))
            .flatten(),
        ..ObservedMessage::default()
    };
    let options = OpenOptions {
        identities: &[],
        trust: &TrustStore::new(),
        intermediates: &[],
        path: smime::PathOptions::default(),
        from: None,
        check_from: false,
    };
    let opened = open(cx, bytes, &options).map_err(ReadError::Mail)?;
    for layer in &opened.layers {
        match layer {
            Layer::Signed(signed) if !signed.signers.is_empty() => {
                message.signed = true;
                message.detached.get_or_insert(signed.detached);
                message.signers.extend(signed.signers.iter().map(signer));
            }
            Layer::Encrypted(encrypted) => {
                message.encrypted = true;
                message.cipher = encrypted.cipher.map(cipher);
                message.authenticated = Some(encrypted.authenticated);
                message.recipients = encrypted.recipients.iter().map(recipient).collect();
            }
            _ => {}
        }
    }
    let at_ms = field("date").and_then(|d| date(&d)).map(|t| t.0);
    Ok(vec![TimedFact { at_ms, fact: Fact::Message(Box::new(message)) }])
}

fn signer(report: &SignerReport) -> ObservedSigner {
    let of = |f: fn(&Certificate) -> String| report.certificate.as_ref().map(f);
    ObservedSigner {
        subject: of(Certificate::subject),
        issuer: of(Certificate::issuer),
        serial: of(Certificate::serial_hex),
        emails: report.certificate.as_ref().map(Certificate::email_addresses).unwrap_or_default(),
        digest: report.digest.map(|d| digest(d).to_owned()),
        algorithm: report.scheme.map(algorithm),
        intact: report.signature.is_ok(),
        weak: report.weak,
    }
}

fn recipient(id: &RecipientId) -> ObservedRecipient {
    match id {
        RecipientId::IssuerSerial { issuer, serial } => {
            ObservedRecipient { issuer: Some(issuer.clone()), serial: Some(serial.clone()), key_id: None }
        }
        RecipientId::KeyId(id) => {
            ObservedRecipient { key_id: Some(id.clone()), ..ObservedRecipient::default() }
        }
        _ => ObservedRecipient::default(),
    }
}

/// The names of RFC 8551, 3.5.3.2 (micalg).
fn digest(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "sha-1",
        DigestAlgorithm::Sha224 => "sha-224",
        DigestAlgorithm::Sha256 => "sha-256",
        DigestAlgorithm::Sha384 => "sha-384",
        DigestAlgorithm::Sha512 => "sha-512",
    }
}

fn algorithm(scheme: SignatureScheme) -> String {
    match scheme {
        SignatureScheme::RsaPkcs1(d) => format!("rsa-pkcs1 {}", digest(d)),
        SignatureScheme::RsaPss { digest: d, .. } => format!("rsa-pss {}", digest(d)),
        SignatureScheme::Ecdsa(d) => format!("ecdsa {}", digest(d)),
        SignatureScheme::Ed25519 => "ed25519".to_owned(),
    }
}

fn cipher(cipher: BulkCipher) -> String {
    match cipher {
        BulkCipher::Aes128Cbc => "aes-128-cbc".to_owned(),
        BulkCipher::Aes192Cbc => "aes-192-cbc".to_owned(),
        BulkCipher::Aes256Cbc => "aes-256-cbc".to_owned(),
        BulkCipher::Aes128Gcm => "aes-128-gcm".to_owned(),
        BulkCipher::Aes256Gcm => "aes-256-gcm".to_owned(),
        BulkCipher::TripleDesCbc => "des-ede3-cbc".to_owned(),
        BulkCipher::DesCbc => "des-cbc".to_owned(),
        BulkCipher::Rc2Cbc { effective_bits } => format!("rc2-{effective_bits}-cbc"),
    }
}

/// A date of RFC 5322, 3.3, without obsolete zones but `GMT` and `UT`.
fn date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let text = text.split('(').next()?;
    let rest = text.split_once(',').map_or(text, |(_, rest)| rest);
    let mut words = rest.split_ascii_whitespace();
    let day: u8 = words.next()?.parse().ok()?;
    let month = words.next()?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    let year: u16 = words.next()?.parse().ok()?;
    let time = words.next()?;
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    let zone = match words.next()? {
        "GMT" | "UT" => "+00:00".to_owned(),
        zone if zone.len() == 5 && zone.is_ascii() => {
            let (hours, minutes) = zone.split_at(3);
            format!("{hours}:{minutes}")
        }
        _ => return None,
    };
    Timestamp::parse_rfc3339(&format!("{year:04}-{month:02}-{day:02}T{time}{zone}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let seconds = |text: &str| date(text).map(|t| t.0 / 1_000);
        assert_eq!(seconds("Mon, 02 Nov 2026 08:00:00 +0000"), Some(1_793_606_400));
        assert_eq!(seconds("2 Nov 2026 09:00 +0100 (CET)"), Some(1_793_606_400));
        assert_eq!(seconds("Mon, 02 Nov 2026 08:00:00 GMT"), Some(1_793_606_400));
        for bad in [
            "",
            "yesterday",
            "Mon, 02 Foo 2026 08:00:00 +0000",
            "Mon, 32 Nov 2026 08:00:00 +0000",
            "2 Nov 2026",
        ] {
            assert_eq!(date(bad), None, "{bad}");
        }
    }
}
