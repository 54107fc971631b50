//! Comparing: each expectation is looked up in what was seen. No evidence is never a pass.

use crate::seen::{IN_FORCE, Seen, action_key, install_word};
use crate::{report, wire};
use evidence::{Fact, Log, ObservationId, ObservedCertificate};
use intent::{
    ActionVerdict, ComposeStart, Expectations, Expected, ExpectedAction, ExpectedToggle, InForce, Install,
    Presence, PromptKind,
};
use serde::Serialize;

/// How a comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
pub struct Comparison {
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
    /// Why it could not be judged, or what else must be known.
    pub reason: Option<String>,
    /// Since when it has been so, as far as the log reaches back, in milliseconds since 1970; and by which observation.
    pub since: Option<(i64, ObservationId)>,
    /// Whether the owner has changed it by hand, as far as that is told.
    pub by_user: bool,
    /// Whether that is when it changed; else it is when it was first seen so.
    pub since_is_change: bool,
    /// Whether the subject is an action that was tried. Some are called like the switch that they move.
    pub is_action: bool,
    /// Whether it fails while a prompt on the phone waits that holds a change back.
    #[serde(skip)]
    pub waits_for_prompt: bool,
}

/// How expectations are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whether identities are known by the UUIDs of their payloads. Where a policy only names the certificate profile,
    /// any identity will do.
    pub exact_identities: bool,
    /// Whether what the owner changed by hand, and may change, is left alone.
    pub allow_user_changes: bool,
    /// What the policy is called where Intune reports on it.
    pub policy: Option<String>,
    /// By what its profile is known among others; without it any profile with an Exchange account is taken for it.
    pub profile: Option<ProfileNames>,
    /// The names of the user: reports on others are passed over. Without any, every report counts.
    pub users: Vec<String>,
}

/// By what the profile of a policy is known on a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileNames {
    /// Its `PayloadIdentifier`, where that is known.
    pub identifier: Option<String>,
    /// What it may be called, `PayloadDisplayName`.
    pub display_names: Vec<String>,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms {
            exact_identities: true,
            allow_user_changes: false,
            policy: None,
            profile: None,
            users: Vec::new(),
        }
    }
}

/// Compares every expectation with the log.
pub fn compare(expectations: &Expectations, log: &Log, terms: &Terms) -> Vec<Comparison> {
    let mut bench = Bench { seen: Seen::of(expectations, log, terms), terms, comparisons: Vec::new() };
    bench.presence(expectations);
    if expectations.presence.as_ref().is_some_and(|expected| expected.value == Presence::NotOnThePhone) {
        return bench.comparisons;
    }
    bench.install(expectations);
    bench.installs(expectations);
    bench.leftovers(expectations);
    if expectations.install.value != Install::Refused {
        bench.account(expectations);
        bench.actions(expectations);
        bench.prompts(expectations);
        bench.identities(expectations);
        bench.mail(expectations);
        wire::compare(&mut bench, expectations);
    }
    report::compare(&mut bench);
    bench.waiting();
    bench.comparisons
}

pub(crate) struct Bench<'a> {
    pub seen: Seen<'a>,
    pub terms: &'a Terms,
    pub comparisons: Vec<Comparison>,
}

/// The reasons behind an expectation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reasons {
    pub requirements: &'static [&'static str],
    pub citation: &'static str,
}

impl<T> From<&Expected<T>> for Reasons {
    fn from(expected: &Expected<T>) -> Reasons {
        Reasons { requirements: expected.requirements, citation: expected.citation }
    }
}

impl Reasons {
    pub fn comparison(self, subject: &str, expected: String) -> Comparison {
        Comparison {
            subject: subject.to_owned(),
            outcome: Outcome::Inconclusive,
            expected,
            observed: None,
            requirements: self.requirements.iter().map(|r| (*r).to_owned()).collect(),
            citation: self.citation.to_owned(),
            observations: Vec::new(),
            reason: None,
            since: None,
            by_user: false,
            since_is_change: false,
            is_action: false,
            waits_for_prompt: false,
        }
    }
}

