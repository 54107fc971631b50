//! The binary reader: Apple's `bplist0`, as Core Foundation's open-source CFBinaryPList.c describes it.
//!
//! Every offset, count and reference is checked before use and nothing is allocated from a count alone, so a
//! lying document costs no more than an honest one of its length. Objects may be shared; unfolding them is bounded
//! by [`NODES_MAX`] and [`BINARY_CONTENT_BYTES_MAX`].

use super::pool::Pool;
use super::{
    BINARY_CONTENT_BYTES_MAX, CONTAINER_NODES, DEPTH_MAX, Dictionary, Entry, NODES_MAX, Node, ReadError,
    ReadReason, Span, Value,
};
use crate::Timestamp;
use std::sync::Arc;

const HEADER: usize = 8;
const TRAILER: usize = 32;
/// For how many values of a container room is made at once. A count is worth no more until they have been read.
const RESERVED_MAX: usize = 256;
/// 2001-01-01T00:00:00Z, from which binary dates count seconds.
const REFERENCE_DATE_MS: f64 = 978_307_200_000.0;

/// Reads a binary document.
pub(super) fn read(document: &[u8]) -> Result<Node, ReadError> {
    let mut reader = Reader::new(document)?;
    let top = reader.top;
    reader.object(top)
}

struct Reader<'a> {
    document: &'a [u8],
    /// Where objects end and the offset table begins.
    table: usize,
    offset_size: usize,
    reference_size: usize,
    objects: u64,
    top: u64,
    path: Vec<u64>,
    nodes: usize,
    content: usize,
    pool: Pool,
}

impl<'a> Reader<'a> {
    fn new(document: &'a [u8]) -> Result<Reader<'a>, ReadError> {
        let end = document.len().saturating_sub(TRAILER);
        let whole = Span::new(end, document.len());
        let trailer = || ReadReason::Trailer.at(whole);
        if document.len() < HEADER + 1 + TRAILER || !document.starts_with(b"bplist0") {
            return Err(trailer());
        }
        let bytes = document.get(end..).ok_or_else(trailer)?;
        let number = |from: usize| bytes.get(from..from + 8).map(big_endian).ok_or_else(trailer);
        let size = |at: usize| {
            bytes.get(at).map(|b| usize::from(*b)).filter(|s| (1..=8).contains(s)).ok_or_else(trailer)
        };
        let (offset_size, reference_size) = (size(6)?, size(7)?);
        let (objects, top, table) = (number(8)?, number(16)?, number(24)?);
        let table = usize::try_from(table).ok().filter(|t| *t > HEADER && *t < end).ok_or_else(trailer)?;
        // One byte at least for each object, and a full offset table.
        let fits = objects <= (table - HEADER) as u64
            && objects.checked_mul(offset_size as u64).is_some_and(|need| need <= (end - table) as u64);
        if objects == 0 || !fits || top >= objects {
            return Err(trailer());
        }
        Ok(Reader {
            document,
            table,
            offset_size,
            reference_size,
            objects,
            top,
            path: Vec::new(),
            nodes: 0,
            content: 0,
            pool: Pool::default(),
        })
    }

    fn object(&mut self, reference: u64) -> Result<Node, ReadError> {
        let at = self.offset(reference)?;
        let marker = self.byte(at)?;
        let head = Span::new(at, at + 1);
        let container = matches!(marker >> 4, 0xA | 0xD);
        self.nodes += if container { CONTAINER_NODES } else { 1 };
        if self.nodes > NODES_MAX {
            return Err(ReadReason::TooManyValues { limit: NODES_MAX }.at(head));
        }
        if self.path.contains(&reference) {
            return Err(ReadReason::Cycle.at(head));
        }
        if self.path.len() >= DEPTH_MAX {
            return Err(ReadReason::TooDeep { limit: DEPTH_MAX }.at(head));
        }
        let low = usize::from(marker & 0x0F);
        let (value, end) = match marker >> 4 {
            0x0 if low == 8 || low == 9 => (Value::Boolean(low == 9), at + 1),
            0x1 if low <= 4 => {
                let bytes = self.slice(at + 1, 1 << low)?;
                let number = match bytes.len() {
                    8 => i128::from(big_endian(bytes) as i64),
                    16 => bytes.iter().fold(0_i128, |n, b| (n << 8) | i128::from(*b)),
                    _ => i128::from(big_endian(bytes)),
                };
                let end = at + 1 + bytes.len();
                let out = || ReadReason::IntegerOutOfRange.at(Span::new(at, end));
                (Value::integer(number).ok_or_else(out)?, end)
            }
            0x2 if low == 2 || low == 3 => (Value::Real(self.real(at + 1, 1 << low)?), at + 1 + (1 << low)),
            0x3 if low == 3 => {
                let end = at + 9;
                let ms = self.real(at + 1, 8)? * 1000.0 + REFERENCE_DATE_MS;
                let time = Timestamp(ms.round() as i64);
                if ms.is_nan() || time < Timestamp::MIN || time > Timestamp::MAX {
                    return Err(ReadReason::InvalidScalar { expected: "date" }.at(Span::new(at, end)));
                }
                (Value::Date(time), end)
            }
            0x4 => {
                let (count, from) = self.count(at, low)?;
                let bytes = self.slice(from, count)?;
                self.account(count, head)?;
                (Value::Data(Box::from(bytes)), from + count)
            }
            0x5..=0x7 => {
                let (text, end) = self.string(at, marker)?;
                (Value::String(text), end)
            }
            0x8 => {
                let bytes = self.slice(at + 1, low + 1)?;
                if bytes.len() > 8 {
                    return Err(ReadReason::IntegerOutOfRange.at(head));
                }
                (Value::Uid(big_endian(bytes)), at + 2 + low)
            }
            0xA => {
                let (count, from) = self.count(at, low)?;
                let size = self.reference_size;
                let bytes = self.slice(from, count.saturating_mul(size))?;
                self.path.push(reference);
                let mut items = Vec::with_capacity(count.min(RESERVED_MAX));
                for item in bytes.chunks_exact(size) {
                    items.push(self.object(big_endian(item))?);
                }
                self.path.pop();
                (Value::from(items), from + bytes.len())
            }
            0xD => {
                let (count, from) = self.count(at, low)?;
                let size = self.reference_size;
                let bytes = self.slice(from, count.saturating_mul(2).saturating_mul(size))?;
                let (keys, values) = bytes.split_at(count * size);
                self.path.push(reference);
                let mut entries = Vec::with_capacity(count.min(RESERVED_MAX));
                for (key, value) in keys.chunks_exact(size).zip(values.chunks_exact(size)) {
                    let key_at = self.offset(big_endian(key))?;
                    let marker = self.byte(key_at)?;
                    if !matches!(marker >> 4, 0x5..=0x7) {
                        return Err(ReadReason::KeyNotString.at(Span::new(key_at, key_at + 1)));
                    }
                    let (key, key_end) = self.string(key_at, marker)?;
                    let node = self.object(big_endian(value))?;
                    entries.push(Entry { key, key_span: Span::new(key_at, key_end), node });
                }
                self.path.pop();
                entries.shrink_to_fit();
                (Value::Dictionary(Dictionary { entries }), from + bytes.len())
            }
            _ => return Err(ReadReason::UnsupportedObject { marker }.at(head)),
        };
        Ok(Node { value, span: Span::new(at, end) })
    }

    /// Where an object begins.
    fn offset(&self, reference: u64) -> Result<usize, ReadError> {
        let missing = || {
            let reason = ReadReason::ReferenceOutOfBounds { reference, objects: self.objects };
            reason.at(Span::new(self.table, self.document.len().saturating_sub(TRAILER)))
        };
        if reference >= self.objects {
            return Err(missing());
        }
        let index = usize::try_from(reference).map_err(|_| missing())?;
        let from = self.table + index * self.offset_size;
        let entry = self.document.get(from..from + self.offset_size).ok_or_else(missing)?;
        let outside = || ReadReason::ObjectOutOfBounds.at(Span::new(from, from + self.offset_size));
        let offset = usize::try_from(big_endian(entry)).map_err(|_| outside())?;
        if (HEADER..self.table).contains(&offset) { Ok(offset) } else { Err(outside()) }
    }

    fn byte(&self, at: usize) -> Result<u8, ReadError> {
        self.slice(at, 1).map(|bytes| bytes.first().copied().unwrap_or(0))
    }

    fn slice(&self, from: usize, length: usize) -> Result<&'a [u8], ReadError> {
        let end = from.checked_add(length).filter(|end| *end <= self.table);
        end.and_then(|end| self.document.get(from..end))
            .ok_or_else(|| ReadReason::ObjectOutOfBounds.at(Span::new(from.min(self.table), self.table)))
    }

