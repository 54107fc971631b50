use super::*;
use crate::{ListedAccount, Service};
use std::fmt::Write as _;

const CX: Context<'static> = Context { now: smime::Timestamp(0), crypto: &crypto::AwsLc };

#[allow(clippy::disallowed_methods)] // a test reads its fixtures
fn fixture(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/evidence/");
    std::fs::read(format!("{path}{name}")).unwrap()
}

fn one(kind: Kind, bytes: &[u8]) -> Fact {
    assert_eq!(detect(bytes), Some(kind));
    let mut reading = read(&CX, kind, bytes).unwrap();
    assert_eq!(reading.facts.len(), 1);
    reading.facts.remove(0).fact
}

#[test]
fn profiles_are_read_with_what_is_listed() {
    let Fact::Profiles { profiles } = one(Kind::Mdm, &fixture("profile-list.plist")) else { panic!() };
    let mail = &profiles[0];
    assert_eq!(mail.identifier, "example.contoso.contoso-mail");
    assert_eq!(mail.managed, Some(true));
    let payloads = mail.payloads.as_ref().unwrap();
    assert!(payloads.iter().any(|p| p.payload_type.as_deref() == Some("com.apple.eas.account")));
}

#[test]
fn certificates_are_told_by_what_is_public() {
    let Fact::Certificates { certificates } = one(Kind::Mdm, &fixture("certificate-list.plist")) else {
        panic!()
    };
    let signing = certificates.iter().find(|c| c.subject.contains("Alice Signing")).unwrap();
    assert!(signing.identity && signing.signs == Some(true) && signing.encrypts == Some(false));
    assert_eq!(
        (signing.serial.as_str(), &signing.emails[..]),
        ("2001", &["alice@contoso.example".to_owned()][..])
    );
}

#[test]
fn passcode_apps_and_failures_are_read() {
    let Fact::Security(security) = one(Kind::Mdm, &fixture("security-info.plist")) else { panic!() };
    assert_eq!(security.passcode_compliant_with_profiles, Some(true));
    let Fact::ManagedApps { apps } = one(Kind::Mdm, &fixture("managed-application-list.plist")) else {
        panic!()
    };
    assert_eq!(apps[0].identifier, "com.microsoft.Office.Outlook");
    assert_eq!(apps[0].has_configuration, Some(true));
    let Fact::CommandFailed { status, error_chain } = one(Kind::Mdm, &fixture("install-profile-error.plist"))
    else {
        panic!()
    };
    assert_eq!(status, "Error");
    assert_eq!(error_chain.last(), Some(&("MCEASErrorDomain".to_owned(), 21_005)));
}

#[test]
fn declarative_status_lists_accounts_without_those_removed() {
    let reading = read(&CX, Kind::Ddm, &fixture("ddm-status.json")).unwrap();
    let accounts = reading.facts.iter().find_map(|f| match &f.fact {
        Fact::ListedAccounts { accounts, .. } => Some(accounts.clone()),
        _ => None,
    });
    let [ListedAccount { host, services, .. }] = &accounts.unwrap()[..] else { panic!() };
    assert_eq!(host.as_deref(), Some("mail.contoso.example"));
    assert_eq!(services.get(&Service::Mail), Some(&true));
    assert!(matches!(&reading.facts[0].fact, Fact::Device(d) if d.ios.as_deref() == Some("17.5")));
}

#[test]
fn messages_tell_who_signed_and_to_whom() {
    let Fact::Message(signed) = one(Kind::Mail, &fixture("signed.eml")) else { panic!() };
    assert!(signed.signed && !signed.encrypted && signed.signers[0].intact);
    assert_eq!(signed.micalg.as_deref(), Some("sha-256"));
    assert_eq!(signed.signers[0].serial.as_deref(), Some("2001"));
    let Fact::Message(encrypted) = one(Kind::Mail, &fixture("encrypted.eml")) else { panic!() };
    assert!(encrypted.encrypted && !encrypted.signed);
    assert_eq!(encrypted.recipients[0].serial.as_deref(), Some("2002"));
    assert_eq!(encrypted.cipher.as_deref(), Some("aes-256-cbc"));
    let Fact::Message(plain) = one(Kind::Mail, &fixture("plain.eml")) else { panic!() };
    assert!(!plain.signed && !plain.encrypted);
}

