//! The answers in the words of their contract (fixtures/schema/answers.schema.json).

use crate::findings::severity;
use crate::lint::Code;
use intent::answer::{
    Cause, Choice, HeldCertificate, LinkTarget, Lookup, MessageFate, Permission, PredictedPrompt,
    SignInMethod, Statement, Weight,
};
use profile::graph::Finding;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the contract. It grows by addition only.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// What was asked and what is said.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub schema_version: u32,
    /// The command, such as `why prompts`.
    pub question: &'static str,
    /// The files, or the words, it was asked of.
    pub of: Vec<String>,
    pub statements: Vec<Statement>,
    pub codes: Vec<ShownCode>,
    pub users: Vec<ShownUser>,
    pub links: Vec<LinkTarget>,
    pub permissions: Vec<Permission>,
    pub sign_in: Vec<ShownSignIn>,
    pub certificates: Vec<ShownCertificate>,
    pub choices: Vec<Choice>,
    pub lookups: Vec<Lookup>,
    pub messages: Vec<MessageFate>,
    pub findings: Vec<ShownFinding>,
    pub summary: Summary,
    pub exit: u8,
    /// Where a statement stands that was made of one user already.
    #[serde(skip)]
    known: BTreeMap<(&'static str, String, Option<String>), usize>,
}

/// An error and what is behind it.
#[derive(Debug, Serialize)]
pub(super) struct ShownCode {
    #[serde(flatten)]
    pub code: Code,
    /// The code in Intune's reports without its sign.
    pub unsigned: u32,
    /// What Intune adds to Apple's codes.
    pub offset: i64,
    pub causes: Vec<Cause>,
}

/// What one user notices.
#[derive(Debug, Serialize)]
pub(super) struct ShownUser {
    pub upn: String,
    /// `new`, `changed`, `unchanged`, `removed`, `not-assigned`, or `unknown` where what was read shows no change and
    /// something could not be read.
    pub change: &'static str,
    pub prompts: Vec<PredictedPrompt>,
    pub mail_again: bool,
}

/// How an account signs in.
#[derive(Debug, Serialize)]
pub(super) struct ShownSignIn {
    pub file: String,
    pub account: Option<String>,
    pub host: Option<String>,
    pub method: SignInMethod,
}

/// A certificate.
#[derive(Debug, Serialize)]
pub(super) struct ShownCertificate {
    pub file: String,
    pub name: String,
    pub addresses: Vec<String>,
    pub issuer: String,
    pub serial: String,
    pub not_before: String,
    pub not_after: String,
    pub days_left: i64,
    pub signs: bool,
    pub encrypts: bool,
    /// `before` or `after` a renewal; none where there is none.
    pub when: Option<&'static str>,
}

/// A finding about a document.
#[derive(Debug, Serialize)]
pub(super) struct ShownFinding {
    pub rule: &'static str,
    pub severity: &'static str,
    /// The document, as it was named.
    pub file: Option<String>,
    pub path: String,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub message: String,
    pub help: Option<String>,
    pub reference: &'static str,
}

/// How many statements and findings there are.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Summary {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

impl Answer {
    pub fn new(question: &'static str, of: Vec<String>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            question,
            of,
            statements: Vec::new(),
            codes: Vec::new(),
            users: Vec::new(),
            links: Vec::new(),
            permissions: Vec::new(),
            sign_in: Vec::new(),
            certificates: Vec::new(),
            choices: Vec::new(),
            lookups: Vec::new(),
            messages: Vec::new(),
            findings: Vec::new(),
            summary: Summary::default(),
            exit: 0,
            known: BTreeMap::new(),
        }
    }

    /// Adds statements of one user; what is said of several is said once.
    pub fn say_of(&mut self, upn: &str, statements: Vec<Statement>) {
        for statement in statements {
            let key = (statement.id, statement.text.clone(), statement.subject.clone());
            let at = *self.known.entry(key).or_insert(self.statements.len());
            match self.statements.get_mut(at) {
                Some(known) => known.users.push(upn.to_owned()),
                None => self.statements.push(statement.users(vec![upn.to_owned()])),
            }
        }
    }

    pub fn find(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings.into_iter().map(ShownFinding::from));
    }

    pub fn certificates(
        &mut self,
        held: &[HeldCertificate],
        at: profile::Timestamp,
        when: Option<&'static str>,
    ) {
        self.certificates.extend(held.iter().map(|one| ShownCertificate {
            file: one.file.clone(),
            name: one.name.clone(),
            addresses: one.addresses.clone(),
            issuer: one.issuer.clone(),
            serial: one.serial.clone(),
            not_before: one.not_before.to_rfc3339(),
            not_after: one.not_after.to_rfc3339(),
            days_left: one.not_after.0.saturating_sub(at.0).div_euclid(86_400_000),
            signs: one.signs,
            encrypts: one.encrypts,
            when,
        }));
    }

    /// Counts, and settles the exit code: 1 when something is wrong or somebody notices something.
    pub fn settled(mut self) -> Self {
        let mut seen = BTreeSet::new();
        let place = |f: &ShownFinding| (f.rule, f.file.clone(), f.path.clone(), f.line, f.message.clone());
        self.findings.retain(|finding| seen.insert(place(finding)));
        let weight =
            |severity: &str| ["error", "warning"].iter().position(|word| *word == severity).unwrap_or(2);
        self.findings.sort_by_key(|finding| weight(finding.severity));
        // What matters most comes first; else the order in which it was found.
        self.statements.sort_by_key(|statement| std::cmp::Reverse(statement.weight));
        for statement in &self.statements {
            match statement.weight {
                Weight::Error => self.summary.errors += 1,
                Weight::Warning => self.summary.warnings += 1,
                Weight::Info => self.summary.infos += 1,
            }
        }
        for finding in &self.findings {
            match finding.severity {
                "error" => self.summary.errors += 1,
                "warning" => self.summary.warnings += 1,
                _ => self.summary.infos += 1,
            }
        }
        self.exit = u8::from(self.summary.errors + self.summary.warnings > 0);
        self
    }
}

impl From<Finding> for ShownFinding {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: severity(finding.severity),
            file: Some(finding.file).filter(|file| !file.is_empty()),
            path: finding.path,
            line: finding.line,
            column: finding.column,
            message: finding.message,
            help: finding.help,
            reference: finding.reference,
        }
    }
}
