//! NIST's path validation suite (PKITS, edition of 2010), run whole: every test of sections 4.1 to 4.16 with its
//! inputs, every signed mail, every PKCS#12 file.
//!
//! The validator is given all certificates and revocation lists of the suite at once and finds its own way. Tests
//! that come out otherwise than NIST says stand in [`EXCEPTIONS`] with the reason; one that stands there and comes
//! out as NIST says fails too.

#[path = "pkits/table.rs"]
mod table;
mod vectors;

use crypto::AwsLc;
use smime::message::{Layer, OpenOptions, open};
use smime::{
    ANY_POLICY, Certificate, Context, Crl, ObjectIdentifier, PathError, PathOptions, Purpose, RevocationMode,
    RevocationProblem, RevocationStatus, Timestamp, TrustStore, ValidPath, pkcs12, validate_with,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use table::{Inputs, Outcome, TESTS};

/// 2024-01-01: the valid certificates of the suite are valid from 2010 to 2030.
const NOW: Timestamp = Timestamp(1_704_067_200_000);

/// The tests that come out otherwise, by reason.
const EXCEPTIONS: &[(&str, &[&str])] =
    &[("DSA is not offered: mail programs have given it up", &["4.1.4", "4.1.5"])];

fn excepted(number: &str) -> bool {
    EXCEPTIONS.iter().any(|(_, numbers)| numbers.contains(&number))
}

struct Suite {
    folder: PathBuf,
    certificates: BTreeMap<String, Certificate>,
    all: Vec<Certificate>,
    crls: Vec<Crl>,
    trust: TrustStore,
}

impl Suite {
    fn load(test: &str) -> Option<Suite> {
        let folder = vectors::folder(test)?.join("x509/PKITS_data");
        let files = vectors::files(&folder.join("certs"), "crt");
        assert_eq!(files.len(), 405);
        let certificates: BTreeMap<String, Certificate> = (files.into_iter())
            .map(|(name, der)| {
                let c = Certificate::from_der(&der).unwrap_or_else(|e| panic!("{name}: {e}"));
                (name, c)
            })
            .collect();
        let lists = vectors::files(&folder.join("crls"), "crl");
        assert_eq!(lists.len(), 173);
        let crls =
            lists.iter().map(|(name, der)| Crl::from_der(der).unwrap_or_else(|e| panic!("{name}: {e}")));
        let crls = crls.collect();
        let trust = [certificates["TrustAnchorRootCertificate"].clone()].into_iter().collect();
        let all = certificates.values().cloned().collect();
        Some(Suite { folder, certificates, all, crls, trust })
    }

    fn judge(&self, leaf: &Certificate, inputs: &Inputs) -> Result<ValidPath, PathError> {
        let policies: Vec<ObjectIdentifier> = inputs.policies.iter().map(|n| policy(*n)).collect();
        let options = PathOptions {
            crls: &self.crls,
            revocation: RevocationMode::Required,
            policies: &policies,
            require_policy: inputs.explicit,
            inhibit_policy_mapping: inputs.no_mapping,
            inhibit_any_policy: inputs.no_any,
            strict: true,
            ..PathOptions::default()
        };
        let cx = Context { now: NOW, crypto: &AwsLc };
        validate_with(&cx, leaf, &self.all, &self.trust, Purpose::EmailSigning, &options)
    }
}

/// NIST-test-policy-n.
fn policy(n: u8) -> ObjectIdentifier {
    ObjectIdentifier::new(&format!("2.16.840.1.101.3.2.1.48.{n}")).unwrap()
}

/// The errors that a refusal in each section is made of.
fn is_apt(number: &str, e: &PathError) -> bool {
    use PathError as E;
    let section = number.split('.').nth(1).unwrap();
    match section {
        "1" => matches!(e, E::BadSignature { .. } | E::UnsupportedSignature { .. }),
        "2" => matches!(e, E::Expired { .. } | E::NotYetValid { .. }),
        "3" => matches!(e, E::NoTrustedRoot { .. } | E::BadSignature { .. }),
        "4" | "14" | "15" => matches!(e, E::Revoked { .. } | E::RevocationUnknown { .. }),
        "5" => matches!(
            e,
            E::Revoked { .. } | E::KeyUsage { .. } | E::NotACa { .. } | E::RevocationUnknown { .. }
        ),
        "6" => matches!(e, E::NotACa { .. } | E::PathLength { .. }),
        "7" => matches!(
            e,
            E::KeyUsage { .. } | E::RevocationUnknown { problem: RevocationProblem::MayNotSign { .. }, .. }
        ),
        "8" | "9" | "11" | "12" => matches!(e, E::NoValidPolicy { .. }),
        "10" => matches!(e, E::NoValidPolicy { .. } | E::AnyPolicyMapped { .. }),
        "13" => matches!(e, E::NameConstraint { .. }),
        "16" => matches!(e, E::UnknownCriticalExtension { .. }),
        _ => false,
    }
}

#[test]
fn every_path_comes_out_as_nist_says_or_has_a_reason() {
    let Some(suite) = Suite::load("pkits paths") else { return };
    let mut faults = Vec::new();
    let mut unused: Vec<&str> = EXCEPTIONS.iter().flat_map(|(_, numbers)| numbers.iter().copied()).collect();
    let mut valid = 0;
    for (number, name, inputs, outcome) in TESTS {
        let found = suite.judge(&suite.certificates[&format!("{name}EE")], inputs);
        let right = match (&found, outcome) {
            (Ok(path), Outcome::Valid) => {
                valid += 1;
                path.weak.is_empty()
                    && path.revocation.len() + 1 == path.certificates.len()
                    && path.revocation.iter().all(|s| matches!(s, RevocationStatus::Good { .. }))
            }
            (Err(e), Outcome::Invalid) => is_apt(number, e),
            _ => false,
        };
        if right == excepted(number) {
            faults.push(format!("{number} {name} {inputs:?}: {found:?}, wanted {outcome:?}"));
        }
        unused.retain(|n| n != number);
    }
    assert!(faults.is_empty(), "{} of {}: {faults:#?}", faults.len(), TESTS.len());
    assert!(unused.is_empty(), "no such tests: {unused:?}");
    assert!(valid > 90, "{valid}");
}

#[test]
fn policies_are_told() {
    let Some(suite) = Suite::load("pkits policies") else { return };
    let told = |name: &str| {
        let (_, _, inputs, _) = TESTS.iter().find(|(_, n, ..)| *n == name).unwrap();
        suite.judge(&suite.certificates[&format!("{name}EE")], inputs).unwrap().policies
    };
    assert_eq!(told("ValidCertificatePathTest1"), [policy(1)]);
    assert_eq!(told("AllCertificatesNoPoliciesTest2"), []);
    assert_eq!(told("AllCertificatesSamePoliciesTest10"), [policy(1), policy(2)]);
    assert_eq!(told("AllCertificatesanyPolicyTest11"), [ANY_POLICY]);
    assert_eq!(told("AnyPolicyTest14"), [policy(1)]);
}

/// The outcome of a mail is that of the path of its signer, with the inputs of the first test that is about it.
#[test]
fn every_signed_mail_verifies_and_its_path_comes_out_as_nist_says() {
    let Some(suite) = Suite::load("pkits mails") else { return };
    let mails = vectors::files(&suite.folder.join("smime"), "eml");
    assert_eq!(mails.len(), 224);
    let cx = Context { now: NOW, crypto: &AwsLc };
    let options = OpenOptions {
        identities: &[],
        trust: &suite.trust,
        intermediates: &[],
        path: smime::PathOptions::default(),
        from: None,
        check_from: true,
    };
    let mut faults = Vec::new();
    for (name, mail) in &mails {
        let opened = open(&cx, mail, &options).unwrap_or_else(|e| panic!("{name}: {e}"));
        let [Layer::Signed(signed)] = opened.layers.as_slice() else { panic!("{name}: {:?}", opened.layers) };
        let [signer] = signed.signers.as_slice() else { panic!("{name}: {} signers", signed.signers.len()) };
        let leaf = signer.certificate.as_ref().unwrap_or_else(|| panic!("{name}: no certificate"));
        let stem = suite.certificates.iter().find(|(_, c)| *c == leaf).map(|(stem, _)| stem);
        let stem = stem.and_then(|s| s.strip_suffix("EE")).unwrap_or_else(|| panic!("{name}: {leaf:?}"));
        let (number, _, inputs, outcome) = TESTS.iter().find(|(_, n, ..)| n == &stem).unwrap();
        let path = suite.judge(leaf, inputs);
        // a mail that is signed with DSA cannot be verified here
        let right = match outcome {
            _ if stem.contains("DSA") => signer.signature.is_err() && path.is_err(),
            Outcome::Valid => signer.signature.is_ok() && path.is_ok(),
            Outcome::Invalid => signer.signature.is_ok() && path.is_err(),
        };
        if !right {
            faults.push(format!("{number} {name}: {:?}, {path:?}", signer.signature));
        }
    }
    assert!(faults.is_empty(), "{} of {}: {faults:#?}", faults.len(), mails.len());
}

#[test]
fn every_pkcs12_file_opens() {
    let Some(suite) = Suite::load("pkits pkcs12") else { return };
    let files = vectors::files(&suite.folder.join("pkcs12"), "p12");
    assert_eq!(files.len(), 405);
    let cx = Context { now: NOW, crypto: &AwsLc };
    for (name, bytes) in &files {
        let read = pkcs12::open(&cx, bytes, Some("password")).unwrap_or_else(|e| panic!("{name}: {e}"));
        let [identity] = read.identities.as_slice() else { panic!("{name}: {}", read.identities.len()) };
        assert_eq!(Some(&identity.certificate), suite.certificates.get(name), "{name}");
    }
    let (_, first) = &files[0];
    for wrong in [None, Some(""), Some("Password")] {
        assert_eq!(pkcs12::open(&cx, first, wrong), Err(pkcs12::Pkcs12Error::WrongPassword));
    }
}
