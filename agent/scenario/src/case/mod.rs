//! What a runner executes: cases, fully resolved. Nothing in them is looked up any more but the files they name.

mod expectation;
mod given;
mod id;
mod matcher;
mod path;
mod step;

pub use expectation::{
    ActionExpectation, Check, ErrorLink, Expectation, Installed, JudgedOutcome, Reader, Reading, ReadingOf,
    SignatureSeen, Verdict, Wire,
};
pub use given::{
    Certificates, Configuration, Correspondent, CorrespondentCertificate, Enrolment, Exchange, FileName,
    Given, OAuthSupport, Peers, Phone, PhoneVariant, Pkcs12File, Sensitive,
};
pub use id::{CaseId, MAX_ID_OCTETS, is_name};
pub use matcher::Matcher;
pub use path::{MAX_PATH_STEPS, PathError, ViewPath};
pub use step::{
    Answer, AnswerWith, Attachment, Fault, Incoming, Install, Outgoing, PromptKind, Removal, Settings, Step,
    StepAction,
};

use crate::diagnostic::Place;
use serde::Serialize;
use std::collections::BTreeSet;

/// A case: one scenario with one combination of its matrix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// Stable, readable, unique: `suite/scenario[variable=value,…]`. What `--case` takes.
    pub id: CaseId,
    /// The suite.
    pub suite: String,
    /// The scenario.
    pub scenario: String,
    /// The combination of the matrix: axis and label, in the order of the file.
    pub values: Vec<(String, String)>,
    /// What the scenario is about, for people.
    pub about: Option<String>,
    /// Tags of suite and scenario.
    pub tags: BTreeSet<String>,
    /// Requirements of the scenario and of every expectation in it.
    pub requirements: BTreeSet<String>,
    /// What the case waits for; such a case is listed and not run.
    pub pending: Option<String>,
    /// What is there at the start.
    pub given: Given,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// What must hold at the end.
    pub expect: Vec<Expectation>,
    /// The secrets that steps and certificates name.
    pub secrets: BTreeSet<String>,
    /// The options that the suite spells out.
    pub options: Options,
    /// Where the scenario stands.
    pub place: Place,
}

/// Options of a run that a suite spells out; what the command line says goes first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Options {
    /// `jobs`: cases at the same time.
    pub jobs: Option<u32>,
    /// `retries`: how often a case that could not be judged is tried again.
    pub retries: Option<u32>,
    /// `fail-fast`: whether the run ends with the first failure.
    pub fail_fast: Option<bool>,
    /// `seed`: decides everything random but real cryptography.
    pub seed: Option<u64>,
    /// `timeout`: how much virtual time a step may take, in milliseconds, where it says nothing itself.
    pub timeout_ms: Option<i64>,
    /// `filter`: which cases of the suite are run, as in `--filter`.
    pub filter: Option<String>,
}

impl Case {
    /// Every file that the case names, in the order in which they are needed.
    pub fn files(&self) -> Vec<&FileName> {
        let certificates = &self.given.certificates;
        let identities = [&certificates.authentication, &certificates.signing, &certificates.encryption];
        let mut files: Vec<&FileName> =
            self.given.configuration.iter().filter_map(Configuration::file).collect();
        files.extend(&certificates.roots);
        files.extend(identities.into_iter().flatten().chain(&certificates.others).map(|p| &p.file));
        files.extend(self.steps.iter().filter_map(|step| match &step.action {
            StepAction::Install(install) => install.configuration.file(),
            StepAction::Receive(incoming) => incoming.file.as_ref(),
            _ => None,
        }));
        files
    }
}

impl Configuration {
    /// The file that it is in.
    pub fn file(&self) -> Option<&FileName> {
        match self {
            Configuration::Policy(_) => None,
            Configuration::PolicyFile(file) | Configuration::Profile(file) => Some(file),
        }
    }
}
