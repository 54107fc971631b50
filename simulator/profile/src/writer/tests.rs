//! What is written reads back, here and in another implementation.

use super::*;
use crate::plist::{self, Dictionary, Value};
use proptest::prelude::*;

#[test]
fn the_layout_is_that_of_apples_tools() {
    let value = Value::from(
        Dictionary::new()
            .with("b", "x<y> & z")
            .with("a", true)
            .with("list", Value::array([1, -2]))
            .with("none", Dictionary::new())
            .with("empty", Vec::<Value>::new())
            .with("d", vec![0_u8; 60])
            .with("r", 1.5),
    );
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
\t<key>b</key>
\t<string>x&lt;y&gt; &amp; z</string>
\t<key>a</key>
\t<true/>
\t<key>list</key>
\t<array>
\t\t<integer>1</integer>
\t\t<integer>-2</integer>
\t</array>
\t<key>none</key>
\t<dict/>
\t<key>empty</key>
\t<array/>
\t<key>d</key>
\t<data>
\tAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
\tAAAAAAAAAAAA
\t</data>
\t<key>r</key>
\t<real>1.5</real>
</dict>
</plist>
";
    assert_eq!(String::from_utf8(write_xml(&value)).unwrap(), expected);
}

#[test]
fn what_cannot_be_held_is_brought_near() {
    let value = Value::from(
        Dictionary::new()
            .with("n", u64::MAX)
            .with("t", Timestamp(1_999))
            .with("far", Timestamp(i64::MAX))
            .with("s", "a\u{1}b\rc"),
    );
    let near = |s: &str| {
        Dictionary::new()
            .with("n", u64::MAX)
            .with("t", Timestamp(1_000))
            .with("far", Timestamp(Timestamp::MAX.0 - 999))
            .with("s", s)
    };
    assert_eq!(plist::read(&write_xml(&value)).unwrap().value, Value::from(near("a\u{FFFD}b\rc")));
    assert_eq!(plist::read(&write_binary(&value)).unwrap().value, Value::from(near("a\u{1}b\rc")));
    for real in [f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, -0.0] {
        for bytes in [write_xml(&Value::Real(real)), write_binary(&Value::Real(real))] {
            assert_eq!(plist::read(&bytes).unwrap().value, Value::Real(real));
        }
    }
    assert!(
        plist::read(&write_xml(&Value::Real(f64::NAN))).unwrap().value.as_number().is_some_and(f64::is_nan)
    );
    let uid = plist::read(&write_xml(&Value::Uid(3))).unwrap().value;
    assert_eq!(uid, Value::from(Dictionary::new().with("CF$UID", 3)));
    assert_eq!(plist::read(&write_binary(&Value::Uid(3))).unwrap().value, Value::Uid(3));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("nan equals nothing", |n| !n.is_nan()).prop_map(Value::from),
        "[\\PC\\t\\r\\n]{0,24}".prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(Value::from),
        (-62_167_219_200_i64..253_402_300_800).prop_map(|s| Value::from(Timestamp(s * 1000))),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec(("\\PC{0,8}", inner), 0..6).prop_map(|pairs| Value::from(
                pairs.into_iter().fold(Dictionary::new(), |d, (k, v)| d.with(k, v))
            )),
        ]
    })
}

/// The other implementation's view of a value, to compare with.
fn foreign_xml(bytes: &[u8]) -> ::plist::Value {
    ::plist::Value::from_reader(std::io::Cursor::new(bytes)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn written_values_read_back(value in values()) {
        let (xml, binary) = (write_xml(&value), write_binary(&value));
        prop_assert_eq!(&plist::read(&xml).unwrap().value, &value);
        prop_assert_eq!(&plist::read(&binary).unwrap().value, &value);
        prop_assert_eq!(foreign_xml(&xml), foreign_xml(&binary));
    }

    #[test]
    fn edited_output_never_panics(value in values(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for mut bytes in [write_xml(&value), write_binary(&value)] {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = crate::parse(&bytes);
            bytes.truncate(at);
            // The last line feed is all that may be missing.
            prop_assert!(plist::read(&bytes).is_err() || bytes.ends_with(b"</plist>"));
        }
    }
}
