//! What a log shows of each subject, oldest first.
//!
//! A subject is one thing that can be compared, such as `services.mail.on` or an action id. The newest reading of it
//! counts; the oldest of the same value without a break is since when it has been so.

use crate::comparison::{ProfileNames, Terms};
use evidence::{
    Action, ActionOutcome, Fact, ListedAccount, Log, MailOutcome, Observation, ObservationId,
    ObservedAccount, ObservedProfile, ObservedSwitch, Prompted,
};
use intent::{Expectations, Install};
use std::collections::{BTreeMap, BTreeSet};

/// The payload type of an Exchange account.
const EAS: &str = "com.apple.eas.account";

/// What the account is when it works.
pub(crate) const IN_FORCE: &str = "in force";

/// One reading of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub id: ObservationId,
    pub at_ms: i64,
    pub value: String,
    /// Whether the owner has changed it by hand.
    pub by_user: bool,
    /// Whether it tells of the change itself, at its time, and not of what was so when somebody looked.
    pub is_change: bool,
}

/// A profile with an account of which nothing tells whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtherProfile {
    pub id: ObservationId,
    /// What it is called.
    pub name: String,
}

/// Every reading, by subject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen<'a> {
    sights: BTreeMap<String, Vec<Sight>>,
    /// The subject of the newest reading.
    last_subject: String,
    /// The identifier under which declarative status lists the account.
    listed: Option<String>,
    /// Every observation, oldest first.
    pub ordered: Vec<&'a Observation>,
    /// When the profile with the account was installed, where it has not been removed since.
    pub installed: Option<(ObservationId, i64)>,
    /// Every installation since it was last removed, oldest first, at times that differ.
    pub installs: Vec<(ObservationId, i64)>,
    /// When it was removed, where it has not been installed since.
    pub removed: Option<(ObservationId, i64)>,
    /// A profile with an account that may be another policy's.
    pub other_profile: Option<OtherProfile>,
}

