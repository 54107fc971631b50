//! `handset scenario check`.

use super::{loaded, missing_files, rendered};
use crate::cli::Colour;
use crate::exit::{ExitCode, Failure};
use crate::print;
use std::path::PathBuf;

pub(super) fn run(paths: &[PathBuf], colour: Colour) -> Result<u8, Failure> {
    let suites = loaded(paths)?;
    let mut problems = suites.check();
    // Cases of files that are wrong are not to be trusted with what they name.
    if problems.is_empty() {
        problems = missing_files(&suites);
    }
    if !problems.is_empty() {
        let mut text = rendered(suites.sources(), &problems, colour.on_standard_output());
        text.push_str(&format!("{}\n", print::counted(problems.len(), "problem")));
        print::standard_output(&text)?;
        return Ok(ExitCode::CannotStart as u8);
    }
    let scenarios = suites.suites().iter().map(scenario::Suite::scenario_count).sum();
    let mut text = format!(
        "{}, {}, {}",
        print::counted(suites.suites().len(), "suite"),
        print::counted(scenarios, "scenario"),
        print::counted(suites.case_count(), "case")
    );
    if suites.fragment_count() > 0 {
        text.push_str(&format!(", {}", print::counted(suites.fragment_count(), "fragment")));
    }
    print::standard_output(&(text + ": nothing is wrong\n"))?;
    Ok(0)
}
