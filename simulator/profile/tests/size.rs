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

/// What the crate may need beside the program, which has 15 MB before it reads anything.
const MEMORY_BYTES_MAX: usize = 85_000_000;

fn measure(name: &str, bytes: &[u8]) {
    // The peak is reset, so that what came before does not count.
    let reset = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = resident();
    let start = Instant::now();
    let (profile, findings) = parse(bytes);
    let read = start.elapsed();
    assert!(profile.is_readable(), "{name}: {findings:?}");
    let start = Instant::now();
    let found = lint(&profile, OsVersion::new(17, 0, 0), &[], Timestamp(0)).len();
    let linted = start.elapsed();
    // The bound is a second on a quiet machine and with all optimisation; this is neither.
    assert!(read < Duration::from_secs(3) && linted < Duration::from_secs(6), "{name}: {read:?}, {linted:?}");
    if let (true, Some(before), Some(peak)) = (reset, before, peak()) {
        let used = peak.saturating_sub(before) + bytes.len();
        println!(
            "{name}: {} bytes, {found} findings in {read:?} and {linted:?}, {used} bytes of memory",
            bytes.len()
        );
        assert!(used < MEMORY_BYTES_MAX, "{name}: {used} bytes");
    }
}

/// A profile with those payloads.
fn of(payloads: Vec<Dictionary>) -> Value {
    Value::from(Dictionary::new().with("PayloadContent", payloads))
}

/// A dictionary of as many keys, none of them known.
fn wide(keys: usize) -> Dictionary {
    let mut all = Dictionary::new().with("PayloadType", "com.apple.eas.account");
    all.entries.extend((0..keys).map(|n| profile::plist::Entry {
        key: format!("u{n:x}").into(),
        key_span: profile::plist::Span::default(),
        node: Value::from(true).into(),
    }));
    all
}

/// Dictionaries in dictionaries, ten deep.
fn deep(n: usize, level: usize) -> Dictionary {
    match level {
        10 => Dictionary::new().with("a", true).with("b", n as i64).with("c", format!("x{n}")),
        _ => Dictionary::new().with(format!("k{}", n % 7), deep(n, level + 1)),
    }
}

fn account(n: usize) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", "com.apple.eas.account")
        .with("PayloadIdentifier", format!("com.example.{n}"))
        .with("PayloadUUID", format!("5A000000-0000-4000-8000-{n:012X}"))
        .with("SMIMESigningCertificateUUID", format!("5A000000-0000-4000-8000-{:012X}", n + 1))
        .with("Host", "mail.example.com")
        .with("EmailAddress", format!("anna{n}@example.com"))
        .with("EnableMail", true)
        .with("EnableNotes", false)
        .with("MailNumberOfPastDaysToSync", 7)
}

// One test, so that nothing else runs in the process meanwhile.
#[test]
fn ten_megabytes_are_read_and_linted_in_time_and_memory() {
    let blob = document(|_| Dictionary::new().with("Font", vec![7_u8; 500_000]));
    measure("few large payloads", &blob);
    measure("accounts", &document(account));
    measure("accounts, binary", &write_binary(&of((0..60_000).map(account).collect())));
    let tiny = |n: usize| Dictionary::new().with("PayloadUUID", format!("{n:x}"));
    measure("tiny payloads", &document(tiny));
    // As many as the bound on values lets through; they are less than 10 MB.
    measure("tiny payloads, binary", &write_binary(&of((0..299_000).map(tiny).collect())));
    measure("one payload of unknown keys", &write_xml(&of(vec![wide(400_000)])));
    measure("one payload of unknown keys, binary", &write_binary(&of(vec![wide(640_000)])));
    let nest = |n: usize| {
        Value::from(Dictionary::new().with(
            "PayloadContent",
            vec![Dictionary::new().with("VendorConfig", (0..n).map(|n| deep(n, 0)).collect::<Vec<_>>())],
        ))
    };
    measure("a deep dictionary", &write_xml(&nest(12_000)));
    measure("a deep dictionary, binary", &write_binary(&nest(33_000)));
    let numbers = |n: i64| Value::from(Dictionary::new().with("PayloadContent", Value::array(0..n)));
    measure("integers", &write_xml(&numbers(350_000)));
    measure("integers, binary", &write_binary(&numbers(800_000)));
    let texts = |n: i64| Value::array((0..n).map(|n| format!("s{n:x}")));
    measure("texts, binary", &write_binary(&texts(830_000)));
}
