//! A profile of 10 MB is read within a second and 100 MB.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)] // A test may look at the clock and at /proc, and say what it saw.

use profile::plist::{Dictionary, Value};
use profile::{OsVersion, Timestamp, lint, parse, write_binary, write_xml};
use std::time::{Duration, Instant};

const BYTES: usize = 10_000_000;

/// A document of about [`BYTES`] bytes whose payloads are made by `payload`.
fn document(payload: impl Fn(usize) -> Dictionary) -> Vec<u8> {
    let one = write_xml(&Value::from(payload(0))).len() - 200;
    let payloads: Vec<Dictionary> = (0..BYTES / one).map(payload).collect();
    write_xml(&Value::from(Dictionary::new().with("PayloadContent", payloads)))
}

/// The most memory this process has had, in bytes; none where /proc is absent.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib * 1024)
}

fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_ascii_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib * 1024)
}

fn measure(name: &str, bytes: &[u8]) {
    // The peak is reset, so that what came before does not count.
    let reset = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = resident();
    let start = Instant::now();
    let (profile, findings) = parse(bytes);
    let took = start.elapsed();
    assert!(profile.is_readable(), "{name}: {findings:?}");
    assert!(!profile.payloads.is_empty());
    // The bound is a second on a quiet machine; this one may be shared.
    assert!(took < Duration::from_secs(3), "{name}: {took:?}");
    if let (true, Some(before), Some(peak)) = (reset, before, peak()) {
        let used = peak.saturating_sub(before) + bytes.len();
        assert!(used < 100_000_000, "{name}: {used} bytes");
        println!("{name}: {} bytes in {took:?}, {used} bytes of memory", bytes.len());
    }
    let start = Instant::now();
    let found = lint(&profile, OsVersion::new(17, 0, 0), &[], Timestamp(0)).len();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(6), "{name}: lint {took:?}");
    println!("{name}: {found} lint findings in {took:?}");
}

// One test, so that nothing else runs in the process meanwhile.
#[test]
fn ten_megabytes_are_read_in_time_and_memory() {
    let blob = document(|_| Dictionary::new().with("Font", vec![7_u8; 500_000]));
    measure("few large payloads", &blob);
    let small = document(|n| {
        Dictionary::new()
            .with("PayloadType", "com.apple.eas.account")
            .with("PayloadIdentifier", format!("com.example.{n}"))
            .with("PayloadUUID", format!("A{n}"))
            .with("SMIMESigningCertificateUUID", format!("A{}", n + 1))
            .with("Host", "mail.example.com")
            .with("EmailAddress", "anna@example.com")
            .with("EnableMail", true)
            .with("EnableNotes", false)
            .with("MailNumberOfPastDaysToSync", 7)
    });
    measure("many small payloads", &small);
    // One payload of many keys, none of them known: what is asked of a payload is a look through all of them.
    let mut keys = Dictionary::new().with("PayloadType", "com.apple.applicationaccess");
    keys.entries.extend((0..250_000).map(|n| profile::plist::Entry {
        key: format!("Unknown{n}").into(),
        key_span: profile::plist::Span::default(),
        node: Value::from(true).into(),
    }));
    let wide = write_xml(&Value::from(Dictionary::new().with("PayloadContent", vec![keys])));
    measure("one payload of many unknown keys", &wide);
    let binary = write_binary(&profile::plist::read(&small).unwrap().value);
    measure("many small payloads, binary", &binary);
}
