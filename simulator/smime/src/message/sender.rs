//! Who a message says it is from, for the comparison with its signers.

use super::ProtectedHeaders;
use crate::mime::{AddressList, Entity, MimeError};

/// How much of a field is told, in characters.
const TOLD_MAX: usize = 200;

/// The senders that a message names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Senders {
    /// The addresses, each once.
    pub addresses: Vec<String>,
    /// A sender that is there and cannot be read without doubt, as it stands there.
    pub unreadable: Option<String>,
}

/// How senders are found.
#[derive(Clone, Copy, Debug)]
pub(super) struct SenderCheck<'a> {
    /// The sender, in place of the message's `From`.
    pub from: Option<&'a str>,
    /// Whether there is a comparison at all.
    pub check: bool,
}

impl SenderCheck<'_> {
    /// The senders of a message: every `From` in its header and every protected one, or the one that was given.
    pub(super) fn senders(
        self,
        header: &[u8],
        protected: Option<&ProtectedHeaders>,
    ) -> Result<Senders, MimeError> {
        let mut senders = Senders::default();
        match (self.check, self.from) {
            (false, _) => {}
            (true, Some(from)) => senders.take(from.as_bytes()),
            (true, None) => {
                let header = header.strip_prefix(crate::mime::BYTE_ORDER_MARK).unwrap_or(header);
                let entity = Entity::read(header)?;
                entity.headers.all("from").for_each(|field| senders.take(field.value));
                for field in protected.into_iter().flat_map(|protected| &protected.fields) {
                    if field.name.eq_ignore_ascii_case("from") {
                        senders.take(field.value.as_bytes());
                    }
                }
                if let Some(line) =
                    disguised(header.get(..header.len() - entity.body.len()).unwrap_or(header))
                {
                    senders.refuse(line);
                }
            }
        }
        Ok(senders)
    }
}

impl Senders {
    fn take(&mut self, value: &[u8]) {
        let list = AddressList::read(value);
        if !list.readable {
            self.refuse(value);
        }
        for address in list.addresses {
            if !self.addresses.contains(&address) {
                self.addresses.push(address);
            }
        }
    }

    fn refuse(&mut self, value: &[u8]) {
        let text = String::from_utf8_lossy(value);
        let told = text.trim().chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
        self.unreadable.get_or_insert_with(|| told.take(TOLD_MAX).collect());
    }
}

/// A line that is no `From` by the rules and that some reader could take for one: with white space, control or invisible
/// characters in its name, in front of all fields, or behind a line end that is none.
fn disguised(header: &[u8]) -> Option<&[u8]> {
    let mut first = true;
    for line in header.split(|octet| *octet == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        for (part, segment) in line.split(|octet| *octet == b'\r').enumerate() {
            let folded = part == 0 && !first && matches!(segment, [b' ' | b'\t', ..]);
            let Some(colon) = memchr::memchr(b':', segment).filter(|_| !folded) else { continue };
            let name = segment.get(..colon).unwrap_or_default();
            let letters: Vec<u8> = name.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
            let plain = part == 0 && name.trim_ascii_end().eq_ignore_ascii_case(b"from");
            // Letters of other scripts and punctuation make another name.
            let invisible = String::from_utf8_lossy(name).chars().all(|c| {
                c.is_ascii_alphanumeric()
                    || c.is_control()
                    || c.is_whitespace()
                    || !c.is_ascii() && !c.is_alphanumeric()
            });
            if letters.eq_ignore_ascii_case(b"from") && invisible && !plain {
                return Some(segment);
            }
        }
        first = false;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn senders(header: &str) -> Senders {
        SenderCheck { from: None, check: true }.senders(header.as_bytes(), None).unwrap()
    }

    #[test]
    fn every_from_counts_and_none_hides() {
        let alice = || vec!["alice@x.example".to_owned()];
        for header in [
            "From: Alice <alice@x.example>\r\n",
            "\u{feff}From: alice@x.example\r\n",
            "FROM : alice@x.example\nSubject: From: eve@evil.example\n",
            "Subject: x\r\n From: eve@evil.example\r\nFrom: alice@x.example\r\n",
            "From eve Mon\nX-From: eve@evil.example\nFrom: alice@x.example\n",
        ] {
            assert_eq!(senders(header), Senders { addresses: alice(), unreadable: None }, "{header:?}");
        }
        let two = senders("From: alice@x.example\r\nfrom: eve@evil.example\r\n");
        assert_eq!((two.addresses.len(), two.unreadable), (2, None));
        assert_eq!(senders("To: alice@x.example\r\n"), Senders::default());
        for header in [
            "From: eve@evil.example <>\r\n",
            "From:\r\n",
            "From: alice@x.example\r\nFrom: (eve@evil.example\r\n",
            "F\0rom: eve@evil.example\r\n",
            "From\u{200b}: eve@evil.example\r\n",
            "F rom: eve@evil.example\r\n",
            " From: eve@evil.example\r\nSubject: x\r\n",
            "Subject: x\rFrom: eve@evil.example\r\n",
            "Subject: x\r\n\u{feff}From: eve@evil.example\r\n",
        ] {
            let found = senders(header);
            assert!(
                found.unreadable.as_ref().is_some_and(|told| !told.contains('\0')),
                "{header:?}: {found:?}"
            );
        }
        // What stands in the body is text.
        assert_eq!(senders("To: x\r\n\r\nF rom: eve@evil.example\r\n"), Senders::default());
    }
}
