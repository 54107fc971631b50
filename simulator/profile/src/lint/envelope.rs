//! Rules about the profile itself: what surrounds the payloads.

use super::places::Places;
use super::rule::{FOUND_MAX, rule};
use super::scope::name;
use super::{Found, Rule, Scope, Subject};
use crate::plist::Value;
use crate::{Payload, Severity, Timestamp};

pub(super) static RULES: &[&dyn Rule] = &[
    &BarePayload,
    &ProfileType,
    &Version,
    &EmptyContent,
    &DuplicateUuid,
    &DuplicateIdentifier,
    &UuidOfProfile,
    &UuidForm,
    &IdentifierForm,
    &RemovalDatePast,
    &RemovalTwice,
    &RemovalDisallowed,
    &ScopeIgnored,
    &OtherDevice,
    &ConsentWithoutDefault,
    &EncryptedWithoutContent,
    &EncryptedAndPlain,
    &ExpirationPast,
    &NoName,
    &NoOrganization,
];

/// The payload type that has most of a dictionary's keys, if it has at least two of them.
fn likely_type<'a>(scope: &Scope<'a>, payload: &Payload) -> Option<&'a str> {
    let keys: Vec<&str> = payload.dictionary().entries.iter().map(|entry| &*entry.key).collect();
    let has =
        |schema: &crate::schema::PayloadSchema| keys.iter().filter(|key| schema.key(key).is_some()).count();
    let best = scope.schema.payloads().iter().max_by_key(|schema| has(schema))?;
    (has(best) >= 2).then_some(best.payloadtype.as_str())
}

rule! {
    BarePayload Error "bare-payload" "A payload stands alone, without a profile around it"
    checks "Whether the property list is the dictionary of one payload. The rules about payloads are applied to it all the same."
    why "Nothing but a profile can be installed (4000 or 1000). Consoles of MDM servers that take a payload put the profile around it."
    example "<plist><dict><key>PayloadType</key><string>com.apple.eas.account</string>...</dict></plist>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        if let (Subject::Payload, [payload]) = (scope.subject, scope.profile.payloads.as_slice()) {
            let kind = match (payload.payload_type(), likely_type(scope, payload)) {
                (Some(kind), _) => format!("a payload of type {kind}"),
                (None, Some(kind)) => format!("a payload without PayloadType, by its keys {kind}"),
                (None, None) => "a dictionary of other keys".to_owned(),
            };
            let help = "make it an item of PayloadContent in a profile of PayloadType Configuration";
            found.add(payload.span, format_args!("this is {kind}, not a profile"), help);
        }
    }
}

rule! {
    ProfileType Error "profile-type" "PayloadType of the profile is not Configuration"
    checks "That the profile's own PayloadType, if it is there, is Configuration."
    why "Nothing else is accepted at the top level."
    example "<key>PayloadType</key><string>com.apple.eas.account</string>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        if let Some(kind) = scope.profile.payload_type().filter(|kind| *kind != "Configuration") {
            found.add(
                scope.top_span("PayloadType"),
                format_args!("PayloadType of the profile is {kind:?}"),
                "write Configuration; the type of a payload belongs into PayloadContent",
            );
        }
    }
}

rule! {
    Version Error "payload-version" "PayloadVersion is not 1"
    checks "PayloadVersion of the profile and of each payload."
    why "Version 1 is the only one there is; another is refused (1001, 2001). It does not count changes of the profile."
    example "<key>PayloadVersion</key><integer>2</integer>"
    reference "apple/device-management, TopLevel.yaml and CommonPayloadKeys.yaml" []
    |scope, found| {
        let top = scope.profile.key("PayloadVersion");
        let inner = scope.profile.payloads.iter().filter_map(|payload| payload.node("PayloadVersion"));
        for node in top.into_iter().chain(inner) {
            if let Some(version) = node.value.as_integer().filter(|version| *version != 1) {
                found.add(node.span, format_args!("PayloadVersion is {version}"), "write 1");
            }
        }
    }
}

rule! {
    EmptyContent Error "empty-payload-content" "The profile has no payload"
    checks "That PayloadContent has at least one item."
    why "A profile without payloads configures nothing and is refused as empty (1005)."
    example "<key>PayloadContent</key><array/>"
    reference "Apple MDM Protocol Reference, error 1005" []
    |scope, found| {
        if let Some(node) = scope.profile.key("PayloadContent")
            && node.value.as_array().is_some_and(<[_]>::is_empty)
        {
            found.add(node.span, "PayloadContent is empty", "add a payload, or remove the profile");
        }
    }
}

