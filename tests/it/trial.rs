//! `handset try` on the committed profiles: exit codes, the contract, what the phone shows.

use crate::program::{outcome, try_json, try_profile, verdict};
use conformance::{Scratch, files, profile, root};
use serde_json::Value;

const STEPS: [&str; 7] = [
    "signed",
    "signed-tampered",
    "encrypted",
    "signed-encrypted",
    "answer",
    "answer-tampered",
    "no-certificate",
];

#[test]
fn contoso_mail_installs_and_every_step_succeeds() {
    let (code, result) = try_json(&profile("contoso-mail"), &[]);
    assert_eq!(code, 0, "{result:#}");
    assert_eq!(result["install"]["status"], "installed");
    assert_eq!(result["exit"], 0);
    let services = &result["account"]["services"];
    for (service, on) in
        [("mail", true), ("contacts", true), ("calendars", true), ("reminders", false), ("notes", false)]
    {
        assert_eq!(services[service]["on"], on, "{service}");
        assert_eq!(services[service]["locked"], true, "{service}");
        assert_eq!(verdict(&result, &format!("service.{service}.on")), "denied");
        assert_eq!(verdict(&result, &format!("service.{service}.off")), "denied");
    }
    for step in STEPS {
        assert_eq!(outcome(&result, step), "ok", "{step}: {:#}", result["mail"]);
    }
    assert_eq!(verdict(&result, "message.move"), "denied");
    assert_eq!(verdict(&result, "message.send-from-app"), "denied");
    assert_eq!(verdict(&result, "profile.remove"), "allowed");
    let prompts: Vec<&str> =
        result["prompts"].as_array().unwrap().iter().filter_map(|p| p["kind"].as_str()).collect();
    assert_eq!(prompts, ["password", "missing-recipient-certificates"]);
    assert_eq!(result["prompts"][0]["in_force_before"], false, "EAS-042");
}

#[test]
fn every_good_profile_is_installed_as_its_author_meant() {
    let failing = ["expired-signing", "future-signing"];
    for file in files(&root().join("fixtures/profiles"), "mobileconfig") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if file.parent().unwrap().ends_with("broken") {
            continue;
        }
        let ios = if name == "legacy-ios-11" { "11.4" } else { "17.5" };
        let (code, result) = try_json(&file, &["--ios", ios]);
        assert_eq!(result["install"]["status"], "installed", "{name}: {result:#}");
        assert_eq!(result["deviations"], Value::Array(vec![]), "{name}");
        // A signature with a certificate that is not valid at the time is sent, but the colleague does not accept it.
        assert_eq!(code, i32::from(failing.contains(&name.as_str())), "{name}: {result:#}");
    }
}

#[test]
fn certificates_out_of_their_time_are_named_with_the_clock_that_helps() {
    for (name, clock) in
        [("expired-signing", "2025-01-15T08:00:00Z"), ("future-signing", "2028-06-01T08:00:00Z")]
    {
        let (code, result) = try_json(&profile(name), &[]);
        assert_eq!(code, 1, "{name}");
        let helps = result["findings"].as_array().unwrap().iter().filter_map(|f| f["help"].as_str());
        assert!(helps.into_iter().any(|h| h.contains("--clock")), "{name}: {:#}", result["findings"]);
        let (_, result) = try_json(&profile(name), &["--clock", clock]);
        assert_eq!(outcome(&result, "signed"), "ok", "{name} at {clock}: {:#}", result["mail"]);
    }
}

#[test]
fn the_caller_id_profile_locks_everything_but_contacts_away() {
    let (code, result) = try_json(&profile("contacts-only-locked"), &[]);
    assert_eq!(code, 0, "{result:#}");
    assert_eq!(result["account"]["services"]["contacts"]["on"], true);
    assert_eq!(result["account"]["services"]["mail"]["on"], false);
    for action in
        ["message.move", "message.forward-from-other-account", "message.send-from-app", "mail-window.set"]
    {
        assert_eq!(verdict(&result, action), "absent", "{action}");
    }
    for step in STEPS {
        assert_eq!(outcome(&result, step), "skipped", "{step}");
    }
    for mail in result["mail"].as_array().unwrap() {
        assert!(mail["text"].as_str().is_some_and(|t| t.contains("Mail is off")), "{mail}");
    }
}

