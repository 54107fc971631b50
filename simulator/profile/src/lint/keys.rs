//! Rules that ask the schema: keys, types and values, and what they are on this iOS.

use super::rule::rule;
use super::scope::{ACME, CERTIFICATES, EAS, MAIL, PKCS12, SCEP, Scope, name, names_certificate};
use super::{Found, Rule};
use crate::plist::{Node, Value};
use crate::schema::{KeySchema, KeyType, Literal, Meeting, PayloadSchema, Place, is_of_type, meet};
use crate::{Payload, Severity};

pub(super) static RULES: &[&dyn Rule] = &[
    &MissingKey,
    &WrongType,
    &StringBoolean,
    &UnknownPayloadType,
    &UnknownKey,
    &Misplaced,
    &OverrideSpelling,
    &NotInList,
    &OutOfRange,
    &Form,
    &NotYet,
    &NoLonger,
    &Deprecated,
    &PayloadNotHere,
    &SupervisedPayload,
    &SupervisedKeys,
    &OnlyByMdm,
    &SinglePayload,
];

/// What a rule makes of something met on the walk through a profile beside the schema.
pub(super) type Look = for<'a> fn(&Scope<'a>, &Place<'a, '_>, Meeting<'a, '_>, &mut Found);

/// The rules that look at everything met on that walk, so that all of them can share one.
pub(super) static LOOKS: &[(&dyn Rule, Look)] = &[
    (&MissingKey, missing),
    (&WrongType, wrong_type),
    (&StringBoolean, string_boolean),
    (&UnknownKey, unknown_key),
    (&Misplaced, misplaced),
    (&OverrideSpelling, override_spelling),
    (&NotInList, not_in_list),
    (&OutOfRange, out_of_range),
    (&Form, form),
    (&NotYet, not_yet),
    (&NoLonger, no_longer),
    (&Deprecated, deprecated),
];

/// Applies every rule of [`LOOKS`] in one walk.
pub(super) fn look(scope: &Scope<'_>) -> Vec<Found> {
    let mut all: Vec<(Look, Found)> =
        LOOKS.iter().map(|(rule, look)| (*look, Found::new(rule.description()))).collect();
    meet(scope.profile, &scope.tables, &mut |place, meeting| {
        for (look, found) in &mut all {
            look(scope, &place, meeting, found);
        }
    });
    all.into_iter().map(|(_, found)| found).collect()
}

/// Applies one of them alone.
fn each(scope: &Scope<'_>, look: Look, found: &mut Found) {
    meet(scope.profile, &scope.tables, &mut |place, meeting| look(scope, &place, meeting, found));
}

/// `SSL of payload 2`, or `RemovalDate of the profile`; written out only where it is told.
fn whose<'w>(place: &'w Place<'_, '_>) -> impl std::fmt::Display + use<'w> {
    std::fmt::from_fn(move |f| match place.payload_index {
        Some(index) => write!(f, "{} of payload {index}", place.path()),
        None => write!(f, "{} of the profile", place.path()),
    })
}

fn missing<'a>(_: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    if let Meeting::Missing { span } = meeting {
        found.add(span, format_args!("{} is missing", whose(place)), format_args!("add {}", place.key));
    }
}

rule! {
    MissingKey Error "missing-key" "A required key is missing"
    checks "The keys Apple's schema requires, of the profile, of each payload and of the dictionaries inside."
    why "The profile is refused: 1002 for the profile's own keys, 2002 for a payload's."
    example "a payload without PayloadUUID"
    reference "apple/device-management; Apple MDM Protocol Reference, errors 1002 and 2002" []
    |scope, found| { each(scope, missing, found) }
}

/// The boolean a text was meant to be.
fn spelt_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "on" => Some(true),
            "false" | "no" | "0" | "off" => Some(false),
            _ => None,
        },
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        _ => None,
    }
}

fn wrong_type<'a>(_: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    let boolean = schema.kind.name() == "boolean" && spelt_boolean(&node.value).is_some();
    if !boolean && !is_of_type(place, schema, &node.value) {
        let (is, should) = (node.value.type_name(), schema.kind.name());
        found.add(
            node.span,
            format_args!("{} is {is}, not {should}", whose(place)),
            format_args!("write a value of type {should}"),
        );
    }
}

