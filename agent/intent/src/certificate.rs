//! The certificates that travel inside the profile, and which of them a policy refers to.

use std::collections::BTreeMap;
use std::fmt;

use crate::policy::{EasAuthenticationMethod, EmailCertificateType, EmailPolicy};
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
    pub authentication: Option<Pkcs12Blob>,
    /// The identity that signs mail.
    pub signing: Option<Pkcs12Blob>,
    /// The identity that decrypts mail.
    pub encryption: Option<Pkcs12Blob>,
    /// Further identities, such as the history of encryption certificates (SMO-012).
    pub others: Vec<Pkcs12Blob>,
}

/// Holds one trusted certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootCertificate {
    /// The name it is shown under; it also makes the payload's UUID.
    pub name: String,
    /// The certificate, in DER.
    pub der: Vec<u8>,
}

/// Holds one identity as PKCS#12; its printed form shows neither the bytes nor the password.
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

impl Pkcs12Blob {
    /// Returns the UUID of the payload that delivers this identity.
    #[must_use]
    pub fn payload_uuid(&self) -> String {
        stable_uuid(&["identity", &self.name])
    }
}

impl RootCertificate {
    /// Returns the UUID of the payload that delivers this certificate.
    #[must_use]
    pub fn payload_uuid(&self) -> String {
        stable_uuid(&["root", &self.name])
    }
}

/// Names what an account uses an identity for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateRole {
    /// Signing in to the server (`identityCertificate`, EAS-023; EAS-025 for a derived credential).
    Authentication,
    /// Signing mail (`smimeSigningCertificate`, EAS-069).
    Signing,
    /// Encrypting mail (`smimeEncryptionCertificate`, EAS-081).
    Encryption,
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
    pub authentication: Option<&'a Pkcs12Blob>,
    /// The identity for signing mail.
    pub signing: Option<&'a Pkcs12Blob>,
    /// The identity for encrypting mail.
    pub encryption: Option<&'a Pkcs12Blob>,
    /// Every identity to embed, once each, in the order of their first use.
    pub identities: Vec<&'a Pkcs12Blob>,
}

impl DeliveredCertificates {
    /// Picks the identities a policy refers to and everything that travels with them.
    ///
    /// An identity the policy does not refer to stays out, save those in `others`. One identity
    /// in two roles is embedded once (OUT-013).
    pub(crate) fn select(&self, policy: &EmailPolicy) -> Result<Selection<'_>, CertificateError> {
        let needed = |wanted: bool, blob: &'_ Option<Pkcs12Blob>, role| match blob {
            None if wanted => Err(CertificateError::Missing { role }),
            _ => Ok(wanted),
        };
        let by_certificate = policy.authentication_method != EasAuthenticationMethod::UsernameAndPassword;
        let named = |kind: Option<EmailCertificateType>| {
            policy.require_smime && !matches!(kind, None | Some(EmailCertificateType::None))
        };
        let mut selection = Selection::default();
        if needed(by_certificate, &self.authentication, CertificateRole::Authentication)? {
            selection.authentication = self.authentication.as_ref();
        }
        if needed(named(policy.signing_certificate_type), &self.signing, CertificateRole::Signing)? {
            selection.signing = self.signing.as_ref();
        }
        if needed(named(policy.encryption_certificate_type), &self.encryption, CertificateRole::Encryption)? {
            selection.encryption = self.encryption.as_ref();
        }
        let mut by_name: BTreeMap<&str, &Pkcs12Blob> = BTreeMap::new();
        let used = [selection.authentication, selection.signing, selection.encryption];
        for blob in used.into_iter().flatten().chain(&self.others) {
            match by_name.insert(&blob.name, blob) {
                None => selection.identities.push(blob),
                Some(known) if known == blob => {}
                Some(_) => {
                    return Err(CertificateError::Ambiguous { name: blob.name.clone() });
                }
            }
        }
        let mut root_names: BTreeMap<&str, &RootCertificate> = BTreeMap::new();
        for root in &self.roots {
            if let Some(known) = root_names.insert(&root.name, root)
                && known != root
            {
                return Err(CertificateError::Ambiguous { name: root.name.clone() });
            }
        }
        Ok(selection)
    }

    /// Walks the trusted certificates, one for each name.
    pub(crate) fn distinct_roots(&self) -> impl Iterator<Item = &RootCertificate> {
        let mut seen = std::collections::BTreeSet::new();
        self.roots.iter().filter(move |root| seen.insert(&root.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(name: &str) -> Pkcs12Blob {
        Pkcs12Blob { name: name.into(), bytes: name.as_bytes().to_vec(), password: "hunter2".into() }
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
    fn printed_identities_show_no_secret() {
        let printed = format!("{:?}", blob("Signing"));
        assert!(printed.contains("Signing") && printed.contains("length: 7"));
        assert!(!printed.contains("hunter2") && !printed.contains("83"));
    }

    #[test]
    fn one_identity_in_two_roles_travels_once() {
        let delivered = DeliveredCertificates {
            signing: Some(blob("Both")),
            encryption: Some(blob("Both")),
            others: vec![blob("Old"), blob("Both")],
            ..DeliveredCertificates::default()
        };
        let selection = delivered.select(&policy()).expect("all there");
        let names: Vec<&str> = selection.identities.iter().map(|b| b.name.as_str()).collect();
        assert_eq!(names, ["Both", "Old"]);
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
        assert!(delivered.select(&off).expect("nothing needed").identities.is_empty());
        let none = EmailPolicy {
            signing_certificate_type: Some(EmailCertificateType::None),
            encryption_certificate_type: None,
            ..policy()
        };
        assert!(delivered.select(&none).expect("nothing needed").identities.is_empty());
    }

    #[test]
    fn missing_and_ambiguous_certificates_are_reported() {
        let delivered =
            DeliveredCertificates { signing: Some(blob("Signing")), ..DeliveredCertificates::default() };
        assert_eq!(
            delivered.select(&policy()).err(),
            Some(CertificateError::Missing { role: CertificateRole::Encryption })
        );
        let login = EmailPolicy {
            authentication_method: EasAuthenticationMethod::DerivedCredential,
            ..EmailPolicy::default()
        };
        assert_eq!(
            delivered.select(&login).err(),
            Some(CertificateError::Missing { role: CertificateRole::Authentication })
        );
        let other = Pkcs12Blob { bytes: vec![1], ..blob("Signing") };
        let delivered = DeliveredCertificates { encryption: Some(other), ..delivered };
        assert_eq!(
            delivered.select(&policy()).err(),
            Some(CertificateError::Ambiguous { name: "Signing".into() })
        );
    }
}
