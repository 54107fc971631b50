//! Rules about identities a device asks a CA for (SCEP, ACME) and about enrolment in MDM.

use super::Rule;
use super::rule::rule;
use super::scope::{ACME, SCEP, name};
use crate::plist::{Dictionary, Value};
use crate::{Payload, Severity};

pub(super) static RULES: &[&dyn Rule] = &[
    &ScepKeyUsage,
    &ScepUseUnfit,
    &ScepKeySize,
    &ScepKeyType,
    &ScepSubject,
    &ScepComma,
    &ScepAddress,
    &AcmeHardware,
    &AcmeKeySize,
    &AcmeUrl,
    &MdmRights,
    &MdmTopic,
    &MdmUrl,
];

/// The dictionary a SCEP payload's settings are in.
fn settings(payload: &Payload) -> Option<&Dictionary> {
    payload.dict("PayloadContent").ok().flatten()
}

fn integer(dictionary: &Dictionary, key: &str) -> Option<i128> {
    dictionary.value(key).and_then(Value::as_integer)
}

fn span_in(payload: &Payload, dictionary: &Dictionary, key: &str) -> crate::plist::Span {
    dictionary.get(key).map_or_else(|| payload.span_of("PayloadContent"), |node| node.span)
}

rule! {
    ScepKeyUsage Error "scep-key-usage" "Key Usage is not 1, 4 or 5"
    checks "`Key Usage` of SCEP payloads: 1 signs, 4 encrypts, 5 does both; 0, the default, asks for nothing."
    why "Any other bit is refused (22000). It is Apple's own mask, not the bits of X.509."
    example "<key>Key Usage</key><integer>128</integer>"
    reference "apple/device-management, com.apple.security.scep.yaml; Apple MDM Protocol Reference, error 22000" []
    |scope, found| {
        for payload in scope.payloads_of(SCEP) {
            let Some(inner) = settings(payload) else { continue };
            if let Some(usage) = integer(inner, "Key Usage").filter(|usage| ![0, 1, 4, 5].contains(usage)) {
                let message = format_args!("{}: Key Usage is {usage}", name(payload));
                found.add(span_in(payload, inner, "Key Usage"), message, "write 1 (sign), 4 (encrypt) or 5 (both)");
            }
        }
    }
}

rule! {
    ScepUseUnfit Error "scep-use-unfit" "The identity asked for cannot do what the account needs"
    checks "`Key Usage` of a SCEP payload, and UsageFlags of an ACME payload, that an account names for S/MIME: signing needs 1, decrypting needs 4."
    why "The certificate comes without the needed usage, and signing or encryption fails for everyone."
    example "SMIMESigningCertificateUUID naming a SCEP payload with Key Usage 4"
    reference "apple/device-management, com.apple.security.scep.yaml; EAS-069; EAS-081" ["EAS-069", "EAS-081"]
    |scope, found| {
        for account in scope.mail_accounts() {
            for (key, bit, what) in [("SMIMESigningCertificateUUID", 1, "signing"), ("SMIMEEncryptionCertificateUUID", 4, "encryption")] {
                let Ok(Some(uuid)) = account.string(key) else { continue };
                let Some(identity) = scope.payload(uuid) else { continue };
                let usage = if identity.is(ACME) {
                    identity.integer("UsageFlags").ok().flatten().map(i128::from)
                } else {
                    settings(identity).and_then(|inner| integer(inner, "Key Usage"))
                };
                if let Some(usage) = usage.filter(|usage| *usage != 0 && usage & bit == 0) {
                    let message = format_args!("{}: {} asks for usage {usage}, which is not for {what}", name(account), name(identity));
                    found.add(account.span_of(key), message, format_args!("ask for usage {} there", usage | bit));
                }
            }
        }
    }
}

