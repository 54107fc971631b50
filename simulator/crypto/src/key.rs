//! Private keys: reading, making, signing, decrypting, agreeing.

#[cfg(target_arch = "x86_64")]
use crate::p256;
use crate::{evp, padding};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use aws_lc_rs::{agreement, rand::SystemRandom, rsa, signature};
use smime::{
    AgreementKey, CryptoError, Curve, LoadedKey, OaepParameters, PublicKeyAlgorithm, SignatureScheme,
};
use zeroize::Zeroizing;

/// A key that was read.
pub(crate) struct PrivateKey {
    key: evp::PrivateKey,
    algorithm: PublicKeyAlgorithm,
    public: Vec<u8>,
    special: Special,
}

/// What the safe interface wants in its own type.
enum Special {
    None,
    Agreement(agreement::PrivateKey),
    #[cfg(target_arch = "x86_64")]
    P256(p256::Scalar),
    Ed25519(Box<Ed25519KeyPair>),
}

impl PrivateKey {
    pub(crate) fn read(pkcs8: &[u8]) -> Result<Self, CryptoError> {
        let key = evp::PrivateKey::from_pkcs8(pkcs8)?;
        let algorithm = key.algorithm()?;
        let public = key.spki()?;
        let special = match algorithm {
            PublicKeyAlgorithm::Rsa { .. } => Special::None,
            PublicKeyAlgorithm::Ec(curve) => {
                let checked = agreement::PrivateKey::from_private_key_der(agreement_algorithm(curve), pkcs8)
                    .map_err(|_| CryptoError::BadKey)?;
                match curve {
                    #[cfg(target_arch = "x86_64")]
                    Curve::P256 => match p256::Scalar::new(&*key.p256_scalar()?) {
                        Some(scalar) => Special::P256(scalar),
                        None => Special::Agreement(checked),
                    },
                    _ => Special::Agreement(checked),
                }
            }
            PublicKeyAlgorithm::Ed25519 => {
                let pair =
                    Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(|_| CryptoError::BadKey)?;
                if !public.ends_with(pair.public_key().as_ref()) {
                    return Err(CryptoError::BadKey);
                }
                Special::Ed25519(Box::new(pair))
            }
        };
        Ok(PrivateKey { key, algorithm, public, special })
    }

    fn rsa_bytes(&self) -> Result<usize, CryptoError> {
        match self.algorithm {
            PublicKeyAlgorithm::Rsa { bits } => Ok(bits.div_ceil(8) as usize),
            _ => Err(CryptoError::Unsupported("decrypting with a key that is not RSA")),
        }
    }
}

impl LoadedKey for PrivateKey {
    fn algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }

    fn public_key(&self) -> Vec<u8> {
        self.public.clone()
    }

    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match (&self.special, scheme) {
            (Special::Ed25519(pair), SignatureScheme::Ed25519) => Ok(pair.sign(digest).as_ref().to_vec()),
            #[cfg(target_arch = "x86_64")]
            (Special::P256(scalar), SignatureScheme::Ecdsa(algorithm)) => {
                evp::check_length(algorithm, digest)?;
                scalar.sign(digest)
            }
            _ => self.key.sign(scheme, digest),
        }
    }

    fn decrypt_pkcs1(&self, ciphertext: &[u8], random_len: usize) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let size = self.rsa_bytes()?;
        if ciphertext.len() != size || random_len + padding::OVERHEAD > size {
            return Err(CryptoError::BadLength); // lengths are public
        }
        let mut substitute = Zeroizing::new(vec![0; random_len]);
        aws_lc_rs::rand::fill(&mut substitute).map_err(|_| CryptoError::Failed)?;
        // the raw operation fails only for a ciphertext that is not less than the modulus, which anyone can see
        let block = match self.key.decrypt(&evp::RsaPadding::None, ciphertext) {
            Ok(block) => block,
            Err(_) => return Ok(substitute),
        };
        padding::message_or(&block, &substitute).ok_or(CryptoError::BadLength)
    }

    fn decrypt_oaep(&self, p: &OaepParameters, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        if ciphertext.len() != self.rsa_bytes()? {
            return Err(CryptoError::BadLength);
        }
        self.key.decrypt(&evp::RsaPadding::Oaep(p), ciphertext)
    }

    fn agree(&self, peer_point: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        #[cfg(target_arch = "x86_64")]
        if let Special::P256(scalar) = &self.special {
            check_point(peer_point)?;
            let point = evp::P256Point::read(peer_point).map_err(|_| CryptoError::Failed)?;
            return Ok(Zeroizing::new(scalar.agree(&point).to_vec()));
        }
        let Special::Agreement(key) = &self.special else {
            return Err(CryptoError::Unsupported("key agreement with this kind of key"));
        };
        check_point(peer_point)?;
        let peer = agreement::UnparsedPublicKey::new(key.algorithm(), peer_point);
        agreement::agree(key, peer, CryptoError::Failed, |shared| Ok(Zeroizing::new(shared.to_vec())))
    }
}

