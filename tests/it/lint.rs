//! `handset lint`, `handset explain`, `handset schema`: every rule on its two profiles, the contracts, the exit codes.

use crate::program::handset;
use conformance::{Scratch, files, profile, root, shared};
use handset::findings::{lint, unwrap};
use profile::lint::{rule, rules};
use profile::{OsVersion, Profile, Schema, Timestamp};
use serde_json::Value;
use simulator::PROVIDER;
use smime::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    Command::new(handset()).args(arguments).current_dir(root()).output().expect("the program starts")
}

fn json(arguments: &[&str]) -> (i32, Value) {
    let output = run(arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{arguments:?}: {e}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().expect("an exit code"), value)
}

fn lint_text(text: &str, arguments: &[&str]) -> (i32, Value) {
    let mut child = Command::new(handset())
        .args(["lint", "-", "--format", "json"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn ids(report: &Value) -> BTreeSet<String> {
    let files = report["files"].as_array().expect("files");
    let findings = files.iter().flat_map(|file| file["findings"].as_array().expect("findings"));
    findings.map(|finding| finding["rule"].as_str().expect("rule").to_owned()).collect()
}

fn validator(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(root().join("fixtures/schema").join(name)).expect("the schema");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema")
}

fn follows(validator: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The iOS and the time that a fixture of a rule is judged at.
fn options(all: &Value, id: &str, side: &str) -> (OsVersion, Timestamp) {
    let one = |name: &str| {
        let of = |side: &str| all[id][side][name].as_str().map(str::to_owned);
        of(side).or_else(|| of("both"))
    };
    let ios = one("ios").unwrap_or_else(|| "17.5".to_owned());
    let clock = one("clock").unwrap_or_else(|| "2026-11-02T08:00:00Z".to_owned());
    (ios.parse().expect("a version"), Timestamp::parse_rfc3339(&clock).expect("a time"))
}

/// The rules that report on a fixture, certificates opened for real.
fn reported(file: &Path, ios: OsVersion, clock: Timestamp) -> BTreeSet<&'static str> {
    let bytes = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let cx = Context { now: smime::Timestamp(clock.0), crypto: &PROVIDER };
    if file.extension().is_some_and(|e| e == "plist") {
        // What was decrypted is read by whoever decrypts.
        let (_, findings) = Profile::default().with_decrypted_content(&bytes);
        return findings.iter().map(|finding| finding.rule).collect();
    }
    let wrapped = unwrap(&cx, &bytes);
    let (profile, read) = profile::parse(&wrapped.inner);
    let mut findings = wrapped.findings;
    findings.extend(read);
    findings.extend(lint(&cx, Schema::builtin(), &profile, ios));
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_rule_has_a_profile_that_triggers_it_and_one_that_just_does_not() {
    let folder = root().join("fixtures/lint");
    let text = std::fs::read_to_string(folder.join("options.json")).expect("the options");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let mut wrong = Vec::new();
    for rule in rules() {
        let id = rule.description().id;
        let file = |side: &str| -> PathBuf {
            let named = |extension: &str| folder.join(id).join(format!("{side}.{extension}"));
            if named("plist").exists() { named("plist") } else { named("mobileconfig") }
        };
        for (side, expected) in [("triggers", true), ("clean", false)] {
            let (ios, clock) = options(&all, id, side);
            let found = reported(&file(side), ios, clock);
            if found.contains(id) != expected {
                wrong.push(format!("{id}/{side}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let known: BTreeSet<String> = rules().iter().map(|rule| rule.description().id.to_owned()).collect();
    let there: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("the folder")
        .flatten()
        .filter(|entry| entry.path().is_dir() && entry.file_name() != "pki")
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(known, there, "a folder for each rule and none besides");
    assert!(known.len() >= 60);
    for id in all.as_object().expect("an object").keys() {
        assert!(known.contains(id), "options of the unknown rule {id}");
    }
}

#[test]
fn a_fixture_shows_its_rule_and_little_else() {
    let folder = root().join("fixtures/lint");
    let text = std::fs::read_to_string(folder.join("options.json")).expect("the options");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    for rule in rules() {
        let id = rule.description().id;
        let (ios, clock) = options(&all, id, "triggers");
        let file = folder.join(id).join("triggers.mobileconfig");
        if file.exists() {
            let found = reported(&file, ios, clock);
            assert!(found.len() <= 7, "{id}: {found:?}");
        }
    }
}

/// Requirements that a linter must see but that no profile shows, and why.
const NOT_IN_A_PROFILE: [(&str, &str); 0] = [];

/// What each of the known pains of administrators looks like in a profile: the rules, or why it cannot be seen.
const PAINS: [(u64, &[&str], &str); 15] = [
    (1, &["eas-duplicate-account"], ""),
    (2, &["dangling-certificate-reference", "reference-not-identity"], ""),
    (
        3,
        &[
            "eas-oauth-password",
            "eas-oauth-host-ignored",
            "eas-oauth-support-unknown",
            "eas-oauth-with-certificate",
        ],
        "",
    ),
    (4, &["eas-basic-authentication"], ""),
    (5, &[], "which groups a profile is assigned to is not in it"),
    (6, &[], "codes are what a device answers; `handset explain CODE` decodes them"),
    (7, &["smime-identity-not-newest", "identity-unused"], ""),
    (8, &["smime-encryption-per-device", "scep-use-unfit"], ""),
    (9, &[], "which keychain an app may read is decided on the device"),
    (10, &["certificate-email-differs", "certificate-not-for-email"], ""),
    (11, &[], "where recipients' certificates are looked up is decided on the device"),
    (12, &["certificate-expired", "certificate-expires-soon", "certificate-not-yet-valid"], ""),
    (13, &["smime-signing-locked-out", "smime-encryption-locked-out", "override-spelling"], ""),
    (
        14,
        &[
            "pkcs12-modern-protection",
            "pkcs12-password-missing",
            "certificate-non-repudiation",
            "certificate-cannot-open",
            "scep-subject-comma",
        ],
        "",
    ),
    (15, &["unknown-key", "key-misplaced", "override-spelling", "eas-dead-mail-settings"], ""),
];

#[test]
fn every_requirement_for_a_linter_has_a_rule() {
    let (code, known) = json(&["explain", "EAS-053", "--format", "json"]);
    assert_eq!((code, &known["lint"]), (0, &Value::Bool(true)));
    let cited: BTreeSet<&str> =
        rules().iter().flat_map(|rule| rule.description().requirements.iter().copied()).collect();
    let text = std::fs::read_to_string(root().join("agent/data/requirements.json")).expect("the catalogue");
    let catalogue: Value = serde_json::from_str(&text).expect("JSON");
    let rows = catalogue["rows"].as_array().expect("rows");
    let all: BTreeSet<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    for id in &cited {
        assert!(all.contains(id), "a rule cites {id}, which is not in the catalogue");
    }
    let mut linted = 0;
    for row in rows.iter().filter(|row| row["lint"] == true) {
        let id = row["id"].as_str().unwrap();
        let excused = NOT_IN_A_PROFILE.iter().any(|(other, why)| *other == id && !why.is_empty());
        assert!(cited.contains(id) != excused, "{id} has a rule or a reason, and not both");
        linted += 1;
    }
    assert_eq!(linted, 16);
}

#[test]
fn every_pain_has_a_rule_or_a_reason() {
    for (at, (rank, shown, reason)) in PAINS.iter().enumerate() {
        assert_eq!(*rank as usize, at + 1);
        assert!(shown.is_empty() != reason.is_empty(), "pain {rank}: rules or a reason, not both");
        for id in *shown {
            assert!(rule(id).is_some(), "pain {rank}: no rule {id}");
        }
    }
    let Some(path) = shared("facts/intune/pains.json", "every_pain_has_a_rule_or_a_reason") else { return };
    let facts: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(facts.as_array().unwrap().len(), PAINS.len());
}

#[test]
fn carried_data_says_what_the_facts_say() {
    let name = "carried_data_says_what_the_facts_say";
    let read = |path: PathBuf| -> Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let own = |name: &str| read(root().join("agent/data").join(name));
    if let Some(path) = shared("facts/intune/requirements.json", name) {
        let (facts, carried) = (read(path), own("requirements.json"));
        let rows = |value: &Value| value["rows"].as_array().unwrap().clone();
        assert_eq!(rows(&facts).len(), rows(&carried).len());
        for (fact, row) in rows(&facts).iter().zip(rows(&carried)) {
            for member in ["id", "setting"] {
                assert_eq!(fact[member], row[member]);
            }
            assert_eq!(fact["lint"] == true, row["lint"] == true, "{}", row["id"]);
        }
    }
    if let Some(path) = shared("facts/apple/error-codes.json", name) {
        assert_eq!(read(path)["codes"], own("error-codes.json")["domains"]);
    }
    if let Some(path) = shared("facts/intune/error-codes.json", name) {
        let (facts, carried) = (read(path), own("error-codes.json"));
        for fact in ["apple", "common"].iter().flat_map(|list| facts[*list].as_array().unwrap().clone()) {
            let code = fact["intune"].as_i64().unwrap();
            assert!(carried["intune"][code.to_string()].is_string(), "{code}");
            let (status, told) = json(&["explain", &code.to_string(), "--format", "json"]);
            assert_eq!(status, 0);
            if let Some(apple) = fact["apple_code"].as_i64().filter(|code| *code != 12039) {
                assert_eq!(told["codes"][0]["apple_code"], apple);
                assert_eq!(told["codes"][0]["domain"], fact["apple_domain"]);
            }
            assert_eq!(told["codes"][0]["hex"], fact["hex"], "{code}");
        }
    }
}

#[test]
fn the_answer_follows_the_committed_schema() {
    let validator = validator("lint.schema.json");
    let (code, report) = json(&["lint", "fixtures/profiles", "fixtures/lint", "--format", "json"]);
    follows(&validator, &report);
    assert_eq!((code, &report["exit"]), (2, &Value::from(2)), "some are no property lists");
    let count = |severity: &str| {
        let files = report["files"].as_array().unwrap();
        files
            .iter()
            .flat_map(|f| f["findings"].as_array().unwrap())
            .filter(|f| f["severity"] == severity)
            .count()
    };
    for (member, severity) in [("errors", "error"), ("warnings", "warning"), ("infos", "info")] {
        assert_eq!(report["summary"][member], count(severity));
    }
    let names: Vec<String> =
        report["files"].as_array().unwrap().iter().map(|f| f["file"].as_str().unwrap().to_owned()).collect();
    let there = |folder: &str| files(&root().join("fixtures").join(folder), "mobileconfig").len();
    assert_eq!(names.len(), there("profiles") + there("lint"));
    let (_, again) = json(&["lint", "fixtures/profiles", "fixtures/lint", "--format", "json"]);
    assert_eq!(report, again);
}

#[test]
fn places_are_lines_and_columns() {
    let (code, report) =
        json(&["lint", "fixtures/lint/string-boolean/triggers.mobileconfig", "--format", "json"]);
    assert_eq!(code, 1);
    let findings = report["files"][0]["findings"].as_array().unwrap();
    let finding = findings.iter().find(|f| f["rule"] == "string-boolean").expect("the finding");
    let text =
        std::fs::read_to_string(root().join("fixtures/lint/string-boolean/triggers.mobileconfig")).unwrap();
    let line = text.lines().position(|line| line.contains("<key>SSL</key>")).unwrap() + 2;
    assert_eq!(finding["line"], line);
    let shown = text.lines().nth(line - 1).unwrap();
    assert_eq!(finding["column"], shown.find('<').unwrap() + 1);
    assert_eq!(
        (finding["end_line"].as_u64(), finding["end_column"].as_u64()),
        (Some(line as u64), Some(shown.len() as u64 + 1))
    );
    let (_, binary) =
        json(&["lint", "fixtures/profiles/contoso-mail-binary.mobileconfig", "--format", "json"]);
    let finding = &binary["files"][0]["findings"][0];
    assert!(finding["line"].is_null() && finding["offset"].is_u64(), "{finding}");
    assert_eq!(binary["files"][0]["format"], "binary");
}

#[test]
fn exit_codes_are_as_documented() {
    let code = |arguments: &[&str]| run(&[&["lint"], arguments].concat()).status.code().unwrap();
    let good = "fixtures/profiles/all-data-open.mobileconfig";
    let warned = "fixtures/lint/eas-scope-open/triggers.mobileconfig";
    let wrong = "fixtures/lint/wrong-type/triggers.mobileconfig";
    assert_eq!(code(&[good]), 0);
    assert_eq!(code(&[good, "--fail-on", "info"]), 0);
    assert_eq!(code(&[warned]), 0);
    assert_eq!(code(&[warned, "--fail-on", "warning"]), 1);
    assert_eq!(code(&["fixtures/lint/uuid-form/triggers.mobileconfig", "--fail-on", "warning"]), 0);
    assert_eq!(code(&["fixtures/lint/uuid-form/triggers.mobileconfig", "--fail-on", "info"]), 1);
    assert_eq!(code(&[wrong, good]), 1);
    assert_eq!(code(&[wrong, "--fail-on", "never"]), 0);
    for broken in
        ["not-a-plist", "empty", "truncated", "wrong-encoding", "wrong-encoding-utf16", "entity-bomb"]
    {
        let file = format!("fixtures/profiles/broken/{broken}.mobileconfig");
        assert_eq!(code(&[&file]), 2, "{broken}");
        assert_eq!(code(&[good, &file, wrong, "--fail-on", "never"]), 2, "{broken} among others");
    }
    assert_eq!(code(&["no/such.mobileconfig"]), 2);
    assert_eq!(code(&[]), 2);
    assert_eq!(code(&[good, "--ios", "seventeen"]), 2);
    assert_eq!(code(&[good, "--schema", "Cargo.toml"]), 2);
    assert_eq!(code(&["agent/data"]), 4);
    assert_eq!(code(&["fixtures/profiles/*.nothing"]), 4);
    assert_eq!(code(&["fixtures/profiles/[*"]), 2);
    assert_eq!(code(&["fixtures/profiles/smime-*.mobileconfig", "fixtures/profiles/**/wrong-type.*"]), 1);
}

#[test]
fn what_is_no_whole_profile_is_linted_as_what_it_is() {
    let fields = "<key>PayloadType</key><string>com.apple.eas.account</string><key>Host</key><string>mail.contoso.example</string>\
        <key>SSL</key><string>YES</string><key>SMIMEEncryptByDefaultUserOverridable</key><true/>";
    let (code, bare) = lint_text(&format!("<plist><dict>{fields}</dict></plist>"), &[]);
    assert_eq!(code, 1);
    let found = ids(&bare);
    for id in ["bare-payload", "string-boolean", "override-spelling", "missing-key", "email-missing"] {
        assert!(found.contains(id), "{id}: {found:?}");
    }
    assert!(!found.contains("profile-type"), "{found:?}");
    let (code, array) = lint_text(&format!("<plist><array><dict>{fields}</dict></array></plist>"), &[]);
    assert_eq!(code, 1);
    assert!(
        ids(&array).is_superset(&BTreeSet::from([
            "profile-not-a-dictionary".to_owned(),
            "string-boolean".to_owned()
        ]))
    );
    for text in [
        "<plist><string>mail</string></plist>",
        "<plist><array/></plist>",
        "<plist><integer>1</integer></plist>",
        "<plist><dict/></plist>",
    ] {
        let (code, report) = lint_text(text, &[]);
        assert_eq!(code, 1, "{text}: {report:#}");
        assert_eq!(report["files"][0]["format"], "xml");
    }
    // Certificates of a payload alone are opened as well.
    let text =
        std::fs::read_to_string(root().join("fixtures/lint/certificate-cannot-open/triggers.mobileconfig"))
            .unwrap();
    let from = text.rfind("<dict>").unwrap();
    let to = from + text[from..].find("</dict>").unwrap() + 7;
    let (code, report) = lint_text(&format!("<plist>{}</plist>", &text[from..to]), &[]);
    assert_eq!(code, 1);
    assert!(ids(&report).contains("certificate-cannot-open"), "{report:#}");
}

#[test]
fn profiles_in_the_wild_are_findings_and_no_refusals() {
    let text = std::fs::read_to_string(root().join("fixtures/lint/ssl-off/clean.mobileconfig")).unwrap();
    let wild = text
        .replacen("<key>PayloadUUID</key>", "<key>PayloadOrganization</key><string></string><key>SSL</key><string>true</string><key>PayloadUUID</key>", 1)
        .replacen("000000000000</string>", "000000000000'</string>", 1)
        .replace("<key>Host</key>", "<key>SomethingNew</key><string>YES</string><key>PayloadRemovalDisallowed</key><true/><key>MailNumberOfPastDaysToSync</key><integer>365</integer><key>Host</key>");
    assert_ne!(text, wild);
    let (code, report) = lint_text(&wild, &[]);
    assert_eq!(code, 0, "{report:#}");
    let found = ids(&report);
    for id in ["organization-empty", "uuid-form", "unknown-key", "key-misplaced", "eas-days-not-listed"] {
        assert!(found.contains(id), "{id}: {found:?}");
    }
    // Leading white space and UTF-16 are read; a known key of the wrong type is what a phone refuses.
    let utf16: Vec<u8> = format!("\u{FEFF}{}", wild.replace("UTF-8", "UTF-16"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let scratch = Scratch::new("lint-wild");
    let file = scratch.file("wild.mobileconfig");
    std::fs::write(&file, utf16).unwrap();
    assert_eq!(run(&["lint", file.to_str().unwrap()]).status.code(), Some(0));
    let (code, _) =
        lint_text(&format!("\n\n{wild}").replace("<integer>365</integer>", "<string>365</string>"), &[]);
    assert_eq!(code, 1);
}

#[test]
fn the_list_of_rules_is_whole() {
    let (code, list) = json(&["lint", "--rules", "--format", "json"]);
    assert_eq!((code, &list["schema_version"]), (0, &Value::from(1)));
    let listed = list["rules"].as_array().unwrap();
    assert_eq!(listed.len(), rules().len());
    for (rule, listed) in rules().iter().zip(listed) {
        let rule = rule.description();
        assert_eq!(listed["id"], rule.id);
        assert_eq!(listed["title"], rule.title);
        assert_eq!(listed["reference"], rule.reference);
        assert!(["error", "warning", "info"].contains(&listed["severity"].as_str().unwrap()));
        assert_eq!(listed["requirements"].as_array().unwrap().len(), rule.requirements.len());
        assert_eq!(listed.as_object().unwrap().len(), 5);
    }
    let text = String::from_utf8(run(&["lint", "--rules"]).stdout).unwrap();
    assert!(rules().iter().all(|rule| text.contains(rule.description().id)));
}

#[test]
fn sarif_names_every_rule_and_every_place() {
    let arguments = ["lint", "fixtures/lint", "fixtures/profiles", "--format", "sarif"];
    let (_, log) = json(&arguments);
    assert_eq!((&log["version"], log["runs"].as_array().unwrap().len()), (&Value::from("2.1.0"), 1));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "handset");
    let described = driver["rules"].as_array().unwrap();
    assert_eq!(described.len(), rules().len());
    for (rule, described) in rules().iter().zip(described) {
        let rule = rule.description();
        assert_eq!(
            (&described["id"], &described["shortDescription"]["text"]),
            (&rule.id.into(), &rule.title.into())
        );
        for text in [
            &described["fullDescription"]["text"],
            &described["help"]["text"],
            &described["help"]["markdown"],
        ] {
            assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{}", rule.id);
        }
        assert!(
            ["error", "warning", "note"]
                .contains(&described["defaultConfiguration"]["level"].as_str().unwrap())
        );
    }
    let artifacts = run["artifacts"].as_array().unwrap();
    let mut kinds = BTreeMap::new();
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().expect("each rule is described") as usize;
        assert_eq!(described[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let artifact = place["artifactLocation"]["index"].as_u64().unwrap() as usize;
        assert_eq!(artifacts[artifact]["location"]["uri"], place["artifactLocation"]["uri"]);
        let region = &place["region"];
        let kind = match (region["startLine"].as_u64(), region["byteOffset"].as_u64()) {
            (Some(line), None) => {
                assert!(
                    line > 0
                        && region["endLine"].as_u64().unwrap() >= line
                        && region["startColumn"].as_u64().unwrap() > 0
                );
                "lines"
            }
            (None, Some(_)) => "octets",
            _ => "nowhere",
        };
        *kinds.entry(kind).or_insert(0) += 1;
    }
    assert!(kinds.len() == 3 && kinds["lines"] > 100, "{kinds:?}");
    let levels: BTreeSet<&str> =
        run["results"].as_array().unwrap().iter().filter_map(|r| r["level"].as_str()).collect();
    assert_eq!(levels, BTreeSet::from(["error", "note", "warning"]));
}

#[test]
fn consoles_get_annotations() {
    let output = run(&["lint", "fixtures/lint/wrong-type/triggers.mobileconfig", "--format", "github"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.contains("title=wrong-type")).expect("the finding");
    assert!(line.starts_with("::error file=fixtures/lint/wrong-type/triggers.mobileconfig,line="), "{line}");
    assert!(
        line.contains(",col=")
            && line.contains("::MailNumberOfPastDaysToSync of payload 0 is string, not integer")
    );
    assert!(text.lines().all(|line| line.starts_with("::")));
}

#[test]
fn people_see_the_source_but_no_secret() {
    for name in ["password-in-profile", "contoso-mail", "broken/wrong-p12-password"] {
        let file = profile(name);
        for format in ["human", "json", "sarif", "github"] {
            let output = run(&["lint", file.to_str().unwrap(), "--format", format]);
            let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(!text.is_empty());
            for secret in
                ["alice-mail-password", "p12-alice-signing", "p12-alice-encryption", "not-the-password"]
            {
                assert!(!text.contains(secret), "{name} {format} prints {secret}");
            }
        }
    }
    let file = "fixtures/lint/private-key-in-certificate/triggers.mobileconfig";
    let text = String::from_utf8(run(&["lint", file]).stdout).unwrap();
    assert!(text.contains("private-key-in-certificate") && !text.contains("LS0tLS1CRUdJTi"), "{text}");
    let text =
        String::from_utf8(run(&["lint", "fixtures/lint/wrong-type/triggers.mobileconfig"]).stdout).unwrap();
    assert!(
        text.contains("<string>7</string>") && text.contains("exit 1") && !text.contains('\u{1b}'),
        "{text}"
    );
    let coloured =
        run(&["lint", "fixtures/lint/wrong-type/triggers.mobileconfig", "--color", "always"]).stdout;
    assert!(coloured.contains(&0x1b));
    let quiet = run(&["lint", "fixtures/lint/eas-scope-open/triggers.mobileconfig", "-q"]);
    assert!(quiet.stdout.is_empty() && quiet.status.code() == Some(0));
}

#[test]
fn rules_keys_codes_and_requirements_are_explained() {
    let explained = |arguments: &[&str]| {
        let (code, value) = json(&[&["explain"], arguments, &["--format", "json"]].concat());
        assert_eq!((code, &value["schema_version"]), (0, &Value::from(1)), "{arguments:?}");
        value
    };
    for rule in rules() {
        let rule = rule.description();
        let value = explained(&[rule.id]);
        assert_eq!((&value["kind"], &value["checks"]), (&"rule".into(), &rule.checks.into()));
        for requirement in rule.requirements {
            let value = explained(&[requirement]);
            assert_eq!(value["kind"], "requirement");
            assert!(value["rules"].as_array().unwrap().contains(&rule.id.into()), "{requirement}");
        }
    }
    let key = explained(&["SMIMEEncryptByDefault"]);
    let types: Vec<&str> =
        key["places"].as_array().unwrap().iter().filter_map(|p| p["payload_type"].as_str()).collect();
    assert_eq!(types, ["com.apple.eas.account", "com.apple.mail.managed"]);
    assert_eq!(
        (&key["places"][0]["type"], &key["places"][0]["introduced"]),
        (&"boolean".into(), &"12.0".into())
    );
    assert!(key["rules"].as_array().unwrap().contains(&"smime-encryption-locked-out".into()));
    let host = explained(&["com.apple.eas.account.Host"]);
    assert_eq!(host["places"].as_array().unwrap().len(), 1);
    let days = explained(&["mailnumberofpastdaystosync"]);
    assert_eq!(days["places"][0]["values"], serde_json::json!([0, 1, 3, 7, 14, 31]));
    assert_eq!(explained(&["com.apple.security.scep"])["kind"], "payload-type");
    for code in [
        &["21005"][..],
        &["MCEASErrorDomain", "21005"],
        &["MCEASErrorDomain 21005"],
        &["0x87D1791D"],
        &["-2016315107"],
    ] {
        let value = explained(code);
        assert_eq!(
            (&value["codes"][0]["apple_code"], &value["codes"][0]["intune"]),
            (&21005.into(), &(-2_016_315_107_i64).into())
        );
    }
    assert!(explained(&["21005"])["rules"].as_array().unwrap().contains(&"eas-duplicate-account".into()));
    let text = String::from_utf8(run(&["explain", "smime-one-identity"]).stdout).unwrap();
    for section in ["What it checks", "Why it matters", "Example", "Reference"] {
        assert!(text.contains(section), "{text}");
    }
    for (unknown, near) in [
        ("smime-one-identiti", "smime-one-identity"),
        ("EmailAdress", "EmailAddress"),
        ("MCEASErorDomain", "MCEASErrorDomain"),
    ] {
        let output = run(&["explain", unknown]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains(&format!("did you mean {near}?")) && output.stdout.is_empty(), "{text}");
    }
    assert_eq!(run(&["explain", "99999"]).status.code(), Some(2));
}

#[test]
fn the_schema_is_shown_and_can_be_another() {
    let (code, shown) = json(&["schema", "--format", "json"]);
    assert_eq!(code, 0);
    assert_eq!((&shown["schema_version"], &shown["ios"]), (&1.into(), &"18.1".into()));
    assert_eq!((&shown["payload_types"], &shown["keys"]), (&48.into(), &1034.into()));
    assert_eq!(shown["source"]["repository"], "apple/device-management");
    let text = String::from_utf8(run(&["schema"]).stdout).unwrap();
    assert!(text.contains("com.apple.eas.account") && text.contains("1034"));
    // A newer schema knows a key that the built-in one does not.
    let scratch = Scratch::new("lint-schema");
    let file = scratch.file("newer.json");
    let built_in = std::fs::read_to_string(root().join("simulator/profile/data/ios-18.1.json")).unwrap();
    let newer = built_in.replace("Release_iOS-18-1_macOS-15-1", "Release_iOS-26-2_macOS-26-2").replacen(
        "{\"k\":\"SMIMEEnabled\"",
        "{\"k\":\"NewThing\",\"t\":\"b\",\"p\":\"o\",\"i\":\"26.0\"},{\"k\":\"SMIMEEnabled\"",
        1,
    );
    std::fs::write(&file, newer).unwrap();
    let path = file.to_str().unwrap();
    let (_, shown) = json(&["schema", "--format", "json", "--schema", path]);
    assert_eq!((&shown["ios"], &shown["keys"]), (&"26.2".into(), &1035.into()));
    let text = std::fs::read_to_string(root().join("fixtures/lint/ssl-off/clean.mobileconfig")).unwrap();
    let text = text.replace("<key>Host</key>", "<key>NewThing</key><true/><key>Host</key>");
    assert!(ids(&lint_text(&text, &[]).1).contains("unknown-key"));
    let (_, known) = lint_text(&text, &["--schema", path]);
    assert!(
        !ids(&known).contains("unknown-key") && ids(&known).contains("key-not-yet-effective"),
        "{known:#}"
    );
}
