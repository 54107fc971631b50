//! The string that carries content: one of known length, or segments.

use crate::tlv::write;

/// The length of a segment of a string of unknown length, in octets.
pub(super) const SEGMENT: usize = 64 * 1024;

/// Writes an OCTET STRING, or one with an implicit tag, around content that arrives in pieces.
pub(super) struct Frame {
    /// The segment that is not full yet; `None` when the length was known.
    segment: Option<Vec<u8>>,
    written: u64,
}

impl Frame {
    /// Starts a string of known length.
    pub(super) fn definite(tag: u8, length: u64, out: &mut Vec<u8>) -> Frame {
        write::header(out, tag, length);
        Frame { segment: None, written: 0 }
    }

    /// Starts a constructed string of unknown length.
    pub(super) fn indefinite(tag: u8, out: &mut Vec<u8>) -> Frame {
        write::indefinite(out, tag);
        Frame { segment: Some(Vec::new()), written: 0 }
    }

    /// Counts content that was appended without passing through here; of known length only.
    pub(super) fn appended(&mut self, length: usize) {
        self.written += length as u64;
    }

    pub(super) fn is_definite(&self) -> bool {
        self.segment.is_none()
    }

    /// Feeds content and appends what is ready.
    pub(super) fn update(&mut self, mut content: &[u8], out: &mut Vec<u8>) {
        self.written += content.len() as u64;
        let Some(segment) = &mut self.segment else {
            out.extend_from_slice(content);
            return;
        };
        while segment.len() + content.len() >= SEGMENT {
            let (head, rest) = content.split_at(SEGMENT - segment.len());
            write::header(out, 0x04, SEGMENT as u64);
            out.append(segment);
            out.extend_from_slice(head);
            content = rest;
        }
        segment.extend_from_slice(content);
    }

    /// Ends the string; gives how long its content was.
    pub(super) fn finish(self, out: &mut Vec<u8>) -> u64 {
        if let Some(segment) = self.segment {
            if !segment.is_empty() {
                write::header(out, 0x04, segment.len() as u64);
                out.extend_from_slice(&segment);
            }
            write::end(out, 1);
        }
        self.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::Element;

    #[test]
    fn segments_are_full_whatever_the_pieces_are() {
        for length in [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT + 5] {
            let content: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let mut whole = Vec::new();
            let mut frame = Frame::indefinite(0x24, &mut whole);
            frame.update(&content, &mut whole);
            assert_eq!(frame.finish(&mut whole), length as u64);
            let element = Element::only(&whole, 0).unwrap();
            assert_eq!(element.octet_string().unwrap().as_ref(), content);

            let mut pieces = Vec::new();
            let mut frame = Frame::indefinite(0x24, &mut pieces);
            content.chunks(1000).for_each(|piece| frame.update(piece, &mut pieces));
            frame.finish(&mut pieces);
            assert!(pieces == whole, "{length}");
        }
    }
}
