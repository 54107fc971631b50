//! `handset schema`, and the schema that a command works with.

use super::arguments::{PlainFormat, SchemaArguments};
use crate::exit::Failure;
use crate::{file, print};
use profile::Schema;
use serde::Serialize;
use std::borrow::Cow;
use std::path::Path;

/// The version of the contract of this command.
const SCHEMA_VERSION: u32 = 1;

/// The schema of a file, or the built-in one.
pub fn load(path: Option<&Path>) -> Result<Cow<'static, Schema>, Failure> {
    let Some(path) = path else { return Ok(Cow::Borrowed(Schema::builtin())) };
    let bytes = file::read(path)?;
    let schema =
        Schema::from_json(&bytes).map_err(|source| Failure::Schema { path: path.to_path_buf(), source })?;
    Ok(Cow::Owned(schema))
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    ios: Option<String>,
    payload_types: usize,
    keys: usize,
    source: &'a profile::schema::Source,
    builtin: bool,
}

/// Runs the command.
pub fn schema(arguments: &SchemaArguments) -> Result<u8, Failure> {
    let schema = load(arguments.schema.as_deref())?;
    let counts = schema.counts();
    let answer = Answer {
        schema_version: SCHEMA_VERSION,
        ios: schema.source.ios().map(|version| version.to_string()),
        payload_types: counts.payload_types,
        keys: counts.keys,
        source: &schema.source,
        builtin: arguments.schema.is_none(),
    };
    let text = match arguments.format {
        PlainFormat::Json => serde_json::to_string_pretty(&answer)? + "\n",
        PlainFormat::Human => table(&schema, &answer),
    };
    print::standard_output(&text)?;
    Ok(0)
}

fn table(schema: &Schema, answer: &Answer<'_>) -> String {
    let source = answer.source;
    let mut out = format!(
        "iOS {}: {} payload types, {} keys\n{} at {} ({}; {})\n\n",
        answer.ios.as_deref().unwrap_or("of an unknown version"),
        answer.payload_types,
        answer.keys,
        source.repository,
        source.commit.get(..12).unwrap_or(&source.commit),
        source.release,
        source.licence,
    );
    let width = schema.payloads().iter().map(|payload| payload.payloadtype.len()).max().unwrap_or(0);
    for payload in schema.payloads() {
        let version = |version: Option<profile::OsVersion>| version.map_or(String::new(), |v| v.to_string());
        let mut marks = Vec::new();
        if payload.supervised {
            marks.push("supervised".to_owned());
        }
        if !payload.manual {
            marks.push("by MDM only".to_owned());
        }
        if !payload.multiple {
            marks.push("once".to_owned());
        }
        if payload.deprecated.is_some() {
            marks.push(format!("deprecated {}", version(payload.deprecated)));
        }
        if payload.removed.is_some() {
            marks.push(format!("removed {}", version(payload.removed)));
        }
        let line = format!(
            "{:<width$}  {:>3} keys  from {:<5}  {}",
            payload.payloadtype,
            payload.keys.len(),
            version(payload.introduced),
            marks.join(", ")
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
