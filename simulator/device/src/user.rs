//! What the owner of the phone does, and what becomes of it.
//!
//! A verdict is what the phone shows: a control that is not there is `Absent`, one that is dimmed is `Denied` with the
//! payload key that dims it. An allowed action is really done.

use crate::account::OwnerChanges;
use crate::accounts::NewAccount;
use crate::profiles::payload_type::REMOVAL_PASSWORD;
use crate::{
    AccountId, AccountOrigin, Answer, By, Credential, Defect, Device, Draft, EffectiveAccount,
    EffectiveSmime, EffectiveSwitch, Event, Folder, IdentityHandle, MailSettings, MessageId, PromptId,
    PromptKind, Reply, Secret, SendRefusal, Service,
};
use serde::Serialize;
use smime::Context;

/// An action of the owner.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum UserAction {
    /// Makes an Exchange account by hand.
    AddAccount {
        /// Its name.
        name: String,
        /// Server.
        host: String,
        /// Address.
        email: String,
        /// User name.
        user_name: String,
        /// Password.
        password: Secret,
    },
    /// Answers a prompt.
    Answer {
        /// Which.
        prompt: PromptId,
        /// How.
        answer: Answer,
    },
    /// Pulls to refresh: asks the server for what is new.
    Refresh {
        /// The account.
        account: AccountId,
    },
    /// Moves one of the five switches of an account.
    SetService {
        /// The account.
        account: AccountId,
        /// The switch.
        service: Service,
        /// Where to.
        on: bool,
    },
    /// Moves the Sign switch.
    SetSigning {
        /// The account.
        account: AccountId,
        /// Where to.
        on: bool,
    },
    /// Picks another signing identity.
    PickSigningIdentity {
        /// The account.
        account: AccountId,
        /// Which; any other than the present one when not said.
        identity: Option<IdentityHandle>,
    },
    /// Moves the Encrypt by Default switch.
    SetEncryptByDefault {
        /// The account.
        account: AccountId,
        /// Where to.
        on: bool,
    },
    /// Picks another encryption identity.
    PickEncryptionIdentity {
        /// The account.
        account: AccountId,
        /// Which; any other than the present one when not said.
        identity: Option<IdentityHandle>,
    },
    /// Opens a new message and taps its lock.
    FlipMessageEncryption {
        /// The account.
        account: AccountId,
    },
    /// Sets how many days of mail to keep.
    SetMailWindow {
        /// The account.
        account: AccountId,
        /// Days; 0 is everything.
        days: u32,
    },
    /// Moves a message to another account.
    MoveMessage {
        /// The account.
        account: AccountId,
        /// The message; the newest when not said.
        message: Option<MessageId>,
        /// The other account.
        to: AccountId,
    },
    /// Forwards a message through another account than the one it came to.
    ForwardFromOtherAccount {
        /// The account that the message came to.
        account: AccountId,
        /// The message; the newest when not said.
        message: Option<MessageId>,
        /// The account that sends.
        through: AccountId,
        /// The recipient.
        to: String,
    },
    /// Sends from another app through the account.
    SendFromApp {
        /// What.
        draft: Draft,
    },
    /// Sends from Mail.
    Send {
        /// What.
        draft: Draft,
    },
    /// Removes a profile in Settings.
    RemoveProfile {
        /// Its `PayloadIdentifier`.
        identifier: String,
    },
}

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// It was done; `by` names the key that leaves it free, or nothing where the default does.
    Allowed {
        /// The key.
        by: Option<String>,
    },
    /// The control is shown and does not move.
    Denied {
        /// The payload key that refuses.
        by: String,
    },
    /// The phone shows no such control.
    Absent {
        /// Why.
        reason: Absence,
    },
    /// The phone asks something first; it is done when the prompt is answered.
    Asked {
        /// The prompt.
        prompt: PromptId,
        /// The payload type that makes the phone ask.
        by: String,
    },
    /// Mail kept the message (no rule of the profile refused it).
    NotSent {
        /// Why.
        refusal: SendRefusal,
    },
}

