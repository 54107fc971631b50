//! The answer as a table: a row for each value, prompt and action, a column for each run of versions that agree.

use super::{Matrix, Version};
use crate::tools::output::clean;
use evidence::ActionOutcome;
use intent::ActionId;
use std::fmt::Write;
use verdict::{ComposeStarts, InstallStatus, TrialAccount, TrialSwitch};

/// The widest cell; longer ones are cut.
const CELL_MAX: usize = 26;

/// Renders the answer.
pub(super) fn page(matrix: &Matrix) -> String {
    let mut out = String::new();
    let name = matrix.profile.display_name.as_deref().or(matrix.profile.identifier.as_deref());
    let supervised = if matrix.device.supervised { ", supervised" } else { "" };
    let title = format!("{} on {}{supervised}", name.unwrap_or("(no name)"), matrix.device.model);
    let _ = writeln!(out, "{}\n", clean(&title));
    let columns = folded(&matrix.versions);
    let titles: Vec<&str> =
        columns.first().map(|c| c.rows.iter().map(|r| r.0.as_str()).collect()).unwrap_or_default();
    let widths: Vec<usize> = columns
        .iter()
        .map(|c| c.rows.iter().map(|r| r.1.chars().count()).chain([c.heading().len()]).max().unwrap_or(0))
        .collect();
    let line = |out: &mut String, title: &str, cells: &mut dyn Iterator<Item = String>| {
        let mut text = format!("{title:<36}");
        for (cell, width) in cells.zip(&widths) {
            let _ = write!(text, "  {cell:<width$}");
        }
        let _ = writeln!(out, "{}", text.trim_end());
    };
    line(&mut out, "iOS", &mut columns.iter().map(Column::heading));
    for (row, title) in titles.iter().enumerate() {
        line(&mut out, title, &mut columns.iter().map(|c| c.rows[row].1.clone()));
    }
    for column in &columns {
        let chain = column.first.install.iter().flat_map(|i| &i.error_chain);
        for (depth, error) in chain.enumerate() {
            if depth == 0 {
                let _ = writeln!(out, "\niOS {}: refused", column.heading());
            }
            let text = format!("{} {}: {}", error.domain, error.code, error.text);
            let _ = writeln!(out, "{}{}", "  ".repeat(depth + 1), clean(&text));
        }
    }
    let refused = matrix.versions.iter().filter(|v| v.refused()).count();
    let _ = writeln!(
        out,
        "\n{} of {} versions take the profile (exit {})",
        matrix.versions.len() - refused,
        matrix.versions.len(),
        matrix.exit
    );
    out
}

/// Neighbouring versions that agree in every row.
struct Column<'a> {
    first: &'a Version,
    last: &'a str,
    rows: Vec<(String, String)>,
}

impl Column<'_> {
    fn heading(&self) -> String {
        let short = |ios: &str| ios.strip_suffix(".0").unwrap_or(ios).to_owned();
        let (first, last) = (short(&self.first.ios), short(self.last));
        if first == last { first } else { format!("{first}-{last}") }
    }
}

fn folded(versions: &[Version]) -> Vec<Column<'_>> {
    let mut columns: Vec<Column<'_>> = Vec::new();
    for version in versions {
        let rows = rows(version);
        match columns.last_mut() {
            Some(last) if last.rows == rows => last.last = &version.ios,
            _ => columns.push(Column { first: version, last: &version.ios, rows }),
        }
    }
    columns
}

/// The same rows for every version, whatever became of it there.
fn rows(version: &Version) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut put = |title: &str, cell: String| {
        let cell = clean(&cell);
        let cut = if cell.chars().count() > CELL_MAX {
            cell.chars().take(CELL_MAX - 1).chain(['…']).collect()
        } else {
            cell
        };
        rows.push((title.to_owned(), cut));
    };
    let install = version.install.as_ref().map_or("-".to_owned(), |i| match i.status {
        InstallStatus::Installed => "installed".to_owned(),
        InstallStatus::Refused => {
            i.error_chain.last().map_or("refused".to_owned(), |e| format!("refused, {}", e.code))
        }
    });
    put("install", install);
    let prompts: Vec<&str> = version.prompts.iter().map(|p| p.kind.as_str()).collect();
    put("prompts", if prompts.is_empty() { "-".to_owned() } else { prompts.join(", ") });
    for (title, cell) in VALUES {
        put(title, version.account.as_ref().map_or("-".to_owned(), cell));
    }
    for id in ActionId::ALL {
        let id = id.to_string();
        let found = version.actions.iter().find(|a| a.id == id);
        let verdict = found.map_or("-", |a| match a.verdict {
            ActionOutcome::Allowed => "allowed",
            ActionOutcome::Denied => "denied",
            ActionOutcome::Absent => "absent",
        });
        put(&id, verdict.to_owned());
    }
    rows
}

type Cell = fn(&TrialAccount) -> String;

const VALUES: [(&str, Cell); 20] = [
    ("name", |a| a.name.clone()),
    ("host", |a| a.host.clone().unwrap_or("(autodiscovery)".to_owned())),
    ("user", |a| a.user.clone().unwrap_or("-".to_owned())),
    ("email", |a| a.email.clone().unwrap_or("-".to_owned())),
    ("Mail", |a| switch(&a.services.mail)),
    ("Contacts", |a| switch(&a.services.contacts)),
    ("Calendars", |a| switch(&a.services.calendars)),
    ("Reminders", |a| switch(&a.services.reminders)),
    ("Notes", |a| switch(&a.services.notes)),
    ("mail kept", |a| match a.mail_window_days {
        0 => "everything".to_owned(),
        1 => "1 day".to_owned(),
        n => format!("{n} days"),
    }),
    ("move to other accounts", |a| yes(a.move_allowed)),
    ("send from other apps", |a| yes(a.third_party_send)),
    ("sync recent addresses", |a| yes(a.recents)),
    ("S/MIME", |a| if a.smime.enabled { "on".to_owned() } else { "off".to_owned() }),
    ("S/MIME sign", |a| smime(a, switch(&a.smime.signing))),
    ("S/MIME signing identity", |a| smime(a, name(&a.smime.signing_identity))),
    ("S/MIME encrypt by default", |a| smime(a, switch(&a.smime.encrypt_by_default))),
    ("S/MIME encryption identity", |a| smime(a, name(&a.smime.encryption_identity))),
    ("S/MIME lock on each message", |a| smime(a, yes(a.smime.per_message_switch))),
    ("a new message starts", |a| {
        let starts = match a.smime.compose_starts {
            ComposeStarts::Clear => "clear",
            ComposeStarts::Encrypted => "encrypted",
        };
        smime(a, starts.to_owned())
    }),
];

fn switch(switch: &TrialSwitch) -> String {
    format!("{}{}", if switch.on { "on" } else { "off" }, if switch.locked { ", locked" } else { "" })
}

fn yes(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

fn name(name: &Option<String>) -> String {
    name.clone().unwrap_or("-".to_owned())
}

fn smime(account: &TrialAccount, cell: String) -> String {
    if account.smime.enabled { cell } else { "-".to_owned() }
}
