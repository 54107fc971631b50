//! CMS and S/MIME against the real `openssl cms`, in both directions.
//!
//! Without an `openssl` program the tests are skipped, loudly; with `HANDSET_REQUIRE_PEERS=1` they fail instead.

mod cms_peer;

use cms_peer::{Peer, peer};
use crypto::AwsLc;
use smime::cms::{self, DetachedSigner, EnvelopedWriter, SignatureOptions, SignedWriter};
use smime::message::{
    AddressMatch, DecryptError, EncryptOptions, Layer, OpenOptions, Opened, RecipientId, SignOptions,
    SignatureError,
};
use smime::{
    BulkCipher, Certificate, Context, DigestAlgorithm, Identity, SignatureScheme, Timestamp, message,
};

const ENTITY: &[u8] =
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\nthere is a trailing space \r\n";

fn sign_options(opaque: bool, digest: DigestAlgorithm) -> SignOptions {
    SignOptions {
        digest,
        signing_time: Some(Timestamp(1_767_225_600_000)),
        opaque,
        include_chain: true,
        encryption_certificate: None,
        boundary: "handset-boundary-1".into(),
        ..SignOptions::default()
    }
}

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

/// The bytes of a content as `openssl cms` writes them out: it ends text with what was in the entity.
fn content(opened: &Opened) -> &[u8] {
    opened.content.as_deref().expect("content was released")
}

fn only_encrypted(opened: &Opened) -> &smime::message::EncryptedLayer {
    match opened.layers.as_slice() {
        [Layer::Encrypted(layer)] => layer,
        other => panic!("not one encrypted layer: {other:?}"),
    }
}

#[test]
fn openssl_verifies_what_is_signed_here() {
    let Some(peer) = peer() else { return };
    for (name, identity) in peer.people() {
        for opaque in [false, true] {
            for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
                let signed =
                    message::sign(&peer.cx(), ENTITY, identity, &sign_options(opaque, digest)).unwrap();
                assert!(signed.starts_with(b"Content-Type: "));
                let verified = peer.verify_smime(&signed);
                assert_eq!(verified, ENTITY, "{name} opaque={opaque} {digest:?}");
                let opened = open(peer, &signed, &[]);
                assert!(opened.all_valid(), "{opened:?}");
                assert_eq!(content(&opened), ENTITY);
                let signer = opened.signers().next().unwrap();
                assert_eq!(signer.digest, Some(digest));
                assert_eq!(signer.signing_time, Some(Timestamp(1_767_225_600_000)));
                assert_eq!(signer.capabilities, cms::CAPABILITIES);
                assert!(!signer.weak && !signer.reencoded);
                assert_eq!(signer.certificate.as_ref(), Some(&identity.certificate));
            }
        }
    }
}

#[test]
fn openssl_refuses_what_was_changed_after_signing() {
    let Some(peer) = peer() else { return };
    let (_, identity) = peer.people()[0];
    let options = sign_options(false, DigestAlgorithm::Sha256);
    let signed = message::sign(&peer.cx(), ENTITY, identity, &options).unwrap();
    let changed = String::from_utf8(signed).unwrap().replace("Hello", "Hallo");
    assert!(!peer.accepts_smime(changed.as_bytes()));
    let opened = open(peer, changed.as_bytes(), &[]);
    assert!(!opened.all_valid());
    assert_eq!(opened.signers().next().unwrap().signature, Err(SignatureError::Content));
}

