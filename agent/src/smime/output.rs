//! Where a command writes: all or nothing.
//!
//! A file is a [`Replacement`] until all is done. What may not be shown before it was checked and goes elsewhere than to
//! a file is kept in memory, beyond [`MEMORY_MAX`] in a file without name.

use crate::exit::Failure;
use crate::replacement::{Place, Replacement};
pub(super) use crate::replacement::{Readers, unnamed};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How much of what is held is kept in memory, in octets.
const MEMORY_MAX: usize = 1024 * 1024;

/// When what is written may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    /// As it comes, where it is no file.
    AtOnce,
    /// When [`Output::commit`] says so.
    Checked,
}

/// The output of a command. What is dropped without [`Output::commit`] leaves nothing.
pub(super) struct Output {
    target: Target,
    /// What is not written yet.
    waiting: Vec<u8>,
}

enum Target {
    Nowhere,
    /// Standard output, a device or a pipe.
    Stream {
        stream: Stream,
        held: Option<Held>,
    },
    File(Replacement),
}

enum Stream {
    StandardOutput {
        /// Whether its reader has gone, as `head` does.
        closed: bool,
    },
    Device {
        path: PathBuf,
        file: File,
    },
}

#[derive(Default)]
struct Held {
    memory: Vec<u8>,
    file: Option<File>,
}

/// How much is collected before it is written.
const WAITING: usize = 128 * 1024;

