//! The message: a file, or standard input, read in pieces and, where that is needed, again.

use super::SmimeFailure;
use super::arguments::IdentityFiles;
use super::output::unnamed;
use crate::exit::Failure;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How much is read at a time: what one step produces is still in the processor's cache when the next needs it.
const PIECE: usize = 128 * 1024;

/// Refuses two inputs that are both standard input, and an output that would take the place of an input, which may be the
/// only copy of a key. The message itself may be replaced: whoever names it twice wants that.
///
/// # Errors
/// [`SmimeFailure::StandardInput`], [`SmimeFailure::Overwritten`].
pub(super) fn check<'p>(
    message: Option<&'p Path>,
    others: impl IntoIterator<Item = (&'static str, &'p Path)>,
    output: Option<&Path>,
) -> Result<(), SmimeFailure> {
    let others: Vec<_> = others.into_iter().collect();
    let message = ("the message", message.unwrap_or(Path::new("-")));
    let standard = |(_, path): &&(&str, &Path)| *path == Path::new("-");
    let mut standard = std::iter::once(&message).chain(&others).filter(standard).map(|(name, _)| *name);
    if let (Some(first), Some(second)) = (standard.next(), standard.next()) {
        return Err(SmimeFailure::StandardInput { first, second });
    }
    let Some(replaced) = output.and_then(place) else { return Ok(()) };
    match others.iter().find(|(_, path)| place(path) == Some(replaced)) {
        Some((name, path)) => {
            Err(SmimeFailure::Overwritten { file: path.display().to_string(), name: (*name).to_owned() })
        }
        None => Ok(()),
    }
}

/// Whether text has no such octet: control characters but tabs, line ends and form feeds.
pub(super) fn is_binary(octet: u8) -> bool {
    octet.is_ascii_control() && !matches!(octet, b'\t' | b'\r' | b'\n' | b'\x0c')
}

/// How many octets tell whether a file is text, in which lines can be counted.
const SNIFFED: usize = 64;

/// Which file a path leads to, if to any and not to standard input or output: its device and number.
fn place(path: &Path) -> Option<(u64, u64)> {
    if path == Path::new("-") {
        return None;
    }
    let found = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    Some((found.dev(), found.ino()))
}

/// Several files of one option.
pub(super) fn each<'p>(
    name: &'static str,
    files: &'p [PathBuf],
) -> impl Iterator<Item = (&'static str, &'p Path)> {
    files.iter().map(move |file| (name, file.as_path()))
}

/// The files of identities. A certificate without a key of its own is read twice.
pub(super) fn identities(files: &[IdentityFiles]) -> impl Iterator<Item = (&'static str, &Path)> {
    files.iter().flat_map(|files| {
        let (parts, passphrase) = match files {
            IdentityFiles::Pkcs12 { file, passphrase } => ([Some(("a PKCS#12", file)), None], passphrase),
            IdentityFiles::Pair { certificate, key, passphrase } => {
                let key = key.as_ref().unwrap_or(certificate);
                ([Some(("a certificate", certificate)), Some(("a private key", key))], passphrase)
            }
        };
        let passphrase = passphrase.as_ref().map(|file| ("a passphrase", file));
        parts.into_iter().flatten().chain(passphrase).map(|(name, file)| (name, file.as_path()))
    })
}

/// The input of a command.
pub(super) struct Input {
    path: PathBuf,
    file: File,
    /// Where the message begins, if it can be read again from there.
    start: Option<u64>,
    /// What was read of a pipe, to be read again.
    copy: Option<File>,
    piece: Vec<u8>,
}

impl Input {
    /// Opens a file, or standard input for `-` and for no path.
    ///
    /// # Errors
    /// [`Failure::Read`].
    pub(super) fn open(path: Option<&Path>) -> Result<Input, Failure> {
        let path = path.unwrap_or(Path::new("-")).to_path_buf();
        let failed = |source| Failure::Read { path: path.clone(), source };
        let mut file = match path == Path::new("-") {
            true => File::from(io::stdin().as_fd().try_clone_to_owned().map_err(failed)?),
            false => File::open(&path).map_err(failed)?,
        };
        let regular = file.metadata().map_err(failed)?.is_file();
        let start = if regular { Some(file.stream_position().map_err(failed)?) } else { None };
        Ok(Input { path, file, start, copy: None, piece: vec![0; PIECE] })
    }

    /// The input as it was named.
    pub(super) fn name(&self) -> String {
        match self.path == Path::new("-") {
            true => "standard input".to_owned(),
            false => self.path.display().to_string(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it can be read twice without being kept.
    pub(super) fn is_regular(&self) -> bool {
        self.start.is_some()
    }

    /// Keeps what is read of a pipe, so that it can be read [again](Input::again).
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub(super) fn keep(&mut self) -> Result<(), Failure> {
        if self.start.is_none() {
            let folder = std::env::temp_dir();
            let (file, _) = unnamed(&folder).map_err(|source| Failure::Write { path: folder, source })?;
            self.copy = Some(file);
        }
        Ok(())
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// [`Failure::Read`], [`Failure::Write`] for what is kept, and those of `take`.
    pub(super) fn each(&mut self, mut take: impl FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
        let Input { path, file, copy, piece, .. } = self;
        loop {
            let length = match file.read(piece) {
                Ok(0) => return Ok(()),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(Failure::Read { path: path.clone(), source }),
            };
            let octets = piece.get(..length).unwrap_or_default();
            if let Some(copy) = copy {
                let failed = |source| Failure::Write { path: std::env::temp_dir(), source };
                copy.write_all(octets).map_err(failed)?;
            }
            take(octets)?;
        }
    }

    /// Which line an octet stands in, both counted from the first and the line from 1; `None` where what was read is gone,
    /// or does not begin as text does. Where reading goes on afterwards is not said.
    pub(super) fn line_of(&mut self, octet: u64) -> Option<u64> {
        if self.start.is_none() && self.copy.is_none() {
            return None;
        }
        self.again().ok()?;
        let Input { file, piece, .. } = self;
        let (mut left, mut line) = (octet, 1);
        while left > 0 {
            let length = file.read(piece).ok().filter(|length| *length > 0)?;
            let first = piece.get(..length).filter(|_| left == octet).unwrap_or_default();
            if first.iter().take(SNIFFED).any(|octet| is_binary(*octet)) {
                return None;
            }
            let octets = piece.get(..length.min(usize::try_from(left).unwrap_or(length)))?;
            line += octets.iter().filter(|octet| **octet == b'\n').count() as u64;
            left -= octets.len() as u64;
        }
        Some(line)
    }

    /// Goes back to the beginning.
    ///
    /// # Errors
    /// [`Failure::Read`].
    pub(super) fn again(&mut self) -> Result<(), Failure> {
        if let Some(copy) = self.copy.take() {
            self.file = copy;
            self.start = Some(0);
        }
        let start = SeekFrom::Start(self.start.unwrap_or_default());
        let failed = |source| Failure::Read { path: self.path.clone(), source };
        self.file.seek(start).map(|_| ()).map_err(failed)
    }
}
