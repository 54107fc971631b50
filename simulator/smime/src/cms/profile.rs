//! How known senders write, and which cipher they choose.

use super::cipher::ENCRYPTED_WITH;
use super::{CmsError, EncryptOptions, SignatureOptions};
use crate::{BulkCipher, DigestAlgorithm};

/// A way to write S/MIME that is known from a sender in the field.
///
/// What the closed programs do is not public; each profile follows the sources named at it, and a capture from a real
/// device should replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum SenderProfile {
    /// Apple's library (Security, `smimeutil.c`, `SecCMS.c`, `CMSEncoder.h`): advertises AES-128-CBC, triple DES and
    /// RC2-128 in this order, and lets the recipients' capabilities vote. The library falls back to triple DES, which is
    /// only read here: where it would write that, AES-128-CBC is written, its one other cipher. The key preference in the standard and in Microsoft's form; the chain without a root; the digest is
    /// SHA-256, which callers can pass, in place of the library's own default, SHA-1.
    Ios,
    /// Outlook for Windows since 16.0.8518 (Microsoft, KB 4484511; gradenegger.eu, 10495): advertises AES-256,
    /// AES-192, AES-128 and triple DES, encrypts with the strongest that all recipients advertise and with AES-256
    /// where nothing is known; both forms of the key preference.
    Outlook,
    /// RFC 8551, 2.5.2 and 2.7, without what it keeps for old readers: AES-GCM where all recipients advertise it, else
    /// AES-CBC, nothing older ever; signatures name their certificate (RFC 5035).
    #[default]
    Strict,
}

impl SenderProfile {
    /// The digest algorithm of signatures.
    pub fn digest(self) -> DigestAlgorithm {
        DigestAlgorithm::Sha256
    }

    /// The content ciphers that signatures advertise, the preferred one first.
    pub fn capabilities(self) -> Vec<BulkCipher> {
        match self {
            SenderProfile::Ios => vec![
                BulkCipher::Aes128Cbc,
                BulkCipher::TripleDesCbc,
                BulkCipher::Rc2Cbc { effective_bits: 128 },
            ],
            SenderProfile::Outlook => vec![
                BulkCipher::Aes256Cbc,
                BulkCipher::Aes192Cbc,
                BulkCipher::Aes128Cbc,
                BulkCipher::TripleDesCbc,
            ],
            SenderProfile::Strict => ENCRYPTED_WITH.to_vec(),
        }
    }

    /// The content cipher to a recipient of whom nothing is known.
    pub fn fallback_cipher(self) -> BulkCipher {
        match self {
            SenderProfile::Ios => BulkCipher::Aes128Cbc,
            SenderProfile::Outlook | SenderProfile::Strict => BulkCipher::Aes256Cbc,
        }
    }

    /// How signatures are made, without a time and a certificate for answers, which are the message's.
    pub fn signature_options(self) -> SignatureOptions {
        SignatureOptions {
            digest: self.digest(),
            capabilities: self.capabilities(),
            microsoft_preference: self != SenderProfile::Strict,
            signing_certificate: self == SenderProfile::Strict,
            ..SignatureOptions::default()
        }
    }

    /// How content is encrypted to recipients of whom these capabilities are known.
    ///
    /// # Errors
    ///
    /// Those of [`choose_cipher`].
    pub fn encrypt_options(self, recipients: &[Vec<BulkCipher>]) -> Result<EncryptOptions, CmsError> {
        Ok(EncryptOptions { cipher: choose_cipher(recipients, self)?, ..EncryptOptions::default() })
    }

    /// The ciphers that are encrypted with, the preferred one first.
    fn encrypts_with(self) -> Vec<BulkCipher> {
        let mut ciphers = self.capabilities();
        ciphers.retain(|cipher| ENCRYPTED_WITH.contains(cipher));
        ciphers
    }
}

