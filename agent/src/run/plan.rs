//! What a run consists of: the suites, the cases that are selected, and what they are run with.

use super::arguments::{SelectionArguments, ShardSource};
use super::{Materials, RunError};
use crate::cli::Colour;
use crate::exit::Failure;
use crate::scenario::{loaded, missing_files, rendered};
use crate::suggestion::nearest;
use scenario::{
    Case, CaseKey, Digest, Filter, Partition, RUN_SCHEMA_VERSION, SHARD_VARIABLES, Suites, shard_of,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use verdict::{RunHead, RunSelected, RunSelection};

/// Where suites are looked for when nothing is named.
const USUAL_FOLDERS: [&str; 2] = ["tests/suites", "suites"];

/// A run before it runs.
pub struct Plan {
    /// The suites.
    pub suites: Suites,
    /// The files and secrets.
    pub materials: Materials,
    /// The head of the report.
    pub head: RunHead,
    /// The cases of this shard, in the order of files and scenarios.
    pub cases: Vec<Planned>,
    /// `jobs` of the suites, the least.
    pub jobs: Option<u32>,
}

/// A case that is to be run.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What it is made of.
    pub key: CaseKey,
    /// Its id.
    pub id: Box<str>,
}

/// The files that are meant: what is named, else the usual folder.
///
/// # Errors
/// [`RunError::NoPaths`].
pub fn suite_paths(paths: &[PathBuf]) -> Result<Vec<PathBuf>, RunError> {
    if !paths.is_empty() {
        return Ok(paths.to_vec());
    }
    let usual = USUAL_FOLDERS.into_iter().map(PathBuf::from).find(|folder| folder.is_dir());
    usual.map(|folder| vec![folder]).ok_or(RunError::NoPaths)
}

/// Reads suites that nothing is wrong with.
///
/// # Errors
/// [`RunError::Suites`] after what is wrong was drawn on standard error.
pub fn sound_suites(paths: &[PathBuf], colour: Colour) -> Result<Suites, Failure> {
    let suites = loaded(&suite_paths(paths)?)?;
    let problems = suites.problems();
    if !problems.is_empty() {
        return Err(drawn(&suites, problems, colour));
    }
    Ok(suites)
}

fn drawn(suites: &Suites, problems: &[scenario::Diagnostic], colour: Colour) -> Failure {
    let coloured = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        }
    };
    crate::tools::output::note(rendered(suites.sources(), problems, coloured).trim_end());
    let problems =
        if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) };
    RunError::Suites { problems }.into()
}

/// The selection as the command line has it, checked.
pub struct Choice {
    filter: Option<Filter>,
    /// What goes into the report.
    pub selection: RunSelection,
    /// The part.
    pub partition: Option<Partition>,
}

impl Choice {
    /// Reads the command line, and for `--shard env` the environment.
    ///
    /// # Errors
    /// [`RunError`] for a filter that is none, and for a shard that nobody says.
    pub fn of(arguments: &SelectionArguments) -> Result<Self, RunError> {
        let partition = match arguments.shard {
            Some(ShardSource::Env) => {
                let variables = SHARD_VARIABLES
                    .iter()
                    .filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?)))
                    // What is no text is no number either, and is told.
                    .map(|(name, value)| (name, value.to_string_lossy().into_owned()));
                Some(shard_of(&variables.collect::<BTreeMap<_, _>>())?.partition)
            }
            None => arguments.partition,
        };
        let selection = RunSelection {
            filter: arguments.filter.clone(),
            cases: arguments.case.iter().cloned().collect(),
        };
        Choice::again(selection, partition)
    }

    /// The selection of a run that was kept.
    ///
    /// # Errors
    /// [`RunError::Filter`].
    pub fn again(selection: RunSelection, partition: Option<Partition>) -> Result<Self, RunError> {
        let filter = selection.filter.as_deref().map(filter).transpose()?;
        Ok(Choice { filter, selection, partition })
    }

    /// Whether a case is meant, but for the shard. What the command line says goes before the filter of the suite.
    fn holds(&self, case: &Case, own: &mut BTreeMap<String, Filter>) -> Result<bool, RunError> {
        if !self.selection.cases.is_empty() && !self.selection.cases.contains(case.id.as_str()) {
            return Ok(false);
        }
        if let Some(filter) = &self.filter {
            return Ok(filter.holds(case));
        }
        let Some(text) = case.options.filter.as_ref().filter(|_| self.selection.cases.is_empty()) else {
            return Ok(true);
        };
        if !own.contains_key(text) {
            own.insert(text.clone(), filter(text)?);
        }
        Ok(own.get(text).is_none_or(|f| f.holds(case)))
    }
}

