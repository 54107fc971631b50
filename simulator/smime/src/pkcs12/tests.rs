//! Files made with the reproducible provider, whole and damaged.

use super::*;
use crate::asn1::{OCTET_STRING, context, integer, oid, sequence, tlv};
use crate::fake::FakeCrypto;
use crate::{
    BulkCipher, Context, Curve, DigestAlgorithm, Identity, IssueRequest, ObjectIdentifier,
    PublicKeyAlgorithm, Timestamp, TlvError, generate_identity,
};

const NOW: Timestamp = Timestamp(1_750_000_000_000);

struct World {
    crypto: FakeCrypto,
}

impl World {
    fn new() -> Self {
        World { crypto: FakeCrypto::new(11) }
    }

    fn cx(&self) -> Context<'_> {
        Context { now: NOW, crypto: &self.crypto }
    }

    /// A leaf with the certificates of its CA and of the root.
    fn identity(&self, name: &str) -> Identity {
        let validity = (Timestamp(NOW.0 - 1000), Timestamp(NOW.0 + 1000));
        let make = |issuer: Option<&Identity>, request: &IssueRequest| {
            generate_identity(&self.cx(), issuer, PublicKeyAlgorithm::Ec(Curve::P256), request).unwrap()
        };
        let root = make(None, &IssueRequest::authority("Root", 1, validity));
        let ca = make(Some(&root), &IssueRequest::authority("CA", 2, validity));
        let mut leaf = make(Some(&ca), &IssueRequest::mail(name, &["a@example.com"], 3, validity));
        leaf.chain.push(root.certificate);
        leaf
    }

    fn write(&self, identities: &[Identity], password: Option<&str>, options: &WriteOptions) -> Vec<u8> {
        write(&self.cx(), identities, password, options).unwrap()
    }
}

fn legacy() -> WriteOptions {
    WriteOptions { protection: WriteProtection::Legacy, ..WriteOptions::default() }
}

#[test]
fn what_is_written_is_read() {
    let w = World::new();
    let (ann, bob) = (w.identity("Ann"), w.identity("Bob"));
    let friendly_names = vec!["Ann's ключ 🔑".to_owned()];
    for options in [
        WriteOptions { friendly_names: friendly_names.clone(), ..legacy() },
        WriteOptions { friendly_names: friendly_names.clone(), ..WriteOptions::default() },
        WriteOptions { friendly_names, protection: WriteProtection::Pbmac1, ..WriteOptions::default() },
    ] {
        let file = w.write(&[ann.clone(), bob.clone()], Some("pässword"), &options);
        let read = open(&w.cx(), &file, Some("pässword")).unwrap();
        assert_eq!(read.identities, [ann.clone(), bob.clone()]);
        assert_eq!(read.friendly_names, [Some("Ann's ключ 🔑".to_owned()), None]);
        assert_eq!(read.certificates.len(), 4);
        assert_eq!(read.keys_without_certificate, 0);
        for wrong in [None, Some(""), Some("password")] {
            assert_eq!(open(&w.cx(), &file, wrong), Err(Pkcs12Error::WrongPassword));
        }
    }
}

#[test]
fn the_algorithms_are_told() {
    let w = World::new();
    let ann = [w.identity("Ann")];
    let read = open(&w.cx(), &w.write(&ann, Some("x"), &WriteOptions::default()), Some("x")).unwrap();
    let pbes2 = ProtectionAlgorithm::Pbes2 { prf: DigestAlgorithm::Sha256, cipher: BulkCipher::Aes256Cbc };
    let told: Vec<_> = read.algorithms.iter().map(|p| (p.part, p.algorithm, p.iterations)).collect();
    let hmac = ProtectionAlgorithm::Hmac(DigestAlgorithm::Sha256);
    let wanted = [
        (ProtectedPart::Integrity, hmac, 2048),
        (ProtectedPart::Contents, pbes2, 2048),
        (ProtectedPart::Key, pbes2, 2048),
    ];
    assert_eq!(told, wanted);
    assert_eq!(pbes2.to_string(), "PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC");
    assert!(!pbes2.is_legacy());
    let read = open(&w.cx(), &w.write(&ann, Some("x"), &legacy()), Some("x")).unwrap();
    assert!(read.algorithms.iter().all(|p| p.algorithm.is_legacy()));
    assert_eq!(read.algorithms[1].algorithm.to_string(), "pbeWithSHAAnd3-KeyTripleDES-CBC");
}

