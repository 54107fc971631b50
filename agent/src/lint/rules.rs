//! The rules as they document themselves.

use crate::findings::severity;
use report::findings::LintRule;
use report::language::Catalogue;

/// Every rule, in the order of the manual.
pub fn all() -> Vec<LintRule> {
    profile::lint::rules().iter().map(|rule| described(rule.description())).collect()
}

/// One rule.
pub fn described(rule: &profile::lint::Description) -> LintRule {
    LintRule {
        id: rule.id.to_owned(),
        severity: severity(rule.severity).to_owned(),
        title: rule.title.to_owned(),
        requirements: rule.requirements.iter().map(|id| (*id).to_owned()).collect(),
        reference: rule.reference.to_owned(),
        checks: rule.checks.to_owned(),
        why: rule.why.to_owned(),
        example: rule.example.to_owned(),
    }
}

/// The list for people: one rule a line.
pub fn table(rules: &[LintRule], words: &Catalogue) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let severities = ["error", "warning", "info"].map(|key| words.say(key).chars().count());
    let column = severities.into_iter().max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let title = words.rule_title(&rule.id, &rule.title);
        out.push_str(&format!("{:<width$}  {:<column$}  {title}", rule.id, words.say(&rule.severity)));
        if !rule.requirements.is_empty() {
            out.push_str(&format!(" [{}]", rule.requirements.join(", ")));
        }
        out.push('\n');
    }
    out.push_str(&words.tell("rules-foot", &[("n", rules.len().into())]));
    out.push('\n');
    out
}
