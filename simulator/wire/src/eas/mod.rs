//! Exchange ActiveSync: commands as typed messages, both halves of each (MS-ASCMD, MS-ASHTTP, MS-ASPROV).
//!
//! Every command file holds a request and a response; [`Message`] turns both into elements and back. Readers
//! skip elements they do not know, wherever they stand.

mod body;
mod command;
mod email;
pub mod folder_sync;
pub mod headers;
mod message;
pub mod move_items;
pub mod options;
pub mod provision;
mod query;
pub mod resolve_recipients;
pub mod send_mail;
pub mod settings;
mod status;
pub mod sync;
pub mod tags;

pub use body::{Body, BodyPreference, BodyType};
pub use command::{Class, Command, ProtocolVersion};
pub use email::{Attachment, Email, MessageClass};
pub use message::{Message, MessageError};
pub use query::{PATH, Query, QueryError};
pub use status::Status;
