//! The device and its five verbs; everything else is in the modules that it dispatches to.

use crate::compose::PendingDraft;
use crate::eas::InFlight;
use crate::keychain::Keychain;
use crate::managed_mail::MailAccount;
use crate::profiles::{
    self, EnrollingInstall, ErrorChain, InstalledProfile, Outcome, PendingInstall, ProfileFile, Request,
    Source, StoredProfile,
};
use crate::random::DeviceRandom;
use crate::user::{UserAction, Verdict};
use crate::{Account, Defect, DeviceFacts, Event, IdentityAnswer, Prompt, PromptId};
use profile::OsVersion;
use serde::{Deserialize, Serialize};
use smime::{Certificate, Context, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use wire::{ExchangeId, HttpRequest, HttpResponse, Shared};

/// A simulated device. A value: cloning it gives a second device in the same state, serialising it a snapshot, which
/// holds private keys and passwords and belongs into a file of mode 0600.
#[derive(Clone, Serialize, Deserialize)]
pub struct Device {
    pub(crate) facts: DeviceFacts,
    pub(crate) random: DeviceRandom,
    /// The ActiveSync `DeviceId`: base32hex of 16 octets, as since iOS 7 (eas.md B.2).
    pub(crate) eas_device_id: String,
    /// The language that texts for the owner are chosen in (RFC 5646).
    pub(crate) language: String,
    pub(crate) profiles: Shared<Vec<InstalledProfile>>,
    /// The payloads of the profiles, in the same order.
    pub(crate) stored: Vec<StoredProfile>,
    /// Installations that wait for the owner.
    pub(crate) pending: Vec<PendingInstall>,
    /// Installations that wait for an enrolment server.
    #[serde(default)]
    pub(crate) enrolling: Vec<EnrollingInstall>,
    pub(crate) keychain: Shared<Keychain>,
    pub(crate) accounts: Vec<Account>,
    /// IMAP and POP accounts.
    pub(crate) mail_accounts: Vec<MailAccount>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) drafts: Vec<PendingDraft>,
    /// The lock of the open compose view.
    pub(crate) compose_encrypted: Option<bool>,
    pub(crate) next_account: u32,
    pub(crate) next_prompt: u64,
    pub(crate) next_message: u64,
    pub(crate) next_exchange: u64,
    #[serde(skip)]
    pub(crate) in_flight: BTreeMap<ExchangeId, InFlight>,
    #[serde(skip)]
    pub(crate) exchanges: VecDeque<HttpRequest>,
    #[serde(skip)]
    pub(crate) events: VecDeque<Event>,
}

/// What happens to a device.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// A profile is to be installed.
    InstallProfile {
        /// The file: XML or binary plist, or CMS signed-data around one.
        bytes: Vec<u8>,
        /// Who installs it.
        source: Source,
    },
    /// The same, of a file that other phones are given too.
    InstallFile {
        /// The file.
        file: ProfileFile,
        /// Who installs it.
        source: Source,
    },
    /// A management server removes a profile. The answer is [`Reply::Done`] or [`Reply::Refused`].
    RemoveManagedProfile {
        /// Its `PayloadIdentifier`.
        identifier: String,
    },
    /// The system becomes that version; stored payloads are read anew. An older one is refused.
    UpgradeOs(OsVersion),
    /// The owner chooses a language (RFC 5646), in which consent texts are shown.
    SetLanguage(String),
    /// The owner does something.
    User(UserAction),
    /// An exchange ended.
    Response {
        /// Which.
        exchange: ExchangeId,
        /// The answer; nothing when the server could not be reached.
        response: Option<HttpResponse>,
    },
    /// An enrolment server answered.
    Identity {
        /// Which request.
        exchange: ExchangeId,
        /// The answer.
        answer: IdentityAnswer,
    },
}

/// What the device says at once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// The profile of that identifier is installed.
    Installed(String),
    /// The profile was refused, and the device is as before.
    Refused(ErrorChain),
    /// The owner is asked first; the profile is not installed until the prompt, and any after it, is answered. The answer
    /// that completes it gives [`Reply::Installed`] or [`Reply::Refused`].
    Asked(PromptId),
    /// An enrolment server is asked first ([`Device::poll_identity_request`]); the [`Input::Identity`] that completes the
    /// profile gives [`Reply::Installed`] or [`Reply::Refused`].
    Enrolling(ExchangeId),
    /// An older system is not installed over a newer one.
    NotDowngraded {
        /// The version that stays.
        installed: OsVersion,
    },
    /// The verdict on an action.
    Action(Verdict),
    /// Nothing to say.
    Done,
}

/// The most events that wait to be polled; older ones are dropped first.
pub const MAX_EVENTS: usize = 100_000;

