//! Requirements against suites: how the cases of each came out.

use super::super::sheet::Sheet;
use super::super::tables::{table, tile};
use super::gathered::Gathered;
use super::page::{sign, tone};
use std::collections::BTreeMap;
use verdict::{OutcomeCounts, RunOutcome};

/// The most suites that have a column of their own; the rest share one.
const COLUMNS_MAX: usize = 14;

/// A row of the catalogue of requirements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownRequirement<'r> {
    /// The id, such as EAS-052.
    pub id: &'r str,
    /// The setting it is about, in English.
    pub setting: &'r str,
    /// What the document says, in English.
    pub statement: &'r str,
    /// Why no device can show it yet, or ever, in English.
    pub reason: Option<&'r str>,
}

/// A row of the matrix.
#[derive(Clone, Copy, Debug)]
struct Row<'r> {
    id: &'r str,
    known: Option<KnownRequirement<'r>>,
    counts: OutcomeCounts,
}

/// The rows: those with cases, the worst first, and those without.
#[derive(Debug)]
pub(super) struct Rows<'r> {
    with: Vec<Row<'r>>,
    without: Vec<KnownRequirement<'r>>,
}

impl<'r> Rows<'r> {
    /// The rows of the catalogue and of whatever else cases are about.
    pub fn of(known: &'r [KnownRequirement<'r>], counted: &'r BTreeMap<String, OutcomeCounts>) -> Self {
        let mut with: Vec<Row<'r>> = counted
            .iter()
            .map(|(id, counts)| Row {
                id,
                known: known.iter().find(|k| k.id == id).copied(),
                counts: *counts,
            })
            .collect();
        // What did not pass stands first; the rest in the order of the ids.
        with.sort_by_key(|row| match row.counts.worst() {
            RunOutcome::Fail => 0,
            RunOutcome::Error => 1,
            RunOutcome::Inconclusive => 2,
            RunOutcome::Pass | RunOutcome::Skipped => 3,
        });
        let without = known.iter().filter(|known| !counted.contains_key(known.id)).copied().collect();
        Rows { with, without }
    }

    /// The requirements, counted.
    pub fn tile(&self, sheet: &mut Sheet<'_>) {
        let count = |outcome| self.with.iter().filter(|row| row.counts.worst() == outcome).count();
        tile(
            sheet,
            "requirements",
            &[
                ("bad", "count-cases-failed", count(RunOutcome::Fail)),
                ("bad", "count-in-error", count(RunOutcome::Error)),
                ("warn", "count-inconclusive", count(RunOutcome::Inconclusive)),
                ("good", "count-shown", count(RunOutcome::Pass)),
                ("dim", "pending", count(RunOutcome::Skipped)),
                ("dim", "count-without-case", self.without.len()),
            ],
        );
    }
}

/// The matrix, and below it what no case is about.
pub(super) fn matrix(sheet: &mut Sheet<'_>, rows: &Rows<'_>, gathered: &Gathered<'_>) {
    if rows.with.is_empty() {
        sheet.said("p", "empty", "no-requirement-named");
    } else {
        legend(sheet);
        // A part of the page that scrolls by itself can be reached with the keyboard.
        let attributes = [
            ("class", "scroll matrix"),
            ("role", "region"),
            ("aria-labelledby", "requirements-title"),
            ("tabindex", "0"),
        ];
        sheet.with("div", &attributes, |sheet| {
            sheet.within("table", "", |sheet| {
                head(sheet, gathered);
                sheet.within("tbody", "", |sheet| {
                    for row in &rows.with {
                        self::row(sheet, row, gathered);
                    }
                });
            });
        });
    }
    if rows.without.is_empty() {
        return;
    }
    sheet.within("details", "filed", |sheet| {
        sheet.within("summary", "", |sheet| {
            sheet.say("requirements-without-case");
            sheet.within("span", "count", |sheet| sheet.text(&rows.without.len().to_string()));
        });
        table(sheet, &["column-requirement", "column-setting", "because"], |sheet| {
            for known in &rows.without {
                sheet.within("tr", "", |sheet| {
                    sheet.within("th", "id", |sheet| anchored(sheet, known.id));
                    sheet.within("td", "", |sheet| {
                        sheet.english(known.setting);
                        sheet.within("div", "faint", |sheet| sheet.english(known.statement));
                    });
                    sheet.within("td", "faint", |sheet| match known.reason {
                        Some(reason) => sheet.phrase(reason),
                        None => sheet.say("not-selected"),
                    });
                });
            }
        });
    });
}

