//! The page as a whole.

use super::super::frame::{Dress, Script, dressed};
use super::super::sheet::{Sheet, Tongues};
use super::super::tables::{fact, section, tile};
use super::durations::{Durations, durations};
use super::gathered::{Gathered, Group};
use super::matrix::{KnownRequirement, Rows, matrix};
use super::suites::{plot, suites};
use crate::language::Language;
use crate::run::Report;
use std::io;
use verdict::{OutcomeCounts, RunOutcome};

/// The filter. A test holds the digest against the text.
const SCRIPT: Script =
    Script { text: include_str!("run.js"), digest: "sha256-mZm6QCi+MpvuROchKtHf15gDDVJ6WFHr6WVK5AYjUGk=" };

const DRESS: Dress = Dress { style: include_str!("run.css"), script: Some(SCRIPT) };

/// How much of the digest of the suites is shown, in characters.
const DIGEST_SHOWN: usize = 22;

/// The most cases and the longest filter of the selection that are told, in characters.
const SELECTION_MAX: usize = 400;

/// What the page of a run is made from.
#[derive(Clone, Copy)]
pub struct RunPage<'r> {
    /// The run.
    pub report: Report<'r>,
    /// The catalogue of requirements, sorted by id.
    pub known: &'r [KnownRequirement<'r>],
    /// How long cases really took. With them the pages of two runs of the same cases differ.
    pub durations: Option<&'r Durations>,
    /// The language that the page opens in.
    pub first: Language,
}

/// Renders a run as one page. The same values give the same bytes. What is embedded is bounded, however many cases there
/// are, and the page says what was left out.
///
/// # Errors
/// Of whoever keeps the cases.
pub fn run_page(page: &RunPage<'_>) -> io::Result<String> {
    let tongues = Tongues::new(page.first);
    let gathered = Gathered::of(page.report.cases, &tongues)?;
    let rows = Rows::of(page.known, &page.report.summary.requirements);
    let title = format!("{} · handset run", tongues.spoken().say("run-title"));
    let suites = gathered.suites_count();
    Ok(dressed(
        &tongues,
        &title,
        DRESS,
        |sheet| heading(sheet, page, suites),
        |sheet| body(sheet, page, &rows, gathered),
    ))
}

/// A count for a text.
pub(super) fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The parts of a tile or a bar for outcomes, worst first.
pub(super) fn parts(counts: &OutcomeCounts) -> [(&'static str, &'static str, usize); 5] {
    [
        (RunOutcome::Fail, "count-cases-failed"),
        (RunOutcome::Error, "count-in-error"),
        (RunOutcome::Inconclusive, "count-inconclusive"),
        (RunOutcome::Pass, "count-cases-passed"),
        (RunOutcome::Skipped, "count-skipped"),
    ]
    .map(|(outcome, key)| (tone(outcome), key, count(counts.of(outcome))))
}

/// The tone of an outcome.
pub(super) fn tone(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Pass => "good",
        RunOutcome::Fail => "bad",
        RunOutcome::Error => "bad",
        RunOutcome::Inconclusive => "warn",
        RunOutcome::Skipped => "dim",
    }
}

/// The key of the word for an outcome.
pub(super) fn word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Pass => "legend-passed",
        RunOutcome::Fail => "failed",
        RunOutcome::Error => "in-error",
        RunOutcome::Inconclusive => "inconclusive",
        RunOutcome::Skipped => "skipped",
    }
}

/// The sign of an outcome, which says the same without colour.
pub(super) fn sign(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Pass => "✓",
        RunOutcome::Fail => "✗",
        RunOutcome::Error => "!",
        RunOutcome::Inconclusive => "?",
        RunOutcome::Skipped => "–",
    }
}

/// A text that is not longer than so many characters.
pub(super) fn shortened(text: &str, characters_max: usize) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(characters_max) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()).into(),
        None => text.into(),
    }
}

fn heading(sheet: &mut Sheet<'_>, page: &RunPage<'_>, suites: usize) {
    let Report { head, summary, exit, .. } = page.report;
    sheet.within("h1", "", |sheet| {
        sheet.tell("run-heading", &[("cases", count(summary.cases).into()), ("suites", suites.into())]);
    });
    sheet.within("p", "verdict-line", |sheet| {
        let failed = count(summary.outcomes.fail);
        let in_error = count(summary.outcomes.error);
        let (tone, key, n) = match exit {
            0 => ("good", "run-passed", 0),
            1 => ("bad", "run-failed", failed),
            3 => ("bad", "run-in-error", in_error),
            4 => ("dim", "run-nothing", 0),
            5 => ("warn", "run-inconclusive", count(summary.outcomes.inconclusive)),
            _ => ("bad", "run-ended-early", 0),
        };
        sheet.within("span", &format!("pill large {tone}"), |sheet| sheet.tell(key, &[("n", n.into())]));
        sheet.within("span", "faint", |sheet| {
            sheet.tell("exit-code", &[("code", usize::from(exit).into())]);
        });
    });
    if summary.missing > 0 {
        sheet.within("p", "notice", |sheet| {
            sheet.tell("run-not-reached", &[("n", count(summary.missing).into())]);
        });
    }
    sheet.within("ul", "facts", |sheet| {
        fact(sheet, "fact-target", |sheet| sheet.name(&head.target));
        if let Some(filter) = &head.selection.filter {
            fact(sheet, "fact-filter", |sheet| sheet.code(&shortened(filter, SELECTION_MAX)));
        }
        if !head.selection.cases.is_empty() {
            let named: Vec<&str> = head.selection.cases.iter().map(String::as_str).collect();
            fact(sheet, "fact-cases", |sheet| sheet.code(&shortened(&named.join(", "), SELECTION_MAX)));
        }
        if let Some(partition) = &head.partition {
            fact(sheet, "fact-part", |sheet| {
                sheet.code(partition);
                sheet.text(" ");
                sheet.tell("part-of", &[("n", count(head.selected.cases).into())]);
            });
        }
        fact(sheet, "fact-seed", |sheet| sheet.text(&head.seed.to_string()));
        fact(sheet, "fact-suites", |sheet| {
            let shown: String = head.suite_digest.chars().take(DIGEST_SHOWN).collect();
            sheet.code(&shown);
        });
        fact(sheet, "fact-version", |sheet| sheet.text(&head.handset));
    });
}

