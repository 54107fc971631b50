//! The binary writer, on the plist crate.

use super::writable;
use crate::plist::Value;

/// Writes a value as a binary property list (`bplist00`).
///
/// Of duplicate keys only the last is written. What a property list cannot hold is brought to the nearest it can, as
/// [`super::write_xml`] says; all text can be held here. Recursion is as deep as the value.
pub fn write_binary(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to a vector cannot fail, and every value converted is one the crate can hold.
    let _ = foreign(value).to_writer_binary(&mut out);
    out
}

fn foreign(value: &Value) -> plist::Value {
    match value {
        Value::Dictionary(dictionary) => plist::Value::Dictionary(
            dictionary.effective().map(|entry| (entry.key.to_string(), foreign(&entry.node.value))).collect(),
        ),
        Value::Array(items) => plist::Value::Array(items.iter().map(|item| foreign(&item.value)).collect()),
        Value::String(text) => plist::Value::String(text.to_string()),
        Value::Data(bytes) => plist::Value::Data(bytes.to_vec()),
        Value::Integer(number) => plist::Value::from(*number),
        Value::Unsigned(number) => plist::Value::from(*number),
        Value::Real(number) => plist::Value::Real(*number),
        Value::Boolean(value) => plist::Value::Boolean(*value),
        Value::Date(time) => {
            let text = writable(*time).to_rfc3339();
            // Four-digit years always parse; a text is the honest thing to write should that change.
            plist::Date::from_xml_format(&text).map_or(plist::Value::String(text), plist::Value::Date)
        }
        Value::Uid(number) => plist::Value::Uid(plist::Uid::new(*number)),
    }
}
