//! What a phone shows over time: age, the owner's changes, removal, VPN, identities.

use super::*;

fn kinds(answer: &Value, ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| verdict(answer, id)["outcome"].as_str().expect("an outcome").to_owned()).collect()
}

#[test]
fn time_alone_makes_no_phone_wrong() {
    let phone = Phone::with("verify-age", &profile("contoso-mail"));
    for (forward, intent) in [("+60d", policy()), ("+340d", profile("contoso-mail"))] {
        phone.device(&["clock", "phone", forward]);
        let (code, answer) = phone.verify(&["--intent", text(&intent)]);
        let wrong: Vec<&str> = with_outcome(&answer, "fail");
        // Certificates age too, and that is told; what the phone lets its owner do does not.
        let aged = wrong.iter().all(|id| {
            id.starts_with("SMO") || ["EAS-062", "EAS-064", "EAS-069", "EAS-081", "EAS-082"].contains(id)
        });
        assert!(aged, "{forward}: {wrong:?}");
        assert!(forward != "+60d" || code == 0, "{answer:#}");
    }
    let open = Phone::with("verify-age-open", &profile("all-data-open"));
    open.device(&["act", "phone", "service.mail.off"]);
    open.device(&["clock", "phone", "+400d"]);
    let (code, answer) = open.verify(&["--intent", text(&profile("all-data-open")), "--allow-user-changes"]);
    assert_eq!((code, with_outcome(&answer, "fail")), (0, Vec::new()));
}

#[test]
fn what_the_owner_may_change_is_excused_with_all_that_follows() {
    let phone = Phone::with("verify-owner", &profile("all-data-open"));
    phone.device(&["act", "phone", "service.mail.off"]);
    let intent = profile("all-data-open");
    let (code, answer) = phone.verify(&["--intent", text(&intent)]);
    assert_eq!(code, 1);
    let drift: Vec<&str> =
        answer["drift"].as_array().expect("drift").iter().filter_map(|d| d["subject"].as_str()).collect();
    assert_eq!(drift, ["services.mail.on"], "one change is one drift");
    let (code, answer) = phone.verify(&["--intent", text(&intent), "--allow-user-changes"]);
    assert_eq!((code, with_outcome(&answer, "fail")), (0, Vec::new()));
    assert_eq!(answer["drift"][0]["by_user"], true);
}

