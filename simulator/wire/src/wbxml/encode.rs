//! From elements to bytes.

use super::{
    CHARSET_UTF_8, CONTENT, DEPTH, DOCUMENT_BYTES, ELEMENTS, END, Element, Node, OPAQUE, PUBLIC_ID_UNKNOWN,
    STR_I, SWITCH_PAGE, VALUES, VERSION_1_3, WbxmlError, WbxmlReason,
};

/// Writes a document, header `03 01 6A 00` first.
///
/// # Errors
/// A text with NUL, or a document beyond the bounds that [`super::decode`] keeps, so that what is written
/// can always be read.
pub fn encode(root: &Element) -> Result<Vec<u8>, WbxmlError> {
    let mut out = Vec::with_capacity(512);
    out.extend([VERSION_1_3, PUBLIC_ID_UNKNOWN]);
    let mut writer = Writer { out, page: 0, elements: 0, values: 0 };
    writer.integer(CHARSET_UTF_8);
    writer.integer(0);
    writer.element(root, 1)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    page: u8,
    elements: usize,
    values: usize,
}

impl Writer {
    fn fail<T>(&self, reason: WbxmlReason) -> Result<T, WbxmlError> {
        Err(WbxmlError { offset: self.out.len(), reason })
    }

    fn element(&mut self, element: &Element, depth: usize) -> Result<(), WbxmlError> {
        if depth > DEPTH {
            return self.fail(WbxmlReason::TooDeep);
        }
        self.elements += 1;
        if self.elements > ELEMENTS {
            return self.fail(WbxmlReason::TooManyElements);
        }
        let tag = element.tag;
        if tag.page() != self.page {
            self.page = tag.page();
            self.out.extend([SWITCH_PAGE, tag.page()]);
        }
        if element.children.is_empty() {
            self.out.push(tag.token());
            return self.within_size();
        }
        self.out.push(tag.token() | CONTENT);
        for node in &element.children {
            if !matches!(node, Node::Element(_)) {
                self.values += 1;
                if self.values > VALUES {
                    return self.fail(WbxmlReason::TooManyValues);
                }
            }
            match node {
                Node::Element(child) => self.element(child, depth + 1)?,
                Node::Text(text) => {
                    if text.as_bytes().contains(&0) {
                        return self.fail(WbxmlReason::NulInText(tag));
                    }
                    self.room(text.as_bytes().len())?;
                    self.out.push(STR_I);
                    self.out.extend_from_slice(text.as_bytes());
                    self.out.push(0);
                }
                Node::Opaque(bytes) => {
                    self.room(bytes.len())?;
                    self.out.push(OPAQUE);
                    self.integer(bytes.len() as u32);
                    self.out.extend_from_slice(bytes);
                }
            }
        }
        self.out.push(END);
        self.within_size()
    }

    fn within_size(&self) -> Result<(), WbxmlError> {
        if self.out.len() > DOCUMENT_BYTES { self.fail(WbxmlReason::TooLarge) } else { Ok(()) }
    }

    /// Refuses a value before it is copied; it also keeps lengths within 32 bits.
    fn room(&self, bytes: usize) -> Result<(), WbxmlError> {
        if bytes > DOCUMENT_BYTES { self.fail(WbxmlReason::TooLarge) } else { Ok(()) }
    }

    /// Writes a mb_u_int32: seven bits a byte, most significant first, the high bit says that more follow.
    fn integer(&mut self, value: u32) {
        let mut shift = 28;
        while shift > 0 && value >> shift == 0 {
            shift -= 7;
        }
        while shift > 0 {
            self.out.push((value >> shift & 0x7f) as u8 | 0x80);
            shift -= 7;
        }
        self.out.push((value & 0x7f) as u8);
    }
}
