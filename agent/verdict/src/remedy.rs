//! What to do about a failure, in plain words. The texts are keyed, so that they can be said in other languages: the key
//! is stable, the text is English, and the places in braces are filled by [`Remedy::text`].
//!
//! `{setting}` is the label of the form, `{graph}` the property of Graph, `{key}` Apple's key, `{expected}` and
//! `{observed}` what was compared.

use crate::comparison::Comparison;
use crate::setting::{Setting, setting_of};

/// A remedy: its key, and its text with places to fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The key.
    pub key: &'static str,
    /// The English text.
    pub template: &'static str,
}

/// Every remedy, by key.
pub const REMEDIES: &[Remedy] = &[
    Remedy {
        key: "account-missing",
        template: "The phone shows no working account ({observed}). Look whether the profile is installed, whether the user was asked to sign in and has done so, and whether the server can be reached.",
    },
    Remedy {
        key: "action",
        template: "The user tried this and it was {observed}, where the policy means {expected}. Set “{setting}” ({graph}) as meant, assign the policy again and let the device check in.",
    },
    Remedy {
        key: "certificate-expired",
        template: "The certificate on the device is {observed}. Renew it through its certificate profile, and keep the old one on the device so that old encrypted mail stays readable.",
    },
    Remedy {
        key: "certificate-missing",
        template: "The identity is {observed}. Assign its certificate profile and the trusted root to the same user group as the e-mail profile, and look at the certificate profile's own status for an error.",
    },
    Remedy {
        key: "duplicate-account",
        template: "The user set up the mailbox by hand before the profile came (21005, account not unique). Ask the user to delete that account in Settings and then to sync the device in Company Portal.",
    },
    Remedy {
        key: "in-force-early",
        template: "Settings were in force before the user had signed in. Install the profile anew and look at what the account had been before.",
    },
    Remedy {
        key: "left-behind",
        template: "The profile is gone, and something that it brought is {observed}. Let the device check in; if it stays, remove it by hand in Settings and look which other profile brings it.",
    },
    Remedy {
        key: "mail-step",
        template: "A message did not go as it must: {observed}. Look at the certificates that the profile delivers: validity, key usage, the address in them, and whether the receiver trusts their root.",
    },
    Remedy {
        key: "not-assigned",
        template: "The account is {observed}, the assignments mean {expected}. Look at the groups of the policy and of the user, let the device check in, and ask whether the user set the account up by hand.",
    },
    Remedy {
        key: "not-installed",
        template: "The profile is {observed} on the device. Look whether the policy is assigned to this user, whether the device has checked in since, and what error it reported.",
    },
    Remedy {
        key: "outlook-unmanaged",
        template: "Outlook is {observed} on the device, the policy means {expected}. Assign the app as required or available for enrolled devices, and its configuration to the same groups; an app that the user had installed before has to be taken under management.",
    },
    Remedy {
        key: "prompt-missing",
        template: "The phone asked for {observed} where {expected} must be asked. Look at “Authentication method” and “OAuth” of the policy, and whether the named certificate was delivered.",
    },
    Remedy {
        key: "prompt-pending",
        template: "A prompt waits on the phone, so that what was sent to it last is not in force yet. Ask the owner to answer the prompt on the phone, and judge again then; only what differs still is a matter of policies and certificates.",
    },
    Remedy {
        key: "redeploy-loop",
        template: "The profile was installed {observed}. Assign every certificate profile that it links, and the trusted root, to the same groups as the e-mail profile; `handset why prompts` names the one that is missing.",
    },
    Remedy {
        key: "refused",
        template: "The phone refused the profile. Read the error with `handset explain CODE`, mend the policy, and assign it again.",
    },
    Remedy {
        key: "report",
        template: "Intune reports {observed}. Read the code with `handset explain CODE`; after mending the cause, sync the device and read the report again.",
    },
    Remedy {
        key: "setting",
        template: "The device has {observed}, the policy means {expected}. Set “{setting}” ({graph}, Apple’s {key}) as meant, or let the device check in so that the policy is sent again.",
    },
    Remedy {
        key: "unknown",
        template: "The device has {observed}, the policy means {expected}. Send the profile again, and look who else configures the device.",
    },
    Remedy {
        key: "user-change",
        template: "The owner changed this by hand, which the policy allows: it is {observed} now, the policy installs {expected}. If that must not be, take the choice away (“Allow users to change …”: No); sending the profile again resets it.",
    },
    Remedy {
        key: "wire-encrypted",
        template: "A captured message is encrypted: {observed}, the policy means {expected}. Look at “Encrypt by default” and at the certificates of its recipients.",
    },
    Remedy {
        key: "wire-recipients",
        template: "A captured message is not encrypted to the certificate that is known of an addressee. Publish the current certificate in the directory, and let the sender's phone fetch it anew.",
    },
    Remedy {
        key: "wire-signature",
        template: "The signature of a captured message does not hold, or is another person's. Look what changes messages in transit, and whether the signing certificate carries the user's address.",
    },
    Remedy {
        key: "wire-signed",
        template: "A captured message is signed: {observed}, the policy means {expected}. Look whether this device has the policy and a valid signing certificate.",
    },
];

