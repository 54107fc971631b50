//! Certification path validation (RFC 5280, section 6, with the profile of RFC 8550).
//!
//! The search goes from the leaf to an anchor, depth first, trying every issuer that has the right name, and stops
//! at the first path on which every rule holds. A constraint on a name form that cannot be evaluated refuses every
//! certificate with a name of that form, it is never ignored.
//!
//! Where RFC 5280 leaves anchors alone (their validity, path length, usages and name constraints), they are judged
//! like other CAs: so do the implementations that mail clients use. Their policies are not looked at. A version 1
//! anchor is a CA, having no way to say so.

mod error;
mod names;
mod options;
mod policy;
mod revocation;

pub use error::{PathError, RevocationProblem, Weakness};
pub use options::{PathOptions, Purpose, RevocationMode, ValidPath};
pub use revocation::{
    MAX_REVOCATION_CHECKS, MAX_REVOCATION_INPUTS, MAX_SIGNER_NESTING, OCSP_AGE_DAYS, RevocationSource,
    RevocationStatus,
};

use crate::algorithm::{RSA_ENCRYPTION, scheme_digest};
use crate::{
    Certificate, CertificateError, Context, CryptoError, DigestAlgorithm, KeyUsage, ObjectIdentifier,
    PublicKeyAlgorithm, SignatureScheme, TrustStore, name,
};

/// How many certificates a path may have, leaf and anchor included.
pub const MAX_PATH_CERTIFICATES: usize = 10;
/// How many signatures are verified in search of a path.
pub const MAX_SIGNATURE_CHECKS: usize = 64;
/// How many intermediate certificates may be offered.
pub const MAX_INTERMEDIATES: usize = 512;
/// The length from which an RSA key is not weak, in bits (RFC 8550, 4.3).
const MIN_RSA_BITS: u32 = 2048;

/// `id-kp-emailProtection` (RFC 5280, 4.2.1.12).
pub const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");
/// `id-kp-clientAuth` (RFC 5280, 4.2.1.12).
pub const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// `anyExtendedKeyUsage` (RFC 5280, 4.2.1.12).
pub const ANY_EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

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
    validate_with(cx, leaf, intermediates, trust, purpose, &PathOptions::default())
}

/// Finds a valid path as [`validate`] does, with policies, revocation and strictness as the options say.
///
/// Revocation lists and OCSP responses must be current at the time of the context: one that was issued later says
/// nothing about that time.
///
/// # Errors
/// [`PathError`], chosen as by [`validate`].
pub fn validate_with(
    cx: &Context<'_>,
    leaf: &Certificate,
    intermediates: &[Certificate],
    trust: &TrustStore,
    purpose: Purpose,
    options: &PathOptions<'_>,
) -> Result<ValidPath, PathError> {
    if intermediates.len() > MAX_INTERMEDIATES {
        let (found, limit) = (intermediates.len(), MAX_INTERMEDIATES);
        return Err(PathError::TooManyCertificates { found, limit });
    }
    let found = options.crls.len().max(options.ocsp.len());
    if found > MAX_REVOCATION_INPUTS {
        return Err(PathError::TooMuchRevocation { found, limit: MAX_REVOCATION_INPUTS });
    }
    let mut search = Search {
        cx,
        intermediates,
        trust,
        options,
        goal: Goal::Purpose(purpose),
        anchor: None,
        checks: 0,
        revocation_checks: 0,
        judged: Vec::new(),
        weak: Vec::new(),
        failure: None,
    };
    search.find(leaf)
}

/// What the first certificate of a path is for.
#[derive(Clone, Copy)]
enum Goal {
    Purpose(Purpose),
    SigningCrls,
}

struct Search<'a> {
    cx: &'a Context<'a>,
    intermediates: &'a [Certificate],
    trust: &'a TrustStore,
    options: &'a PathOptions<'a>,
    goal: Goal,
    /// The only anchor that counts; every one without it.
    anchor: Option<&'a Certificate>,
    checks: usize,
    revocation_checks: usize,
    /// The certificates whose revocation is being determined.
    judged: Vec<&'a Certificate>,
    /// What was weak in revocation information.
    weak: Vec<Weakness>,
    /// The failure to report if no path is found.
    failure: Option<PathError>,
}

