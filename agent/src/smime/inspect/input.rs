//! What kind of input it is.

use smime::mime::{Base64Decoder, Entity};
use std::borrow::Cow;

/// An input, recognised by how it begins.
pub(super) enum Input<'a> {
    /// CMS, and whether it came as text.
    Cms { octets: Cow<'a, [u8]>, form: &'static str },
    /// A PKCS#12 file.
    Pkcs12(Cow<'a, [u8]>),
    /// A MIME message or entity.
    Message,
    /// Text with a block that holds something else, by its label.
    OtherPem(String),
    /// None of these.
    Unknown,
}

impl<'a> Input<'a> {
    pub(super) fn recognise(octets: &'a [u8]) -> Input<'a> {
        if octets.first() == Some(&0x30) {
            return Input::binary(Cow::Borrowed(octets), "binary");
        }
        if let Some((label, body)) = pem(octets) {
            let is_message = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA", "SMIME"].contains(&label.as_str());
            return match decode(body) {
                Some(octets) if is_message || label.is_empty() => Input::binary(Cow::Owned(octets), "pem"),
                _ => Input::OtherPem(label),
            };
        }
        if is_message(octets) {
            return Input::Message;
        }
        match decode(octets) {
            Some(octets) if octets.first() == Some(&0x30) => Input::binary(Cow::Owned(octets), "base64"),
            _ => Input::Unknown,
        }
    }

    fn binary(octets: Cow<'a, [u8]>, form: &'static str) -> Input<'a> {
        // A PFX begins with its version, which is 3, where CMS has its content type.
        let is_pkcs12 =
            !smime::cms::is_cms(&octets) && octets.windows(3).take(12).any(|window| window == [2, 1, 3]);
        if is_pkcs12 { Input::Pkcs12(octets) } else { Input::Cms { octets, form } }
    }
}

/// Whether octets begin as header fields do.
pub(super) fn is_message(octets: &[u8]) -> bool {
    let line = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
    let is_field =
        name.len() < line.len() && !name.is_empty() && name.iter().all(|octet| (33..127).contains(octet));
    // Some mail folders put a line in front that begins with `From`.
    (is_field || line.starts_with(b"From "))
        && Entity::read(octets).is_ok_and(|entity| !entity.headers.fields().is_empty())
}

/// The label and the body of the first block.
fn pem(text: &[u8]) -> Option<(String, &[u8])> {
    let begin = find(text, b"-----BEGIN ")?;
    // In a message it would be a part of the content.
    if is_message(text) {
        return None;
    }
    let rest = text.get(begin + 11..)?;
    let end = find(rest, b"-----")?;
    let label = String::from_utf8_lossy(rest.get(..end)?).into_owned();
    let body = rest.get(end + 5..)?;
    let body = body.get(..find(body, b"-----END")?)?;
    Some((label, body))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut decoder = Base64Decoder::new();
    decoder.update(text, &mut out).ok()?;
    decoder.finish(&mut out).ok()?;
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(octets: &[u8]) -> &'static str {
        match Input::recognise(octets) {
            Input::Cms { form, .. } => form,
            Input::Pkcs12(_) => "pkcs12",
            Input::Message => "message",
            Input::OtherPem(_) => "other",
            Input::Unknown => "unknown",
        }
    }

    #[test]
    fn inputs_are_told_by_how_they_begin() {
        assert_eq!(kind(&[0x30, 0x80, 6, 9]), "binary");
        assert_eq!(kind(&[0x30, 0x82, 1, 1, 2, 1, 3, 0x30]), "pkcs12");
        assert_eq!(kind(b"-----BEGIN CMS-----\nMIAGAA==\n-----END CMS-----\n"), "pem");
        assert_eq!(kind(b"-----BEGIN CERTIFICATE-----\nMIAGAA==\n-----END CERTIFICATE-----\n"), "other");
        assert_eq!(kind(b"MIAG\r\nAA==\r\n"), "base64");
        assert_eq!(kind(b"Subject: x\r\n\r\n-----BEGIN CMS-----\n"), "message");
        for nothing in [&b""[..], b"\0\0", b"just text", b"\x89PNG\r\n\x1a\n"] {
            assert_eq!(kind(nothing), "unknown", "{nothing:?}");
        }
    }
}
