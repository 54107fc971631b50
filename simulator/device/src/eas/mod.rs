//! The ActiveSync client: jobs of an account in a queue, one exchange at a time.
//!
//! The order of requests is that of iOS (eas.md B.1): OPTIONS, FolderSync, Provision when the server asks for it, then
//! the collections of the services that are on.

mod folder_sync;
mod provision;
mod resolve_recipients;
mod send_mail;
mod session;
mod sign_in;
mod sync;

pub(crate) use session::{FolderState, InFlight, Job, Session};
