//! The operations that are compared, each with what it must at least take.

use crate::peer::{self, Output, Person, Stack, Store};
use perf::contest::Run;
use perf::{LARGE, MIDDLE, Primitive, World, size_name, text};
use smime::cms::{
    self, Decryptor, DetachedSigner, EncryptOptions, EnvelopedWriter, KeyAgreement, KeyTransport,
    SignatureOptions, SignedWriter, Verifier,
};
use smime::message::{self, OpenOptions};
use smime::mime::{Base64Decoder, Base64Encoder, Canonicaliser, Wrap};
use smime::{
    BulkCipher, Certificate, DigestAlgorithm, Identity, PublicKeyAlgorithm, Purpose, TrustStore, pkcs12,
    validate,
};
use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

/// The piece in which content is fed where it streams. Not 128 KiB: when pieces of exactly that length, which are not
/// whole blocks behind the header of a message, come from memory that is in no cache, GCM of aws-lc takes three times as
/// long on a Zen 5; no other length does that, and who reads a file into a buffer of that length never meets it.
const PIECE: usize = 160 << 10;

/// Ours and what the peer offers for the same; its fastest counts.
pub struct Pair<'a> {
    pub ours: Run<'a>,
    pub peers: Vec<Run<'a>>,
}

/// One operation at one size.
pub struct Cell<'a> {
    pub operation: &'static str,
    pub algorithm: String,
    pub size: usize,
    pub floor: Vec<Primitive>,
    /// Both make their result in fresh memory.
    pub memory: Pair<'a>,
    /// The peer throws its result away; ours still writes it, into memory that is used again.
    pub engine: Option<Pair<'a>>,
}

/// What all cells share.
pub struct Stage<'w> {
    pub world: &'w World,
    people: Vec<(&'static str, &'w Identity, Person)>,
    store: Store,
    nobody: TrustStore,
}

impl<'w> Stage<'w> {
    pub fn new(world: &'w World) -> Stage<'w> {
        let people = [
            ("RSA-2048", &world.rsa),
            ("RSA-4096", world.rsa4096()),
            ("P-256", &world.p256),
            ("ECDH P-256", &world.agreement),
        ];
        Stage {
            world,
            people: people.into_iter().map(|(name, who)| (name, who, Person::of(who))).collect(),
            store: Store::of(&world.root),
            nobody: TrustStore::new(),
        }
    }

    fn person(&self, name: &str) -> (&'w Identity, &Person) {
        let (_, identity, person) = self.people.iter().find(|(known, ..)| *known == name).expect("a person");
        (identity, person)
    }

    /// Hands the cells of one size over whose name and size contain a text, one after the other, because the largest
    /// would not fit beside one another.
    pub fn each<'s>(&'s self, size: usize, only: &str, mut run: impl FnMut(Cell<'s>)) {
        let wanted = |operation: &str, algorithm: &str| {
            format!("{operation} {algorithm} {}", size_name(size)).contains(only)
        };
        let sha256 = DigestAlgorithm::Sha256;
        for who in ["RSA-2048", "RSA-4096", "P-256"] {
            if wanted("sign detached", who) {
                run(self.sign(who, sha256, true, size));
            }
            if wanted("verify detached", who) {
                run(self.verify(who, sha256, false, size));
            }
        }
        for who in ["RSA-2048", "P-256"] {
            if wanted("sign opaque", who) {
                run(self.sign(who, sha256, false, size));
            }
            if wanted("verify detached, chain", who) {
                run(self.verify(who, sha256, true, size));
            }
        }
        for digest in [DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
            let name = algorithm_name("RSA-2048", digest);
            if !matches!(size, MIDDLE | LARGE) {
                continue;
            }
            if wanted("sign detached", &name) {
                run(self.sign("RSA-2048", digest, true, size));
            }
            if wanted("verify detached", &name) {
                run(self.verify("RSA-2048", digest, false, size));
            }
        }
        for cipher in [BulkCipher::Aes128Cbc, BulkCipher::Aes256Cbc, BulkCipher::Aes256Gcm] {
            let name = cipher_name(cipher);
            for (who, count) in [("RSA-2048", 1), ("RSA-2048", 10), ("ECDH P-256", 1), ("ECDH P-256", 10)] {
                if cipher == BulkCipher::Aes128Cbc && (who, count) != ("RSA-2048", 1) {
                    continue;
                }
                if wanted("encrypt", &format!("{count} x {who}, {name}")) {
                    self.encrypt(who, count, cipher, false, size).into_iter().for_each(&mut run);
                }
                if count == 1 && wanted("decrypt", &format!("{who}, {name}")) {
                    self.decrypt(who, cipher, false, false, size).into_iter().for_each(&mut run);
                }
            }
        }
        let (cbc, name) = (BulkCipher::Aes256Cbc, cipher_name(BulkCipher::Aes256Cbc));
        for count in [1, 10] {
            if wanted("encrypt", &format!("{count} x RSA-2048 OAEP, {name}")) {
                self.encrypt("RSA-2048", count, cbc, true, size).into_iter().for_each(&mut run);
            }
        }
        if wanted("decrypt", &format!("RSA-2048 OAEP, {name}")) {
            self.decrypt("RSA-2048", cbc, true, false, size).into_iter().for_each(&mut run);
        }
        if wanted("decrypt BER", &format!("RSA-2048, {name}")) {
            self.decrypt("RSA-2048", cbc, false, true, size).into_iter().for_each(&mut run);
        }
        let mut some = |cells: Vec<Cell<'s>>| {
            cells.into_iter().filter(|cell| wanted(cell.operation, &cell.algorithm)).for_each(&mut run);
        };
        for cipher in [cbc, BulkCipher::Aes256Gcm] {
            some(self.wire(cipher, size));
        }
        some(self.texts(size));
        if size == perf::SMALL {
            some(vec![self.pkcs12(), self.path()]);
        }
    }

