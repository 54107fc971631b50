//! What a property list is, where it is no whole profile: linted as what it is.

use crate::model::payloads_in;
use crate::plist::Value;
use crate::{OsVersion, Payload, Profile};
use std::borrow::Cow;
use std::sync::Arc;

/// The devices that a profile is meant for, as far as rules depend on them. An iOS alone stands for devices that nobody
/// supervises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    /// Their iOS.
    pub os: OsVersion,
    /// They are supervised; what needs that is then nothing to tell.
    pub supervised: bool,
}

impl From<OsVersion> for Audience {
    fn from(os: OsVersion) -> Audience {
        Audience { os, supervised: false }
    }
}

/// What the root of a property list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A profile, sound or not.
    Profile,
    /// The dictionary of one payload, without a profile around it.
    Payload,
    /// An array with payloads in it: the content of a profile, without the profile.
    Payloads,
    /// Neither; there is nothing to apply rules to.
    Other,
}

/// Tells what the root of a property list is.
///
/// A dictionary is a payload if its PayloadType is another than `Configuration` and it has no array PayloadContent, or
/// if it has no PayloadType and none of the keys that only a profile has, but keys that a profile does not have.
pub fn subject(profile: &Profile) -> Subject {
    let Some(root) = &profile.root else { return Subject::Other };
    match &root.value {
        Value::Dictionary(dictionary) => {
            let content = dictionary.value("PayloadContent");
            let profile_only =
                ["EncryptedPayloadContent", "ConsentText", "RemovalDate", "DurationUntilRemoval"];
            if content.is_some_and(|value| value.as_array().is_some())
                || profile_only.iter().any(|key| dictionary.contains(key))
            {
                return Subject::Profile;
            }
            match dictionary.value("PayloadType") {
                Some(Value::String(kind)) if **kind != *"Configuration" => Subject::Payload,
                None if dictionary.entries.iter().any(|entry| !is_profile_key(&entry.key)) => {
                    Subject::Payload
                }
                _ => Subject::Profile,
            }
        }
        Value::Array(items) if items.iter().any(|item| item.value.as_dictionary().is_some()) => {
            Subject::Payloads
        }
        _ => Subject::Other,
    }
}

/// Keys that a profile may have as well as a payload, or only a profile.
fn is_profile_key(key: &str) -> bool {
    key.starts_with("Payload") || ["IsEncrypted", "HasRemovalPasscode", "TargetDeviceType"].contains(&key)
}

/// The profile as rules see it: that of [`Subject::Payload`] and [`Subject::Payloads`] has no keys of its own, only
/// payloads.
pub fn seen(profile: &Profile) -> Cow<'_, Profile> {
    let bare = |payloads| Cow::Owned(Profile { format: profile.format, root: None, payloads });
    match (subject(profile), &profile.root) {
        (Subject::Payload, Some(root)) => bare(vec![Payload::alone(Arc::clone(root), 0)]),
        (Subject::Payloads, Some(root)) => bare(payloads_in(root, &mut Vec::new())),
        _ => Cow::Borrowed(profile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_told_apart() {
        let of = |body: &str| subject(&crate::parse(format!("<plist>{body}</plist>").as_bytes()).0);
        let kind = |kind: &str, rest: &str| {
            format!("<dict><key>PayloadType</key><string>{kind}</string>{rest}</dict>")
        };
        assert_eq!(of(&kind("com.apple.eas.account", "")), Subject::Payload);
        assert_eq!(
            of(&kind("com.apple.security.root", "<key>PayloadContent</key><data/>")),
            Subject::Payload
        );
        assert_eq!(
            of(&kind("com.apple.security.scep", "<key>PayloadContent</key><dict/>")),
            Subject::Payload
        );
        assert_eq!(of(&kind("com.apple.eas.account", "<key>PayloadContent</key><array/>")), Subject::Profile);
        assert_eq!(of(&kind("Configuration", "<key>PayloadContent</key><dict/>")), Subject::Profile);
        assert_eq!(of("<dict><key>Host</key><string>mail</string></dict>"), Subject::Payload);
        assert_eq!(of("<dict><key>PayloadUUID</key><string>A</string></dict>"), Subject::Profile);
        assert_eq!(of("<dict><key>RemovalDate</key><true/><key>Host</key><true/></dict>"), Subject::Profile);
        assert_eq!(of("<dict/>"), Subject::Profile);
        assert_eq!(of("<array><dict/></array>"), Subject::Payloads);
        assert_eq!(of("<array><true/></array>"), Subject::Other);
        assert_eq!(of("<string>mail</string>"), Subject::Other);
        assert_eq!(subject(&Profile::default()), Subject::Other);
    }

    #[test]
    fn payloads_alone_are_seen_as_payloads() {
        let (profile, _) = crate::parse(
            b"<plist><array><true/><dict><key>PayloadUUID</key><string>A</string></dict></array></plist>",
        );
        let view = seen(&profile);
        assert_eq!(
            view.payloads.iter().map(|payload| (payload.index, payload.uuid())).collect::<Vec<_>>(),
            [(1, Some("A"))]
        );
        assert!(view.dictionary().is_none());
    }
}
