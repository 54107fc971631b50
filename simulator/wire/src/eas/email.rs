//! The application data of an e-mail (MS-ASEMAIL section 2.2.2).

use super::Body;
use super::message::{Ask as _, MessageError, Tell as _};
use super::tags::{airsync, base, email};
use crate::DateTime;
use crate::wbxml::Element;
use serde::{Deserialize, Serialize};

/// What kind of message an e-mail is, as far as S/MIME matters (MS-ASEMAIL, MessageClass).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageClass {
    /// `IPM.Note`: an ordinary message.
    #[default]
    Note,
    /// `IPM.Note.SMIME`: encrypted, or signed in an opaque envelope.
    Smime,
    /// `IPM.Note.SMIME.MultipartSigned`: signed in the clear.
    SmimeMultipartSigned,
    /// Any other class, as written.
    Other(String),
}

impl MessageClass {
    /// Names the class as the protocol does.
    pub fn name(&self) -> &str {
        match self {
            Self::Note => "IPM.Note",
            Self::Smime => "IPM.Note.SMIME",
            Self::SmimeMultipartSigned => "IPM.Note.SMIME.MultipartSigned",
            Self::Other(name) => name,
        }
    }

    /// Reads a class; the known ones compare without case.
    pub fn named(name: &str) -> Self {
        [Self::Note, Self::Smime, Self::SmimeMultipartSigned]
            .into_iter()
            .find(|class| class.name().eq_ignore_ascii_case(name))
            .unwrap_or_else(|| Self::Other(name.into()))
    }
}

/// An attachment as a list entry; its bytes are fetched by reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file name.
    pub display_name: String,
    /// The handle for fetching it.
    pub file_reference: String,
    /// How it is attached: 1 ordinary, 5 an embedded message.
    pub method: u8,
    /// Its size in bytes, roughly.
    pub estimated_data_size: u32,
}

/// An e-mail as it stands in a collection. Absent fields are unchanged in a Change and unknown in an Add.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The `To` addresses as in the header.
    pub to: Option<String>,
    /// The `Cc` addresses as in the header.
    pub cc: Option<String>,
    /// The `From` address as in the header.
    pub from: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// When the server received it.
    pub date_received: Option<DateTime>,
    /// The names of the recipients, for display.
    pub display_to: Option<String>,
    /// The subject without prefixes.
    pub thread_topic: Option<String>,
    /// 0 low, 1 normal, 2 high.
    pub importance: Option<u8>,
    /// Whether it was read.
    pub read: Option<bool>,
    /// Attachments, if the body does not hold them.
    pub attachments: Vec<Attachment>,
    /// The body in the form that the client preferred.
    pub body: Option<Body>,
    /// What kind of message it is.
    pub message_class: Option<MessageClass>,
}

impl Email {
    /// Writes the e-mail as `AirSync:ApplicationData`.
    pub fn to_application_data(&self) -> Element {
        let mut data = Element::new(airsync::APPLICATION_DATA)
            .with_text(email::TO, self.to.as_deref())
            .with_text(email::CC, self.cc.as_deref())
            .with_text(email::FROM, self.from.as_deref())
            .with_text(email::SUBJECT, self.subject.as_deref())
            .with_text(email::REPLY_TO, self.reply_to.as_deref())
            .with_text(email::DATE_RECEIVED, self.date_received.map(DateTime::to_dashed).as_deref())
            .with_text(email::DISPLAY_TO, self.display_to.as_deref())
            .with_text(email::THREAD_TOPIC, self.thread_topic.as_deref())
            .with_number(email::IMPORTANCE, self.importance)
            .with_flag(email::READ, self.read);
        if !self.attachments.is_empty() {
            data.push(Element::new(base::ATTACHMENTS).with_all(self.attachments.iter().map(|attachment| {
                Element::new(base::ATTACHMENT)
                    .with(Element::text(base::DISPLAY_NAME, attachment.display_name.as_str()))
                    .with(Element::text(base::FILE_REFERENCE, attachment.file_reference.as_str()))
                    .with(Element::number(base::METHOD, attachment.method))
                    .with(Element::number(base::ESTIMATED_DATA_SIZE, attachment.estimated_data_size))
            })));
        }
        if let Some(body) = &self.body {
            data.push(body.to_element());
        }
        data.with_text(email::MESSAGE_CLASS, self.message_class.as_ref().map(MessageClass::name))
    }

    /// Reads the e-mail from `AirSync:ApplicationData` (or `ItemOperations:Properties`).
    ///
    /// # Errors
    /// A value that is not of its type.
    pub fn from_application_data(data: &Element) -> Result<Self, MessageError> {
        let received = data.optional_text(email::DATE_RECEIVED)?;
        let attachments =
            data.child(base::ATTACHMENTS).into_iter().flat_map(|list| list.all(base::ATTACHMENT));
        Ok(Self {
            to: data.optional_text(email::TO)?,
            cc: data.optional_text(email::CC)?,
            from: data.optional_text(email::FROM)?,
            subject: data.optional_text(email::SUBJECT)?,
            reply_to: data.optional_text(email::REPLY_TO)?,
            date_received: received
                .map(|text| DateTime::parse(&text).ok_or(MessageError::Value { tag: email::DATE_RECEIVED }))
                .transpose()?,
            display_to: data.optional_text(email::DISPLAY_TO)?,
            thread_topic: data.optional_text(email::THREAD_TOPIC)?,
            importance: data.optional_number(email::IMPORTANCE)?,
            read: data.optional_flag(email::READ)?,
            attachments: attachments
                .map(|attachment| {
                    Ok(Attachment {
                        display_name: attachment.optional_text(base::DISPLAY_NAME)?.unwrap_or_default(),
                        file_reference: attachment.required_text(base::FILE_REFERENCE)?,
                        method: attachment.optional_number(base::METHOD)?.unwrap_or(1),
                        estimated_data_size: attachment
                            .optional_number(base::ESTIMATED_DATA_SIZE)?
                            .unwrap_or_default(),
                    })
                })
                .collect::<Result<_, MessageError>>()?,
            body: data.child(base::BODY).map(Body::from_element).transpose()?,
            message_class: data.optional_text(email::MESSAGE_CLASS)?.map(|name| MessageClass::named(&name)),
        })
    }
}
