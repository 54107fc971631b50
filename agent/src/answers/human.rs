//! The answers as pages for a person.

use super::shown::Answer;
use crate::tools::output::clean;
use intent::answer::Weight;
use std::fmt::Write;

/// The most users that a line names.
const USERS_SHOWN: usize = 8;

/// Renders an answer; legible without colour, control characters are not passed on.
pub(super) fn page(answer: &Answer) -> String {
    let mut out = String::new();
    for code in &answer.codes {
        out.push_str(&code.code.human());
        if !out.ends_with('\n') {
            out.push('\n');
        }
        let _ = writeln!(out, "  without sign: {}; offset {}", code.unsigned, code.offset);
        for cause in &code.causes {
            let _ = writeln!(out, "  because {}\n    to do: {}", cause.text, cause.remedy);
            let _ = writeln!(out, "    {}", grounds(cause.requirements, &[cause.source]));
        }
    }
    tables(&mut out, answer);
    for said in &answer.statements {
        let word = match said.weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
            Weight::Info => "info",
        };
        let subject = said.subject.as_deref().map(|s| format!("{}: ", clean(s))).unwrap_or_default();
        let _ = writeln!(out, "{word}  {subject}{}", clean(&said.text));
        if !said.users.is_empty() {
            let _ = writeln!(out, "  users: {}", users(&said.users));
        }
        if let Some(remedy) = &said.remedy {
            let _ = writeln!(out, "  to do: {}", clean(remedy));
        }
        let _ = writeln!(out, "  {}", grounds(said.requirements, said.sources));
    }
    for finding in &answer.findings {
        let file = finding.file.as_deref().map(|file| format!("{file}: ")).unwrap_or_default();
        let place = match (finding.line, finding.column) {
            (Some(line), Some(column)) => format!("{file}{} (line {line}, column {column})", finding.path),
            _ => format!("{file}{}", finding.path),
        };
        let _ = writeln!(out, "{}  {}  {}", finding.severity, finding.rule, clean(&place));
        let _ = writeln!(out, "  {}", clean(&finding.message));
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "  to do: {}", clean(help));
        }
        let _ = writeln!(out, "  ({})", finding.reference);
    }
    if answer.codes.is_empty() {
        let sum = answer.summary;
        match sum.errors + sum.warnings + sum.infos {
            0 if answer.question.starts_with("predict") => {
                out.push_str("Nothing is wrong, and nobody notices anything.\n");
            }
            0 => out.push_str("Nothing is wrong.\n"),
            _ => {
                let _ = writeln!(
                    out,
                    "{} error(s), {} warning(s), {} note(s)",
                    sum.errors, sum.warnings, sum.infos
                );
            }
        }
    }
    out
}

fn tables(out: &mut String, answer: &Answer) {
    let before = out.len();
    for user in &answer.users {
        let prompts: Vec<String> = user.prompts.iter().map(|prompt| word(&prompt.kind)).collect();
        let asked = match (user.change, prompts.is_empty()) {
            ("removed" | "not-assigned", _) => String::new(),
            ("unknown", _) => ": something of what was read is not known, see below".to_owned(),
            (_, true) => ": asked for nothing".to_owned(),
            (_, false) => format!(": asked for {}", prompts.join(", ")),
        };
        let again = if user.mail_again { "; all mail is downloaded again" } else { "" };
        let _ = writeln!(out, "{}  {}{asked}{again}", clean(&user.upn), user.change);
    }
    for link in &answer.links {
        let name = link.name.as_deref().or(link.id.as_deref()).unwrap_or("not in the document");
        let groups =
            link.certificate_groups.as_ref().map_or("unknown".to_owned(), |groups| groups.join(", "));
        let _ = writeln!(
            out,
            "{}  {}  to: {}  (mail to: {})",
            link.link,
            clean(name),
            clean(&groups),
            clean(&link.email_groups.join(", "))
        );
    }
    let width = answer.permissions.iter().map(|row| row.action.to_string().len()).max().unwrap_or_default();
    for row in &answer.permissions {
        let on = match row.on {
            Some(true) => "on ",
            Some(false) => "off",
            None => "-  ",
        };
        let key = row.by.or(row.override_key).unwrap_or_default();
        let absent = if row.override_key.is_some() && !row.override_present { " (absent)" } else { "" };
        let _ = writeln!(
            out,
            "{:<width$}  {on}  {:<8} {key}{absent}",
            row.action.to_string(),
            word(&row.verdict)
        );
    }
    for row in &answer.sign_in {
        let account = row.account.as_deref().unwrap_or("?");
        let _ = writeln!(
            out,
            "{}  {}  {}  {}",
            clean(&row.file),
            clean(account),
            clean(row.host.as_deref().unwrap_or("-")),
            word(&row.method)
        );
    }
    for row in &answer.certificates {
        let when = row.when.map(|when| format!("{when}  ")).unwrap_or_default();
        let _ = writeln!(
            out,
            "{when}{}  serial {}  until {}  {} day(s)",
            clean(&row.name),
            row.serial,
            row.not_after,
            row.days_left
        );
    }
    for choice in &answer.choices {
        let chosen = choice.chosen.as_deref().unwrap_or("none");
        let _ = writeln!(out, "{} {}: {}", word(&choice.app), word(&choice.purpose), clean(chosen));
        for one in &choice.candidates {
            let mark = if one.chosen { "*" } else { "-" };
            let _ = writeln!(
                out,
                "  {mark} {} ({}): {}",
                clean(&one.name),
                one.serial,
                clean(&one.reasons.join("; "))
            );
        }
    }
    for lookup in &answer.lookups {
        let _ = writeln!(out, "{} ({})", lookup.order.as_str(), lookup.citation);
        for step in &lookup.steps {
            let found = step.found.as_deref().unwrap_or("-");
            let _ = writeln!(out, "  {}: {}: {}", step.source.as_str(), clean(found), clean(&step.reason));
        }
    }
    for fate in &answer.messages {
        let by = |one: &Option<String>| one.as_deref().map_or("nothing".to_owned(), clean);
        let _ =
            writeln!(out, "{}  before: {}  after: {}", clean(&fate.file), by(&fate.before), by(&fate.after));
    }
    if out.len() > before {
        out.push('\n');
    }
}

/// The word of a value in the contract.
fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn users(all: &[String]) -> String {
    let mut shown: Vec<String> = all.iter().take(USERS_SHOWN).map(|upn| clean(upn)).collect();
    if all.len() > USERS_SHOWN {
        shown.push(format!("and {} more", all.len() - USERS_SHOWN));
    }
    shown.join(", ")
}

fn grounds(requirements: &[&str], sources: &[&str]) -> String {
    let all: Vec<&str> = requirements.iter().chain(sources).copied().collect();
    format!("({})", all.join("; "))
}
