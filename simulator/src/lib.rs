//! The shell around device and peers: the embedded world of one phone, with virtual time and a direct transport.
#![warn(missing_docs)]

mod colleague;
mod enrolment;
mod keys;
mod mailboxes;
mod network;
mod people;
pub mod store;
mod transport;
mod world;

pub use enrolment::EnrolmentServer;
pub use keys::{WorldKey, world_keys};
pub use network::NetworkFault;
pub use peers::DirectoryError;
pub use peers::correspondent::{AttachedFile, Draft, Signing};
pub use people::{MAX_PEOPLE, PublishedCertificate, Sent, WritingError};
pub use world::{
    AnswerError, Colleague, ColleagueReading, Delivery, MAX_HISTORY, Owner, Peer, STEP_MS, World, WorldError,
    WorldOptions, signer_problem,
};

/// The cryptography of every simulated party.
pub static PROVIDER: crypto::AwsLc = crypto::AwsLc;
