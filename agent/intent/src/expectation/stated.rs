//! What must be so although no device of ours shows it yet.

use serde::Serialize;

use super::DeviceFacts;
use super::install::uses_oauth;
use crate::intent::Intent;
use crate::policy::{EasAuthenticationMethod, EmailCertificateType, EmailPolicy};
use crate::requirement;

/// Holds what a phone must do where no observation can tell yet: judged inconclusive, never pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// What it is about, such as `vpn.EAS-101`; no two of a phone share it.
    pub subject: String,
    /// What must be so.
    pub expected: String,
    /// Ids of the requirements behind it.
    pub requirements: &'static [&'static str],
    /// The document that says so, and where in it.
    pub citation: &'static str,
    /// Why it cannot be judged yet.
    pub reason: &'static str,
}

/// Collects what is stated, each row at most once.
#[derive(Default)]
pub(super) struct Statements(Vec<Stated>);

impl Statements {
    /// Adds rows of the catalogue; only those that are pending have something to state.
    pub fn add(&mut self, subject: &str, ids: &[&str]) {
        for row in ids.iter().filter_map(|id| requirement::row(id)) {
            let (requirement::Status::Pending, Some(reason), Some(expectation)) =
                (row.status, row.reason, row.expectation)
            else {
                continue;
            };
            let subject = format!("{subject}.{}", row.id);
            if self.0.iter().all(|stated| stated.subject != subject) {
                self.0.push(Stated {
                    subject,
                    expected: expectation.to_owned(),
                    requirements: std::slice::from_ref(&row.id),
                    citation: citation(row.id),
                    reason,
                });
            }
        }
    }

    pub fn into_inner(self) -> Vec<Stated> {
        self.0
    }
}

/// Returns what the settings of an account demand of a phone that cannot show it yet.
pub(super) fn stated(intent: &Intent, facts: &DeviceFacts) -> Vec<Stated> {
    let mut statements = Statements::default();
    statements.add("assignment", &["EAS-040", "XTR-009", "XTR-020"]);
    if intent.ssl.is_some() {
        statements.add("ssl", &["EAS-027"]);
    }
    if intent.vpn.is_some() && facts.obeys_vpn() {
        statements.add("vpn", &["EAS-101", "EAS-102"]);
    }
    let certificate = intent.identity.is_some() || intent.inline_identity;
    if uses_oauth(intent, facts) {
        statements.add("oauth", &["EAS-034", "EAS-036", "EAS-037", "EAS-038"]);
    } else if !certificate {
        statements.add("second_factor", &["EAS-026"]);
    }
    if !intent.identities.is_empty() {
        statements.add("delivery", &["SMO-006", "SMO-007", "SMO-008", "SMO-009", "SMO-019"]);
    }
    if intent.smime.is_wanted() {
        statements.add("other_clients", &["SMO-004"]);
    }
    if intent.smime.encryption_identity.is_some() {
        statements.add("history", &["SMO-013", "XTR-011"]);
    }
    statements.into_inner()
}

/// Returns what a policy demands beyond what its profile can say: derived credentials.
///
/// It is judged beside [`super::Expectations::stated`], which sees the profile alone.
#[must_use]
pub fn stated_of_policy(policy: &EmailPolicy) -> Vec<Stated> {
    let mut statements = Statements::default();
    let derived = Some(EmailCertificateType::DerivedCredential);
    if policy.authentication_method == EasAuthenticationMethod::DerivedCredential {
        statements.add("derived", &["EAS-025", "XTR-019"]);
    }
    if policy.require_smime && policy.signing_certificate_type == derived {
        statements.add("derived", &["EAS-068", "XTR-019"]);
    }
    if policy.require_smime && policy.encryption_certificate_type == derived {
        statements.add("derived", &["EAS-080", "XTR-019"]);
    }
    statements.into_inner()
}

/// Names the document behind a pending row.
fn citation(id: &str) -> &'static str {
    match id {
        "XTR-009" => "Intune: troubleshoot device profiles, check-in intervals",
        "XTR-011" => "Intune: imported PKCS certificates, several of one purpose",
        "XTR-012" | "XTR-013" | "XTR-014" | "XTR-015" => "Exchange: S/MIME in Outlook for iOS and Android",
        "XTR-019" => "Intune: derived credentials for mobile devices",
        "XTR-020" => "Intune: compliance settings for iOS, managed e-mail profile",
        _ if id.starts_with("OUT") => "Intune: S/MIME encryption and signing in Outlook for iOS",
        _ if id.starts_with("SMO") => "Intune S/MIME overview (08/2018)",
        _ => "Intune e-mail settings for iOS",
    }
}
