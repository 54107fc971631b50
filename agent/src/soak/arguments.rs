//! The command line, examples first.

use crate::cli::Format;
use crate::run::arguments::defect;
use clap::Parser;
use device::Defect;
use std::path::PathBuf;

const SOAK: &str = "\
Examples:
  handset soak --minutes 30
  handset soak --minutes 0                       only the walks that have every pair of options
  handset soak --minutes 0.5 --seed 7 --jobs 2 --format json -o found/
  handset soak --minutes 1 --device-defect locked-switch-moves -o found/
  handset run found/ --device-defect locked-switch-moves

Exit codes:
  0  the phone does what the oracle says, in everything that happened
  1  something was found; each finding is a scenario file in the folder
  2  the command line is wrong
  3  a scenario file could not be written
  130, 143  interrupted or terminated; what was found until then is written and reported";

/// Lets phones live at random and compares everything with what the policies mean; what differs becomes a scenario.
#[derive(Clone, Debug, Parser)]
#[command(before_help = SOAK)]
pub struct SoakArguments {
    /// For how long, in minutes, fractions too, up to a week. First come walks that have every pair of options; 0 ends
    /// after them, however long they take.
    #[arg(long, env = "HANDSET_SOAK_MINUTES", value_name = "N", value_parser = minutes)]
    pub minutes: f64,

    /// Decides what happens; the same seed begins with the same walks.
    #[arg(long, env = "HANDSET_SEED", default_value_t = 1, value_name = "N")]
    pub seed: u64,

    /// Phones at the same time; as many as there are processors by default.
    #[arg(long, short, env = "HANDSET_JOBS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub jobs: Option<u32>,

    /// The phones make a mistake: its id, as `handset mutants` lists them.
    #[arg(long, env = "HANDSET_DEVICE_DEFECT", value_name = "ID", value_parser = defect)]
    pub device_defect: Option<Defect>,

    /// Where the scenario files of what is found go, with the certificates that they name; it is made when something is
    /// found.
    #[arg(long, short, env = "HANDSET_SOAK_FOLDER", default_value = ".handset/soak", value_name = "FOLDER")]
    pub output: PathBuf,

    /// How to print the answer; JSON is the contract of fixtures/schema/soak.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,
}

/// A week.
const MINUTES_MAX: f64 = 7.0 * 24.0 * 60.0;

fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 =
        text.parse().map_err(|_| "a number of minutes is needed, such as 30 or 0.5".to_owned())?;
    if minutes.is_finite() && (0.0..=MINUTES_MAX).contains(&minutes) {
        Ok(minutes)
    } else {
        Err("from 0 to 10080 minutes, a week".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_have_fractions_and_bounds() {
        assert_eq!(minutes("0.1"), Ok(0.1));
        assert_eq!(minutes("10080"), Ok(MINUTES_MAX));
        for wrong in ["-1", "10081", "NaN", "inf", "soon", ""] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}
