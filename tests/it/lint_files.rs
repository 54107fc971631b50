//! `handset lint` on files of every kind: what cannot be read, other encodings, armour, and how much memory it takes.

use crate::program::handset;
use conformance::{Scratch, profile, root};
use profile::plist::{Dictionary, Value as Plist};
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn lint(arguments: &[&str]) -> Output {
    Command::new(handset())
        .arg("lint")
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the program starts")
}

fn json(arguments: &[&str]) -> (i32, Value) {
    let output = lint(&[&["--format", "json"], arguments].concat());
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments:?}: {e}"));
    let text = std::fs::read_to_string(root().join("fixtures/schema/lint.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .expect("a schema")
        .iter_errors(&value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    (output.status.code().expect("an exit code"), value)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn rules(file: &Value) -> Vec<&str> {
    let findings = file["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule")).collect()
}

const SLOPPY: &str = "<dict><key>PayloadType</key><string>com.apple.eas.account</string>\
    <key>Grüße</key><true/><key>Password</key><string>g\u{e9}heim</string></dict>";

#[test]
fn what_can_be_read_is_linted_beside_what_cannot() {
    let scratch = Scratch::new("lint-unreadable");
    let large = scratch.file("large.mobileconfig");
    std::fs::File::create(&large).expect("a file").set_len(25 * 1024 * 1024).expect("a length");
    let good = profile("contoso-mail");
    let files = [text(&good), "no-such.mobileconfig", text(&large)];
    let output = lint(&files);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2));
    assert!(shown.contains("in 3 files (exit 2)"), "{shown}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("no-such.mobileconfig") && errors.contains("larger than"), "{errors}");
    let (exit, report) = json(&files);
    assert_eq!((exit, report["exit"].as_i64()), (2, Some(2)));
    assert_eq!(report["files"][0]["format"], "xml");
    for (at, why) in [(1, "No such file"), (2, "larger than")] {
        let file = &report["files"][at];
        assert_eq!((file["format"].as_str(), rules(file)), (Some("unreadable"), vec!["plist-unreadable"]));
        assert!(file["findings"][0]["message"].as_str().is_some_and(|m| m.contains(why)), "{file}");
    }
    for format in ["sarif", "github"] {
        let output = lint(&[&["--format", format], &files[..]].concat());
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(2) && shown.contains("No such file"), "{shown}");
    }
    let empty = scratch.file("empty");
    std::fs::create_dir(&empty).expect("a folder");
    let (exit, report) = json(&[text(&empty)]);
    assert_eq!((exit, report["files"].as_array().map(Vec::len)), (4, Some(0)));
}

#[test]
fn rules_are_selected_and_left_out_and_supervised_devices_known() {
    let scratch = Scratch::new("lint-select");
    let file = scratch.file("p.mobileconfig");
    let removal = "<dict><key>PayloadRemovalDisallowed</key><true/><key>PayloadScope</key><string>System</string></dict>";
    std::fs::write(&file, format!("<plist>{removal}</plist>")).expect("a file");
    let of = |arguments: &[&str]| {
        let (exit, report) = json(&[&[text(&file)], arguments].concat());
        let rules: Vec<String> = rules(&report["files"][0]).into_iter().map(str::to_owned).collect();
        (exit, rules)
    };
    let (exit, all) = of(&[]);
    assert!(exit == 1 && all.contains(&"removal-disallowed".to_owned()) && all.len() > 3, "{all:?}");
    let (_, supervised) = of(&["--supervised"]);
    assert_eq!(supervised.len() + 1, all.len());
    assert!(!supervised.contains(&"removal-disallowed".to_owned()));
    let two = ["--select", "removal-disallowed,payload-scope-ignored"];
    assert_eq!(of(&two), (0, vec!["removal-disallowed".to_owned(), "payload-scope-ignored".to_owned()]));
    let (_, one) = of(&[&two[..], &["--ignore", "removal-disallowed"]].concat());
    assert_eq!(one, ["payload-scope-ignored"]);
    let output = lint(&[text(&file), "--select", "removal-disalowed"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean “removal-disallowed”"));
    // That there is nothing to read is told whatever is selected.
    std::fs::write(&file, "nothing").expect("a file");
    assert_eq!(of(&["--select", "removal-disallowed"]), (2, vec!["plist-unreadable".to_owned()]));
}

#[test]
fn source_lines_are_shown_in_every_encoding() {
    let scratch = Scratch::new("lint-encodings");
    let document = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n<plist version=\"1.0\">\n{SLOPPY}\n</plist>\n"
        )
    };
    let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{FEFF}{}", document("UTF-16")).encode_utf16().flat_map(unit).collect()
    };
    let latin1 = document("ISO-8859-1").chars().map(|c| u8::try_from(c).expect("Latin-1")).collect();
    let all: [(&str, Vec<u8>); 4] = [
        ("utf8", document("UTF-8").into_bytes()),
        ("utf16be", utf16(u16::to_be_bytes)),
        ("utf16le", utf16(u16::to_le_bytes)),
        ("latin1", latin1),
    ];
    let mut places = Vec::new();
    for (name, bytes) in all {
        let file = scratch.file(name);
        std::fs::write(&file, bytes).expect("a file");
        let output = lint(&[text(&file), "--select", "unknown-key,pkcs12-password-missing"]);
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("<key>Grüße</key>"), "{name}: {shown}");
        assert!(shown.contains("******") && !shown.contains("heim"), "{name}: {shown}");
        let (_, report) = json(&[text(&file), "--select", "unknown-key"]);
        let finding = &report["files"][0]["findings"][0];
        places.push(["line", "column", "end_line", "end_column"].map(|member| finding[member].as_u64()));
        let at = format!("utf8:3:{}", places[0][1].unwrap_or_default());
        assert!(shown.contains(&at.replace("utf8", name)), "{at}: {shown}");
    }
    assert!(places[0][0] == Some(3) && places.iter().all(|place| *place == places[0]), "{places:?}");
}

