//! The page of `handset try`.

use super::findings::{Found, found};
use super::frame::framed;
use super::observations::observations;
use super::phone;
use super::sheet::{Sheet, Tongues};
use super::tables::{count_tile, fact, section, table, tile};
use super::verdicts::verdicts;
use crate::human::closing;
use crate::language::{Catalogue, Language};
use evidence::{ActionOutcome, MailOutcome, Observation};
use verdict::{InstallStatus, Summary, Trial, TrialFinding};

/// Renders a trial as one page that opens in that language: the account as on the phone, prompts, actions, messages,
/// verdicts with the observations that they rest on, findings. The same values give the same bytes.
pub fn trial_page(trial: &Trial, seen: &[Observation], first: Language) -> String {
    let tongues = Tongues::new(first);
    let name = trial.profile.display_name.as_deref().or(trial.profile.identifier.as_deref());
    let none = tongues.spoken().say("no-profile");
    let name = name.unwrap_or(&none);
    let title = format!("{name} · handset");
    framed(
        &tongues,
        &title,
        |sheet| heading(sheet, trial, name),
        |sheet| {
            overview(sheet, trial);
            if let Some(account) = &trial.account {
                section(sheet, "on-the-phone", None, |sheet| {
                    sheet.within("div", "split", |sheet| {
                        sheet.within("div", "", |sheet| {
                            phone::screens(sheet, trial, account);
                            prompts(sheet, trial);
                        });
                        phone::decided(sheet, account);
                    });
                });
            }
            refusal(sheet, trial);
            otherwise(sheet, trial);
            if !trial.verdicts.is_empty() {
                section(sheet, "verdicts", None, |sheet| verdicts(sheet, &trial.verdicts, seen));
            }
            if trial.account.is_none() {
                prompts(sheet, trial);
            }
            actions(sheet, trial);
            mail(sheet, trial);
            findings(sheet, &trial.findings);
            payloads(sheet, trial);
            if !seen.is_empty() {
                section(sheet, "observations", Some(seen.len()), |sheet| observations(sheet, seen));
            }
        },
    )
}

fn heading(sheet: &mut Sheet<'_>, trial: &Trial, name: &str) {
    sheet.within("h1", "", |sheet| sheet.name(name));
    sheet.within("p", "verdict-line", |sheet| {
        let tone = if trial.exit == 0 { "good" } else { "bad" };
        sheet.said("span", &format!("pill large {tone}"), closing(trial));
        sheet.within("span", "faint", |sheet| {
            sheet.tell("exit-code", &[("code", usize::from(trial.exit).into())]);
        });
    });
    let device = &trial.device;
    sheet.within("ul", "facts", |sheet| {
        fact(sheet, "fact-file", |sheet| sheet.name(&trial.profile.file));
        fact(sheet, "fact-phone", |sheet| {
            sheet.name(&device.model);
            sheet.text(&format!(", iOS {}", device.ios));
            if device.supervised {
                sheet.text(", ");
                sheet.say("supervised");
            }
        });
        fact(sheet, "fact-time", |sheet| sheet.text(&device.clock));
        if let Some(organization) = &trial.profile.organization {
            fact(sheet, "fact-organization", |sheet| sheet.name(organization));
        }
        if trial.profile.signed {
            fact(sheet, "fact-signer", |sheet| match trial.profile.signer.first() {
                Some(signer) => sheet.name(signer),
                None => sheet.say("nobody-named"),
            });
        }
        for (name, reading) in &device.variants {
            fact(sheet, "fact-reading", |sheet| sheet.code(&format!("{name}={reading}")));
        }
    });
}

