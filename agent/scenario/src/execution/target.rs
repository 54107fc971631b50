//! The port: what a phone under judgement does and shows.

use crate::case::{Case, Installed, JudgedOutcome, Reader, Step, ViewPath};
use evidence::Action;
use intent::ActionId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use verdict::RunMessage;

/// Something that cases are run on: a simulated phone, evidence that was collected, later a phone that is managed or on
/// a cable.
///
/// The engine calls [`Target::begin`] once for each case, then [`Target::perform`] for each step in order; between them
/// it looks. Looking changes nothing.
pub trait Target {
    /// What it is called in reports: `simulated-device`, `evidence`.
    fn kind(&self) -> &'static str;

    /// Brings what the case gives: the phone, its owner, the peers, the time.
    ///
    /// # Errors
    /// [`Refusal`].
    fn begin(&mut self, case: &Case) -> Result<(), Refusal>;

    /// The time, in milliseconds since 1970; nothing where none is known.
    fn now_ms(&self) -> Option<i64>;

    /// Lets a step happen.
    ///
    /// # Errors
    /// [`Refusal`].
    fn perform(&mut self, step: &Step) -> Result<Done, Refusal>;

    /// The value at a path of the phone's view; nothing where the view has none.
    ///
    /// # Errors
    /// [`Refusal::NotSupported`] where it cannot be known.
    fn value(&mut self, path: &ViewPath) -> Result<Option<Value>, Refusal>;

    /// The whole view, for people.
    ///
    /// # Errors
    /// [`Refusal`].
    fn view(&mut self) -> Result<Value, Refusal>;

    /// What would become of an action. The phone stays as it is.
    ///
    /// # Errors
    /// [`Refusal`].
    fn try_action(&mut self, id: ActionId) -> Result<Action, Refusal>;

    /// What waits for the owner, in the words of the view's `prompts[].kind`.
    ///
    /// # Errors
    /// [`Refusal`].
    fn prompts(&mut self) -> Result<Vec<String>, Refusal>;

    /// A message that went over the wire, by the number that [`Done::messages`] gave; `opened` with whatever keys there
    /// are, where it is encrypted. What was opened once stays so.
    ///
    /// # Errors
    /// [`Refusal`].
    fn message(&mut self, number: usize, opened: bool) -> Result<MessageSeen, Refusal>;

    /// What somebody sees of a message.
    ///
    /// # Errors
    /// [`Refusal`].
    fn reading(&mut self, number: usize, by: &Reader) -> Result<ReadingSeen, Refusal>;

    /// The verdict on a requirement over everything that was seen, with the reason.
    ///
    /// # Errors
    /// [`Refusal`].
    fn judged(&mut self, requirement: &str) -> Result<(JudgedOutcome, String), Refusal>;

    /// The verdicts on every requirement that the judge knows something of, each with its reason.
    ///
    /// # Errors
    /// [`Refusal`].
    fn all_judged(&mut self) -> Result<BTreeMap<String, (JudgedOutcome, String)>, Refusal>;

    /// The rules that the linter reports for what is installed.
    ///
    /// # Errors
    /// [`Refusal`].
    fn lint_rules(&mut self) -> Result<BTreeSet<String>, Refusal>;
}

/// What became of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    /// In words, the same in every run.
    pub observed: String,
    /// What became of the owner's action, where the step is one.
    pub action: Option<Action>,
    /// What became of the installation, where the step is one or ends one.
    pub installed: Option<Installed>,
    /// The errors that the phone showed, outermost first.
    pub error_chain: Vec<(String, u32)>,
    /// What the phone asked, in order; nothing where that is not known.
    pub asked: Option<Vec<String>>,
    /// The messages that went over the wire, by number.
    pub messages: Vec<usize>,
    /// How many of them left the phone.
    pub sent: u32,
}

/// A message as it was seen on the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageSeen {
    /// What is the same in every run.
    pub outline: RunMessage,
    /// The octets, and what can be read of them without a key.
    pub readable: Vec<Vec<u8>>,
}

impl MessageSeen {
    /// Whether a text can be read in the octets.
    pub fn holds(&self, text: &str) -> bool {
        let wanted = text.as_bytes();
        wanted.is_empty()
            || self.readable.iter().any(|octets| octets.windows(wanted.len()).any(|part| part == wanted))
    }
}

/// What somebody sees of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadingSeen {
    /// Whether the text is there.
    pub readable: bool,
    /// What is shown of the signature; nothing where that cannot be seen.
    pub signature: Option<crate::case::SignatureSeen>,
    /// The name on the signer's certificate.
    pub signed_by: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// Whether the attachment came as it was sent; nothing where none was sent.
    pub attachment: Option<bool>,
    /// What is said to be wrong.
    pub problem: Option<String>,
}

/// Why a target does not do something, or does not tell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// This target cannot do or show it. The case is inconclusive.
    #[error("not supported: {what}")]
    NotSupported {
        /// What, as a noun with its reason.
        what: String,
    },
    /// The evidence does not tell it. The case is inconclusive.
    #[error("nothing in the evidence tells {what}")]
    NotSeen {
        /// What.
        what: String,
    },
    /// The phone is not so that it could be done. The case fails.
    #[error("{expected} is needed, and there is {observed}")]
    NotThere {
        /// What the step needs.
        expected: String,
        /// What there is.
        observed: String,
    },
    /// Something in the way has nothing to do with the phone. The case is in error.
    #[error("{reason}")]
    Broken {
        /// What.
        reason: String,
    },
}

impl Refusal {
    /// Something that this target cannot do or show.
    pub fn not_supported(what: impl Into<String>) -> Self {
        Refusal::NotSupported { what: what.into() }
    }

    /// Something in the way.
    pub fn broken(reason: impl ToString) -> Self {
        Refusal::Broken { reason: reason.to_string() }
    }
}
