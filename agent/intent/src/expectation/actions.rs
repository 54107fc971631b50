//! What must happen when the user tries each action on the account as installed.

use serde::{Deserialize, Serialize};

use super::DeviceFacts;
use super::account::ExpectedAccount;
use super::expected::Basis;
use super::{restriction, services};
use crate::action::ActionId;
use crate::intent::Intent;
use crate::key;
use crate::service::Service;
use crate::variant::EncryptDefaultToggle;

/// Says what the phone does with an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionVerdict {
    /// The control is there and works.
    Allowed,
    /// The control is there and refuses.
    Denied,
    /// The phone shows no such control.
    Absent,
}

/// Holds what must happen when the user tries one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedAction {
    /// The action.
    pub id: ActionId,
    /// What the phone must do.
    pub verdict: ActionVerdict,
    /// For a refusal, the payload key behind it, also where it refuses by being absent.
    pub by: Option<&'static str>,
    /// Ids of the requirements; empty where only the citation speaks.
    pub requirements: &'static [&'static str],
    /// The document that says so, and where in it.
    pub citation: &'static str,
}

const NO_MAILBOX: Basis = Basis::new(
    &["EAS-046", "EAS-047", "EAS-048"],
    "Intune e-mail settings for iOS: Exchange data to sync without Email",
);
const NO_SMIME: Basis = Basis::new(&["EAS-060"], "Intune e-mail settings for iOS: S/MIME, Disable S/MIME");
const NO_CONTROL_BEFORE_12: Basis = Basis::new(
    &["EAS-084"],
    "Intune e-mail settings for iOS: Allow user to change setting applies to iOS 12 and newer",
);
const SIGNING: Basis = Basis::new(
    &["EAS-065"],
    "Intune e-mail settings for iOS: S/MIME signing enabled, Allow user to change setting",
);
const SIGNING_OFF: Basis =
    Basis::new(&["EAS-063", "EAS-070"], "Intune e-mail settings for iOS: S/MIME signing enabled, Disable");
const SIGNING_IDENTITY: Basis = Basis::new(
    &["EAS-070"],
    "Intune e-mail settings for iOS: Signing certificate type, Allow user to change setting",
);
const ENCRYPT: Basis = Basis::new(
    &["EAS-072"],
    "Intune e-mail settings for iOS: Encrypt by default, Allow user to change setting",
);
const ENCRYPTION_OFF: Basis = Basis::new(
    &["EAS-083"],
    "Apple com.apple.eas.account: SMIMEEncryptionCertificateUUIDUserOverrideable, while encryption is on",
);
const ENCRYPTION_IDENTITY: Basis = Basis::new(
    &["EAS-083", "LNG-015"],
    "Intune e-mail settings for iOS: Encryption certificate type, Allow user to change setting",
);
const OPT_OUT: Basis = Basis::new(
    &["EAS-073", "EAS-074"],
    "Intune e-mail settings for iOS: Encrypt by default and per-message encryption, both Enable",
);
const OPT_IN: Basis = Basis::new(
    &["EAS-073", "EAS-075"],
    "Intune e-mail settings for iOS: per-message encryption without Encrypt by default",
);
const PER_MESSAGE_OFF: Basis = Basis::new(
    &["EAS-076", "EAS-077"],
    "Intune e-mail settings for iOS: Force per-message encryption, Disable",
);
const WINDOW: Basis = Basis::new(
    &["EAS-090", "XTR-017"],
    "Apple com.apple.eas.account: MailNumberOfPastDaysToSync, which the user can change",
);
const MOVE_FREE: Basis = Basis::new(
    &["EAS-091"],
    "Intune e-mail settings for iOS: Allow messages to be moved to other email accounts, Enable",
);
const MOVE_REFUSED: Basis = Basis::new(
    &["EAS-092"],
    "Intune e-mail settings for iOS: Allow messages to be moved to other email accounts; \
     Apple com.apple.eas.account: PreventMove",
);
const SEND_FREE: Basis = Basis::new(
    &["EAS-093"],
    "Intune e-mail settings for iOS: Allow email to be sent from third-party applications, Enable",
);
const SEND_REFUSED: Basis = Basis::new(
    &["EAS-094", "XTR-007"],
    "Intune e-mail settings for iOS: Allow email to be sent from third-party applications; \
     Apple com.apple.eas.account: PreventAppSheet",
);
const REMOVAL: Basis = Basis::new(&[], "Apple TopLevel: PayloadRemovalDisallowed, supervised devices only");
const REMOVAL_PASSWORD: Basis =
    Basis::new(&[], "Apple com.apple.profileRemovalPassword: removal asks for it, supervised devices only");