/// Takes SEC 1 points only: the library would also take whole `SubjectPublicKeyInfo`.
fn check_point(point: &[u8]) -> Result<(), CryptoError> {
    match point.first() {
        Some(2..=4) => Ok(()),
        _ => Err(CryptoError::BadKey),
    }
}

fn agreement_algorithm(curve: Curve) -> &'static agreement::Algorithm {
    match curve {
        Curve::P256 => &agreement::ECDH_P256,
        Curve::P384 => &agreement::ECDH_P384,
        Curve::P521 => &agreement::ECDH_P521,
    }
}

/// ECDH with a fresh key.
pub(crate) fn agree_ephemeral(curve: Curve, peer_point: &[u8]) -> Result<AgreementKey, CryptoError> {
    check_point(peer_point)?;
    #[cfg(target_arch = "x86_64")]
    if curve == Curve::P256 && p256::is_available() {
        let point = evp::P256Point::read(peer_point)?;
        let (scalar, public_point) = evp::generate_p256()?;
        let scalar = p256::Scalar::new(&scalar).ok_or(CryptoError::Failed)?;
        return Ok(AgreementKey { public_point, shared: Zeroizing::new(scalar.agree(&point).to_vec()) });
    }
    let algorithm = agreement_algorithm(curve);
    let own = agreement::EphemeralPrivateKey::generate(algorithm, &SystemRandom::new())
        .map_err(|_| CryptoError::Failed)?;
    let public_point = own.compute_public_key().map_err(|_| CryptoError::Failed)?.as_ref().to_vec();
    let peer = agreement::UnparsedPublicKey::new(algorithm, peer_point);
    let shared = agreement::agree_ephemeral(own, peer, CryptoError::BadKey, |shared| {
        Ok(Zeroizing::new(shared.to_vec()))
    })?;
    Ok(AgreementKey { public_point, shared })
}

