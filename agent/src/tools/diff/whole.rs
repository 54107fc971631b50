//! What the user notices of the profile as a whole, and of payloads that are neither accounts nor certificates.

use super::notice::{Notice, Notices, Severity};
use super::pairing::{Pair, pairs};
use super::side::{EAS, Side};
use super::{DiffArguments, keys};
use profile::{Payload, Profile, Timestamp};
use smime::Context;

const REMOVAL_PASSWORD: &str = "com.apple.profileRemovalPassword";
const PASSCODE: &str = "com.apple.mobiledevice.passwordpolicy";
const RESTRICTIONS: &str = "com.apple.applicationaccess";

/// Adds what is said of the profile.
pub(super) fn notices(
    notices: &mut Notices,
    cx: &Context<'_>,
    old: &Side,
    new: &Side,
    arguments: &DiffArguments,
) {
    let (a, b) = (&old.profile, &new.profile);
    naming(notices, a, b);
    consent(notices, a, b);
    signer(notices, old, new);
    removal(notices, a, b, arguments);
    for pair in pairs(a, b) {
        other_payload(notices, cx, &pair, arguments);
    }
}

fn naming(notices: &mut Notices, a: &Profile, b: &Profile) {
    let keys = ["PayloadDisplayName", "PayloadOrganization", "PayloadDescription"];
    let changed: Vec<&str> = keys.into_iter().filter(|k| a.str(k) != b.str(k)).collect();
    if changed.is_empty() {
        return;
    }
    let shown = b.display_name().or(b.identifier()).unwrap_or("(no name)");
    let text = format!("Settings shows the profile with another description, as “{shown}”.");
    notices.add(Notice::new("profile.name", Severity::Info, text).keys(changed));
}

fn consent(notices: &mut Notices, a: &Profile, b: &Profile) {
    if !b.consent_texts().is_empty() && a.consent_texts() != b.consent_texts() {
        let text = "Whoever installs the profile by hand is shown a new text and must agree to it.";
        notices.add(Notice::new("profile.consent", Severity::Warning, text).keys(["ConsentText"]));
    }
}

fn signer(notices: &mut Notices, old: &Side, new: &Side) {
    let text = match (&old.signer, &new.signer) {
        (None, None) => return,
        (Some(a), Some(b)) if a == b => return,
        (None, Some(name)) => {
            format!("Settings shows the profile as signed by {name}; before it was not signed.")
        }
        (Some(name), None) => {
            format!(
                "Settings shows the profile as not signed; before it was signed by {name}. \
                     A phone may refuse such an update (MCInstallationErrorDomain 4008)."
            )
        }
        (Some(a), Some(b)) => {
            format!(
                "Settings shows the profile as signed by {b} instead of {a}. \
                     A phone may refuse an update that somebody else signed (MCInstallationErrorDomain 4008)."
            )
        }
    };
    let severity = if old.signer.is_none() { Severity::Info } else { Severity::Warning };
    notices.add(Notice::new("profile.signer", severity, text));
}

fn removal(notices: &mut Notices, a: &Profile, b: &Profile, arguments: &DiffArguments) {
    // Ignored where the phone is not supervised (Apple, TopLevel).
    let locked = |p: &Profile| arguments.supervised && p.removal_disallowed() == Some(true);
    let key = ["PayloadRemovalDisallowed"];
    match (locked(a), locked(b)) {
        (false, true) => {
            let text = "The user can no longer remove the profile.";
            notices.add(Notice::new("profile.remove.denied", Severity::Warning, text).keys(key));
        }
        (true, false) => {
            let text = "The user can remove the profile, and with it the account and its mail.";
            notices.add(Notice::new("profile.remove.allowed", Severity::Info, text).keys(key));
        }
        _ => {}
    }
    let ends = |p: &Profile| (p.removal_date(), p.duration_until_removal_seconds());
    if ends(a) != ends(b) {
        let notice = match ends(b) {
            (None, None) => {
                let text = "The profile no longer removes itself.";
                Notice::new("profile.removal-date", Severity::Info, text)
            }
            (date, seconds) => {
                let after = seconds.map(|s| format!("{s} seconds after the installation"));
                let on = date.map(|d: Timestamp| format!("on {}", d.to_rfc3339()));
                let when: Vec<String> = [on, after].into_iter().flatten().collect();
                let text = format!(
                    "The profile removes itself {}, and its account and mail go with it.",
                    when.join(" or, if earlier, ")
                );
                Notice::new("profile.removal-date", Severity::Warning, text)
            }
        };
        notices.add(notice.because(&["XTR-008"]).keys(["RemovalDate", "DurationUntilRemoval"]));
    }
}

/// Whether a payload has its own place in the comparison.
fn is_treated(kind: &str) -> bool {
    kind == EAS
        || ["root", "pkcs1", "pem", "pkcs12", "scep", "acme"]
            .iter()
            .any(|k| kind.strip_prefix("com.apple.security.") == Some(k))
}

fn other_payload(notices: &mut Notices, cx: &Context<'_>, pair: &Pair<'_>, arguments: &DiffArguments) {
    let kind = pair.payload_type();
    if is_treated(kind) {
        return;
    }
    let name = |p: &Payload| p.display_name().or(p.identifier()).unwrap_or(kind).to_owned();
    if kind == REMOVAL_PASSWORD {
        let (id, severity, text) = match (pair.old, pair.new) {
            _ if !arguments.supervised => return,
            (_, None) => ("gone", Severity::Info, "Removing the profile no longer asks for a passcode."),
            (None, _) => ("asked", Severity::Warning, "Removing the profile asks for a passcode."),
            _ if own_keys(cx, pair).is_empty() => return,
            _ => ("changed", Severity::Info, "Removing the profile asks for another passcode."),
        };
        let id = format!("profile.removal-passcode.{id}");
        return notices.add(Notice::new(id, severity, text).keys(["RemovalPassword"]));
    }
    let (id, text) = match (pair.old, pair.new) {
        // What each restriction does is told one by one.
        (Some(_), Some(_)) if kind == RESTRICTIONS => return,
        (None, Some(p)) => ("payload.added", format!("“{}” ({kind}) comes with the profile.", name(p))),
        (Some(p), None) => {
            ("payload.removed", format!("“{}” ({kind}) leaves the phone with all that it set.", name(p)))
        }
        (Some(_), Some(p)) if !own_keys(cx, pair).is_empty() => {
            ("payload.changed", format!("“{}” ({kind}) sets something else; see the changed keys.", name(p)))
        }
        _ => return,
    };
    let passcode = kind == PASSCODE && pair.new.is_some();
    let text = if passcode { text + " The user may be asked for another device passcode." } else { text };
    notices.add(Notice::new(id, Severity::Warning, text).keys(own_keys(cx, pair)));
}

/// The keys that differ, without those that every payload has.
fn own_keys(cx: &Context<'_>, pair: &Pair<'_>) -> Vec<String> {
    let common = |key: &String| key.starts_with("Payload") && !key.starts_with("PayloadContent");
    keys::names(cx, pair).into_iter().filter(|key| !common(key)).collect()
}