    fn sign(&self, who: &str, digest: DigestAlgorithm, detached: bool, size: usize) -> Cell<'_> {
        let world = self.world;
        let (identity, person) = self.person(who);
        let data = Rc::new(text(size, "\r\n"));
        let options = SignatureOptions {
            digest,
            signing_time: Some(world.cx().now),
            include_chain: false,
            ..SignatureOptions::default()
        };
        let sign_ours = move |data: &[u8], out: &mut Vec<u8>, options: &SignatureOptions| {
            let cx = world.cx();
            if detached {
                let mut signer = DetachedSigner::new(&cx, identity, options).expect("a signer");
                signer.update(data);
                *out = signer.finish().expect("a signature");
                return;
            }
            let length = Some(data.len() as u64);
            let mut writer = SignedWriter::new(&cx, identity, options, length, out).expect("a signer");
            data.chunks(PIECE).for_each(|piece| writer.update(piece, out));
            writer.finish(out).expect("a signature");
        };
        let ours = |reuse: bool| -> Run<'_> {
            let (data, options) = (Rc::clone(&data), options.clone());
            let mut kept = Vec::new();
            Box::new(move || {
                kept.clear();
                if !reuse {
                    kept = Vec::with_capacity(if detached { 0 } else { data.len() + 8192 });
                }
                sign_ours(&data, &mut kept, &options);
                black_box(&kept);
            })
        };
        let peer = |output: Output| -> Run<'_> {
            let data = Rc::clone(&data);
            Box::new(move || match digest {
                DigestAlgorithm::Sha256 => drop(peer::sign(person, &data, detached, output, false)),
                digest => drop(peer::sign_with(person, &data, digest, false)),
            })
        };
        // What was made must be right.
        let mut made = Vec::new();
        sign_ours(&data, &mut made, &options);
        peer::verify(&made, detached.then_some(&**data), None, Output::None);
        let private = match who {
            "RSA-2048" => Primitive::RsaPrivate(1),
            "RSA-4096" => Primitive::Rsa4096Private(1),
            _ => Primitive::P256Sign(1),
        };
        let mut floor = vec![hash_floor(digest, size), private, hash_floor(digest, ATTRIBUTES)];
        if !detached {
            floor.push(Primitive::Copy(size));
        }
        let streamed = if detached { vec![] } else { vec![peer(Output::Streamed)] };
        Cell {
            operation: if detached { "sign detached" } else { "sign opaque" },
            algorithm: algorithm_name(who, digest),
            size,
            floor,
            memory: Pair { ours: ours(false), peers: [vec![peer(Output::Memory)], streamed].concat_runs() },
            engine: (!detached).then(|| Pair { ours: ours(true), peers: vec![peer(Output::None)] }),
        }
    }

    fn verify(&self, who: &str, digest: DigestAlgorithm, chain: bool, size: usize) -> Cell<'_> {
        let world = self.world;
        let (identity, person) = self.person(who);
        let data = Rc::new(text(size, "\r\n"));
        let message = if chain {
            let options = SignatureOptions::default();
            let cx = world.cx();
            let mut signer = DetachedSigner::new(&cx, identity, &options).expect("a signer");
            signer.update(&data);
            Rc::new(signer.finish().expect("a signature"))
        } else {
            Rc::new(peer::sign_with(person, &data, digest, true))
        };
        let trust = if chain { &world.trust } else { &self.nobody };
        let ours = |reuse: bool| -> Run<'_> {
            let (data, message) = (Rc::clone(&data), Rc::clone(&message));
            let mut kept = Vec::new();
            Box::new(move || {
                kept.clear();
                if !reuse {
                    kept = Vec::with_capacity(data.len());
                }
                let cx = world.cx();
                let mut verifier = Verifier::new(&cx);
                verifier.update(&message, &mut kept).expect("a message");
                let signed = verifier.finish().expect("a message");
                let mut digests = signed.detached(&cx);
                for piece in data.chunks(PIECE) {
                    digests.update_copying(piece, &mut kept);
                }
                let reports = signed.reports(&cx, Some(&digests.finish()), &[], trust, Purpose::EmailSigning);
                let report = reports.first().expect("a signer");
                assert!(report.signature.is_ok() && report.path.is_ok() == chain);
                black_box(&kept);
            })
        };
        let peer = |output: Output| -> Run<'_> {
            let (data, message) = (Rc::clone(&data), Rc::clone(&message));
            let store = chain.then_some(&self.store);
            Box::new(move || peer::verify(&message, Some(&data), store, output))
        };
        let public = match who {
            "RSA-2048" => Primitive::RsaVerify(1),
            "RSA-4096" => Primitive::Rsa4096Verify(1),
            _ => Primitive::P256Verify(1),
        };
        let attributes = hash_floor(digest, ATTRIBUTES);
        let mut floor = vec![hash_floor(digest, size), public, attributes, Primitive::Copy(size)];
        if chain {
            floor.extend(path_floor(&identity.certificate, &world.issuing));
        }
        Cell {
            operation: if chain { "verify detached, chain" } else { "verify detached" },
            algorithm: algorithm_name(who, digest),
            size,
            floor,
            memory: Pair { ours: ours(false), peers: vec![peer(Output::Memory)] },
            engine: Some(Pair { ours: ours(true), peers: vec![peer(Output::None)] }),
        }
    }

    fn encrypt(
        &self,
        who: &str,
        count: usize,
        cipher: BulkCipher,
        oaep: bool,
        size: usize,
    ) -> Option<Cell<'_>> {
        let world = self.world;
        let (identity, person) = self.person(who);
        let (digest, mgf) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha256);
        let transport = if oaep { KeyTransport::Oaep { digest, mgf } } else { KeyTransport::Pkcs1 };
        // What the peer does by default: the hash is SHA-1, the key that wraps as long as the content's.
        let wrap_bits = if cipher == BulkCipher::Aes128Cbc { 128 } else { 256 };
        let agreement = KeyAgreement { digest: DigestAlgorithm::Sha1, wrap_bits };
        let options = Rc::new(EncryptOptions { cipher, transport, agreement, ..EncryptOptions::default() });
        let data = Rc::new(text(size, "\r\n"));
        let recipients: Rc<Vec<Certificate>> = Rc::new(vec![identity.certificate.clone(); count]);
        let stack = Rc::new(Stack::of(&recipients.iter().collect::<Vec<_>>()));
        let made = match cms::encrypt(&world.cx(), &data, &recipients, &options) {
            Ok(made) => made,
            Err(error) => {
                eprintln!("SKIPPED: encrypt {who} with {cipher:?}: {error}");
                return None;
            }
        };
        assert!(peer::decrypt(&made, person, Output::Memory, true) == **data);
        let ours = |reuse: bool| -> Run<'_> {
            let (data, recipients, options) = (Rc::clone(&data), Rc::clone(&recipients), Rc::clone(&options));
            let mut kept = Vec::new();
            Box::new(move || {
                let cx = world.cx();
                if !reuse {
                    black_box(cms::encrypt(&cx, &data, &recipients, &options).expect("a message"));
                    return;
                }
                kept.clear();
                let length = Some(data.len() as u64);
                let mut writer =
                    EnvelopedWriter::new(&cx, &recipients, &options, length, &mut kept).expect("a writer");
                for piece in data.chunks(PIECE) {
                    writer.update(piece, &mut kept).expect("a message");
                }
                writer.finish(&mut kept).expect("a message");
                black_box(&kept);
            })
        };
        let peer = |output: Output| -> Run<'_> {
            let (data, stack) = (Rc::clone(&data), Rc::clone(&stack));
            Box::new(move || drop(peer::encrypt(&stack, &data, cipher, oaep, output, false)))
        };
        Some(Cell {
            operation: "encrypt",
            algorithm: format!("{count} x {who}{}, {}", if oaep { " OAEP" } else { "" }, cipher_name(cipher)),
            size,
            floor: [encryption_floor(cipher, size), recipients_floor(who, count, oaep)].concat(),
            memory: Pair { ours: ours(false), peers: vec![peer(Output::Memory), peer(Output::Streamed)] },
            engine: Some(Pair { ours: ours(true), peers: vec![peer(Output::None)] }),
        })
    }

    fn decrypt(&self, who: &str, cipher: BulkCipher, oaep: bool, ber: bool, size: usize) -> Option<Cell<'_>> {
        let world = self.world;
        let (identity, person) = self.person(who);
        let data = text(size, "\r\n");
        let stack = Stack::of(&[&identity.certificate]);
        let output = if ber { Output::Streamed } else { Output::Memory };
        let message = Rc::new(peer::encrypt(&stack, &data, cipher, oaep, output, true));
        let identities = Rc::new(vec![identity.clone()]);
        match cms::decrypt(&world.cx(), &message, &identities) {
            Ok(opened) if opened.content.as_deref() == Some(&data) => {}
            other => {
                eprintln!("SKIPPED: decrypt {who} with {cipher:?}: {:?}", other.map(|d| d.opened_by));
                return None;
            }
        }
        let ours = |reuse: bool| -> Run<'_> {
            let (message, identities) = (Rc::clone(&message), Rc::clone(&identities));
            let mut held = Vec::new();
            Box::new(move || {
                let cx = world.cx();
                if !reuse {
                    let opened = cms::decrypt(&cx, &message, &identities).expect("a message");
                    assert!(black_box(opened).content.is_some());
                    return;
                }
                held.clear();
                let mut decryptor = Decryptor::new(&cx, &identities);
                for piece in message.chunks(PIECE) {
                    decryptor.update(piece, &mut held).expect("a message");
                }
                assert!(decryptor.finish(&mut held).expect("a message").opened_by.is_ok());
                black_box(&held);
            })
        };
        let peer = |output: Output| -> Run<'_> {
            let message = Rc::clone(&message);
            Box::new(move || drop(peer::decrypt(&message, person, output, false)))
        };
        Some(Cell {
            operation: if ber { "decrypt BER" } else { "decrypt" },
            algorithm: format!("{who}{}, {}", if oaep { " OAEP" } else { "" }, cipher_name(cipher)),
            size,
            floor: match who {
                // Of OAEP the private operation alone is counted.
                "RSA-2048" if oaep => vec![Primitive::Decrypt(cipher, size), Primitive::RsaPrivate(1)],
                // What stands in for a key that does not decrypt is drawn first (RFC 3218).
                "RSA-2048" => {
                    vec![Primitive::Decrypt(cipher, size), Primitive::RsaDecrypt(1), Primitive::Random(32)]
                }
                _ => [
                    vec![Primitive::Decrypt(cipher, size), Primitive::Agree(1)],
                    derivation_floor(1),
                    vec![Primitive::Unwrap(1)],
                ]
                .concat(),
            },
            memory: Pair { ours: ours(false), peers: vec![peer(Output::Memory)] },
            engine: Some(Pair { ours: ours(true), peers: vec![peer(Output::None)] }),
        })
    }

    fn wire(&self, cipher: BulkCipher, size: usize) -> Vec<Cell<'_>> {
        let world = self.world;
        let (identity, person) = self.person("RSA-2048");
        let options = EncryptOptions { cipher, ..EncryptOptions::default() };
        let data = Rc::new(text(size, "\n"));
        let recipients = vec![identity.certificate.clone()];
        let stack = Stack::of(&[&identity.certificate]);
        if let Err(error) = message::encrypt(&world.cx(), &data, &recipients, &options) {
            eprintln!("SKIPPED: wire text with {cipher:?}: {error}");
            return Vec::new();
        }
        let incoming = peer::wire_out(&stack, &data, cipher, true);
        let identities = vec![identity.clone()];
        let open = move |message: &[u8]| {
            let options = OpenOptions {
                identities: &identities,
                trust: &world.trust,
                intermediates: &[],
                path: smime::PathOptions::default(),
                from: None,
                check_from: false,
            };
            let opened = message::open(&world.cx(), message, &options).expect("a message");
            assert!(opened.content.is_some());
            black_box(&opened);
        };
        let (incoming, outgoing) = (Rc::new(incoming), Rc::clone(&data));
        let arriving = Rc::clone(&incoming);
        vec![
            Cell {
                operation: "wire text out",
                algorithm: format!("RSA-2048, {}", cipher_name(cipher)),
                size,
                floor: [
                    encryption_floor(cipher, size),
                    recipients_floor("RSA-2048", 1, false),
                    vec![Primitive::Copy(size), Primitive::Copy(size + size / 3)],
                ]
                .concat(),
                memory: Pair {
                    ours: Box::new(move || {
                        black_box(
                            message::encrypt(&world.cx(), &outgoing, &recipients, &options)
                                .expect("a message"),
                        );
                    }),
                    peers: vec![Box::new(move || drop(peer::wire_out(&stack, &data, cipher, false)))],
                },
                engine: None,
            },
            Cell {
                operation: "wire text in",
                algorithm: format!("RSA-2048, {}", cipher_name(cipher)),
                size,
                floor: vec![
                    Primitive::Decrypt(cipher, size),
                    Primitive::RsaDecrypt(1),
                    Primitive::Random(32),
                    Primitive::Copy(size),
                ],
                memory: Pair {
                    ours: Box::new(move || open(&arriving)),
                    peers: vec![Box::new(move || peer::wire_in(&incoming, person))],
                },
                engine: None,
            },
        ]
    }

    /// Base64 and line ends, streamed: what is made goes nowhere on both sides, ours through a small buffer that is
    /// used again for every piece, as is the peer's when base64 is read.
    fn texts(&self, size: usize) -> Vec<Cell<'_>> {
        let octets = Rc::new(text(size, "\n"));
        let mut encoded = Vec::new();
        let mut encoder = Base64Encoder::wrapped(Wrap::Pem);
        encoder.update(&octets, &mut encoded);
        encoder.finish(&mut encoded);
        let encoded = Rc::new(encoded);
        let mut cells = Vec::new();
        let mut add = |operation, algorithm: &str, ours: Run<'static>, peer: Run<'static>| {
            cells.push(Cell {
                operation,
                algorithm: algorithm.to_owned(),
                size,
                floor: vec![Primitive::Copy(size)],
                memory: Pair { ours, peers: vec![peer] },
                engine: None,
            });
        };
        for (name, wrap) in [("76 CRLF", Wrap::Mime), ("64 LF", Wrap::Pem)] {
            let (mine, theirs) = (Rc::clone(&octets), Rc::clone(&octets));
            let mut out = Vec::new();
            add(
                "base64 encode",
                name,
                Box::new(move || {
                    let mut encoder = Base64Encoder::wrapped(wrap);
                    for piece in mine.chunks(PIECE) {
                        out.clear();
                        encoder.update(piece, &mut out);
                        black_box(&out);
                    }
                    encoder.finish(&mut out);
                }),
                Box::new(move || peer::base64_encode(&theirs, Output::None)),
            );
        }
        let (mine, theirs) = (Rc::clone(&encoded), encoded);
        let (mut out, room) = (Vec::new(), RefCell::new(vec![0; PIECE]));
        add(
            "base64 decode",
            "64 LF",
            Box::new(move || {
                let (mut decoder, mut len) = (Base64Decoder::new(), 0);
                for piece in mine.chunks(PIECE) {
                    out.clear();
                    decoder.update(piece, &mut out).expect("base64");
                    len += out.len();
                }
                out.clear();
                decoder.finish(&mut out).expect("base64");
                assert_eq!(len + out.len(), size);
            }),
            Box::new(move || assert_eq!(peer::base64_decode(&theirs, &mut room.borrow_mut()), size)),
        );
        let (mine, theirs) = (Rc::clone(&octets), octets);
        let mut out = Vec::new();
        add(
            "canonicalise",
            "LF to CRLF",
            Box::new(move || {
                let mut canonicaliser = Canonicaliser::new();
                for piece in mine.chunks(PIECE) {
                    out.clear();
                    canonicaliser.update(piece, &mut out);
                    black_box(&out);
                }
            }),
            Box::new(move || peer::canonicalise(&theirs, Output::None)),
        );
        cells
    }

    fn pkcs12(&self) -> Cell<'_> {
        let (file, password) = World::pkcs12();
        let file = Rc::new(file);
        let (mine, theirs, world) = (Rc::clone(&file), file, self.world);
        Cell {
            operation: "PKCS#12 open",
            algorithm: "PBES2 2048".into(),
            size: theirs.len(),
            floor: Vec::new(),
            memory: Pair {
                ours: Box::new(move || {
                    black_box(pkcs12::open(&world.cx(), &mine, Some(password)).expect("a file"));
                }),
                peers: vec![Box::new(move || peer::pkcs12(&theirs, password))],
            },
            engine: None,
        }
    }

    fn path(&self) -> Cell<'_> {
        let world = self.world;
        let leaf = &world.rsa.certificate;
        assert!(matches!(leaf.public_key_algorithm(), Ok(PublicKeyAlgorithm::Rsa { .. })));
        Cell {
            operation: "path validation",
            algorithm: "3 x RSA-2048".into(),
            size: leaf.der().len() + world.issuing.der().len(),
            floor: path_floor(leaf, &world.issuing),
            memory: Pair {
                ours: Box::new(move || {
                    let leaf = Certificate::from_der(leaf.der()).expect("a certificate");
                    let between = [Certificate::from_der(world.issuing.der()).expect("a certificate")];
                    let path = validate(&world.cx(), &leaf, &between, &world.trust, Purpose::EmailSigning);
                    black_box(path.expect("a path"));
                }),
                peers: vec![Box::new(move || peer::path(leaf, &[&world.issuing], &self.store))],
            },
            engine: None,
        }
    }
}

