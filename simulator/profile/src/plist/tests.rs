//! Both readers against good, odd, broken and hostile documents.

use super::*;
use crate::{LineIndex, Timestamp};
use proptest::prelude::*;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n";

fn doc(body: &str) -> String {
    format!("{HEAD}<plist version=\"1.0\">{body}</plist>\n")
}

fn value(body: &str) -> Value {
    read(doc(body).as_bytes()).unwrap().value
}

/// The reason a document is refused for, and the text at its place.
fn refused(document: &str) -> (ReadReason, &str) {
    let error = read(document.as_bytes()).unwrap_err();
    (error.reason, document.get(error.span.start()..error.span.end()).unwrap())
}

#[test]
fn all_types_in_xml() {
    let read = value(
        "<dict>
          <key>a&amp;b</key><string> x &lt;y&gt; &#233;&#xE9;<![CDATA[<&>]]> <!-- not text -->z</string>
          <key>i</key><array><integer> -12 </integer><integer>0xFF</integer><integer>+7</integer>
            <integer>18446744073709551615</integer><integer>-9223372036854775808</integer></array>
          <key>r</key><array><real>1.5</real><real>-2e3</real><real>inf</real></array>
          <key>b</key><array><true/><false/><true></true></array>
          <key>d</key><data>
            AAEC
            /w==
          </data>
          <key>t</key><date>2026-11-02T08:00:00Z</date>
          <key></key><string/>
          <key>e</key><array><dict/><array/><dict></dict><data/></array>
        </dict>",
    );
    let expected = Dictionary::new()
        .with("a&b", " x <y> éé<&> z")
        .with(
            "i",
            Value::Array(
                [-12, 255, 7, i128::from(u64::MAX), i128::from(i64::MIN)]
                    .map(|n| Node::from(Value::integer(n).unwrap()))
                    .into(),
            ),
        )
        .with("r", Value::array([1.5, -2000.0, f64::INFINITY]))
        .with("b", Value::array([true, false, true]))
        .with("d", vec![0, 1, 2, 255])
        .with("t", Timestamp(1_793_606_400_000))
        .with("", "")
        .with(
            "e",
            vec![
                Value::from(Dictionary::new()),
                Value::Array(Box::default()),
                Value::from(Dictionary::new()),
                Value::Data(Box::default()),
            ],
        );
    assert_eq!(read, Value::from(expected));
}

#[test]
fn spans_are_the_elements() {
    let text = doc("<dict><key>é</key> <string>x</string></dict>");
    let root = read(text.as_bytes()).unwrap();
    let entry = &root.value.as_dictionary().unwrap().entries[0];
    assert_eq!(&text[root.span.start()..root.span.end()], "<dict><key>é</key> <string>x</string></dict>");
    assert_eq!(&text[entry.key_span.start()..entry.key_span.end()], "<key>é</key>");
    assert_eq!(&text[entry.node.span.start()..entry.node.span.end()], "<string>x</string>");
}

#[test]
fn utf16_spans_are_in_the_bytes_given() {
    let text = "\u{FEFF}<?xml version='1.0' encoding='utf-16'?>\n<plist><array><string>𝄞é</string><true/></array></plist>";
    for order in [u16::to_be_bytes, u16::to_le_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
        let root = read(&bytes).unwrap();
        let items = root.value.as_array().unwrap();
        assert_eq!(items[0].value.as_str(), Some("𝄞é"));
        let span = items[1].span;
        let expected: Vec<u8> = "<true/>".encode_utf16().flat_map(order).collect();
        assert_eq!(&bytes[span.start()..span.end()], expected);
        assert_eq!(LineIndex::new(&bytes).position(span.start()), (2, 34));
    }
}