/// Chooses the content cipher of a message from what is known of its recipients: for each the ciphers that it
/// advertised, in its order, or none when nothing is known.
///
/// A cipher can be chosen if every recipient can read it, those of whom nothing is known only the profile's
/// [`fallback`](SenderProfile::fallback_cipher). The `Ios` profile lets the recipients' orders vote, the others take
/// the strongest. Without such a cipher the fallback is used, though not by `Strict`, if someone stated ciphers that
/// leave it out. The sender's own copy is a recipient like the others.
///
/// # Errors
///
/// [`CmsError::NoCommonCipher`].
pub fn choose_cipher(recipients: &[Vec<BulkCipher>], profile: SenderProfile) -> Result<BulkCipher, CmsError> {
    let fallback = profile.fallback_cipher();
    let reads = |recipient: &Vec<BulkCipher>, cipher: BulkCipher| match recipient.is_empty() {
        true => cipher == fallback,
        false => recipient.contains(&cipher),
    };
    let mut common = profile.encrypts_with();
    common.retain(|cipher| recipients.iter().all(|recipient| reads(recipient, *cipher)));
    if recipients.is_empty() {
        return Ok(fallback);
    }
    if profile == SenderProfile::Ios {
        // Who names a cipher earlier gives it more votes; the own order breaks ties.
        let disfavour = |cipher: &BulkCipher| -> usize {
            recipients.iter().filter_map(|recipient| recipient.iter().position(|known| known == cipher)).sum()
        };
        common.sort_by_key(disfavour);
    } else {
        common.sort_by_key(|cipher| ENCRYPTED_WITH.iter().position(|known| known == cipher));
    }
    match common.first() {
        Some(cipher) => Ok(*cipher),
        None if profile == SenderProfile::Strict => Err(CmsError::NoCommonCipher),
        None => Ok(fallback),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BulkCipher::{Aes128Cbc, Aes128Gcm, Aes192Cbc, Aes256Cbc, Aes256Gcm, DesCbc, TripleDesCbc};

    const RC2: BulkCipher = BulkCipher::Rc2Cbc { effective_bits: 128 };

    fn choose(profile: SenderProfile, recipients: &[&[BulkCipher]]) -> Result<BulkCipher, CmsError> {
        let recipients: Vec<Vec<BulkCipher>> = recipients.iter().map(|known| known.to_vec()).collect();
        choose_cipher(&recipients, profile)
    }

    #[test]
    fn unknown_recipients_get_the_fallback() {
        for (profile, fallback) in [
            (SenderProfile::Ios, Aes128Cbc),
            (SenderProfile::Outlook, Aes256Cbc),
            (SenderProfile::Strict, Aes256Cbc),
        ] {
            assert_eq!(choose(profile, &[]), Ok(fallback));
            assert_eq!(choose(profile, &[&[]]), Ok(fallback));
            assert_eq!(
                choose(profile, &[&[], &[Aes256Gcm, Aes256Cbc, Aes128Cbc, TripleDesCbc]]),
                Ok(fallback)
            );
        }
    }

    #[test]
    fn ios_counts_votes_among_what_its_library_has() {
        let ios = SenderProfile::Ios;
        assert_eq!(choose(ios, &[&[Aes256Cbc, Aes128Cbc, TripleDesCbc]]), Ok(Aes128Cbc));
        assert_eq!(choose(ios, &[&[TripleDesCbc, Aes128Cbc], &[TripleDesCbc, Aes128Cbc]]), Ok(Aes128Cbc));
        assert_eq!(choose(ios, &[&[TripleDesCbc, Aes128Cbc], &[Aes128Cbc, TripleDesCbc]]), Ok(Aes128Cbc));
        assert_eq!(choose(ios, &[&[Aes256Cbc]]), Ok(Aes128Cbc));
        assert_eq!(choose(ios, &[&[RC2]]), Ok(Aes128Cbc));
    }

    #[test]
    fn outlook_takes_the_strongest_in_common() {
        let outlook = SenderProfile::Outlook;
        assert_eq!(choose(outlook, &[&[Aes128Cbc, Aes256Cbc]]), Ok(Aes256Cbc));
        assert_eq!(choose(outlook, &[&[Aes128Cbc, Aes256Cbc], &[Aes192Cbc, Aes128Cbc]]), Ok(Aes128Cbc));
        assert_eq!(choose(outlook, &[&[TripleDesCbc]]), Ok(Aes256Cbc));
        assert_eq!(choose(outlook, &[&[Aes256Gcm]]), Ok(Aes256Cbc));
    }

    #[test]
    fn strict_refuses_rather_than_weakens() {
        let strict = SenderProfile::Strict;
        assert_eq!(choose(strict, &[&[Aes256Cbc, Aes256Gcm]]), Ok(Aes256Gcm));
        assert_eq!(choose(strict, &[&[Aes256Gcm, Aes128Gcm, Aes128Cbc], &[Aes128Gcm]]), Ok(Aes128Gcm));
        assert_eq!(choose(strict, &[&[Aes256Gcm, Aes128Cbc], &[Aes128Cbc]]), Ok(Aes128Cbc));
        assert_eq!(choose(strict, &[&[TripleDesCbc, RC2, DesCbc]]), Err(CmsError::NoCommonCipher));
        assert_eq!(choose(strict, &[&[], &[Aes128Cbc]]), Err(CmsError::NoCommonCipher));
    }

    #[test]
    fn nobody_encrypts_with_what_is_only_read() {
        for profile in [SenderProfile::Ios, SenderProfile::Outlook, SenderProfile::Strict] {
            assert!(profile.encrypts_with().iter().all(|cipher| ENCRYPTED_WITH.contains(cipher)));
            assert!(profile.encrypts_with().contains(&profile.fallback_cipher()));
            assert_eq!(profile.signature_options().capabilities, profile.capabilities());
        }
        assert!(SenderProfile::Ios.capabilities().contains(&RC2));
    }
}
