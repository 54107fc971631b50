use super::*;
use crate::CertificateAuthority;
use smime::{Context, Curve, PathError, PublicKeyAlgorithm, Timestamp};

const NOW: Timestamp = Timestamp(1_770_000_000_000);
const EC: PublicKeyAlgorithm = PublicKeyAlgorithm::Ec(Curve::P256);
const RSA: PublicKeyAlgorithm = PublicKeyAlgorithm::Rsa { bits: 2048 };

fn cx() -> Context<'static> {
    Context { now: NOW, crypto: &crypto::AwsLc }
}

fn year() -> (Timestamp, Timestamp) {
    (Timestamp(NOW.0 - 86_400_000), Timestamp(NOW.0 + 31_536_000_000))
}

fn colleagues(algorithm: PublicKeyAlgorithm) -> (Correspondent, Correspondent, CertificateAuthority) {
    let mut authority = CertificateAuthority::generate(&cx(), "Public", EC, year()).unwrap();
    let mut colleague = |name: &str, seed| {
        let address = format!("{}@example.test", name.to_lowercase());
        let identity = authority.issue_mail_identity(&cx(), name, &[&address], algorithm, year()).unwrap();
        Correspondent::new(address, name, seed)
            .with_identity(identity)
            .with_anchor(authority.anchor().clone())
    };
    let (anna, bob) = (colleague("Anna", 1), colleague("Bob", 2));
    (anna, bob, authority)
}

fn draft() -> Draft {
    Draft {
        to: vec!["bob@example.test".into()],
        subject: "Größe ✓".into(),
        text: "first line\nsecond line".into(),
        ..Draft::default()
    }
}

fn certificate(who: &Correspondent) -> Certificate {
    who.identity.as_ref().unwrap().certificate.clone()
}

#[test]
fn signed_and_encrypted_mail_is_read_by_whom_it_is_for() {
    for algorithm in [EC, RSA] {
        let (mut anna, mut bob, _) = colleagues(algorithm);
        let file = AttachedFile {
            name: "plan.bin".into(),
            media_type: "application/octet-stream".into(),
            bytes: (0..=255).collect(),
        };
        for signing in [None, Some(Signing::Detached), Some(Signing::Opaque)] {
            for encrypt_to in [Vec::new(), vec![certificate(&bob)]] {
                let draft = Draft {
                    signing,
                    encrypt_to: encrypt_to.clone(),
                    attachment: Some(file.clone()),
                    ..draft()
                };
                let wire = anna.compose(&cx(), &draft).unwrap();
                let reading = bob.read(&cx(), &wire).unwrap();
                assert_eq!(reading.text.as_deref(), Some("first line\r\nsecond line\r\n"));
                assert_eq!(reading.files, [("plan.bin".to_owned(), file.bytes.clone())]);
                assert_eq!(reading.is_encrypted(), !encrypt_to.is_empty());
                assert_eq!(reading.from, ["anna@example.test"]);
                let signatures = reading.signatures();
                assert_eq!(signatures.len(), usize::from(signing.is_some()));
                assert!(signatures.iter().all(|s| s.valid() && s.addresses == ["anna@example.test"]));
                bob.remember_senders(&reading);
            }
        }
        assert_eq!(bob.certificate_of("ANNA@example.test"), Some(&certificate(&anna)));
        assert_eq!(anna.certificate_of("bob@example.test"), None);
    }
}

#[test]
fn mail_for_somebody_else_stays_closed() {
    let (mut anna, bob, _) = colleagues(EC);
    let draft = Draft { encrypt_to: vec![certificate(&bob)], ..draft() };
    let wire = anna.compose(&cx(), &draft).unwrap();
    let reading = anna.read(&cx(), &wire).unwrap();
    assert!(reading.is_encrypted() && !reading.is_readable());
    assert_eq!((reading.text, reading.files.len()), (None, 0));
    let mut renewed = bob.clone();
    renewed.older_identities.extend(renewed.identity.take());
    assert!(renewed.read(&cx(), &wire).unwrap().is_readable(), "an older key still opens");
}

#[test]
fn each_problem_of_a_signature_is_named() {
    let (mut anna, mut bob, _) = colleagues(EC);
    let signed = Draft { signing: Some(Signing::Detached), ..draft() };
    let wire = anna.compose(&cx(), &signed).unwrap();
    let problems = |who: &Correspondent, at: Timestamp, wire: &[u8]| {
        let cx = Context { now: at, ..cx() };
        who.read(&cx, wire).unwrap().signatures().remove(0).problems
    };
    assert_eq!(problems(&bob, NOW, &wire), []);

    let text = String::from_utf8(wire.clone()).unwrap();
    let changed = text.replace("second line", "second lime");
    assert!(matches!(problems(&bob, NOW, changed.as_bytes()).as_slice(), [SignatureProblem::Signature(_)]));
    let renamed = text.replacen("anna@example.test", "mallory@example.test", 1);
    assert!(matches!(
        problems(&bob, NOW, renamed.as_bytes()).as_slice(),
        [SignatureProblem::Address { from, .. }] if from == "mallory@example.test"
    ));
    let late = Timestamp(year().1.0 + 1_000);
    assert!(matches!(
        problems(&bob, late, &wire).as_slice(),
        [SignatureProblem::Path(PathError::Expired { .. })]
    ));
    let stranger = Correspondent::new("x@y", "X", 3);
    assert!(matches!(problems(&stranger, NOW, &wire).as_slice(), [SignatureProblem::Path(_)]));
    let reading = bob.read(&cx(), changed.as_bytes()).unwrap();
    bob.remember_senders(&reading);
    assert_eq!(bob.certificate_of("anna@example.test"), None, "nothing is learnt from a bad signature");
}

#[test]
fn what_is_not_protected_follows_from_the_arguments() {
    let (anna, _, _) = colleagues(EC);
    let compose = |text: &str| {
        let mut anna = anna.clone();
        let draft = Draft { text: text.into(), ..draft() };
        [anna.compose(&cx(), &draft).unwrap(), anna.compose(&cx(), &draft).unwrap()]
            .map(|wire| String::from_utf8(wire).unwrap())
    };
    let [first, second] = compose("x");
    assert_eq!([first.clone(), second.clone()], compose("x"));
    assert_ne!(first, second, "message ids differ");
    assert!(first.contains("Subject: =?utf-8?B?R3LDtsOfZSDinJM=?=\r\n"), "{first}");
    assert!(first.contains("Date: Mon, 02 Feb 2026 02:40:00 +0000\r\n"), "{first}");
    let [encoded, _] = compose("é");
    assert!(encoded.contains("Content-Transfer-Encoding: base64\r\n") && encoded.is_ascii());
    assert_eq!(anna.read(&cx(), encoded.as_bytes()).unwrap().text.as_deref(), Some("é\r\n"));
}

#[test]
fn a_draft_cannot_add_header_fields() {
    let (mut anna, _, _) = colleagues(EC);
    let draft = Draft { subject: "x\r\nBcc: evil@example.test\r\n\r\nbody".into(), ..draft() };
    let wire = anna.compose(&cx(), &draft).unwrap();
    let entity = smime::mime::Entity::read(&wire).unwrap();
    assert!(entity.headers.first("bcc").is_none());
    let mut nobody = Correspondent::new("a@b", "A", 1);
    let signed = Draft { signing: Some(Signing::Opaque), ..Draft::default() };
    assert_eq!(nobody.compose(&cx(), &signed), Err(ComposeError::NoIdentity));
}
