//! One screen for a person.

use evidence::{ActionOutcome, MailOutcome};
use std::fmt::Write;
use verdict::{ComposeStarts, InstallStatus, Outcome, Trial, TrialAccount, TrialSwitch};

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Style {
    Plain,
    Coloured,
}

impl Style {
    pub(crate) fn paint(self, colour: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Coloured => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
        }
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }
}

/// Renders a trial for a terminal. Everything is legible without colour. Findings are not in it: they are shown with
/// their source lines on the way.
///
/// Names from the profile are shown with what would steer a terminal made visible: control characters and those that
/// turn the direction of text (Unicode UAX 9).
pub fn human(trial: &Trial, style: Style) -> String {
    let trial = &visible_trial(trial);
    let mut out = String::new();
    head(&mut out, trial, style);
    if let Some(account) = &trial.account {
        prompts(&mut out, trial, style);
        self::account(&mut out, account, style);
        actions(&mut out, trial, style);
        mail(&mut out, trial, style);
    }
    foot(&mut out, trial, style);
    out
}

fn head(out: &mut String, trial: &Trial, style: Style) {
    let device = &trial.device;
    let name = trial.profile.display_name.as_deref().or(trial.profile.identifier.as_deref());
    let supervised = if device.supervised { ", supervised" } else { "" };
    let title =
        format!("{} on {}, iOS {}{supervised}", name.unwrap_or("(no profile)"), device.model, device.ios);
    let _ = writeln!(out, "{}  {}", style.bold(&title), style.dim(&device.clock));
    if trial.profile.signed {
        let signer = trial.profile.signer.first().map_or("nobody that can be named", String::as_str);
        let _ = writeln!(out, "  signed by {signer}");
    }
    match &trial.install {
        None => {
            let _ = writeln!(out, "  {}", style.bad("no readable profile"));
        }
        Some(install) if install.status == InstallStatus::Installed => {
            let stored: Vec<&str> = trial
                .profile
                .payloads
                .iter()
                .filter(|p| !p.simulated)
                .filter_map(|p| p.payload_type.as_deref())
                .collect();
            let _ = writeln!(out, "  {}: {} payloads", style.good("installed"), trial.profile.payloads.len());
            if !stored.is_empty() {
                let _ = writeln!(out, "  stored, not simulated: {}", stored.join(", "));
            }
        }
        Some(install) => {
            let _ = writeln!(out, "  {}", style.bad("refused"));
            for (depth, error) in install.error_chain.iter().enumerate() {
                let indent = "  ".repeat(depth + 2);
                let _ = writeln!(out, "{indent}{} {}: {}", error.domain, error.code, error.text);
            }
        }
    }
}

fn prompts(out: &mut String, trial: &Trial, style: Style) {
    for prompt in &trial.prompts {
        let state = if prompt.answered { "answered" } else { "not answered" };
        let _ = writeln!(out, "  prompt  {} {}", prompt.text, style.dim(&format!("({state})")));
    }
}

fn account(out: &mut String, account: &TrialAccount, style: Style) {
    let none = "-";
    let _ = writeln!(
        out,
        "\n{}  {}  {}",
        style.bold(&format!("Account “{}”", account.name)),
        account.email.as_deref().unwrap_or(none),
        style.dim(&format!(
            "{} at {}",
            account.user.as_deref().unwrap_or(none),
            account.host.as_deref().unwrap_or("a host found by autodiscovery")
        )),
    );
    let services = &account.services;
    for (name, switch) in [
        ("Mail", &services.mail),
        ("Contacts", &services.contacts),
        ("Calendars", &services.calendars),
        ("Reminders", &services.reminders),
        ("Notes", &services.notes),
    ] {
        row(out, name, switch, style);
    }
    let window = match account.mail_window_days {
        0 => "everything".to_owned(),
        1 => "1 day".to_owned(),
        n => format!("{n} days"),
    };
    value(out, "Mail kept", &window, &account.mail_window_days_by, style);
    let yes = |b: bool| if b { "yes" } else { "no" };
    value(out, "Move to other accounts", yes(account.move_allowed), &account.move_by, style);
    value(out, "Send from other apps", yes(account.third_party_send), &account.third_party_send_by, style);
    value(out, "Sync recent addresses", yes(account.recents), &account.recents_by, style);
    let smime = &account.smime;
    if !smime.enabled {
        let _ = writeln!(out, "  {:<24}off", "S/MIME");
        return;
    }
    row(out, "S/MIME sign", &smime.signing, style);
    let identity = smime.signing_identity.as_deref().unwrap_or(none);
    value(out, "  identity", identity, &smime.signing_identity_by, style);
    row(out, "S/MIME encrypt by default", &smime.encrypt_by_default, style);
    let identity = smime.encryption_identity.as_deref().unwrap_or(none);
    value(out, "  identity", identity, &smime.encryption_identity_by, style);
    value(out, "  lock on each message", yes(smime.per_message_switch), &smime.per_message_switch_by, style);
    let starts = match smime.compose_starts {
        ComposeStarts::Clear => "clear",
        ComposeStarts::Encrypted => "encrypted",
    };
    let _ = writeln!(out, "  {:<26}{starts}", "  a new message starts");
}

fn row(out: &mut String, name: &str, switch: &TrialSwitch, style: Style) {
    let state = if switch.on { "on " } else { "off" };
    let lock = if switch.locked { "locked" } else { "free" };
    let by = style.dim(&format!("{}, {}", switch.on_by, switch.locked_by));
    let _ = writeln!(out, "  {name:<26}{state} {lock:<7} {by}");
}

