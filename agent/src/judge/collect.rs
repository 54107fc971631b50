//! `handset evidence collect`: a simulated device, as evidence.

use super::JudgeError;
use super::arguments::CollectArguments;
use super::folder::{Folder, TakeError};
use crate::exit::Failure;
use crate::{devices, port, print};
use evidence::{Kind, Log};
use simulator::World;
use std::path::{Path, PathBuf};

/// What observations of a simulated device are called in a log.
const SOURCE: &str = "simulated-device";

pub(super) fn run(arguments: &CollectArguments) -> Result<u8, Failure> {
    let (name, world) = devices::kept(arguments.store.clone(), &arguments.device)?;
    let mut folder = Folder::open(&arguments.output)?;
    let count = take(&mut folder, &arguments.output, &world, name.as_str())?;
    let all = folder.log.observations().len();
    folder.write()?;
    let path = arguments.output.display();
    print::standard_output(&format!("{count} observations of {name} in {path}, {all} in all\n"))?;
    Ok(0)
}

/// What can be seen on a device now, as a log that is not kept.
pub(crate) fn log(world: &World, name: &str) -> Result<Log, Failure> {
    let mut log = Log::default();
    let document = port::look(world, Some(name))?;
    for told in document.facts {
        log.append(told.at_ms.unwrap_or(world.now().0), SOURCE, told.fact)?;
    }
    Ok(log)
}

fn take(folder: &mut Folder, path: &Path, world: &World, name: &str) -> Result<usize, Failure> {
    let document = port::look(world, Some(name))?;
    let bytes = serde_json::to_vec_pretty(&document)?;
    folder.take(world.now().0, SOURCE, Kind::Device, bytes).map_err(|e| failure(path.to_owned(), e))
}

pub(super) fn failure(path: PathBuf, error: TakeError) -> Failure {
    match error {
        TakeError::Read(error) => JudgeError::Evidence { path, error }.into(),
        TakeError::Log(error) => error.into(),
    }
}
