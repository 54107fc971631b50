//! `handset list`.

use super::arguments::ListArguments;
use super::plan::{Choice, selected_cases, sound_suites};
use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use verdict::RunPlace;

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const LIST_SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Listed {
    id: Box<str>,
    suite: String,
    scenario: String,
    about: Option<String>,
    tags: BTreeSet<String>,
    requirements: BTreeSet<String>,
    pending: Option<String>,
    place: RunPlace,
}

#[derive(Serialize)]
struct List {
    schema_version: u32,
    partition: Option<String>,
    cases: Vec<Listed>,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`]: bad files, nothing selected.
pub fn list(arguments: &ListArguments) -> Result<u8, Failure> {
    let choice = Choice::of(&arguments.selection)?;
    let suites = sound_suites(&arguments.paths, arguments.color)?;
    let mut pending: BTreeMap<Box<str>, String> = BTreeMap::new();
    let (_, planned) = selected_cases(&suites, &choice, arguments.color, |case| {
        if let Some(waits_for) = &case.pending {
            pending.insert(case.id.as_str().into(), waits_for.clone());
        }
    })?;
    let text = match arguments.format {
        Format::Human => {
            let line = |id: &str| match pending.get(id) {
                Some(waits_for) => format!("{id}  (pending: {waits_for})\n"),
                None => format!("{id}\n"),
            };
            planned.iter().map(|p| line(&p.id)).collect()
        }
        Format::Json => {
            let cases = planned.into_iter().filter_map(|planned| {
                let case = suites.case(planned.key).ok()?;
                let place = case.place;
                Some(Listed {
                    id: planned.id,
                    suite: case.suite,
                    scenario: case.scenario,
                    about: case.about,
                    tags: case.tags,
                    requirements: case.requirements,
                    pending: case.pending,
                    place: RunPlace { file: place.file, line: place.line, column: place.column },
                })
            });
            let partition = choice.partition.map(|p| p.to_string());
            report::json(&List { schema_version: LIST_SCHEMA_VERSION, partition, cases: cases.collect() })?
        }
    };
    print::standard_output(&text)?;
    Ok(0)
}
