//! What cases are run with: the files that they name, read once, and the secrets that they declare.

use super::RunError;
use crate::exit::Failure;
use crate::file;
use scenario::{FileName, Sensitive};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

/// The largest file of a secret, in octets.
const MAX_SECRET: u64 = 64 * 1024;

/// Files and secrets, shared by everything that runs.
#[derive(Default)]
pub struct Materials {
    files: BTreeMap<String, Arc<[u8]>>,
    secrets: BTreeMap<String, String>,
}

impl Materials {
    /// Takes secrets from `NAME=@FILE`s.
    ///
    /// # Errors
    /// [`RunError`] when one is not written so or cannot be read.
    pub fn with_secrets(arguments: &[String]) -> Result<Self, RunError> {
        let mut secrets = BTreeMap::new();
        for text in arguments {
            let (name, file) = text.split_once("=@").ok_or(RunError::SecretForm)?;
            if !scenario::is_name(name) {
                return Err(RunError::SecretForm);
            }
            secrets.insert(name.to_owned(), secret(name, file)?);
        }
        Ok(Materials { files: BTreeMap::new(), secrets })
    }

    /// Takes a file that lies in no folder.
    #[must_use]
    pub fn with_file(mut self, path: String, octets: &[u8]) -> Self {
        self.files.insert(path, octets.into());
        self
    }

    /// Reads a file that a case names, once.
    ///
    /// # Errors
    /// [`Failure::Read`] with the path.
    pub fn load(&mut self, name: &FileName) -> Result<(), Failure> {
        if !self.files.contains_key(&name.path) {
            let octets = file::read(&PathBuf::from(&name.path)).map_err(|failure| {
                let place = format!("{}:{}:{}", name.place.file, name.place.line, name.place.column);
                RunError::File { place, failure: failure.to_string() }
            })?;
            self.files.insert(name.path.clone(), octets.into());
        }
        Ok(())
    }

    /// The octets of a file that was loaded.
    pub fn file(&self, name: &FileName) -> Option<&Arc<[u8]>> {
        self.files.get(&name.path)
    }

    /// Every file that was loaded.
    pub fn files(&self) -> impl Iterator<Item = &[u8]> {
        self.files.values().map(|octets| &**octets)
    }

    /// How the files that were loaded are called.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Of these secrets, those that nobody gave.
    pub fn missing<'s>(&self, wanted: &'s BTreeSet<String>) -> Vec<&'s str> {
        wanted.iter().map(String::as_str).filter(|name| !self.secrets.contains_key(*name)).collect()
    }

    /// What opens something.
    pub fn open<'s>(&'s self, sensitive: &'s Sensitive) -> Option<&'s str> {
        match sensitive {
            Sensitive::Spelt(text) => Some(text),
            Sensitive::Secret(name) => self.secrets.get(name).map(String::as_str),
        }
    }
}

/// The text of a file without the line's end; never shown.
fn secret(name: &str, file: &str) -> Result<String, RunError> {
    let bad = |reason: String| RunError::Secret { name: name.to_owned(), file: file.to_owned(), reason };
    let mut octets = Vec::new();
    let read = if file == "-" {
        std::io::stdin().take(MAX_SECRET + 1).read_to_end(&mut octets)
    } else {
        File::open(file).and_then(|f| f.take(MAX_SECRET + 1).read_to_end(&mut octets))
    };
    read.map_err(|error| bad(format!("cannot be read: {error}")))?;
    if octets.len() as u64 > MAX_SECRET {
        return Err(bad("is longer than 65536 octets".to_owned()));
    }
    let text = String::from_utf8(octets).map_err(|_| bad("is no UTF-8 text".to_owned()))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if text.is_empty() { Err(bad("is empty".to_owned())) } else { Ok(text.to_owned()) }
}
