//! Values in words: what was compared is written as in the JSON contract, and people read it in their language.

use super::Catalogue;
use std::borrow::Cow;
use verdict::{TOLD_CHECKS_MAX, Verdict};

/// Which of the two values of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What must be so.
    Expected,
    /// What was seen.
    Observed,
}

/// Subjects whose values are names, which are the same in every language.
const NAMED: [&str; 5] = ["name", "host", "user", "email", "refusal"];

/// Settings whose values are names.
const NAMED_SETTINGS: [&str; 5] =
    ["hostName", "accountName", "usernameAADSource", "emailAddressSource", "perAppVPNProfileId"];

impl Catalogue {
    /// A value of a subject, such as `services.mail.on`, in this language. Names stay as they are, and so does what is
    /// not recognised.
    pub fn value(&self, subject: &str, written: &str) -> String {
        match written {
            "" => return self.say("nothing"),
            _ if NAMED.contains(&subject) => return written.to_owned(),
            "true" | "false" => return self.say(truth(subject, written == "true")),
            _ => {}
        }
        if subject == "mail_window_days"
            && let Ok(days) = written.parse()
        {
            return self.days(days);
        }
        if subject == "prompts" {
            let kinds = written.split(", ").map(|kind| self.prompt_kind(kind));
            return kinds.collect::<Vec<_>>().join(", ");
        }
        if let Some((outcome, told)) = written.split_once(": ").filter(|_| subject.starts_with("mail.")) {
            return self.labelled(&self.word(outcome), &self.phrase_or_english(told));
        }
        if subject == "report" || subject.starts_with("report.") {
            return self.reported(written);
        }
        if let Some((became, problem)) = written.split_once(", but ") {
            let (became, problem) = (self.phrase_or_english(became), self.phrase_or_english(problem));
            return self
                .tell("but", &[("value", became.as_ref().into()), ("problem", problem.as_ref().into())]);
        }
        self.word(written)
    }

    /// A value of a setting, by its property of Graph. The labels of settings that block something name what they
    /// allow, so that such a value is said by what it does.
    pub fn setting_value(&self, graph: &str, written: &str) -> String {
        match written {
            "" => self.say("nothing"),
            _ if NAMED_SETTINGS.contains(&graph) => written.to_owned(),
            "true" if graph.starts_with("block") => self.say("blocked"),
            "false" if graph.starts_with("block") => self.say("allowed"),
            "true" => self.say("yes"),
            "false" => self.say("no"),
            days if graph == "durationOfEmailToSync" => {
                days.parse().map_or_else(|_| days.to_owned(), |days| self.days(days))
            }
            words => words.split(", ").map(|word| self.word(word)).collect::<Vec<_>>().join(", "),
        }
    }

    /// How many days of mail are kept; 0 is everything.
    pub fn days(&self, days: u32) -> String {
        match usize::try_from(days) {
            Ok(0) => self.say("everything"),
            days => self.tell("days", &[("n", days.unwrap_or(usize::MAX).into())]),
        }
    }

    /// A label and what it labels.
    pub fn labelled(&self, label: &str, value: &str) -> String {
        self.tell("labelled", &[("label", label.into()), ("value", value.into())])
    }

    /// What the checks that decide a verdict expected, or saw: the first few with their subjects, the rest counted.
    /// Without checks it is the sentence of the catalogue of requirements, which is English.
    pub fn told<'v>(&self, verdict: &'v Verdict, side: Side) -> Option<Cow<'v, str>> {
        let told: Vec<String> = verdict
            .deciding()
            .filter_map(|check| {
                let written = match side {
                    Side::Expected => check.expected.as_str(),
                    Side::Observed => check.observed.as_deref()?,
                };
                Some(self.labelled(&check.subject, &self.value(&check.subject, written)))
            })
            .collect();
        let more = told.len().saturating_sub(TOLD_CHECKS_MAX);
        let more = (more > 0).then(|| self.tell("and-more", &[("n", more.into())]));
        let parts = told.into_iter().take(TOLD_CHECKS_MAX).chain(more);
        let listed = parts.reduce(|first, next| {
            self.tell("listed", &[("first", (&first).into()), ("next", (&next).into())])
        });
        let sentence = match side {
            Side::Expected => verdict.expected.as_deref(),
            Side::Observed => verdict.observed.as_deref(),
        };
        listed.map(Cow::Owned).or(sentence.map(Cow::Borrowed))
    }

    /// A word or sentence by itself.
    fn word(&self, written: &str) -> String {
        self.phrase_or_english(written).into_owned()
    }

    fn prompt_kind(&self, kind: &str) -> String {
        let key = format!("prompt-kind-{kind}");
        if self.has(&key) { self.say(&key) } else { self.word(kind) }
    }

    /// A state that Intune reports, in words. A state that Graph does not list stays as it is.
    pub(super) fn compliance(&self, state: &str) -> String {
        let key = format!("compliance-{state}");
        if self.has(&key) { self.say(&key) } else { state.to_owned() }
    }

    fn reported(&self, written: &str) -> String {
        let Some((state, code)) = written.split_once(", code ") else { return self.compliance(written) };
        let state = self.compliance(state);
        self.tell("reported-code", &[("state", (&state).into()), ("code", code.into())])
    }
}

