//! How fast profiles are read and linted, in bytes a second: large ones of many payloads, XML and binary, and one large
//! certificate store. The bound is 10 MB in a second.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use profile::plist::{Dictionary, Value};
use profile::{OsVersion, Timestamp, lint, parse, write_binary, write_xml};
use std::hint::black_box;

const BYTES: usize = 10_000_000;

/// One Exchange account of many, each with an identity of its own named.
fn account(number: usize) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", "com.apple.eas.account")
        .with("PayloadVersion", 1)
        .with("PayloadIdentifier", format!("com.example.{number}"))
        .with("PayloadUUID", format!("5A000000-0000-4000-8000-{number:012X}"))
        .with("PayloadDisplayName", "Mail")
        .with("Host", "mail.example.com")
        .with("EmailAddress", format!("anna{number}@example.com"))
        .with("UserName", format!("anna{number}@example.com"))
        .with("SSL", true)
        .with("EnableMail", true)
        .with("MailNumberOfPastDaysToSync", 7)
}

/// A certificate payload of 4,000 bytes.
fn certificate(number: usize) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", "com.apple.security.pkcs1")
        .with("PayloadVersion", 1)
        .with("PayloadIdentifier", format!("com.example.{number}"))
        .with("PayloadUUID", format!("5A000000-0000-4000-8000-{number:012X}"))
        .with("PayloadContent", (0..4000_usize).map(|n| (n * 31 + number) as u8).collect::<Vec<u8>>())
}

fn document(payload: fn(usize) -> Dictionary) -> Value {
    let one = write_xml(&Value::from(payload(0))).len();
    let payloads: Vec<Dictionary> = (0..BYTES / one).map(payload).collect();
    let root = Dictionary::new()
        .with("PayloadType", "Configuration")
        .with("PayloadVersion", 1)
        .with("PayloadIdentifier", "com.example")
        .with("PayloadUUID", "5A000000-0000-4000-8000-FFFFFFFFFFFF")
        .with("PayloadDisplayName", "Large")
        .with("PayloadContent", payloads);
    Value::from(root)
}

fn bench(c: &mut Criterion) {
    let os = OsVersion::new(17, 5, 0);
    let now = Timestamp(1_793_606_400_000);
    for (name, payload) in [("accounts", account as fn(usize) -> Dictionary), ("certificates", certificate)] {
        let value = document(payload);
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        for (format, bytes) in [("xml", write_xml(&value)), ("binary", write_binary(&value))] {
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_with_input(BenchmarkId::new("read", format), &bytes, |b, bytes| {
                b.iter(|| parse(black_box(bytes)));
            });
            group.bench_with_input(BenchmarkId::new("read+lint", format), &bytes, |b, bytes| {
                b.iter(|| {
                    let (profile, findings) = parse(black_box(bytes));
                    (lint(&profile, os, &[], now).len(), findings.len())
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
