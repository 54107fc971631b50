//! Named readings of disputed sources, as `--variant NAME=READING` writes them. What each means is said in
//! `device::Variants`; the oracle follows those that it knows.

use device::{DeviceFacts, EncryptDefaultToggle, MailSigningDefault, SupervisedPayloads, Variants};
use std::collections::BTreeMap;

/// A reading of one dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// `encrypt-default-toggle`: whether the toggle needs the per-message switch.
    EncryptDefaultToggle(EncryptDefaultToggle),
    /// `supervised-payloads`: what an unsupervised phone makes of a payload for supervised ones.
    SupervisedPayloads(SupervisedPayloads),
    /// `mail-signing-default`: what an absent `SMIMESigningEnabled` of com.apple.mail.managed means.
    MailSigningDefault(MailSigningDefault),
}

/// What there is to say about a dispute.
pub struct Dispute {
    /// The name.
    pub name: &'static str,
    /// What is disputed, in a sentence.
    pub question: &'static str,
    /// Every reading: its name, what it means, and the value; the first is what holds when nobody says.
    pub readings: &'static [(&'static str, &'static str, Variant)],
}

/// Every dispute.
pub static DISPUTES: [Dispute; 3] = [
    Dispute {
        name: "encrypt-default-toggle",
        question: "Whether SMIMEEncryptByDefaultUserOverrideable alone lets the user move the switch, or only together \
                   with the per-message switch.",
        readings: &[
            (
                "free",
                "the override key alone decides",
                Variant::EncryptDefaultToggle(EncryptDefaultToggle::Free),
            ),
            (
                "needs-per-message-switch",
                "the switch stays where it is while the per-message switch is off",
                Variant::EncryptDefaultToggle(EncryptDefaultToggle::NeedsPerMessageSwitch),
            ),
        ],
    },
    Dispute {
        name: "supervised-payloads",
        question: "What an unsupervised phone makes of a payload type for supervised ones.",
        readings: &[
            (
                "refused",
                "the profile is refused (4025)",
                Variant::SupervisedPayloads(SupervisedPayloads::Refused),
            ),
            (
                "ignored",
                "the profile is installed, and the payload does nothing",
                Variant::SupervisedPayloads(SupervisedPayloads::Ignored),
            ),
        ],
    },
    Dispute {
        name: "mail-signing-default",
        question: "What an absent SMIMESigningEnabled of com.apple.mail.managed means.",
        readings: &[
            ("off", "signing is off", Variant::MailSigningDefault(MailSigningDefault::Off)),
            ("on", "signing is on", Variant::MailSigningDefault(MailSigningDefault::On)),
        ],
    },
];

impl Dispute {
    /// The reading of that name.
    pub fn reading(&self, name: &str) -> Option<Variant> {
        self.readings.iter().find(|(reading, ..)| *reading == name).map(|(.., variant)| *variant)
    }

    /// Which reading a phone follows.
    pub fn followed(&self, variants: &Variants) -> &'static str {
        let followed = self.readings.iter().find(|(.., variant)| variant.followed_by(variants));
        followed.map_or("", |(name, ..)| name)
    }

    /// `NAME=READING|READING`.
    pub fn usage(&self) -> String {
        let readings: Vec<&str> = self.readings.iter().map(|(name, ..)| *name).collect();
        format!("{}={}", self.name, readings.join("|"))
    }
}

/// The dispute of that name.
pub fn dispute(name: &str) -> Option<&'static Dispute> {
    DISPUTES.iter().find(|d| d.name == name)
}

/// Reads `NAME=READING`.
///
/// # Errors
/// What is known instead.
pub fn variant(text: &str) -> Result<Variant, String> {
    let known = || {
        let all: Vec<String> = DISPUTES.iter().map(Dispute::usage).collect();
        format!("known are {}", all.join(", "))
    };
    let (name, reading) = text.split_once('=').ok_or_else(known)?;
    dispute(name).and_then(|d| d.reading(reading)).ok_or_else(known)
}

impl Variant {
    /// Lets a phone follow the reading.
    pub fn apply(self, variants: &mut Variants) {
        match self {
            Variant::EncryptDefaultToggle(reading) => variants.encrypt_default_toggle = reading,
            Variant::SupervisedPayloads(reading) => variants.supervised_payloads = reading,
            Variant::MailSigningDefault(reading) => variants.mail_signing_default = reading,
        }
    }

    fn followed_by(self, variants: &Variants) -> bool {
        match self {
            Variant::EncryptDefaultToggle(reading) => variants.encrypt_default_toggle == reading,
            Variant::SupervisedPayloads(reading) => variants.supervised_payloads == reading,
            Variant::MailSigningDefault(reading) => variants.mail_signing_default == reading,
        }
    }
}

/// The readings together; of two for the same dispute the last counts.
pub fn variants(all: &[Variant]) -> Variants {
    let mut variants = Variants::default();
    for variant in all {
        variant.apply(&mut variants);
    }
    variants
}

/// Which readings a phone follows, by name.
pub fn followed(facts: &DeviceFacts) -> BTreeMap<String, String> {
    let reading = |d: &Dispute| (d.name.to_owned(), d.followed(&facts.variants).to_owned());
    DISPUTES.iter().map(reading).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_is_taken_and_shown_and_the_first_is_the_default() {
        for dispute in &DISPUTES {
            assert_eq!(dispute.followed(&Variants::default()), dispute.readings[0].0);
            for (name, ..) in dispute.readings {
                let read = variant(&format!("{}={name}", dispute.name)).unwrap();
                assert_eq!(dispute.followed(&variants(&[read])), *name);
            }
        }
        for wrong in ["supervised-payloads", "supervised-payloads=", "mail=off", "mail-signing-default=maybe"]
        {
            let message = variant(wrong).unwrap_err();
            assert!(message.contains("mail-signing-default=off|on"), "{message}");
        }
    }
}
