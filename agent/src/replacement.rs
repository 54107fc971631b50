//! Files that appear whole or not at all.
//!
//! A file is written without a name in the folder where it will stand, readable by its owner alone, and takes its name
//! when all is done: whatever stops the command, also a signal, nothing of it is left. Where the system has no files
//! without names, it has a hidden one meanwhile.

use crate::exit::Failure;
use crate::interruption;
use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Who may read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers<'a> {
    /// Those of this file, or of any new file where there is none: what is written is as secret as it.
    Same(&'a Path),
    /// The owner alone, or those of the file that is replaced.
    Owner,
    /// The owner alone, whoever could read the file that is replaced.
    OwnerAlone,
}

/// What a path names.
pub(crate) enum Place {
    /// A device or a pipe: it is written to.
    Device(File),
    /// A file, there or not.
    File(Replacement),
}

/// A file that is not there yet. What is dropped without [`Replacement::commit`] leaves nothing.
pub(crate) struct Replacement {
    /// What it will be called, and how it was named.
    target: PathBuf,
    path: PathBuf,
    file: File,
    /// Its name until then, where it has one.
    named: Option<PathBuf>,
    mode: u32,
}

impl Replacement {
    /// Prepares the file that a path names; gives the device or pipe if it names one, which cannot be replaced.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub(crate) fn at(path: &Path, readers: Readers<'_>) -> Result<Place, Failure> {
        let failed = |source| Failure::Write { path: path.to_path_buf(), source };
        // A link stays a link: the file that it names is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
            // A folder refuses by itself.
            return Ok(Place::Device(OpenOptions::new().write(true).open(&target).map_err(failed)?));
        }
        Replacement::new(path, target, readers).map(Place::File).map_err(failed)
    }

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
            Readers::OwnerAlone => Some(0o600),
        };
        let (file, named, usual) = match unnamed_in(&folder) {
            Ok((file, usual)) => (file, None, usual),
            Err(error) if has_no_unnamed(&error) => {
                interruption::put_off();
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

    /// Appends octets.
    ///
    /// # Errors
    /// [`Failure::Write`]; [`Failure::Interrupted`].
    pub(crate) fn write(&mut self, octets: &[u8]) -> Result<(), Failure> {
        if self.named.is_some() && interruption::came() {
            return Err(Failure::Interrupted);
        }
        let Replacement { path, file, .. } = self;
        file.write_all(octets).map_err(|source| Failure::Write { path: path.clone(), source })
    }

    /// The file, for what writes by itself and ends also when a signal came.
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Forgets what was written.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub(crate) fn restart(&mut self) -> Result<(), Failure> {
        let Replacement { path, file, .. } = self;
        let emptied = file.set_len(0).and_then(|()| file.rewind());
        emptied.map_err(|source| Failure::Write { path: path.clone(), source })
    }

    /// Waits until the octets are on the disk.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub(crate) fn sync(&self) -> Result<(), Failure> {
        self.file.sync_all().map_err(|source| Failure::Write { path: self.path.clone(), source })
    }

    /// Puts the file in its place in one step.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub(crate) fn commit(mut self) -> Result<(), Failure> {
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
pub(crate) fn unnamed(folder: &Path) -> io::Result<(File, u32)> {
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