#[test]
fn signed_by_openssl_in_every_form() {
    let Some(peer) = peer() else { return };
    let plain: &[&[&str]] = &[
        &[],
        &["-nodetach"],
        &["-nodetach", "-stream"],
        &["-noattr"],
        &["-nodetach", "-noattr"],
        &["-keyid"],
        &["-md", "sha384"],
        &["-md", "sha512", "-nodetach"],
        &["-md", "sha1"],
        &["-md", "sha224"],
        &["-nosmimecap"],
        &["-crlfeol"],
        &["-binary", "-nodetach"],
    ];
    for (name, identity) in peer.people() {
        let pss: &[&str] = &["-keyopt", "rsa_padding_mode:pss"];
        let forms = plain.iter().copied().chain((name == "rsa").then_some(pss));
        for form in forms {
            let message = peer.sign_smime(name, ENTITY, form);
            let opened = open(peer, &message, &[]);
            assert!(opened.all_valid(), "{name} {form:?} {opened:?}");
            assert_eq!(content(&opened), ENTITY, "{name} {form:?}");
            let signer = opened.signers().next().unwrap();
            assert_eq!(signer.weak, form.contains(&"sha1"), "{name} {form:?}");
            assert_eq!(signer.certificate.as_ref(), Some(&identity.certificate));
            assert_eq!(signer.address, AddressMatch::NotChecked);
            assert_eq!(signer.signing_time.is_some(), !form.contains(&"-noattr"));
            let is_pss = matches!(signer.scheme, Some(SignatureScheme::RsaPss { .. }));
            assert_eq!(is_pss, form.contains(&"-keyopt"));
            assert_eq!(signer.encryption_certificate.as_ref(), Some(&identity.certificate));
        }
    }
}

#[test]
fn line_feeds_alone_are_made_canonical() {
    let Some(peer) = peer() else { return };
    let message = peer.sign_smime("rsa", ENTITY, &[]);
    let unix = String::from_utf8(message).unwrap().replace("\r\n", "\n");
    let opened = open(peer, unix.as_bytes(), &[]);
    assert!(opened.all_valid(), "{opened:?}");
    assert_eq!(content(&opened), ENTITY);
}

#[test]
fn several_signers_are_each_reported() {
    let Some(peer) = peer() else { return };
    let ec = peer.path("p256.pem");
    let key = peer.path("p256.key");
    let message =
        peer.sign_smime("rsa", ENTITY, &["-inkey", &peer.path("rsa.key"), "-signer", &ec, "-inkey", &key]);
    let opened = open(peer, &message, &[]);
    assert_eq!(opened.signers().count(), 2);
    assert!(opened.all_valid(), "{opened:?}");
    let changed = String::from_utf8(message).unwrap().replace("Hello", "Hallo");
    let opened = open(peer, changed.as_bytes(), &[]);
    assert!(opened.signers().all(|signer| signer.signature == Err(SignatureError::Content)));
}

#[test]
fn a_signer_without_certificate_is_found_among_those_given() {
    let Some(peer) = peer() else { return };
    let message = peer.sign_smime("rsa", ENTITY, &["-nocerts"]);
    let opened = open(peer, &message, &[]);
    let signer = opened.signers().next().unwrap();
    assert_eq!(signer.signature, Err(SignatureError::NoCertificate));
    assert!(signer.path.is_err() && !signer.valid());
    let known = [peer.identity("rsa").certificate.clone()];
    let options = OpenOptions {
        identities: &[],
        trust: &peer.trust,
        intermediates: &known,
        path: smime::PathOptions::default(),
        from: None,
        check_from: false,
    };
    assert!(message::open(&peer.cx(), &message, &options).unwrap().all_valid());
}

#[test]
fn the_sender_must_be_the_signer() {
    let Some(peer) = peer() else { return };
    let signed = peer.sign_smime("rsa", ENTITY, &[]);
    for (from, matches, differs) in [
        ("Rsa <rsa@handset.example>", true, false),
        ("RSA@HANDSET.example", true, true),
        ("mallory@handset.example", false, false),
        ("rsa@handset.example, mallory@handset.example", false, false),
    ] {
        let message = [format!("From: {from}\r\nSubject: x\r\n").as_bytes(), &signed].concat();
        let opened = open(peer, &message, &[]);
        let signer = opened.signers().next().unwrap();
        assert_eq!(signer.address == AddressMatch::Match, matches, "{from}");
        assert_eq!(signer.address_case_differs, differs, "{from}");
        assert_eq!(opened.all_valid(), matches, "{from}");
    }
}

