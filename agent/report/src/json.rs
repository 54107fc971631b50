//! The JSON contract.

use verdict::Trial;

/// Renders a trial as JSON, two spaces deep, with a line end. The same trial gives the same bytes.
///
/// # Errors
/// None in practice; the serialiser's own.
pub fn json(trial: &Trial) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(trial)?;
    text.push('\n');
    Ok(text)
}
