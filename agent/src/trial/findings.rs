//! Findings in the words of the contract of `try`.

use super::input::Input;
use crate::cli::TryArguments;
use crate::findings::{beginning, severity};
use profile::LineIndex;
use verdict::TrialFinding;

/// The findings in the words of the contract.
pub(super) fn described(arguments: &TryArguments, input: &Input) -> Vec<TrialFinding> {
    let index = LineIndex::new(&input.inner);
    let file = arguments.profile.display().to_string();
    input
        .findings
        .iter()
        .map(|finding| {
            let (line, column) = beginning(&index, finding.span);
            TrialFinding {
                rule: finding.rule.to_owned(),
                severity: severity(finding.severity).to_owned(),
                message: finding.message.clone(),
                help: finding.help.clone(),
                file: file.clone(),
                line,
                column,
                reference: finding.reference.to_owned(),
            }
        })
        .collect()
}
