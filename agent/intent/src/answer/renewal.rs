//! Which old mail becomes unreadable after a renewal, and what expires when.

use profile::Timestamp;
use serde::Serialize;

use super::held::{Delivery, HeldCertificate};
use super::statement::{Grounds, Statement, Weight};

/// Certificates that expire within so many days are named, as Outlook does when signing (XTR-013).
pub const EXPIRES_SOON_DAYS: i64 = 30;

/// Says which imported certificates reach the phone; documents dispute it (XTR-011, SMO-014).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedChoice {
    /// All of them.
    All,
    /// The one with the newest start date alone.
    Newest,
}

/// Says which of the identities on the phone Mail decrypts with; a report says that unselected ones are not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecryptsWith {
    /// All of them.
    All,
    /// The one that the profile pins for encryption, else the newest.
    Selected,
}

/// Holds the identities before and after a renewal, under named readings.
#[derive(Debug, Clone)]
pub struct History<'a> {
    /// The identities on the phone before.
    pub before: &'a [HeldCertificate],
    /// Those after.
    pub after: &'a [HeldCertificate],
    /// Which imported ones reach the phone.
    pub imported: ImportedChoice,
    /// Which of them decrypt.
    pub decrypts: DecryptsWith,
}

/// Holds a message that is encrypted, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedMessage {
    /// The file, as it was named.
    pub file: String,
    /// Issuer and serial number of the recipients, as [`HeldCertificate`] writes them.
    pub issuer_serials: Vec<(String, String)>,
    /// Subject key identifiers of the recipients.
    pub key_ids: Vec<String>,
}

/// Holds what becomes of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageFate {
    /// The file.
    pub file: String,
    /// The identity that opens it before.
    pub before: Option<String>,
    /// The identity that opens it after.
    pub after: Option<String>,
}

impl SealedMessage {
    fn opened_by<'a>(&self, held: &[&'a HeldCertificate]) -> Option<&'a HeldCertificate> {
        held.iter().copied().find(|one| {
            self.issuer_serials
                .iter()
                .any(|(issuer, serial)| *issuer == one.issuer && number(serial) == number(&one.serial))
                || one.key_id.as_ref().is_some_and(|id| self.key_ids.contains(id))
        })
    }
}

/// Octets in front that mean nothing do not tell serial numbers apart.
fn number(serial: &str) -> &str {
    serial.trim_start_matches('0')
}

/// The identities that decrypt: those that reach the phone, and of them those that Mail uses.
fn decrypting<'a>(held: &'a [HeldCertificate], history: &History<'_>) -> Vec<&'a HeldCertificate> {
    let newest = held
        .iter()
        .filter(|one| one.delivery == Delivery::Imported && one.encrypts)
        .max_by_key(|one| one.not_before);
    let reaches = |one: &HeldCertificate| {
        history.imported == ImportedChoice::All
            || one.delivery != Delivery::Imported
            || newest.is_some_and(|newest| newest.is_same(one))
    };
    let on_phone: Vec<&HeldCertificate> = held.iter().filter(|one| one.encrypts && reaches(one)).collect();
    match history.decrypts {
        DecryptsWith::All => on_phone,
        DecryptsWith::Selected => {
            let pinned = on_phone.iter().copied().find(|one| one.pinned_encryption);
            let selected = pinned.or_else(|| on_phone.iter().copied().max_by_key(|one| one.not_before));
            selected.into_iter().collect()
        }
    }
}

const UNREADABLE: Grounds = Grounds::new(
    &["SMO-012", "SMO-014", "OUT-015", "XTR-011"],
    &["openradar 23532059", "Intune, imported PFX certificates", "Intune, S/MIME overview"],
    &[7],
);
const ONE_PER_PHONE: Grounds = Grounds::new(&["SMO-013"], &["Intune, S/MIME overview"], &[7, 8]);

