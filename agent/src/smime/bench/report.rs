//! What was measured, as JSON (`fixtures/schema/smime-bench.schema.json`) and as people read it.

use super::rounds::Rounds;
use serde::Serialize;
use std::fmt::Write as _;

/// The version of the JSON.
const SCHEMA_VERSION: u32 = 1;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema_version: u32,
    version: &'static str,
    quick: bool,
    machine: Machine,
    /// The program that whole commands are compared with; absent if there is none on PATH.
    peer: Option<Peer>,
    cells: Vec<CellRow>,
    processes: Vec<ProcessRow>,
}

#[derive(Debug, Serialize)]
struct Machine {
    processor: String,
    cores: usize,
}

/// A program that can do the same.
#[derive(Debug, Serialize)]
pub(super) struct Peer {
    pub program: String,
    pub version: String,
}

/// One operation in this process.
#[derive(Debug, Serialize)]
pub(super) struct CellRow {
    operation: &'static str,
    algorithm: String,
    /// Octets of content.
    size: usize,
    rounds: usize,
    /// Medians, in microseconds of processor time.
    ours_us: f64,
    floor_us: f64,
    /// The time of the primitives over ours: median of the rounds.
    floor_fraction: f64,
    megabytes_per_second: f64,
}

impl CellRow {
    pub fn new(operation: &'static str, algorithm: String, size: usize, rounds: &Rounds) -> CellRow {
        CellRow {
            operation,
            algorithm,
            size,
            rounds: rounds.count(),
            ours_us: round(rounds.ours_us()),
            floor_us: round(rounds.other_us()),
            floor_fraction: round(rounds.ratio(0.5)),
            megabytes_per_second: round(size as f64 / rounds.ours_us()),
        }
    }
}

/// One command, from its start to its end.
#[derive(Debug, Serialize)]
pub(super) struct ProcessRow {
    pub operation: &'static str,
    pub algorithm: &'static str,
    pub size: usize,
    rounds: usize,
    /// Median by the clock, in microseconds.
    ours_us: f64,
    /// Absent where the command was over before it could be seen.
    ours_peak_kib: Option<u64>,
    #[serde(flatten)]
    comparison: Comparison,
}

/// Beside the peer's command; all absent where there is none, or where it cannot do it.
#[derive(Debug, Default, Serialize)]
struct Comparison {
    peer_us: Option<f64>,
    peer_peak_kib: Option<u64>,
    /// The peer's time over ours: median, tenth and ninetieth percentile of the rounds.
    ratio: Option<f64>,
    p10: Option<f64>,
    p90: Option<f64>,
    /// The peer's arguments, the fastest of those that do the same.
    peer_command: Option<String>,
}

impl ProcessRow {
    /// A row of a command with its peak, and of the peer's arguments with its.
    pub fn new(
        (operation, algorithm): (&'static str, &'static str),
        size: usize,
        rounds: &Rounds,
        ours_peak_kib: Option<u64>,
        peer: Option<(String, Option<u64>)>,
    ) -> ProcessRow {
        let comparison = peer.map_or_else(Comparison::default, |(command, peak)| Comparison {
            peer_us: Some(round(rounds.other_us())),
            peer_peak_kib: peak,
            ratio: Some(round(rounds.ratio(0.5))),
            p10: Some(round(rounds.ratio(0.1))),
            p90: Some(round(rounds.ratio(0.9))),
            peer_command: Some(command),
        });
        let ours_us = round(rounds.ours_us());
        ProcessRow { operation, algorithm, size, rounds: rounds.count(), ours_us, ours_peak_kib, comparison }
    }
}

impl Report {
    pub fn new(quick: bool, peer: Option<Peer>, cells: Vec<CellRow>, processes: Vec<ProcessRow>) -> Report {
        let machine = Machine {
            processor: processor(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let version = env!("CARGO_PKG_VERSION");
        Report { schema_version: SCHEMA_VERSION, version, quick, machine, peer, cells, processes }
    }

    pub fn human(&self) -> String {
        let mut out = format!("{}, {} cores\n\n", self.machine.processor, self.machine.cores);
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "In one process: processor time, and the share of it that the primitives alone take\n\
             {:<8} {:<24} {:>8} {:>11} {:>9} {:>6}",
            "", "", "size", "us", "MB/s", "floor"
        );
        for row in &self.cells {
            let _ = writeln!(
                out,
                "{:<8} {:<24} {:>8} {:>11.1} {:>9.1} {:>5.0}%",
                row.operation,
                row.algorithm,
                size_name(row.size),
                row.ours_us,
                row.megabytes_per_second,
                row.floor_fraction * 100.0
            );
        }
        match &self.peer {
            Some(peer) => {
                let _ = writeln!(
                    out,
                    "\nWhole commands, by the clock, against {} ({})",
                    peer.program, peer.version
                );
            }
            None => out.push_str("\nWhole commands, by the clock; no openssl on PATH to compare with\n"),
        }
        let _ = writeln!(
            out,
            "{:<14} {:<12} {:>8} {:>10} {:>10} {:>7} {:>15} {:>9} {:>9}",
            "", "", "size", "ms", "openssl", "ratio", "p10 to p90", "peak MiB", "openssl"
        );
        let mib = |kib: Option<u64>| kib.map(|kib| kib as f64 / 1024.0);
        let or_dash = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
        };
        for row in &self.processes {
            let Comparison { peer_us, peer_peak_kib, ratio, p10, p90, .. } = row.comparison;
            let _ = writeln!(
                out,
                "{:<14} {:<12} {:>8} {:>10.2} {:>10} {:>7} {:>7} {:>7} {:>9} {:>9}",
                row.operation,
                row.algorithm,
                size_name(row.size),
                row.ours_us / 1e3,
                or_dash(peer_us.map(|us| us / 1e3), 2),
                or_dash(ratio, 2),
                or_dash(p10, 2),
                or_dash(p90, 2),
                or_dash(mib(row.ours_peak_kib), 1),
                or_dash(mib(peer_peak_kib), 1),
            );
        }
        out.push_str("A ratio above 1 says that handset is faster.\n");
        out
    }
}

/// The processor's name, as the system has it.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |name| name.trim().to_owned())
}

fn size_name(size: usize) -> String {
    if size >= 1 << 20 { format!("{} MiB", size >> 20) } else { format!("{} KiB", size >> 10) }
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
