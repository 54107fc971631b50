//! Lines of one shape, and which instructions they are read and written with.

use super::scalar;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// How lines are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// 76 characters and CRLF (RFC 2045, 6.8).
    Mime,
    /// 64 characters and LF (RFC 7468, 2).
    Pem,
}

impl Wrap {
    /// How many characters a full line has.
    pub fn characters(self) -> usize {
        match self {
            Wrap::Mime => super::LINE_MAX,
            Wrap::Pem => 64,
        }
    }

    /// How many octets a full line carries.
    pub fn octets(self) -> usize {
        self.characters() / 4 * 3
    }

    /// What ends a line.
    pub fn end(self) -> &'static [u8] {
        match self {
            Wrap::Mime => b"\r\n",
            Wrap::Pem => b"\n",
        }
    }
}

/// The shape of lines that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lines<'a> {
    /// Characters of a line without its end; a multiple of 4.
    pub width: usize,
    pub end: &'a [u8],
}

impl<'a> Lines<'a> {
    /// The shape of the first line of `text`, whose LF is at `line_feed`; text without one is read in pieces of 64.
    pub(super) fn like(text: &'a [u8], line_feed: Option<usize>) -> Option<Lines<'a>> {
        let Some(line_feed) = line_feed else {
            return (text.len() >= FLAT).then_some(Lines { width: FLAT, end: b"" });
        };
        let width = match text.get(..line_feed)? {
            [line @ .., b'\r'] => line.len(),
            line => line.len(),
        };
        let end = text.get(width..=line_feed)?;
        (width >= WIDTH_MIN && width % 4 == 0).then_some(Lines { width, end })
    }
}

/// The piece in which text without line ends is read.
const FLAT: usize = 64;
/// Lines that are shorter are read character by character.
const WIDTH_MIN: usize = 32;

/// The instructions that this processor has, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Machine {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Machine {
    /// The best that the processor has. The answer changes no result.
    pub(super) fn detect() -> Machine {
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = is_x86_feature_detected!("avx2");
            let has_vbmi = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vbmi");
            if has_avx2 && has_vbmi {
                return Machine::Avx512;
            }
            if has_avx2 {
                return Machine::Avx2;
            }
        }
        Machine::Scalar
    }

    /// All that this processor has, for tests.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Machine> {
        let all = [
            Machine::Scalar,
            #[cfg(target_arch = "x86_64")]
            Machine::Avx2,
            #[cfg(target_arch = "x86_64")]
            Machine::Avx512,
        ];
        all.into_iter().filter(|machine| *machine <= Machine::detect()).collect()
    }
}

/// How many octets vector code may write behind what is wanted, into room that is reserved for it.
#[cfg(target_arch = "x86_64")]
pub(super) const SLACK: usize = if avx2::SLACK > avx512::SLACK { avx2::SLACK } else { avx512::SLACK };
#[cfg(not(target_arch = "x86_64"))]
pub(super) const SLACK: usize = 0;

/// Appends whole lines of `wrap`; `input` is whole lines.
pub(super) fn encode(machine: Machine, input: &[u8], wrap: Wrap, out: &mut Vec<u8>) {
    let whole = input.len() / wrap.octets();
    out.reserve(whole * (wrap.characters() + wrap.end().len()) + SLACK);
    match machine {
        Machine::Scalar => scalar::encode_lines(input, wrap, out),
        #[cfg(target_arch = "x86_64")]
        vectors => {
            let len = out.len();
            // SAFETY: `detect` gives a machine only when the processor has its instructions. The room for all whole
            // lines and the slack was reserved, and the new length covers what was written, which is not more.
            unsafe {
                let end = out.as_mut_ptr().add(len);
                let written = match vectors {
                    Machine::Avx512 => avx512::encode_lines(input, wrap, end),
                    _ => avx2::encode_lines(input, wrap, end),
                };
                out.set_len(len + written);
            }
        }
    }
}

/// Appends the octets of lines of one shape, up to the first that is different; gives how many characters were read,
/// line ends included.
pub(super) fn decode(machine: Machine, input: &[u8], lines: Lines<'_>, out: &mut Vec<u8>) -> usize {
    match machine {
        Machine::Scalar => 0,
        #[cfg(target_arch = "x86_64")]
        vectors => {
            if lines.width < WIDTH_MIN || !lines.width.is_multiple_of(4) {
                return 0;
            }
            let (line, octets) = (lines.width + lines.end.len(), lines.width / 4 * 3);
            out.reserve(input.len() / line * octets + SLACK);
            let len = out.len();
            // SAFETY: as for `encode`; the width was compared with what each needs.
            unsafe {
                let end = out.as_mut_ptr().add(len);
                let count = match vectors {
                    Machine::Avx512 if lines.width >= 64 => avx512::decode_lines(input, lines, end),
                    _ => avx2::decode_lines(input, lines, end),
                };
                out.set_len(len + count * octets);
                count * line
            }
        }
    }
}
