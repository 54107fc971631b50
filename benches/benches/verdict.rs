//! Judging policies: what is expected of a phone, what was seen, verdicts, conflicts. Ten times the policies take ten times
//! the processor time of the thread.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use evidence::{Fact, ListedAccount, Log, ObservedPayload, ObservedProfile, Prompted, Service};
use intent::{DeviceFacts, Intent, OsVersion, Variants, expectations};
use perf::processor_time;
use std::hint::black_box;
use verdict::{Judged, Summary, Terms, compare, conflicts, verdicts};

/// A policy for a mailbox of its own; every third one keeps another window of mail.
fn policies(count: usize) -> Vec<(String, Intent)> {
    let policy = |number: usize| {
        let intent = Intent {
            name: Some("Mail".to_owned()),
            host: Some("mail.contoso.example".to_owned()),
            user_name: Some(format!("user{number}")),
            email_address: Some(format!("user{number}@contoso.example")),
            mail_window_days: Some(if number.is_multiple_of(3) { 7 } else { 14 }),
            ..Intent::default()
        };
        (format!("policy {number}"), intent)
    };
    (0..count).map(policy).collect()
}

/// What management tells of one phone.
fn log(number: usize) -> Log {
    let payload = ObservedPayload {
        payload_type: Some("com.apple.eas.account".to_owned()),
        ..ObservedPayload::default()
    };
    let profile = ObservedProfile { payloads: Some(vec![payload]), ..ObservedProfile::default() };
    let account = ListedAccount {
        host: Some("mail.contoso.example".to_owned()),
        user: Some(format!("user{number}")),
        services: [(Service::Mail, true), (Service::Notes, number.is_multiple_of(2))].into(),
        ..ListedAccount::default()
    };
    let prompt =
        Prompted { kind: "password".to_owned(), in_force_before: false, answered: true, names: Vec::new() };
    let mut log = Log::default();
    for fact in [
        Fact::Installed { identifier: "mail".to_owned() },
        Fact::Prompt(prompt),
        Fact::Profiles { profiles: vec![profile] },
        Fact::ListedAccounts { accounts: vec![account], partial: false, removed: Vec::new() },
    ] {
        log.append(0, "mdm", fact).expect("room");
    }
    log
}

fn judge(policies: &[(String, Intent)], logs: &[Log]) -> (Summary, usize) {
    let facts = DeviceFacts {
        ios: OsVersion::new(17, 5, 0),
        supervised: false,
        identities: 0,
        variants: Variants::default(),
    };
    let terms = Terms::default();
    let mut summary = Summary::default();
    // One after another, as an agent judges devices: what one came to is not held while others are judged.
    for ((name, intent), log) in policies.iter().zip(logs) {
        let expectations = expectations(intent, &facts);
        let comparisons = compare(&expectations, log, &terms);
        let found = Summary::of(&verdicts(&[Judged {
            policy: name,
            expectations: Some(&expectations),
            not_applicable: None,
            stated: &[],
            comparisons: &comparisons,
        }]));
        summary.pass += found.pass;
        summary.fail += found.fail;
    }
    (summary, conflicts(policies.iter().map(|(name, intent)| (name.as_str(), intent))).len())
}

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("judge");
    group.sample_size(10);
    for count in [1_000, 10_000, 100_000] {
        let policies = policies(count);
        let logs: Vec<Log> = (0..count).map(log).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("policies", count), &count, |b, _| {
            b.iter_custom(|rounds| processor_time(rounds, || judge(black_box(&policies), black_box(&logs))));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
