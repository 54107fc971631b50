//! IMAP and POP accounts of com.apple.mail.managed: the settings, the S/MIME controls and the owner's changes, by the same
//! rules as for Exchange. They are settings only: the simulated phone speaks no IMAP, POP or SMTP, so such an account
//! never connects and holds no mail.
//!
//! Whoever installs by hand is asked for what the payload leaves open: the address, and user name and password of every
//! server that authenticates; management asks nobody. Reading: as with Exchange one question comes after the other, those
//! about the incoming server first, and an update asks only for what nobody has answered yet.
//!
//! Source: Apple's schema of com.apple.mail.managed (profiles-and-mdm.md A.1).

use crate::account::{AccountOrigin, OwnerChanges};
use crate::settings::{Setting, Switch, text};
use crate::{
    AccountId, Answer, Device, DeviceFacts, EffectiveSmime, IdentityHandle, MailQuestion, PromptKind, Secret,
    SmimeSettings, Source,
};
use profile::{Payload, WrongType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How mail is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum MailProtocol {
    Imap,
    Pop,
}

impl MailProtocol {
    /// The protocol of an `EmailAccountType`.
    pub(crate) fn of_key(value: &str) -> Option<Self> {
        match value {
            "EmailTypeIMAP" => Some(MailProtocol::Imap),
            "EmailTypePOP" => Some(MailProtocol::Pop),
            _ => None,
        }
    }
}

/// One of the two servers of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailServer {
    /// Host name.
    pub host: String,
    /// Port; without one the phone tries the usual ones (25, 587, 465 for sending).
    pub port: Option<i64>,
    /// Whether the connection is TLS.
    pub ssl: bool,
    /// The authentication, in the words of the key.
    pub authentication: String,
    /// User name.
    pub user_name: Option<String>,
    /// Whether the payload brings the password, which is kept with the payload.
    pub has_password: bool,
}

/// What a com.apple.mail.managed payload says, read for one iOS version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedMailSettings {
    /// `EmailAccountType`.
    pub protocol: MailProtocol,
    /// `EmailAccountDescription`, else the incoming host.
    pub name: Setting<String>,
    /// `EmailAddress`.
    pub email: Option<Setting<String>>,
    /// `EmailAccountName`: the sender's name.
    pub full_name: Option<Setting<String>>,
    /// The server that mail comes from.
    pub incoming: MailServer,
    /// The server that mail leaves by.
    pub outgoing: MailServer,
    /// `OutgoingPasswordSameAsIncomingPassword`.
    #[serde(default)]
    pub shared_password: bool,
    /// The negation of `PreventMove`.
    pub move_allowed: Setting<bool>,
    /// The negation of `PreventAppSheet`.
    pub third_party_send: Setting<bool>,
    /// The negation of `disableMailRecentsSyncing`.
    pub recents: Setting<bool>,
    /// `allowMailDrop`.
    pub mail_drop: Setting<bool>,
    /// `VPNUUID` (iOS 14).
    pub vpn: Option<Setting<String>>,
    /// The S/MIME keys.
    pub smime: SmimeSettings,
}

