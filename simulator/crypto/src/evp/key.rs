//! Public and private keys: signatures over digests, RSA encryption with any hash.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use aws_lc_sys as sys;
use smime::{CryptoError, Curve, DigestAlgorithm, OaepParameters, PublicKeyAlgorithm, SignatureScheme};
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null, null_mut};
use zeroize::Zeroizing;

/// The smallest modulus that is taken: old messages have it. The largest is the library's own, 16384.
const MIN_RSA_BITS: u32 = 1024;
/// The longest salt of a PSS signature; more than fits any modulus.
pub(super) const MAX_SALT: u32 = 2048;
const ED25519_PUBLIC: usize = 32;

/// A key, public or private.
pub(crate) struct Key(pub(super) NonNull<sys::EVP_PKEY>);

// SAFETY: the key is never changed after it was read, and aws-lc allows concurrent use of such keys: its own
// caches (Montgomery values, blinding) are behind locks, the reference count is atomic.
unsafe impl Send for Key {}
// SAFETY: see above.
unsafe impl Sync for Key {}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::EVP_PKEY_free(self.0.as_ptr()) }
    }
}

/// The numbers of a private RSA key (RFC 8017, 3.2): without leading zeros, but for the exponents and the coefficient,
/// which have the length of the prime that they are modulo.
pub(crate) struct RsaParts {
    pub(crate) n: Vec<u8>,
    pub(crate) e: u64,
    pub(crate) p: Zeroizing<Vec<u8>>,
    pub(crate) q: Zeroizing<Vec<u8>>,
    pub(crate) d_p: Zeroizing<Vec<u8>>,
    pub(crate) d_q: Zeroizing<Vec<u8>>,
    pub(crate) q_inverse: Zeroizing<Vec<u8>>,
}

/// How RSA encryption pads.
pub(crate) enum RsaPadding<'a> {
    /// The raw operation.
    None,
    Pkcs1,
    Oaep(&'a OaepParameters),
}

/// An operation with a key, freed when dropped.
struct Operation(NonNull<sys::EVP_PKEY_CTX>);

impl Drop for Operation {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::EVP_PKEY_CTX_free(self.0.as_ptr()) }
    }
}

type Parser = unsafe extern "C" fn(*mut sys::CBS) -> *mut sys::EVP_PKEY;
type Writer = unsafe extern "C" fn(*mut sys::CBB, *const sys::EVP_PKEY) -> c_int;
type Initialiser = unsafe extern "C" fn(*mut sys::EVP_PKEY_CTX) -> c_int;
type Transform = unsafe extern "C" fn(*mut sys::EVP_PKEY_CTX, *mut u8, *mut usize, *const u8, usize) -> c_int;

