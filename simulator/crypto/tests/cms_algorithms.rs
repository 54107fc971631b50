//! Every algorithm that both sides have, against the real `openssl cms`, in both directions.
//!
//! OpenSSL 3.0 has neither Ed25519 in CMS nor authenticated attributes, and Debian's no compression: what is made here
//! with those is checked another way. Without the program the tests are skipped, loudly; with
//! `HANDSET_REQUIRE_PEERS=1` they fail instead.

mod cms_peer;

use cms_peer::{Peer, peer};
use smime::cms::{
    self, AgreementWrap, AuthenticatedAttributes, EncryptOptions, EnvelopedWriter, KeyAgreement,
    KeyEncryption, KeyTransport, SenderProfile, SignatureOptions, Signer,
};
use smime::message::{
    self, Confidentiality, HeaderProtection, Layer, OpenOptions, Opened, SignOptions, protect_headers,
};
use smime::{BulkCipher, Certificate, DigestAlgorithm, Identity, PrivateKey, SignatureScheme, Timestamp};

const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nEvery algorithm,\r\nboth ways\r\n";

const DIGESTS: [(DigestAlgorithm, &str); 5] = [
    (DigestAlgorithm::Sha1, "sha1"),
    (DigestAlgorithm::Sha224, "sha224"),
    (DigestAlgorithm::Sha256, "sha256"),
    (DigestAlgorithm::Sha384, "sha384"),
    (DigestAlgorithm::Sha512, "sha512"),
];

fn open(peer: &Peer, message: &[u8], identities: &[Identity]) -> Opened {
    let options = OpenOptions {
        identities,
        trust: &peer.trust,
        intermediates: &[],
        path: smime::PathOptions::default(),
        from: None,
        check_from: true,
    };
    message::open(&peer.cx(), message, &options).expect("the message opens")
}

fn decrypted(peer: &Peer, cms: &[u8], name: &str) -> cms::Decrypted {
    let identity = std::slice::from_ref(peer.identity(name));
    let read = cms::decrypt(&peer.cx(), cms, identity).expect("the message is read");
    assert_eq!(read.content.as_deref(), Some(ENTITY), "{name} {read:?}");
    read
}

fn encrypt_der(peer: &Peer, name: &str, form: &[&str]) -> Vec<u8> {
    let recipient = format!("{name}.pem");
    let mut args = vec!["cms", "-encrypt", "-outform", "DER", "-binary", "-recip", &recipient];
    args.extend(form);
    peer.filtered(ENTITY, &args).unwrap_or_else(|| panic!("{args:?}"))
}

fn encrypted(peer: &Peer, name: &str, options: &EncryptOptions) -> Vec<u8> {
    let recipients = [peer.identity(name).certificate.clone()];
    cms::encrypt(&peer.cx(), ENTITY, &recipients, options).unwrap()
}

#[test]
fn oaep_with_every_pair_of_hashes() {
    let Some(peer) = peer() else { return };
    for (digest, name) in DIGESTS {
        for (mgf, mgf_name) in DIGESTS {
            let options =
                EncryptOptions { transport: KeyTransport::Oaep { digest, mgf }, ..EncryptOptions::default() };
            let ours = encrypted(peer, "rsa", &options);
            assert_eq!(peer.decrypt_der("rsa", &ours), ENTITY, "{name} {mgf_name}");
            let (md, mgf1) = (format!("rsa_oaep_md:{name}"), format!("rsa_mgf1_md:{mgf_name}"));
            let form = ["-aes128", "-keyopt", "rsa_padding_mode:oaep", "-keyopt", &md, "-keyopt", &mgf1];
            for cms in [ours, encrypt_der(peer, "rsa", &form)] {
                let expected = KeyEncryption::Transport(KeyTransport::Oaep { digest, mgf });
                assert_eq!(decrypted(peer, &cms, "rsa").key_encryption, Some(expected));
            }
        }
    }
}