/// Why a control is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the messages say it
#[non_exhaustive]
pub enum Absence {
    #[error("there is no such account, or its settings are not in force")]
    NoAccount,
    #[error("S/MIME is off for the account")]
    SmimeOff,
    #[error("this iOS has no such control")]
    NotOnThisIos,
    #[error("the function is off")]
    FunctionOff,
    #[error("there is no other identity to pick")]
    NoOtherIdentity,
    #[error("new messages have no lock")]
    NoPerMessageSwitch,
    #[error("the account has no mailbox while Mail is off")]
    NoMailbox,
    #[error("there is no message")]
    NoMessage,
    #[error("there is no such profile")]
    NoProfile,
    #[error("there is no such prompt")]
    NoPrompt,
}

/// The restriction that takes accounts out of the owner's hands.
const ACCOUNT_MODIFICATION: &str = "allowAccountModification";

/// Dims a switch that was free.
fn lock(switch: &mut EffectiveSwitch) {
    if !switch.locked {
        switch.locked = true;
        switch.locked_by = By::key(ACCOUNT_MODIFICATION);
    }
}

fn absent(reason: Absence) -> Verdict {
    Verdict::Absent { reason }
}

fn allowed(by: &By) -> Verdict {
    Verdict::Allowed {
        by: match by {
            By::Key(k) => Some(k.to_string()),
            By::Default | By::User => None,
        },
    }
}

/// The verdict of a lock; the key is named even where its default locks.
fn of_lock(locked: bool, by: &By, key: &'static str) -> Verdict {
    match (locked, by) {
        (false, _) => allowed(by),
        (true, By::Key(k)) => Verdict::Denied { by: k.to_string() },
        (true, _) => Verdict::Denied { by: key.to_owned() },
    }
}

impl Device {
    /// Does what the owner wants, where the phone lets them.
    pub(crate) fn act(&mut self, cx: &Context<'_>, action: UserAction) -> Verdict {
        match action {
            UserAction::AddAccount { name, host, email, user_name, password } => {
                if self.accounts_are_fixed() {
                    return Verdict::Denied { by: ACCOUNT_MODIFICATION.to_owned() };
                }
                let settings = MailSettings::personal(&name, &host, &email, &user_name);
                self.open_account(NewAccount {
                    origin: AccountOrigin::Owner,
                    settings,
                    host: Some(host),
                    credential: Credential::Password(password),
                    previous: None,
                });
                allowed(&By::Default)
            }
            UserAction::Answer { prompt, answer } => match self.answer(cx, prompt, answer) {
                Reply::Action(verdict) => verdict,
                _ => allowed(&By::Default),
            },
            UserAction::Refresh { account } => {
                self.synchronise(account);
                allowed(&By::Default)
            }
            UserAction::SetService { account, service, on } => self.set_service(account, service, on),
            UserAction::SetSigning { account, on } => self.set_signing(account, on),
            UserAction::PickSigningIdentity { account, identity } => self.pick(account, identity, true),
            UserAction::SetEncryptByDefault { account, on } => self.set_encrypt_by_default(account, on),
            UserAction::PickEncryptionIdentity { account, identity } => self.pick(account, identity, false),
            UserAction::FlipMessageEncryption { account } => self.flip(account),
            UserAction::SetMailWindow { account, days } => self.set_mail_window(cx, account, days),
            UserAction::MoveMessage { account, message, to } => self.move_message(account, message, to),
            UserAction::ForwardFromOtherAccount { account, message, through, to } => {
                self.forward(cx, account, message, through, to)
            }
            UserAction::SendFromApp { draft } => self.send_from_app(cx, draft),
            UserAction::Send { draft } => match self.send(cx, draft) {
                Ok(()) => allowed(&By::Default),
                Err(refusal) => Verdict::NotSent { refusal },
            },
            UserAction::RemoveProfile { identifier } => self.remove_by_owner(&identifier),
        }
    }

