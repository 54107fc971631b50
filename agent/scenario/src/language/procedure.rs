//! `procedures` and `use`: steps that several scenarios share.

use super::fields::Decoder;
use super::keys;
use crate::diagnostic::Problem;
use crate::yaml::{Node, Value};
use std::collections::BTreeMap;

/// How deep procedures may use procedures.
pub const MAX_PROCEDURE_DEPTH: usize = 8;

/// The most steps of a case.
pub const MAX_STEPS: usize = 1_000;

/// Procedures by name; each is a list of steps.
pub(super) type Procedures = BTreeMap<String, Node>;

impl Decoder<'_> {
    /// The steps with every `use` replaced by what it stands for.
    pub(super) fn spread<'n>(&mut self, steps: &'n Node, procedures: &'n Procedures) -> Vec<&'n Node> {
        let mut found = Vec::new();
        self.spread_into(steps, procedures, &mut Vec::new(), &mut found);
        if found.len() > MAX_STEPS {
            self.problem(Problem::TooMuch { what: "steps in a scenario", limit: MAX_STEPS }.at(steps.span));
            found.truncate(MAX_STEPS);
        }
        found
    }

    fn spread_into<'n>(
        &mut self,
        steps: &'n Node,
        procedures: &'n Procedures,
        inside: &mut Vec<&'n str>,
        found: &mut Vec<&'n Node>,
    ) {
        let Value::Sequence(items) = &steps.value else {
            self.wrong(steps, "a list of steps");
            return;
        };
        for step in items {
            // One more than allowed is kept, so that the bound is noticed.
            if found.len() > MAX_STEPS {
                return;
            }
            let Some(name) = step.member("use") else {
                found.push(step);
                continue;
            };
            self.fields(step, "a use of a procedure", &["use"]);
            let Some(text) = self.text(name) else { continue };
            let Some((known, procedure)) = procedures.get_key_value(&text) else {
                let known = procedures.keys().map(String::as_str);
                let problem = Problem::UnknownWord { word: text.clone(), what: "procedure" }.at(name.span);
                self.problem(problem.near(&text, known));
                continue;
            };
            if inside.contains(&known.as_str()) {
                self.problem(Problem::ProcedureLoop { name: text }.at(name.span));
            } else if inside.len() >= MAX_PROCEDURE_DEPTH {
                let what = "levels of procedures that use procedures";
                self.problem(Problem::TooMuch { what, limit: MAX_PROCEDURE_DEPTH }.at(name.span));
            } else {
                inside.push(known);
                self.spread_into(procedure, procedures, inside, found);
                inside.pop();
            }
        }
    }

    /// The one key of a step that says what happens.
    pub(super) fn action_of<'n>(&mut self, step: &'n Node) -> Option<&'n str> {
        let mut actions = step.entries().iter().filter(|e| keys::ACTIONS.contains(&e.key.as_str()));
        let first = actions.next();
        let second = actions.next();
        match (first, second) {
            (Some(first), None) => Some(&first.key),
            (Some(_), Some(second)) => {
                let problem = Problem::Conflict { what: "two things that happen", other: "one step" };
                self.problem(problem.at(second.key_span).hint("write a step for each"));
                None
            }
            (None, _) => {
                if matches!(step.value, Value::Mapping(_)) {
                    let problem = Problem::Missing { key: "something that happens", within: "a step" };
                    let hint = format!("it is one of {}", keys::ACTIONS.join(", "));
                    self.problem(problem.at(step.span).hint(hint));
                }
                None
            }
        }
    }
}
