//! `--report FORMAT=PATH`: the same answer once more, into files.

use crate::exit::Failure;
use crate::tools::output::{self, Readers};
use std::path::PathBuf;

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// One page for a browser.
    Html,
    /// The contract for programs.
    Json,
}

impl ReportFormat {
    const ALL: [(ReportFormat, &'static str); 2] =
        [(ReportFormat::Html, "html"), (ReportFormat::Json, "json")];
}

/// A report that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Its form.
    pub format: ReportFormat,
    /// Where it goes.
    pub path: PathBuf,
}

impl ReportFile {
    /// Writes it, whole or not at all: a file that stood there stays until the new one is complete.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub fn write(&self, text: &str) -> Result<(), Failure> {
        output::replace(&self.path, text.as_bytes(), Readers::Same(&self.path))
    }
}

/// The value of `--report`.
pub(crate) fn report_file(text: &str) -> Result<ReportFile, String> {
    let forms = || ReportFormat::ALL.map(|(_, name)| name).join(" and ");
    let Some((name, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        return Err("write it like html=mail.html".to_owned());
    };
    let known = ReportFormat::ALL.iter().find(|(_, known)| *known == name);
    let (format, _) = known.ok_or_else(|| format!("the forms of a report are {}", forms()))?;
    Ok(ReportFile { format: *format, path: PathBuf::from(path) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_form_and_a_place() {
        let report = report_file("html=a=b.html");
        assert_eq!(report, Ok(ReportFile { format: ReportFormat::Html, path: PathBuf::from("a=b.html") }));
        for wrong in ["html", "html=", "pdf=x", "=x"] {
            assert!(report_file(wrong).is_err(), "{wrong}");
        }
    }
}
