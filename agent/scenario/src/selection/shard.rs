//! `--shard env`: the shard that a scheduler gives through its variables.

use super::partition::{Partition, PartitionError, PartitionKind};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// Every variable that is looked at.
pub const SHARD_VARIABLES: [&str; 29] = [
    "HANDSET_SHARD",
    "HANDSET_SHARDS",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_ARRAY_TASK_MIN",
    "SLURM_ARRAY_TASK_MAX",
    "SLURM_ARRAY_TASK_STEP",
    "SLURM_ARRAY_TASK_COUNT",
    "JOB_COMPLETION_INDEX",
    "PARALLEL_SEQ",
    "AWS_BATCH_JOB_ARRAY_INDEX",
    "AWS_BATCH_JOB_ARRAY_SIZE",
    "CIRCLE_NODE_INDEX",
    "CIRCLE_NODE_TOTAL",
    "CI_NODE_INDEX",
    "CI_NODE_TOTAL",
    "BUILDKITE_PARALLEL_JOB",
    "BUILDKITE_PARALLEL_JOB_COUNT",
    "SYSTEM_JOBPOSITIONINPHASE",
    "SYSTEM_TOTALJOBSINPHASE",
    "BITBUCKET_PARALLEL_STEP",
    "BITBUCKET_PARALLEL_STEP_COUNT",
    "STRATEGY_JOB_INDEX",
    "STRATEGY_JOB_TOTAL",
    "SEMAPHORE_JOB_INDEX",
    "SEMAPHORE_JOB_COUNT",
    "CLOUD_RUN_TASK_INDEX",
    "CLOUD_RUN_TASK_COUNT",
    "BATCH_TASK_INDEX",
    "BATCH_TASK_COUNT",
];

/// Who gave the shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scheduler {
    /// `HANDSET_SHARD=m/n`, m from 1: said outright. Goes before every scheduler.
    Handset,
    /// A Slurm job array (`SLURM_ARRAY_TASK_*`; sbatch(1), “OUTPUT ENVIRONMENT VARIABLES”).
    Slurm,
    /// A Kubernetes Indexed Job (`JOB_COMPLETION_INDEX` from 0); `HANDSET_SHARDS` says how many, as the Job's `completions`.
    Kubernetes,
    /// GNU parallel (`PARALLEL_SEQ` from 1); `HANDSET_SHARDS` says how many. `PARALLEL_JOBSLOT` is not looked at: a slot is
    /// used for one job after another.
    GnuParallel,
    /// An AWS Batch array job (from 0).
    AwsBatch,
    /// CircleCI (`CIRCLE_NODE_*`, from 0).
    CircleCi,
    /// GitLab (`CI_NODE_*`, from 1).
    GitLab,
    /// Buildkite (`BUILDKITE_PARALLEL_JOB*`, from 0).
    Buildkite,
    /// Azure Pipelines (`SYSTEM_*INPHASE`, from 1).
    AzurePipelines,
    /// Bitbucket Pipelines (`BITBUCKET_PARALLEL_STEP*`, from 0).
    Bitbucket,
    /// A GitHub matrix, whose workflow sets `STRATEGY_JOB_INDEX: ${{ strategy.job-index }}` (from 0) and
    /// `STRATEGY_JOB_TOTAL: ${{ strategy.job-total }}`.
    GitHubMatrix,
    /// Semaphore (`SEMAPHORE_JOB_*`, from 1).
    Semaphore,
    /// A job of Google Cloud Run (`CLOUD_RUN_TASK_*`, from 0).
    CloudRun,
    /// Google Batch (`BATCH_TASK_*`, from 0).
    GoogleBatch,
}

impl fmt::Display for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scheduler::Handset => "HANDSET_SHARD",
            Scheduler::Slurm => "a Slurm array",
            Scheduler::Kubernetes => "a Kubernetes Indexed Job",
            Scheduler::GnuParallel => "GNU parallel",
            Scheduler::AwsBatch => "an AWS Batch array",
            Scheduler::CircleCi => "CircleCI",
            Scheduler::GitLab => "GitLab",
            Scheduler::Buildkite => "Buildkite",
            Scheduler::AzurePipelines => "Azure Pipelines",
            Scheduler::Bitbucket => "Bitbucket Pipelines",
            Scheduler::GitHubMatrix => "a GitHub matrix",
            Scheduler::Semaphore => "Semaphore",
            Scheduler::CloudRun => "a Cloud Run job",
            Scheduler::GoogleBatch => "Google Batch",
        })
    }
}