/// Returns what must happen for every action, in the order of [`ActionId::ALL`].
pub(super) fn actions(
    intent: &Intent,
    facts: &DeviceFacts,
    account: &ExpectedAccount,
) -> Vec<ExpectedAction> {
    let phone = Phone { intent, facts, account };
    ActionId::ALL.into_iter().map(|id| phone.expect(id)).collect()
}

struct Phone<'a> {
    intent: &'a Intent,
    facts: &'a DeviceFacts,
    account: &'a ExpectedAccount,
}

/// Holds a verdict and why, before it is given its action.
type Answer = (ActionVerdict, Option<&'static str>, Basis);

const fn allowed(basis: Basis) -> Answer {
    (ActionVerdict::Allowed, None, basis)
}

const fn denied(key: &'static str, basis: Basis) -> Answer {
    (ActionVerdict::Denied, Some(key), basis)
}

const fn absent(basis: Basis) -> Answer {
    (ActionVerdict::Absent, None, basis)
}

impl Phone<'_> {
    fn expect(&self, id: ActionId) -> ExpectedAction {
        let (verdict, by, basis) = match id {
            ActionId::Service(service, _) => self.service(service),
            ActionId::SmimeSigning(_) => self.signing(),
            ActionId::SmimeSigningIdentityPick => self.signing_identity(),
            ActionId::SmimeEncryptByDefault(_) => self.encrypt_by_default(),
            ActionId::SmimeEncryptionIdentityPick => self.encryption_identity(),
            ActionId::SmimeMessageEncryptionFlip => self.message_encryption(),
            ActionId::MailWindowSet => self.with_mail(|| self.in_settings(allowed(WINDOW))),
            ActionId::MessageMove | ActionId::MessageForwardFromOtherAccount => {
                self.with_mail(|| match self.intent.prevent_move {
                    Some(true) => denied(key::PREVENT_MOVE, MOVE_REFUSED),
                    _ => allowed(MOVE_FREE),
                })
            }
            ActionId::MessageSendFromApp => self.with_mail(|| match self.intent.prevent_app_sheet {
                Some(true) => denied(key::PREVENT_APP_SHEET, SEND_REFUSED),
                _ => allowed(SEND_FREE),
            }),
            ActionId::ProfileRemove => self.removal(),
        };
        ExpectedAction { id, verdict, by, requirements: basis.requirements, citation: basis.citation }
    }

    /// Both positions of a switch share one answer: the way back is as free as the way there.
    fn service(&self, service: Service) -> Answer {
        let basis = services::basis(self.intent, self.facts);
        let overridable = self.intent.services.of(service).overridable;
        if self.facts.obeys_service_keys() && overridable == Some(false) {
            denied(service.overridable_key(), basis)
        } else {
            self.in_settings(allowed(basis))
        }
    }

    /// A control of Settings that works is still frozen by the restriction on changing accounts.
    fn in_settings(&self, answer: Answer) -> Answer {
        match answer {
            (ActionVerdict::Allowed, ..) if restriction::freezes(self.intent, self.facts) => {
                denied(key::ALLOW_ACCOUNT_MODIFICATION, restriction::FROZEN)
            }
            answer => answer,
        }
    }

    /// Who does not know the password stays before the same closed door as without one.
    fn removal(&self) -> Answer {
        if !self.facts.supervised {
            allowed(REMOVAL)
        } else if self.intent.removal_disallowed == Some(true) {
            denied(key::PAYLOAD_REMOVAL_DISALLOWED, REMOVAL)
        } else if self.intent.removal_password {
            denied(key::REMOVAL_PASSWORD, REMOVAL_PASSWORD)
        } else {
            allowed(REMOVAL)
        }
    }

    fn signing(&self) -> Answer {
        self.with_smime_controls(|| {
            if self.intent.smime.signing_overrideable == Some(true) {
                self.in_settings(allowed(SIGNING))
            } else {
                denied(key::SMIME_SIGNING_USER_OVERRIDEABLE, SIGNING)
            }
        })
    }

    fn signing_identity(&self) -> Answer {
        self.with_smime_controls(|| {
            if !self.account.smime.signing.on.value {
                return absent(SIGNING_OFF);
            }
            self.pick(
                &self.intent.smime.signing_identity,
                self.intent.smime.signing_identity_overrideable,
                key::SMIME_SIGNING_CERTIFICATE_UUID_USER_OVERRIDEABLE,
                SIGNING_IDENTITY,
            )
        })
    }

    fn encrypt_by_default(&self) -> Answer {
        self.with_smime_controls(|| {
            let needs_switch =
                self.facts.variants.encrypt_default_toggle == EncryptDefaultToggle::NeedsPerMessageSwitch;
            if self.intent.smime.encrypt_by_default_overrideable != Some(true) {
                denied(key::SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE, ENCRYPT)
            } else if needs_switch && !self.account.smime.per_message_switch.value {
                denied(key::SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH, ENCRYPT)
            } else {
                self.in_settings(allowed(ENCRYPT))
            }
        })
    }

    fn encryption_identity(&self) -> Answer {
        let smime = &self.account.smime;
        self.with_smime_controls(|| {
            if !smime.encrypt_by_default.on.value && !smime.per_message_switch.value {
                return absent(ENCRYPTION_OFF);
            }
            self.pick(
                &self.intent.smime.encryption_identity,
                self.intent.smime.encryption_identity_overrideable,
                key::SMIME_ENCRYPTION_CERTIFICATE_UUID_USER_OVERRIDEABLE,
                ENCRYPTION_IDENTITY,
            )
        })
    }

    /// What the picker offers is what is on the phone beside the identity in use.
    fn pick(
        &self,
        in_use: &Option<String>,
        overrideable: Option<bool>,
        key: &'static str,
        basis: Basis,
    ) -> Answer {
        if self.facts.identities <= usize::from(in_use.is_some()) {
            absent(basis)
        } else if overrideable == Some(true) {
            self.in_settings(allowed(basis))
        } else {
            denied(key, basis)
        }
    }

    fn message_encryption(&self) -> Answer {
        if !self.account.smime.enabled.value {
            return absent(NO_SMIME);
        }
        self.with_mail(|| {
            let smime = &self.account.smime;
            match (smime.per_message_switch.value, smime.encrypt_by_default.on.value) {
                (true, true) => allowed(OPT_OUT),
                (true, false) => allowed(OPT_IN),
                (false, _) => absent(PER_MESSAGE_OFF),
            }
        })
    }

    fn with_smime_controls(&self, answer: impl FnOnce() -> Answer) -> Answer {
        if !self.account.smime.enabled.value {
            absent(NO_SMIME)
        } else if !self.facts.has_smime_controls() {
            absent(NO_CONTROL_BEFORE_12)
        } else {
            answer()
        }
    }

    fn with_mail(&self, answer: impl FnOnce() -> Answer) -> Answer {
        if self.account.services.mail.on.value { answer() } else { absent(NO_MAILBOX) }
    }
}
