//! Whole processes on files in memory: from start to exit, with the most memory that each had.
#![allow(unsafe_code)]

use perf::{LARGE, MIDDLE, SMALL, World, size_name, text};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one run took.
#[derive(Clone, Copy, Debug)]
struct Taken {
    wall_us: f64,
    /// Processor time of the process, in user mode and in the system.
    processor_us: f64,
    peak_kib: u64,
}

/// Runs a command as the only child of this process, which does nothing else, and prints what it took. A process
/// inherits the peak of the memory that it was started from, so this one must be small.
pub fn launch(command: &[String]) {
    let [program, arguments @ ..] = command else { panic!("no command") };
    let start = Instant::now();
    #[allow(clippy::zombie_processes)] // it is waited for below, by a call that also tells what it used
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut status = 0;
    // SAFETY: the structure is plain numbers, which zero is; the call fills it and waits for our own child, which
    // nothing else waits for.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert!(libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage) > 0);
        usage
    };
    let wall = start.elapsed().as_secs_f64() * 1e6;
    let us = |time: libc::timeval| time.tv_sec as f64 * 1e6 + time.tv_usec as f64;
    println!("{status} {wall} {} {}", us(usage.ru_utime) + us(usage.ru_stime), usage.ru_maxrss);
}

fn timed(launcher: &Path, command: &[String]) -> Taken {
    let output = Command::new(launcher).arg("launch").args(command).output().expect("the launcher");
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    let fields: Vec<f64> = line.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    let [status, wall_us, processor_us, peak] = fields[..] else { panic!("{command:?}: {output:?}") };
    assert_eq!(status, 0.0, "{command:?} failed");
    Taken { wall_us, processor_us, peak_kib: peak as u64 }
}

/// The program that is compared: `handset smime`, or the small one of this package.
fn ours(program: Option<&str>) -> Vec<String> {
    if let Some(program) = program {
        return vec![program.to_owned(), "smime".to_owned()];
    }
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "-p", "perf", "--bin", "whole"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the small program is built");
    let own = std::env::current_exe().expect("the path of this program");
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/whole");
    let beside = own.with_file_name("whole");
    vec![if beside.exists() { beside } else { built }.to_string_lossy().into_owned()]
}

struct Row {
    operation: &'static str,
    algorithm: &'static str,
    ours: Vec<String>,
    /// What the peer can be asked in; the fastest counts.
    peers: Vec<Vec<String>>,
}

