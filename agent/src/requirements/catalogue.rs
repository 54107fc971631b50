//! The catalogue of requirements.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// One requirement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Requirement {
    /// Its stable id, such as EAS-052.
    pub id: String,
    /// The setting it is about.
    pub setting: String,
    /// What the document says.
    pub statement: String,
    /// What a device is expected to do.
    pub expectation: String,
    /// How the expectation rests on the document.
    pub basis: String,
    /// The document.
    pub source: String,
    /// The first iOS it holds on, if one is named.
    #[serde(default)]
    pub min_os: Option<String>,
    /// The default, if one is stated.
    #[serde(default)]
    pub default: Option<String>,
    /// The property in Microsoft Graph.
    #[serde(default)]
    pub graph: Option<String>,
    /// The payload key.
    #[serde(default)]
    pub apple: Option<String>,
    /// A linter must be able to see it.
    #[serde(default)]
    pub lint: bool,
}

#[derive(Deserialize)]
struct Catalogue {
    rows: Vec<Requirement>,
}

static CATALOGUE: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
    // The file is part of the program and read whole by a test.
    serde_json::from_str::<Catalogue>(include_str!("../../data/requirements.json"))
        .map(|catalogue| catalogue.rows)
        .unwrap_or_default()
});

/// The requirement of an id, in letters of any case.
pub fn find(id: &str) -> Option<Requirement> {
    CATALOGUE.iter().find(|row| row.id.eq_ignore_ascii_case(id)).cloned()
}

/// Every requirement, sorted by id.
pub fn all() -> &'static [Requirement] {
    &CATALOGUE
}

/// Every id.
pub fn ids() -> impl Iterator<Item = String> {
    CATALOGUE.iter().map(|row| row.id.clone())
}

impl Requirement {
    /// For people.
    pub fn human(&self) -> String {
        let mut out = format!(
            "{}  {}\n\nStatement\n  {}\n\nExpectation\n  {}\n\nSource\n  {} ({})\n",
            self.id, self.setting, self.statement, self.expectation, self.source, self.basis
        );
        for (name, value) in [
            ("From", &self.min_os),
            ("Default", &self.default),
            ("Payload key", &self.apple),
            ("Microsoft Graph", &self.graph),
        ] {
            if let Some(value) = value {
                out.push_str(&format!("{name}: {value}\n"));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        assert_eq!(CATALOGUE.len(), 173);
        assert_eq!(CATALOGUE.iter().filter(|row| row.lint).count(), 16);
        assert!(find("eas-052").is_some_and(|row| row.setting.contains("No")));
        assert!(find("EAS-999").is_none());
    }
}
