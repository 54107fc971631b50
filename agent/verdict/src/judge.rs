//! Judging: each expectation is looked up in the log and compared. No evidence is never a pass.

use evidence::{Action, ActionOutcome, Fact, Log, Observation, ObservationId, ObservedAccount, ObservedSwitch, Service};
use intent::{ActionVerdict, ComposeStart, Expectations, Expected, ExpectedToggle, InForce};
use serde::Serialize;
use std::fmt::Debug;

/// How a comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Seen as expected.
    Pass,
    /// Seen otherwise.
    Fail,
    /// Not seen.
    Inconclusive,
    /// Nothing is expected of this device.
    NotApplicable,
}

/// One comparison, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What was compared, such as `services.mail.on` or an action id.
    pub subject: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What the administrator meant.
    pub expected: String,
    /// What was seen; nothing without evidence.
    pub observed: Option<String>,
    /// The requirements behind the expectation.
    pub requirements: Vec<String>,
    /// Where they are written.
    pub citation: String,
    /// The observations that it rests on.
    pub observations: Vec<ObservationId>,
}

/// Compares every expectation with the log.
pub fn judge(expectations: &Expectations, log: &Log) -> Vec<Verdict> {
    let mut bench = Bench { verdicts: Vec::new() };
    let facts = log.observations();
    bench.install(expectations, facts);
    let account = facts.iter().rev().find_map(|o| match &o.fact {
        Fact::Account(account) => Some((o.id, account.as_ref())),
        _ => None,
    });
    if expectations.install.value != intent::Install::Refused {
        bench.account(expectations, account);
        bench.actions(expectations, facts);
        bench.prompts(expectations, facts);
    }
    bench.verdicts
}

struct Bench {
    verdicts: Vec<Verdict>,
}

/// The reasons behind an expectation.
#[derive(Clone, Copy)]
struct Reasons {
    requirements: &'static [&'static str],
    citation: &'static str,
}

impl Bench {
    fn put(
        &mut self,
        subject: impl Into<String>,
        reasons: Reasons,
        expected: String,
        observed: Option<(ObservationId, String)>,
    ) {
        let outcome = match &observed {
            None => Outcome::Inconclusive,
            Some((_, seen)) if *seen == expected => Outcome::Pass,
            Some(_) => Outcome::Fail,
        };
        self.verdicts.push(Verdict {
            subject: subject.into(),
            outcome,
            expected,
            observations: observed.iter().map(|(id, _)| *id).collect(),
            observed: observed.map(|(_, seen)| seen),
            requirements: reasons.requirements.iter().map(|r| (*r).to_owned()).collect(),
            citation: reasons.citation.to_owned(),
        });
    }

    fn value<T: Debug>(&mut self, subject: &str, expected: &Expected<T>, seen: Option<(ObservationId, T)>) {
        let reasons = Reasons { requirements: expected.requirements, citation: expected.citation };
        self.put(subject, reasons, word(&expected.value), seen.map(|(id, value)| (id, word(&value))));
    }

    fn toggle(&mut self, subject: &str, expected: &ExpectedToggle, seen: Option<(ObservationId, ObservedSwitch)>) {
        self.value(&format!("{subject}.on"), &expected.on, seen.map(|(id, s)| (id, s.on)));
        self.value(&format!("{subject}.locked"), &expected.locked, seen.map(|(id, s)| (id, s.locked)));
    }

    fn install(&mut self, expectations: &Expectations, facts: &[Observation]) {
        let install = &expectations.install;
        let seen = facts.iter().find_map(|o| match &o.fact {
            Fact::Installed { .. } => Some((o.id, "accepted".to_owned())),
            Fact::Refused { .. } => Some((o.id, "refused".to_owned())),
            _ => None,
        });
        let reasons = Reasons { requirements: install.requirements, citation: install.citation };
        match install.value {
            intent::Install::Accepted => self.put("install", reasons, "accepted".into(), seen),
            intent::Install::Refused => self.put("install", reasons, "refused".into(), seen),
            intent::Install::Unsettled => self.verdicts.push(Verdict {
                subject: "install".into(),
                outcome: Outcome::NotApplicable,
                expected: "either: the documents do not settle it".into(),
                observations: seen.iter().map(|(id, _)| *id).collect(),
                observed: seen.map(|(_, seen)| seen),
                requirements: install.requirements.iter().map(|r| (*r).to_owned()).collect(),
                citation: install.citation.to_owned(),
            }),
        }
    }