#[test]
fn a_signed_profile_in_armour_is_read_and_named() {
    let scratch = Scratch::new("lint-armour");
    let file = scratch.file("armour.mobileconfig");
    let signed = std::fs::read(profile("contoso-mail-signed")).expect("a signed profile");
    let mut armour = Vec::new();
    let mut encoder = smime::mime::Base64Encoder::new();
    encoder.update(&signed, &mut armour);
    encoder.finish(&mut armour);
    let armour = String::from_utf8(armour).expect("base64");
    for label in ["PKCS7", "CMS"] {
        let written = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", armour.trim_end());
        std::fs::write(&file, written).expect("a file");
        let (exit, report) = json(&[text(&file)]);
        assert_eq!(
            (exit, &report["files"][0]["signed"], &report["files"][0]["format"]),
            (1, &true.into(), &"xml".into())
        );
        assert!(rules(&report["files"][0]).contains(&"signature-unreadable"));
        let out = scratch.file("inside");
        let run = |arguments: &[&str]| Command::new(handset()).args(arguments).output().expect("it starts");
        let output = run(&["unsign", text(&file), "-o", text(&out)]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(std::fs::read(&out).expect("the inside").starts_with(b"<?xml"));
        let output = run(&["try", text(&file)]);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("text form"));
    }
}

/// What the program may need for a profile of 10 MB.
const MEMORY_BYTES_MAX: u64 = 100_000_000;

/// The most memory that a process has had; none where /proc is absent.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[test]
fn a_dense_profile_of_10_mb_is_linted_in_100_mb() {
    let account = |n: usize| {
        Dictionary::new()
            .with("PayloadType", "com.apple.eas.account")
            .with("PayloadVersion", 1)
            .with("PayloadIdentifier", format!("com.example.{n}"))
            .with("PayloadUUID", format!("5A000000-0000-4000-8000-{n:012X}"))
            .with("EmailAddress", format!("anna{n}@example.com"))
            .with("UserName", format!("anna{n}@example.com"))
            .with("Host", "mail.example.com")
            .with("EnableMail", true)
            .with("Unknown", true)
            .with("MailNumberOfPastDaysToSync", 5)
    };
    let payloads: Vec<Dictionary> = (0..60_000).map(account).collect();
    let bytes = profile::write_binary(&Plist::from(Dictionary::new().with("PayloadContent", payloads)));
    assert!(bytes.len() > 9_500_000, "{}", bytes.len());
    let mut child = Command::new(handset())
        .args(["lint", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("it reads");
    // The answer is longer than a pipe holds: once it comes, all work is done and the process still there.
    let mut answer = vec![0];
    let mut pipe = child.stdout.take().expect("a pipe");
    pipe.read_exact(&mut answer).expect("an answer");
    let peak = peak(child.id());
    pipe.read_to_end(&mut answer).expect("an answer");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    let report: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!(report["files"][0]["format"], "binary");
    assert!(answer.len() > 128 * 1024 && rules(&report["files"][0]).contains(&"unknown-key"));
    match peak {
        Some(peak) => assert!(peak < MEMORY_BYTES_MAX, "{peak} bytes"),
        None => eprintln!("SKIPPED the memory of a dense profile: /proc is absent"),
    }
}