#[test]
fn the_frame_is_read_as_core_foundation_reads_it() {
    let rules = |text: &str| -> Vec<&str> {
        let reading = read_with_findings(text.as_bytes());
        assert!(reading.root.is_ok(), "{text}: {:?}", reading.root);
        reading.findings.iter().map(|f| f.rule).collect()
    };
    assert_eq!(rules(&doc("<true/>")), [""; 0]);
    assert_eq!(rules("\u{FEFF}<plist><true/></plist>"), [""; 0]);
    assert_eq!(rules(&format!(" \n{}", doc("<true/>"))), ["xml-leading-space"]);
    assert_eq!(rules("<true/>"), ["xml-no-plist-element"]);
    assert_eq!(
        rules("<!DOCTYPE plist SYSTEM \"file:///etc/passwd\"><plist><true/></plist>"),
        ["xml-foreign-doctype"]
    );
    assert_eq!(rules("<!-- a --><plist><!-- b --><true/><?c d?></plist><!-- e -->"), [""; 0]);
    assert_eq!(
        rules("<plist><dict><key>a</key><true/><key>a</key><true/></dict></plist>"),
        ["xml-duplicate-key"]
    );
}

#[test]
fn duplicate_keys_are_located_and_the_last_counts() {
    let text = doc("<dict><key>SSL</key><true/><key>SSL</key><false/></dict>");
    let reading = read_with_findings(text.as_bytes());
    let finding = &reading.findings[0];
    assert_eq!((finding.rule, finding.severity), ("xml-duplicate-key", crate::Severity::Error));
    assert_eq!(finding.span.unwrap().start(), text.rfind("<key>").unwrap());
    let root = reading.root.unwrap();
    assert_eq!(root.value.as_dictionary().unwrap().value("SSL"), Some(&Value::Boolean(false)));
}

#[test]
fn the_grammar_is_strict_and_errors_are_located() {
    use ReadReason::*;
    let element = |name: &str| UnexpectedElement { name: name.to_owned() };
    let scalar = |expected| InvalidScalar { expected };
    let cases: Vec<(&str, ReadReason, &str)> = vec![
        ("<dict><string>x</string></dict>", ValueWithoutKey, "<string>"),
        ("<dict><key>a</key></dict>", KeyWithoutValue { key: "a".into() }, "<key>a</key>"),
        ("<dict><key>a</key><key>b</key><true/></dict>", KeyWithoutValue { key: "a".into() }, "<key>a</key>"),
        ("<array><key>a</key></array>", element("key"), "<key>"),
        ("<array><blob/></array>", element("blob"), "<blob/>"),
        ("<string>a<b/></string>", element("b"), "<b/>"),
        ("<plist><true/></plist>", element("plist"), "<plist>"),
        ("<dict>text</dict>", UnexpectedText, "text"),
        ("<array><![CDATA[x]]></array>", UnexpectedText, "<![CDATA[x]]>"),
        ("<true/><false/>", MoreThanOneValue, "<false/>"),
        ("", NoValue, "</plist>"),
        ("<integer>1 2</integer>", scalar("integer"), "<integer>1 2</integer>"),
        ("<integer/>", scalar("integer"), "<integer/>"),
        ("<integer>0x</integer>", scalar("integer"), "<integer>0x</integer>"),
        (
            "<integer>18446744073709551616</integer>",
            IntegerOutOfRange,
            "<integer>18446744073709551616</integer>",
        ),
        (
            "<integer>-9223372036854775809</integer>",
            IntegerOutOfRange,
            "<integer>-9223372036854775809</integer>",
        ),
        (
            "<integer>99999999999999999999999999999999999999999999</integer>",
            IntegerOutOfRange,
            "<integer>99999999999999999999999999999999999999999999</integer>",
        ),
        ("<real>1,5</real>", scalar("real"), "<real>1,5</real>"),
        ("<true>1</true>", scalar("boolean"), "<true>1</true>"),
        ("<date>2026-11-02</date>", scalar("date"), "<date>2026-11-02</date>"),
        ("<date>2026-11-02T08:00:00+01:00</date>", scalar("date"), "<date>2026-11-02T08:00:00+01:00</date>"),
        ("<date>2026-02-30T08:00:00Z</date>", scalar("date"), "<date>2026-02-30T08:00:00Z</date>"),
        ("<data>AAEC\n  A$EC</data>", scalar("data"), "$"),
        ("<data>AA\u{e9}C</data>", scalar("data"), "\u{e9}"),
        ("<data>AAECA</data>", scalar("data"), "<data>AAECA</data>"),
        ("<string>&nbsp;</string>", UnknownEntity { name: "nbsp".into() }, "&nbsp;"),
        ("<string>&#0;</string>", CharacterReference, "&#0;"),
        ("<string>&#xD800;</string>", CharacterReference, "&#xD800;"),
        ("<string>&#1;</string>", ForbiddenCharacter { code: 1 }, "&#1;"),
        ("<string>\u{1}</string>", ForbiddenCharacter { code: 1 }, "\u{1}"),
        (
            "<string a=b>x</string>",
            Malformed { fault: "an attribute is not of the form name=\"value\"" },
            "<string a=b>",
        ),
        ("<string>a & b</string>", Malformed { fault: "an & begins no reference; write &amp;" }, ""),
        ("<dict></array>", MismatchedEnd { expected: "dict".into() }, ""),
    ];
    for (body, reason, place) in cases {
        let text = doc(body);
        let (found, at) = refused(&text);
        assert_eq!((found, at), (reason, place), "{body}");
    }
}