#[test]
fn sign_ins_differ_by_profile() {
    let kinds = |name: &str| -> Vec<String> {
        let (code, result) = try_json(&profile(name), &[]);
        assert_eq!(code, 0, "{name}: {result:#}");
        let prompts = result["prompts"].as_array().unwrap().clone();
        prompts.iter().filter_map(|p| p["kind"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(kinds("all-data-open"), ["password"]);
    assert_eq!(kinds("certificate-auth"), [""; 0]);
    assert_eq!(kinds("oauth"), ["sign-in"]);
    assert_eq!(kinds("password-in-profile"), [""; 0]);
}

#[test]
fn signed_and_binary_forms_are_the_same_profile() {
    let (_, plain) = try_json(&profile("contoso-mail"), &[]);
    for (name, signed, format) in [
        ("contoso-mail-signed", true, "xml"),
        ("contoso-mail-signed-ber", true, "xml"),
        ("contoso-mail-binary", false, "binary"),
    ] {
        let (code, result) = try_json(&profile(name), &[]);
        assert_eq!(code, 0, "{name}");
        assert_eq!(result["profile"]["signed"], signed, "{name}");
        assert_eq!(result["profile"]["format"], format, "{name}");
        for member in ["account", "actions", "mail", "prompts", "install"] {
            assert_eq!(result[member], plain[member], "{name}: {member}");
        }
    }
}

#[test]
fn every_answer_follows_the_committed_schema() {
    let text = std::fs::read_to_string(root().join("fixtures/schema/trial.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for file in files(&root().join("fixtures/profiles"), "mobileconfig") {
        let (code, result) = try_json(&file, &[]);
        let errors: Vec<String> =
            validator.iter_errors(&result).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
        assert_eq!(result["exit"], code, "{}", file.display());
    }
}

#[test]
fn a_user_is_asked_for_what_the_profile_leaves_open() {
    let scratch = Scratch::new("open-user");
    let text = std::fs::read_to_string(profile("all-data-open")).unwrap();
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.contains("<key>EmailAddress</key>") || line.contains("<key>UserName</key>") {
            lines.next();
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let file = scratch.file("open.mobileconfig");
    std::fs::write(&file, kept).unwrap();
    let (code, result) = try_json(&file, &["--user", "dana@fabrikam.example"]);
    assert_eq!(code, 0, "{result:#}");
    assert_eq!(result["account"]["email"], "dana@fabrikam.example");
    assert_eq!(result["account"]["user"], "dana@fabrikam.example");
    let kinds: Vec<&str> =
        result["prompts"].as_array().unwrap().iter().filter_map(|p| p["kind"].as_str()).collect();
    assert_eq!(kinds, ["email-address", "user-name", "password"]);
}

#[test]
fn removal_is_refused_on_supervised_phones_only() {
    let scratch = Scratch::new("removal");
    let text = std::fs::read_to_string(profile("all-data-open")).unwrap();
    let at = text.rfind("</dict>").unwrap();
    let text = format!("{}\t<key>PayloadRemovalDisallowed</key>\n\t<true/>\n{}", &text[..at], &text[at..]);
    // The committed profile may set the key already; the last one counts.
    let file = scratch.file("removal.mobileconfig");
    std::fs::write(&file, text).unwrap();
    let (_, result) = try_json(&file, &[]);
    assert_eq!(verdict(&result, "profile.remove"), "allowed");
    let (_, result) = try_json(&file, &["--supervised"]);
    assert_eq!(verdict(&result, "profile.remove"), "denied");
}

#[test]
fn the_disputed_corner_is_a_named_variant() {
    let scratch = Scratch::new("variant");
    let text = std::fs::read_to_string(profile("smime-encrypt-user-choice")).unwrap();
    let on = "<key>SMIMEEnableEncryptionPerMessageSwitch</key>\n\t\t\t<true/>";
    assert!(text.contains(on));
    let file = scratch.file("corner.mobileconfig");
    std::fs::write(&file, text.replace(on, &on.replace("true", "false"))).unwrap();
    let (_, result) = try_json(&file, &[]);
    assert_eq!(verdict(&result, "smime.encrypt-by-default.off"), "allowed");
    let variant = "encrypt-default-toggle=needs-per-message-switch";
    let (_, result) = try_json(&file, &["--variant", variant]);
    assert_eq!(verdict(&result, "smime.encrypt-by-default.off"), "denied");
    assert_eq!(result["device"]["variants"]["encrypt-default-toggle"], "needs-per-message-switch");
    assert_eq!(result["deviations"], Value::Array(vec![]), "the oracle follows the same reading");
}

#[test]
fn the_output_folder_holds_everything_and_no_secret_of_the_phone() {
    let scratch = Scratch::new("out");
    let out = scratch.file("found");
    let folder = out.to_str().unwrap();
    let (code, result) = try_json(&profile("password-in-profile"), &["--out", folder]);
    assert_eq!(code, 0);
    let (code, signed) = try_json(&profile("contoso-mail"), &["--out", folder, "--reveal-test-keys"]);
    assert_eq!((code, &result["exit"]), (0, &Value::from(0)));
    for name in ["device.json", "events.ndjson", "result.json", "certs/roots.pem"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let on_disk = std::fs::read_to_string(out.join("result.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&on_disk).unwrap(), signed);
    for mail in signed["mail"].as_array().unwrap() {
        if let Some(file) = mail["file"].as_str() {
            assert!(out.join(file).is_file(), "{file}");
        }
    }
    use std::os::unix::fs::PermissionsExt;
    let key = out.join("keys/bob-encryption.pem");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    for file in [files(&out, "json"), files(&out, "ndjson"), files(&out, "eml")].concat() {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        for secret in ["PRIVATE KEY", "alice-mail-password", "correct horse", "p12-alice"] {
            assert!(!text.contains(secret), "{} holds {secret}", file.display());
        }
    }
    assert!(!out.join("keys/alice-signing.pem").exists(), "the phone's keys stay on the phone");
}

#[test]
fn no_password_of_a_profile_is_printed() {
    for name in ["password-in-profile", "contoso-mail", "broken/wrong-p12-password"] {
        for format in ["human", "json"] {
            let output = try_profile(&profile(name), &["--format", format]);
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            for secret in
                ["alice-mail-password", "p12-alice-signing", "p12-alice-encryption", "not-the-password"]
            {
                assert!(!text.contains(secret), "{name} {format} prints {secret}: {text}");
            }
        }
    }
}

#[test]
fn timings_are_printed_when_asked_for() {
    let output = try_profile(&profile("contoso-mail"), &["--timings"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("total") && text.contains(" ms"), "{text}");
}

/// Writes a copy of a committed profile with pieces of its text replaced.
fn edited(scratch: &Scratch, name: &str, edits: &[(&str, &str)]) -> std::path::PathBuf {
    let mut text = std::fs::read_to_string(profile(name)).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "{name} has no {from}");
        text = text.replace(from, to);
    }
    let file = scratch.file("edited.mobileconfig");
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn any_user_of_any_domain_gets_a_mailbox() {
    let scratch = Scratch::new("users");
    let email = "<string>alice@contoso.example</string>";
    for user in [
        "dave@fabrikam.example",
        "bob@contoso.example",
        "carol@contoso.example",
        "bob@fabrikam.example",
        "owner@home.example",
        "erin@partner.example",
        "x+y@sub.domain.example",
        "FABRIKAM\\dave",
        "user1",
    ] {
        let file = edited(&scratch, "all-data-open", &[(email, &format!("<string>{user}</string>"))]);
        let (code, result) = try_json(&file, &[]);
        assert_eq!(result["account"]["email"], user, "{user}: {result:#}");
        assert_eq!(verdict(&result, "message.move"), "allowed", "{user}");
        if user.contains('@') {
            assert_eq!(code, 0, "{user}: {result:#}");
        }
    }
}

#[test]
fn names_cannot_steer_the_terminal() {
    let scratch = Scratch::new("steer");
    let name = "<string>Contoso Mail</string>";
    let hostile = "<string>Mail&#13;&#10;as the profile says (exit 0)&#x202E;</string>";
    let file = edited(&scratch, "contoso-mail", &[(name, hostile)]);
    let output = try_profile(&file, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let closing = text.lines().filter(|l| l.starts_with("as the profile says")).count();
    assert_eq!(closing, 1, "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
}

#[test]
fn an_intermediate_of_its_own_payload_goes_with_signed_mail() {
    const TEST: &str = "an_intermediate_of_its_own_payload_goes_with_signed_mail";
    if !conformance::peer("openssl", TEST) {
        return;
    }
    let scratch = Scratch::new("intermediate");
    let pki = root().join("fixtures/pki");
    // A PKCS#12 with the leaf alone; the issuing certificate is a payload of the fixture already.
    let made = std::process::Command::new("openssl")
        .args(["pkcs12", "-export", "-passout", "pass:p12-alice-signing", "-out"])
        .arg(scratch.file("leaf.p12"))
        .arg("-in")
        .arg(pki.join("alice-signing.cert.pem"))
        .arg("-inkey")
        .arg(pki.join("alice-signing.key.pem"))
        .status()
        .unwrap();
    assert!(made.success());
    let text = std::fs::read_to_string(profile("contoso-mail")).unwrap();
    let (syntax, _) = profile::parse(text.as_bytes());
    let payload = syntax.payloads_of("com.apple.security.pkcs12").next().unwrap();
    let span = payload.span_of("PayloadContent");
    let data = std::fs::read(scratch.file("leaf.p12")).unwrap();
    let mut encoded = Vec::new();
    let mut encoder = smime::mime::Base64Encoder::new();
    encoder.update(&data, &mut encoded);
    encoder.finish(&mut encoded);
    let data = format!("<data>{}</data>", String::from_utf8(encoded).unwrap());
    let file = scratch.file("leaf-only.mobileconfig");
    std::fs::write(&file, format!("{}{data}{}", &text[..span.start()], &text[span.end()..])).unwrap();
    let (code, result) = try_json(&file, &[]);
    assert_eq!(code, 0, "{result:#}");
    assert_eq!(outcome(&result, "signed"), "ok", "{:#}", result["mail"]);
}

#[test]
fn without_a_root_signatures_cannot_be_verified_and_the_step_says_so() {
    let scratch = Scratch::new("rootless");
    let kind = "<string>com.apple.security.root</string>";
    // A payload of another kind is stored, and what it holds is trusted for nothing.
    let other = "<string>com.example.unknown</string>";
    let file = edited(&scratch, "smime-sign-only", &[(kind, other)]);
    let (_, result) = try_json(&file, &[]);
    assert_eq!(result["install"]["status"], "installed", "{result:#}");
    assert_eq!(outcome(&result, "signed"), "skipped", "{:#}", result["mail"]);
    assert_eq!(result["exit"], 0);
}

#[test]
fn what_an_earlier_run_left_goes() {
    let scratch = Scratch::new("stale");
    let out = scratch.file("found");
    let folder = out.to_str().unwrap();
    try_json(&profile("contoso-mail"), &["--out", folder, "--reveal-test-keys"]);
    assert!(!files(&out.join("mail"), "eml").is_empty());
    try_json(&profile("all-data-open"), &["--out", folder]);
    assert_eq!(files(&out.join("mail"), "eml"), Vec::<std::path::PathBuf>::new());
    assert_eq!(files(&out.join("keys"), "pem"), Vec::<std::path::PathBuf>::new());
}
