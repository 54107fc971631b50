use super::*;
use crate::eas::tags::{airsync, base, compose};
use proptest::prelude::*;

const HEADER: [u8; 4] = [0x03, 0x01, 0x6a, 0x00];

fn document(body: &[u8]) -> Vec<u8> {
    [&HEADER, body].concat()
}

fn reason(body: &[u8]) -> WbxmlReason {
    decode(&document(body)).unwrap_err().reason
}

#[test]
fn a_document_has_the_bytes_of_the_specification() {
    let sync = Element::new(airsync::SYNC)
        .with(Element::text(airsync::SYNC_KEY, "0"))
        .with(Element::new(base::BODY).with(Element::opaque(base::DATA, [1, 2])))
        .with(Element::new(airsync::MORE_AVAILABLE));
    let bytes = document(&[
        0x45, 0x4b, 0x03, b'0', 0, 0x01, // AirSync:Sync, SyncKey "0"
        0x00, 17, 0x4a, 0x4b, 0xc3, 2, 1, 2, 0x01, 0x01, // page 17, Body, Data
        0x00, 0, 0x14, 0x01, // page 0, MoreAvailable, end of Sync
    ]);
    assert_eq!(encode(&sync), Ok(bytes.clone()));
    assert_eq!(decode(&bytes), Ok(sync));
}

#[test]
fn the_page_holds_across_the_end_of_an_element() {
    // Body on page 17 ends; the next token is still read on page 17, although its parent is of page 0.
    let read = decode(&document(&[0x45, 0x00, 17, 0x4a, 0x01, 0x0b, 0x01])).unwrap();
    let tags: Vec<_> = read.elements().map(|element| element.tag).collect();
    assert_eq!(tags, [base::BODY, base::DATA]);
}

#[test]
fn empty_content_and_empty_text_differ() {
    let none = decode(&document(&[0x05])).unwrap();
    let no_content = decode(&document(&[0x45, 0x01])).unwrap();
    let empty_text = decode(&document(&[0x45, 0x03, 0x00, 0x01])).unwrap();
    assert_eq!(none, no_content);
    assert_ne!(none, empty_text);
    assert_eq!(empty_text.children, [Node::Text("".into())]);
    assert_eq!(decode(&encode(&empty_text).unwrap()), Ok(empty_text));
}

#[test]
fn opaque_bytes_are_read_where_a_string_is_expected() {
    let read = decode(&document(&[0x45, 0x4b, 0xc3, 1, b'7', 0x01, 0x01])).unwrap();
    assert_eq!(read.child(airsync::SYNC_KEY).and_then(Element::content).as_deref(), Some("7"));
    let pieces = decode(&document(&[0x45, 0x03, b'a', 0, 0xc3, 1, b'b', 0x03, b'c', 0, 0x01])).unwrap();
    assert_eq!(pieces.content().as_deref(), Some("abc"));
}

#[test]
fn unknown_pages_and_tokens_are_kept_by_number() {
    let read = decode(&document(&[0x45, 0x00, 99, 0x7f, 0x03, b'x', 0, 0x01, 0x00, 0, 0x0b, 0x01])).unwrap();
    let unknown = read.elements().next().unwrap();
    assert_eq!((unknown.tag.page(), unknown.tag.token(), unknown.tag.name()), (99, 0x3f, None));
    assert_eq!(unknown.tag.to_string(), "page 99:0x3F");
    assert!(read.child(airsync::SYNC_KEY).is_some());
    assert_eq!(decode(&encode(&read).unwrap()), Ok(read));
}