#[test]
fn no_password_is_the_empty_one() {
    let w = World::new();
    let ann = [w.identity("Ann")];
    for options in [legacy(), WriteOptions::default()] {
        for written in [None, Some("")] {
            let file = w.write(&ann, written, &options);
            for given in [None, Some("")] {
                assert_eq!(open(&w.cx(), &file, given).unwrap().identities, ann);
            }
        }
    }
}

#[test]
fn a_changed_octet_is_seen_and_truncation_does_not_panic() {
    let w = World::new();
    let options = WriteOptions { iterations: 1, ..legacy() };
    let file = w.write(&[w.identity("Ann")], Some("x"), &options);
    let original = open(&w.cx(), &file, Some("x"));
    assert!(original.is_ok());
    for i in 0..file.len() {
        assert!(open(&w.cx(), &file[..i], Some("x")).is_err());
        let mut changed = file.clone();
        changed[i] ^= 0x04;
        // the parameters of the integrity code's own hash are the one thing that it does not cover
        let read = open(&w.cx(), &changed, Some("x"));
        assert!(read.is_err() || read == original, "octet {i}");
    }
    let mut longer = file;
    longer.push(0);
    assert!(matches!(open(&w.cx(), &longer, Some("x")), Err(Pkcs12Error::Malformed { .. })));
}

/// Encodes every constructed element with an indefinite length and every longer octet string in pieces, except
/// below an octet string, whose contents are signed or hashed.
fn to_ber(der: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut r = crate::asn1::Reader::der(der);
    while let Some(e) = r.next().unwrap() {
        if e.tag & 0x20 != 0 {
            out.extend([e.tag, 0x80]);
            out.extend(to_ber(e.content));
            out.extend([0, 0]);
        } else if (e.tag == OCTET_STRING || e.tag == 0x80) && e.content.len() > 40 {
            out.extend([e.tag | 0x20, 0x80]);
            for piece in e.content.chunks(33) {
                out.extend(tlv(OCTET_STRING, &[piece]));
            }
            out.extend([0, 0]);
        } else {
            out.extend(e.raw);
        }
    }
    out
}

fn data(content: &[u8]) -> Vec<u8> {
    content_info("1.2.840.113549.1.7.1", &tlv(OCTET_STRING, &[content]))
}

fn content_info(kind: &str, content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(&ObjectIdentifier::new_unwrap(kind)), &tlv(context(0), &[content])])
}

fn pfx(safes: &[&[u8]]) -> Vec<u8> {
    sequence(&[&integer(&[3]), &data(&sequence(safes))])
}

fn bag(kind: u8, value: &[u8]) -> Vec<u8> {
    let kind = ObjectIdentifier::new(&format!("1.2.840.113549.1.12.10.1.{kind}")).unwrap();
    sequence(&[&oid(&kind), &tlv(context(0), &[value])])
}

