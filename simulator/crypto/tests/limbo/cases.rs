//! The x509-limbo cases, and what path validation says of them.
// Two test programs use this; neither uses all of it.
#![allow(dead_code)]

use crypto::AwsLc;
use serde_json::Value;
use smime::{
    CLIENT_AUTH, Certificate, CertificateError, Context, Crl, ObjectIdentifier, PathOptions, Purpose,
    RevocationMode, Timestamp, TrustStore, validate_with,
};
use std::path::PathBuf;

/// The time for cases that name none: all their certificates are valid then.
pub const NO_TIME: Timestamp = Timestamp(1_780_000_000_000);

/// The file; without it the test says so and passes, unless `HANDSET_REQUIRE_CORPORA` is 1.
pub fn cases() -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let above = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpora");
    let named = std::env::var_os("HANDSET_CORPORA").map(PathBuf::from);
    let folders = named.into_iter().chain([beside.into(), above.into()]);
    let Some(file) = folders.map(|f| f.join("x509-limbo.json")).find(|f| f.is_file()) else {
        assert_ne!(std::env::var("HANDSET_REQUIRE_CORPORA").as_deref(), Ok("1"), "no x509-limbo cases");
        eprintln!("SKIPPED: no x509-limbo cases (set HANDSET_CORPORA)");
        return None;
    };
    Some(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

/// The certificates of a list of PEM texts.
pub fn certificates(list: &Value) -> Result<Vec<Certificate>, CertificateError> {
    let texts = list.as_array().unwrap().iter().map(|pem| pem.as_str().unwrap());
    texts.map(|pem| Certificate::from_pem(pem.as_bytes()).map(|mut all| all.remove(0))).collect()
}

/// Reads `2024-01-01T00:00:00+00:00`.
pub fn time(text: &str) -> Timestamp {
    let n: Vec<i64> = text.split(|c: char| !c.is_ascii_digit()).map(|d| d.parse().unwrap()).collect();
    let (year, month) = if n[1] <= 2 { (n[0] - 1, n[1] + 9) } else { (n[0], n[1] - 3) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + n[2] - 719_469;
    Timestamp((((days * 24 + n[3]) * 60 + n[4]) * 60 + n[5]) * 1000)
}

/// Whether the path of a case is taken here.
pub fn accepted(case: &Value) -> Result<(), String> {
    let text = |e: CertificateError| e.to_string();
    let trust: TrustStore = certificates(&case["trusted_certs"]).map_err(text)?.into_iter().collect();
    let intermediates = certificates(&case["untrusted_intermediates"]).map_err(text)?;
    let leaf = certificates(&Value::Array(vec![case["peer_certificate"].clone()])).map_err(text)?.remove(0);
    let now = case["validation_time"].as_str().map_or(NO_TIME, time);
    let mut crls = Vec::new();
    for pem in case["crls"].as_array().into_iter().flatten() {
        crls.extend(Crl::from_pem(pem.as_str().unwrap().as_bytes()).map_err(|e| e.to_string())?);
    }
    let purposes: Vec<ObjectIdentifier> = (case["extended_key_usage"].as_array().unwrap().iter())
        .map(|name| match name.as_str().unwrap() {
            "serverAuth" => ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"),
            "clientAuth" => CLIENT_AUTH,
            other => panic!("{other}"),
        })
        .collect();
    let options = PathOptions {
        crls: &crls,
        revocation: if crls.is_empty() { RevocationMode::Off } else { RevocationMode::Required },
        strict: true,
        extended_key_usages: &purposes,
        intermediates_max: case["max_chain_depth"].as_u64().map(|n| n as usize),
        ..PathOptions::default()
    };
    let cx = Context { now, crypto: &AwsLc };
    let found = validate_with(&cx, &leaf, &intermediates, &trust, Purpose::Any, &options);
    found.map(|_| ()).map_err(|e| e.to_string())
}
