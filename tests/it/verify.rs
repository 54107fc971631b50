//! `handset evidence` and `handset verify`: policies held against devices, against what management tells, and against
//! evidence that is empty or was changed.

mod assignment;
mod sources;
mod spoken;
mod state;

use crate::program::{handset, try_json};
use conformance::{Scratch, files, profile, root};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const AT: &str = "2026-11-02T09:00:00Z";

fn run(arguments: &[&str]) -> Output {
    Command::new(handset())
        .args(arguments)
        .current_dir(root())
        .env_remove("HANDSET_STORE")
        .output()
        .expect("the program starts")
}

fn ok(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn fixture(name: &str) -> PathBuf {
    root().join("fixtures/evidence").join(name)
}

fn policy() -> PathBuf {
    fixture("contoso-mail-policy.json")
}

/// Runs `handset verify --format json`; the answer follows its schema and says its exit code.
fn verify(arguments: &[&str]) -> (i32, Value) {
    let output = run(&[&["verify", "--format", "json"], arguments].concat());
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{arguments:?}: {e}: {}", String::from_utf8_lossy(&output.stderr)));
    follows(&answer, "verify");
    let code = output.status.code().expect("an exit code");
    assert_eq!(answer["exit"], code);
    (code, answer)
}

fn follows(answer: &Value, schema: &str) {
    let path = root().join(format!("fixtures/schema/{schema}.schema.json"));
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(answer).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn with_outcome<'a>(answer: &'a Value, outcome: &str) -> Vec<&'a str> {
    let verdicts = answer["verdicts"].as_array().expect("verdicts");
    verdicts.iter().filter(|v| v["outcome"] == outcome).filter_map(|v| v["requirement"].as_str()).collect()
}

fn verdict<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let verdicts = answer["verdicts"].as_array().expect("verdicts");
    verdicts.iter().find(|v| v["requirement"] == id).unwrap_or_else(|| panic!("no verdict on {id}"))
}

/// A phone in a store of its own, with a profile that its owner has signed in for.
struct Phone {
    scratch: Scratch,
}

impl Phone {
    fn with(test: &str, profile: &Path) -> Phone {
        let scratch = Scratch::new(test);
        std::fs::write(scratch.file("password"), "secret").expect("a file");
        let phone = Phone { scratch };
        phone.device(&["create", "phone"]);
        let password = format!("password=@{}", text(&phone.file("password")));
        phone.device(&["install", "phone", text(profile), "--secret", &password]);
        phone
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scratch.file(name)
    }

    fn device(&self, arguments: &[&str]) -> String {
        ok(&[&["device", "--store", text(&self.file("store"))], arguments].concat())
    }

    fn verify(&self, arguments: &[&str]) -> (i32, Value) {
        verify(&[&["--device", "phone", "--store", text(&self.file("store"))], arguments].concat())
    }

    fn collect(&self) -> PathBuf {
        let seen = self.file("seen");
        let store = self.file("store");
        ok(&["evidence", "collect", "--device", "phone", "--store", text(&store), "-o", text(&seen)]);
        seen
    }
}

/// contoso-mail with one thing changed.
fn changed(scratch: &Scratch, from: &str, to: &str) -> PathBuf {
    let whole = std::fs::read_to_string(profile("contoso-mail")).expect("a profile");
    assert!(whole.contains(from), "{from}");
    let path = scratch.file("changed.mobileconfig");
    std::fs::write(&path, whole.replacen(from, to, 1)).expect("a file");
    path
}

