//! Files that the command line names.

use crate::exit::Failure;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest file that is read: a profile of the largest size that the reader takes, and the signature around it.
pub const MAX_FILE: u64 = 24 * 1024 * 1024;

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_up_to(path, MAX_FILE)
}

/// Reads a file of at most `limit` bytes, or standard input for `-`.
pub fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failed = |source| Failure::Read { path: path.to_path_buf(), source };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(path).map_err(failed)?.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > limit {
        return Err(Failure::TooLarge { path: path.to_path_buf(), limit });
    }
    Ok(bytes)
}