    /// The account as it is in force, with what restrictions and VPN make of it.
    pub fn effective(&self, account: AccountId) -> Option<EffectiveAccount> {
        let account = self.account(account)?;
        let mut effective = EffectiveAccount::of(account, &self.facts)?;
        if !self.facts.at_least(14, 0)
            && let Some(email) = &effective.email
        {
            effective.vpn = self.vpn_by_domain(email);
        }
        if self.accounts_are_fixed() {
            for service in Service::ALL {
                lock(effective.services.of_mut(service));
            }
            self.lock_account_controls(&mut effective.smime);
        }
        Some(effective)
    }

    /// Whether the owner may neither add nor remove accounts nor change them: `allowAccountModification` of
    /// com.apple.applicationaccess (supervised) is false in force. Apple says only that it "disables account
    /// modification"; we read it as Settings shows it, with the accounts dimmed, so that every control in an account
    /// counts, but not what Mail itself offers (the lock of a message, moving, sending), and not profiles.
    fn accounts_are_fixed(&self) -> bool {
        self.restrictions().is_false(ACCOUNT_MODIFICATION)
            && !self.facts.has(Defect::AccountRestrictionIgnored)
    }

    /// Dims the S/MIME controls of an account where accounts cannot be modified.
    pub(crate) fn lock_account_controls(&self, smime: &mut EffectiveSmime) {
        if !self.accounts_are_fixed() {
            return;
        }
        lock(&mut smime.signing);
        lock(&mut smime.encrypt_by_default);
        for locked in [&mut smime.signing_identity_locked, &mut smime.encryption_identity_locked] {
            if !locked.value {
                *locked = crate::Setting { value: true, by: By::key(ACCOUNT_MODIFICATION) };
            }
        }
    }

    /// What the owner changed on an account of any kind.
    fn changes_mut(&mut self, id: AccountId) -> Option<&mut OwnerChanges> {
        let mail = self.mail_accounts.iter_mut().find(|a| a.id == id).map(|a| &mut a.changes);
        mail.or_else(|| self.accounts.iter_mut().find(|a| a.id == id).map(|a| &mut a.changes))
    }

    /// Takes an answer. What completes an installation is answered with its end.
    pub(crate) fn answer(&mut self, cx: &Context<'_>, id: PromptId, answer: Answer) -> Reply {
        let Some(prompt) = self.prompts.iter().find(|p| p.id == id).cloned() else {
            return Reply::Action(absent(Absence::NoPrompt));
        };
        if let PromptKind::RemovalPasscode { profile } = &prompt.kind {
            return Reply::Action(self.answer_removal(id, profile, &answer));
        }
        match self.answer_installation(cx, &prompt, answer.clone()) {
            Some(reply) => reply,
            None => Reply::Action(self.answer_account(cx, id, answer)),
        }
    }

    /// The right passcode removes the profile; a wrong one is asked for again, and the profile stays.
    fn answer_removal(&mut self, id: PromptId, profile: &str, answer: &Answer) -> Verdict {
        let denied = Verdict::Denied { by: REMOVAL_PASSWORD.to_owned() };
        match answer {
            Answer::Password(word)
                if self.removal_passcode(profile) == Some(word.expose())
                    || self.facts.has(Defect::WrongRemovalPasscodeAccepted) =>
            {
                crate::profiles::remove(self, profile);
            }
            Answer::Password(_) => return denied,
            Answer::Cancel => self.prompts.retain(|p| p.id != id),
            Answer::Text(_) | Answer::Agree => {}
        }
        allowed(&By::Default)
    }