rule! {
    ScepKeySize Warning "scep-key-size" "The key asked for is short"
    checks "Keysize of SCEP payloads; absent means 1024."
    why "CAs and receivers refuse RSA keys below 2048 bits."
    example "a com.apple.security.scep payload without Keysize"
    reference "apple/device-management, com.apple.security.scep.yaml; RFC 8550, section 4.3" []
    |scope, found| {
        for payload in scope.payloads_of(SCEP) {
            let Some(inner) = settings(payload) else { continue };
            let bits = integer(inner, "Keysize");
            if bits.unwrap_or(1024) < 2048 {
                let default = if bits.is_none() { " by default" } else { "" };
                let message = format_args!("{}: the key has {} bits{default}", name(payload), bits.unwrap_or(1024));
                found.add(span_in(payload, inner, "Keysize"), message, "set Keysize to 2048 or 4096");
            }
        }
    }
}

rule! {
    ScepKeyType Error "scep-key-type" "Key Type is not RSA"
    checks "`Key Type` of SCEP payloads."
    why "RSA is the only one iOS makes for SCEP (22001)."
    example "<key>Key Type</key><string>EC</string>"
    reference "apple/device-management, com.apple.security.scep.yaml" []
    |scope, found| {
        for payload in scope.payloads_of(SCEP) {
            let Some(inner) = settings(payload) else { continue };
            if let Some(kind) = inner.str("Key Type").filter(|kind| *kind != "RSA") {
                let message = format_args!("{}: Key Type is {kind:?}", name(payload));
                found.add(span_in(payload, inner, "Key Type"), message, "write RSA, or use an ACME payload");
            }
        }
    }
}

rule! {
    ScepSubject Warning "scep-subject-missing" "The request has no subject"
    checks "Subject of SCEP payloads, for absence and emptiness."
    why "Many CAs refuse a request without a subject, or issue one that nobody can tell apart."
    example "a com.apple.security.scep payload without Subject"
    reference "apple/device-management, com.apple.security.scep.yaml; RFC 5280, section 4.1.2.6" []
    |scope, found| {
        for payload in scope.payloads_of(SCEP) {
            let Some(inner) = settings(payload) else { continue };
            if inner.value("Subject").and_then(Value::as_array).is_none_or(<[_]>::is_empty) {
                found.add(span_in(payload, inner, "Subject"), format_args!("{}: Subject is missing", name(payload)), "add Subject, such as CN of the user");
            }
        }
    }
}

rule! {
    ScepComma Warning "scep-subject-comma" "The subject of the request has a comma in a value"
    checks "The values in Subject of SCEP and ACME payloads."
    why "Servers that write the subject as text take the comma for the beginning of the next part, and the request fails or names somebody else. Names written last name first are the usual cause."
    example "<array><string>CN</string><string>Berg, Anna</string></array>"
    reference "IntuneDocs, certificates-profile-scep" []
    |scope, found| {
        for payload in &scope.profile.payloads {
            let inner = match () {
                () if payload.is(ACME) => Some(payload.dictionary()),
                () if payload.is(SCEP) => settings(payload),
                () => None,
            };
            let subject = inner.and_then(|inner| inner.value("Subject")).and_then(Value::as_array).unwrap_or_default();
            let relative = subject.iter().filter_map(|node| node.value.as_array()).flatten();
            for pair in relative.filter_map(|node| node.value.as_array()) {
                if let [_, value] = pair && value.value.as_str().is_some_and(|text| text.contains(',')) {
                    found.add(value.span, format_args!("{}: a value of Subject has a comma", name(payload)), "leave the comma out");
                }
            }
        }
    }
}

