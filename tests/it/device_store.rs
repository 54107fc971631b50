//! `handset device`: kept phones. Crashes, concurrency, snapshots, prompts, names, the contract of `show`.

use crate::program::handset;
use conformance::{Scratch, profile, root};
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROFILE: &str = "example.contoso.contoso-mail";

/// A store in a scratch folder, and the program on it, without a terminal.
struct Bench {
    scratch: Scratch,
    store: PathBuf,
}

impl Bench {
    fn new(test: &str) -> Self {
        let scratch = Scratch::new(test);
        let store = scratch.file("store");
        Bench { scratch, store }
    }

    /// A store with a phone that has the profile of the fixtures and knows its password.
    fn with_phone(test: &str) -> Self {
        let bench = Bench::new(test);
        bench.ok(&["create", "phone"]);
        let file = profile("contoso-mail");
        let secret = bench.secret("hunter2");
        bench.ok(&["install", "phone", file.to_str().unwrap(), "--consent", "--secret", &secret]);
        bench
    }

    fn secret(&self, text: &str) -> String {
        let path = self.scratch.file(&format!("secret-{text}"));
        fs::write(&path, format!("{text}\n")).unwrap();
        format!("password=@{}", path.display())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(handset());
        command.arg("device").args(arguments).env("HANDSET_STORE", &self.store).current_dir(root());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        texts(self.command(arguments).output().expect("the program starts"))
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {out}{err}");
        out
    }

    fn fails(&self, expected: i32, arguments: &[&str]) -> String {
        let (code, out, err) = self.run(arguments);
        assert_eq!(code, expected, "{arguments:?}: {out}{err}");
        assert!(!err.contains("panicked"), "{err}");
        err
    }

    fn show_text(&self, name: &str) -> String {
        self.ok(&["show", name, "--format", "json"])
    }

    fn show(&self, name: &str) -> Value {
        serde_json::from_str(&self.show_text(name)).expect("JSON")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.store.join("devices").join(format!("{name}.device"))
    }
}

fn texts(output: Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap_or(-1);
    (code, text(&output.stdout), text(&output.stderr))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A linear congruential generator (Knuth's constants), so that the kills fall at reproducible moments.
struct Moments(u64);

impl Moments {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
}

/// Kills a command again and again; each time the phone is as before it or as after it.
fn kill_loop(bench: &Bench, arguments: &[&str], kills: usize, seed: u64) -> (usize, usize) {
    let state = fs::read(bench.file("phone")).unwrap();
    let before = bench.show_text("phone");
    let started = Instant::now();
    let (code, out, err) = bench.run(arguments);
    assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    let length = started.elapsed().as_micros() as u64;
    let after = bench.show_text("phone");
    assert_ne!(before, after, "{arguments:?} changes something");
    let mut moments = Moments(seed);
    let (mut befores, mut afters) = (0, 0);
    for round in 0..kills {
        fs::write(bench.file("phone"), &state).unwrap();
        let mut child = bench.command(arguments).spawn().expect("the program starts");
        std::thread::sleep(Duration::from_micros(moments.below(length * 3 / 2)));
        child.kill().expect("SIGKILL");
        child.wait().unwrap();
        let shown = bench.show_text("phone");
        if shown == before {
            befores += 1;
        } else {
            assert_eq!(shown, after, "round {round} of {arguments:?}: neither before nor after");
            afters += 1;
        }
    }
    // Nothing of the killed writers stays once somebody has written again.
    fs::write(bench.file("phone"), &state).unwrap();
    bench.ok(arguments);
    let names: Vec<_> = fs::read_dir(bench.store.join("devices")).unwrap().flatten().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    (befores, afters)
}

#[test]
fn a_killed_command_leaves_the_phone_before_or_after() {
    let bench = Bench::new("kills-install");
    bench.ok(&["create", "phone"]);
    let file = profile("contoso-mail");
    let secret = bench.secret("hunter2");
    let install = ["install", "phone", file.to_str().unwrap(), "--secret", &secret, "--consent"];
    let mut seen = vec![kill_loop(&bench, &install, 90, 1)];
    let bench = Bench::with_phone("kills-act");
    seen.push(kill_loop(&bench, &["act", "phone", "smime.signing.off"], 60, 2));
    let bench = Bench::with_phone("kills-remove");
    seen.push(kill_loop(&bench, &["remove", "phone", PROFILE], 60, 3));
    let (befores, afters) = seen.iter().fold((0, 0), |(b, a), (x, y)| (b + x, a + y));
    assert!(befores >= 10 && afters >= 10, "the kills did not fall around the change: {seen:?}");
}

#[test]
fn commands_at_once_lose_nothing() {
    let bench = Bench::new("at-once");
    bench.ok(&["create", "phone", "--clock", "2026-11-02T08:00:00Z"]);
    let children: Vec<_> =
        (0..8).map(|_| bench.command(&["clock", "phone", "+1h"]).spawn().unwrap()).collect();
    for child in children {
        let (code, out, err) = texts(child.wait_with_output().unwrap());
        assert_eq!(code, 0, "{out}{err}");
    }
    assert_eq!(bench.show("phone")["clock"], "2026-11-02T16:00:00Z");
    // Two that make the same phone: one does, the other says that it is there.
    let pair: Vec<_> = (0..2).map(|_| bench.command(&["create", "twin"]).spawn().unwrap()).collect();
    let mut codes: Vec<i32> = pair.into_iter().map(|c| texts(c.wait_with_output().unwrap()).0).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 2]);
}

