//! A case that did not pass: what was expected and what was seen, and its steps on the virtual clock.

use super::super::sheet::Sheet;
use super::difference::{difference, marked};
use super::message::message;
use super::page::{shortened, sign, tone, word};
use evidence::Timestamp;
use std::collections::BTreeSet;
use verdict::{RunCase, RunFailure, RunOutcome, RunPlace, RunStep};

/// The longest text of a value or an observation, in characters.
pub(super) const TEXT_MAX: usize = 2_000;

/// The longest id, name or line in a heading, in characters.
const LINE_MAX: usize = 300;

/// The most expectations of a case that are told.
pub(super) const FAILURES_MAX: usize = 50;

/// The most steps of a case that are told.
pub(super) const STEPS_MAX: usize = 200;

/// The most messages and prompts of a step that are told.
const OF_STEP_MAX: usize = 20;

/// The most requirements of a case or an expectation that are told.
const REQUIREMENTS_MAX: usize = 60;

/// A case with all that is known of it, open or closed until somebody asks.
pub(super) fn detailed(
    sheet: &mut Sheet<'_>,
    case: &RunCase,
    known: &[(&'static str, &str); 3],
    is_open: bool,
) {
    let class = format!("case {}", tone(case.outcome));
    let mut attributes: Vec<(&'static str, &str)> =
        [("class", class.as_str())].into_iter().chain(*known).collect();
    if is_open {
        attributes.push(("open", ""));
    }
    sheet.with("details", &attributes, |sheet| {
        sheet.within("summary", "", |sheet| {
            outcome(sheet, case.outcome);
            sheet.within("b", "id", |sheet| sheet.name(&shortened(&case.id, LINE_MAX)));
            sheet.within("span", "subject", |sheet| line(sheet, case));
        });
        sheet.within("div", "told", |sheet| {
            if let Some(about) = &case.about {
                sheet.within("p", "about-case", |sheet| sheet.english(&shortened(about, TEXT_MAX)));
            }
            if let Some(reason) = case.reason.as_ref().filter(|_| case.failures.is_empty()) {
                sheet.within("p", "", |sheet| sheet.phrase(&shortened(reason, TEXT_MAX)));
            }
            for failure in case.failures.iter().take(FAILURES_MAX) {
                self::failure(sheet, failure);
            }
            more(sheet, case.failures.len(), FAILURES_MAX);
            if !case.steps.is_empty() {
                sheet.said("h4", "", "timeline");
                timeline(sheet, case);
            }
            foot(sheet, case);
        });
    });
}

/// A case in a line.
pub(super) fn brief(sheet: &mut Sheet<'_>, case: &RunCase, known: &[(&'static str, &str); 3]) {
    sheet.with("li", known, |sheet| {
        if !matches!(case.outcome, RunOutcome::Pass | RunOutcome::Skipped) {
            outcome(sheet, case.outcome);
        }
        sheet.within("b", "id", |sheet| sheet.name(&shortened(&case.id, LINE_MAX)));
        sheet.within("span", "subject", |sheet| line(sheet, case));
    });
}

fn outcome(sheet: &mut Sheet<'_>, outcome: RunOutcome) {
    sheet.within("span", &format!("pill {}", tone(outcome)), |sheet| {
        sheet.text(sign(outcome));
        sheet.text(" ");
        sheet.say(word(outcome));
    });
}

/// What to say of a case beside its id.
fn line(sheet: &mut Sheet<'_>, case: &RunCase) {
    let first = case.failures.iter().find(|f| f.outcome == case.outcome).or(case.failures.first());
    if let Some(failure) = first {
        sheet.code(&shortened(&failure.subject, LINE_MAX));
        if case.failures.len() > 1 {
            sheet.text(&format!(" +{}", case.failures.len() - 1));
        }
    } else if let Some(pending) = &case.pending {
        sheet.english(&shortened(pending, LINE_MAX));
    } else if let Some(reason) = &case.reason {
        sheet.phrase(&shortened(reason, LINE_MAX));
    }
}

fn failure(sheet: &mut Sheet<'_>, failure: &RunFailure) {
    sheet.within("div", &format!("unmet {}", tone(failure.outcome)), |sheet| {
        sheet.within("p", "what", |sheet| {
            sheet.within("span", "sign", |sheet| sheet.text(sign(failure.outcome)));
            sheet.code(&shortened(&failure.subject, LINE_MAX));
            sheet.within("span", "when", |sheet| match failure.step {
                Some(step) => sheet.tell("after-step", &[("step", step.to_string().as_str().into())]),
                None => sheet.say("at-the-end"),
            });
        });
        let (expected, observed) =
            (shortened(&failure.expected, TEXT_MAX), shortened(&failure.observed, TEXT_MAX));
        let (wanted, seen) = difference(&expected, &observed);
        sheet.within("dl", "diff", |sheet| {
            for (key, class, pieces) in [("expected", "wanted", wanted), ("observed", "seen", seen)] {
                sheet.said("dt", "", key);
                sheet.within("dd", class, |sheet| {
                    sheet.with("code", &[], |sheet| marked(sheet, &pieces, class));
                });
            }
            if let Some(why) = &failure.why {
                sheet.said("dt", "", "because");
                sheet.within("dd", "", |sheet| sheet.english(&shortened(why, TEXT_MAX)));
            }
            if !failure.requirements.is_empty() {
                sheet.said("dt", "", "column-requirements");
                sheet.within("dd", "", |sheet| requirements(sheet, &failure.requirements));
            }
            sheet.said("dt", "", "scenario-place");
            sheet.within("dd", "", |sheet| place(sheet, &failure.place));
        });
    });
}

fn requirements(sheet: &mut Sheet<'_>, all: &BTreeSet<String>) {
    for id in all.iter().take(REQUIREMENTS_MAX) {
        let id = shortened(id, LINE_MAX);
        let target = format!("#requirement-{id}");
        sheet.with("a", &[("class", "tag"), ("href", &target)], |sheet| sheet.text(&id));
        sheet.text(" ");
    }
    if all.len() > REQUIREMENTS_MAX {
        sheet.text(&format!("… +{}", all.len() - REQUIREMENTS_MAX));
    }
}

fn place(sheet: &mut Sheet<'_>, place: &RunPlace) {
    sheet.code(&format!("{}:{}:{}", shortened(&place.file, LINE_MAX), place.line, place.column));
}

/// How many are not told.
fn more(sheet: &mut Sheet<'_>, all: usize, told: usize) {
    if all > told {
        sheet.within("p", "notice", |sheet| sheet.tell("more-in-json", &[("n", (all - told).into())]));
    }
}

fn timeline(sheet: &mut Sheet<'_>, case: &RunCase) {
    sheet.within("ol", "timeline", |sheet| {
        let mut before: Option<Timestamp> = None;
        for step in case.steps.iter().take(STEPS_MAX) {
            let now = step.at.as_deref().and_then(|at| Timestamp::parse_rfc3339(at).ok());
            let class = format!("step {} {}", tone(step.outcome), step.outcome.as_str());
            sheet.within("li", &class, |sheet| {
                sheet.within("div", "clock", |sheet| clock(sheet, step, before, now));
                sheet.within("div", "happened", |sheet| self::step(sheet, case, step));
            });
            before = now.or(before);
        }
    });
    more(sheet, case.steps.len(), STEPS_MAX);
}

/// The virtual time after a step, and how far it is from the one before. The day is said once.
fn clock(sheet: &mut Sheet<'_>, step: &RunStep, before: Option<Timestamp>, now: Option<Timestamp>) {
    let (Some(at), Some(now)) = (&step.at, now) else {
        sheet.text("–");
        return;
    };
    let text = now.to_rfc3339();
    let day = |text: &str| text.split('T').next().unwrap_or_default().to_owned();
    let time = text.split('T').nth(1).unwrap_or_default().trim_end_matches('Z').to_owned();
    sheet.with("time", &[("datetime", at)], |sheet| {
        if before.is_none_or(|before| day(&before.to_rfc3339()) != day(&text)) {
            sheet.within("span", "day", |sheet| sheet.text(&day(&text)));
            sheet.text(" ");
        }
        sheet.text(&time);
    });
    if let Some(before) = before {
        sheet.within("span", "passed-time", |sheet| sheet.text(&elapsed(now.0.saturating_sub(before.0))));
    }
}

/// A span of time in the digits of a clock, which no language writes otherwise.
fn elapsed(ms: i64) -> String {
    let (sign, ms) = if ms < 0 { ("−", ms.unsigned_abs()) } else { ("+", ms.unsigned_abs()) };
    let (seconds, rest) = (ms / 1_000, ms % 1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:03}") };
    match hours {
        0 => format!("{sign}{minutes}:{seconds:02}{fraction}"),
        _ => format!("{sign}{hours}:{minutes:02}:{seconds:02}{fraction}"),
    }
}

fn step(sheet: &mut Sheet<'_>, case: &RunCase, step: &RunStep) {
    sheet.within("p", "action", |sheet| {
        sheet.within("span", "number", |sheet| sheet.text(&step.number.to_string()));
        sheet.within("b", "", |sheet| sheet.english(&shortened(&step.action, LINE_MAX)));
        if let Some(name) = &step.name {
            sheet.text(" ");
            sheet.code(&shortened(name, LINE_MAX));
        }
        if step.outcome != RunOutcome::Pass {
            sheet.text(" ");
            outcome(sheet, step.outcome);
        }
        sheet.within("span", "when", |sheet| place(sheet, &step.place));
    });
    if !step.observed.is_empty() {
        sheet.within("p", "observed", |sheet| observed(sheet, &shortened(&step.observed, TEXT_MAX)));
    }
    if !step.asked.is_empty() {
        sheet.within("p", "asked", |sheet| {
            sheet.said("span", "faint", "phone-asks");
            for kind in step.asked.iter().take(OF_STEP_MAX) {
                sheet.text(" ");
                sheet.code(&shortened(kind, LINE_MAX));
            }
        });
    }
    for message in step.messages.iter().take(OF_STEP_MAX) {
        self::message(sheet, message);
    }
    more(sheet, step.messages.len(), OF_STEP_MAX);
    for failure in case.failures.iter().filter(|f| f.step == Some(step.number)).take(FAILURES_MAX) {
        sheet.within("p", &format!("broke {}", tone(failure.outcome)), |sheet| {
            sheet.text(sign(failure.outcome));
            sheet.text(" ");
            sheet.code(&shortened(&failure.subject, LINE_MAX));
        });
    }
}

/// What became of a step. What a verdict on an action begins with is a word and a key; the rest is a sentence.
fn observed(sheet: &mut Sheet<'_>, text: &str) {
    for word in ["allowed", "denied", "absent"] {
        let Some(rest) = text.strip_prefix(word) else { continue };
        let Some((by, sentence)) = rest.split_once(": ") else { continue };
        match by.strip_prefix(" by ") {
            Some(key) => {
                sheet.say(word);
                sheet.text(" · ");
                sheet.code(key);
            }
            None if by.is_empty() => sheet.say(word),
            None => continue,
        }
        sheet.text(" · ");
        sheet.phrase(sentence);
        return;
    }
    sheet.phrase(text);
}

fn foot(sheet: &mut Sheet<'_>, case: &RunCase) {
    sheet.within("dl", "foot", |sheet| {
        sheet.said("dt", "", "scenario-place");
        sheet.within("dd", "", |sheet| place(sheet, &case.place));
        if !case.requirements.is_empty() {
            sheet.said("dt", "", "column-requirements");
            sheet.within("dd", "", |sheet| requirements(sheet, &case.requirements));
        }
        if !case.tags.is_empty() {
            let tags: Vec<&str> = case.tags.iter().map(String::as_str).collect();
            sheet.said("dt", "", "tags");
            sheet.within("dd", "", |sheet| sheet.text(&shortened(&tags.join(", "), TEXT_MAX)));
        }
        sheet.said("dt", "", "again");
        sheet.within("dd", "", |sheet| sheet.code(&command(&shortened(&case.id, LINE_MAX))));
    });
}

/// The command that runs the case alone. An id that would need more than quotes is not given to a shell.
fn command(id: &str) -> String {
    let is_plain = !id.contains(|c: char| c == '\'' || c == '…' || c.is_control());
    if is_plain { format!("handset run --case '{id}'") } else { "handset run --case …".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_the_digits_of_a_clock() {
        let told = [0, 999, 61_000, 3_600_000, 90_061_001, -1_000].map(elapsed);
        assert_eq!(told, ["+0:00", "+0:00.999", "+1:01", "+1:00:00", "+25:01:01.001", "−0:01"]);
    }

    #[test]
    fn no_id_leaves_its_quotes() {
        assert_eq!(command("a/b[c=d e]"), "handset run --case 'a/b[c=d e]'");
        assert_eq!(command("a'; rm -rf '"), "handset run --case …");
    }
}
