//! Why a path is refused.

use super::revocation::RevocationSource;
use crate::{KeyUsage, ObjectIdentifier, RevocationReason, Timestamp};
use thiserror::Error;

/// The names of usages.
fn listed(usages: KeyUsage, between: &str) -> String {
    match usages.names().join(between) {
        none if none.is_empty() => "nothing".to_owned(),
        some => some,
    }
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
    #[error("the key usage of {subject} allows {}, not {}", listed(*found, ", "), listed(*needed, " or "))]
    KeyUsage {
        /// Whose.
        subject: String,
        /// The usages of which one is needed.
        needed: KeyUsage,
        /// The usages that are present.
        found: KeyUsage,
    },
    /// `extKeyUsage` is present and lacks both what is needed and `anyExtendedKeyUsage`.
    #[error("the extended key usage of {subject} does not allow {needed}")]
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
    /// Every path is longer than [`crate::MAX_PATH_CERTIFICATES`].
    #[error("there is no path of up to {limit} certificates")]
    TooLong {
        /// The longest path that is followed.
        limit: usize,
    },
    /// The search was given up after [`crate::MAX_SIGNATURE_CHECKS`].
    #[error("no path was found with {limit} signature checks")]
    SearchExhausted {
        /// How many signatures were verified.
        limit: usize,
    },
    /// More than [`crate::MAX_INTERMEDIATES`] were offered.
    #[error("{found} intermediate certificates were offered, more than {limit}")]
    TooManyCertificates {
        /// How many.
        found: usize,
        /// The most that are taken.
        limit: usize,
    },
    /// `extKeyUsage` is absent, and the caller asked for one.
    #[error("the certificate of {subject} has no extended key usage")]
    NoExtendedKeyUsage {
        /// Whose.
        subject: String,
        /// The purpose that is needed.
        needed: ObjectIdentifier,
    },
    /// A policy is required, by the caller or by a CA, and the path is valid for none that is acceptable.
    #[error("no acceptable certificate policy holds for the certificate of {subject}")]
    NoValidPolicy {
        /// The certificate at which the last policy was lost.
        subject: String,
        /// The policies that the caller accepts; empty when any is.
        acceptable: Vec<ObjectIdentifier>,
    },
    /// A CA maps `anyPolicy` to another policy or another policy to it (RFC 5280, 4.2.1.5).
    #[error("{subject} maps anyPolicy")]
    AnyPolicyMapped {
        /// The CA.
        subject: String,
    },
    /// More CAs stand between leaf and anchor than the caller allows.
    #[error("the path has {found} intermediate authorities, more than {limit}")]
    TooManyIntermediates {
        /// How many, self-issued ones not counted.
        found: usize,
        /// What the caller allows.
        limit: usize,
    },
    /// A certificate was revoked.
    #[error("the certificate of {subject} was revoked ({reason})")]
    Revoked {
        /// Whose.
        subject: String,
        /// Its serial number in lower-case hexadecimal.
        serial: String,
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
        /// Who said so.
        told_by: RevocationSource,
    },
    /// Whether a certificate was revoked must be known, and is not.
    #[error("it is not known whether the certificate of {subject} was revoked: {problem}")]
    RevocationUnknown {
        /// Whose.
        subject: String,
        /// What is missing or wrong.
        problem: RevocationProblem,
    },
    /// More than [`crate::MAX_REVOCATION_INPUTS`] revocation lists or OCSP responses were offered.
    #[error("{found} revocation lists and responses were offered, more than {limit}")]
    TooMuchRevocation {
        /// How many.
        found: usize,
        /// The most that are taken.
        limit: usize,
    },
    /// A signature or key is too weak for a strict judgement.
    #[error("{0}")]
    Weak(Weakness),
}