#[test]
fn a_right_device_passes() {
    let phone = Phone::with("verify-right", &profile("contoso-mail"));
    for intent in [profile("contoso-mail"), policy()] {
        let (code, answer) = phone.verify(&["--intent", text(&intent)]);
        assert_eq!(with_outcome(&answer, "fail"), Vec::<&str>::new());
        assert_eq!(code, 0, "{answer:#}");
        assert_eq!(answer["drift"], Value::Array(Vec::new()));
        for id in ["EAS-010", "EAS-041", "EAS-043", "EAS-052", "EAS-064", "EAS-092", "SMO-010"] {
            let verdict = verdict(&answer, id);
            assert_eq!(verdict["outcome"], "pass", "{id}");
            assert!(!verdict["observations"].as_array().expect("ids").is_empty(), "{id}");
        }
        // Every row of the catalogue is there; what no device can show says why and never passes.
        let rows: Vec<&Value> = answer["verdicts"].as_array().expect("verdicts").iter().collect();
        assert_eq!(
            rows.iter().filter(|v| v["requirement"].is_string()).count(),
            intent::requirement::ROWS.len()
        );
        for row in rows.iter().filter(|v| v["status"] == "pending") {
            assert_eq!(row["outcome"], "inconclusive", "{row}");
            assert!(row["reason"].is_string(), "{row}");
        }
    }
    let seen = phone.collect();
    let (code, _) =
        verify(&["--intent", text(&policy()), "--evidence", text(&seen), "--user", "alice@contoso.example"]);
    assert_eq!(code, 0, "what was collected says the same");
    let human = ok(&["verify", "--intent", text(&policy()), "--evidence", text(&seen)]);
    assert!(human.contains("as the policy says (exit 0)"), "{human}");
}

#[test]
fn each_wrong_device_fails_with_its_requirement() {
    let key = |key: &str, value: &str| format!("<key>{key}</key>\n\t\t\t{value}");
    for (number, (name, from, to, requirement)) in [
        ("EnableNotes", "<false/>", "<true/>", "EAS-043"),
        ("EnableMailUserOverridable", "<false/>", "<true/>", "EAS-052"),
        ("MailNumberOfPastDaysToSync", "<integer>14</integer>", "<integer>3</integer>", "EAS-090"),
        ("PreventMove", "<true/>", "<false/>", "EAS-092"),
        ("PreventAppSheet", "<true/>", "<false/>", "EAS-094"),
        ("SMIMESigningEnabled", "<true/>", "<false/>", "EAS-064"),
        ("SMIMEEncryptByDefault", "<false/>", "<true/>", "EAS-071"),
        ("Host", "<string>mail.contoso.example</string>", "<string>old.contoso.example</string>", "EAS-010"),
    ]
    .into_iter()
    .enumerate()
    {
        let scratch = Scratch::new(&format!("verify-wrong-profile-{number}"));
        let wrong = changed(&scratch, &key(name, from), &key(name, to));
        let phone = Phone::with(&format!("verify-wrong-{number}"), &wrong);
        for intent in [profile("contoso-mail"), policy()] {
            let (code, answer) = phone.verify(&["--intent", text(&intent)]);
            assert_eq!(code, 1, "{name}");
            let verdict = verdict(&answer, requirement);
            assert_eq!(verdict["outcome"], "fail", "{name}: {verdict:#}");
            assert!(verdict["remedy"].as_str().is_some_and(|r| r.len() > 40), "{name}");
            assert!(!verdict["observations"].as_array().expect("ids").is_empty(), "{name}");
            assert_eq!(verdict["checks"][0]["policy"], "Contoso Mail");
            assert!(!answer["drift"].as_array().expect("drift").is_empty(), "{name}");
        }
    }
}

#[test]
fn a_device_without_the_profile_fails_and_one_that_waits_is_left_open() {
    let scratch = Scratch::new("verify-bare");
    let store = scratch.file("store");
    ok(&["device", "--store", text(&store), "create", "phone"]);
    let policy = policy();
    let arguments = ["--intent", text(&policy), "--device", "phone", "--store", text(&store)];
    let (code, answer) = verify(&arguments);
    assert_eq!((code, &verdict(&answer, "EAS-001")["outcome"]), (1, &"fail".into()));
    assert_eq!(verdict(&answer, "EAS-001")["remedy_key"], "not-installed");
    ok(&["device", "--store", text(&store), "install", "phone", text(&profile("contoso-mail"))]);
    let (code, answer) = verify(&arguments);
    assert_eq!(with_outcome(&answer, "fail"), Vec::<&str>::new());
    assert_eq!(code, 5);
    assert_eq!(verdict(&answer, "EAS-041")["outcome"], "pass", "the prompt was seen");
}

