//! The engine against OpenSSL: in one process in turns, or as whole processes.
//!
//! `versus [--quick] [--processes] [--format json] [--only TEXT] [--size OCTETS] [--program PATH]`
#![warn(missing_docs)]

mod allocations;
mod cells;
mod peer;
mod processes;

use allocations::allocated_by;
use cells::Stage;
use perf::contest::{Effort, Run, interleave};
use perf::{Floor, HUGE, LARGE, MIDDLE, SMALL, World, machine, size_name};
use serde_json::{Value, json};
use std::time::Duration;

/// The rounds of a whole run, and those of its largest cells.
const ROUNDS: usize = 41;
const HUGE_ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("launch", command)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return processes::launch(command);
    }
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let value = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let quick = has("--quick");
    let json = value("--format") == Some("json");
    let only = value("--only").unwrap_or_default();
    let effort = if quick {
        Effort { rounds: 9, turn: Duration::from_millis(8) }
    } else {
        Effort { rounds: ROUNDS, turn: Duration::from_millis(8) }
    };
    let rows = if has("--processes") {
        processes::run(quick, only, value("--program"), !json)
    } else {
        let size = value("--size").map(|size| size.parse().expect("a size in octets"));
        in_process(effort, only, size, !json)
    };
    if json {
        println!("{:#}", report(rows));
    }
}

fn report(rows: Vec<Value>) -> Value {
    json!({ "machine": machine(), "peer_version": peer::version(), "ratios": rows })
}

/// Runs the cells whose name contains `only`, of one size or of all that the effort has.
fn in_process(effort: Effort, only: &str, size: Option<usize>, print: bool) -> Vec<Value> {
    let world = World::new();
    let stage = Stage::new(&world);
    let peer_name = peer::name();
    let mut rows = Vec::new();
    if print {
        println!("{}; {}", machine(), peer::version());
        println!(
            "ratio > 1: faster than the peer; (memory): both keep their result, else the peer throws it away"
        );
        println!(
            "{:<23} {:<28} {:>8} {:>7} {:>7} {:>7} {:>6} {:>10} {:>10} {:>6} {:>9} {:>9}",
            "operation",
            "algorithm",
            "size",
            "ratio",
            "p10",
            "p90",
            "floor",
            "ours us",
            "peer us",
            "allocs",
            "octets",
            "(memory)"
        );
    }
    // The largest takes minutes for each cell, so that it is for whole runs, and fewer rounds.
    let sizes: &[usize] =
        if effort.rounds < ROUNDS { &[SMALL, MIDDLE, LARGE] } else { &[SMALL, MIDDLE, LARGE, HUGE] };
    let sizes = size.as_ref().map_or(sizes, std::slice::from_ref);
    for &size in sizes {
        let rounds = if size == HUGE { effort.rounds.min(HUGE_ROUNDS) } else { effort.rounds };
        let effort = Effort { rounds, ..effort };
        stage.each(size, only, |mut cell| {
            let conservative = cell.is_conservative();
            let mut floor = Floor::new(&world, &cell.floor, !conservative);
            let mut floor: Run<'_> = Box::new(move || floor.run());
            let memory = interleave(&mut cell.memory.ours, &mut cell.memory.peers, &mut floor, effort);
            let allocated = allocated_by(&mut cell.memory.ours);
            let counts = match &mut cell.engine {
                Some(pair) if conservative => interleave(&mut pair.ours, &mut pair.peers, &mut floor, effort),
                _ => memory,
            };
            let floor_fraction = (!cell.floor.is_empty()).then_some(round(counts.floor_fraction));
            if print {
                println!(
                    "{:<23} {:<28} {:>8} {:>7.2} {:>7.2} {:>7.2} {:>6.2} {:>10.1} {:>10.1} {:>6} {:>9} {}",
                    cell.operation,
                    cell.algorithm,
                    size_name(size),
                    counts.ratio,
                    counts.p10,
                    counts.p90,
                    floor_fraction.unwrap_or(f64::NAN),
                    counts.ours_us,
                    counts.peer_us,
                    allocated.count,
                    allocated.octets,
                    if conservative { format!("{:>9.2}", memory.ratio) } else { String::new() },
                );
            }
            rows.push(json!({
                "operation": cell.operation,
                "algorithm": cell.algorithm,
                "size": cell.size,
                "peer": peer_name,
                "ratio": round(counts.ratio),
                "p10": round(counts.p10),
                "p90": round(counts.p90),
                "floor_fraction": floor_fraction,
                "ours_us": round(counts.ours_us),
                "peer_us": round(counts.peer_us),
                "floor_us": round(counts.floor_us),
                "ratio_memory": round(memory.ratio),
                "allocations": allocated.count,
                "allocated_octets": allocated.octets,
            }));
        });
    }
    rows
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
