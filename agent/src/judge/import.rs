//! `handset evidence import`: evidence of other sources.

use super::JudgeError;
use super::arguments::ImportArguments;
use super::collect::failure;
use super::folder::Folder;
use crate::exit::Failure;
use crate::{file, print};
use evidence::{Kind, ReadError, detect};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) fn run(arguments: &ImportArguments) -> Result<u8, Failure> {
    let (given, files) = split(&arguments.files)?;
    let mut folder = Folder::open(&arguments.output)?;
    let mut told = String::new();
    for path in files {
        let bytes = file::read(&path)?;
        if let Some(what) = own_file(&bytes) {
            return Err(JudgeError::OwnFile { path, what }.into());
        }
        let unknown = || JudgeError::Evidence { path: path.clone(), error: ReadError::Unrecognised };
        let kind = given.or_else(|| detect(&bytes)).ok_or_else(unknown)?;
        let at_ms = arguments.at.map_or_else(|| written(&path), |at| at.0);
        let source = arguments.source.as_deref().unwrap_or(kind.name());
        let count = folder.take(at_ms, source, kind, bytes).map_err(|e| failure(path.clone(), e))?;
        let facts = if count == 1 { "observation" } else { "observations" };
        let _ = writeln!(told, "{}: {kind}, {count} {facts}", path.display());
    }
    folder.write()?;
    print::standard_output(&told)?;
    Ok(0)
}

/// The kind, if the first word names one, and the files. A file that is called like a kind is written `./mail`.
fn split(words: &[String]) -> Result<(Option<Kind>, Vec<PathBuf>), JudgeError> {
    let paths = |words: &[String]| words.iter().map(PathBuf::from).collect();
    match words.split_first() {
        Some((first, rest)) if first.parse::<Kind>().is_ok() => match rest {
            [] if !Path::new(first).exists() => Err(JudgeError::NoFile(first.clone())),
            [] => Ok((None, paths(words))),
            _ => Ok((first.parse().ok(), paths(rest))),
        },
        _ => Ok((None, paths(words))),
    }
}

/// What a file of this program is that is no evidence. Snapshots hold private keys, which evidence never does; results
/// of a trial tell what came of it, and not when it was seen.
fn own_file(bytes: &[u8]) -> Option<&'static str> {
    let first = bytes.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let line: Option<serde_json::Value> = serde_json::from_slice(first).ok();
    let whole = || serde_json::from_slice::<serde_json::Value>(bytes).ok();
    let has = |value: &serde_json::Value, names: &[&str]| names.iter().all(|name| value.get(name).is_some());
    if let Some(line) = line {
        if line.get("format").and_then(serde_json::Value::as_str) == Some("handset-device") {
            return Some("a snapshot of a phone, with its private keys");
        }
        if has(&line, &["event", "at"]) {
            return Some("the list of events of a trial");
        }
    }
    let whole = whole()?;
    if has(&whole, &["install", "actions", "exit"]) {
        Some("the result of a trial")
    } else if has(&whole, &["keychain", "accounts", "eas_device_id"]) {
        Some("the state of a phone as a trial or `handset device show` tells it")
    } else {
        None
    }
}

/// When a file was last written, in milliseconds since 1970; standard input is from now.
fn written(path: &Path) -> i64 {
    let modified = std::fs::metadata(path).and_then(|m| m.modified()).unwrap_or_else(|_| SystemTime::now());
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_may_stand_before_the_files() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let (kind, files) = split(&words(&["ProfileList", "a.plist", "b.plist"])).unwrap();
        assert_eq!((kind, files.len()), (Some(Kind::Mdm), 2));
        let (kind, files) = split(&words(&["a.plist"])).unwrap();
        assert_eq!((kind, files.len()), (None, 1));
        assert!(matches!(split(&words(&["intune"])), Err(JudgeError::NoFile(word)) if word == "intune"));
    }
}
