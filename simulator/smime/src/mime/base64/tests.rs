use super::*;
use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

fn encode_on(machine: Machine, wrap: Wrap, bytes: &[u8], piece: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Base64Encoder::on(machine, wrap);
    bytes.chunks(piece).for_each(|piece| encoder.update(piece, &mut out));
    encoder.finish(&mut out);
    out
}

fn encode(bytes: &[u8], piece: usize) -> Vec<u8> {
    encode_on(Machine::detect(), Wrap::Mime, bytes, piece)
}

fn decode_on(machine: Machine, text: &[u8], piece: usize) -> Result<Vec<u8>, MimeError> {
    let mut out = Vec::new();
    let mut decoder = Base64Decoder::on(machine);
    for piece in text.chunks(piece) {
        decoder.update(piece, &mut out)?;
    }
    decoder.finish(&mut out)?;
    Ok(out)
}

fn decode(text: &[u8], piece: usize) -> Result<Vec<u8>, MimeError> {
    decode_on(Machine::detect(), text, piece)
}

/// What another implementation makes of it: flat text, cut into lines.
fn oracle(bytes: &[u8], wrap: Wrap) -> Vec<u8> {
    let text = STANDARD.encode(bytes);
    text.as_bytes().chunks(wrap.characters()).flat_map(|line| [line, wrap.end()].concat()).collect()
}

/// Octets that differ everywhere.
fn octets(len: usize) -> Vec<u8> {
    (0..len as u32).map(|n| (n.wrapping_mul(0x9e37_79b1) >> 23) as u8).collect()
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
    for (text, offset) in [("TW-u", 2), ("TWE=TWE=", 4), ("T===", 1), ("TWE==", 4), ("TWFuT", 5), ("=", 0)] {
        assert_eq!(decode(text.as_bytes(), 3), Err(MimeError::Base64 { offset }), "{text}");
    }
}

#[test]
fn every_length_is_encoded_as_another_implementation_does() {
    for machine in Machine::all() {
        for wrap in [Wrap::Mime, Wrap::Pem] {
            for len in 0..400 {
                let bytes = octets(len);
                let text = encode_on(machine, wrap, &bytes, 400);
                assert_eq!(text, oracle(&bytes, wrap), "{machine:?} {wrap:?} {len}");
                assert_eq!(decode_on(machine, &text, 1000).unwrap(), bytes, "{machine:?} {wrap:?} {len}");
            }
        }
    }
}

#[test]
fn lines_of_every_width_are_read() {
    let bytes = octets(1500);
    let flat = STANDARD.encode(&bytes);
    for machine in Machine::all() {
        for width in 1..300 {
            for end in [&b"\r\n"[..], b"\n", b" \t\r\n"] {
                let text: Vec<u8> =
                    flat.as_bytes().chunks(width).flat_map(|line| [line, end].concat()).collect();
                assert_eq!(decode_on(machine, &text, 10_000).unwrap(), bytes, "{machine:?} {width} {end:?}");
            }
        }
        assert_eq!(
            decode_on(machine, flat.as_bytes(), 10_000).unwrap(),
            bytes,
            "{machine:?} without line ends"
        );
    }
}

#[test]
fn every_octet_at_every_place_of_a_line_is_judged_alike() {
    let text = encode(&octets(57 * 3), 1000);
    for at in 70..170 {
        for octet in 0..=255 {
            let mut text = text.clone();
            text[at] = octet;
            let scalar = decode_on(Machine::Scalar, &text, 1000);
            for machine in Machine::all() {
                assert_eq!(decode_on(machine, &text, 1000), scalar, "{machine:?} {octet} at {at}");
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        bytes in proptest::collection::vec(any::<u8>(), 0..400), a in 1usize..199, b in 1usize..199, pem: bool,
    ) {
        let wrap = if pem { Wrap::Pem } else { Wrap::Mime };
        for machine in Machine::all() {
            let text = encode_on(machine, wrap, &bytes, a);
            prop_assert_eq!(&text, &oracle(&bytes, wrap));
            prop_assert_eq!(&decode_on(machine, &text, b).unwrap(), &bytes);
        }
    }

    #[test]
    fn any_octets_give_the_same_in_any_pieces(
        text in proptest::collection::vec(prop_oneof![0x41u8..0x5b, Just(b'='), Just(b'\n'), any::<u8>()], 0..60),
        piece in 1usize..9,
    ) {
        prop_assert_eq!(decode(&text, piece), decode(&text, 1000));
    }

    #[test]
    fn irregular_lines_are_read_alike_by_all(
        bytes in proptest::collection::vec(any::<u8>(), 100..900),
        changes in proptest::collection::vec(
            (any::<proptest::sample::Index>(), prop_oneof![Just(None), any::<u8>().prop_map(Some)], any::<bool>()), 0..4,
        ),
        piece in 1usize..999,
    ) {
        let mut text = oracle(&bytes, Wrap::Mime);
        for (at, octet, insert) in changes {
            let at = at.index(text.len());
            match octet {
                None => { text.remove(at); }
                Some(octet) if insert => text.insert(at, octet),
                Some(octet) => text[at] = octet,
            }
        }
        let scalar = decode_on(Machine::Scalar, &text, 1);
        for machine in Machine::all() {
            prop_assert_eq!(&decode_on(machine, &text, piece), &scalar);
        }
        // Where the text is still regular, another implementation agrees.
        let flat: Vec<u8> = text.into_iter().filter(|octet| !b" \t\r\n".contains(octet)).collect();
        if let Ok(expected) = STANDARD.decode(&flat) {
            prop_assert_eq!(scalar.unwrap(), expected);
        }
    }
}