fn body(sheet: &mut Sheet<'_>, page: &RunPage<'_>, rows: &Rows<'_>, gathered: Gathered<'_>) {
    let summary = page.report.summary;
    sheet.within("div", "tiles", |sheet| {
        tile(sheet, "cases", &parts(&summary.outcomes));
        rows.tile(sheet);
        let (unmet, open) = (gathered.unmet, gathered.open);
        tile(
            sheet,
            "checks",
            &[
                ("bad", "count-not-met", count(unmet)),
                ("warn", "count-inconclusive", count(open)),
                ("good", "count-met", count(summary.checks.saturating_sub(unmet + open))),
            ],
        );
    });
    if summary.cases == 0 {
        sheet.said("p", "empty", "run-empty");
        return;
    }
    section(sheet, "suites", Some(gathered.suites_count()), |sheet| plot(sheet, &gathered.groups));
    section(sheet, "requirements", None, |sheet| matrix(sheet, rows, &gathered));
    if let Some(all) = page.durations.filter(|all| !all.is_empty()) {
        section(sheet, "durations", None, |sheet| durations(sheet, all));
    }
    section(sheet, "cases", Some(count(summary.cases)), |sheet| cases(sheet, page, gathered));
}

fn cases(sheet: &mut Sheet<'_>, page: &RunPage<'_>, gathered: Gathered<'_>) {
    filter(sheet, &page.report.summary.outcomes, &gathered.groups);
    let Gathered { details, brief, groups, left_out, .. } = gathered;
    left_out.say(sheet);
    // The tile of the checks leads to where they are told.
    sheet.with("span", &[("id", "checks")], |_| {});
    let outcomes = &page.report.summary.outcomes;
    if outcomes.fail + outcomes.error + outcomes.inconclusive == 0 {
        sheet.said("p", "empty good", "nothing-otherwise");
    }
    for details in details {
        sheet.append(details);
    }
    if brief.octets() > 0 {
        sheet.with("div", &[("class", "suite"), ("data-group", "")], |sheet| {
            sheet.said("h3", "", "in-short");
            sheet.open("ul", &[("class", "rows")]);
            sheet.append(brief);
            sheet.close("ul");
        });
    }
    suites(sheet, groups);
    sheet.with("p", &[("class", "empty"), ("id", "nothing"), ("hidden", "")], |sheet| {
        sheet.say("filter-nothing")
    });
}

/// The filter, which is hidden until the script is there to serve it.
fn filter(sheet: &mut Sheet<'_>, outcomes: &OutcomeCounts, groups: &[Group<'_>]) {
    sheet.with(
        "form",
        &[("id", "filter"), ("class", "filter"), ("role", "search"), ("hidden", "")],
        |sheet| {
            sheet.within("label", "field grow", |sheet| {
                sheet.said("span", "faint", "filter-search");
                sheet.open(
                    "input",
                    &[("type", "search"), ("id", "search"), ("autocomplete", "off"), ("spellcheck", "false")],
                );
            });
            sheet.within("div", "chips", |sheet| {
                for outcome in [
                    RunOutcome::Fail,
                    RunOutcome::Error,
                    RunOutcome::Inconclusive,
                    RunOutcome::Pass,
                    RunOutcome::Skipped,
                ] {
                    if outcomes.of(outcome) == 0 {
                        continue;
                    }
                    let class = format!("chip {}", tone(outcome));
                    let attributes = [
                        ("type", "button"),
                        ("class", class.as_str()),
                        ("data-outcome", outcome.as_str()),
                        ("aria-pressed", "false"),
                    ];
                    sheet.with("button", &attributes, |sheet| {
                        sheet.text(sign(outcome));
                        sheet.text(" ");
                        sheet.say(word(outcome));
                    });
                }
            });
            sheet.within("label", "field", |sheet| {
                sheet.said("span", "faint", "column-suite");
                sheet.with("select", &[("id", "suite")], |sheet| {
                    sheet.with("option", &[("value", "")], |sheet| sheet.text("—"));
                    for (number, group) in groups.iter().enumerate() {
                        let number = number.to_string();
                        sheet.with("option", &[("value", &number)], |sheet| sheet.text(group.title()));
                    }
                });
            });
            sheet.with(
                "button",
                &[("type", "button"), ("class", "chip on"), ("id", "requirement"), ("hidden", "")],
                |sheet| {
                    sheet.with("b", &[], |_| {});
                    sheet.text(" ×");
                    sheet.within("span", "unseen", |sheet| sheet.say("filter-forget"));
                },
            );
            sheet.with("button", &[("type", "reset"), ("class", "plain"), ("id", "reset")], |sheet| {
                sheet.say("filter-reset")
            });
            sheet.with("output", &[("class", "faint"), ("aria-live", "polite")], |sheet| {
                sheet.with("b", &[("id", "shown")], |_| {});
                sheet.text(" / ");
                sheet.with("span", &[("id", "listed")], |_| {});
            });
        },
    );
}
