/// Decodes quoted-printable (RFC 2045, 6.7) in one go. White space at line ends, which transport may have added, is
/// dropped; an equals sign that begins no escape stands for itself, as the standard suggests for robust readers; line
/// ends stay as they are. The result is never longer than the text.
pub fn decode_quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        let (content, end) = match line {
            [content @ .., b'\r', b'\n'] => (content, &b"\r\n"[..]),
            [content @ .., b'\n'] => (content, &b"\n"[..]),
            content => (content, &b""[..]),
        };
        let kept = content.iter().rposition(|octet| !matches!(octet, b' ' | b'\t')).map_or(0, |at| at + 1);
        let mut rest = content.get(..kept).unwrap_or_default();
        let soft = rest.last() == Some(&b'=');
        if soft {
            rest = rest.get(..kept - 1).unwrap_or_default();
        }
        while let Some((octet, after)) = rest.split_first() {
            rest = after;
            match (octet, after) {
                (b'=', [high, low, tail @ ..]) => match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => {
                        out.push(high << 4 | low);
                        rest = tail;
                    }
                    _ => out.push(b'='),
                },
                _ => out.push(*octet),
            }
        }
        if !soft {
            out.extend_from_slice(end);
        }
    }
    out
}

fn digit(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_soft_breaks_and_what_is_neither() {
        for (text, octets) in [
            (&b"a=3D=0d=0Ab"[..], &b"a=\r\nb"[..]),
            (b"soft=\r\n line = \t\r\nend  \r\n", b"soft line end\r\n"),
            (b"unix=\nline\n", b"unixline\n"),
            (b"=G0=4", b"=G0=4"),
            (b"last=", b"last"),
            (b"=00=ff", b"\x00\xff"),
            (b"", b""),
        ] {
            assert_eq!(decode_quoted_printable(text), octets, "{}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #[test]
        fn every_octet_can_be_carried(octets in proptest::collection::vec(any::<u8>(), 0..200), width in 1usize..30) {
            let mut text = Vec::new();
            for chunk in octets.chunks(width) {
                chunk.iter().for_each(|octet| text.extend(format!("={octet:02X}").bytes()));
                text.extend_from_slice(b"=\r\n");
            }
            prop_assert_eq!(decode_quoted_printable(&text), octets);
        }

        #[test]
        fn the_result_is_never_longer(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode_quoted_printable(&text).len() <= text.len());
        }
    }
}
