//! What `handset try` found, as one value. Its JSON is a contract (fixtures/schema/trial.schema.json); every other
//! output renders it.

use crate::{Outcome, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const TRIAL_SCHEMA_VERSION: u32 = 1;

/// A profile tried on a fresh device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// [`TRIAL_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The profile that was read.
    pub profile: TrialProfile,
    /// The device that it was tried on.
    pub device: TrialDevice,
    /// What the linter and the reader found.
    pub findings: Vec<TrialFinding>,
    /// Whether it was installed; nothing when the file was no readable profile.
    pub install: Option<Install>,
    /// The account as its owner sees it; nothing when the profile brings none or was refused.
    pub account: Option<TrialAccount>,
    /// The prompts that were raised.
    pub prompts: Vec<TrialPrompt>,
    /// Every user action and what became of it.
    pub actions: Vec<TrialAction>,
    /// Every message step.
    pub mail: Vec<TrialMail>,
    /// Where the device did otherwise than the profile says, by the judge.
    pub deviations: Vec<Deviation>,
    /// What became of every requirement under the policy of `--intent`; empty without one.
    pub verdicts: Vec<Verdict>,
    /// The exit code.
    pub exit: u8,
}

/// The profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrialProfile {
    /// The file as it was named.
    pub file: String,
    /// `xml`, `binary` or `unreadable`.
    pub format: String,
    /// Whether a CMS signature was around it.
    pub signed: bool,
    /// The signer's certificate chain, leaf first, as subjects.
    pub signer: Vec<String>,
    /// `PayloadIdentifier`.
    pub identifier: Option<String>,
    /// `PayloadUUID`.
    pub uuid: Option<String>,
    /// `PayloadDisplayName`.
    pub display_name: Option<String>,
    /// `PayloadOrganization`.
    pub organization: Option<String>,
    /// The payloads.
    pub payloads: Vec<TrialPayload>,
}

/// A payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialPayload {
    /// `PayloadType`.
    #[serde(rename = "type")]
    pub payload_type: Option<String>,
    /// `PayloadUUID`.
    pub uuid: Option<String>,
    /// `PayloadIdentifier`.
    pub identifier: Option<String>,
    /// `PayloadDisplayName`.
    pub display_name: Option<String>,
    /// Whether the simulated device acts on it.
    pub simulated: bool,
}

/// The device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialDevice {
    /// The iOS version.
    pub ios: String,
    /// The model.
    pub model: String,
    /// Whether it is supervised.
    pub supervised: bool,
    /// The virtual time at the start, RFC 3339.
    pub clock: String,
    /// The seed.
    pub seed: u64,
    /// Readings of disputed sources, by name.
    pub variants: BTreeMap<String, String>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialFinding {
    /// The rule's id.
    pub rule: String,
    /// `info`, `warning` or `error`.
    pub severity: String,
    /// What is found.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The file.
    pub file: String,
    /// Line from 1, where the file has lines.
    pub line: Option<u32>,
    /// Column from 1, in characters.
    pub column: Option<u32>,
    /// Where the rule comes from.
    pub reference: String,
}

/// The installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Install {
    /// Whether the phone took it.
    pub status: InstallStatus,
    /// The errors that the phone shows, outermost first.
    pub error_chain: Vec<TrialError>,
}

/// Whether the phone took the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum InstallStatus {
    Installed,
    Refused,
}

/// One error of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialError {
    /// The domain.
    pub domain: String,
    /// The code.
    pub code: u32,
    /// The text.
    pub text: String,
}

/// The account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialAccount {
    /// Its name.
    pub name: String,
    /// What decided the name.
    pub name_by: String,
    /// Server.
    pub host: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// The five services.
    pub services: TrialServices,
    /// Days of mail kept; 0 is everything.
    pub mail_window_days: u32,
    /// What decided it.
    pub mail_window_days_by: String,
    /// S/MIME.
    pub smime: TrialSmime,
    /// Whether messages may move to other accounts.
    #[serde(rename = "move")]
    pub move_allowed: bool,
    /// What decided it.
    pub move_by: String,
    /// Whether other apps may send.
    pub third_party_send: bool,
    /// What decided it.
    pub third_party_send_by: String,
    /// Whether recently used addresses are synchronised.
    pub recents: bool,
    /// What decided it.
    pub recents_by: String,
}

