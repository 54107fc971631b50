//! The S/MIME engine by itself; `cargo bench -p perf --bench smime`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use perf::{Floor, LARGE, MIDDLE, Primitive, SMALL, World, size_name, text};
use smime::cms::{self, EncryptOptions, EnvelopedWriter, KeyTransport, SignatureOptions, Verifier};
use smime::message::{self, OpenOptions, SignOptions};
use smime::mime::{Base64Decoder, Base64Encoder, canonicalise};
use smime::{BulkCipher, Certificate, DigestAlgorithm, Identity, Purpose, pkcs12, validate};
use std::hint::black_box;

const SIZES: [usize; 3] = [SMALL, MIDDLE, LARGE];

/// One group over all sizes; `prepare` gives what is timed.
fn sizes<'a>(c: &mut Criterion, name: &str, prepare: impl Fn(usize) -> Box<dyn FnMut() + 'a>) {
    let mut group = c.benchmark_group(name);
    for size in SIZES {
        group.throughput(Throughput::Bytes(size as u64));
        group.sample_size(if size == LARGE { 10 } else { 50 });
        let mut run = prepare(size);
        group.bench_function(BenchmarkId::from_parameter(size_name(size)), |b| b.iter(&mut run));
    }
    group.finish();
}

fn signatures(c: &mut Criterion) {
    let world = World::new();
    let options = SignatureOptions::default();
    for (name, who) in [("RSA-2048", &world.rsa), ("P-256", &world.p256)] {
        let detached = |data: &[u8]| {
            let mut signer = cms::DetachedSigner::new(&world.cx(), who, &options).expect("a signer");
            signer.update(data);
            signer.finish().expect("a signature")
        };
        sizes(c, &format!("sign detached {name}"), |size| {
            let data = text(size, "\r\n");
            Box::new(move || drop(black_box(detached(&data))))
        });
        sizes(c, &format!("sign opaque {name}"), |size| {
            let data = text(size, "\r\n");
            let options = &options;
            let cx = world.cx();
            Box::new(move || {
                drop(black_box(cms::sign_attached(&cx, &data, who, options).expect("a message")))
            })
        });
        sizes(c, &format!("verify with chain {name}"), |size| {
            let data = text(size, "\r\n");
            let signature = detached(&data);
            let world = &world;
            Box::new(move || {
                let cx = world.cx();
                let mut verifier = Verifier::new(&cx);
                verifier.update(&signature, &mut Vec::new()).expect("a message");
                let signed = verifier.finish().expect("a message");
                let mut digests = signed.detached(&cx);
                digests.update(&data);
                let digests = digests.finish();
                let reports = signed.reports(&cx, Some(&digests), &[], &world.trust, Purpose::EmailSigning);
                assert!(reports.iter().all(|report| report.signature.is_ok() && report.path.is_ok()));
            })
        });
    }
}

fn envelopes(c: &mut Criterion) {
    let world = World::new();
    let (cbc, gcm) = (BulkCipher::Aes256Cbc, BulkCipher::Aes256Gcm);
    let sha256 = DigestAlgorithm::Sha256;
    let (pkcs1, oaep) = (KeyTransport::Pkcs1, KeyTransport::Oaep { digest: sha256, mgf: sha256 });
    type Recipients<'a> = (&'a str, &'a Identity, usize, BulkCipher, KeyTransport);
    let recipients: [Recipients<'_>; 6] = [
        ("RSA x 1", &world.rsa, 1, cbc, pkcs1),
        ("RSA x 10", &world.rsa, 10, cbc, pkcs1),
        ("RSA-OAEP", &world.rsa, 1, cbc, oaep),
        ("ECDH", &world.agreement, 1, cbc, pkcs1),
        ("RSA, GCM", &world.rsa, 1, gcm, pkcs1),
        ("ECDH, GCM", &world.agreement, 1, gcm, pkcs1),
    ];
    for (name, who, count, cipher, transport) in recipients {
        let options = EncryptOptions { cipher, transport, ..EncryptOptions::default() };
        let to: Vec<Certificate> = vec![who.certificate.clone(); count];
        sizes(c, &format!("encrypt {name}"), |size| {
            let (data, to, cx, options) = (text(size, "\r\n"), to.clone(), world.cx(), options.clone());
            Box::new(move || drop(black_box(cms::encrypt(&cx, &data, &to, &options).expect("a message"))))
        });
        if count > 1 {
            continue;
        }
        for ber in [false, true] {
            sizes(c, &format!("decrypt {name} {}", if ber { "BER" } else { "DER" }), |size| {
                let (data, cx) = (text(size, "\r\n"), world.cx());
                let mut message = Vec::new();
                let length = (!ber).then_some(data.len() as u64);
                let mut writer =
                    EnvelopedWriter::new(&cx, &to, &options, length, &mut message).expect("a writer");
                writer.update(&data, &mut message).expect("a message");
                writer.finish(&mut message).expect("a message");
                Box::new(move || {
                    let opened = cms::decrypt(&cx, &message, std::slice::from_ref(who)).expect("a message");
                    assert!(opened.content.is_some());
                })
            });
        }
    }
}

