//! The S/MIME part of the account.

use super::DeviceFacts;
use super::account::{ComposeStart, ExpectedSmime, ExpectedToggle};
use super::expected::{BY_DEFAULT, Basis, Expected};
use super::restriction;
use crate::intent::{Intent, SmimeIntent};
use crate::key;
use crate::variant::EncryptDefaultToggle;

const ON: Basis = Basis::new(&["EAS-061"], "Intune e-mail settings for iOS: S/MIME, Enable S/MIME");
const OFF: Basis = Basis::new(&["EAS-060"], "Intune e-mail settings for iOS: S/MIME, Disable S/MIME");
const SIGNING_ON: Basis =
    Basis::new(&["EAS-064"], "Intune e-mail settings for iOS: S/MIME signing enabled, Enable");
const SIGNING_OFF: Basis =
    Basis::new(&["EAS-063"], "Intune e-mail settings for iOS: S/MIME signing enabled, Disable");
const SIGNING_OVERRIDE: Basis = Basis::new(
    &["EAS-065"],
    "Intune e-mail settings for iOS: S/MIME signing enabled, Allow user to change setting",
);
const SIGNING_IDENTITY: Basis = Basis::new(
    &["EAS-069", "SMO-017"],
    "Intune e-mail settings for iOS: Signing certificate type, Certificates",
);
const NO_SIGNING_IDENTITY: Basis = Basis::new(
    &["EAS-066", "EAS-067"],
    "Intune e-mail settings for iOS: Signing certificate type, Not configured and None",
);
const ENCRYPT: Basis = Basis::new(&["EAS-071"], "Intune e-mail settings for iOS: Encrypt by default");
const ENCRYPT_BEFORE_12: Basis =
    Basis::new(&["EAS-071"], "Apple com.apple.eas.account: SMIMEEncryptionEnabled, replaced in iOS 12");
const ENCRYPT_OVERRIDE: Basis = Basis::new(
    &["EAS-072"],
    "Intune e-mail settings for iOS: Encrypt by default, Allow user to change setting",
);
const ENCRYPTION_IDENTITY: Basis = Basis::new(
    &["EAS-081", "EAS-082", "SMO-017"],
    "Intune e-mail settings for iOS: Encryption certificate type, Certificates",
);
const NO_ENCRYPTION_IDENTITY: Basis = Basis::new(
    &["EAS-078", "EAS-079"],
    "Intune e-mail settings for iOS: Encryption certificate type, Not configured and None",
);
const PER_MESSAGE_ON: Basis =
    Basis::new(&["EAS-073"], "Intune e-mail settings for iOS: Force per-message encryption, Enable");
const PER_MESSAGE_OFF: Basis = Basis::new(
    &["EAS-076", "EAS-077"],
    "Intune e-mail settings for iOS: Force per-message encryption, Disable",
);
const PER_MESSAGE_ON_BEFORE_12: Basis =
    Basis::new(&["EAS-073"], "Apple com.apple.eas.account: SMIMEEnablePerMessageSwitch, replaced in iOS 12");
const PER_MESSAGE_OFF_BEFORE_12: Basis =
    Basis::new(&["EAS-076"], "Apple com.apple.eas.account: SMIMEEnablePerMessageSwitch, replaced in iOS 12");
const OPT_OUT: Basis = Basis::new(
    &["EAS-071", "EAS-074"],
    "Intune e-mail settings for iOS: Encrypt by default and per-message encryption, both Enable",
);
const OPT_IN: Basis = Basis::new(
    &["EAS-071", "EAS-075"],
    "Intune e-mail settings for iOS: per-message encryption without Encrypt by default",
);
const NO_CHOICE: Basis = Basis::new(
    &["EAS-071", "EAS-076"],
    "Intune e-mail settings for iOS: Encrypt by default without per-message encryption",
);
const OVERRIDES_BEFORE_12: Basis = Basis::new(
    &["EAS-084"],
    "Intune e-mail settings for iOS: Allow user to change setting applies to iOS 12 and newer",
);

