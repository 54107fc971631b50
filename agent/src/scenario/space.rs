//! `handset space`.

use super::{ScenarioError, SpaceArguments, SpaceCommand};
use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use crate::suggestion::nearest;
use scenario::{Space, Ways};
use serde::Serialize;

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const SPACE_SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Sizes {
    schema_version: u32,
    spaces: Vec<Size>,
}

#[derive(Serialize)]
struct Size {
    name: &'static str,
    about: &'static str,
    parameters: Vec<Parameter>,
    constraints: usize,
    product: u64,
    total: u64,
    usual: String,
    enumerated: bool,
    ways: Vec<Rows>,
}

#[derive(Serialize)]
struct Parameter {
    name: &'static str,
    values: Vec<String>,
}

#[derive(Serialize)]
struct Rows {
    strength: u8,
    rows: usize,
}

/// Runs the command.
///
/// # Errors
/// [`ScenarioError::NoSpace`] for a space that nobody knows.
pub fn space(arguments: &SpaceArguments) -> Result<u8, Failure> {
    let SpaceCommand::Size { names, format } = &arguments.command;
    let catalogue = Space::catalogue();
    for name in names {
        if !catalogue.iter().any(|s| s.name == name) {
            let known: Vec<&str> = catalogue.iter().map(|s| s.name).collect();
            let near = nearest(name, known.iter().copied()).map(str::to_owned);
            let error = ScenarioError::NoSpace { name: name.clone(), known: known.join(", "), near };
            return Err(error.into());
        }
    }
    let chosen = catalogue.iter().filter(|s| names.is_empty() || names.iter().any(|n| n == s.name));
    let sizes = Sizes { schema_version: SPACE_SCHEMA_VERSION, spaces: chosen.map(size).collect() };
    let text = match format {
        Format::Json => serde_json::to_string_pretty(&sizes)? + "\n",
        Format::Human => human(&sizes),
    };
    print::standard_output(&text)?;
    Ok(0)
}

fn size(space: &Space) -> Size {
    let number = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
    let usual = space.usual_ways();
    let ways = (2..=4).filter_map(|strength| {
        space.rows(Ways::Cover(strength)).map(|rows| Rows { strength, rows: rows.len() })
    });
    Size {
        name: space.name,
        about: space.about,
        parameters: space
            .parameters
            .iter()
            .map(|p| Parameter { name: p.name, values: p.values.iter().map(|v| v.label.clone()).collect() })
            .collect(),
        constraints: space.forbidden.len(),
        product: number(space.product()),
        total: number(space.total()),
        usual: match usual {
            Ways::All => "all".to_owned(),
            Ways::Cover(strength) => strength.to_string(),
        },
        enumerated: usual == Ways::All,
        ways: ways.collect(),
    }
}

fn human(sizes: &Sizes) -> String {
    let mut out = String::new();
    for space in &sizes.spaces {
        out.push_str(&format!("{}: {}\n", space.name, space.about));
        let width = space.parameters.iter().map(|p| p.name.len()).max().unwrap_or(0);
        for parameter in &space.parameters {
            const SHOWN: usize = 6;
            let mut values: Vec<&str> = parameter.values.iter().take(SHOWN).map(String::as_str).collect();
            if parameter.values.len() > SHOWN {
                values.push("…");
            }
            let (name, count, values) = (parameter.name, parameter.values.len(), values.join(", "));
            out.push_str(&format!("  {name:<width$}  {count:>2}  {values}\n"));
        }
        let rules = match space.constraints {
            0 => String::new(),
            n => format!(" of {} without the {n} constraints", space.product),
        };
        let taken = if space.enumerated { "all of them are run" } else { "covering arrays are run" };
        out.push_str(&format!("  {} combinations{rules}; {taken}\n", space.total));
        let rows: Vec<String> =
            space.ways.iter().map(|w| format!("{} rows cover every {}", w.rows, tuple(w.strength))).collect();
        out.push_str(&format!("  {}\n\n", rows.join(", ")));
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn tuple(strength: u8) -> &'static str {
    match strength {
        2 => "pair",
        3 => "triple",
        _ => "quadruple",
    }
}