impl Key {
    /// Reads a private key. One that is for PSS alone (RFC 4055, 3.1) becomes a plain RSA key, because the library has
    /// no SubjectPublicKeyInfo for the other; which scheme it signs with is its certificate's to say.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        let key = Self::parse(sys::EVP_parse_private_key, der)?;
        // SAFETY: reads of a live key; the new key takes its own reference to the RSA key that both then share, and
        // is freed by `Drop` whatever comes of it.
        unsafe {
            if sys::EVP_PKEY_id(key.0.as_ptr()) != sys::EVP_PKEY_RSA_PSS {
                return Ok(key);
            }
            let plain = Key(NonNull::new(sys::EVP_PKEY_new()).ok_or(CryptoError::Failed)?);
            done(sys::EVP_PKEY_set1_RSA(plain.0.as_ptr(), sys::EVP_PKEY_get0_RSA(key.0.as_ptr())))?;
            Ok(plain)
        }
    }

    pub(crate) fn from_spki(der: &[u8]) -> Result<Self, CryptoError> {
        Self::parse(sys::EVP_parse_public_key, der)
    }

    fn parse(parser: Parser, der: &[u8]) -> Result<Self, CryptoError> {
        let mut reader = MaybeUninit::<sys::CBS>::uninit();
        // SAFETY: `CBS_init` fills the reader, which points into `der` only during this block; the parser gives
        // a new key or null.
        let (key, left) = unsafe {
            sys::CBS_init(reader.as_mut_ptr(), der.as_ptr(), der.len());
            let key = parser(reader.as_mut_ptr());
            (key, sys::CBS_len(reader.as_ptr()))
        };
        let key = Key(NonNull::new(key).ok_or_else(|| forget_errors(CryptoError::BadKey))?);
        if left != 0 {
            return Err(CryptoError::BadKey);
        }
        key.algorithm()?;
        Ok(key)
    }

    /// What the key is; refuses what the provider does not take.
    pub(crate) fn algorithm(&self) -> Result<PublicKeyAlgorithm, CryptoError> {
        let key = self.0.as_ptr();
        // SAFETY: reads of a live key; the group belongs to it.
        unsafe {
            match sys::EVP_PKEY_id(key) {
                sys::EVP_PKEY_RSA | sys::EVP_PKEY_RSA_PSS => {
                    let bits = sys::EVP_PKEY_bits(key) as u32;
                    if bits < MIN_RSA_BITS {
                        return Err(CryptoError::Unsupported("RSA keys under 1024 bits"));
                    }
                    Ok(PublicKeyAlgorithm::Rsa { bits })
                }
                sys::EVP_PKEY_EC => {
                    let group = sys::EC_KEY_get0_group(sys::EVP_PKEY_get0_EC_KEY(key));
                    match sys::EC_GROUP_get_curve_name(group) {
                        sys::NID_X9_62_prime256v1 => Ok(PublicKeyAlgorithm::Ec(Curve::P256)),
                        sys::NID_secp384r1 => Ok(PublicKeyAlgorithm::Ec(Curve::P384)),
                        sys::NID_secp521r1 => Ok(PublicKeyAlgorithm::Ec(Curve::P521)),
                        _ => Err(CryptoError::Unsupported("this elliptic curve")),
                    }
                }
                sys::EVP_PKEY_ED25519 => Ok(PublicKeyAlgorithm::Ed25519),
                _ => Err(CryptoError::Unsupported("this kind of key")),
            }
        }
    }

    /// The DER SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        marshalled(sys::EVP_marshal_public_key, self)
    }

    /// The modulus and the exponent of an RSA key; `None` for other keys and those for PSS alone.
    pub(super) fn rsa_numbers(&self) -> Option<(Vec<u8>, u64)> {
        // SAFETY: reads of a live key, to which its numbers belong; the modulus has as many octets as are written.
        unsafe {
            if sys::EVP_PKEY_id(self.0.as_ptr()) != sys::EVP_PKEY_RSA {
                return None;
            }
            let (n, e) = (sys::RSA_get0_n(self.rsa_key()), sys::RSA_get0_e(self.rsa_key()));
            let mut modulus = vec![0; sys::BN_num_bytes(n) as usize];
            let mut exponent = 0;
            sys::BN_bn2bin(n, modulus.as_mut_ptr());
            (sys::BN_get_u64(e, &mut exponent) == 1).then_some((modulus, exponent))
        }
    }

    /// The numbers of a private RSA key; `None` for other keys, and for those that lack some.
    pub(super) fn rsa_parts(&self) -> Option<RsaParts> {
        let (n, e) = self.rsa_numbers()?;
        let (mut p, mut q) = (null(), null());
        let (mut d_p, mut d_q, mut q_inverse) = (null(), null(), null());
        // SAFETY: reads of a live RSA key, to which its numbers belong; those that it has not are null.
        unsafe {
            sys::RSA_get0_factors(self.rsa_key(), &mut p, &mut q);
            sys::RSA_get0_crt_params(self.rsa_key(), &mut d_p, &mut d_q, &mut q_inverse);
        }
        if [p, q, d_p, d_q, q_inverse].iter().any(|number| number.is_null()) {
            return None;
        }
        // SAFETY: the numbers are live, as above.
        let (p_len, q_len) = unsafe { (sys::BN_num_bytes(p), sys::BN_num_bytes(q)) };
        let octets = |number, len| {
            let mut octets = Zeroizing::new(vec![0; len as usize]);
            // SAFETY: the number is live, as above, and the octets are as many as is said. Which they are does not show
            // in the time that this takes.
            let done = unsafe { sys::BN_bn2bin_padded(octets.as_mut_ptr(), octets.len(), number) };
            (done == 1).then_some(octets)
        };
        Some(RsaParts {
            n,
            e,
            p: octets(p, p_len)?,
            q: octets(q, q_len)?,
            d_p: octets(d_p, p_len)?,
            d_q: octets(d_q, q_len)?,
            q_inverse: octets(q_inverse, p_len)?,
        })
    }

    /// What the key is inside; null for one that is not RSA.
    pub(super) fn rsa_key(&self) -> *const sys::RSA {
        // SAFETY: a read of a live key.
        unsafe { sys::EVP_PKEY_get0_RSA(self.0.as_ptr()) }
    }

    /// The private key as DER PKCS#8.
    fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        marshalled(sys::EVP_marshal_private_key, self).map(Zeroizing::new)
    }

    /// Makes an RSA key of a size that the safe interface does not make. The library counts in steps of 128 bits; sizes
    /// between are rounded up.
    pub(crate) fn generate_rsa(bits: u32) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let bits = c_int::try_from(bits.next_multiple_of(128)).map_err(|_| CryptoError::Failed)?;
        let mut key = null_mut();
        // SAFETY: the operation is owned and live throughout; a successful generation gives a new key, which `Key` frees.
        unsafe {
            let o = sys::EVP_PKEY_CTX_new_id(sys::EVP_PKEY_RSA, null_mut());
            let o = Operation(NonNull::new(o).ok_or(CryptoError::Failed)?);
            done(sys::EVP_PKEY_keygen_init(o.0.as_ptr()))?;
            done(sys::EVP_PKEY_CTX_set_rsa_keygen_bits(o.0.as_ptr(), bits))?;
            done(sys::EVP_PKEY_keygen(o.0.as_ptr(), &mut key))?;
        }
        Key(NonNull::new(key).ok_or(CryptoError::Failed)?).pkcs8()
    }

    fn operation(&self, init: Initialiser) -> Result<Operation, CryptoError> {
        // SAFETY: the new operation holds its own reference to the key.
        let o = unsafe { sys::EVP_PKEY_CTX_new(self.0.as_ptr(), null_mut()) };
        let o = Operation(NonNull::new(o).ok_or(CryptoError::Failed)?);
        // SAFETY: `init` is one of the library's initialisers and the operation is live.
        if unsafe { init(o.0.as_ptr()) } != 1 {
            return Err(forget_errors(CryptoError::Unsupported("this operation with this kind of key")));
        }
        Ok(o)
    }

    /// Compares the scheme with the key and the digest's length, and sets the operation up.
    fn prepare(&self, o: &Operation, scheme: SignatureScheme, digest: &[u8]) -> Result<(), CryptoError> {
        let c = o.0.as_ptr();
        // SAFETY (all blocks below): the operation is live and was initialised for signing or verifying; the
        // tables are static.
        match (scheme, self.algorithm()?) {
            (SignatureScheme::RsaPkcs1(d), PublicKeyAlgorithm::Rsa { .. }) => {
                check_length(d, digest)?;
                done(unsafe { sys::EVP_PKEY_CTX_set_rsa_padding(c, sys::RSA_PKCS1_PADDING) })?;
                done(unsafe { sys::EVP_PKEY_CTX_set_signature_md(c, table(d)) })
            }
            (SignatureScheme::RsaPss { digest: d, mgf, salt_len }, PublicKeyAlgorithm::Rsa { .. }) => {
                check_length(d, digest)?;
                if salt_len > MAX_SALT {
                    return Err(CryptoError::BadLength);
                }
                done(unsafe { sys::EVP_PKEY_CTX_set_rsa_padding(c, sys::RSA_PKCS1_PSS_PADDING) })?;
                done(unsafe { sys::EVP_PKEY_CTX_set_signature_md(c, table(d)) })?;
                done(unsafe { sys::EVP_PKEY_CTX_set_rsa_mgf1_md(c, table(mgf)) })?;
                done(unsafe { sys::EVP_PKEY_CTX_set_rsa_pss_saltlen(c, salt_len as c_int) })
            }
            (SignatureScheme::Ecdsa(d), PublicKeyAlgorithm::Ec(_)) => check_length(d, digest),
            _ => Err(CryptoError::Unsupported("this signature scheme with this kind of key")),
        }
    }

    /// Signs a digest; Ed25519 is not done here.
    pub(crate) fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match (scheme, self.algorithm()?) {
            // ECDSA and PKCS#1 v1.5 are asked of the key itself: an operation would be made, and freed, for each.
            (SignatureScheme::Ecdsa(d), PublicKeyAlgorithm::Ec(_)) => {
                check_length(d, digest)?;
                self.sign_ecdsa(digest)
            }
            (SignatureScheme::RsaPkcs1(d), PublicKeyAlgorithm::Rsa { .. }) => {
                check_length(d, digest)?;
                self.sign_pkcs1(d, digest)
            }
            (SignatureScheme::RsaPss { .. }, PublicKeyAlgorithm::Rsa { .. }) => {
                let o = self.operation(sys::EVP_PKEY_sign_init)?;
                self.prepare(&o, scheme, digest)?;
                transform(&o, sys::EVP_PKEY_sign, digest).map(|v| v.to_vec())
            }
            _ => Err(CryptoError::Unsupported("this signature scheme with this kind of key")),
        }
    }

    /// ECDSA with a random nonce; the key is one of an elliptic curve.
    fn sign_ecdsa(&self, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        // SAFETY: the key inside is borrowed from the live key.
        let (key, size) = unsafe {
            let key = sys::EVP_PKEY_get0_EC_KEY(self.0.as_ptr());
            (key, sys::ECDSA_size(key))
        };
        let mut out = vec![0; size];
        let mut len = 0;
        // SAFETY: reads the live digest with its length, writes at most `size` octets, which `out` has, and tells how
        // many.
        done(unsafe { sys::ECDSA_sign(0, digest.as_ptr(), digest.len(), out.as_mut_ptr(), &mut len, key) })?;
        out.truncate(len as usize);
        Ok(out)
    }

    /// PKCS#1 v1.5; the key is one of RSA, and the digest has its algorithm's length.
    fn sign_pkcs1(&self, algorithm: DigestAlgorithm, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        // SAFETY: the key inside is borrowed from the live key.
        let (key, size) = unsafe {
            let key = sys::EVP_PKEY_get0_RSA(self.0.as_ptr());
            (key, sys::RSA_size(key) as usize)
        };
        let mut out = vec![0; size];
        let mut len = 0;
        // SAFETY: reads the live digest with its length, writes `RSA_size` octets, which `out` has, and tells so. What
        // it changes in the key (the blinding, the Montgomery values) is behind the key's own lock.
        done(unsafe {
            let kind = sys::EVP_MD_type(table(algorithm));
            sys::RSA_sign(kind, digest.as_ptr(), digest.len(), out.as_mut_ptr(), &mut len, key)
        })?;
        out.truncate(len as usize);
        Ok(out)
    }

    /// Verifies a signature over a digest, or over a message for Ed25519.
    pub(crate) fn verify(
        &self,
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        if self.algorithm()? == PublicKeyAlgorithm::Ed25519 {
            if scheme != SignatureScheme::Ed25519 {
                return Err(CryptoError::Unsupported("this signature scheme with this kind of key"));
            }
            let spki = self.spki()?;
            let public = &spki[spki.len().saturating_sub(ED25519_PUBLIC)..];
            return UnparsedPublicKey::new(&ED25519, public)
                .verify(digest, signature)
                .map_err(|_| CryptoError::BadSignature);
        }
        let o = self.operation(sys::EVP_PKEY_verify_init)?;
        self.prepare(&o, scheme, digest)?;
        // SAFETY: reads the two live slices with their lengths.
        let ok = unsafe {
            sys::EVP_PKEY_verify(
                o.0.as_ptr(),
                signature.as_ptr(),
                signature.len(),
                digest.as_ptr(),
                digest.len(),
            )
        };
        if ok == 1 { Ok(()) } else { Err(forget_errors(CryptoError::BadSignature)) }
    }

    pub(crate) fn encrypt(&self, padding: &RsaPadding<'_>, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let o = self.rsa(sys::EVP_PKEY_encrypt_init, padding)?;
        // what can be wrong now is the length
        transform(&o, sys::EVP_PKEY_encrypt, plaintext)
            .map(|v| v.to_vec())
            .map_err(|_| CryptoError::BadLength)
    }

    pub(crate) fn decrypt(
        &self,
        padding: &RsaPadding<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let o = self.rsa(sys::EVP_PKEY_decrypt_init, padding)?;
        transform(&o, sys::EVP_PKEY_decrypt, ciphertext)
    }

    fn rsa(&self, init: Initialiser, padding: &RsaPadding<'_>) -> Result<Operation, CryptoError> {
        if !matches!(self.algorithm()?, PublicKeyAlgorithm::Rsa { .. }) {
            return Err(CryptoError::Unsupported("encryption with a key that is not RSA"));
        }
        let o = self.operation(init)?;
        let c = o.0.as_ptr();
        let mode = match padding {
            RsaPadding::None => sys::RSA_NO_PADDING,
            RsaPadding::Pkcs1 => sys::RSA_PKCS1_PADDING,
            RsaPadding::Oaep(_) => sys::RSA_PKCS1_OAEP_PADDING,
        };
        // SAFETY (all blocks below): the operation is live and was initialised for encrypting or decrypting.
        done(unsafe { sys::EVP_PKEY_CTX_set_rsa_padding(c, mode) })?;
        if let RsaPadding::Oaep(p) = padding {
            done(unsafe { sys::EVP_PKEY_CTX_set_rsa_oaep_md(c, table(p.digest)) })?;
            done(unsafe { sys::EVP_PKEY_CTX_set_rsa_mgf1_md(c, table(p.mgf)) })?;
            if !p.label.is_empty() {
                // SAFETY: the copy has the label's length; the operation owns it once the call succeeds, and it
                // is freed here if the call fails.
                unsafe {
                    let copy = sys::OPENSSL_malloc(p.label.len()).cast::<u8>();
                    if copy.is_null() {
                        return Err(CryptoError::Failed);
                    }
                    std::ptr::copy_nonoverlapping(p.label.as_ptr(), copy, p.label.len());
                    if sys::EVP_PKEY_CTX_set0_rsa_oaep_label(c, copy, p.label.len()) != 1 {
                        sys::OPENSSL_free(copy.cast());
                        return Err(forget_errors(CryptoError::Failed));
                    }
                }
            }
        }
        Ok(o)
    }
}

