use crate::tlv::{Element, Tag, TlvError, write};

/// How a message is encoded (X.690).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Encoding {
    /// Whether an element has an indefinite length.
    pub indefinite: bool,
    /// Whether a string is put together from pieces.
    pub constructed_strings: bool,
    /// Whether a length takes more octets than it needs.
    pub long_lengths: bool,
    /// Whether the elements of a SET stand in another order than DER has.
    pub unsorted_sets: bool,
}

impl Encoding {
    /// Whether nothing was seen that DER does not have.
    pub fn is_der(self) -> bool {
        self == Encoding::default()
    }

    /// Walks through an element and all inside. Nesting is bounded by the reader.
    pub(super) fn look_at(&mut self, element: &Element<'_>) -> Result<(), TlvError> {
        // A tag of one octet is followed by the length.
        let one_octet = element.raw.first().is_some_and(|first| first & 0x1f != 0x1f);
        if one_octet && element.raw.get(1) == Some(&0x80) {
            self.indefinite = true;
        } else if one_octet && write::size(element.body.len() as u64) != element.raw.len() as u64 {
            self.long_lengths = true;
        }
        if !element.tag.constructed {
            return Ok(());
        }
        if element.tag.is_octet_string() {
            self.constructed_strings = true;
        }
        let mut reader = element.reader();
        let mut before: &[u8] = &[];
        while let Some(inner) = reader.next()? {
            if element.tag == Tag::SET && inner.raw < before {
                self.unsorted_sets = true;
            }
            before = inner.raw;
            self.look_at(&inner)?;
        }
        Ok(())
    }
}