impl<'a> Search<'a> {
    /// A search for the path of a signer of revocation lists, in the midst of this one.
    fn for_signer(&self, anchor: Option<&'a Certificate>) -> Search<'a> {
        Search {
            goal: Goal::SigningCrls,
            anchor,
            judged: self.judged.clone(),
            weak: Vec::new(),
            failure: None,
            ..*self
        }
    }

    /// Finds a path from a leaf.
    fn find(&mut self, leaf: &'a Certificate) -> Result<ValidPath, PathError> {
        check_alone(self.cx, leaf)?;
        match self.goal {
            Goal::Purpose(purpose) => check_leaf_usage(leaf, purpose)?,
            Goal::SigningCrls => check_key_usage(leaf, KeyUsage::CRL_SIGN)?,
        }
        self.check_extended_key_usage(leaf)?;
        if let (Some(needed), true) = (self.needed_purposes().next(), self.options.require_eku)
            && leaf.purposes().is_none()
        {
            return Err(PathError::NoExtendedKeyUsage { subject: leaf.subject(), needed });
        }
        if self.is_anchor(leaf) {
            return self.finish(&[leaf]);
        }
        let mut path = vec![leaf];
        match self.extend(&mut path)? {
            Some(found) => Ok(found),
            None => Err(self.failure.take().unwrap_or(PathError::NoTrustedRoot { issuer: leaf.issuer() })),
        }
    }

    fn is_anchor(&self, c: &Certificate) -> bool {
        self.trust.contains(c) && self.anchor.is_none_or(|only| c == only)
    }

    /// Judges what only a whole path shows: policies, revocation, strictness.
    fn finish(&mut self, path: &[&'a Certificate]) -> Result<ValidPath, PathError> {
        let intermediates = path.get(1..path.len().saturating_sub(1)).unwrap_or_default();
        let found = intermediates.iter().filter(|c| !c.is_self_issued()).count();
        if let (Some(limit), Goal::Purpose(_)) = (self.options.intermediates_max, self.goal)
            && found > limit
        {
            return Err(PathError::TooManyIntermediates { found, limit });
        }
        let weak = weaknesses(path);
        if let (Some(weakness), true) = (weak.first(), self.options.strict) {
            return Err(PathError::Weak(weakness.clone()));
        }
        let below: Vec<&Certificate> = path.iter().rev().skip(1).copied().collect();
        let policies = match self.goal {
            Goal::Purpose(_) => policy::evaluate(&below, self.options)?,
            Goal::SigningCrls => policy::evaluate(&below, &PathOptions::default())?,
        };
        self.weak = weak;
        let revocation = self.statuses(path)?;
        Ok(ValidPath {
            certificates: path.iter().map(|c| (*c).clone()).collect(),
            policies,
            revocation,
            weak: std::mem::take(&mut self.weak),
        })
    }

    /// Lengthens the path to an anchor; `Ok(None)` leaves it as it was.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> Result<Option<ValidPath>, PathError> {
        let Some(&last) = path.last() else { return Ok(None) };
        if name::is_empty(last.issuer_der()) {
            return Ok(None); // RFC 5280, 4.1.2.4: an issuer has a name
        }
        let (trust, intermediates) = (self.trust, self.intermediates);
        let anchors = trust.by_subject(last.issuer_der()).map(|c| (c, self.is_anchor(c)));
        let others = intermediates.iter().filter(|c| name::same(c.subject_der(), last.issuer_der()));
        let mut candidates: Vec<(&Certificate, bool)> =
            anchors.chain(others.map(|c| (c, self.is_anchor(c)))).collect();
        // anchors before intermediates, and within those the issuers whose key identifier is the one asked for
        candidates.sort_by_key(|(c, is_anchor)| (!is_anchor, !has_key_id(c, last)));
        let mut tried: Vec<&Certificate> = Vec::new();
        let mut issued = false;
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
                return Ok(None);
            }
            if self.checks == MAX_SIGNATURE_CHECKS {
                return Err(PathError::SearchExhausted { limit: MAX_SIGNATURE_CHECKS });
            }
            self.checks += 1;
            match last.verify_signed_by(self.cx.crypto, issuer) {
                Ok(()) => issued = true,
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
            if is_anchor {
                match self.finish(path) {
                    Ok(found) => return Ok(Some(found)),
                    Err(e) => self.fail(e),
                }
            } else if let Some(found) = self.extend(path)? {
                return Ok(Some(found));
            }
            path.pop();
        }
        // those of the name that have another key are not the issuer
        if !issued && path.len() > 1 && self.failure.is_none() {
            self.failure = Some(PathError::NoTrustedRoot { issuer: last.issuer() });
        }
        Ok(None)
    }