#[test]
fn outside_the_plist_element() {
    use ReadReason::*;
    assert_eq!(refused("").0, Empty);
    assert_eq!(refused(" \n\t").0, Empty);
    assert_eq!(refused("{ a = 1; }").0, UnknownFormat);
    assert_eq!(refused("plain text").0, UnknownFormat);
    assert_eq!(refused("<html/>").0, UnexpectedElement { name: "html".into() });
    assert_eq!(refused("<plist/>").0, NoValue);
    assert_eq!(refused("<plist><true/></plist><plist/>").0, UnexpectedElement { name: "plist".into() });
    assert_eq!(refused("<plist><true/></plist><true/>").0, MoreThanOneValue);
    assert_eq!(refused("<plist><true/></plist>junk").0, UnexpectedText);
    assert_eq!(refused("<true/><plist/>").0, UnexpectedElement { name: "plist".into() });
    assert_eq!(refused("</plist>").0, Malformed { fault: "an end tag closes nothing" });
    assert_eq!(refused("-----BEGIN PKCS7-----").0, Armour);
    assert_eq!(read(b"\x30\x80\x06\x09").unwrap_err().reason, Cms);
    assert_eq!(refused("<key>a</key>").0, UnexpectedElement { name: "key".into() });
}

#[test]
fn document_types_declare_nothing() {
    let subset = "<!DOCTYPE plist [<!ENTITY a \"lol\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>";
    let text = format!("{subset}<plist><string>&a;</string></plist>");
    assert_eq!(refused(&text), (ReadReason::InternalSubset, subset));
    assert_eq!(refused("<!DOCTYPE html><plist><true/></plist>").0, ReadReason::ForeignDocumentType);
    let late = refused("<plist><true/></plist><!DOCTYPE plist>").0;
    assert!(matches!(late, ReadReason::Malformed { .. }));
}

#[test]
fn every_truncation_is_an_error_at_the_end_or_a_whole_list() {
    let text = doc("<dict>\n<key>a</key>\n<array><string>x&amp;</string><data>AAEC</data></array>\n</dict>");
    let whole = text.trim_end().len();
    for cut in 0..whole {
        let part = &text[..cut];
        let error = read(part.as_bytes()).unwrap_err();
        assert!(error.span.start() <= error.span.end() && error.span.end() <= cut, "{cut}: {error:?}");
        if cut > HEAD.len() + "<plist version=\"1.0\">".len() {
            assert_eq!(error.span, Span::new(cut, cut), "{part}: {error:?}");
            assert!(matches!(error.reason, ReadReason::Truncated { .. }), "{part}: {error:?}");
        }
    }
    let cut = text.find("</array>").unwrap();
    let error = read(&text.as_bytes()[..cut]).unwrap_err();
    assert_eq!(error.reason, ReadReason::Truncated { element: "array".into() });
    assert_eq!(LineIndex::new(&text.as_bytes()[..cut]).position(error.span.start()).0, 5);
}

