//! How fast policies are read and compiled: lists of 1,000, 10,000 and 100,000, of which each takes ten times as long as
//! the one before. What is measured is the processor time of the thread, so that other work on the machine counts little.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use intent::{Addressee, Tenant, User, import};
use perf::processor_time;
use profile::graph;
use std::hint::black_box;
use std::ops::Range;

/// The most policies of one document: Graph answers in pages, and a document may have 64 MiB.
const PAGE: usize = 10_000;

/// So many policies, as Graph answers them.
fn pages(count: usize) -> Vec<Vec<u8>> {
    (0..count).step_by(PAGE).map(|first| page(first..count.min(first + PAGE))).collect()
}

fn page(numbers: Range<usize>) -> Vec<u8> {
    let policies: Vec<String> = numbers
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

fn read(pages: &[Vec<u8>]) -> Tenant {
    Tenant::read(pages.iter().map(|page| graph::parse(page).expect("JSON")))
}

/// Reads pages and compiles every policy of them.
fn compile_all(pages: &[Vec<u8>], user: &User) -> usize {
    let tenant = read(pages);
    let to = Addressee::of(user);
    let compiled = tenant.emails.iter().map(|email| tenant.resolve(email, &to, &[]).compile(None));
    compiled.map(|compiled| profile::write_xml(&compiled.configuration).len()).sum()
}

fn bench(c: &mut Criterion) {
    let user = user();
    let mut group = c.benchmark_group("policies");
    group.sample_size(10);
    for count in [1_000, 10_000, 100_000] {
        let pages = pages(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("read", count), &pages, |b, pages| {
            b.iter_custom(|rounds| processor_time(rounds, || read(black_box(pages)).emails.len()));
        });
        group.bench_with_input(BenchmarkId::new("read+compile", count), &pages, |b, pages| {
            b.iter_custom(|rounds| processor_time(rounds, || compile_all(black_box(pages), &user)));
        });
    }
    let tenant = read(&pages(1));
    let profile = tenant.resolve(&tenant.emails[0], &Addressee::of(&user), &[]).compile(None).profile();
    group.throughput(Throughput::Elements(1));
    group.bench_function("import", |b| {
        b.iter(|| import(black_box(&profile), Some(&user)).map(|i| i.lost.len()))
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
