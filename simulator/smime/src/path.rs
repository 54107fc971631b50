//! Certification path validation (RFC 5280, section 6, with the profile of RFC 8550).
//!
//! The search goes from the leaf to an anchor, depth first, trying every issuer that has the right name, and stops
//! at the first path on which every rule holds. Revocation and certificate policies are not part of it. Name
//! constraints are applied to mailboxes and distinguished names; a constraint on a name form that cannot be
//! evaluated refuses every certificate with a name of that form, it is never ignored.
//!
//! Where RFC 5280 leaves anchors alone (their validity, path length, usages and constraints), they are judged like
//! other CAs: so do the implementations that mail clients use. A version 1 anchor is a CA, having no way to say so.

use crate::certificate::NameConstraints;
use crate::{
    Certificate, Context, CryptoError, KeyUsage, ObjectIdentifier, PublicKeyAlgorithm, Timestamp, TrustStore,
    name,
};
use thiserror::Error;

/// How many certificates a path may have, leaf and anchor included.
pub const MAX_PATH_CERTIFICATES: usize = 10;
/// How many signatures are verified in search of a path.
pub const MAX_SIGNATURE_CHECKS: usize = 64;
/// How many intermediate certificates may be offered.
pub const MAX_INTERMEDIATES: usize = 512;

/// `id-kp-emailProtection` (RFC 5280, 4.2.1.12).
pub const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");
/// `id-kp-clientAuth` (RFC 5280, 4.2.1.12).
pub const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// `anyExtendedKeyUsage` (RFC 5280, 4.2.1.12).
pub const ANY_EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// What the leaf's key is to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Verifying a signed message (RFC 8550, 4.4.2 and 4.4.4).
    EmailSigning,
    /// Encrypting a message to the subject.
    EmailEncryption,
    /// Authenticating as a TLS client.
    ClientAuth,
    /// Anything: usages are not looked at.
    Any,
}

/// A path on which every rule holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidPath {
    /// The leaf first, the anchor last; one certificate when the leaf is an anchor.
    pub certificates: Vec<Certificate>,
}

/// Why there is no valid path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathError {
    /// A certificate is no longer valid.
    #[error("the certificate of {subject} has expired")]
    Expired {
        /// Whose.
        subject: String,
        /// When it ended.
        not_after: Timestamp,
        /// When it was judged.
        at: Timestamp,
    },
    /// A certificate is not valid yet.
    #[error("the certificate of {subject} is not valid yet")]
    NotYetValid {
        /// Whose.
        subject: String,
        /// When it begins.
        not_before: Timestamp,
        /// When it was judged.
        at: Timestamp,
    },
    /// No anchor and no intermediate leads on from here.
    #[error("no trusted certificate of {issuer} is known")]
    NoTrustedRoot {
        /// The issuer that is missing.
        issuer: String,
    },
    /// A certificate was issued by one that is no CA (`basicConstraints`).
    #[error("{subject} is not a certification authority")]
    NotACa {
        /// The issuer that is none.
        subject: String,
    },
    /// `keyUsage` is present and lacks what is needed: any one of `needed`.
    #[error("the key usage of {subject} does not allow it")]
    KeyUsage {
        /// Whose.
        subject: String,
        /// The usages of which one is needed.
        needed: KeyUsage,
        /// The usages that are present.
        found: KeyUsage,
    },
    /// `extKeyUsage` is present and lacks both what is needed and `anyExtendedKeyUsage`.
    #[error("the extended key usage of {subject} does not allow it")]
    ExtendedKeyUsage {
        /// Whose.
        subject: String,
        /// The purpose that is needed.
        needed: ObjectIdentifier,
    },
    /// More intermediate certificates than a CA allows below it.
    #[error("{subject} allows {limit} certification authorities below it, there are {found}")]
    PathLength {
        /// The CA.
        subject: String,
        /// What it allows.
        limit: u8,
        /// What there is.
        found: usize,
    },
    /// The key of the issuer that has the right name did not make the signature.
    #[error("the signature on the certificate of {subject} is wrong")]
    BadSignature {
        /// Whose.
        subject: String,
    },
    /// The signature is of a kind, or made with a kind of key, that cannot be verified.
    #[error("the signature on the certificate of {subject} cannot be verified")]
    UnsupportedSignature {
        /// Whose.
        subject: String,
    },
    /// A critical extension that is not understood.
    #[error("the certificate of {subject} has the unknown critical extension {oid}")]
    UnknownCriticalExtension {
        /// Whose.
        subject: String,
        /// The extension.
        oid: ObjectIdentifier,
    },
    /// A name lies outside what a CA may certify.
    #[error("{ca} may not certify {name}")]
    NameConstraint {
        /// The CA.
        ca: String,
        /// The mailbox or distinguished name.
        name: String,
    },
    /// A CA constrains a form of name that is present and cannot be evaluated.
    #[error("{ca} constrains names that cannot be evaluated")]
    UnsupportedNameConstraint {
        /// The CA.
        ca: String,
    },
    /// Every path is longer than [`MAX_PATH_CERTIFICATES`].
    #[error("there is no path of up to {limit} certificates")]
    TooLong {
        /// The longest path that is followed.
        limit: usize,
    },
    /// The search was given up after [`MAX_SIGNATURE_CHECKS`].
    #[error("no path was found with {limit} signature checks")]
    SearchExhausted {
        /// How many signatures were verified.
        limit: usize,
    },
    /// More than [`MAX_INTERMEDIATES`] were offered.
    #[error("{found} intermediate certificates were offered, more than {limit}")]
    TooManyCertificates {
        /// How many.
        found: usize,
        /// The most that are taken.
        limit: usize,
    },
}