fn value(out: &mut String, name: &str, value: &str, by: &str, style: Style) {
    let _ = writeln!(out, "  {name:<26}{value:<11} {}", style.dim(by));
}

fn actions(out: &mut String, trial: &Trial, style: Style) {
    let _ = writeln!(out, "\n{}", style.bold("Actions"));
    for action in &trial.actions {
        let verdict = match action.verdict {
            ActionOutcome::Allowed => style.good("allowed"),
            ActionOutcome::Denied => style.bad("denied "),
            ActionOutcome::Absent => style.dim("absent "),
        };
        let _ = writeln!(out, "  {:<36}{verdict}  {}", action.id, style.dim(&action.text));
    }
}

fn mail(out: &mut String, trial: &Trial, style: Style) {
    if trial.mail.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold("Mail"));
    for mail in &trial.mail {
        let outcome = match mail.outcome {
            MailOutcome::Ok => style.good("ok     "),
            MailOutcome::Failed => style.bad("FAILED "),
            MailOutcome::Skipped => style.dim("skipped"),
        };
        let _ = writeln!(out, "  {:<36}{outcome}  {}", mail.step, style.dim(&mail.text));
    }
}

fn foot(out: &mut String, trial: &Trial, style: Style) {
    for verdict in trial.verdicts.iter().filter(|v| v.outcome == Outcome::Fail) {
        crate::verification::failure(out, verdict, style);
    }
    for deviation in &trial.deviations {
        let _ = writeln!(
            out,
            "  {} {}: the profile says {}, the phone shows {} [{}]",
            style.bad("otherwise"),
            deviation.subject,
            deviation.expected,
            deviation.observed,
            deviation.requirements.join(", "),
        );
    }
    let count = |o: ActionOutcome| trial.actions.iter().filter(|a| a.verdict == o).count();
    let mails = |o: MailOutcome| trial.mail.iter().filter(|m| m.outcome == o).count();
    let findings = |s: &str| trial.findings.iter().filter(|f| f.severity == s).count();
    let _ = writeln!(
        out,
        "\n{}, {}; actions: {} allowed, {} denied, {} absent; mail: {} ok, {} failed, {} skipped",
        counted(findings("error"), "error"),
        counted(findings("warning"), "warning"),
        count(ActionOutcome::Allowed),
        count(ActionOutcome::Denied),
        count(ActionOutcome::Absent),
        mails(MailOutcome::Ok),
        mails(MailOutcome::Failed),
        mails(MailOutcome::Skipped),
    );
    let closing = match (trial.exit, &trial.install) {
        (0, _) if trial.verdicts.is_empty() => style.good("as the profile says"),
        (0, _) => style.good("as the profile and the policy say"),
        (2, _) => style.bad("not a readable profile"),
        (_, Some(i)) if i.status == InstallStatus::Refused => style.bad("the phone refused the profile"),
        _ if trial.deviations.is_empty() && trial.verdicts.iter().any(|v| v.outcome == Outcome::Fail) => {
            style.bad("not as the policy says")
        }
        _ => style.bad("not as the profile says"),
    };
    let _ = writeln!(out, "{closing} (exit {})", trial.exit);
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// A text with control and direction characters written as their code points.
pub fn visible(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{2028}' | '\u{2029}')
    };
    if !text.contains(steers) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if steers(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() })
        .collect()
}

/// The trial with every text that comes from the profile made visible.
fn visible_trial(trial: &Trial) -> Trial {
    let mut trial = trial.clone();
    let fix = |text: &mut String| *text = visible(text);
    let fix_all = |texts: &mut [Option<String>]| {
        for text in texts.iter_mut().flatten() {
            *text = visible(text);
        }
    };
    let profile = &mut trial.profile;
    for text in [&mut profile.identifier, &mut profile.display_name, &mut profile.organization] {
        fix_all(std::slice::from_mut(text));
    }
    profile.signer.iter_mut().for_each(fix);
    for payload in &mut profile.payloads {
        fix_all(std::slice::from_mut(&mut payload.payload_type));
    }
    for error in trial.install.iter_mut().flat_map(|i| &mut i.error_chain) {
        fix(&mut error.text);
    }
    if let Some(account) = &mut trial.account {
        fix(&mut account.name);
        for text in [&mut account.host, &mut account.user, &mut account.email] {
            fix_all(std::slice::from_mut(text));
        }
        for text in [&mut account.smime.signing_identity, &mut account.smime.encryption_identity] {
            fix_all(std::slice::from_mut(text));
        }
    }
    trial.prompts.iter_mut().for_each(|p| fix(&mut p.text));
    trial.actions.iter_mut().for_each(|a| fix(&mut a.text));
    trial.mail.iter_mut().for_each(|m| fix(&mut m.text));
    for deviation in &mut trial.deviations {
        fix(&mut deviation.expected);
        fix(&mut deviation.observed);
    }
    trial
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\r\nc\u{7}"), "a\\u{1b}[31mb\\u{d}\\u{a}c\\u{7}");
        assert_eq!(visible("\u{202e}x\u{9b}"), "\\u{202e}x\\u{9b}");
        assert_eq!(visible("Grüße ✓ 日本"), "Grüße ✓ 日本");
    }
}
