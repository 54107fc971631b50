//! What is measured in this process: each operation beside the primitives that it cannot do without.

use super::BenchError;
use super::report::CellRow;
use super::rounds::{Effort, Repeated, Rounds};
use super::stage::{Stage, text};
use smime::cms::{
    self, Decryptor, DetachedSigner, EncryptOptions, EnvelopedWriter, SignatureOptions, Verifier,
};
use smime::{BulkCipher, CryptoError, Curve, DigestAlgorithm, Identity, LoadedKey, Purpose, SignatureScheme};
use std::hint::black_box;
use std::sync::Arc;

/// The piece in which content is fed.
const PIECE: usize = 128 << 10;

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;

/// Measures all cells of one size.
///
/// # Errors
/// [`BenchError`] when an operation fails.
pub(super) fn measure(stage: &Stage<'_>, size: usize, effort: Effort) -> Result<Vec<CellRow>, BenchError> {
    let data = text(size, "\r\n");
    let mut rows = Vec::new();
    let signers = [("RSA-2048", &stage.rsa), ("P-256", &stage.p256)];
    for (name, identity) in signers {
        let signing = Signing::of(stage, identity)?;
        rows.push(signing.sign(name, &data, effort)?);
        rows.push(signing.verify(name, &data, effort)?);
    }
    for (name, identity) in [("RSA-2048", &stage.rsa), ("ECDH P-256", &stage.p256)] {
        for (cipher_name, cipher) in
            [("AES-256-CBC", BulkCipher::Aes256Cbc), ("AES-256-GCM", BulkCipher::Aes256Gcm)]
        {
            let sealing = Sealing::of(stage, identity, cipher)?;
            let algorithm = format!("{name}, {cipher_name}");
            rows.push(sealing.encrypt(algorithm.clone(), &data, effort)?);
            rows.push(sealing.decrypt(algorithm, &data, effort)?);
        }
    }
    Ok(rows)
}

/// Alternates an operation with its floor.
fn row(
    operation: &'static str,
    algorithm: String,
    size: usize,
    effort: Effort,
    ours: impl FnMut() -> Result<(), BenchError>,
    floor: impl FnMut() -> Result<(), BenchError>,
) -> Result<CellRow, BenchError> {
    let (mut ours, mut floor) = (Repeated::calibrated(ours)?, Repeated::calibrated(floor)?);
    let rounds = Rounds::alternate(effort, || ours.time(), || floor.time())?;
    Ok(CellRow::new(operation, algorithm, size, &rounds))
}

/// Signing and verifying with one key.
struct Signing<'s> {
    stage: &'s Stage<'s>,
    identity: &'s Identity,
    key: Arc<dyn LoadedKey>,
    scheme: SignatureScheme,
}

impl<'s> Signing<'s> {
    fn of(stage: &'s Stage<'s>, identity: &'s Identity) -> Result<Self, BenchError> {
        let key = identity.key.load(stage.cx)?;
        let scheme = match key.algorithm() {
            smime::PublicKeyAlgorithm::Rsa { .. } => SignatureScheme::RsaPkcs1(SHA256),
            _ => SignatureScheme::Ecdsa(SHA256),
        };
        Ok(Signing { stage, identity, key, scheme })
    }

    fn message(&self, data: &[u8]) -> Result<Vec<u8>, BenchError> {
        let cx = self.stage.cx;
        let options = SignatureOptions { signing_time: Some(cx.now), ..SignatureOptions::default() };
        let mut signer = DetachedSigner::new(cx, self.identity, &options)?;
        signer.update(data);
        Ok(signer.finish()?)
    }

    fn sign(&self, name: &str, data: &[u8], effort: Effort) -> Result<CellRow, BenchError> {
        let crypto = self.stage.cx.crypto;
        let ours = || {
            black_box(self.message(data)?);
            Ok(())
        };
        let floor = || {
            black_box(self.key.sign(self.scheme, &crypto.digest(SHA256, &[data]))?);
            Ok(())
        };
        row("sign", name.to_owned(), data.len(), effort, ours, floor)
    }

