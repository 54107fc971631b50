//! Which certificate Mail and Outlook take for an address, and why not the others.

use profile::Timestamp;
use serde::Serialize;

use super::held::{HeldCertificate, Keychain};
use super::statement::{Grounds, Statement, Weight};

/// Names an app that reads mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailApp {
    /// Apple's Mail.
    Mail,
    /// Microsoft's Outlook.
    Outlook,
}

/// Names what a certificate is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Signing what is sent.
    Signing,
    /// Being encrypted to.
    Encryption,
}

/// Holds one certificate that an app looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// What people know it by.
    pub name: String,
    /// Its serial number.
    pub serial: String,
    /// The file it comes from.
    pub file: String,
    /// Whether it is the one.
    pub chosen: bool,
    /// Why it is or is not, each a fragment.
    pub reasons: Vec<String>,
}

/// Holds what one app takes for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The app.
    pub app: MailApp,
    /// The purpose.
    pub purpose: Purpose,
    /// The name of the certificate; none where the app says that there is none.
    pub chosen: Option<String>,
    /// All certificates, in the order in which they were given.
    pub candidates: Vec<Candidate>,
}

const OUTLOOK: Grounds = Grounds::new(
    &["XTR-012", "OUT-020"],
    &["OfficeDocs-Exchange, S/MIME in Outlook for iOS and Android", "OfficeDocs-Exchange issue 2982"],
    &[10],
);
const MAIL: Grounds =
    Grounds::new(&["EAS-069", "EAS-070"], &["openradar 35507215", "Apple com.apple.eas.account"], &[10]);
const EXPIRED: Grounds = Grounds::new(&["XTR-013"], &["openradar 12169021"], &[12]);
const KEYCHAINS: Grounds = Grounds::new(
    &["OUT-020", "OUT-023", "OUT-031"],
    &[
        "OfficeDocs-Exchange, S/MIME in Outlook for iOS and Android",
        "ms-intune-app-sdk-ios issues 118 and 344",
    ],
    &[9],
);

/// Says what both apps take for an address, and why. `at` is the time on the phone.
///
/// `with_outlook` says whether Outlook is meant to have S/MIME; where it is not, that it has no certificate is no fault.
#[must_use]
pub fn choices(
    address: &str,
    held: &[HeldCertificate],
    with_outlook: bool,
    at: Timestamp,
) -> (Vec<Choice>, Vec<Statement>) {
    let mut all = Vec::new();
    let mut said = Vec::new();
    for app in [MailApp::Mail, MailApp::Outlook] {
        for purpose in [Purpose::Signing, Purpose::Encryption] {
            let (choice, chosen) = choose(app, purpose, address, held, at);
            let mut found = statement(&choice, chosen, address, held.is_empty(), at);
            if let Some(said) = found.as_mut().filter(|_| app == MailApp::Outlook && !with_outlook) {
                said.weight = Weight::Info;
            }
            said.extend(found);
            all.push(choice);
        }
    }
    (all, said)
}

fn choose<'a>(
    app: MailApp,
    purpose: Purpose,
    address: &str,
    held: &'a [HeldCertificate],
    at: Timestamp,
) -> (Choice, Option<&'a HeldCertificate>) {
    let judged: Vec<(&HeldCertificate, Vec<String>)> =
        held.iter().map(|one| (one, against(app, purpose, address, one, at))).collect();
    let pinned = |one: &HeldCertificate| match purpose {
        Purpose::Signing => one.pinned_signing,
        Purpose::Encryption => one.pinned_encryption,
    };
    // Mail takes what the profile pins, expired or not; Outlook knows no pin and gives no choice.
    let by_pin = judged.iter().find(|(one, _)| app == MailApp::Mail && pinned(one));
    let fitting = judged.iter().filter(|(_, against)| against.is_empty());
    let newest = fitting.max_by_key(|(one, _)| (one.not_before, std::cmp::Reverse(&one.serial)));
    let chosen = by_pin.filter(|(one, _)| usable(purpose, address, one)).or(match by_pin {
        Some(_) => None,
        None => newest,
    });
    let chosen = chosen.map(|(one, _)| *one);
    let candidates = judged.iter().map(|(one, against)| {
        let is_chosen = chosen.is_some_and(|chosen| std::ptr::eq(chosen, *one));
        let mut reasons = against.clone();
        if is_chosen && pinned(one) && app == MailApp::Mail {
            reasons.push("the profile pins it".to_owned());
        } else if is_chosen {
            reasons.push("it fits and is the newest".to_owned());
        } else if reasons.is_empty() {
            reasons.push(match by_pin {
                Some((pin, _)) => format!("the profile pins {}", pin.name),
                None => "a newer one fits".to_owned(),
            });
        }
        Candidate {
            name: one.name.clone(),
            serial: one.serial.clone(),
            file: one.file.clone(),
            chosen: is_chosen,
            reasons,
        }
    });
    let choice =
        Choice { app, purpose, chosen: chosen.map(|one| one.name.clone()), candidates: candidates.collect() };
    (choice, chosen)
}