#[test]
fn no_evidence_is_inconclusive_and_never_a_pass() {
    let scratch = Scratch::new("verify-empty");
    let (nothing, seen) = (scratch.file("status.json"), scratch.file("seen"));
    std::fs::write(&nothing, "{\"StatusItems\": {}}").expect("a file");
    ok(&["evidence", "import", text(&nothing), "-o", text(&seen)]);
    ok(&["evidence", "validate", text(&seen)]);
    let (code, answer) =
        verify(&["--intent", text(&policy()), "--evidence", text(&seen), "--user", "alice@contoso.example"]);
    assert_eq!(code, 5);
    assert_eq!(with_outcome(&answer, "pass"), Vec::<&str>::new());
    assert_eq!(with_outcome(&answer, "fail"), Vec::<&str>::new());
    // What says nothing of mail settles nothing either.
    ok(&["evidence", "import", text(&fixture("security-info.plist")), "-o", text(&seen)]);
    let (code, answer) = verify(&["--intent", text(&policy()), "--evidence", text(&seen)]);
    assert_eq!((code, with_outcome(&answer, "pass").len()), (5, 0));
}

#[test]
fn what_management_tells_is_judged_and_the_rest_left_open() {
    let scratch = Scratch::new("verify-management");
    let seen = scratch.file("seen");
    let import = |at: &str, names: &[&str]| {
        let files: Vec<PathBuf> = names.iter().map(|n| fixture(n)).collect();
        let files: Vec<&str> = files.iter().map(|f| text(f)).collect();
        ok(&[&["evidence", "import"], &files[..], &["-o", text(&seen), "--at", at]].concat())
    };
    import(
        AT,
        &["profile-list.plist", "ddm-status.json", "certificate-list.plist", "signed.eml", "encrypted.eml"],
    );
    let policy = policy();
    let arguments = ["--intent", text(&policy), "--evidence", text(&seen), "--user", "alice@contoso.example"];
    let (code, answer) = verify(&arguments);
    assert_eq!((code, with_outcome(&answer, "fail")), (5, Vec::new()), "{answer:#}");
    assert_eq!(answer["device"]["ios_from"], "evidence");
    for id in ["EAS-010", "EAS-011", "EAS-012", "EAS-043"] {
        assert_eq!(verdict(&answer, id)["outcome"], "pass", "{id}");
    }
    assert_eq!(verdict(&answer, "EAS-090")["outcome"], "inconclusive", "management does not tell the window");
    // A day later a service is on that must be off.
    import("2026-11-03T09:00:00Z", &["ddm-status-notes-on.json"]);
    let (code, answer) = verify(&arguments);
    assert_eq!((code, &verdict(&answer, "EAS-043")["outcome"]), (1, &"fail".into()));
    let drift = &answer["drift"][0];
    assert_eq!(drift["subject"], "services.notes.on");
    assert_eq!((&drift["observed"], &drift["expected"]), (&"true".into(), &"false".into()));
    assert_eq!(drift["since"], "2026-11-03T09:00:00Z");
    // An identity that has expired, and a profile that is gone.
    import("2026-11-04T09:00:00Z", &["certificate-list-expired.plist"]);
    let (_, answer) = verify(&arguments);
    assert_eq!(verdict(&answer, "EAS-069")["outcome"], "fail");
    import("2026-11-05T09:00:00Z", &["profile-list-without-mail.plist"]);
    let (_, answer) = verify(&arguments);
    assert_eq!(verdict(&answer, "EAS-001")["remedy_key"], "not-installed");
}

#[test]
fn a_refusal_and_intunes_report_of_it_lead_to_the_duplicate_account() {
    for (number, name) in
        ["install-profile-error.plist", "intune-report-duplicate.json"].into_iter().enumerate()
    {
        let scratch = Scratch::new(&format!("verify-duplicate-{number}"));
        let seen = scratch.file("seen");
        ok(&["evidence", "import", text(&fixture(name)), "-o", text(&seen)]);
        let (code, answer) = verify(&["--intent", text(&policy()), "--evidence", text(&seen)]);
        assert_eq!(code, 1, "{name}");
        let verdicts = answer["verdicts"].as_array().expect("verdicts");
        let found = verdicts.iter().find(|v| v["remedy_key"] == "duplicate-account");
        assert!(found.is_some_and(|v| v["remedy"].as_str().is_some_and(|r| r.contains("by hand"))), "{name}");
    }
}

