//! CMS as text: the armour that `openssl smime -outform PEM` puts around a signed profile.

use smime::mime::Base64Decoder;

/// The words between the dashes: RFC 7468, sections 8 and 9, and what older versions of OpenSSL wrote.
const LABELS: [&str; 3] = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA"];

/// The CMS structure in a text; none of anything that is not such a text. What stands before and after it is not looked
/// at, as RFC 7468, section 2, has it.
pub fn without_armour(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if !text.trim_ascii_start().starts_with(b"-----BEGIN ") {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    LABELS.iter().find_map(|label| {
        let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
        let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
        let mut out = Vec::new();
        let mut decoder = Base64Decoder::new();
        decoder.update(body.as_bytes(), &mut out).ok()?;
        decoder.finish(&mut out).ok()?;
        Some(out)
    })
}
