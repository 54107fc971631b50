//! `handset fmt`: XML property lists in one canonical form, comments kept.

use super::arguments::FmtArguments;
use super::document::{Document, Entries, first_difference};
use super::output::{self, Readers, is_standard};
use super::{ToolError, comments};
use crate::exit::Failure;
use profile::plist::{self, Format, Node};
use std::path::{Path, PathBuf};

/// Runs the command. Every file is looked at, whatever becomes of the others.
///
/// # Errors
/// Nothing that is about one file: such a failure is printed and its exit code given.
pub(super) fn run(arguments: &FmtArguments) -> Result<u8, Failure> {
    if arguments.output.is_some() && arguments.files.len() > 1 {
        return Err(ToolError::OneOutput { count: arguments.files.len() }.into());
    }
    let mut exit = 0;
    for file in &arguments.files {
        let ended = one(file, arguments).unwrap_or_else(|failure| {
            output::note(&format!("handset: {failure}"));
            failure.exit_code()
        });
        exit = exit.max(ended);
    }
    Ok(exit)
}

fn one(file: &Path, arguments: &FmtArguments) -> Result<u8, Failure> {
    let document = Document::read(file)?;
    let canonical = canonical(&document)?;
    let changed = canonical != document.bytes;
    if arguments.check {
        if changed {
            output::print(format!("{}\n", document.name).as_bytes())?;
        }
        return Ok(u8::from(changed));
    }
    let to: Option<PathBuf> = match &arguments.output {
        Some(out) => Some(out.clone()),
        None => (!is_standard(file)).then(|| file.to_path_buf()),
    };
    // A file that is canonical already keeps even its time.
    if changed || to.as_deref() != Some(file) {
        output::write(to.as_deref(), &canonical, Readers::Same(file))?;
    }
    Ok(0)
}

/// The canonical form of an XML property list.
///
/// # Errors
/// [`ToolError::Binary`]; [`ToolError::Unfaithful`] if it were not the same document.
pub(super) fn canonical(document: &Document) -> Result<Vec<u8>, ToolError> {
    if document.format != Format::Xml {
        return Err(ToolError::Binary { file: document.name.clone() });
    }
    let plain = profile::write_xml(&document.root.value);
    let unfaithful = |path: String| ToolError::Unfaithful { file: document.name.clone(), path };
    let text = String::from_utf8_lossy(&plain).into_owned();
    let new = plist::read(&plain).map_err(|error| unfaithful(error.to_string()))?;
    let (source, old) = as_utf8(document).ok_or_else(|| unfaithful("a comment".to_owned()))?;
    let out = comments::carry(comments::without_declaration(&source), &old, &text, &new).into_bytes();
    let back = plist::read(&out).map_err(|error| unfaithful(error.to_string()))?;
    match first_difference(&document.root.value, &back.value, Entries::All) {
        Some(path) => Err(unfaithful(path)),
        None => Ok(out),
    }
}

/// The document as text, and its value read from that text without the XML declaration, so that spans fit it. Which of
/// the encodings it is shows in that the same value is read.
fn as_utf8(document: &Document) -> Option<(String, Node)> {
    let bytes = &document.bytes;
    let units = |decode: fn([u8; 2]) -> u16| -> Option<String> {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| decode([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    let candidates = [
        String::from_utf8(bytes.clone()).ok(),
        bytes.starts_with(&[0xFE, 0xFF]).then(|| units(u16::from_be_bytes)).flatten(),
        bytes.starts_with(&[0xFF, 0xFE]).then(|| units(u16::from_le_bytes)).flatten(),
        Some(bytes.iter().copied().map(char::from).collect()),
    ];
    candidates.into_iter().flatten().find_map(|text| {
        let node = plist::read(comments::without_declaration(&text).as_bytes()).ok()?;
        let same = first_difference(&document.root.value, &node.value, Entries::All).is_none();
        same.then_some((text, node))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(bytes: Vec<u8>) -> String {
        let document = Document::of("p".to_owned(), bytes).unwrap();
        String::from_utf8(canonical(&document).unwrap()).unwrap()
    }

    const TEXT: &str = "<plist><!-- é --><dict><key>a</key><string>é&#13;</string></dict></plist>";

    #[test]
    fn every_encoding_becomes_the_same_text() {
        let utf8 = formatted(TEXT.as_bytes().to_vec());
        assert!(utf8.contains("<!-- é -->\n<dict>") && utf8.contains("<string>é&#13;</string>"), "{utf8}");
        let declared = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?>{TEXT}");
        let latin: Vec<u8> = declared("ISO-8859-1").chars().map(|c| c as u8).collect();
        assert_eq!(formatted(latin), utf8);
        let marked = format!("\u{FEFF}{}", declared("UTF-16"));
        for big in [true, false] {
            let order = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
            assert_eq!(formatted(marked.encode_utf16().flat_map(order).collect()), utf8);
        }
        assert_eq!(formatted(utf8.clone().into_bytes()), utf8);
    }

    #[test]
    fn duplicate_keys_are_kept() {
        let text = formatted(b"<dict><key>a</key><true/><key>a</key><false/></dict>".to_vec());
        assert_eq!(text.matches("<key>a</key>").count(), 2);
    }
}
