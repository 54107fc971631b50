//! Comparing what must hold with what is seen.

use super::engine::{Seen, outcome_of};
use super::target::{Done, MessageSeen, ReadingSeen, Refusal, Target};
use crate::case::{
    Check, ErrorLink, Installed, JudgedOutcome, Matcher, PromptKind, Reader, Reading, SignatureSeen, Verdict,
    Wire,
};
use evidence::{Action, ActionOutcome};
use intent::ActionVerdict;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use verdict::RunOutcome;

/// A check that did not hold, or could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub subject: String,
    pub outcome: RunOutcome,
    pub expected: String,
    pub observed: String,
}

/// The longest observed value that is told whole, in characters.
const TOLD_CHARACTERS: usize = 400;

fn failed(subject: impl Display, expected: impl Display, observed: impl Display) -> Checked {
    let mut observed = observed.to_string();
    if let Some((end, _)) = observed.char_indices().nth(TOLD_CHARACTERS) {
        observed.truncate(end);
        observed.push('…');
    }
    Checked {
        subject: subject.to_string(),
        outcome: RunOutcome::Fail,
        expected: expected.to_string(),
        observed,
    }
}

fn refused(subject: impl Display, expected: impl Display, refusal: &Refusal) -> Checked {
    Checked { outcome: outcome_of(refusal), ..failed(subject, expected, refusal) }
}

/// Makes a check. `done` is the step that it is about; nothing at the end of a case.
pub(super) fn check(
    check: &Check,
    done: Option<&Done>,
    seen: &Seen,
    target: &mut dyn Target,
) -> Result<(), Checked> {
    match check {
        Check::State { path, matcher } => match target.value(path) {
            Ok(value) if matcher.holds(value.as_ref()) => Ok(()),
            Ok(value) => Err(failed(path, matcher, shown(value.as_ref()))),
            Err(refusal) => Err(refused(path, matcher, &refusal)),
        },
        Check::Verdict(wanted) => match done.and_then(|d| d.action.as_ref()) {
            Some(action) => verdict("verdict", wanted, action),
            None => Err(failed("verdict", told(wanted), "no action of the owner")),
        },
        Check::Action(wanted) => match target.try_action(wanted.id) {
            Ok(action) => verdict(&wanted.id.to_string(), &wanted.verdict, &action),
            Err(refusal) => Err(refused(wanted.id, told(&wanted.verdict), &refusal)),
        },
        Check::Install(wanted) => match done.and_then(|d| d.installed) {
            Some(installed) if installed == *wanted => Ok(()),
            Some(installed) => {
                let chain = done.map(|d| chain(&d.error_chain)).unwrap_or_default();
                let observed = match chain.is_empty() {
                    true => installed_word(installed).to_owned(),
                    false => format!("{}: {chain}", installed_word(installed)),
                };
                Err(failed("install", installed_word(*wanted), observed))
            }
            None => Err(failed("install", installed_word(*wanted), "no installation")),
        },
        Check::ErrorChain(wanted) => {
            let shown = done.map(|d| d.error_chain.as_slice()).unwrap_or_default();
            if in_order(wanted, shown) {
                return Ok(());
            }
            let expected: Vec<String> = wanted.iter().map(link).collect();
            Err(failed("error-chain", expected.join(" > "), or_nothing(chain(shown))))
        }
        Check::Prompts(wanted) => match target.prompts() {
            Ok(prompts) => kinds("prompts", wanted, &prompts),
            Err(refusal) => Err(refused("prompts", words(wanted), &refusal)),
        },
        Check::Asked(wanted) => match done {
            Some(Done { asked: Some(asked), .. }) => kinds("asked", wanted, asked),
            Some(_) => {
                let refusal = Refusal::NotSeen { what: "what the phone asked".to_owned() };
                Err(refused("asked", words(wanted), &refusal))
            }
            None => Err(failed("asked", words(wanted), "no step")),
        },
        Check::Sent(wanted) => {
            let sent = done.map_or(seen.sent, |d| d.sent);
            if sent == *wanted { Ok(()) } else { Err(failed("sent", wanted, sent)) }
        }
        Check::Wire(wanted) => {
            let number = which(wanted.of.as_deref(), done, seen);
            let Some(number) = number else {
                return Err(failed("wire", "a message on the wire", "none"));
            };
            // The signature of an encrypted message is inside.
            let inside = wanted.signed.is_some() || wanted.signed_by.is_some() || wanted.micalg.is_some();
            match target.message(number, inside) {
                Ok(message) => wire(wanted, &message),
                Err(refusal) => Err(refused("wire", "a message that can be looked at", &refusal)),
            }
        }
        Check::Reading(wanted) => {
            let number = which(wanted.of.as_deref(), done, seen);
            let Some(number) = number else {
                return Err(failed("reading", "a message to read", "none"));
            };
            match target.reading(number, &wanted.by) {
                Ok(seen) => reading(&wanted.by, &wanted.reading, &seen),
                Err(refusal) => Err(refused("reading", "a message that can be read", &refusal)),
            }
        }
        Check::Judged { requirement, outcome } => match target.judged(requirement) {
            Ok((seen, _)) if seen == *outcome => Ok(()),
            Ok((seen, reason)) => {
                let observed = match reason.is_empty() {
                    true => judged_word(seen).to_owned(),
                    false => format!("{}: {reason}", judged_word(seen)),
                };
                let mut checked = failed(format!("judged {requirement}"), judged_word(*outcome), observed);
                // What could not be judged has not failed.
                if seen == JudgedOutcome::Inconclusive {
                    checked.outcome = RunOutcome::Inconclusive;
                }
                Err(checked)
            }
            Err(refusal) => Err(refused(format!("judged {requirement}"), judged_word(*outcome), &refusal)),
        },
        Check::NothingFails => match target.all_judged() {
            Ok(all) => nothing_fails(&all),
            Err(refusal) => Err(refused("judged", NOTHING_FAILS, &refusal)),
        },
        Check::Lint { rule, found } => {
            let word = |found: bool| if found { "found" } else { "not found" };
            match target.lint_rules() {
                Ok(rules) if rules.contains(rule) == *found => Ok(()),
                Ok(_) => Err(failed(format!("lint {rule}"), word(*found), word(!*found))),
                Err(refusal) => Err(refused(format!("lint {rule}"), word(*found), &refusal)),
            }
        }
    }
}

