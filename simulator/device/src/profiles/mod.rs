//! Installed profiles: what is on the device, and how a profile comes and goes.

mod chain;
mod install;
mod remove;
mod validate;

pub use chain::{ErrorChain, ErrorDomain, ErrorLink};
pub(crate) use install::install;
pub(crate) use remove::remove;

use serde::{Deserialize, Serialize};
use smime::Certificate;

/// How a profile came to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The owner installed it by hand.
    Owner,
    /// A management server sent it.
    Mdm,
}

/// A payload of an installed profile, as `ProfileList` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalledPayload {
    /// `PayloadType`.
    #[serde(rename = "type")]
    pub payload_type: String,
    /// `PayloadUUID`.
    pub uuid: String,
    /// `PayloadIdentifier`.
    pub identifier: String,
    /// `PayloadDisplayName`.
    pub display_name: Option<String>,
    /// Whether this simulation acts on it; otherwise it is stored only.
    pub acts: bool,
}

/// An installed profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalledProfile {
    /// `PayloadIdentifier`.
    pub identifier: String,
    /// `PayloadUUID`.
    pub uuid: String,
    /// `PayloadDisplayName`.
    pub display_name: Option<String>,
    /// `PayloadOrganization`.
    pub organization: Option<String>,
    /// `PayloadRemovalDisallowed`.
    pub removal_disallowed: bool,
    /// How it came.
    pub source: Source,
    /// The certificates of its signer, leaf first; empty when unsigned.
    pub signer: Vec<Certificate>,
    /// Its payloads, in the profile's order.
    pub payloads: Vec<InstalledPayload>,
}
