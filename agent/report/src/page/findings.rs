//! Findings of the linter: in a page of their own, and in others.

use super::frame::framed;
use super::sheet::{Sheet, Tongues};
use super::tables::{fact, section, tile};
use crate::findings::{LintFile, LintReport, PlaceKind};
use crate::language::Language;

/// A finding as a page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The id of the rule.
    pub rule: &'a str,
    /// error, warning or info.
    pub severity: &'a str,
    /// What is the case, in English.
    pub message: &'a str,
    /// What to do about it, in English.
    pub help: Option<&'a str>,
    /// Where it is, such as line and column.
    pub place: Option<&'a str>,
    /// What the rule rests on.
    pub reference: &'a str,
}

/// One finding: the title of its rule, and the rest when it is opened.
pub fn found(sheet: &mut Sheet<'_>, finding: &Found<'_>) {
    sheet.within("details", "finding", |sheet| {
        sheet.within("summary", "", |sheet| {
            match finding.severity {
                "error" => sheet.pill("bad", "error"),
                "warning" => sheet.pill("warn", "warning"),
                _ => sheet.pill("dim", "info"),
            }
            sheet.within("b", "", |sheet| {
                sheet.each(|words| words.rule_title(finding.rule, finding.rule).into_owned());
            });
            sheet.code(finding.rule);
            if let Some(place) = finding.place {
                sheet.within("span", "when", |sheet| sheet.text(place));
            }
        });
        sheet.within("p", "", |sheet| sheet.english(finding.message));
        if let Some(help) = finding.help {
            sheet.within("p", "", |sheet| sheet.english(help));
        }
        sheet.within("p", "faint", |sheet| sheet.english(finding.reference));
    });
}

/// Renders what the linter found as one page that opens in that language: each file with its findings. The same values
/// give the same bytes.
pub fn lint_page(report: &LintReport, first: Language) -> String {
    let tongues = Tongues::new(first);
    let title = match &report.files[..] {
        [only] => only.file.clone(),
        files => tongues.spoken().tell("files", &[("n", files.len().into())]),
    };
    framed(
        &tongues,
        &format!("{title} · handset lint"),
        |sheet| {
            sheet.within("h1", "", |sheet| match &report.files[..] {
                [only] => sheet.name(&only.file),
                files => sheet.tell("files", &[("n", files.len().into())]),
            });
            sheet.within("p", "verdict-line", |sheet| {
                let tone = if report.exit == 0 { "good" } else { "bad" };
                sheet.within("span", &format!("pill large {tone}"), |sheet| {
                    sheet.tell("exit-code", &[("code", usize::from(report.exit).into())]);
                });
            });
            sheet.within("ul", "facts", |sheet| {
                fact(sheet, "fact-phone", |sheet| {
                    sheet.text(&format!("iOS {}", report.ios));
                    if report.supervised {
                        sheet.text(", ");
                        sheet.say("supervised");
                    }
                });
                fact(sheet, "fact-time", |sheet| sheet.text(&report.clock));
            });
        },
        |sheet| {
            let summary = &report.summary;
            sheet.within("div", "tiles", |sheet| {
                tile(
                    sheet,
                    "findings",
                    &[
                        ("bad", "count-errors", summary.errors),
                        ("warn", "count-warnings", summary.warnings),
                        ("dim", "count-infos", summary.infos),
                    ],
                );
            });
            let all = report.files.iter().map(|file| file.findings.len()).sum();
            section(sheet, "findings", Some(all), |sheet| {
                for file in &report.files {
                    linted(sheet, file, report.files.len() > 1);
                }
            });
        },
    )
}

fn linted(sheet: &mut Sheet<'_>, file: &LintFile, named: bool) {
    if named {
        sheet.within("h3", "", |sheet| {
            sheet.name(&file.file);
            sheet.within("span", "count", |sheet| sheet.text(&file.findings.len().to_string()));
        });
    }
    if file.findings.is_empty() {
        sheet.said("p", "faint", "no-findings");
    }
    for finding in &file.findings {
        let place = match file.place(finding) {
            PlaceKind::Lines => finding.line.map(|line| format!("{line}:{}", finding.column.unwrap_or(1))),
            PlaceKind::Octets => finding.offset.map(|offset| format!("@{offset}")),
            PlaceKind::Nowhere => None,
        };
        found(
            sheet,
            &Found {
                rule: &finding.rule,
                severity: &finding.severity,
                message: &finding.message,
                help: finding.help.as_deref(),
                place: place.as_deref(),
                reference: &finding.reference,
            },
        );
    }
}