rule! {
    WrongType Error "wrong-type" "A key has a value of the wrong type"
    checks "Every key the schema knows, at any depth. An integer will do for a real."
    why "The profile is refused: 1003 for the profile's own keys, 2003 for a payload's."
    example "<key>MailNumberOfPastDaysToSync</key><string>7</string>"
    reference "apple/device-management; Apple MDM Protocol Reference, errors 1003 and 2003" []
    |scope, found| { each(scope, wrong_type, found) }
}

fn string_boolean<'a>(_: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    if schema.kind.name() == "boolean"
        && let Some(meant) = spelt_boolean(&node.value)
    {
        let message = format_args!("{} is {} where a boolean belongs", whose(place), node.value.type_name());
        found.add(node.span, message, format_args!("write <{meant}/>"));
    }
}

rule! {
    StringBoolean Error "string-boolean" "A boolean is written as text or number"
    checks "Keys of type boolean with values such as \"true\", \"NO\" or 1."
    why "It is of the wrong type, and the profile is refused (2003); a reader that is lenient takes any text for true."
    example "<key>SSL</key><string>true</string>"
    reference "apple/device-management; Apple MDM Protocol Reference, error 2003" []
    |scope, found| { each(scope, string_boolean, found) }
}

/// How many single edits (insert, delete, replace, swap neighbours) lead from one text to the other, case ignored.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase().into_bytes(), b.to_ascii_lowercase().into_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

/// The longest name worth comparing; Apple's longest key has 51 characters.
const NAME_CHARACTERS_MAX: usize = 80;

/// The known name nearest to a text, if it is near enough to have been meant. Case counts for nothing; texts longer than
/// 80 octets were not meant to be any.
pub fn nearest<'k>(text: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if text.len() > NAME_CHARACTERS_MAX {
        return None;
    }
    let allowed = (text.len() / 4).clamp(1, 4);
    known
        .into_iter()
        .filter(|name| name.len().abs_diff(text.len()) <= allowed)
        .map(|name| (distance(text, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

rule! {
    UnknownPayloadType Warning "unknown-payload-type" "The payload type is not known"
    checks "PayloadType of each payload against the types of iOS in Apple's schema of iOS 18.1."
    why "A device skips or refuses what it does not know. Types for a Mac and misspelt ones look alike from outside."
    example "<key>PayloadType</key><string>com.apple.eas.acount</string>"
    reference "apple/device-management, mdm/profiles" []
    |scope, found| {
        for payload in &scope.profile.payloads {
            let Some(kind) = payload.payload_type().filter(|kind| scope.schema.payload(kind).is_none()) else { continue };
            let types = scope.schema.payloads().iter().map(|known| known.payloadtype.as_str());
            let help = match nearest(kind, types) {
                Some(near) => format!("did you mean {near}?"),
                None => "check the type; it may be one for macOS or newer than the schema".to_owned(),
            };
            found.add(payload.span_of("PayloadType"), format_args!("the payload type {kind:?} is not known on iOS"), help);
        }
    }
}

/// The right spelling of a key that lets users change something, if this is a wrong one.
fn override_key<'s>(key: &str, siblings: &[&'s KeySchema]) -> Option<&'s str> {
    let mut names = siblings.iter().map(|known| known.name.as_str());
    if key.eq_ignore_ascii_case("SMIMEAllowUserChange") {
        return names.find(|known| *known == "SMIMESigningUserOverrideable");
    }
    let stem = |text: &str| {
        let lower = text.to_ascii_lowercase();
        [
            "useroverrideable",
            "useroverridable",
            "useroveridable",
            "useroverideable",
            "userchangeable",
            "useroverrideenabled",
        ]
        .iter()
        .find_map(|end| lower.strip_suffix(end).map(str::to_owned))
    };
    let wanted = stem(key)?;
    names.find(|known| stem(known).as_ref() == Some(&wanted))
}

