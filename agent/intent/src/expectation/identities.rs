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
const SIGNS_IN_OWN: Basis = Basis::new(&["EAS-023", "SMO-005", "XTR-010"], SIGNS_IN.citation);
const SIGNS_OWN: Basis = Basis::new(&["EAS-069", "SMO-005", "XTR-010"], SIGNS.citation);
const ENCRYPTS: Basis = Basis::new(
    &["EAS-081", "EAS-082", "SMO-012", "SMO-014"],
    "Apple com.apple.eas.account: SMIMEEncryptionCertificateUUID; Intune S/MIME overview: history",
);
const DELIVERED: Basis = Basis::new(
    &["SMO-012", "SMO-014"],
    "Intune S/MIME overview: every certificate of the history on every device",
);
const ENCRYPTS_OWN: Basis = Basis::new(
    &["EAS-081", "EAS-082", "SMO-005", "XTR-010"],
    "Intune SCEP certificate profiles: one certificate more for each profile that links one",
);
const OWN: Basis = Basis::new(
    &["SMO-005", "XTR-010"],
    "Intune SCEP certificate profiles: one certificate more for each profile that links one",
);

/// Returns the UUID of every payload that must have given the phone an identity, sorted.
///
/// It comes inside the profile, or the phone enrols for it with SCEP or ACME during the installation: then each profile
/// brings a certificate of its own, beside those of other profiles for the same user (XTR-010).
pub(super) fn identities(intent: &Intent) -> Vec<Expected<String>> {
    let is = |reference: &Option<String>, uuid: &String| reference.as_ref() == Some(uuid);
    let basis = |uuid: &String| {
        let enrolled = intent.enrolled.contains(uuid);
        let own = |basis: Basis, of_its_own: Basis| if enrolled { of_its_own } else { basis };
        if is(&intent.identity, uuid) {
            own(SIGNS_IN, SIGNS_IN_OWN).expect(uuid.clone(), key::PAYLOAD_CERTIFICATE_UUID)
        } else if is(&intent.smime.signing_identity, uuid) {
            own(SIGNS, SIGNS_OWN).expect(uuid.clone(), key::SMIME_SIGNING_CERTIFICATE_UUID)
        } else if is(&intent.smime.encryption_identity, uuid) {
            own(ENCRYPTS, ENCRYPTS_OWN).expect(uuid.clone(), key::SMIME_ENCRYPTION_CERTIFICATE_UUID)
        } else {
            own(DELIVERED, OWN).expect(uuid.clone(), BY_DEFAULT)
        }
    };
    intent.identities.iter().map(basis).collect()
}
