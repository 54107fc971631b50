//! What is found in a profile, whoever looked: the reader or a lint rule.

use crate::plist::Span;
use serde::Serialize;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing needs to change.
    Info,
    /// Probably not what was meant, or fragile.
    Warning,
    /// A device refuses the profile, or something in it cannot work.
    Error,
}

/// One thing found in a profile. Messages never contain secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable id of the rule, such as `xml-duplicate-key`.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is the case, as one fragment that names the key and value at fault.
    pub message: String,
    /// Where, in the bytes handed in; none when it is about something absent with no better place.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
    /// The requirement or the document the rule rests on.
    pub reference: &'static str,
}

impl Finding {
    /// Makes a finding without place and help.
    pub fn new(
        rule: &'static str,
        severity: Severity,
        message: impl Into<String>,
        reference: &'static str,
    ) -> Finding {
        Finding { rule, severity, message: message.into(), span: None, help: None, reference }
    }

    /// The finding, placed.
    pub fn at(self, span: Span) -> Finding {
        Finding { span: Some(span), ..self }
    }

    /// The finding, with advice.
    pub fn help(self, help: impl Into<String>) -> Finding {
        Finding { help: Some(help.into()), ..self }
    }
}
