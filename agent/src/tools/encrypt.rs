//! `handset encrypt`: PayloadContent as an array property list in CMS EnvelopedData (Configuration Profile Reference,
//! "Encrypted Profiles").

use super::arguments::EncryptArguments;
use super::document::{Document, Entries, first_difference};
use super::output::{self, Readers};
use super::{ToolError, credentials};
use crate::exit::Failure;
use profile::plist::{self, Dictionary, Entry, Node, Span, Value};
use smime::cms::{self, CmsError, EncryptOptions};
use smime::{Certificate, PublicKeyAlgorithm};

/// Runs the command.
///
/// # Errors
/// A profile or certificate that cannot be used, a file that cannot be written.
pub(super) fn run(arguments: &EncryptArguments) -> Result<u8, Failure> {
    let cx = credentials::context(None);
    let document = Document::read(&arguments.profile)?;
    let content = content(&document)?;
    let mut recipients: Vec<Certificate> = Vec::new();
    for file in &arguments.recipient {
        for certificate in credentials::certificates(file)? {
            credentials::warn(&cx, &certificate, allows_encryption(&certificate), "encrypting to it");
            if !recipients.contains(&certificate) {
                recipients.push(certificate);
            }
        }
    }
    let sealed =
        cms::encrypt(&cx, &content, &recipients, &EncryptOptions::default()).map_err(
            |error| match error {
                CmsError::RecipientKey { index } => ToolError::RecipientKey {
                    certificate: recipients.get(index).map(Certificate::subject).unwrap_or_default(),
                },
                error => ToolError::Cms { file: document.name.clone(), error },
            },
        )?;
    let out = document.written(&Value::Dictionary(sealed_profile(document.dictionary()?, sealed)));
    output::write(Some(&arguments.output), &out, Readers::Same(&arguments.profile))?;
    Ok(0)
}

/// Whether the key usage of a certificate, if it has one, allows encrypting to its key.
pub(crate) fn allows_encryption(certificate: &Certificate) -> bool {
    certificate.key_usage().is_none_or(|usage| match certificate.public_key_algorithm() {
        Ok(PublicKeyAlgorithm::Ec(_)) => usage.key_agreement(),
        _ => usage.key_encipherment(),
    })
}

/// The payloads as a property list of their own: XML, as Apple documents it, unless only the binary form can hold them.
fn content(document: &Document) -> Result<Vec<u8>, ToolError> {
    let dictionary = document.dictionary()?;
    let file = document.name.clone();
    if dictionary.contains("EncryptedPayloadContent") {
        return Err(ToolError::Encrypted { file });
    }
    let payloads = match dictionary.value("PayloadContent") {
        Some(array @ Value::Array(_)) => array,
        other => {
            return Err(ToolError::NoPayloads { file, found: other.map_or("absent", Value::type_name) });
        }
    };
    let xml = profile::write_xml(payloads);
    let faithful =
        plist::read(&xml).is_ok_and(|back| first_difference(payloads, &back.value, Entries::All).is_none());
    Ok(if faithful { xml } else { profile::write_binary(payloads) })
}

/// The profile with the ciphertext in the place of its payloads.
fn sealed_profile(dictionary: &Dictionary, sealed: Vec<u8>) -> Dictionary {
    let mut entries = Vec::new();
    let has_mark = dictionary.contains("IsEncrypted");
    let mut sealed = Some(sealed);
    for old in dictionary.effective() {
        match &*old.key {
            "PayloadContent" => {
                entries.extend(sealed.take().map(|sealed| entry("EncryptedPayloadContent", sealed)));
                if !has_mark {
                    entries.push(entry("IsEncrypted", true));
                }
            }
            "IsEncrypted" => entries.push(entry("IsEncrypted", true)),
            _ => entries.push(old.clone()),
        }
    }
    Dictionary { entries }
}

/// A key with a value that stands in no document.
pub(super) fn entry(key: &str, value: impl Into<Value>) -> Entry {
    Entry { key: key.into(), key_span: Span::default(), node: Node::from(value.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ciphertext_takes_the_place_of_the_payloads() {
        let keys = |d: &Dictionary| d.entries.iter().map(|e| e.key.to_string()).collect::<Vec<_>>();
        let profile = Dictionary::new().with("A", 1).with("PayloadContent", Vec::<Value>::new()).with("Z", 2);
        let out = sealed_profile(&profile, vec![1]);
        assert_eq!(keys(&out), ["A", "EncryptedPayloadContent", "IsEncrypted", "Z"]);
        let marked = sealed_profile(&profile.with("IsEncrypted", false), vec![1]);
        assert_eq!(keys(&marked), ["A", "EncryptedPayloadContent", "Z", "IsEncrypted"]);
        assert_eq!(marked.value("IsEncrypted"), Some(&Value::Boolean(true)));
    }
}