fn legend(sheet: &mut Sheet<'_>) {
    sheet.within("div", "matrix-legend", |sheet| {
        for (outcome, key) in [
            (RunOutcome::Pass, "legend-passed"),
            (RunOutcome::Fail, "legend-failed"),
            (RunOutcome::Error, "legend-in-error"),
            (RunOutcome::Inconclusive, "legend-inconclusive"),
            (RunOutcome::Skipped, "legend-skipped"),
        ] {
            sheet.within("span", "", |sheet| {
                sheet.within("span", &format!("cell {}", tone(outcome)), |sheet| sheet.text(sign(outcome)));
                sheet.say(key);
            });
        }
    });
}

fn head(sheet: &mut Sheet<'_>, gathered: &Gathered<'_>) {
    sheet.within("thead", "", |sheet| {
        sheet.within("tr", "", |sheet| {
            sheet.with("th", &[("scope", "col")], |sheet| sheet.say("column-requirement"));
            for (number, group) in gathered.groups.iter().enumerate().take(COLUMNS_MAX) {
                let number = number.to_string();
                sheet.with("th", &[("scope", "col"), ("class", "cell-column verbatim")], |sheet| {
                    sheet.with("a", &[("href", "#cases"), ("data-suite", &number)], |sheet| {
                        sheet.name(group.title())
                    });
                });
            }
            if gathered.groups.len() > COLUMNS_MAX {
                sheet.with("th", &[("scope", "col"), ("class", "cell-column")], |sheet| {
                    sheet.text(&format!("+{}", gathered.groups.len() - COLUMNS_MAX));
                });
            }
            sheet.with("th", &[("scope", "col"), ("class", "cell-column")], |sheet| sheet.say("column-all"));
        });
    });
}

fn row(sheet: &mut Sheet<'_>, row: &Row<'_>, gathered: &Gathered<'_>) {
    let number = gathered.numbers.get(row.id).copied();
    sheet.within("tr", "", |sheet| {
        sheet.with("th", &[("scope", "row")], |sheet| {
            anchored(sheet, row.id);
            if let Some(known) = row.known {
                sheet.text(" ");
                sheet.within("span", "setting", |sheet| sheet.english(known.setting));
                sheet.within("div", "statement", |sheet| sheet.english(known.statement));
            }
        });
        let of = |group: usize| number.and_then(|number| gathered.cells.get(&(number, group))).copied();
        let groups = gathered.groups.len();
        for group in 0..groups.min(COLUMNS_MAX) {
            cell(sheet, of(group).as_ref(), row.id, number, Some(group));
        }
        if groups > COLUMNS_MAX {
            let mut rest = OutcomeCounts::default();
            (COLUMNS_MAX..groups).filter_map(of).for_each(|counts| join(&mut rest, &counts));
            let rest = Some(rest).filter(|rest| *rest != OutcomeCounts::default());
            cell(sheet, rest.as_ref(), row.id, number, None);
        }
        cell(sheet, Some(&row.counts), row.id, number, None);
    });
}

/// A requirement by its id, as a place that links lead to.
fn anchored(sheet: &mut Sheet<'_>, id: &str) {
    sheet.with("span", &[("class", "id"), ("id", &format!("requirement-{id}"))], |sheet| sheet.text(id));
}

fn join(all: &mut OutcomeCounts, more: &OutcomeCounts) {
    all.pass += more.pass;
    all.fail += more.fail;
    all.inconclusive += more.inconclusive;
    all.error += more.error;
    all.skipped += more.skipped;
}

/// How many came out how: a sign and a number, and of several how many are the worst. It leads to the cases.
fn cell(
    sheet: &mut Sheet<'_>,
    counts: Option<&OutcomeCounts>,
    id: &str,
    number: Option<usize>,
    group: Option<usize>,
) {
    let Some(counts) = counts else {
        sheet.with("td", &[("class", "cell-column")], |_| {});
        return;
    };
    let worst = counts.worst();
    let all: u64 = RunOutcome::ALL.into_iter().map(|outcome| counts.of(outcome)).sum();
    let run = all - if worst == RunOutcome::Skipped { 0 } else { counts.skipped };
    let these = counts.of(worst);
    let text = if these == run {
        format!("{} {these}", sign(worst))
    } else {
        format!("{} {these}/{run}", sign(worst))
    };
    let (number, group) = (number.map(|n| n.to_string()), group.map(|g| g.to_string()));
    let class = format!("cell {}", tone(worst));
    let mut attributes = vec![("href", "#cases"), ("class", class.as_str())];
    if let Some(number) = &number {
        attributes.extend([("data-requirement", number.as_str()), ("data-name", id)]);
    }
    if let Some(group) = &group {
        attributes.push(("data-suite", group.as_str()));
    }
    sheet.with("td", &[("class", "cell-column")], |sheet| {
        sheet.with("a", &attributes, |sheet| sheet.text(&text));
    });
}
