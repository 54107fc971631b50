//! PEM text (RFC 7468), read leniently: anything may stand around the blocks, lines may have any length.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The largest PEM text that is read, in octets.
pub(crate) const MAX_PEM_SIZE: usize = 16 * 1024 * 1024;

/// A labelled block.
pub(crate) struct Block {
    pub(crate) label: String,
    /// Whether RFC 1421 headers stand in it, which means that its bytes are encrypted.
    pub(crate) headers: bool,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// Why there is no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadBlock {
    /// It is not closed, or not base64.
    Unreadable,
    /// The text is larger than [`MAX_PEM_SIZE`]: its size in octets.
    TooLarge(usize),
}

/// The blocks of a text, in order; ends after the first that cannot be read.
pub(crate) fn blocks(text: &[u8]) -> impl Iterator<Item = Result<Block, BadBlock>> {
    let size = text.len();
    let too_large = size > MAX_PEM_SIZE;
    let text = text.strip_prefix(crate::mime::BYTE_ORDER_MARK).unwrap_or(text);
    let mut lines = if too_large { &[][..] } else { text }.split(|b| matches!(b, b'\n' | b'\r'));
    let mut failed = false;
    let mut first = true;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        if std::mem::take(&mut first) && too_large {
            failed = true;
            return Some(Err(BadBlock::TooLarge(size)));
        }
        let label = lines.by_ref().find_map(|l| between(l, b"-----BEGIN "))?;
        let read = read(&label, &mut lines).ok_or(BadBlock::Unreadable);
        failed = read.is_err();
        Some(read)
    })
}

fn between(line: &[u8], prefix: &[u8]) -> Option<Vec<u8>> {
    line.trim_ascii().strip_prefix(prefix)?.strip_suffix(b"-----").map(<[u8]>::to_vec)
}

fn read<'a>(label: &[u8], lines: &mut impl Iterator<Item = &'a [u8]>) -> Option<Block> {
    let mut headers = false;
    let mut body = Zeroizing::new(Vec::new());
    for line in lines {
        if let Some(end) = between(line, b"-----END ") {
            let bytes = STANDARD.decode(&*body).ok()?;
            let label = String::from_utf8(label.to_vec()).ok()?;
            return (end == label.as_bytes()).then(|| Block { label, headers, bytes: Zeroizing::new(bytes) });
        }
        if line.contains(&b':') {
            headers = true;
        } else {
            body.extend(line.iter().filter(|b| !b.is_ascii_whitespace()));
        }
    }
    None
}

/// Writes a block with lines of 64 characters.
pub(crate) fn block(label: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.extend(line.iter().map(|b| char::from(*b)));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_text() {
        let text = format!(
            "\u{feff}\r\n\n0 s:CN=x\nBag Attributes\r\n  a: b\r\n{}junk\n{}",
            block("A", &[1; 100]),
            block("B B", b"")
        );
        let read: Vec<_> = blocks(text.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].label.as_str(), &read[0].bytes[..]), ("A", &[1; 100][..]));
        assert_eq!((read[1].label.as_str(), read[1].bytes.len()), ("B B", 0));
    }

    #[test]
    fn a_broken_block_ends_the_reading() {
        for text in [
            "-----BEGIN A-----\nAAAA",
            "-----BEGIN A-----\nA*\n-----END A-----",
            "-----BEGIN A-----\n-----END B-----",
        ] {
            assert!(matches!(blocks(text.as_bytes()).collect::<Vec<_>>()[..], [Err(BadBlock::Unreadable)]));
        }
    }

    #[test]
    fn the_size_is_bounded() {
        let mut text = vec![b'\n'; MAX_PEM_SIZE];
        assert_eq!(blocks(&text).count(), 0);
        text.push(b'\n');
        assert_eq!(blocks(&text).next().and_then(Result::err), Some(BadBlock::TooLarge(MAX_PEM_SIZE + 1)));
    }

    #[test]
    fn headers_are_noted() {
        let text = b"-----BEGIN K-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END K-----";
        assert!(blocks(text).next().unwrap().unwrap().headers);
    }
}