#[test]
fn a_busy_store_is_waited_for_and_then_named() {
    let bench = Bench::with_phone("busy");
    let lock = File::options().write(true).open(bench.store.join("lock")).unwrap();
    lock.lock().unwrap();
    let before = bench.show_text("phone");
    let error = bench.fails(3, &["clock", "phone", "+1h", "--store-wait", "0"]);
    assert!(error.contains("another command is changing the store"), "{error}");
    // Reading waits for nobody.
    assert_eq!(bench.show_text("phone"), before);
    let waiting = bench.command(&["clock", "phone", "+1h"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1_300));
    drop(lock);
    let (code, out, err) = texts(waiting.wait_with_output().unwrap());
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("waiting for another command"), "{err}");
}

#[test]
fn a_snapshot_is_everything_and_comes_back_anywhere() {
    let bench = Bench::with_phone("snapshot");
    let file = bench.scratch.file("phone.handset");
    // A file that others could read does not stay so.
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let path = file.to_str().unwrap();
    let said = bench.ok(&["snapshot", "phone", "-o", path]);
    assert!(said.contains("0600"), "{said}");
    assert_eq!(mode(&file), 0o600);
    let before = bench.show_text("phone");
    bench.ok(&["remove", "phone", PROFILE]);
    bench.ok(&["clock", "phone", "+3d"]);
    assert_ne!(bench.show_text("phone"), before);
    bench.ok(&["restore", "phone", path]);
    assert_eq!(bench.show_text("phone"), before);
    let other = Bench::new("snapshot-elsewhere");
    other.ok(&["restore", "copy", path]);
    let mut shown = other.show("copy");
    shown["name"] = "phone".into();
    assert_eq!(shown, serde_json::from_str::<Value>(&before).unwrap());
    // The phone goes on where it was, on both sides the same way.
    for (bench, name) in [(&bench, "phone"), (&other, "copy")] {
        bench.ok(&["act", name, "mail-window.set"]);
        bench.ok(&["act", name, "smime.signing.off"]);
    }
    let mut shown = other.show("copy");
    shown["name"] = "phone".into();
    assert_eq!(shown, bench.show("phone"));
    bench.fails(2, &["snapshot", "phone", "-o", "-"]);
    bench.fails(3, &["snapshot", "phone", "-o", "/dev/null"]);
    let record = fs::read(&file).unwrap();
    for (bad, says) in [(&record[..record.len() / 2], "damaged"), (&b"no snapshot"[..], "not a device")] {
        fs::write(&file, bad).unwrap();
        let error = bench.fails(2, &["restore", "phone", path]);
        assert!(error.contains(says) && error.contains(path), "{error}");
    }
    assert_eq!(bench.fails(2, &["restore", "phone", "/nowhere/file"]).matches("/nowhere/file").count(), 1);
}