#[test]
fn openssl_decrypts_what_is_encrypted_here() {
    let Some(peer) = peer() else { return };
    for cipher in [BulkCipher::Aes128Cbc, BulkCipher::Aes192Cbc, BulkCipher::Aes256Cbc] {
        let recipients: Vec<Certificate> =
            peer.people().iter().map(|(_, identity)| identity.certificate.clone()).collect();
        let options = EncryptOptions { cipher, ..EncryptOptions::default() };
        let encrypted = message::encrypt(&peer.cx(), ENTITY, &recipients, &options).unwrap();
        for (name, identity) in peer.people() {
            assert_eq!(peer.decrypt_smime(name, &encrypted), ENTITY, "{name} {cipher:?}");
            let opened = open(peer, &encrypted, std::slice::from_ref(identity));
            assert_eq!(content(&opened), ENTITY);
            let layer = only_encrypted(&opened);
            assert_eq!((layer.cipher, layer.opened_by.clone()), (Some(cipher), Ok(0)));
            assert!(!layer.legacy);
            assert_eq!(layer.recipients.len(), recipients.len());
        }
    }
}

#[test]
fn encrypted_by_openssl_in_every_form() {
    let Some(peer) = peer() else { return };
    let identities: Vec<Identity> = peer.people().iter().map(|(_, identity)| (*identity).clone()).collect();
    for (index, (name, _)) in peer.people().iter().enumerate() {
        let mut forms: Vec<Vec<&str>> = vec![
            vec!["-aes128"],
            vec!["-aes192"],
            vec!["-aes256"],
            vec!["-aes256", "-stream"],
            vec!["-aes128", "-keyid"],
            vec!["-aes-128-gcm"],
            vec!["-aes-256-gcm", "-keyid"],
        ];
        match *name {
            "rsa" | "rsa2" => {
                forms.push(vec!["-des3"]);
                forms.push(vec!["-aes256", "-keyopt", "rsa_padding_mode:oaep"]);
                forms.push(vec![
                    "-aes256",
                    "-keyopt",
                    "rsa_padding_mode:oaep",
                    "-keyopt",
                    "rsa_oaep_md:sha256",
                ]);
            }
            _ => {
                for hash in ["sha1", "sha224", "sha256", "sha384", "sha512"] {
                    let option = ["ecdh_kdf_md:", hash].concat().leak() as &str;
                    for cipher in ["-aes128", "-aes256"] {
                        forms.push(vec![cipher, "-keyopt", option]);
                    }
                }
                forms.push(vec!["-aes128", "-keyopt", "ecdh_cofactor_mode:1"]);
                // Without a wrap the key is wrapped with triple DES (RFC 3217).
                forms.push(vec!["-des3"]);
                forms.push(vec!["-des3", "-aes256-wrap"]);
            }
        }
        for form in &forms {
            let message = peer.encrypt_smime(name, ENTITY, form);
            let opened = open(peer, &message, &identities);
            let layer = only_encrypted(&opened);
            assert_eq!(layer.opened_by, Ok(index), "{name} {form:?}");
            assert_eq!(content(&opened), ENTITY, "{name} {form:?}");
            assert_eq!(layer.legacy, form.contains(&"-des3"));
            assert_eq!(layer.authenticated, form[0].ends_with("-gcm"));
            let by_key = matches!(layer.recipients.as_slice(), [RecipientId::KeyId(_)]);
            assert_eq!(by_key, form.contains(&"-keyid"), "{name} {form:?}");
        }
    }
}