fn messages(c: &mut Criterion) {
    let world = World::new();
    let to = [world.rsa.certificate.clone()];
    let encrypt = EncryptOptions::default();
    let sign = SignOptions {
        signing_time: Some(world.cx().now),
        boundary: "=_boundary".into(),
        ..SignOptions::default()
    };
    sizes(c, "wire text out, encrypted", |size| {
        let (data, cx) = (text(size, "\n"), world.cx());
        let (to, encrypt) = (&to, &encrypt);
        Box::new(move || drop(black_box(message::encrypt(&cx, &data, to, encrypt).expect("a message"))))
    });
    sizes(c, "wire text out, signed", |size| {
        let (data, cx) = (text(size, "\n"), world.cx());
        let (who, sign) = (&world.rsa, &sign);
        Box::new(move || drop(black_box(message::sign(&cx, &data, who, sign).expect("a message"))))
    });
    for signed in [false, true] {
        sizes(c, if signed { "wire text in, signed" } else { "wire text in, encrypted" }, |size| {
            let (data, cx, world) = (text(size, "\n"), world.cx(), &world);
            let message = if signed {
                message::sign(&cx, &data, &world.rsa, &sign).expect("a message")
            } else {
                message::encrypt(&cx, &data, &to, &encrypt).expect("a message")
            };
            let options = OpenOptions {
                identities: std::slice::from_ref(&world.rsa),
                trust: &world.trust,
                intermediates: &[],
                path: smime::PathOptions::default(),
                from: None,
                check_from: false,
            };
            Box::new(move || assert!(message::open(&cx, &message, &options).expect("a message").all_valid()))
        });
    }
}

fn texts(c: &mut Criterion) {
    sizes(c, "base64 encode", |size| {
        let (data, mut out) = (text(size, "\n"), Vec::new());
        Box::new(move || {
            out.clear();
            let mut encoder = Base64Encoder::new();
            encoder.update(&data, &mut out);
            encoder.finish(&mut out);
        })
    });
    sizes(c, "base64 decode", |size| {
        let (mut encoded, mut out) = (Vec::new(), Vec::new());
        let mut encoder = Base64Encoder::new();
        encoder.update(&text(size, "\n"), &mut encoded);
        encoder.finish(&mut encoded);
        Box::new(move || {
            out.clear();
            let mut decoder = Base64Decoder::new();
            decoder.update(&encoded, &mut out).expect("base64");
            decoder.finish(&mut out).expect("base64");
        })
    });
    sizes(c, "canonicalise", |size| {
        let data = text(size, "\n");
        Box::new(move || drop(black_box(canonicalise(&data))))
    });
}

fn certificates(c: &mut Criterion) {
    let world = World::new();
    let (file, password) = World::pkcs12();
    c.bench_function("PKCS#12 open", |b| {
        b.iter(|| pkcs12::open(&world.cx(), black_box(&file), Some(password)).expect("a file"));
    });
    let between = [world.issuing.clone()];
    c.bench_function("path validation", |b| {
        b.iter(|| {
            let leaf = black_box(&world.rsa.certificate);
            validate(&world.cx(), leaf, &between, &world.trust, Purpose::EmailSigning).expect("a path")
        });
    });
}

fn floors(c: &mut Criterion) {
    let world = World::new();
    type Make = fn(usize) -> Primitive;
    let by_size: [(&str, Make); 7] = [
        ("floor SHA-256", Primitive::Sha256),
        ("floor SHA-512", Primitive::Sha512),
        ("floor AES-256-CBC encrypt", |n| Primitive::Encrypt(BulkCipher::Aes256Cbc, n)),
        ("floor AES-256-CBC decrypt", |n| Primitive::Decrypt(BulkCipher::Aes256Cbc, n)),
        ("floor AES-256-GCM encrypt", |n| Primitive::Encrypt(BulkCipher::Aes256Gcm, n)),
        ("floor AES-256-GCM decrypt", |n| Primitive::Decrypt(BulkCipher::Aes256Gcm, n)),
        ("floor memcpy", Primitive::Copy),
    ];
    for (name, primitive) in by_size {
        sizes(c, name, |size| {
            let mut floor = Floor::new(&world, &[primitive(size)], false);
            Box::new(move || floor.run())
        });
    }
    for (name, primitive) in [
        ("floor RSA-2048 private", Primitive::RsaPrivate(1)),
        ("floor RSA-2048 public", Primitive::RsaVerify(1)),
        ("floor P-256 sign", Primitive::P256Sign(1)),
        ("floor P-256 verify", Primitive::P256Verify(1)),
        ("floor P-256 ephemeral ECDH", Primitive::AgreeEphemeral(1)),
        ("floor P-256 ECDH", Primitive::Agree(1)),
    ] {
        let mut floor = Floor::new(&world, &[primitive], false);
        c.bench_function(name, |b| b.iter(|| floor.run()));
    }
}

criterion_group!(benches, floors, signatures, envelopes, messages, texts, certificates);
criterion_main!(benches);