/// False for keys inside a dictionary of a payload that others extend: VPN and single sign-on providers, for example,
/// take keys of their own there.
fn lists_inner_keys(place: &Place<'_, '_>) -> bool {
    place.is_outermost() || [EAS, MAIL, SCEP, ACME].contains(&place.kind)
}

/// Where a key that is unknown where it stands would be known: what the place is called, and what is said of the key
/// there. A payload's own key inside one of its dictionaries counts in every payload; for the rest see
/// [`lists_inner_keys`].
fn elsewhere<'a>(scope: &Scope<'a>, place: &Place<'a, '_>) -> Option<(String, &'a KeySchema)> {
    let kind = place.kind;
    let own = scope.tables.payload(kind);
    if !place.is_outermost()
        && let Some(key) = own.listed_key(place.key)
    {
        return Some((format!("the payload {kind} itself"), key));
    }
    if !lists_inner_keys(place) {
        return None;
    }
    if place.payload_index.is_some() {
        if let Some((path, key)) = own.below(place.key) {
            return Some((format!("{path} of the payload"), key));
        }
        if let Some(key) = scope.tables.toplevel().listed_key(place.key) {
            return Some(("the profile itself".to_owned(), key));
        }
    }
    let mut others = scope.kinds().filter(|other| *other != kind);
    others.find_map(|other| {
        Some((format!("the payload {other}"), scope.tables.payload(other).listed_key(place.key)?))
    })
}

fn unknown_key<'a>(scope: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Unknown { key_span: span, siblings, .. } = meeting else { return };
    if found.is_full() || override_key(place.key, siblings).is_some() {
        return;
    }
    // Apps take keys of their own in these two dictionaries; in the others they are seen now and then.
    let open = !lists_inner_keys(place);
    if open && place.path().split(['.', '[']).any(|step| ["VendorConfig", "ExtensionData"].contains(&step)) {
        return;
    }
    if place.key == "PayloadEnabled" {
        let message = format_args!("{} is written by tools for macOS and ignored", whose(place));
        found.weighing(Severity::Info, span, message, "leave it out");
        return;
    }
    if elsewhere(scope, place).is_some() {
        return;
    }
    let help = match nearest(place.key, siblings.iter().map(|key| key.name.as_str())) {
        Some(near) => format!("did you mean {near}?"),
        None => "remove it, or check whether it belongs elsewhere".to_owned(),
    };
    let severity = if open { Severity::Info } else { Severity::Warning };
    found.weighing(severity, span, format_args!("{} is not a known key", whose(place)), help);
}

rule! {
    UnknownKey Warning "unknown-key" "A key is not known"
    checks "Keys of the profile and of payloads that Apple's schema of iOS 18.1 does not list, and looks for the key that was meant. Inside the dictionaries of payloads other than mail accounts, SCEP and ACME it weighs less, and VendorConfig and ExtensionData are open to vendors."
    why "A device ignores a key it does not know, and what it was to set stays at its default."
    example "<key>EmailAdress</key><string>anna@example.com</string>"
    reference "apple/device-management, mdm/profiles" []
    |scope, found| { each(scope, unknown_key, found) }
}

fn misplaced<'a>(scope: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Unknown { key_span: span, node, siblings } = meeting else { return };
    if found.is_full() || place.key == "PayloadEnabled" || override_key(place.key, siblings).is_some() {
        return;
    }
    let Some((owner, schema)) = elsewhere(scope, place) else { return };
    let boolean =
        Some(schema.kind).filter(|kind| *kind == KeyType::Boolean).and_then(|_| spelt_boolean(&node.value));
    let help = match boolean {
        Some(meant) => format!("move it to {owner} and write <{meant}/>"),
        None => format!("move it to {owner}"),
    };
    found.add(span, format_args!("{} is not known there; it belongs to {owner}", whose(place)), help);
}

rule! {
    Misplaced Warning "key-misplaced" "A key stands where it is not known, but would be elsewhere"
    checks "Keys that Apple's schema does not list where they stand, but does for the payload itself, a dictionary inside it, the profile, or another payload of the profile."
    why "A device looks for a key in its own place only; what it was to set stays at its default."
    example "OnDemandMatchAppEnabled inside the dictionary VPN of a per-app VPN payload"
    reference "apple/device-management, mdm/profiles" []
    |scope, found| { each(scope, misplaced, found) }
}

