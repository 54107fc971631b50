use memchr::memchr_iter;
use std::borrow::Cow;

/// Makes every line end a CRLF (RFC 8551, 3.1.1), in pieces of any size. A CR that no LF follows is content.
#[derive(Clone, Debug, Default)]
pub struct Canonicaliser {
    after_cr: bool,
}

impl Canonicaliser {
    /// Starts a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the canonical form of `input`.
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let Some(last) = input.last() else { return };
        out.reserve(input.len() + input.len() / 16);
        // What is not copied yet begins here.
        let mut start = 0;
        for line_feed in memchr_iter(b'\n', input) {
            let bare = match line_feed.checked_sub(1) {
                Some(before) => input.get(before) != Some(&b'\r'),
                None => !self.after_cr,
            };
            if bare {
                out.extend_from_slice(input.get(start..line_feed).unwrap_or_default());
                out.push(b'\r');
                start = line_feed;
            }
        }
        out.extend_from_slice(input.get(start..).unwrap_or_default());
        self.after_cr = *last == b'\r';
    }
}

/// Makes every line end of `text` a CRLF; borrows when it already is so.
pub fn canonicalise(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = bare_line_feeds(text).next() else { return Cow::Borrowed(text) };
    let mut out = Vec::with_capacity(text.len() + text.len() / 32 + 2);
    let (before, rest) = text.split_at(first);
    out.extend_from_slice(before);
    Canonicaliser::new().update(rest, &mut out);
    Cow::Owned(out)
}

/// How long the canonical form of `text` is.
pub fn canonical_length(text: &[u8]) -> usize {
    text.len() + bare_line_feeds(text).count()
}

/// Where the LF stand that no CR comes before.
fn bare_line_feeds(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr_iter(b'\n', text)
        .filter(|at| at.checked_sub(1).and_then(|before| text.get(before)) != Some(&b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_bare_line_feeds_change() {
        assert_eq!(canonicalise(b"a\nb\r\nc\rd\n\n\r\r\n").as_ref(), b"a\r\nb\r\nc\rd\r\n\r\n\r\r\n");
        assert!(matches!(canonicalise(b"a\r\nb\r"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter_and_twice_is_once(
            text in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'a')], 0..40),
            piece in 1usize..9,
        ) {
            let whole = canonicalise(&text).into_owned();
            let mut out = Vec::new();
            let mut canonicaliser = Canonicaliser::new();
            text.chunks(piece).for_each(|piece| canonicaliser.update(piece, &mut out));
            prop_assert_eq!(&out, &whole);
            prop_assert_eq!(canonical_length(&text), whole.len());
            prop_assert_eq!(canonicalise(&whole).into_owned(), whole);
        }
    }
}