    fn answer_account(&mut self, cx: &Context<'_>, id: PromptId, answer: Answer) -> Verdict {
        let Some(at) = self.prompts.iter().position(|p| p.id == id) else {
            return absent(Absence::NoPrompt);
        };
        let prompt = self.prompts.remove(at);
        let Some(account) = prompt.kind.account() else { return absent(Absence::NoPrompt) };
        match (&prompt.kind, answer) {
            (PromptKind::MissingRecipientCertificates { .. }, _) => {
                if self.facts.has(Defect::CancelledMessageLeaves) {
                    self.send_in_the_clear(cx, id);
                }
                self.drafts.retain(|d| d.prompt != Some(id));
            }
            (PromptKind::Password { .. }, Answer::Password(password)) => {
                if let Some(a) = self.account_mut(account) {
                    a.credential = Credential::Password(password);
                    a.typed_password = true;
                }
                self.set_state(account, crate::AccountState::SigningIn);
                self.start_session(account);
            }
            (PromptKind::SignIn { .. }, Answer::Password(password)) => {
                self.set_state(account, crate::AccountState::SigningIn);
                self.start_sign_in(account, password);
            }
            (PromptKind::EmailAddress { .. }, Answer::Text(text)) => {
                if let Some(a) = self.account_mut(account) {
                    a.email = Some(text);
                }
                self.ask_next(account);
            }
            (PromptKind::UserName { .. }, Answer::Text(text)) => {
                if let Some(a) = self.account_mut(account) {
                    a.user_name = Some(text);
                }
                self.ask_next(account);
            }
            (PromptKind::MailAccount { asks, .. }, answer)
                if asks.is_secret() == matches!(answer, Answer::Password(_))
                    && matches!(answer, Answer::Password(_) | Answer::Text(_)) =>
            {
                self.answer_mail_account(account, *asks, answer);
            }
            // A cancelled or unfitting answer leaves the question open.
            _ => self.prompts.push(prompt),
        }
        allowed(&By::Default)
    }

    fn set_service(&mut self, id: AccountId, service: Service, on: bool) -> Verdict {
        let Some(effective) = self.effective(id) else { return absent(Absence::NoAccount) };
        let switch = effective.services.of(service);
        let opens = self.facts.has(Defect::LockHoldsOnlyWhatIsOn) && !switch.on;
        let locked = switch.locked && !opens;
        let verdict = of_lock(locked, &switch.locked_by, service.override_key());
        let moves = match self.facts.variants.defect {
            Some(Defect::LockedSwitchMoves) => true,
            Some(Defect::OpenSwitchStays) => false,
            _ => !locked,
        };
        if moves && switch.on != on {
            if let Some(account) = self.account_mut(id) {
                *account.changes.services.of_mut(service) = Some(on);
            }
            if on {
                self.synchronise(id);
            } else {
                self.empty_if_off(id, service);
            }
        }
        verdict
    }

    /// The S/MIME controls of an account, where the phone has them: S/MIME is on, and the owner's controls came with
    /// iOS 12 (EAS-084).
    fn smime_controls(&self, id: AccountId) -> Result<EffectiveSmime, Verdict> {
        let smime = match self.mail_account_smime(id) {
            Some(smime) => smime,
            None => self.effective(id).ok_or(absent(Absence::NoAccount))?.smime,
        };
        if !smime.present {
            return Err(absent(Absence::SmimeOff));
        }
        if !self.facts.at_least(12, 0) && !self.facts.has(Defect::ControlsBeforeIos12) {
            return Err(absent(Absence::NotOnThisIos));
        }
        Ok(smime)
    }

    fn set_signing(&mut self, id: AccountId, on: bool) -> Verdict {
        let smime = match self.smime_controls(id) {
            Ok(smime) => smime,
            Err(verdict) => return verdict,
        };
        if !smime.signing.locked
            && let Some(changes) = self.changes_mut(id)
        {
            changes.signing = Some(on);
        }
        of_lock(smime.signing.locked, &smime.signing.locked_by, "SMIMESigningUserOverrideable")
    }

    fn set_encrypt_by_default(&mut self, id: AccountId, on: bool) -> Verdict {
        let smime = match self.smime_controls(id) {
            Ok(smime) => smime,
            Err(verdict) => return verdict,
        };
        let switch = &smime.encrypt_by_default;
        if !switch.locked
            && let Some(changes) = self.changes_mut(id)
        {
            changes.encrypt_by_default = Some(on);
        }
        of_lock(switch.locked, &switch.locked_by, "SMIMEEncryptByDefaultUserOverrideable")
    }

