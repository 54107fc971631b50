//! What was seen on a simulated device, as it was written down on the spot.

use super::json::parse;
use super::{MAX_ITEMS, ReadError, TimedFact};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the member `document` of a [`DeviceDocument`] says.
pub const DEVICE_DOCUMENT: &str = "handset-device";

/// What was seen on a simulated device: its own snapshot without secrets, and the facts that were made of it and of the
/// actions that were tried on copies.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceDocument {
    /// [`DEVICE_DOCUMENT`].
    pub document: String,
    /// What was seen, in its order.
    pub facts: Vec<TimedFact>,
    /// The device as it showed itself.
    pub snapshot: Value,
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<TimedFact>, ReadError> {
    let value = parse(bytes)?;
    let count = value.get("facts").and_then(Value::as_array).map_or(0, Vec::len);
    if count > MAX_ITEMS {
        return Err(ReadError::TooMany { path: "facts".to_owned(), count });
    }
    let document: DeviceDocument = serde_json::from_value(value).map_err(|_| ReadError::NotADevice)?;
    if document.document == DEVICE_DOCUMENT { Ok(document.facts) } else { Err(ReadError::NotADevice) }
}