#[test]
fn the_store_is_closed_to_others_and_tells_no_secret() {
    let bench = Bench::with_phone("closed");
    assert_eq!(mode(&bench.store), 0o700);
    assert_eq!(mode(&bench.store.join("devices")), 0o700);
    assert_eq!(mode(&bench.file("phone")), 0o600);
    let kept = fs::read_to_string(bench.file("phone")).unwrap();
    assert!(kept.contains("hunter2"), "the state is complete");
    let secret = bench.secret("hunter2");
    for arguments in [
        &["show", "phone"][..],
        &["show", "phone", "--format", "json"],
        &["list", "--format", "json"],
        &["set", "phone", "--secret", &secret],
        &["set", "phone", "--secret", "password=hunter2"],
        &["set", "phone", "--secret", "hunter2=@x"],
        &["set", "phone", "--secret", "hunter2"],
    ] {
        let (_, out, err) = bench.run(arguments);
        let shown = (out + &err).replace("secret-hunter2", "");
        assert!(!shown.contains("hunter2"), "{arguments:?}: {shown}");
        assert!(!shown.contains("PRIVATE KEY"), "{arguments:?}");
    }
}

#[test]
fn a_prompt_that_nobody_answers_waits_on_the_phone() {
    let bench = Bench::new("prompts");
    bench.ok(&["create", "phone"]);
    let file = profile("contoso-mail");
    let said = bench.ok(&["install", "phone", file.to_str().unwrap(), "--consent"]);
    assert!(said.contains("pending") && said.contains("--secret password=@FILE"), "{said}");
    let shown = bench.show("phone");
    assert_eq!(shown["prompts"][0]["kind"], "password");
    assert_eq!(shown["account"], Value::Null, "EAS-042: the settings are not in force");
    assert_eq!(shown["accounts"][1]["state"], "waiting-for-owner");
    bench.fails(2, &["set", "phone", "--secret", "password=@/nowhere/file"]);
    bench.fails(2, &["set", "phone", "--secret", "pasword=@/nowhere/file"]);
    assert_eq!(bench.show("phone"), shown);
    let secret = bench.secret("hunter2");
    bench.ok(&["set", "phone", "--secret", &secret]);
    let shown = bench.show("phone");
    assert_eq!(shown["prompts"], Value::Array(vec![]));
    assert_eq!(shown["account"]["email"], "alice@contoso.example");
    assert_eq!(shown["accounts"][1]["state"], "active");
    assert!(shown["accounts"][1]["items"]["mail"].as_u64().unwrap() > 0, "mail came");
}

#[test]
fn a_password_of_the_start_is_the_only_one() {
    let bench = Bench::new("passwords");
    let right = bench.secret("right");
    bench.ok(&["create", "phone", "--secret", &right]);
    let file = profile("contoso-mail");
    let wrong = bench.secret("wrong");
    bench.ok(&["install", "phone", file.to_str().unwrap(), "--consent", "--secret", &wrong]);
    let shown = bench.show("phone");
    assert_eq!(shown["account"], Value::Null);
    assert_eq!(shown["prompts"].as_array().unwrap().len(), 1, "asked again: {shown:#}");
    bench.ok(&["set", "phone", "--secret", &right]);
    assert_eq!(bench.show("phone")["accounts"][1]["state"], "active");
}