    fn pick(&mut self, id: AccountId, wanted: Option<IdentityHandle>, signing: bool) -> Verdict {
        let smime = match self.smime_controls(id) {
            Ok(smime) => smime,
            Err(verdict) => return verdict,
        };
        let (in_use, present, locked, key) = if signing {
            let key = "SMIMESigningCertificateUUIDUserOverrideable";
            (smime.signing.on, smime.signing_identity, smime.signing_identity_locked, key)
        } else {
            let key = "SMIMEEncryptionCertificateUUIDUserOverrideable";
            let by_lock = smime.per_message_switch.value && !self.facts.has(Defect::PickNeedsEncryptDefault);
            let on = smime.encrypt_by_default.on || by_lock;
            (on, smime.encryption_identity, smime.encryption_identity_locked, key)
        };
        if !in_use {
            return absent(Absence::FunctionOff);
        }
        let present = present.map(|p| p.value);
        let other = self
            .keychain
            .identities()
            .iter()
            .map(|i| &i.handle)
            .find(|h| Some(*h) != present.as_ref() && wanted.as_ref().is_none_or(|w| w == *h));
        let Some(other) = other.cloned() else { return absent(Absence::NoOtherIdentity) };
        if !locked.value
            && let Some(changes) = self.changes_mut(id)
        {
            let slot = if signing { &mut changes.signing_identity } else { &mut changes.encryption_identity };
            *slot = Some(other);
        }
        of_lock(locked.value, &locked.by, key)
    }

    fn flip(&mut self, id: AccountId) -> Verdict {
        let Some(effective) = self.effective(id) else { return absent(Absence::NoAccount) };
        if !effective.smime.present {
            return absent(Absence::SmimeOff);
        }
        if !effective.services.of(Service::Mail).on {
            return absent(Absence::NoMailbox);
        }
        if !effective.smime.per_message_switch.value {
            return absent(Absence::NoPerMessageSwitch);
        }
        self.compose_encrypted = Some(!effective.smime.compose_starts_encrypted());
        allowed(&effective.smime.per_message_switch.by)
    }

    fn set_mail_window(&mut self, cx: &Context<'_>, id: AccountId, days: u32) -> Verdict {
        let Some(effective) = self.effective(id) else { return absent(Absence::NoAccount) };
        if !effective.services.of(Service::Mail).on {
            return absent(Absence::NoMailbox);
        }
        if self.accounts_are_fixed() {
            return Verdict::Denied { by: ACCOUNT_MODIFICATION.to_owned() };
        }
        if self.facts.has(Defect::WindowFixed) {
            return Verdict::Denied { by: "MailNumberOfPastDaysToSync".to_owned() };
        }
        if let Some(account) = self.account_mut(id) {
            account.changes.mail_window_days = Some(days);
            if days > 0 {
                let limit = cx.now.0 - i64::from(days) * 86_400_000;
                account.mail.drop_older_than(smime::Timestamp(limit));
            }
        }
        self.resynchronise_mail(id);
        allowed(&By::Default)
    }

    /// What message actions need: mail in force and a message.
    fn mailbox_message(
        &self,
        id: AccountId,
        message: Option<MessageId>,
    ) -> Result<(EffectiveAccount, MessageId), Verdict> {
        let effective = self.effective(id).ok_or(absent(Absence::NoAccount))?;
        if !effective.services.of(Service::Mail).on {
            return Err(absent(Absence::NoMailbox));
        }
        let account = self.account(id).ok_or(absent(Absence::NoAccount))?;
        let found = match message {
            Some(m) => account.mail.by_id(m).map(|m| m.id),
            None => account.mail.newest(Folder::Inbox).map(|m| m.id),
        };
        Ok((effective, found.ok_or(absent(Absence::NoMessage))?))
    }

