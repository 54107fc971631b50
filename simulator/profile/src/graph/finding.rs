//! What is found in a Graph document, with its JSON path.

use crate::Severity;
use serde::Serialize;

/// One thing found in an administrator's document. Messages never contain secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable id of what is checked, such as `graph-unknown-flag`.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The document, as it was named.
    pub file: String,
    /// Where, as a JSON path such as `$.value[2].easServices`.
    pub path: String,
    /// The line, from 1; none for something that no document says.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// What is the case.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The requirement or the document behind it.
    pub reference: &'static str,
}

impl Finding {
    /// The finding, with advice.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Finding {
        Finding { help: Some(help.into()), ..self }
    }

    /// The finding, with advice if there is any.
    #[must_use]
    pub fn help_some(self, help: Option<String>) -> Finding {
        Finding { help, ..self }
    }
}

/// The longest text of a document that a message repeats, in characters.
pub const EXCERPT_CHARACTERS_MAX: usize = 64;

/// A text of a document as a message repeats it: quoted, shortened, without control characters.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(EXCERPT_CHARACTERS_MAX)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if text.chars().nth(EXCERPT_CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    format!("“{shown}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_harmless() {
        assert_eq!(excerpt("a\u{1b}b"), "“a\u{FFFD}b”");
        let most = "x".repeat(EXCERPT_CHARACTERS_MAX);
        assert_eq!(excerpt(&most), format!("“{most}”"));
        assert_eq!(excerpt(&format!("{most}x")), format!("“{most}…”"));
    }
}
