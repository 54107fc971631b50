//! Bodies of items and which form of them a client wants (MS-ASAIRS sections 2.2.2.9 and 2.2.2.12).

use super::message::{Ask as _, MessageError, Tell as _};
use super::tags::base;
use crate::wbxml::Element;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BodyType {
    /// Plain text.
    PlainText = 1,
    /// HTML.
    Html = 2,
    /// Compressed RTF in Base64.
    Rtf = 3,
    /// The whole message as MIME.
    Mime = 4,
}

impl BodyType {
    fn of_code(code: u8) -> Option<Self> {
        [Self::PlainText, Self::Html, Self::Rtf, Self::Mime].into_iter().find(|t| *t as u8 == code)
    }
}

/// A form of body that a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyPreference {
    /// The form.
    pub body_type: BodyType,
    /// The most bytes wanted; all if absent.
    pub truncation_size: Option<u32>,
    /// Whether a truncated body is worth nothing.
    pub all_or_none: Option<bool>,
}

impl BodyPreference {
    /// Asks for a form without limit.
    pub const fn whole(body_type: BodyType) -> Self {
        Self { body_type, truncation_size: None, all_or_none: None }
    }

    pub(super) fn to_element(self) -> Element {
        Element::new(base::BODY_PREFERENCE)
            .with(Element::number(base::TYPE, self.body_type as u8))
            .with_number(base::TRUNCATION_SIZE, self.truncation_size)
            .with_flag(base::ALL_OR_NONE, self.all_or_none)
    }

    pub(super) fn from_element(element: &Element) -> Result<Self, MessageError> {
        let code = element.required_number(base::TYPE)?;
        Ok(Self {
            body_type: BodyType::of_code(code).ok_or(MessageError::Value { tag: base::TYPE })?,
            truncation_size: element.optional_number(base::TRUNCATION_SIZE)?,
            all_or_none: element.optional_flag(base::ALL_OR_NONE)?,
        })
    }
}

/// The body of an item.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The form.
    pub body_type: BodyType,
    /// How large the whole body is, roughly, in bytes.
    pub estimated_data_size: Option<u32>,
    /// Whether `data` lacks the end.
    pub truncated: bool,
    /// The bytes; absent when the client asked for all or none, or the body is empty.
    ///
    /// Written as a string where possible, else as opaque bytes; both are read.
    pub data: Option<Vec<u8>>,
}

impl Body {
    pub(super) fn to_element(&self) -> Element {
        let mut element = Element::new(base::BODY)
            .with(Element::number(base::TYPE, self.body_type as u8))
            .with_number(base::ESTIMATED_DATA_SIZE, self.estimated_data_size);
        if self.truncated {
            element.push(Element::number(base::TRUNCATED, 1u8));
        }
        if let Some(data) = &self.data {
            element.push(match std::str::from_utf8(data) {
                Ok(text) if !data.contains(&0) => Element::text(base::DATA, text),
                _ => Element::opaque(base::DATA, data.as_slice()),
            });
        }
        element
    }

    pub(super) fn from_element(element: &Element) -> Result<Self, MessageError> {
        let code = element.required_number(base::TYPE)?;
        Ok(Self {
            body_type: BodyType::of_code(code).ok_or(MessageError::Value { tag: base::TYPE })?,
            estimated_data_size: element.optional_number(base::ESTIMATED_DATA_SIZE)?,
            truncated: element.optional_flag(base::TRUNCATED)?.unwrap_or(false),
            data: element.child(base::DATA).map(|data| data.bytes().into_owned()),
        })
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("body_type", &self.body_type)
            .field("truncated", &self.truncated)
            .field("data", &self.data.as_ref().map(|data| format!("[{} bytes]", data.len())))
            .finish_non_exhaustive()
    }
}