fn override_spelling<'a>(_: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Unknown { key_span: span, siblings, .. } = meeting else { return };
    if let Some(right) = override_key(place.key, siblings) {
        found.add(
            span,
            format_args!("{} is ignored, Apple spells it {right}", whose(place)),
            format_args!("write {right}"),
        );
    }
}

rule! {
    OverrideSpelling Error "override-spelling" "A key that lets users change something is misspelt"
    checks "Keys that end like UserOverridable or UserOverrideable but not as Apple spells that very key. S/MIME keys end in Overrideable, the keys of the five services in Overridable. SMIMEAllowUserChange, which a guide names, is none at all."
    why "The key is ignored: S/MIME stays locked, a service stays open, the opposite of what was meant."
    example "<key>EnableMailUserOverrideable</key><false/>"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-052, EAS-065" ["EAS-052", "EAS-065", "EAS-070", "EAS-072", "EAS-083"]
    |scope, found| { each(scope, override_spelling, found) }
}

fn not_in_list<'a>(_: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    let own_rule = ["PayloadType", "PayloadVersion", "TargetDeviceType", "MailNumberOfPastDaysToSync"];
    let listed =
        schema.rangelist.is_empty() || schema.rangelist.iter().any(|value| value.matches(&node.value));
    if listed || own_rule.contains(&place.key) || !is_of_type(place, schema, &node.value) {
        return;
    }
    let allowed: Vec<String> = schema.rangelist.iter().map(Literal::to_string).collect();
    let near = node.value.as_str().and_then(|text| nearest(text, allowed.iter().map(String::as_str)));
    let help = match near {
        Some(near) => format!("did you mean {near}?"),
        None => format!("write one of {}", allowed.join(", ")),
    };
    found.add(node.span, format_args!("the value of {} is not in Apple's list", whose(place)), help);
}

rule! {
    NotInList Error "value-not-in-list" "The value is not one of those allowed"
    checks "Every key with a list of values in Apple's schema, at any depth. PayloadType, PayloadVersion, TargetDeviceType and MailNumberOfPastDaysToSync have rules of their own."
    why "The payload is refused (2004) or the value ignored."
    example "<key>EmailAccountType</key><string>IMAP</string>"
    reference "apple/device-management; Apple MDM Protocol Reference, error 2004" []
    |scope, found| { each(scope, not_in_list, found) }
}

fn out_of_range<'a>(_: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    let (Some(range), Some(number)) = (schema.range, node.value.as_number()) else { return };
    let fits = range.min.is_none_or(|min| number >= min) && range.max.is_none_or(|max| number <= max);
    if !fits {
        let end = |bound: Option<f64>| bound.map_or("any".to_owned(), |bound| bound.to_string());
        let help = format!("write a number from {} to {}", end(range.min), end(range.max));
        found.add(node.span, format_args!("{} is {number}", whose(place)), help);
    }
}

rule! {
    OutOfRange Error "value-out-of-range" "The number is out of range"
    checks "Every key with a least or greatest number in Apple's schema, at any depth."
    why "The payload is refused (2004) or the value ignored."
    example "<key>maxFailedAttempts</key><integer>1</integer>"
    reference "apple/device-management; Apple MDM Protocol Reference, error 2004" []
    |scope, found| { each(scope, out_of_range, found) }
}

/// The longest text that is held against a form; Apple's forms fit UUIDs, addresses of hardware and short URLs.
const FORM_CHARACTERS_MAX: usize = 4096;

fn form<'a>(scope: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    let (Some(form), Value::String(text)) = (&schema.format, &node.value) else { return };
    let own_rule = names_certificate(place.key).is_some() || ["ServerURL", "CheckInURL"].contains(&place.key);
    if own_rule || text.len() > FORM_CHARACTERS_MAX {
        return;
    }
    if scope.tables.form(form).is_some_and(|expression| !expression.is_match(text)) {
        found.add(
            node.span,
            format_args!("{} is not in its form", whose(place)),
            format_args!("write it like {form}"),
        );
    }
}

