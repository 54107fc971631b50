//! The code pages against the facts they were taken from, and against another implementation.
//!
//! Both need things that are not part of the crate: `HANDSET_FACTS` names the folder of the facts (else the
//! usual places are tried), `wbxml2xml` comes from the Debian package libwbxml2-utils. What is missing is
//! skipped by name; under `HANDSET_REQUIRE_PEERS=1` it fails instead.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test looks outside on purpose")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use wire::wbxml::{self, Element, Tag};

fn skip(what: &str) {
    assert!(std::env::var_os("HANDSET_REQUIRE_PEERS").is_none_or(|v| v != "1"), "{what} is required");
    eprintln!("SKIPPED: {what} is missing");
}

fn facts() -> Option<serde_json::Value> {
    let root = std::env::var_os("HANDSET_FACTS").map(PathBuf::from);
    let above = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = root.into_iter().chain(above.flat_map(|dir| [dir.join("facts"), dir.join("shared/facts")]));
    let path = found.map(|dir| dir.join("eas/wbxml-codepages.json")).find(|path| path.is_file())?;
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

#[test]
fn every_token_is_that_of_the_facts() {
    let Some(facts) = facts() else { return skip("facts/eas/wbxml-codepages.json") };
    let mut expected = BTreeMap::new();
    for page in facts["pages"].as_array().unwrap() {
        let number = u8::try_from(page["page"].as_u64().unwrap()).unwrap();
        for (list, current) in [("tokens", true), ("legacy_tokens", false)] {
            for (token, name) in page[list].as_object().into_iter().flatten() {
                let token = u8::from_str_radix(token.trim_start_matches("0x"), 16).unwrap();
                let namespace = page["namespace"].as_str().unwrap();
                expected.insert((number, token), (namespace, name.as_str().unwrap(), current));
            }
        }
    }
    let mut ours = BTreeMap::new();
    for (tag, current) in Tag::all() {
        let element = Element::text(tag, "x");
        let read = wbxml::decode(&wbxml::encode(&element).unwrap()).unwrap();
        assert_eq!(read, element);
        let key = (read.tag.page(), read.tag.token());
        assert_eq!(ours.insert(key, (tag.namespace().unwrap(), tag.name().unwrap(), current)), None);
    }
    assert_eq!(ours.len(), 653);
    assert_eq!(ours, expected);
}

/// What libwbxml 0.11.8 does not know: page 25 and a few late tokens.
fn unknown_to_libwbxml(tag: Tag) -> bool {
    matches!((tag.page(), tag.token()), (25, _) | (14, 0x3b) | (8, 0x10..=0x11) | (4, 0x2b..=0x32))
}

#[test]
fn another_implementation_reads_every_token() {
    let tool = Command::new("wbxml2xml").arg("-h").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if tool.is_err() {
        return skip("wbxml2xml");
    }
    let variants: BTreeMap<String, Vec<String>> = facts()
        .iter()
        .flat_map(|facts| facts["spelling_variants"].as_array().cloned().unwrap_or_default())
        .map(|entry| {
            let also = entry["also_seen_as"].as_array().into_iter().flatten();
            (
                format!("{}/{}", entry["page"], entry["token"].as_str().unwrap_or_default()),
                also.filter_map(|name| name.as_str().map(Into::into)).collect(),
            )
        })
        .collect();
    let mut wrong = Vec::new();
    for (tag, current) in Tag::all().filter(|(tag, _)| !unknown_to_libwbxml(*tag)) {
        if !current {
            continue;
        }
        let document = wbxml::encode(&Element::text(tag, "x")).unwrap();
        let mut child = Command::new("wbxml2xml")
            .args(["-l", "ACTIVESYNC", "-o", "-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&document).unwrap();
        let output = child.wait_with_output().unwrap();
        let xml = String::from_utf8_lossy(&output.stdout).into_owned();
        let key = format!("{}/0x{:02X}", tag.page(), tag.token());
        let names = variants.get(&key).into_iter().flatten().map(String::as_str).chain(tag.name());
        let written = root_name(&xml).unwrap_or_default();
        let old_name = key == "14/0x10" && written == "DeviceEncryptionEnabled";
        let known = old_name || names.into_iter().any(|name| plain(name) == plain(written));
        if !known || !output.status.success() {
            wrong.push(format!("{tag} is {written:?}: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The name of the root element, which follows the document type.
fn root_name(xml: &str) -> Option<&str> {
    let (_, rest) = xml.split_once("<!DOCTYPE")?;
    let (_, rest) = rest.split_once('<')?;
    rest.split([' ', '>', '/']).next()
}

/// Names without what libwbxml spells differently: hyphens and case.
fn plain(name: &str) -> String {
    name.replace('-', "").to_ascii_lowercase()
}
