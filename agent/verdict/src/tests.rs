use super::*;
use evidence::{
    Action, Fact, ListedAccount, Log, ObservedAccount, ObservedMessage, ObservedPayload, ObservedProfile,
    ObservedSigner, ObservedSwitch, PolicySetting, PolicyState, Prompted, Service,
};
use intent::requirement::Status;
use intent::{ActionId, ActionVerdict, DeviceFacts, Expectations, Intent, OsVersion, Variants, expectations};

fn intent() -> Intent {
    Intent {
        name: Some("Mail".to_owned()),
        host: Some("mail.contoso.example".to_owned()),
        user_name: Some("alice".to_owned()),
        email_address: Some("alice@contoso.example".to_owned()),
        mail_window_days: Some(7),
        ..Intent::default()
    }
}

fn meant(intent: &Intent) -> Expectations {
    let facts = DeviceFacts {
        ios: OsVersion::new(17, 5, 0),
        supervised: false,
        identities: 0,
        variants: Variants::default(),
    };
    expectations(intent, &facts)
}

fn account() -> ObservedAccount {
    let switch = |on, locked| ObservedSwitch { on, locked };
    let services = [Service::Mail, Service::Contacts, Service::Calendars, Service::Reminders, Service::Notes];
    ObservedAccount {
        name: "Mail".to_owned(),
        host: Some("mail.contoso.example".to_owned()),
        user: Some("alice".to_owned()),
        email: Some("alice@contoso.example".to_owned()),
        services: services.into_iter().map(|s| (s, switch(true, false))).collect(),
        mail_window_days: 7,
        smime: false,
        signing: switch(false, true),
        signing_identity: None,
        encrypt_by_default: switch(false, true),
        encryption_identity: None,
        per_message_switch: false,
        compose_starts_encrypted: false,
        move_allowed: true,
        third_party_send: true,
        recents: true,
        by_user: std::collections::BTreeSet::new(),
    }
}

/// A log of a device that is as meant.
fn log_of(account: ObservedAccount) -> Log {
    let mut log = Log::default();
    let mut put = |at, fact| log.append(at, "test", fact).map(|_| ()).unwrap();
    put(1, Fact::Installed { identifier: "mail".to_owned() });
    let prompt =
        Prompted { kind: "password".to_owned(), in_force_before: false, answered: true, names: Vec::new() };
    put(2, Fact::Prompt(prompt));
    put(3, Fact::Account(Box::new(account)));
    for expected in meant(&intent()).actions {
        let outcome = match expected.verdict {
            ActionVerdict::Allowed => ActionOutcome::Allowed,
            ActionVerdict::Denied => ActionOutcome::Denied,
            ActionVerdict::Absent => ActionOutcome::Absent,
        };
        let by = expected.by.map(str::to_owned);
        let id = expected.id.to_string();
        put(4, Fact::Action(Action { id, outcome, by, effect_seen: true, text: String::new() }));
    }
    log
}

fn judged(log: &Log, terms: &Terms) -> (Vec<Comparison>, Vec<Verdict>) {
    let expectations = meant(&intent());
    let comparisons = compare(&expectations, log, terms);
    let one = Judged { policy: "Mail", expectations: &expectations, stated: &[], comparisons: &comparisons };
    let verdicts = verdicts(&[one]);
    (comparisons, verdicts)
}

fn outcome(verdicts: &[Verdict], id: &str) -> Outcome {
    verdicts.iter().find(|v| v.requirement.as_deref() == Some(id)).unwrap().outcome
}

fn exit(verdicts: &[Verdict]) -> u8 {
    Summary::of(verdicts).exit_code(&[])
}

fn failed(log: &Log) -> Vec<String> {
    let (comparisons, _) = judged(log, &Terms::default());
    comparisons.into_iter().filter(|c| c.outcome == Outcome::Fail).map(|c| c.subject).collect()
}

#[test]
fn a_device_as_meant_passes_whatever_is_pending() {
    let (comparisons, verdicts) = judged(&log_of(account()), &Terms::default());
    let wrong: Vec<_> = comparisons.iter().filter(|c| c.outcome != Outcome::Pass).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(exit(&verdicts), 0);
    assert_eq!(outcome(&verdicts, "EAS-010"), Outcome::Pass);
    for verdict in verdicts.iter().filter(|v| v.status == Status::Pending) {
        assert_eq!(verdict.outcome, Outcome::Inconclusive);
        assert!(verdict.reason.is_some());
    }
    for verdict in verdicts.iter().filter(|v| v.status == Status::NotObservable) {
        assert_eq!(verdict.outcome, Outcome::NotApplicable);
        assert!(verdict.reason.is_some());
    }
    assert_eq!(verdicts.iter().filter(|v| v.requirement.is_some()).count(), intent::requirement::ROWS.len());
}

