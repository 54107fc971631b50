//! Expectations.

use super::fields::{Decoder, Fields};
use super::keys;
use super::step::PROMPTS;
use crate::case::{
    ActionExpectation, Check, ErrorLink, Expectation, Installed, JudgedOutcome, PromptKind, Reader, Reading,
    ReadingOf, SignatureSeen, Verdict, ViewPath, Wire,
};
use crate::diagnostic::Problem;
use crate::yaml::{Node, Span, Value};
use intent::ActionVerdict;
use std::collections::BTreeSet;

const VERDICTS: &[(&str, ActionVerdict)] = &[
    ("allowed", ActionVerdict::Allowed),
    ("denied", ActionVerdict::Denied),
    ("absent", ActionVerdict::Absent),
];
const INSTALLED: &[(&str, Installed)] =
    &[("installed", Installed::Installed), ("refused", Installed::Refused), ("waiting", Installed::Waiting)];
const OUTCOMES: &[(&str, JudgedOutcome)] = &[
    ("pass", JudgedOutcome::Pass),
    ("fail", JudgedOutcome::Fail),
    ("inconclusive", JudgedOutcome::Inconclusive),
    ("not-applicable", JudgedOutcome::NotApplicable),
];
const SIGNATURES: &[(&str, SignatureSeen)] = &[
    ("valid", SignatureSeen::Valid),
    ("invalid", SignatureSeen::Invalid),
    ("absent", SignatureSeen::Absent),
];