impl Output {
    /// Prepares a file, standard output for `-` and for no path.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub(super) fn create(
        path: Option<&Path>,
        readers: Readers<'_>,
        release: Release,
    ) -> Result<Output, Failure> {
        let held = || (release == Release::Checked).then(Held::default);
        let target = match path.filter(|path| *path != Path::new("-")) {
            None => Target::Stream { stream: Stream::StandardOutput { closed: false }, held: held() },
            Some(path) => match Replacement::at(path, readers)? {
                Place::Device(file) => {
                    let stream = Stream::Device { path: path.to_path_buf(), file };
                    Target::Stream { stream, held: held() }
                }
                Place::File(replacement) => Target::File(replacement),
            },
        };
        Ok(Output { target, waiting: Vec::new() })
    }

    /// What is written is of no interest.
    pub(super) fn nowhere() -> Output {
        Output { target: Target::Nowhere, waiting: Vec::new() }
    }

    /// Whether it goes to standard output.
    pub(super) fn is_standard(&self) -> bool {
        matches!(self.target, Target::Stream { stream: Stream::StandardOutput { .. }, .. })
    }

    /// The octets that are to be written next: append to them, then call [`Output::pass`].
    pub(super) fn waiting(&mut self) -> &mut Vec<u8> {
        &mut self.waiting
    }

    /// Writes what waits, if it is much.
    ///
    /// # Errors
    /// [`Failure::Write`], [`Failure::Print`].
    pub(super) fn pass(&mut self) -> Result<(), Failure> {
        if matches!(self.target, Target::Nowhere) {
            self.waiting.clear();
        }
        if self.waiting.len() < WAITING { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let octets = &self.waiting;
        match &mut self.target {
            Target::Nowhere => {}
            Target::File(replacement) => replacement.write(octets)?,
            Target::Stream { held: Some(held), .. } => held.write(octets)?,
            Target::Stream { stream, held: None } => stream.write(octets)?,
        }
        self.waiting.clear();
        Ok(())
    }

    /// Forgets what was written.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub(super) fn restart(&mut self) -> Result<(), Failure> {
        self.waiting.clear();
        match &mut self.target {
            Target::File(replacement) => replacement.restart(),
            Target::Stream { held: Some(held), .. } => {
                *held = Held::default();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Lets what was written be seen.
    ///
    /// # Errors
    /// [`Failure::Write`], [`Failure::Print`].
    pub(super) fn commit(mut self) -> Result<(), Failure> {
        self.flush()?;
        match self.target {
            Target::Nowhere => Ok(()),
            Target::File(replacement) => replacement.commit(),
            Target::Stream { mut stream, held } => {
                if let Some(held) = held {
                    held.release(&mut stream)?;
                }
                stream.end()
            }
        }
    }
}

impl Stream {
    fn write(&mut self, octets: &[u8]) -> Result<(), Failure> {
        match self {
            Stream::StandardOutput { closed: true } => Ok(()),
            Stream::StandardOutput { closed } => match io::stdout().lock().write_all(octets) {
                Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                    *closed = true;
                    Ok(())
                }
                other => other.map_err(Failure::Print),
            },
            Stream::Device { path, file } => {
                file.write_all(octets).map_err(|source| Failure::Write { path: path.clone(), source })
            }
        }
    }

    fn end(self) -> Result<(), Failure> {
        match self {
            Stream::StandardOutput { closed: false } => match io::stdout().lock().flush() {
                Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other.map_err(Failure::Print),
            },
            _ => Ok(()),
        }
    }
}

impl Held {
    fn write(&mut self, octets: &[u8]) -> Result<(), Failure> {
        if self.file.is_none() && self.memory.len() + octets.len() <= MEMORY_MAX {
            self.memory.extend_from_slice(octets);
            return Ok(());
        }
        let folder = std::env::temp_dir();
        let failed = |source| Failure::Write { path: folder.clone(), source };
        if self.file.is_none() {
            let (mut file, _) = unnamed(&folder).map_err(failed)?;
            file.write_all(&self.memory).map_err(failed)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(octets).map_err(failed),
            None => Ok(()),
        }
    }

    fn release(self, stream: &mut Stream) -> Result<(), Failure> {
        stream.write(&self.memory)?;
        let Some(mut file) = self.file else { return Ok(()) };
        let failed = |source| Failure::Read { path: std::env::temp_dir(), source };
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut piece = vec![0; WAITING];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(length) => stream.write(piece.get(..length).unwrap_or_default())?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(failed(source)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("handset-spool-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn written(path: &Path, readers: Readers<'_>) -> Output {
        let mut output = Output::create(Some(path), readers, Release::Checked).unwrap();
        output.waiting().extend_from_slice(&vec![b'x'; 3 * WAITING]);
        output.pass().unwrap();
        output.waiting().extend_from_slice(b"end");
        output
    }

    #[test]
    fn nothing_is_seen_before_it_is_complete_and_nothing_is_left_otherwise() {
        let folder = folder("complete");
        let (new, old) = (folder.join("new"), folder.join("old"));
        fs::write(&old, "old").unwrap();
        for path in [&new, &old] {
            drop(written(path, Readers::Owner));
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert_eq!(fs::read(&old).unwrap(), b"old");
        for path in [&new, &old] {
            written(path, Readers::Owner).commit().unwrap();
            assert_eq!(fs::metadata(path).unwrap().len(), 3 * WAITING as u64 + 3);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn readers_are_as_asked_for() {
        let folder = folder("readers");
        let (input, out) = (folder.join("in"), folder.join("out"));
        fs::write(&input, "x").unwrap();
        fs::set_permissions(&input, Permissions::from_mode(0o640)).unwrap();
        written(&out, Readers::Same(&input)).commit().unwrap();
        assert_eq!(mode(&out), 0o640);
        fs::remove_file(&out).unwrap();
        written(&out, Readers::Owner).commit().unwrap();
        assert_eq!(mode(&out), 0o600);
        fs::set_permissions(&out, Permissions::from_mode(0o604)).unwrap();
        written(&out, Readers::Owner).commit().unwrap();
        assert_eq!(mode(&out), 0o604);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_restart_forgets_and_links_stay_links() {
        let folder = folder("restart");
        let (file, link) = (folder.join("file"), folder.join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut output = written(&link, Readers::Owner);
        output.restart().unwrap();
        output.waiting().extend_from_slice(b"second");
        output.commit().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"second");
        assert!(Output::create(Some(&folder), Readers::Owner, Release::Checked).is_err());
        let missing = folder.join("no/such");
        assert!(Output::create(Some(&missing), Readers::Owner, Release::Checked).is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_held_beyond_the_bound_goes_to_a_file() {
        let mut held = Held::default();
        held.write(&vec![1; MEMORY_MAX]).unwrap();
        assert!(held.file.is_none());
        held.write(&[2]).unwrap();
        assert!(held.file.is_some() && held.memory.is_empty());
        let mut device =
            Stream::Device { path: "/dev/null".into(), file: File::create("/dev/null").unwrap() };
        held.release(&mut device).unwrap();
    }
}
