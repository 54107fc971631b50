//! The identities that the phone must hold, each under its payload's UUID.

use super::expected::{BY_DEFAULT, Basis, Expected};
use crate::intent::Intent;
use crate::key;

const SIGNS_IN: Basis = Basis::new(
    &["EAS-023", "SMO-005"],
    "Apple com.apple.eas.account: PayloadCertificateUUID; com.apple.security.scep and acme enrol at install",
);
const SIGNS: Basis = Basis::new(
    &["EAS-069", "SMO-005"],
    "Apple com.apple.eas.account: SMIMESigningCertificateUUID; com.apple.security.scep and acme enrol at install",
);
const ENCRYPTS: Basis = Basis::new(
    &["EAS-081", "EAS-082", "SMO-012"],
    "Apple com.apple.eas.account: SMIMEEncryptionCertificateUUID; Intune S/MIME overview: history",
);
const DELIVERED: Basis =
    Basis::new(&["SMO-012"], "Intune S/MIME overview: every certificate of the history on every device");

/// Returns the UUID of every payload that must have given the phone an identity, sorted.
///
/// How it came, inside the profile or by enrolment with SCEP or ACME during the installation,
/// makes no difference.
pub(super) fn identities(intent: &Intent) -> Vec<Expected<String>> {
    let is = |reference: &Option<String>, uuid: &String| reference.as_ref() == Some(uuid);
    let basis = |uuid: &String| {
        if is(&intent.identity, uuid) {
            SIGNS_IN.expect(uuid.clone(), key::PAYLOAD_CERTIFICATE_UUID)
        } else if is(&intent.smime.signing_identity, uuid) {
            SIGNS.expect(uuid.clone(), key::SMIME_SIGNING_CERTIFICATE_UUID)
        } else if is(&intent.smime.encryption_identity, uuid) {
            ENCRYPTS.expect(uuid.clone(), key::SMIME_ENCRYPTION_CERTIFICATE_UUID)
        } else {
            DELIVERED.expect(uuid.clone(), BY_DEFAULT)
        }
    };
    intent.identities.iter().map(basis).collect()
}