/// What is weak about a path: accepted with a flag, refused by a strict judgement.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Weakness {
    /// A certificate is signed over a SHA-1 digest.
    #[error("the certificate of {subject} is signed with SHA-1")]
    Sha1Certificate {
        /// Whose.
        subject: String,
    },
    /// A revocation list or OCSP response is signed over a SHA-1 digest.
    #[error("the revocation information of {subject} is signed with SHA-1")]
    Sha1Revocation {
        /// Whose certificate it is about.
        subject: String,
    },
    /// A key is of a kind that is not known here, or on a curve that is not.
    #[error("the key of {subject} is of the unknown kind {oid}")]
    UnknownKey {
        /// Whose.
        subject: String,
        /// The identifier of the algorithm or curve.
        oid: ObjectIdentifier,
    },
    /// An RSA key is shorter than 2048 bits (RFC 8550, 4.3).
    #[error("the RSA key of {subject} has {bits} bits")]
    SmallRsaKey {
        /// Whose.
        subject: String,
        /// Its length.
        bits: u32,
    },
}

/// Why the status of a certificate is not known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RevocationProblem {
    /// No list and no response about the certificate was offered.
    #[error("there is no information about it")]
    NoInformation,
    /// The information is from the future.
    #[error("the information is not valid yet")]
    NotYetValid {
        /// When it was issued.
        this_update: Timestamp,
    },
    /// Newer information should exist by now.
    #[error("the information is out of date")]
    Stale {
        /// Until when it was current.
        next_update: Timestamp,
    },
    /// There is a list of changes alone (`deltaCRLIndicator`), and it does not name the certificate.
    #[error("a delta list of its issuer was given without the complete list that it changes")]
    BaseMissing,
    /// The list or response was not signed by the key that should have.
    #[error("the signature of the information is wrong")]
    BadSignature,
    /// The signature is of a kind that cannot be verified.
    #[error("the signature of the information cannot be verified")]
    UnsupportedSignature,
    /// The signature is over SHA-1, and the judgement is strict.
    #[error("the information is signed with SHA-1")]
    WeakSignature,
    /// A critical extension of the list, of an entry or of the response is not understood.
    #[error("the information has the unknown critical extension {oid}")]
    UnknownCriticalExtension {
        /// The extension.
        oid: ObjectIdentifier,
    },
    /// A certificate lacks the key usage `cRLSign`.
    #[error("{subject} may not sign revocation lists")]
    MayNotSign {
        /// The signer.
        subject: String,
    },
    /// No certificate of the list's issuer with the right key was offered.
    #[error("no certificate for the key of {issuer} that signs revocation lists is known")]
    NoSigner {
        /// The issuer of the list.
        issuer: String,
    },
    /// The certificate of who signed the list is itself not valid.
    #[error("the signer of the revocation list is not trusted: {0}")]
    SignerRefused(Box<PathError>),
    /// The lists of the issuer are for other certificates (`issuingDistributionPoint`).
    #[error("the revocation lists are for other certificates")]
    OutOfScope,
    /// The lists together do not cover every reason for revocation.
    #[error("the revocation lists do not cover every reason")]
    ReasonsNotCovered,
    /// The response is signed by someone whom the issuer did not authorise (RFC 6960, 4.2.2.2).
    #[error("the OCSP responder is not authorised")]
    ResponderNotAuthorized,
    /// The certificate of the responder is itself not valid, or not known to be.
    #[error("the OCSP responder is not trusted: {0}")]
    ResponderRefused(Box<PathError>),
    /// The responder does not know the certificate.
    #[error("the OCSP responder does not know it")]
    UnknownToResponder,
    /// The status of a signer of lists depends on what it signs.
    #[error("the signer of the revocation list vouches for itself")]
    Circular,
    /// Too many signers of lists stand behind each other, each certified by the help of the next.
    #[error("more than {limit} signers of revocation lists stand behind each other")]
    TooManySigners {
        /// How many are followed.
        limit: usize,
    },
    /// The check was given up.
    #[error("more than {limit} signatures of revocation information were to be checked")]
    Exhausted {
        /// How many are checked.
        limit: usize,
    },
}