fn nested(levels: usize) -> String {
    doc(&format!("{}{}", "<array>".repeat(levels), "</array>".repeat(levels)))
}

#[test]
fn depth_is_bounded() {
    assert!(read(nested(DEPTH_MAX).as_bytes()).is_ok());
    let too_deep = ReadReason::TooDeep { limit: DEPTH_MAX };
    assert_eq!(refused(&nested(DEPTH_MAX + 1)).0, too_deep);
    assert_eq!(refused(&nested(20_000)).0, too_deep);
    let unclosed = format!("<plist>{}", "<dict><key>a</key>".repeat(20_000));
    assert_eq!(refused(&unclosed).0, too_deep);
    // A leaf counts as a level, in both formats.
    let leaf = |levels| doc(&format!("{}<true/>{}", "<array>".repeat(levels), "</array>".repeat(levels)));
    assert!(read(leaf(DEPTH_MAX - 1).as_bytes()).is_ok());
    assert_eq!(refused(&leaf(DEPTH_MAX)).0, too_deep);
}

#[test]
fn length_and_count_are_bounded() {
    let mut text = doc("<true/>").into_bytes();
    text.resize(DOCUMENT_BYTES_MAX, b' ');
    assert!(read(&text).is_ok());
    text.push(b' ');
    assert!(matches!(read(&text).unwrap_err().reason, ReadReason::TooLong { .. }));
    let many = |n: usize| doc(&format!("<array>{}</array>", "<true/>".repeat(n)));
    // The array itself counts too.
    let most = NODES_MAX - CONTAINER_NODES;
    assert!(read(many(most).as_bytes()).is_ok());
    assert_eq!(refused(&many(most + 1)).0, ReadReason::TooManyValues { limit: NODES_MAX });
    let nested = |n: usize| doc(&format!("<array>{}</array>", "<dict/>".repeat(n)));
    assert!(read(nested(most / CONTAINER_NODES).as_bytes()).is_ok());
    assert_eq!(
        refused(&nested(most / CONTAINER_NODES + 1)).0,
        ReadReason::TooManyValues { limit: NODES_MAX }
    );
}

#[test]
fn findings_are_bounded() {
    let duplicates = |n: usize| doc(&format!("<dict>{}</dict>", "<key>a</key><true/>".repeat(n + 1)));
    for (n, expected) in [(FINDINGS_MAX, FINDINGS_MAX), (FINDINGS_MAX + 1, FINDINGS_MAX)] {
        assert_eq!(read_with_findings(duplicates(n).as_bytes()).findings.len(), expected);
    }
}

/// Assembles a binary list of raw objects; each offset and reference is one byte.
fn binary(objects: &[&[u8]], top: u8) -> Vec<u8> {
    let mut bytes = b"bplist00".to_vec();
    let mut table = Vec::new();
    for object in objects {
        table.push(u8::try_from(bytes.len()).unwrap());
        bytes.extend_from_slice(object);
    }
    let start = bytes.len() as u64;
    bytes.extend(table);
    bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
    for number in [objects.len() as u64, u64::from(top), start] {
        bytes.extend(number.to_be_bytes());
    }
    bytes
}

fn binary_refused(bytes: &[u8]) -> ReadReason {
    read(bytes).unwrap_err().reason
}

#[test]
fn all_types_in_binary() {
    let bytes = binary(
        &[
            &[0xD1, 1, 2],
            b"\x51k",
            &[0xAF, 0x10, 14, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 4],
            &[0x08],
            &[0x09],
            &[0x10, 0xFF],
            &[0x13, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE],
            &[0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x22, 0x3F, 0xC0, 0, 0],
            &[0x23, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0],
            &[0x33, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x42, 1, 2],
            &[0x62, 0, 0xE9, 0x20, 0xAC],
            &[0x72, 0xC3, 0xA9],
            &[0x80, 5],
            &[0x5F, 0x11, 0, 1, b'z'],
        ],
        0,
    );
    let items: Vec<Value> = vec![
        false.into(),
        true.into(),
        255.into(),
        (-2).into(),
        u64::MAX.into(),
        1.5.into(),
        1.5.into(),
        Timestamp(978_307_200_000).into(),
        vec![1_u8, 2].into(),
        "é€".into(),
        "é".into(),
        Value::Uid(5),
        "z".into(),
        true.into(),
    ];
    let root = read(&bytes).unwrap();
    assert_eq!(root.value, Value::from(Dictionary::new().with("k", items)));
    assert_eq!(root.span, Span::new(8, 11));
}

