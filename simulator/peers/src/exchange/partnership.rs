//! A user's device as the server knows it.

use super::provision::Acknowledgement;
use super::sync::Collection;
use crate::directory::fold;
use serde::{Deserialize, Serialize};
use smime::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use wire::Shared;
use wire::eas::folder_sync::Folder;
use wire::eas::headers::PolicyKey;
use wire::eas::settings::DeviceInformation;

/// Names a partnership: the user's primary address and the device id, both without case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct PartnershipId {
    address: String,
    device_id: String,
}

/// One text, so that it can be the key of a JSON object; addresses contain no control characters.
impl From<PartnershipId> for String {
    fn from(id: PartnershipId) -> Self {
        format!("{}\n{}", id.address, id.device_id)
    }
}

impl From<String> for PartnershipId {
    fn from(text: String) -> Self {
        let (address, device_id) = text.split_once('\n').unwrap_or((&text, ""));
        Self { address: address.into(), device_id: device_id.into() }
    }
}

impl PartnershipId {
    pub(super) fn new(address: &str, device_id: &str) -> Self {
        Self { address: fold(address).into_owned(), device_id: fold(device_id).into_owned() }
    }

    pub(super) fn same_user(&self, other: &Self) -> bool {
        self.address == other.address
    }

    /// The user's primary address, in lower case.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The device id, in lower case.
    pub fn device_id(&self) -> &str {
        &self.device_id
    }
}

/// A wipe that is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wipe {
    /// The whole device.
    Device,
    /// The account only (16.1).
    Account,
}

/// What the server knows of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partnership {
    /// The device type of the last request.
    pub device_type: String,
    /// The user agent of the last request.
    pub user_agent: Option<String>,
    /// What the device said of itself.
    pub information: Option<DeviceInformation>,
    /// When the last request came.
    pub last_request: Option<Timestamp>,
    /// Whether the device is blocked.
    pub blocked: bool,
    /// A wipe that is ordered and not yet acknowledged.
    pub wipe: Option<Wipe>,
    /// How the device acknowledged the policy that its key stands for.
    pub acknowledgement: Option<Acknowledgement>,
    /// The key that the device must show.
    pub policy_key: Option<PolicyKey>,
    pub(super) temporary_key: Option<PolicyKey>,
    pub(super) former_keys: VecDeque<PolicyKey>,
    pub(super) hierarchy: Hierarchy,
    pub(super) collections: BTreeMap<String, Shared<Collection>>,
    pub(super) sent_client_ids: VecDeque<String>,
}

/// The folders that a device knows: now, and before the last answer, in case that was lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hierarchy {
    pub(super) number: u32,
    pub(super) known: BTreeMap<String, Shared<Folder>>,
    pub(super) before: Option<BTreeMap<String, Shared<Folder>>>,
}
