//! `handset lint`.

use super::arguments::{LintArguments, LintFormat, UNREADABLE};
use super::{rules, schema, select};
use crate::exit::Failure;
use crate::findings::{Shown, lint, position, rendered, severity, unwrap};
use crate::reports::ReportFormat;
use crate::{file, print};
use profile::{Finding, LineIndex, Schema};
use report::findings::{
    LINT_SCHEMA_VERSION, LintFile, LintFinding, LintReport, LintSummary, findings_json, github, rules_json,
    sarif,
};
use report::language::{Catalogue, Language};
use report::page::lint_page;
use simulator::PROVIDER;
use smime::{Context, Timestamp};
use std::path::Path;

/// Runs the command.
pub fn run(arguments: &LintArguments, language: Language) -> Result<u8, Failure> {
    let words = Catalogue::of(language);
    if arguments.rules {
        let rules = rules::all();
        let text = match arguments.format {
            LintFormat::Json => rules_json(&rules)?,
            LintFormat::Sarif => sarif(&report(arguments, Vec::new(), 0), &rules, env!("CARGO_PKG_VERSION"))?,
            LintFormat::Human | LintFormat::Github => rules::table(&rules, &words),
        };
        print::standard_output(&text)?;
        return Ok(0);
    }
    let coloured = arguments.color.on_standard_output();
    let schema = schema::load(arguments.schema.as_deref())?;
    let mut human = String::new();
    let mut files = Vec::new();
    let mut exit = 0;
    let selected = match select::files(&arguments.files) {
        Ok(selected) => selected,
        Err(failure) => {
            // Programs get an answer whatever happened.
            let report = report(arguments, Vec::new(), failure.exit_code());
            if matches!(arguments.format, LintFormat::Json | LintFormat::Sarif) {
                print::standard_output(&written(arguments, &report)?)?;
            }
            return Err(failure);
        }
    };
    for path in selected {
        let linted = check(arguments, &schema, &path, coloured, &words).unwrap_or_else(|failure| {
            crate::print::standard_error(format_args!("handset: {failure}"));
            unread(&path, &failure)
        });
        exit = exit.max(linted.exit);
        human.push_str(&linted.human);
        files.push(linted.file);
    }
    let report = report(arguments, files, exit);
    for file in &arguments.report {
        file.write(&match file.format {
            ReportFormat::Html => lint_page(&report, language),
            ReportFormat::Json => findings_json(&report)?,
        })?;
    }
    let text = match arguments.format {
        LintFormat::Human if arguments.quiet => human,
        LintFormat::Human => human + &summary(&report, &words),
        _ => written(arguments, &report)?,
    };
    print::standard_output(&text)?;
    Ok(exit)
}

/// The report for programs.
fn written(arguments: &LintArguments, report: &LintReport) -> Result<String, Failure> {
    Ok(match arguments.format {
        LintFormat::Json => findings_json(report)?,
        LintFormat::Sarif => sarif(report, &rules::all(), env!("CARGO_PKG_VERSION"))?,
        LintFormat::Human | LintFormat::Github => github(report),
    })
}

/// What is told of a file that cannot be read at all.
fn unread(path: &Path, failure: &Failure) -> Linted {
    let known = profile::lint::rule(UNREADABLE).map(|rule| rule.description().reference);
    let finding =
        Finding::new(UNREADABLE, profile::Severity::Error, failure.to_string(), known.unwrap_or_default());
    let file = LintFile {
        file: path.display().to_string(),
        format: "unreadable".to_owned(),
        signed: false,
        findings: vec![placed(&LineIndex::new(&[]), finding)],
    };
    Linted { file, human: String::new(), exit: 2 }
}

fn report(arguments: &LintArguments, files: Vec<LintFile>, exit: u8) -> LintReport {
    LintReport {
        schema_version: LINT_SCHEMA_VERSION,
        ios: arguments.ios.to_string(),
        supervised: arguments.supervised,
        clock: arguments.clock.to_rfc3339(),
        summary: LintSummary::of(&files),
        files,
        exit,
    }
}

/// What became of one file.
struct Linted {
    file: LintFile,
    human: String,
    exit: u8,
}

fn check(
    arguments: &LintArguments,
    schema: &Schema,
    path: &Path,
    coloured: bool,
    words: &Catalogue,
) -> Result<Linted, Failure> {
    let name = path.display().to_string();
    let bytes = file::read(path)?;
    let cx = Context { now: Timestamp(arguments.clock.0), crypto: &PROVIDER };
    let wrapped = unwrap(&cx, &bytes);
    let (profile, read) = profile::parse(&wrapped.inner);
    let mut findings = wrapped.findings;
    // Where the wrapping cannot be opened, what is inside is not there to be judged.
    if !(wrapped.signed && wrapped.inner.is_empty()) {
        findings.extend(read);
    }
    findings.extend(lint(&cx, schema, &profile, arguments.audience()));
    findings.retain(|finding| arguments.wants(finding.rule));
    findings.sort_by_key(|finding| finding.span);
    let counts = findings.iter().any(|finding| arguments.fail_on.counts(finding.severity));
    let exit = match (profile.is_readable(), counts) {
        (false, _) => 2,
        (true, counts) => u8::from(counts),
    };
    let mut human = String::new();
    if arguments.format == LintFormat::Human {
        let shown: Vec<Finding> = findings
            .iter()
            .filter(|finding| !arguments.quiet || exit == 2 || arguments.fail_on.counts(finding.severity))
            .cloned()
            .collect();
        human = rendered(
            Shown { name: &name, document: &wrapped.inner, profile: &profile, findings: &shown },
            coloured,
            words,
        );
    }
    let index = LineIndex::new(&wrapped.inner);
    let file = LintFile {
        file: name,
        format: format!("{:?}", profile.format).to_lowercase(),
        signed: wrapped.signed,
        findings: findings.into_iter().map(|finding| placed(&index, finding)).collect(),
    };
    Ok(Linted { file, human, exit })
}

/// A finding in the words of the contract.
fn placed(index: &LineIndex<'_>, finding: Finding) -> LintFinding {
    let at = |offset: Option<usize>| offset.map_or((None, None), |offset| position(index, offset));
    let (line, column) = at(finding.span.map(|span| span.start()));
    let (end_line, end_column) = at(finding.span.map(|span| span.end()));
    let known = profile::lint::rule(finding.rule).map(|rule| rule.description().requirements);
    LintFinding {
        rule: finding.rule.to_owned(),
        severity: severity(finding.severity).to_owned(),
        message: finding.message,
        help: finding.help,
        line,
        column,
        end_line,
        end_column,
        offset: finding.span.map(|span| span.start()),
        length: finding.span.map(|span| span.len()),
        requirements: known.unwrap_or_default().iter().map(|id| (*id).to_owned()).collect(),
        reference: finding.reference.to_owned(),
    }
}

fn summary(report: &LintReport, words: &Catalogue) -> String {
    let many = |key: &str, number: usize| words.tell(key, &[("n", number.into())]);
    let LintSummary { errors, warnings, infos } = report.summary;
    let line = words.tell(
        "lint-summary",
        &[
            ("errors", (&many("errors", errors)).into()),
            ("warnings", (&many("warnings", warnings)).into()),
            ("infos", (&many("infos", infos)).into()),
            ("files", (&many("files", report.files.len())).into()),
            ("exit", usize::from(report.exit).into()),
        ],
    );
    line + "\n"
}
