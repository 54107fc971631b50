//! Verdicts: failures first, each with what it rests on; the rest by outcome, closed.

use super::observations::{cited, told};
use super::sheet::Sheet;
use crate::language::Side;
use evidence::Observation;
use verdict::{Outcome, SETTINGS, Verdict, setting_of};

/// The key of the word for an outcome.
pub fn outcome_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "passed",
        Outcome::Fail => "failed",
        Outcome::Inconclusive => "left-open",
        Outcome::NotApplicable => "not-applicable",
    }
}

/// The tone of the pill for an outcome.
pub fn outcome_tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "good",
        Outcome::Fail => "bad",
        Outcome::Inconclusive => "warn",
        Outcome::NotApplicable => "dim",
    }
}

/// How a verdict is filed: rows that no device can show yet stand apart from what this evidence leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    Failed,
    Passed,
    LeftOpen,
    Pending,
    NotApplicable,
}

impl File {
    const CLOSED: [(File, &'static str); 4] = [
        (File::Passed, "passed-heading"),
        (File::LeftOpen, "left-open-heading"),
        (File::Pending, "pending-heading"),
        (File::NotApplicable, "not-applicable-heading"),
    ];

    fn of(verdict: &Verdict) -> File {
        match verdict.outcome {
            Outcome::Fail => File::Failed,
            Outcome::Pass => File::Passed,
            Outcome::Inconclusive if verdict.status.as_str() == "pending" => File::Pending,
            Outcome::Inconclusive => File::LeftOpen,
            Outcome::NotApplicable => File::NotApplicable,
        }
    }
}

/// All verdicts.
pub fn verdicts(sheet: &mut Sheet<'_>, all: &[Verdict], observations: &[Observation]) {
    for verdict in all.iter().filter(|v| File::of(v) == File::Failed) {
        failed(sheet, verdict, observations);
    }
    for (file, heading) in File::CLOSED {
        let filed: Vec<&Verdict> = all.iter().filter(|v| File::of(v) == file).collect();
        if filed.is_empty() {
            continue;
        }
        sheet.within("details", "filed", |sheet| {
            sheet.within("summary", "", |sheet| {
                sheet.say(heading);
                sheet.within("span", "count", |sheet| sheet.text(&filed.len().to_string()));
            });
            sheet.within("table", "verdicts", |sheet| {
                for verdict in &filed {
                    row(sheet, verdict);
                }
            });
        });
    }
}

/// The label of the setting that decides a verdict, in the words of the form.
fn setting(sheet: &mut Sheet<'_>, verdict: &Verdict) {
    let check = verdict.checks.iter().find(|c| c.outcome == verdict.outcome);
    let decides = |subject: &str| match subject.strip_prefix("report.") {
        // Intune names settings as Graph does.
        Some(graph) => SETTINGS.iter().find(|s| s.graph.eq_ignore_ascii_case(graph)),
        None => setting_of(subject),
    };
    if let Some(setting) = check.and_then(|c| decides(&c.subject)) {
        sheet.each(|words| words.setting(setting.graph, setting.label).into_owned());
    }
}

fn failed(sheet: &mut Sheet<'_>, verdict: &Verdict, observations: &[Observation]) {
    sheet.within("details", "verdict failed", |sheet| {
        sheet.within("summary", "", |sheet| {
            sheet.pill("bad", "failed");
            sheet.within("b", "id", |sheet| sheet.text(id(verdict)));
            sheet.within("span", "setting", |sheet| setting(sheet, verdict));
        });
        sheet.within("dl", "", |sheet| {
            for (key, side) in [("expected", Side::Expected), ("observed", Side::Observed)] {
                if sheet.tongues().spoken().told(verdict, side).is_some() {
                    sheet.said("dt", "", key);
                    sheet.within("dd", "", |sheet| values(sheet, verdict, side));
                }
            }
            let mut policies: Vec<&str> = verdict
                .checks
                .iter()
                .filter(|check| check.outcome == verdict.outcome)
                .map(|check| check.policy.as_str())
                .filter(|policy| !policy.is_empty())
                .collect();
            policies.sort_unstable();
            policies.dedup();
            if !policies.is_empty() {
                sheet.said("dt", "", "of-policy");
                sheet.within("dd", "", |sheet| {
                    for (at, policy) in policies.iter().enumerate() {
                        if at > 0 {
                            sheet.text(", ");
                        }
                        sheet.within("bdi", "", |sheet| sheet.text(policy));
                    }
                });
            }
            if let Some(citation) = &verdict.citation {
                sheet.said("dt", "", "says");
                sheet.within("dd", "", |sheet| sheet.english(citation));
            }
            if let Some(reason) = &verdict.reason {
                sheet.said("dt", "", "because");
                sheet.within("dd", "because", |sheet| sheet.phrase(reason));
            }
            if let Some(remedy) = &verdict.remedy {
                sheet.said("dt", "", "remedy");
                sheet.within("dd", "remedy", |sheet| {
                    sheet.recognised(remedy, |words| words.remedy(verdict));
                });
            }
        });
        sheet.within("div", "evidence", |sheet| {
            sheet.said("h4", "", "evidence");
            told(sheet, &verdict.observations, observations);
        });
    });
}

/// The values that decide a verdict; the sentence of the catalogue where nothing was compared.
fn values(sheet: &mut Sheet<'_>, verdict: &Verdict, side: Side) {
    match &verdict.expected {
        Some(sentence) if verdict.checks.is_empty() => sheet.english(sentence),
        _ => sheet.within("span", "values", |sheet| {
            sheet.each(|words| words.told(verdict, side).unwrap_or_default().into_owned());
        }),
    }
}

fn row(sheet: &mut Sheet<'_>, verdict: &Verdict) {
    sheet.within("tr", "", |sheet| {
        sheet.within("th", "id", |sheet| sheet.text(id(verdict)));
        sheet.within("td", "", |sheet| {
            values(sheet, verdict, Side::Expected);
            if let Some(reason) = &verdict.reason {
                sheet.within("p", "reason", |sheet| sheet.phrase(reason));
            }
        });
        sheet.within("td", "cites", |sheet| cited(sheet, &verdict.observations));
    });
}

fn id(verdict: &Verdict) -> &str {
    let subject = || verdict.checks.first().map_or("-", |c| c.subject.as_str());
    verdict.requirement.as_deref().unwrap_or_else(subject)
}