    /// With the path from the certificate to the root, which costs one more RSA verification.
    fn verify(&self, name: &str, data: &[u8], effort: Effort) -> Result<CellRow, BenchError> {
        let Stage { cx, trust, root, rsa, .. } = self.stage;
        let message = self.message(data)?;
        let ours = || {
            let mut verifier = Verifier::new(cx);
            verifier.update(&message, &mut Vec::new())?;
            let signed = verifier.finish()?;
            let mut digests = signed.detached(cx);
            data.chunks(PIECE).for_each(|piece| digests.update(piece));
            let reports = signed.reports(cx, Some(&digests.finish()), &[], trust, Purpose::EmailSigning);
            let report = reports.into_iter().next().ok_or(BenchError::NoSigner)?;
            report.signature?;
            report.path?;
            Ok(())
        };
        let digest = cx.crypto.digest(SHA256, &[b"floor"]);
        let signature = self.key.sign(self.scheme, &digest)?;
        let above = rsa.key.load(cx)?.sign(SignatureScheme::RsaPkcs1(SHA256), &digest)?;
        debug_assert!(root.is_self_issued());
        let floor = || {
            black_box(cx.crypto.digest(SHA256, &[data]));
            cx.crypto.verify(self.identity.certificate.spki_der(), self.scheme, &digest, &signature)?;
            let scheme = SignatureScheme::RsaPkcs1(SHA256);
            Ok(cx.crypto.verify(rsa.certificate.spki_der(), scheme, &digest, &above)?)
        };
        row("verify", name.to_owned(), data.len(), effort, ours, floor)
    }
}

/// Encrypting and decrypting with one key and one cipher.
struct Sealing<'s> {
    stage: &'s Stage<'s>,
    identity: &'s Identity,
    key: Arc<dyn LoadedKey>,
    options: EncryptOptions,
}

impl<'s> Sealing<'s> {
    fn of(stage: &'s Stage<'s>, identity: &'s Identity, cipher: BulkCipher) -> Result<Self, BenchError> {
        let options = EncryptOptions { cipher, ..EncryptOptions::default() };
        Ok(Sealing { stage, identity, key: identity.key.load(stage.cx)?, options })
    }

    fn is_rsa(&self) -> bool {
        matches!(self.key.algorithm(), smime::PublicKeyAlgorithm::Rsa { .. })
    }

    /// The cipher alone, into memory that is used again.
    fn cipher(&self, data: &[u8], encrypts: bool, out: &mut Vec<u8>) -> Result<(), CryptoError> {
        let crypto = self.stage.cx.crypto;
        let (cipher, key, iv) = (self.options.cipher, [7; 32], [9; 16]);
        let iv = if cipher == BulkCipher::Aes256Gcm { iv.get(..12).unwrap_or(&iv) } else { &iv };
        out.clear();
        let whole = data.get(..data.len() / 16 * 16).unwrap_or(data);
        let made =
            if encrypts { crypto.encryptor(cipher, &key, iv) } else { crypto.decryptor(cipher, &key, iv) };
        made?.update(whole, out)?;
        black_box(&out);
        Ok(())
    }

    fn encrypt(&self, algorithm: String, data: &[u8], effort: Effort) -> Result<CellRow, BenchError> {
        let cx = self.stage.cx;
        let recipients = [self.identity.certificate.clone()];
        let (mut kept, mut out) = (Vec::new(), Vec::new());
        let ours = || {
            kept.clear();
            let length = Some(data.len() as u64);
            let mut writer = EnvelopedWriter::new(cx, &recipients, &self.options, length, &mut kept)?;
            for piece in data.chunks(PIECE) {
                writer.update(piece, &mut kept)?;
            }
            writer.finish(&mut kept)?;
            black_box(&kept);
            Ok(())
        };
        let spki = self.identity.certificate.spki_der();
        let point = self.identity.certificate.public_key();
        let floor = || {
            self.cipher(data, true, &mut out)?;
            match self.is_rsa() {
                true => drop(black_box(cx.crypto.encrypt_pkcs1(spki, &[7; 32])?)),
                false => drop(black_box(cx.crypto.agree_ephemeral(Curve::P256, point)?)),
            }
            Ok(())
        };
        row("encrypt", algorithm, data.len(), effort, ours, floor)
    }

    fn decrypt(&self, algorithm: String, data: &[u8], effort: Effort) -> Result<CellRow, BenchError> {
        let cx = self.stage.cx;
        let certificate = &self.identity.certificate;
        let message = cms::encrypt(cx, data, std::slice::from_ref(certificate), &self.options)?;
        let identities = std::slice::from_ref(self.identity);
        let (mut held, mut out) = (Vec::new(), Vec::new());
        let ours = || {
            held.clear();
            let mut decryptor = Decryptor::new(cx, identities);
            for piece in message.chunks(PIECE) {
                decryptor.update(piece, &mut held)?;
            }
            decryptor.finish(&mut held)?.opened_by?;
            black_box(&held);
            Ok(())
        };
        let sealed = if self.is_rsa() {
            cx.crypto.encrypt_pkcs1(certificate.spki_der(), &[7; 32])?
        } else {
            cx.crypto.agree_ephemeral(Curve::P256, certificate.public_key())?.public_point
        };
        let floor = || {
            self.cipher(data, false, &mut out)?;
            match self.is_rsa() {
                true => drop(black_box(self.key.decrypt_pkcs1(&sealed, 32)?)),
                false => drop(black_box(self.key.agree(&sealed)?)),
            }
            Ok(())
        };
        row("decrypt", algorithm, data.len(), effort, ours, floor)
    }
}
