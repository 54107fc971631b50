//! The parts of a multipart, found in pieces.

use crate::mime::{BOUNDARY_MAX, MimeError, delimiter};
use memchr::memmem::Finder;

/// The longest line that is taken for a delimiter, in octets: white space may follow the boundary (RFC 2046, 5.1.1),
/// and mail has no longer lines (RFC 5322, 2.1.1).
pub const DELIMITER_LINE_MAX: usize = 1000;

/// What is found in a multipart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A part begins.
    Part {
        /// Its first octet, counted from the beginning of the multipart's body.
        at: u64,
    },
    /// Octets of the part, exactly.
    Octets(&'a [u8]),
}

/// Cuts the body of a multipart into its parts (RFC 2046, 5.1.1), whose octets it hands on exactly: the line end in
/// front of a delimiter belongs to the delimiter. Line ends may be CRLF or LF; a missing closing delimiter is accepted.
pub struct Parts {
    /// A line feed and the delimiter without what may follow it.
    needle: Finder<'static>,
    /// What is not handed on yet. It begins with a line end of the structure when `fresh`.
    kept: Vec<u8>,
    /// How many octets are not kept any more.
    gone: u64,
    /// Whether the first octet kept is the line feed in front of the part (or of the body), which is not content.
    fresh: bool,
    /// Whether a part is open.
    inside: bool,
    /// Whether the closing delimiter was found.
    closed: bool,
}

impl Parts {
    /// Starts a body.
    ///
    /// # Errors
    /// [`MimeError::Boundary`] for a boundary that cannot be one.
    pub fn new(boundary: &str) -> Result<Parts, MimeError> {
        if boundary.is_empty() || boundary.len() > BOUNDARY_MAX {
            return Err(MimeError::Boundary);
        }
        let needle = Finder::new(format!("\n--{boundary}").as_bytes()).into_owned();
        Ok(Parts { needle, kept: b"\n".to_vec(), gone: 0, fresh: true, inside: false, closed: false })
    }

