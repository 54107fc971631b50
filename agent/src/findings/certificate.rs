//! Facts about the certificates inside a profile, which the rules of the linter ask for and cannot read themselves.

use profile::lint::{CertificateFacts, CertificateKind, KeyUsage, OpenError};
use profile::{Payload, Timestamp};
use smime::pkcs12::{IterationBudget, ProtectedPart, Protection, ProtectionAlgorithm};
use smime::{Certificate, Context, Pkcs12Error, PublicKeyAlgorithm, pkcs12};

/// What the PKCS#12 files of one profile may cost together: what a phone spends on them.
pub fn budget() -> IterationBudget {
    IterationBudget::new(device::MAX_PROFILE_ITERATIONS)
}

/// The facts about the certificate in a payload; none for payloads that hold none. `budget` is that of the profile.
pub fn certificate_facts(
    cx: &Context<'_>,
    payload: &Payload,
    budget: &mut IterationBudget,
) -> Option<CertificateFacts> {
    let kind = payload.payload_type()?;
    if kind == "com.apple.eas.account" {
        // The identity that the account itself carries, for signing in.
        let bytes = payload.data("Certificate").ok().flatten()?;
        let password = payload.string("CertificatePassword").ok().flatten();
        return Some(pkcs12_facts(
            cx,
            payload.uuid().unwrap_or_default().to_owned(),
            bytes,
            password,
            budget,
        ));
    }
    let bytes = payload.data("PayloadContent").ok().flatten()?;
    let payload_uuid = payload.uuid().unwrap_or_default().to_owned();
    match kind {
        "com.apple.security.pkcs12" => {
            let password = payload.string("Password").ok().flatten();
            Some(pkcs12_facts(cx, payload_uuid, bytes, password, budget))
        }
        "com.apple.security.root" | "com.apple.security.pkcs1" | "com.apple.security.pem" => {
            let mut facts = CertificateFacts {
                payload_uuid,
                kind: CertificateKind::Certificate,
                ..CertificateFacts::default()
            };
            let read = Certificate::from_der(bytes).ok().or_else(|| {
                let mut all = Certificate::from_pem(bytes).ok()?;
                (all.len() == 1).then(|| all.remove(0))
            });
            match read {
                Some(certificate) => describe(&mut facts, &certificate),
                None => facts.open_error = Some(OpenError::Malformed),
            }
            Some(facts)
        }
        _ => None,
    }
}

fn pkcs12_facts(
    cx: &Context<'_>,
    payload_uuid: String,
    bytes: &[u8],
    password: Option<&str>,
    budget: &mut IterationBudget,
) -> CertificateFacts {
    let mut facts =
        CertificateFacts { payload_uuid, kind: CertificateKind::Pkcs12, ..CertificateFacts::default() };
    match pkcs12::open_within(cx, bytes, password, budget) {
        Ok(file) => {
            let (macs, pbes): (Vec<&Protection>, Vec<&Protection>) =
                file.algorithms.iter().partition(|p| p.part == ProtectedPart::Integrity);
            facts.pbe_algorithms = pbes.iter().map(|p| p.algorithm.to_string()).collect();
            facts.mac_digest = macs.first().and_then(|p| match p.algorithm {
                ProtectionAlgorithm::Hmac(digest) | ProtectionAlgorithm::Pbmac1 { mac: digest, .. } => {
                    Some(format!("{digest:?}").to_lowercase())
                }
                _ => None,
            });
            match file.identities.as_slice() {
                [identity] => {
                    facts.is_identity = true;
                    describe(&mut facts, &identity.certificate);
                }
                [] => facts.open_error = Some(OpenError::NoIdentity),
                many => facts.open_error = Some(OpenError::TooManyIdentities { count: many.len() }),
            }
        }
        Err(error) => {
            facts.open_error = Some(match error {
                Pkcs12Error::WrongPassword if password.is_none() => OpenError::PasswordNeeded,
                Pkcs12Error::WrongPassword => OpenError::WrongPassword,
                Pkcs12Error::NoIdentity { .. } => OpenError::NoIdentity,
                Pkcs12Error::TooManyIterations { limit, .. } => OpenError::TooManyIterations { limit },
                Pkcs12Error::Unsupported { oid } => OpenError::UnsupportedAlgorithm { name: oid.to_string() },
                _ => OpenError::Malformed,
            });
        }
    }
    facts
}

fn describe(facts: &mut CertificateFacts, certificate: &Certificate) {
    facts.subject = certificate.subject();
    facts.emails = certificate.email_addresses();
    facts.not_before = Some(Timestamp(certificate.not_before().0));
    facts.not_after = Some(Timestamp(certificate.not_after().0));
    facts.is_ca = certificate.is_ca();
    facts.extended_key_usage =
        certificate.extended_key_usage().map(|all| all.iter().map(ToString::to_string).collect());
    facts.key_usage = certificate.key_usage().map(|u| KeyUsage {
        digital_signature: u.digital_signature(),
        non_repudiation: u.non_repudiation(),
        key_encipherment: u.key_encipherment(),
        data_encipherment: u.data_encipherment(),
        key_agreement: u.key_agreement(),
        key_cert_sign: u.key_cert_sign(),
    });
    (facts.key_algorithm, facts.key_bits) = match certificate.public_key_algorithm() {
        Ok(PublicKeyAlgorithm::Rsa { bits }) => (Some("rsaEncryption".to_owned()), Some(bits)),
        Ok(PublicKeyAlgorithm::Ec(curve)) => (Some(format!("ecPublicKey {curve:?}")), None),
        Ok(PublicKeyAlgorithm::Ed25519) => (Some("Ed25519".to_owned()), None),
        Err(_) => (None, None),
    };
}
