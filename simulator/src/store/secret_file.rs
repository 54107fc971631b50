//! Files that hold secrets: mode 0600, there as a whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// How files end that are being written.
pub(super) const UNFINISHED: &str = ".new";

/// Writes a file of mode 0600 and brings it to the disk. A regular file of that name is replaced at once; a symbolic
/// link is followed.
///
/// # Errors
/// The system's, and [`ErrorKind::InvalidInput`] when the path names something that is no regular file. The file that
/// was there is then still there.
pub fn write_secret_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(e) if e.kind() == ErrorKind::NotFound => path.to_path_buf(),
        Err(e) => return Err(e),
    };
    if fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
    }
    let no_name = || io::Error::new(ErrorKind::InvalidInput, "it names no file");
    let mut unfinished = OsString::from(".");
    unfinished.push(target.file_name().ok_or_else(no_name)?);
    unfinished.push(format!(".{}{UNFINISHED}", std::process::id()));
    let folder = target.parent().unwrap_or(Path::new(""));
    let unfinished = folder.join(unfinished);
    let written = write_new(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, &target));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.and_then(|()| sync_folder(folder))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A process of the same number may have left one.
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Brings the names in a folder to the disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}