impl<'a> Seen<'a> {
    pub fn of(expectations: &Expectations, log: &'a Log, terms: &Terms) -> Seen<'a> {
        let mut ordered: Vec<&Observation> = log.observations().iter().collect();
        ordered.sort_by_key(|o| (o.at_ms, o.id));
        let chosen = ChosenAccount::of(expectations, &ordered);
        let ours = Ours::of(expectations, &ordered, terms.profile.as_ref());
        let mut seen = Seen { ordered, ..Seen::default() };
        for at in 0..seen.ordered.len() {
            if let Some(observation) = seen.ordered.get(at).copied() {
                seen.take(observation, expectations, &chosen, &ours);
            }
        }
        seen
    }

    fn take(
        &mut self,
        observation: &Observation,
        expectations: &Expectations,
        chosen: &ChosenAccount,
        ours: &Ours<'_>,
    ) {
        let mut put = |subject: &str, value: String| self.put(observation, subject, value, false);
        let here = (observation.id, observation.at_ms);
        match &observation.fact {
            Fact::Installed { identifier } if ours.holds(identifier) => {
                put("install", "accepted".to_owned());
                self.installed = Some(here);
                self.removed = None;
                // Who looks twice sees the same installation twice.
                if self.installs.last().is_none_or(|(_, at_ms)| *at_ms != here.1) {
                    self.installs.push(here);
                }
            }
            Fact::Removed { identifier } if ours.holds(identifier) => {
                put("install", "removed".to_owned());
                self.installed = None;
                self.installs.clear();
                self.removed = Some(here);
            }
            Fact::Refused { error_chain } => self.refused(observation, error_chain),
            // Other commands fail too; that it was the installation is told by its outermost domain.
            Fact::CommandFailed { status, error_chain }
                if status == "Error"
                    && error_chain.first().is_some_and(|(domain, _)| domain.contains("Installation")) =>
            {
                self.refused(observation, error_chain);
            }
            Fact::Profiles { profiles } => {
                let mut with_account = profiles.iter().filter(|profile| has_account(profile)).peekable();
                let other = with_account.peek().map(|profile| OtherProfile {
                    id: observation.id,
                    name: profile.display_name.clone().unwrap_or_else(|| profile.identifier.clone()),
                });
                // What an encrypted profile brings is not listed.
                let hidden = profiles.iter().any(|profile| profile.payloads.is_none());
                if with_account.any(|profile| ours.holds(&profile.identifier)) {
                    put("install", "accepted".to_owned());
                } else if other.is_some() {
                    self.other_profile = other;
                } else if !hidden && self.newest("install").is_none_or(|s| s.value == "accepted") {
                    self.put(observation, "install", "not installed".to_owned(), false);
                }
            }
            Fact::Account(account) if chosen.is(account) => self.account(observation, account),
            Fact::NoAccount { state } => {
                self.forget_account();
                self.put(observation, "account", state.clone(), false);
            }
            Fact::ListedAccounts { accounts, partial, removed } => {
                let gone = self.listed.as_ref().is_some_and(|identifier| removed.contains(identifier));
                match listed(expectations, accounts) {
                    Some(account) => {
                        self.listed = Some(account.identifier.clone());
                        self.listed(observation, account);
                    }
                    // A report of what has changed says nothing of what has not.
                    None if *partial && !gone => {}
                    None => {
                        self.listed = None;
                        self.forget_account();
                        self.put(observation, "account", "none".to_owned(), false);
                    }
                }
            }
            Fact::ServiceSwitched { service, on } => {
                put(&format!("services.{}.on", service_name(*service)), on.to_string());
                self.mark_change();
            }
            Fact::Action(action) => put(&action_key(&action.id), described(action)),
            Fact::Mail(mail) => {
                let value = match mail.outcome {
                    MailOutcome::Ok => "ok".to_owned(),
                    MailOutcome::Failed => format!("failed: {}", mail.text),
                    MailOutcome::Skipped => format!("skipped: {}", mail.text),
                };
                put(&format!("mail.{}", mail.step), value);
            }
            _ => {}
        }
    }

    fn refused(&mut self, observation: &Observation, error_chain: &[(String, u32)]) {
        self.put(observation, "install", "refused".to_owned(), false);
        if let Some((domain, code)) = error_chain.last() {
            self.put(observation, "refusal", format!("{domain} {code}"), false);
        }
    }

    fn put(&mut self, observation: &Observation, subject: &str, value: String, by_user: bool) {
        let (id, at_ms) = (observation.id, observation.at_ms);
        let sight = Sight { id, at_ms, value, by_user, is_change: false };
        self.last_subject.clear();
        self.last_subject.push_str(subject);
        match self.sights.get_mut(subject) {
            Some(sights) => sights.push(sight),
            None => {
                self.sights.insert(subject.to_owned(), vec![sight]);
            }
        }
    }

    /// The reading that was put last tells of the change itself.
    fn mark_change(&mut self) {
        let last = self.sights.get_mut(&self.last_subject).and_then(|sights| sights.last_mut());
        if let Some(sight) = last {
            sight.is_change = true;
        }
    }

    fn account(&mut self, observation: &Observation, account: &ObservedAccount) {
        let mut put = |subject: &str, value: String| {
            self.put(observation, subject, value, account.by_user.contains(subject));
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        put("account", IN_FORCE.to_owned());
        put("name", account.name.clone());
        put("host", text(&account.host));
        put("user", text(&account.user));
        put("email", text(&account.email));
        for (service, switch) in &account.services {
            toggle(&mut put, &format!("services.{}", service_name(*service)), *switch);
        }
        put("mail_window_days", account.mail_window_days.to_string());
        put("move", account.move_allowed.to_string());
        put("third_party_send", account.third_party_send.to_string());
        put("recents", account.recents.to_string());
        if let Some(vpn) = &account.vpn {
            put("vpn", if vpn.is_empty() { "none".to_owned() } else { vpn.clone() });
        }
        put("smime", account.smime.to_string());
        toggle(&mut put, "smime.signing", account.signing);
        put("smime.signing_identity", identity(&account.signing_identity));
        toggle(&mut put, "smime.encrypt_by_default", account.encrypt_by_default);
        put("smime.encryption_identity", identity(&account.encryption_identity));
        put("smime.per_message_switch", account.per_message_switch.to_string());
        let starts = if account.compose_starts_encrypted { "encrypted" } else { "clear" };
        put("smime.compose_starts", starts.to_owned());
    }

    fn listed(&mut self, observation: &Observation, account: &ListedAccount) {
        let mut put = |subject: &str, value: String| self.put(observation, subject, value, false);
        put("account", IN_FORCE.to_owned());
        for (subject, value) in [("name", &account.name), ("host", &account.host), ("user", &account.user)] {
            if let Some(value) = value {
                put(subject, value.clone());
            }
        }
        for (service, on) in &account.services {
            put(&format!("services.{}.on", service_name(*service)), on.to_string());
        }
    }

    /// What was seen of an account that is gone is no evidence any more.
    fn forget_account(&mut self) {
        self.sights.retain(|subject, _| matches!(subject.as_str(), "install" | "refusal" | "account"));
    }

    /// The newest reading of a subject.
    pub fn newest(&self, subject: &str) -> Option<&Sight> {
        self.sights.get(subject).and_then(|sights| sights.last())
    }

    /// Since when the newest value has been so: the oldest reading of it without another one between.
    pub fn since(&self, subject: &str) -> Option<&Sight> {
        let sights = self.sights.get(subject)?;
        let now = &sights.last()?.value;
        sights.iter().rev().take_while(|s| s.value == *now).last()
    }

    /// The prompts that followed the installation, as far as an installation was seen.
    pub fn prompts(&self) -> Vec<(ObservationId, &'a Prompted)> {
        let Some((_, installed_ms)) = self.installed else { return Vec::new() };
        let prompts = self.ordered.iter().filter(|o| o.at_ms >= installed_ms);
        prompts
            .filter_map(|o| match &o.fact {
                Fact::Prompt(prompt) if SIGN_IN_PROMPTS.contains(&prompt.kind.as_str()) => {
                    Some((o.id, prompt))
                }
                _ => None,
            })
            .collect()
    }
}

/// Under what a reading of an action is kept: some actions are called like the switch that they move.
pub(crate) fn action_key(id: &str) -> String {
    format!("action {id}")
}

/// The prompts that the installation of an account raises; others have other causes.
const SIGN_IN_PROMPTS: [&str; 4] = ["user-name", "email-address", "password", "sign-in"];

fn toggle(put: &mut impl FnMut(&str, String), subject: &str, switch: ObservedSwitch) {
    put(&format!("{subject}.on"), switch.on.to_string());
    put(&format!("{subject}.locked"), switch.locked.to_string());
}

fn identity(uuid: &Option<String>) -> String {
    uuid.clone().unwrap_or_else(|| "none".to_owned())
}

fn service_name(service: evidence::Service) -> &'static str {
    match service {
        evidence::Service::Mail => "mail",
        evidence::Service::Contacts => "contacts",
        evidence::Service::Calendars => "calendars",
        evidence::Service::Reminders => "reminders",
        evidence::Service::Notes => "notes",
    }
}

/// An action as it was seen; an effect that does not fit the verdict is part of it.
fn described(action: &Action) -> String {
    let outcome = match action.outcome {
        ActionOutcome::Allowed => "allowed",
        ActionOutcome::Denied => "denied",
        ActionOutcome::Absent => "absent",
    };
    let verdict = match (action.outcome, &action.by) {
        (ActionOutcome::Denied, Some(by)) => format!("denied by {by}"),
        _ => outcome.to_owned(),
    };
    if action.effect_seen { verdict } else { format!("{verdict}, but {}", action.text) }
}

pub(crate) fn has_account(profile: &ObservedProfile) -> bool {
    let payloads = profile.payloads.as_deref().unwrap_or_default();
    payloads.iter().any(|p| p.payload_type.as_deref() == Some(EAS))
}

/// The identifiers of the profiles that are the policy's.
enum Ours<'a> {
    /// Nothing tells it apart from others.
    Any,
    /// These are, no other.
    These(BTreeSet<&'a str>),
}

impl<'a> Ours<'a> {
    /// Of the profiles that are listed with an Exchange account those that are known by identifier or name; where none is,
    /// all of them if an account is seen that can only be the policy's, else none.
    fn of(
        expectations: &Expectations,
        ordered: &[&'a Observation],
        names: Option<&'a ProfileNames>,
    ) -> Ours<'a> {
        let lists = ordered.iter().filter_map(|o| match &o.fact {
            Fact::Profiles { profiles } => Some(profiles),
            _ => None,
        });
        let listed: Vec<&ObservedProfile> = lists.flatten().filter(|p| has_account(p)).collect();
        let identifiers = |profiles: &[&'a ObservedProfile]| -> BTreeSet<&'a str> {
            profiles.iter().map(|p| p.identifier.as_str()).collect()
        };
        if listed.is_empty() {
            return Ours::Any;
        }
        let Some(names) = names else { return Ours::These(identifiers(&listed)) };
        let identifier = names.identifier.as_deref();
        let known: Vec<&ObservedProfile> = listed
            .iter()
            .copied()
            .filter(|p| {
                let called = p.display_name.as_ref().is_some_and(|name| names.display_names.contains(name));
                called || Some(p.identifier.as_str()) == identifier
            })
            .collect();
        let mut ours = identifiers(&known);
        if ours.is_empty() && ordered.iter().any(|o| tells_account(expectations, &o.fact)) {
            ours = identifiers(&listed);
        }
        ours.extend(identifier);
        Ours::These(ours)
    }

    fn holds(&self, identifier: &str) -> bool {
        match self {
            Ours::Any => true,
            Ours::These(identifiers) => identifiers.contains(identifier),
        }
    }
}

/// Whether a fact tells of the very account that is expected: its user on its server.
pub(crate) fn tells_account(expectations: &Expectations, fact: &Fact) -> bool {
    let expected = &expectations.account;
    let is = |told: Option<&str>, value: &Option<intent::Expected<String>>| {
        value.as_ref().is_none_or(|value| same(told, &value.value))
    };
    let known = expected.user.is_some() || expected.email.is_some();
    match fact {
        Fact::Account(account) => {
            known
                && is(account.host.as_deref(), &expected.host)
                && is(account.user.as_deref(), &expected.user)
                && is(account.email.as_deref(), &expected.email)
        }
        Fact::ListedAccounts { accounts, .. } => accounts.iter().any(|account| {
            expected.user.is_some()
                && is(account.user.as_deref(), &expected.user)
                && is(account.host.as_deref(), &expected.host)
        }),
        _ => false,
    }
}

/// Which of the accounts in a log is meant: the one of the expected address, else of the expected server, else any.
enum ChosenAccount {
    Address(String),
    Host(String),
    Any,
}

impl ChosenAccount {
    fn of(expectations: &Expectations, ordered: &[&Observation]) -> ChosenAccount {
        let accounts = || {
            ordered.iter().filter_map(|o| match &o.fact {
                Fact::Account(account) => Some(account.as_ref()),
                _ => None,
            })
        };
        if let Some(email) = &expectations.account.email
            && accounts().any(|a| same(a.email.as_deref(), &email.value))
        {
            return ChosenAccount::Address(email.value.clone());
        }
        if let Some(host) = &expectations.account.host
            && accounts().any(|a| same(a.host.as_deref(), &host.value))
        {
            return ChosenAccount::Host(host.value.clone());
        }
        ChosenAccount::Any
    }

