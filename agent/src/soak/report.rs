//! What a hunt came to, for people and for programs.

use super::hunt::{Caught, Finding, MAX_FINDINGS};
use scenario::walk::Share;
use serde::Serialize;

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const SOAK_SCHEMA_VERSION: u32 = 1;

/// The answer.
#[derive(Debug, Serialize)]
pub struct SoakReport {
    /// [`SOAK_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The version of the program.
    pub handset: &'static str,
    /// What the walks were gone on, as reports of runs say it.
    pub target: String,
    /// The seed.
    pub seed: u64,
    /// Phones at the same time.
    pub jobs: usize,
    /// What was asked for.
    pub minutes: f64,
    /// How long it really took, what was found made small included.
    pub seconds: f64,
    /// How many walks were gone.
    pub walks: u64,
    /// How many transitions happened.
    pub operations: u64,
    /// How many of them in a second.
    pub operations_per_second: f64,
    /// How many expectations were compared.
    pub checks: u64,
    /// What was seen of the option space.
    pub coverage: CoverageReport,
    /// How many walks differed.
    pub differed: u64,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The signal that ended it.
    pub signal: Option<&'static str>,
    /// The exit code.
    pub exit: u8,
}

/// What was seen, out of what there is.
#[derive(Debug, Serialize)]
pub struct CoverageReport {
    /// Values of options.
    pub values: Share,
    /// Pairs of values.
    pub pairs: Share,
    /// Kinds of transitions.
    pub transitions: Share,
}

impl SoakReport {
    /// Makes the answer.
    pub fn new(caught: Caught, target: String, seed: u64, jobs: usize, minutes: f64) -> Self {
        let seconds = caught.took.as_secs_f64();
        let (signal, ended) = match caught.signal {
            Some(signal_hook::consts::SIGTERM) => (Some("SIGTERM"), Some(143)),
            Some(_) => (Some("SIGINT"), Some(130)),
            None => (None, None),
        };
        let rounded = |value: f64| (value * 10.0).round() / 10.0;
        SoakReport {
            schema_version: SOAK_SCHEMA_VERSION,
            handset: env!("CARGO_PKG_VERSION"),
            target,
            seed,
            jobs,
            minutes,
            seconds: rounded(seconds),
            walks: caught.walks,
            operations: caught.transitions,
            operations_per_second: rounded(caught.transitions as f64 / seconds.max(0.001)),
            checks: caught.checks,
            coverage: CoverageReport {
                values: caught.coverage.values(),
                pairs: caught.coverage.pairs(),
                transitions: caught.coverage.transitions(),
            },
            differed: caught.differed,
            exit: ended.unwrap_or(u8::from(caught.differed > 0)),
            findings: caught.findings,
            signal,
        }
    }

    /// The answer in words.
    pub fn human(&self) -> String {
        let mut out = format!(
            "{} walks on {} in {} s: {} operations, {} a second; {} comparisons\n",
            self.walks, self.target, self.seconds, self.operations, self.operations_per_second, self.checks
        );
        let CoverageReport { values, pairs, transitions } = &self.coverage;
        out.push_str(&format!(
            "seen: {} of {} values, {} of {} pairs of values, {} of {} kinds of transitions\n",
            values.seen, values.of, pairs.seen, pairs.of, transitions.seen, transitions.of
        ));
        for (what, share) in [("values", values), ("pairs", pairs), ("transitions", transitions)] {
            if !share.unseen.is_empty() && share.of - share.seen <= share.unseen.len() {
                out.push_str(&format!("{what} not seen: {}\n", share.unseen.join(", ")));
            }
        }
        for finding in &self.findings {
            out.push_str(&format!(
                "\n{}: expected {}, seen {}\n  {} steps of {} are left: {}\n",
                finding.subject,
                finding.expected,
                finding.observed,
                finding.steps,
                finding.steps_found,
                finding.scenario.display()
            ));
            if let Some(why) = &finding.why {
                let requirements: Vec<&str> = finding.requirements.iter().map(String::as_str).collect();
                out.push_str(&format!("  {} ({why})\n", requirements.join(", ")));
            }
        }
        if self.findings.is_empty() {
            out.push_str("nothing found\n");
        } else {
            let more = if self.findings.len() >= MAX_FINDINGS { " and perhaps more" } else { "" };
            let count = self.findings.len();
            out.push_str(&format!("\n{count} found{more}, in {} walks\n", self.differed));
        }
        if let Some(signal) = self.signal {
            out.push_str(&format!("ended by {signal}\n"));
        }
        out
    }
}