#[test]
fn who_is_not_a_recipient_reads_nothing() {
    let Some(peer) = peer() else { return };
    let message = peer.encrypt_smime("rsa", ENTITY, &["-aes256"]);
    let opened = open(peer, &message, std::slice::from_ref(peer.identity("p256")));
    assert_eq!(only_encrypted(&opened).opened_by, Err(DecryptError::NoIdentity));
    assert_eq!(opened.content, None);
    assert!(opened.is_encrypted() && !opened.all_valid());
    // The certificate is a recipient's, the key is another's.
    for other in ["rsa2", "p256"] {
        let stolen = Identity {
            certificate: peer.identity("rsa").certificate.clone(),
            key: peer.identity(other).key.clone(),
            chain: Vec::new(),
        };
        // A wrong RSA key gives a random content key (RFC 3218), under which one padding in 256 fits by chance: what
        // comes out then is noise. Four times in a row it does not.
        let stolen = std::slice::from_ref(&stolen);
        let refused = (0..4).filter(|_| {
            let opened = open(peer, &peer.encrypt_smime("rsa", ENTITY, &["-aes256"]), stolen);
            let refused = only_encrypted(&opened).opened_by.is_err();
            assert!(opened.content.as_deref() != Some(ENTITY));
            assert_eq!(refused, opened.content.is_none());
            refused
        });
        assert!(refused.count() > 0);
    }
}

#[test]
fn damaged_messages_give_one_error_and_no_content() {
    let Some(peer) = peer() else { return };
    for (name, identity) in peer.people() {
        let bare = cms::encrypt(
            &peer.cx(),
            ENTITY,
            std::slice::from_ref(&identity.certificate),
            &EncryptOptions::default(),
        )
        .unwrap();
        let identities = std::slice::from_ref(identity);
        let mut failed = 0;
        for at in 0..bare.len() {
            let mut damaged = bare.clone();
            damaged[at] ^= 0x41;
            // Structures that cannot be read are errors; what can be read opens, garbled, or fails in one way.
            let Ok(decrypted) = cms::decrypt(&peer.cx(), &damaged, identities) else { continue };
            match decrypted.opened_by {
                Ok(_) => assert!(decrypted.content.is_some()),
                Err(error) => {
                    assert_eq!(decrypted.content, None);
                    if error == DecryptError::Failed {
                        failed += 1;
                    }
                }
            }
        }
        assert!(failed > 40, "{name}: {failed}");
    }
}

#[test]
fn many_recipients_each_read_the_message() {
    let Some(peer) = peer() else { return };
    let mut certificates = Vec::new();
    for _ in 0..25 {
        certificates.extend(peer.people().iter().map(|(_, identity)| identity.certificate.clone()));
    }
    let encrypted = message::encrypt(&peer.cx(), ENTITY, &certificates, &EncryptOptions::default()).unwrap();
    for (name, identity) in peer.people() {
        assert_eq!(peer.decrypt_smime(name, &encrypted), ENTITY);
        assert_eq!(content(&open(peer, &encrypted, std::slice::from_ref(identity))), ENTITY);
    }
}

#[test]
fn signed_then_encrypted_and_the_other_way_round() {
    let Some(peer) = peer() else { return };
    let identity = peer.identity("p256");
    let recipients = [peer.identity("rsa").certificate.clone()];
    let identities = [peer.identity("rsa").clone()];
    for opaque in [false, true] {
        let options = sign_options(opaque, DigestAlgorithm::Sha256);
        let signed = message::sign(&peer.cx(), ENTITY, identity, &options).unwrap();
        let both = message::encrypt(&peer.cx(), &signed, &recipients, &EncryptOptions::default()).unwrap();
        assert_eq!(peer.verify_smime(&peer.decrypt_smime("rsa", &both)), ENTITY);
        let triple = message::sign(&peer.cx(), &both, identity, &options).unwrap();
        let mail = [&b"From: p256@handset.example\r\nMIME-Version: 1.0\r\n"[..], &triple].concat();
        let opened = open(peer, &mail, &identities);
        assert_eq!(opened.layers.len(), 3);
        assert!(opened.all_valid(), "{opened:?}");
        assert_eq!(content(&opened), ENTITY);
        assert!(opened.signers().all(|signer| signer.address == AddressMatch::Match));
    }
    let signed = peer.sign_smime("p256", ENTITY, &["-nodetach"]);
    let both = peer.encrypt_smime("rsa", &signed, &["-aes256", "-stream"]);
    let opened = open(peer, &both, &identities);
    assert!(opened.all_valid() && content(&opened) == ENTITY, "{opened:?}");
}