/// Reports payloads that share the value of a key.
fn shared(payloads: &[Payload], key: &str, same: fn(&str, &str) -> bool, found: &mut Found) {
    let value = |at: usize| payloads.get(at).and_then(|payload| Some((payload, payload.str(key)?)));
    let all = (0..payloads.len()).filter_map(|at| Some((at, value(at)?.1)));
    // The later place, and the first of the same value.
    let mut later: Vec<(usize, usize)> = Vec::new();
    for group in Places::new(all).groups() {
        let mut firsts: Vec<(usize, &str)> = Vec::new();
        for (at, text) in group.into_iter().filter_map(|at| Some((at, value(at)?.1))) {
            match firsts.iter().find(|(_, first)| same(first, text)) {
                Some((first, _)) => later.push((at, *first)),
                None => firsts.push((at, text)),
            }
        }
    }
    later.sort_unstable();
    for (at, first) in later.into_iter().take(FOUND_MAX + 1) {
        let (Some((payload, text)), Some(first)) = (value(at), payloads.get(first)) else { continue };
        found.add(
            payload.span_of(key),
            format_args!("{} has the {key} of payload {}, {text:?}", name(payload), first.index),
            "give each payload its own",
        );
    }
}

rule! {
    DuplicateUuid Error "duplicate-payload-uuid" "Two payloads have the same PayloadUUID"
    checks "PayloadUUID of all payloads, without regard to case."
    why "The profile is refused (1007), and references to the UUID are ambiguous."
    example "<key>PayloadUUID</key><string>A1</string> in two payloads"
    reference "Apple MDM Protocol Reference, error 1007; CommonPayloadKeys.yaml" []
    |scope, found| { shared(&scope.profile.payloads, "PayloadUUID", str::eq_ignore_ascii_case, found) }
}

rule! {
    DuplicateIdentifier Error "duplicate-payload-identifier" "Two payloads have the same PayloadIdentifier"
    checks "PayloadIdentifier of all payloads."
    why "The profile is refused (1008); updates match payloads by identifier and UUID."
    example "<key>PayloadIdentifier</key><string>com.example.mail</string> in two payloads"
    reference "Apple MDM Protocol Reference, error 1008; CommonPayloadKeys.yaml" []
    |scope, found| { shared(&scope.profile.payloads, "PayloadIdentifier", |a, b| a == b, found) }
}

rule! {
    UuidOfProfile Warning "payload-has-profile-uuid" "A payload has the PayloadUUID of the profile"
    checks "That no payload repeats the UUID of the profile."
    why "UUIDs are meant to be unique; tools that index by UUID confuse the two."
    example "the same PayloadUUID at the top level and in a payload"
    reference "apple/device-management, CommonPayloadKeys.yaml" []
    |scope, found| {
        let Some(uuid) = scope.profile.uuid() else { return };
        if let Some(payload) = scope.payload(uuid) {
            let message = format_args!("{} has the PayloadUUID of the profile", name(payload));
            found.add(payload.span_of("PayloadUUID"), message, "give it its own");
        }
    }
}

/// True for 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

rule! {
    UuidForm Info "uuid-form" "A PayloadUUID is not in the form of a UUID"
    checks "PayloadUUID of the profile and of each payload for the form 8-4-4-4-12."
    why "Devices take any text, Apple's own sample has a stray apostrophe. Servers may be stricter, and some keys that name a payload ask for that form."
    example "<key>PayloadUUID</key><string>mail-1</string>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        let top = scope.profile.key("PayloadUUID");
        let inner = scope.profile.payloads.iter().filter_map(|payload| payload.node("PayloadUUID"));
        for node in top.into_iter().chain(inner) {
            if let Some(uuid) = node.value.as_str().filter(|uuid| !is_uuid(uuid)) {
                found.add(node.span, format_args!("the PayloadUUID {uuid:?} is no UUID"), "make one with uuidgen");
            }
        }
    }
}