impl Bench<'_> {
    /// Compares the newest reading of a subject.
    fn subject(&mut self, subject: &str, reasons: Reasons, expected: String) {
        self.subject_as(subject, reasons, expected, |value| value.to_owned());
    }

    fn subject_as(
        &mut self,
        subject: &str,
        reasons: Reasons,
        expected: String,
        read: impl FnOnce(&str) -> String,
    ) {
        let mut comparison = reasons.comparison(subject, expected);
        match self.seen.newest(subject) {
            None => comparison.reason = Some("nothing in the evidence tells it".to_owned()),
            Some(sight) => {
                let observed = read(&sight.value);
                comparison.observations.push(sight.id);
                comparison.by_user = sight.by_user;
                if let Some(first) = self.seen.since(subject) {
                    comparison.since = Some((first.at_ms, first.id));
                    comparison.since_is_change = first.is_change;
                }
                comparison.outcome =
                    if observed == comparison.expected { Outcome::Pass } else { Outcome::Fail };
                if comparison.outcome == Outcome::Fail && sight.by_user {
                    comparison.reason = Some("the owner of the device has changed it by hand".to_owned());
                    if self.terms.allow_user_changes {
                        comparison.outcome = Outcome::NotApplicable;
                    }
                }
                comparison.observed = Some(observed);
            }
        }
        self.comparisons.push(comparison);
    }

    fn value<T: ToString>(&mut self, subject: &str, expected: &Expected<T>) {
        self.subject(subject, expected.into(), expected.value.to_string());
    }

    fn toggle(&mut self, subject: &str, expected: &ExpectedToggle) {
        self.value(&format!("{subject}.on"), &expected.on);
        self.value(&format!("{subject}.locked"), &expected.locked);
    }

    fn install(&mut self, expectations: &Expectations) {
        let install = &expectations.install;
        self.subject("install", install.into(), install_word(install.value).to_owned());
        let Some(last) = self.comparisons.last_mut() else { return };
        if install.value == Install::Unsettled {
            last.outcome = Outcome::NotApplicable;
            last.reason = Some("the documents do not settle whether the phone takes it".to_owned());
        } else if last.outcome == Outcome::Inconclusive
            && let Some(other) = &self.seen.other_profile
        {
            let unclear =
                "a mail profile is on the device, and nothing tells that it is the one of this policy";
            last.reason = Some(format!("{unclear}: “{}”", other.name));
            last.observations.push(other.id);
        } else if last.outcome == Outcome::Fail
            && last.observed.as_deref() == Some("refused")
            && let Some(refusal) = self.seen.newest("refusal")
        {
            last.reason = Some(format!("the device says {}", refusal.value));
        }
        if let Some(refusal) = &expectations.refusal
            && self.seen.newest("install").is_some_and(|s| s.value == "refused")
        {
            let code = format!("{} {}", refusal.value.domain, refusal.value.code);
            self.subject("refusal", refusal.into(), code);
        }
    }

    fn account(&mut self, expectations: &Expectations) {
        self.in_force(expectations);
        let expected = &expectations.account;
        for (subject, value) in [
            ("name", &expected.name),
            ("host", &expected.host),
            ("user", &expected.user),
            ("email", &expected.email),
        ] {
            // What the profile leaves open is the user's to fill in.
            if let Some(value) = value {
                self.value(subject, value);
            }
        }
        for (service, toggle) in expected.services.iter() {
            self.toggle(&format!("services.{service}"), toggle);
        }
        self.value("mail_window_days", &expected.mail_window_days);
        self.value("move", &expected.moving);
        self.value("third_party_send", &expected.third_party_send);
        self.value("recents", &expected.recents);
        self.vpn(&expected.vpn);

        let smime = &expected.smime;
        self.value("smime", &smime.enabled);
        if !smime.enabled.value {
            return;
        }
        self.toggle("smime.signing", &smime.signing);
        self.identity("smime.signing_identity", &smime.signing_identity);
        self.toggle("smime.encrypt_by_default", &smime.encrypt_by_default);
        self.identity("smime.encryption_identity", &smime.encryption_identity);
        self.value("smime.per_message_switch", &smime.per_message_switch);
        let starts = match smime.compose_starts.value {
            ComposeStart::Clear => "clear",
            ComposeStart::Encrypted => "encrypted",
        };
        self.subject("smime.compose_starts", (&smime.compose_starts).into(), starts.to_owned());
    }

    /// The account itself. While it waits for its owner nothing else of it can be seen, and that is as it must be
    /// (EAS-042).
    fn in_force(&mut self, expectations: &Expectations) {
        let reasons = Reasons {
            requirements: &["EAS-001"],
            citation: "Intune e-mail settings for iOS: the profile makes one Exchange account",
        };
        self.subject("account", reasons, IN_FORCE.to_owned());
        let Some(last) = self.comparisons.last_mut() else { return };
        let waits = matches!(last.observed.as_deref(), Some("waiting-for-owner" | "signing-in"));
        if waits && expectations.in_force.value == InForce::AfterSignIn {
            last.outcome = Outcome::Inconclusive;
            last.reason = Some("the account waits for its owner to sign in".to_owned());
        }
    }

    /// The VPN that the account names. Which of several a policy means is told by its profile alone.
    fn vpn(&mut self, expected: &Expected<Option<String>>) {
        let exact = self.terms.exact_identities;
        let word = |id: Option<&str>| match id {
            None => "none".to_owned(),
            Some(id) if exact => id.to_owned(),
            Some(_) => "a VPN".to_owned(),
        };
        self.subject_as("vpn", expected.into(), word(expected.value.as_deref()), |seen| {
            word(Some(seen).filter(|seen| *seen != "none"))
        });
    }

    fn identity(&mut self, subject: &str, expected: &Expected<Option<String>>) {
        let exact = self.terms.exact_identities;
        let word = |uuid: Option<&str>| match uuid {
            None => "none".to_owned(),
            Some(uuid) if exact => uuid.to_owned(),
            Some(_) => "an identity".to_owned(),
        };
        self.subject_as(subject, expected.into(), word(expected.value.as_deref()), |seen| {
            word(Some(seen).filter(|seen| *seen != "none"))
        });
    }

    fn actions(&mut self, expectations: &Expectations) {
        for expected in &expectations.actions {
            let wanted = action_word(expected);
            let reasons = Reasons { requirements: expected.requirements, citation: expected.citation };
            let id = expected.id.to_string();
            self.subject(&action_key(&id), reasons, wanted);
            if let Some(last) = self.comparisons.last_mut() {
                last.subject = id;
                last.is_action = true;
            }
        }
    }

    fn prompts(&mut self, expectations: &Expectations) {
        let names = |mut prompts: Vec<&str>| {
            prompts.sort_unstable();
            prompts.dedup();
            if prompts.is_empty() { "none".to_owned() } else { prompts.join(", ") }
        };
        let wanted = names(expectations.prompts.iter().map(|p| prompt_word(p.value)).collect());
        let reasons = match expectations.prompts.last() {
            Some(prompt) => prompt.into(),
            None => Reasons {
                requirements: expectations.in_force.requirements,
                citation: expectations.in_force.citation,
            },
        };
        let raised = self.seen.prompts();
        let mut comparison = reasons.comparison("prompts", wanted);
        if let Some((installed, _)) = self.seen.installed {
            let seen = names(raised.iter().map(|(_, p)| p.kind.as_str()).collect());
            comparison.outcome = if seen == comparison.expected { Outcome::Pass } else { Outcome::Fail };
            comparison.observed = Some(seen);
            comparison.observations = raised.iter().map(|(id, _)| *id).collect();
            if comparison.observations.is_empty() {
                comparison.observations.push(installed);
            }
        } else {
            comparison.reason = Some(match self.seen.removed {
                Some(_) => "the profile has been removed since".to_owned(),
                None => "the evidence does not reach back to the installation".to_owned(),
            });
        }
        self.comparisons.push(comparison);
        if expectations.in_force.value == InForce::AfterSignIn {
            let reasons: Reasons = (&expectations.in_force).into();
            let mut comparison = reasons.comparison("in_force_before_sign_in", false.to_string());
            if let Some((id, prompt)) = raised.first() {
                comparison.outcome = if prompt.in_force_before { Outcome::Fail } else { Outcome::Pass };
                comparison.observed = Some(prompt.in_force_before.to_string());
                comparison.observations.push(*id);
            } else {
                comparison.reason = Some("no prompt was seen".to_owned());
            }
            self.comparisons.push(comparison);
        }
    }

    /// The identities that the device must hold. Where the payload that brought a certificate is not told, as management
    /// does not, any identity whose key usage fits the role will do; more of them are no difference (XTR-010).
    fn identities(&mut self, expectations: &Expectations) {
        let newest = self.seen.ordered.iter().rev().find_map(|o| match &o.fact {
            Fact::Certificates { certificates } => Some((o.id, o.at_ms, certificates)),
            _ => None,
        });
        for (number, expected) in expectations.identities.iter().enumerate() {
            let exact = self.terms.exact_identities;
            let name = if exact { expected.value.clone() } else { role(expected).name(number) };
            let mut comparison =
                Reasons::from(expected).comparison(&format!("identities.{name}"), "on the device".to_owned());
            match newest {
                None => comparison.reason = Some("nothing in the evidence lists certificates".to_owned()),
                Some((id, at_ms, certificates)) => {
                    let held: Vec<&ObservedCertificate> =
                        certificates.iter().filter(|c| c.identity).collect();
                    let told = exact && held.iter().any(|c| c.payload_uuid.is_some());
                    let mine: Vec<&ObservedCertificate> = held
                        .into_iter()
                        .filter(|c| match told {
                            true => c.payload_uuid.as_ref() == Some(&expected.value),
                            false => role(expected).fits(c),
                        })
                        .collect();
                    let valid =
                        |c: &&ObservedCertificate| c.not_before_ms <= at_ms && at_ms <= c.not_after_ms;
                    let observed = match mine.iter().copied().find(valid).or(mine.first().copied()) {
                        None => "missing",
                        Some(c) if c.not_after_ms < at_ms => "expired",
                        Some(c) if c.not_before_ms > at_ms => "not valid yet",
                        Some(_) => "on the device",
                    };
                    comparison.outcome =
                        if observed == comparison.expected { Outcome::Pass } else { Outcome::Fail };
                    comparison.observed = Some(observed.to_owned());
                    comparison.observations.push(id);
                    comparison.since = Some((at_ms, id));
                }
            }
            self.comparisons.push(comparison);
        }
    }

    /// The steps with messages. One that was not tried for a reason that lies in the profile says nothing.
    fn mail(&mut self, expectations: &Expectations) {
        for expected in &expectations.mail {
            let subject = format!("mail.{}", expected.value.as_str());
            self.subject(&subject, expected.into(), "ok".to_owned());
            let Some(last) = self.comparisons.last_mut() else { continue };
            if let Some(reason) = last.observed.as_deref().and_then(|o| o.strip_prefix("skipped: ")) {
                last.outcome = Outcome::NotApplicable;
                last.reason = Some(reason.to_owned());
            }
        }
    }
}

