//! What is found about the inputs of a question is told in its answer, and nothing that is unknown or lost counts as
//! fine: policies with mistakes and lost links, certificates that phones do not open, directories that do not fit.

use crate::questions::{ALICE, AT, graph, pki, ran, text};
use conformance::{Scratch, profile, root};
use serde_json::{Value as Json, json};

/// Asks, and holds the answer against the schema of its command.
fn ask(arguments: &[&str]) -> Json {
    let (code, out, err) = ran(&[arguments, &["--format", "json"]].concat());
    let value: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {out}{err}"));
    let schema = match arguments[0] {
        "why" | "predict" => "answers",
        other => other,
    };
    let file = root().join("fixtures/schema").join(format!("{schema}.schema.json"));
    let schema = serde_json::from_slice(&std::fs::read(file).expect("the schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    assert_eq!(value["exit"], code, "{arguments:?}");
    value
}

/// The findings of a rule.
fn found<'a>(answer: &'a Json, rule: &str) -> Vec<&'a Json> {
    answer["findings"].as_array().expect("findings").iter().filter(|f| f["rule"] == rule).collect()
}

fn one<'a>(answer: &'a Json, rule: &str) -> &'a Json {
    let all = found(answer, rule);
    assert_eq!(all.len(), 1, "{rule}: {answer:#}");
    all[0]
}

fn said(answer: &Json, id: &str) -> usize {
    answer["statements"].as_array().expect("statements").iter().filter(|s| s["id"] == id).count()
}

/// The policy by hand, changed, in a folder.
fn policy(scratch: &Scratch, name: &str, change: impl Fn(&mut Json)) -> String {
    let bytes = std::fs::read(graph("by-hand")).expect("there");
    let mut object: Json = serde_json::from_slice(&bytes).expect("JSON");
    change(&mut object);
    let file = scratch.file(name);
    std::fs::write(&file, object.to_string()).expect("written");
    text(&file)
}

/// The committed tenant, changed object by object.
fn tenant(scratch: &Scratch, name: &str, change: impl Fn(&str, &mut Json)) -> String {
    let mut all: Json =
        serde_json::from_slice(&std::fs::read(graph("tenant")).expect("there")).expect("JSON");
    for object in all["value"].as_array_mut().expect("objects") {
        let label = object["displayName"].as_str().unwrap_or_default().to_owned();
        change(&label, object);
    }
    let file = scratch.file(name);
    std::fs::write(&file, all.to_string()).expect("written");
    text(&file)
}

fn written(scratch: &Scratch, name: &str, content: &str) -> String {
    let file = scratch.file(name);
    std::fs::write(&file, content).expect("written");
    text(&file)
}

#[test]
fn a_lost_link_is_no_lost_way_to_sign_in() {
    let scratch = Scratch::new("inputs-link");
    let basic = policy(&scratch, "a.json", |_| ());
    let certificate = policy(&scratch, "b.json", |o| o["authenticationMethod"] = json!("certificate"));
    let answer = ask(&["predict", "change", &basic, &certificate, "--user", ALICE]);
    assert_eq!(
        (&answer["exit"], &answer["users"][0]["change"]),
        (&json!(1), &json!("changed")),
        "{answer:#}"
    );
    let lost = one(&answer, "policy-link-missing");
    assert_eq!((&lost["severity"], &lost["file"]), (&json!("error"), &json!(certificate)));
    // With the same on both sides nothing is seen to change, and the link may all the same.
    let same = ask(&["predict", "change", &certificate, &certificate, "--user", ALICE]);
    assert_eq!((&same["exit"], &same["users"][0]["change"]), (&json!(1), &json!("unknown")));
    let same = ask(&["predict", "change", &basic, &basic, "--user", ALICE]);
    assert_eq!((&same["exit"], &same["users"][0]["change"]), (&json!(0), &json!("unchanged")), "{same:#}");
    let answer = ask(&["why", "sign-in", &certificate]);
    assert_eq!((&answer["exit"], &answer["sign_in"][0]["method"]), (&json!(1), &json!("certificate")));
    for unsaid in [Json::Null, json!("Cert")] {
        let open = policy(&scratch, "open.json", |o| o["authenticationMethod"] = unsaid.clone());
        let answer = ask(&["why", "sign-in", &open]);
        assert_eq!((&answer["exit"], &answer["sign_in"][0]["method"]), (&json!(1), &json!("unknown")));
        assert_eq!(said(&answer, "sign-in.unknown"), 1);
    }
    let gone = policy(&scratch, "gone.json", |o| {
        o.as_object_mut().expect("an object").remove("authenticationMethod");
    });
    let answer = ask(&["compile", &gone, "--user", ALICE]);
    assert_eq!(
        (&answer["exit"], &one(&answer, "policy-sign-in-open")["severity"]),
        (&json!(0), &json!("warning"))
    );
}