/// A shard and who gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shard {
    /// The part.
    pub partition: Partition,
    /// Who gave it.
    pub scheduler: Scheduler,
}

/// Why there is no shard.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShardError {
    /// No scheduler is there.
    #[error("no scheduler says which shard this is; set HANDSET_SHARD=m/n, or use --partition")]
    Nobody,
    /// Two schedulers say different things.
    #[error("{one} and {other} both say which shard this is; HANDSET_SHARD=m/n decides")]
    Conflict {
        /// One.
        one: Scheduler,
        /// The other.
        other: Scheduler,
    },
    /// One variable of a pair is missing.
    #[error(
        "{scheduler} says which shard this is, but {variable} is not set, so it is not known of how many"
    )]
    Incomplete {
        /// The scheduler.
        scheduler: Scheduler,
        /// The variable that is missing.
        variable: &'static str,
    },
    /// A value is no number. The value is not shown: nobody knows what it is.
    #[error("{variable} is no number")]
    NotANumber {
        /// The variable.
        variable: &'static str,
    },
    /// The numbers of a Slurm array have gaps.
    #[error(
        "the Slurm array has gaps: {count} tasks from {first} to {last} in steps of {step}; use --array=1-{count}"
    )]
    Gaps {
        /// The lowest number.
        first: u64,
        /// The highest number.
        last: u64,
        /// The step.
        step: u64,
        /// How many tasks.
        count: u64,
    },
    /// The number is none of those that the count allows.
    #[error("{scheduler}: {variable} is {value}, and should be from {first} to {last}")]
    Outside {
        /// The scheduler.
        scheduler: Scheduler,
        /// The variable with the number.
        variable: &'static str,
        /// What it says.
        value: u64,
        /// The lowest that it could say.
        first: u64,
        /// The highest.
        last: u64,
    },
    /// There are no shards at all.
    #[error("{scheduler}: {variable} is 0, so there is no shard")]
    Empty {
        /// The scheduler.
        scheduler: Scheduler,
        /// The variable with the count.
        variable: &'static str,
    },
    /// `HANDSET_SHARDS` and a scheduler count differently.
    #[error("HANDSET_SHARDS says that there are {shards} shards, {scheduler} that there are {count}")]
    Count {
        /// The scheduler.
        scheduler: Scheduler,
        /// How many it says.
        count: u32,
        /// What `HANDSET_SHARDS` says.
        shards: u64,
    },
    /// The numbers make no part.
    #[error("{scheduler}: {error}")]
    Range {
        /// The scheduler.
        scheduler: Scheduler,
        /// Why.
        error: PartitionError,
    },
    /// `HANDSET_SHARD` has another form.
    #[error("HANDSET_SHARD is written m/n, such as 1/8, m from 1")]
    Form,
}

