//! Rules about S/MIME of mail accounts: what users get, and what they are locked out of.

use super::Rule;
use super::rule::rule;
use super::scope::{ACME, EAS, SCEP, Scope, name};
use crate::{OsVersion, Payload, Severity};

pub(super) static RULES: &[&dyn Rule] = &[
    &SigningUnreachable,
    &EncryptionUnreachable,
    &SigningWithoutIdentity,
    &EncryptionWithoutIdentity,
    &DisputedCorner,
    &OldAndNew,
    &OneIdentityForBoth,
    &EncryptionPerDevice,
    &EnabledMissing,
];

const SIGNING: &str = "SMIMESigningEnabled";
const SIGNING_CERTIFICATE: &str = "SMIMESigningCertificateUUID";
/// Whichever of them is on lets somebody encrypt.
const ENCRYPTION: [&str; 3] = [
    "SMIMEEncryptByDefault",
    "SMIMEEncryptByDefaultUserOverrideable",
    "SMIMEEnableEncryptionPerMessageSwitch",
];
const SIGNING_CHOICE: &str = "SMIMESigningCertificateUUIDUserOverrideable";
const ENCRYPTION_CHOICE: &str = "SMIMEEncryptionCertificateUUIDUserOverrideable";
const ENCRYPTION_CERTIFICATE: &str = "SMIMEEncryptionCertificateUUID";
/// The first iOS with the override keys and the two newer encryption keys.
const OVERRIDES_SINCE: OsVersion = OsVersion::new(12, 0, 0);

/// True if new mail is encrypted, by the key this iOS goes by.
fn encrypts_by_default(scope: &Scope<'_>, payload: &Payload) -> bool {
    let old = scope.os < OVERRIDES_SINCE && scope.flag(payload, "SMIMEEncryptionEnabled");
    old || scope.flag(payload, "SMIMEEncryptByDefault")
}

/// True if users have a lock when they write, by the key this iOS goes by.
fn has_message_switch(scope: &Scope<'_>, payload: &Payload) -> bool {
    let old = scope.os < OVERRIDES_SINCE && scope.flag(payload, "SMIMEEnablePerMessageSwitch");
    old || scope.flag(payload, "SMIMEEnableEncryptionPerMessageSwitch")
}

/// True if every one of the keys is written. Who writes that something is off has meant it, as Intune does with every
/// switch of a policy; a key that is missing is more likely forgotten, and means off all the same.
fn written(payload: &Payload, keys: &[&str]) -> bool {
    keys.iter().all(|key| matches!(payload.boolean(key), Ok(Some(_))))
}

/// How much it weighs that nobody can do what an identity is for.
fn weight(meant: bool) -> Severity {
    if meant { Severity::Warning } else { Severity::Error }
}

fn names_certificate(payload: &Payload, key: &str) -> bool {
    payload.string(key).ok().flatten().is_some_and(|uuid| !uuid.is_empty())
}

rule! {
    SigningUnreachable Error "smime-signing-locked-out" "There is a signing identity, but nobody can sign"
    checks "Accounts with SMIMESigningCertificateUUID where SMIMESigningEnabled is off and SMIMESigningUserOverrideable is not true. Both are false when absent. It weighs less where both are written: EAS-063 allows it."
    why "Signing is off and the switch in Settings is dead. This is the usual result of a profile made before the override keys existed: S/MIME cannot be turned on at all."
    example "<key>SMIMESigningCertificateUUID</key><string>...</string> with neither of the two keys"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-063, EAS-065; mailcow pull request 3622" ["EAS-063", "EAS-065"]
    |scope, found| {
        for payload in scope.mail_accounts().filter(|payload| names_certificate(payload, SIGNING_CERTIFICATE)) {
            if !scope.flag(payload, SIGNING) && !scope.flag(payload, "SMIMESigningUserOverrideable") {
                let message = format_args!("{}: signing is off and users cannot turn it on", name(payload));
                let severity = weight(written(payload, &[SIGNING, "SMIMESigningUserOverrideable"]));
                found.weighing(severity, payload.span_of(SIGNING_CERTIFICATE), message, "set SMIMESigningEnabled or SMIMESigningUserOverrideable to true");
            }
        }
    }
}