impl Cell<'_> {
    /// Whether the conservative figure counts (from 10 MiB up).
    pub fn is_conservative(&self) -> bool {
        self.size >= LARGE && self.engine.is_some()
    }
}

/// How many octets of signed attributes are hashed: contentType, messageDigest, signingTime and SMIMECapabilities.
const ATTRIBUTES: usize = 208;

/// The key, and the digest where it is not SHA-256.
fn algorithm_name(who: &str, digest: DigestAlgorithm) -> String {
    match digest {
        DigestAlgorithm::Sha384 => format!("{who}, SHA-384"),
        DigestAlgorithm::Sha512 => format!("{who}, SHA-512"),
        _ => who.to_owned(),
    }
}

/// SHA-384 is SHA-512 from another start, cut.
fn hash_floor(digest: DigestAlgorithm, size: usize) -> Primitive {
    match digest {
        DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => Primitive::Sha512(size),
        _ => Primitive::Sha256(size),
    }
}

/// What a path of two signatures below a root takes: each certificate is hashed.
fn path_floor(leaf: &Certificate, issuer: &Certificate) -> Vec<Primitive> {
    let hash = |certificate: &Certificate| Primitive::Sha256(certificate.tbs_der().len());
    vec![Primitive::RsaVerify(2), hash(leaf), hash(issuer)]
}

