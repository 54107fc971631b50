//! `handset smime bench`: what it measures and how it says so. How fast anything is, is not judged here.

use super::{Ran, ended, follows, smime};
use crate::program::handset;
use conformance::run;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

fn report(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.err);
    let value = serde_json::from_slice(&ran.out).expect("JSON");
    follows("smime-bench", &value);
    value
}

fn rows<'v>(report: &'v Value, name: &str) -> &'v [Value] {
    report[name].as_array().expect("rows")
}

/// Operation, algorithm and size of each row, none of them twice.
fn keys(rows: &[Value]) -> BTreeSet<(&str, &str, u64)> {
    let keys: BTreeSet<_> = rows
        .iter()
        .map(|row| {
            let word = |name: &str| row[name].as_str().expect("a word");
            (word("operation"), word("algorithm"), row["size"].as_u64().expect("a size"))
        })
        .collect();
    assert_eq!(keys.len(), rows.len());
    keys
}

const SIZES: [u64; 2] = [4 << 10, 10 << 20];
const SMALL: u64 = SIZES[0];

#[test]
fn every_operation_is_measured_with_every_key_and_cipher() {
    let ran = smime(&["bench", "--quick", "--format", "json"]);
    let report = report(&ran);
    assert_eq!(report["quick"], true);
    let cells = keys(rows(&report, "cells"));
    for size in SIZES {
        for algorithm in ["RSA-2048", "P-256"] {
            for operation in ["sign", "verify"] {
                assert!(cells.contains(&(operation, algorithm, size)), "{operation} {algorithm} {size}");
            }
        }
        for key in ["RSA-2048", "ECDH P-256"] {
            for cipher in ["AES-256-CBC", "AES-256-GCM"] {
                let algorithm = format!("{key}, {cipher}");
                for operation in ["encrypt", "decrypt"] {
                    assert!(cells.contains(&(operation, &algorithm, size)), "{operation} {algorithm} {size}");
                }
            }
        }
    }
    assert_eq!(cells.len(), 24);
    let processes = rows(&report, "processes");
    assert_eq!(keys(processes).len(), 14);
    assert!(processes.iter().all(|row| [SMALL, 1 << 20].map(Value::from).contains(&row["size"])));
    assert!(report["peer"]["version"].as_str().expect("openssl is on PATH").contains("SSL"));
    // What openssl of any age can do was compared with.
    for row in processes.iter().filter(|row| row["algorithm"] != "AES-256-GCM") {
        assert!(row["ratio"].is_number() && row["peer_command"].is_string(), "{row}");
        // What is soon over may not have been seen.
        assert!(row["size"] == SMALL || row["ours_peak_kib"].is_u64(), "{row}");
    }
}

#[test]
fn without_openssl_there_is_no_comparison_and_it_says_so() {
    let bench = |options: &[&str]| {
        let mut command = Command::new(handset());
        command.args(["smime", "bench", "--quick"]).args(options).env("PATH", "").stdin(Stdio::null());
        ended(options, run(&mut command))
    };
    let report = report(&bench(&["--format", "json"]));
    assert_eq!(report["peer"], Value::Null);
    assert!(
        rows(&report, "processes").iter().all(|row| row["ratio"].is_null() && row["ours_us"].is_number())
    );
    let human = bench(&["--format", "human"]);
    let text = String::from_utf8_lossy(&human.out);
    assert!(human.code == 0 && text.contains("no openssl on PATH"), "{text}{}", human.err);
    assert!(text.contains("ECDH P-256, AES-256-GCM") && text.contains("10 MiB"), "{text}");
}
