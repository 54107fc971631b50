//! A configuration profile: its own keys and its payloads.

use crate::plist::{self, Dictionary, Format, Node, ReadReason, Value};
use crate::{Finding, Payload, Root, Severity, Timestamp};
use std::sync::Arc;

/// A profile as it was read. Parsing never fails; what could not be read is empty here and a finding beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The syntax of the document.
    pub format: Format,
    /// The root value; none if the bytes are no property list.
    pub root: Option<Arc<Root>>,
    /// The dictionaries of PayloadContent in order, which they share with the root; empty for an encrypted profile.
    pub payloads: Vec<Payload>,
}

const TOP: &str = "apple/device-management, TopLevel.yaml";

/// Reads a profile, XML or binary. A signed or encrypted one must be unwrapped first; spans refer to the bytes
/// handed in. Never fails: unreadable bytes give a profile without root and an Error finding, `plist-unreadable`.
pub fn parse(bytes: &[u8]) -> (Profile, Vec<Finding>) {
    let reading = plist::read_with_findings(bytes);
    let mut findings = reading.findings;
    let root = match reading.root {
        Ok(root) => Arc::new(Root::new(root)),
        Err(error) => {
            findings.push(unreadable(&error));
            return (Profile::default(), findings);
        }
    };
    let payloads = if root.value.as_dictionary().is_some() {
        payloads_in(&root, &mut findings)
    } else {
        findings.push(not_a_dictionary(&root));
        Vec::new()
    };
    (Profile { format: reading.format, root: Some(root), payloads }, findings)
}

/// The payloads of a profile's root, or of a root that is an array of them. A PayloadContent of another type than array is
/// a type error of the schema, an absent one a missing key.
pub(crate) fn payloads_in(root: &Arc<Root>, findings: &mut Vec<Finding>) -> Vec<Payload> {
    let items = root.items();
    let is_dictionary = |node: &&Node| node.value.as_dictionary().is_some();
    let mut payloads = Vec::with_capacity(items.iter().filter(is_dictionary).count());
    for (index, node) in items.iter().enumerate() {
        match Payload::within(root, index) {
            Some(payload) => payloads.push(payload),
            None if findings.len() < plist::FINDINGS_MAX => findings.push(
                Finding::new(
                    "payload-not-a-dictionary",
                    Severity::Error,
                    format!("item {index} of PayloadContent is {}, not dict", node.value.type_name()),
                    TOP,
                )
                .at(node.span),
            ),
            None => {}
        }
    }
    payloads
}

fn unreadable(error: &plist::ReadError) -> Finding {
    let finding =
        Finding::new("plist-unreadable", Severity::Error, error.to_string(), "PropertyList-1.0.dtd (Apple)")
            .at(error.span);
    match &error.reason {
        ReadReason::Cms => finding.help("unwrap the signature or decrypt it first"),
        ReadReason::Armour => finding.help("write a signed profile in binary form, DER"),
        ReadReason::InternalSubset | ReadReason::UnknownEntity { .. } => finding.help(
            "write the text itself; only &amp; &lt; &gt; &quot; &apos; and numeric references are read",
        ),
        ReadReason::Truncated { .. } => finding.help("the end of the document is missing; get it again"),
        _ => finding,
    }
}

fn not_a_dictionary(root: &Node) -> Finding {
    let found = root.value.type_name();
    let message = format!("the root of the profile is {found}, not dict");
    Finding::new("profile-not-a-dictionary", Severity::Error, message, TOP).at(root.span)
}

impl Profile {
    /// Makes a profile of its root dictionary, outside any document.
    pub fn from_dictionary(root: Dictionary) -> Profile {
        let root = Arc::new(Root::new(Node::from(Value::Dictionary(root))));
        let payloads = payloads_in(&root, &mut Vec::new());
        Profile { format: Format::Xml, root: Some(root), payloads }
    }

