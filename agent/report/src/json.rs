//! The JSON contract.

use serde::Serialize;

/// Renders what a command found as JSON, two spaces deep, with a line end. The same value gives the same bytes.
///
/// # Errors
/// None in practice; the serialiser's own.
pub fn json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