rule! {
    IdentifierForm Info "identifier-form" "A PayloadIdentifier is not in reverse-DNS form"
    checks "PayloadIdentifier of the profile and of each payload for letters, digits, dots, hyphens and underscores, and for at least one dot."
    why "Devices take any text. Identifiers decide what replaces what, and a name without a domain of one's own may meet another's."
    example "<key>PayloadIdentifier</key><string>My mail</string>"
    reference "apple/device-management, CommonPayloadKeys.yaml" []
    |scope, found| {
        let fits = |text: &str| {
            text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        };
        let top = scope.profile.key("PayloadIdentifier");
        let inner = scope.profile.payloads.iter().filter_map(|payload| payload.node("PayloadIdentifier"));
        for node in top.into_iter().chain(inner) {
            if let Some(text) = node.value.as_str().filter(|text| !fits(text)) {
                let message = format_args!("the PayloadIdentifier {text:?} is not in reverse-DNS form");
                found.add(node.span, message, "begin with your own domain, reversed: com.example.mail");
            }
        }
    }
}

rule! {
    RemovalDatePast Error "removal-date-past" "RemovalDate lies in the past"
    checks "RemovalDate against the time of the check."
    why "A device refuses to install a profile that should be gone already (4006, 4026)."
    example "<key>RemovalDate</key><date>2020-01-01T00:00:00Z</date>"
    reference "Apple MDM Protocol Reference, errors 4006 and 4026" []
    |scope, found| {
        if let Some(date) = scope.profile.removal_date().filter(|date| *date <= scope.now) {
            let message = format_args!("RemovalDate {date} is past, it is {}", scope.now);
            found.add(scope.top_span("RemovalDate"), message, "choose a later date; `--clock` sets the time of the check");
        }
    }
}

rule! {
    RemovalTwice Info "removal-given-twice" "Both RemovalDate and DurationUntilRemoval are given"
    checks "That only one of the two is there."
    why "The earlier one wins, which is hard to see from the profile."
    example "<key>RemovalDate</key><date>2027-01-01T00:00:00Z</date><key>DurationUntilRemoval</key><real>86400</real>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        if scope.profile.removal_date().is_some()
            && let Some(seconds) = scope.profile.duration_until_removal_seconds()
        {
            let message = format_args!("RemovalDate and DurationUntilRemoval ({seconds} s) are both given; the earlier counts");
            found.add(scope.top_span("DurationUntilRemoval"), message, "keep one");
        }
    }
}

rule! {
    RemovalDisallowed Info "removal-disallowed" "The profile forbids its removal"
    checks "PayloadRemovalDisallowed, unless the profile is said to be for supervised devices."
    why "It has effect on supervised devices only, is ignored on others and forbidden in user enrolment. Users can never remove what MDM installed, with or without it."
    example "<key>PayloadRemovalDisallowed</key><true/>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        if scope.profile.removal_disallowed() == Some(true) && !scope.supervised {
            found.add(
                scope.top_span("PayloadRemovalDisallowed"),
                "PayloadRemovalDisallowed works on supervised devices only",
                "leave it out of profiles for user enrolment",
            );
        }
    }
}

rule! {
    ScopeIgnored Info "payload-scope-ignored" "PayloadScope has no meaning on iOS"
    checks "Whether PayloadScope is there."
    why "It chooses between user and system on a Mac; an iPhone ignores it."
    example "<key>PayloadScope</key><string>System</string>"
    reference "Configuration Profile Reference, Configuration Profile Keys" []
    |scope, found| {
        if let Some(node) = scope.profile.key("PayloadScope") {
            found.add(node.span, "PayloadScope is ignored on iOS", "leave it out");
        }
    }
}

rule! {
    OtherDevice Warning "target-device-type" "The profile is meant for another kind of device"
    checks "That TargetDeviceType is 0 (any) or 1 (iPhone, iPad, iPod)."
    why "It tells the installer which device a profile is for; another number sends it elsewhere."
    example "<key>TargetDeviceType</key><integer>5</integer>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        let Some(node) = scope.profile.key("TargetDeviceType") else { return };
        if let Some(number) = node.value.as_integer().filter(|number| !matches!(number, 0 | 1)) {
            let kind = match number {
                2 => "Apple Watch",
                3 => "HomePod",
                4 => "Apple TV",
                5 => "Mac",
                6 => "Vision Pro",
                _ => "nothing known",
            };
            found.add(node.span, format_args!("TargetDeviceType {number} means {kind}"), "write 1, or leave it out");
        }
    }
}

