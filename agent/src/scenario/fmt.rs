//! `handset scenario fmt`.

use super::{ScenarioError, suite_files};
use crate::exit::Failure;
use crate::tools::output::{Readers, write};
use crate::{file, print};
use scenario::{Place, formatted};
use std::path::{Path, PathBuf};

pub(super) fn run(paths: &[PathBuf], check: bool) -> Result<u8, Failure> {
    // Everything is read and formed before anything is written.
    let mut formed = Vec::new();
    for path in suite_files(paths)? {
        let octets = file::read(&path)?;
        let text = String::from_utf8(octets).map_err(|_| ScenarioError::Encoding(path.clone()))?;
        let canonical = formatted(&text).map_err(|d| ScenarioError::Format {
            place: Place { file: path.display().to_string(), line: d.span.line, column: d.span.column },
            problem: d.problem,
        })?;
        formed.push((path, text, canonical));
    }
    let mut changed = 0;
    for (path, text, canonical) in formed {
        let is_standard = path == Path::new("-");
        if check {
            if text != canonical {
                changed += 1;
                print::standard_output(&format!("{}\n", path.display()))?;
            }
        } else if is_standard {
            print::standard_output(&canonical)?;
        } else if text != canonical {
            write(Some(&path), canonical.as_bytes(), Readers::Same(&path))?;
        }
    }
    Ok(u8::from(changed > 0))
}
