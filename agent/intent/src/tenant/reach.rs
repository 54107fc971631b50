//! Which of the certificate profiles that an e-mail policy needs do not reach one user.

use super::assignment::{Targeting, targeting};
use super::certificate::CertificateProfile;
use super::email::EmailProfile;
use super::objects::Tenant;
use crate::certificate::{CertificateRole, IdentitySource};
use crate::directory::{Directory, DirectoryUser};

impl Tenant {
    /// Returns the certificate profiles that an e-mail policy needs and that are not assigned to a user, the trusted
    /// certificates behind them included (XTR-006). What the documents do not have, or do not say the assignments of, is
    /// not among them.
    #[must_use]
    pub fn unreached(
        &self,
        email: &EmailProfile,
        user: &DirectoryUser,
        directory: &Directory,
    ) -> Vec<&CertificateProfile> {
        let links = &email.policy.links;
        let mut needed: Vec<&CertificateProfile> = Vec::new();
        for role in CertificateRole::ALL {
            let id = match role {
                CertificateRole::Authentication => &links.identity,
                CertificateRole::Signing => &links.signing,
                CertificateRole::Encryption => &links.encryption,
            };
            let wanted = role.wanted(&email.policy) == Some(IdentitySource::CertificateProfile);
            let profile = id.as_deref().filter(|_| wanted).and_then(|id| self.certificate_profile(id));
            let root = profile.and_then(CertificateProfile::root_link);
            let root = root.as_deref().and_then(|id| self.certificate_profile(id));
            for found in [profile, root].into_iter().flatten() {
                if needed.iter().all(|known| known.id != found.id) {
                    needed.push(found);
                }
            }
        }
        needed.retain(|profile| {
            let reached = targeting(profile.assignments.as_deref(), user, directory);
            matches!(reached, Targeting::NotAssigned | Targeting::Excluded { .. })
        });
        needed
    }
}