#[test]
fn agreement_with_every_hash_and_wrap() {
    let Some(peer) = peer() else { return };
    for (digest, name) in DIGESTS {
        for wrap_bits in [128, 192, 256] {
            for person in ["p256", "p384", "p521"] {
                // All three curves with one hash, all hashes with one curve.
                if person != "p256" && digest != DigestAlgorithm::Sha384 {
                    continue;
                }
                let options = EncryptOptions {
                    agreement: KeyAgreement { digest, wrap_bits },
                    ..EncryptOptions::default()
                };
                let ours = encrypted(peer, person, &options);
                assert_eq!(peer.decrypt_der(person, &ours), ENTITY, "{name} {wrap_bits}");
                let (md, wrap) = (format!("ecdh_kdf_md:{name}"), format!("-aes{wrap_bits}-wrap"));
                let theirs = encrypt_der(peer, person, &["-aes256", "-keyopt", &md, &wrap]);
                for cms in [ours, theirs] {
                    let wrap = AgreementWrap::Aes(wrap_bits);
                    let expected = KeyEncryption::Agreement { digest, wrap };
                    assert_eq!(decrypted(peer, &cms, person).key_encryption, Some(expected));
                }
            }
        }
        let md = format!("ecdh_kdf_md:{name}");
        let theirs = encrypt_der(peer, "p256", &["-des3", "-keyopt", &md, "-des3-wrap"]);
        let read = decrypted(peer, &theirs, "p256");
        let expected = KeyEncryption::Agreement { digest, wrap: AgreementWrap::TripleDes };
        assert!(read.legacy && read.key_encryption == Some(expected), "{read:?}");
    }
}

#[test]
fn authenticated_content_goes_both_ways() {
    let Some(peer) = peer() else { return };
    let long: Vec<u8> = (0..100_000u32).flat_map(|n| n.to_be_bytes()).collect();
    for (person, identity) in peer.people() {
        for (cipher, name) in
            [(BulkCipher::Aes128Gcm, "-aes-128-gcm"), (BulkCipher::Aes256Gcm, "-aes-256-gcm")]
        {
            let options = EncryptOptions { cipher, ..EncryptOptions::default() };
            let ours = encrypted(peer, person, &options);
            assert_eq!(peer.decrypt_der(person, &ours), ENTITY);
            for cms in
                [ours, encrypt_der(peer, person, &[name]), encrypt_der(peer, person, &[name, "-stream"])]
            {
                let read = decrypted(peer, &cms, person);
                assert!(read.authenticated && read.cipher == Some(cipher) && !read.legacy);
            }
            let recipients = std::slice::from_ref(&identity.certificate);
            let wire = message::encrypt(&peer.cx(), ENTITY, recipients, &options).unwrap();
            assert!(String::from_utf8_lossy(&wire).contains("smime-type=authEnveloped-data;"));
            assert_eq!(peer.decrypt_smime(person, &wire), ENTITY);
            let back = open(peer, &wire, std::slice::from_ref(identity));
            assert!(back.all_valid() && back.content.as_deref() == Some(ENTITY));
            // From a pipe: BER.
            let mut stream = Vec::new();
            let mut writer =
                EnvelopedWriter::new(&peer.cx(), recipients, &options, None, &mut stream).unwrap();
            long.chunks(10_007).for_each(|piece| writer.update(piece, &mut stream).unwrap());
            writer.finish(&mut stream).unwrap();
            assert!(stream[1] == 0x80 && peer.decrypt_der(person, &stream) == long);
        }
    }
}

#[test]
fn a_changed_tag_or_content_is_refused_by_both() {
    let Some(peer) = peer() else { return };
    let options = EncryptOptions { cipher: BulkCipher::Aes256Gcm, ..EncryptOptions::default() };
    let ours = encrypted(peer, "rsa", &options);
    let args = ["cms", "-decrypt", "-inform", "DER", "-recip", "rsa.pem", "-inkey", "rsa.key"];
    for back in [1, 16, 20, 60] {
        let mut changed = ours.clone();
        let at = changed.len() - back;
        changed[at] ^= 1;
        assert_eq!(peer.filtered(&changed, &args), None);
        let rsa = std::slice::from_ref(peer.identity("rsa"));
        let read = cms::decrypt(&peer.cx(), &changed, rsa).unwrap();
        assert_eq!((read.content, read.opened_by), (None, Err(cms::DecryptError::Failed)));
    }
}