rule! {
    Form Warning "value-form" "The text is not in the form that Apple gives"
    checks "Every key with a regular expression in Apple's schema, at any depth, for texts up to 4,096 characters. UUIDs that name certificates, and the URLs of MDM, have rules of their own."
    why "What a device makes of it is not documented; most likely the value matches nothing."
    example "<key>DeviceID</key><string>AA-BB-CC-DD-EE-FF</string>"
    reference "apple/device-management" []
    |scope, found| { each(scope, form, found) }
}

/// A key without effect matters only where it asks for something else than its default.
fn weight(schema: &KeySchema, node: &Node) -> Severity {
    let default = schema.default.as_ref().is_some_and(|default| default.matches(&node.value));
    if default { Severity::Info } else { Severity::Warning }
}

/// The requirement about keys that an older iOS does not heed.
fn requirement(key: &str) -> &'static str {
    if key.starts_with("Enable") {
        "EAS-049: all services stay on and open"
    } else if key.ends_with("UserOverrideable") {
        "EAS-084: users cannot change it"
    } else if key == "VPNUUID" {
        "EAS-104: mail goes without VPN"
    } else {
        "the default holds"
    }
}

fn not_yet<'a>(scope: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    if let Some(first) = schema.introduced.filter(|first| *first > scope.os) {
        let message = format_args!("{} has no effect on iOS {}, only from {first}", whose(place), scope.os);
        found.weighing(weight(schema, node), node.span, message, requirement(place.key));
    }
}

rule! {
    NotYet Warning "key-not-yet-effective" "This iOS does not know the key yet"
    checks "Every key, at any depth, that Apple introduced after the iOS the profile is meant for. It weighs less where the value is the default."
    why "The device ignores it. Services stay on before iOS 13, S/MIME stays locked before iOS 12, mail goes without VPN before iOS 14."
    example "<key>VPNUUID</key><string>...</string> on iOS 13"
    reference "apple/device-management; EAS-049, EAS-084, EAS-104" ["EAS-049", "EAS-084", "EAS-104"]
    |scope, found| { each(scope, not_yet, found) }
}

/// The last iOS-independent word on keys Apple only calls deprecated: the first iOS that ignores them.
fn ignored_since(kind: &str, key: &str) -> Option<crate::OsVersion> {
    match (kind, key) {
        (EAS, "SMIMEEnabled") => Some(crate::OsVersion::new(10, 0, 0)),
        (EAS, "HeaderMagic") => Some(crate::OsVersion::new(7, 0, 0)),
        _ => None,
    }
}

/// What to write in place of a deprecated key.
fn replacement(key: &str) -> &'static str {
    match key {
        "SMIMEEnabled" => "leave it out, S/MIME is there from iOS 10",
        "SMIMEEncryptionEnabled" => "write SMIMEEncryptByDefault",
        "SMIMEEnablePerMessageSwitch" => "write SMIMEEnableEncryptionPerMessageSwitch",
        "MailDomains" | "CalendarDomains" | "ContactsDomains" => "write VPNUUID into the account's payload",
        "HeaderMagic" => "leave it out",
        _ => "see Apple's documentation of the payload for what replaced it",
    }
}

fn no_longer<'a>(scope: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    let last = schema.removed.or_else(|| ignored_since(place.kind, place.key));
    if let Some(last) = last.filter(|last| *last <= scope.os) {
        let message = format_args!("{} has no effect from iOS {last}", whose(place));
        found.weighing(weight(schema, node), node.span, message, replacement(place.key));
    }
}

rule! {
    NoLonger Warning "key-no-longer-effective" "This iOS does not heed the key any more"
    checks "Every key, at any depth, that Apple removed, or says is ignored, at or before the iOS the profile is meant for. It weighs less where the value is the default."
    why "The device ignores it, and the profile promises what does not happen."
    example "<key>HeaderMagic</key><string>x</string>"
    reference "apple/device-management" []
    |scope, found| { each(scope, no_longer, found) }
}

