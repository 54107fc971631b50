//! Whether a phone that has the old profile takes the new one, tried on simulated phones.

use super::notice::{Notice, Notices, Severity};
use super::side::Side;
use super::{DiffArguments, Update};
use crate::exit::Failure;
use device::{DeviceFacts, EffectiveRestrictions, ErrorDomain, ErrorLink, Reply, Variants};
use simulator::{Owner, World, WorldOptions};

/// What the simulated phones say.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// Why a fresh phone refuses the old profile.
    old: Option<ErrorLink>,
    /// Why a fresh phone refuses the new profile.
    fresh: Option<ErrorLink>,
    /// Why a phone that has the old profile refuses the new one.
    update: Option<ErrorLink>,
    /// What is in force on a phone that has the old profile.
    before: EffectiveRestrictions,
    /// What is in force on a phone that has only the new one.
    after: EffectiveRestrictions,
}

impl Fate {
    /// Whether the new profile comes into effect on some phone, so that it is worth saying what it does there.
    pub fn settles(&self) -> bool {
        self.fresh.is_none()
    }

    /// Restrictions and rules for the passcode in force, before and after.
    pub fn restrictions(&self) -> (&EffectiveRestrictions, &EffectiveRestrictions) {
        (&self.before, &self.after)
    }
}

/// Installs the old profile and then the new one, and the new one alone.
///
/// # Errors
/// No embedded world can be made.
pub(super) fn try_on_a_phone(old: &Side, new: &Side, arguments: &DiffArguments) -> Result<Fate, Failure> {
    let mut phone = world(arguments)?;
    let mut fresh = phone.clone();
    let old = refusal(&mut phone, &old.bytes);
    let before = phone.device().restrictions();
    let update = refusal(&mut phone, &new.bytes);
    let refused = refusal(&mut fresh, &new.bytes);
    Ok(Fate { old, update, fresh: refused, before, after: fresh.device().restrictions() })
}

fn world(arguments: &DiffArguments) -> Result<World, Failure> {
    let facts = DeviceFacts {
        ios: arguments.ios,
        model: "iPhone15,2".to_owned(),
        supervised: arguments.supervised,
        variants: Variants::default(),
    };
    let address = "alice@contoso.example".to_owned();
    let owner = Owner { email: address.clone(), user_name: address, host: None, password: None };
    let clock = smime::Timestamp(arguments.clock.0);
    Ok(World::new(WorldOptions { facts, clock, seed: 1, owner })?)
}

fn refusal(phone: &mut World, bytes: &[u8]) -> Option<ErrorLink> {
    let Reply::Refused(chain) = phone.install(bytes) else { return None };
    chain.cause().cloned()
}

/// MCEASErrorDomain 21005: the account is not unique.
const NOT_UNIQUE: u32 = 21005;

/// Says whether the update takes effect, and whether it is one.
pub(super) fn notices(notices: &mut Notices, old: &Side, new: &Side, update: Update, fate: &Fate) {
    let shown = |cause: &ErrorLink| format!("{} {}: {}", cause.domain, cause.code, cause.text);
    if let Some(cause) = fate.old.as_ref().filter(|_| fate.settles()) {
        let text = format!(
            "A phone of this kind cannot have the old profile, it refuses it ({}); what follows compares the two as \
             they are written.",
            shown(cause)
        );
        notices.add(Notice::new("install.old-refused", Severity::Warning, text));
    }
    if update == Update::SideBySide {
        let name = |side: &Side| side.profile.identifier().unwrap_or("(none)").to_owned();
        let text = format!(
            "The new profile is another one ({} instead of {}): it replaces nothing, both stay on the phone side by \
             side. Everything else said here holds once the old one is removed.",
            name(new),
            name(old)
        );
        notices.add(Notice::new("profile.side-by-side", Severity::Warning, text).keys(["PayloadIdentifier"]));
    }
    let refused = fate.fresh.as_ref().or(fate.update.as_ref());
    let Some(cause) = refused else { return };
    if fate.fresh.is_none() && cause.domain == ErrorDomain::MCEASErrorDomain && cause.code == NOT_UNIQUE {
        let text = format!(
            "The phone refuses the new profile while the old one is there, for both bring an account with the same \
             server and address ({}).",
            shown(cause)
        );
        let notice = Notice::new("account.duplicate", Severity::Error, text);
        notices.add(notice.because(&["XTR-005"]).keys(["Host", "EmailAddress"]));
    } else {
        let text = format!("The phone refuses the new profile and stays as it is ({}).", shown(cause));
        let requirement: &[&str] = match cause.code {
            21003 => &["EAS-010"],
            21004 => &["EAS-023"],
            NOT_UNIQUE => &["XTR-005"],
            2004 if cause.text.contains("EnableMail") => &["XTR-016"],
            7003 | 7004 => &["SMO-017"],
            _ => &[],
        };
        notices.add(Notice::new("install.refused", Severity::Error, text).because(requirement));
    }
}
