//! Integrity codes over the contents of a file (RFC 7292, 4; RFC 9579).

use super::kdf::{Password, Use, derive};
use super::pbe::{Pbkdf2, hmac, hmac_identifier, iterations};
use super::protection::ProtectionAlgorithm;
use super::read::{IterationBudget, Pkcs12Error};
use crate::algorithm::{digest_by_oid, digest_oid, identifier};
use crate::asn1::{
    Asn1Error, DER_NULL, Element, INTEGER, OCTET_STRING, SEQUENCE, algorithm, integer, sequence, tlv,
};
use crate::{CryptoProvider, DigestAlgorithm, ObjectIdentifier};

const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
/// The longest key that PBMAC1 may derive.
const MAX_KEY: usize = 1024;

/// A MacData.
pub(super) struct Mac {
    scheme: Scheme,
    value: Vec<u8>,
}

enum Scheme {
    Pkcs12 { digest: DigestAlgorithm, salt: Vec<u8>, iterations: u32 },
    Pbmac1 { kdf: Pbkdf2, key_len: usize, mac: DigestAlgorithm },
}

fn malformed(_: Asn1Error) -> Pkcs12Error {
    Pkcs12Error::Malformed { what: "macData" }
}

impl Mac {
    pub(super) fn read(element: &Element<'_>) -> Result<Self, Pkcs12Error> {
        let mut r = element.expect(SEQUENCE).map_err(malformed)?.reader();
        let mut info = r.expect(SEQUENCE).map_err(malformed)?.reader();
        let (oid, parameters) = info.any().and_then(|e| identifier(&e)).map_err(malformed)?;
        let value = info.any().and_then(|e| octets(&e)).map_err(malformed)?;
        info.end().map_err(malformed)?;
        let salt = r.any().and_then(|e| octets(&e)).map_err(malformed)?;
        let iterations = match r.optional(INTEGER).map_err(malformed)? {
            Some(e) => iterations(&e).map_err(malformed)?,
            None => 1, // the default of RFC 7292, 4
        };
        r.end().map_err(malformed)?;
        if oid == PBMAC1 {
            let parameters = parameters.ok_or(Asn1Error::Truncated).map_err(malformed)?;
            let mut p = parameters.expect(SEQUENCE).map_err(malformed)?.reader();
            let kdf = Pbkdf2::read(&p.any().map_err(malformed)?)?;
            let mac = hmac(&p.any().map_err(malformed)?)?;
            p.end().map_err(malformed)?;
            // RFC 9579, 5: the key length is there, and not short
            let key_len = kdf.key_len.filter(|n| (20..=MAX_KEY).contains(n));
            let key_len = key_len.ok_or(Pkcs12Error::Malformed { what: "macData" })?;
            return Ok(Mac { scheme: Scheme::Pbmac1 { kdf, key_len, mac }, value });
        }
        let digest = digest_by_oid(&oid).ok_or(Pkcs12Error::Unsupported { oid })?;
        Ok(Mac { scheme: Scheme::Pkcs12 { digest, salt, iterations }, value })
    }

    pub(super) fn describe(&self) -> (ProtectionAlgorithm, u32) {
        match &self.scheme {
            Scheme::Pkcs12 { digest, iterations, .. } => (ProtectionAlgorithm::Hmac(*digest), *iterations),
            Scheme::Pbmac1 { kdf, mac, .. } => {
                (ProtectionAlgorithm::Pbmac1 { prf: kdf.prf, mac: *mac }, kdf.iterations)
            }
        }
    }

    /// Whether the password gives the code that the file has.
    pub(super) fn matches(
        &self,
        crypto: &dyn CryptoProvider,
        password: &Password,
        contents: &[u8],
        budget: &mut IterationBudget,
    ) -> Result<bool, Pkcs12Error> {
        let made = match &self.scheme {
            Scheme::Pkcs12 { digest, salt, iterations } => {
                budget.spend(*iterations)?;
                let len = digest.output_len();
                let key = derive(crypto, *digest, Use::Mac, &password.bmp, salt, *iterations, len);
                crypto.hmac(*digest, &key, &[contents])
            }
            Scheme::Pbmac1 { kdf, key_len, mac } => {
                let key = kdf.derive(crypto, password, *key_len, budget)?;
                crypto.hmac(*mac, &key, &[contents])
            }
        };
        Ok(equal(&made, &self.value))
    }
}

fn octets(element: &Element<'_>) -> Result<Vec<u8>, Asn1Error> {
    if element.tag & !0x20 != OCTET_STRING {
        return Err(Asn1Error::Tag { expected: OCTET_STRING, found: element.tag });
    }
    element.octets()
}

/// Compares in a time that depends on the lengths only.
fn equal(a: &[u8], b: &[u8]) -> bool {
    let difference = a.iter().zip(b).fold(0u8, |d, (x, y)| std::hint::black_box(d | (x ^ y)));
    a.len() == b.len() && difference == 0
}

/// Writes the MacData for contents.
pub(super) fn write(
    crypto: &dyn CryptoProvider,
    digest: DigestAlgorithm,
    iterations: u32,
    password: &Password,
    contents: &[u8],
) -> Vec<u8> {
    let mut salt = vec![0; 8];
    crypto.random(&mut salt);
    let key = derive(crypto, digest, Use::Mac, &password.bmp, &salt, iterations, digest.output_len());
    let value = crypto.hmac(digest, &key, &[contents]);
    let info = sequence(&[&algorithm(&digest_oid(digest), DER_NULL), &tlv(OCTET_STRING, &[&value])]);
    sequence(&[&info, &tlv(OCTET_STRING, &[&salt]), &integer(&iterations.to_be_bytes())])
}

/// Writes the MacData for contents with PBMAC1 (RFC 9579, 4 and 5): the salt and count of PKCS#12 stand there unused.
pub(super) fn write_pbmac1(
    crypto: &dyn CryptoProvider,
    iterations: u32,
    password: &Password,
    contents: &[u8],
) -> Result<Vec<u8>, Pkcs12Error> {
    let digest = DigestAlgorithm::Sha256;
    let mut salt = vec![0; 16];
    crypto.random(&mut salt);
    let key_len = digest.output_len();
    let kdf = Pbkdf2 { salt, iterations, key_len: Some(key_len), prf: digest };
    let key = kdf.derive(crypto, password, key_len, &mut IterationBudget::default())?;
    let value = crypto.hmac(digest, &key, &[contents]);
    let parameters = sequence(&[&kdf.write(), &hmac_identifier(digest)]);
    let info = sequence(&[&algorithm(&PBMAC1, &parameters), &tlv(OCTET_STRING, &[&value])]);
    Ok(sequence(&[&info, &tlv(OCTET_STRING, &[b"NOT USED"]), &integer(&[1])]))
}

#[cfg(test)]
mod tests {
    use super::equal;

    #[test]
    fn equality() {
        assert!(equal(b"", b"") && equal(b"ab", b"ab"));
        assert!(!equal(b"ab", b"ac") && !equal(b"ab", b"a") && !equal(b"ab", b"abc"));
    }
}
