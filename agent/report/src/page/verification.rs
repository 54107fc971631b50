//! The page of `handset verify`.

use super::frame::framed;
use super::observations::{cited, observations};
use super::sheet::{Sheet, Tongues};
use super::tables::{count_tile, fact, section, table};
use super::verdicts::verdicts;
use crate::language::Language;
use crate::verification::since_key;
use evidence::Observation;
use verdict::{Conflict, Drift, Verification};

/// Renders a verification as one page that opens in that language: verdicts with the observations that they rest on,
/// drift, conflicts. The same values give the same bytes.
pub fn verification_page(found: &Verification, seen: &[Observation], first: Language) -> String {
    let tongues = Tongues::new(first);
    let title = format!("{} · handset", found.device.evidence);
    framed(
        &tongues,
        &title,
        |sheet| heading(sheet, found),
        |sheet| {
            sheet.within("div", "tiles", |sheet| {
                count_tile(sheet, &found.summary);
            });
            section(sheet, "verdicts", None, |sheet| verdicts(sheet, &found.verdicts, seen));
            conflicts(sheet, &found.conflicts);
            drifts(sheet, &found.drift);
            if !seen.is_empty() {
                section(sheet, "observations", Some(seen.len()), |sheet| observations(sheet, seen));
            }
        },
    )
}

fn heading(sheet: &mut Sheet<'_>, found: &Verification) {
    let device = &found.device;
    sheet.within("h1", "", |sheet| evidence(sheet, &device.evidence));
    sheet.within("p", "verdict-line", |sheet| {
        let (tone, key) = match found.exit {
            0 => ("good", "closing-as-policy"),
            5 => ("dim", "closing-open"),
            _ => ("bad", "closing-not-as-policy"),
        };
        sheet.said("span", &format!("pill large {tone}"), key);
        sheet.within("span", "faint", |sheet| {
            sheet.tell("exit-code", &[("code", usize::from(found.exit).into())]);
        });
    });
    sheet.within("ul", "facts", |sheet| {
        fact(sheet, "fact-phone", |sheet| {
            sheet.name(&format!("iOS {}", device.ios));
            if device.supervised {
                sheet.text(", ");
                sheet.say("supervised");
            }
        });
        for policy in &found.policies {
            fact(sheet, "fact-policy", |sheet| {
                sheet.name(&policy.name);
                if let Some(user) = &policy.user {
                    sheet.text(" ");
                    sheet.tell("policy-for", &[("user", user.into())]);
                }
                sheet.text(" · ");
                sheet.code(&policy.file);
                if let Some(state) = &policy.assignment {
                    sheet.text(" ");
                    let (tone, key) = match state.as_str() {
                        "assigned" => ("good", "assignment-assigned"),
                        "not-assigned" => ("dim", "assignment-not-assigned"),
                        "excluded" => ("dim", "assignment-excluded"),
                        _ => ("warn", "assignment-unknown"),
                    };
                    sheet.pill(tone, key);
                }
                if let Some(reason) = &policy.assignment_reason {
                    sheet.text(" ");
                    sheet.phrase(reason);
                }
            });
        }
    });
}

/// What was looked at: a folder, whose name is the same in every language, or a simulated phone.
fn evidence(sheet: &mut Sheet<'_>, named: &str) {
    if sheet.tongues().all().iter().all(|words| words.phrase(named).is_some()) {
        sheet.phrase(named);
    } else {
        sheet.name(named);
    }
}

fn conflicts(sheet: &mut Sheet<'_>, all: &[Conflict]) {
    if all.is_empty() {
        return;
    }
    section(sheet, "conflicts", Some(all.len()), |sheet| {
        table(sheet, &["column-setting", "column-values", "column-requirements", "evidence"], |sheet| {
            for conflict in all {
                sheet.within("tr", "", |sheet| {
                    sheet.within("th", "", |sheet| {
                        if let Some(label) = &conflict.label {
                            sheet.each(|words| words.setting(&conflict.setting, label).into_owned());
                        }
                        sheet.within("div", "faint", |sheet| sheet.code(&conflict.setting));
                    });
                    sheet.within("td", "", |sheet| {
                        for value in &conflict.values {
                            sheet.within("div", "", |sheet| {
                                sheet.each(|words| {
                                    let said = value.value.as_deref();
                                    let said = said.map(|said| words.setting_value(&conflict.setting, said));
                                    let said = said.unwrap_or_else(|| words.say("value-not-told"));
                                    words.labelled(&value.policy, &said)
                                });
                            });
                        }
                    });
                    sheet.within("td", "", |sheet| sheet.text(&conflict.requirements.join(", ")));
                    sheet.within("td", "", |sheet| cited(sheet, &conflict.observations));
                });
            }
        });
    });
}

fn drifts(sheet: &mut Sheet<'_>, all: &[Drift]) {
    if all.is_empty() {
        return;
    }
    section(sheet, "drift", Some(all.len()), |sheet| {
        table(sheet, &["column-subject", "expected", "observed", "column-since", "evidence"], |sheet| {
            for drift in all {
                sheet.within("tr", "", |sheet| {
                    sheet.within("td", "", |sheet| {
                        sheet.code(&drift.subject);
                        sheet.within("div", "faint", |sheet| sheet.name(&drift.policy));
                    });
                    sheet.within("td", "", |sheet| {
                        sheet.each(|words| words.value(&drift.subject, &drift.expected));
                    });
                    sheet.within("td", "otherwise", |sheet| {
                        sheet.within("span", "values", |sheet| {
                            sheet.each(|words| words.value(&drift.subject, &drift.observed));
                        });
                        if drift.by_user {
                            sheet.said("div", "faint", "drift-by-owner");
                        }
                    });
                    sheet.within("td", "", |sheet| match &drift.since {
                        Some(since) => sheet.tell(since_key(drift), &[("since", since.into())]),
                        None => sheet.text("-"),
                    });
                    sheet.within("td", "", |sheet| {
                        cited(sheet, &drift.first_observation.into_iter().collect::<Vec<_>>());
                    });
                });
            }
        });
    });
}
