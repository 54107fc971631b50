//! What can be seen on a device, in one vocabulary for simulated and real ones.

use crate::listed::{
    ListedAccount, ObservedApp, ObservedCertificate, ObservedDeclaration, ObservedDevice, ObservedProfile,
    ObservedSecurity,
};
use crate::message::ObservedMessage;
use crate::raw::RawReference;
use crate::report::PolicyState;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An observation's name in its log; verdicts cite it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObservationId(pub u64);

/// The five services of an Exchange account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Service {
    Mail,
    Contacts,
    Calendars,
    Reminders,
    Notes,
}

/// A switch as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedSwitch {
    /// Whether it is on.
    pub on: bool,
    /// Whether it is dimmed.
    pub locked: bool,
}

/// An account as it was seen in Settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedAccount {
    /// Its name.
    pub name: String,
    /// Server.
    pub host: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// The five switches.
    pub services: BTreeMap<Service, ObservedSwitch>,
    /// Days of mail kept; 0 is everything.
    pub mail_window_days: u32,
    /// Whether the S/MIME section is shown.
    pub smime: bool,
    /// Sign.
    pub signing: ObservedSwitch,
    /// `PayloadUUID` of the signing identity.
    pub signing_identity: Option<String>,
    /// Encrypt by default.
    pub encrypt_by_default: ObservedSwitch,
    /// `PayloadUUID` of the encryption identity.
    pub encryption_identity: Option<String>,
    /// Whether the compose view has a lock.
    pub per_message_switch: bool,
    /// Whether a new message starts encrypted.
    pub compose_starts_encrypted: bool,
    /// Whether messages may move to other accounts.
    pub move_allowed: bool,
    /// Whether other apps may send.
    pub third_party_send: bool,
    /// Whether recent addresses are synchronised.
    pub recents: bool,
    /// The per-app VPN that it names; empty where it names none, absent where that is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpn: Option<String>,
    /// What the owner has changed by hand, in the judge's words, such as `services.mail.on`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub by_user: BTreeSet<String>,
}

/// What became of an action that was really tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionOutcome {
    /// It was done, and its effect was seen.
    Allowed,
    /// The control is shown and refused.
    Denied,
    /// The device shows no such control.
    Absent,
}

/// An action and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The action's id, such as `service.mail.off`.
    pub id: String,
    /// The outcome.
    pub outcome: ActionOutcome,
    /// The payload key that refused or freed it.
    pub by: Option<String>,
    /// Whether the effect that an allowed action must have was seen, and none where it was refused.
    pub effect_seen: bool,
    /// In words.
    pub text: String,
}

/// A prompt that the device raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompted {
    /// `password`, `sign-in`, `email-address`, `user-name`, `missing-recipient-certificates`; `certificate-password` and
    /// `consent` hold a whole profile back.
    pub kind: String,
    /// Whether the account's new settings were in force while it waited (EAS-042 says no).
    pub in_force_before: bool,
    /// Whether it was answered.
    pub answered: bool,
    /// What it names, such as recipients, or the profile that it holds back.
    pub names: Vec<String>,
}

/// How a message step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailOutcome {
    /// As the profile says.
    Ok,
    /// Otherwise.
    Failed,
    /// Not tried, because the profile lacks what it needs.
    Skipped,
}

/// A message step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Its name, such as `signed`.
    pub step: String,
    /// The wire message in the output folder.
    pub file: Option<String>,
    /// How it ended.
    pub outcome: MailOutcome,
    /// In words; for a skipped step the reason.
    pub text: String,
    /// Who signed, as the receiver saw it.
    pub signed_by: Option<String>,
    /// Addresses that it was encrypted to.
    pub encrypted_to: Vec<String>,
}

/// One thing that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact")]
#[non_exhaustive]
pub enum Fact {
    /// The profile is installed.
    Installed {
        /// Its `PayloadIdentifier`.
        identifier: String,
    },
    /// The profile was refused.
    Refused {
        /// Domains and codes, outermost first.
        error_chain: Vec<(String, u32)>,
    },
    /// The account.
    Account(Box<ObservedAccount>),
    /// A prompt.
    Prompt(Prompted),
    /// An action.
    Action(Action),
    /// A message step.
    Mail(Mail),
    /// A profile was removed.
    Removed {
        /// Its `PayloadIdentifier`.
        identifier: String,
    },
    /// There is no managed Exchange account in force.
    NoAccount {
        /// `none`, or how far the account is, such as `waiting-for-owner`.
        state: String,
    },
    /// The device itself.
    Device(ObservedDevice),
    /// Every profile that is installed.
    Profiles {
        /// The profiles, in the order of the list.
        profiles: Vec<ObservedProfile>,
    },
    /// Every certificate that profiles brought.
    Certificates {
        /// The certificates, in the order of the list.
        certificates: Vec<ObservedCertificate>,
    },
    /// Certificates that are known beside the device, to tell who is meant where a message names a certificate.
    KnownCertificates {
        /// The certificates.
        certificates: Vec<ObservedCertificate>,
    },
    /// The state of passcode and management.
    Security(ObservedSecurity),
    /// The managed apps.
    ManagedApps {
        /// The apps, sorted by identifier.
        apps: Vec<ObservedApp>,
    },
    /// The installed apps.
    InstalledApps {
        /// The apps, in the order of the list.
        apps: Vec<ObservedApp>,
    },
    /// Every Exchange account, as declarative status lists them.
    ListedAccounts {
        /// The accounts, in the order of the list.
        accounts: Vec<ListedAccount>,
        /// Whether only what changed is listed, so that an account that is missing may be there all the same.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        partial: bool,
        /// The identifiers of accounts that are told to be gone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<String>,
    },
    /// A service of the managed account went on or off: its items came, or left.
    ServiceSwitched {
        /// The service.
        service: Service,
        /// Whether it is on since.
        on: bool,
    },
    /// The declarations that the device knows.
    Declarations {
        /// The declarations, in the order of the report.
        declarations: Vec<ObservedDeclaration>,
    },
    /// A management command was not done.
    CommandFailed {
        /// What the device says: `Error`, `CommandFormatError` or `NotNow`.
        status: String,
        /// Domains and codes, outermost first.
        error_chain: Vec<(String, u32)>,
    },
    /// A message that was captured on the wire.
    Message(Box<ObservedMessage>),
    /// What Intune reports of a policy on this device.
    PolicyState(Box<PolicyState>),
}

/// A fact with its name, time and source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Its name.
    pub id: ObservationId,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// Where it was seen, such as `simulated-device`.
    pub source: String,
    /// The bytes that it was read from, in a kept log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawReference>,
    /// What was seen; the tag of its form is `fact`.
    #[serde(rename = "seen")]
    pub fact: Fact,
}
