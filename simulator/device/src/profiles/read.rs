//! From the bytes of a file to a profile: the signature outside, the encryption inside (profiles-and-mdm.md, Top level 4
//! and 5).

use super::chain::{ErrorChain, ErrorDomain, invalid_profile, link};
use crate::{Defect, DeviceFacts, Keychain};
use profile::plist::Value;
use profile::{Profile, Severity};
use smime::{Certificate, Context, Identity, cms};

/// A profile as it was read, and who signed it.
pub(super) struct Read {
    pub(super) profile: Profile,
    pub(super) signer: Vec<Certificate>,
    /// Whether the payloads came encrypted.
    pub(super) encrypted: bool,
}

/// Unwraps, reads and decrypts.
pub(super) fn read(
    cx: &Context<'_>,
    bytes: &[u8],
    keychain: &Keychain,
    facts: &DeviceFacts,
) -> Result<Read, ErrorChain> {
    let (inner, signer) = unwrap(cx, bytes, keychain, facts)?;
    let (profile, _) = profile::parse(&inner);
    let Some(content) = encrypted_content(&profile).map(<[u8]>::to_vec) else {
        return Ok(Read { profile, signer, encrypted: false });
    };
    let profile = decrypt(cx, profile, &content, keychain)?;
    Ok(Read { profile, signer, encrypted: true })
}

/// What is to be decrypted, where a profile came encrypted.
pub(super) fn encrypted_content(profile: &Profile) -> Option<&[u8]> {
    let declared = profile.is_encrypted() || profile.key("PayloadContent").is_none();
    profile.encrypted_content().filter(|_| declared)
}

/// Takes the content out of a CMS-signed profile. A signature that does not verify is refused; a signer that nobody
/// vouches for is not: the phone shows such a profile as "Not Verified" and installs it.
fn unwrap(
    cx: &Context<'_>,
    bytes: &[u8],
    keychain: &Keychain,
    facts: &DeviceFacts,
) -> Result<(Vec<u8>, Vec<Certificate>), ErrorChain> {
    if !cms::is_cms(bytes) {
        return Ok((bytes.to_vec(), Vec::new()));
    }
    let bad = || {
        let cause = link(ErrorDomain::MCProfileErrorDomain, 1004, "The profile’s signature is not valid.");
        invalid_profile("Profile", Some(cause))
    };
    let signed = cms::open_signed(cx, bytes, &keychain.trust()).map_err(|_| bad())?;
    let broken = signed.signers.iter().any(|s| s.signature.is_err());
    if signed.signers.is_empty() || broken && !facts.has(Defect::SignatureNotChecked) {
        return Err(bad());
    }
    let leaf = signed.signers.first().and_then(|s| s.certificate.clone());
    let mut signer: Vec<Certificate> = leaf.into_iter().collect();
    for certificate in signed.certificates {
        if !signer.contains(&certificate) {
            signer.push(certificate);
        }
    }
    Ok((signed.content, signer))
}

/// Opens `EncryptedPayloadContent` with any identity on the device (Apple's profile.install); what does not open is
/// 1006.
fn decrypt(
    cx: &Context<'_>,
    profile: Profile,
    content: &[u8],
    keychain: &Keychain,
) -> Result<Profile, ErrorChain> {
    use ErrorDomain::MCProfileErrorDomain as Domain;
    let name = name(&profile);
    let refuse = |code, text: &str| invalid_profile(&name, Some(link(Domain, code, text)));
    let identities: Vec<Identity> = keychain.identities().iter().map(|i| i.identity.clone()).collect();
    let opened = cms::decrypt(cx, content, &identities).ok().and_then(|d| d.content);
    let Some(inner) = opened else {
        return Err(refuse(1006, "The encrypted profile cannot be decrypted on this device."));
    };
    let (profile, findings) = profile.with_decrypted_content(&inner);
    // One item that is no dictionary makes the whole array wrong, as it does in a profile in the clear.
    let wrong = ["encrypted-content-not-an-array", "payload-not-a-dictionary"];
    if findings.iter().any(|f| wrong.contains(&f.rule)) {
        return Err(refuse(1003, "The field “PayloadContent” has the wrong data type."));
    }
    if findings.iter().any(|f| f.severity == Severity::Error && f.rule == "plist-unreadable") {
        return Err(invalid_profile(&name, None));
    }
    if profile.payloads.is_empty() {
        return Err(refuse(1005, "The profile is empty."));
    }
    Ok(profile)
}

/// How the profile is called in error texts.
pub(super) fn name(profile: &Profile) -> String {
    profile.display_name().or(profile.identifier()).unwrap_or("Profile").to_owned()
}

/// The top-level dictionary's value of a key.
pub(super) fn top<'p>(profile: &'p Profile, key: &str) -> Option<&'p Value> {
    profile.key(key).map(|node| &node.value)
}
