//! Timing (processor time of the thread) two programs and the floor in turns, and what the turns say together.

use crate::thread_us;
use std::time::Duration;

/// Something that is timed.
pub type Run<'a> = Box<dyn FnMut() + 'a>;

/// How long and how often.
#[derive(Clone, Copy)]
pub struct Effort {
    /// How many rounds of turns.
    pub rounds: usize,
    /// One turn repeats what is short until it takes as long.
    pub turn: Duration,
}

/// What the rounds gave.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The peer's time over ours: median and percentiles of the rounds' ratios.
    pub ratio: f64,
    /// The 10th percentile.
    pub p10: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The floor's time over ours, median.
    pub floor_fraction: f64,
    /// Medians in microseconds.
    pub ours_us: f64,
    /// The peer's.
    pub peer_us: f64,
    /// The floor's.
    pub floor_us: f64,
}

fn time(run: &mut Run<'_>, times: u32) -> f64 {
    let start = thread_us();
    for _ in 0..times {
        run();
    }
    (thread_us() - start) / f64::from(times)
}

/// The fewest repetitions of a turn: what is large finds the caches, and the tables of pages, as the other side left them
/// only once.
const LEAST: u32 = 3;

/// How often something fits a turn.
fn calibrate(run: &mut Run<'_>, turn: Duration) -> u32 {
    run();
    let once = time(run, 1).min(time(run, 1)).max(0.05);
    ((turn.as_secs_f64() * 1e6 / once) as u32).clamp(LEAST, 100_000)
}

/// Rounds of ours, the peer's best, and the floor; who begins changes with every round.
pub fn interleave(ours: &mut Run<'_>, peers: &mut [Run<'_>], floor: &mut Run<'_>, effort: Effort) -> Outcome {
    let best = peers.iter_mut().map(|peer| {
        let times = calibrate(peer, effort.turn / 2);
        time(peer, times).min(time(peer, times))
    });
    let best: Vec<f64> = best.collect();
    let fastest = (0..best.len()).min_by(|a, b| best[*a].total_cmp(&best[*b])).expect("a peer");
    let peer = &mut peers[fastest];
    let [a, b] = [calibrate(ours, effort.turn), calibrate(peer, effort.turn)];
    // As often as ours, so that it finds the caches as ours does.
    let c = a;
    time(floor, c);
    let mut rounds: Vec<[f64; 3]> = Vec::new();
    for round in 0..effort.rounds {
        let (own, theirs);
        if round % 2 == 0 {
            own = time(ours, a);
            theirs = time(peer, b);
        } else {
            theirs = time(peer, b);
            own = time(ours, a);
        }
        rounds.push([own, theirs, time(floor, c)]);
    }
    let ratios = sorted(rounds.iter().map(|[own, theirs, _]| theirs / own));
    let at = |values: &[f64], share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    let median = |pick: &dyn Fn(&[f64; 3]) -> f64| at(&sorted(rounds.iter().map(pick)), 0.5);
    Outcome {
        ratio: at(&ratios, 0.5),
        p10: at(&ratios, 0.1),
        p90: at(&ratios, 0.9),
        floor_fraction: median(&|[own, _, floor]| floor / own),
        ours_us: median(&|[own, ..]| *own),
        peer_us: median(&|[_, theirs, _]| *theirs),
        floor_us: median(&|[.., floor]| *floor),
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}
