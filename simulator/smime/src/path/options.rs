//! How a path is judged, and what is found.

use super::error::Weakness;
use super::revocation::RevocationStatus;
use crate::{Certificate, Crl, ObjectIdentifier, OcspResponse};

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
    /// The policies for which the path is valid (RFC 5280, 6.1.6), among those that the caller accepts;
    /// [`crate::ANY_POLICY`] when every policy is.
    pub policies: Vec<ObjectIdentifier>,
    /// What is known of the revocation of each certificate but the anchor, in the order of `certificates`.
    pub revocation: Vec<RevocationStatus>,
    /// What is weak about it: accepted here, refused by a strict judgement.
    pub weak: Vec<Weakness>,
}

/// How much must be known about revocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RevocationMode {
    /// Revocation is not looked at.
    #[default]
    Off,
    /// What is known to be revoked is refused; what is not known passes, and says so in [`ValidPath::revocation`].
    IfKnown,
    /// Every certificate but the anchor must be known not to be revoked.
    Required,
}

/// How a path is judged, beyond what always holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathOptions<'a> {
    /// The revocation lists at hand, complete, delta and indirect.
    pub crls: &'a [Crl],
    /// The OCSP responses at hand.
    pub ocsp: &'a [OcspResponse],
    /// How much must be known about revocation.
    pub revocation: RevocationMode,
    /// The policies that are acceptable (`user-initial-policy-set`); empty for any.
    pub policies: &'a [ObjectIdentifier],
    /// Whether the path must be valid for a policy (`initial-explicit-policy`).
    pub require_policy: bool,
    /// Whether policies may not be mapped (`initial-policy-mapping-inhibit`).
    pub inhibit_policy_mapping: bool,
    /// Whether `anyPolicy` stands for no other policy (`initial-any-policy-inhibit`).
    pub inhibit_any_policy: bool,
    /// Whether what is weak is refused: signatures over SHA-1, RSA keys of less than 2048 bits, keys of unknown kinds.
    pub strict: bool,
    /// Whether the leaf must have an `extKeyUsage`; otherwise an absent one passes (RFC 8550, 4.4.4).
    pub require_eku: bool,
    /// Purposes that every `extKeyUsage` in the path must allow, beside that of [`Purpose`].
    pub extended_key_usages: &'a [ObjectIdentifier],
    /// How many intermediate CAs there may be, self-issued ones not counted; `None` for what
    /// [`super::MAX_PATH_CERTIFICATES`] leaves.
    pub intermediates_max: Option<usize>,
}