/// Runs an operation that maps octets to octets.
fn transform(o: &Operation, f: Transform, input: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let mut len = 0;
    // SAFETY: a null output asks for the largest output length.
    let asked = unsafe { f(o.0.as_ptr(), null_mut(), &mut len, input.as_ptr(), input.len()) };
    done(asked)?;
    let mut out = Zeroizing::new(vec![0; len]);
    // SAFETY: `len` tells how many octets `out` has and then how many were written, which is never more.
    let made = unsafe { f(o.0.as_ptr(), out.as_mut_ptr(), &mut len, input.as_ptr(), input.len()) };
    done(made)?;
    out.truncate(len);
    Ok(out)
}

/// The octets that one of the library's writers makes of a key.
fn marshalled(writer: Writer, key: &Key) -> Result<Vec<u8>, CryptoError> {
    let mut builder = MaybeUninit::<sys::CBB>::uninit();
    let (mut data, mut len) = (null_mut(), 0);
    // SAFETY: `CBB_init` fills the builder or fails; a successful `CBB_finish` gives `len` octets at `data`,
    // which are copied, wiped and freed with the library's allocator; a failed one is cleaned up. The key is live.
    unsafe {
        if sys::CBB_init(builder.as_mut_ptr(), 512) != 1 {
            return Err(CryptoError::Failed);
        }
        if writer(builder.as_mut_ptr(), key.0.as_ptr()) != 1
            || sys::CBB_finish(builder.as_mut_ptr(), &mut data, &mut len) != 1
        {
            sys::CBB_cleanup(builder.as_mut_ptr());
            return Err(forget_errors(CryptoError::Failed));
        }
        let out = std::slice::from_raw_parts(data, len).to_vec();
        sys::OPENSSL_cleanse(data.cast(), len);
        sys::OPENSSL_free(data.cast());
        Ok(out)
    }
}