/// The remedy of that key.
pub fn remedy(key: &str) -> Option<&'static Remedy> {
    REMEDIES.iter().find(|r| r.key == key)
}

/// The key of the remedy for a failed comparison.
pub fn remedy_key(comparison: &Comparison) -> &'static str {
    let observed = comparison.observed.as_deref().unwrap_or_default();
    let subject = comparison.subject.as_str();
    if comparison.by_user {
        return "user-change";
    }
    if comparison.waits_for_prompt {
        return "prompt-pending";
    }
    match subject {
        "install" | "refusal"
            if comparison.reason.as_deref().is_some_and(|r| r.contains("21005"))
                || observed.contains("21005") =>
        {
            "duplicate-account"
        }
        "install" if observed == "refused" => "refused",
        "refusal" => "refused",
        "install" => "not-installed",
        "account" => "account-missing",
        "outlook" => "outlook-unmanaged",
        "assignment" => "not-assigned",
        "installs" => "redeploy-loop",
        "prompts" => "prompt-missing",
        "in_force_before_sign_in" => "in-force-early",
        "wire.signed" => "wire-signed",
        "wire.encrypted" => "wire-encrypted",
        "wire.signature_holds" => "wire-signature",
        "wire.recipients" => "wire-recipients",
        "report" if observed.contains("(Apple 21005)") => "duplicate-account",
        _ if subject.starts_with("after_removal.") => "left-behind",
        _ if subject == "report" || subject.starts_with("report.") => "report",
        _ if subject.starts_with("identities.") && observed == "missing" => "certificate-missing",
        _ if subject.starts_with("identities.") => "certificate-expired",
        _ if subject.starts_with("mail.") => "mail-step",
        _ if setting(comparison).is_none() => "unknown",
        _ if comparison.is_action => "action",
        _ => "setting",
    }
}

/// The setting that decides a comparison. Whether the user may move the switch of signing is decided by another one
/// than where it stands.
pub(crate) fn setting(comparison: &Comparison) -> Option<&'static Setting> {
    match comparison.subject.as_str() {
        "smime.signing.on" if comparison.is_action => setting_of("smime.signing.locked"),
        subject => setting_of(subject),
    }
}

impl Remedy {
    /// The text for a comparison.
    pub fn text(&self, comparison: &Comparison) -> String {
        let setting = setting(comparison);
        let observed = comparison.observed.as_deref().unwrap_or("nothing");
        // The values come last, so that braces in them are not taken for places.
        self.template
            .replace("{setting}", setting.map_or("", |s| s.label))
            .replace("{graph}", setting.map_or("", |s| s.graph))
            .replace("{key}", setting.map_or("", |s| s.key))
            .replace("{expected}", &quiet(&comparison.expected))
            .replace("{observed}", &quiet(observed))
    }
}

/// A value without what would be taken for a place.
fn quiet(value: &str) -> String {
    if value.is_empty() { "nothing".to_owned() } else { value.replace(['{', '}'], "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_places_are_known() {
        assert!(REMEDIES.is_sorted_by_key(|r| r.key));
        for remedy in REMEDIES {
            let mut rest = remedy.template;
            while let Some((_, after)) = rest.split_once('{') {
                let (place, after) = after.split_once('}').expect("a closing brace");
                assert!(
                    ["setting", "graph", "key", "expected", "observed"].contains(&place),
                    "{}: {place}",
                    remedy.key
                );
                rest = after;
            }
        }
    }
}
