//! `handset compile` and `handset import` on the committed policies: what they write, what they say, and the way back.

mod space;

use crate::program::{handset, try_json};
use conformance::{Scratch, files, root, run};
use intent::{CertificateRole, EmailPolicy, SyncScope, Tenant, written};
use profile::graph;
use serde_json::{Value as Json, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const ALICE: &str = "alice@contoso.example";

fn graph_file(name: &str) -> String {
    text(&root().join("fixtures/graph").join(format!("{name}.json"))).to_owned()
}

fn pki(name: &str) -> String {
    text(&root().join("fixtures/pki").join(name)).to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Runs the program and gives its exit code, standard output and standard error.
fn ran(arguments: &[&str]) -> (i32, String, String) {
    let output = run(Command::new(handset()).args(arguments).current_dir(root()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (output.status.code().unwrap_or_else(|| panic!("{arguments:?}: killed: {err}")), out, err)
}

fn follows(schema: &str, value: &Json) {
    let text = std::fs::read_to_string(root().join("fixtures/schema").join(schema)).expect("the schema");
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Runs a command with `--format json`, and holds the answer against its schema.
fn answer(arguments: &[&str]) -> (i32, Json) {
    let (code, out, err) = ran(&[arguments, &["--format", "json"]].concat());
    let value: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{arguments:?}: {e}: {out}{err}"));
    follows(&format!("{}.schema.json", arguments[0]), &value);
    assert_eq!(value["exit"], code);
    (code, value)
}

fn compile(policy: &str, user: &str, arguments: &[&str]) -> (i32, Json) {
    answer(&[&["compile", policy, "--user", user], arguments].concat())
}

fn errors(answer: &Json) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("findings").iter();
    findings.filter(|f| f["severity"] == "error").filter_map(|f| f["rule"].as_str()).collect()
}

/// The links and the secrets that open them, for the identities of Alice.
struct Identities {
    scratch: Scratch,
}

impl Identities {
    fn new(test: &str) -> Self {
        let scratch = Scratch::new(test);
        for name in ["alice-signing", "alice-encryption", "alice-auth"] {
            std::fs::write(scratch.file(name), format!("p12-{name}\n")).expect("written");
        }
        Self { scratch }
    }

    fn arguments(&self, links: &[(&str, &str)]) -> Vec<String> {
        let one = |(id, name): &(&str, &str)| {
            let file = pki(&format!("{name}.legacy.p12"));
            let word = self.scratch.file(name);
            [
                "--link".to_owned(),
                format!("{id}={file}"),
                "--secret".to_owned(),
                format!("{id}=@{}", word.display()),
            ]
        };
        links.iter().flat_map(one).collect()
    }
}

fn strs(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn a_policy_by_hand_becomes_a_profile_that_the_phone_takes() {
    let scratch = Scratch::new("policy-by-hand");
    let out = scratch.file("mail.mobileconfig");
    let (code, said, err) = ran(&["compile", &graph_file("by-hand"), "--user", ALICE, "-o", text(&out)]);
    assert_eq!((code, err.as_str()), (0, ""), "{said}");
    assert!(said.contains("mail.mobileconfig was written.") && said.contains("inferred  hostName"), "{said}");
    let (code, result) = try_json(&out, &[]);
    assert_eq!(code, 0);
    assert_eq!(result["account"]["name"], "Contoso");
    assert_eq!(ran(&["lint", text(&out)]).0, 0);
    // The same again, byte for byte; and on standard output.
    let first = std::fs::read(&out).expect("there");
    let (code, printed, said) = ran(&["compile", &graph_file("by-hand"), "--user", ALICE]);
    assert_eq!((code, printed.as_bytes()), (0, first.as_slice()));
    assert!(said.contains("written to standard output"));
    let (_, answer) = compile(&graph_file("by-hand"), ALICE, &[]);
    assert_eq!(answer["mobileconfig"].as_str().map(str::as_bytes), Some(first.as_slice()));
    assert_eq!((&answer["written"], &answer["user"]["primary_smtp_address"]), (&json!(false), &json!(ALICE)));
    let other = ran(&["compile", &graph_file("by-hand"), "--user", "bob@contoso.example"]).1;
    assert_ne!(other, printed, "each user has a profile of his own");
}

#[test]
fn mistakes_are_named_with_path_and_what_was_meant_and_the_file_is_written() {
    let scratch = Scratch::new("policy-mistakes");
    let out = scratch.file("mail.mobileconfig");
    let (code, answer) = compile(&graph_file("mistakes"), ALICE, &["-o", text(&out)]);
    assert_eq!((code, &answer["written"]), (1, &json!(true)));
    assert!(out.exists());
    let findings = answer["findings"].as_array().expect("findings");
    let of = |path: &str| findings.iter().find(|f| f["path"] == path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!(of("$.easServices")["help"], "did you mean email?");
    assert_eq!(of("$.easServices")["rule"], "graph-unknown-flag");
    assert_eq!(of("$.durationOfEmailToSync")["help"], "did you mean oneWeek?");
    assert_eq!(of("$.requireSSL")["help"], "did you mean requireSsl?");
    assert_eq!(of("$.useOAuth")["rule"], "graph-wrong-type");
    let line = of("$.easServices")["line"].as_u64().expect("a line") as usize;
    let source = std::fs::read_to_string(graph_file("mistakes")).expect("there");
    assert!(source.lines().nth(line - 1).expect("a line").contains("easServices"));
    let (_, said, _) = ran(&["compile", &graph_file("mistakes"), "--user", ALICE, "-o", text(&out)]);
    assert!(said.contains("was written, in spite of what is wrong"), "{said}");
}

#[test]
fn what_is_unreadable_writes_nothing() {
    let scratch = Scratch::new("policy-unreadable");
    let (policy, out) = (scratch.file("policy.json"), scratch.file("mail.mobileconfig"));
    for (content, said) in [
        ("", ":1:1: "),
        ("{\n \"a\": }", ":2:7: '}' stands where a value should"),
        ("[]", "there is no iosEasEmailProfileConfiguration in it"),
        ("7", "there is no iosEasEmailProfileConfiguration in it"),
        (
            r##"{"@odata.type": "#microsoft.graph.androidEasEmailProfileConfiguration"}"##,
            "there are “androidEasEmailProfileConfiguration”",
        ),
        (&format!("{}{}", "[".repeat(100), "]".repeat(100)), "the nesting is deeper than 64"),
    ] {
        std::fs::write(&policy, content).expect("written");
        std::fs::write(&out, "before").expect("written");
        for form in ["human", "json"] {
            let (code, printed, err) =
                ran(&["compile", text(&policy), "--user", ALICE, "-o", text(&out), "--format", form]);
            assert_eq!((code, printed.as_str()), (2, ""), "{content}");
            assert!(err.contains(said), "{content}: {err}");
            assert_eq!(std::fs::read(&out).expect("there"), b"before");
        }
    }
    let missing = scratch.file("missing.json");
    assert_eq!(ran(&["compile", text(&missing), "--user", ALICE]).0, 2);
    let by_hand = graph_file("by-hand");
    assert_eq!(ran(&["compile", &by_hand]).0, 2, "--user is needed");
    assert_eq!(ran(&["compile", &by_hand, "--user", ALICE, "--link", "x"]).0, 2);
    assert_eq!(ran(&["compile", &by_hand, "--user", ALICE, "--secret", "hunter2"]).0, 2);
    let (code, _, err) = ran(&["compile", &by_hand, "--user", ALICE, "--secret", "hunter 2=@x"]);
    assert!(code == 2 && !err.contains("hunter"), "{err}");
    let folder = scratch.file("no/such/folder.mobileconfig");
    assert_eq!(ran(&["compile", &by_hand, "--user", ALICE, "-o", text(&folder)]).0, 3);
    let left = std::fs::read_dir(scratch.path()).expect("a folder").count();
    assert_eq!(left, 2, "nothing half-written is left");
}

#[test]
fn links_that_are_not_there_are_named_and_supplied() {
    let identities = Identities::new("policy-links");
    let out = identities.scratch.file("mail.mobileconfig");
    let policy = graph_file("links-lost");
    let (code, answer) = compile(&policy, ALICE, &["-o", text(&out)]);
    assert_eq!((code, errors(&answer)), (1, vec!["policy-link-missing"; 2]));
    assert!(out.exists());
    let message = answer["findings"][0]["message"].as_str().expect("a message");
    assert!(message.contains("smimeSigningCertificate"), "{message}");

    let mut links = identities.arguments(&[
        ("smimeSigningCertificate", "alice-signing"),
        ("smimeEncryptionCertificate", "alice-encryption"),
    ]);
    links.extend(["--link".to_owned(), format!("root={}", pki("contoso-root.cert.pem"))]);
    links.extend(["-o".to_owned(), text(&out).to_owned()]);
    let (code, answer) = compile(&policy, ALICE, &strs(&links));
    assert_eq!((code, errors(&answer)), (0, vec![]));
    assert!(!answer.to_string().contains("p12-alice"), "no password is shown");
    let mode = std::fs::metadata(&out).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "who reads the profile has the keys");
    assert_eq!(try_json(&out, &[]).0, 0);
    assert_eq!(ran(&["lint", text(&out)]).0, 0);

    // A file that is not there, one that does not open, one that is something else.
    let gone = format!("smimeSigningCertificate={}", text(&identities.scratch.file("gone.p12")));
    let key = format!("smimeSigningCertificate={}", pki("alice-signing.key.pem"));
    for link in [&gone, &key] {
        let (code, answer) = compile(&policy, ALICE, &["--link", link, "-o", text(&out)]);
        assert_eq!((code, errors(&answer)[0]), (1, "policy-link-file"), "{link}");
    }
    let wrong = [
        "--link".to_owned(),
        format!("smimeSigningCertificate={}", pki("alice-signing.legacy.p12")),
        "--secret".to_owned(),
        format!("certificate-password=@{}", text(&identities.scratch.file("alice-auth"))),
    ];
    let (code, answer) = compile(&policy, ALICE, &strs(&wrong));
    assert_eq!((code, errors(&answer)[0]), (1, "policy-link-file"));
}

#[test]
fn certificate_payloads_are_embedded_and_lint_finds_nothing_wrong() {
    let scratch = Scratch::new("policy-scep");
    let out = scratch.file("mail.mobileconfig");
    for (name, roots) in [("certificate-export", 2), ("expanded", 1)] {
        let (code, answer) = compile(&graph_file(name), ALICE, &["-o", text(&out)]);
        assert_eq!((code, errors(&answer)), (0, vec![]), "{name}");
        let kinds: Vec<&str> = answer["payloads"]
            .as_array()
            .expect("payloads")
            .iter()
            .filter_map(|p| p["payload_type"].as_str())
            .collect();
        let count = |kind: &str| kinds.iter().filter(|k| **k == kind).count();
        assert_eq!(
            (count("com.apple.security.root"), count("com.apple.security.scep")),
            (roots, 1),
            "{name}"
        );
        let (code, said, _) = ran(&["lint", text(&out)]);
        assert_eq!(code, 0, "{name}: {said}");
        for payload in answer["payloads"].as_array().expect("payloads") {
            for key in payload["keys"].as_array().expect("keys") {
                assert!(["certain", "inferred"].contains(&key["certainty"].as_str().expect("said")));
            }
        }
        let (code, back) = answer_of_import(&out);
        assert_eq!(code, 0, "{name}");
        let inner = &back["policy"]["identityCertificate"];
        assert_eq!(inner["@odata.type"], "#microsoft.graph.iosScepCertificateProfile");
        let subject = "CN=alice,E=alice@contoso.example,OU=Mail,O=Contoso";
        assert_eq!(
            (&inner["subjectNameFormatString"], &inner["keySize"]),
            (&json!(subject), &json!("size2048"))
        );
    }
    // An object of a link serves as well as one in the file.
    let one = std::fs::read_to_string(graph_file("certificate-export")).expect("there");
    let list: Json = serde_json::from_str(&one).expect("JSON");
    let alone = scratch.file("alone.json");
    std::fs::write(&alone, list["value"][0].to_string()).expect("written");
    let id = list["value"][1]["id"].as_str().expect("an id");
    let (code, answer) = compile(text(&alone), ALICE, &[]);
    assert_eq!((code, errors(&answer)), (1, vec!["policy-link-not-found"; 2]));
    assert!(answer["findings"].to_string().contains(id), "the missing one is named");
    let link = format!("{id}={}", graph_file("scep-profile"));
    let root_id = list["value"][2]["id"].as_str().expect("an id");
    let root = format!("{root_id}={}", graph_file("trusted-root"));
    let (code, answer) = compile(text(&alone), ALICE, &["--link", &link, "--link", &root]);
    assert_eq!((code, errors(&answer)), (0, vec![]));
}

fn answer_of_import(profile: &Path) -> (i32, Json) {
    answer(&["import", text(profile)])
}

#[test]
fn a_tenant_has_a_directory_and_one_policy_is_chosen() {
    let identities = Identities::new("policy-tenant");
    let out = identities.scratch.file("mail.mobileconfig");
    let (policy, directory) = (graph_file("tenant"), graph_file("directory"));
    follows("directory.schema.json", &serde_json::from_slice(&std::fs::read(&directory).unwrap()).unwrap());
    let (code, out_text, err) = ran(&["compile", &policy, "--user", ALICE]);
    assert_eq!((code, out_text.as_str()), (2, ""));
    for name in ["Mail for staff", "Signed mail for the pilot", "Mail by smart card"] {
        assert!(err.contains(name), "{err}");
    }
    let (code, _, err) = ran(&["compile", &policy, "--user", ALICE, "--policy", "Mail for stuff"]);
    assert!(code == 2 && err.contains("did you mean “Mail for staff”?"), "{err}");
    let (code, _, err) = ran(&[
        "compile",
        &policy,
        "--user",
        "alicia@contoso.example",
        "--policy",
        "Mail for staff",
        "--directory",
        &directory,
    ]);
    assert!(code == 2 && err.contains("did you mean “alice@contoso.example”?"), "{err}");

    let staff =
        |user: &str| compile(&policy, user, &["--policy", "Mail for staff", "--directory", &directory]).1;
    assert_eq!(staff(ALICE)["assignment"], "assigned");
    assert_eq!(staff("carol@contoso.example")["assignment"], "excluded");
    let dave = staff("dave");
    assert_eq!((&dave["assignment"], errors(&dave)), (&json!("not-assigned"), vec!["policy-user-attribute"]));

    let tenant: Json = serde_json::from_slice(&std::fs::read(&policy).unwrap()).unwrap();
    let id = |name: &str| {
        let objects = tenant["value"].as_array().unwrap();
        objects.iter().find(|o| o["displayName"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (signing, encryption) = (id("Signing"), id("Encryption history"));
    let mut arguments = identities
        .arguments(&[(signing.as_str(), "alice-signing"), (encryption.as_str(), "alice-encryption")]);
    arguments.extend(
        ["--directory", &directory, "--policy", &id("Signed mail for the pilot"), "-o", text(&out)]
            .map(str::to_owned),
    );
    let (code, answer) = compile(&policy, ALICE, &strs(&arguments));
    assert_eq!((code, errors(&answer)), (0, vec![]), "{answer:#}");
    let account = answer["payloads"].as_array().unwrap().last().unwrap();
    let value = |key: &str| {
        let keys = account["keys"].as_array().unwrap();
        keys.iter().find(|row| row["key"] == key).map_or(Json::Null, |row| row["value"].clone())
    };
    assert_eq!(value("UserName"), "CONTOSO\\alice");
    assert_eq!(value("VPNUUID"), id("VPN for mail"));
    assert_eq!(ran(&["lint", text(&out)]).0, 0);
    // Bob is not in the pilot, and its certificate profile is not for him.
    let (code, answer) = compile(&policy, "bob@contoso.example", &strs(&arguments));
    assert_eq!((code, &answer["assignment"]), (1, &json!("not-assigned")));
    assert!(errors(&answer).contains(&"policy-certificate-not-targeted"));
}

/// A good sample of the option space: compiled by the program, tried, linted, imported.
#[test]
fn compiled_profiles_go_straight_into_try_and_lint_and_come_back() {
    let identities = Identities::new("policy-sample");
    let (policy, out) =
        (identities.scratch.file("policy.json"), identities.scratch.file("mail.mobileconfig"));
    let base = EmailPolicy {
        id: Some("5a000000-0000-4000-8000-000000000001".to_owned()),
        display_name: "Sample".to_owned(),
        account_name: "Contoso".to_owned(),
        host_name: "mail.contoso.example".to_owned(),
        ..EmailPolicy::default()
    };
    let certificate = Some(intent::EmailCertificateType::Certificate);
    let mut sample: Vec<EmailPolicy> = SyncScope::ALL
        .into_iter()
        .zip(intent::EmailSyncDuration::ALL)
        .map(|(scope, duration)| EmailPolicy {
            eas_services: scope.services(),
            eas_services_user_override_enabled: scope == SyncScope::AllData,
            duration_of_email_to_sync: duration,
            block_moving_messages_to_other_email_accounts: scope == SyncScope::EmailOnly,
            ..base.clone()
        })
        .collect();
    // With none of the switches on, nobody can sign or encrypt: Intune allows it, so that is a warning.
    for bits in [0b100_0001_u32, 0b111_1111, 0b010_1010, 0] {
        let bit = |n: u32| bits & (1 << n) != 0;
        sample.push(EmailPolicy {
            require_smime: true,
            signing_certificate_type: certificate,
            encryption_certificate_type: certificate,
            smime_signing_enabled: bit(0),
            smime_signing_user_override_enabled: bit(1),
            smime_signing_certificate_user_override_enabled: bit(2),
            smime_encrypt_by_default_enabled: bit(3),
            smime_encrypt_by_default_user_override_enabled: bit(4),
            smime_encryption_certificate_user_override_enabled: bit(5),
            smime_enable_per_message_switch: bit(6),
            ..base.clone()
        });
    }
    let mut links = identities.arguments(&[
        (CertificateRole::Signing.link(), "alice-signing"),
        (CertificateRole::Encryption.link(), "alice-encryption"),
    ]);
    links.extend(["--link".to_owned(), format!("root={}", pki("contoso-root.cert.pem"))]);
    links.extend(["-o".to_owned(), text(&out).to_owned()]);
    for meant in &sample {
        let object = Json::Object(written(meant)).to_string();
        std::fs::write(&policy, &object).expect("written");
        let none = ["-o", text(&out)];
        let smime = strs(&links);
        let arguments: &[&str] = if meant.require_smime { &smime } else { &none };
        let (code, answer) = compile(text(&policy), ALICE, arguments);
        assert_eq!((code, errors(&answer)), (0, vec![]), "{object}");
        let (code, said, _) = ran(&["lint", text(&out)]);
        assert_eq!(code, 0, "{object}: {said}");
        let (code, result) = try_json(&out, &[]);
        assert_eq!(code, 0, "{object}: {result:#}");
        let (_, back) = answer_of_import(&out);
        let again = Tenant::read([graph::parse(back["policy"].to_string().as_bytes()).expect("JSON")]);
        assert_eq!(&again.emails[0].policy, meant);
        assert_eq!(back["summary"]["errors"], 0);
    }
}

#[test]
fn every_committed_profile_is_imported_or_refused_with_a_reason() {
    let scratch = Scratch::new("policy-import");
    let out = scratch.file("policy.json");
    let mut imported = 0;
    for file in files(&root().join("fixtures/profiles"), "mobileconfig") {
        let (code, said, err) = ran(&["import", text(&file), "-o", text(&out), "--format", "json"]);
        assert!(!said.contains("alice-mail-password") && !said.contains("p12-alice"), "{}", file.display());
        if code == 2 {
            assert!(said.is_empty() && err.starts_with("handset: "), "{}: {err}", file.display());
            continue;
        }
        let answer: Json = serde_json::from_str(&said).expect("JSON");
        follows("import.schema.json", &answer);
        let written: Json = serde_json::from_slice(&std::fs::read(&out).expect("written")).expect("JSON");
        assert_eq!(written, answer["policy"]);
        let read = graph::parse(&std::fs::read(&out).expect("written")).expect("JSON");
        assert_eq!(graph::check(&read.resources[0]), [], "{}", file.display());
        imported += 1;
    }
    assert!(imported >= 15, "{imported}");
    let (code, answer) = answer(&["import", text(&conformance::profile("password-in-profile"))]);
    let lost = answer["lost"].as_array().expect("lost");
    assert!(
        code == 1 && lost.iter().any(|l| l["key"] == "Password" && l["severity"] == "error"),
        "{lost:#?}"
    );
}

#[test]
fn help_shows_examples_first_and_pipes_may_close() {
    for command in ["compile", "import"] {
        let (code, out, _) = ran(&[command, "--help"]);
        assert!(code == 0 && out.starts_with("Examples:") && out.contains("Exit codes:"), "{out}");
    }
    let line = format!(
        "{} compile {} --user {ALICE} | head -c 10 > /dev/null; exit ${{PIPESTATUS[0]}}",
        handset().display(),
        graph_file("by-hand")
    );
    let output = run(Command::new("bash").args(["-c", &line]).current_dir(root()));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

/// The committed files are what the script makes, and none has an unexpected finding of syntax.
#[test]
fn committed_policies_are_clean_but_for_the_one_of_mistakes() {
    let all: Vec<PathBuf> = files(&root().join("fixtures/graph"), "json");
    assert!(all.len() >= 11);
    for file in all {
        let name = file.file_stem().and_then(|n| n.to_str()).expect("a name").to_owned();
        if name == "directory" {
            continue;
        }
        let export = graph::parse(&std::fs::read(&file).expect("there")).expect("JSON");
        let found: usize = export.resources.iter().map(|r| graph::check(r).len()).sum();
        assert_eq!(found, if name == "mistakes" { 4 } else { 0 }, "{name}");
        let tenant = Tenant::read([export]);
        let outlook = tenant.apps.iter().find(|app| app.is_outlook());
        if let Some(app) = outlook {
            assert_eq!(app.boolean("com.microsoft.outlook.Mail.SMIMEEnabled"), Some(true), "{name}");
            assert_eq!(app.settings.len(), 7, "{name}");
        }
    }
}
