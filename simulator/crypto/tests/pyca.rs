//! The PKCS#12, PKCS#7, OCSP and revocation list vectors of the PyPI package `cryptography-vectors`, each file with what it
//! must come to.

mod vectors;

use base64::Engine as _;
use crypto::AwsLc;
use smime::cms::{Verifier, decrypt};
use smime::pkcs12::{self, Pkcs12Error};
use smime::{
    Certificate, CertificateError, Context, Crl, CrlError, CryptoError, Identity, OcspError, OcspFailure,
    OcspResponse, PrivateKey, RevocationReason, Timestamp,
};
use std::collections::BTreeMap;

const CX: Context<'static> = Context { now: Timestamp(1_704_067_200_000), crypto: &AwsLc };

#[test]
fn every_pkcs12_file_opens_with_its_names() {
    let Some(folder) = vectors::folder("pyca pkcs12") else { return };
    let files = vectors::files(&folder.join("pkcs12"), "p12");
    assert_eq!(files.len(), 31);
    for (name, bytes) in &files {
        let password = match name.as_str() {
            "java-truststore" | "no-password" => None,
            n if n.ends_with("-no-pwd") => None,
            n if n.ends_with("-pwd") => Some("password"),
            _ => Some("cryptography"),
        };
        let read = pkcs12::open_any(&CX, bytes, password).unwrap_or_else(|e| panic!("{name}: {e}"));
        // some of the files are named for what is left out: the certificate of the key, the key, the names
        let stem = name.trim_end_matches("-pwd").trim_end_matches("-no");
        let identities = usize::from(
            !stem.starts_with("no-cert") && !stem.ends_with("no-key") && stem != "java-truststore",
        );
        assert_eq!(read.identities.len(), identities, "{name}");
        assert_eq!(read.lone_keys.len(), usize::from(stem == "no-cert-key-aes256cbc"), "{name}");
        let others = match stem {
            "cert-aes256cbc-no-key" => 1,
            "java-truststore" => 2,
            s if s.starts_with("name-") || s.starts_with("no-name") || s.starts_with("no-cert-n") => 2,
            _ => 0,
        };
        assert_eq!(read.certificates.len(), others, "{name}");
        let mut found: Vec<&str> =
            read.friendly_names.iter().chain(&read.certificate_names).flatten().map(String::as_str).collect();
        found.sort_unstable();
        let wanted: &[&str] = match stem {
            "java-truststore" => &["cert1"], // the other has none
            "no-password" => &["6BC162DA"],  // the key's; the certificate is named for its subject
            "name-1" => &["name"],
            "name-2" | "no-cert-name-2" => &["name2"],
            "name-3" | "no-cert-name-3" => &["name3"],
            "name-2-3" | "no-cert-name-all" => &["name2", "name3"],
            "name-all" => &["name", "name2", "name3"],
            "name-unicode" | "no-cert-name-unicode" => {
                assert!(found.iter().all(|n| !n.is_ascii()) && !found.is_empty(), "{name}: {found:?}");
                continue;
            }
            _ => &[],
        };
        assert_eq!(found, wanted, "{name}");
        if password.is_some() && stem != "cert-none-key-none" {
            assert_eq!(
                pkcs12::open_any(&CX, bytes, Some("wrong")),
                Err(Pkcs12Error::WrongPassword),
                "{name}"
            );
        }
    }
}