#[test]
fn intunes_word_settles_only_what_it_can_know() {
    let scratch = Scratch::new("verify-intune");
    let seen = scratch.file("seen");
    ok(&["evidence", "import", "intune", text(&fixture("intune-report.json")), "-o", text(&seen)]);
    let (code, answer) = verify(&["--intent", text(&policy()), "--evidence", text(&seen)]);
    assert_eq!((code, with_outcome(&answer, "fail")), (5, Vec::new()));
    assert_eq!(verdict(&answer, "EAS-010")["outcome"], "inconclusive");
}

#[test]
fn conflicts_name_both_policies() {
    let scratch = Scratch::new("verify-conflict");
    let other = scratch.file("pilot.json");
    let whole = std::fs::read_to_string(policy()).expect("a policy");
    let pilot = whole
        .replace("\"displayName\": \"Contoso Mail\"", "\"displayName\": \"Pilot\"")
        .replace("\"twoWeeks\"", "\"oneMonth\"");
    std::fs::write(&other, pilot).expect("a file");
    let phone = Phone::with("verify-conflict-phone", &profile("contoso-mail"));
    let (code, answer) = phone.verify(&["--intent", text(&policy()), text(&other)]);
    assert_eq!(code, 1);
    let conflicts = answer["conflicts"].as_array().expect("conflicts");
    assert_eq!(conflicts.len(), 1, "{conflicts:#?}");
    assert_eq!(conflicts[0]["setting"], "durationOfEmailToSync");
    assert_eq!(conflicts[0]["values"][0]["policy"], "Contoso Mail");
    assert_eq!(conflicts[0]["values"][1], serde_json::json!({"policy": "Pilot", "value": "31"}));
    // The same twice contradicts nothing.
    let (code, _) = phone.verify(&["--intent", text(&policy()), "--intent", text(&policy())]);
    assert_eq!(code, 0);
    // Intune reports one.
    let seen = scratch.file("seen");
    ok(&["evidence", "import", text(&fixture("intune-report-conflict.json")), "-o", text(&seen)]);
    let (code, answer) = verify(&["--intent", text(&policy()), "--evidence", text(&seen)]);
    assert_eq!(code, 1);
    let named: Vec<&Value> =
        answer["conflicts"][0]["values"].as_array().expect("values").iter().map(|v| &v["policy"]).collect();
    assert_eq!(named, ["Contoso Mail", "Contoso Mail (pilot)"]);
}

#[test]
fn drift_says_since_when_and_by_whom() {
    let phone = Phone::with("verify-drift", &profile("all-data-open"));
    let seen = phone.collect();
    phone.device(&["clock", "phone", "+30d"]);
    phone.device(&["act", "phone", "service.notes.off"]);
    phone.collect();
    phone.device(&["clock", "phone", "+1d"]);
    phone.collect();
    let intent = profile("all-data-open");
    let (code, answer) = verify(&["--intent", text(&intent), "--evidence", text(&seen)]);
    assert_eq!(code, 1);
    let drift = answer["drift"].as_array().expect("drift");
    let notes = drift.iter().find(|d| d["subject"] == "services.notes.on").expect("the switch");
    assert!(notes["since"].as_str().is_some_and(|s| s.starts_with("2026-12-02T08:")), "{notes}");
    assert_eq!(notes["by_user"], true);
    assert_eq!(verdict(&answer, "EAS-043")["remedy_key"], "user-change");
    let (code, answer) =
        verify(&["--intent", text(&intent), "--evidence", text(&seen), "--allow-user-changes"]);
    assert_eq!(code, 0, "the policy lets the owner do that");
    assert_eq!(answer["drift"].as_array().map(Vec::len), Some(1));
}