/// All rows of all sizes.
pub fn run(quick: bool, only: &str, program: Option<&str>, print: bool) -> Vec<Value> {
    let launcher = std::env::current_exe().expect("the path of this program");
    let folder = PathBuf::from("/dev/shm");
    let folder = if folder.is_dir() { folder } else { std::env::temp_dir() };
    let folder = folder.join(format!("versus-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let mut rows = Vec::new();
    let ours = ours(program);
    if print {
        println!(
            "{:<18} {:<12} {:>8} {:>7} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "operation",
            "algorithm",
            "size",
            "ratio",
            "p10",
            "p90",
            "(cpu)",
            "ours ms",
            "peer ms",
            "ours MiB",
            "peer MiB"
        );
    }
    let sizes: &[usize] = if quick { &[SMALL, MIDDLE, LARGE] } else { &[SMALL, MIDDLE, LARGE, 10 * LARGE] };
    for &size in sizes {
        for row in prepare(&folder, size, &ours) {
            if !format!("{} {} {}", row.operation, row.algorithm, size_name(size)).contains(only) {
                continue;
            }
            let rounds = match (quick, size) {
                (true, _) => 7,
                (_, size) if size > LARGE => 7,
                (_, LARGE) => 15,
                _ => 41,
            };
            let peer = row
                .peers
                .iter()
                .min_by(|a, b| {
                    let best = |command: &[String]| {
                        (0..2).map(|_| timed(&launcher, command).processor_us).fold(f64::MAX, f64::min)
                    };
                    best(a).total_cmp(&best(b))
                })
                .expect("a peer");
            let taken: Vec<(Taken, Taken)> =
                (0..rounds).map(|_| (timed(&launcher, &row.ours), timed(&launcher, peer))).collect();
            let sorted = |pick: &dyn Fn(&(Taken, Taken)) -> f64| {
                let mut values: Vec<f64> = taken.iter().map(pick).collect();
                values.sort_by(f64::total_cmp);
                move |share: f64| values[((values.len() - 1) as f64 * share).round() as usize]
            };
            let ratio = sorted(&|(own, theirs)| theirs.wall_us / own.wall_us);
            let processor = sorted(&|(own, theirs)| theirs.processor_us / own.processor_us)(0.5);
            let (own_us, peer_us) =
                (sorted(&|(own, _)| own.wall_us)(0.5), sorted(&|(_, peer)| peer.wall_us)(0.5));
            let peak = |pick: &dyn Fn(&(Taken, Taken)) -> u64| {
                taken.iter().map(pick).max().unwrap_or_default() as f64 / 1024.0
            };
            let (own_peak, peer_peak) = (peak(&|(own, _)| own.peak_kib), peak(&|(_, peer)| peer.peak_kib));
            if print {
                println!(
                    "{:<18} {:<12} {:>8} {:>7.2} {:>7.2} {:>7.2} {:>9.2} {:>9.2} {:>9.2} {:>9.1} {:>9.1}",
                    row.operation,
                    row.algorithm,
                    size_name(size),
                    ratio(0.5),
                    ratio(0.1),
                    ratio(0.9),
                    processor,
                    own_us / 1e3,
                    peer_us / 1e3,
                    own_peak,
                    peer_peak,
                );
            }
            rows.push(json!({
                "operation": row.operation,
                "algorithm": row.algorithm,
                "size": size,
                "peer": "openssl-program",
                "ratio": super::round(ratio(0.5)),
                "p10": super::round(ratio(0.1)),
                "p90": super::round(ratio(0.9)),
                "floor_fraction": Value::Null,
                "ratio_processor_time": super::round(processor),
                "ours_us": super::round(own_us),
                "peer_us": super::round(peer_us),
                "ours_peak_mib": super::round(own_peak),
                "peer_peak_mib": super::round(peer_peak),
            }));
        }
    }
    let _ = fs::remove_dir_all(&folder);
    rows
}

/// Makes the files of one size and says what is run on them.
fn prepare(folder: &Path, size: usize, ours: &[String]) -> Vec<Row> {
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let pki = |name: &str| World::path(name).to_string_lossy().into_owned();
    let (certificate, key) = (pki("alice-both.cert.pem"), pki("alice-both.key.pem"));
    let (chain, root) = (pki("contoso-issuing.cert.pem"), pki("contoso-root.cert.pem"));
    let input = file("text.eml");
    write_text(&input, size);
    let words = |line: &str, more: &[&str]| -> Vec<String> {
        line.split_whitespace().chain(more.iter().copied()).map(str::to_owned).collect()
    };
    let mine = |line: &str, more: &[&str]| [ours.to_vec(), words(line, more)].concat();
    let (out, theirs) = (file("ours.out"), file("peer.out"));
    let sign = ["-in", &input, "-signer", &certificate, "-inkey", &key, "-out", &theirs];
    let encrypt = ["-in", &input, "-out", &theirs, &certificate];
    let own_sign = ["--signer", &certificate, "--key", &key, &input, "-o", &out];
    let mut rows = vec![
        Row {
            operation: "sign detached",
            algorithm: "RSA-2048",
            ours: mine("sign", &own_sign),
            peers: vec![
                words("openssl cms -sign -md sha256", &sign),
                words("openssl smime -sign -md sha256", &sign),
            ],
        },
        Row {
            operation: "sign opaque",
            algorithm: "RSA-2048",
            ours: mine("sign --opaque", &own_sign),
            peers: vec![
                words("openssl cms -sign -nodetach -md sha256", &sign),
                words("openssl cms -sign -nodetach -stream -md sha256", &sign),
                words("openssl smime -sign -nodetach -md sha256", &sign),
            ],
        },
    ];
    for (algorithm, flag, name) in
        [("AES-256-CBC", "-aes-256-cbc", "aes-256-cbc"), ("AES-256-GCM", "-aes-256-gcm", "aes-256-gcm")]
    {
        let message = file(&format!("{name}.eml"));
        let made = Command::new("openssl")
            .args(["cms", "-encrypt", "-stream", flag, "-in", &input, "-out", &message, &certificate])
            .status();
        assert!(made.is_ok_and(|status| status.success()), "openssl encrypts");
        rows.push(Row {
            operation: "encrypt",
            algorithm,
            ours: mine("encrypt --recipient", &[&certificate, "--cipher", name, &input, "-o", &out]),
            peers: vec![
                words(&format!("openssl cms -encrypt {flag}"), &encrypt),
                words(&format!("openssl cms -encrypt -stream {flag}"), &encrypt),
            ],
        });
        rows.push(Row {
            operation: "decrypt",
            algorithm,
            ours: mine("decrypt --recipient", &[&certificate, "--key", &key, &message, "-o", &out]),
            peers: vec![words(
                "openssl cms -decrypt",
                &["-in", &message, "-recip", &certificate, "-inkey", &key, "-out", &theirs],
            )],
        });
    }
    let message = file("signed.eml");
    let made = Command::new("openssl")
        .args(["cms", "-sign", "-md", "sha256", "-in", &input, "-signer", &certificate, "-inkey", &key])
        .args(["-certfile", &chain, "-out", &message])
        .status();
    assert!(made.is_ok_and(|status| status.success()), "openssl signs");
    rows.push(Row {
        operation: "verify, chain",
        algorithm: "RSA-2048",
        ours: mine("verify --ca-file", &[&root, &message, "-o", &out]),
        peers: vec![words("openssl cms -verify", &["-in", &message, "-CAfile", &root, "-out", &theirs])],
    });
    rows
}

/// Writes a text without holding all of it.
fn write_text(path: &str, size: usize) {
    use std::io::Write as _;
    let block = text(LARGE.min(size), "\n");
    let mut file = fs::File::create(path).expect("a file");
    for _ in 0..size / block.len() {
        file.write_all(&block).expect("a file");
    }
}
