//! `handset decrypt`: the inverse of `encrypt`.

use super::arguments::DecryptArguments;
use super::document::Document;
use super::encrypt::entry;
use super::output::{self, Readers};
use super::{ToolError, credentials};
use crate::exit::Failure;
use profile::plist::{self, Dictionary, Value};
use smime::cms;

/// Runs the command.
///
/// # Errors
/// A profile or key that cannot be used, a file that cannot be written.
pub(super) fn run(arguments: &DecryptArguments) -> Result<u8, Failure> {
    let cx = credentials::context(None);
    let document = Document::read(&arguments.profile)?;
    let dictionary = document.dictionary()?;
    let file = || document.name.clone();
    let sealed = match dictionary.value("EncryptedPayloadContent") {
        Some(Value::Data(sealed)) => sealed,
        _ => return Err(ToolError::NotEncrypted { file: file() }.into()),
    };
    let identities = credentials::identities(&cx, arguments.recipient.as_deref(), &arguments.key)?;
    let decrypted = cms::decrypt(&cx, sealed, &identities)
        .map_err(|error| ToolError::SealedData { file: file(), error })?;
    let content = match (decrypted.opened_by, decrypted.content) {
        (Ok(_), Some(content)) => content,
        (opened, _) => {
            let error = opened.err().unwrap_or(cms::DecryptError::Failed);
            let recipients: Vec<String> = decrypted.recipients.iter().map(ToString::to_string).collect();
            return Err(ToolError::Closed { file: file(), error, recipients: recipients.join("; ") }.into());
        }
    };
    let inside = |reason: String| ToolError::Inside { file: file(), reason };
    let payloads = match plist::read(&content) {
        Ok(node) => match node.value {
            array @ Value::Array(_) => array,
            other => return Err(inside(format!("it is {}", other.type_name())).into()),
        },
        Err(error) => return Err(inside(error.to_string()).into()),
    };
    let out = document.written(&Value::Dictionary(opened_profile(dictionary, payloads)));
    output::write(Some(&arguments.output), &out, Readers::OwnerAlone)?;
    Ok(0)
}

/// The profile with its payloads in the place of the ciphertext.
fn opened_profile(dictionary: &Dictionary, payloads: Value) -> Dictionary {
    let mut entries = Vec::new();
    let mut payloads = Some(payloads);
    for old in dictionary.effective() {
        match &*old.key {
            "EncryptedPayloadContent" => {
                entries.extend(payloads.take().map(|payloads| entry("PayloadContent", payloads)));
            }
            // A PayloadContent beside the ciphertext is not what the profile means.
            "IsEncrypted" | "PayloadContent" => {}
            _ => entries.push(old.clone()),
        }
    }
    Dictionary { entries }
}