/// How many there are of what, each with a bar.
fn overview(sheet: &mut Sheet<'_>, trial: &Trial) {
    let actions = |o: ActionOutcome| trial.actions.iter().filter(|a| a.verdict == o).count();
    let mails = |o: MailOutcome| trial.mail.iter().filter(|m| m.outcome == o).count();
    let found = |s: &str| trial.findings.iter().filter(|f| f.severity == s).count();
    sheet.within("div", "tiles", |sheet| {
        if !trial.verdicts.is_empty() {
            count_tile(sheet, &Summary::of(&trial.verdicts));
        }
        if !trial.actions.is_empty() {
            tile(
                sheet,
                "actions",
                &[
                    ("good", "count-allowed", actions(ActionOutcome::Allowed)),
                    ("warn", "count-denied", actions(ActionOutcome::Denied)),
                    ("dim", "count-absent", actions(ActionOutcome::Absent)),
                ],
            );
        }
        if !trial.mail.is_empty() {
            tile(
                sheet,
                "mail",
                &[
                    ("good", "count-ok", mails(MailOutcome::Ok)),
                    ("bad", "count-failed", mails(MailOutcome::Failed)),
                    ("dim", "count-skipped", mails(MailOutcome::Skipped)),
                ],
            );
        }
        tile(
            sheet,
            "findings",
            &[
                ("bad", "count-errors", found("error")),
                ("warn", "count-warnings", found("warning")),
                ("dim", "count-infos", found("info")),
            ],
        );
    });
}

/// What the phone shows when it does not take the profile.
fn refusal(sheet: &mut Sheet<'_>, trial: &Trial) {
    let Some(install) = trial.install.as_ref().filter(|i| i.status == InstallStatus::Refused) else { return };
    section(sheet, "errors-shown", None, |sheet| {
        sheet.within("ol", "chain", |sheet| {
            for error in &install.error_chain {
                sheet.within("li", "", |sheet| {
                    sheet.within("p", "", |sheet| sheet.phrase(&error.text));
                    sheet.code(&format!("{} {}", error.domain, error.code));
                });
            }
        });
    });
}

/// Where the phone did otherwise than the profile says.
fn otherwise(sheet: &mut Sheet<'_>, trial: &Trial) {
    if trial.deviations.is_empty() {
        return;
    }
    section(sheet, "deviations", Some(trial.deviations.len()), |sheet| {
        table(sheet, &["column-subject", "expected", "observed", "column-requirements"], |sheet| {
            for deviation in &trial.deviations {
                sheet.within("tr", "", |sheet| {
                    sheet.within("td", "", |sheet| sheet.code(&deviation.subject));
                    let value = |sheet: &mut Sheet<'_>, written: &str| {
                        sheet.within("span", "values", |sheet| {
                            sheet.each(|words| words.value(&deviation.subject, written));
                        });
                    };
                    sheet.within("td", "", |sheet| value(sheet, &deviation.expected));
                    sheet.within("td", "otherwise", |sheet| value(sheet, &deviation.observed));
                    sheet.within("td", "", |sheet| sheet.text(&deviation.requirements.join(", ")));
                });
            }
        });
    });
}

fn prompts(sheet: &mut Sheet<'_>, trial: &Trial) {
    if trial.prompts.is_empty() {
        return;
    }
    section(sheet, "prompts", Some(trial.prompts.len()), |sheet| {
        sheet.within("div", "alerts", |sheet| {
            for prompt in &trial.prompts {
                sheet.within("div", "alert", |sheet| {
                    sheet.within("p", "ask", |sheet| sheet.phrase(&prompt.text));
                    sheet.within("p", "faint", |sheet| {
                        sheet.code(&prompt.kind);
                        sheet.text(" · ");
                        sheet.say(if prompt.answered { "answered" } else { "not-answered" });
                    });
                    let force =
                        if prompt.in_force_before { "in-force-before" } else { "not-in-force-before" };
                    sheet.said("p", "faint", force);
                });
            }
        });
    });
}

/// The name of an action, in words.
fn action_name(words: &Catalogue, id: &str) -> String {
    let service = id.strip_prefix("service.").and_then(|rest| rest.split_once('.'));
    match service {
        Some((service, position)) => {
            let service = words.say(&format!("service-{service}"));
            words.tell(&format!("action-service-{position}"), &[("service", (&service).into())])
        }
        None => words.say(&format!("action-{}", id.replace('.', "-"))),
    }
}

