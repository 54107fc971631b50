//! Path validation against rustls-webpki, an implementation that shares nothing with this one: over the x509-limbo cases
//! without revocation lists, and over the sections of NIST's suite that both can judge.
//!
//! webpki is given this crate's primitives, so that every difference is one of path logic. Differences stand in
//! [`LIMBO`] and [`PKITS`] with the reason; one that stands there and is none fails the test too.

#[path = "limbo/cases.rs"]
mod cases;
#[path = "pkits/table.rs"]
#[allow(dead_code)]
mod table;
mod vectors;

use cases::{NO_TIME, accepted, cases, certificates, time};
use crypto::AwsLc;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, UnixTime, alg_id,
};
use serde_json::Value;
use smime::{
    Certificate, Context, CryptoProvider, DigestAlgorithm, PathOptions, Purpose, SignatureScheme, Timestamp,
    TrustStore, validate_with,
};
use std::collections::BTreeMap;
use std::time::Duration;
use webpki::{
    EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, KeyUsage, anchor_from_trusted_cert,
};

/// The cases that the two judge differently, by reason.
const LIMBO: &[(&str, &[&str])] = &[
    (
        "webpki takes no certificate of an authority for the end of a path; what only a CA may have is without effect on a leaf here (RFC 5280, 6.1.4 is not applied to it)",
        &[
            "pathlen::validation-ignores-pathlen-in-leaf",
            "rfc5280::serial::negative",
            "rfc5280::ca-as-leaf",
            "rfc5280::ca-as-leaf-wrong-san",
            "webpki::ee-basicconstraints-ca",
            "webpki::ca-as-leaf",
        ],
    ),
    (
        "webpki counts certificates that are self-issued, and constrains their names (RFC 5280, 6.1.4 (l) and 6.1.3 (b) do not)",
        &["pathlen::self-issued-certs-pathlen", "rfc5280::nc::permitted-self-issued"],
    ),
    ("webpki evaluates no constraints on directory names and refuses", &["rfc5280::nc::permitted-dn-match"]),
    (
        "webpki evaluates no constraints on mailboxes and refuses",
        &[
            "rfc5280::nc::nc-permits-email-exact",
            "rfc5280::nc::nc-permits-email-domain",
            "rfc5280::nc::nc-permits-email-literal-asterisk-exact-match",
            "rfc5280::nc::nc-permits-email-literal-double-asterisk",
            "rfc5280::nc::nc-permits-email-literal-mid-asterisk",
        ],
    ),
    (
        "webpki takes a period in front of a constraint on dNSNames (limbo is with us)",
        &["rfc5280::nc::invalid-dnsname-leading-period"],
    ),
    (
        "an anchor is a name and a key to webpki; here its certificate is judged as well (limbo is with us)",
        &[
            "rfc5280::validity::expired-root",
            "rfc5280::unknown-critical-extension-root",
            "rfc5280::root-missing-basic-constraints",
            "rfc5280::root-inconsistent-ca-extensions",
        ],
    ),
    ("webpki takes an authority without a name (limbo is with us)", &["rfc5280::ca-empty-subject"]),
    (
        "webpki reads constraints that are empty or NULL as none (limbo is with us)",
        &[
            "webpki::nc::intermediate-permitted-excluded-subtrees-both-null",
            "webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences",
        ],
    ),
    (
        "webpki does not look at the key of a leaf, and leaves the size of RSA keys to the signature algorithm, which here is this crate's and judges none (limbo is with us)",
        &[
            "webpki::forbidden-p192-leaf",
            "webpki::forbidden-dsa-leaf",
            "webpki::forbidden-weak-rsa-key-in-root",
            "webpki::forbidden-weak-rsa-in-leaf",
        ],
    ),
    ("webpki reads version 3 alone", &["webpki::v1-cert"]),
];

