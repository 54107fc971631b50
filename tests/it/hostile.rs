//! Bad input: a clear end, a place and a reason, no panic, and a device that is as it was.

use crate::program::{handset, try_json, try_profile};
use conformance::{files, profile, root};
use device::{Device, DeviceFacts, Input, Reply, Source, Variants};
use serde_json::Value;
use simulator::PROVIDER;
use smime::{Context, Timestamp};
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Command, Stdio};

fn device() -> Device {
    let facts = DeviceFacts {
        ios: "17.5".parse().unwrap(),
        model: "iPhone15,2".to_owned(),
        supervised: false,
        variants: Variants::default(),
    };
    Device::new(facts, Vec::new(), 7)
}

fn context() -> Context<'static> {
    Context { now: Timestamp(1_793_606_400_000), crypto: &PROVIDER }
}

/// Domain and code of the innermost error.
type Cause = Option<(&'static str, u64)>;

/// What must become of each broken profile: the exit code, and the cause where the phone refuses it.
const BROKEN: [(&str, i32, Cause); 22] = [
    ("all-services-off", 1, Some(("MCPayloadErrorDomain", 2004))),
    ("cyclic-binary", 2, None),
    ("dangling-certificate-uuid", 1, Some(("MCEASErrorDomain", 21004))),
    ("dangling-smime-uuid", 1, Some(("MCEmailErrorDomain", 7003))),
    ("deep-der", 1, Some(("MCCertificateErrorDomain", 9005))),
    ("duplicate-payload-uuid", 1, Some(("MCProfileErrorDomain", 1007))),
    ("empty", 2, None),
    ("entity-bomb", 2, None),
    ("external-entity", 2, None),
    ("identity-is-root", 1, Some(("MCEmailErrorDomain", 7004))),
    ("lying-binary", 2, None),
    ("lying-binary-length", 2, None),
    ("lying-binary-offset", 2, None),
    ("missing-payload-content", 1, Some(("MCProfileErrorDomain", 1002))),
    ("nested-arrays", 2, None),
    ("not-a-plist", 2, None),
    ("signed-tampered", 1, Some(("MCProfileErrorDomain", 1004))),
    ("truncated", 2, None),
    ("wrong-encoding", 2, None),
    ("wrong-encoding-utf16", 2, None),
    ("wrong-p12-password", 1, Some(("MCCertificateErrorDomain", 9000))),
    ("wrong-type", 1, Some(("MCPayloadErrorDomain", 2003))),
];

#[test]
fn every_broken_profile_ends_as_written() {
    let known: BTreeSet<String> = BROKEN.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let there: BTreeSet<String> = files(&root().join("fixtures/profiles/broken"), "mobileconfig")
        .iter()
        .map(|f| f.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(known, there, "each broken fixture has its expectation");
    for (name, code, cause) in BROKEN {
        let file = profile(&format!("broken/{name}"));
        let (ended, result) = try_json(&file, &[]);
        assert_eq!(ended, code, "{name}: {result:#}");
        match cause {
            Some((domain, number)) => {
                assert_eq!(result["install"]["status"], "refused", "{name}");
                let last = result["install"]["error_chain"].as_array().unwrap().last().unwrap().clone();
                assert_eq!(
                    (last["domain"].as_str(), last["code"].as_u64()),
                    (Some(domain), Some(number)),
                    "{name}"
                );
            }
            None => {
                assert_eq!(result["install"], Value::Null, "{name}");
                let errors = result["findings"].as_array().unwrap();
                assert!(errors.iter().any(|f| f["severity"] == "error"), "{name} gives no reason");
            }
        }
        let output = try_profile(&file, &[]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(code), "{name}");
        assert!(!text.contains("panicked") && !String::from_utf8_lossy(&output.stderr).contains("panicked"));
        assert!(
            text.contains(&format!("broken/{name}.mobileconfig")) || code == 1,
            "{name} names no place:\n{text}"
        );
    }
}

#[test]
fn a_refused_profile_leaves_the_device_as_it_was() {
    for file in files(&root().join("fixtures/profiles/broken"), "mobileconfig") {
        let bytes = std::fs::read(&file).unwrap();
        let mut device = device();
        let before = serde_json::to_vec(&device).unwrap();
        let reply = device.handle(&context(), Input::InstallProfile { bytes, source: Source::Owner });
        assert!(matches!(reply, Reply::Refused(_)), "{}", file.display());
        while device.poll_event().is_some() {}
        assert!(device.poll_exchange(&context()).is_none(), "{}", file.display());
        assert!(serde_json::to_vec(&device).unwrap() == before, "{}", file.display());
    }
}

#[test]
fn a_refused_update_leaves_the_installed_profile_as_it_was() {
    let good = std::fs::read(profile("contoso-mail")).unwrap();
    let mut device = device();
    let install = |device: &mut Device, bytes: Vec<u8>| {
        device.handle(&context(), Input::InstallProfile { bytes, source: Source::Owner })
    };
    assert!(matches!(install(&mut device, good.clone()), Reply::Installed(_)));
    while device.poll_event().is_some() {}
    let before = serde_json::to_vec(&device).unwrap();
    let text = String::from_utf8(good).unwrap();
    let broken = text.replace("p12-alice-encryption", "another-password");
    assert_ne!(text, broken);
    assert!(matches!(install(&mut device, broken.into_bytes()), Reply::Refused(_)));
    while device.poll_event().is_some() {}
    assert!(serde_json::to_vec(&device).unwrap() == before);
}

#[test]
fn cut_and_changed_profiles_never_panic_the_device() {
    let good = std::fs::read(profile("contoso-mail-binary")).unwrap();
    let signed = std::fs::read(profile("contoso-mail-signed-ber")).unwrap();
    let xml = std::fs::read(profile("smime-p256")).unwrap();
    for bytes in [good, signed, xml] {
        let step = (bytes.len() / 60).max(1);
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x21;
            for variant in [bytes[..at].to_vec(), changed] {
                let mut device = device();
                device.handle(&context(), Input::InstallProfile { bytes: variant, source: Source::Owner });
            }
        }
    }
}

#[test]
fn missing_files_and_wrong_flags_end_with_2() {
    let missing = try_profile(&root().join("no/such.mobileconfig"), &[]);
    assert_eq!(missing.status.code(), Some(2));
    let text = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(text.contains("no/such.mobileconfig"), "{text}");
    for arguments in
        [&["--ios", "seventeen"][..], &["--clock", "yesterday"], &["--variant", "x=y"], &["--seed", "-1"]]
    {
        assert_eq!(try_profile(&profile("contoso-mail"), arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn an_output_folder_that_cannot_be_made_ends_with_3() {
    let output = try_profile(&profile("all-data-open"), &["--out", "/dev/null/found"]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn an_error_that_nobody_can_read_is_told_by_the_exit_code() {
    if !Path::new("/dev/full").exists() {
        eprintln!("SKIPPED an_error_that_nobody_can_read_is_told_by_the_exit_code: no /dev/full");
        return;
    }
    for command in [
        &["run", "nofile"][..],
        &["list", "nofile"],
        &["rerun", "--failed", "nowhere"],
        &["merge", "nofile.json", "-o", "out.json"],
        &["lint", "nofile"],
        &["smime", "inspect", "nofile"],
        &["device", "show", "nosuch", "--store", "nowhere"],
    ] {
        let end = |errors: Stdio| {
            let mut child = Command::new(handset());
            child.args(command).stdout(Stdio::null()).stderr(errors).current_dir(root());
            child.status().expect("the program starts").code()
        };
        let full = OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let told = end(Stdio::null());
        assert!(matches!(told, Some(2..=4)), "{command:?}: {told:?}");
        assert_eq!(end(full.into()), told, "{command:?}");
    }
}