#[test]
fn no_evidence_is_never_a_pass() {
    let (comparisons, verdicts) = judged(&Log::default(), &Terms::default());
    assert!(comparisons.iter().all(|c| c.outcome == Outcome::Inconclusive && c.observations.is_empty()));
    assert!(verdicts.iter().all(|v| v.outcome != Outcome::Pass && v.outcome != Outcome::Fail));
    assert_eq!(exit(&verdicts), 5);
}

#[test]
fn every_wrong_value_fails_its_requirement_with_a_remedy() {
    type Change = fn(&mut ObservedAccount);
    let changes: [(Change, &str, &str); 6] = [
        (|a| a.host = Some("other".to_owned()), "EAS-010", "host"),
        (|a| a.name = "Other".to_owned(), "EAS-011", "name"),
        (|a| a.mail_window_days = 3, "EAS-090", "mail_window_days"),
        (|a| a.move_allowed = false, "EAS-091", "move"),
        (|a| a.third_party_send = false, "EAS-093", "third_party_send"),
        (
            |a| {
                a.services.insert(Service::Notes, ObservedSwitch { on: false, locked: false });
            },
            "EAS-043",
            "services.notes.on",
        ),
    ];
    for (change, requirement, subject) in changes {
        let mut account = account();
        change(&mut account);
        let log = log_of(account);
        let (comparisons, verdicts) = judged(&log, &Terms::default());
        assert_eq!(failed(&log), [subject]);
        let verdict = verdicts.iter().find(|v| v.requirement.as_deref() == Some(requirement)).unwrap();
        assert_eq!((verdict.outcome, exit(&verdicts)), (Outcome::Fail, 1), "{requirement}");
        assert_eq!(verdict.remedy_key.as_deref(), Some("setting"));
        assert!(!verdict.observations.is_empty() && verdict.remedy.is_some());
        let drift = drift("Mail", &comparisons);
        assert_eq!(drift[0].subject, subject);
        assert_eq!(drift[0].since.as_deref(), Some("1970-01-01T00:00:00.003Z"));
    }
}

#[test]
fn since_is_the_first_observation_without_a_break() {
    let mut log = log_of(account());
    for (at, days) in [(10, 3), (20, 7), (30, 3), (40, 3)] {
        let changed = ObservedAccount { mail_window_days: days, ..account() };
        log.append(at, "test", Fact::Account(Box::new(changed))).unwrap();
    }
    let (comparisons, _) = judged(&log, &Terms::default());
    let window = comparisons.iter().find(|c| c.subject == "mail_window_days").unwrap();
    assert_eq!(window.since.map(|(at, _)| at), Some(30));
    assert_eq!(window.outcome, Outcome::Fail);
}

#[test]
fn what_the_owner_may_change_is_drift_and_can_be_let_pass() {
    let mut changed = account();
    changed.services.insert(Service::Notes, ObservedSwitch { on: false, locked: false });
    changed.by_user.insert("services.notes.on".to_owned());
    let log = log_of(changed);
    let (comparisons, verdicts) = judged(&log, &Terms::default());
    assert_eq!(exit(&verdicts), 1);
    assert!(drift("Mail", &comparisons)[0].by_user);
    let (comparisons, verdicts) = judged(&log, &Terms { allow_user_changes: true, ..Terms::default() });
    assert_eq!(exit(&verdicts), 0);
    assert_eq!(drift("Mail", &comparisons).len(), 1, "it is still told");
}

#[test]
fn an_action_and_a_switch_of_one_name_are_two_things() {
    let id = "smime.signing.on".parse::<ActionId>().unwrap();
    let wanted = Intent {
        smime: intent::SmimeIntent { signing_enabled: Some(true), ..intent::SmimeIntent::default() },
        ..intent()
    };
    let expectations = meant(&wanted);
    let mut log = Log::default();
    let signed =
        ObservedAccount { smime: true, signing: ObservedSwitch { on: true, locked: true }, ..account() };
    log.append(1, "test", Fact::Account(Box::new(signed))).unwrap();
    let by = expectations.action(id).unwrap().by.map(str::to_owned);
    let denied = Action {
        id: id.to_string(),
        outcome: ActionOutcome::Denied,
        by,
        effect_seen: true,
        text: String::new(),
    };
    log.append(2, "test", Fact::Action(denied)).unwrap();
    let comparisons = compare(&expectations, &log, &Terms::default());
    let both: Vec<_> = comparisons.iter().filter(|c| c.subject == "smime.signing.on").collect();
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|c| c.outcome == Outcome::Pass), "{both:?}");
}