rule! {
    EncryptionUnreachable Error "smime-encryption-locked-out" "There is an encryption identity, but nobody can encrypt"
    checks "Accounts with SMIMEEncryptionCertificateUUID where SMIMEEncryptByDefault, SMIMEEncryptByDefaultUserOverrideable and SMIMEEnableEncryptionPerMessageSwitch are all off. Each is false when absent. It weighs less where all three are written, for EAS-076 allows it, and where a key deprecated since iOS 12 is on, which a device may still heed."
    why "The identity can read mail, but every message leaves in the clear and no switch offers anything else."
    example "<key>SMIMEEncryptionCertificateUUID</key><string>...</string> with none of the three keys"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-071 to EAS-076; mail-in-a-box issue 1199" ["EAS-072", "EAS-073", "EAS-076"]
    |scope, found| {
        for payload in scope.mail_accounts().filter(|payload| names_certificate(payload, ENCRYPTION_CERTIFICATE)) {
            let reachable = encrypts_by_default(scope, payload)
                || has_message_switch(scope, payload)
                || scope.flag(payload, "SMIMEEncryptByDefaultUserOverrideable");
            if !reachable {
                let old = ["SMIMEEncryptionEnabled", "SMIMEEnablePerMessageSwitch"];
                let deprecated = old.into_iter().find(|key| payload.boolean(key) == Ok(Some(true)));
                let (severity, message) = match deprecated {
                    Some(key) => (Severity::Warning, format!("{}: only the deprecated {key} offers encryption", name(payload))),
                    None => (weight(written(payload, &ENCRYPTION)), format!("{}: encryption is off and users cannot turn it on", name(payload))),
                };
                let help = if scope.os < OsVersion::new(12, 0, 0) {
                    "set SMIMEEncryptionEnabled or SMIMEEnablePerMessageSwitch to true; the newer keys act from iOS 12"
                } else {
                    "set SMIMEEncryptByDefault, SMIMEEncryptByDefaultUserOverrideable or SMIMEEnableEncryptionPerMessageSwitch to true"
                };
                found.weighing(severity, payload.span_of(ENCRYPTION_CERTIFICATE), message, help);
            }
        }
    }
}

rule! {
    SigningWithoutIdentity Error "smime-signing-without-identity" "Signing is on, or can be turned on, without an identity"
    checks "SMIMESigningEnabled without SMIMESigningCertificateUUID. It weighs less when users may choose an identity themselves, or when it is written that they may not. Where signing is off but users may turn it on, that they can choose one."
    why "There is nothing to sign with. Unless SMIMESigningCertificateUUIDUserOverrideable is true, nobody can ever choose one."
    example "<key>SMIMESigningEnabled</key><true/>"
    reference "EAS-064, EAS-067; apple/device-management, com.apple.eas.account.yaml" ["EAS-064", "EAS-067", "EAS-070"]
    |scope, found| {
        for payload in scope.mail_accounts().filter(|payload| !names_certificate(payload, SIGNING_CERTIFICATE)) {
            let on = scope.flag(payload, SIGNING);
            let offered = scope.flag(payload, "SMIMESigningUserOverrideable");
            let choice = scope.flag(payload, SIGNING_CHOICE);
            let (severity, key, message) = match (on, offered, choice) {
                (true, _, true) => (Severity::Warning, SIGNING, "signing is on without an identity, users must choose one"),
                (true, _, false) => (weight(written(payload, &[SIGNING_CHOICE])), SIGNING, "signing is on without an identity, and users cannot choose one"),
                (false, true, false) => (Severity::Warning, "SMIMESigningUserOverrideable", "users may turn signing on, but there is no identity and they cannot choose one"),
                _ => continue,
            };
            let help = "add SMIMESigningCertificateUUID and the identity it names, or set SMIMESigningCertificateUUIDUserOverrideable";
            found.weighing(severity, payload.span_of(key), format_args!("{}: {message}", name(payload)), help);
        }
    }
}

