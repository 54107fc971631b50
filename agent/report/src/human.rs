//! One screen for a person.

use crate::language::Catalogue;
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

/// Renders a trial for a terminal, in the language of the catalogue. Everything is legible without colour. Findings are
/// not in it: they are shown with their source lines on the way.
///
/// Names from the profile are shown with what would steer a terminal made visible: control characters and those that
/// turn the direction of text (Unicode UAX 9).
pub fn human(trial: &Trial, style: Style, words: &Catalogue) -> String {
    let trial = &visible_trial(trial);
    let mut screen = Screen { out: String::new(), style, words };
    screen.head(trial);
    if let Some(account) = &trial.account {
        screen.prompts(trial);
        screen.account(account);
        screen.actions(trial);
        screen.mail(trial);
    }
    screen.foot(trial);
    screen.out
}

/// What is being written, how, and in which words.
struct Screen<'w> {
    out: String,
    style: Style,
    words: &'w Catalogue,
}

/// How wide a text is, in characters.
fn width(text: &str) -> usize {
    text.chars().count()
}

impl Screen<'_> {
    fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    /// The widest of some words, so that what follows them is aligned in every language.
    fn widest(&self, keys: &[&str]) -> usize {
        keys.iter().map(|key| width(&self.say(key))).max().unwrap_or(0)
    }

    fn head(&mut self, trial: &Trial) {
        let (words, style) = (self.words, self.style);
        let device = &trial.device;
        let none = self.say("no-profile");
        let name = trial.profile.display_name.as_deref().or(trial.profile.identifier.as_deref());
        let title = words.tell(
            "trial-head",
            &[
                ("profile", name.unwrap_or(&none).into()),
                ("model", (&device.model).into()),
                ("ios", (&device.ios).into()),
                ("supervised", if device.supervised { "yes" } else { "no" }.into()),
            ],
        );
        let out = &mut self.out;
        let _ = writeln!(out, "{}  {}", style.bold(&title), style.dim(&device.clock));
        if trial.profile.signed {
            let nobody = words.say("nobody-named");
            let signer = trial.profile.signer.first().unwrap_or(&nobody);
            let _ = writeln!(out, "  {}", words.tell("signed-by", &[("signer", signer.into())]));
        }
        match &trial.install {
            None => {
                let _ = writeln!(out, "  {}", style.bad(&words.say("not-readable")));
            }
            Some(install) if install.status == InstallStatus::Installed => {
                let stored: Vec<&str> = trial
                    .profile
                    .payloads
                    .iter()
                    .filter(|p| !p.simulated)
                    .filter_map(|p| p.payload_type.as_deref())
                    .collect();
                let payloads = words.tell("payloads", &[("n", trial.profile.payloads.len().into())]);
                let installed = style.good(&words.say("installed"));
                let _ = writeln!(out, "  {}", words.labelled(&installed, &payloads));
                if !stored.is_empty() {
                    let types = stored.join(", ");
                    let said = words.tell("stored-not-simulated", &[("types", (&types).into())]);
                    let _ = writeln!(out, "  {said}");
                }
            }
            Some(install) => {
                let _ = writeln!(out, "  {}", style.bad(&words.say("refused")));
                for (depth, error) in install.error_chain.iter().enumerate() {
                    let indent = "  ".repeat(depth + 2);
                    let code = format!("{} {}", error.domain, error.code);
                    let said = words.labelled(&code, &words.phrase_or_english(&error.text));
                    let _ = writeln!(out, "{indent}{said}");
                }
            }
        }
    }

    fn prompts(&mut self, trial: &Trial) {
        for prompt in &trial.prompts {
            let state = self.say(if prompt.answered { "answered" } else { "not-answered" });
            let text = self.words.phrase_or_english(&prompt.text);
            let state = self.style.dim(&format!("({state})"));
            let _ = writeln!(self.out, "  {}  {text} {state}", self.words.say("prompt"));
        }
    }

    fn account(&mut self, account: &TrialAccount) {
        let (words, style) = (self.words, self.style);
        let none = self.say("none");
        let named = words.tell("account-named", &[("name", (&account.name).into())]);
        let found = words.say("host-by-autodiscovery");
        let at = words.tell(
            "user-at-host",
            &[
                ("user", account.user.as_ref().unwrap_or(&none).into()),
                ("host", account.host.as_ref().unwrap_or(&found).into()),
            ],
        );
        let email = account.email.as_deref().unwrap_or(&none);
        let _ = writeln!(self.out, "\n{}  {email}  {}", style.bold(&named), style.dim(&at));
        let services = &account.services;
        for (key, switch) in [
            ("service-mail", &services.mail),
            ("service-contacts", &services.contacts),
            ("service-calendars", &services.calendars),
            ("service-reminders", &services.reminders),
            ("service-notes", &services.notes),
        ] {
            self.row(key, switch);
        }
        self.value("mail-kept", 0, &words.days(account.mail_window_days), &account.mail_window_days_by);
        let yes = |b: bool| words.say(if b { "yes" } else { "no" });
        self.value("move-to-other-accounts", 0, &yes(account.move_allowed), &account.move_by);
        self.value("send-from-other-apps", 0, &yes(account.third_party_send), &account.third_party_send_by);
        self.value("sync-recent-addresses", 0, &yes(account.recents), &account.recents_by);
        let smime = &account.smime;
        if !smime.enabled {
            let off = words.say("off");
            self.line("smime-row", 0, &off);
            return;
        }
        self.row("smime-sign", &smime.signing);
        let identity = smime.signing_identity.as_deref().unwrap_or(&none);
        self.value("identity", 2, identity, &smime.signing_identity_by);
        self.row("smime-encrypt", &smime.encrypt_by_default);
        let identity = smime.encryption_identity.as_deref().unwrap_or(&none);
        self.value("identity", 2, identity, &smime.encryption_identity_by);
        let switch = yes(smime.per_message_switch);
        self.value("lock-on-each-message", 2, &switch, &smime.per_message_switch_by);
        let starts = words.say(match smime.compose_starts {
            ComposeStarts::Clear => "clear",
            ComposeStarts::Encrypted => "encrypted",
        });
        self.line("a-new-message-starts", 2, &starts);
    }

    /// One line of the account: its label, indented where it belongs to the one above, and what follows.
    fn line(&mut self, key: &str, indent: usize, rest: &str) {
        let column = 1 + self.widest(&[
            "service-calendars",
            "service-reminders",
            "mail-kept",
            "move-to-other-accounts",
            "send-from-other-apps",
            "sync-recent-addresses",
            "smime-sign",
            "smime-encrypt",
            "lock-on-each-message",
            "a-new-message-starts",
        ]);
        let label = format!("{:indent$}{}", "", self.say(key));
        let _ = writeln!(self.out, "  {label:<column$}{rest}");
    }

    fn row(&mut self, key: &str, switch: &TrialSwitch) {
        let (on, locked) = (self.widest(&["on", "off"]), 1 + self.widest(&["locked", "free"]));
        let state = self.say(if switch.on { "on" } else { "off" });
        let lock = self.say(if switch.locked { "locked" } else { "free" });
        let by = format!("{}, {}", self.decider(&switch.on_by), self.decider(&switch.locked_by));
        self.line(key, 0, &format!("{state:<on$} {lock:<locked$} {}", self.style.dim(&by)));
    }

    fn value(&mut self, key: &str, indent: usize, value: &str, by: &str) {
        let column = self.widest(&["on", "off"]) + 2 + self.widest(&["locked", "free"]);
        let by = self.style.dim(&self.decider(by));
        self.line(key, indent, &format!("{value:<column$} {by}"));
    }

    /// What decided a value: a payload key, which is the same in every language, or one of two words.
    fn decider(&self, by: &str) -> String {
        self.words.phrase_or_english(by).into_owned()
    }

    fn actions(&mut self, trial: &Trial) {
        let _ = writeln!(self.out, "\n{}", self.style.bold(&self.words.say("actions")));
        let column = self.widest(&["allowed", "denied", "absent"]);
        for action in &trial.actions {
            let padded = |key: &str| format!("{:<column$}", self.words.say(key));
            let verdict = match action.verdict {
                ActionOutcome::Allowed => self.style.good(&padded("allowed")),
                ActionOutcome::Denied => self.style.bad(&padded("denied")),
                ActionOutcome::Absent => self.style.dim(&padded("absent")),
            };
            let text = self.style.dim(&self.words.phrase_or_english(&action.text));
            let _ = writeln!(self.out, "  {:<36}{verdict}  {text}", action.id);
        }
    }

    fn mail(&mut self, trial: &Trial) {
        if trial.mail.is_empty() {
            return;
        }
        let _ = writeln!(self.out, "\n{}", self.style.bold(&self.words.say("mail")));
        let column = self.widest(&["ok", "failed-loud", "skipped"]);
        for mail in &trial.mail {
            let padded = |key: &str| format!("{:<column$}", self.words.say(key));
            let outcome = match mail.outcome {
                MailOutcome::Ok => self.style.good(&padded("ok")),
                MailOutcome::Failed => self.style.bad(&padded("failed-loud")),
                MailOutcome::Skipped => self.style.dim(&padded("skipped")),
            };
            let text = self.style.dim(&self.words.phrase_or_english(&mail.text));
            let _ = writeln!(self.out, "  {:<36}{outcome}  {text}", mail.step);
        }
    }

    fn foot(&mut self, trial: &Trial) {
        let (words, style) = (self.words, self.style);
        for verdict in trial.verdicts.iter().filter(|v| v.outcome == Outcome::Fail) {
            crate::verification::failure(&mut self.out, verdict, style, words);
        }
        for deviation in &trial.deviations {
            let value = |written: &str| words.value(&deviation.subject, written);
            let (expected, observed) = (value(&deviation.expected), value(&deviation.observed));
            let said = words
                .tell("deviation", &[("expected", (&expected).into()), ("observed", (&observed).into())]);
            let otherwise = format!("{} {}", style.bad(&words.say("otherwise")), deviation.subject);
            let said = words.labelled(&otherwise, &said);
            let _ = writeln!(self.out, "  {said} [{}]", deviation.requirements.join(", "));
        }
        let _ = writeln!(self.out, "\n{}", summary(trial, words));
        let closing = words.say(closing(trial));
        let closing = if trial.exit == 0 { style.good(&closing) } else { style.bad(&closing) };
        let exit = words.tell("exit-code", &[("code", usize::from(trial.exit).into())]);
        let _ = writeln!(self.out, "{closing} ({exit})");
    }
}