#[test]
fn authenticated_attributes_are_covered_by_the_tag() {
    let Some(peer) = peer() else { return };
    let time = Timestamp(1_767_225_600_000);
    let attributes = AuthenticatedAttributes { signing_time: Some(time) };
    for cipher in [BulkCipher::Aes128Gcm, BulkCipher::Aes256Gcm] {
        let options = EncryptOptions {
            cipher,
            authenticated_attributes: Some(attributes.clone()),
            ..EncryptOptions::default()
        };
        let ours = encrypted(peer, "p256", &options);
        assert_eq!(decrypted(peer, &ours, "p256").authenticated_time, Some(time));
        // The attributes stand between the content and the tag.
        let identity = std::slice::from_ref(peer.identity("p256"));
        let mut refused = 0;
        for at in ours.len() - 70..ours.len() {
            let mut changed = ours.clone();
            changed[at] ^= 1;
            if let Ok(read) = cms::decrypt(&peer.cx(), &changed, identity) {
                assert_eq!((read.content, read.authenticated_time), (None, None), "{at}");
                refused += 1;
            }
        }
        assert!(refused > 40, "{refused}");
    }
}

#[test]
fn old_ciphers_are_read_and_flagged() {
    let Some(peer) = peer() else { return };
    for (name, cipher) in [
        ("-rc2-40", BulkCipher::Rc2Cbc { effective_bits: 40 }),
        ("-rc2-64", BulkCipher::Rc2Cbc { effective_bits: 64 }),
        ("-rc2", BulkCipher::Rc2Cbc { effective_bits: 128 }),
        ("-des", BulkCipher::DesCbc),
        ("-des3", BulkCipher::TripleDesCbc),
    ] {
        let form = ["-provider", "legacy", "-provider", "default", name];
        let read = decrypted(peer, &encrypt_der(peer, "rsa", &form), "rsa");
        assert!(read.legacy && read.cipher == Some(cipher), "{name} {read:?}");
    }
}

#[test]
fn recipients_named_by_their_keys_read() {
    let Some(peer) = peer() else { return };
    for cipher in [BulkCipher::Aes256Cbc, BulkCipher::Aes256Gcm] {
        let options = EncryptOptions { cipher, identify_by_key: true, ..EncryptOptions::default() };
        let all: Vec<_> = peer.people().iter().map(|(_, identity)| identity.certificate.clone()).collect();
        let ours = cms::encrypt(&peer.cx(), ENTITY, &all, &options).unwrap();
        for (person, _) in peer.people() {
            assert_eq!(peer.decrypt_der(person, &ours), ENTITY, "{person}");
            let read = decrypted(peer, &ours, person);
            assert!(read.recipients.iter().all(|id| matches!(id, cms::RecipientId::KeyId(_))));
        }
    }
}

#[test]
fn pss_goes_both_ways() {
    let Some(peer) = peer() else { return };
    for (digest, name, salt_len) in [
        (DigestAlgorithm::Sha256, "sha256", 32),
        (DigestAlgorithm::Sha384, "sha384", 48),
        (DigestAlgorithm::Sha512, "sha512", 64),
    ] {
        for opaque in [false, true] {
            let options = SignOptions {
                digest,
                pss: true,
                opaque,
                boundary: "pss-boundary".into(),
                ..SignOptions::default()
            };
            let ours = message::sign(&peer.cx(), ENTITY, peer.identity("rsa"), &options).unwrap();
            assert_eq!(peer.verify_smime(&ours), ENTITY, "{name}");
            let opened = open(peer, &ours, &[]);
            let scheme = SignatureScheme::RsaPss { digest, mgf: digest, salt_len };
            assert!(opened.all_valid());
            assert_eq!(opened.signers().next().unwrap().scheme, Some(scheme));
        }
        for (salt, length) in [("digest", salt_len), ("20", 20), ("0", 0)] {
            let salt = format!("rsa_pss_saltlen:{salt}");
            let form = ["-md", name, "-keyopt", "rsa_padding_mode:pss", "-keyopt", &salt];
            let opened = open(peer, &peer.sign_smime("rsa", ENTITY, &form), &[]);
            let scheme = SignatureScheme::RsaPss { digest, mgf: digest, salt_len: length };
            assert!(opened.all_valid(), "{opened:?}");
            assert_eq!(opened.signers().next().unwrap().scheme, Some(scheme));
        }
        let form = ["-md", name, "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_mgf1_md:sha1"];
        assert!(open(peer, &peer.sign_smime("rsa", ENTITY, &form), &[]).all_valid());
    }
}