#[test]
fn every_revocation_list_is_read_or_refused() {
    let Some(folder) = vectors::folder("pyca revocation lists") else { return };
    let custom = folder.join("x509/custom");
    let mut files: BTreeMap<String, Result<Crl, CrlError>> = BTreeMap::new();
    for (name, text) in vectors::files(&custom, "pem") {
        if name.contains("crl") && text.windows(8).any(|w| w == b"X509 CRL") {
            files.insert(name, Crl::from_pem(&text).map(|mut all| all.remove(0)));
        }
    }
    for (name, der) in vectors::files(&custom, "der") {
        if name.starts_with("crl_") {
            files.insert(name, Crl::from_der(&der));
        }
    }
    let refused: BTreeMap<&str, CrlError> = [
        ("crl_bad_version", "version"),
        ("crl_inner_outer_mismatch", "signature"),
        ("crl_invalid_time", "thisUpdate"),
        ("crl_dup_entry_ext", "crlEntryExtensions"),
        ("crl_unsupported_reason", "reasonCode"),
        ("crl_inval_cert_issuer_entry_ext", "certificateIssuer"),
    ]
    .map(|(name, what)| (name, CrlError::Malformed { what }))
    .into();
    let mut faults = Vec::new();
    for (name, read) in &files {
        if read.as_ref().err() != refused.get(name.as_str()) {
            faults.push(format!("{name}: {read:?}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(files.len(), 27, "{:?}", files.keys());
    let crl = |name: &str| files[name].as_ref().unwrap();
    assert_eq!(crl("crl_almost_10k").len(), 9999);
    assert!(crl("crl_empty").is_empty());
    assert!(crl("crl_delta_crl_indicator").is_delta());
    assert_eq!(crl("crl_no_next_update").next_update(), None);
    let issuer = std::fs::read(custom.join("valid_signature_cert.pem")).unwrap();
    let issuer = Certificate::from_pem(&issuer).unwrap().remove(0);
    assert_eq!(crl("valid_signature_crl").verify_signed_by(&AwsLc, &issuer), Ok(()));
    let issuer = std::fs::read(custom.join("invalid_signature_cert.pem")).unwrap();
    let issuer = Certificate::from_pem(&issuer).unwrap().remove(0);
    assert!(crl("invalid_signature_crl").verify_signed_by(&AwsLc, &issuer).is_err());
}

#[test]
fn every_ocsp_response_is_read_or_refused() {
    let Some(folder) = vectors::folder("pyca ocsp") else { return };
    let files = vectors::files(&folder.join("x509/ocsp"), "der");
    assert_eq!(files.len(), 28);
    let mut verified = 0;
    let unknown = smime::ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.50000");
    for (name, der) in &files {
        let read = OcspResponse::from_der(der);
        let wanted = match name.as_str() {
            // a request is no response
            n if n.contains("req") => Some(OcspError::Malformed { what: "responseStatus" }),
            "resp-invalid-version" => Some(OcspError::Malformed { what: "version" }),
            "resp-response-type-unknown-oid" => Some(OcspError::UnsupportedType { oid: unknown }),
            "resp-successful-no-response-bytes" => Some(OcspError::Malformed { what: "responseBytes" }),
            "resp-unauthorized" => Some(OcspError::NotSuccessful(OcspFailure::Unauthorized)),
            "resp-unknown-response-status" => Some(OcspError::Malformed { what: "responseStatus" }),
            _ => None,
        };
        assert_eq!(read.as_ref().err(), wanted.as_ref(), "{name}");
        // those that bring the certificate of their responder are signed by it, unless they were edited since
        let edited = matches!(name.as_str(), "resp-unknown-extension" | "resp-unknown-hash-alg");
        for responder in read.iter().flat_map(|r| r.certificates()).take(1) {
            let signed = read.as_ref().unwrap().verify_signed_by(&AwsLc, responder);
            assert_eq!(signed, if edited { Err(CryptoError::BadSignature) } else { Ok(()) }, "{name}");
            verified += usize::from(!edited);
        }
    }
    assert!(verified > 2, "{verified}");
    assert_eq!(RevocationReason::CaCompromise.to_string(), "cACompromise");
}

/// The contents of the first PEM block.
fn pem(text: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(text).unwrap();
    let body: String = text.lines().skip(1).take_while(|l| !l.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap()
}

#[test]
fn every_pkcs7_file_gives_its_certificates_or_opens() {
    let Some(folder) = vectors::folder("pyca pkcs7") else { return };
    let read = |name: &str| {
        let bytes = std::fs::read(folder.join("pkcs7").join(name)).unwrap();
        if bytes.starts_with(b"-----") { pem(&bytes) } else { bytes }
    };
    for (name, count) in [("amazon-roots.der", 2), ("amazon-roots.p7b", 2), ("isrg.pem", 1)] {
        let mut verifier = Verifier::new(&CX);
        verifier.update(&read(name), &mut Vec::new()).unwrap();
        let signed = verifier.finish().unwrap();
        assert_eq!((signed.certificates.len(), signed.signer_count()), (count, 0), "{name}");
    }
    let custom = folder.join("x509/custom/ca");
    let certificate =
        Certificate::from_pem(&std::fs::read(custom.join("rsa_ca.pem")).unwrap()).unwrap().remove(0);
    let key = PrivateKey::from_pem(&std::fs::read(custom.join("rsa_key.pem")).unwrap()).unwrap();
    let identity = [Identity { certificate, key, chain: Vec::new() }];
    for name in ["enveloped-rsa-oaep.pem", "enveloped-triple-des.pem"] {
        let opened = decrypt(&CX, &read(name), &identity).unwrap_or_else(|e| panic!("{name}: {e}"));
        let content = opened.content.unwrap();
        assert!(content.starts_with(b"Hello"), "{name}: {:?}", String::from_utf8_lossy(&content));
    }
    // for others, and for nobody
    for name in ["enveloped.pem", "enveloped-no-content.der"] {
        let opened = decrypt(&CX, &read(name), &identity);
        assert!(opened.is_ok_and(|o| o.content.is_none()), "{name}");
    }
    for name in ["ascii-san.pem", "non-ascii-san.pem"] {
        let text = std::fs::read(folder.join("pkcs7").join(name)).unwrap();
        assert_eq!(Certificate::from_pem(&text).unwrap().len(), 1, "{name}");
    }
}

#[test]
fn every_certificate_is_read_or_refused() {
    let Some(folder) = vectors::folder("pyca certificates") else { return };
    let mut refused = BTreeMap::new();
    let mut count = 0;
    for part in ["x509", "x509/custom", "x509/custom/ca", "x509/ed25519", "x509/ed448"] {
        let folder = folder.join(part);
        for (name, text) in vectors::files(&folder, "pem") {
            if text.windows(17).any(|w| w == b"BEGIN CERTIFICATE") && !name.contains("crl") {
                count += 1;
                if let Err(e) = Certificate::from_pem(&text) {
                    refused.insert(name, e);
                }
            }
        }
    }
    let wanted = [
        ("badasn1time", "validity"),
        ("empty-eku", "extKeyUsage"),
        ("inhibit_any_policy_negative", "inhibitAnyPolicy"),
        ("invalid_version", "version"),
        ("malformed-san", "subjectAltName"),
        ("two_basic_constraints", "extensions"),
        ("v1_cert", "signature"), // the algorithm inside is not the one outside
    ];
    let wanted = wanted.map(|(name, what)| (name.to_owned(), CertificateError::Malformed { what }));
    assert_eq!(refused, wanted.into());
    assert_eq!(count, 113);
}
