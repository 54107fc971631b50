//! The five services of the account: which are on, and which the user may switch.

use super::DeviceFacts;
use super::account::ExpectedToggle;
use super::expected::{BY_DEFAULT, Basis};
use super::restriction;
use crate::intent::{Intent, ServiceIntent};
use crate::service::{Service, Services};

const BEFORE_13: Basis = Basis::new(
    &["EAS-049"],
    "Intune e-mail settings for iOS: Exchange data to sync applies to iOS 13.0 and newer",
);
/// The choices of the form; the first of each name says whether the five services are on.
const CHOICES: [([bool; 5], Basis); 5] = [
    ([true; 5], scope(&["EAS-043", "EAS-044"])),
    ([true, false, false, false, false], scope(&["EAS-043", "EAS-045"])),
    ([false, false, true, false, false], scope(&["EAS-043", "EAS-046"])),
    ([false, true, true, false, false], scope(&["EAS-043", "EAS-047"])),
    ([false, true, false, false, false], scope(&["EAS-043", "EAS-048"])),
];
const OTHER_CHOICE: Basis = scope(&["EAS-043"]);
const UPDATED: Basis = Basis::new(
    &["EAS-042", "EAS-043", "XTR-017"],
    "Apple com.apple.eas.account: an update of the payload overrides what the user changed",
);
const FREE: Basis = Basis::new(
    &["EAS-050", "EAS-051"],
    "Intune e-mail settings for iOS: Allow users to change sync settings, Yes",
);
const FREE_PARTIAL: Basis = Basis::new(
    &["EAS-050", "EAS-051", "EAS-053"],
    "Intune e-mail settings for iOS: Allow users to change sync settings, Yes with a partial choice",
);
const LOCKED: Basis =
    Basis::new(&["EAS-052"], "Intune e-mail settings for iOS: Allow users to change sync settings, No");
const LOCKED_PARTIAL: Basis = Basis::new(
    &["EAS-052", "EAS-054"],
    "Intune e-mail settings for iOS: Allow users to change sync settings, No with a partial choice",
);
const MIXED: Basis = Basis::new(
    &[],
    "Apple com.apple.eas.account: each service has an override of its own, which Intune sets alike",
);

const fn scope(requirements: &'static [&'static str]) -> Basis {
    Basis::new(requirements, "Intune e-mail settings for iOS: Exchange data to sync")
}

/// Returns the five switches; `updated` says that the profile replaces an earlier version of itself.
pub(super) fn services(intent: &Intent, facts: &DeviceFacts, updated: bool) -> Services<ExpectedToggle> {
    if !facts.obeys_service_keys() {
        return Services::from_fn(|_| ExpectedToggle {
            on: BEFORE_13.expect(true, BY_DEFAULT),
            locked: restriction::locked(BEFORE_13.expect(false, BY_DEFAULT), intent, facts),
        });
    }
    let on = Service::ALL.map(|service| is_on(*intent.services.of(service)));
    let scope = if updated { UPDATED } else { choice(on) };
    let lock = basis(intent, facts);
    Services::from_fn(|service| {
        let said = *intent.services.of(service);
        ExpectedToggle {
            on: scope.keyed(said.enable, service.enable_key(), true),
            locked: restriction::locked(
                lock.keyed(said.overridable, service.overridable_key(), true).map(|free| !free),
                intent,
                facts,
            ),
        }
    })
}

/// Returns the reasons for the answer to an attempt, one for both positions of the switch.
pub(super) fn basis(intent: &Intent, facts: &DeviceFacts) -> Basis {
    if !facts.obeys_service_keys() {
        return BEFORE_13;
    }
    let partial = Service::ALL.iter().any(|service| !is_on(*intent.services.of(*service)));
    let mut locks = Service::ALL.iter().map(|service| is_locked(*intent.services.of(*service)));
    let first = locks.next().unwrap_or(false);
    if locks.any(|lock| lock != first) {
        return MIXED;
    }
    match (first, partial) {
        (false, false) => FREE,
        (false, true) => FREE_PARTIAL,
        (true, false) => LOCKED,
        (true, true) => LOCKED_PARTIAL,
    }
}

fn choice(on: [bool; 5]) -> Basis {
    CHOICES.into_iter().find(|(choice, _)| *choice == on).map_or(OTHER_CHOICE, |(_, basis)| basis)
}

const fn is_on(said: ServiceIntent) -> bool {
    !matches!(said.enable, Some(false))
}

const fn is_locked(said: ServiceIntent) -> bool {
    matches!(said.overridable, Some(false))
}