#[test]
fn hostile_binaries_are_refused() {
    use ReadReason::*;
    assert_eq!(binary_refused(&binary(&[&[0xA1, 0]], 0)), Cycle);
    assert_eq!(binary_refused(&binary(&[&[0xA1, 1], &[0xD1, 2, 0], b"\x51k"], 0)), Cycle);
    let missing = ReferenceOutOfBounds { reference: 9, objects: 1 };
    assert_eq!(binary_refused(&binary(&[&[0xA1, 9]], 0)), missing);
    assert_eq!(binary_refused(&binary(&[&[0x09]], 1)), Trailer);
    // Counts that lie: 2^63 items, 255 bytes of data, a string past the end.
    assert_eq!(binary_refused(&binary(&[&[0xAF, 0x13, 0x80, 0, 0, 0, 0, 0, 0, 0]], 0)), ObjectOutOfBounds);
    assert_eq!(
        binary_refused(&binary(&[&[0xDF, 0x13, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]], 0)),
        ObjectOutOfBounds
    );
    assert_eq!(binary_refused(&binary(&[&[0x4F, 0x10, 255, 1]], 0)), ObjectOutOfBounds);
    assert_eq!(binary_refused(&binary(&[b"\x55abc"], 0)), ObjectOutOfBounds);
    assert_eq!(binary_refused(&binary(&[&[0x13, 1]], 0)), ObjectOutOfBounds);
    assert_eq!(binary_refused(&binary(&[&[0xAF, 0x55]], 0)), UnsupportedObject { marker: 0x55 });
    for marker in [0x00, 0x0F, 0x15, 0x21, 0x32, 0x90, 0xB0, 0xC0, 0xE0, 0xF0] {
        assert_eq!(binary_refused(&binary(&[&[marker]], 0)), UnsupportedObject { marker });
    }
    assert_eq!(binary_refused(&binary(&[&[0xD1, 1, 1], &[0x09]], 0)), KeyNotString);
    assert_eq!(binary_refused(&binary(&[b"\x51\x80"], 0)), InvalidEncoding { encoding: "US-ASCII" });
    assert_eq!(binary_refused(&binary(&[b"\x61\xD8\x00"], 0)), InvalidEncoding { encoding: "UTF-16" });
    assert_eq!(binary_refused(&binary(&[b"\x71\xFF"], 0)), InvalidEncoding { encoding: "UTF-8" });
    let nan = [0x33, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0];
    assert_eq!(binary_refused(&binary(&[&nan], 0)), InvalidScalar { expected: "date" });
    let huge = [&[0x14][..], &[0x7F; 16]].concat();
    assert_eq!(binary_refused(&binary(&[&huge], 0)), IntegerOutOfRange);
    // Offsets that lie: into the header, into the table.
    for offset in [0, 7, 9] {
        let mut bytes = binary(&[&[0x09]], 0);
        bytes[9] = offset;
        assert_eq!(binary_refused(&bytes), ObjectOutOfBounds);
    }
    // A trailer that lies in each field.
    let good = binary(&[&[0x09]], 0);
    let end = good.len();
    for at in [end - 26, end - 25, end - 24, end - 16, end - 8] {
        let mut bytes = good.clone();
        bytes[at] = 0xFF;
        assert_eq!(binary_refused(&bytes), Trailer, "byte {at}");
    }
    for cut in 0..end {
        assert!(read(&good[..cut]).is_err());
    }
}