fn filter(text: &str) -> Result<Filter, RunError> {
    Filter::parse(text).map_err(|error| RunError::Filter { hint: error.hint(), error })
}

/// What is known of a case when everything was gone through once.
struct Met {
    planned: Planned,
    place: usize,
}

/// Goes through every case: what is wrong ends it, what is not selected is passed over.
///
/// # Errors
/// [`Failure`]: bad files, nothing selected.
pub fn selected_cases(
    suites: &Suites,
    choice: &Choice,
    colour: Colour,
    mut meet: impl FnMut(&Case),
) -> Result<(RunSelected, Vec<Planned>), Failure> {
    let mut own = BTreeMap::new();
    let mut problems = Vec::new();
    let mut met: Vec<Met> = Vec::new();
    let mut count = 0;
    let mut near: Vec<String> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut cases = suites.cases();
    while let Some((key, case)) = cases.next_with_key() {
        count += 1;
        let case = match case {
            Ok(case) => case,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        if let Some(asked) = choice.selection.cases.get(case.id.as_str()) {
            known.insert(asked);
        } else if !choice.selection.cases.is_empty() {
            near.push(case.id.as_str().to_owned());
        }
        if problems.is_empty() && choice.holds(&case, &mut own)? {
            let place = met.len();
            met.push(Met { planned: Planned { key, id: case.id.as_str().into() }, place });
            meet(&case);
        }
    }
    if !problems.is_empty() {
        problems.sort_by_cached_key(|d| (d.span, d.problem.to_string()));
        problems.dedup();
        return Err(drawn(suites, &problems, colour));
    }
    let unknown = choice.selection.cases.iter().find(|id| !known.contains(id.as_str()));
    if let Some(id) = unknown {
        let near = nearest(id, near.iter().map(String::as_str)).map(str::to_owned);
        if met.is_empty() {
            crate::tools::output::note(&format!("handset: {}", RunError::NoCase { id: id.clone(), near }));
            return Err(RunError::NothingSelected { cases: count }.into());
        }
        return Err(RunError::NoCase { id: id.clone(), near }.into());
    }
    if met.is_empty() {
        return Err(RunError::NothingSelected { cases: count }.into());
    }
    met.sort_by(|a, b| a.planned.id.cmp(&b.planned.id));
    let mut digest = Digest::new();
    for one in &met {
        digest.part(one.planned.id.as_bytes());
    }
    let selected = RunSelected { cases: met.len() as u64, digest: digest.to_string() };
    if let Some(partition) = choice.partition {
        let mut number = 0;
        met.retain(|one| {
            let holds = partition.holds(&one.planned.id, number);
            number += 1;
            holds
        });
    }
    met.sort_by_key(|one| one.place);
    Ok((selected, met.into_iter().map(|one| one.planned).collect()))
}

/// Plans a run.
///
/// # Errors
/// [`Failure`]: bad or missing files, missing secrets, nothing selected.
pub fn plan(
    paths: &[PathBuf],
    choice: Choice,
    seed: Option<u64>,
    secrets: &[String],
    target: &str,
    colour: Colour,
) -> Result<Plan, Failure> {
    let mut materials = Materials::with_secrets(secrets)?;
    let suites = sound_suites(paths, colour)?;
    let mut files = BTreeMap::new();
    let mut needed = BTreeSet::new();
    let mut jobs: Option<u32> = None;
    let (selected, cases) = selected_cases(&suites, &choice, colour, |case| {
        for file in case.files() {
            if !files.contains_key(&file.path) {
                files.insert(file.path.clone(), file.clone());
            }
        }
        if case.pending.is_none() {
            needed.extend(case.secrets.iter().cloned());
        }
        jobs = jobs.into_iter().chain(case.options.jobs).min();
    })?;
    if files.values().any(|file| !Path::new(&file.path).is_file()) {
        return Err(drawn(&suites, &missing_files(&suites), colour));
    }
    for file in files.values() {
        materials.load(file)?;
    }
    if let Some(name) = materials.missing(&needed).first() {
        return Err(RunError::MissingSecret { name: (*name).to_owned() }.into());
    }
    let head = RunHead {
        schema_version: RUN_SCHEMA_VERSION,
        handset: env!("CARGO_PKG_VERSION").to_owned(),
        seed: seed.unwrap_or(1),
        suite_digest: suites.digest(materials.files()).to_string(),
        selection: choice.selection,
        selected,
        partition: choice.partition.map(|p| p.to_string()),
        target: target.to_owned(),
    };
    Ok(Plan { suites, materials, head, cases, jobs })
}