/// The key of the word for a truth value.
fn truth(subject: &str, is: bool) -> &'static str {
    let (yes, no) = match subject.rsplit('.').next() {
        Some("on") => ("on", "off"),
        Some("locked") => ("locked", "free"),
        _ => ("yes", "no"),
    };
    if is { yes } else { no }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn values_are_said_by_what_they_are_values_of() {
        let [english, french, dutch] = Language::ALL.map(Catalogue::of);
        for (subject, written, en, fr, nl) in [
            ("services.mail.on", "false", "off", "désactivé", "uit"),
            ("services.mail.locked", "true", "locked", "verrouillé", "vergrendeld"),
            ("move", "true", "yes", "oui", "ja"),
            ("mail_window_days", "1", "1 day", "1 jour", "1 dag"),
            ("mail_window_days", "0", "everything", "tout", "alles"),
            (
                "prompts",
                "password, user-name",
                "password, user-name",
                "mot de passe, nom d’utilisateur",
                "wachtwoord, gebruikersnaam",
            ),
            (
                "message.move",
                "denied by PreventMove",
                "denied by PreventMove",
                "refusé par PreventMove",
                "geweigerd door PreventMove",
            ),
            (
                "message.move",
                "allowed, but no message moved",
                "allowed, but no message moved",
                "autorisé, mais aucun message n’a été déplacé",
                "toegestaan, maar er is geen bericht verplaatst",
            ),
            (
                "mail.signed",
                "failed: there is no answer",
                "failed: there is no answer",
                "échoué\u{a0}: il n’y a pas de réponse",
                "mislukt: er is geen antwoord",
            ),
            (
                "installs",
                "5 times in 48 hours",
                "5 times in 48 hours",
                "5 fois en 48 heures",
                "5 keer in 48 uur",
            ),
            (
                "report",
                "error, code -5 (Apple 21005)",
                "error, code -5 (Apple 21005)",
                "erreur, code -5 (Apple 21005)",
                "fout, code -5 (Apple 21005)",
            ),
            ("smime.signing_identity", "none", "none", "aucun", "geen"),
            ("host", "", "nothing", "rien", "niets"),
        ] {
            assert_eq!(english.value(subject, written), en);
            assert_eq!(french.value(subject, written), fr);
            assert_eq!(dutch.value(subject, written), nl);
        }
    }

    /// Every word that a comparison writes and that is no name: none of them stays English.
    #[test]
    fn every_word_of_a_comparison_is_said_in_every_language() {
        for (subject, written) in [
            ("install", "accepted"),
            ("install", "refused"),
            ("install", "removed"),
            ("install", "not installed"),
            ("install", "either: the documents do not settle it"),
            ("account", "in force"),
            ("account", "waiting-for-owner"),
            ("account", "signing-in"),
            ("account", "unreachable"),
            ("account", "none"),
            ("services.mail.on", "true"),
            ("services.mail.locked", "false"),
            ("smime", "true"),
            ("smime.compose_starts", "clear"),
            ("smime.compose_starts", "encrypted"),
            ("smime.encryption_identity", "an identity"),
            ("vpn", "a VPN"),
            ("prompts", "none"),
            ("prompts", "user-name"),
            ("prompts", "email-address"),
            ("prompts", "password"),
            ("prompts", "sign-in"),
            ("in_force_before_sign_in", "false"),
            ("identities.signing", "on the device"),
            ("identities.signing", "missing"),
            ("identities.signing", "expired"),
            ("identities.signing", "not valid yet"),
            ("assignment", "on the phone"),
            ("assignment", "not on the phone"),
            ("after_removal.account", "gone"),
            ("after_removal.account", "still there"),
            ("installs", "at most 4 times in 48 hours"),
            ("installs", "once in 48 hours"),
            ("outlook", "managed"),
            ("outlook", "not managed"),
            ("outlook", "managed, with a configuration"),
            ("outlook", "managed, without a configuration"),
            ("mail.signed", "ok"),
            ("mail.signed", "skipped: there is no answer"),
            ("message.move", "allowed"),
            ("message.move", "denied"),
            ("wire.signed", "true"),
            ("report", "compliant"),
            ("report", "nonCompliant"),
            ("report", "error, code -2016341112"),
            ("report.hostName", "conflict"),
            ("report", "notApplicable"),
            ("report", "notAssigned"),
            ("report", "unknown"),
            ("recents", ""),
        ] {
            let [english, french, dutch] = Language::ALL.map(|of| Catalogue::of(of).value(subject, written));
            assert_ne!(english, french, "{subject}: {written}");
            assert_ne!(english, dutch, "{subject}: {written}");
        }
    }

    #[test]
    fn names_are_not_translated_even_where_they_are_words() {
        let french = Catalogue::of(Language::Fr);
        for written in ["off", "true", "none", "allowed, but mail"] {
            assert_eq!(french.value("name", written), written);
            assert_eq!(french.setting_value("accountName", written), written);
        }
    }

    #[test]
    fn what_blocks_is_said_by_what_it_does() {
        let [english, french, dutch] = Language::ALL.map(Catalogue::of);
        let graph = "blockMovingMessagesToOtherEmailAccounts";
        assert_eq!(english.setting_value(graph, "true"), "blocked");
        assert_eq!(french.setting_value(graph, "false"), "autorisé");
        assert_eq!(dutch.setting_value("easServices", "mail, notes"), "Mail, Notities");
        assert_eq!(dutch.setting_value("durationOfEmailToSync", "31"), "31 dagen");
        assert_eq!(dutch.setting_value("durationOfEmailToSync", "oneMonth"), "oneMonth");
    }
}