/// Variables that come in pairs: who, the number, the count, and from what the number counts.
const PAIRS: [(Scheduler, &str, &str, u64); 12] = [
    (Scheduler::Kubernetes, "JOB_COMPLETION_INDEX", "HANDSET_SHARDS", 0),
    (Scheduler::GnuParallel, "PARALLEL_SEQ", "HANDSET_SHARDS", 1),
    (Scheduler::AwsBatch, "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", 0),
    (Scheduler::CircleCi, "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
    (Scheduler::GitLab, "CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
    (Scheduler::Buildkite, "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
    (Scheduler::AzurePipelines, "SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1),
    (Scheduler::Bitbucket, "BITBUCKET_PARALLEL_STEP", "BITBUCKET_PARALLEL_STEP_COUNT", 0),
    (Scheduler::GitHubMatrix, "STRATEGY_JOB_INDEX", "STRATEGY_JOB_TOTAL", 0),
    (Scheduler::Semaphore, "SEMAPHORE_JOB_INDEX", "SEMAPHORE_JOB_COUNT", 1),
    (Scheduler::CloudRun, "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT", 0),
    (Scheduler::GoogleBatch, "BATCH_TASK_INDEX", "BATCH_TASK_COUNT", 0),
];

/// The shard that the environment gives, by hash.
///
/// `HANDSET_SHARD` decides when it is set. Else every scheduler whose variables are there is asked; a scheduler that
/// speaks of one shard in all yields to one that speaks of several, and several that speak of several must say the same;
/// so must `HANDSET_SHARDS` where it is set.
/// A requeued Slurm task has the number that it had, and so the same cases.
///
/// # Errors
/// [`ShardError`]; nothing is guessed.
pub fn shard_of(environment: &BTreeMap<String, String>) -> Result<Shard, ShardError> {
    let value = |name: &str| environment.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
    let number = |variable: &'static str| -> Result<Option<u64>, ShardError> {
        let Some(text) = value(variable) else { return Ok(None) };
        let digits = text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
        let parsed = if digits { text.parse().ok() } else { None };
        parsed.map(Some).ok_or(ShardError::NotANumber { variable })
    };
    let shard = |scheduler: Scheduler, index: u64, count: u64| {
        Partition::new(PartitionKind::Hash, index, count)
            .map(|partition| Shard { partition, scheduler })
            .map_err(|error| ShardError::Range { scheduler, error })
    };

    if let Some(text) = value("HANDSET_SHARD") {
        return match format!("hash:{text}").parse() {
            Ok(partition) => Ok(Shard { partition, scheduler: Scheduler::Handset }),
            Err(PartitionError::Form) => Err(ShardError::Form),
            Err(error) => Err(ShardError::Range { scheduler: Scheduler::Handset, error }),
        };
    }

    let mut found = Vec::new();
    if let Some(id) = number("SLURM_ARRAY_TASK_ID")? {
        let needed = |variable: &'static str| {
            let missing = ShardError::Incomplete { scheduler: Scheduler::Slurm, variable };
            number(variable).and_then(|n| n.ok_or(missing))
        };
        let first = needed("SLURM_ARRAY_TASK_MIN")?;
        let last = needed("SLURM_ARRAY_TASK_MAX")?;
        let count = needed("SLURM_ARRAY_TASK_COUNT")?;
        let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
        let gaps = ShardError::Gaps { first, last, step, count };
        if last < first || (last - first) / step + 1 != count || id < first || (id - first) % step != 0 {
            return Err(gaps);
        }
        found.push(shard(Scheduler::Slurm, (id - first) / step + 1, count)?);
    }
    for (scheduler, variable, total, first) in PAIRS {
        let Some(value) = number(variable)? else { continue };
        let count = number(total)?.ok_or(ShardError::Incomplete { scheduler, variable: total })?;
        let Some(beyond) = count.checked_sub(1) else {
            return Err(ShardError::Empty { scheduler, variable: total });
        };
        let last = first + beyond;
        match value.checked_sub(first) {
            Some(before) if before < count => found.push(shard(scheduler, before + 1, count)?),
            _ => return Err(ShardError::Outside { scheduler, variable, value, first, last }),
        }
    }

    let several = found.iter().any(|s| s.partition.count > 1);
    found.retain(|s| !several || s.partition.count > 1);
    let Some(first) = found.first().copied() else { return Err(ShardError::Nobody) };
    if let Some(other) = found.iter().find(|s| s.partition != first.partition) {
        return Err(ShardError::Conflict { one: first.scheduler, other: other.scheduler });
    }
    match (number("HANDSET_SHARDS")?, first.partition.count) {
        (Some(shards), count) if shards != u64::from(count) => {
            Err(ShardError::Count { scheduler: first.scheduler, count, shards })
        }
        _ => Ok(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &str) -> Result<String, ShardError> {
        let environment = variables
            .split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| {
                assert!(SHARD_VARIABLES.contains(&name), "{name} is not listed");
                (name.to_owned(), value.to_owned())
            })
            .collect();
        shard_of(&environment).map(|s| format!("{} {}/{}", s.scheduler, s.partition.index, s.partition.count))
    }

    #[test]
    fn every_scheduler_is_understood() {
        let slurm =
            "SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=14 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=8";
        for (variables, expected) in [
            (format!("{slurm} SLURM_ARRAY_TASK_ID=0"), "a Slurm array 1/8"),
            (format!("{slurm} SLURM_ARRAY_TASK_ID=14"), "a Slurm array 8/8"),
            ("JOB_COMPLETION_INDEX=0 HANDSET_SHARDS=8".into(), "a Kubernetes Indexed Job 1/8"),
            ("PARALLEL_SEQ=8 HANDSET_SHARDS=8".into(), "GNU parallel 8/8"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=2 AWS_BATCH_JOB_ARRAY_SIZE=3".into(), "an AWS Batch array 3/3"),
            ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=2".into(), "CircleCI 1/2"),
            ("CI_NODE_INDEX=2 CI_NODE_TOTAL=2".into(), "GitLab 2/2"),
            ("BUILDKITE_PARALLEL_JOB=4 BUILDKITE_PARALLEL_JOB_COUNT=5".into(), "Buildkite 5/5"),
            ("SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=3".into(), "Azure Pipelines 1/3"),
            ("BITBUCKET_PARALLEL_STEP=0 BITBUCKET_PARALLEL_STEP_COUNT=3".into(), "Bitbucket Pipelines 1/3"),
            ("STRATEGY_JOB_INDEX=0 STRATEGY_JOB_TOTAL=3".into(), "a GitHub matrix 1/3"),
            ("SEMAPHORE_JOB_INDEX=3 SEMAPHORE_JOB_COUNT=3".into(), "Semaphore 3/3"),
            ("CLOUD_RUN_TASK_INDEX=0 CLOUD_RUN_TASK_COUNT=3".into(), "a Cloud Run job 1/3"),
            ("BATCH_TASK_INDEX=2 BATCH_TASK_COUNT=3".into(), "Google Batch 3/3"),
            ("HANDSET_SHARD=2/3".into(), "HANDSET_SHARD 2/3"),
            (format!("{slurm} SLURM_ARRAY_TASK_ID=2 HANDSET_SHARDS=8"), "a Slurm array 2/8"),
            // One in all is no shard where somebody else knows of several; and what is said outright decides.
            (
                "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1 HANDSET_SHARDS=4 PARALLEL_SEQ=3".into(),
                "GNU parallel 3/4",
            ),
            ("HANDSET_SHARD=2/3 CI_NODE_INDEX=1 CI_NODE_TOTAL=4".into(), "HANDSET_SHARD 2/3"),
            ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1".into(), "CircleCI 1/1"),
            ("CI_NODE_TOTAL=1 PARALLEL_SEQ=1 HANDSET_SHARDS=2".into(), "GNU parallel 1/2"),
        ] {
            assert_eq!(of(&variables).as_deref(), Ok(expected), "{variables}");
        }
    }

    #[test]
    fn nonsense_and_conflicts_are_errors() {
        assert_eq!(of(""), Err(ShardError::Nobody));
        assert_eq!(of("CI_NODE_TOTAL=3"), Err(ShardError::Nobody));
        assert_eq!(of("HANDSET_SHARD=1-3"), Err(ShardError::Form));
        assert!(matches!(of("HANDSET_SHARD=4/3"), Err(ShardError::Range { .. })));
        let conflict = "CI_NODE_INDEX=1 CI_NODE_TOTAL=4 CIRCLE_NODE_INDEX=1 CIRCLE_NODE_TOTAL=4";
        assert_eq!(
            of(conflict),
            Err(ShardError::Conflict { one: Scheduler::CircleCi, other: Scheduler::GitLab })
        );
        assert_eq!(
            of("JOB_COMPLETION_INDEX=1"),
            Err(ShardError::Incomplete { scheduler: Scheduler::Kubernetes, variable: "HANDSET_SHARDS" })
        );
        assert_eq!(
            of("CI_NODE_INDEX=x CI_NODE_TOTAL=4"),
            Err(ShardError::NotANumber { variable: "CI_NODE_INDEX" })
        );
        let outside = |text: &str| match of(text) {
            Err(ShardError::Outside { value, first, last, .. }) => (value, first, last),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(outside("CI_NODE_INDEX=0 CI_NODE_TOTAL=4"), (0, 1, 4));
        assert_eq!(outside("CI_NODE_INDEX=5 CI_NODE_TOTAL=4"), (5, 1, 4));
        assert_eq!(outside("CIRCLE_NODE_INDEX=4 CIRCLE_NODE_TOTAL=4"), (4, 0, 3));
        assert!(matches!(of("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=0"), Err(ShardError::Empty { .. })));
        assert!(matches!(
            of("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=100001"),
            Err(ShardError::Range { error: PartitionError::TooMany { count: 100_001 }, .. })
        ));
        assert_eq!(
            of("CI_NODE_INDEX=1 CI_NODE_TOTAL=4 HANDSET_SHARDS=8"),
            Err(ShardError::Count { scheduler: Scheduler::GitLab, count: 4, shards: 8 })
        );
        let array = |id: u64, max: u64, count: u64| {
            of(&format!(
                "SLURM_ARRAY_TASK_ID={id} SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX={max} SLURM_ARRAY_TASK_COUNT={count}"
            ))
        };
        assert!(array(8, 8, 8).is_ok());
        assert!(matches!(array(7, 7, 3), Err(ShardError::Gaps { .. })));
        assert!(matches!(array(0, 3, 3), Err(ShardError::Gaps { .. })));
        assert!(matches!(of("SLURM_ARRAY_TASK_ID=1"), Err(ShardError::Incomplete { .. })));
    }
}
