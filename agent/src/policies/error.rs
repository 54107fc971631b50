//! Why nothing is compiled or imported. All of it is about what the command was given, so all of it ends with exit
//! code 2.

use intent::ReadError;
use profile::LineIndex;
use profile::graph::{Finding, JsonError};
use std::path::PathBuf;
use thiserror::Error;

/// What keeps a command about policies from doing its work. `file` is the file as it was named.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file is no JSON.
    #[error("{file}:{}:{}: {}", error.line, error.column, error.reason)]
    Json { file: String, error: JsonError },
    /// There is no e-mail policy in the file.
    #[error("{file}: there is no iosEasEmailProfileConfiguration in it{}", found(others))]
    NoEmail { file: String, others: Vec<String> },
    /// There are several e-mail policies, and none was chosen.
    #[error("{file}: there are {} e-mail policies in it; choose one with --policy NAME|ID: {}", names.len(), listed(names))]
    SeveralEmails { file: String, names: Vec<String> },
    /// No e-mail policy is called so.
    #[error("{file}: no e-mail policy is called {name:?}{}; there are {}", crate::suggestion::question(near.as_deref()), listed(names))]
    NoSuchEmail { file: String, name: String, near: Option<String>, names: Vec<String> },
    /// Several e-mail policies are called so.
    #[error("{file}: {} e-mail policies are called {name:?}; choose one by its id: {}", ids.len(), listed(ids))]
    SameName { file: String, name: String, ids: Vec<String> },
    /// A link is not written as one.
    #[error("--link takes ID=FILE, such as smimeSigningCertificate=alice.p12")]
    LinkForm,
    /// A secret is not written as one; its text is not repeated.
    #[error("--secret takes NAME=@FILE, such as certificate-password=@alice.password")]
    SecretForm,
    /// A secret is for nothing.
    #[error("nothing asks for a secret called {name:?}{}", crate::suggestion::question(near.as_deref()))]
    NoSuchSecret { name: String, near: Option<String> },
    /// The file of a secret cannot be read.
    #[error("failed to read the secret {name} from {}: {source}", path.display())]
    ReadSecret { name: String, path: PathBuf, source: std::io::Error },
    /// The file of a secret holds none.
    #[error("the secret {name} in {} {reason}", path.display())]
    BadSecret { name: String, path: PathBuf, reason: &'static str },
    /// Nobody in the directory is called so.
    #[error("{file}: nobody in the directory is called {user:?}{}{}", crate::suggestion::question(near.as_deref()), placed(odd.as_deref()))]
    NoSuchUser { file: String, user: String, near: Option<String>, odd: Option<Box<Finding>> },
    /// The profile is no property list.
    #[error("{file}{place}: this is no readable profile{reason}")]
    Unreadable { file: String, place: String, reason: String },
    /// The profile is no single account.
    #[error("{file}: {error}")]
    NotImported { file: String, error: ReadError },
}

impl PolicyError {
    /// A profile that is none, with what is wrong first and where.
    pub fn unreadable(file: &str, bytes: &[u8], findings: &[profile::Finding]) -> Self {
        let first = findings.iter().find(|finding| finding.severity == profile::Severity::Error);
        let index = LineIndex::new(bytes);
        let place = match first.map(|finding| crate::findings::beginning(&index, finding.span)) {
            Some((Some(line), Some(column))) => format!(":{line}:{column}"),
            _ => String::new(),
        };
        let reason = first.map_or(String::new(), |finding| format!(": {}", finding.message));
        Self::Unreadable { file: file.to_owned(), place, reason }
    }
}

/// What is odd about a directory in which somebody was not found.
fn placed(odd: Option<&Finding>) -> String {
    let Some(finding) = odd else { return String::new() };
    let place = match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
        _ => String::new(),
    };
    format!("; {}{place}: {}", finding.path, finding.message)
}

/// The most names that a message lists.
const NAMES_MAX: usize = 20;

fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> =
        names.iter().take(NAMES_MAX).map(|name| profile::graph::excerpt(name)).collect();
    if names.len() > NAMES_MAX {
        shown.push(format!("and {} more", names.len() - NAMES_MAX));
    }
    shown.join(", ")
}

fn found(others: &[String]) -> String {
    if others.is_empty() { String::new() } else { format!("; there are {}", listed(others)) }
}
