//! Making accounts and taking them in force.

use crate::account::{Account, AccountOrigin, AccountState, Credential, OwnerChanges};
use crate::settings::SignIn;
use crate::{
    AccountId, Defect, Device, Event, MailSettings, Prompt, PromptId, PromptKind, Service, Services,
};
use wire::Shared;

/// What is needed to make an account, or to update one in place.
#[derive(Clone)]
pub(crate) struct NewAccount {
    pub(crate) origin: AccountOrigin,
    pub(crate) settings: MailSettings,
    pub(crate) host: Option<String>,
    pub(crate) credential: Credential,
    /// The account that is updated in place.
    pub(crate) previous: Option<Account>,
}

impl Device {
    /// The account of that number.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|a| a.id == id)
    }

    pub(crate) fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|a| a.id == id)
    }

    /// Every account, in the order in which they were made.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    pub(crate) fn add_account(&mut self, new: NewAccount) -> AccountId {
        let id = match &new.previous {
            Some(previous) => previous.id,
            None => {
                self.next_account += 1;
                AccountId(self.next_account)
            }
        };
        let text = |s: &Option<crate::Setting<String>>| s.as_ref().map(|s| s.value.clone());
        let (email, user_name) = (text(&new.settings.email), text(&new.settings.user_name));
        // Since iOS 14 a password in an update replaces one that the owner typed only with OverridePreviousPassword
        // (Apple's schema of com.apple.eas.account).
        let typed = new.previous.as_ref().filter(|p| p.typed_password && self.facts.at_least(14, 0));
        let kept = match (&new.credential, typed) {
            (Credential::Password(_), Some(previous)) if !new.settings.override_previous_password => {
                Some(previous.credential.clone()).filter(|c| matches!(c, Credential::Password(_)))
            }
            _ => None,
        };
        let typed_password = kept.is_some();
        let credential = kept.unwrap_or(new.credential);
        // Nothing is left to be entered with a certificate or a delivered password, so the settings hold at once
        // (EAS-042); else they wait for the owner.
        let complete = credential != Credential::None && email.is_some() && user_name.is_some();
        let is_update = new.previous.is_some();
        let mut account = match new.previous {
            Some(previous) => Account { email, user_name, host: new.host, ..previous },
            None => Account {
                id,
                origin: new.origin,
                in_force: None,
                waiting: None,
                changes: OwnerChanges::default(),
                email,
                user_name,
                host: new.host,
                credential: Credential::None,
                typed_password: false,
                state: AccountState::WaitingForOwner,
                session: Shared::default(),
                mail: Shared::default(),
                items: Shared::new(Services::make(|_| Vec::new())),
            },
        };
        account.credential = credential;
        account.typed_password = typed_password;
        account.waiting = Some(Shared::new(new.settings));
        // An account that is updated worked before, and what is new of it waits.
        if is_update && account.state != AccountState::WaitingForOwner {
            let state = AccountState::WaitingForOwner;
            self.events.push_back(Event::AccountState { account: id, state });
        }
        account.state = AccountState::WaitingForOwner;
        self.accounts.reserve_exact(1);
        self.accounts.push(account);
        if complete {
            self.take_in_force(id);
        }
        id
    }

    /// Puts the waiting settings in force. A payload update overrides what the owner had changed (XTR-017).
    pub(crate) fn take_in_force(&mut self, id: AccountId) {
        let defect = self.facts.variants.defect;
        let Some(account) = self.account_mut(id) else { return };
        if let Some(settings) = account.waiting.take() {
            let changed = std::mem::take(&mut account.changes);
            match defect {
                Some(Defect::ServiceChangeSurvivesUpdate) => account.changes.services = changed.services,
                Some(Defect::WindowChangeSurvivesUpdate) => {
                    account.changes.mail_window_days = changed.mail_window_days;
                }
                _ => {}
            }
            if account.in_force.is_none() || defect != Some(Defect::UpdateNeverInForce) {
                account.in_force = Some(settings);
            }
        }
        if account.state == AccountState::WaitingForOwner {
            self.set_state(id, AccountState::SigningIn);
        }
        for service in Service::ALL {
            self.empty_if_off(id, service);
        }
        // Identities that only the old settings needed go with them.
        crate::profiles::sweep(self);
    }

    pub(crate) fn set_state(&mut self, id: AccountId, state: AccountState) {
        let Some(account) = self.account_mut(id) else { return };
        if account.state != state {
            account.state = state;
            self.events.push_back(Event::AccountState { account: id, state });
        }
    }

    /// Drops what the device holds of a service that is off.
    pub(crate) fn empty_if_off(&mut self, id: AccountId, service: Service) {
        let kept = service == Service::Mail && self.facts.has(Defect::SwitchedOffMailStays);
        let Some(account) = self.account_mut(id) else { return };
        if account.service_on(service) || account.item_count(service) == 0 || kept {
            return;
        }
        match service {
            Service::Mail => account.mail = Shared::default(),
            other => account.items.of_mut(other).clear(),
        }
        account.session.forget(service);
        self.events.push_back(Event::Emptied { account: id, service });
    }

    /// Asks the owner for the next thing that the account lacks: address, user name, then password or sign-in.
    pub(crate) fn ask_next(&mut self, id: AccountId) {
        let Some(account) = self.account(id) else { return };
        let account_id = id;
        let kind = if account.email.is_none() {
            PromptKind::EmailAddress { account: account_id }
        } else if account.user_name.is_none() {
            PromptKind::UserName { account: account_id }
        } else {
            match account.newest_settings().map(|s| &s.sign_in.value) {
                Some(SignIn::OAuth) => PromptKind::SignIn { account: account_id },
                Some(SignIn::Password) if account.credential == Credential::None => {
                    PromptKind::Password { account: account_id }
                }
                _ => {
                    self.take_in_force(id);
                    self.start_session(id);
                    return;
                }
            }
        };
        match self.facts.variants.defect {
            Some(Defect::PasswordNotAsked) if matches!(kind, PromptKind::Password { .. }) => {
                self.take_in_force(id);
                self.set_state(id, AccountState::Active);
                return;
            }
            Some(Defect::PasswordAskedTwice) if matches!(kind, PromptKind::Password { .. }) => {
                self.ask(kind.clone());
            }
            Some(Defect::InForceBeforePassword) => {
                if let Some(account) = self.account_mut(id) {
                    account.in_force.clone_from(&account.waiting);
                }
            }
            _ => {}
        }
        self.ask(kind);
    }

    pub(crate) fn ask(&mut self, kind: PromptKind) -> PromptId {
        self.next_prompt += 1;
        let id = PromptId(self.next_prompt);
        self.prompts.push(Prompt { id, kind: kind.clone() });
        self.events.push_back(Event::Prompted { prompt: kind });
        id
    }

    /// Drops prompts, drafts and exchanges of an account that is gone or replaced.
    pub(crate) fn forget_account(&mut self, id: AccountId) {
        self.prompts.retain(|p| p.kind.account() != Some(id));
        self.drafts.retain(|d| d.draft.account != id);
        self.in_flight.retain(|_, flight| flight.account != id);
        let live = &self.in_flight;
        self.exchanges.retain(|request| live.contains_key(&request.exchange));
    }
}

impl PromptKind {
    /// The account that waits for the answer, where one does.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            PromptKind::Password { account }
            | PromptKind::SignIn { account }
            | PromptKind::EmailAddress { account }
            | PromptKind::UserName { account }
            | PromptKind::MailAccount { account, .. }
            | PromptKind::MissingRecipientCertificates { account, .. } => Some(*account),
            PromptKind::Consent { .. }
            | PromptKind::CertificatePassword { .. }
            | PromptKind::RemovalPasscode { .. } => None,
        }
    }
}
