//! The code pages against the facts they were taken from, and against another implementation.
//!
//! Both need things that are not part of the crate and are skipped by name when missing: `HANDSET_FACTS` names the
//! folder of the facts (else the usual places are tried); `wbxml2xml` comes from the Debian package
//! libwbxml2-utils, and `HANDSET_REQUIRE_PEERS=1` makes its absence a failure.
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
    let Some(facts) = facts() else {
        eprintln!("SKIPPED: facts/eas/wbxml-codepages.json is missing");
        return;
    };
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
        let written = root_name(&xml).unwrap_or_default();
        // `Recurrence_Type` stands for Type, `Attendee_Status` for AttendeeStatus.
        let short = written.split_once('_').map_or(written, |(_, rest)| rest);
        let known = tag
            .name()
            .is_some_and(|name| [short, written].iter().any(|other| plain(tag, name) == plain(tag, other)));
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

/// A name in the spelling that both share: libwbxml hyphenates, and kept some names of older drafts.
fn plain(tag: Tag, name: &str) -> String {
    let name = match (tag.page(), name) {
        (1, "AssistantTelephoneNumber") => "AssistantPhoneNumber",
        (2, "FlagStatus") => "Status",
        (14, "DeviceEncryptionEnabled") => "RequireStorageCardEncryption",
        (18, "ihsManagementInformation") => "RightsManagementInformation",
        (24, "RMOwner") => "Owner",
        (24, "RemoveRightsManagementDistribution") => "RemoveRightsManagementProtection",
        (21, "ForwardeeName") => "Name",
        (21, "ForwardeeEmail") => "Email",
        _ => name,
    };
    let name = name.replace(['-', '_'], "").to_ascii_lowercase();
    if tag.page() == 1 { name.replace("address", "") } else { name }
}