impl Decoder<'_> {
    /// Expectations after a step, or at the end. `names` are the steps that they can be about.
    pub(super) fn expectations(
        &mut self,
        node: &Node,
        names: &BTreeSet<String>,
        after_step: bool,
    ) -> Vec<Expectation> {
        let mut found = Vec::new();
        for item in self.list(node) {
            let fields = self.fields(item, "an expectation", keys::EXPECTATION);
            let requirements = fields.of("requirements").map(|n| self.requirements(n)).unwrap_or_default();
            let why = fields.of("why").and_then(|n| self.text(n));
            let before = found.len();
            let problems = self.problems.len();
            for (span, check) in self.checks(&fields, names, after_step) {
                let place = self.place(span);
                found.push(Expectation {
                    check,
                    requirements: requirements.clone(),
                    why: why.clone(),
                    place,
                });
            }
            let is_mapping = matches!(item.value, Value::Mapping(_));
            if found.len() == before && self.problems.len() == problems && is_mapping {
                let problem = Problem::Missing { key: "something that must hold", within: "an expectation" };
                let hint = format!("it is one of {}", keys::EXPECTATION.join(", "));
                self.problem(problem.at(item.span).hint(hint));
            }
        }
        found
    }

    fn checks(
        &mut self,
        fields: &Fields<'_>,
        names: &BTreeSet<String>,
        after_step: bool,
    ) -> Vec<(Span, Check)> {
        let mut checks = Vec::new();
        for entry in fields.node.entries() {
            let node = &entry.value;
            let of_step =
                matches!(entry.key.as_str(), "verdict" | "by" | "install" | "error-chain" | "asked");
            if of_step && !after_step {
                let problem = Problem::Conflict { what: "this", other: "the end of a scenario" };
                self.problem(
                    problem.at(entry.key_span).hint("it is about a step: write it under that step's expect"),
                );
                continue;
            }
            let one = match entry.key.as_str() {
                "state" => {
                    checks.extend(self.state(node));
                    continue;
                }
                "actions" => {
                    checks.extend(self.actions(node));
                    continue;
                }
                "judged" => {
                    checks.extend(self.judged(node));
                    continue;
                }
                "finds" | "finds-not" => {
                    let found = entry.key == "finds";
                    checks.extend(self.rules(node, found));
                    continue;
                }
                "verdict" => {
                    let by = fields.of("by").and_then(|n| self.text(n));
                    self.word(node, "verdict", VERDICTS)
                        .map(|verdict| Check::Verdict(Verdict { verdict, by }))
                }
                "by" if fields.of("verdict").is_none() => {
                    self.problem(Problem::Missing { key: "verdict", within: "“by”" }.at(entry.key_span));
                    None
                }
                "install" => self.word(node, "outcome of an installation", INSTALLED).map(Check::Install),
                "error-chain" => Some(Check::ErrorChain(self.errors(node))),
                "prompts" => Some(Check::Prompts(self.prompts(node))),
                "asked" => Some(Check::Asked(self.prompts(node))),
                "sent" => self.number(node, "a number of messages").map(Check::Sent),
                "wire" => Some(Check::Wire(self.wire(node, names))),
                "reading" => Some(Check::Reading(self.reading(node, names))),
                _ => None,
            };
            checks.extend(one.map(|check| (entry.key_span, check)));
        }
        checks
    }

    fn mapping(&mut self, node: &Node, expected: &'static str) {
        if !matches!(node.value, Value::Mapping(_)) || node.entries().is_empty() {
            self.wrong(node, expected);
        }
    }

    fn state(&mut self, node: &Node) -> Vec<(Span, Check)> {
        self.mapping(node, "a mapping of paths to values");
        let mut checks = Vec::new();
        for entry in node.entries() {
            let path = match ViewPath::parse(&entry.key) {
                Ok(path) => path,
                Err(error) => {
                    let problem = Problem::PathForm { path: entry.key.clone(), reason: error.as_str() };
                    self.problem(problem.at(entry.key_span));
                    continue;
                }
            };
            if let Some(Err((part, known))) = self.knowledge.view.as_ref().map(|view| path.within(view)) {
                let last = part.rsplit(['.', '[']).next().unwrap_or(&part).to_owned();
                let reason = format!("there is no “{part}”");
                let problem = Problem::UnknownPath { path: entry.key.clone(), reason }.at(entry.key_span);
                self.problem(problem.near(&last, known.iter().map(String::as_str)));
            }
            if let Some(matcher) = self.matcher(&entry.value) {
                checks.push((entry.key_span, Check::State { path, matcher }));
            }
        }
        checks
    }

    fn actions(&mut self, node: &Node) -> Vec<(Span, Check)> {
        self.mapping(node, "a mapping of actions to verdicts");
        let mut checks = Vec::new();
        for entry in node.entries() {
            let id = self.action_named(&entry.key, entry.key_span);
            let (verdict, by) = match &entry.value.value {
                Value::Mapping(_) => {
                    let fields = self.fields(&entry.value, "a verdict", keys::ACTION_VERDICT);
                    let verdict = self.needed(&fields, "verdict");
                    let verdict = verdict.and_then(|n| self.word(n, "verdict", VERDICTS));
                    (verdict, fields.of("by").and_then(|n| self.text(n)))
                }
                _ => (self.word(&entry.value, "verdict", VERDICTS), None),
            };
            if let (Some(id), Some(verdict)) = (id, verdict) {
                let verdict = Verdict { verdict, by };
                checks.push((entry.key_span, Check::Action(ActionExpectation { id, verdict })));
            }
        }
        checks
    }

    fn judged(&mut self, node: &Node) -> Vec<(Span, Check)> {
        if node.scalar().is_some_and(|s| s.text == "nothing-fails") {
            return vec![(node.span, Check::NothingFails)];
        }
        self.mapping(node, "a mapping of requirements to outcomes, or “nothing-fails”");
        let mut checks = Vec::new();
        for entry in node.entries() {
            self.requirement(&entry.key, entry.key_span);
            if let Some(outcome) = self.word(&entry.value, "outcome", OUTCOMES) {
                let requirement = entry.key.clone();
                checks.push((entry.key_span, Check::Judged { requirement, outcome }));
            }
        }
        checks
    }

    fn rules(&mut self, node: &Node, found: bool) -> Vec<(Span, Check)> {
        let mut checks = Vec::new();
        for item in self.list(node) {
            let Some(rule) = self.text(item) else { continue };
            let known = &self.knowledge.rules;
            if !known.is_empty() && !known.contains(&rule) {
                let problem =
                    Problem::UnknownWord { word: rule.clone(), what: "rule of the linter" }.at(item.span);
                let problem = problem.near(&rule, known.iter().map(String::as_str));
                self.problem(problem);
            }
            checks.push((item.span, Check::Lint { rule, found }));
        }
        checks
    }

    fn errors(&mut self, node: &Node) -> Vec<ErrorLink> {
        let mut links = Vec::new();
        for item in self.list(node) {
            // A number alone is a code.
            if item.scalar().is_some() {
                let code = self.number(item, "a code, or a mapping with “domain” and “code”,");
                links.extend(code.map(|code| ErrorLink { domain: None, code: Some(code) }));
                continue;
            }
            let fields = self.fields(item, "an error", keys::ERROR);
            let domain = fields.of("domain").and_then(|n| self.text(n));
            let code = fields.of("code").and_then(|n| self.number(n, "a code"));
            links.push(ErrorLink { domain, code });
        }
        links
    }

    fn prompts(&mut self, node: &Node) -> Vec<PromptKind> {
        self.list(node).iter().filter_map(|item| self.word(item, "prompt", PROMPTS)).collect()
    }

    fn step_name(&mut self, fields: &Fields<'_>, names: &BTreeSet<String>) -> Option<String> {
        let node = fields.of("of")?;
        let name = self.text(node)?;
        if !names.contains(&name) {
            let problem = Problem::UnknownWord { word: name.clone(), what: "step before this" }.at(node.span);
            self.problem(problem.near(&name, names.iter().map(String::as_str)));
        }
        Some(name)
    }

    fn wire(&mut self, node: &Node, names: &BTreeSet<String>) -> Wire {
        let fields = self.fields(node, "wire", keys::WIRE);
        self.anything(&fields, &["of"]);
        let matcher = |decoder: &mut Self, key: &str| fields.of(key).and_then(|n| decoder.matcher(n));
        Wire {
            of: self.step_name(&fields, names),
            signed: fields.of("signed").and_then(|n| self.boolean(n)),
            encrypted: fields.of("encrypted").and_then(|n| self.boolean(n)),
            signed_by: matcher(self, "signed-by"),
            encrypted_to: fields.of("encrypted-to").map(|n| self.texts(n).into_iter().collect()),
            micalg: matcher(self, "micalg"),
            cipher: matcher(self, "cipher"),
            content_type: matcher(self, "content-type"),
            holds: fields.of("holds").and_then(|n| self.text(n)),
            holds_not: fields.of("holds-not").and_then(|n| self.text(n)),
        }
    }

    fn reading(&mut self, node: &Node, names: &BTreeSet<String>) -> ReadingOf {
        let fields = self.fields(node, "reading", keys::READING);
        self.anything(&fields, &["of", "by"]);
        let matcher = |decoder: &mut Self, key: &str| fields.of(key).and_then(|n| decoder.matcher(n));
        let by = match fields.of("by").and_then(|n| self.text(n)).as_deref() {
            None | Some("receiver") => Reader::Receiver,
            Some("phone") => Reader::Phone,
            Some(other) => Reader::Other(other.to_owned()),
        };
        ReadingOf {
            of: self.step_name(&fields, names),
            by,
            reading: Reading {
                readable: fields.of("readable").and_then(|n| self.boolean(n)),
                signature: fields
                    .of("signature")
                    .and_then(|n| self.word(n, "state of a signature", SIGNATURES)),
                signed_by: matcher(self, "signed-by"),
                text: matcher(self, "text"),
                attachment: fields.of("attachment").and_then(|n| self.boolean(n)),
                problem: matcher(self, "problem"),
            },
        }
    }

    /// Reports a mapping that names a message and expects nothing of it.
    fn anything(&mut self, fields: &Fields<'_>, but: &[&str]) {
        let says = fields.node.entries().iter().any(|e| !but.contains(&e.key.as_str()));
        if !says && matches!(fields.node.value, Value::Mapping(_)) {
            self.problem(Problem::NothingExpected.at(fields.node.span));
        }
    }
}
