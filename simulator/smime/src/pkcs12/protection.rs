//! How the parts of a PKCS#12 file are protected.

use crate::{BulkCipher, DigestAlgorithm};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One protected part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Protection {
    /// What is protected.
    pub part: ProtectedPart,
    /// How.
    pub algorithm: ProtectionAlgorithm,
    /// The iteration count of the key derivation; 0 when there is none.
    pub iterations: u32,
}

/// A part of a PKCS#12 file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProtectedPart {
    /// The whole file's integrity.
    Integrity,
    /// A group of bags, usually the certificates.
    Contents,
    /// A private key.
    Key,
}

/// An encryption or integrity code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProtectionAlgorithm {
    /// Nothing.
    None,
    /// The password-based encryption of RFC 7292, appendix C.
    Pkcs12Pbe(LegacyCipher),
    /// The password-based encryption of PKCS#5 before PBES2 (RFC 8018, A.3).
    Pbes1(Pbes1),
    /// PBES2 with PBKDF2 (RFC 8018).
    Pbes2 {
        /// The hash of the HMAC inside PBKDF2.
        prf: DigestAlgorithm,
        /// The cipher.
        cipher: BulkCipher,
    },
    /// HMAC with a key from the derivation of RFC 7292, appendix B.
    Hmac(DigestAlgorithm),
    /// PBMAC1 (RFC 9579).
    Pbmac1 {
        /// The hash of the HMAC inside PBKDF2.
        prf: DigestAlgorithm,
        /// The hash of the integrity code.
        mac: DigestAlgorithm,
    },
}

/// A cipher of RFC 7292, appendix C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LegacyCipher {
    /// Triple DES with three keys.
    TripleDes,
    /// Triple DES with two keys.
    TwoKeyTripleDes,
    /// RC2 with 128 bits.
    Rc2Bits128,
    /// RC2 with 40 bits.
    Rc2Bits40,
    /// RC4 with 128 bits.
    Rc4Bits128,
    /// RC4 with 40 bits.
    Rc4Bits40,
}

/// A hash and a cipher of PBES1 (RFC 8018, A.3). Those with MD2 are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pbes1 {
    /// MD5 and DES.
    Md5Des,
    /// MD5 and RC2 with 64 bits.
    Md5Rc2,
    /// SHA-1 and DES.
    Sha1Des,
    /// SHA-1 and RC2 with 64 bits.
    Sha1Rc2,
}

impl ProtectionAlgorithm {
    /// Whether the algorithm is one that current programs no longer write.
    pub fn is_legacy(self) -> bool {
        match self {
            ProtectionAlgorithm::None | ProtectionAlgorithm::Pkcs12Pbe(_) | ProtectionAlgorithm::Pbes1(_) => {
                true
            }
            ProtectionAlgorithm::Pbes2 { cipher, .. } => cipher == BulkCipher::TripleDesCbc,
            ProtectionAlgorithm::Hmac(digest) => digest == DigestAlgorithm::Sha1,
            ProtectionAlgorithm::Pbmac1 { .. } => false,
        }
    }
}

impl fmt::Display for ProtectionAlgorithm {
    /// Writes the name that the standards use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProtectionAlgorithm::None => f.write_str("none"),
            ProtectionAlgorithm::Pkcs12Pbe(cipher) => f.write_str(match cipher {
                LegacyCipher::TripleDes => "pbeWithSHAAnd3-KeyTripleDES-CBC",
                LegacyCipher::TwoKeyTripleDes => "pbeWithSHAAnd2-KeyTripleDES-CBC",
                LegacyCipher::Rc2Bits128 => "pbeWithSHAAnd128BitRC2-CBC",
                LegacyCipher::Rc2Bits40 => "pbeWithSHAAnd40BitRC2-CBC",
                LegacyCipher::Rc4Bits128 => "pbeWithSHAAnd128BitRC4",
                LegacyCipher::Rc4Bits40 => "pbeWithSHAAnd40BitRC4",
            }),
            ProtectionAlgorithm::Pbes1(scheme) => f.write_str(match scheme {
                Pbes1::Md5Des => "pbeWithMD5AndDES-CBC",
                Pbes1::Md5Rc2 => "pbeWithMD5AndRC2-CBC",
                Pbes1::Sha1Des => "pbeWithSHA1AndDES-CBC",
                Pbes1::Sha1Rc2 => "pbeWithSHA1AndRC2-CBC",
            }),
            ProtectionAlgorithm::Pbes2 { prf, cipher } => {
                let cipher = match cipher {
                    BulkCipher::Aes128Cbc => "AES-128-CBC",
                    BulkCipher::Aes192Cbc => "AES-192-CBC",
                    BulkCipher::Aes256Cbc => "AES-256-CBC",
                    BulkCipher::TripleDesCbc => "DES-EDE3-CBC",
                    _ => "another cipher",
                };
                write!(f, "PBES2 with PBKDF2-HMAC-{} and {cipher}", digest_name(*prf))
            }
            ProtectionAlgorithm::Hmac(digest) => write!(f, "HMAC-{}", digest_name(*digest)),
            ProtectionAlgorithm::Pbmac1 { prf, mac } => {
                write!(f, "PBMAC1 with PBKDF2-HMAC-{} and HMAC-{}", digest_name(*prf), digest_name(*mac))
            }
        }
    }
}

fn digest_name(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "SHA-1",
        DigestAlgorithm::Sha224 => "SHA-224",
        DigestAlgorithm::Sha256 => "SHA-256",
        DigestAlgorithm::Sha384 => "SHA-384",
        DigestAlgorithm::Sha512 => "SHA-512",
    }
}
