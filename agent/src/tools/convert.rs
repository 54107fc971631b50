//! `handset convert`: property lists from XML to binary and back, values unchanged.

use super::arguments::{ConvertArguments, Target};
use super::document::{Document, Entries, first_difference};
use super::output::{self, Readers};
use super::{ToolError, comments};
use crate::exit::Failure;
use profile::plist::{self, Format};

/// Runs the command.
///
/// # Errors
/// [`ToolError::Unrepresentable`], an unreadable file, a file that cannot be written.
pub(super) fn run(arguments: &ConvertArguments) -> Result<u8, Failure> {
    let document = Document::read(&arguments.file)?;
    let to = match (arguments.to, document.format) {
        (Target::Xml, _) | (Target::Auto, Format::Binary) => Format::Xml,
        _ => Format::Binary,
    };
    let converted = converted(&document, to, arguments.force)?;
    output::write(arguments.output.as_deref(), &converted, Readers::Same(&arguments.file))?;
    Ok(0)
}

fn converted(document: &Document, to: Format, force: bool) -> Result<Vec<u8>, ToolError> {
    if document.format == to {
        return Ok(document.bytes.clone());
    }
    let value = &document.root.value;
    let (bytes, form) = match to {
        Format::Binary => (profile::write_binary(value), "a binary property list"),
        _ => (profile::write_xml(value), "an XML property list"),
    };
    let path = match plist::read(&bytes) {
        Ok(back) => first_difference(value, &back.value, Entries::Effective),
        Err(error) => Some(format!("the document ({error})")),
    };
    if let Some(path) = path.filter(|_| !force) {
        let path = if path.is_empty() { "the value".to_owned() } else { path };
        return Err(ToolError::Unrepresentable { file: document.name.clone(), path, form });
    }
    if to == Format::Binary {
        for finding in document.findings.iter().filter(|f| f.rule == "xml-duplicate-key") {
            output::note(&format!("handset: warning: {}: {}", document.name, finding.message));
        }
        let comments = std::str::from_utf8(&document.bytes).map_or(0, comments::count);
        if comments > 0 {
            output::note(&format!("handset: note: {}: {comments} comments are left out", document.name));
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::plist::{Dictionary, Value};

    #[test]
    fn what_xml_cannot_hold_is_named_and_forced_only_when_asked() {
        let value = Value::Dictionary(
            Dictionary::new().with("Payload", Dictionary::new().with("Name", "bell \u{7}").with("n", 1)),
        );
        let document = Document::of("p".to_owned(), profile::write_binary(&value)).unwrap();
        assert_eq!(document.format, Format::Binary);
        let error = converted(&document, Format::Xml, false).unwrap_err().to_string();
        assert!(error.contains("Payload.Name"), "{error}");
        let forced = converted(&document, Format::Xml, true).unwrap();
        assert!(String::from_utf8(forced).unwrap().contains("bell \u{FFFD}"));
        assert_eq!(converted(&document, Format::Binary, false).unwrap(), document.bytes);
    }
}
