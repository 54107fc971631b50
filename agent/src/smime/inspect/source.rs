//! The input as a whole, recognised by how it begins.

use super::entity::EntityReader;
use super::layer::LayerReader;
use super::seen::{Seen, place, unplaced};
use super::view::{self, FirstFault, Node, Report};
use smime::message::stream::{Opening, PemText, Preamble, TransferDecoder};
use smime::mime::MimeError;
use smime::pkcs12::{self, MAX_PKCS12_SIZE, Pkcs12Error, ProtectedPart};

/// Looks at an input that arrives in pieces, in bounded memory.
pub(super) struct SourceReader {
    seen: Seen,
    preamble: Preamble,
    kind: Kind,
    form: &'static str,
    /// What was decoded last.
    octets: Vec<u8>,
}

enum Kind {
    Beginning,
    Message(Box<EntityReader>),
    Encoded {
        decoder: Box<Decoder>,
        reader: Option<Binary>,
    },
    Binary(Binary),
    /// Nothing more is looked at.
    Over(Box<Node>),
}

/// Text that holds something binary.
enum Decoder {
    Pem(PemText),
    Base64(TransferDecoder),
}

/// CMS, or a PKCS#12 file.
enum Binary {
    Cms(Box<LayerReader>),
    /// Its octets, one more than may be, and where in the input they stand.
    Pkcs12(Vec<u8>, Option<u64>),
}

impl Binary {
    /// Tells by the first octets: a PFX begins with its version, which is 3, where CMS has its content type. `from` is
    /// where in the input they stand.
    fn recognise(first: &[u8], from: Option<u64>) -> Binary {
        let version = || first.windows(3).take(12).any(|window| window == [2, 1, 3]);
        match !smime::cms::is_cms(first) && version() {
            true => Binary::Pkcs12(Vec::new(), from),
            false => Binary::Cms(Box::new(LayerReader::new(String::new(), 0, from))),
        }
    }

    fn update(&mut self, octets: &[u8], seen: &mut Seen) {
        match self {
            Binary::Cms(layer) => layer.update(octets, seen),
            Binary::Pkcs12(file, _) => {
                let room = (MAX_PKCS12_SIZE + 1).saturating_sub(file.len());
                file.extend_from_slice(octets.get(..room).unwrap_or(octets));
            }
        }
    }

    fn finish(self, seen: &mut Seen) -> Node {
        match self {
            Binary::Cms(layer) => layer.finish(seen),
            Binary::Pkcs12(file, from) => key_file(&file, from, seen),
        }
    }
}

/// How many octets are handed on at a time.
const STEP: usize = 8 * 1024;
/// How many octets tell a PKCS#12 file from CMS.
const SNIFFED: usize = 64;

impl SourceReader {
    pub(super) fn new() -> SourceReader {
        SourceReader {
            seen: Seen::default(),
            preamble: Preamble::default(),
            kind: Kind::Beginning,
            form: "unknown",
            octets: Vec::new(),
        }
    }

    pub(super) fn update(&mut self, input: &[u8]) {
        // Parts inside parts hand copies on to each other: these are small.
        input.chunks(STEP).for_each(|piece| self.take(piece));
    }

    fn take(&mut self, input: &[u8]) {
        match &mut self.kind {
            Kind::Beginning => {
                if let Some((opening, first)) = self.preamble.update(input) {
                    self.begin(opening, &first);
                }
            }
            Kind::Message(entity) => entity.update(input, &mut self.seen),
            Kind::Encoded { decoder, reader } => {
                let decoded = match decoder.as_mut() {
                    Decoder::Pem(pem) => pem.update(input, &mut self.octets),
                    Decoder::Base64(decoder) => decoder.update(input, &mut self.octets),
                };
                hand_on(&mut self.octets, reader, false, &mut self.seen);
                if let Err(error) = decoded {
                    self.broken(&error);
                }
            }
            Kind::Binary(binary) => binary.update(input, &mut self.seen),
            Kind::Over(_) => {}
        }
    }