fn actions(sheet: &mut Sheet<'_>, trial: &Trial) {
    if trial.actions.is_empty() {
        return;
    }
    section(sheet, "actions", Some(trial.actions.len()), |sheet| {
        let columns = ["column-action", "column-verdict", "column-what-happened", "column-decided-by"];
        table(sheet, &columns, |sheet| {
            for action in &trial.actions {
                sheet.within("tr", "", |sheet| {
                    sheet.within("th", "", |sheet| {
                        sheet.each(|words| action_name(words, &action.id));
                        sheet.within("div", "faint", |sheet| sheet.code(&action.id));
                    });
                    sheet.within("td", "", |sheet| match action.verdict {
                        ActionOutcome::Allowed => sheet.pill("good", "allowed"),
                        ActionOutcome::Denied => sheet.pill("warn", "denied"),
                        ActionOutcome::Absent => sheet.pill("dim", "absent"),
                    });
                    sheet.within("td", "", |sheet| sheet.phrase(&action.text));
                    sheet.within("td", "by", |sheet| {
                        if let Some(by) = &action.by {
                            phone::decider(sheet, by);
                        }
                    });
                });
            }
        });
    });
}

fn mail(sheet: &mut Sheet<'_>, trial: &Trial) {
    if trial.mail.is_empty() {
        return;
    }
    section(sheet, "mail", Some(trial.mail.len()), |sheet| {
        let columns = ["column-step", "column-outcome", "column-what-happened", "column-parties"];
        table(sheet, &columns, |sheet| {
            for mail in &trial.mail {
                sheet.within("tr", "", |sheet| {
                    sheet.within("th", "", |sheet| {
                        sheet.say(&format!("mail-step-{}", mail.step));
                        sheet.within("div", "faint", |sheet| sheet.code(&mail.step));
                    });
                    sheet.within("td", "", |sheet| match mail.outcome {
                        MailOutcome::Ok => sheet.pill("good", "ok"),
                        MailOutcome::Failed => sheet.pill("bad", "failed"),
                        MailOutcome::Skipped => sheet.pill("dim", "skipped"),
                    });
                    sheet.within("td", "", |sheet| sheet.phrase(&mail.text));
                    sheet.within("td", "parties", |sheet| {
                        if let Some(signer) = &mail.signed_by {
                            sheet.within("div", "", |sheet| {
                                sheet.said("span", "faint", "party-signed");
                                sheet.name(signer);
                            });
                        }
                        if !mail.encrypted_to.is_empty() {
                            sheet.within("div", "", |sheet| {
                                sheet.said("span", "faint", "party-encrypted");
                                sheet.name(&mail.encrypted_to.join(", "));
                            });
                        }
                    });
                });
            }
        });
    });
}

fn findings(sheet: &mut Sheet<'_>, all: &[TrialFinding]) {
    section(sheet, "findings", Some(all.len()), |sheet| {
        if all.is_empty() {
            sheet.said("p", "faint", "no-findings");
        }
        for finding in all {
            let place = finding.line.map(|line| format!("{line}:{}", finding.column.unwrap_or(1)));
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
    });
}

fn payloads(sheet: &mut Sheet<'_>, trial: &Trial) {
    let profile = &trial.profile;
    if profile.payloads.is_empty() {
        return;
    }
    section(sheet, "profile", Some(profile.payloads.len()), |sheet| {
        table(sheet, &["column-payload", "column-name", "column-on-the-phone"], |sheet| {
            for payload in &profile.payloads {
                sheet.within("tr", "", |sheet| {
                    sheet
                        .within("td", "", |sheet| sheet.code(payload.payload_type.as_deref().unwrap_or("-")));
                    sheet.within("td", "", |sheet| {
                        if let Some(name) = &payload.display_name {
                            sheet.name(name);
                        }
                    });
                    sheet.within("td", "", |sheet| {
                        sheet.pill("dim", if payload.simulated { "acts" } else { "stored" });
                    });
                });
            }
        });
    });
}
