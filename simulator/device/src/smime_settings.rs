//! The S/MIME keys of an account payload, read for one iOS version: the same in com.apple.eas.account and in
//! com.apple.mail.managed (profiles-and-mdm.md A.1); on iOS 11 and earlier by EAS-084 and intune.md 1.6.

use crate::settings::{Setting, Switch, text};
use crate::{Defect, DeviceFacts, MailSigningDefault};
use profile::{Payload, WrongType};
use serde::{Deserialize, Serialize};

/// What a payload says about S/MIME.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmimeSettings {
    /// Whether S/MIME is on at all: some S/MIME key is true, or an identity is named (EAS-060, EAS-061).
    pub present: bool,
    /// `SMIMESigningEnabled`.
    pub signing: Setting<bool>,
    /// Whether the user may not change signing.
    pub signing_locked: Setting<bool>,
    /// `SMIMESigningCertificateUUID`.
    pub signing_identity: Option<Setting<String>>,
    /// Whether the user may not pick another signing identity.
    pub signing_identity_locked: Setting<bool>,
    /// `SMIMEEncryptByDefault`, on iOS 11 and earlier `SMIMEEncryptionEnabled`.
    pub encrypt_by_default: Setting<bool>,
    /// Whether the user may not change the default.
    pub encrypt_by_default_locked: Setting<bool>,
    /// `SMIMEEncryptionCertificateUUID`.
    pub encryption_identity: Option<Setting<String>>,
    /// Whether the user may not pick another encryption identity.
    pub encryption_identity_locked: Setting<bool>,
    /// `SMIMEEnableEncryptionPerMessageSwitch`, on iOS 11 and earlier `SMIMEEnablePerMessageSwitch`.
    pub per_message_switch: Setting<bool>,
}

/// The S/MIME keys whose truth switches S/MIME on.
const SWITCHES: [&str; 10] = [
    "SMIMEEnabled",
    "SMIMESigningEnabled",
    "SMIMESigningUserOverrideable",
    "SMIMESigningCertificateUUIDUserOverrideable",
    "SMIMEEncryptionEnabled",
    "SMIMEEncryptByDefault",
    "SMIMEEncryptByDefaultUserOverrideable",
    "SMIMEEncryptionCertificateUUIDUserOverrideable",
    "SMIMEEnablePerMessageSwitch",
    "SMIMEEnableEncryptionPerMessageSwitch",
];

impl SmimeSettings {
    /// Reads the S/MIME keys as this device's iOS does. `managed_mail` says that the payload is com.apple.mail.managed,
    /// where the default of signing is disputed ([`MailSigningDefault`]).
    ///
    /// # Errors
    /// A known key of the wrong type.
    pub fn read(payload: &Payload, facts: &DeviceFacts, managed_mail: bool) -> Result<Self, WrongType> {
        let signing_identity = text(payload, "SMIMESigningCertificateUUID")?;
        let encryption_identity = text(payload, "SMIMEEncryptionCertificateUUID")?;
        let mut present = signing_identity.is_some() || encryption_identity.is_some();
        for key in SWITCHES {
            present |= payload.boolean(key)? == Some(true);
        }
        let switch = |s: Switch| s.read(payload, facts);
        let controls_from = if facts.has(Defect::ControlsBeforeIos12) { (0, 0) } else { (12, 0) };
        let locked_from_12 = |key| Switch(key, false, controls_from).negated(payload, facts);
        let encrypts = facts.has(Defect::DefaultEncryptOn);
        let new_keys = facts.at_least(12, 0) && !facts.has(Defect::OldEncryptionKeysOnIos12);
        let (encrypt_by_default, per_message_switch) = if new_keys {
            (
                switch(Switch("SMIMEEncryptByDefault", encrypts, (12, 0)))?,
                switch(Switch("SMIMEEnableEncryptionPerMessageSwitch", false, (12, 0)))?,
            )
        } else {
            (
                switch(Switch("SMIMEEncryptionEnabled", encrypts, (10, 0)))?,
                switch(Switch("SMIMEEnablePerMessageSwitch", false, (8, 0)))?,
            )
        };
        let signs = managed_mail
            && signing_identity.is_some()
            && facts.variants.mail_signing_default == MailSigningDefault::On
            || facts.has(Defect::DefaultSignOn);
        let mut settings = SmimeSettings {
            present,
            // Introduced with iOS 10 (Apple's schema); the documents name no older behaviour, so before it the key is
            // read all the same.
            signing: switch(Switch("SMIMESigningEnabled", signs, (5, 0)))?,
            signing_locked: locked_from_12("SMIMESigningUserOverrideable")?,
            signing_identity,
            signing_identity_locked: locked_from_12("SMIMESigningCertificateUUIDUserOverrideable")?,
            encrypt_by_default,
            encrypt_by_default_locked: locked_from_12("SMIMEEncryptByDefaultUserOverrideable")?,
            encryption_identity,
            encryption_identity_locked: locked_from_12("SMIMEEncryptionCertificateUUIDUserOverrideable")?,
            per_message_switch,
        };
        if let Some(defect) = facts.variants.defect {
            settings.misread(defect);
        }
        Ok(settings)
    }

    /// The keys as a phone with a defect takes them.
    fn misread(&mut self, defect: Defect) {
        match defect {
            Defect::SmimeAlwaysPresent => self.present = true,
            Defect::SmimeNeedsSigning => self.present &= self.signing.value,
            Defect::SigningIgnored => self.signing.value = false,
            Defect::SigningLockIgnored => self.signing_locked.value = false,
            Defect::SigningAlwaysLocked => self.signing_locked.value = true,
            Defect::SigningIdentityLockIgnored => self.signing_identity_locked.value = false,
            Defect::SigningIdentityAlwaysLocked => self.signing_identity_locked.value = true,
            Defect::EncryptDefaultIgnored => self.encrypt_by_default.value = false,
            Defect::EncryptDefaultLockIgnored => self.encrypt_by_default_locked.value = false,
            Defect::EncryptDefaultAlwaysLocked => self.encrypt_by_default_locked.value = true,
            Defect::EncryptionIdentityLockIgnored => self.encryption_identity_locked.value = false,
            Defect::LockAlwaysShown => self.per_message_switch.value = true,
            Defect::LockNeverShown => self.per_message_switch.value = false,
            Defect::SigningIdentityInvented if self.signing_identity.is_none() => {
                self.signing_identity.clone_from(&self.encryption_identity);
            }
            Defect::EncryptionIdentityInvented if self.encryption_identity.is_none() => {
                self.encryption_identity.clone_from(&self.signing_identity);
            }
            _ => {}
        }
    }

    /// No S/MIME, as on an account that its owner made.
    pub(crate) fn none() -> Self {
        let free = || Setting::default_of(false);
        SmimeSettings {
            present: false,
            signing: free(),
            signing_locked: free(),
            signing_identity: None,
            signing_identity_locked: free(),
            encrypt_by_default: free(),
            encrypt_by_default_locked: free(),
            encryption_identity: None,
            encryption_identity_locked: free(),
            per_message_switch: free(),
        }
    }

    /// The identities that the payload names: key and `PayloadUUID`.
    pub(crate) fn identities(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("signing", &self.signing_identity), ("encryption", &self.encryption_identity)]
            .into_iter()
            .filter_map(|(what, identity)| Some((what, identity.as_ref()?.value.as_str())))
    }
}