rule! {
    ScepAddress Warning "scep-address-missing" "The certificate for mail will not have the user's address"
    checks "rfc822Name in SubjectAltName of SCEP and ACME payloads that an account names for S/MIME, against the account's EmailAddress."
    why "Receivers compare the sender with the certificate. The CA may add the address itself; the profile does not ask for it."
    example "SMIMESigningCertificateUUID naming a SCEP payload without rfc822Name"
    reference "RFC 8550, section 3; XTR-012" ["XTR-012"]
    |scope, found| {
        for account in scope.mail_accounts() {
            let Ok(Some(address)) = account.string("EmailAddress") else { continue };
            for key in ["SMIMESigningCertificateUUID", "SMIMEEncryptionCertificateUUID"] {
                let uuid = account.string(key).ok().flatten();
                let Some(identity) = uuid.and_then(|uuid| scope.payload(uuid)) else { continue };
                let inner = match () {
                    () if identity.is(ACME) => Some(identity.dictionary()),
                    () if identity.is(SCEP) => settings(identity),
                    () => None,
                };
                let Some(inner) = inner else { continue };
                let names = inner.value("SubjectAltName").and_then(Value::as_dictionary).and_then(|san| san.value("rfc822Name"));
                let asked = match names {
                    Some(Value::String(one)) => one.eq_ignore_ascii_case(address),
                    Some(Value::Array(many)) => {
                        many.iter().any(|node| node.value.as_str().is_some_and(|one| one.eq_ignore_ascii_case(address)))
                    }
                    _ => false,
                };
                if !asked {
                    let message = format_args!("{}: {} does not ask for {address}", name(account), name(identity));
                    found.add(account.span_of(key), message, "add the address as rfc822Name to SubjectAltName");
                }
            }
        }
    }
}

rule! {
    AcmeHardware Error "acme-hardware" "The key cannot be bound to hardware as asked"
    checks "HardwareBound, KeyType, KeySize and Attest of ACME payloads."
    why "The Secure Enclave makes keys on curves P-256 and P-384 only, and attests only keys it made; other combinations are refused."
    example "<key>HardwareBound</key><true/><key>KeyType</key><string>RSA</string>"
    reference "apple/device-management, com.apple.security.acme.yaml" []
    |scope, found| {
        for payload in scope.payloads_of(ACME) {
            let bound = payload.boolean("HardwareBound") == Ok(Some(true));
            let attest = payload.boolean("Attest") == Ok(Some(true));
            let size = payload.integer("KeySize").ok().flatten();
            if bound && payload.string("KeyType").is_ok_and(|kind| kind.is_some_and(|kind| kind != "ECSECPrimeRandom")) {
                found.add(payload.span_of("KeyType"), format_args!("{}: HardwareBound needs KeyType ECSECPrimeRandom", name(payload)), "write ECSECPrimeRandom, or set HardwareBound to false");
            } else if bound && size.is_some_and(|size| ![256, 384].contains(&size)) {
                found.add(payload.span_of("KeySize"), format_args!("{}: HardwareBound needs KeySize 256 or 384", name(payload)), "write 256 or 384");
            }
            if attest && !bound {
                found.add(payload.span_of("Attest"), format_args!("{}: Attest needs HardwareBound", name(payload)), "set HardwareBound to true");
            }
        }
    }
}

rule! {
    AcmeKeySize Error "acme-key-size" "The key size does not fit the key type"
    checks "KeySize of ACME payloads: multiples of 8 from 1024 to 4096 for RSA, 192, 256, 384 or 521 for elliptic curves."
    why "The device cannot make such a key, and the payload is refused."
    example "<key>KeyType</key><string>ECSECPrimeRandom</string><key>KeySize</key><integer>2048</integer>"
    reference "apple/device-management, com.apple.security.acme.yaml" []
    |scope, found| {
        for payload in scope.payloads_of(ACME) {
            let (Ok(Some(kind)), Ok(Some(size))) = (payload.string("KeyType"), payload.integer("KeySize")) else { continue };
            let fits = match kind {
                "RSA" => (1024..=4096).contains(&size) && size % 8 == 0,
                "ECSECPrimeRandom" => [192, 256, 384, 521].contains(&size),
                _ => true,
            };
            if !fits {
                found.add(payload.span_of("KeySize"), format_args!("{}: KeySize {size} does not fit {kind}", name(payload)), "write 2048 for RSA, 256 or 384 for elliptic curves");
            }
        }
    }
}

