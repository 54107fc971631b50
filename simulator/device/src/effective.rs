//! The account as its owner sees it: settings and the owner's changes merged, each value with what decided it.

use crate::account::OwnerChanges;
use crate::{
    Account, By, DeviceFacts, EncryptDefaultToggle, IdentityHandle, Service, Services, Setting, SmimeSettings,
};
use serde::{Deserialize, Serialize};

/// A value and what decided it.
pub type EffectiveValue<T> = Setting<T>;

/// A switch in Settings: where it stands, and whether the owner can move it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveSwitch {
    /// Whether it is on.
    pub on: bool,
    /// What put it there.
    pub on_by: By,
    /// Whether it is dimmed.
    pub locked: bool,
    /// What dims it, or leaves it free.
    pub locked_by: By,
}

/// The S/MIME section of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveSmime {
    /// Whether S/MIME is on at all; when not, the phone shows none of the controls (EAS-060).
    pub present: bool,
    /// Sign.
    pub signing: EffectiveSwitch,
    /// The identity that signs.
    pub signing_identity: Option<EffectiveValue<IdentityHandle>>,
    /// What keeps the owner from picking another one, if anything does.
    pub signing_identity_locked: EffectiveValue<bool>,
    /// Encrypt by default.
    pub encrypt_by_default: EffectiveSwitch,
    /// The identity that decrypts.
    pub encryption_identity: Option<EffectiveValue<IdentityHandle>>,
    /// What keeps the owner from picking another one, if anything does.
    pub encryption_identity_locked: EffectiveValue<bool>,
    /// Whether the compose view has the lock (EAS-073, EAS-076).
    pub per_message_switch: EffectiveValue<bool>,
}

impl EffectiveSmime {
    /// Whether a new message starts encrypted (intune.md 1.6, first table).
    pub fn compose_starts_encrypted(&self) -> bool {
        self.present && self.encrypt_by_default.on
    }
}

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveAccount {
    /// The account's name.
    pub name: EffectiveValue<String>,
    /// The server.
    pub host: Option<String>,
    /// The user name.
    pub user: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The five switches.
    pub services: Services<EffectiveSwitch>,
    /// Days of mail kept on the device; 0 is everything.
    pub mail_window_days: EffectiveValue<u32>,
    /// Whether messages may move to other accounts.
    pub move_allowed: EffectiveValue<bool>,
    /// Whether other apps may send through the account.
    pub third_party_send: EffectiveValue<bool>,
    /// Whether recently used addresses are synchronised.
    pub recents: EffectiveValue<bool>,
    /// S/MIME.
    pub smime: EffectiveSmime,
    /// The per-app VPN that carries the account: the VPN's `VPNUUID`.
    pub vpn: Option<EffectiveValue<String>>,
}

fn overlaid<T: Clone>(setting: &Setting<T>, change: Option<T>) -> Setting<T> {
    match change {
        Some(value) => Setting { value, by: By::User },
        None => setting.clone(),
    }
}

fn switch(on: &Setting<bool>, change: Option<bool>, locked: &Setting<bool>) -> EffectiveSwitch {
    let on = overlaid(on, change);
    EffectiveSwitch { on: on.value, on_by: on.by, locked: locked.value, locked_by: locked.by.clone() }
}

impl EffectiveAccount {
    /// `mail_window_days` of [`EffectiveAccount::of`], which is asked for often.
    pub(crate) fn window_days(account: &Account) -> Option<u32> {
        let settings = account.in_force.as_ref()?;
        Some(account.changes.mail_window_days.unwrap_or(settings.mail_window_days.value))
    }

    /// The account as it is in force; `None` before the first sign-in (EAS-042).
    pub fn of(account: &Account, facts: &DeviceFacts) -> Option<Self> {
        let settings = account.in_force.as_ref()?;
        let changes = &account.changes;
        Some(EffectiveAccount {
            name: settings.name.clone(),
            host: account.host.clone(),
            user: account.user_name.clone(),
            email: account.email.clone(),
            services: Services::make(|s: Service| {
                switch(settings.enabled.of(s), *changes.services.of(s), settings.locked.of(s))
            }),
            mail_window_days: overlaid(&settings.mail_window_days, changes.mail_window_days),
            move_allowed: settings.move_allowed.clone(),
            third_party_send: settings.third_party_send.clone(),
            recents: settings.recents.clone(),
            smime: EffectiveSmime::of(&settings.smime, changes, facts),
            vpn: settings.vpn.clone(),
        })
    }
}

impl EffectiveSmime {
    /// The S/MIME section: what the payload says and what the owner changed.
    pub(crate) fn of(settings: &SmimeSettings, changes: &OwnerChanges, facts: &DeviceFacts) -> Self {
        let handle =
            |s: &Setting<String>| Setting { value: IdentityHandle(s.value.clone()), by: s.by.clone() };
        let picked = |setting: &Option<Setting<String>>, change: &Option<IdentityHandle>| match change {
            Some(h) => Some(Setting { value: h.clone(), by: By::User }),
            None => setting.as_ref().map(handle),
        };
        let mut encrypt_by_default = switch(
            &settings.encrypt_by_default,
            changes.encrypt_by_default,
            &settings.encrypt_by_default_locked,
        );
        if facts.variants.encrypt_default_toggle == EncryptDefaultToggle::NeedsPerMessageSwitch
            && !encrypt_by_default.locked
            && !settings.per_message_switch.value
        {
            encrypt_by_default.locked = true;
            encrypt_by_default.locked_by = By::key("SMIMEEnableEncryptionPerMessageSwitch");
        }
        EffectiveSmime {
            present: settings.present,
            signing: switch(&settings.signing, changes.signing, &settings.signing_locked),
            signing_identity: picked(&settings.signing_identity, &changes.signing_identity),
            signing_identity_locked: settings.signing_identity_locked.clone(),
            encrypt_by_default,
            encryption_identity: picked(&settings.encryption_identity, &changes.encryption_identity),
            encryption_identity_locked: settings.encryption_identity_locked.clone(),
            per_message_switch: settings.per_message_switch.clone(),
        }
    }
}