#[test]
fn what_is_malformed_is_refused_with_its_place() {
    assert_eq!(decode(&[]), Err(WbxmlError { offset: 0, reason: WbxmlReason::Truncated }));
    assert_eq!(decode(&[0x04, 1, 0x6a, 0]).unwrap_err().reason, WbxmlReason::Version(4));
    assert_eq!(decode(&[0x03, 1, 0x04, 0]).unwrap_err().reason, WbxmlReason::Charset(4));
    assert_eq!(decode(&[0x03, 1, 0x6a, 2, 0, 0]).unwrap_err().reason, WbxmlReason::StringTable(2));
    assert_eq!(reason(&[]), WbxmlReason::NoRoot);
    assert_eq!(reason(&[0x01]), WbxmlReason::NoRoot);
    assert_eq!(reason(&[0x03, 0]), WbxmlReason::OutsideRoot);
    assert_eq!(reason(&[0x05, 0x05]), WbxmlReason::TrailingBytes);
    assert_eq!(reason(&[0x45]), WbxmlReason::Truncated);
    assert_eq!(reason(&[0x45, 0x03, b'x']), WbxmlReason::Truncated);
    assert_eq!(reason(&[0x45, 0xc3, 9, 1]), WbxmlReason::Truncated);
    assert_eq!(reason(&[0x45, 0x03, 0xff, 0, 1]), WbxmlReason::NotUtf8);
    for token in [0x02, 0x04, 0x43, 0x80, 0x83, 0x85, 0xc5] {
        assert_eq!(reason(&[0x45, token, 0, 1]), WbxmlReason::Token(token));
    }
    let nul = Element::text(airsync::SYNC_KEY, "a\0b");
    assert_eq!(encode(&nul).unwrap_err().reason, WbxmlReason::NulInText(airsync::SYNC_KEY));
}