    /// The profile with the payloads of a decrypted EncryptedPayloadContent: an array property list, read here.
    /// The payloads' spans refer to those inner bytes (Configuration Profile Reference, "Encrypted Profiles").
    pub fn with_decrypted_content(mut self, content: &[u8]) -> (Profile, Vec<Finding>) {
        let reading = plist::read_with_findings(content);
        let mut findings = reading.findings;
        match reading.root {
            Err(error) => findings.push(unreadable(&error)),
            Ok(node) if node.value.as_array().is_some() => {
                self.payloads = payloads_in(&Arc::new(Root::new(node)), &mut findings);
            }
            Ok(node) => findings.push(
                Finding::new(
                    "encrypted-content-not-an-array",
                    Severity::Error,
                    format!("the decrypted content is {}, not array", node.value.type_name()),
                    "Configuration Profile Reference, Encrypted Profiles",
                )
                .at(node.span),
            ),
        }
        (self, findings)
    }

    /// True if a property list was read; it need not be a sensible profile.
    pub fn is_readable(&self) -> bool {
        self.root.is_some()
    }

    /// The top-level keys, if the root is a dictionary.
    pub fn dictionary(&self) -> Option<&Dictionary> {
        self.root.as_ref().and_then(|node| node.value.as_dictionary())
    }

    /// The value of a top-level key.
    pub fn key(&self, key: &str) -> Option<&Node> {
        self.root.as_ref().and_then(|root| root.key(key))
    }