    /// The count of a container, string or data, and where its content begins.
    fn count(&self, at: usize, low: usize) -> Result<(usize, usize), ReadError> {
        if low != 0xF {
            return Ok((low, at + 1));
        }
        let marker = self.byte(at + 1)?;
        let width = 1_usize << (marker & 0x0F).min(4);
        if marker >> 4 != 0x1 || width > 8 {
            return Err(ReadReason::UnsupportedObject { marker }.at(Span::new(at + 1, at + 2)));
        }
        let number = big_endian(self.slice(at + 2, width)?);
        // A count beyond the document fails in `slice`, also where it does not fit.
        Ok((usize::try_from(number).unwrap_or(usize::MAX), at + 2 + width))
    }

    fn real(&self, from: usize, width: usize) -> Result<f64, ReadError> {
        let bits = big_endian(self.slice(from, width)?);
        Ok(if width == 4 { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) })
    }

    fn string(&mut self, at: usize, marker: u8) -> Result<(Arc<str>, usize), ReadError> {
        let (count, from) = self.count(at, usize::from(marker & 0x0F))?;
        let wide = marker >> 4 == 0x6;
        let length = if wide { count.saturating_mul(2) } else { count };
        let bytes = self.slice(from, length)?;
        let span = Span::new(at, from + length);
        self.account(length, span)?;
        let wrong = |encoding| ReadReason::InvalidEncoding { encoding }.at(span);
        let text = match marker >> 4 {
            0x6 => {
                let units = bytes.chunks_exact(2).map(|pair| big_endian(pair) as u16);
                let text = char::decode_utf16(units).collect::<Result<String, _>>();
                self.pool.shared(&text.map_err(|_| wrong("UTF-16"))?)
            }
            form => {
                let encoding = if form == 0x5 { "US-ASCII" } else { "UTF-8" };
                let text = std::str::from_utf8(bytes).ok().filter(|text| form != 0x5 || text.is_ascii());
                self.pool.shared(text.ok_or_else(|| wrong(encoding))?)
            }
        };
        Ok((text, span.end()))
    }

    fn account(&mut self, bytes: usize, span: Span) -> Result<(), ReadError> {
        self.content = self.content.saturating_add(bytes);
        if self.content > BINARY_CONTENT_BYTES_MAX {
            return Err(ReadReason::TooMuchContent { limit: BINARY_CONTENT_BYTES_MAX }.at(span));
        }
        Ok(())
    }
}

/// The unsigned number in at most eight bytes.
fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