#[test]
fn a_profile_for_somebody_else_signs_in_too() {
    let bench = Bench::new("somebody");
    bench.ok(&["create", "phone", "--user", "dana@fabrikam.example"]);
    let secret = bench.secret("hunter2");
    for (name, state) in [("contoso-mail", "active"), ("all-data-open", "active"), ("oauth", "active")] {
        let file = profile(name);
        bench.ok(&["install", "phone", file.to_str().unwrap(), "--consent", "--secret", &secret]);
        let shown = bench.show("phone");
        let account = shown["accounts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(account["state"], state, "{name}: {shown:#}");
        let identifier = account["profile"].as_str().unwrap().to_owned();
        bench.ok(&["remove", "phone", &identifier]);
    }
}

#[test]
fn actions_are_really_done_and_answered_by_exit_code() {
    let bench = Bench::with_phone("actions");
    let act = |id: &str| {
        let (code, out, err) = bench.run(&["act", "phone", id, "--format", "json"]);
        let value: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        (code, value)
    };
    let (code, value) = act("service.mail.off");
    assert_eq!((code, &value["verdict"]), (1, &"denied".into()));
    assert_eq!(value["by"], "EnableMailUserOverridable");
    let before = bench.show_text("phone");
    assert_eq!(act("service.mail.off").0, 1);
    assert_eq!(bench.show_text("phone"), before, "a denied action changes nothing");
    let (code, value) = act("smime.signing.off");
    assert_eq!((code, &value["verdict"]), (0, &"allowed".into()));
    assert_eq!(bench.show("phone")["account"]["smime"]["signing"]["on"], false);
    let (code, value) = act("profile.remove");
    assert_eq!((code, &value["verdict"]), (0, &"allowed".into()));
    let shown = bench.show("phone");
    assert_eq!(shown["profiles"], Value::Array(vec![]));
    assert_eq!(shown["account"], Value::Null);
    assert_eq!(shown["keychain"]["identities"], Value::Array(vec![]));
    let (code, value) = act("service.mail.off");
    assert_eq!((code, &value["verdict"]), (1, &"absent".into()));
}

#[test]
fn what_the_phone_refuses_leaves_it_as_it_was() {
    let bench = Bench::with_phone("refused");
    let before = fs::read(bench.file("phone")).unwrap();
    let text = fs::read_to_string(profile("contoso-mail")).unwrap();
    let bad = bench.scratch.file("bad.mobileconfig");
    fs::write(&bad, text.replacen("<key>PayloadVersion</key>", "<key>PayloadVersoin</key>", 1)).unwrap();
    let (code, out, _) = bench.run(&["install", "phone", bad.to_str().unwrap(), "--format", "json"]);
    assert_eq!(code, 1, "{out}");
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["status"], "refused");
    assert!(value["error_chain"].as_array().unwrap().len() >= 3, "{value:#}");
    fs::write(&bad, "no profile").unwrap();
    let error = bench.fails(2, &["install", "phone", bad.to_str().unwrap()]);
    assert!(error.contains("line 1") && error.contains("bad.mobileconfig"), "{error}");
    assert_eq!(fs::read(bench.file("phone")).unwrap(), before);
}

#[test]
fn wrong_names_are_explained() {
    let bench = Bench::with_phone("names");
    let error = bench.fails(2, &["show", "phnoe"]);
    assert!(error.contains("did you mean “phone”?"), "{error}");
    let error = bench.fails(2, &["remove", "phone", "example.contoso.contoso-mial"]);
    assert!(error.contains(PROFILE), "{error}");
    let error = bench.fails(2, &["act", "phone", "service.mial.off"]);
    assert!(error.contains("did you mean “service.mail.off”?"), "{error}");
    let error = bench.fails(2, &["set", "phone", "supervized=true"]);
    assert!(error.contains("did you mean “supervised”?"), "{error}");
    for name in ["../phone", "a/b", ".", "..", "", " ", "a b", &"x".repeat(65)] {
        for command in ["create", "show", "delete"] {
            bench.fails(2, &[command, name]);
        }
    }
    bench.fails(2, &["create", "phone"]);
    bench.fails(2, &["set", "phone", "supervised=maybe"]);
    bench.fails(2, &["clock", "phone", "soon"]);
    bench.fails(2, &["clock", "phone", "2020-01-01T00:00:00Z"]);
    bench.fails(2, &["upgrade-os", "phone", "12.0"]);
    // A wrong name makes no store.
    let empty = Bench::new("names-empty");
    empty.fails(2, &["clock", "phone", "+1h"]);
    empty.fails(2, &["delete", "phone"]);
    assert_eq!(empty.ok(&["list"]), format!("no devices in {}\n", empty.store.display()));
    assert!(!empty.store.exists());
}

#[test]
fn a_broken_store_is_named_and_never_a_panic() {
    let bench = Bench::with_phone("broken");
    let good = fs::read(bench.file("phone")).unwrap();
    let path = bench.file("phone");
    let newer = String::from_utf8(good.clone()).unwrap().replacen("\"version\":1", "\"version\":2", 1);
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for (bytes, says) in [
        (&good[..good.len() / 2], "damaged"),
        (&flipped[..], "damaged"),
        (newer.as_bytes(), "newer"),
        (&b""[..], "not a device"),
        (&[0xFF; 5000][..], "not a device"),
    ] {
        fs::write(&path, bytes).unwrap();
        for arguments in
            [&["show", "phone"][..], &["list"], &["clock", "phone", "+1h"], &["remove", "phone", "x"]]
        {
            let error = bench.fails(3, arguments);
            assert!(error.contains(says) && error.contains("phone.device"), "{arguments:?}: {error}");
        }
        assert_eq!(fs::read(&path).unwrap(), bytes, "nobody repairs it by force");
    }
    bench.ok(&["delete", "phone"]);
    let file = bench.scratch.file("a-file");
    File::create(&file).unwrap().write_all(b"x").unwrap();
    for store in [file.to_str().unwrap(), "/dev/null/store", "/proc/store"] {
        let error = bench.fails(3, &["create", "phone", "--store", store]);
        assert!(error.contains(store), "{error}");
    }
}

#[test]
fn time_and_systems_go_forward() {
    let bench = Bench::with_phone("time");
    bench.ok(&["clock", "phone", "2027-03-01T00:00:00Z"]);
    assert_eq!(bench.ok(&["clock", "phone"]), "2027-03-01T00:00:00Z\n");
    let shown = bench.show("phone");
    assert_eq!(shown["accounts"][1]["items"]["mail"], 0, "the mail window of 14 days passed");
    bench.ok(&["upgrade-os", "phone", "18.1"]);
    bench.ok(&["set", "phone", "supervised=true", "model=iPhone17,1"]);
    let shown = bench.show("phone");
    assert_eq!(shown["device"]["ios"], "18.1");
    assert_eq!(shown["device"]["supervised"], true);
    assert_eq!(shown["device"]["model"], "iPhone17,1");
    bench.ok(&["create", "second", "--seed", "7", "--ios", "12.5"]);
    let list: Value = serde_json::from_str(&bench.ok(&["list", "--format", "json"])).unwrap();
    let names: Vec<&str> =
        list["devices"].as_array().unwrap().iter().filter_map(|d| d["name"].as_str()).collect();
    assert_eq!(names, ["phone", "second"]);
    bench.ok(&["delete", "second"]);
    bench.fails(2, &["show", "second"]);
}

#[test]
fn what_is_shown_follows_the_committed_schema() {
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(root().join("fixtures/schema").join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let schema = read("device-show.schema.json");
    for shared in ["account", "switch"] {
        assert_eq!(
            schema["$defs"][shared],
            read("trial.schema.json")["$defs"][shared],
            "one shape: {shared}"
        );
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let bench = Bench::new("schema");
    let secret = bench.secret("hunter2");
    let check = |name: &str, when: &str| {
        let shown = bench.show(name);
        let errors: Vec<String> =
            validator.iter_errors(&shown).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name} {when}: {errors:#?}");
    };
    for name in ["contoso-mail-signed", "certificate-auth", "oauth", "smime-p256"] {
        bench.ok(&["create", name]);
        check(name, "fresh");
        let file = profile(name);
        bench.ok(&["install", name, file.to_str().unwrap(), "--consent"]);
        check(name, "unanswered");
        bench.ok(&["set", name, "--secret", &secret]);
        check(name, "answered");
    }
    let mut shown = bench.show("oauth");
    shown["profiles"][0]["payloads"][0].as_object_mut().unwrap().remove("acts");
    assert!(!validator.is_valid(&shown), "the schema can fail");
}

/// The profile of the fixtures with more at its top level and one more payload.
fn changed(bench: &Bench, top: &str, payload: &str) -> String {
    let text = fs::read_to_string(profile("contoso-mail")).unwrap();
    let at = text.rfind("</dict>").unwrap();
    let text = format!("{}{top}{}", &text[..at], &text[at..]);
    let content = "<key>PayloadContent</key>\n\t<array>";
    assert!(text.contains(content));
    let file = bench.scratch.file("changed.mobileconfig");
    fs::write(&file, text.replacen(content, &format!("{content}{payload}"), 1)).unwrap();
    file.display().to_string()
}

#[test]
fn consent_is_given_by_hand_or_not_at_all() {
    let bench = Bench::new("consent");
    bench.ok(&["create", "phone"]);
    let consent = "<key>ConsentText</key><dict><key>default</key><string>Agree, please.</string></dict>";
    let file = changed(&bench, consent, "");
    let secret = bench.secret("hunter2");
    let said = bench.ok(&["install", "phone", &file, "--secret", &secret]);
    assert!(said.contains("Agree, please.") && said.contains("--consent"), "{said}");
    let shown = bench.show("phone");
    assert_eq!(shown["profiles"], Value::Array(vec![]), "nothing is installed before");
    assert_eq!(shown["prompts"][0]["kind"], "consent");
    assert_eq!(shown["pending"][0]["identifier"], PROFILE);
    bench.ok(&["set", "phone", "--consent", "--secret", &secret]);
    let shown = bench.show("phone");
    assert_eq!(shown["profiles"][0]["identifier"], PROFILE);
    assert_eq!(shown["accounts"][1]["state"], "active");
    bench.ok(&["create", "other"]);
    let said = bench.ok(&["install", "other", &file, "--consent", "--secret", &secret]);
    assert!(said.starts_with("installed"), "{said}");
    assert_eq!(bench.show("other")["prompts"], Value::Array(vec![]));
}

#[test]
fn a_removal_passcode_is_asked_for_and_a_date_removes_by_itself() {
    let bench = Bench::new("passcode");
    bench.ok(&["create", "phone", "--supervised", "--clock", "2026-11-02T08:00:00Z"]);
    let payload = "<dict><key>PayloadType</key><string>com.apple.profileRemovalPassword</string>\
        <key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>example.lock</string>\
        <key>PayloadUUID</key><string>0C6D1B0E-6C5C-4B5C-9E2F-5B7B7A1C9D01</string>\
        <key>RemovalPassword</key><string>open sesame</string></dict>";
    let date = "<key>RemovalDate</key><date>2026-12-24T00:00:00Z</date>";
    let file = changed(&bench, date, payload);
    let secret = bench.secret("hunter2");
    let install = ["install", "phone", file.as_str(), "--consent", "--secret", &secret];
    bench.ok(&install);
    let said = bench.ok(&["remove", "phone", PROFILE]);
    assert!(said.contains("--secret removal-passcode=@FILE"), "{said}");
    assert_eq!(bench.show("phone")["prompts"][0]["kind"], "removal-passcode");
    let wrong = bench.secret("wrong").replace("password=", "removal-passcode=");
    bench.fails(1, &["remove", "phone", PROFILE, "--secret", &wrong]);
    assert_eq!(bench.show("phone")["profiles"][0]["identifier"], PROFILE);
    let right = bench.secret("open sesame").replace("password=", "removal-passcode=");
    let act = |more: &[&str]| -> (i32, Value) {
        let arguments = [&["act", "phone", "profile.remove", "--format", "json"], more].concat();
        let (code, out, err) = bench.run(&arguments);
        (code, serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}")))
    };
    let (code, value) = act(&[]);
    assert_eq!((code, &value["verdict"]), (0, &"pending".into()));
    let (code, value) = act(&["--secret", &wrong]);
    assert_eq!((code, &value["verdict"]), (1, &"denied".into()));
    let (code, value) = act(&["--secret", &right]);
    assert_eq!((code, &value["verdict"]), (0, &"allowed".into()));
    assert_eq!(bench.show("phone")["profiles"], Value::Array(vec![]));
    bench.ok(&install);
    bench.ok(&["remove", "phone", PROFILE, "--secret", &right]);
    bench.ok(&install);
    bench.ok(&["clock", "phone", "2026-12-23T23:59:59Z"]);
    assert_eq!(bench.show("phone")["profiles"][0]["removal_date"], "2026-12-24T00:00:00Z");
    bench.ok(&["clock", "phone", "+1d"]);
    let shown = bench.show("phone");
    assert_eq!(shown["profiles"], Value::Array(vec![]));
    assert_eq!(shown["keychain"]["identities"], Value::Array(vec![]));
}

#[test]
fn a_person_sees_every_part_and_no_text_of_a_profile_steers_the_terminal() {
    let bench = Bench::new("parts");
    bench.ok(&["create", "phone"]);
    let payload = |kind: &str, last: char, keys: &str| {
        format!(
            "<dict><key>PayloadType</key><string>{kind}</string><key>PayloadVersion</key><integer>1</integer>\
             <key>PayloadIdentifier</key><string>example.\u{202e}part&#10;profiles: 9.{last}</string>\
             <key>PayloadUUID</key><string>0C6D1B0E-6C5C-4B5C-9E2F-5B7B7A1C9D0{last}</string>{keys}</dict>"
        )
    };
    let mail = "<key>EmailAccountType</key><string>EmailTypeIMAP</string>\
        <key>EmailAddress</key><string>bob@contoso.example</string>\
        <key>IncomingMailServerAuthentication</key><string>EmailAuthPassword</string>\
        <key>IncomingMailServerHostName</key><string>imap.contoso.example</string>\
        <key>IncomingPassword</key><string>hunter2</string>\
        <key>OutgoingMailServerAuthentication</key><string>EmailAuthPassword</string>\
        <key>OutgoingMailServerHostName</key><string>smtp.contoso.example</string>\
        <key>OutgoingPassword</key><string>hunter2</string>";
    let payloads = [
        payload("com.apple.mail.managed", '1', mail),
        payload(
            "com.apple.ldap.account",
            '2',
            "<key>LDAPAccountHostName</key><string>ldap.contoso.example</string>",
        ),
        payload(
            "com.apple.mobiledevice.passwordpolicy",
            '3',
            "<key>forcePIN</key><true/><key>minLength</key><integer>8</integer>",
        ),
        // No phone knows this type: the linter says so, and the phone installs all the same.
        payload("example.\u{202e}unknown", '4', ""),
    ];
    let file = changed(&bench, "", &payloads.concat());
    let secret = bench.secret("hunter2");
    let (code, out, err) = bench.run(&["install", "phone", &file, "--consent", "--secret", &secret]);
    assert!(code == 0 && out.starts_with("installed"), "{out}{err}");
    assert!(err.lines().any(|line| line.starts_with("handset: ")), "what the linter warns of: {err}");
    assert!(!err.contains("hunter2"), "{err}");
    let shown = bench.ok(&["show", "phone"]);
    for wanted in [
        "bob@contoso.example, a mail account of a profile: kept, does not connect",
        "directory ldap.contoso.example, of the profile ",
        "passcode: required, of at least 8 characters",
        "example.\\u{202e}part\\u{a}profiles: 9.1",
    ] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    assert_eq!(shown.lines().filter(|line| line.starts_with("profiles: ")).count(), 1, "{shown}");
    for text in [&out, &err, &shown] {
        assert!(!text.contains('\u{202e}'), "{text}");
    }
}