fn deprecated<'a>(scope: &Scope<'a>, place: &Place<'a, '_>, meeting: Meeting<'a, '_>, found: &mut Found) {
    let Meeting::Known { schema, node } = meeting else { return };
    let gone = schema.removed.or_else(|| ignored_since(place.kind, place.key));
    if gone.is_some_and(|gone| gone <= scope.os) {
        return;
    }
    if let Some(since) = schema.deprecated.filter(|since| *since <= scope.os) {
        let severity = if place.key.starts_with("SMIME") { weight(schema, node) } else { Severity::Info };
        let message = format_args!("{} is deprecated from iOS {since}", whose(place));
        found.weighing(severity, node.span, message, replacement(place.key));
    }
}

rule! {
    Deprecated Info "key-deprecated" "The key is deprecated on this iOS"
    checks "Every key, at any depth, that Apple discourages at or before the iOS the profile is meant for. It weighs more for the old S/MIME keys."
    why "It still works, for now. The old S/MIME keys leave the newer ones at their defaults, which lock the user out."
    example "<key>SMIMEEncryptionEnabled</key><true/>"
    reference "apple/device-management" []
    |scope, found| { each(scope, deprecated, found) }
}

rule! {
    PayloadNotHere Warning "payload-not-on-this-ios" "This iOS does not have the payload type"
    checks "Payload types that Apple introduced after, or removed at or before, the iOS the profile is meant for; deprecated ones weigh less."
    why "The device ignores or refuses the payload; a certificate asked for by ACME on iOS 15 never arrives."
    example "com.apple.security.acme on iOS 15"
    reference "apple/device-management" []
    |scope, found| {
        for (schema, payload) in each_known(scope) {
            let span = payload.span_of("PayloadType");
            if let Some(first) = schema.introduced.filter(|first| *first > scope.os) {
                let severity = if payload.is(ACME) { Severity::Error } else { Severity::Warning };
                let message = format_args!("{} is not known on iOS {}, only from {first}", name(payload), scope.os);
                found.weighing(severity, span, message, "send it to newer devices only");
            } else if let Some(last) = schema.removed.filter(|last| *last <= scope.os) {
                found.add(span, format_args!("{} was removed in iOS {last}", name(payload)), "remove the payload");
            } else if let Some(since) = schema.deprecated.filter(|since| *since <= scope.os) {
                let message = format_args!("{} is deprecated from iOS {since}", name(payload));
                found.weighing(Severity::Info, span, message, "see Apple's documentation for what replaced it");
            }
        }
    }
}

rule! {
    SupervisedPayload Info "supervised-payload" "The payload works on supervised devices only"
    checks "Payload types that need supervision, unless the profile is said to be for supervised devices."
    why "Other devices refuse the whole profile, the mail account in it included."
    example "com.apple.app.lock beside com.apple.eas.account"
    reference "apple/device-management; Apple MDM Protocol Reference, error 4025" []
    |scope, found| {
        for (schema, payload) in each_known(scope) {
            if schema.supervised && !scope.supervised {
                let message = format_args!("{} needs a supervised device", name(payload));
                found.add(payload.span_of("PayloadType"), message, "put it into a profile of its own");
            }
        }
    }
}

rule! {
    SupervisedKeys Info "supervised-keys" "Some keys work on supervised devices only"
    checks "Keys of a payload that need supervision though the payload does not, unless the profile is said to be for supervised devices."
    why "Other devices ignore them."
    example "<key>allowAppRemoval</key><false/>"
    reference "apple/device-management" []
    |scope, found| {
        if scope.supervised || !scope.known_payloads().any(|(schema, _)| scope.tables.payload(&schema.payloadtype).supervised) {
            return;
        }
        let payload = |index: usize| {
            let payloads = &scope.profile.payloads;
            payloads.binary_search_by_key(&index, |payload| payload.index).ok().and_then(|at| payloads.get(at))
        };
        let mut open: Option<Supervised<'_>> = None;
        meet(scope.profile, &scope.tables, &mut |place, meeting| {
            let Meeting::Known { schema, .. } = meeting else { return };
            let Some(index) = place.payload_index.filter(|_| schema.supervised == Some(true)) else { return };
            if open.as_ref().is_none_or(|open| open.payload.index != index) {
                open.take().into_iter().for_each(|open| open.tell(found));
                open = payload(index).map(|payload| Supervised { payload, keys: Vec::new(), more: 0 });
            }
            if let Some(open) = &mut open {
                if open.keys.len() < SUPERVISED_SHOWN { open.keys.push(place.key) } else { open.more += 1 }
            }
        });
        open.into_iter().for_each(|open| open.tell(found));
    }
}

