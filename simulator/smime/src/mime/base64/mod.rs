//! Base64 in lines (RFC 2045, 6.8), from pieces of any size.
//!
//! Lines are encoded and decoded with their ends in one pass, by AVX-512 VBMI or AVX2 where the processor has them
//! (asked at run time) and without vectors elsewhere. What a decoder meets that is not a line like the one before is
//! read character by character, so that irregular text costs time and nothing else.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod lines;
mod scalar;

use super::MimeError;
pub use lines::Wrap;
use lines::{Lines, Machine};
use scalar::{PAD, SPACE, VALUES};

/// Characters of a full base64 line (RFC 2045, 6.8).
pub const LINE_MAX: usize = 76;

/// Octets that the longest line carries.
const LINE_OCTETS: usize = LINE_MAX / 4 * 3;

/// How far ahead vector code asks for its input: without it, text from memory is encoded at a third of the speed, and at
/// half this distance at six sevenths.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 4096;

/// How far a line end is looked for; mail has no longer lines (RFC 5322, 2.1.1).
const WIDTH_MAX: usize = 1000;

/// Writes base64 in full lines and a last one, each with its end, from pieces of any size.
#[derive(Clone, Debug)]
pub struct Base64Encoder {
    machine: Machine,
    wrap: Wrap,
    pending: [u8; LINE_OCTETS],
    pending_len: usize,
}

impl Default for Base64Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Base64Encoder {
    /// Starts an encoding in lines of [`LINE_MAX`] characters ended by CRLF, as mail has them.
    pub fn new() -> Self {
        Self::wrapped(Wrap::Mime)
    }

    /// Starts an encoding in lines of another shape.
    pub fn wrapped(wrap: Wrap) -> Self {
        Self::on(Machine::detect(), wrap)
    }

    fn on(machine: Machine, wrap: Wrap) -> Self {
        Base64Encoder { machine, wrap, pending: [0; LINE_OCTETS], pending_len: 0 }
    }

    /// Appends the lines that are full.
    pub fn update(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        let full = self.wrap.octets();
        if self.pending_len > 0 {
            let taken = self.hold(input, full);
            input = input.get(taken..).unwrap_or_default();
            if self.pending_len < full {
                return;
            }
            let line = self.pending;
            lines::encode(self.machine, line.get(..full).unwrap_or_default(), self.wrap, out);
            self.pending_len = 0;
        }
        let (whole, rest) = input.split_at(input.len() - input.len() % full);
        lines::encode(self.machine, whole, self.wrap, out);
        self.hold(rest, full);
    }

    /// Appends the last line.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.pending_len > 0 {
            scalar::encode(self.pending.get(..self.pending_len).unwrap_or_default(), out);
            out.extend_from_slice(self.wrap.end());
        }
    }

    /// Keeps what still fits the line that is not full; gives how much that is.
    fn hold(&mut self, input: &[u8], full: usize) -> usize {
        let place = self.pending.get_mut(self.pending_len..full).unwrap_or_default();
        let taken = place.len().min(input.len());
        for (to, from) in place.iter_mut().zip(input) {
            *to = *from;
        }
        self.pending_len += taken;
        taken
    }
}

/// Reads base64 in lines of any length, from pieces of any size. White space is skipped; any other character
/// outside the alphabet is an error, and so is anything after the padding.
#[derive(Clone, Debug)]
pub struct Base64Decoder {
    machine: Machine,
    bits: u32,
    count: u8,
    padding: u8,
    offset: u64,
}

impl Default for Base64Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Base64Decoder {
    /// Starts a decoding.
    pub fn new() -> Self {
        Self::on(Machine::detect())
    }

    fn on(machine: Machine) -> Self {
        Base64Decoder { machine, bits: 0, count: 0, padding: 0, offset: 0 }
    }

    /// Appends the octets that are complete.
    ///
    /// # Errors
    ///
    /// [`MimeError::Base64`] with the place of the offending character.
    pub fn update(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), MimeError> {
        out.reserve(input.len() / 4 * 3 + 3 + lines::SLACK);
        while !input.is_empty() {
            let window = input.get(..WIDTH_MAX).unwrap_or(input);
            let end = memchr::memchr(b'\n', window);
            if self.count == 0 && self.padding == 0 {
                let lines = Lines::like(window, end);
                let taken = lines.map_or(0, |lines| lines::decode(self.machine, input, lines, out));
                if taken > 0 {
                    self.offset += taken as u64;
                    input = input.get(taken..).unwrap_or_default();
                    continue;
                }
            }
            let (line, rest) = input.split_at(end.map_or(window.len(), |end| end + 1));
            self.characters(line, out)?;
            input = rest;
        }
        Ok(())
    }

    fn characters(&mut self, mut line: &[u8], out: &mut Vec<u8>) -> Result<(), MimeError> {
        if self.count == 0 && self.padding == 0 {
            let taken = scalar::decode_groups(line, out);
            self.offset += taken as u64;
            line = line.get(taken..).unwrap_or_default();
        }
        for character in line {
            match VALUES[usize::from(*character)] {
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

#[cfg(test)]
mod tests;