rule! {
    AcmeUrl Error "acme-url" "DirectoryURL is not https"
    checks "DirectoryURL of ACME payloads."
    why "ACME works over https only."
    example "<key>DirectoryURL</key><string>http://ca.example.com/directory</string>"
    reference "apple/device-management, com.apple.security.acme.yaml; RFC 8555, section 6.1" []
    |scope, found| {
        for payload in scope.payloads_of(ACME) {
            if payload.string("DirectoryURL").is_ok_and(|url| url.is_some_and(|url| !url.to_ascii_lowercase().starts_with("https://"))) {
                found.add(payload.span_of("DirectoryURL"), format_args!("{}: DirectoryURL is not https", name(payload)), "write https://");
            }
        }
    }
}

const MDM: &str = "com.apple.mdm";

rule! {
    MdmRights Error "mdm-access-rights" "The access rights are invalid"
    checks "AccessRights of MDM payloads: not 0, below 8192, 2 only with 1, 128 only with 64."
    why "The enrolment is refused (12000). Rights cannot be added later without enrolling again."
    example "<key>AccessRights</key><integer>2</integer>"
    reference "apple/device-management, com.apple.mdm.yaml; Apple MDM Protocol Reference, error 12000" []
    |scope, found| {
        for payload in scope.payloads_of(MDM) {
            let Ok(Some(rights)) = payload.integer("AccessRights") else { continue };
            let has = |bit: i64| rights & bit != 0;
            let wrong = if rights <= 0 || rights > 8191 {
                Some("it must be from 1 to 8191")
            } else if has(2) && !has(1) {
                Some("installing and removing profiles (2) needs inspecting them (1)")
            } else if has(128) && !has(64) {
                Some("installing and removing provisioning profiles (128) needs inspecting them (64)")
            } else {
                None
            };
            if let Some(wrong) = wrong {
                found.add(payload.span_of("AccessRights"), format_args!("{}: AccessRights {rights}: {wrong}", name(payload)), "write 8191 for all rights");
            }
        }
    }
}

rule! {
    MdmTopic Error "mdm-topic" "The push topic is invalid"
    checks "Topic of MDM payloads for the beginning com.apple.mgmt."
    why "The enrolment is refused (12022), or no push ever arrives. The topic is in the subject of the server's push certificate."
    example "<key>Topic</key><string>com.example.mdm</string>"
    reference "apple/device-management, com.apple.mdm.yaml; Apple MDM Protocol Reference, error 12022" []
    |scope, found| {
        for payload in scope.payloads_of(MDM) {
            if payload.string("Topic").is_ok_and(|topic| topic.is_some_and(|topic| !topic.starts_with("com.apple.mgmt."))) {
                found.add(payload.span_of("Topic"), format_args!("{}: Topic does not begin with com.apple.mgmt.", name(payload)), "copy UID from the subject of the push certificate");
            }
        }
    }
}

rule! {
    MdmUrl Error "mdm-url" "An MDM URL is not https"
    checks "ServerURL and CheckInURL of MDM payloads."
    why "Apple requires https; the enrolment is refused."
    example "<key>ServerURL</key><string>http://mdm.example.com/mdm</string>"
    reference "apple/device-management, com.apple.mdm.yaml" []
    |scope, found| {
        for payload in scope.payloads_of(MDM) {
            for key in ["ServerURL", "CheckInURL"] {
                if payload.string(key).is_ok_and(|url| url.is_some_and(|url| !url.starts_with("https://"))) {
                    found.weighing(Severity::Error, payload.span_of(key), format_args!("{}: {key} is not https", name(payload)), "write https://");
                }
            }
        }
    }
}
