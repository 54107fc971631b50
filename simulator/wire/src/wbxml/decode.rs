//! From bytes to elements.

use super::{
    ATTRIBUTES, CHARSET_UTF_8, CONTENT, DEPTH, DOCUMENT_BYTES, ELEMENTS, END, Element, Node, OPAQUE, STR_I,
    SWITCH_PAGE, Tag, VALUES, VERSION_1_3, WbxmlError, WbxmlReason,
};

/// Reads a document. Elements and pages that the tables do not know are kept by number.
///
/// The current page holds across the end of elements: it is state of the document, not of the tree.
///
/// # Errors
/// A document that is cut off, breaks the format, uses what ActiveSync does not use, or exceeds a bound
/// ([`DEPTH`], [`DOCUMENT_BYTES`], [`ELEMENTS`], [`VALUES`], integers of five bytes).
pub fn decode(document: &[u8]) -> Result<Element, WbxmlError> {
    if document.len() > DOCUMENT_BYTES {
        return Err(WbxmlError { offset: DOCUMENT_BYTES, reason: WbxmlReason::TooLarge });
    }
    let mut reader = Reader { document, offset: 0 };
    reader.header()?;
    reader.root()
}

struct Reader<'a> {
    document: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    fn header(&mut self) -> Result<(), WbxmlError> {
        let version = self.byte()?;
        if version > VERSION_1_3 {
            return fail(0, WbxmlReason::Version(version));
        }
        if self.integer()? == 0 {
            // A public identifier in the string table, by index; it says nothing that is needed.
            self.integer()?;
        }
        let at = self.offset;
        let charset = self.integer()?;
        if charset != CHARSET_UTF_8 {
            return fail(at, WbxmlReason::Charset(charset));
        }
        let at = self.offset;
        match self.integer()? {
            0 => Ok(()),
            length => fail(at, WbxmlReason::StringTable(length)),
        }
    }

    fn root(&mut self) -> Result<Element, WbxmlError> {
        let (mut page, mut elements, mut values) = (0u8, 0usize, 0usize);
        let mut open: Vec<Element> = Vec::new();
        loop {
            let at = self.offset;
            let Some(&token) = self.document.get(at) else {
                let reason = if open.is_empty() { WbxmlReason::NoRoot } else { WbxmlReason::Truncated };
                return fail(at, reason);
            };
            self.offset += 1;
            let finished = match token {
                SWITCH_PAGE => {
                    page = self.byte()?;
                    continue;
                }
                END => match open.pop() {
                    Some(element) => element,
                    None => return fail(at, WbxmlReason::NoRoot),
                },
                STR_I | OPAQUE => {
                    let value = if token == STR_I {
                        Node::Text(self.string()?.into())
                    } else {
                        let length = self.integer()? as usize;
                        Node::Opaque(self.take(length)?.into())
                    };
                    values += 1;
                    if values > VALUES {
                        return fail(at, WbxmlReason::TooManyValues);
                    }
                    match open.last_mut() {
                        Some(parent) => {
                            // A value is nearly always alone in its element.
                            parent.children.reserve_exact(1);
                            parent.children.push(value);
                        }
                        None => return fail(at, WbxmlReason::OutsideRoot),
                    }
                    continue;
                }
                _ => {
                    let tag = match Tag::new(page, token & !CONTENT) {
                        Some(tag) if token & ATTRIBUTES == 0 => tag,
                        _ => return fail(at, WbxmlReason::Token(token)),
                    };
                    elements += 1;
                    if elements > ELEMENTS {
                        return fail(at, WbxmlReason::TooManyElements);
                    }
                    if open.len() >= DEPTH {
                        return fail(at, WbxmlReason::TooDeep);
                    }
                    let element = Element::new(tag);
                    if token & CONTENT != 0 {
                        open.push(element);
                        continue;
                    }
                    element
                }
            };
            match open.last_mut() {
                Some(parent) => parent.children.push(Node::Element(finished)),
                None if self.offset == self.document.len() => return Ok(finished),
                None => return fail(self.offset, WbxmlReason::TrailingBytes),
            }
        }
    }

    fn byte(&mut self) -> Result<u8, WbxmlError> {
        let byte = *self.document.get(self.offset).ok_or(truncated(self.offset))?;
        self.offset += 1;
        Ok(byte)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], WbxmlError> {
        let end = self.offset.checked_add(length).ok_or(truncated(self.offset))?;
        let bytes = self.document.get(self.offset..end).ok_or(truncated(self.document.len()))?;
        self.offset = end;
        Ok(bytes)
    }

    fn string(&mut self) -> Result<&'a str, WbxmlError> {
        let rest = self.document.get(self.offset..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == 0).ok_or(truncated(self.document.len()))?;
        let bytes = self.take(length)?;
        let start = self.offset - length;
        self.offset += 1;
        std::str::from_utf8(bytes)
            .map_err(|e| WbxmlError { offset: start + e.valid_up_to(), reason: WbxmlReason::NotUtf8 })
    }

    fn integer(&mut self) -> Result<u32, WbxmlError> {
        let start = self.offset;
        let mut value = 0u64;
        for _ in 0..5 {
            let byte = self.byte()?;
            value = value << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return u32::try_from(value)
                    .map_err(|_| WbxmlError { offset: start, reason: WbxmlReason::IntegerTooLong });
            }
        }
        fail(start, WbxmlReason::IntegerTooLong)
    }
}

fn truncated(offset: usize) -> WbxmlError {
    WbxmlError { offset, reason: WbxmlReason::Truncated }
}

fn fail<T>(offset: usize, reason: WbxmlReason) -> Result<T, WbxmlError> {
    Err(WbxmlError { offset, reason })
}