#[test]
fn a_service_is_off_since_it_was_switched_off() {
    let phone = Phone::with("verify-since", &profile("all-data-open"));
    phone.device(&["clock", "phone", "+2d"]);
    phone.device(&["act", "phone", "service.notes.off"]);
    phone.device(&["act", "phone", "mail-window.set"]);
    phone.device(&["clock", "phone", "+5d"]);
    let (_, answer) = phone.verify(&["--intent", text(&profile("all-data-open"))]);
    let drift = |subject: &str| {
        let all = answer["drift"].as_array().expect("drift");
        let found =
            all.iter().find(|d| d["subject"] == subject).unwrap_or_else(|| panic!("{subject}: {all:#?}"));
        (found["since"].as_str().expect("a time")[..10].to_owned(), found["since_is"].clone())
    };
    assert_eq!(drift("services.notes.on"), ("2026-11-04".to_owned(), "change".into()));
    // The window leaves no trace of when it was changed, so it is since somebody looked.
    assert_eq!(drift("mail_window_days"), ("2026-11-09".to_owned(), "first-seen".into()));
    // People are told which of the two it is, on the terminal and on the page.
    let (page, store) = (phone.file("page.html"), phone.file("store"));
    let report = format!("html={}", text(&page));
    let open = profile("all-data-open");
    let human = |language: &str| {
        let device = ["verify", "--device", "phone", "--store", text(&store), "--intent", text(&open)];
        let output = run(&[&device[..], &["--lang", language, "--report", &report]].concat());
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for (language, change, first_seen) in [
        ("en", "is off, meant is on, since 2026-11-04T", "first seen 2026-11-09T"),
        (
            "fr",
            "constaté\u{a0}: désactivé, attendu\u{a0}: activé, depuis 2026-11-04T",
            "pour la première fois\u{a0}: 2026-11-09T",
        ),
        ("nl", "is uit, bedoeld is aan, sinds 2026-11-04T", "voor het eerst zo gezien: 2026-11-09T"),
    ] {
        let said = human(language);
        assert!(said.contains(change) && said.contains(first_seen), "{language}: {said}");
        let page = std::fs::read_to_string(&page).expect("a page");
        let since = change.rsplit(", ").next().unwrap_or_default();
        assert!(page.contains(since) && page.contains(first_seen), "{language}");
    }
}

#[test]
fn what_a_profile_brought_goes_with_it_and_its_prompts_are_forgotten() {
    let phone = Phone::with("verify-removed", &profile("contoso-mail"));
    let rows = ["XTR-008", "SMO-015"];
    let prompts = ["EAS-022", "EAS-024", "EAS-041", "EAS-042", "SMO-018"];
    let intent = profile("contoso-mail");
    let (_, answer) = phone.verify(&["--intent", text(&intent)]);
    assert_eq!(kinds(&answer, &rows), ["not-applicable"; 2]);
    assert_eq!(kinds(&answer, &prompts), ["pass"; 5]);
    phone.device(&["remove", "phone", "example.contoso.contoso-mail"]);
    let (code, answer) = phone.verify(&["--intent", text(&intent)]);
    assert_eq!((code, kinds(&answer, &rows)), (1, vec!["pass".to_owned(); 2]), "{answer:#}");
    assert_eq!(kinds(&answer, &prompts), ["inconclusive"; 5]);
    assert_eq!(verdict(&answer, "EAS-001")["outcome"], "fail");
}

#[test]
fn the_account_names_its_vpn_from_ios_14() {
    let vpn = "6C8B4A0E-0000-4000-8000-000000000001";
    let scratch = Scratch::new("verify-vpn");
    let key = format!("<key>VPNUUID</key><string>{vpn}</string><key>SSL</key>");
    let with = changed(&scratch, "<key>SSL</key>", &key);
    let rows = ["EAS-100", "EAS-104"];
    for (ios, intent, outcomes) in [
        ("17.5", profile("contoso-mail"), ["pass", "not-applicable"]),
        ("17.5", with.clone(), ["not-applicable", "not-applicable"]),
        ("13.0", with.clone(), ["not-applicable", "pass"]),
    ] {
        let (code, result) = try_json(&intent, &["--ios", ios, "--intent", text(&intent)]);
        assert_eq!((code, &result["deviations"]), (0, &Value::Array(Vec::new())), "{ios}");
        assert_eq!(kinds(&result, &rows), outcomes, "{ios}");
    }
    // One that a policy means and the phone lacks, and the reverse.
    for (installed, meant) in [(profile("contoso-mail"), with.clone()), (with, profile("contoso-mail"))] {
        let phone = Phone::with("verify-vpn-phone", &installed);
        let (code, answer) = phone.verify(&["--intent", text(&meant)]);
        let drift: Vec<&str> =
            answer["drift"].as_array().expect("drift").iter().filter_map(|d| d["subject"].as_str()).collect();
        assert_eq!((code, drift), (1, vec!["vpn"]));
    }
}

#[test]
fn a_history_of_imported_identities_is_on_the_phone_whole() {
    use intent::{
        DeliveredCertificates, EmailCertificateType, EmailPolicy, IdentityPayload, Pkcs12Blob, User,
    };
    let scratch = Scratch::new("verify-history");
    let blob = |name: &str| -> IdentityPayload {
        let file = root().join("fixtures/pki").join(format!("{name}.legacy.p12"));
        let bytes = std::fs::read(file).expect("a fixture");
        Pkcs12Blob { name: name.to_owned(), bytes, password: format!("p12-{name}") }.into()
    };
    let policy = EmailPolicy {
        display_name: "Contoso Mail".to_owned(),
        account_name: "Contoso".to_owned(),
        host_name: "mail.contoso.example".to_owned(),
        require_smime: true,
        encryption_certificate_type: Some(EmailCertificateType::Certificate),
        ..EmailPolicy::default()
    };
    let certificates = DeliveredCertificates {
        encryption: Some(blob("alice-encryption")),
        others: vec![blob("alice-encryption-second"), blob("alice-encryption-p256")],
        ..DeliveredCertificates::default()
    };
    let address = "alice@contoso.example".to_owned();
    let user = User { upn: address.clone(), primary_smtp_address: Some(address), ..User::default() };
    let compiled = intent::compile(&policy, &user, &certificates, None).expect("it compiles");
    let file = scratch.file("mail.mobileconfig");
    std::fs::write(&file, profile::write_xml(&compiled.configuration)).expect("written");
    let phone = Phone::with("verify-history-phone", &file);
    let (_, answer) = phone.verify(&["--intent", text(&file)]);
    let row = verdict(&answer, "SMO-014");
    assert_eq!(row["outcome"], "pass", "{row:#}");
    assert!(row["checks"].as_array().is_some_and(|checks| checks.len() == 3), "{row:#}");
}

#[test]
fn each_profile_that_enrols_brings_a_certificate_of_its_own() {
    let scratch = Scratch::new("verify-scep");
    let graph = root().join("fixtures/graph/certificate-export.json");
    let compiled = scratch.file("mail.mobileconfig");
    ok(&["compile", text(&graph), "--user", "alice@contoso.example", "-o", text(&compiled)]);
    // The same certificate profile alone, as a policy of its own brings it.
    let whole = std::fs::read_to_string(&compiled).expect("a profile");
    let (syntax, _) = profile::parse(whole.as_bytes());
    let scep = syntax.payloads.iter().find(|p| p.is("com.apple.security.scep")).expect("SCEP");
    let uuid = scep.uuid().expect("a UUID").to_owned();
    let alone = scratch.file("scep.mobileconfig");
    let dictionary = syntax.dictionary().expect("a dictionary").clone();
    let dictionary = without_account(dictionary, &uuid);
    std::fs::write(&alone, profile::write_xml(&profile::plist::Value::Dictionary(dictionary)))
        .expect("written");
    let phone = Phone::with("verify-scep-phone", &compiled);
    phone.device(&["install", "phone", text(&alone)]);
    let seen = phone.collect();
    let shown: Value =
        serde_json::from_str(&ok(&["evidence", "show", text(&seen), "--format", "json"])).expect("JSON");
    let lists = shown["observations"].as_array().expect("observations");
    let certificates = lists.iter().rev().find(|o| o["seen"]["fact"] == "certificates").expect("a list");
    let serials: std::collections::BTreeSet<&str> = certificates["seen"]["certificates"]
        .as_array()
        .expect("certificates")
        .iter()
        .filter(|c| c["identity"] == true)
        .filter_map(|c| c["serial"].as_str())
        .collect();
    assert_eq!(serials.len(), 2, "one for each profile, and each its own");
    let (_, answer) = verify(&["--intent", text(&compiled), "--evidence", text(&seen)]);
    assert_eq!(kinds(&answer, &["XTR-010", "SMO-005"]), ["pass"; 2], "{answer:#}");
    assert_eq!(answer["drift"], Value::Array(Vec::new()), "two certificates are no drift");
}

/// The profile under another identifier, with the SCEP payload alone under another UUID.
fn without_account(profile: profile::plist::Dictionary, scep: &str) -> profile::plist::Dictionary {
    use profile::plist::Value as Plist;
    let Some(Plist::Array(payloads)) = profile.get("PayloadContent").map(|node| &node.value) else {
        panic!("no payloads")
    };
    let kept = payloads.iter().filter_map(|payload| match &payload.value {
        Plist::Dictionary(d) if d.get("PayloadUUID").is_some_and(|node| node.value == Plist::from(scep)) => {
            Some(
                d.clone()
                    .with("PayloadUUID", "EEEEEEEE-0000-4000-8000-000000000001")
                    .with("PayloadIdentifier", "example.scep.alone"),
            )
        }
        _ => None,
    });
    let kept: Vec<profile::plist::Dictionary> = kept.collect();
    assert_eq!(kept.len(), 1);
    profile
        .with("PayloadContent", kept)
        .with("PayloadIdentifier", "example.scep")
        .with("PayloadUUID", "EEEEEEEE-0000-4000-8000-000000000002")
}

#[test]
fn an_update_that_waits_for_its_password_names_the_prompt() {
    let phone = Phone::with("verify-prompt", &profile("contoso-mail"));
    let newer = changed(&phone.scratch, "<integer>14</integer>", "<integer>7</integer>");
    phone.device(&["install", "phone", text(&newer)]);
    let (code, answer) = phone.verify(&["--intent", text(&newer)]);
    assert_eq!(code, 1, "{answer:#}");
    let failed: Vec<&Value> =
        answer["verdicts"].as_array().expect("verdicts").iter().filter(|v| v["outcome"] == "fail").collect();
    assert!(!failed.is_empty());
    for verdict in failed {
        assert_eq!(verdict["remedy_key"], "prompt-pending", "{verdict:#}");
        assert!(
            verdict["reason"].as_str().is_some_and(|r| r.contains("the password of the account")),
            "{verdict:#}"
        );
    }
    phone.device(&["set", "phone", "--secret", &format!("password=@{}", text(&phone.file("password")))]);
    let (_, answer) = phone.verify(&["--intent", text(&newer)]);
    assert_eq!(verdict(&answer, "EAS-090")["outcome"], "pass", "{answer:#}");
    assert!(!answer.to_string().contains("prompt-pending"), "{answer:#}");
}

#[test]
fn a_profile_that_waits_for_the_password_of_its_certificate_names_the_prompt() {
    let phone = Phone::with("verify-certificate-prompt", &profile("contoso-mail"));
    let whole = std::fs::read_to_string(profile("contoso-mail")).expect("a profile");
    // The password of the first certificate goes, and with it the choice of the window is new.
    let at = whole.find("<key>Password</key>").expect("a certificate with its password");
    let end = at + whole[at..].find("</string>").expect("an end") + "</string>".len();
    let without =
        format!("{}{}", &whole[..at], &whole[end..]).replace("<integer>14</integer>", "<integer>7</integer>");
    let newer = phone.file("newer.mobileconfig");
    std::fs::write(&newer, without).expect("a file");
    phone.device(&["install", "phone", text(&newer)]);
    let (code, answer) = phone.verify(&["--intent", text(&newer)]);
    assert_eq!(code, 1, "{answer:#}");
    let window = verdict(&answer, "EAS-090");
    assert_eq!(
        (&window["outcome"], &window["remedy_key"]),
        (&"fail".into(), &"prompt-pending".into()),
        "{window:#}"
    );
    assert!(
        window["reason"].as_str().is_some_and(|r| r.contains("the password of a certificate")),
        "{window:#}"
    );
}

#[test]
fn policies_of_one_id_are_told_apart_by_their_files() {
    let phone = Phone::with("verify-one-id", &profile("contoso-mail"));
    let policy: Value = serde_json::from_slice(&std::fs::read(policy()).expect("a policy")).expect("JSON");
    let written = |name: &str, days: &str, display: &str| {
        let mut policy = policy.clone();
        policy["durationOfEmailToSync"] = days.into();
        policy["displayName"] = display.into();
        policy["id"] = "6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0999".into();
        let path = phone.file(name);
        std::fs::write(&path, policy.to_string()).expect("a file");
        path
    };
    let (one, two) = (written("one.json", "twoWeeks", "Mail"), written("two.json", "oneWeek", "Mail, new"));
    let (code, answer) = phone.verify(&["--intent", text(&one), "--intent", text(&two)]);
    assert_eq!(code, 1);
    let values = answer["conflicts"][0]["values"].as_array().expect("values");
    let named: Vec<&str> = values.iter().filter_map(|v| v["policy"].as_str()).collect();
    assert_eq!(named, ["Mail", "Mail, new"]);
    let window = verdict(&answer, "EAS-090");
    let checks = window["checks"].as_array().expect("checks");
    let failed = checks.iter().find(|check| check["outcome"] == "fail").expect("a failure");
    assert!(failed["policy"] == "Mail, new", "{failed}");
    let store = phone.file("store");
    let human = run(&[
        "verify",
        "--device",
        "phone",
        "--store",
        text(&store),
        "--intent",
        text(&one),
        "--intent",
        text(&two),
    ]);
    let human = String::from_utf8_lossy(&human.stdout).into_owned();
    assert!(human.contains(&format!("  policy: Mail, new ({})", text(&two))), "{human}");
    assert!(human.contains(&format!("“Mail, new ({})” says", text(&two))), "{human}");
    // Twice the same file is still two.
    let (_, answer) = phone.verify(&["--intent", text(&one), "--intent", text(&one)]);
    let names: Vec<&str> =
        answer["policies"].as_array().expect("policies").iter().filter_map(|p| p["name"].as_str()).collect();
    assert!(names[0] != names[1] && names[1].ends_with("#2"), "{names:?}");
}