/// What Mail needs of an identity that is pinned: the address it sends from and the purpose, not the dates.
fn usable(purpose: Purpose, address: &str, one: &HeldCertificate) -> bool {
    one.names(address)
        && match purpose {
            Purpose::Signing => one.signs,
            Purpose::Encryption => one.encrypts,
        }
}

fn against(
    app: MailApp,
    purpose: Purpose,
    address: &str,
    one: &HeldCertificate,
    at: Timestamp,
) -> Vec<String> {
    let mut reasons = Vec::new();
    match (app, one.keychain) {
        (MailApp::Outlook, Keychain::System) => {
            reasons.push("it lies in the system keychain, which Outlook cannot see".to_owned());
        }
        (MailApp::Mail, Keychain::Publisher) => {
            reasons.push("it lies in Microsoft's publisher keychain, which Mail cannot see".to_owned());
        }
        _ => {}
    }
    if !one.names(address) {
        let own = match one.addresses.as_slice() {
            [] => "no address at all".to_owned(),
            some => some.join(", "),
        };
        reasons.push(format!("it does not name {address}; in it is {own}"));
    }
    match purpose {
        Purpose::Signing if !one.signs => reasons.push("its key usage does not allow signing".to_owned()),
        Purpose::Encryption if !one.encrypts => {
            reasons.push("its key usage does not allow encryption".to_owned())
        }
        _ => {}
    }
    if !one.for_mail {
        reasons.push("its extended key usage does not allow mail".to_owned());
    }
    if at < one.not_before {
        reasons.push(format!("it is not valid before {}", one.not_before));
    } else if at > one.not_after {
        reasons.push(format!("it expired on {}", one.not_after));
    }
    reasons
}

fn statement(
    choice: &Choice,
    chosen: Option<&HeldCertificate>,
    address: &str,
    nothing: bool,
    at: Timestamp,
) -> Option<Statement> {
    let app = match choice.app {
        MailApp::Mail => "Mail",
        MailApp::Outlook => "Outlook",
    };
    let verb = match choice.purpose {
        Purpose::Signing => "signs with",
        Purpose::Encryption => "is encrypted to and decrypts with",
    };
    let grounds = if choice.app == MailApp::Mail { MAIL } else { OUTLOOK };
    if nothing {
        return None;
    }
    let Some(chosen) = chosen else {
        let what = match choice.purpose {
            Purpose::Signing => "signing",
            Purpose::Encryption => "encryption",
        };
        let text = format!("{app} has no certificate for {what} as {address}");
        let remedy = match choice.app {
            MailApp::Mail => "one that names the address it sends from, as subject alternative name",
            MailApp::Outlook => {
                "one that names the primary SMTP address, delivered by way of Company Portal; Outlook gives no choice"
            }
        };
        return Some(grounds.say("certificate.none", Weight::Warning, text).about(address).remedy(remedy));
    };
    if chosen.valid_at(at) {
        let text = format!("{app} {verb} {}", chosen.name);
        return Some(grounds.say("certificate.chosen", Weight::Info, text).about(address));
    }
    let text = format!(
        "{app} {verb} {}, which is not valid at this time, and says nothing of it to the sender",
        chosen.name
    );
    let remedy = "renew it, and pin the new one in the profile";
    Some(
        EXPIRED
            .say("certificate.expired-in-use", Weight::Error, text)
            .about(chosen.name.clone())
            .remedy(remedy),
    )
}

/// Says which identities Outlook does not see, and how far they are on the way to it.
///
/// `from_intune` is Outlook's setting *Deploy S/MIME certificates from Intune*, where a configuration turns S/MIME on;
/// `portal_opened` says whether the user has opened Company Portal since.
#[must_use]
pub fn keychains(held: &[HeldCertificate], from_intune: Option<bool>, portal_opened: bool) -> Vec<Statement> {
    let hidden: Vec<&str> =
        held.iter().filter(|one| one.keychain == Keychain::System).map(|one| one.name.as_str()).collect();
    if hidden.is_empty() {
        return Vec::new();
    }
    let names = hidden.join(", ");
    let statement = match (from_intune, portal_opened) {
        (Some(true), true) => KEYCHAINS.say(
            "keychain.retrieved",
            Weight::Info,
            format!("Company Portal has put {names} into the publisher keychain; Outlook sees it"),
        ),
        (Some(true), false) => KEYCHAINS
            .say(
                "keychain.portal-wanted",
                Weight::Warning,
                format!("{names} waits in Intune until the user opens Company Portal, which hands it to Outlook"),
            )
            .remedy("the user taps the notification, or opens Company Portal"),
        (_, _) => KEYCHAINS
            .say(
                "keychain.system-only",
                if from_intune.is_some() { Weight::Warning } else { Weight::Info },
                format!("{names} lies in the system keychain: Mail sees it, Outlook and other apps do not"),
            )
            .remedy(
                "for Outlook set “Deploy S/MIME certificates from Intune” to Yes in its app configuration; apps of \
                 other vendors cannot have it",
            ),
    };
    vec![statement]
}
