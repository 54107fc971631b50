//! Writing: all or nothing. A file appears with its whole content or stays as it was.

use super::ToolError;
use crate::exit::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Who may read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers<'a> {
    /// Those of this file, or of any new file where there is none: what is written is as secret as it.
    Same(&'a Path),
    /// The owner alone.
    Owner,
}

impl Readers<'_> {
    fn mode(self) -> Option<u32> {
        match self {
            Readers::Owner => Some(0o600),
            Readers::Same(path) => fs::metadata(path).ok().map(|m| m.permissions().mode() & 0o777),
        }
    }
}

/// Whether a path stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes to a file, or to standard output for `-` and for no path.
///
/// # Errors
/// [`Failure::Write`], [`Failure::Print`], and [`ToolError::Terminal`] for binary content on a terminal.
pub(crate) fn write(path: Option<&Path>, bytes: &[u8], readers: Readers<'_>) -> Result<(), Failure> {
    match path.filter(|p| !is_standard(p)) {
        Some(path) => replace(path, bytes, readers),
        None => {
            if bytes.contains(&0) && io::stdout().is_terminal() {
                return Err(ToolError::Terminal.into());
            }
            print(bytes)
        }
    }
}

/// Prints on standard output. Whoever reads it may stop early, as `head` does.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::Print),
    }
}

/// Prints on standard error, where nobody may be listening.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Text of a profile without what a terminal would obey.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// Puts a file in the place of another in one step: it is written beside it and then renamed.
pub(crate) fn replace(path: &Path, bytes: &[u8], readers: Readers<'_>) -> Result<(), Failure> {
    let failed = |source| Failure::Write { path: path.to_path_buf(), source };
    // A link stays a link: the file that it names is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
        // A device or a pipe cannot be replaced, it is written to. A folder refuses by itself.
        let mut file = OpenOptions::new().write(true).open(&target).map_err(failed)?;
        return file.write_all(bytes).map_err(failed);
    }
    let (mut file, beside) = beside(&target, readers.mode()).map_err(failed)?;
    let written = fill(&mut file, bytes, readers.mode()).and_then(|()| fs::rename(&beside, &target));
    written.map_err(|source| {
        let _ = fs::remove_file(&beside);
        failed(source)
    })
}

fn fill(file: &mut File, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
    if let Some(mode) = mode {
        // The process's mask may have taken bits away.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// How many names are tried for the file beside.
const NAMES_MAX: u32 = 100;

pub(crate) fn beside(target: &Path, mode: Option<u32>) -> io::Result<(File, PathBuf)> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let mut last = io::ErrorKind::AlreadyExists.into();
    for number in 0..NAMES_MAX {
        let path = target.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).mode(mode.unwrap_or(0o666)).open(&path) {
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
        let path = std::env::temp_dir().join(format!("handset-output-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_readers() {
        let folder = folder("replace");
        let file = folder.join("a");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        write(Some(&file), b"new", Readers::Same(&file)).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        write(Some(&file), b"secret", Readers::Owner).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn links_stay_links_and_devices_devices() {
        let folder = folder("links");
        let (file, link) = (folder.join("a"), folder.join("l"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(Some(&link), b"new", Readers::Same(&link)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        write(Some(Path::new("/dev/null")), b"gone", Readers::Owner).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert!(write(Some(&folder), b"x", Readers::Owner).is_err());
        assert!(write(Some(&folder.join("no/such")), b"x", Readers::Owner).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