impl ManagedMailSettings {
    /// Reads the payload as this device's iOS does; nothing when it names no protocol that the phone knows.
    ///
    /// # Errors
    /// A known key of the wrong type.
    pub fn read(payload: &Payload, facts: &DeviceFacts) -> Result<Option<Self>, WrongType> {
        let Some(protocol) = payload.string("EmailAccountType")?.and_then(MailProtocol::of_key) else {
            return Ok(None);
        };
        let plain = |key: &'static str| -> Result<Option<String>, WrongType> {
            Ok(text(payload, key)?.map(|s| s.value))
        };
        let negated = |key, from| Switch(key, false, from).negated(payload, facts);
        let shared = payload.boolean("OutgoingPasswordSameAsIncomingPassword")?.unwrap_or(false);
        let incoming = MailServer {
            host: plain("IncomingMailServerHostName")?.unwrap_or_default(),
            port: payload.integer("IncomingMailServerPortNumber")?,
            ssl: payload.boolean("IncomingMailServerUseSSL")?.unwrap_or(false),
            authentication: plain("IncomingMailServerAuthentication")?.unwrap_or_default(),
            user_name: plain("IncomingMailServerUsername")?,
            has_password: payload.string("IncomingPassword")?.is_some(),
        };
        let outgoing = MailServer {
            host: plain("OutgoingMailServerHostName")?.unwrap_or_default(),
            port: payload.integer("OutgoingMailServerPortNumber")?,
            ssl: payload.boolean("OutgoingMailServerUseSSL")?.unwrap_or(false),
            authentication: plain("OutgoingMailServerAuthentication")?.unwrap_or_default(),
            user_name: plain("OutgoingMailServerUsername")?,
            has_password: payload.string("OutgoingPassword")?.is_some() || shared && incoming.has_password,
        };
        let name = text(payload, "EmailAccountDescription")?
            .unwrap_or_else(|| Setting::default_of(incoming.host.clone()));
        Ok(Some(ManagedMailSettings {
            protocol,
            name,
            email: text(payload, "EmailAddress")?,
            full_name: text(payload, "EmailAccountName")?,
            incoming,
            outgoing,
            shared_password: shared,
            move_allowed: negated("PreventMove", (5, 0))?,
            third_party_send: negated("PreventAppSheet", (5, 0))?,
            recents: negated("disableMailRecentsSyncing", (6, 0))?,
            mail_drop: Switch("allowMailDrop", false, (9, 2)).read(payload, facts)?,
            vpn: text(payload, "VPNUUID")?.filter(|_| facts.at_least(14, 0)),
            smime: SmimeSettings::read(payload, facts, true)?,
        }))
    }
}

/// An IMAP or POP account.
#[derive(Clone, Serialize, Deserialize)]
pub struct MailAccount {
    pub(crate) id: AccountId,
    pub(crate) origin: AccountOrigin,
    pub(crate) settings: ManagedMailSettings,
    pub(crate) changes: OwnerChanges,
    /// What the owner answered. Passwords are in it: it is in snapshots and nowhere else.
    #[serde(default)]
    pub(crate) answered: BTreeMap<MailQuestion, Secret>,
}

/// The value of an authentication key for a server that asks nothing.
const NO_AUTHENTICATION: &str = "EmailAuthNone";

impl MailAccount {
    /// What the payload leaves open, in the order in which it is asked.
    fn open_questions(&self) -> Vec<MailQuestion> {
        use MailQuestion::*;
        let settings = &self.settings;
        let authenticates = |server: &MailServer| server.authentication != NO_AUTHENTICATION;
        let (incoming, outgoing) = (&settings.incoming, &settings.outgoing);
        let asks_outgoing = authenticates(outgoing) && !settings.shared_password;
        [
            (Address, settings.email.is_none()),
            (IncomingUserName, authenticates(incoming) && incoming.user_name.is_none()),
            (IncomingPassword, authenticates(incoming) && !incoming.has_password),
            (OutgoingUserName, authenticates(outgoing) && outgoing.user_name.is_none()),
            (OutgoingPassword, asks_outgoing && !outgoing.has_password),
        ]
        .into_iter()
        .filter(|(question, open)| *open && !self.answered.contains_key(question))
        .map(|(question, _)| question)
        .collect()
    }

    /// The account's number, in one row with those of Exchange accounts.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// Who made it.
    pub fn origin(&self) -> &AccountOrigin {
        &self.origin
    }

    /// What its payload says.
    pub fn settings(&self) -> &ManagedMailSettings {
        &self.settings
    }
}

impl OwnerChanges {
    /// Drops the owner's changes to S/MIME controls that the payload locks.
    pub(crate) fn forget_locked_smime(&mut self, settings: &SmimeSettings) {
        let unless = |locked: &Setting<bool>, change: Option<bool>| change.filter(|_| !locked.value);
        let picked = |locked: &Setting<bool>, change: &mut Option<IdentityHandle>| {
            if locked.value {
                *change = None;
            }
        };
        self.signing = unless(&settings.signing_locked, self.signing);
        self.encrypt_by_default = unless(&settings.encrypt_by_default_locked, self.encrypt_by_default);
        picked(&settings.signing_identity_locked, &mut self.signing_identity);
        picked(&settings.encryption_identity_locked, &mut self.encryption_identity);
    }
}

