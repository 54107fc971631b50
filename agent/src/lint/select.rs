//! Which files the command line means.

use crate::exit::Failure;
use std::path::{Path, PathBuf};

/// How deep a folder is searched.
const LEVELS_MAX: usize = 32;

/// The most files that are selected.
const FILES_MAX: usize = 100_000;

/// The files that the arguments mean, each once, in their order: a file as it is, of a folder every `.mobileconfig` in
/// it by name, of a pattern every file that fits. `-` is standard input.
///
/// # Errors
/// [`Failure::NothingSelected`] when there is none, [`Failure::Pattern`] for a pattern that is none; a file that does
/// not exist is left for whoever reads it.
pub fn files(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    files_of(arguments, &["mobileconfig"])
}

/// The same for files with these extensions, in small letters.
///
/// # Errors
/// As [`files`].
pub fn files_of(arguments: &[PathBuf], extensions: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let mut found: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        if argument.is_dir() {
            folder(argument, extensions, 0, &mut found);
        } else if argument.exists() || argument == Path::new("-") || !is_pattern(argument) {
            found.push(argument.clone());
        } else {
            let pattern = argument.to_string_lossy();
            let fitting =
                glob::glob(&pattern).map_err(|source| Failure::Pattern { path: argument.clone(), source })?;
            for path in fitting.flatten().take(FILES_MAX) {
                if path.is_dir() { folder(&path, extensions, 0, &mut found) } else { found.push(path) }
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()));
    found.truncate(FILES_MAX);
    match (found.is_empty(), arguments.first()) {
        (true, Some(first)) => Err(Failure::NothingSelected(first.clone())),
        _ => Ok(found),
    }
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// Every such file below a folder, by name. Links to folders are not followed, so there is no way round in a circle.
fn folder(path: &Path, extensions: &[&str], level: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && level < LEVELS_MAX => folder(&path, extensions, level + 1, found),
            Ok(kind) if kind.is_dir() => {}
            _ if path.extension().is_some_and(|e| extensions.iter().any(|x| e.eq_ignore_ascii_case(x))) => {
                found.push(path);
            }
            _ => {}
        }
    }
}
