//! SendMail of protocol 14.0 and later (MS-ASCMD section 2.2.1.17).

use super::Status;
use super::message::{Ask as _, Message, MessageError, Tell as _, root};
use super::tags::compose as tag;
use crate::wbxml::Element;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most characters of a client id (MS-ASCMD, ClientId of SendMail).
pub const CLIENT_ID_CHARACTERS: usize = 40;

/// A message to be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMailRequest {
    /// Chosen by the client, unique; the server refuses a second message with it.
    pub client_id: String,
    /// The account to send from, if not the primary one.
    pub account_id: Option<String>,
    /// Whether the server keeps a copy in Sent Items.
    pub save_in_sent_items: bool,
    /// The whole message; it travels byte by byte.
    pub mime: Vec<u8>,
}

/// What went wrong; on success the body of the response is empty and there is no message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMailResponse {
    /// The failure.
    pub status: Status,
}

impl Message for SendMailRequest {
    fn to_element(&self) -> Element {
        Element::new(tag::SEND_MAIL)
            .with(Element::text(tag::CLIENT_ID, self.client_id.as_str()))
            .with_text(tag::ACCOUNT_ID, self.account_id.as_deref())
            .with_empty(tag::SAVE_IN_SENT_ITEMS, self.save_in_sent_items)
            .with(Element::opaque(tag::MIME, self.mime.as_slice()))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::SEND_MAIL)?;
        let client_id = element.required_text(tag::CLIENT_ID)?;
        if client_id.chars().count() > CLIENT_ID_CHARACTERS {
            return Err(MessageError::Value { tag: tag::CLIENT_ID });
        }
        let missing = MessageError::Missing { parent: tag::SEND_MAIL, tag: tag::MIME };
        Ok(Self {
            client_id,
            account_id: element.optional_text(tag::ACCOUNT_ID)?,
            save_in_sent_items: element.child(tag::SAVE_IN_SENT_ITEMS).is_some(),
            mime: element.child(tag::MIME).ok_or(missing)?.bytes().into_owned(),
        })
    }
}

impl Message for SendMailResponse {
    fn to_element(&self) -> Element {
        Element::new(tag::SEND_MAIL).with(Element::number(tag::STATUS, self.status.0))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::SEND_MAIL)?;
        Ok(Self { status: Status(element.required_number(tag::STATUS)?) })
    }
}

impl fmt::Debug for SendMailRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMailRequest")
            .field("client_id", &self.client_id)
            .field("save_in_sent_items", &self.save_in_sent_items)
            .field("mime", &format_args!("[{} bytes]", self.mime.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_travels_byte_by_byte() {
        let request = SendMailRequest {
            client_id: "a".repeat(CLIENT_ID_CHARACTERS),
            account_id: None,
            save_in_sent_items: true,
            mime: (0..=255).collect(),
        };
        assert_eq!(SendMailRequest::from_wbxml(&request.to_wbxml().unwrap()).as_ref(), Ok(&request));
        let long = SendMailRequest { client_id: "a".repeat(CLIENT_ID_CHARACTERS + 1), ..request };
        assert_eq!(
            SendMailRequest::from_wbxml(&long.to_wbxml().unwrap()),
            Err(MessageError::Value { tag: tag::CLIENT_ID })
        );
        let response = SendMailResponse { status: Status::MESSAGE_PREVIOUSLY_SENT };
        assert_eq!(SendMailResponse::from_wbxml(&response.to_wbxml().unwrap()), Ok(response));
    }
}