    /// The string under a top-level key; none if absent or no string, as with all accessors of this kind.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.key(key).and_then(|node| node.value.as_str())
    }

    /// PayloadIdentifier: installing another profile of the same identifier replaces this one.
    pub fn identifier(&self) -> Option<&str> {
        self.str("PayloadIdentifier")
    }

    /// PayloadUUID; its form is free.
    pub fn uuid(&self) -> Option<&str> {
        self.str("PayloadUUID")
    }

    /// PayloadType, which must be `Configuration`.
    pub fn payload_type(&self) -> Option<&str> {
        self.str("PayloadType")
    }

    /// PayloadDisplayName.
    pub fn display_name(&self) -> Option<&str> {
        self.str("PayloadDisplayName")
    }

    /// PayloadDescription.
    pub fn description(&self) -> Option<&str> {
        self.str("PayloadDescription")
    }

    /// PayloadOrganization.
    pub fn organization(&self) -> Option<&str> {
        self.str("PayloadOrganization")
    }

    /// PayloadVersion, which must be 1.
    pub fn version(&self) -> Option<i64> {
        self.key("PayloadVersion")?.value.as_integer().and_then(|number| i64::try_from(number).ok())
    }

    /// PayloadRemovalDisallowed.
    pub fn removal_disallowed(&self) -> Option<bool> {
        self.key("PayloadRemovalDisallowed")?.value.as_boolean()
    }

    /// RemovalDate.
    pub fn removal_date(&self) -> Option<Timestamp> {
        self.key("RemovalDate")?.value.as_date()
    }

    /// DurationUntilRemoval, in seconds.
    pub fn duration_until_removal_seconds(&self) -> Option<f64> {
        self.key("DurationUntilRemoval")?.value.as_number()
    }

    /// IsEncrypted; false when absent.
    pub fn is_encrypted(&self) -> bool {
        self.key("IsEncrypted").and_then(|node| node.value.as_boolean()).unwrap_or(false)
    }

    /// EncryptedPayloadContent, a CMS EnvelopedData.
    pub fn encrypted_content(&self) -> Option<&[u8]> {
        self.key("EncryptedPayloadContent")?.value.as_data()
    }

    /// ConsentText: language and text, in order.
    pub fn consent_texts(&self) -> Vec<(&str, &str)> {
        let texts = self.key("ConsentText").and_then(|node| node.value.as_dictionary());
        texts
            .into_iter()
            .flat_map(Dictionary::effective)
            .filter_map(|entry| Some((&*entry.key, entry.node.value.as_str()?)))
            .collect()
    }

    /// The payload of that PayloadUUID, compared without regard to case; the first if several have it.
    pub fn payload_by_uuid(&self, uuid: &str) -> Option<&Payload> {
        self.payloads.iter().find(|payload| payload.uuid().is_some_and(|u| u.eq_ignore_ascii_case(uuid)))
    }

    /// The payloads of a type, in order.
    pub fn payloads_of<'a>(&'a self, payload_type: &'a str) -> impl Iterator<Item = &'a Payload> {
        self.payloads.iter().filter(move |payload| payload.is(payload_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(body: &str) -> Vec<u8> {
        format!("<plist version=\"1.0\">{body}</plist>").into_bytes()
    }

    #[test]
    fn a_profile_and_its_payloads() {
        let bytes = xml(
            "<dict><key>PayloadIdentifier</key><string>a.b</string><key>PayloadVersion</key><integer>1</integer>\
            <key>PayloadRemovalDisallowed</key><true/><key>PayloadContent</key><array><true/><dict>\
            <key>PayloadUUID</key><string>abc</string><key>PayloadType</key><string>com.apple.eas.account</string></dict></array>\
            <key>ConsentText</key><dict><key>nl</key><string>Mag dit?</string></dict></dict>",
        );
        let (profile, findings) = parse(&bytes);
        assert!(profile.is_readable());
        assert_eq!(profile.format, Format::Xml);
        assert_eq!(profile.identifier(), Some("a.b"));
        assert_eq!(profile.version(), Some(1));
        assert_eq!(profile.removal_disallowed(), Some(true));
        assert_eq!(profile.consent_texts(), [("nl", "Mag dit?")]);
        assert_eq!(profile.payloads.len(), 1);
        assert_eq!(profile.payload_by_uuid("ABC").map(|p| p.index), Some(1));
        assert_eq!(profile.payloads_of("com.apple.eas.account").count(), 1);
        let rules: Vec<_> = findings.iter().map(|f| f.rule).collect();
        assert_eq!(rules, ["payload-not-a-dictionary"]);
        let span = profile.payloads[0].span;
        assert!(bytes[span.start()..span.end()].starts_with(b"<dict><key>PayloadUUID"));
    }

    #[test]
    fn unreadable_and_odd_roots() {
        let (profile, findings) = parse(b"\x30\x82\x01\x00signed");
        assert!(!profile.is_readable() && profile.format == Format::Unreadable);
        assert_eq!(
            findings.iter().map(|f| (f.rule, f.severity)).collect::<Vec<_>>(),
            [("plist-unreadable", Severity::Error)]
        );
        let (profile, findings) = parse(&xml("<array/>"));
        assert!(profile.is_readable() && profile.payloads.is_empty() && profile.identifier().is_none());
        assert_eq!(findings[0].rule, "profile-not-a-dictionary");
    }

    #[test]
    fn decrypted_content_is_an_array() {
        let (profile, _) = parse(&xml("<dict><key>IsEncrypted</key><true/></dict>"));
        assert!(profile.is_encrypted());
        let (profile, findings) = profile.with_decrypted_content(&xml(
            "<array><dict><key>PayloadType</key><string>x</string></dict></array>",
        ));
        assert_eq!((profile.payloads.len(), findings.len()), (1, 0));
        let (profile, findings) = profile.with_decrypted_content(&xml("<dict/>"));
        assert_eq!((profile.payloads.len(), findings[0].rule), (1, "encrypted-content-not-an-array"));
    }

    #[test]
    fn payloads_are_held_once() {
        let (profile, _) = parse(&xml(
            "<dict><key>PayloadContent</key><true/><key>PayloadContent</key><array><dict><key>n</key>\
             <integer>18446744073709551615</integer></dict></array></dict>",
        ));
        let inside = profile.key("PayloadContent").and_then(|node| node.value.as_array()).unwrap();
        let held = inside[0].value.as_dictionary().unwrap();
        assert!(std::ptr::eq(held, profile.payloads[0].dictionary()));
        assert_eq!(held.value("n"), Some(&Value::Unsigned(u64::MAX)));
    }
}