fn certificate_bag(identity: &Identity) -> Vec<u8> {
    let x509 = oid(&ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1"));
    let content = tlv(context(0), &[&tlv(OCTET_STRING, &[identity.certificate.der()])]);
    bag(3, &sequence(&[&x509, &content]))
}

fn key_bag(identity: &Identity) -> Vec<u8> {
    bag(1, identity.key.pkcs8())
}

#[test]
fn ber_is_read() {
    let w = World::new();
    let ann = w.identity("Ann");
    // the reader must see BER at both levels: the file, and what its octet strings hold
    let der = w.write(std::slice::from_ref(&ann), Some("x"), &WriteOptions::default());
    let file = to_ber(&der);
    assert_ne!(file, der);
    assert_eq!(open(&w.cx(), &file, Some("x")).unwrap().identities, std::slice::from_ref(&ann));
    let inside = to_ber(&sequence(&[&certificate_bag(&ann)]));
    let file = to_ber(&pfx(&[&data(&inside), &data(&sequence(&[&key_bag(&ann)]))]));
    assert_eq!(open(&w.cx(), &file, None).unwrap().identities[0].key, ann.key);
}

#[test]
fn unprotected_files_and_files_without_identity() {
    let w = World::new();
    let (ann, bob) = (w.identity("Ann"), w.identity("Bob"));
    let file = |bags: &[&[u8]]| pfx(&[&data(&sequence(bags))]);
    let both = open(&w.cx(), &file(&[&certificate_bag(&ann), &key_bag(&ann), &key_bag(&bob)]), None).unwrap();
    assert_eq!(both.identities[0].certificate, ann.certificate);
    assert_eq!(both.keys_without_certificate, 1);
    assert!(both.algorithms.iter().all(|p| p.algorithm == ProtectionAlgorithm::None));
    let strangers = file(&[&certificate_bag(&ann), &key_bag(&bob)]);
    assert_eq!(open(&w.cx(), &strangers, None), Err(Pkcs12Error::NoIdentity { keys: 1, certificates: 1 }));
    let all = open_any(&w.cx(), &strangers, None).unwrap();
    assert_eq!((all.identities.len(), all.keys_without_certificate), (0, 1));
    assert_eq!(all.lone_keys, std::slice::from_ref(&bob.key));
    assert_eq!(all.certificates, std::slice::from_ref(&ann.certificate));
    assert_eq!(all.certificate_names, [None]);
    let empty = file(&[]);
    assert_eq!(open(&w.cx(), &empty, None), Err(Pkcs12Error::NoIdentity { keys: 0, certificates: 0 }));
    assert!(open_any(&w.cx(), &empty, None).unwrap().certificates.is_empty());
}

#[test]
fn what_is_not_supported_is_named() {
    let w = World::new();
    let enveloped = "1.2.840.113549.1.7.3";
    let file = pfx(&[&content_info(enveloped, &sequence(&[]))]);
    let oid = ObjectIdentifier::new_unwrap(enveloped);
    assert_eq!(open(&w.cx(), &file, None), Err(Pkcs12Error::Unsupported { oid }));
    let signed = content_info("1.2.840.113549.1.7.2", &sequence(&[]));
    let file = sequence(&[&integer(&[3]), &signed]);
    assert!(matches!(open(&w.cx(), &file, None), Err(Pkcs12Error::Unsupported { .. })));
    let outside = outline(&file).unwrap();
    assert!(outside.protections.is_empty());
    assert_eq!(outside.unsupported[0].1.to_string(), "1.2.840.113549.1.7.2");
}

#[test]
fn the_outline_goes_on_behind_what_is_not_supported() {
    let w = World::new();
    let md2 = "1.2.840.113549.1.5.1";
    let parameters = sequence(&[&tlv(OCTET_STRING, &[&[7; 8]]), &integer(&[3])]);
    let identifier = sequence(&[&oid(&ObjectIdentifier::new_unwrap(md2)), &parameters]);
    let key = bag(2, &sequence(&[&identifier, &tlv(OCTET_STRING, &[&[9; 16]])]));
    let certificate = certificate_bag(&w.identity("Ann"));
    let file = pfx(&[
        &content_info("1.2.840.113549.1.7.3", &sequence(&[])),
        &data(&sequence(&[&key, &certificate])),
    ]);
    let outside = outline(&file).unwrap();
    assert_eq!((outside.keys, outside.certificates, outside.protections.len()), (1, 1, 1));
    let unsupported = outside.unsupported.iter().map(|(part, oid)| (*part, oid.to_string()));
    assert_eq!(
        unsupported.collect::<Vec<_>>(),
        [(ProtectedPart::Contents, "1.2.840.113549.1.7.3".into()), (ProtectedPart::Key, md2.into())]
    );
    assert_eq!(fault(&file), None);
    let file = pfx(&[&data(&sequence(&[&key]))]);
    let error = open(&w.cx(), &file, None).unwrap_err();
    assert_eq!(error.to_string(), format!("pbeWithMD2AndDES-CBC ({md2}) is not supported"));
}

#[test]
fn sizes_and_counts_are_bounded() {
    let w = World::new();
    let ann = w.identity("Ann");
    let at = vec![0; MAX_PKCS12_SIZE];
    assert!(matches!(open(&w.cx(), &at, None), Err(Pkcs12Error::Malformed { .. })));
    let over = vec![0; MAX_PKCS12_SIZE + 1];
    let (size, limit) = (MAX_PKCS12_SIZE + 1, MAX_PKCS12_SIZE);
    assert_eq!(open(&w.cx(), &over, None), Err(Pkcs12Error::TooLarge { size, limit }));

    // the group, the certificate and the key count as well
    let many = |n: usize| {
        let (certificate, key, other) = (certificate_bag(&ann), key_bag(&ann), bag(5, &sequence(&[])));
        let mut bags = vec![certificate.as_slice(), &key];
        bags.resize(n - 1, &other);
        open(&w.cx(), &pfx(&[&data(&sequence(&bags))]), None)
    };
    assert!(many(MAX_BAGS).is_ok());
    assert_eq!(many(MAX_BAGS + 1), Err(Pkcs12Error::TooManyBags { limit: MAX_BAGS }));

    let nested = |depth: u8| {
        let mut list = sequence(&[&certificate_bag(&ann), &key_bag(&ann)]);
        for _ in 0..depth {
            list = sequence(&[&bag(6, &list)]);
        }
        open(&w.cx(), &pfx(&[&data(&list)]), None)
    };
    assert!(nested(MAX_NESTED_BAGS).is_ok());
    assert!(matches!(nested(MAX_NESTED_BAGS + 1), Err(Pkcs12Error::TooManyBags { .. })));
}

#[test]
fn no_file_is_written_that_could_not_be_read() {
    let w = World::new();
    let validity = (Timestamp(NOW.0 - 1000), Timestamp(NOW.0 + 1000));
    let key = PublicKeyAlgorithm::Ec(Curve::P256);
    let ann =
        generate_identity(&w.cx(), None, key, &IssueRequest::mail("Ann", &["a@b"], 1, validity)).unwrap();
    let other = |i: usize| {
        let request = IssueRequest::authority("Other", i as u64 + 2, validity);
        crate::issue_self_signed(&w.cx(), &ann.key, &request).unwrap()
    };
    let all: Vec<_> = (0..MAX_BAGS).map(other).collect();
    let write = |n: usize| {
        let options =
            WriteOptions { certificates: all[..n].to_vec(), iterations: 1, ..WriteOptions::default() };
        write(&w.cx(), std::slice::from_ref(&ann), Some("x"), &options)
    };
    // the two groups, the key and its certificate count as well
    let most = MAX_BAGS - 4;
    let read = open(&w.cx(), &write(most).unwrap(), Some("x")).unwrap();
    assert_eq!(read.certificates, all[..most]);
    assert_eq!(write(most + 1), Err(Pkcs12Error::TooManyBags { limit: MAX_BAGS }));
}

#[test]
fn iterations_are_bounded() {
    let w = World::new();
    let ann = [w.identity("Ann")];
    let over = WriteOptions { iterations: MAX_ITERATIONS + 1, ..WriteOptions::default() };
    let (found, limit) = (u64::from(MAX_ITERATIONS) + 1, u64::from(MAX_ITERATIONS));
    let e = Pkcs12Error::TooManyIterations { found, limit };
    assert_eq!(write(&w.cx(), &ann, Some("x"), &over), Err(e.clone()));
    // a file that asks for more is refused before the work is done
    let file = w.write(&ann, Some("x"), &WriteOptions { iterations: 0x0001_0203, ..WriteOptions::default() });
    let patch = |from: &[u8], to: &[u8]| {
        let mut file = file.clone();
        // the integrity code comes last and is checked first
        let at = file.windows(from.len()).rposition(|b| b == from).unwrap();
        file[at..at + to.len()].copy_from_slice(to);
        open(&w.cx(), &file, Some("x"))
    };
    let asked = (MAX_ITERATIONS + 1).to_be_bytes();
    assert_eq!(patch(&[2, 3, 1, 2, 3], &[2, 3, asked[1], asked[2], asked[3]]), Err(e));
    assert_eq!(patch(&[2, 3, 1, 2, 3], &[2, 3, 0, 0, 0]), Err(Pkcs12Error::Malformed { what: "macData" }));
}

#[test]
fn without_integrity_code_noise_is_a_wrong_password() {
    let w = World::new();
    let ann = [w.identity("Ann")];
    let whole = w.write(&ann, Some("x"), &WriteOptions::default());
    let mut r = crate::asn1::Reader::der(&whole).any().unwrap().reader();
    let (version, contents) = (r.any().unwrap().raw, r.any().unwrap().raw);
    let file = sequence(&[version, contents]);
    assert_eq!(open(&w.cx(), &file, Some("x")).unwrap().identities, ann);
    for wrong in 0..600 {
        let wrong = wrong.to_string();
        assert_eq!(open(&w.cx(), &file, Some(&wrong)), Err(Pkcs12Error::WrongPassword));
    }
}

#[test]
fn pbmac1_is_verified() {
    let w = World::new();
    let ann = w.identity("Ann");
    let contents = sequence(&[&data(&sequence(&[&certificate_bag(&ann), &key_bag(&ann)]))]);
    let oid = |text: &str| oid(&ObjectIdentifier::new_unwrap(text));
    let hmac_sha512 = sequence(&[&oid("1.2.840.113549.2.11"), &[5, 0]]);
    let hmac_sha256 = sequence(&[&oid("1.2.840.113549.2.9"), &[5, 0]]);
    let file = |key_len: &[u8], password: &str| {
        let salt = tlv(OCTET_STRING, &[&[7; 8]]);
        let parameters = sequence(&[&salt, &integer(&[8, 0]), key_len, &hmac_sha256]);
        let kdf = sequence(&[&oid("1.2.840.113549.1.5.12"), &parameters]);
        let parameters = sequence(&[&kdf, &hmac_sha512]);
        let mut key = vec![0; 32];
        let crypto: &dyn crate::CryptoProvider = &w.crypto;
        crypto.pbkdf2(DigestAlgorithm::Sha256, password.as_bytes(), &[7; 8], 2048, &mut key).unwrap();
        let value = crypto.hmac(DigestAlgorithm::Sha512, &key, &[&contents]);
        let info = sequence(&[
            &sequence(&[&oid("1.2.840.113549.1.5.14"), &parameters]),
            &tlv(OCTET_STRING, &[&value]),
        ]);
        // the salt and count outside are not used (RFC 9579, 5)
        let mac = sequence(&[&info, &tlv(OCTET_STRING, &[b"NOT USED"]), &integer(&[1])]);
        sequence(&[&integer(&[3]), &data(&contents), &mac])
    };
    let good = file(&integer(&[32]), "x");
    let read = open(&w.cx(), &good, Some("x")).unwrap();
    assert_eq!(read.identities[0].certificate, ann.certificate);
    let told = read.algorithms[0];
    assert_eq!(told.algorithm.to_string(), "PBMAC1 with PBKDF2-HMAC-SHA-256 and HMAC-SHA-512");
    assert_eq!(told.iterations, 2048);
    assert_eq!(open(&w.cx(), &good, Some("y")), Err(Pkcs12Error::WrongPassword));
    // a key is at least 20 octets long and at most 1024 (RFC 9579, 5, and a bound of our own)
    let malformed = Err(Pkcs12Error::Malformed { what: "macData" });
    assert_eq!(open(&w.cx(), &file(&integer(&[19]), "x"), Some("x")), malformed);
    assert_eq!(open(&w.cx(), &file(&integer(&[20]), "x"), Some("x")), Err(Pkcs12Error::WrongPassword));
    assert_eq!(open(&w.cx(), &file(&integer(&[4, 0]), "x"), Some("x")), Err(Pkcs12Error::WrongPassword));
    assert_eq!(open(&w.cx(), &file(&integer(&[4, 1]), "x"), Some("x")), malformed);
    // the key length must be there
    assert_eq!(open(&w.cx(), &file(&[], "x"), Some("x")), Err(Pkcs12Error::Malformed { what: "macData" }));
}

proptest::proptest! {
    #[test]
    fn no_octets_make_the_reader_panic(
        at in 0usize..4000, octets in proptest::collection::vec(proptest::num::u8::ANY, 1..8)
    ) {
        let w = World::new();
        // without integrity code and encryption, so that the damage reaches every reader
        let ann = w.identity("Ann");
        let mut file = pfx(&[&data(&sequence(&[&certificate_bag(&ann), &key_bag(&ann)]))]);
        let at = at % file.len();
        let end = (at + octets.len()).min(file.len());
        file[at..end].copy_from_slice(&octets[..end - at]);
        let _ = open(&w.cx(), &file, None);
        let _ = open(&w.cx(), &octets, None);
    }
}

#[test]
fn the_outline_tells_protection_without_the_password() {
    let w = World::new();
    let identities = [w.identity("Ann"), w.identity("Bob")];
    for protection in [WriteProtection::Modern, WriteProtection::Pbmac1, WriteProtection::Legacy] {
        let options = WriteOptions { protection, iterations: 77, ..WriteOptions::default() };
        let file = w.write(&identities, Some("secret"), &options);
        let outside = outline(&file).unwrap();
        let inside = open(&w.cx(), &file, Some("secret")).unwrap();
        assert_eq!(outside.protections, inside.algorithms);
        assert_eq!((outside.keys, outside.certificates), (identities.len(), 0));
        assert!(outside.protections.iter().all(|protection| protection.iterations == 77));
        assert_eq!(fault(&file), None);
        let mut other = file.clone();
        let version = other.windows(3).position(|octets| octets == [2, 1, 3]).unwrap();
        other[version + 2] = 4;
        assert_eq!(fault(&other), Some(TlvError::Value { offset: version as u64, what: "version" }));
        for len in 0..file.len() {
            assert!(outline(&file[..len]).is_err(), "{len}");
            let cut = TlvError::Truncated { offset: len as u64 };
            assert!(fault(&file[..len]).is_some_and(|fault| len < 4 || fault == cut), "{len}");
        }
    }
}