/// How many keys a message names.
const SUPERVISED_SHOWN: usize = 8;

/// The keys of a payload that need supervision.
struct Supervised<'a> {
    payload: &'a Payload,
    keys: Vec<&'a str>,
    more: usize,
}

impl Supervised<'_> {
    fn tell(self, found: &mut Found) {
        let more = if self.more > 0 { format!(" and {} more", self.more) } else { String::new() };
        let (keys, payload) = (self.keys.join(", "), self.payload);
        let message = format_args!("{}: only supervised devices heed {keys}{more}", name(payload));
        found.add(payload.span, message, "expect no effect on other devices");
    }
}

rule! {
    OnlyByMdm Info "mdm-only-payload" "The payload can be installed by MDM only"
    checks "Payload types that a user cannot install by hand."
    why "A profile opened from mail or a web page is refused (4022)."
    example "com.apple.extensiblesso in a profile sent by mail"
    reference "apple/device-management; Apple MDM Protocol Reference, error 4022" []
    |scope, found| {
        for (schema, payload) in each_known(scope) {
            if !schema.manual {
                let message = format_args!("{} can be installed by MDM only", name(payload));
                found.add(payload.span_of("PayloadType"), message, "send the profile by MDM");
            }
        }
    }
}

rule! {
    SinglePayload Error "single-payload" "There are two payloads of a type a device takes once"
    checks "Payload types of which a device can have only one."
    why "The second is refused, and with it the profile (12001 for MDM, 4017 to 4019, 4028, 4029 for others)."
    example "two payloads com.apple.mdm"
    reference "apple/device-management; Apple MDM Protocol Reference, errors 12001, 4017 to 4019, 4028, 4029" []
    |scope, found| {
        for (schema, payloads) in scope.known_payloads() {
            // Certificates and accounts may come often whatever a newer schema file says.
            let often = [EAS, MAIL, PKCS12, SCEP].contains(&schema.payloadtype.as_str())
                || CERTIFICATES.contains(&schema.payloadtype.as_str());
            if schema.multiple || often {
                continue;
            }
            let mut before: Option<&Payload> = None;
            for payload in payloads {
                if let Some(before) = before.replace(payload) {
                    report_second(found, payload, before.index);
                }
            }
        }
    }
}

/// Every payload of a type that the schema has.
fn each_known<'a>(scope: &Scope<'a>) -> impl Iterator<Item = (&'a PayloadSchema, &'a Payload)> {
    scope.known_payloads().flat_map(|(schema, payloads)| payloads.map(move |payload| (schema, payload)))
}

fn report_second(found: &mut Found, payload: &Payload, before: usize) {
    let message =
        format_args!("{} is of the same type as payload {before}, and a device takes one", name(payload));
    found.add(payload.span_of("PayloadType"), message, "keep one of them");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, edits) in [
            ("Host", "host", 0),
            ("Hsot", "Host", 1),
            ("EmailAdress", "EmailAddress", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
        assert_eq!(nearest("EmailAdress", ["Host", "EmailAddress"]), Some("EmailAddress"));
        assert_eq!(nearest("Something", ["Host", "EmailAddress"]), None);
        let near = "x".repeat(NAME_CHARACTERS_MAX - 1);
        assert_eq!(nearest(&"x".repeat(NAME_CHARACTERS_MAX), [&*near]), Some(&*near));
        assert_eq!(nearest(&"x".repeat(NAME_CHARACTERS_MAX + 1), [&*"x".repeat(NAME_CHARACTERS_MAX)]), None);
    }
}
