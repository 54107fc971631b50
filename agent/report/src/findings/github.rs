//! Workflow commands of GitHub Actions, which become annotations of a change.

use super::value::{LintReport, PlaceKind};
use std::fmt::Write;

/// Renders one command a finding: `::error file=F,line=L,col=C,title=RULE::MESSAGE`. Places in binary and signed files
/// are left out, for the console knows lines only.
pub fn github(report: &LintReport) -> String {
    let mut out = String::new();
    for file in &report.files {
        for finding in &file.findings {
            let command = match finding.severity.as_str() {
                "error" => "error",
                "warning" => "warning",
                _ => "notice",
            };
            let _ = write!(out, "::{command} file={}", property(&file.file));
            if file.place(finding) == PlaceKind::Lines {
                let parts = [
                    ("line", finding.line),
                    ("endLine", finding.end_line),
                    ("col", finding.column),
                    // The console takes an end column only where both are on one line.
                    ("endColumn", finding.end_column.filter(|_| finding.end_line == finding.line)),
                ];
                for (name, number) in parts {
                    if let Some(number) = number {
                        let _ = write!(out, ",{name}={number}");
                    }
                }
            }
            let _ = write!(out, ",title={}::{}", property(&finding.rule), data(&finding.message));
            if let Some(help) = &finding.help {
                let _ = write!(out, "%0A{}", data(help));
            }
            out.push('\n');
        }
    }
    out
}

/// Escapes what stands after the two colons.
pub(crate) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
pub(crate) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::value::*;

    #[test]
    fn commands_are_escaped() {
        let finding = LintFinding {
            rule: "unknown-key".to_owned(),
            severity: "info".to_owned(),
            message: "100 % of\n\"a,b:c\"".to_owned(),
            help: Some("x\ry".to_owned()),
            line: Some(3),
            column: Some(2),
            end_line: Some(4),
            end_column: Some(9),
            offset: Some(1),
            length: Some(1),
            requirements: Vec::new(),
            reference: String::new(),
        };
        let file = |signed| LintFile {
            file: "a,b:c%.mobileconfig".to_owned(),
            format: "xml".to_owned(),
            signed,
            findings: vec![finding.clone()],
        };
        let files = vec![file(false), file(true)];
        let report = LintReport {
            schema_version: LINT_SCHEMA_VERSION,
            ios: String::new(),
            supervised: false,
            clock: String::new(),
            summary: LintSummary::of(&files),
            files,
            exit: 1,
        };
        assert_eq!(report.summary.infos, 2);
        assert_eq!(
            github(&report),
            "::notice file=a%2Cb%3Ac%25.mobileconfig,line=3,endLine=4,col=2,title=unknown-key::100 %25 of%0A\"a,b:c\"%0Ax%0Dy\n\
             ::notice file=a%2Cb%3Ac%25.mobileconfig,title=unknown-key::100 %25 of%0A\"a,b:c\"%0Ax%0Dy\n"
        );
    }
}