    /// Feeds octets and hands on what is found.
    ///
    /// # Errors
    /// Those of `found`.
    pub fn update<E>(
        &mut self,
        input: &[u8],
        mut found: impl FnMut(Found<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.closed {
            return Ok(());
        }
        self.kept.extend_from_slice(input);
        self.search(false, &mut found)
    }

    /// Whether the closing delimiter was found.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Ends the body.
    ///
    /// # Errors
    /// Those of `found`.
    pub fn finish<E>(&mut self, mut found: impl FnMut(Found<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.closed {
            return Ok(());
        }
        self.search(true, &mut found)
    }

    fn search<E>(&mut self, end: bool, found: &mut impl FnMut(Found<'_>) -> Result<(), E>) -> Result<(), E> {
        let kept = std::mem::take(&mut self.kept);
        let needle = self.needle.needle().len();
        // Everything before `done` was handed on; the needle is looked for from `from`.
        let (mut done, mut from) = (0, 0);
        let tail = loop {
            let rest = kept.get(from..).unwrap_or_default();
            let Some(at) = self.needle.find(rest).map(|at| from + at) else {
                // A delimiter and the CR in front of it may begin in what is kept.
                break if end { kept.len() } else { kept.len().saturating_sub(needle) };
            };
            let line = kept.get(at + 1..).unwrap_or_default();
            let line_end = memchr::memchr(b'\n', line.get(..DELIMITER_LINE_MAX).unwrap_or(line));
            let whole = match line_end {
                Some(line_end) => line.get(..line_end),
                None if line.len() >= DELIMITER_LINE_MAX => None,
                None if end => Some(line),
                None => break at.saturating_sub(1).max(done),
            };
            match whole.and_then(|line| delimiter(line, self.boundary())) {
                None => from = at + 1,
                Some(closing) => {
                    self.hand_on(&kept, done, at, true, found)?;
                    if closing {
                        self.closed = true;
                        return Ok(());
                    }
                    self.inside = true;
                    // The line feed that ends the delimiter is the one in front of the part.
                    self.fresh = line_end.is_some();
                    done = at + 1 + whole.map_or(0, <[u8]>::len);
                    // The line feed that the first octets begin with is none of the body's.
                    let first = self.gone + (done + usize::from(self.fresh)) as u64;
                    found(Found::Part { at: first.saturating_sub(1) })?;
                    from = done;
                }
            }
        };
        let tail = tail.max(done);
        self.hand_on(&kept, done, tail, false, found)?;
        self.kept = kept;
        self.kept.drain(..tail);
        self.gone += tail as u64;
        Ok(())
    }

    fn boundary(&self) -> &str {
        let needle = self.needle.needle().get(3..).unwrap_or_default();
        std::str::from_utf8(needle).unwrap_or_default()
    }

    /// Hands on content. `closed` says that a delimiter follows, whose line feed stands at `to`.
    fn hand_on<E>(
        &mut self,
        kept: &[u8],
        from: usize,
        mut to: usize,
        closed: bool,
        found: &mut impl FnMut(Found<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut from = from;
        if self.fresh && to > from {
            from += 1;
            self.fresh = false;
        }
        if closed && to > from && kept.get(to - 1) == Some(&b'\r') {
            to -= 1;
        }
        match kept.get(from..to) {
            Some(octets) if self.inside && !octets.is_empty() => found(Found::Octets(octets)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime;
    use proptest::prelude::*;

    fn cut(body: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let mut found: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut take = |event: Found<'_>| {
            match event {
                Found::Part { at } => found.push((at, Vec::new())),
                Found::Octets(octets) => found.last_mut().unwrap().1.extend_from_slice(octets),
            }
            Ok::<(), ()>(())
        };
        let mut parts = Parts::new("b").unwrap();
        for piece in body.chunks(piece) {
            parts.update(piece, &mut take).unwrap();
        }
        parts.finish(&mut take).unwrap();
        let whole = |(at, part): (u64, Vec<u8>)| {
            assert!(body[usize::try_from(at).unwrap()..].starts_with(&part), "{at}");
            part
        };
        found.into_iter().map(whole).collect()
    }

    #[test]
    fn the_octets_are_exact() {
        let body = b"preamble\r\n--b \t\r\nA: b\r\n\r\n text \r\n\r\n--bb\r\n--b\r\nC: d\r\n\r\nsig\r\n--b--\r\nepilogue\r\n--b\r\n";
        for piece in 1..body.len() {
            assert_eq!(
                cut(body, piece),
                [&b"A: b\r\n\r\n text \r\n\r\n--bb"[..], b"C: d\r\n\r\nsig"],
                "{piece}"
            );
        }
    }

    #[test]
    fn a_delimiter_stops_at_its_bound() {
        let body = |spaces: usize| format!("--b\nx\n--b{}\ny\n--b--\n", " ".repeat(spaces));
        // "--b", the spaces and the line feed
        assert_eq!(cut(body(DELIMITER_LINE_MAX - 4).as_bytes(), 7), [b"x", b"y"]);
        assert_eq!(cut(body(DELIMITER_LINE_MAX - 3).as_bytes(), 7).len(), 1);
        assert!(Parts::new(&"b".repeat(BOUNDARY_MAX)).is_ok());
        assert_eq!(Parts::new(&"b".repeat(BOUNDARY_MAX + 1)).err(), Some(MimeError::Boundary));
    }

    const TOKENS: &[&str] = &["\r\n", "\n", "--b", "--", "\r", " ", "x", "\n--b\n", "\r\n--b\r\n"];

    proptest! {
        #[test]
        fn pieces_find_what_the_whole_has(
            body in proptest::collection::vec(proptest::sample::select(TOKENS), 0..24),
            piece in 1usize..9,
        ) {
            let body = body.concat().into_bytes();
            let whole: Vec<Vec<u8>> = mime::parts(&body, "b").unwrap().iter().map(|part| part.to_vec()).collect();
            prop_assert_eq!(cut(&body, piece), whole);
        }
    }
}
