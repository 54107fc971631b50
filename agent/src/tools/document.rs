//! Property lists as files: the bytes, the value, and the place of what is wrong.

use super::ToolError;
use crate::exit::Failure;
use crate::findings::without_armour;
use crate::trial::file_bytes;
use profile::plist::{self, Dictionary, Format, Node, ReadError, Value};
use profile::{Finding, LineIndex};
use smime::cms;
use smime::cms::SignedContent;
use smime::{Context, TrustStore};
use std::path::Path;

/// A property list that was read.
#[derive(Debug)]
pub(super) struct Document {
    /// The file as it was named.
    pub name: String,
    pub bytes: Vec<u8>,
    /// XML or binary.
    pub format: Format,
    pub root: Node,
    /// What is odd about the syntax.
    pub findings: Vec<Finding>,
}

/// A property list with the signature that was around it.
#[derive(Debug)]
pub(super) struct Unwrapped {
    pub document: Document,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    pub signed: Option<SignedContent>,
}

impl Document {
    /// Reads a file, or standard input for `-`.
    ///
    /// # Errors
    /// The file cannot be read, is no property list, or is one inside a signature.
    pub fn read(path: &Path) -> Result<Document, Failure> {
        Ok(Document::of(path.display().to_string(), unarmoured(file_bytes(path)?))?)
    }

    /// Takes bytes for the content of a file.
    ///
    /// # Errors
    /// As [`Document::read`], without the file.
    pub fn of(name: String, bytes: Vec<u8>) -> Result<Document, ToolError> {
        if let Some(content_type) = cms::content_type(&bytes).filter(|_| cms::is_cms(&bytes)) {
            return Err(if is_signed(&bytes) {
                ToolError::Signed { file: name }
            } else {
                ToolError::OtherCms { file: name, content_type: content_type.to_string() }
            });
        }
        let reading = plist::read_with_findings(&bytes);
        match reading.root {
            Ok(root) => {
                Ok(Document { name, bytes, format: reading.format, root, findings: reading.findings })
            }
            Err(error) => Err(unreadable(&name, &bytes, error)),
        }
    }

    /// Reads a file through the signature around it, whether that holds or not. Gives the file's own bytes too.
    ///
    /// # Errors
    /// As [`Document::read`], and a signature that cannot be read.
    pub fn read_through(path: &Path, cx: &Context<'_>) -> Result<Unwrapped, Failure> {
        let (name, bytes) = (path.display().to_string(), unarmoured(file_bytes(path)?));
        if !is_signed(&bytes) {
            return Ok(Unwrapped { document: Document::of(name, bytes.clone())?, bytes, signed: None });
        }
        let signed = cms::open_signed(cx, &bytes, &TrustStore::new())
            .map_err(|error| ToolError::SignedData { file: name.clone(), error })?;
        let document = Document::of(name, signed.content.clone())?;
        Ok(Unwrapped { document, bytes, signed: Some(signed) })
    }

    /// The profile's own keys.
    ///
    /// # Errors
    /// [`ToolError::NotAProfile`] when the root is something else.
    pub fn dictionary(&self) -> Result<&Dictionary, ToolError> {
        match &self.root.value {
            Value::Dictionary(dictionary) => Ok(dictionary),
            other => Err(ToolError::NotAProfile { file: self.name.clone(), found: other.type_name() }),
        }
    }

    /// The value written in the form that the document has.
    pub fn written(&self, value: &Value) -> Vec<u8> {
        match self.format {
            Format::Binary => profile::write_binary(value),
            _ => profile::write_xml(value),
        }
    }
}

/// The CMS structure where a file is one as text (PEM), else the file.
pub(super) fn unarmoured(bytes: Vec<u8>) -> Vec<u8> {
    without_armour(&bytes).unwrap_or(bytes)
}

/// id-signedData (RFC 5652, 5.1).
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";

/// Whether the octets begin as SignedData does.
pub(super) fn is_signed(bytes: &[u8]) -> bool {
    cms::content_type(bytes).is_some_and(|t| t.to_string() == SIGNED_DATA)
}

fn unreadable(name: &str, bytes: &[u8], error: ReadError) -> ToolError {
    let index = LineIndex::new(bytes);
    let place = if index.has_lines() {
        let (line, column) = index.position(error.span.start());
        format!("{name}:{line}:{column}")
    } else {
        format!("{name} at octet {}", error.span.start())
    };
    ToolError::Unreadable { place, error }
}

/// Which entries of a dictionary count in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entries {
    /// All, duplicates included.
    All,
    /// The last of each key, as a device reads them.
    Effective,
}

/// The path of the first value in which two values differ, such as `PayloadContent[0].Host`. Order counts.
pub(super) fn first_difference(a: &Value, b: &Value, entries: Entries) -> Option<String> {
    match (a, b) {
        (Value::Dictionary(a), Value::Dictionary(b)) => {
            let listed = |d| -> Vec<_> {
                let d: &Dictionary = d;
                match entries {
                    Entries::All => d.entries.iter().collect(),
                    Entries::Effective => d.effective().collect(),
                }
            };
            let (a, b) = (listed(a), listed(b));
            let inside = a.iter().zip(&b).find_map(|(a, b)| {
                if a.key != b.key {
                    return Some(format!("the key {}", a.key));
                }
                first_difference(&a.node.value, &b.node.value, entries).map(|rest| join(&a.key, &rest))
            });
            inside.or_else(|| (a.len() != b.len()).then(|| "the number of keys".to_owned()))
        }
        (Value::Array(a), Value::Array(b)) => {
            let inside = a.iter().zip(b).enumerate().find_map(|(at, (a, b))| {
                first_difference(&a.value, &b.value, entries).map(|rest| join(&format!("[{at}]"), &rest))
            });
            inside.or_else(|| (a.len() != b.len()).then(|| "the number of items".to_owned()))
        }
        (Value::Real(a), Value::Real(b)) if a.is_nan() && b.is_nan() => None,
        _ => (a != b).then(String::new),
    }
}

fn join(head: &str, rest: &str) -> String {
    match rest.chars().next() {
        None => head.to_owned(),
        Some('[') => format!("{head}{rest}"),
        Some(_) => format!("{head}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(body: &str) -> Value {
        plist::read(format!("<plist>{body}</plist>").as_bytes()).unwrap().value
    }

    #[test]
    fn differences_are_named_by_their_path() {
        let a = value(
            "<dict><key>A</key><array><integer>1</integer><dict><key>B</key><real>nan</real></dict></array></dict>",
        );
        assert_eq!(first_difference(&a, &a, Entries::All), None);
        let b = value(
            "<dict><key>A</key><array><integer>1</integer><dict><key>B</key><real>1</real></dict></array></dict>",
        );
        assert_eq!(first_difference(&a, &b, Entries::All).as_deref(), Some("A[1].B"));
        let twice = value("<dict><key>A</key><true/><key>A</key><false/></dict>");
        let once = value("<dict><key>A</key><false/></dict>");
        assert!(first_difference(&twice, &once, Entries::All).is_some());
        assert_eq!(first_difference(&twice, &once, Entries::Effective), None);
    }

    #[test]
    fn what_is_no_property_list_is_named_with_its_place() {
        let of = |bytes: &[u8]| Document::of("p".to_owned(), bytes.to_vec()).unwrap_err().to_string();
        assert_eq!(of(b"<plist>\n<integer>x</integer></plist>"), "p:2:1: the text is no integer");
        assert!(of(b"bplist00").starts_with("p at octet "), "{}", of(b"bplist00"));
    }
}
