//! What all messages share: to an element, from an element, to bytes, from bytes.

use crate::wbxml::{self, Element, Tag, WbxmlError};

/// A request or a response body of a command.
pub trait Message: Sized {
    /// Writes the message.
    fn to_element(&self) -> Element;

    /// Reads the message; elements it does not know are skipped.
    ///
    /// # Errors
    /// Another root element, a missing required element, a value that cannot be read.
    fn from_element(element: &Element) -> Result<Self, MessageError>;

    /// Writes the message as a WBXML document.
    ///
    /// # Errors
    /// As [`wbxml::encode`].
    fn to_wbxml(&self) -> Result<Vec<u8>, WbxmlError> {
        wbxml::encode(&self.to_element())
    }

    /// Reads the message from a WBXML document.
    ///
    /// # Errors
    /// As [`wbxml::decode`] and [`Message::from_element`].
    fn from_wbxml(document: &[u8]) -> Result<Self, MessageError> {
        Self::from_element(&wbxml::decode(document)?)
    }
}

/// A document that is not the message it should be. Carries names, never values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The document is not WBXML.
    #[error("read the document: {0}")]
    Wbxml(#[from] WbxmlError),
    /// The root element is that of another command.
    #[error("find {expected} as root, found {found}")]
    Root {
        /// The element it should be.
        expected: Tag,
        /// The element it is.
        found: Tag,
    },
    /// An element that must be there is not.
    #[error("find {tag} in {parent}")]
    Missing {
        /// The element that lacks it.
        parent: Tag,
        /// The element that is missing.
        tag: Tag,
    },
    /// The value of an element is not of its type or outside its range.
    #[error("read the value of {tag}")]
    Value {
        /// The element.
        tag: Tag,
    },
}

/// Checks the root element.
pub(super) fn root(element: &Element, expected: Tag) -> Result<&Element, MessageError> {
    if element.tag == expected {
        Ok(element)
    } else {
        Err(MessageError::Root { expected, found: element.tag })
    }
}

/// Questions to an element whose answers may be missing or malformed.
pub(super) trait Ask {
    /// The text of a child, if there is such a child.
    fn optional_text(&self, tag: Tag) -> Result<Option<String>, MessageError>;
    /// The number of a child, if there is such a child with a value; an empty one counts as absent.
    fn optional_number<N: TryFrom<u32>>(&self, tag: Tag) -> Result<Option<N>, MessageError>;
    /// The text of a child that must be there.
    fn required_text(&self, tag: Tag) -> Result<String, MessageError>;
    /// The number of a child that must be there.
    fn required_number<N: TryFrom<u32>>(&self, tag: Tag) -> Result<N, MessageError>;
    /// A flag: an empty element or 1 is true, 0 is false (MS-ASDTYPE section 2.1).
    fn optional_flag(&self, tag: Tag) -> Result<Option<bool>, MessageError>;
}

impl Ask for Element {
    fn optional_text(&self, tag: Tag) -> Result<Option<String>, MessageError> {
        self.child(tag)
            .map(|child| child.content().map(Into::into).ok_or(MessageError::Value { tag }))
            .transpose()
    }

    fn optional_number<N: TryFrom<u32>>(&self, tag: Tag) -> Result<Option<N>, MessageError> {
        match self.optional_text(tag)? {
            None => Ok(None),
            Some(text) if text.trim().is_empty() => Ok(None),
            Some(text) => parse_number(tag, &text).map(Some),
        }
    }

    fn required_text(&self, tag: Tag) -> Result<String, MessageError> {
        self.optional_text(tag)?.ok_or(MessageError::Missing { parent: self.tag, tag })
    }

    fn required_number<N: TryFrom<u32>>(&self, tag: Tag) -> Result<N, MessageError> {
        self.optional_number(tag)?.ok_or(MessageError::Missing { parent: self.tag, tag })
    }

    fn optional_flag(&self, tag: Tag) -> Result<Option<bool>, MessageError> {
        match self.optional_text(tag)?.as_deref().map(str::trim) {
            None => Ok(None),
            Some("" | "1") => Ok(Some(true)),
            Some("0") => Ok(Some(false)),
            Some(_) => Err(MessageError::Value { tag }),
        }
    }
}

/// Reads decimal digits.
pub(super) fn parse_number<N: TryFrom<u32>>(tag: Tag, text: &str) -> Result<N, MessageError> {
    let number: u32 = text.trim().parse().map_err(|_| MessageError::Value { tag })?;
    N::try_from(number).map_err(|_| MessageError::Value { tag })
}

/// Adds children that may be absent.
pub(super) trait Tell: Sized {
    /// Adds a text, if there is one.
    fn with_text(self, tag: Tag, text: Option<&str>) -> Self;
    /// Adds a number, if there is one.
    fn with_number<N: Into<u64>>(self, tag: Tag, number: Option<N>) -> Self;
    /// Adds a flag as 1 or 0, if there is one.
    fn with_flag(self, tag: Tag, flag: Option<bool>) -> Self;
    /// Adds an empty element, if it applies.
    fn with_empty(self, tag: Tag, applies: bool) -> Self;
}

impl Tell for Element {
    fn with_text(mut self, tag: Tag, text: Option<&str>) -> Self {
        if let Some(text) = text {
            self.push(Element::text(tag, text));
        }
        self
    }

    fn with_number<N: Into<u64>>(mut self, tag: Tag, number: Option<N>) -> Self {
        if let Some(number) = number {
            self.push(Element::number(tag, number));
        }
        self
    }

    fn with_flag(self, tag: Tag, flag: Option<bool>) -> Self {
        self.with_number(tag, flag.map(u64::from))
    }

    fn with_empty(mut self, tag: Tag, applies: bool) -> Self {
        if applies {
            self.push(Element::new(tag));
        }
        self
    }
}
