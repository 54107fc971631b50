//! Installed profiles: what is on the device, and how a profile comes and goes.
//!
//! `read` unwraps and decrypts, `validate` checks what the profile says by itself, `admission` whether this device takes
//! it, `pending` asks the owner, `enrolling` an enrolment server, `install` does it; `update` makes room for a profile that replaces another, `remove`
//! takes one off, `upgrade` reads the stored payloads anew for another iOS.

mod admission;
mod applicability;
mod certificates;
mod chain;
mod enrolling;
mod exchange;
mod file;
mod install;
mod pending;
mod read;
mod remove;
mod store;
mod update;
mod upgrade;
mod validate;

pub use applicability::{IgnoredKey, IgnoredReason};
pub(crate) use applicability::{acts, ignored};
pub use certificates::MAX_PROFILE_ITERATIONS;
pub(crate) use chain::link as error_link;
pub use chain::{ErrorChain, ErrorDomain, ErrorLink};
pub(crate) use enrolling::EnrollingInstall;
pub use enrolling::MAX_ENROLMENTS;
pub use file::ProfileFile;
pub(crate) use install::{Outcome, Request, install};
pub(crate) use pending::PendingInstall;
pub(crate) use remove::{remove, remove_by_management, remove_due, sweep};
pub(crate) use store::StoredProfile;
pub(crate) use upgrade::upgrade;

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
    /// The known keys that have no effect on this device, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<IgnoredKey>,
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
    /// Whether its removal asks for a passcode (`HasRemovalPasscode` of `ProfileList`).
    pub has_removal_passcode: bool,
    /// Whether it came encrypted (`IsEncrypted` of `ProfileList`).
    pub is_encrypted: bool,
    /// When the device removes it by itself, RFC 3339: the earlier of `RemovalDate` and `DurationUntilRemoval`.
    pub removal_date: Option<String>,
    /// How it came.
    pub source: Source,
    /// The certificates of its signer, leaf first; empty when unsigned.
    pub signer: Vec<Certificate>,
    /// Its payloads, in the profile's order.
    pub payloads: Vec<InstalledPayload>,
}

/// The payload types that this simulation acts on.
pub(crate) mod payload_type {
    pub(crate) const EAS: &str = "com.apple.eas.account";
    pub(crate) const MAIL: &str = "com.apple.mail.managed";
    pub(crate) const LDAP: &str = "com.apple.ldap.account";
    pub(crate) const MDM: &str = "com.apple.mdm";
    pub(crate) const SCEP: &str = "com.apple.security.scep";
    pub(crate) const ACME: &str = "com.apple.security.acme";
    pub(crate) const PKCS12: &str = "com.apple.security.pkcs12";
    pub(crate) const APP_VPN: &str = "com.apple.vpn.managed.applayer";
    pub(crate) const RESTRICTIONS: &str = "com.apple.applicationaccess";
    pub(crate) const PASSCODE: &str = "com.apple.mobiledevice.passwordpolicy";
    pub(crate) const REMOVAL_PASSWORD: &str = "com.apple.profileRemovalPassword";

    /// Payloads that bring a certificate or an identity in themselves.
    pub(crate) const CERTIFICATES: [&str; 4] =
        ["com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem", PKCS12];

    /// Payloads whose identity comes from a server.
    pub(crate) const ENROLMENT: [&str; 2] = [SCEP, ACME];

    /// Whether the simulation acts on a type.
    pub(crate) fn acts(payload_type: &str) -> bool {
        CERTIFICATES.contains(&payload_type)
            || ENROLMENT.contains(&payload_type)
            || [EAS, MAIL, LDAP, MDM, APP_VPN, RESTRICTIONS, PASSCODE, REMOVAL_PASSWORD]
                .contains(&payload_type)
    }
}