    fn account(&mut self, expectations: &Expectations, seen: Option<(ObservationId, &ObservedAccount)>) {
        let expected = &expectations.account;
        let text = |f: fn(&ObservedAccount) -> Option<String>| {
            seen.map(|(id, account)| (id, f(account).unwrap_or_default()))
        };
        for (subject, value, observed) in [
            ("name", &expected.name, text(|a| Some(a.name.clone()))),
            ("host", &expected.host, text(|a| a.host.clone())),
            ("user", &expected.user, text(|a| a.user.clone())),
            ("email", &expected.email, text(|a| a.email.clone())),
        ] {
            // What the profile leaves open is the user's to fill in.
            if let Some(value) = value {
                self.value(subject, value, observed);
            }
        }
        for (service, toggle) in expected.services.iter() {
            let observed = seen.and_then(|(id, a)| Some((id, *a.services.get(&observed_service(service))?)));
            self.toggle(&format!("services.{service}"), toggle, observed);
        }
        self.value("mail_window_days", &expected.mail_window_days, seen.map(|(id, a)| (id, a.mail_window_days)));
        self.value("move", &expected.moving, seen.map(|(id, a)| (id, a.move_allowed)));
        self.value("third_party_send", &expected.third_party_send, seen.map(|(id, a)| (id, a.third_party_send)));
        self.value("recents", &expected.recents, seen.map(|(id, a)| (id, a.recents)));

        let smime = &expected.smime;
        self.value("smime", &smime.enabled, seen.map(|(id, a)| (id, a.smime)));
        if !smime.enabled.value {
            return;
        }
        self.toggle("smime.signing", &smime.signing, seen.map(|(id, a)| (id, a.signing)));
        let identity = seen.map(|(id, a)| (id, a.signing_identity.clone()));
        self.value("smime.signing_identity", &smime.signing_identity, identity);
        let switch = seen.map(|(id, a)| (id, a.encrypt_by_default));
        self.toggle("smime.encrypt_by_default", &smime.encrypt_by_default, switch);
        let identity = seen.map(|(id, a)| (id, a.encryption_identity.clone()));
        self.value("smime.encryption_identity", &smime.encryption_identity, identity);
        let switch = seen.map(|(id, a)| (id, a.per_message_switch));
        self.value("smime.per_message_switch", &smime.per_message_switch, switch);
        let starts = seen.map(|(id, a)| {
            (id, if a.compose_starts_encrypted { ComposeStart::Encrypted } else { ComposeStart::Clear })
        });
        self.value("smime.compose_starts", &smime.compose_starts, starts);
    }

    fn actions(&mut self, expectations: &Expectations, facts: &[Observation]) {
        for expected in &expectations.actions {
            let id = expected.id.to_string();
            let seen = facts.iter().rev().find_map(|o| match &o.fact {
                Fact::Action(action) if action.id == id => Some((o.id, action)),
                _ => None,
            });
            let wanted = match (expected.verdict, expected.by) {
                (ActionVerdict::Denied, Some(by)) => format!("denied by {by}"),
                (verdict, _) => word(&verdict),
            };
            let reasons = Reasons { requirements: expected.requirements, citation: expected.citation };
            self.put(id, reasons, wanted, seen.map(|(id, action)| (id, described(action))));
        }
    }

    fn prompts(&mut self, expectations: &Expectations, facts: &[Observation]) {
        let raised: Vec<(ObservationId, &evidence::Prompted)> = facts
            .iter()
            .filter_map(|o| match &o.fact {
                Fact::Prompt(prompt) if prompt.kind != "missing-recipient-certificates" => Some((o.id, prompt)),
                _ => None,
            })
            .collect();
        let names = |prompts: &mut Vec<String>| {
            prompts.sort();
            if prompts.is_empty() { "none".to_owned() } else { prompts.join(", ") }
        };
        let mut wanted: Vec<String> = expectations.prompts.iter().map(|p| word(&p.value)).collect();
        let mut seen: Vec<String> = raised.iter().map(|(_, p)| p.kind.replace('-', "")).collect();
        let requirements = expectations.prompts.first().map_or(&["EAS-041"][..], |p| p.requirements);
        let citation = expectations.prompts.first().map_or("no prompt is due", |p| p.citation);
        let installed = facts.iter().find(|o| matches!(o.fact, Fact::Installed { .. })).map(|o| o.id);
        let evidence = raised.first().map(|(id, _)| *id).or(installed);
        self.put(
            "prompts",
            Reasons { requirements, citation },
            names(&mut wanted),
            evidence.map(|id| (id, names(&mut seen))),
        );
        if expectations.in_force.value == InForce::AfterSignIn {
            let reasons = Reasons {
                requirements: expectations.in_force.requirements,
                citation: expectations.in_force.citation,
            };
            let before = raised.last().map(|(id, p)| (*id, word(&p.in_force_before)));
            self.put("in_force_before_sign_in", reasons, word(&false), before);
        }
    }
}

/// An action as it was seen; an effect that does not fit the verdict is part of it.
fn described(action: &Action) -> String {
    let verdict = match (action.outcome, &action.by) {
        (ActionOutcome::Denied, Some(by)) => format!("denied by {by}"),
        (outcome, _) => word(&outcome),
    };
    if action.effect_seen { verdict } else { format!("{verdict}, but {}", action.text) }
}

/// A value as one word, the same from either side.
fn word<T: Debug>(value: &T) -> String {
    let text = format!("{value:?}");
    let plain = text.strip_prefix("Some(").and_then(|t| t.strip_suffix(')')).unwrap_or(&text);
    let plain = plain.trim_matches('"');
    match plain {
        "None" => "none".to_owned(),
        _ if text.starts_with(char::is_uppercase) && !text.contains('"') => plain.to_lowercase(),
        _ => plain.to_owned(),
    }
}

fn observed_service(service: intent::Service) -> Service {
    match service {
        intent::Service::Mail => Service::Mail,
        intent::Service::Contacts => Service::Contacts,
        intent::Service::Calendars => Service::Calendars,
        intent::Service::Reminders => Service::Reminders,
        intent::Service::Notes => Service::Notes,
    }
}