/// Finds a valid path from a leaf to an anchor at the time of the context.
///
/// An absent `keyUsage` or `extKeyUsage` allows everything (RFC 8550, 4.4). A leaf that is itself an anchor is
/// valid if its time and usages are.
///
/// # Errors
/// [`PathError`]: what is wrong with the leaf, else what was wrong with the first path that failed for a reason
/// other than a missing issuer, else the missing issuer.
pub fn validate(
    cx: &Context<'_>,
    leaf: &Certificate,
    intermediates: &[Certificate],
    trust: &TrustStore,
    purpose: Purpose,
) -> Result<ValidPath, PathError> {
    if intermediates.len() > MAX_INTERMEDIATES {
        let (found, limit) = (intermediates.len(), MAX_INTERMEDIATES);
        return Err(PathError::TooManyCertificates { found, limit });
    }
    check_alone(cx, leaf)?;
    check_leaf_usage(leaf, purpose)?;
    if trust.contains(leaf) {
        return Ok(ValidPath { certificates: vec![leaf.clone()] });
    }
    let mut search = Search { cx, intermediates, trust, purpose, checks: 0, failure: None };
    let mut path = vec![leaf];
    if search.extend(&mut path)? {
        return Ok(ValidPath { certificates: path.into_iter().cloned().collect() });
    }
    Err(search.failure.unwrap_or(PathError::NoTrustedRoot { issuer: leaf.issuer() }))
}

struct Search<'a> {
    cx: &'a Context<'a>,
    intermediates: &'a [Certificate],
    trust: &'a TrustStore,
    purpose: Purpose,
    checks: usize,
    /// The failure to report if no path is found.
    failure: Option<PathError>,
}

