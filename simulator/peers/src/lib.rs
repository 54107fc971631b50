//! The counterparties of a device as state machines.
//!
//! Written from the server's side of the specifications, without a look at the device: a mistake shared by both
//! could not be seen. A peer is a value: it clones, serialises, takes the time and the cryptography as
//! arguments, and opens no socket.
#![warn(missing_docs)]

pub mod autodiscover;
pub mod certificate_authority;
pub mod correspondent;
pub mod directory;
pub mod enrolment;
pub mod exchange;
pub mod mailbox;
pub mod token_issuer;

pub use certificate_authority::CertificateAuthority;
pub use correspondent::Correspondent;
pub use directory::{Directory, DirectoryError, User};
pub use enrolment::EnrolmentAuthority;
pub use exchange::Exchange;
pub use mailbox::Mailbox;
pub use token_issuer::TokenIssuer;
