//! Which payload types and keys have an effect on this device: version, supervision, and how the profile came.
//!
//! Keys that do not apply are ignored, never refused (Apple's schema; the linter reports them before). What is ignored
//! is noted beside the installed payload, so that `device show` can say it.

use super::{Source, payload_type};
use crate::{Defect, DeviceFacts, SupervisedPayloads};
use profile::schema::KeySchema;
use profile::{Payload, Schema};
use serde::{Deserialize, Serialize};

/// Why a known key has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum IgnoredReason {
    /// Its iOS is still to come (`introduced`).
    NotYetOnThisIos,
    /// iOS no longer has it (`removed`).
    NoLongerOnThisIos,
    /// Only supervised devices heed it.
    NotSupervised,
    /// It must come by MDM (`allowmanualinstall` of the key).
    OnlyByMdm,
}

/// A known key without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredKey {
    /// The key.
    pub key: String,
    /// Why.
    pub reason: IgnoredReason,
}

/// Why a key has no effect on this device, or nothing when it has.
pub(crate) fn ignored(key: &KeySchema, facts: &DeviceFacts, source: Source) -> Option<IgnoredReason> {
    if key.introduced.is_some_and(|v| v > facts.ios) {
        Some(IgnoredReason::NotYetOnThisIos)
    } else if key.removed.is_some_and(|v| v <= facts.ios) {
        Some(IgnoredReason::NoLongerOnThisIos)
    } else if key.supervised == Some(true)
        && !facts.supervised
        && !facts.has(Defect::SupervisedKeyWithoutSupervision)
    {
        Some(IgnoredReason::NotSupervised)
    } else if key.manual == Some(false) && source == Source::Owner {
        Some(IgnoredReason::OnlyByMdm)
    } else {
        None
    }
}

/// The keys of a payload without effect, in the payload's order.
pub(super) fn ignored_keys(payload: &Payload, facts: &DeviceFacts, source: Source) -> Vec<IgnoredKey> {
    let kind = payload.payload_type().unwrap_or_default();
    let schema = Schema::builtin();
    let note = |key: &str| {
        let reason = ignored(schema.key(kind, key)?, facts, source)?;
        Some(IgnoredKey { key: key.to_owned(), reason })
    };
    payload.dictionary().effective().filter_map(|entry| note(&entry.key)).collect()
}

/// Whether the simulated device acts on a payload: the simulation knows it, this iOS has it, and it is not left without
/// effect for want of supervision.
pub(crate) fn acts(kind: &str, facts: &DeviceFacts) -> bool {
    let Some(schema) = Schema::builtin().payload(kind).filter(|_| payload_type::acts(kind)) else {
        return false;
    };
    let early = kind == payload_type::ACME && facts.has(Defect::AcmeBeforeIos16);
    let here = (early || schema.introduced.is_none_or(|v| v <= facts.ios))
        && schema.removed.is_none_or(|v| v > facts.ios);
    let unsupervised = schema.supervised && !facts.supervised;
    here && !(unsupervised && facts.variants.supervised_payloads == SupervisedPayloads::Ignored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variants;

    fn facts(ios: &str, supervised: bool) -> DeviceFacts {
        DeviceFacts {
            ios: ios.parse().unwrap(),
            model: "iPhone15,2".to_owned(),
            supervised,
            variants: Variants::default(),
        }
    }

    #[test]
    fn keys_apply_by_version_supervision_and_way() {
        let key = |name| Schema::builtin().key(payload_type::RESTRICTIONS, name).unwrap();
        let protection = key("allowMailPrivacyProtection");
        assert_eq!(
            ignored(protection, &facts("15.1", true), Source::Mdm),
            Some(IgnoredReason::NotYetOnThisIos)
        );
        assert_eq!(
            ignored(protection, &facts("15.2", false), Source::Mdm),
            Some(IgnoredReason::NotSupervised)
        );
        assert_eq!(ignored(protection, &facts("15.2", true), Source::Owner), None);
        let contacts = key("allowUnmanagedToReadManagedContacts");
        assert_eq!(ignored(contacts, &facts("15.2", true), Source::Owner), Some(IgnoredReason::OnlyByMdm));
        let apple_id = Schema::builtin().key(payload_type::MDM, "ManagedAppleID").unwrap();
        assert_eq!(
            ignored(apple_id, &facts("18.0", true), Source::Mdm),
            Some(IgnoredReason::NoLongerOnThisIos)
        );
        assert_eq!(ignored(apple_id, &facts("17.7", true), Source::Mdm), None);
    }

    #[test]
    fn a_type_acts_from_its_ios_on() {
        assert!(
            !acts(payload_type::ACME, &facts("15.7", false))
                && acts(payload_type::ACME, &facts("16.0", false))
        );
        assert!(
            !acts("com.apple.webClip.managed", &facts("17.0", false))
                && !acts("nobody", &facts("17.0", true))
        );
    }
}