impl<'a> Search<'a> {
    /// Lengthens the path to an anchor; `Ok(false)` leaves it as it was.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> Result<bool, PathError>
    where
        Self: 'a,
    {
        let Some(&last) = path.last() else { return Ok(false) };
        if name::is_empty(last.issuer_der()) {
            return Ok(false); // RFC 5280, 4.1.2.4: an issuer has a name
        }
        let (trust, intermediates) = (self.trust, self.intermediates);
        let anchors = trust.by_subject(last.issuer_der()).map(|c| (c, true));
        let others = intermediates.iter().filter(|c| name::same(c.subject_der(), last.issuer_der()));
        let mut candidates: Vec<(&Certificate, bool)> =
            anchors.chain(others.map(|c| (c, trust.contains(c)))).collect();
        // anchors before intermediates, and within those the issuers whose key identifier is the one asked for
        candidates.sort_by_key(|(c, is_anchor)| (!is_anchor, !has_key_id(c, last)));
        let mut tried: Vec<&Certificate> = Vec::new();
        for (issuer, is_anchor) in candidates {
            // a certificate twice, or one name with one key twice, is a cycle (RFC 4158, 2.4.2)
            let looped = path.iter().any(|c| {
                c == &issuer
                    || (c.spki_der() == issuer.spki_der()
                        && name::same(c.subject_der(), issuer.subject_der()))
            });
            if looped || tried.contains(&issuer) {
                continue;
            }
            tried.push(issuer);
            if path.len() == MAX_PATH_CERTIFICATES {
                self.fail(PathError::TooLong { limit: MAX_PATH_CERTIFICATES });
                return Ok(false);
            }
            if self.checks == MAX_SIGNATURE_CHECKS {
                return Err(PathError::SearchExhausted { limit: MAX_SIGNATURE_CHECKS });
            }
            self.checks += 1;
            match last.verify_signed_by(self.cx.crypto, issuer) {
                Ok(()) => {}
                Err(CryptoError::BadSignature) => {
                    // another key of that name: only a fault if nothing says that it is another
                    if has_key_id(issuer, last) {
                        self.fail(PathError::BadSignature { subject: last.subject() });
                    }
                    continue;
                }
                Err(_) => {
                    self.fail(PathError::UnsupportedSignature { subject: last.subject() });
                    continue;
                }
            }
            if let Err(e) = self.check_issuer(path, issuer, is_anchor) {
                self.fail(e);
                continue;
            }
            path.push(issuer);
            if is_anchor || self.extend(path)? {
                return Ok(true);
            }
            path.pop();
        }
        if tried.is_empty() && path.len() > 1 && self.failure.is_none() {
            self.failure = Some(PathError::NoTrustedRoot { issuer: last.issuer() });
        }
        Ok(false)
    }

    /// Keeps the first failure that says more than that an issuer is missing.
    fn fail(&mut self, e: PathError) {
        if matches!(self.failure, None | Some(PathError::NoTrustedRoot { .. })) {
            self.failure = Some(e);
        }
    }

