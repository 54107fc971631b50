//! Rules about certificate payloads and the references to them, as far as can be told without reading certificates.

use super::Rule;
use super::envelope::is_uuid;
use super::rule::rule;
use super::scope::{ACME, CERTIFICATES, PKCS12, SCEP, name};
use crate::Payload;

pub(super) static RULES: &[&dyn Rule] = &[
    &Dangling,
    &NotAnIdentity,
    &ReferenceCase,
    &ReferenceForm,
    &EmptyCertificate,
    &NoPkcs12Password,
    &Pkcs12PasswordStored,
    &PrivateKeyInCertificate,
    &PemExpected,
    &DerExpected,
    &UnusedIdentity,
];

/// True for payloads that bring a private key.
pub(super) fn is_identity(payload: &Payload) -> bool {
    payload.is(PKCS12) || payload.is(SCEP) || payload.is(ACME)
}

fn is_certificate(payload: &Payload) -> bool {
    CERTIFICATES.iter().any(|kind| payload.is(kind))
}

rule! {
    Dangling Error "dangling-certificate-reference" "A certificate that is named is not in the profile"
    checks "Every key that names a certificate payload by UUID, at any depth: PayloadCertificateUUID, SMIMESigningCertificateUUID, SMIMEEncryptionCertificateUUID, IdentityCertificateUUID, the anchors and pins."
    why "The certificate must be in the same profile. Installation fails (7003 for S/MIME, 21006 or 12016 for others); Intune sends the profile again and again, and users see endless password prompts."
    example "<key>SMIMESigningCertificateUUID</key><string>...</string> without a payload of that PayloadUUID"
    reference "apple/device-management, com.apple.eas.account.yaml; Apple MDM Protocol Reference, error 7003; SMO-017" ["SMO-017", "XTR-006", "EAS-031"]
    |scope, found| {
        for reference in scope.certificate_references() {
            if scope.payload(reference.uuid).is_none() {
                let message = format_args!(
                    "{}: {} names {:?}, and no payload has that PayloadUUID",
                    name(reference.payload), reference.key, reference.uuid
                );
                found.add(reference.span, message, "put the certificate payload into this profile");
            }
        }
    }
}

rule! {
    NotAnIdentity Error "reference-not-identity" "What is named is no identity"
    checks "That keys that need a private key name a pkcs12, SCEP or ACME payload, and that anchors and pins name a certificate."
    why "A bare certificate can neither sign nor decrypt nor sign in; a mail account can do none of it. Installation fails (7004, 9006)."
    example "<key>SMIMESigningCertificateUUID</key> naming a com.apple.security.root payload"
    reference "apple/device-management, com.apple.eas.account.yaml; Apple MDM Protocol Reference, errors 7004 and 9006" ["EAS-031", "EAS-069", "EAS-081"]
    |scope, found| {
        for reference in scope.certificate_references() {
            let Some(named) = scope.payload(reference.uuid) else { continue };
            let fits = is_identity(named) || (!reference.identity && is_certificate(named));
            if !fits {
                let needed = if reference.identity { "an identity (pkcs12, SCEP or ACME)" } else { "a certificate" };
                let message = format_args!("{}: {} names {}, not {needed}", name(reference.payload), reference.key, name(named));
                found.add(reference.span, message, format_args!("name {needed}"));
            }
        }
    }
}

rule! {
    ReferenceCase Warning "reference-case" "A UUID is named in other letters than it has"
    checks "That references equal the PayloadUUID letter by letter."
    why "PayloadUUID is free text to Apple; nothing says that case is ignored."
    example "<string>a1b2...</string> for <string>A1B2...</string>"
    reference "apple/device-management, TopLevel.yaml" []
    |scope, found| {
        for reference in scope.certificate_references() {
            let own = scope.payload(reference.uuid).and_then(Payload::uuid);
            if let Some(own) = own.filter(|own| *own != reference.uuid) {
                let message = format_args!("{}: {} differs in case from the PayloadUUID", name(reference.payload), reference.key);
                found.add(reference.span, message, format_args!("write {own}"));
            }
        }
    }
}

rule! {
    ReferenceForm Info "reference-form" "A reference is not in the form of a UUID"
    checks "Keys that name a certificate payload for the form 8-4-4-4-12, which Apple's schema gives them."
    why "The PayloadUUID itself may be any text, so it probably works; the schema does not promise it."
    example "<key>PayloadCertificateUUID</key><string>identity-1</string>"
    reference "apple/device-management, com.apple.eas.account.yaml" []
    |scope, found| {
        for reference in scope.certificate_references().iter().filter(|reference| !is_uuid(reference.uuid)) {
            let message = format_args!("{}: {} is not in the form of a UUID", name(reference.payload), reference.key);
            found.add(reference.span, message, "give the payload a UUID and name that");
        }
    }
}

rule! {
    EmptyCertificate Error "certificate-empty" "A certificate payload has no certificate"
    checks "PayloadContent of pkcs12, root, pkcs1 and pem payloads."
    why "There is nothing to install (9005)."
    example "<key>PayloadContent</key><data></data>"
    reference "Apple MDM Protocol Reference, error 9005" []
    |scope, found| {
        for payload in scope.profile.payloads.iter().filter(|payload| is_certificate(payload) || payload.is(PKCS12)) {
            if payload.data("PayloadContent").is_ok_and(|data| data.is_some_and(<[u8]>::is_empty)) {
                found.add(payload.span_of("PayloadContent"), format_args!("{} is empty", name(payload)), "add the certificate");
            }
        }
    }
}

