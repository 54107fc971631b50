//! A profile of 10 MB is read and linted in 100 MB, whatever it is made of.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)] // A test may look at the clock and at /proc, and say what it saw.

use profile::plist::{Dictionary, Value};
use profile::{OsVersion, Timestamp, lint, parse, write_binary, write_xml};
use std::time::{Duration, Instant};

const BYTES: usize = 10_000_000;

/// An XML document of about [`BYTES`] bytes whose payloads are made by `payload`.
fn document(payload: impl Fn(usize) -> Dictionary) -> Vec<u8> {
    let length = |payloads: usize| write_xml(&of((0..payloads).map(&payload).collect())).len();
    let one = (length(2000) - length(1000)) / 1000;
    write_xml(&of((0..BYTES / one).map(payload).collect()))
}

/// The most memory this process has had, in bytes; none where /proc is absent.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib * 1024)
}

/// What the crate may need beside the program, which has 15 MB before it reads anything.
const MEMORY_BYTES_MAX: usize = 90_000_000;

/// The file that a process of its own reads and lints.
const FILE: &str = "PROFILE_SIZE_FILE";

fn measure(name: &str, bytes: &[u8]) {
    let file = std::env::temp_dir().join(format!("profile-size-{}", std::process::id()));
    std::fs::write(&file, bytes).expect("a scratch file");
    let output = std::process::Command::new(std::env::current_exe().expect("the test knows where it is"))
        .args(["--exact", "one_file_is_read_and_linted", "--nocapture"])
        .env(FILE, &file)
        .output()
        .expect("the test starts again");
    let _ = std::fs::remove_file(&file);
    let text = String::from_utf8_lossy(&output.stdout);
    println!(
        "{name}: {} bytes; {}",
        bytes.len(),
        text.lines().find(|l| l.contains("findings")).unwrap_or("")
    );
    assert!(output.status.success(), "{name}: {text}{}", String::from_utf8_lossy(&output.stderr));
}

/// Alone in its process, so that nothing else counts; elsewhere it has nothing to do.
#[test]
fn one_file_is_read_and_linted() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let bytes = std::fs::read(file).expect("the file");
    let start = Instant::now();
    let (profile, findings) = parse(&bytes);
    let read = start.elapsed();
    assert!(profile.is_readable(), "{findings:?}");
    let start = Instant::now();
    let found = lint(&profile, OsVersion::new(17, 0, 0), &[], Timestamp(0)).len();
    let linted = start.elapsed();
    let peak = peak();
    println!("{found} findings, read in {read:?}, linted in {linted:?}, {peak:?} bytes of memory");
    // The bound is a second on a quiet machine and with all optimisation, see benches/README.md. This is neither, and
    // tells only what grows with the square of something.
    assert!(read + linted < Duration::from_secs(60), "{read:?}, {linted:?}");
    assert!(peak.is_none_or(|peak| peak < MEMORY_BYTES_MAX), "{peak:?}");
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