/// The message that an expectation is about: of the step it names, of its own step, or the last.
fn which(of: Option<&str>, done: Option<&Done>, seen: &Seen) -> Option<usize> {
    match of {
        Some(name) => seen.named.get(name).and_then(|all| all.last()).copied(),
        None => match done.filter(|d| !d.messages.is_empty()) {
            Some(done) => done.messages.last().copied(),
            None => seen.newest,
        },
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing".to_owned() } else { text }
}

fn verdict(subject: &str, wanted: &Verdict, action: &Action) -> Result<(), Checked> {
    let same = matches!(
        (wanted.verdict, action.outcome),
        (ActionVerdict::Allowed, ActionOutcome::Allowed)
            | (ActionVerdict::Denied, ActionOutcome::Denied)
            | (ActionVerdict::Absent, ActionOutcome::Absent)
    );
    let by = wanted.by.is_none() || wanted.by == action.by;
    // A phone that says yes and does nothing, or says no and does it, is no better than one that says otherwise.
    if same && by && action.effect_seen {
        return Ok(());
    }
    let outcome = match action.outcome {
        ActionOutcome::Allowed => "allowed",
        ActionOutcome::Denied => "denied",
        ActionOutcome::Absent => "absent",
    };
    let by = action.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    Err(failed(subject, told(wanted), format!("{outcome}{by}: {}", action.text)))
}

fn told(wanted: &Verdict) -> String {
    let by = wanted.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let verdict = match wanted.verdict {
        ActionVerdict::Allowed => "allowed, with its effect",
        ActionVerdict::Denied => "denied",
        ActionVerdict::Absent => "absent",
    };
    format!("{verdict}{by}")
}

fn installed_word(installed: Installed) -> &'static str {
    match installed {
        Installed::Installed => "installed",
        Installed::Refused => "refused",
        Installed::Waiting => "waiting",
    }
}

const NOTHING_FAILS: &str = "nothing fails, and something passes";

fn nothing_fails(all: &BTreeMap<String, (JudgedOutcome, String)>) -> Result<(), Checked> {
    let of = |wanted| all.iter().filter(move |(_, (outcome, _))| *outcome == wanted);
    let failing: Vec<String> = of(JudgedOutcome::Fail)
        .map(|(requirement, (_, reason))| format!("{requirement}: {reason}"))
        .collect();
    if !failing.is_empty() {
        return Err(failed("judged", NOTHING_FAILS, failing.join("; ")));
    }
    match of(JudgedOutcome::Pass).next() {
        Some(_) => Ok(()),
        None => Err(failed("judged", NOTHING_FAILS, "nothing passes")),
    }
}

fn judged_word(outcome: JudgedOutcome) -> &'static str {
    match outcome {
        JudgedOutcome::Pass => "pass",
        JudgedOutcome::Fail => "fail",
        JudgedOutcome::Inconclusive => "inconclusive",
        JudgedOutcome::NotApplicable => "not-applicable",
    }
}

/// The word of a prompt, as in `prompts[].kind` of the view.
pub fn prompt_word(kind: PromptKind) -> &'static str {
    match kind {
        PromptKind::Password => "password",
        PromptKind::SignIn => "sign-in",
        PromptKind::EmailAddress => "email-address",
        PromptKind::UserName => "user-name",
        PromptKind::MissingRecipientCertificates => "missing-recipient-certificates",
        PromptKind::Consent => "consent",
        PromptKind::CertificatePassword => "certificate-password",
        PromptKind::RemovalPasscode => "removal-passcode",
    }
}

fn words(wanted: &[PromptKind]) -> String {
    or_nothing(wanted.iter().map(|kind| prompt_word(*kind)).collect::<Vec<_>>().join(", "))
}

