use super::MimeError;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Characters of a full base64 line (RFC 2045, 6.8).
pub const LINE_MAX: usize = 76;

/// Octets that a full line carries.
const LINE_OCTETS: usize = LINE_MAX / 4 * 3;

/// Writes base64 in lines of [`LINE_MAX`] characters ended by CRLF, from pieces of any size.
#[derive(Clone, Debug, Default)]
pub struct Base64Encoder {
    pending: Vec<u8>,
}

impl Base64Encoder {
    /// Starts an encoding.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the lines that are full.
    pub fn update(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        if !self.pending.is_empty() {
            let missing = LINE_OCTETS.saturating_sub(self.pending.len()).min(input.len());
            let (head, rest) = input.split_at(missing);
            self.pending.extend_from_slice(head);
            input = rest;
            if self.pending.len() < LINE_OCTETS {
                return;
            }
            line(&self.pending, out);
            self.pending.clear();
        }
        let lines = input.chunks_exact(LINE_OCTETS);
        let rest = lines.remainder();
        out.reserve(lines.len() * (LINE_MAX + 2));
        lines.for_each(|octets| line(octets, out));
        self.pending.extend_from_slice(rest);
    }

    /// Appends the last line.
    pub fn finish(self, out: &mut Vec<u8>) {
        if !self.pending.is_empty() {
            line(&self.pending, out);
        }
    }
}

fn line(octets: &[u8], out: &mut Vec<u8>) {
    let mut text = [0; LINE_MAX];
    let len = STANDARD.encode_slice(octets, &mut text).unwrap_or_default();
    out.extend_from_slice(text.get(..len).unwrap_or_default());
    out.extend_from_slice(b"\r\n");
}

/// Reads base64 in lines of any length, from pieces of any size. White space is skipped; any other character
/// outside the alphabet is an error, and so is anything after the padding.
#[derive(Clone, Debug, Default)]
pub struct Base64Decoder {
    bits: u32,
    count: u8,
    padding: u8,
    offset: u64,
}

impl Base64Decoder {
    /// Starts a decoding.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the octets that are complete.
    ///
    /// # Errors
    ///
    /// [`MimeError::Base64`] with the place of the offending character.
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), MimeError> {
        out.reserve(input.len() / 4 * 3);
        for character in input {
            match VALUES.get(usize::from(*character)).copied().unwrap_or(BAD) {
                SPACE => {}
                PAD if self.count >= 2 && self.count + self.padding < 4 => self.padding += 1,
                value @ 0..64 if self.padding == 0 => {
                    self.bits = self.bits << 6 | u32::from(value);
                    self.count += 1;
                    if self.count == 4 {
                        let [_, octets @ ..] = self.bits.to_be_bytes();
                        out.extend_from_slice(&octets);
                        self.bits = 0;
                        self.count = 0;
                    }
                }
                _ => return Err(MimeError::Base64 { offset: self.offset }),
            }
            self.offset += 1;
        }
        Ok(())
    }

    /// Appends the last octets. Missing padding is accepted.
    ///
    /// # Errors
    ///
    /// [`MimeError::Base64`] when a single character is left over.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), MimeError> {
        match self.count {
            0 => Ok(()),
            2 => {
                out.push((self.bits >> 4) as u8);
                Ok(())
            }
            3 => {
                let [_, _, high, low] = (self.bits >> 2).to_be_bytes();
                out.extend_from_slice(&[high, low]);
                Ok(())
            }
            _ => Err(MimeError::Base64 { offset: self.offset }),
        }
    }
}

const BAD: u8 = 255;
const SPACE: u8 = 254;
const PAD: u8 = 253;

const VALUES: [u8; 256] = {
    let mut values = [BAD; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0;
    while at < alphabet.len() {
        values[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    values[b' ' as usize] = SPACE;
    values[b'\t' as usize] = SPACE;
    values[b'\r' as usize] = SPACE;
    values[b'\n' as usize] = SPACE;
    values[b'=' as usize] = PAD;
    values
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Base64Encoder::new();
        bytes.chunks(piece).for_each(|piece| encoder.update(piece, &mut out));
        encoder.finish(&mut out);
        out
    }

    fn decode(text: &[u8], piece: usize) -> Result<Vec<u8>, MimeError> {
        let mut out = Vec::new();
        let mut decoder = Base64Decoder::new();
        for piece in text.chunks(piece) {
            decoder.update(piece, &mut out)?;
        }
        decoder.finish(&mut out)?;
        Ok(out)
    }

    #[test]
    fn lines_have_seventy_six_characters() {
        assert_eq!(encode(b"", 1), b"");
        assert_eq!(encode(b"Ma", 1), b"TWE=\r\n");
        assert_eq!(encode(&[0; 57], 9), format!("{}\r\n", "A".repeat(76)).as_bytes());
        assert_eq!(encode(&[0; 58], 9), format!("{}\r\nAA==\r\n", "A".repeat(76)).as_bytes());
    }

    #[test]
    fn what_is_not_base64_is_refused_with_its_place() {
        assert_eq!(decode(b"TW Fu\r\n", 2).unwrap(), b"Man");
        assert_eq!(decode(b"TWE", 2).unwrap(), b"Ma");
        for (text, offset) in
            [("TW-u", 2), ("TWE=TWE=", 4), ("T===", 1), ("TWE==", 4), ("TWFuT", 5), ("=", 0)]
        {
            assert_eq!(decode(text.as_bytes(), 3), Err(MimeError::Base64 { offset }), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            bytes in proptest::collection::vec(any::<u8>(), 0..400), a in 1usize..99, b in 1usize..99,
        ) {
            let text = encode(&bytes, a);
            prop_assert_eq!(&text, &encode(&bytes, 1000));
            prop_assert_eq!(decode(&text, b).unwrap(), bytes);
        }

        #[test]
        fn any_octets_give_the_same_in_any_pieces(
            text in proptest::collection::vec(prop_oneof![0x41u8..0x5b, Just(b'='), Just(b'\n'), any::<u8>()], 0..60),
            piece in 1usize..9,
        ) {
            prop_assert_eq!(decode(&text, piece), decode(&text, 1000));
        }
    }
}
