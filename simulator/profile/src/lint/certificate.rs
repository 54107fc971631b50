//! What the caller tells about the certificates in a profile, which this crate cannot read.

use crate::Timestamp;
use serde::Serialize;

/// Facts about the certificate of one certificate payload. The default says nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// PayloadUUID of the payload it came from.
    pub payload_uuid: String,
    /// What the payload holds.
    pub kind: CertificateKind,
    /// Why it could not be opened; the facts below are then unknown.
    pub open_error: Option<OpenError>,
    /// The subject, as text for people.
    pub subject: String,
    /// E-mail addresses in the subject alternative name and the subject.
    pub emails: Vec<String>,
    /// The first moment it is valid.
    pub not_before: Option<Timestamp>,
    /// The last moment it is valid.
    pub not_after: Option<Timestamp>,
    /// The key usage extension; none if the certificate has none, which allows every use.
    pub key_usage: Option<KeyUsage>,
    /// The extended key usages as dotted OIDs; none if there is no such extension.
    pub extended_key_usage: Option<Vec<String>>,
    /// The private key comes with it.
    pub is_identity: bool,
    /// It is a CA certificate.
    pub is_ca: bool,
    /// Name of the signature algorithm, such as `sha1WithRSAEncryption`.
    pub signature_algorithm: Option<String>,
    /// Name of the key's algorithm, such as `rsaEncryption`.
    pub key_algorithm: Option<String>,
    /// Size of the key (RSA modulus, curve order) in bits.
    pub key_bits: Option<u32>,
    /// Names of the algorithms that protect a PKCS#12 file's contents, such as `pbeWithSHAAnd3-KeyTripleDES-CBC`.
    pub pbe_algorithms: Vec<String>,
    /// Name of the PKCS#12 file's MAC digest, such as `sha1`; none if it has no MAC.
    pub mac_digest: Option<String>,
}

/// What a certificate payload holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum CertificateKind {
    /// A PKCS#12 file.
    #[default]
    Pkcs12,
    /// A bare certificate, DER or PEM.
    Certificate,
}

/// The bits of the key usage extension that matter for mail (RFC 5280, 4.2.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeyUsage {
    /// Bit 0.
    pub digital_signature: bool,
    /// Bit 1, also called content commitment.
    pub non_repudiation: bool,
    /// Bit 2.
    pub key_encipherment: bool,
    /// Bit 3.
    pub data_encipherment: bool,
    /// Bit 4.
    pub key_agreement: bool,
    /// Bit 5.
    pub key_cert_sign: bool,
}

/// Why a certificate payload could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum OpenError {
    /// The password in the payload does not fit.
    WrongPassword,
    /// There is no password in the payload and the file needs one.
    PasswordNeeded,
    /// The bytes are not what the payload type says.
    Malformed,
    /// There is no private key, or none that belongs to a certificate.
    NoIdentity,
    /// There is more than one identity; a payload holds exactly one.
    TooManyIdentities {
        /// How many there are.
        count: usize,
    },
    /// Deriving the keys of this file, or of all files of the profile together, takes more iterations than are made.
    TooManyIterations {
        /// How many are made.
        limit: u64,
    },
    /// An algorithm that is not supported.
    UnsupportedAlgorithm {
        /// Its name or dotted OID.
        name: String,
    },
}

impl KeyUsage {
    /// True if a message may be signed: digital signature or non-repudiation (RFC 8550, 4.4.2).
    pub fn allows_signing(self) -> bool {
        self.digital_signature || self.non_repudiation
    }

    /// True if a message may be encrypted to it: key encipherment (RSA) or key agreement (elliptic curves).
    pub fn allows_encryption(self) -> bool {
        self.key_encipherment || self.key_agreement
    }
}
