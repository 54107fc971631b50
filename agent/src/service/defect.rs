//! What is wrong with a configuration, or with what it names, and where in the file that stands.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use toml::de::{DeTable, DeValue};

/// How deep tables and lists are followed: `[webhook]` and a list are one level each.
const MAX_DEPTH: usize = 4;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// The line of the configuration that names it, from 1 on; nothing for what no line names, such as a default.
    pub line: Option<usize>,
    /// The setting, such as `webhook.url`.
    pub setting: String,
    /// What is wrong, without values of secrets.
    pub reason: String,
    /// Whether `handset agent run` does not start for it. What may still come, and what concerns one device only, is
    /// looked at again at every look and does not keep an agent from starting.
    pub blocks: bool,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.reason)
    }
}

/// The lines on which the settings of a configuration stand.
#[derive(Debug, Default)]
pub struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// Finds the lines of all settings. A text that is no TOML has none; who reads it says why.
    pub fn read(text: &str) -> Lines {
        let mut lines = Lines::default();
        if let Ok(table) = DeTable::parse(text) {
            let starts: Vec<usize> =
                text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
            lines.table("", table.get_ref(), &starts, MAX_DEPTH);
        }
        lines
    }

    fn table(&mut self, within: &str, table: &DeTable<'_>, ends: &[usize], depth: usize) {
        for (key, value) in table {
            let name = if within.is_empty() {
                key.get_ref().to_lowercase()
            } else {
                format!("{within}.{}", key.get_ref().to_lowercase())
            };
            self.0.insert(name.clone(), line(ends, key.span().start));
            self.value(&name, value.get_ref(), ends, depth);
        }
    }

    fn value(&mut self, name: &str, value: &DeValue<'_>, ends: &[usize], depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            DeValue::Table(table) => self.table(name, table, ends, depth),
            DeValue::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    let name = format!("{name}[{number}]");
                    self.0.insert(name.clone(), line(ends, item.span().start));
                    self.value(&name, item.get_ref(), ends, depth);
                }
            }
            _ => {}
        }
    }

    /// The line of a setting: `webhook.url`, `policies[0]`, `users.PHONE`; case does not matter.
    pub fn of(&self, setting: &str) -> Option<usize> {
        self.0.get(&setting.to_lowercase()).copied()
    }
}

fn line(ends: &[usize], at: usize) -> usize {
    ends.partition_point(|end| *end < at) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_line() {
        let text = "policies = [\n  'a',\n  'b']\n\n[users]\n'Phone.1' = 'x'\n[webhook]\nurl = 'u'\n";
        let lines = Lines::read(text);
        for (setting, line) in [
            ("policies", Some(1)),
            ("policies[0]", Some(2)),
            ("policies[1]", Some(3)),
            ("users.phone.1", Some(6)),
            ("webhook.url", Some(8)),
            ("webhook.secret_file", None),
        ] {
            assert_eq!(lines.of(setting), line, "{setting}");
        }
        assert_eq!(Lines::read("a = [").of("a"), None);
        let deep = |levels: usize| format!("a = {}1{}", "[".repeat(levels), "]".repeat(levels));
        let name = |levels: usize| format!("a{}", "[0]".repeat(levels));
        assert_eq!(Lines::read(&deep(MAX_DEPTH)).of(&name(MAX_DEPTH)), Some(1));
        assert_eq!(Lines::read(&deep(MAX_DEPTH + 1)).of(&name(MAX_DEPTH + 1)), None);
    }
}