#[test]
fn a_changed_message_is_signed_but_not_intact() {
    let text = String::from_utf8(fixture("signed.eml")).unwrap().replacen("Quarter", "quarter", 1);
    let Fact::Message(changed) = one(Kind::Mail, text.as_bytes()) else { panic!() };
    assert!(changed.signed && !changed.signers[0].intact);
}

#[test]
fn reports_of_intune_are_read_in_every_shape() {
    let whole = fixture("intune-report.json");
    let facts = read(&CX, Kind::Intune, &whole).unwrap().facts;
    let value: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    let list = value["value"].to_string();
    assert_eq!(read(&CX, Kind::Intune, list.as_bytes()).unwrap().facts, facts);
    let single = value["value"][0].to_string();
    assert_eq!(read(&CX, Kind::Intune, single.as_bytes()).unwrap().facts, facts[..1]);
    assert_eq!(detect(single.as_bytes()), Some(Kind::Intune));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let ddm = |text: &str| read(&CX, Kind::Ddm, text.as_bytes()).unwrap_err().to_string();
    assert_eq!(ddm("{"), "line 1, column 1: it is no valid JSON");
    assert_eq!(ddm("{}"), "StatusItems: it is missing");
    assert_eq!(
        ddm(r#"{"StatusItems":{"account":{"list":{"exchange":[{"identifier":"a","is-mail-enabled":1}]}}}}"#),
        "StatusItems.account.list.exchange[0].is-mail-enabled: true or false is expected there"
    );
    let intune = read(&CX, Kind::Intune, br#"{"value":[{"state":"x","settingStates":[{"state":"y"}]}]}"#);
    assert_eq!(intune.unwrap_err().to_string(), "value[0].settingStates[0].setting: it is missing");
    let mdm = |text: &str| read(&CX, Kind::Mdm, text.as_bytes()).unwrap_err().to_string();
    assert!(mdm("<plist><dict><key>Status</key><string>Idle</string></dict></plist>").contains("no command"));
    assert_eq!(
        mdm("<plist><dict><key>ProfileList</key><array><dict/></array></dict></plist>"),
        "ProfileList[0].PayloadIdentifier: it is missing"
    );
    assert!(mdm("<plist><dict>").starts_with("line 1"));
    assert!(matches!(read(&CX, Kind::Mail, b"Subject: x\r\n\r\n"), Err(ReadError::Missing { .. })));
    assert_eq!(detect(b"MZ\x90"), None);
    assert_eq!(detect(b""), None);
    assert_eq!(detect(b"{}"), None);
}

#[test]
fn lists_have_a_bound() {
    let reports = |count: usize| {
        let mut text = String::from("[");
        for i in 0..count {
            let _ = write!(text, "{}{{\"state\":\"compliant\"}}", if i > 0 { "," } else { "" });
        }
        text.push(']');
        read(&CX, Kind::Intune, text.as_bytes())
    };
    assert_eq!(reports(MAX_ITEMS).unwrap().facts.len(), MAX_ITEMS);
    assert!(
        matches!(reports(MAX_ITEMS + 1), Err(ReadError::TooMany { count, .. }) if count == MAX_ITEMS + 1)
    );
    let profiles = |count: usize| {
        let item = "<dict><key>PayloadIdentifier</key><string>a</string></dict>".repeat(count);
        let text = format!("<plist><dict><key>ProfileList</key><array>{item}</array></dict></plist>");
        read(&CX, Kind::Mdm, text.as_bytes())
    };
    assert!(profiles(MAX_ITEMS).is_ok());
    assert!(matches!(profiles(MAX_ITEMS + 1), Err(ReadError::TooMany { .. })));
    let spaces = vec![b' '; MAX_RAW_OCTETS as usize + 1];
    assert!(matches!(read(&CX, Kind::Ddm, &spaces), Err(ReadError::TooLarge { .. })));
    assert!(matches!(read(&CX, Kind::Ddm, &spaces[1..]), Err(ReadError::Json { .. })));
    let deep = "[".repeat(200);
    assert!(matches!(read(&CX, Kind::Intune, deep.as_bytes()), Err(ReadError::TooDeep { .. })));
}

#[test]
fn kinds_are_called_as_their_sources_call_them() {
    for (name, kind) in [
        ("ProfileList", Kind::Mdm),
        ("certificate-list", Kind::Mdm),
        ("ddm-status", Kind::Ddm),
        ("eml", Kind::Mail),
    ] {
        assert_eq!(name.parse(), Ok(kind));
    }
    for kind in Kind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    assert_eq!("other".parse::<Kind>(), Err(UnknownKind));
}

#[test]
fn a_status_report_tells_changes_unless_it_is_whole() {
    let listed = |text: &str| match one(Kind::Ddm, text.as_bytes()) {
        Fact::ListedAccounts { accounts, partial, removed } => (accounts.len(), partial, removed),
        other => panic!("{other:?}"),
    };
    let report = |list: &str, rest: &str| {
        listed(&format!(r#"{{"StatusItems": {{"account": {{"list": {{"exchange": {list}}}}}}}{rest}}}"#))
    };
    assert_eq!(report("[]", ""), (0, true, vec![]));
    assert_eq!(report("[]", r#", "FullReport": true"#), (0, false, vec![]));
    let gone = r#"[{"identifier": "Z", "_removed": true}]"#;
    assert_eq!(report(gone, r#", "FullReport": false"#), (0, true, vec!["Z".to_owned()]));
}

#[test]
fn what_is_told_twice_or_too_deep_is_refused_with_its_place() {
    let error = |text: &[u8]| read(&CX, Kind::Ddm, text).unwrap_err();
    let twice = br#"{"StatusItems": {"a": 1,
 "a": 2}}"#;
    assert!(matches!(error(twice), ReadError::Duplicate { line: 2, .. }), "{}", error(twice));
    let answer = b"<plist version=\"1.0\"><dict><key>QueryResponses</key><dict>\n<key>OSVersion</key><string>17.5</string>\n\
        <key>OSVersion</key><string>12.0</string></dict></dict></plist>";
    let error_of = |text: &[u8]| read(&CX, Kind::Mdm, text).unwrap_err();
    assert!(matches!(error_of(answer), ReadError::Duplicate { .. }), "{}", error_of(answer));
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes();
    assert!(matches!(error(&nested(127)), ReadError::WrongType { .. }));
    assert!(matches!(error(&nested(128)), ReadError::TooDeep { .. }));
    assert!(matches!(error(b"{"), ReadError::Json { line: 1, .. }));
}

#[test]
fn utf_16_is_read_as_powershell_writes_it() {
    let text = String::from_utf8(fixture("intune-report.json")).unwrap();
    let plain = read(&CX, Kind::Intune, text.as_bytes()).unwrap().facts;
    for (mark, octets) in
        [([0xFF, 0xFE], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xFE, 0xFF], u16::to_be_bytes)]
    {
        let mut bytes = mark.to_vec();
        bytes.extend(text.encode_utf16().flat_map(octets));
        assert_eq!(detect(&bytes), Some(Kind::Intune));
        assert_eq!(read(&CX, Kind::Intune, &bytes).unwrap().facts, plain);
        bytes.pop();
        assert_eq!(read(&CX, Kind::Intune, &bytes), Err(ReadError::Encoding));
    }
}
