//! What users lose when a profile goes.

use super::statement::{Grounds, Statement, Weight};
use crate::expectation::{DeviceFacts, expectations};
use crate::intent::Intent;
use crate::service::Service;
use crate::tenant::{CertificateProfile, CertificateProfileKind};

const ACCOUNT: Grounds = Grounds::new(&["XTR-008"], &["Intune, retire or wipe devices"], &[]);
const IDENTITIES: Grounds = Grounds::new(
    &["XTR-008", "OUT-015"],
    &["Intune, retire or wipe devices", "Intune, S/MIME overview"],
    &[7],
);
const IMPORTED: Grounds = Grounds::new(&["SMO-015", "SMO-016"], &["Intune, S/MIME overview"], &[7]);
const RESTRICTIONS: Grounds = Grounds::new(&[], &["Apple com.apple.applicationaccess"], &[]);
const VPN: Grounds = Grounds::new(&["EAS-101"], &["Intune, e-mail settings for iOS"], &[]);

/// Says what leaves the phone with a profile.
#[must_use]
pub fn removal(intent: &Intent, facts: &DeviceFacts) -> Vec<Statement> {
    let expected = expectations(intent, facts);
    let account = intent.email_address.as_deref().or(intent.name.as_deref()).unwrap_or("the account");
    let on = |service: &Service| expected.account.services.of(*service).on.value;
    let services: Vec<&str> = Service::ALL.iter().filter(|s| on(s)).map(|s| s.as_str()).collect();
    let text = format!(
        "the account goes, and with it what is on the phone of {}; on the server everything stays",
        services.join(", ")
    );
    let mut said = vec![
        ACCOUNT
            .say("removal.account", Weight::Warning, text)
            .about(account)
            .remedy("drafts that are only on the phone have to be sent before"),
    ];
    if !intent.identities.is_empty() {
        let text = format!(
            "{} identity payload(s) go: nothing is signed any more, and mail encrypted to them is unreadable unless \
             another profile delivers the same keys",
            intent.identities.len()
        );
        let remedy = "deliver the encryption history with an imported PFX profile before";
        said.push(IDENTITIES.say("removal.identities", Weight::Error, text).about(account).remedy(remedy));
    }
    if intent.vpn.is_some() {
        let text = "the account's per-app VPN is used no longer";
        said.push(VPN.say("removal.vpn", Weight::Info, text).about(account));
    }
    if !expected.restrictions.is_empty() {
        let keys: Vec<&str> = expected.restrictions.keys().copied().collect();
        let text = format!("restrictions of the profile are lifted: {}", keys.join(", "));
        said.push(RESTRICTIONS.say("removal.restrictions", Weight::Warning, text));
    }
    said
}

/// Says what becomes of the certificates of a certificate profile, when it goes or when the policy goes whose phone
/// holds an extra one because of the link (XTR-010).
#[must_use]
pub fn removal_of_certificates(profile: &CertificateProfile, linked_by: &[&str]) -> Vec<Statement> {
    let name = profile.label();
    let users = match linked_by {
        [] => String::new(),
        some => format!("; it is linked by {}", some.join(", ")),
    };
    let (grounds, weight, text) = match profile.kind {
        CertificateProfileKind::ImportedPfx => (
            IMPORTED,
            Weight::Error,
            format!(
                "the imported certificates leave the phone and are not revoked; old encrypted mail is unreadable{users}"
            ),
        ),
        CertificateProfileKind::Scep | CertificateProfileKind::Pkcs => (
            IDENTITIES,
            Weight::Error,
            format!(
                "the certificate leaves the phone and is revoked; its key never comes back, nor does what was encrypted to it{users}"
            ),
        ),
        CertificateProfileKind::TrustedRoot => (
            IDENTITIES,
            Weight::Warning,
            format!("the authority is trusted no longer: signatures below it show as not trusted{users}"),
        ),
        CertificateProfileKind::DerivedCredential => (
            IDENTITIES,
            Weight::Error,
            format!("the derived credential is gone; it has to be fetched again{users}"),
        ),
    };
    let mut said = vec![grounds.say("removal.certificate", weight, text).about(name)];
    if !linked_by.is_empty() {
        let text = "an e-mail policy still links it: phones will be asked for the password again and again";
        let grounds = Grounds::new(&["XTR-006"], &["Intune support, troubleshoot e-mail profiles"], &[2]);
        said.push(
            grounds
                .say("removal.link-left", Weight::Error, text)
                .about(name)
                .remedy("take the link out of the e-mail policy first"),
        );
    }
    said
}