#[test]
fn a_key_that_is_for_pss_alone_signs_with_pss() {
    let Some(peer) = peer() else { return };
    let key = ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-keyout", "pss.key"];
    let names = ["-subj", "/CN=pss", "-out", "pss.pem", "-addext", "keyUsage=critical,digitalSignature"];
    let issuer = ["req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-nodes", "-days", "30"];
    let constraints = ["-addext", "basicConstraints=critical,CA:FALSE"];
    peer.run(&[&issuer[..], &key, &names, &constraints].concat());
    let read = |name| std::fs::read(peer.path(name)).unwrap();
    let identity = Identity {
        certificate: Certificate::from_pem(&read("pss.pem")).unwrap().remove(0),
        key: PrivateKey::from_pem(&read("pss.key")).unwrap(),
        chain: Vec::new(),
    };
    let ours = cms::sign_attached(&peer.cx(), ENTITY, &identity, &SignatureOptions::default()).unwrap();
    assert_eq!(peer.verify_der(&ours), ENTITY);
    // Without the option the program signs with PSS and names PKCS#1.
    let misnamed = peer.sign_der("pss", ENTITY, &["-nodetach", "-binary"]);
    let read = cms::open_signed(&peer.cx(), &misnamed, &peer.trust).unwrap();
    assert_eq!(read.signers[0].signature, Err(cms::SignatureError::Mismatch));
    let form = ["-nodetach", "-binary", "-keyopt", "rsa_padding_mode:pss"];
    for cms in [ours, peer.sign_der("pss", ENTITY, &form)] {
        let read = cms::open_signed(&peer.cx(), &cms, &peer.trust).unwrap();
        assert!(read.signers[0].valid(), "{:?}", read.signers[0]);
        assert!(matches!(read.signers[0].scheme, Some(SignatureScheme::RsaPss { .. })));
    }
}

#[test]
fn the_signing_certificate_goes_both_ways() {
    let Some(peer) = peer() else { return };
    for (person, identity) in peer.people() {
        for (digest, name) in &DIGESTS[2..] {
            let options = SignatureOptions {
                digest: *digest,
                signing_certificate: true,
                ..SignatureOptions::default()
            };
            let ours = cms::sign_attached(&peer.cx(), ENTITY, identity, &options).unwrap();
            let args = ["cms", "-verify", "-cades", "-binary", "-CAfile", "ca.pem", "-inform", "DER"];
            assert_eq!(peer.filtered(&ours, &args).as_deref(), Some(ENTITY), "{person} {name}");
            let theirs = peer.sign_der(person, ENTITY, &["-cades", "-nodetach", "-binary", "-md", name]);
            for cms in [ours, theirs] {
                let read = cms::open_signed(&peer.cx(), &cms, &peer.trust).unwrap();
                assert!(read.signers[0].valid() && read.signers[0].certificate_signed, "{person} {name}");
            }
        }
    }
}

#[test]
fn several_signers_and_signers_named_by_their_keys() {
    let Some(peer) = peer() else { return };
    let by_key = SignatureOptions { identify_by_key: true, ..SignatureOptions::default() };
    let sha512 =
        SignatureOptions { digest: DigestAlgorithm::Sha512, pss: true, ..SignatureOptions::default() };
    let signer = |name, options| Signer { identity: peer.identity(name), options };
    let signers =
        [signer("rsa", &sha512), signer("p256", &by_key), signer("p521", &sha512), signer("rsa2", &by_key)];
    let ours = cms::sign_attached_by(&peer.cx(), ENTITY, &signers).unwrap();
    assert_eq!(peer.verify_der(&ours), ENTITY);
    let read = cms::open_signed(&peer.cx(), &ours, &peer.trust).unwrap();
    assert!(read.signers.len() == 4 && read.signers.iter().all(|signer| signer.valid()));
    let options = SignOptions { boundary: "several".into(), ..SignOptions::default() };
    let identities = [peer.identity("rsa"), peer.identity("p384")];
    let wire = message::sign_by(&peer.cx(), ENTITY, &identities, &options).unwrap();
    assert_eq!(peer.verify_smime(&wire), ENTITY);
}

