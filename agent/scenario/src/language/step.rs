//! Steps.

use super::fields::{Decoder, Fields};
use super::keys;
use super::procedure::Procedures;
use crate::case::{
    Answer, AnswerWith, Attachment, Configuration, Fault, Given, Incoming, Install, Outgoing, PromptKind,
    Removal, Settings, Step, StepAction,
};
use crate::diagnostic::Problem;
use crate::yaml::{Node, Value};
use intent::ActionId;
use std::collections::BTreeSet;

/// The largest attachment, in octets.
const MAX_ATTACHMENT_OCTETS: u32 = 32 * 1024 * 1024;

pub(super) const PROMPTS: &[(&str, PromptKind)] = &[
    ("password", PromptKind::Password),
    ("sign-in", PromptKind::SignIn),
    ("email-address", PromptKind::EmailAddress),
    ("user-name", PromptKind::UserName),
    ("missing-recipient-certificates", PromptKind::MissingRecipientCertificates),
    ("consent", PromptKind::Consent),
    ("certificate-password", PromptKind::CertificatePassword),
    ("removal-passcode", PromptKind::RemovalPasscode),
];

impl Decoder<'_> {
    pub(super) fn steps(&mut self, node: &Node, procedures: &Procedures, given: &Given) -> Vec<Step> {
        let nodes = self.spread(node, procedures);
        let mut names: BTreeSet<String> = BTreeSet::new();
        // A change of the policy is laid over the policy as it was last.
        let mut configuration = given.configuration.clone();
        let mut steps = Vec::with_capacity(nodes.len());
        for node in nodes {
            let Some(step) = self.step(node, given, &mut configuration, &names) else { continue };
            if let Some(name) = &step.name
                && !names.insert(name.clone())
            {
                let other = "this scenario".to_owned();
                let problem = Problem::DuplicateName { what: "the step", name: name.clone(), other };
                self.problem(problem.at(node.span));
            }
            steps.push(step);
        }
        steps
    }

    fn step(
        &mut self,
        node: &Node,
        given: &Given,
        configuration: &mut Option<Configuration>,
        names: &BTreeSet<String>,
    ) -> Option<Step> {
        let place = self.place(node.span);
        let bare =
            |action| Step { name: None, action, timeout_ms: None, expect: Vec::new(), place: place.clone() };
        if let Some(scalar) = node.scalar() {
            return match scalar.text.as_str() {
                "install" => {
                    self.given_install(node, given, configuration).map(|i| bare(StepAction::Install(i)))
                }
                "refresh" => Some(bare(StepAction::Refresh)),
                "restart" => Some(bare(StepAction::Restart)),
                "remove" => Some(bare(StepAction::Remove(Removal::OfAccount))),
                word => {
                    let known = ["install", "refresh", "restart", "remove"];
                    let problem = Problem::UnknownWord { word: word.to_owned(), what: "step" }.at(node.span);
                    self.problem(problem.near(word, known));
                    None
                }
            };
        }
        let fields = self.fields(node, "a step", keys::STEP);
        let action = self.action_of(node).and_then(|key| {
            let value = fields.of(key)?;
            self.action(key, value, given, configuration)
        });
        let name = fields.of("name").and_then(|n| self.text(n));
        let mut known = names.clone();
        known.extend(name.clone());
        let expect = fields.of("expect").map(|n| self.expectations(n, &known, true)).unwrap_or_default();
        let timeout_ms = fields.of("timeout").and_then(|n| self.duration(n));
        Some(Step { name, action: action?, timeout_ms, expect, place })
    }

    fn action(
        &mut self,
        key: &str,
        node: &Node,
        given: &Given,
        configuration: &mut Option<Configuration>,
    ) -> Option<StepAction> {
        match key {
            "install" => self.install(node, given, configuration).map(StepAction::Install),
            "act" => self.action_id(node).map(StepAction::Act),
            "answer" if node.scalar().is_some_and(|s| s.text == "all") => Some(StepAction::AnswerAll),
            "answer" => self.answer(node).map(StepAction::Answer),
            "send" => self.send(node).map(StepAction::Send),
            "receive" => self.receive(node).map(StepAction::Receive),
            "refresh" => Some(StepAction::Refresh),
            "restart" => Some(StepAction::Restart),
            "wait" => self.duration(node).map(StepAction::Wait),
            "until" => self.time(node).map(StepAction::Until),
            "upgrade" => {
                let version = self.version(node)?;
                if version < given.phone.ios {
                    let expected = "a version that is not older than the phone's";
                    self.wrong(node, expected);
                }
                Some(StepAction::Upgrade(version))
            }
            "network" => self.network(node).map(StepAction::Network),
            "remove" => match node.scalar() {
                Some(s) if s.is_null() || s.text == "profile" => Some(StepAction::Remove(Removal::OfAccount)),
                _ => self.text(node).map(|t| StepAction::Remove(Removal::Identifier(t))),
            },
            "set" => Some(StepAction::Set(self.settings(node))),
            _ => None,
        }
    }

    fn given_install(
        &mut self,
        node: &Node,
        given: &Given,
        configuration: &Option<Configuration>,
    ) -> Option<Install> {
        match configuration {
            Some(configuration) => {
                Some(Install { configuration: configuration.clone(), user: given.owner.clone() })
            }
            None => {
                let problem = Problem::Missing { key: "policy", within: "given" }.at(node.span);
                self.problem(problem.hint("say what is installed: given.policy or given.profile"));
                None
            }
        }
    }

    fn install(
        &mut self,
        node: &Node,
        given: &Given,
        configuration: &mut Option<Configuration>,
    ) -> Option<Install> {
        if let Some(scalar) = node.scalar() {
            if scalar.is_null() || ["policy", "profile", "given"].contains(&scalar.text.as_str()) {
                return self.given_install(node, given, configuration);
            }
            self.wrong(node, "“given”, or a mapping with “policy” or “profile”,");
            return None;
        }
        let fields = self.fields(node, "install", keys::INSTALL);
        let user = fields.of("user").and_then(|n| self.known_user(n, &given.users));
        let base = match configuration {
            Some(Configuration::Policy(policy)) => Some(policy.as_ref().clone()),
            _ => None,
        };
        let is_named = fields.of("policy").or(fields.of("profile")).is_some();
        if is_named {
            *configuration = Some(self.configuration(&fields, base.as_ref())?);
        }
        let install = self.given_install(node, given, configuration)?;
        Some(Install { user: user.unwrap_or(install.user), ..install })
    }

    pub(super) fn action_id(&mut self, node: &Node) -> Option<ActionId> {
        let text = self.text(node)?;
        self.action_named(&text, node.span)
    }

    pub(super) fn action_named(&mut self, text: &str, span: crate::yaml::Span) -> Option<ActionId> {
        let action = text.parse().ok();
        if action.is_none() {
            let known: Vec<String> = ActionId::ALL.iter().map(ToString::to_string).collect();
            let problem = Problem::UnknownWord { word: text.to_owned(), what: "action" }.at(span);
            self.problem(problem.near(text, known.iter().map(String::as_str)));
        }
        action
    }

    fn answer(&mut self, node: &Node) -> Option<Answer> {
        if matches!(node.value, Value::Scalar(_)) {
            let prompt = self.word(node, "prompt", PROMPTS)?;
            return Some(Answer { prompt, with: AnswerWith::Right });
        }
        let names: Vec<&str> = PROMPTS.iter().map(|(name, _)| *name).collect();
        self.fields(node, "an answer", &names);
        let [entry] = node.entries() else {
            self.wrong(node, "one answer");
            return None;
        };
        let prompt = PROMPTS.iter().find(|(name, _)| *name == entry.key).map(|(_, kind)| *kind)?;
        const WORDS: &[(&str, usize)] = &[("right", 0), ("wrong", 1), ("cancel", 2)];
        let with = match &entry.value.value {
            Value::Scalar(_) => match self.word(&entry.value, "answer", WORDS)? {
                0 => AnswerWith::Right,
                1 => AnswerWith::Wrong,
                _ => AnswerWith::Cancel,
            },
            _ => {
                let fields = self.fields(&entry.value, "an answer", keys::ANSWER_TEXT);
                match fields.of("text") {
                    Some(text) => AnswerWith::Text(self.sensitive(text)?),
                    None => AnswerWith::Text(self.sensitive(&entry.value)?),
                }
            }
        };
        Some(Answer { prompt, with })
    }

    fn attachment(&mut self, fields: &Fields<'_>) -> Option<Attachment> {
        let node = fields.of("attachment")?;
        let fields = self.fields(node, "an attachment", keys::ATTACHMENT);
        let name = self.needed(&fields, "name").and_then(|n| self.text(n))?;
        let octets = match fields.of("octets") {
            None => 1_000,
            Some(node) => self.number(node, "a number of octets")?,
        };
        if octets > MAX_ATTACHMENT_OCTETS {
            let limit = usize::try_from(MAX_ATTACHMENT_OCTETS).unwrap_or(usize::MAX);
            self.problem(Problem::TooMuch { what: "octets in an attachment", limit }.at(node.span));
        }
        Some(Attachment { name, octets })
    }

    fn send(&mut self, node: &Node) -> Option<Outgoing> {
        let fields = self.fields(node, "send", keys::SEND);
        let to = self.needed(&fields, "to").map(|n| self.texts(n)).unwrap_or_default();
        let mut flag = |key: &str| fields.of(key).and_then(|n| self.boolean(n)).unwrap_or(false);
        let (flip_encryption, from_app) = (flag("flip-encryption"), flag("from-app"));
        let text = |decoder: &mut Self, key: &str| fields.of(key).and_then(|n| decoder.text(n));
        Some(Outgoing {
            subject: text(self, "subject").unwrap_or_else(|| "A message".to_owned()),
            text: text(self, "text").unwrap_or_else(|| "Hello from a simulated iPhone.".to_owned()),
            attachment: self.attachment(&fields),
            to,
            flip_encryption,
            from_app,
        })
    }

    fn receive(&mut self, node: &Node) -> Option<Incoming> {
        let fields = self.fields(node, "receive", keys::RECEIVE);
        let file = fields.of("file").and_then(|n| self.file(n));
        let from = match (fields.of("from"), &file) {
            (Some(node), _) => self.text(node).unwrap_or_default(),
            (None, Some(_)) => String::new(),
            (None, None) => self.needed(&fields, "from").and_then(|n| self.text(n)).unwrap_or_default(),
        };
        let mut flag = |key: &str| fields.of(key).and_then(|n| self.boolean(n)).unwrap_or(false);
        let (signed, encrypted, tampered) = (flag("signed"), flag("encrypted"), flag("tampered"));
        if file.is_some() && (signed || encrypted) {
            let problem = Problem::Conflict { what: "“file”", other: "“signed” and “encrypted”" };
            self.problem(problem.at(node.span).hint("a message from a file is what it is"));
        }
        let text = |decoder: &mut Self, key: &str| fields.of(key).and_then(|n| decoder.text(n));
        Some(Incoming {
            from,
            file,
            subject: text(self, "subject").unwrap_or_else(|| "A message".to_owned()),
            text: text(self, "text").unwrap_or_else(|| "Hello from a colleague.".to_owned()),
            attachment: self.attachment(&fields),
            signed,
            encrypted,
            tampered,
            age_ms: fields.of("age").and_then(|n| self.duration(n)).unwrap_or(0),
        })
    }

    fn network(&mut self, node: &Node) -> Option<Fault> {
        const WORDS: &[(&str, usize)] = &[("restored", 0), ("offline", 1)];
        const EXCHANGES: &str = "a number of exchanges";
        if matches!(node.value, Value::Scalar(_)) {
            let word = self.word(node, "state of the network", WORDS)?;
            return Some(if word == 0 { Fault::None } else { Fault::Offline });
        }
        let fields = self.fields(node, "network", keys::NETWORK);
        let [entry] = node.entries() else {
            self.wrong(node, "one fault");
            return None;
        };
        let value = fields.of(&entry.key)?;
        match entry.key.as_str() {
            "delay" => self.duration(value).map(Fault::Delay),
            "drop" => self.number(value, EXCHANGES).map(Fault::Drop),
            "truncate" => self.number(value, EXCHANGES).map(Fault::Truncate),
            "status" => {
                let fields = self.fields(value, "status", keys::STATUS);
                let code = self.needed(&fields, "code");
                let code: u16 = code.and_then(|n| self.number(n, "an HTTP status"))?;
                if !(100..=599).contains(&code) {
                    self.wrong(value, "an HTTP status from 100 to 599");
                }
                let exchanges = fields.of("exchanges").and_then(|n| self.number(n, EXCHANGES)).unwrap_or(1);
                Some(Fault::Status { code, exchanges })
            }
            _ => None,
        }
    }

    fn settings(&mut self, node: &Node) -> Settings {
        let fields = self.fields(node, "set", keys::SET);
        Settings {
            supervised: fields.of("supervised").and_then(|n| self.boolean(n)),
            language: fields.of("language").and_then(|n| self.text(n)),
            variants: fields
                .of("variants")
                .map(|n| self.variants(n).into_iter().collect())
                .unwrap_or_default(),
            enrolment: fields.of("enrolment").and_then(|n| self.enrolment(n)),
        }
    }
}