rule! {
    EncryptionWithoutIdentity Error "smime-encryption-without-identity" "Encryption is on, or can be turned on, without an identity"
    checks "Encryption by default, the switch for each message, or leave to turn encryption on, without SMIMEEncryptionCertificateUUID. It weighs less when users may choose an identity themselves, when it is written that they may not, and for the switch or leave alone."
    why "The copy in Sent is encrypted to the sender's own identity, and replies come encrypted to it; without one, neither can be read."
    example "<key>SMIMEEncryptByDefault</key><true/>"
    reference "EAS-071, EAS-079; apple/device-management, com.apple.eas.account.yaml" ["EAS-071", "EAS-079", "EAS-081", "EAS-083"]
    |scope, found| {
        for payload in scope.mail_accounts().filter(|payload| !names_certificate(payload, ENCRYPTION_CERTIFICATE)) {
            let always = encrypts_by_default(scope, payload);
            let offered = "SMIMEEncryptByDefaultUserOverrideable";
            let leave = scope.flag(payload, offered);
            let choice = scope.flag(payload, ENCRYPTION_CHOICE);
            let offers = has_message_switch(scope, payload) || (leave && !choice);
            if !always && !offers {
                continue;
            }
            let severity = weight(!always || choice || written(payload, &[ENCRYPTION_CHOICE]));
            let what = if always { "mail is encrypted by default" } else { "users may encrypt" };
            let rest = if choice { "they must choose one" } else { "users cannot choose one" };
            let key = ["SMIMEEncryptByDefault", "SMIMEEncryptionEnabled", "SMIMEEnableEncryptionPerMessageSwitch", "SMIMEEnablePerMessageSwitch", offered]
                .into_iter()
                .find(|key| payload.boolean(key) == Ok(Some(true)))
                .unwrap_or_default();
            let message = format_args!("{}: {what} without an identity, and {rest}", name(payload));
            found.weighing(severity, payload.span_of(key), message, "add SMIMEEncryptionCertificateUUID and the identity it names");
        }
    }
}

rule! {
    DisputedCorner Info "smime-override-disputed" "Apple contradicts itself about this combination"
    checks "SMIMEEncryptByDefaultUserOverrideable true while the switch for each message is off."
    why "One text says users can change the default, the other that without the switch they cannot. Devices may differ; the key's name, Graph and the 2019 reference say they can."
    example "<key>SMIMEEncryptByDefaultUserOverrideable</key><true/> without SMIMEEnableEncryptionPerMessageSwitch"
    reference "apple/device-management, com.apple.eas.account.yaml; EAS-072" ["EAS-072"]
    |scope, found| {
        for payload in scope.mail_accounts() {
            if scope.flag(payload, "SMIMEEncryptByDefaultUserOverrideable") && !has_message_switch(scope, payload) {
                let message = format_args!("{}: whether users can change encryption by default is disputed here", name(payload));
                found.add(payload.span_of("SMIMEEncryptByDefaultUserOverrideable"), message, "turn the switch for each message on as well");
            }
        }
    }
}