/// What an identity is for, by the requirements behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Signing,
    Encryption,
    Other,
}

fn role(expected: &Expected<String>) -> Role {
    if expected.requirements.contains(&"EAS-069") {
        Role::Signing
    } else if expected.requirements.contains(&"EAS-081") {
        Role::Encryption
    } else {
        Role::Other
    }
}

impl Role {
    fn name(self, number: usize) -> String {
        match self {
            Role::Signing => "signing".to_owned(),
            Role::Encryption => "encryption".to_owned(),
            Role::Other => (number + 1).to_string(),
        }
    }

    /// Whether the key usage allows the role; a certificate without one allows every.
    fn fits(self, certificate: &ObservedCertificate) -> bool {
        match self {
            Role::Signing => certificate.signs != Some(false),
            Role::Encryption => certificate.encrypts != Some(false),
            Role::Other => true,
        }
    }
}

/// What an attempt is expected to come to, as it is observed.
pub(crate) fn action_word(expected: &ExpectedAction) -> String {
    match (expected.verdict, expected.by) {
        (ActionVerdict::Denied, Some(by)) => format!("denied by {by}"),
        (ActionVerdict::Denied, None) => "denied".to_owned(),
        (ActionVerdict::Allowed, _) => "allowed".to_owned(),
        (ActionVerdict::Absent, _) => "absent".to_owned(),
    }
}

fn prompt_word(kind: PromptKind) -> &'static str {
    match kind {
        PromptKind::UserName => "user-name",
        PromptKind::EmailAddress => "email-address",
        PromptKind::Password => "password",
        PromptKind::SignIn => "sign-in",
    }
}