/// Returns the S/MIME part as it must look.
pub(super) fn smime(intent: &Intent, facts: &DeviceFacts) -> ExpectedSmime {
    let said = &intent.smime;
    let newer = facts.has_smime_controls();
    let wanted = said.is_wanted();
    let per_message_switch = if newer {
        PER_MESSAGE_ON
            .keyed(said.per_message_switch, key::SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH, false)
            .because_unless(PER_MESSAGE_OFF)
    } else {
        PER_MESSAGE_ON_BEFORE_12
            .keyed(said.old_per_message_switch, key::SMIME_ENABLE_PER_MESSAGE_SWITCH, false)
            .because_unless(PER_MESSAGE_OFF_BEFORE_12)
    };
    let encrypts = if newer {
        ENCRYPT.keyed(said.encrypt_by_default, key::SMIME_ENCRYPT_BY_DEFAULT, false)
    } else {
        ENCRYPT_BEFORE_12.keyed(said.encryption_enabled, key::SMIME_ENCRYPTION_ENABLED, false)
    };
    let compose = match (encrypts.value, per_message_switch.value) {
        (true, true) => OPT_OUT,
        (false, true) => OPT_IN,
        (_, false) => NO_CHOICE,
    };
    let starts = if encrypts.value { ComposeStart::Encrypted } else { ComposeStart::Clear };
    let before_12 = || OVERRIDES_BEFORE_12.expect(true, BY_DEFAULT);
    ExpectedSmime {
        enabled: if wanted { ON } else { OFF }.expect(wanted, BY_DEFAULT),
        signing: ExpectedToggle {
            on: SIGNING_ON
                .keyed(said.signing_enabled, key::SMIME_SIGNING_ENABLED, false)
                .because_unless(SIGNING_OFF),
            locked: if newer { signing_lock(intent, facts) } else { before_12() },
        },
        signing_identity: identity(
            [SIGNING_IDENTITY, NO_SIGNING_IDENTITY],
            &said.signing_identity,
            key::SMIME_SIGNING_CERTIFICATE_UUID,
        ),
        compose_starts: compose.expect(starts, encrypts.by),
        encrypt_by_default: ExpectedToggle {
            on: encrypts,
            locked: if newer {
                restriction::locked(encrypt_lock(said, facts, &per_message_switch), intent, facts)
            } else {
                before_12()
            },
        },
        encryption_identity: identity(
            [ENCRYPTION_IDENTITY, NO_ENCRYPTION_IDENTITY],
            &said.encryption_identity,
            key::SMIME_ENCRYPTION_CERTIFICATE_UUID,
        ),
        per_message_switch,
    }
}

fn identity([named, none]: [Basis; 2], uuid: &Option<String>, key: &'static str) -> Expected<Option<String>> {
    match uuid {
        Some(uuid) => named.expect(Some(uuid.clone()), key),
        None => none.expect(None, BY_DEFAULT),
    }
}

fn signing_lock(intent: &Intent, facts: &DeviceFacts) -> Expected<bool> {
    let said = intent.smime.signing_overrideable;
    let by_override = SIGNING_OVERRIDE
        .keyed(said, key::SMIME_SIGNING_USER_OVERRIDEABLE, false)
        .map(|overrideable| !overrideable);
    restriction::locked(by_override, intent, facts)
}

/// Locks the switch for encryption by default, under the reading of the disputed corner.
fn encrypt_lock(
    said: &SmimeIntent,
    facts: &DeviceFacts,
    per_message_switch: &Expected<bool>,
) -> Expected<bool> {
    let by_override = ENCRYPT_OVERRIDE
        .keyed(said.encrypt_by_default_overrideable, key::SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE, false)
        .map(|overrideable| !overrideable);
    match facts.variants.encrypt_default_toggle {
        EncryptDefaultToggle::NeedsPerMessageSwitch if !by_override.value && !per_message_switch.value => {
            ENCRYPT_OVERRIDE.expect(true, per_message_switch.by)
        }
        _ => by_override,
    }
}