#[test]
fn a_word_that_graph_does_not_know_is_told_in_every_answer() {
    let scratch = Scratch::new("inputs-word");
    let fine = policy(&scratch, "fine.json", |_| ());
    let wrong = policy(&scratch, "wrong.json", |o| o["easServices"] = json!("mail"));
    for question in [
        &["predict", "change", fine.as_str(), &wrong][..],
        &["predict", "removal", &wrong],
        &["predict", "renewal", &wrong],
        &["why", "open", &wrong],
        &["why", "prompts", &wrong],
        &["why", "sign-in", &wrong],
        &["why", "certificate", &wrong],
        &["why", "policy", &wrong],
    ] {
        let answer = ask(question);
        let finding = one(&answer, "graph-unknown-flag");
        assert_eq!(
            (&answer["exit"], &finding["help"]),
            (&json!(1), &json!("did you mean email?")),
            "{question:?}"
        );
    }
    let answer = ask(&["predict", "change", &fine, &wrong]);
    assert_ne!(answer["users"][0]["change"], "unchanged", "{answer:#}");
    // A profile that no phone would take is no answer either.
    let source = std::fs::read_to_string(profile("contoso-mail")).expect("there");
    let host = "<string>mail.contoso.example</string>";
    assert!(source.contains(host));
    let odd = source.replace(host, "<string>https://mail.contoso.example/</string>");
    let odd = written(&scratch, "odd.mobileconfig", &odd);
    for question in
        [&["why", "open", odd.as_str()][..], &["why", "sign-in", &odd], &["predict", "removal", &odd]]
    {
        let answer = ask(question);
        assert!(one(&answer, "eas-host-form")["line"].is_number(), "{question:?}");
    }
}

