//! `handset scenario new`.

use super::ScenarioError;
use crate::exit::Failure;
use crate::print;
use crate::tools::output::{Readers, write};
use scenario::{is_name, starter};
use std::path::{Path, PathBuf};

/// Where the schema is found beside the project, for editors.
const SCHEMA: &str = "./scenario.schema.json";

pub(super) fn run(name: &str, output: Option<&Path>, force: bool) -> Result<u8, Failure> {
    if !is_name(name) {
        return Err(ScenarioError::Name { name: name.to_owned() }.into());
    }
    let text = starter(name, SCHEMA);
    let path = output.map_or_else(|| PathBuf::from(format!("{name}.yaml")), Path::to_path_buf);
    if path == Path::new("-") {
        return print::standard_output(&text).map(|()| 0);
    }
    if path.exists() && !force {
        return Err(ScenarioError::Exists(path).into());
    }
    write(Some(&path), text.as_bytes(), Readers::Same(&path))?;
    let path = path.display();
    print::standard_output(&format!("wrote {path}; check it: handset scenario check {path}\n"))?;
    Ok(0)
}