rule! {
    NoPkcs12Password Warning "pkcs12-password-missing" "A PKCS#12 payload has no password"
    checks "Password of pkcs12 payloads, for absence and emptiness."
    why "A user who installs by hand is asked; MDM has nobody to ask. Files without a password have failed on iOS."
    example "a com.apple.security.pkcs12 payload without Password"
    reference "apple/device-management, com.apple.security.pkcs12.yaml; openradar 12307889" []
    |scope, found| {
        for payload in scope.payloads_of(PKCS12) {
            if payload.string("Password").is_ok_and(|password| password.is_none_or(str::is_empty)) {
                found.add(payload.span_of("Password"), format_args!("{} has no Password", name(payload)), "protect the file with a password and add it");
            }
        }
    }
}

rule! {
    Pkcs12PasswordStored Info "pkcs12-password-in-profile" "The password of a private key stands beside it"
    checks "Password of pkcs12 payloads in a profile that is not encrypted."
    why "Whoever has the file has the key. MDM needs it so; keep the file where only the server sees it, or encrypt the profile to the device."
    example "<key>Password</key><string>...</string> in a com.apple.security.pkcs12 payload"
    reference "Configuration Profile Reference, Encrypted Profiles; OUT-037" ["OUT-037"]
    |scope, found| {
        for payload in scope.payloads_of(PKCS12).filter(|_| !scope.profile.is_encrypted()) {
            if payload.string("Password").is_ok_and(|password| password.is_some_and(|text| !text.is_empty())) {
                found.add(payload.span_of("Password"), format_args!("{} holds its own password", name(payload)), "encrypt the profile to the device");
            }
        }
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

rule! {
    PrivateKeyInCertificate Error "private-key-in-certificate" "A certificate payload holds a private key"
    checks "root, pkcs1 and pem payloads for a PEM private key."
    why "These payloads carry certificates only; the key is refused or ignored, and everyone who has the file has it."
    example "-----BEGIN PRIVATE KEY----- in a com.apple.security.pem payload"
    reference "apple/device-management, com.apple.security.pem.yaml" ["OUT-037"]
    |scope, found| {
        for payload in scope.profile.payloads.iter().filter(|payload| is_certificate(payload)) {
            if let Ok(Some(data)) = payload.data("PayloadContent")
                && contains(data, b"PRIVATE KEY-----")
            {
                found.add(payload.span_of("PayloadContent"), format_args!("{} holds a private key", name(payload)), "take the key out, and replace it: it is no secret any more");
            }
        }
    }
}

rule! {
    PemExpected Error "pem-expected" "A PEM payload is not PEM"
    checks "PayloadContent of pem payloads for -----BEGIN CERTIFICATE-----."
    why "A DER certificate belongs into a root or pkcs1 payload; here it is malformed (9005)."
    example "DER bytes in a com.apple.security.pem payload"
    reference "apple/device-management, com.apple.security.pem.yaml; Apple MDM Protocol Reference, error 9005" []
    |scope, found| {
        for payload in scope.payloads_of("com.apple.security.pem") {
            if let Ok(Some(data)) = payload.data("PayloadContent")
                && !data.is_empty()
                && !contains(data, b"-----BEGIN CERTIFICATE-----")
            {
                found.add(payload.span_of("PayloadContent"), format_args!("{} is not PEM", name(payload)), "use com.apple.security.root for DER");
            }
        }
    }
}

rule! {
    DerExpected Warning "der-expected" "A DER payload is PEM"
    checks "PayloadContent of root, pkcs1 and pkcs12 payloads for a PEM header."
    why "They are documented to hold DER. Some readers take PEM there, others do not (9005)."
    example "-----BEGIN CERTIFICATE----- in a com.apple.security.root payload"
    reference "apple/device-management, com.apple.security.root.yaml; Apple MDM Protocol Reference, error 9005" []
    |scope, found| {
        for payload in scope.profile.payloads.iter().filter(|payload| !payload.is("com.apple.security.pem")) {
            if (is_certificate(payload) || payload.is(PKCS12))
                && payload.data("PayloadContent").is_ok_and(|data| data.is_some_and(|data| data.starts_with(b"-----BEGIN")))
            {
                found.add(payload.span_of("PayloadContent"), format_args!("{} is PEM", name(payload)), "convert it to DER, or use com.apple.security.pem");
            }
        }
    }
}

rule! {
    UnusedIdentity Info "identity-unused" "No payload uses the identity"
    checks "pkcs12, SCEP and ACME payloads that nothing in the profile names."
    why "Extra identities are fine for old mail. When one was meant for an account, its UUID is missing there, and a new one comes with every linking profile."
    example "a com.apple.security.pkcs12 payload beside an account without S/MIME keys"
    reference "OUT-015; XTR-010" ["OUT-015", "XTR-010"]
    |scope, found| {
        for payload in scope.profile.payloads.iter().filter(|payload| is_identity(payload)) {
            let Some(uuid) = payload.uuid() else { continue };
            if !scope.is_named(uuid) {
                found.add(payload.span, format_args!("nothing in the profile uses {}", name(payload)), "name it where it is needed, or leave it to read old mail");
            }
        }
    }
}
