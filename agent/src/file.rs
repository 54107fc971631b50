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

/// Reads a file of at most `limit` bytes, or text of at most [`MAX_FILE`], or standard input for `-`. Of what is larger
/// and no text nothing more is read.
pub fn read_binary_or_text(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failed = |source| Failure::Read { path: path.to_path_buf(), source };
    let mut file: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(std::io::stdin()),
        false => Box::new(File::open(path).map_err(failed)?),
    };
    let mut bytes = Vec::new();
    let mut bound = limit;
    loop {
        let room = (bound + 1).saturating_sub(bytes.len() as u64);
        file.by_ref().take(room).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 <= bound {
            return Ok(bytes);
        }
        if bound == MAX_FILE || !begins_as_text(&bytes) {
            return Err(Failure::TooLarge { path: path.to_path_buf(), limit: bound });
        }
        bound = MAX_FILE;
    }
}

/// Whether the first octets are text, such as PEM, and nothing binary.
fn begins_as_text(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 1024;
    let first = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let text = match std::str::from_utf8(first) {
        Ok(text) => text,
        // A character may be cut at the end.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(first.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !c.is_ascii_whitespace())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_refused_at_its_bound() {
        let folder = std::env::temp_dir().join(format!("handset-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("file");
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read_binary_or_text(&path, 4000)
        };
        assert_eq!(read(&[0; 4000]).unwrap().len(), 4000);
        assert!(matches!(read(&[0; 4001]), Err(Failure::TooLarge { limit: 4000, .. })));
        assert_eq!(read(&[b'x'; 4001]).unwrap().len(), 4001);
        assert_eq!(read("\u{feff}ä\r\n".repeat(4000).as_bytes()).unwrap().len(), 7 * 4000);
        assert!(matches!(
            read_binary_or_text(Path::new("/dev/zero"), 10),
            Err(Failure::TooLarge { limit: 10, .. })
        ));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
