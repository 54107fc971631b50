//! How fast policies are read and compiled: a list of 1,000 and one of 10,000, of which the second takes ten times as long
//! as the first.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use intent::{Addressee, Tenant, User, import};
use profile::graph;
use std::hint::black_box;

/// A list of so many policies, as Graph answers it.
fn list(count: usize) -> Vec<u8> {
    let policies: Vec<String> = (0..count)
        .map(|number| {
            let policy = intent::EmailPolicy {
                id: Some(format!("5A000000-0000-4000-8000-{number:012X}")),
                display_name: format!("Mail {number}"),
                account_name: "Contoso".to_owned(),
                host_name: "mail.contoso.example".to_owned(),
                require_smime: number % 2 == 0,
                block_moving_messages_to_other_email_accounts: number % 3 == 0,
                ..intent::EmailPolicy::default()
            };
            serde_json::Value::Object(intent::written(&policy)).to_string()
        })
        .collect();
    format!("{{\"value\": [{}]}}", policies.join(",")).into_bytes()
}

fn user() -> User {
    let address = "alice@contoso.example".to_owned();
    User { upn: address.clone(), primary_smtp_address: Some(address), ..User::default() }
}

/// Reads a list and compiles every policy of it.
fn compile_all(bytes: &[u8], user: &User) -> usize {
    let tenant = Tenant::read([graph::parse(bytes).expect("JSON")]);
    let to = Addressee::of(user);
    let compiled = tenant.emails.iter().map(|email| tenant.resolve(email, &to, &[]).compile(None));
    compiled.map(|compiled| profile::write_xml(&compiled.configuration).len()).sum()
}

fn bench(c: &mut Criterion) {
    let user = user();
    let mut group = c.benchmark_group("policies");
    group.sample_size(10);
    for count in [1_000, 10_000, 100_000] {
        let bytes = list(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("read", count), &bytes, |b, bytes| {
            b.iter(|| Tenant::read([graph::parse(black_box(bytes)).expect("JSON")]).emails.len());
        });
        group.bench_with_input(BenchmarkId::new("read+compile", count), &bytes, |b, bytes| {
            b.iter(|| compile_all(black_box(bytes), &user));
        });
    }
    let tenant = Tenant::read([graph::parse(&list(1)).expect("JSON")]);
    let profile = tenant.resolve(&tenant.emails[0], &Addressee::of(&user), &[]).compile(None).profile();
    group.throughput(Throughput::Elements(1));
    group.bench_function("import", |b| {
        b.iter(|| import(black_box(&profile), Some(&user)).map(|i| i.lost.len()))
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