#[test]
fn ed25519_signs_the_attributes() {
    let Some(peer) = peer() else { return };
    let options = SignatureOptions::default();
    let ours = cms::sign_attached(&peer.cx(), ENTITY, &peer.ed25519, &options).unwrap();
    let read = cms::open_signed(&peer.cx(), &ours, &peer.trust).unwrap();
    let signer = &read.signers[0];
    assert!(signer.valid());
    assert_eq!(signer.scheme, Some(SignatureScheme::Ed25519));
    assert_eq!(signer.digest, Some(DigestAlgorithm::Sha512), "RFC 8419, 3.1");
    // The program knows the signature, if not its CMS: over the attributes as a SET OF, at the end of the message.
    let at = ours.windows(4).rposition(|window| window[0] == 0xa0 && window[1] < 0x80 && window[2] == 0x30);
    let long = ours.windows(5).rposition(|w| w[0] == 0xa0 && w[1] == 0x81 && w[3] == 0x30);
    let (start, length) = match (at, long) {
        (_, Some(long)) => (long, usize::from(ours[long + 2]) + 3),
        (Some(at), None) => (at, usize::from(ours[at + 1]) + 2),
        _ => panic!("no attributes"),
    };
    let mut attributes = ours[start..start + length].to_vec();
    attributes[0] = 0x31;
    peer.write("ed.attributes", &attributes);
    peer.write("ed.signature", &ours[ours.len() - 64..]);
    let args = ["-verify", "-rawin", "-certin", "-inkey", "ed25519.pem", "-sigfile", "ed.signature"];
    peer.run(&[&["pkeyutl", "-in", "ed.attributes"][..], &args].concat());
}

#[test]
fn certificates_alone_go_both_ways() {
    let Some(peer) = peer() else { return };
    let all: Vec<_> = peer.people().iter().map(|(_, identity)| identity.certificate.clone()).collect();
    let ours = cms::certificates_only(&all).unwrap();
    let printed = peer.filtered(&ours, &["pkcs7", "-print_certs", "-inform", "DER"]).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    assert_eq!(printed.matches("BEGIN CERTIFICATE").count(), all.len());
    let path = peer.path("alone.p7c");
    peer.run(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "rsa.pem",
        "-certfile",
        "p256.pem",
        "-outform",
        "DER",
        "-out",
        &path,
    ]);
    let theirs = std::fs::read(path).unwrap();
    let head = b"Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n\r\n";
    let opened = open(peer, &[&head[..], &theirs].concat(), &[]);
    let [Layer::Signed(layer)] = opened.layers.as_slice() else { panic!("{opened:?}") };
    assert!(layer.signers.is_empty() && layer.certificates.len() == 2);
}

#[test]
fn a_triple_wrap_with_protected_headers_comes_apart_with_the_program() {
    let Some(peer) = peer() else { return };
    let mail = b"From: p256@handset.example\r\nTo: rsa@handset.example\r\nSubject: secret plan\r\n\
                 Content-Type: text/plain\r\n\r\nthe plan\r\n";
    let how = HeaderProtection::Cipher(Confidentiality::Baseline);
    let outgoing = protect_headers(mail, how).unwrap();
    let recipients = [peer.identity("rsa").certificate.clone()];
    let signing = SignOptions { boundary: "wrap".into(), ..SignOptions::for_profile(SenderProfile::Strict) };
    let signer = (peer.identity("p256"), &signing);
    let encryption = EncryptOptions { cipher: BulkCipher::Aes128Gcm, ..EncryptOptions::default() };
    let wrapped =
        message::triple_wrap(&peer.cx(), &outgoing.entity, signer, &recipients, &encryption, signer).unwrap();
    let wire = outgoing.message(&wrapped);
    assert!(!String::from_utf8_lossy(&wire).contains("secret"));
    let middle = peer.verify_smime(&wire);
    let inner = peer.verify_smime(&peer.decrypt_smime("rsa", &middle));
    assert_eq!(inner, outgoing.entity);
    let opened = open(peer, &wire, std::slice::from_ref(peer.identity("rsa")));
    assert!(opened.all_valid() && opened.layers.len() == 3, "{opened:?}");
    let headers = opened.protected_headers.unwrap();
    assert_eq!(headers.effective("Subject"), Some("secret plan"));
    assert!(headers.mismatches().next().is_none() && !headers.from_differs);
}
