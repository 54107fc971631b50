//! How many cases a second one core runs, and how much memory a long run takes.
//!
//!     cargo run --release -p perf --bin cases -- state 1000000
//!     cargo run --release -p perf --bin cases -- full 1000
//!     cargo run --release -p perf --bin cases -- state-install 100000
//!     cargo run --release -p perf --bin cases -- state-apart 10000
//!
//! In `state` the installation and the sign-in, in which the cases are alike, are done once and their result is shared, as
//! `handset run` does; in `state-install` every case installs, acts, expects and judges, but nobody signs in; in
//! `state-apart` every case does that too, with its four exchanges over ActiveSync, and in `full` with PKCS#12 files and
//! all.
//!
//! Prints the rate by processor time of this thread, and the peak of resident memory after a tenth of the cases and after
//! all of them: they are the same where memory is flat.

use perf::cases::{FULL, INSTALL, Measured, STATE};
use perf::thread_us;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next();
    let suite = match kind.as_deref() {
        Some("state" | "state-apart") => STATE,
        Some("state-install") => INSTALL,
        Some("full") => FULL,
        _ => {
            eprintln!("usage: cases state|state-install|state-apart|full [COUNT]");
            return ExitCode::from(2);
        }
    };
    let count: u64 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let measured = Measured::of(suite);
    let mut target =
        if kind.as_deref() == Some("state") { measured.target() } else { measured.target_apart() };
    // What is made once is made now.
    measured.run(&mut target);
    let mut early = 0;
    let started = thread_us();
    for number in 0..count {
        measured.run(&mut target);
        if number == count / 10 {
            early = peak_kib();
        }
    }
    let us = (thread_us() - started) as f64;
    let rate = count as f64 / (us / 1_000_000.0);
    println!("{count} cases, {rate:.0} a second on one core, {:.1} µs each", us / count as f64);
    println!("peak memory {early} KiB after a tenth, {} KiB at the end", peak_kib());
    ExitCode::SUCCESS
}

/// The peak of resident memory, in KiB (proc(5), `VmHWM`).
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0)
}
