//! Items: mail as raw MIME, everything else in few fields.

use serde::{Deserialize, Serialize};
use smime::Timestamp;
use std::fmt;
use wire::wbxml::Element;

/// An item of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Counts items of the mailbox in the order they came.
    pub number: u64,
    /// Counts changes.
    pub version: u64,
    /// When it was received or made.
    pub received: Timestamp,
    /// Whether it was read.
    pub read: bool,
    /// What it is.
    pub content: Content,
}

/// What an item is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// A mail: the whole message, byte by byte.
    Mail {
        /// The message.
        mime: Vec<u8>,
    },
    /// A contact.
    Contact {
        /// The first name.
        first_name: String,
        /// The last name.
        last_name: String,
        /// The address.
        address: String,
    },
    /// An event.
    Event {
        /// The subject.
        subject: String,
        /// When it starts.
        start: Timestamp,
        /// When it ends.
        end: Timestamp,
    },
    /// A task.
    Task {
        /// The subject.
        subject: String,
        /// When it is due.
        due: Timestamp,
        /// Whether it is done.
        complete: bool,
    },
    /// A note.
    Note {
        /// The subject.
        subject: String,
        /// The text.
        text: String,
    },
    /// What a client made, as it came: `AirSync:ApplicationData`.
    Data(Element),
}

/// Mail is shown by its length only.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail { mime } => write!(f, "Mail[{} bytes]", mime.len()),
            Self::Contact { address, .. } => write!(f, "Contact({address})"),
            Self::Event { subject, start, .. } => write!(f, "Event({subject:?} at {})", start.0),
            Self::Task { subject, complete, .. } => write!(f, "Task({subject:?}, complete {complete})"),
            Self::Note { subject, .. } => write!(f, "Note({subject:?})"),
            Self::Data(data) => data.fmt(f),
        }
    }
}
