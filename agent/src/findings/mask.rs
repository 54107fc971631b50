//! Secrets in a profile, painted over before any of it is shown.

use profile::Profile;
use profile::plist::{Format, Node, Span, Value, is_secret_key};
use std::ops::Range;

/// A document with the values of secret keys, and private keys that are not encrypted, painted over octet for octet,
/// so that places stay where they are.
///
/// It works on the text, for a document that cannot be read has no keys, and then on the values of what could be read,
/// which knows every way of writing a key.
///
/// The document is given as text in UTF-8, and with it the way from the profile's spans to places in that text.
pub fn masked(document: &[u8], profile: &Profile, place: &dyn Fn(Span) -> Range<usize>) -> Vec<u8> {
    let mut out = document.to_vec();
    by_text(document, &mut out);
    if let (Format::Xml, Some(root)) = (profile.format, &profile.root) {
        Painter { document, place, out: &mut out }.paint_values(root, false);
    }
    steering(&mut out);
    out
}

/// Paints over what would steer a terminal: control characters, and those that turn the direction of text.
fn steering(out: &mut [u8]) {
    let mut at = 0;
    while at < out.len() {
        let length = match out[at..] {
            [b'\t' | b'\n' | b'\r', ..] => 0,
            [0..=0x1F | 0x7F, ..] => 1,
            [0xC2, 0x80..=0x9F, ..] => 2,
            [0xE2, 0x80, 0x8E | 0x8F | 0xA8..=0xAE, ..] | [0xE2, 0x81, 0xA6..=0xA9, ..] => 3,
            _ => 0,
        };
        out[at..at + length].fill(b'?');
        at += length.max(1);
    }
}

fn paint(octets: Option<&mut [u8]>) {
    for octet in octets.into_iter().flatten().filter(|octet| !octet.is_ascii_whitespace()) {
        *octet = b'*';
    }
}

fn by_text(document: &[u8], out: &mut [u8]) {
    let find = |from: usize, needle: &[u8]| {
        document.get(from..)?.windows(needle.len()).position(|w| w == needle).map(|at| from + at)
    };
    let mut at = 0;
    while let Some(key) = find(at, b"<key>") {
        let Some(end) = find(key, b"</key>") else { break };
        at = end + 6;
        if !is_secret_key(&String::from_utf8_lossy(document.get(key + 5..end).unwrap_or_default())) {
            continue;
        }
        // The value ends with the next closing tag, or with the document where that was cut off.
        let open = find(at, b">").map_or(document.len(), |open| open + 1);
        let close = find(open, b"</").unwrap_or(document.len());
        if find(at, b"<key>").is_some_and(|next| next < open) {
            continue;
        }
        paint(out.get_mut(open.min(close)..close));
    }
}

/// Paints over the values of a profile.
struct Painter<'a> {
    document: &'a [u8],
    place: &'a dyn Fn(Span) -> Range<usize>,
    out: &'a mut Vec<u8>,
}

impl Painter<'_> {
    fn paint_values(&mut self, node: &Node, secret: bool) {
        match &node.value {
            Value::Dictionary(dictionary) => {
                for entry in &dictionary.entries {
                    self.paint_values(&entry.node, secret || is_secret_key(&entry.key));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.paint_values(item, secret)),
            Value::Boolean(_) => {}
            value => {
                let key = value.as_data().is_some_and(|data| data.windows(11).any(|w| w == b"PRIVATE KEY"));
                if secret || key {
                    self.paint_element(node.span);
                }
            }
        }
    }

    fn paint_element(&mut self, span: Span) {
        let place = (self.place)(span);
        let start = place.start;
        let element = self.document.get(place).unwrap_or_default();
        let open = element.iter().position(|octet| *octet == b'>').map(|at| start + at + 1);
        let close = element.windows(2).rposition(|w| w == b"</").map(|at| start + at);
        if let (Some(open), Some(close)) = (open, close) {
            paint(self.out.get_mut(open..close));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    fn shown(document: &str) -> String {
        let (profile, _) = profile::parse(document.as_bytes());
        let shown = masked(document.as_bytes(), &profile, &|span| span.start()..span.end());
        assert_eq!(shown.len(), document.len());
        String::from_utf8(shown).unwrap()
    }

    #[test]
    fn secret_values_are_painted_over_in_place() {
        let text = "<key>Password</key>\n<string>s3cr\u{e9}t</string><key>Host</key><string>mail</string>";
        let masked = shown(text);
        assert!(masked.contains("<string>*******</string>") && masked.contains("mail"), "{masked}");
        assert!(shown("<key>CertificatePassword</key><string>s3cret").ends_with("<string>******"));
        assert_eq!(shown("<key>Password</key>"), "<key>Password</key>");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\tc\u{9b}d\u{202e}e"), "a?[2Jb\tc??d???e");
        assert_eq!(shown("Grüße ✓"), "Grüße ✓");
    }

    #[test]
    fn every_way_of_writing_a_key_is_known() {
        for key in ["<key >Password</key >", "<key>Pass<!-- -->word</key>", "<key>&#80;assword</key>"] {
            let masked = shown(&format!("<plist><dict>{key}<string>s3cret</string></dict></plist>"));
            assert!(masked.contains("<string>******</string>"), "{masked}");
        }
        let text = "<plist><dict><key>PayloadContent</key><data>LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t</data></dict></plist>";
        let masked = shown(text);
        assert!(!masked.contains("LS0t") && masked.contains("PayloadContent"), "{masked}");
        let list = shown(
            "<plist><dict><key>Passwords</key><array><string>s3cret</string><true/></array></dict></plist>",
        );
        assert!(!list.contains("s3cret") && list.contains("<true/>"), "{list}");
    }
}