    fn begin(&mut self, opening: Opening, first: &[u8]) {
        let from = Some(self.preamble.skipped());
        let encoded = |decoder| Kind::Encoded { decoder: Box::new(decoder), reader: None };
        (self.kind, self.form) = match opening {
            Opening::Headed => (
                Kind::Message(Box::new(EntityReader::new(String::new(), 0, from, &mut self.seen))),
                "message",
            ),
            Opening::Pem => (encoded(Decoder::Pem(PemText::default())), "pem"),
            Opening::Base64 => (encoded(Decoder::Base64(TransferDecoder::base64())), "base64"),
            Opening::Bare => (Kind::Binary(Binary::recognise(first, from)), "binary"),
            // A SEQUENCE that is shorter than text could be told from.
            _ if first.first() == Some(&0x30) && first.iter().any(|octet| !octet.is_ascii_graphic()) => {
                (Kind::Binary(Binary::recognise(first, from)), "binary")
            }
            _ => {
                let message = "this is neither a message nor CMS nor PKCS#12".to_owned();
                let expected = Some("a message, CMS or PKCS#12");
                (Kind::Over(Box::new(self.seen.fault("", Some(0), from, expected, message))), "unknown")
            }
        };
        if let Kind::Binary(Binary::Pkcs12(..)) = self.kind {
            self.form = "pkcs12";
        }
        self.update(first);
    }

    /// Text around something binary is wrong.
    fn broken(&mut self, error: &MimeError) {
        let label = match &self.kind {
            Kind::Encoded { decoder, .. } => match decoder.as_ref() {
                Decoder::Pem(pem) => pem.label().map(str::to_owned),
                Decoder::Base64(_) => None,
            },
            _ => None,
        };
        let begun = self.preamble.skipped();
        let (offset, expected) = match error {
            MimeError::Base64 { offset } => (begun + offset, "base64"),
            MimeError::PemEnd { offset } => (begun + offset, "the line that ends the block"),
            _ => (begun, "a message, CMS or PKCS#12"),
        };
        let message = match (error, label) {
            (MimeError::Pem, Some(label)) => {
                self.form = "unknown";
                format!("the text holds {label:?}, and no message")
            }
            _ => unplaced(error),
        };
        let fault = self.seen.fault("", Some(0), Some(offset), Some(expected), message);
        self.kind = Kind::Over(Box::new(fault));
    }

    /// Ends the input.
    pub(super) fn finish(mut self, input: String) -> Report {
        if let Kind::Beginning = self.kind {
            let (opening, first) = self.preamble.finish();
            self.begin(opening, &first);
        }
        if let Kind::Encoded { decoder, reader } = &mut self.kind {
            let decoded = match decoder.as_mut() {
                Decoder::Pem(pem) => pem.finish(&mut self.octets),
                Decoder::Base64(decoder) => decoder.finish(&mut self.octets),
            };
            hand_on(&mut self.octets, reader, true, &mut self.seen);
            if let Err(error) = decoded {
                self.broken(&error);
            }
        }
        let SourceReader { mut seen, kind, mut form, .. } = self;
        let structure = match kind {
            Kind::Message(entity) => entity.finish(&mut seen),
            Kind::Encoded { reader, .. } => {
                let reader = reader.unwrap_or_else(|| Binary::recognise(&[], None));
                if let Binary::Pkcs12(..) = reader {
                    form = "pkcs12";
                }
                reader.finish(&mut seen)
            }
            Kind::Binary(binary) => binary.finish(&mut seen),
            Kind::Over(node) => *node,
            Kind::Beginning => Node::Octets { size: 0, looks_like: None },
        };
        let Seen { layers, first, .. } = seen;
        Report {
            schema_version: 1,
            input,
            form,
            well_formed: first.is_none(),
            layers,
            error: first.map(|fault| FirstFault { fault, line: None }),
            structure,
        }
    }
}

/// Hands on what was decoded, as soon as it tells what it is.
fn hand_on(octets: &mut Vec<u8>, reader: &mut Option<Binary>, end: bool, seen: &mut Seen) {
    if reader.is_none() && octets.len() < SNIFFED && !end {
        return;
    }
    reader.get_or_insert_with(|| Binary::recognise(octets, None)).update(octets, seen);
    octets.clear();
}