    /// Judges an issuer above `path`, whose last member it signed.
    fn check_issuer(
        &self,
        path: &[&Certificate],
        ca: &Certificate,
        is_anchor: bool,
    ) -> Result<(), PathError> {
        check_alone(self.cx, ca)?;
        if !(ca.is_ca() || (is_anchor && ca.version() == 1)) {
            return Err(PathError::NotACa { subject: ca.subject() });
        }
        check_key_usage(ca, KeyUsage::KEY_CERT_SIGN)?;
        check_extended_key_usage(ca, self.purpose)?;
        let below = path.iter().skip(1).filter(|c| !c.is_self_issued()).count();
        if let Some(limit) = ca.path_len()
            && below > usize::from(limit)
        {
            return Err(PathError::PathLength { subject: ca.subject(), limit, found: below });
        }
        if let Some(constraints) = ca.name_constraints() {
            for (i, certificate) in path.iter().enumerate() {
                // RFC 5280, 6.1.3 (b): self-issued certificates are exempt unless they are the last
                if i == 0 || !certificate.is_self_issued() {
                    check_names(certificate, ca, constraints)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether the issuer has the key identifier that the certificate asks for, as far as both have one.
fn has_key_id(issuer: &Certificate, certificate: &Certificate) -> bool {
    match (issuer.subject_key_id(), certificate.authority_key_id()) {
        (Some(has), Some(asked)) => has == asked,
        _ => true,
    }
}

/// The checks that need no other certificate.
fn check_alone(cx: &Context<'_>, c: &Certificate) -> Result<(), PathError> {
    let at = cx.now;
    if at < c.not_before() {
        return Err(PathError::NotYetValid { subject: c.subject(), not_before: c.not_before(), at });
    }
    if at > c.not_after() {
        return Err(PathError::Expired { subject: c.subject(), not_after: c.not_after(), at });
    }
    match c.unknown_critical().first() {
        Some(oid) => Err(PathError::UnknownCriticalExtension { subject: c.subject(), oid: *oid }),
        None => Ok(()),
    }
}

fn check_leaf_usage(leaf: &Certificate, purpose: Purpose) -> Result<(), PathError> {
    let needed = match purpose {
        Purpose::EmailSigning => KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION,
        // RFC 8550, 4.4.2 and RFC 5480, 3: RSA transports keys, elliptic curves agree on them
        Purpose::EmailEncryption => match leaf.public_key_algorithm() {
            Ok(PublicKeyAlgorithm::Rsa { .. }) => KeyUsage::KEY_ENCIPHERMENT,
            Ok(PublicKeyAlgorithm::Ec(_)) => KeyUsage::KEY_AGREEMENT,
            _ => KeyUsage::KEY_ENCIPHERMENT | KeyUsage::KEY_AGREEMENT,
        },
        Purpose::ClientAuth => KeyUsage::DIGITAL_SIGNATURE,
        Purpose::Any => return Ok(()),
    };
    check_key_usage(leaf, needed)?;
    check_extended_key_usage(leaf, purpose)
}

fn check_key_usage(c: &Certificate, needed: KeyUsage) -> Result<(), PathError> {
    match c.key_usage() {
        Some(found) if !found.intersects(needed) => {
            Err(PathError::KeyUsage { subject: c.subject(), needed, found })
        }
        _ => Ok(()),
    }
}

/// Applies to CAs as well: what a CA's certificate is not good for, those below it are not either.
fn check_extended_key_usage(c: &Certificate, purpose: Purpose) -> Result<(), PathError> {
    let needed = match purpose {
        Purpose::EmailSigning | Purpose::EmailEncryption => EMAIL_PROTECTION,
        Purpose::ClientAuth => CLIENT_AUTH,
        Purpose::Any => return Ok(()),
    };
    match c.extended_key_usage() {
        Some(found) if !found.contains(&needed) && !found.contains(&ANY_EXTENDED_KEY_USAGE) => {
            Err(PathError::ExtendedKeyUsage { subject: c.subject(), needed })
        }
        _ => Ok(()),
    }
}

fn check_names(c: &Certificate, ca: &Certificate, rules: &NameConstraints) -> Result<(), PathError> {
    if rules.unevaluated || rules.other_forms & c.alternative_forms() != 0 {
        return Err(PathError::UnsupportedNameConstraint { ca: ca.subject() });
    }
    for mailbox in c.email_addresses() {
        let allowed = rules.permitted_mailboxes.is_empty()
            || rules.permitted_mailboxes.iter().any(|base| mailbox_within(&mailbox, base) == Some(true));
        let excluded =
            rules.excluded_mailboxes.iter().any(|base| mailbox_within(&mailbox, base) != Some(false));
        if !allowed || excluded {
            return Err(PathError::NameConstraint { ca: ca.subject(), name: mailbox });
        }
    }
    // RFC 5280, 4.2.1.10: directoryName constraints hold for the subject and for alternative names of that form
    let subject = Some(c.subject_der()).filter(|_| !name::is_empty(c.subject_der()));
    for dn in subject.into_iter().chain(c.alternative_directory_names().iter().map(Vec::as_slice)) {
        let within = |base: &Vec<u8>| name::within(dn, base);
        let allowed = rules.permitted_names.is_empty() || rules.permitted_names.iter().any(within);
        if !allowed || rules.excluded_names.iter().any(within) {
            return Err(PathError::NameConstraint { ca: ca.subject(), name: name::to_text(dn) });
        }
    }
    Ok(())
}

/// Whether a mailbox lies within an rfc822Name constraint (RFC 5280, 4.2.1.10); `None` for what is no mailbox.
fn mailbox_within(mailbox: &str, base: &str) -> Option<bool> {
    if base.is_empty() {
        return Some(true);
    }
    let (local, host) = mailbox.rsplit_once('@')?;
    // a local part that holds the sign must be quoted (RFC 5321, 4.1.2)
    if host.is_empty() || (local.contains('@') && !(local.starts_with('"') && local.ends_with('"'))) {
        return None;
    }
    if let Some((base_local, base_host)) = base.rsplit_once('@') {
        return Some(local == base_local && host.eq_ignore_ascii_case(base_host));
    }
    let (host, base) = (host.to_lowercase(), base.to_lowercase());
    Some(if base.starts_with('.') { host.ends_with(&base) && host.len() > base.len() } else { host == base })
}

#[cfg(test)]
mod tests;