rule! {
    OldAndNew Warning "smime-old-and-new-differ" "The old key and its successor disagree"
    checks "SMIMEEncryptionEnabled against SMIMEEncryptByDefault, and SMIMEEnablePerMessageSwitch against SMIMEEnableEncryptionPerMessageSwitch, where both are written."
    why "Devices before iOS 12 follow the one, later ones the other: the same profile encrypts on some phones only."
    example "<key>SMIMEEncryptionEnabled</key><true/><key>SMIMEEncryptByDefault</key><false/>"
    reference "apple/device-management, com.apple.eas.account.yaml" ["EAS-071", "EAS-073"]
    |scope, found| {
        let pairs = [
            ("SMIMEEncryptionEnabled", "SMIMEEncryptByDefault"),
            ("SMIMEEnablePerMessageSwitch", "SMIMEEnableEncryptionPerMessageSwitch"),
        ];
        for payload in scope.mail_accounts() {
            for (old, new) in pairs {
                if let (Ok(Some(before)), Ok(Some(after))) = (payload.boolean(old), payload.boolean(new))
                    && before != after
                {
                    let message = format_args!("{}: {old} is {before} and {new} is {after}", name(payload));
                    found.add(payload.span_of(old), message, format_args!("remove {old}, or give it the same value"));
                }
            }
        }
    }
}

rule! {
    OneIdentityForBoth Info "smime-one-identity" "The same identity signs and decrypts"
    checks "Accounts whose signing and encryption certificate are the same payload."
    why "It works. But an encryption key should be kept to read old mail, and a signing key should exist once; separate ones are usual."
    example "the same UUID in SMIMESigningCertificateUUID and SMIMEEncryptionCertificateUUID"
    reference "OUT-013, OUT-014" ["OUT-013", "OUT-014"]
    |scope, found| {
        for payload in scope.mail_accounts() {
            let signing = payload.string(SIGNING_CERTIFICATE).ok().flatten();
            if signing.is_some() && signing == payload.string(ENCRYPTION_CERTIFICATE).ok().flatten() {
                let message = format_args!("{}: one identity signs and decrypts", name(payload));
                found.add(payload.span_of(ENCRYPTION_CERTIFICATE), message, "use two identities where the CA offers them");
            }
        }
    }
}

rule! {
    EncryptionPerDevice Warning "smime-encryption-per-device" "The encryption identity exists on this device only"
    checks "SMIMEEncryptionCertificateUUID that names a SCEP or ACME payload."
    why "Each device gets its own key, so the second phone cannot read what was encrypted to the first, and neither reads mail from before."
    example "<key>SMIMEEncryptionCertificateUUID</key> naming a com.apple.security.scep payload"
    reference "SMO-013; OUT-029" ["SMO-013", "OUT-029"]
    |scope, found| {
        for payload in scope.mail_accounts() {
            let Ok(Some(uuid)) = payload.string(ENCRYPTION_CERTIFICATE) else { continue };
            if let Some(identity) = scope.payload(uuid).filter(|p| p.is(SCEP) || p.is(ACME)) {
                let message = format_args!("{}: decrypts with {}, whose key every device makes anew", name(payload), name(identity));
                found.add(payload.span_of(ENCRYPTION_CERTIFICATE), message, "deliver an imported PKCS#12, the same to all devices of the user");
            }
        }
    }
}

rule! {
    EnabledMissing Warning "smime-enabled-missing" "This iOS needs SMIMEEnabled"
    checks "On iOS before 10, that an Exchange account with S/MIME keys has SMIMEEnabled true."
    why "Only from iOS 10 is S/MIME there without it."
    example "<key>SMIMESigningCertificateUUID</key><string>...</string> on iOS 9"
    reference "apple/device-management, com.apple.eas.account.yaml" ["EAS-061"]
    |scope, found| {
        if scope.os >= OsVersion::new(10, 0, 0) {
            return;
        }
        for payload in scope.mail_accounts().filter(|payload| payload.is(EAS) && !scope.flag(payload, "SMIMEEnabled")) {
            if let Some(entry) = payload.dictionary().entries.iter().find(|entry| entry.key.starts_with("SMIME") && *entry.key != *"SMIMEEnabled") {
                found.add(entry.key_span, format_args!("{}: S/MIME is off without SMIMEEnabled", name(payload)), "add SMIMEEnabled with true");
            }
        }
    }
}