#[test]
fn directories_that_tell_nothing_leave_nothing_fine() {
    let scratch = Scratch::new("inputs-directory");
    let pilot = ["--policy", "Signed mail for the pilot"];
    let wrong = tenant(&scratch, "wrong.json", |label, object| {
        if label == "Signing" {
            object["assignments"] = json!([{"target": {
                "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "elsewhere"}}]);
        }
    });
    let asked = |directory: &str| {
        ask(&[&["why", "prompts", wrong.as_str(), "--directory", directory][..], &pilot].concat())
    };
    let nobody = written(&scratch, "null.json", r#"{"users": null}"#);
    let answer = asked(&nobody);
    assert_eq!((&answer["exit"], said(&answer, "prompts.groups-differ")), (&json!(1), 2));
    assert_eq!(one(&answer, "directory-form")["path"], "$.users");
    let answer = asked(&graph("directory"));
    assert_eq!(
        (said(&answer, "prompts.endless"), found(&answer, "policy-assignment-group-unknown").len()),
        (1, 1)
    );
    // What does not fit together is told by whoever reads the directory.
    let user = json!({"upn": ALICE, "mail": ALICE});
    for (rule, directory) in [
        ("directory-ambiguous-user", json!({"users": [user, user]})),
        ("directory-unknown-user", json!({"users": [user], "devices": [{"name": "p", "user": "ghost@x"}]})),
        (
            "directory-unknown-group",
            json!({"users": [{"upn": ALICE, "mail": ALICE, "groups": ["Nope"]}], "groups": []}),
        ),
        (
            "directory-group-circle",
            json!({"users": [user], "groups": [
            {"id": "1", "name": "A", "members": ["B"]}, {"id": "2", "name": "B", "members": ["A"]}]}),
        ),
    ] {
        let directory = written(&scratch, "directory.json", &directory.to_string());
        let answer = ask(&["compile", &graph("by-hand"), "--user", ALICE, "--directory", &directory]);
        assert_eq!((&answer["exit"], found(&answer, rule).len()), (&json!(0), 1), "{rule}: {answer:#}");
        let answer = ask(&["why", "open", &graph("by-hand"), "--directory", &directory]);
        assert_eq!((&answer["exit"], found(&answer, rule).len()), (&json!(1), 1), "{rule}: {answer:#}");
    }
    let twice = written(
        &scratch,
        "twice.json",
        r#"{"users":[{"upn":"alice@contoso.example","mail":"a@x","mail":"b@x"}]}"#,
    );
    let answer = ask(&["why", "open", &graph("by-hand"), "--directory", &twice]);
    assert_eq!(one(&answer, "directory-duplicate-member")["path"], "$.users[0].mail");
    // Whom a wrong shape left out is not simply unknown.
    for (content, place) in [
        (r#"{"users": null}"#, "$.users (line 1, column 11)"),
        (r#"{"users": {"upn": "alice@contoso.example"}}"#, "$.users (line 1, column 11)"),
        (r#"{"users": [{"upn": 5}]}"#, "$.users[0].upn (line 1, column 20)"),
    ] {
        let odd = written(&scratch, "odd.json", content);
        let (code, _, err) = ran(&["compile", &graph("by-hand"), "--user", ALICE, "--directory", &odd]);
        assert!(code == 2 && err.contains(place), "{content}: {err}");
    }
}

#[test]
fn filters_and_targets_that_are_not_known_are_told() {
    let scratch = Scratch::new("inputs-targets");
    let directory = graph("directory");
    let fixed = ["--policy", "Signed mail for the pilot"];
    let with = |name: &str, change: &dyn Fn(&mut Json)| {
        tenant(&scratch, name, |label, object| {
            if label == "Signing" {
                change(object);
            }
        })
    };
    let filtered = with("filter.json", &|object| {
        let target = &mut object["assignments"][0]["target"];
        target["deviceAndAppManagementAssignmentFilterId"] = json!("9d1f0000-0000-4000-8000-000000000001");
        target["deviceAndAppManagementAssignmentFilterType"] = json!("include");
    });
    let answer = ask(&[&["why", "prompts", &filtered, "--directory", &directory][..], &fixed].concat());
    assert_eq!((&answer["exit"], said(&answer, "prompts.filtered")), (&json!(1), 1), "{answer:#}");
    let answer = ask(&[&["why", "prompts", &filtered][..], &fixed].concat());
    assert_eq!((&answer["exit"], said(&answer, "prompts.groups-differ")), (&json!(1), 2), "{answer:#}");
    let unknown = with("unknown.json", &|object| {
        object["assignments"] = json!([{"target": {"@odata.type": "#microsoft.graph.someTarget"}}]);
    });
    for who in [&["--directory", directory.as_str()][..], &[]] {
        let answer = ask(&[&["why", "prompts", &unknown][..], who, &fixed].concat());
        assert_eq!((&answer["exit"], said(&answer, "prompts.target-unknown")), (&json!(1), 1), "{answer:#}");
        assert!(!answer.to_string().contains("to nobody"), "{answer:#}");
    }
    let lost = tenant(&scratch, "lost.json", |_, object| {
        object.as_object_mut().expect("an object").remove("assignments");
    });
    let answer = ask(&[&["why", "prompts", &lost][..], &fixed].concat());
    assert!(said(&answer, "prompts.assignments-lost") >= 2, "{answer:#}");
}

#[test]
fn a_renewal_looks_at_every_file_and_every_message() {
    let scratch = Scratch::new("inputs-renewal");
    let word = written(&scratch, "word", "p12-alice-signing\n");
    let modern = pki("alice-signing.pbes2.p12");
    let answer = ask(&["predict", "renewal", &modern, &modern, "--passphrase-file", &word, "--at", AT]);
    assert_eq!((&answer["exit"], said(&answer, "pkcs12.modern-protection")), (&json!(1), 1));
    let mail = |name: &str| text(&root().join("fixtures/evidence").join(name));
    let certificate = pki("alice-both.cert.pem");
    let files = [mail("plain.eml"), mail("signed.eml"), mail("encrypted.eml")];
    let answer = ask(&[
        "predict",
        "renewal",
        &certificate,
        &certificate,
        "--mail",
        &files[0],
        &files[1],
        &files[2],
        "--at",
        AT,
    ]);
    let plain = answer["statements"]
        .as_array()
        .expect("statements")
        .iter()
        .find(|s| s["id"] == "renewal.not-encrypted");
    let plain = plain.unwrap_or_else(|| panic!("{answer:#}"));
    assert!(
        plain["weight"] == "info" && plain["text"].as_str().is_some_and(|t| t.starts_with("2 message(s)"))
    );
    assert_eq!(answer["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["messages"][0]["file"], json!(files[2]));
    // What is handed in for a link is on the phone.
    let word = written(&scratch, "word", "p12-alice-signing\n");
    let signed = policy(&scratch, "signed.json", |o| {
        o["requireSmime"] = json!(true);
        o["smimeSigningEnabled"] = json!(true);
        o["signingCertificateType"] = json!("certificate");
    });
    let link = format!("smimeSigningCertificate={}", pki("alice-signing.legacy.p12"));
    let secret = format!("smimeSigningCertificate=@{word}");
    let answer = ask(&["why", "certificate", &signed, "--link", &link, "--secret", &secret, "--at", AT]);
    assert_eq!(answer["choices"][0]["chosen"], "Alice Signing", "{answer:#}");
    // A policy names certificate profiles; of them nothing can be told.
    let answer = ask(&["predict", "renewal", &graph("by-hand"), "--at", AT]);
    assert_eq!((&answer["exit"], said(&answer, "renewal.no-certificates")), (&json!(1), 1));
}

#[test]
fn why_policy_tells_what_compile_and_lint_find() {
    let scratch = Scratch::new("inputs-policy");
    assert_eq!(ask(&["why", "policy", &graph("by-hand")])["exit"], 0);
    let (_, human, _) = ran(&["why", "policy", &graph("contacts-only")]);
    assert!(human.contains("Nothing is wrong.") && !human.contains("notices"), "{human}");
    let sign = |o: &mut Json| {
        for (member, value) in [
            ("requireSmime", json!(true)),
            ("smimeSigningEnabled", json!(true)),
            ("signingCertificateType", json!("certificate")),
        ] {
            o[member] = value;
        }
    };
    let signed = policy(&scratch, "signed.json", sign);
    let word = written(&scratch, "word", "p12-alice-signing\n");
    let link = format!("smimeSigningCertificate={}", pki("alice-signing.pbes2.p12"));
    let secret = format!("smimeSigningCertificate=@{word}");
    let answer = ask(&["why", "policy", &signed, "--link", &link, "--secret", &secret]);
    assert_eq!(one(&answer, "pkcs12-modern-protection")["path"], "$.smimeSigningCertificate");
    assert_eq!(answer["exit"], 1);
    // SCEP: for encryption, and with a comma in the subject.
    let bytes = std::fs::read(graph("certificate-export")).expect("there");
    let mut list: Json = serde_json::from_slice(&bytes).expect("JSON");
    let id = list["value"][1]["id"].as_str().expect("an id").to_owned();
    list["value"][1]["subjectNameFormatString"] = json!("CN={{UserName}},O=\"Contoso, Ltd\"");
    for (member, value) in [
        ("requireSmime", json!(true)),
        ("encryptionCertificateType", json!("certificate")),
        ("smimeEnablePerMessageSwitch", json!(true)),
        ("smimeEncryptionCertificate@odata.bind", json!(format!("deviceConfigurations('{id}')"))),
    ] {
        list["value"][0][member] = value;
    }
    let scep = written(&scratch, "scep.json", &list.to_string());
    let answer = ask(&["why", "policy", &scep]);
    assert_eq!(found(&answer, "policy-encryption-per-device").len(), 1, "{answer:#}");
    assert_eq!(found(&answer, "policy-scep-comma").len(), 1, "{answer:#}");
    // Imported certificates for another use.
    let swapped = tenant(&scratch, "swapped.json", |label, object| {
        if label == "Encryption history" {
            object["intendedPurpose"] = json!("smimeSigning");
        }
    });
    for question in [&["why", "policy"][..], &["why", "certificate"], &["why", "open"]] {
        let answer = ask(&[question, &[&swapped, "--policy", "Signed mail for the pilot"]].concat());
        assert_eq!(
            (&answer["exit"], found(&answer, "policy-link-purpose").len()),
            (&json!(1), 1),
            "{question:?}"
        );
    }
    let (code, _, err) = ran(&["why", "policy", &swapped, "--policy", "Mail for stuff"]);
    assert!(code == 2 && err.contains("did you mean “Mail for staff”?"), "{err}");
    // A document without anything about mail has no answer.
    for content in ["[]", "{}", r##"{"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration"}"##] {
        let empty = written(&scratch, "empty.json", content);
        assert_eq!(ran(&["why", "policy", &empty]).0, 2, "{content}");
    }
}

pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let number = (0..3).fold(0_usize, |n, at| n << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        let letter = |at: usize| match at <= chunk.len() {
            true => char::from(LETTERS[number >> (18 - 6 * at) & 63]),
            false => '=',
        };
        (0..4).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[test]
fn settings_of_outlook_are_held_against_what_is_documented() {
    let scratch = Scratch::new("inputs-outlook");
    assert_eq!(ask(&["why", "policy", &graph("outlook-plist")])["exit"], 0);
    assert_eq!(ask(&["why", "policy", &graph("outlook-settings")])["exit"], 0);
    let asked = |inner: &str| {
        let xml = format!("<dict>{inner}</dict>");
        let object = json!({"@odata.type": "#microsoft.graph.iosMobileAppConfiguration", "id": "x",
            "displayName": "Outlook", "encodedSettingXml": base64(xml.as_bytes()),
            "settings": []});
        ask(&["why", "policy", &written(&scratch, "outlook.json", &object.to_string())])
    };
    let smime = "<key>com.microsoft.outlook.Mail.SMIMEEnabled</key>";
    for (inner, rule) in [
        (format!("{smime}<string>true</string>"), "outlook-value"),
        (format!("{smime}<true/>{smime}<false/>"), "app-setting-twice"),
        (format!("{smime}<true/>{smime}<true/>"), "app-setting-twice"),
        ("<key>com.microsoft.outlook.Mail.Foo</key><true/>".to_owned(), "outlook-unknown-key"),
        ("<key>com.microsoft.outlook.Mail.FocusedInbx</key><true/>".to_owned(), "outlook-unknown-key"),
        ("<key>IntuneMAMUPN</key><string>{{UserPrincpalName}}</string>".to_owned(), "app-setting-variable"),
        ("<key>IntuneMAMUPN</key><string>{{mail</string>".to_owned(), "app-setting-variable"),
    ] {
        let answer = asked(&inner);
        let finding = one(&answer, rule);
        assert_eq!(
            (&answer["exit"], &finding["path"]),
            (&json!(1), &json!("$.encodedSettingXml")),
            "{inner}"
        );
    }
    let answer = asked("<key>IntuneMAMUPN</key><string>{{UserPrincpalName}}</string>");
    assert_eq!(one(&answer, "app-setting-variable")["help"], "did you mean {{userprincipalname}}?");
    let known = "<key>com.microsoft.outlook.Mail.FocusedInbox</key><false/>";
    assert_eq!(asked(&format!("{smime}<true/>{known}"))["exit"], 0);
}

#[test]
fn compile_finds_what_lint_would() {
    let scratch = Scratch::new("inputs-compile");
    let url = policy(&scratch, "url.json", |o| o["hostName"] = json!("https://mail.contoso.example/"));
    let answer = ask(&["compile", &url, "--user", ALICE]);
    let host = one(&answer, "policy-host-form");
    assert_eq!((&answer["exit"], &host["path"]), (&json!(1), &json!("$.hostName")));
    assert_eq!(host["help"], "did you mean “mail.contoso.example”?");
    assert!(found(&answer, "eas-host-form").is_empty(), "told once");
    let alone = policy(&scratch, "alone.json", |o| {
        o["requireSmime"] = json!(true);
        o["smimeSigningEnabled"] = json!(true);
        o["smimeEncryptByDefaultEnabled"] = json!(true);
    });
    let answer = ask(&["compile", &alone, "--user", ALICE]);
    for rule in ["policy-signing-without-certificate", "policy-encryption-without-certificate"] {
        assert_eq!(found(&answer, rule).len(), 1, "{rule}");
    }
    let odd = policy(&scratch, "odd.json", |o| o["accountName"] = json!("a\u{0}b\u{1b}"));
    let answer = ask(&["compile", &odd, "--user", ALICE]);
    let finding = one(&answer, "policy-text-characters");
    assert_eq!((&answer["exit"], &finding["path"]), (&json!(1), &json!("$.accountName")));
    assert!(finding["message"].as_str().is_some_and(|m| m.contains("U+0000, U+001B")));
    // Names of users go into the profile as well.
    let answer = ask(&["compile", &graph("by-hand"), "--user", "a\u{1}b@contoso.example"]);
    assert_eq!(
        (&answer["exit"], found(&answer, "policy-text-characters").len()),
        (&json!(1), 2),
        "{answer:#}"
    );
    // What the profile has no place for, and so no import brings back.
    let known = policy(&scratch, "known.json", |o| {
        o["version"] = json!(3);
        o["roleScopeTagIds"] = json!(["0"]);
        o["easServices"] = Json::Null;
    });
    let answer = ask(&["compile", &known, "--user", ALICE]);
    let message = &one(&answer, "policy-not-carried")["message"];
    for word in ["version", "roleScopeTagIds", "easServices (null)"] {
        assert!(message.as_str().is_some_and(|m| m.contains(word)), "{message}");
    }
    assert_eq!(answer["exit"], 0);
}

#[test]
fn what_does_not_serve_a_link_is_an_error() {
    let scratch = Scratch::new("inputs-misfit");
    let signed = policy(&scratch, "signed.json", |o| {
        o["requireSmime"] = json!(true);
        o["smimeSigningEnabled"] = json!(true);
        o["signingCertificateType"] = json!("certificate");
    });
    for (file, holds) in [
        (graph("trusted-root"), "a trusted certificate without a key"),
        (graph("by-hand"), "an e-mail policy"),
        (graph("outlook-plist"), "an object of the type"),
        (pki("alice-signing.cert.pem"), "a certificate without a private key"),
    ] {
        let link = format!("smimeSigningCertificate={file}");
        let answer = ask(&["compile", &signed, "--user", ALICE, "--link", &link]);
        let finding = one(&answer, "policy-link-kind");
        assert!(finding["message"].as_str().is_some_and(|m| m.contains(holds)), "{finding}");
        assert_eq!(answer["exit"], 1, "{file}");
    }
    let stray = format!("nobody={}", graph("scep-profile"));
    let answer = ask(&["compile", &graph("by-hand"), "--user", ALICE, "--link", &stray]);
    assert_eq!(one(&answer, "policy-link-unused")["severity"], "warning");
    let word = written(&scratch, "word", "wrong\n");
    let link = format!("smimeSigningCertificate={}", pki("alice-signing.legacy.p12"));
    let secret = format!("smimeSigningCertificate=@{word}");
    let answer = ask(&["compile", &signed, "--user", ALICE, "--link", &link, "--secret", &secret]);
    assert!(one(&answer, "policy-link-file")["help"].as_str().is_some_and(|h| h.contains("--secret")));
}

#[test]
fn an_import_names_what_dangles_and_where_a_profile_ends() {
    let scratch = Scratch::new("inputs-import");
    let out = text(&scratch.file("mail.mobileconfig"));
    assert_eq!(ran(&["compile", &graph("by-hand"), "--user", ALICE, "-o", &out]).0, 0);
    let source = std::fs::read_to_string(&out).expect("written");
    let key = "<key>SSL</key>";
    assert!(source.contains(key));
    let dangling =
        source.replace(key, &format!("<key>SMIMESigningCertificateUUID</key><string>nope</string>{key}"));
    let dangling = written(&scratch, "dangling.mobileconfig", &dangling);
    let answer = ask(&["import", &dangling]);
    let lost =
        answer["lost"].as_array().expect("lost").iter().find(|l| l["rule"] == "import-dangling-reference");
    assert_eq!(
        lost.map(|l| (&l["severity"], &l["key"])),
        Some((&json!("error"), &json!("SMIMESigningCertificateUUID")))
    );
    assert_eq!(answer["exit"], 1);
    let settings = answer["settings"].as_array().expect("settings");
    let kind = settings.iter().find(|row| row["setting"] == "signingCertificateType").expect("there");
    assert_eq!(kind["certainty"], "inferred");
    assert!(ask(&["import", &out])["lost"].to_string().contains("roleScopeTagIds"));
    let cut = written(&scratch, "cut.mobileconfig", &source[..700]);
    let (code, _, err) = ran(&["import", &cut]);
    let place = err.split("cut.mobileconfig:").nth(1).and_then(|rest| rest.split(':').next());
    assert!(code == 2 && place.is_some_and(|line| line.parse::<u32>().is_ok()), "{err}");
    // Policies of one name are told apart by their ids.
    let mut two: Json =
        serde_json::from_slice(&std::fs::read(graph("by-hand")).expect("there")).expect("JSON");
    let first = two.clone();
    two["id"] = json!("6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0999");
    let both = written(&scratch, "two.json", &json!([first, two]).to_string());
    for more in [&[][..], &["--policy", first["displayName"].as_str().expect("a name")]] {
        let (code, _, err) = ran(&[&["compile", &both, "--user", ALICE][..], more].concat());
        assert!(code == 2 && err.contains("6f0b1c52-0a44-4c3a-9d0b-7f2b6a1e0999"), "{err}");
    }
}

#[test]
fn try_looks_the_user_of_an_intent_up_in_a_directory() {
    let scratch = Scratch::new("inputs-try");
    let out = text(&scratch.file("mail.mobileconfig"));
    let bob = json!({"users": [{"upn": "bob@contoso.example", "mail": "bob.brown@contoso.example", "sam": "bbrown",
        "domain": "contoso.example", "netbios": "CONTOSO"}]});
    let directory = written(&scratch, "directory.json", &bob.to_string());
    let mail = policy(&scratch, "mail.json", |o| {
        o["emailAddressSource"] = json!("primarySmtpAddress");
        o["usernameAADSource"] = json!("userPrincipalName");
    });
    let sam = policy(&scratch, "sam.json", |o| {
        o["emailAddressSource"] = json!("primarySmtpAddress");
        o["usernameAADSource"] = json!("samAccountName");
        o["userDomainNameSource"] = json!("netBiosDomainName");
    });
    for file in [&mail, &sam] {
        let whom = ["--user", "bob@contoso.example", "--directory", &directory];
        assert_eq!(ran(&[&["compile", file.as_str(), "-o", &out][..], &whom].concat()).0, 0);
        let (code, said, err) =
            ran(&["try", &out, "--intent", file, "--directory", &directory, "--format", "json"]);
        assert_eq!(code, 0, "{said}{err}");
        let outcome = |said: &str| {
            let value: Json = serde_json::from_str(said).expect("JSON");
            let all = value["verdicts"].as_array().expect("verdicts").clone();
            all.iter()
                .filter(|v| v["requirement"] == "EAS-012")
                .map(|v| v["outcome"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(outcome(&said), [json!("pass")], "{file}");
        // Without one, which of two names an address is cannot be told, and is not judged.
        let (code, said, err) = ran(&["try", &out, "--intent", file, "--format", "json"]);
        assert_eq!(code, 0, "{said}{err}");
        assert_ne!(outcome(&said), [json!("pass")], "{file}");
    }
}

#[test]
fn nothing_lost_behind_a_vpn_or_twice_in_a_document_counts_as_fine() {
    let scratch = Scratch::new("inputs-vpn");
    let bytes = std::fs::read(graph("tenant")).expect("there");
    let all: Json = serde_json::from_slice(&bytes).expect("JSON");
    let vpn = all["value"].as_array().expect("objects").iter().find(|o| o["displayName"] == "VPN for mail");
    let mut vpn = vpn.expect("a VPN").clone();
    vpn["authenticationMethod"] = json!("certificate");
    let mut mail: Json =
        serde_json::from_slice(&std::fs::read(graph("by-hand")).expect("there")).expect("JSON");
    mail["perAppVPNProfileId"] = vpn["id"].clone();
    let asked = |vpn: &Json, more: &[&str]| {
        let list = json!({"value": [mail, vpn]}).to_string();
        ask(&[&["compile", &written(&scratch, "vpn.json", &list), "--user", ALICE][..], more].concat())
    };
    let answer = asked(&vpn, &[]);
    assert_eq!(
        (&answer["exit"], &one(&answer, "policy-link-missing")["path"]),
        (&json!(1), &json!("$.value[1].identityCertificate"))
    );
    vpn["identityCertificate@odata.bind"] = json!("deviceConfigurations('elsewhere')");
    assert_eq!(found(&asked(&vpn, &[]), "policy-link-not-found").len(), 1);
    let link = format!("elsewhere={}", pki("alice-auth.legacy.p12"));
    let answer = asked(&vpn, &["--link", &link]);
    assert_eq!((&answer["exit"], found(&answer, "policy-link-unused").len()), (&json!(0), 0), "{answer:#}");
    // Of two objects with one id the last counts, and it is said.
    let mut list: Json =
        serde_json::from_slice(&std::fs::read(graph("certificate-export")).expect("there")).expect("JSON");
    let again = list["value"][1].clone();
    list["value"].as_array_mut().expect("objects").push(again);
    let twice = written(&scratch, "twice.json", &list.to_string());
    assert_eq!(found(&ask(&["why", "policy", &twice]), "graph-duplicate-id").len(), 1);
}
