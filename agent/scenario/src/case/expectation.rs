//! What must hold.

use super::matcher::Matcher;
use super::path::ViewPath;
use super::step::PromptKind;
use crate::diagnostic::Place;
use intent::ActionId;
use serde::Serialize;
use std::collections::BTreeSet;

/// An expectation. After a step it is about that step, at the end about the phone as it is then.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expectation {
    /// What must hold.
    pub check: Check,
    /// The requirements that say so; those of the scenario where none are named.
    pub requirements: BTreeSet<String>,
    /// Why, for people.
    pub why: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// What must hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Check {
    /// `state`: a value of the phone's view (`handset device show --format json`).
    State {
        /// Where it is in the view.
        path: ViewPath,
        /// What it must be.
        matcher: Matcher,
    },
    /// `verdict`: what became of the step's action.
    Verdict(Verdict),
    /// `actions`: what would become of an action, tried on a copy of the phone.
    Action(ActionExpectation),
    /// `install`: whether the step's profile was taken.
    Install(Installed),
    /// `error-chain`: the errors that the phone shows, outermost first; these must be among them in this order.
    ErrorChain(Vec<ErrorLink>),
    /// `prompts`: what waits for the owner, all of it, in this order.
    Prompts(Vec<PromptKind>),
    /// `asked`: what the phone asked since the step began, all of it, in this order.
    Asked(Vec<PromptKind>),
    /// `sent`: how many messages left the phone in this step, or in the whole case.
    Sent(u32),
    /// `wire`: a message as it went over the wire.
    Wire(Wire),
    /// `reading`: what a reader sees of a message.
    Reading(ReadingOf),
    /// `judged`: the verdict on a requirement over everything that was seen.
    Judged {
        /// The requirement.
        requirement: String,
        /// The verdict.
        outcome: JudgedOutcome,
    },
    /// `judged: nothing-fails`: no requirement that the judge knows fails over everything that was seen, and some pass.
    NothingFails,
    /// `finds` and `finds-not`: whether the linter reports a rule for what is installed.
    Lint {
        /// The id of the rule.
        rule: String,
        /// Whether it must be reported.
        found: bool,
    },
}

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How it went.
    pub verdict: intent::ActionVerdict,
    /// The payload key that decided; any where it is `None`.
    pub by: Option<String>,
}

/// What would become of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActionExpectation {
    /// The action.
    pub id: ActionId,
    /// What would become of it.
    pub verdict: Verdict,
}

/// Whether the phone took a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Installed {
    /// It is installed.
    Installed,
    /// It was refused.
    Refused,
    /// It waits for the owner.
    Waiting,
}

/// One error of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorLink {
    /// The domain; any where it is `None`.
    pub domain: Option<String>,
    /// The code; any where it is `None`.
    pub code: Option<u32>,
}

/// A message as it went over the wire. What is `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Wire {
    /// The step that sent it; the expectation's own, or the last that sent one.
    pub of: Option<String>,
    /// `signed`: whether there is a signature.
    pub signed: Option<bool>,
    /// `encrypted`: whether it is encrypted.
    pub encrypted: Option<bool>,
    /// `signed-by`: the name on the signer's certificate.
    pub signed_by: Option<Matcher>,
    /// `encrypted-to`: the addresses of all recipients of the key, in any order.
    pub encrypted_to: Option<BTreeSet<String>>,
    /// `micalg`: the parameter of `multipart/signed` (RFC 8551, section 3.5.3.2).
    pub micalg: Option<Matcher>,
    /// `cipher`: the content encryption algorithm, such as `aes-256-cbc`.
    pub cipher: Option<Matcher>,
    /// `content-type`: the outermost media type, without parameters.
    pub content_type: Option<Matcher>,
    /// `holds`: a text that must, or with `holds-not` must not, be readable in the octets.
    pub holds: Option<String>,
    /// `holds-not`.
    pub holds_not: Option<String>,
}

/// What a reader sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadingOf {
    /// `of`: the step that sent or delivered the message; the expectation's own, or the last.
    pub of: Option<String>,
    /// `by`: who reads; the receiver by default.
    pub by: Reader,
    /// What is seen.
    pub reading: Reading,
}

/// Who reads a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// Whom it was for: the correspondent of a message sent, the phone of one received.
    #[default]
    Receiver,
    /// The phone, of what it sent: its copy in the folder of sent messages.
    Phone,
    /// Somebody with this name or address.
    Other(String),
}

/// What is seen of a message. What is `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// `readable`: whether text and attachment are there.
    pub readable: Option<bool>,
    /// `signature`: what is shown of the signature.
    pub signature: Option<SignatureSeen>,
    /// `signed-by`: the name on the signer's certificate.
    pub signed_by: Option<Matcher>,
    /// `text`: the text.
    pub text: Option<Matcher>,
    /// `attachment`: whether the attachment came whole.
    pub attachment: Option<bool>,
    /// `problem`: what is said to be wrong.
    pub problem: Option<Matcher>,
}

/// What is shown of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum SignatureSeen {
    Valid,
    Invalid,
    Absent,
}

/// The verdict on a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum JudgedOutcome {
    Pass,
    Fail,
    Inconclusive,
    NotApplicable,
}
