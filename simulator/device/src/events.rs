//! What happened on the device, for whoever watches.

use crate::{AccountId, AccountState, EnrolmentProtocol, ErrorChain, MessageId, PromptKind, Service};
use serde::{Deserialize, Serialize};

/// One thing that happened. Neither random bytes nor lengths or digests of them are in it, so the same seed gives
/// the same events (ARCHITECTURE.md, invariant 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// A profile was installed.
    ProfileInstalled {
        /// Its `PayloadIdentifier`.
        identifier: String,
    },
    /// A profile was refused; the device is as before.
    ProfileRefused {
        /// Why.
        error_chain: ErrorChain,
    },
    /// A server is asked for an identity of a profile.
    IdentityRequested {
        /// `PayloadIdentifier` of the profile.
        profile: String,
        /// `PayloadUUID` of the payload.
        payload_uuid: String,
        /// How the server is asked.
        protocol: EnrolmentProtocol,
    },
    /// A profile was removed, with what it had brought.
    ProfileRemoved {
        /// Its `PayloadIdentifier`.
        identifier: String,
    },
    /// A payload was stored but has no effect in this simulation.
    PayloadStored {
        /// Its `PayloadType`.
        payload_type: String,
    },
    /// The system was upgraded, and stored payloads were read anew.
    OsUpgraded {
        /// The version now.
        ios: String,
    },
    /// The owner is asked something.
    Prompted {
        /// What.
        prompt: PromptKind,
    },
    /// An account changed its state.
    AccountState {
        /// Which.
        account: AccountId,
        /// The new state.
        state: AccountState,
    },
    /// A folder of a service was synchronised.
    Synchronised {
        /// The account.
        account: AccountId,
        /// The service.
        service: Service,
        /// How many items the device now holds of it.
        items: usize,
    },
    /// The content of a service that was switched off left the device.
    Emptied {
        /// The account.
        account: AccountId,
        /// The service.
        service: Service,
    },
    /// A message left the device.
    MessageSent {
        /// The sending account.
        account: AccountId,
        /// Its `Message-ID`.
        message_id: String,
        /// Whether it was signed, and with which certificate (subject).
        signed_by: Option<String>,
        /// The addresses that it was encrypted to; empty when it was not encrypted.
        encrypted_to: Vec<String>,
    },
    /// A message could not be sent.
    MessageNotSent {
        /// The sending account.
        account: AccountId,
        /// The reason, from the server's status.
        reason: String,
    },
    /// A message arrived.
    MessageReceived {
        /// The account.
        account: AccountId,
        /// The local number.
        message: MessageId,
    },
    /// A message moved to another account.
    MessageMoved {
        /// From.
        from: AccountId,
        /// To.
        to: AccountId,
    },
}