/// The tests of NIST that the two judge differently, by reason.
const PKITS: &[(&str, &[&str])] = &[
    ("webpki reads no time before 1970", &["4.2.3"]),
    (
        "webpki compares names octet for octet, not without case and as other string types (RFC 5280, 7.1)",
        &["4.3.5", "4.3.10"],
    ),
    ("webpki does not read unique identifiers (RFC 5280, 4.1.2.8)", &["4.3.6"]),
    ("webpki takes no certificate of an authority for the end of a path", &["4.6.8", "4.6.14"]),
    ("webpki counts certificates that are self-issued", &["4.6.15", "4.6.17"]),
    (
        "webpki evaluates no constraints on directory names and refuses",
        &["4.13.1", "4.13.4", "4.13.5", "4.13.6", "4.13.11", "4.13.14", "4.13.18", "4.13.19", "4.13.27"],
    ),
    ("webpki evaluates no constraints on mailboxes and refuses", &["4.13.21", "4.13.23", "4.13.25"]),
    ("webpki evaluates no constraints on URIs and refuses", &["4.13.34", "4.13.36"]),
];

/// A signature algorithm of webpki on this crate's primitives.
#[derive(Debug)]
struct Algorithm {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    scheme: SignatureScheme,
}

fn element(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut out = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    out.extend_from_slice(body);
    out
}

impl SignatureVerificationAlgorithm for Algorithm {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let bits = element(3, &[&[0], key].concat());
        let spki = element(0x30, &[element(0x30, self.key.as_ref()), bits].concat());
        let digest = match self.scheme {
            SignatureScheme::RsaPkcs1(digest) | SignatureScheme::Ecdsa(digest) => digest,
            SignatureScheme::RsaPss { digest, .. } => digest,
            SignatureScheme::Ed25519 => return Err(InvalidSignature),
        };
        let digest = AwsLc.digest(digest, &[message]);
        AwsLc.verify(&spki, self.scheme, &digest, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

fn algorithms() -> Vec<Algorithm> {
    let digests = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
    let rsa = [alg_id::RSA_PKCS1_SHA256, alg_id::RSA_PKCS1_SHA384, alg_id::RSA_PKCS1_SHA512];
    let ecdsa = [alg_id::ECDSA_SHA256, alg_id::ECDSA_SHA384, alg_id::ECDSA_SHA512];
    let mut all = Vec::new();
    for ((digest, rsa), ecdsa) in digests.into_iter().zip(rsa).zip(ecdsa) {
        let scheme = SignatureScheme::RsaPkcs1(digest);
        all.push(Algorithm { key: alg_id::RSA_ENCRYPTION, signature: rsa, scheme });
        for key in [alg_id::ECDSA_P256, alg_id::ECDSA_P384, alg_id::ECDSA_P521] {
            all.push(Algorithm { key, signature: ecdsa, scheme: SignatureScheme::Ecdsa(digest) });
        }
    }
    all
}

/// Any purpose will do.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

/// What webpki says of a path.
fn webpki_accepts(
    leaf: &Certificate,
    intermediates: &[Certificate],
    roots: &[Certificate],
    now: Timestamp,
    usage: impl ExtendedKeyUsageValidator,
) -> Result<(), String> {
    let own = algorithms();
    let supported: Vec<&dyn SignatureVerificationAlgorithm> =
        own.iter().map(|algorithm| algorithm as &dyn SignatureVerificationAlgorithm).collect();
    let roots: Vec<CertificateDer<'_>> = roots.iter().map(|root| CertificateDer::from(root.der())).collect();
    let anchors: Result<Vec<_>, _> = roots.iter().map(anchor_from_trusted_cert).collect();
    let anchors = anchors.map_err(|error| error.to_string())?;
    let intermediates: Vec<CertificateDer<'_>> =
        intermediates.iter().map(|certificate| CertificateDer::from(certificate.der())).collect();
    let leaf = CertificateDer::from(leaf.der());
    let leaf = EndEntityCert::try_from(&leaf).map_err(|error| error.to_string())?;
    let now =
        UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(now.0).expect("a time after 1970")));
    let found = leaf.verify_for_usage(&supported, &anchors, &intermediates, now, usage, None, None);
    found.map(drop).map_err(|error| error.to_string())
}

/// Compares, and holds the differences against those that are known.
struct Comparison {
    known: Vec<&'static str>,
    faults: Vec<String>,
    same: usize,
}