fn kinds(subject: &str, wanted: &[PromptKind], seen: &[String]) -> Result<(), Checked> {
    if wanted.iter().map(|kind| prompt_word(*kind)).eq(seen.iter().map(String::as_str)) {
        return Ok(());
    }
    Err(failed(subject, words(wanted), or_nothing(seen.join(", "))))
}

fn link(link: &ErrorLink) -> String {
    let code = link.code.map(|code| code.to_string());
    let parts: Vec<String> = link.domain.iter().cloned().chain(code).collect();
    parts.join(" ")
}

fn chain(links: &[(String, u32)]) -> String {
    links.iter().map(|(domain, code)| format!("{domain} {code}")).collect::<Vec<_>>().join(" > ")
}

/// Whether each wanted error is shown, in this order.
fn in_order(wanted: &[ErrorLink], shown: &[(String, u32)]) -> bool {
    let fits = |wanted: &ErrorLink, (domain, code): &(String, u32)| {
        wanted.domain.as_ref().is_none_or(|d| d == domain) && wanted.code.is_none_or(|c| c == *code)
    };
    // An empty list says that nothing was shown.
    if wanted.is_empty() {
        return shown.is_empty();
    }
    let mut left = shown.iter();
    wanted.iter().all(|wanted| left.any(|shown| fits(wanted, shown)))
}

fn matched(subject: &str, wanted: Option<&Matcher>, seen: Option<&str>) -> Result<(), Checked> {
    let Some(wanted) = wanted else { return Ok(()) };
    let value = seen.map(|text| Value::String(text.to_owned()));
    if wanted.holds(value.as_ref()) {
        return Ok(());
    }
    Err(failed(subject, wanted, seen.unwrap_or("nothing")))
}

fn same(subject: &str, wanted: Option<bool>, seen: Option<bool>) -> Result<(), Checked> {
    let Some(wanted) = wanted else { return Ok(()) };
    if seen == Some(wanted) {
        return Ok(());
    }
    Err(failed(subject, wanted, seen.map_or("nothing".to_owned(), |seen| seen.to_string())))
}

fn wire(wanted: &Wire, message: &MessageSeen) -> Result<(), Checked> {
    let seen = &message.outline;
    same("wire.signed", wanted.signed, seen.signed)?;
    same("wire.encrypted", wanted.encrypted, Some(seen.encrypted))?;
    matched("wire.signed-by", wanted.signed_by.as_ref(), seen.signed_by.as_deref())?;
    if let Some(addresses) = &wanted.encrypted_to {
        let folded = |all: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
            all.map(|a| a.to_lowercase()).collect()
        };
        if folded(&mut addresses.iter()) != folded(&mut seen.encrypted_to.iter()) {
            let expected = addresses.iter().cloned().collect::<Vec<_>>().join(", ");
            return Err(failed("wire.encrypted-to", expected, or_nothing(seen.encrypted_to.join(", "))));
        }
    }
    matched("wire.micalg", wanted.micalg.as_ref(), seen.micalg.as_deref())?;
    matched("wire.cipher", wanted.cipher.as_ref(), seen.cipher.as_deref())?;
    matched("wire.content-type", wanted.content_type.as_ref(), seen.content_type.as_deref())?;
    if let Some(text) = wanted.holds.as_ref().filter(|text| !message.holds(text)) {
        return Err(failed("wire.holds", format!("“{text}” in the octets"), "it is not there"));
    }
    if let Some(text) = wanted.holds_not.as_ref().filter(|text| message.holds(text)) {
        return Err(failed("wire.holds-not", format!("no “{text}” in the octets"), "it is there"));
    }
    Ok(())
}

fn reading(by: &Reader, wanted: &Reading, seen: &ReadingSeen) -> Result<(), Checked> {
    let who = match by {
        Reader::Receiver => "reading".to_owned(),
        Reader::Phone => "reading by the phone".to_owned(),
        Reader::Other(name) => format!("reading by {name}"),
    };
    let name = |part: &str| format!("{who}.{part}");
    let explained = |mut checked: Checked| {
        if let Some(problem) = &seen.problem {
            checked.observed.push_str(&format!(" ({problem})"));
        }
        checked
    };
    same(&name("readable"), wanted.readable, Some(seen.readable)).map_err(explained)?;
    if let Some(signature) = wanted.signature
        && seen.signature != Some(signature)
    {
        let word = |signature: SignatureSeen| match signature {
            SignatureSeen::Valid => "valid",
            SignatureSeen::Invalid => "invalid",
            SignatureSeen::Absent => "absent",
        };
        let observed = seen.signature.map_or("not to be seen", word);
        return Err(explained(failed(name("signature"), word(signature), observed)));
    }
    matched(&name("signed-by"), wanted.signed_by.as_ref(), seen.signed_by.as_deref()).map_err(explained)?;
    matched(&name("text"), wanted.text.as_ref(), seen.text.as_deref()).map_err(explained)?;
    same(&name("attachment"), wanted.attachment, seen.attachment).map_err(explained)?;
    matched(&name("problem"), wanted.problem.as_ref(), seen.problem.as_deref())
}