/// Says what a renewal makes unreadable: identities whose key is no longer used, and each message.
#[must_use]
pub fn renewal(history: &History<'_>, messages: &[SealedMessage]) -> (Vec<MessageFate>, Vec<Statement>) {
    let (before, after) = (decrypting(history.before, history), decrypting(history.after, history));
    let mut said = Vec::new();
    for old in history.before.iter().filter(|one| one.encrypts) {
        if after.iter().any(|new| new.is_same(old) || (old.key_id.is_some() && new.key_id == old.key_id)) {
            continue;
        }
        let there = history.after.iter().any(|new| new.is_same(old));
        let (why, remedy) = match (there, old.delivery) {
            (true, _) if history.imported == ImportedChoice::Newest && old.delivery == Delivery::Imported => {
                (
                    "it is imported still, but only the newest import reaches the phone under this reading",
                    "check on one phone that the whole history arrives before the renewal is rolled out",
                )
            }
            (true, _) => (
                "it is on the phone still, but Mail uses only the one that is selected under this reading",
                "read the old mail on a computer, or select the old certificate while reading",
            ),
            (false, Delivery::Scep | Delivery::Pkcs) => (
                "a renewal makes a new key, and the old one is not kept",
                "use imported PFX certificates for encryption, with the whole history",
            ),
            (false, _) => ("its key is not delivered any more", "deliver it beside the new one, as history"),
        };
        let text =
            format!("mail encrypted to {} (serial {}) becomes unreadable: {why}", old.name, old.serial);
        let statement = UNREADABLE.say("renewal.unreadable", Weight::Error, text);
        said.push(statement.about(old.name.clone()).remedy(remedy));
    }
    for new in history.after.iter().filter(|one| one.encrypts) {
        if matches!(new.delivery, Delivery::Scep | Delivery::Pkcs) {
            let text = format!(
                "{} is made for one phone: the user's other phones cannot read what is encrypted to it",
                new.name
            );
            said.push(
                ONE_PER_PHONE.say("renewal.one-per-phone", Weight::Warning, text).about(new.name.clone()),
            );
        }
    }
    let name = |one: Option<&HeldCertificate>| one.map(|one| one.name.clone());
    let fates: Vec<MessageFate> = messages
        .iter()
        .map(|message| MessageFate {
            file: message.file.clone(),
            before: name(message.opened_by(&before)),
            after: name(message.opened_by(&after)),
        })
        .collect();
    for fate in &fates {
        let (id, weight, text) = match (&fate.before, &fate.after) {
            (Some(old), None) => (
                "renewal.message",
                Weight::Error,
                format!("{old} opens it today, and nothing after the renewal"),
            ),
            (None, None) => {
                ("renewal.message-closed", Weight::Warning, "nothing opens it, today or later".to_owned())
            }
            _ => continue,
        };
        said.push(UNREADABLE.say(id, weight, text).about(fate.file.clone()));
    }
    (fates, said)
}

/// The most names that a statement lists.
const NAMES_MAX: usize = 20;

/// Says which of the messages are not encrypted: no renewal makes them unreadable.
#[must_use]
pub fn not_encrypted(files: &[String]) -> Option<Statement> {
    let shown: Vec<&str> = files.iter().take(NAMES_MAX).map(String::as_str).collect();
    let more = match files.len().saturating_sub(NAMES_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!files.is_empty()).then(|| {
        let text = format!(
            "{} message(s) are not encrypted, and stay readable: {}{more}",
            files.len(),
            shown.join(", ")
        );
        UNREADABLE.say("renewal.not-encrypted", Weight::Info, text)
    })
}

/// Says that files bring no certificate that anything could be told of.
#[must_use]
pub fn no_certificates(files: &[String]) -> Statement {
    let text = format!(
        "there is no certificate in {}: what becomes of old mail cannot be told; policies name certificate profiles, \
         and an identity that the phone asks for is made on the phone",
        files.join(", ")
    );
    let remedy = "give the PKCS#12 files or the certificates that are delivered";
    UNREADABLE.say("renewal.no-certificates", Weight::Warning, text).remedy(remedy)
}

const EXPIRY: Grounds = Grounds::new(
    &["XTR-013", "XTR-019"],
    &["openradar 12169021", "Intune, imported PFX certificates"],
    &[12],
);

/// Says which certificates are expired, not valid yet, or expire within [`EXPIRES_SOON_DAYS`].
#[must_use]
pub fn expiries(held: &[HeldCertificate], at: Timestamp) -> Vec<Statement> {
    let mut said = Vec::new();
    for one in held {
        let renewed = match one.delivery {
            Delivery::Imported | Delivery::File => "it is not renewed by itself: import or deliver a new one",
            Delivery::Scep | Delivery::Pkcs => {
                "it is renewed at the threshold of its profile; check that the phone checks in"
            }
        };
        let (id, weight, text) = if at > one.not_after {
            let silent = if one.signs { "; Mail signs with it all the same, without warning" } else { "" };
            ("expiry.expired", Weight::Error, format!("expired on {}{silent}", one.not_after))
        } else if at < one.not_before {
            ("expiry.not-yet", Weight::Warning, format!("is not valid before {}", one.not_before))
        } else if one.not_after <= at.plus_days(EXPIRES_SOON_DAYS) {
            let days = (one.not_after.0 - at.0) / 86_400_000;
            ("expiry.soon", Weight::Warning, format!("expires in {days} day(s), on {}", one.not_after))
        } else {
            continue;
        };
        said.push(EXPIRY.say(id, weight, text).about(one.name.clone()).remedy(renewed));
    }
    said
}