impl Comparison {
    fn new(known: &[(&'static str, &[&'static str])]) -> Comparison {
        let known = known.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        Comparison { known, faults: Vec::new(), same: 0 }
    }

    fn note(&mut self, name: &str, ours: &Result<(), String>, theirs: &Result<(), String>) {
        let differ = ours.is_ok() != theirs.is_ok();
        let at = self.known.iter().position(|known| *known == name);
        let excepted = at.map(|at| self.known.remove(at)).is_some();
        if differ != excepted {
            self.faults.push(format!("{name}: here {ours:?}, webpki {theirs:?}"));
        }
        self.same += usize::from(!differ);
    }

    fn finish(self, least: usize) {
        assert!(self.faults.is_empty(), "{} faults\n{}", self.faults.len(), self.faults.join("\n"));
        assert!(self.known.is_empty(), "no such cases: {:?}", self.known);
        assert!(self.same >= least, "{} cases are judged alike", self.same);
    }
}

#[test]
fn limbo_is_judged_as_webpki_judges_it_or_has_a_reason() {
    let Some(all) = cases() else { return };
    let mut comparison = Comparison::new(LIMBO);
    for case in all["testcases"].as_array().unwrap() {
        // webpki has no bound on the length of a path that a caller could set.
        if case["crls"].as_array().is_some_and(|crls| !crls.is_empty()) || !case["max_chain_depth"].is_null()
        {
            continue;
        }
        let theirs = || {
            let read = |list: &Value| certificates(list).map_err(|error| error.to_string());
            let leaf = read(&Value::Array(vec![case["peer_certificate"].clone()]))?.remove(0);
            let roots = read(&case["trusted_certs"])?;
            let intermediates = read(&case["untrusted_intermediates"])?;
            let now = case["validation_time"].as_str().map_or(NO_TIME, time);
            let usages = case["extended_key_usage"].as_array().unwrap();
            match usages.first().and_then(Value::as_str) {
                Some("serverAuth") => {
                    webpki_accepts(&leaf, &intermediates, &roots, now, KeyUsage::server_auth())
                }
                Some("clientAuth") => {
                    webpki_accepts(&leaf, &intermediates, &roots, now, KeyUsage::client_auth())
                }
                _ => webpki_accepts(&leaf, &intermediates, &roots, now, AnyPurpose),
            }
        };
        comparison.note(case["id"].as_str().unwrap(), &accepted(case), &theirs());
    }
    comparison.finish(80);
}

/// The sections of NIST's suite that need no policies and no revocation: signatures, validity, names, basic constraints,
/// name constraints.
const SECTIONS: [&str; 5] = ["4.1.", "4.2.", "4.3.", "4.6.", "4.13."];

#[test]
fn pkits_is_judged_as_webpki_judges_it_or_has_a_reason() {
    let Some(folder) = vectors::folder("pkits webpki") else { return };
    let now = Timestamp(1_704_067_200_000);
    let files = vectors::files(&folder.join("x509/PKITS_data/certs"), "crt");
    let read: BTreeMap<String, Certificate> = (files.into_iter())
        .filter_map(|(name, der)| Some((name, Certificate::from_der(&der).ok()?)))
        .collect();
    let root = read["TrustAnchorRootCertificate"].clone();
    let trust: TrustStore = [root.clone()].into_iter().collect();
    // webpki tries paths by brute force and gives up early; it is handed the certificates of authorities that could be
    // on the way.
    let issuers: Vec<Certificate> = read.values().filter(|c| c.is_ca() && **c != root).cloned().collect();
    let mut comparison = Comparison::new(PKITS);
    for (number, name, ..) in
        table::TESTS.iter().filter(|test| SECTIONS.iter().any(|s| test.0.starts_with(s)))
    {
        let leaf = &read[&format!("{name}EE")];
        let mut on_the_way: Vec<Certificate> = Vec::new();
        let mut names = vec![leaf.issuer()];
        while let Some(wanted) = names.pop() {
            for issuer in issuers.iter().filter(|issuer| issuer.subject().eq_ignore_ascii_case(&wanted)) {
                if !on_the_way.contains(issuer) {
                    on_the_way.push(issuer.clone());
                    names.push(issuer.issuer());
                }
            }
        }
        let cx = Context { now, crypto: &AwsLc };
        let options = PathOptions::default();
        let ours = validate_with(&cx, leaf, &on_the_way, &trust, Purpose::Any, &options);
        let ours = ours.map(drop).map_err(|error| error.to_string());
        let theirs = webpki_accepts(leaf, &on_the_way, std::slice::from_ref(&root), now, AnyPurpose);
        comparison.note(number, &ours, &theirs);
    }
    comparison.finish(40);
}