#[test]
fn streams_are_der_when_the_length_is_known_and_ber_otherwise() {
    let Some(peer) = peer() else { return };
    let long: Vec<u8> = (0..200_000u32).flat_map(|n| n.to_be_bytes()).collect();
    let options = SignatureOptions::default();
    for (name, identity) in peer.people() {
        for length in [None, Some(long.len() as u64)] {
            let mut signed = Vec::new();
            let mut writer = SignedWriter::new(&peer.cx(), identity, &options, length, &mut signed).unwrap();
            long.chunks(10_007).for_each(|piece| writer.update(piece, &mut signed));
            writer.finish(&mut signed).unwrap();
            let der = length.is_some() && name.starts_with("rsa");
            assert_eq!(signed[1] != 0x80, der);
            assert_eq!(peer.verify_der(&signed), long, "{name} {length:?}");
            let read = cms::open_signed(&peer.cx(), &signed, &peer.trust).unwrap();
            assert!(read.content == long && read.signers[0].valid());

            let mut encrypted = Vec::new();
            let recipients = std::slice::from_ref(&identity.certificate);
            let how = EncryptOptions::default();
            let mut writer =
                EnvelopedWriter::new(&peer.cx(), recipients, &how, length, &mut encrypted).unwrap();
            for piece in long.chunks(10_007) {
                writer.update(piece, &mut encrypted).unwrap();
            }
            writer.finish(&mut encrypted).unwrap();
            assert_eq!(encrypted[1] != 0x80, length.is_some());
            assert_eq!(peer.decrypt_der(name, &encrypted), long, "{name} {length:?}");
            let read = cms::decrypt(&peer.cx(), &encrypted, std::slice::from_ref(identity)).unwrap();
            assert!(read.content.as_deref() == Some(&long));
        }
    }
}

#[test]
fn signed_content_such_as_a_profile_goes_both_ways() {
    let Some(peer) = peer() else { return };
    let profile = b"<?xml version=\"1.0\"?>\n<plist><dict/></plist>\n";
    for (name, identity) in peer.people() {
        let options = SignatureOptions { capabilities: Vec::new(), ..SignatureOptions::default() };
        let signed = cms::sign_attached(&peer.cx(), profile, identity, &options).unwrap();
        assert!(cms::is_cms(&signed));
        assert_eq!(peer.verify_der(&signed), profile);
        for form in [
            &["-nodetach", "-binary"][..],
            &["-nodetach", "-binary", "-stream"],
            &["-nodetach", "-binary", "-noattr", "-keyid"],
        ] {
            let theirs = peer.sign_der(name, profile, form);
            let read = cms::open_signed(&peer.cx(), &theirs, &peer.trust).unwrap();
            assert_eq!(read.content, profile);
            assert!(read.signers.len() == 1 && read.signers[0].valid(), "{name} {form:?}");
            assert!(read.certificates.contains(&identity.certificate));
        }
        let mut detached = DetachedSigner::new(&peer.cx(), identity, &options).unwrap();
        detached.update(profile);
        let detached = detached.finish().unwrap();
        assert_eq!(cms::open_signed(&peer.cx(), &detached, &peer.trust), Err(cms::CmsError::NoContent));
    }
}

#[test]
fn the_provider_is_the_real_one() {
    let provider: &dyn smime::CryptoProvider = &AwsLc;
    let cx = Context { now: Timestamp(0), crypto: provider };
    assert_eq!(cx.crypto.digest(DigestAlgorithm::Sha1, &[b"abc"])[..4], [0xa9, 0x99, 0x3e, 0x36]);
}