/// Makes a key pair.
pub(crate) fn generate(algorithm: PublicKeyAlgorithm) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let random = SystemRandom::new();
    let document = match algorithm {
        PublicKeyAlgorithm::Rsa { bits } => {
            let size = match bits {
                2048 => rsa::KeySize::Rsa2048,
                3072 => rsa::KeySize::Rsa3072,
                4096 => rsa::KeySize::Rsa4096,
                8192 => rsa::KeySize::Rsa8192,
                1024..=4096 => return evp::Key::generate_rsa(bits),
                _ => return Err(CryptoError::Unsupported("RSA keys of this size")),
            };
            let pair = rsa::KeyPair::generate(size).map_err(|_| CryptoError::Failed)?;
            let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().map_err(|_| CryptoError::Failed)?;
            return Ok(Zeroizing::new(der.as_ref().to_vec()));
        }
        PublicKeyAlgorithm::Ec(curve) => {
            let algorithm = match curve {
                Curve::P256 => &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
                Curve::P384 => &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
                Curve::P521 => &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
            };
            signature::EcdsaKeyPair::generate_pkcs8(algorithm, &random)
        }
        // version 1, without the public key: version 2 is what other programs do not read
        PublicKeyAlgorithm::Ed25519 => Ed25519KeyPair::generate_pkcs8v1(&random),
    };
    Ok(Zeroizing::new(document.map_err(|_| CryptoError::Failed)?.as_ref().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AwsLc;
    use smime::{CryptoProvider, DigestAlgorithm};

    fn rsa() -> Box<dyn LoadedKey> {
        AwsLc.load_key(&generate(PublicKeyAlgorithm::Rsa { bits: 2048 }).unwrap()).unwrap()
    }

    #[test]
    fn signatures_verify_and_changed_ones_do_not() {
        let mut cases = Vec::new();
        for (curve, digest) in [
            (Curve::P256, DigestAlgorithm::Sha512),
            (Curve::P384, DigestAlgorithm::Sha1),
            (Curve::P521, DigestAlgorithm::Sha256),
        ] {
            cases.push((PublicKeyAlgorithm::Ec(curve), SignatureScheme::Ecdsa(digest)));
        }
        cases.push((PublicKeyAlgorithm::Ed25519, SignatureScheme::Ed25519));
        let rsa = PublicKeyAlgorithm::Rsa { bits: 2048 };
        cases.push((rsa, SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha224)));
        let (digest, mgf) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha1);
        cases.push((rsa, SignatureScheme::RsaPss { digest, mgf, salt_len: 0 }));
        cases.push((rsa, SignatureScheme::RsaPss { digest, mgf: digest, salt_len: 32 }));
        for (algorithm, scheme) in cases {
            let key = AwsLc.load_key(&generate(algorithm).unwrap()).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            let digest = match scheme {
                SignatureScheme::RsaPkcs1(d)
                | SignatureScheme::Ecdsa(d)
                | SignatureScheme::RsaPss { digest: d, .. } => AwsLc.digest(d, &[b"message"]),
                SignatureScheme::Ed25519 => b"message".to_vec(),
            };
            let mut made = key.sign(scheme, &digest).unwrap();
            let public = key.public_key();
            assert_eq!(AwsLc.verify(&public, scheme, &digest, &made), Ok(()), "{scheme:?}");
            *made.last_mut().unwrap() ^= 1;
            assert_eq!(AwsLc.verify(&public, scheme, &digest, &made), Err(CryptoError::BadSignature));
        }
    }

    #[test]
    fn rsa_keys_of_other_sizes_are_made_and_short_or_huge_ones_are_not() {
        for (asked, made) in [(1024, 1024), (1032, 1152), (2944, 2944)] {
            let key = AwsLc.load_key(&generate(PublicKeyAlgorithm::Rsa { bits: asked }).unwrap()).unwrap();
            assert_eq!(key.algorithm(), PublicKeyAlgorithm::Rsa { bits: made });
            let scheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
            let signature = key.sign(scheme, &[7; 32]).unwrap();
            assert_eq!(AwsLc.verify(&key.public_key(), scheme, &[7; 32], &signature), Ok(()));
        }
        for bits in [1023, 4097] {
            assert!(matches!(generate(PublicKeyAlgorithm::Rsa { bits }), Err(CryptoError::Unsupported(_))));
        }
    }

    #[test]
    fn a_scheme_needs_its_kind_of_key_and_length_of_digest() {
        let key = rsa();
        let scheme = SignatureScheme::Ecdsa(DigestAlgorithm::Sha256);
        assert!(matches!(key.sign(scheme, &[0; 32]), Err(CryptoError::Unsupported(_))));
        assert!(matches!(key.sign(SignatureScheme::Ed25519, &[0; 32]), Err(CryptoError::Unsupported(_))));
        let scheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
        assert_eq!(key.sign(scheme, &[0; 20]), Err(CryptoError::BadLength));
        assert_eq!(AwsLc.verify(&key.public_key(), scheme, &[0; 20], &[0; 256]), Err(CryptoError::BadLength));
    }

    #[test]
    fn pkcs1_decryption_never_tells() {
        let key = rsa();
        let cek = [9u8; 32];
        let sent = AwsLc.encrypt_pkcs1(&key.public_key(), &cek).unwrap();
        assert_eq!(key.decrypt_pkcs1(&sent, 32).unwrap()[..], cek);
        // another length, a ciphertext that decrypts to noise, one that is out of range: random octets
        for (ciphertext, length) in [(sent.clone(), 24), (vec![1; 256], 32), (vec![0xFF; 256], 32)] {
            let a = key.decrypt_pkcs1(&ciphertext, length).unwrap();
            let b = key.decrypt_pkcs1(&ciphertext, length).unwrap();
            assert_eq!((a.len(), b.len()), (length, length));
            assert_ne!(a, b);
        }
        assert_eq!(key.decrypt_pkcs1(&sent[1..], 32), Err(CryptoError::BadLength));
        assert_eq!(key.decrypt_pkcs1(&sent, 246), Err(CryptoError::BadLength));
    }

    #[test]
    fn oaep_with_two_hashes_and_a_label() {
        let key = rsa();
        let p = OaepParameters {
            digest: DigestAlgorithm::Sha256,
            mgf: DigestAlgorithm::Sha1,
            label: b"label".to_vec(),
        };
        let sent = AwsLc.encrypt_oaep(&key.public_key(), &p, b"secret").unwrap();
        assert_eq!(key.decrypt_oaep(&p, &sent).unwrap()[..], *b"secret");
        let other = OaepParameters { label: Vec::new(), ..p };
        assert!(key.decrypt_oaep(&other, &sent).is_err());
    }

    #[test]
    fn agreement_is_mutual() {
        for (curve, field) in [(Curve::P256, 32), (Curve::P384, 48), (Curve::P521, 66)] {
            let key = AwsLc.load_key(&generate(PublicKeyAlgorithm::Ec(curve)).unwrap()).unwrap();
            let public = key.public_key();
            let point = &public[public.len() - 2 * field - 1..];
            let theirs = AwsLc.agree_ephemeral(curve, point).unwrap();
            assert_eq!(theirs.shared.len(), field);
            assert_eq!(key.agree(&theirs.public_point).unwrap(), theirs.shared);
            let mut off_curve = point.to_vec();
            off_curve[field] ^= 1;
            assert!(AwsLc.agree_ephemeral(curve, &off_curve).is_err());
            assert!(key.agree(&off_curve).is_err());
            assert!(key.agree(&public).is_err());
        }
    }

    #[test]
    fn key_wrap_known_answer_and_refusals() {
        // RFC 3394, 4.5: 192 bits of key data with a 256-bit KEK
        let kek: Vec<u8> = (0..32).collect();
        let key: Vec<u8> = (0u8..16).map(|i| i * 0x11).chain(0..8).collect();
        let wrap = smime::KeyWrap::Aes(256);
        let wrapped = AwsLc.wrap(wrap, &kek, &key).unwrap();
        assert_eq!(wrapped[..4], [0xA8, 0xF9, 0xBC, 0x16]);
        assert_eq!(AwsLc.unwrap(wrap, &kek, &wrapped).unwrap()[..], key);
        let mut bad = wrapped.clone();
        bad[3] ^= 1;
        assert_eq!(AwsLc.unwrap(wrap, &kek, &bad), Err(CryptoError::Unwrap));
        assert_eq!(AwsLc.unwrap(wrap, &kek, &wrapped[..20]), Err(CryptoError::BadLength));
        assert_eq!(AwsLc.wrap(smime::KeyWrap::Aes(128), &kek, &key), Err(CryptoError::BadLength));
    }
}
