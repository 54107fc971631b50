//! An Exchange-like ActiveSync server.
//!
//! One server serves any number of domains: the domains are those of its users' addresses. Every user has a
//! mailbox, and every device of a user a partnership with keys and synchronisation state of its own.

mod authentication;
mod delivery;
mod folder_sync;
mod move_items;
mod partnership;
mod provision;
mod resolve_recipients;
mod send_mail;
mod server;
mod settings;
mod sync;
#[cfg(test)]
mod tests;

pub use authentication::{Authentication, Bearer, Refusal};
pub use delivery::{DELIVERIES, Delivery, DeliveryError, OUTBOX, Outgoing, UnknownRecipients};
pub use partnership::{Partnership, PartnershipId, Wipe};
pub use provision::{Acknowledgement, ProvisioningSignal};
pub use server::{COMMANDS, DEVICES, Exchange};
