//! Turns: two things are run one after the other again and again, and their times compared within each turn.

use super::BenchError;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// How often and how long at most. Three turns are always made.
#[derive(Clone, Copy)]
pub(super) struct Effort {
    pub rounds: usize,
    pub budget: Duration,
}

/// The turns, sorted values of which give medians and percentiles. Times are in microseconds.
pub(super) struct Rounds(Vec<(f64, f64)>);

const ROUNDS_MIN: usize = 3;
/// What is short is repeated until it takes as long, in microseconds.
const TURN_US: f64 = 1_000.0;

impl Rounds {
    /// Makes turns of two things that tell their own time, until there are enough or the budget is spent.
    ///
    /// # Errors
    /// The first that one of them gives.
    pub fn alternate<E>(
        effort: Effort,
        mut ours: impl FnMut() -> Result<f64, E>,
        mut other: impl FnMut() -> Result<f64, E>,
    ) -> Result<Rounds, E> {
        let start = Instant::now();
        let mut turns = Vec::new();
        while turns.len() < ROUNDS_MIN || (turns.len() < effort.rounds && start.elapsed() < effort.budget) {
            // Who begins changes, so that neither always finds what the other left in the caches.
            if turns.len() % 2 == 0 {
                let own = ours()?;
                turns.push((own, other()?));
            } else {
                let theirs = other()?;
                turns.push((ours()?, theirs));
            }
        }
        Ok(Rounds(turns))
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The median of our times.
    pub fn ours_us(&self) -> f64 {
        at(self.0.iter().map(|turn| turn.0), 0.5)
    }

    /// The median of the other's times.
    pub fn other_us(&self) -> f64 {
        at(self.0.iter().map(|turn| turn.1), 0.5)
    }

    /// The other's time over ours: this share of the turns has less.
    pub fn ratio(&self, share: f64) -> f64 {
        at(self.0.iter().map(|(ours, other)| other / ours), share)
    }
}

fn at(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let place = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// Something that is repeated as often as fits a turn.
pub(super) struct Repeated<F> {
    run: F,
    times: u32,
}

impl<F: FnMut() -> Result<(), BenchError>> Repeated<F> {
    /// Runs it some times to see how long it takes.
    ///
    /// # Errors
    /// Its own.
    pub fn calibrated(run: F) -> Result<Self, BenchError> {
        let mut repeated = Repeated { run, times: 1 };
        repeated.time()?;
        let once = repeated.time()?.min(repeated.time()?).max(0.05);
        repeated.times = ((TURN_US / once) as u32).max(1);
        Ok(repeated)
    }

    /// How many microseconds of processor time it takes once.
    ///
    /// # Errors
    /// Its own.
    pub fn time(&mut self) -> Result<f64, BenchError> {
        let start = thread_us();
        for _ in 0..self.times {
            (self.run)()?;
        }
        Ok((thread_us() - start) / f64::from(self.times))
    }
}

/// Microseconds of processor time that this thread has used.
fn thread_us() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    const EFFORT: Effort = Effort { rounds: 5, budget: Duration::from_secs(60) };

    #[test]
    fn the_median_of_the_ratios_counts() {
        let (mut own, mut theirs) = (0.0, 100.0);
        let mut next = || {
            own += 1.0;
            Ok::<_, BenchError>(own)
        };
        let rounds = Rounds::alternate(EFFORT, &mut next, || {
            theirs -= 10.0;
            Ok(theirs)
        });
        let rounds = rounds.unwrap();
        assert_eq!((rounds.count(), rounds.ours_us(), rounds.other_us()), (5, 3.0, 70.0));
        assert_eq!((rounds.ratio(0.0), rounds.ratio(0.5), rounds.ratio(1.0)), (10.0, 70.0 / 3.0, 90.0));
    }

    #[test]
    fn a_spent_budget_ends_the_turns_but_not_before_the_third() {
        let effort = Effort { rounds: 1_000, budget: Duration::ZERO };
        let rounds = Rounds::alternate(effort, || Ok::<_, BenchError>(1.0), || Ok(2.0)).unwrap();
        assert_eq!(rounds.count(), ROUNDS_MIN);
    }

    #[test]
    fn errors_end_the_turns() {
        let failed = BenchError::NoSigner;
        let rounds = Rounds::alternate(EFFORT, || Err(failed.clone()), || Ok(2.0));
        assert_eq!(rounds.err(), Some(failed));
    }

    #[test]
    fn what_is_short_is_repeated() {
        let mut runs = 0_u32;
        let mut repeated = Repeated::calibrated(|| {
            runs += 1;
            Ok(())
        })
        .unwrap();
        assert!(repeated.time().unwrap() < TURN_US);
        let times = repeated.times;
        assert!(times > 10 && runs == times + 3, "{times} {runs}");
    }
}
