//! The certificates that travel inside the profile, and which of them a policy refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::policy::{EasAuthenticationMethod, EmailCertificateType, EmailPolicy};
use crate::scep::ScepRequest;
use crate::uuid::stable_uuid;

/// Holds what the certificate profiles beside the e-mail policy delivered for one user.
///
/// Apple wants the identities an account refers to in the same profile, so they are embedded;
/// that Intune does the same is inferred (Apple device-management, `com.apple.eas.account`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveredCertificates {
    /// Trusted certificates, roots and intermediates.
    pub roots: Vec<RootCertificate>,
    /// The identity the account signs in with.
    pub authentication: Option<IdentityPayload>,
    /// The identity that signs mail.
    pub signing: Option<IdentityPayload>,
    /// The identity that decrypts mail.
    pub encryption: Option<IdentityPayload>,
    /// Further identities, such as the history of encryption certificates (SMO-012).
    pub others: Vec<IdentityPayload>,
}

/// Holds one trusted certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootCertificate {
    /// The id of the profile that delivers it, if it has one.
    pub policy_id: Option<String>,
    /// The name it is shown under; without an id it also makes the payload's UUID.
    pub name: String,
    /// The file name it had, if that is known.
    pub file_name: Option<String>,
    /// The certificate, in DER.
    pub der: Vec<u8>,
}

/// Holds one identity: where it comes from and what the profile carries of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPayload {
    /// The id of the certificate profile that delivers it, if it has one.
    pub policy_id: Option<String>,
    /// The name it is shown under; without an id it also makes the payload's UUID.
    pub name: String,
    /// What the payload holds.
    pub content: IdentityContent,
}

/// Names the two ways in which an identity reaches the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityContent {
    /// As a file with its private key.
    Pkcs12(Pkcs12Content),
    /// As a request that the phone itself makes (EAS-069, OUT-018).
    Scep(ScepRequest),
}

/// Holds a PKCS#12 file; its printed form shows neither the bytes nor the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Pkcs12Content {
    /// The file.
    pub bytes: Vec<u8>,
    /// The password that opens it; without one the phone asks for it.
    pub password: Option<String>,
}

impl fmt::Debug for Pkcs12Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12Content").field("length", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Holds one identity as PKCS#12 with its password; its printed form shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Pkcs12Blob {
    /// The name it is shown under; it also makes the payload's UUID.
    pub name: String,
    /// The PKCS#12 file.
    pub bytes: Vec<u8>,
    /// The password that opens it.
    pub password: String,
}

impl fmt::Debug for Pkcs12Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12Blob")
            .field("name", &self.name)
            .field("length", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl From<Pkcs12Blob> for IdentityPayload {
    fn from(blob: Pkcs12Blob) -> Self {
        let content = Pkcs12Content { bytes: blob.bytes, password: Some(blob.password) };
        Self { policy_id: None, name: blob.name, content: IdentityContent::Pkcs12(content) }
    }
}

impl IdentityPayload {
    /// Returns what tells this identity from others: the id of its profile, else its name.
    #[must_use]
    pub fn key(&self) -> &str {
        self.policy_id.as_deref().unwrap_or(&self.name)
    }

    /// Returns the UUID of the payload that delivers this identity with a policy.
    ///
    /// Each policy that links a certificate profile makes the phone get one more certificate (XTR-010), so the
    /// policy is part of it.
    #[must_use]
    pub fn payload_uuid(&self, policy: &EmailPolicy) -> String {
        stable_uuid(&["identity", policy.key(), self.key()])
    }
}

impl RootCertificate {
    /// Makes a trusted certificate of a name and its DER.
    #[must_use]
    pub fn named(name: impl Into<String>, der: Vec<u8>) -> Self {
        Self { policy_id: None, name: name.into(), file_name: None, der }
    }

    /// Returns what tells this certificate from others: the id of its profile, else its name.
    #[must_use]
    pub fn key(&self) -> &str {
        self.policy_id.as_deref().unwrap_or(&self.name)
    }

    /// Returns the UUID of the payload that delivers this certificate with a policy.
    #[must_use]
    pub fn payload_uuid(&self, policy: &EmailPolicy) -> String {
        stable_uuid(&["root", policy.key(), self.key()])
    }
}

/// Names what an account uses an identity for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateRole {
    /// Signing in to the server (`identityCertificate`, EAS-023; EAS-025 for a derived credential).
    Authentication,
    /// Signing mail (`smimeSigningCertificate`, EAS-069).
    Signing,
    /// Encrypting mail (`smimeEncryptionCertificate`, EAS-081).
    Encryption,
}