fn key_file(octets: &[u8], from: Option<u64>, seen: &mut Seen) -> Node {
    let outline = match pkcs12::outline(octets) {
        Ok(outline) => outline,
        Err(error) => {
            let fault = pkcs12::fault(octets).filter(|_| octets.len() <= MAX_PKCS12_SIZE);
            let (offset, expected) = fault.as_ref().map_or((None, None), place);
            let message = fault.map_or_else(|| error.to_string(), |fault| format!("{error}: {fault}"));
            return seen.fault("", from, offset.or(Some(0)), expected.or(Some("a PKCS#12 file")), message);
        }
    };
    // What stands behind an identifier that is not known was not read.
    if let Some(fault) = pkcs12::fault(octets).filter(|_| !outline.unsupported.is_empty()) {
        let (offset, expected) = place(&fault);
        return seen.fault("", from, offset, expected, fault.to_string());
    }
    let named = |part| match part {
        ProtectedPart::Integrity => "integrity",
        ProtectedPart::Contents => "contents",
        ProtectedPart::Key => "key",
    };
    let known = outline.protections.iter().map(|protection| view::Protection {
        part: named(protection.part),
        algorithm: protection.algorithm.to_string(),
        iterations: protection.iterations,
        legacy: protection.algorithm.is_legacy(),
    });
    let unknown = outline.unsupported.iter().map(|(part, oid)| view::Protection {
        part: named(*part),
        algorithm: Pkcs12Error::Unsupported { oid: *oid }.to_string(),
        iterations: 0,
        legacy: false,
    });
    Node::Pkcs12(view::Pkcs12 {
        size: octets.len() as u64,
        protections: known.chain(unknown).collect(),
        visible_keys: outline.keys,
        visible_certificates: outline.certificates,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(input: &[u8]) -> String {
        let reports: Vec<String> = [1, 7, 64, 4096]
            .into_iter()
            .map(|piece| {
                let mut reader = SourceReader::new();
                input.chunks(piece).for_each(|piece| reader.update(piece));
                serde_json::to_string(&reader.finish("x".into())).unwrap()
            })
            .collect();
        assert!(reports.windows(2).all(|two| two[0] == two[1]), "pieces matter: {reports:#?}");
        reports.into_iter().next().unwrap()
    }

    #[test]
    fn inputs_are_told_by_how_they_begin() {
        for (input, form) in [
            (&[0x30, 0x80, 6, 9][..], "binary"),
            (&[0x30, 0x82, 1, 1, 2, 1, 3, 0x30], "pkcs12"),
            (&[0x30, 5, 6, 3, 42, 3, 4], "binary"),
            (b"-----BEGIN CMS-----\nMIAGAA==\n-----END CMS-----\n", "pem"),
            (b"\nx\n-----BEGIN ENCRYPTED MESSAGE-----\nMIAGAA==\n-----END ENCRYPTED MESSAGE-----\n", "pem"),
            (b"-----BEGIN CERTIFICATE-----\nMIAGAA==\n-----END CERTIFICATE-----\n", "unknown"),
            (b"MIAG\r\nAA==\r\n", "base64"),
            (b"Subject: x\r\n\r\n-----BEGIN CMS-----\n", "message"),
            (b"\xef\xbb\xbf\r\nSubject: x\r\n\r\n", "message"),
            (b"", "unknown"),
            (b"\0\0", "unknown"),
            (b"just text", "unknown"),
            (b"\x89PNG\r\n\x1a\n", "unknown"),
        ] {
            assert!(seen(input).contains(&format!("\"form\":\"{form}\"")), "{}", seen(input));
        }
    }

    #[test]
    fn broken_text_is_told_with_its_octet() {
        for (input, offset) in [
            (&b"\n-----BEGIN CMS-----\nMIAG*A==\n-----END CMS-----\n"[..], 25),
            (b"-----BEGIN CMS-----\nMIAGAA==\n", 29),
            (b"MIAGCSqGSIb3DQEHAqCA\r\nM%AC\r\n", 23),
            (b"\n\njust text", 2),
            (b"\n\n-----BEGIN X-----\n-----END X-----\n", 2),
            (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n", 50),
            (b"Content-Type: multipart/mixed; boundary=b\n\nx\n", 45),
            (b"Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n", 31),
            (
                b"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\n--b\n\nx\n--b--\n",
                97,
            ),
            (b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nMIAG*\n", 76),
        ] {
            let seen = seen(input);
            let told = format!("\"offset\":{offset},");
            assert!(seen.contains(&told), "{offset}: {seen}");
        }
    }
}