rule! {
    ConsentWithoutDefault Info "consent-without-default" "ConsentText has no default text"
    checks "That ConsentText has an entry `default` or `en`."
    why "A device picks its own language, then default, then en, then simply the first: some users read a language they do not know."
    example "<key>ConsentText</key><dict><key>fr</key><string>D'accord ?</string></dict>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        let texts = scope.profile.consent_texts();
        if let Some((first, _)) = texts.first()
            && !texts.iter().any(|(language, _)| matches!(*language, "default" | "en"))
        {
            let message = format_args!("users of other languages are shown the consent text in {first:?}");
            found.add(scope.top_span("ConsentText"), message, "add an entry `default`");
        }
    }
}

rule! {
    EncryptedWithoutContent Error "encrypted-without-content" "IsEncrypted is set but nothing is encrypted"
    checks "That a profile with IsEncrypted has EncryptedPayloadContent."
    why "There is nothing to decrypt, and the installation fails (1006)."
    example "<key>IsEncrypted</key><true/>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        if scope.profile.is_encrypted() && scope.profile.encrypted_content().is_none() {
            found.add(
                scope.top_span("IsEncrypted"),
                "IsEncrypted is true but EncryptedPayloadContent is missing",
                "encrypt the PayloadContent array into EncryptedPayloadContent, or remove IsEncrypted",
            );
        }
    }
}

rule! {
    EncryptedAndPlain Warning "encrypted-and-plain" "Payloads are there encrypted and in the clear"
    checks "That PayloadContent is gone where EncryptedPayloadContent is there."
    why "What was to be kept secret may stand beside its encrypted copy."
    example "<key>PayloadContent</key><array>...</array><key>EncryptedPayloadContent</key><data>...</data>"
    reference "Configuration Profile Reference, Encrypted Profiles" []
    |scope, found| {
        let plain = scope.profile.key("PayloadContent");
        if scope.profile.encrypted_content().is_some()
            && let Some(node) = plain.filter(|node| matches!(node.value, Value::Array(_)))
        {
            found.add(node.span, "PayloadContent stands beside EncryptedPayloadContent", "remove PayloadContent");
        }
    }
}

rule! {
    ExpirationPast Info "expiration-past" "PayloadExpirationDate lies in the past"
    checks "PayloadExpirationDate against the time of the check."
    why "It removes nothing; a device only offers to update a profile delivered over the air."
    example "<key>PayloadExpirationDate</key><date>2020-01-01T00:00:00Z</date>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        let node = scope.profile.key("PayloadExpirationDate");
        let past = |date: &Timestamp| *date <= scope.now;
        if let Some(date) = node.and_then(|node| node.value.as_date()).filter(past) {
            let message = format_args!("PayloadExpirationDate {date} is past; the profile stays all the same");
            found.add(scope.top_span("PayloadExpirationDate"), message, "use RemovalDate to remove a profile");
        }
    }
}

rule! {
    NoName Warning "display-name-missing" "The profile has no name for people"
    checks "PayloadDisplayName of the profile, and of each account."
    why "Users see the identifier, or nothing, when they are asked to trust it. An Exchange account takes its name in Settings from its payload's display name."
    example "a profile without PayloadDisplayName"
    reference "apple/device-management, TopLevel.yaml; EAS-011" ["EAS-011"]
    |scope, found| {
        let blank = |text: Option<&str>| text.is_none_or(|text| text.trim().is_empty());
        if scope.profile.dictionary().is_some() && blank(scope.profile.display_name()) {
            let span = scope.profile.root.as_ref().map(|node| node.span);
            found.add(span, "the profile has no PayloadDisplayName", "add one that users recognise");
        }
        for payload in scope.eas().filter(|payload| blank(payload.display_name())) {
            let message = format_args!("{} has no PayloadDisplayName, the account's name in Settings", name(payload));
            found.weighing(Severity::Warning, payload.span, message, "add the name of the account");
        }
    }
}

rule! {
    NoOrganization Info "organization-empty" "The organisation is empty"
    checks "PayloadOrganization of the profile and of each payload, where it is there."
    why "Users are shown who a profile comes from; an empty name shows nothing. Devices install it all the same."
    example "<key>PayloadOrganization</key><string></string>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        let top = scope.profile.key("PayloadOrganization");
        let inner = scope.profile.payloads.iter().filter_map(|payload| payload.node("PayloadOrganization"));
        for node in top.into_iter().chain(inner) {
            if node.value.as_str().is_some_and(|text| text.trim().is_empty()) {
                found.add(node.span, "PayloadOrganization is empty", "write the name of the organisation, or leave it out");
            }
        }
    }
}