/// The five services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct TrialServices {
    pub mail: TrialSwitch,
    pub contacts: TrialSwitch,
    pub calendars: TrialSwitch,
    pub reminders: TrialSwitch,
    pub notes: TrialSwitch,
}

/// A switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialSwitch {
    /// Whether it is on.
    pub on: bool,
    /// Whether it is dimmed.
    pub locked: bool,
    /// What decided `on`.
    pub on_by: String,
    /// What decided `locked`.
    pub locked_by: String,
}

/// The S/MIME section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialSmime {
    /// Whether the phone shows the section.
    pub enabled: bool,
    /// Sign.
    pub signing: TrialSwitch,
    /// The name on the signing certificate.
    pub signing_identity: Option<String>,
    /// What decided it.
    pub signing_identity_by: String,
    /// Encrypt by default.
    pub encrypt_by_default: TrialSwitch,
    /// The name on the encryption certificate.
    pub encryption_identity: Option<String>,
    /// What decided it.
    pub encryption_identity_by: String,
    /// Whether the compose view has a lock.
    pub per_message_switch: bool,
    /// What decided it.
    pub per_message_switch_by: String,
    /// How a new message starts.
    pub compose_starts: ComposeStarts,
}

/// How a new message starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ComposeStarts {
    Clear,
    Encrypted,
}

/// A prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialPrompt {
    /// `password`, `sign-in`, `email-address`, `user-name` or `missing-recipient-certificates`.
    pub kind: String,
    /// What it says or names.
    pub text: String,
    /// The recipients that it names, if any.
    pub recipients: Vec<String>,
    /// Whether the simulated user answered it.
    pub answered: bool,
    /// Whether the account's settings were in force while it waited.
    pub in_force_before: bool,
}

/// An action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialAction {
    /// Its id.
    pub id: String,
    /// `allowed`, `denied` or `absent`.
    pub verdict: evidence::ActionOutcome,
    /// The payload key that decided.
    pub by: Option<String>,
    /// In words.
    pub text: String,
}

/// A message step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialMail {
    /// Its name.
    pub step: String,
    /// The wire message in the output folder; nothing when no message went over the wire.
    pub file: Option<String>,
    /// `ok`, `failed` or `skipped`.
    pub outcome: evidence::MailOutcome,
    /// In words; for a skipped step the reason.
    pub text: String,
    /// Who signed, as the receiver saw it.
    pub signed_by: Option<String>,
    /// Addresses that it was encrypted to.
    pub encrypted_to: Vec<String>,
}

/// A point where the device did otherwise than the profile says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// What was looked at, such as `services.mail.on` or an action id.
    pub subject: String,
    /// What the profile says.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// The requirements that say so.
    pub requirements: Vec<String>,
}

impl Trial {
    /// A trial of which nothing is known yet.
    pub fn new(profile: TrialProfile, device: TrialDevice, findings: Vec<TrialFinding>) -> Trial {
        Trial {
            schema_version: TRIAL_SCHEMA_VERSION,
            profile,
            device,
            findings,
            install: None,
            account: None,
            prompts: Vec::new(),
            actions: Vec::new(),
            mail: Vec::new(),
            deviations: Vec::new(),
            verdicts: Vec::new(),
            exit: 0,
        }
    }

    /// The exit code that the findings make: 2 for a file that is no readable profile, 1 when the phone refused it
    /// or something went otherwise than the profile or the policy says, else 0.
    pub fn exit_code(&self) -> u8 {
        let Some(install) = &self.install else { return 2 };
        let failed = self.mail.iter().any(|m| m.outcome == evidence::MailOutcome::Failed);
        let unmet = self.verdicts.iter().any(|v| v.outcome == Outcome::Fail);
        u8::from(install.status == InstallStatus::Refused || failed || !self.deviations.is_empty() || unmet)
    }
}