    fn move_message(&mut self, id: AccountId, message: Option<MessageId>, to: AccountId) -> Verdict {
        let (effective, message) = match self.mailbox_message(id, message) {
            Ok(found) => found,
            Err(verdict) => return verdict,
        };
        if self.account(to).is_none() {
            return absent(Absence::NoAccount);
        }
        // Moving inside the account is not what PreventMove is about (EAS-092).
        let ignored = self.facts.has(Defect::MoveLockIgnored);
        let prevented = !effective.move_allowed.value && to != id && !ignored;
        let moves = match self.facts.variants.defect {
            Some(Defect::RefusedMessageMoves) => true,
            Some(Defect::MovedMessageStays) => false,
            _ => !prevented,
        };
        if moves && let Some(taken) = self.account_mut(id).and_then(|a| a.mail.take(message)) {
            self.delete_on_server(id, &taken.server_id);
            if let Some(target) = self.account_mut(to) {
                target.mail.add(crate::Message { server_id: String::new(), ..taken });
            }
            self.events.push_back(Event::MessageMoved { from: id, to });
        }
        of_lock(prevented, &effective.move_allowed.by, "PreventMove")
    }

    fn forward(
        &mut self,
        cx: &Context<'_>,
        id: AccountId,
        message: Option<MessageId>,
        through: AccountId,
        to: String,
    ) -> Verdict {
        let (effective, message) = match self.mailbox_message(id, message) {
            Ok(found) => found,
            Err(verdict) => return verdict,
        };
        if self.account(through).is_none() {
            return absent(Absence::NoAccount);
        }
        // Apple: PreventMove also refuses forwarding and replying from another account (EAS-092).
        let ignored = self.facts.has(Defect::ForwardLockIgnored);
        let prevented = !effective.move_allowed.value && through != id && !ignored;
        if !prevented {
            let reading = self.read_message(cx, id, message).ok();
            let subject = reading.as_ref().and_then(|r| r.subject.clone()).unwrap_or_default();
            let text = reading.and_then(|r| r.text).unwrap_or_default();
            let draft = Draft {
                account: through,
                to: vec![to],
                subject: format!("Fwd: {subject}"),
                text,
                attachment: None,
                flip_encryption: false,
            };
            if let Err(refusal) = self.send(cx, draft) {
                return Verdict::NotSent { refusal };
            }
        }
        of_lock(prevented, &effective.move_allowed.by, "PreventMove")
    }

    fn send_from_app(&mut self, cx: &Context<'_>, draft: Draft) -> Verdict {
        let Some(effective) = self.effective(draft.account) else { return absent(Absence::NoAccount) };
        if !effective.services.of(Service::Mail).on {
            return absent(Absence::NoMailbox);
        }
        let permitted = &effective.third_party_send;
        if permitted.value {
            match self.send(cx, draft) {
                // The share sheet took the message; that Mail then lacks an identity is no refusal of the profile.
                Ok(()) | Err(SendRefusal::NoSigningIdentity | SendRefusal::NoEncryptionIdentity) => {}
                Err(refusal) => return Verdict::NotSent { refusal },
            }
        }
        of_lock(!permitted.value, &permitted.by, "PreventAppSheet")
    }

    fn remove_by_owner(&mut self, identifier: &str) -> Verdict {
        let Some(profile) = self.profiles.iter().find(|p| p.identifier == identifier) else {
            return absent(Absence::NoProfile);
        };
        // Acts on supervised devices only (Apple's TopLevel schema; profiles-and-mdm.md, Top level 6).
        let disallowed = profile.removal_disallowed && self.facts.supervised;
        if disallowed && !self.facts.has(Defect::RemovalDisallowedIgnored) {
            return Verdict::Denied { by: "PayloadRemovalDisallowed".to_owned() };
        }
        // A profile that MDM installed is never the user's to remove (same place).
        if profile.source == crate::Source::Mdm {
            return Verdict::Denied { by: "com.apple.mdm".to_owned() };
        }
        if self.removal_passcode(identifier).is_some() && !self.facts.has(Defect::RemovalPasscodeIgnored) {
            let kind = PromptKind::RemovalPasscode { profile: identifier.to_owned() };
            let asked = self.prompts.iter().find(|p| p.kind == kind).map(|p| p.id);
            let prompt = asked.unwrap_or_else(|| self.ask(kind));
            return Verdict::Asked { prompt, by: REMOVAL_PASSWORD.to_owned() };
        }
        crate::profiles::remove(self, identifier);
        allowed(&By::Default)
    }
}