impl Device {
    /// The IMAP and POP accounts.
    pub fn mail_accounts(&self) -> &[MailAccount] {
        &self.mail_accounts
    }

    /// The S/MIME section of an IMAP or POP account.
    pub fn mail_account_smime(&self, id: AccountId) -> Option<EffectiveSmime> {
        let account = self.mail_accounts.iter().find(|a| a.id == id)?;
        let mut smime = EffectiveSmime::of(&account.settings.smime, &account.changes, &self.facts);
        self.lock_account_controls(&mut smime);
        Some(smime)
    }

    /// Makes the account, or updates the one of that number in place; an update resets what the owner had changed.
    pub(crate) fn open_mail_account(
        &mut self,
        origin: AccountOrigin,
        settings: ManagedMailSettings,
        previous: Option<&MailAccount>,
        source: Source,
    ) {
        let id = previous.map(|p| p.id).unwrap_or_else(|| {
            self.next_account += 1;
            AccountId(self.next_account)
        });
        let answered = previous.map(|p| p.answered.clone()).unwrap_or_default();
        self.mail_accounts.push(MailAccount {
            id,
            origin,
            settings,
            changes: OwnerChanges::default(),
            answered,
        });
        if source == Source::Owner {
            self.ask_about_mail_account(id);
        }
    }

    fn ask_about_mail_account(&mut self, id: AccountId) {
        let account = self.mail_accounts.iter().find(|a| a.id == id);
        if let Some(asks) = account.and_then(|a| a.open_questions().first().copied()) {
            self.ask(PromptKind::MailAccount { account: id, asks });
        }
    }

    /// Takes the owner's answer and asks the next question.
    pub(crate) fn answer_mail_account(&mut self, id: AccountId, asks: MailQuestion, answer: Answer) {
        let answer = match answer {
            Answer::Password(password) => password,
            Answer::Text(text) => Secret::new(text),
            Answer::Agree | Answer::Cancel => return,
        };
        if let Some(account) = self.mail_accounts.iter_mut().find(|a| a.id == id) {
            account.answered.insert(asks, answer);
        }
        self.ask_about_mail_account(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MailSigningDefault, Variants};
    use profile::plist::Dictionary;

    fn facts(ios: &str) -> DeviceFacts {
        DeviceFacts {
            ios: ios.parse().unwrap(),
            model: "iPhone15,2".to_owned(),
            supervised: false,
            variants: Variants::default(),
        }
    }

    fn payload(kind: &str) -> Payload {
        let keys = Dictionary::new()
            .with("EmailAccountType", kind)
            .with("IncomingMailServerHostName", "imap.example")
            .with("IncomingPassword", "secret")
            .with("OutgoingPasswordSameAsIncomingPassword", true)
            .with("PreventMove", true)
            .with("SMIMESigningCertificateUUID", "u")
            .with("SMIMEEncryptByDefault", true)
            .with("VPNUUID", "v");
        Payload::new(0, keys)
    }

    #[test]
    fn settings_are_read_for_the_version() {
        let read =
            |ios: &str| ManagedMailSettings::read(&payload("EmailTypeIMAP"), &facts(ios)).unwrap().unwrap();
        let now = read("17.5");
        assert_eq!((now.protocol, now.name.value.as_str()), (MailProtocol::Imap, "imap.example"));
        assert!(now.incoming.has_password && now.outgoing.has_password && !now.move_allowed.value);
        assert!(now.smime.encrypt_by_default.value && now.vpn.is_some());
        assert!(!format!("{now:?}").contains("secret"));
        let before = read("11.4");
        assert!(!before.smime.encrypt_by_default.value && before.vpn.is_none());
        assert!(ManagedMailSettings::read(&payload("EmailTypeX400"), &facts("17.5")).unwrap().is_none());
    }

    #[test]
    fn the_default_of_signing_is_a_variant() {
        let mut phone = facts("17.5");
        let signs = |phone: &DeviceFacts| {
            ManagedMailSettings::read(&payload("EmailTypePOP"), phone).unwrap().unwrap().smime.signing.value
        };
        assert!(!signs(&phone));
        phone.variants.mail_signing_default = MailSigningDefault::On;
        assert!(signs(&phone));
    }
}