impl CertificateRole {
    /// The three roles, in the order in which a profile carries their identities.
    pub const ALL: [Self; 3] = [Self::Authentication, Self::Signing, Self::Encryption];

    /// Returns the navigation property of the e-mail policy that names the certificate profile.
    #[must_use]
    pub const fn link(self) -> &'static str {
        match self {
            Self::Authentication => "identityCertificate",
            Self::Signing => "smimeSigningCertificate",
            Self::Encryption => "smimeEncryptionCertificate",
        }
    }

    /// Returns the setting of the e-mail policy that says whether there is such an identity.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Authentication => "authenticationMethod",
            Self::Signing => "signingCertificateType",
            Self::Encryption => "encryptionCertificateType",
        }
    }

    /// Says where a policy takes the identity from: `None` if it names none, else whether it is a derived credential.
    #[must_use]
    pub fn wanted(self, policy: &EmailPolicy) -> Option<IdentitySource> {
        let of_type = |kind| match kind {
            Some(EmailCertificateType::Certificate) if policy.require_smime => {
                Some(IdentitySource::CertificateProfile)
            }
            Some(EmailCertificateType::DerivedCredential) if policy.require_smime => {
                Some(IdentitySource::DerivedCredential)
            }
            _ => None,
        };
        match self {
            Self::Authentication => match policy.authentication_method {
                EasAuthenticationMethod::UsernameAndPassword => None,
                EasAuthenticationMethod::Certificate => Some(IdentitySource::CertificateProfile),
                EasAuthenticationMethod::DerivedCredential => Some(IdentitySource::DerivedCredential),
            },
            Self::Signing => of_type(policy.signing_certificate_type),
            Self::Encryption => of_type(policy.encryption_certificate_type),
        }
    }
}

/// Names where an account's identity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentitySource {
    /// A certificate profile that the policy links.
    CertificateProfile,
    /// The credential derived from the user's smart card.
    DerivedCredential,
}

/// Reports why the delivered certificates do not serve the policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The policy refers to a certificate profile that delivered nothing (EAS-031, SMO-017).
    #[error("no certificate was delivered for {role:?}")]
    Missing {
        /// What the certificate is for.
        role: CertificateRole,
    },
    /// Two different certificates carry one name, so that a reference would be ambiguous.
    #[error("two different certificates are named {name:?}")]
    Ambiguous {
        /// The name.
        name: String,
    },
}

/// Holds the identities that end up in the profile, and which of them the account refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection<'a> {
    /// The identity for signing in.
    pub authentication: Option<&'a IdentityPayload>,
    /// The identity for signing mail.
    pub signing: Option<&'a IdentityPayload>,
    /// The identity for encrypting mail.
    pub encryption: Option<&'a IdentityPayload>,
    /// Every identity to embed, once each, in the order of their first use.
    pub identities: Vec<&'a IdentityPayload>,
    /// Every trusted certificate to embed, once each.
    pub roots: Vec<&'a RootCertificate>,
    /// What is missing or ambiguous; of ambiguous ones the first counts.
    pub problems: Vec<CertificateError>,
}

impl DeliveredCertificates {
    const fn of(&self, role: CertificateRole) -> Option<&IdentityPayload> {
        match role {
            CertificateRole::Authentication => self.authentication.as_ref(),
            CertificateRole::Signing => self.signing.as_ref(),
            CertificateRole::Encryption => self.encryption.as_ref(),
        }
    }

