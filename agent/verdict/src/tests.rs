use super::*;
use evidence::{
    Action, Fact, ListedAccount, Log, ObservedAccount, ObservedCertificate, ObservedMessage, ObservedPayload,
    ObservedProfile, ObservedSigner, ObservedSwitch, PolicySetting, PolicyState, Prompted, Service,
};
use intent::requirement::Status;
use intent::{
    ActionId, ActionVerdict, Circumstances, DeviceFacts, Expectations, Intent, OsVersion, Variants,
    expectations, expectations_under,
};

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
        vpn: Some(String::new()),
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

/// A whole report of declarative status with one account.
fn all(account: ListedAccount) -> Fact {
    Fact::ListedAccounts { accounts: vec![account], partial: false, removed: Vec::new() }
}

fn judged(log: &Log, terms: &Terms) -> (Vec<Comparison>, Vec<Verdict>) {
    let expectations = meant(&intent());
    let comparisons = compare(&expectations, log, terms);
    let one = Judged {
        policy: "Mail",
        expectations: Some(&expectations),
        not_applicable: None,
        stated: &[],
        comparisons: &comparisons,
    };
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
fn a_prompt_that_waits_is_named_in_place_of_settings_and_certificates() {
    let wanted = Intent { mail_window_days: Some(3), ..intent() };
    let facts = DeviceFacts {
        ios: OsVersion::new(17, 5, 0),
        supervised: false,
        identities: 0,
        variants: Variants::default(),
    };
    let prompt = |kind: &str, answered| {
        let kind = kind.to_owned();
        Fact::Prompt(Prompted { kind, in_force_before: false, answered, names: Vec::new() })
    };
    let installed = || Fact::Installed { identifier: "mail".to_owned() };
    let looked =
        |at, log: &mut Log| log.append(at, "test", Fact::Account(Box::new(account()))).map(|_| ()).unwrap();
    let window = |log: &Log| {
        let compared = compare(&expectations(&wanted, &facts), log, &Terms::default());
        let one = compared.into_iter().find(|c| c.subject == "mail_window_days").unwrap();
        (one.outcome, remedy_key(&one), one.reason.unwrap_or_default(), one.observations.len())
    };
    for (kind, named) in [
        ("password", "the password of the account"),
        ("sign-in", "to sign in to the account"),
        ("email-address", "the e-mail address"),
        ("user-name", "the user name"),
        ("certificate-password", "the password of a certificate"),
        ("consent", "to agree to the profile"),
    ] {
        let mut waits = log([
            (1, installed()),
            (2, prompt("password", true)),
            (5, installed()),
            (5, prompt(kind, false)),
        ]);
        looked(6, &mut waits);
        let (outcome, key, reason, observations) = window(&waits);
        assert_eq!((outcome, key, observations), (Outcome::Fail, "prompt-pending", 2), "{kind}");
        assert!(reason.contains(named), "{kind}: {reason}");
        // A later look knows that it was answered.
        let mut answered = waits.clone();
        answered.append(5, "test", prompt(kind, true)).unwrap();
        assert_eq!(window(&answered).1, "setting", "{kind}");
    }
    // A prompt from before the installation, or of another sort, holds nothing back.
    let mut before = log([(1, prompt("password", false)), (5, installed())]);
    looked(6, &mut before);
    assert_eq!(window(&before).1, "setting");
    let mut other = log([(5, installed()), (6, prompt("missing-recipient-certificates", false))]);
    looked(7, &mut other);
    assert_eq!(window(&other).1, "setting");
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
        log.append(2, "ddm", all(listed(on))).unwrap();
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
    let heard = |signed: bool, intact: bool, known: bool, wanted: &Intent| {
        let signer = ObservedSigner {
            intact,
            issuer: Some("CN=Contoso".to_owned()),
            serial: Some("2001".to_owned()),
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
        let certificate = ObservedCertificate {
            issuer: "CN=Contoso".to_owned(),
            serial: "2001".to_owned(),
            ..ObservedCertificate::default()
        };
        if known {
            log.append(2, "certificates", Fact::KnownCertificates { certificates: vec![certificate] })
                .unwrap();
        }
        let wire = |c: &Comparison| c.subject.starts_with("wire.");
        let comparisons = compare(&meant(wanted), &log, &Terms::default());
        comparisons.into_iter().filter(wire).map(|c| (c.subject, c.outcome)).collect::<Vec<_>>()
    };
    let message = |signed: bool, intact: bool| heard(signed, intact, true, &wanted);
    // Anybody can make a certificate that says who he is, and without S/MIME nothing is asked.
    let unknown = heard(true, true, false, &wanted);
    assert!(unknown.contains(&("wire.signature_holds".to_owned(), Outcome::Inconclusive)), "{unknown:?}");
    let fails = heard(true, false, false, &wanted);
    assert!(fails.contains(&("wire.signature_holds".to_owned(), Outcome::Fail)), "{fails:?}");
    assert_eq!(heard(true, true, false, &intent()), []);
    let signed = ("wire.signed".to_owned(), Outcome::Pass);
    let clear = ("wire.encrypted".to_owned(), Outcome::Pass);
    let holds = |outcome| ("wire.signature_holds".to_owned(), outcome);
    assert_eq!(message(true, true), [signed.clone(), clear.clone(), holds(Outcome::Pass)]);
    assert_eq!(message(true, false), [signed, clear.clone(), holds(Outcome::Fail)]);
    assert_eq!(message(false, true), [("wire.signed".to_owned(), Outcome::Fail), clear]);
}

fn facts() -> DeviceFacts {
    DeviceFacts {
        ios: OsVersion::new(17, 5, 0),
        supervised: false,
        identities: 0,
        variants: Variants::default(),
    }
}

fn with_account(identifier: &str, name: &str) -> Fact {
    let payload = ObservedPayload {
        payload_type: Some("com.apple.eas.account".to_owned()),
        ..ObservedPayload::default()
    };
    let profile = ObservedProfile {
        identifier: identifier.to_owned(),
        display_name: Some(name.to_owned()),
        payloads: Some(vec![payload]),
        ..ObservedProfile::default()
    };
    Fact::Profiles { profiles: vec![profile] }
}

fn log(facts: impl IntoIterator<Item = (i64, Fact)>) -> Log {
    let mut log = Log::default();
    for (at, fact) in facts {
        log.append(at, "test", fact).unwrap();
    }
    log
}

/// Subject, outcome and what was seen, of the comparisons that are asked for.
fn told(comparisons: &[Comparison], subject: &str) -> Vec<(Outcome, Option<String>)> {
    let mine = comparisons.iter().filter(|c| c.subject.starts_with(subject));
    mine.map(|c| (c.outcome, c.observed.clone())).collect()
}

#[test]
fn another_profile_is_not_taken_for_ours() {
    let names = |identifier: Option<&str>| ProfileNames {
        identifier: identifier.map(str::to_owned),
        display_names: vec!["Contoso Mail".to_owned()],
    };
    let install = |facts: Vec<(i64, Fact)>, identifier| {
        let terms = Terms { profile: Some(names(identifier)), ..Terms::default() };
        let comparisons = compare(&meant(&intent()), &log(facts), &terms);
        comparisons.into_iter().find(|c| c.subject == "install").unwrap()
    };
    let other = install(vec![(1, with_account("zzz", "Other mail"))], None);
    assert_eq!((other.outcome, other.observations.len()), (Outcome::Inconclusive, 1));
    assert!(other.reason.unwrap().contains("“Other mail”"));
    let known = |name: &str, identifier| install(vec![(1, with_account("zzz", name))], identifier).outcome;
    assert_eq!(known("Contoso Mail", None), Outcome::Pass);
    assert_eq!(known("Other mail", Some("zzz")), Outcome::Pass);
    // The account of this user on this server speaks for the profile, whatever it is called.
    let seen = vec![(1, with_account("zzz", "Other")), (1, Fact::Account(Box::new(account())))];
    assert_eq!(install(seen, None).outcome, Outcome::Pass);
    let theirs = ObservedAccount { email: Some("bob@contoso.example".to_owned()), ..account() };
    let seen = vec![(1, with_account("zzz", "Other")), (1, Fact::Account(Box::new(theirs)))];
    assert_eq!(install(seen, None).outcome, Outcome::Inconclusive);
    // What an encrypted profile brings is not listed, so it may be this one.
    let hidden = ObservedProfile { payloads: None, ..ObservedProfile::default() };
    let seen = vec![(1, Fact::Profiles { profiles: vec![hidden] })];
    assert_eq!(install(seen, None).outcome, Outcome::Inconclusive);
}

#[test]
fn a_profile_that_comes_at_each_check_in_is_a_loop() {
    const HOUR: i64 = 3_600_000;
    let installed = |hours: &[i64]| {
        let facts = hours.iter().map(|h| (h * HOUR, Fact::Installed { identifier: "mail".to_owned() }));
        let comparisons = compare(&meant(&intent()), &log(facts), &Terms::default());
        told(&comparisons, "installs").remove(0)
    };
    let times = |n: &str| Some(format!("{n} in 48 hours"));
    assert_eq!(installed(&[0]), (Outcome::Pass, times("once")));
    assert_eq!(installed(&[0, 8, 16, 24]), (Outcome::Pass, times("4 times")));
    assert_eq!(installed(&[0, 8, 16, 24, 32]), (Outcome::Fail, times("5 times")));
    // The window is open at its end, and who looks twice counts nothing twice.
    assert_eq!(installed(&[0, 8, 16, 24, 48]), (Outcome::Pass, times("4 times")));
    assert_eq!(installed(&[0, 0, 0, 0, 0, 8]), (Outcome::Pass, times("2 times")));
    let gone = log([
        (1, Fact::Installed { identifier: "mail".to_owned() }),
        (2, Fact::Removed { identifier: "mail".to_owned() }),
    ]);
    let comparisons = compare(&meant(&intent()), &gone, &Terms::default());
    assert_eq!(told(&comparisons, "installs"), [(Outcome::Inconclusive, None)]);
}

#[test]
fn what_is_gone_with_its_profile_is_looked_for_and_its_prompts_count_no_more() {
    let intent = Intent { identities: ["A".to_owned()].into(), ..intent() };
    let judged = |after: Vec<Fact>| {
        let prompt = Prompted {
            kind: "password".to_owned(),
            in_force_before: false,
            answered: true,
            names: Vec::new(),
        };
        let before = [
            (1, Fact::Installed { identifier: "mail".to_owned() }),
            (1, Fact::Prompt(prompt)),
            (2, Fact::Account(Box::new(account()))),
            (3, Fact::Removed { identifier: "mail".to_owned() }),
        ];
        let facts = before.into_iter().chain(after.into_iter().map(|fact| (4, fact)));
        compare(&meant(&intent), &log(facts), &Terms::default())
    };
    let none = || Fact::NoAccount { state: "none".to_owned() };
    let holds = |uuid: &str| Fact::Certificates {
        certificates: vec![ObservedCertificate {
            payload_uuid: Some(uuid.to_owned()),
            identity: true,
            ..ObservedCertificate::default()
        }],
    };
    let gone = |facts: Vec<Fact>| {
        let found = told(&judged(facts), "after_removal.");
        found.into_iter().map(|(outcome, _)| outcome).collect::<Vec<_>>()
    };
    use Outcome::{Fail, Inconclusive, Pass};
    assert_eq!(gone(vec![]), [Inconclusive, Inconclusive]);
    assert_eq!(gone(vec![none(), Fact::Certificates { certificates: Vec::new() }]), [Pass, Pass]);
    assert_eq!(gone(vec![none(), holds("B")]), [Pass, Pass]);
    assert_eq!(gone(vec![Fact::Account(Box::new(account())), holds("A")]), [Fail, Fail]);
    let comparisons = judged(vec![none()]);
    assert_eq!(told(&comparisons, "prompts"), [(Inconclusive, None)]);
    assert_eq!(told(&comparisons, "in_force_before_sign_in"), [(Inconclusive, None)]);
}

#[test]
fn a_policy_that_is_not_assigned_asks_only_that_nothing_of_it_is_there() {
    let judged = |assigned: bool, fact: Fact| {
        let circumstances = Circumstances { assigned: Some(assigned), ..Circumstances::default() };
        let expected = expectations_under(&intent(), &facts(), &circumstances);
        let comparisons = compare(&expected, &log([(1, fact)]), &Terms::default());
        let of = told(&comparisons, "assignment").remove(0).0;
        (of, comparisons.len() == 1)
    };
    let bob = ObservedAccount { email: Some("bob@contoso.example".to_owned()), ..account() };
    let there = || Fact::Account(Box::new(account()));
    assert_eq!(judged(false, there()), (Outcome::Fail, true));
    assert_eq!(judged(false, Fact::Account(Box::new(bob))), (Outcome::Pass, true));
    assert_eq!(judged(false, Fact::NoAccount { state: "none".to_owned() }), (Outcome::Pass, true));
    assert_eq!(judged(false, with_account("mail", "Mail")), (Outcome::Inconclusive, true));
    assert_eq!(judged(true, there()), (Outcome::Pass, false));
    assert_eq!(judged(true, Fact::NoAccount { state: "none".to_owned() }), (Outcome::Fail, false));

    let why = "it is not assigned to alice";
    let circumstances = Circumstances { assigned: Some(false), ..Circumstances::default() };
    let expected = expectations_under(&intent(), &facts(), &circumstances);
    let comparisons =
        compare(&expected, &log([(1, Fact::NoAccount { state: "none".to_owned() })]), &Terms::default());
    let one = Judged {
        policy: "Mail",
        expectations: Some(&expected),
        not_applicable: Some(why),
        stated: &[],
        comparisons: &comparisons,
    };
    let verdicts = verdicts(&[one]);
    let of = |id: &str| verdicts.iter().find(|v| v.requirement.as_deref() == Some(id)).unwrap();
    assert_eq!((of("EAS-010").outcome, of("EAS-010").reason.as_deref()), (Outcome::NotApplicable, Some(why)));
    assert_eq!((of("EAS-003").outcome, exit(&verdicts)), (Outcome::Pass, 0));
}

#[test]
fn a_service_that_was_seen_to_go_off_has_been_off_since_then() {
    let mut off = account();
    off.services.insert(Service::Notes, ObservedSwitch { on: false, locked: false });
    off.by_user.insert("services.notes.on".to_owned());
    let switched = |on| Fact::ServiceSwitched { service: Service::Notes, on };
    let seen = log([
        (1_000, switched(true)),
        (2_000, switched(false)),
        (9_000, Fact::Account(Box::new(off.clone()))),
    ]);
    let found = drift("Mail", &compare(&meant(&intent()), &seen, &Terms::default()));
    let [notes] = &found[..] else { panic!("{found:?}") };
    assert_eq!((notes.since.as_deref(), notes.since_is), (Some("1970-01-01T00:00:02Z"), Some("change")));
    let seen = log([(9_000, Fact::Account(Box::new(off)))]);
    let found = drift("Mail", &compare(&meant(&intent()), &seen, &Terms::default()));
    assert_eq!(
        (found[0].since.as_deref(), found[0].since_is),
        (Some("1970-01-01T00:00:09Z"), Some("first-seen"))
    );
}

#[test]
fn what_follows_from_the_owners_own_switch_is_no_second_fault() {
    let mut off = account();
    off.services.insert(Service::Mail, ObservedSwitch { on: false, locked: false });
    off.by_user.insert("services.mail.on".to_owned());
    let absent = |id: &str| {
        let id = id.to_owned();
        Fact::Action(Action {
            id,
            outcome: ActionOutcome::Absent,
            by: None,
            effect_seen: true,
            text: String::new(),
        })
    };
    let seen =
        log([(1, Fact::Account(Box::new(off))), (1, absent("message.move")), (1, absent("service.mail.on"))]);
    let mut comparisons =
        compare(&meant(&intent()), &seen, &Terms { allow_user_changes: true, ..Terms::default() });
    let mut changed = intent();
    changed.services.mail.enable = Some(false);
    excuse_owner(&mut comparisons, &meant(&changed));
    let of =
        |subject: &str| comparisons.iter().find(|c| c.is_action && c.subject == subject).unwrap().outcome;
    assert_eq!(of("message.move"), Outcome::NotApplicable);
    assert_eq!(of("service.mail.on"), Outcome::Fail, "the switch itself must be there");
}

#[test]
fn a_report_on_another_user_of_the_phone_is_passed_over() {
    let state = PolicyState {
        state: "error".to_owned(),
        user: Some("Bob@contoso.example".to_owned()),
        ..PolicyState::default()
    };
    let seen = log([(1, Fact::PolicyState(Box::new(state)))]);
    let reported = |users: &[&str]| {
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        told(&compare(&meant(&intent()), &seen, &Terms { users, ..Terms::default() }), "report").len()
    };
    assert_eq!((reported(&[]), reported(&["bob@contoso.example"]), reported(&["alice"])), (1, 1, 0));
}

#[test]
fn a_report_of_what_changed_says_nothing_of_what_did_not() {
    let listed = |identifier: &str| ListedAccount {
        identifier: identifier.to_owned(),
        host: Some("mail.contoso.example".to_owned()),
        user: Some("alice".to_owned()),
        ..ListedAccount::default()
    };
    let fact = |accounts: Vec<ListedAccount>, partial, removed: &[&str]| Fact::ListedAccounts {
        accounts,
        partial,
        removed: removed.iter().map(|id| (*id).to_owned()).collect(),
    };
    let account = |facts: Vec<Fact>| {
        let facts = facts.into_iter().enumerate().map(|(at, fact)| (at as i64, fact));
        told(&compare(&meant(&intent()), &log(facts), &Terms::default()), "account").remove(0).0
    };
    use Outcome::{Fail, Inconclusive, Pass};
    assert_eq!(account(vec![fact(vec![], true, &[])]), Inconclusive);
    assert_eq!(account(vec![fact(vec![], true, &["Z"])]), Inconclusive);
    assert_eq!(account(vec![fact(vec![], false, &[])]), Fail);
    assert_eq!(account(vec![fact(vec![listed("A")], true, &[]), fact(vec![], true, &["Z"])]), Pass);
    assert_eq!(account(vec![fact(vec![listed("A")], true, &[]), fact(vec![], true, &["A"])]), Fail);
}
