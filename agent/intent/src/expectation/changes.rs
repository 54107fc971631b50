//! What the owner changed by hand, and what the phone must show then.

use super::DeviceFacts;
use super::account::{ComposeStart, ExpectedAccount, ExpectedToggle};
use super::actions::actions;
use super::circumstances::Circumstances;
use super::expected::Expected;
use super::oracle::{Expectations, expectations_under};
use crate::intent::Intent;
use crate::key;
use crate::service::{Service, Services};

/// What [`Expected::by`] says of a value that the owner chose.
pub const BY_USER: &str = "user";

/// Holds what the owner of a phone changed since the settings came in force; `None` is as installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The switches of the services.
    pub services: Services<Option<bool>>,
    /// The signing switch.
    pub signing: Option<bool>,
    /// The switch for encryption by default.
    pub encrypt_by_default: Option<bool>,
    /// The mail window, in days.
    pub mail_window_days: Option<u32>,
}

impl Changes {
    /// Records that the owner moved the switch of a service.
    pub fn set_service(&mut self, service: Service, on: bool) {
        let old = self.services;
        self.services = Services::from_fn(|s| if s == service { Some(on) } else { *old.of(s) });
    }
}

/// Computes what a phone must show after its owner changed something.
///
/// A change holds as long as the profile leaves its control to the user (EAS-051, EAS-065, EAS-072), on the iOS that the
/// phone has now: what an iOS newer than the profile locks is as the profile says again (EAS-052). That controls are
/// frozen by a restriction takes no change back: Apple's `allowAccountModification` is about making changes. Each action
/// then meets the account as it is; what a function needs to be on is on or off as the owner left it. An update resets
/// all of it (XTR-017): the caller begins with no changes.
#[must_use]
pub fn expectations_after(
    intent: &Intent,
    facts: &DeviceFacts,
    circumstances: &Circumstances,
    changes: &Changes,
) -> Expectations {
    let mut expectations = expectations_under(intent, facts, circumstances);
    let account = &mut expectations.account;
    let services = &account.services;
    account.services =
        Services::from_fn(|service| moved(services.of(service).clone(), *changes.services.of(service)));
    if let Some(days) = changes.mail_window_days {
        chosen(&mut account.mail_window_days, days);
    }
    if account.smime.enabled.value {
        change_smime(account, changes);
    }
    expectations.actions = actions(intent, facts, &expectations.account);
    expectations
}

fn change_smime(account: &mut ExpectedAccount, changes: &Changes) {
    let smime = &mut account.smime;
    smime.signing = moved(smime.signing.clone(), changes.signing);
    smime.encrypt_by_default = moved(smime.encrypt_by_default.clone(), changes.encrypt_by_default);
    let on = &smime.encrypt_by_default.on;
    let starts = if on.value { ComposeStart::Encrypted } else { ComposeStart::Clear };
    if smime.compose_starts.value != starts {
        chosen(&mut smime.compose_starts, starts);
    }
}

/// A switch that the owner may have moved; one that its own key locks is as the profile says.
fn moved(mut toggle: ExpectedToggle, change: Option<bool>) -> ExpectedToggle {
    let is_locked = toggle.locked.value && toggle.locked.by != key::ALLOW_ACCOUNT_MODIFICATION;
    if let Some(on) = change.filter(|_| !is_locked) {
        chosen(&mut toggle.on, on);
    }
    toggle
}

fn chosen<T>(expected: &mut Expected<T>, value: T) {
    expected.value = value;
    expected.by = BY_USER;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{ActionId, Position};
    use crate::expectation::ActionVerdict;
    use crate::intent::{ServiceIntent, SmimeIntent};
    use crate::variant::Variants;
    use profile::OsVersion;

    fn facts(major: u16) -> DeviceFacts {
        DeviceFacts {
            ios: OsVersion::new(major, 0, 0),
            supervised: false,
            identities: 2,
            variants: Variants::default(),
        }
    }

    fn after(intent: &Intent, major: u16, changes: &Changes) -> Expectations {
        expectations_after(intent, &facts(major), &Circumstances::default(), changes)
    }

    #[test]
    fn without_changes_nothing_is_otherwise() {
        let intent = Intent::default();
        let plain = expectations_under(&intent, &facts(17), &Circumstances::default());
        assert_eq!(after(&intent, 17, &Changes::default()), plain);
    }

    #[test]
    fn what_a_newer_ios_locks_is_as_the_profile_says() {
        let said = ServiceIntent { enable: Some(true), overridable: Some(false) };
        let intent = Intent { services: Services::from_fn(|_| said), ..Intent::default() };
        let mut changes = Changes::default();
        changes.set_service(Service::Mail, false);
        let mail = |major| after(&intent, major, &changes).account.services.mail.on;
        assert_eq!((mail(12).value, mail(12).by), (false, BY_USER));
        assert_eq!((mail(13).value, mail(13).by), (true, "EnableMail"));
    }

    #[test]
    fn actions_meet_the_account_as_the_owner_left_it() {
        let smime = SmimeIntent {
            signing_enabled: Some(true),
            signing_overrideable: Some(true),
            signing_identity_overrideable: Some(true),
            ..SmimeIntent::default()
        };
        let intent = Intent { smime, ..Intent::default() };
        let pick = |changes: &Changes| {
            let expectations = after(&intent, 17, changes);
            expectations.action(ActionId::SmimeSigningIdentityPick).map(|a| a.verdict)
        };
        assert_eq!(pick(&Changes::default()), Some(ActionVerdict::Allowed));
        let changes = Changes { signing: Some(false), ..Changes::default() };
        assert_eq!(pick(&changes), Some(ActionVerdict::Absent));
        let mut changes = Changes::default();
        changes.set_service(Service::Mail, false);
        let expectations = after(&intent, 17, &changes);
        let of = |id| expectations.action(id).map(|a| a.verdict);
        assert_eq!(of(ActionId::MailWindowSet), Some(ActionVerdict::Absent));
        assert_eq!(of(ActionId::Service(Service::Mail, Position::On)), Some(ActionVerdict::Allowed));
    }
}
