//! Where a command writes: all or nothing.
//!
//! A file is written without a name in the folder where it will stand, readable by its owner alone, and takes its name
//! when all is done: whatever stops the command, also a signal, nothing of it is left. Where the system has no files
//! without names, it has a hidden one meanwhile. What may not be shown before it was checked and goes elsewhere than to
//! a file is kept in memory, beyond [`MEMORY_MAX`] in a file without name.

use crate::exit::Failure;
use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// How much of what is held is kept in memory, in octets.
const MEMORY_MAX: usize = 1024 * 1024;

/// Who may read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readers<'a> {
    /// Those of this file, or of any new file where there is none: what is written is as secret as it.
    Same(&'a Path),
    /// The owner alone, or those of the file that is replaced.
    Owner,
}

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

/// A file that is not there yet.
struct Replacement {
    /// What it will be called, and how it was named.
    target: PathBuf,
    path: PathBuf,
    file: File,
    /// Its name until then, where it has one.
    named: Option<PathBuf>,
    mode: u32,
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
            Some(path) => {
                let failed = |source| Failure::Write { path: path.to_path_buf(), source };
                // A link stays a link: the file that it names is replaced.
                let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
                if fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
                    // A device or a pipe cannot be replaced, it is written to. A folder refuses by itself.
                    let file = OpenOptions::new().write(true).open(&target).map_err(failed)?;
                    let stream = Stream::Device { path: path.to_path_buf(), file };
                    Target::Stream { stream, held: held() }
                } else {
                    Target::File(Replacement::new(path, target, readers).map_err(failed)?)
                }
            }
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
            Target::File(replacement) => {
                let Replacement { path, file, .. } = replacement;
                let emptied = file.set_len(0).and_then(|()| file.rewind());
                emptied.map_err(|source| Failure::Write { path: path.clone(), source })
            }
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

impl Replacement {
    fn new(path: &Path, target: PathBuf, readers: Readers<'_>) -> io::Result<Replacement> {
        let folder = match target.parent() {
            Some(parent) if parent != Path::new("") => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if target.file_name().is_none() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let bits = |path: &Path| fs::metadata(path).ok().map(|m| m.permissions().mode() & 0o777);
        let known = match readers {
            Readers::Same(input) if input != Path::new("-") => bits(&target).or_else(|| bits(input)),
            Readers::Same(_) => bits(&target),
            Readers::Owner => Some(bits(&target).unwrap_or(0o600)),
        };
        let (file, named, usual) = match unnamed_in(&folder) {
            Ok((file, usual)) => (file, None, usual),
            Err(error) if has_no_unnamed(&error) => {
                let (file, named) = beside(&target)?;
                let usual = file.metadata()?.permissions().mode() & 0o777;
                (file, Some(named), usual)
            }
            Err(error) => return Err(error),
        };
        let mode = known.unwrap_or(usual);
        let replacement = Replacement { target, path: path.to_path_buf(), file, named, mode };
        // Until it is complete nobody else reads it.
        replacement.file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(replacement)
    }

    fn write(&mut self, octets: &[u8]) -> Result<(), Failure> {
        let Replacement { path, file, .. } = self;
        file.write_all(octets).map_err(|source| Failure::Write { path: path.clone(), source })
    }

    fn commit(mut self) -> Result<(), Failure> {
        let done = self.take_name();
        done.map_err(|source| Failure::Write { path: self.path.clone(), source })
    }

    fn take_name(&mut self) -> io::Result<()> {
        self.file.set_permissions(Permissions::from_mode(self.mode))?;
        if self.named.is_none() {
            let own = format!("/proc/self/fd/{}", self.file.as_raw_fd());
            let link = |to: &Path| rustix::fs::linkat(CWD, own.as_str(), CWD, to, AtFlags::SYMLINK_FOLLOW);
            match link(&self.target) {
                Ok(()) => return Ok(()),
                Err(rustix::io::Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            // An existing file is replaced in one step.
            for name in hidden_names(&self.target) {
                match link(&name) {
                    Ok(()) => {
                        self.named = Some(name);
                        break;
                    }
                    Err(rustix::io::Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        let named = self.named.as_ref().ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(named, &self.target)?;
        self.named = None;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(named) = &self.named {
            let _ = fs::remove_file(named);
        }
    }
}

/// Opens a file that has no name, and gives the permissions that new files have.
fn unnamed_in(folder: &Path) -> io::Result<(File, u32)> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(folder, flags, Mode::from_raw_mode(0o666))?);
    let usual = file.metadata()?.permissions().mode() & 0o777;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok((file, usual))
}

/// Opens a file that nobody finds.
pub(super) fn unnamed(folder: &Path) -> io::Result<(File, u32)> {
    match unnamed_in(folder) {
        Err(error) if has_no_unnamed(&error) => {
            let (file, named) = beside(&folder.join("handset"))?;
            fs::remove_file(named)?;
            Ok((file, 0o600))
        }
        other => other,
    }
}

/// Whether the error is what file systems and kernels without such files give.
fn has_no_unnamed(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let known = [Errno::OPNOTSUPP, Errno::ISDIR, Errno::INVAL, Errno::NOSYS];
    known.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// How many names are tried for a file beside.
const NAMES_MAX: u32 = 100;

fn hidden_names(target: &Path) -> impl Iterator<Item = PathBuf> {
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (0..NAMES_MAX)
        .map(move |number| target.with_file_name(format!(".{name}.{}-{number}.part", std::process::id())))
}

fn beside(target: &Path) -> io::Result<(File, PathBuf)> {
    let mut last = io::ErrorKind::AlreadyExists.into();
    for path in hidden_names(target) {
        match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => last = e,
            Err(e) => return Err(e),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

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
