//! What a rule is.

use super::Scope;
use crate::plist::Span;
use crate::{Finding, Severity};
use serde::Serialize;
use std::fmt::Display;

/// The most times one rule reports on one profile, before it says that there is more; a generated profile with a million
/// odd keys needs no more.
pub const FOUND_MAX: usize = 500;

/// The longest message or advice, in characters; a host name of ten megabytes is told by its beginning.
pub const MESSAGE_CHARACTERS_MAX: usize = 400;

/// One check, documented.
pub trait Rule: Sync {
    /// What the rule is about; the manual and `explain` are made of it.
    fn description(&self) -> &'static Description;
    /// Looks at a profile and reports.
    fn check(&self, scope: &Scope<'_>, found: &mut Found);
}

/// The documentation of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// The stable id.
    pub id: &'static str,
    /// How much its findings weigh, unless one says otherwise.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What it checks.
    pub checks: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// An example that the rule reports.
    pub example: &'static str,
    /// What the rule rests on.
    pub reference: &'static str,
    /// The requirements it serves.
    pub requirements: &'static [&'static str],
}

/// Where a rule puts what it finds.
#[derive(Debug)]
pub struct Found {
    description: &'static Description,
    findings: Vec<Finding>,
    /// There was more than is kept.
    more: bool,
}

impl Found {
    pub(super) fn new(description: &'static Description) -> Found {
        Found { description, findings: Vec::new(), more: false }
    }

    /// Reports something at a place, with advice. Beyond [`FOUND_MAX`] nothing is kept, nor written out.
    pub fn add(&mut self, span: impl Into<Option<Span>>, message: impl Display, help: impl Display) {
        self.weighing(self.description.severity, span, message, help);
    }

    /// Reports something of another weight than the rule's own.
    pub fn weighing(
        &mut self,
        severity: Severity,
        span: impl Into<Option<Span>>,
        message: impl Display,
        help: impl Display,
    ) {
        if self.findings.len() >= FOUND_MAX {
            self.more = true;
            return;
        }
        let (message, help) = (shortened(message.to_string()), shortened(help.to_string()));
        let mut finding =
            Finding::new(self.description.id, severity, message, self.description.reference).help(help);
        finding.span = span.into();
        self.findings.push(finding);
    }

    /// True when another finding would change nothing.
    pub fn is_full(&self) -> bool {
        self.more
    }

    /// What was found; where that was more than is kept, a last finding says so.
    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        if self.more {
            let message = format!("there is more of this kind; only the first {FOUND_MAX} are listed");
            let Description { id, severity, reference, .. } = *self.description;
            self.findings.push(Finding::new(id, severity, message, reference));
        }
        self.findings
    }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MESSAGE_CHARACTERS_MAX) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Declares a rule: a unit struct whose documentation is the rule's own.
macro_rules! rule {
    (
        $name:ident $severity:ident $id:literal $title:literal
        checks $checks:literal
        why $why:literal
        example $example:literal
        reference $reference:literal [$($requirement:literal),*]
        |$scope:ident, $found:ident| $check:block
    ) => {
        #[doc = $title]
        #[doc = "\n# What it checks\n"]
        #[doc = $checks]
        #[doc = "\n# Why it matters\n"]
        #[doc = $why]
        #[doc = "\n# Example\n```xml\n"]
        #[doc = $example]
        #[doc = "\n```\n# Reference\n"]
        #[doc = $reference]
        pub struct $name;

        impl $crate::lint::Rule for $name {
            fn description(&self) -> &'static $crate::lint::Description {
                static DESCRIPTION: $crate::lint::Description = $crate::lint::Description {
                    id: $id,
                    severity: $crate::Severity::$severity,
                    title: $title,
                    checks: $checks,
                    why: $why,
                    example: $example,
                    reference: $reference,
                    requirements: &[$($requirement),*],
                };
                &DESCRIPTION
            }

            fn check(&self, $scope: &$crate::lint::Scope<'_>, $found: &mut $crate::lint::Found) $check
        }
    };
}

pub(super) use rule;
