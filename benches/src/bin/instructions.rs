//! Counts instructions under valgrind and compares them with what `benches/instructions.json` says.
//!
//! `instructions [--check | --write]` runs itself under callgrind, once for each operation; `instructions OPERATION`
//! is one operation. What is counted is one call with fixed keys and content. Valgrind knows AVX2 but neither AVX-512
//! nor the SHA instructions, so this watches parsing, framing and copying, not the fastest paths of a new processor.
//! The numbers belong to one compiler and one kind of processor, which are written beside them: elsewhere the counts
//! are printed and not judged, loudly. After a change of compiler, or one that is meant, write them anew.

use perf::{MIDDLE, World, text};
use serde::{Deserialize, Serialize};
use smime::cms::{self, DetachedSigner, EncryptOptions, SignatureOptions, Verifier};
use smime::mime::{Base64Decoder, Base64Encoder, canonicalise};
use smime::{Purpose, message, validate};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The operations, and by how many percent each may grow: RSA private operations blind with random numbers.
const OPERATIONS: [(&str, f64); 11] = [
    ("sign-rsa", 2.0),
    ("sign-p256", 1.0),
    ("verify-rsa", 1.0),
    ("encrypt-rsa", 1.0),
    ("encrypt-ecdh", 1.0),
    ("decrypt-rsa", 2.0),
    ("decrypt-ecdh", 1.0),
    ("wire-in-ecdh", 1.0),
    ("base64", 1.0),
    ("canonicalise", 1.0),
    ("path", 1.0),
];

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "--check".into());
    match argument.as_str() {
        "--check" => compare(false),
        "--write" => compare(true),
        operation => {
            run(operation);
            ExitCode::SUCCESS
        }
    }
}

fn numbers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json")
}

fn compare(write: bool) -> ExitCode {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("SKIPPED: no valgrind, instructions are not counted");
        return ExitCode::SUCCESS;
    }
    let known: Known =
        std::fs::read(numbers()).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let machine = machine();
    let comparable = known.machine == machine;
    let known = known.instructions;
    let mut counted = BTreeMap::new();
    let mut failed = false;
    for (operation, percent) in OPERATIONS {
        let Some(count) = count(operation) else {
            eprintln!("FAIL  {operation}: valgrind gave no count");
            return ExitCode::FAILURE;
        };
        let change = known.get(operation).map(|known| (count as f64 / *known as f64 - 1.0) * 100.0);
        let grew = change.is_some_and(|change| change > percent);
        let shrank = change.is_some_and(|change| change < -percent);
        let word = match (change, grew, shrank) {
            (None, ..) => "NEW",
            (_, true, _) => "FAIL",
            (_, _, true) => "less",
            _ => "ok",
        };
        println!("{word:<5} {operation:<14} {count:>12} {:>+8.3} %", change.unwrap_or_default());
        failed |= grew || (change.is_none() && !write);
        counted.insert(operation.to_owned(), count);
    }
    if write {
        let counted = Known { machine, instructions: counted };
        let text = serde_json::to_string_pretty(&counted).expect("numbers") + "\n";
        std::fs::write(numbers(), text).expect("the numbers can be written");
        return ExitCode::SUCCESS;
    }
    if !comparable {
        eprintln!("SKIPPED: the numbers are of another machine than {machine:?}; nothing was judged");
        return ExitCode::SUCCESS;
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The committed numbers.
#[derive(Default, Deserialize, Serialize)]
struct Known {
    machine: String,
    instructions: BTreeMap<String, u64>,
}

/// What the counts depend on: the compiler, and what of the processor valgrind shows to programs.
fn machine() -> String {
    let compiler =
        Command::new("rustc").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split(':').nth(1).unwrap_or_default().trim().to_owned()
    };
    let flags = field("flags");
    let known = ["aes", "pclmulqdq", "avx", "avx2", "bmi2", "adx", "rdrand"];
    let flags: Vec<&str> =
        known.into_iter().filter(|flag| flags.split(' ').any(|has| has == *flag)).collect();
    format!("{}; {} {}", String::from_utf8_lossy(&compiler).trim(), field("vendor_id"), flags.join(" "))
}