#[test]
fn every_cut_of_a_document_is_refused() {
    let whole = encode(&Element::new(airsync::SYNC).with(Element::opaque(compose::MIME, [7; 200]))).unwrap();
    for length in 0..whole.len() {
        assert!(decode(&whole[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn integers_have_five_bytes_and_32_bits() {
    // A length of zero in one to five bytes, then six.
    for padding in 0..5 {
        let mut body = vec![0x45, 0xc3];
        body.extend(std::iter::repeat_n(0x80, padding));
        body.extend([0, 0x01]);
        assert!(decode(&document(&body)).is_ok(), "{padding}");
    }
    assert_eq!(reason(&[0x45, 0xc3, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1]), WbxmlReason::IntegerTooLong);
    assert_eq!(reason(&[0x45, 0xc3, 0x8f, 0xff, 0xff, 0xff, 0x7f, 1]), WbxmlReason::Truncated);
    assert_eq!(reason(&[0x45, 0xc3, 0x90, 0x80, 0x80, 0x80, 0x00, 1]), WbxmlReason::IntegerTooLong);
    for length in [0usize, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
        let element = Element::opaque(compose::MIME, vec![b'm'; length]);
        assert_eq!(decode(&encode(&element).unwrap()), Ok(element), "{length}");
    }
}

fn nested(depth: usize) -> Element {
    (1..depth).fold(Element::new(airsync::SYNC), |inner, _| Element::new(airsync::SYNC).with(inner))
}

#[test]
fn depth_is_bounded_on_both_ways() {
    let deepest = nested(DEPTH);
    assert_eq!(decode(&encode(&deepest).unwrap()), Ok(deepest));
    assert_eq!(encode(&nested(DEPTH + 1)).unwrap_err().reason, WbxmlReason::TooDeep);
    let mut body = vec![0x45; DEPTH];
    body.push(0x05);
    body.extend([0x01; DEPTH]);
    assert_eq!(reason(&body), WbxmlReason::TooDeep);
    assert_eq!(reason(&vec![0x45; 1 << 20]), WbxmlReason::TooDeep);
}

#[test]
fn elements_and_values_are_bounded_on_both_ways() {
    let wide =
        |count: usize, node: &Node| Element { tag: airsync::SYNC, children: vec![node.clone(); count] };
    let child = Node::Element(Element::new(airsync::ADD));
    let most = wide(ELEMENTS - 1, &child);
    let bytes = encode(&most).unwrap();
    assert_eq!(decode(&bytes), Ok(most));
    assert_eq!(encode(&wide(ELEMENTS, &child)).unwrap_err().reason, WbxmlReason::TooManyElements);
    let mut more = bytes;
    more.insert(5, 0x07);
    assert_eq!(decode(&more).unwrap_err().reason, WbxmlReason::TooManyElements);

    let value = Node::Text("".into());
    let most = wide(VALUES, &value);
    let bytes = encode(&most).unwrap();
    assert_eq!(decode(&bytes), Ok(most));
    assert_eq!(encode(&wide(VALUES + 1, &value)).unwrap_err().reason, WbxmlReason::TooManyValues);
    let mut more = bytes;
    more.splice(5..5, [0x03, 0]);
    assert_eq!(decode(&more).unwrap_err().reason, WbxmlReason::TooManyValues);
}

#[test]
fn size_is_bounded_on_both_ways() {
    // 4 header, root, content marker, four length bytes, end, on the AirSync page.
    let overhead = encode(&Element::opaque(airsync::SYNC, vec![0; 3 << 20])).unwrap().len() - (3 << 20);
    let largest = Element::opaque(airsync::SYNC, vec![0; DOCUMENT_BYTES - overhead]);
    let bytes = encode(&largest).unwrap();
    assert_eq!(bytes.len(), DOCUMENT_BYTES);
    assert!(decode(&bytes).is_ok());
    let larger = Element::opaque(airsync::SYNC, vec![0; DOCUMENT_BYTES - overhead + 1]);
    assert_eq!(encode(&larger).unwrap_err().reason, WbxmlReason::TooLarge);
    let mut longer = bytes;
    longer.push(1);
    assert_eq!(decode(&longer).unwrap_err().reason, WbxmlReason::TooLarge);
}

#[test]
fn every_token_round_trips_under_its_name() {
    let (mut current, mut legacy) = (0, 0);
    for (tag, is_current) in Tag::all() {
        *(if is_current { &mut current } else { &mut legacy }) += 1;
        assert!(tag.name().is_some_and(|name| !name.is_empty()));
        let element = Element::text(tag, "x");
        assert_eq!(decode(&encode(&element).unwrap()), Ok(element));
    }
    assert_eq!((current, legacy), (586, 67));
}

#[test]
fn tags_are_only_found_by_names_that_are_in_the_tables() {
    assert_eq!(Tag::find(Page::Find, "Find").map(|tag| (tag.page(), tag.token())), Some((25, 0x05)));
    assert_eq!(Tag::find(Page::AirSync, "NotifyGUID").map(Tag::token), Some(0x1f));
    assert_eq!(Tag::find(Page::AirSync, "sync"), None);
    assert_eq!(Tag::new(0, 0x04), None);
    assert_eq!(Tag::new(0, 0x40), None);
}

fn element() -> impl Strategy<Value = Element> {
    let tag = || (0u8..30, 0x05u8..=0x3f).prop_map(|(page, token)| Tag::new(page, token).unwrap());
    let leaf = tag().prop_map(Element::new);
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let node = prop_oneof![
            inner.prop_map(Node::Element),
            "[^\\x00]{0,8}".prop_map(|text| Node::Text(text.into())),
            proptest::collection::vec(any::<u8>(), 0..200).prop_map(Node::Opaque),
        ];
        (tag(), proptest::collection::vec(node, 0..6)).prop_map(|(tag, children)| Element { tag, children })
    })
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(element in element()) {
        prop_assert_eq!(decode(&encode(&element).unwrap()), Ok(element));
    }

    #[test]
    fn no_bytes_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&body);
        let _ = decode(&document(&body));
    }

    #[test]
    fn what_is_read_can_be_written_and_read_again(body in proptest::collection::vec(
        prop_oneof![Just(0x45u8), Just(0x01), Just(0x05), Just(0x03), Just(0xc3), Just(0x00), Just(0x4b), 0u8..4],
        0..60,
    )) {
        if let Ok(element) = decode(&document(&body)) {
            prop_assert_eq!(decode(&encode(&element).unwrap()), Ok(element));
        }
    }

    #[test]
    fn a_damaged_document_does_not_panic(element in element(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode(&element).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode(&bytes);
    }
}