pub(super) fn done(result: c_int) -> Result<(), CryptoError> {
    if result == 1 { Ok(()) } else { Err(forget_errors(CryptoError::Failed)) }
}

/// Empties the thread's error queue, which would otherwise keep what failed.
pub(super) fn forget_errors(error: CryptoError) -> CryptoError {
    // SAFETY: touches only the thread's own queue.
    unsafe { sys::ERR_clear_error() };
    error
}

pub(super) fn table(digest: DigestAlgorithm) -> *const sys::EVP_MD {
    // SAFETY: these functions take nothing and give static tables.
    unsafe {
        match digest {
            DigestAlgorithm::Sha1 => sys::EVP_sha1(),
            DigestAlgorithm::Sha224 => sys::EVP_sha224(),
            DigestAlgorithm::Sha256 => sys::EVP_sha256(),
            DigestAlgorithm::Sha384 => sys::EVP_sha384(),
            DigestAlgorithm::Sha512 => sys::EVP_sha512(),
        }
    }
}

/// Compares a digest's length with what its algorithm makes.
pub(crate) fn check_length(digest: DigestAlgorithm, value: &[u8]) -> Result<(), CryptoError> {
    if value.len() == digest.output_len() { Ok(()) } else { Err(CryptoError::BadLength) }
}