    fn is(&self, account: &ObservedAccount) -> bool {
        match self {
            ChosenAccount::Address(email) => same(account.email.as_deref(), email),
            ChosenAccount::Host(host) => same(account.host.as_deref(), host),
            ChosenAccount::Any => true,
        }
    }
}

fn same(text: Option<&str>, other: &str) -> bool {
    text.is_some_and(|text| text.eq_ignore_ascii_case(other))
}

/// Which of the listed accounts is meant: the one whose user and server are expected, else one of the two, else the
/// only one.
fn listed<'l>(expectations: &Expectations, accounts: &'l [ListedAccount]) -> Option<&'l ListedAccount> {
    let expected = &expectations.account;
    let user = |a: &&ListedAccount| expected.user.as_ref().is_some_and(|u| same(a.user.as_deref(), &u.value));
    let host = |a: &&ListedAccount| expected.host.as_ref().is_some_and(|h| same(a.host.as_deref(), &h.value));
    accounts
        .iter()
        .find(|a| user(a) && host(a))
        .or_else(|| accounts.iter().find(user))
        .or_else(|| accounts.iter().find(host))
        .or(match accounts {
            [only] => Some(only),
            _ => None,
        })
}

/// What installing is expected to come to, as a word of [`Seen`].
pub(crate) fn install_word(install: Install) -> &'static str {
    match install {
        Install::Accepted => "accepted",
        Install::Refused => "refused",
        Install::Unsettled => "either: the documents do not settle it",
    }
}