#[test]
fn changed_evidence_is_refused_with_place_and_reason() {
    type Change = fn(&Path);
    let changes: [(&str, Change, &str); 5] = [
        ("raw", |seen| replace(&seen.join("raw/1.plist"), "Acknowledged", "acknowledged"), "raw/1.plist"),
        (
            "log",
            |seen| replace(&seen.join("log.ndjson"), "example.contoso.wifi", "example.contoso.wafi"),
            "log.ndjson",
        ),
        ("missing", |seen| std::fs::remove_file(seen.join("raw/1.plist")).expect("a file"), "raw/1.plist"),
        ("cut", |seen| cut(&seen.join("log.ndjson")), "log.ndjson"),
        ("larger", |seen| append(&seen.join("raw/1.plist")), "raw/1.plist"),
    ];
    for (name, change, place) in changes {
        let scratch = Scratch::new(&format!("verify-changed-{name}"));
        let seen = scratch.file("seen");
        ok(&["evidence", "import", text(&fixture("profile-list.plist")), "-o", text(&seen)]);
        let sound: Value =
            serde_json::from_str(&ok(&["evidence", "validate", text(&seen), "--format", "json"]))
                .expect("JSON");
        follows(&sound, "evidence-validate");
        change(&seen);
        let output = run(&["evidence", "validate", text(&seen), "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        follows(&answer, "evidence-validate");
        assert_eq!(answer["valid"], false);
        assert!(answer["place"].as_str().is_some_and(|p| p.ends_with(place)), "{name}: {answer}");
        assert!(answer["reason"].as_str().is_some_and(|r| !r.is_empty()), "{name}");
        let judged = run(&["verify", "--intent", text(&policy()), "--evidence", text(&seen)]);
        assert_eq!((judged.status.code(), judged.stdout.len()), (Some(2), 0), "{name}");
        let more = run(&["evidence", "import", text(&fixture("ddm-status.json")), "-o", text(&seen)]);
        assert_eq!(more.status.code(), Some(2), "{name}: nothing is added to it");
        assert_eq!(run(&["evidence", "show", text(&seen)]).status.code(), Some(2), "{name}");
    }
}

fn replace(path: &Path, from: &str, to: &str) {
    let whole = std::fs::read_to_string(path).expect("a file");
    assert!(whole.contains(from), "{from}");
    std::fs::write(path, whole.replacen(from, to, 1)).expect("a file");
}

fn cut(path: &Path) {
    let whole = std::fs::read_to_string(path).expect("a file");
    let lines: Vec<&str> = whole.lines().collect();
    std::fs::write(path, lines[..lines.len() - 1].join("\n") + "\n").expect("a file");
}

fn append(path: &Path) {
    let mut whole = std::fs::read(path).expect("a file");
    whole.push(b'\n');
    std::fs::write(path, whole).expect("a file");
}

#[test]
fn what_cannot_be_read_is_said_and_nothing_is_left_half_written() {
    let scratch = Scratch::new("verify-unreadable");
    let (seen, bad) = (scratch.file("seen"), scratch.file("bad.json"));
    std::fs::write(&bad, "{\"StatusItems\": {\"account\": {\"list\": {\"exchange\": [{}]}}}}")
        .expect("a file");
    let good = fixture("profile-list.plist");
    let output = run(&["evidence", "import", text(&good), text(&bad), "-o", text(&seen)]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("StatusItems.account.list.exchange[0].identifier"), "{errors}");
    assert!(!seen.exists(), "nothing of it is written");
    assert_eq!(std::fs::read_dir(scratch.path()).expect("a folder").count(), 1, "nothing lies beside it");
    std::fs::create_dir(scratch.file("other")).expect("a folder");
    std::fs::write(scratch.file("other/note"), "mine").expect("a file");
    assert_eq!(
        run(&["evidence", "import", text(&good), "-o", text(&scratch.file("other"))]).status.code(),
        Some(2)
    );
    for folder in [scratch.file("other"), scratch.file("none")] {
        assert_eq!(run(&["evidence", "validate", text(&folder)]).status.code(), Some(2));
        assert_eq!(
            run(&["verify", "--intent", text(&policy()), "--evidence", text(&folder)]).status.code(),
            Some(2)
        );
    }
    ok(&["evidence", "import", text(&good), "-o", text(&seen)]);
    let wrong = scratch.file("policy.json");
    std::fs::write(
        &wrong,
        std::fs::read_to_string(policy()).expect("a policy").replace("contacts,email", "contacts,mail"),
    )
    .expect("a file");
    let output = run(&["verify", "--intent", text(&wrong), "--evidence", text(&seen)]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("easServices") && errors.contains("email"), "{errors}");
    let nobody = run(&[
        "verify",
        "--intent",
        text(&policy()),
        "--device",
        "nobody",
        "--store",
        text(&scratch.file("s")),
    ]);
    assert_eq!(nobody.status.code(), Some(2));
    let both = run(&["verify", "--intent", text(&policy()), "--device", "a", "--evidence", "b"]);
    assert_eq!(both.status.code(), Some(2));
    assert_eq!(run(&["verify", "--device", "a"]).status.code(), Some(2));
}

#[test]
fn shown_evidence_follows_its_schema_and_cites_its_bytes() {
    let phone = Phone::with("verify-show", &profile("contoso-mail"));
    let seen = phone.collect();
    let before = std::fs::read(seen.join("log.ndjson")).expect("a log");
    for name in [
        "profile-list.plist",
        "certificate-list.plist",
        "security-info.plist",
        "managed-application-list.plist",
        "device-information.plist",
        "install-profile-error.plist",
        "ddm-status.json",
        "intune-report.json",
        "signed.eml",
    ] {
        ok(&["evidence", "import", text(&fixture(name)), "-o", text(&seen), "--at", AT]);
    }
    let pem = root().join("fixtures/pki/alice-encryption.cert.pem");
    ok(&["evidence", "import", "certificates", text(&pem), "-o", text(&seen)]);
    let shown: Value =
        serde_json::from_str(&ok(&["evidence", "show", text(&seen), "--format", "json"])).expect("JSON");
    follows(&shown, "evidence-show");
    let after = std::fs::read(seen.join("log.ndjson")).expect("a log");
    let lines = |bytes: &[u8]| bytes.split(|b| *b == b'\n').count();
    assert!(lines(&after) > lines(&before));
    let observations = shown["observations"].as_array().expect("observations");
    for observation in observations {
        let file = seen.join(observation["raw"]["file"].as_str().expect("a file"));
        assert_eq!(
            Some(std::fs::metadata(file).expect("raw bytes").len()),
            observation["raw"]["octets"].as_u64()
        );
    }
    // No secret of the phone is in what is kept.
    let raw = std::fs::read_to_string(seen.join("raw/1.json")).expect("raw bytes");
    assert!(!raw.contains("PRIVATE KEY") && !raw.contains("\"secret\""));
    assert!(ok(&["evidence", "show", text(&seen)]).contains("Intune: Contoso Mail compliant"));
}

#[test]
fn a_trial_is_judged_by_a_policy_too() {
    let policy = policy();
    let (code, result) = try_json(&profile("contoso-mail"), &["--intent", text(&policy)]);
    follows(&result, "trial");
    assert_eq!(with_outcome(&result, "fail"), Vec::<&str>::new());
    assert_eq!(code, 0);
    assert!(with_outcome(&result, "pass").contains(&"EAS-052"));
    let (code, result) = try_json(&profile("all-data-open"), &["--intent", text(&policy)]);
    follows(&result, "trial");
    assert_eq!((code, &result["exit"]), (1, &1.into()));
    assert!(with_outcome(&result, "fail").contains(&"EAS-052"));
    assert_eq!(result["deviations"], Value::Array(Vec::new()), "it is as its profile says");
    let (code, result) = try_json(&profile("all-data-open"), &[]);
    assert_eq!((code, result["verdicts"].as_array().map(Vec::len)), (0, Some(0)));
    let human = run(&["try", text(&profile("all-data-open")), "--intent", text(&policy), "--color", "never"]);
    let human = String::from_utf8_lossy(&human.stdout).into_owned();
    assert!(human.contains("not as the policy says (exit 1)") && human.contains("remedy"), "{human}");
    let missing = run(&["try", text(&profile("all-data-open")), "--intent", "no-such-policy.json"]);
    assert_eq!((missing.status.code(), missing.stdout.len()), (Some(2), 0));
}
