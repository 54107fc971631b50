//! What happens in a case.

use super::expectation::Expectation;
use super::given::{Configuration, FileName, PhoneVariant, Sensitive};
use crate::diagnostic::Place;
use intent::{ActionId, OsVersion};
use profile::Timestamp;
use serde::Serialize;

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its name, for expectations about its message and for people.
    pub name: Option<String>,
    /// What happens.
    pub action: StepAction,
    /// How much virtual time it may take, in milliseconds.
    pub timeout_ms: Option<i64>,
    /// What must hold after it.
    pub expect: Vec<Expectation>,
    /// Where it stands.
    pub place: Place,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StepAction {
    /// `install`: a profile arrives; one that is there already is updated.
    Install(Install),
    /// `act`: the owner does something; the actions of `handset device act`.
    Act(ActionId),
    /// `answer`: the owner answers what the phone asks.
    Answer(Answer),
    /// `answer: all`: the owner answers rightly whatever the phone asks, until it asks nothing more.
    AnswerAll,
    /// `send`: the owner writes a message in the account of the profile.
    Send(Outgoing),
    /// `receive`: a message arrives in the owner's mailbox, the phone refreshes and the owner opens it.
    Receive(Incoming),
    /// `refresh`: the owner refreshes the mailbox.
    Refresh,
    /// `wait`: virtual time passes, in milliseconds.
    Wait(i64),
    /// `until`: virtual time passes until then.
    Until(Timestamp),
    /// `upgrade`: the phone gets a newer iOS.
    Upgrade(OsVersion),
    /// `network`: the network changes.
    Network(Fault),
    /// `remove`: the owner removes a profile.
    Remove(Removal),
    /// `restart`: the phone is switched off and on.
    Restart,
    /// `set`: what the phone is changes.
    Set(Settings),
}

/// A profile arrives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Install {
    /// What it is.
    pub configuration: Configuration,
    /// For which of the given users a policy is compiled.
    pub user: String,
}

/// What a phone asks. The words are those of `prompts[].kind` in `handset device show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum PromptKind {
    Password,
    SignIn,
    EmailAddress,
    UserName,
    MissingRecipientCertificates,
    Consent,
    CertificatePassword,
    RemovalPasscode,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The question; the oldest of its kind is answered.
    pub prompt: PromptKind,
    /// The answer.
    pub with: AnswerWith,
}

/// What the owner answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerWith {
    /// What is right: the password that the server takes, the address that the user has, consent.
    Right,
    /// Something that is not right.
    Wrong,
    /// This.
    Text(Sensitive),
    /// Nothing: the question is put aside.
    Cancel,
}

/// A message that the owner writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outgoing {
    /// The recipients; names of the embedded world stand for their addresses.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// An attachment.
    pub attachment: Option<Attachment>,
    /// Whether the owner taps the lock, which makes this message what a new one is not.
    pub flip_encryption: bool,
    /// Whether another app sends it.
    pub from_app: bool,
}

/// An attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its file name.
    pub name: String,
    /// Its size in octets; the content is made from the seed.
    pub octets: u32,
}

/// A message for the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Incoming {
    /// Who writes; ignored for a message from a file.
    pub from: String,
    /// The message, whole, instead of one that is made.
    pub file: Option<FileName>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// An attachment.
    pub attachment: Option<Attachment>,
    /// Whether it is signed.
    pub signed: bool,
    /// Whether it is encrypted to the identity that the account encrypts with.
    pub encrypted: bool,
    /// Whether one octet is changed on the way.
    pub tampered: bool,
    /// When it arrives: how long before the virtual time, in milliseconds.
    pub age_ms: i64,
}

/// What becomes of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// All is well again.
    None,
    /// Nothing is reached.
    Offline,
    /// Every answer takes this long, in milliseconds.
    Delay(i64),
    /// The next exchanges get no answer.
    Drop(u32),
    /// The next answers come with an HTTP status.
    Status {
        /// The status.
        code: u16,
        /// How many.
        exchanges: u32,
    },
    /// The next answers are cut in the middle.
    Truncate(u32),
}

/// What is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removal {
    /// `profile`: the profile that brought the account.
    OfAccount,
    /// The profile with this `PayloadIdentifier`.
    Identifier(String),
}

/// What the phone is from now on; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Whether it is supervised.
    pub supervised: Option<bool>,
    /// Its language.
    pub language: Option<String>,
    /// Readings of disputed sources.
    pub variants: Vec<PhoneVariant>,
    /// What SCEP and ACME servers do.
    pub enrolment: Option<super::Enrolment>,
}