impl Device {
    /// A fresh device. `system_roots` are what it trusts from the factory; `seed` decides everything random on it
    /// but real cryptography.
    pub fn new(facts: DeviceFacts, system_roots: Vec<Certificate>, seed: u64) -> Self {
        let mut random = DeviceRandom::new(seed);
        let eas_device_id = base32hex(&random.block());
        Device {
            facts,
            random,
            eas_device_id,
            language: "en".to_owned(),
            profiles: Shared::default(),
            stored: Vec::new(),
            pending: Vec::new(),
            enrolling: Vec::new(),
            keychain: Shared::new(Keychain::new(system_roots)),
            accounts: Vec::new(),
            mail_accounts: Vec::new(),
            prompts: Vec::new(),
            drafts: Vec::new(),
            compose_encrypted: None,
            next_account: 0,
            next_prompt: 0,
            next_message: 0,
            next_exchange: 0,
            in_flight: BTreeMap::new(),
            exchanges: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Takes an input. Afterwards poll exchanges, the timeout and events.
    pub fn handle(&mut self, cx: &Context<'_>, input: Input) -> Reply {
        match input {
            Input::InstallProfile { bytes, source } => self.install(cx, Request::new(bytes.into(), source)),
            Input::InstallFile { file, source } => self.install(cx, Request::new(file, source)),
            Input::RemoveManagedProfile { identifier } => {
                match profiles::remove_by_management(self, &identifier) {
                    Ok(()) => Reply::Done,
                    Err(chain) => Reply::Refused(chain),
                }
            }
            Input::UpgradeOs(ios) if ios < self.facts.ios => {
                Reply::NotDowngraded { installed: self.facts.ios }
            }
            Input::UpgradeOs(ios) => {
                if ios > self.facts.ios {
                    profiles::upgrade(self, ios);
                }
                Reply::Done
            }
            Input::SetLanguage(language) => {
                self.language = language;
                Reply::Done
            }
            Input::User(UserAction::Answer { prompt, answer }) => self.answer(cx, prompt, answer),
            Input::User(action) => Reply::Action(self.act(cx, action)),
            Input::Response { exchange, response } => {
                self.response(cx, exchange, response);
                Reply::Done
            }
            Input::Identity { exchange, answer } => self.identity_answer(cx, exchange, answer),
        }
    }

    /// Installs on a copy, which replaces the device only when all went well: all or nothing.
    pub(crate) fn install(&mut self, cx: &Context<'_>, request: Request) -> Reply {
        let mut copy = self.clone();
        let reply = match profiles::install(&mut copy, cx, request) {
            Ok(Outcome::Installed(identifier)) if self.facts.has(Defect::InstalledWithoutInstalling) => {
                return Reply::Installed(identifier);
            }
            Ok(Outcome::Installed(identifier)) => Reply::Installed(identifier),
            Ok(Outcome::Asked(prompt)) => Reply::Asked(prompt),
            // Until the server has answered nothing of the profile is here, so the copy is not kept.
            Ok(Outcome::Enrolling(waiting)) => return self.hold_for_identity(*waiting),
            Err(error_chain) => {
                if self.facts.has(Defect::RefusedUpdateHalfDone) {
                    *self = copy;
                }
                return self.refuse(error_chain);
            }
        };
        *self = copy;
        reply
    }

    pub(crate) fn refuse(&mut self, mut error_chain: ErrorChain) -> Reply {
        if self.facts.has(Defect::CauseNotReported) {
            error_chain.0.pop();
        }
        self.events.push_back(Event::ProfileRefused { error_chain: error_chain.clone() });
        Reply::Refused(error_chain)
    }

    /// Does what is due: profiles whose time is over go, and mail that has left its window. Takes up what a restored
    /// snapshot had begun: exchanges that were under way are not part of a snapshot, the jobs behind them are.
    pub fn handle_timeout(&mut self, cx: &Context<'_>) {
        profiles::remove_due(self, cx);
        self.expire_mail(cx);
        self.ask_for_identities_again(cx);
        let accounts: Vec<_> = self.accounts.iter().map(Account::id).collect();
        for id in accounts {
            self.drive(id);
        }
    }

    /// The next exchange to carry out.
    pub fn poll_exchange(&mut self, _cx: &Context<'_>) -> Option<HttpRequest> {
        self.exchanges.pop_front()
    }

    /// When [`Device::handle_timeout`] wants to be called next: when a profile is to be removed, or the oldest message
    /// leaves a mail window.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.next_mail_expiry().into_iter().chain(self.next_removal()).min()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        while self.events.len() > MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.pop_front()
    }

    /// What the device is.
    pub fn facts(&self) -> &DeviceFacts {
        &self.facts
    }

    /// Makes the device another: a new system, another model, supervised or not.
    pub fn set_facts(&mut self, facts: DeviceFacts) {
        self.facts = facts;
    }

    /// The installed profiles.
    pub fn profiles(&self) -> &[InstalledProfile] {
        &self.profiles
    }

    /// The keychain.
    pub fn keychain(&self) -> &Keychain {
        &self.keychain
    }

    /// The prompts that wait.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// The language that texts for the owner are chosen in.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Where the lock of the open compose view stands.
    pub fn compose_encrypted(&self) -> Option<bool> {
        self.compose_encrypted
    }

    /// The ActiveSync device id.
    pub fn eas_device_id(&self) -> &str {
        &self.eas_device_id
    }
}

/// 26 characters of base32hex without padding (RFC 4648, 7).
fn base32hex(bytes: &[u8; 16]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let number = u128::from_be_bytes(*bytes);
    (0..26)
        .map(|i| {
            let shift = 123i32 - 5 * i;
            let digit = if shift >= 0 { number >> shift } else { number << -shift };
            char::from(ALPHABET[(digit & 31) as usize])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_ids_have_the_published_shape() {
        let id = base32hex(&[0xFF; 16]);
        assert_eq!(id.len(), 26);
        assert_eq!(id, "VVVVVVVVVVVVVVVVVVVVVVVVVS");
        assert_eq!(base32hex(&[0; 16]), "0".repeat(26));
    }
}
