//! The contract, fixtures/schema/run.schema.json, whole and line by line.

use super::{Cases, Report};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::json;
use std::io::{self, Write};
use verdict::{RunHead, RunSummary};

/// A run whose cases are read while it is written. Its members are those of [`verdict::Run`], in the same order.
#[derive(Serialize)]
struct Streamed<'r> {
    #[serde(flatten)]
    head: &'r RunHead,
    summary: &'r RunSummary,
    cases: Walk<'r>,
    exit: u8,
}

struct Walk<'r>(&'r dyn Cases);

impl Serialize for Walk<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        let walked = self
            .0
            .each(&mut |case| seq.serialize_element(&case).map_err(|e| io::Error::other(e.to_string())));
        walked.map_err(S::Error::custom)?;
        seq.end()
    }
}

/// Writes the run as JSON, two spaces deep, with a line end. The same run gives the same octets.
///
/// # Errors
/// Of the writer, and of whoever keeps the cases.
pub fn json(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Report { head, summary, exit, cases } = *report;
    serde_json::to_writer_pretty(&mut *out, &Streamed { head, summary, cases: Walk(cases), exit })?;
    out.write_all(b"\n")
}

/// Writes one JSON object a line: first what was run, then each case, last the counts and the exit code. `type` tells
/// them apart: `run`, `case`, `summary`.
///
/// # Errors
/// As [`json()`].
pub fn ndjson(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'l, T> {
        r#type: &'l str,
        #[serde(flatten)]
        value: T,
    }
    fn line(out: &mut dyn Write, kind: &str, value: impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &Line { r#type: kind, value })?;
        out.write_all(b"\n")
    }
    line(out, "run", report.head)?;
    report.cases.each(&mut |case| line(out, "case", &case))?;
    line(out, "summary", json!({ "summary": report.summary, "exit": report.exit }))
}
