//! Writing: all or nothing. A file appears with its whole content or stays as it was.

use super::ToolError;
use crate::exit::Failure;
pub(crate) use crate::replacement::Readers;
use crate::replacement::{Place, Replacement};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

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

/// Text of a profile without what a terminal would obey: control characters are replaced, those that turn the direction
/// of writing are made visible.
pub(crate) fn clean(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    report::visible(&text)
}

/// Puts a file in the place of another in one step.
pub(crate) fn replace(path: &Path, bytes: &[u8], readers: Readers<'_>) -> Result<(), Failure> {
    match Replacement::at(path, readers)? {
        Place::Device(mut file) => {
            file.write_all(bytes).map_err(|source| Failure::Write { path: path.to_path_buf(), source })
        }
        Place::File(mut replacement) => {
            replacement.write(bytes)?;
            replacement.sync()?;
            replacement.commit()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

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
        write(Some(&file), b"secret", Readers::OwnerAlone).unwrap();
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
        write(Some(Path::new("/dev/null")), b"gone", Readers::OwnerAlone).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert!(write(Some(&folder), b"x", Readers::OwnerAlone).is_err());
        assert!(write(Some(&folder.join("no/such")), b"x", Readers::OwnerAlone).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