/// How many there are of what, in one line.
fn summary(trial: &Trial, words: &Catalogue) -> String {
    let count = |o: ActionOutcome| trial.actions.iter().filter(|a| a.verdict == o).count().into();
    let mails = |o: MailOutcome| trial.mail.iter().filter(|m| m.outcome == o).count().into();
    let findings = |s: &str, key: &str| {
        words.tell(key, &[("n", trial.findings.iter().filter(|f| f.severity == s).count().into())])
    };
    words.tell(
        "trial-summary",
        &[
            ("errors", (&findings("error", "errors")).into()),
            ("warnings", (&findings("warning", "warnings")).into()),
            ("allowed", count(ActionOutcome::Allowed)),
            ("denied", count(ActionOutcome::Denied)),
            ("absent", count(ActionOutcome::Absent)),
            ("ok", mails(MailOutcome::Ok)),
            ("failed", mails(MailOutcome::Failed)),
            ("skipped", mails(MailOutcome::Skipped)),
        ],
    )
}

/// The key of what the trial comes to.
pub(crate) fn closing(trial: &Trial) -> &'static str {
    match (trial.exit, &trial.install) {
        (0, _) if trial.verdicts.is_empty() => "closing-as-profile",
        (0, _) => "closing-as-profile-and-policy",
        (2, _) => "closing-not-readable",
        (_, Some(i)) if i.status == InstallStatus::Refused => "closing-refused",
        _ if trial.deviations.is_empty() && trial.verdicts.iter().any(|v| v.outcome == Outcome::Fail) => {
            "closing-not-as-policy"
        }
        _ => "closing-not-as-profile",
    }
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
