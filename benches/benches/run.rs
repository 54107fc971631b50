//! Running cases: one of states alone, and one with PKCS#12, signing, encrypting and reading. The targets are 50,000 and
//! 150 a second on one core.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use perf::cases::{FULL, Measured, STATE};
use std::hint::black_box;

fn cases(c: &mut Criterion) {
    // Files are named from the workspace's root.
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::env::set_current_dir(root).expect("the workspace");
    let mut group = c.benchmark_group("run");
    group.throughput(Throughput::Elements(1));
    for (name, suite, shares) in [
        ("state case", STATE, true),
        ("state case, nothing shared", STATE, false),
        ("full case", FULL, false),
    ] {
        let measured = Measured::of(suite);
        let mut target = if shares { measured.target() } else { measured.target_apart() };
        group.bench_function(name, |b| b.iter(|| black_box(measured.run(&mut target))));
    }
    group.finish();
}

criterion_group!(benches, cases);
criterion_main!(benches);