#[test]
fn binary_depth_is_bounded() {
    let chain = |levels: usize| {
        let mut objects: Vec<Vec<u8>> = (1..levels).map(|n| vec![0xA1, u8::try_from(n).unwrap()]).collect();
        objects.push(vec![0xA0]);
        binary(&objects.iter().map(Vec::as_slice).collect::<Vec<_>>(), 0)
    };
    assert!(read(&chain(DEPTH_MAX)).is_ok());
    assert_eq!(binary_refused(&chain(DEPTH_MAX + 1)), ReadReason::TooDeep { limit: DEPTH_MAX });
}

#[test]
fn shared_objects_unfold_within_bounds() {
    // Each level refers ten times to the next: 10^7 values from a hundred bytes.
    let mut objects: Vec<Vec<u8>> = (1..8).map(|n| [&[0xAA][..], &[n; 10]].concat()).collect();
    objects.push(vec![0x09]);
    let bomb = binary(&objects.iter().map(Vec::as_slice).collect::<Vec<_>>(), 0);
    assert_eq!(binary_refused(&bomb), ReadReason::TooManyValues { limit: NODES_MAX });
    // The same with one long text.
    let text = [&[0x5F, 0x10, 100][..], &[b'x'; 100]].concat();
    let mut objects: Vec<Vec<u8>> = (1..7).map(|n| [&[0xAA][..], &[n; 10]].concat()).collect();
    objects.push(text);
    let bomb = binary(&objects.iter().map(Vec::as_slice).collect::<Vec<_>>(), 0);
    assert_eq!(binary_refused(&bomb), ReadReason::TooMuchContent { limit: BINARY_CONTENT_BYTES_MAX });
}

fn sample() -> String {
    doc("<dict><key>PayloadContent</key><array><dict><key>Host</key><string>mail.example &amp; co</string>\
         <key>SSL</key><true/><key>n</key><integer>0x1F</integer><key>r</key><real>1.5</real>\
         <key>d</key><data>AAEC</data><key>t</key><date>2026-11-02T08:00:00Z</date></dict></array></dict>")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = crate::parse(&bytes);
        let _ = read(&[b"bplist00".as_slice(), &bytes].concat());
        let _ = read(&[b"<plist>".as_slice(), &bytes].concat());
    }

    #[test]
    fn mutated_xml_is_read_or_refused(edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..8)) {
        let mut bytes = sample().into_bytes();
        mutate(&mut bytes, &edits);
        check(&bytes);
    }

    #[test]
    fn mutated_utf16_is_read_or_refused(edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4)) {
        let mut bytes: Vec<u8> = format!("\u{FEFF}{}", sample().replace("UTF-8", "UTF-16"))
            .encode_utf16().flat_map(u16::to_le_bytes).collect();
        mutate(&mut bytes, &edits);
        check(&bytes);
    }

    #[test]
    fn mutated_binary_is_read_or_refused(edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..8)) {
        let mut bytes = binary(&[&[0xD2, 1, 2, 3, 4], b"\x51a", b"\x51b", &[0xA2, 4, 5], &[0x11, 1, 0], b"\x62\x00a\x00b", &[0x42, 1, 2]], 0);
        mutate(&mut bytes, &edits);
        check(&bytes);
    }
}

fn mutate(bytes: &mut Vec<u8>, edits: &[(prop::sample::Index, u8, u8)]) {
    for (index, byte, kind) in edits {
        if bytes.is_empty() {
            return;
        }
        let at = index.index(bytes.len());
        match kind {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.remove(at)),
            _ => bytes[at] ^= 1 << (byte % 8),
        }
    }
}

/// Reads, and checks that every place is inside the document.
fn check(bytes: &[u8]) {
    let (profile, mut findings) = crate::parse(bytes);
    findings.extend(crate::lint(&profile, crate::OsVersion::new(17, 0, 0), &[], Timestamp(0)));
    let lines = LineIndex::new(bytes);
    for finding in &findings {
        let span = finding.span.unwrap();
        assert!(span.start() <= span.end() && span.end() <= bytes.len(), "{finding:?} of {}", bytes.len());
        lines.position(span.start());
    }
}