fn count(operation: &str) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*counted_region*")
        .arg(std::env::current_exe().ok()?)
        .arg(operation)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    output.status.success().then_some(())?;
    line.rsplit(':').next()?.trim().parse().ok()
}

/// What is counted: everything under this name.
#[inline(never)]
fn counted_region(f: &mut dyn FnMut()) {
    f();
    black_box(());
}

fn run(operation: &str) {
    let world = World::new();
    let cx = world.cx();
    let data = text(MIDDLE, "\n");
    let signature = SignatureOptions { signing_time: Some(cx.now), ..SignatureOptions::default() };
    let sign = |identity| {
        let mut signer = DetachedSigner::new(&cx, identity, &signature).expect("a signer");
        signer.update(&data);
        signer.finish().expect("a signature")
    };
    let options = EncryptOptions::default();
    let encrypt = |identity: &smime::Identity| {
        cms::encrypt(&cx, &data, std::slice::from_ref(&identity.certificate), &options).expect("a message")
    };
    let decrypt = |message: &[u8], identity: &smime::Identity| {
        let opened = cms::decrypt(&cx, message, std::slice::from_ref(identity)).expect("a message");
        assert!(opened.content.is_some());
    };
    // Everything once before it is counted: caches, lazily made tables, the first random octet.
    let twice = |f: &mut dyn FnMut()| {
        f();
        counted_region(f);
    };
    match operation {
        "sign-rsa" => twice(&mut || drop(black_box(sign(&world.rsa)))),
        "sign-p256" => twice(&mut || drop(black_box(sign(&world.p256)))),
        "verify-rsa" => {
            let message = sign(&world.rsa);
            twice(&mut || {
                let mut verifier = Verifier::new(&cx);
                verifier.update(&message, &mut Vec::new()).expect("a message");
                let signed = verifier.finish().expect("a message");
                let mut digests = signed.detached(&cx);
                digests.update(&data);
                let digests = digests.finish();
                let reports = signed.reports(&cx, Some(&digests), &[], &world.trust, Purpose::EmailSigning);
                assert!(reports.iter().all(|report| report.signature.is_ok() && report.path.is_ok()));
            });
        }
        // Several, because the random padding of one makes a difference that can be seen.
        "encrypt-rsa" => twice(&mut || (0..8).for_each(|_| drop(black_box(encrypt(&world.rsa))))),
        "encrypt-ecdh" => twice(&mut || drop(black_box(encrypt(&world.agreement)))),
        "decrypt-rsa" => {
            let message = encrypt(&world.rsa);
            twice(&mut || decrypt(&message, &world.rsa));
        }
        "decrypt-ecdh" => {
            let message = encrypt(&world.agreement);
            twice(&mut || decrypt(&message, &world.agreement));
        }
        "wire-in-ecdh" => {
            let recipients = std::slice::from_ref(&world.agreement.certificate);
            let message = message::encrypt(&cx, &data, recipients, &options).expect("a message");
            let options = message::OpenOptions {
                identities: std::slice::from_ref(&world.agreement),
                trust: &world.trust,
                intermediates: &[],
                path: smime::PathOptions::default(),
                from: None,
                check_from: false,
            };
            twice(&mut || {
                let opened = message::open(&cx, &message, &options).expect("a message");
                assert!(opened.content.is_some());
            });
        }
        "base64" => twice(&mut || {
            let (mut encoded, mut decoded) = (Vec::new(), Vec::new());
            let mut encoder = Base64Encoder::new();
            encoder.update(&data, &mut encoded);
            encoder.finish(&mut encoded);
            let mut decoder = Base64Decoder::new();
            decoder.update(&encoded, &mut decoded).expect("base64");
            decoder.finish(&mut decoded).expect("base64");
            assert!(decoded == data);
        }),
        "canonicalise" => twice(&mut || drop(black_box(canonicalise(&data)))),
        "path" => {
            let between = std::slice::from_ref(&world.issuing);
            twice(&mut || {
                let leaf = &world.rsa.certificate;
                validate(&cx, leaf, between, &world.trust, Purpose::EmailSigning).expect("a path");
            });
        }
        other => panic!("{other:?} is no operation"),
    }
}