/// The cipher, with a key and a vector that are drawn for it.
fn encryption_floor(cipher: BulkCipher, size: usize) -> Vec<Primitive> {
    vec![Primitive::Encrypt(cipher, size), Primitive::Random(32), Primitive::Random(12)]
}

/// Encrypting the content key to recipients.
fn recipients_floor(who: &str, count: usize, oaep: bool) -> Vec<Primitive> {
    match who {
        "RSA-2048" if oaep => vec![Primitive::RsaOaepEncrypt(count)],
        "RSA-2048" => vec![Primitive::RsaEncrypt(count)],
        _ => {
            [vec![Primitive::AgreeEphemeral(count), Primitive::Wrap(count)], derivation_floor(count)].concat()
        }
    }
}

/// Deriving keys of 256 bits with SHA-1 (RFC 5753, 7.2): two hashes over the secret, a counter and the key's name.
fn derivation_floor(count: usize) -> Vec<Primitive> {
    vec![Primitive::Sha1(64); 2 * count]
}

trait Concat<'a> {
    fn concat_runs(self) -> Vec<Run<'a>>;
}

impl<'a> Concat<'a> for [Vec<Run<'a>>; 2] {
    fn concat_runs(self) -> Vec<Run<'a>> {
        self.into_iter().flatten().collect()
    }
}

fn cipher_name(cipher: BulkCipher) -> &'static str {
    match cipher {
        BulkCipher::Aes128Cbc => "AES-128-CBC",
        BulkCipher::Aes256Cbc => "AES-256-CBC",
        BulkCipher::Aes128Gcm => "AES-128-GCM",
        BulkCipher::Aes256Gcm => "AES-256-GCM",
        _ => "another cipher",
    }
}