    /// Keeps the first failure that says more than that an issuer is missing.
    fn fail(&mut self, e: PathError) {
        if matches!(self.failure, None | Some(PathError::NoTrustedRoot { .. })) {
            self.failure = Some(e);
        }
    }

    /// The purposes that an `extKeyUsage` must allow.
    fn needed_purposes(&self) -> impl Iterator<Item = ObjectIdentifier> + use<'a> {
        let (purpose, more) = match self.goal {
            Goal::Purpose(Purpose::EmailSigning | Purpose::EmailEncryption) => {
                (Some(EMAIL_PROTECTION), self.options.extended_key_usages)
            }
            Goal::Purpose(Purpose::ClientAuth) => (Some(CLIENT_AUTH), self.options.extended_key_usages),
            Goal::Purpose(Purpose::Any) => (None, self.options.extended_key_usages),
            Goal::SigningCrls => (None, &[][..]),
        };
        purpose.into_iter().chain(more.iter().copied())
    }

    /// Applies to CAs as well: what a CA's certificate is not good for, those below it are not either.
    fn check_extended_key_usage(&self, c: &Certificate) -> Result<(), PathError> {
        let Some(found) = c.purposes() else { return Ok(()) };
        let lacking =
            |needed: &ObjectIdentifier| !found.contains(needed) && !found.contains(&ANY_EXTENDED_KEY_USAGE);
        match self.needed_purposes().find(lacking) {
            Some(needed) => Err(PathError::ExtendedKeyUsage { subject: c.subject(), needed }),
            None => Ok(()),
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
        self.check_extended_key_usage(ca)?;
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
                    names::check(certificate, ca, constraints)?;
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
    check_key_usage(leaf, needed)
}

fn check_key_usage(c: &Certificate, needed: KeyUsage) -> Result<(), PathError> {
    match c.key_usage() {
        Some(found) if !found.intersects(needed) => {
            Err(PathError::KeyUsage { subject: c.subject(), needed, found })
        }
        _ => Ok(()),
    }
}

/// Whether a signature is made over a SHA-1 digest.
fn is_sha1(scheme: Result<SignatureScheme, ObjectIdentifier>) -> bool {
    scheme.ok().and_then(scheme_digest) == Some(DigestAlgorithm::Sha1)
}

/// What is weak in a path; the anchor's signature says nothing, so that only its key counts.
fn weaknesses(path: &[&Certificate]) -> Vec<Weakness> {
    let mut out = Vec::new();
    for (i, c) in path.iter().enumerate() {
        if i + 1 < path.len() && is_sha1(c.signature_scheme().map_err(|_| RSA_ENCRYPTION)) {
            out.push(Weakness::Sha1Certificate { subject: c.subject() });
        }
        match c.public_key_algorithm() {
            Ok(PublicKeyAlgorithm::Rsa { bits }) if bits < MIN_RSA_BITS => {
                out.push(Weakness::SmallRsaKey { subject: c.subject(), bits });
            }
            Err(CertificateError::UnknownPublicKey { oid }) => {
                out.push(Weakness::UnknownKey { subject: c.subject(), oid });
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