#[test]
fn an_account_that_went_is_no_evidence_of_its_settings() {
    let mut log = log_of(account());
    log.append(9, "test", Fact::NoAccount { state: "none".to_owned() }).unwrap();
    log.append(9, "test", Fact::Profiles { profiles: Vec::new() }).unwrap();
    assert_eq!(failed(&log), ["install", "account"]);
    let (comparisons, _) = judged(&log, &Terms::default());
    assert!(comparisons.iter().filter(|c| c.subject == "host").all(|c| c.outcome == Outcome::Inconclusive));
}

#[test]
fn an_account_that_waits_for_its_owner_is_left_open() {
    let mut log = Log::default();
    log.append(1, "test", Fact::NoAccount { state: "waiting-for-owner".to_owned() }).unwrap();
    assert_eq!(failed(&log), Vec::<String>::new());
    let mut refused = Log::default();
    refused.append(1, "test", Fact::NoAccount { state: "refused".to_owned() }).unwrap();
    assert_eq!(failed(&refused), ["account"]);
}

#[test]
fn management_tells_a_part_and_the_rest_stays_open() {
    let payload = ObservedPayload {
        payload_type: Some("com.apple.eas.account".to_owned()),
        ..ObservedPayload::default()
    };
    let profile = ObservedProfile { payloads: Some(vec![payload]), ..ObservedProfile::default() };
    let listed = |on: bool| ListedAccount {
        host: Some("mail.contoso.example".to_owned()),
        user: Some("alice".to_owned()),
        services: [(Service::Mail, on)].into(),
        ..ListedAccount::default()
    };
    let log = |on: bool| {
        let mut log = Log::default();
        log.append(1, "mdm", Fact::Profiles { profiles: vec![profile.clone()] }).unwrap();
        log.append(2, "ddm", Fact::ListedAccounts { accounts: vec![listed(on)] }).unwrap();
        log
    };
    let (_, verdicts) = judged(&log(true), &Terms::default());
    assert_eq!(outcome(&verdicts, "EAS-010"), Outcome::Pass);
    assert_eq!(outcome(&verdicts, "EAS-090"), Outcome::Inconclusive);
    assert_eq!(exit(&verdicts), 5);
    assert_eq!(failed(&log(false)), ["services.mail.on"]);
}

#[test]
fn intune_is_believed_what_it_can_know() {
    let report = |state: &str, code: i64| {
        let mut log = Log::default();
        let setting = PolicySetting {
            setting: "x.hostName".to_owned(),
            state: state.to_owned(),
            error_code: code,
            ..PolicySetting::default()
        };
        let state =
            PolicyState { state: state.to_owned(), settings: vec![setting], ..PolicyState::default() };
        log.append(1, "intune", Fact::PolicyState(Box::new(state))).unwrap();
        judged(&log, &Terms::default())
    };
    let (_, verdicts) = report("compliant", 0);
    assert_eq!(outcome(&verdicts, "EAS-010"), Outcome::Inconclusive, "Intune does not see the account");
    let (_, verdicts) = report("error", -2_016_315_107);
    let duplicate = verdicts.iter().find(|v| v.requirement.as_deref() == Some("XTR-005")).unwrap();
    assert_eq!(
        (duplicate.outcome, duplicate.remedy_key.as_deref()),
        (Outcome::Fail, Some("duplicate-account"))
    );
    let (_, verdicts) = report("unknown", 0);
    assert_eq!(exit(&verdicts), 5);
}

#[test]
fn messages_from_the_account_must_be_as_its_switches_force() {
    let wanted = Intent {
        smime: intent::SmimeIntent { signing_enabled: Some(true), ..intent::SmimeIntent::default() },
        ..intent()
    };
    let message = |signed: bool, intact: bool| {
        let signer = ObservedSigner {
            intact,
            emails: vec!["Alice@contoso.example".to_owned()],
            ..ObservedSigner::default()
        };
        let message = ObservedMessage {
            from: vec!["alice@contoso.example".to_owned()],
            signed,
            signers: if signed { vec![signer] } else { Vec::new() },
            ..ObservedMessage::default()
        };
        let mut log = Log::default();
        log.append(1, "mail", Fact::Message(Box::new(message))).unwrap();
        let wire = |c: &Comparison| c.subject.starts_with("wire.");
        let comparisons = compare(&meant(&wanted), &log, &Terms::default());
        comparisons.into_iter().filter(wire).map(|c| (c.subject, c.outcome)).collect::<Vec<_>>()
    };
    let signed = ("wire.signed".to_owned(), Outcome::Pass);
    let clear = ("wire.encrypted".to_owned(), Outcome::Pass);
    let holds = |outcome| ("wire.signature_holds".to_owned(), outcome);
    assert_eq!(message(true, true), [signed.clone(), clear.clone(), holds(Outcome::Pass)]);
    assert_eq!(message(true, false), [signed, clear.clone(), holds(Outcome::Fail)]);
    assert_eq!(message(false, true), [("wire.signed".to_owned(), Outcome::Fail), clear]);
}
