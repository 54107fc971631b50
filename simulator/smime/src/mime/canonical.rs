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
        for line in input.split_inclusive(|octet| *octet == b'\n') {
            match line {
                [b'\n'] if self.after_cr => out.push(b'\n'),
                [text @ .., b'\n'] if text.last() != Some(&b'\r') => {
                    out.extend_from_slice(text);
                    out.extend_from_slice(b"\r\n");
                }
                _ => out.extend_from_slice(line),
            }
            self.after_cr = line.last() == Some(&b'\r');
        }
    }
}

/// Makes every line end of `text` a CRLF; borrows when it already is so.
pub fn canonicalise(text: &[u8]) -> Cow<'_, [u8]> {
    let mut previous = 0;
    let bare = text.iter().any(|octet| {
        let bare = *octet == b'\n' && previous != b'\r';
        previous = *octet;
        bare
    });
    if !bare {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 32 + 2);
    Canonicaliser::new().update(text, &mut out);
    Cow::Owned(out)
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
            prop_assert_eq!(canonicalise(&whole).into_owned(), whole);
        }
    }
}
