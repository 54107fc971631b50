//! Who may still change what: each control of the account, whether it is on, and which key decides.

use serde::Serialize;

use super::statement::{Grounds, Statement, Weight};
use crate::action::{ActionId, Position};
use crate::expectation::{ActionVerdict, DeviceFacts, expectations};
use crate::intent::Intent;
use crate::service::Service;

/// Holds what the user may do with one control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// What is tried; the ids are those of `handset try`.
    pub action: ActionId,
    /// Whether the switch starts on; none for what is no switch.
    pub on: Option<bool>,
    /// What becomes of the attempt.
    pub verdict: ActionVerdict,
    /// The key that refuses it.
    pub by: Option<&'static str>,
    /// The key that leaves it to the user, where there is one.
    pub override_key: Option<&'static str>,
    /// Whether that key is in the profile.
    pub override_present: bool,
    /// The requirements behind it.
    pub requirements: &'static [&'static str],
    /// The document behind it.
    pub citation: &'static str,
}

/// Returns the matrix of permissions of one profile on one phone, an action a row.
#[must_use]
pub fn permissions(intent: &Intent, facts: &DeviceFacts) -> Vec<Permission> {
    let expected = expectations(intent, facts);
    let (account, smime) = (&expected.account, &intent.smime);
    let rows = expected.actions.iter().map(|action| {
        let (on, key, present) = match action.id {
            ActionId::Service(service, _) => (
                Some(account.services.of(service).on.value),
                Some(service.overridable_key()),
                intent.services.of(service).overridable.is_some(),
            ),
            ActionId::SmimeSigning(_) => (
                Some(account.smime.signing.on.value),
                Some("SMIMESigningUserOverrideable"),
                smime.signing_overrideable.is_some(),
            ),
            ActionId::SmimeSigningIdentityPick => (
                None,
                Some("SMIMESigningCertificateUUIDUserOverrideable"),
                smime.signing_identity_overrideable.is_some(),
            ),
            ActionId::SmimeEncryptByDefault(_) => (
                Some(account.smime.encrypt_by_default.on.value),
                Some("SMIMEEncryptByDefaultUserOverrideable"),
                smime.encrypt_by_default_overrideable.is_some(),
            ),
            ActionId::SmimeEncryptionIdentityPick => (
                None,
                Some("SMIMEEncryptionCertificateUUIDUserOverrideable"),
                smime.encryption_identity_overrideable.is_some(),
            ),
            ActionId::SmimeMessageEncryptionFlip => (
                Some(account.smime.per_message_switch.value),
                Some("SMIMEEnableEncryptionPerMessageSwitch"),
                smime.per_message_switch.is_some(),
            ),
            _ => (None, None, false),
        };
        Permission {
            action: action.id,
            on,
            verdict: action.verdict,
            by: action.by,
            override_key: key,
            override_present: present,
            requirements: action.requirements,
            citation: action.citation,
        }
    });
    rows.collect()
}

const OPEN: Grounds =
    Grounds::new(&["EAS-051", "EAS-052"], &["Apple com.apple.eas.account: Enable…UserOverridable"], &[13]);
const LOCKED_OUT: Grounds = Grounds::new(
    &["EAS-065", "EAS-072", "EAS-073"],
    &["mailcow PR 3622", "mail-in-a-box issue 1199", "Apple com.apple.eas.account: SMIME…UserOverrideable"],
    &[13],
);

/// Says which services the user may switch on although they are off, and what nobody can switch on.
#[must_use]
pub fn permission_statements(intent: &Intent, rows: &[Permission]) -> Vec<Statement> {
    let mut said = Vec::new();
    let row = |action: ActionId| rows.iter().find(|row| row.action == action);
    for service in Service::ALL {
        let Some(row) = row(ActionId::Service(service, Position::On)) else { continue };
        if row.on == Some(false) && row.verdict == ActionVerdict::Allowed {
            let key = service.overridable_key();
            let why = match row.override_present {
                true => format!("{key} is true"),
                false => format!("{key} is absent, which leaves it to the user"),
            };
            let text = format!("{service} is off, and the user may switch it back on: {why}");
            let remedy = "set “Allow users to change settings” to No; it holds for all services alike";
            said.push(OPEN.say("open.service", Weight::Warning, text).about(service.as_str()).remedy(remedy));
        }
    }
    let locked = |row: &Permission| row.on == Some(false) && row.verdict != ActionVerdict::Allowed;
    // Without S/MIME in the profile it is simply not in use; with an identity it was meant to be.
    let weight = match intent.smime.is_wanted() || !intent.identities.is_empty() {
        true => Weight::Error,
        false => Weight::Info,
    };
    if let Some(row) = row(ActionId::SmimeSigning(Position::On)).filter(|row| locked(row)) {
        said.push(locked_out(row, "signing", weight));
    }
    let by_message = row(ActionId::SmimeMessageEncryptionFlip).is_some_and(|row| row.on == Some(true));
    if let Some(row) = row(ActionId::SmimeEncryptByDefault(Position::On)).filter(|row| locked(row))
        && !by_message
    {
        said.push(locked_out(row, "encryption", weight));
    }
    said
}

fn locked_out(row: &Permission, what: &str, weight: Weight) -> Statement {
    let key = row.override_key.unwrap_or_default();
    // A key that says false was meant so; one that is not there was forgotten.
    let (weight, why) = match row.override_present {
        true => (Weight::Info, "is false"),
        false => (weight, "is not in the profile, and absent it locks the switch"),
    };
    let text = format!("{what} is off and no user can switch it on: {key} {why}");
    let remedy = format!("add {key} with true, or switch {what} on in the profile");
    LOCKED_OUT.say("open.locked-out", weight, text).about(what).remedy(remedy)
}