    /// Picks the identities a policy refers to and everything that travels with them.
    ///
    /// An identity the policy does not refer to stays out, save those in `others`. One identity
    /// in two roles is embedded once (OUT-013).
    pub(crate) fn select(&self, policy: &EmailPolicy) -> Selection<'_> {
        let mut selection = Selection::default();
        for role in CertificateRole::ALL {
            if role.wanted(policy).is_none() {
                continue;
            }
            let Some(identity) = self.of(role) else {
                selection.problems.push(CertificateError::Missing { role });
                continue;
            };
            match role {
                CertificateRole::Authentication => selection.authentication = Some(identity),
                CertificateRole::Signing => selection.signing = Some(identity),
                CertificateRole::Encryption => selection.encryption = Some(identity),
            }
        }
        let mut by_key: BTreeMap<&str, &IdentityPayload> = BTreeMap::new();
        let used = [selection.authentication, selection.signing, selection.encryption];
        for identity in used.into_iter().flatten().chain(&self.others) {
            match by_key.get(identity.key()) {
                None => {
                    by_key.insert(identity.key(), identity);
                    selection.identities.push(identity);
                }
                Some(known) if *known == identity => {}
                Some(_) => {
                    selection.problems.push(CertificateError::Ambiguous { name: identity.name.clone() });
                }
            }
        }
        let mut root_keys: BTreeMap<&str, &RootCertificate> = BTreeMap::new();
        let mut contents: BTreeSet<&[u8]> = BTreeSet::new();
        for root in &self.roots {
            match root_keys.get(root.key()) {
                Some(known) if *known != root => {
                    selection.problems.push(CertificateError::Ambiguous { name: root.name.clone() });
                }
                Some(_) => {}
                None => {
                    root_keys.insert(root.key(), root);
                    if contents.insert(&root.der) {
                        selection.roots.push(root);
                    }
                }
            }
        }
        selection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(name: &str) -> IdentityPayload {
        Pkcs12Blob { name: name.into(), bytes: name.as_bytes().to_vec(), password: "hunter2".into() }.into()
    }

    fn policy() -> EmailPolicy {
        EmailPolicy {
            require_smime: true,
            signing_certificate_type: Some(EmailCertificateType::Certificate),
            encryption_certificate_type: Some(EmailCertificateType::DerivedCredential),
            ..EmailPolicy::default()
        }
    }

    #[test]
    fn what_is_printed_is_no_secret() {
        let blob =
            Pkcs12Blob { name: "Signing".into(), bytes: b"Signing".to_vec(), password: "hunter2".into() };
        for printed in [format!("{blob:?}"), format!("{:?}", IdentityPayload::from(blob))] {
            assert!(printed.contains("Signing") && printed.contains("length: 7"));
            assert!(!printed.contains("hunter2") && !printed.contains("83"));
        }
    }

    #[test]
    fn one_identity_in_two_roles_travels_once() {
        let delivered = DeliveredCertificates {
            signing: Some(blob("Both")),
            encryption: Some(blob("Both")),
            others: vec![blob("Old"), blob("Both")],
            ..DeliveredCertificates::default()
        };
        let selection = delivered.select(&policy());
        let names: Vec<&str> = selection.identities.iter().map(|b| b.name.as_str()).collect();
        assert_eq!(names, ["Both", "Old"]);
        assert_eq!(selection.problems, []);
    }

    #[test]
    fn what_the_policy_does_not_name_stays_out() {
        let delivered = DeliveredCertificates {
            authentication: Some(blob("Login")),
            signing: Some(blob("Signing")),
            encryption: Some(blob("Encryption")),
            ..DeliveredCertificates::default()
        };
        let off = EmailPolicy { require_smime: false, ..policy() };
        assert!(delivered.select(&off).identities.is_empty());
        let none = EmailPolicy {
            signing_certificate_type: Some(EmailCertificateType::None),
            encryption_certificate_type: None,
            ..policy()
        };
        assert!(delivered.select(&none).identities.is_empty());
    }

    #[test]
    fn missing_and_ambiguous_certificates_are_reported() {
        let delivered =
            DeliveredCertificates { signing: Some(blob("Signing")), ..DeliveredCertificates::default() };
        let missing = |role| [CertificateError::Missing { role }];
        assert_eq!(delivered.select(&policy()).problems, missing(CertificateRole::Encryption));
        let login = EmailPolicy {
            authentication_method: EasAuthenticationMethod::DerivedCredential,
            ..EmailPolicy::default()
        };
        assert_eq!(delivered.select(&login).problems, missing(CertificateRole::Authentication));
        let other = Pkcs12Blob { name: "Signing".into(), bytes: vec![1], password: String::new() }.into();
        let delivered = DeliveredCertificates { encryption: Some(other), ..delivered };
        let selection = delivered.select(&policy());
        assert_eq!(selection.problems, [CertificateError::Ambiguous { name: "Signing".into() }]);
        assert_eq!(selection.identities.len(), 1);
    }

    #[test]
    fn one_root_travels_once() {
        let roots = vec![
            RootCertificate::named("A", vec![1]),
            RootCertificate::named("A", vec![1]),
            RootCertificate::named("B", vec![1]),
            RootCertificate::named("A", vec![2]),
        ];
        let delivered = DeliveredCertificates { roots, ..DeliveredCertificates::default() };
        let selection = delivered.select(&EmailPolicy::default());
        assert_eq!(selection.roots.len(), 1);
        assert_eq!(selection.problems, [CertificateError::Ambiguous { name: "A".into() }]);
    }
}
