//! Paths made with the reproducible provider: every rule holds, or exactly one is broken.

mod options;

use super::*;
use crate::asn1::{context, context_primitive, sequence, tlv};
use crate::fake::FakeCrypto;
use crate::{Curve, ExtraExtension, Identity, IssueRequest, Timestamp, generate_identity};

const EC: PublicKeyAlgorithm = PublicKeyAlgorithm::Ec(Curve::P256);
const RSA: PublicKeyAlgorithm = PublicKeyAlgorithm::Rsa { bits: 2048 };
const START: Timestamp = Timestamp(1_700_000_000_000);
const NOW: Timestamp = Timestamp(1_750_000_000_000);
const END: Timestamp = Timestamp(1_800_000_000_000);
const VALIDITY: (Timestamp, Timestamp) = (START, END);

struct World {
    crypto: FakeCrypto,
}

impl World {
    fn new() -> Self {
        World { crypto: FakeCrypto::new(7) }
    }

    fn cx(&self) -> Context<'_> {
        Context { now: NOW, crypto: &self.crypto }
    }

    fn make(&self, issuer: Option<&Identity>, request: &IssueRequest) -> Identity {
        generate_identity(&self.cx(), issuer, EC, request).unwrap()
    }

    fn root(&self) -> Identity {
        self.make(None, &IssueRequest::authority("Root", 1, VALIDITY))
    }

    fn leaf(&self, issuer: &Identity) -> Identity {
        self.make(Some(issuer), &mail())
    }

    fn validate(
        &self,
        leaf: &Identity,
        intermediates: &[&Identity],
        anchors: &[&Identity],
        purpose: Purpose,
    ) -> Result<ValidPath, PathError> {
        let intermediates: Vec<_> = intermediates.iter().map(|i| i.certificate.clone()).collect();
        let trust = anchors.iter().map(|a| a.certificate.clone()).collect();
        validate(&self.cx(), &leaf.certificate, &intermediates, &trust, purpose)
    }
}

fn mail() -> IssueRequest {
    IssueRequest::mail("Ann", &["ann@mail.example.com"], 100, VALIDITY)
}

fn authority(name: &str) -> IssueRequest {
    IssueRequest::authority(name, 2, VALIDITY)
}

fn name_constraints(permitted: &[(u8, &[u8])], excluded: &[(u8, &[u8])]) -> ExtraExtension {
    let list = |tag, bases: &[(u8, &[u8])]| {
        let subtrees: Vec<_> = bases.iter().map(|(tag, base)| sequence(&[&tlv(*tag, &[base])])).collect();
        match bases {
            [] => Vec::new(),
            _ => tlv(tag, &subtrees.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        }
    };
    ExtraExtension {
        oid: ObjectIdentifier::new_unwrap("2.5.29.30"),
        critical: true,
        value: sequence(&[&list(context(0), permitted), &list(context(1), excluded)]),
    }
}

const MAILBOX: u8 = context_primitive(1);
const DNS: u8 = context_primitive(2);
const REGISTERED: u8 = context_primitive(8);
const DIRECTORY: u8 = context(4);

#[test]
fn a_path_of_three() {
    let w = World::new();
    let root = w.root();
    let ca = w.make(Some(&root), &authority("CA"));
    let leaf = w.leaf(&ca);
    let path = w.validate(&leaf, &[&ca], &[&root], Purpose::EmailSigning).unwrap();
    let wanted = [&leaf, &ca, &root].map(|i| i.certificate.clone());
    assert_eq!(path.certificates, wanted);
    // the chain that the identity carries is what is needed
    assert_eq!(leaf.chain, std::slice::from_ref(&ca.certificate));
    for purpose in [Purpose::EmailEncryption, Purpose::Any] {
        w.validate(&leaf, &[&ca], &[&root], purpose).unwrap();
    }
    let missing = w.validate(&leaf, &[], &[&root], Purpose::Any);
    assert_eq!(missing, Err(PathError::NoTrustedRoot { issuer: "CN=CA".into() }));
    let missing = w.validate(&leaf, &[&ca], &[], Purpose::Any);
    assert_eq!(missing, Err(PathError::NoTrustedRoot { issuer: "CN=Root".into() }));
    // an intermediate that is trusted ends the path
    assert_eq!(w.validate(&leaf, &[&ca], &[&ca], Purpose::Any).unwrap().certificates.len(), 2);
}

#[test]
fn a_trusted_leaf_is_its_own_path() {
    let w = World::new();
    let alone = w.make(None, &mail());
    assert_eq!(w.validate(&alone, &[], &[&alone], Purpose::EmailSigning).unwrap().certificates.len(), 1);
    assert!(matches!(
        w.validate(&alone, &[], &[&alone], Purpose::ClientAuth),
        Err(PathError::ExtendedKeyUsage { needed: CLIENT_AUTH, .. })
    ));
    assert!(matches!(w.validate(&alone, &[&alone], &[], Purpose::Any), Err(PathError::NoTrustedRoot { .. })));
}

#[test]
fn times_are_judged_everywhere_with_ends_included() {
    let w = World::new();
    let root = w.root();
    let until =
        |not_before, not_after| w.make(Some(&root), &IssueRequest { not_before, not_after, ..mail() });
    assert!(w.validate(&until(NOW, END), &[], &[&root], Purpose::Any).is_ok());
    assert!(w.validate(&until(START, NOW), &[], &[&root], Purpose::Any).is_ok());
    let (before, after) = (Timestamp(NOW.0 - 1000), Timestamp(NOW.0 + 1000));
    assert_eq!(
        w.validate(&until(START, before), &[], &[&root], Purpose::Any),
        Err(PathError::Expired { subject: "CN=Ann".into(), not_after: before, at: NOW })
    );
    assert_eq!(
        w.validate(&until(after, END), &[], &[&root], Purpose::Any),
        Err(PathError::NotYetValid { subject: "CN=Ann".into(), not_before: after, at: NOW })
    );
    let old_root = w.make(None, &IssueRequest { not_after: before, ..authority("Old") });
    let leaf = w.leaf(&old_root);
    assert!(matches!(w.validate(&leaf, &[], &[&old_root], Purpose::Any), Err(PathError::Expired { .. })));
}

#[test]
fn an_issuer_must_be_a_ca_that_may_sign() {
    let w = World::new();
    let root = w.root();
    let no_ca = w.make(Some(&root), &IssueRequest { ca: false, ..authority("No CA") });
    let e = w.validate(&w.leaf(&no_ca), &[&no_ca], &[&root], Purpose::Any).unwrap_err();
    assert_eq!(e, PathError::NotACa { subject: "CN=No CA".into() });
    let usage = Some(KeyUsage::CRL_SIGN);
    let no_sign = w.make(Some(&root), &IssueRequest { key_usage: usage, ..authority("No sign") });
    assert!(matches!(
        w.validate(&w.leaf(&no_sign), &[&no_sign], &[&root], Purpose::Any),
        Err(PathError::KeyUsage { needed: KeyUsage::KEY_CERT_SIGN, found: KeyUsage::CRL_SIGN, .. })
    ));
    let any = w.make(Some(&root), &IssueRequest { key_usage: None, ..authority("Any") });
    assert!(w.validate(&w.leaf(&any), &[&any], &[&root], Purpose::Any).is_ok());
}

#[test]
fn usages_of_the_leaf() {
    let w = World::new();
    let root = w.root();
    let check = |algorithm, key_usage, extended: &[ObjectIdentifier], purpose| {
        let request = IssueRequest { key_usage, extended_key_usage: extended.to_vec(), ..mail() };
        let leaf = generate_identity(&w.cx(), Some(&root), algorithm, &request).unwrap();
        w.validate(&leaf, &[], &[&root], purpose).err()
    };
    let mail = [EMAIL_PROTECTION];
    use Purpose::{ClientAuth, EmailEncryption, EmailSigning};
    assert_eq!(check(EC, None, &[], EmailSigning), None);
    assert_eq!(check(EC, None, &[], EmailEncryption), None);
    assert_eq!(check(EC, Some(KeyUsage::NON_REPUDIATION), &mail, EmailSigning), None);
    assert_eq!(check(RSA, Some(KeyUsage::KEY_ENCIPHERMENT), &mail, EmailEncryption), None);
    assert_eq!(check(EC, Some(KeyUsage::KEY_AGREEMENT), &mail, EmailEncryption), None);
    assert_eq!(check(EC, None, &[ANY_EXTENDED_KEY_USAGE], EmailSigning), None);
    let usage = |e| matches!(e, Some(PathError::KeyUsage { .. }));
    assert!(usage(check(EC, Some(KeyUsage::KEY_AGREEMENT), &mail, EmailSigning)));
    assert!(usage(check(EC, Some(KeyUsage::KEY_ENCIPHERMENT), &mail, EmailEncryption)));
    assert!(usage(check(RSA, Some(KeyUsage::KEY_AGREEMENT), &mail, EmailEncryption)));
    assert!(usage(check(RSA, Some(KeyUsage::KEY_ENCIPHERMENT), &[], ClientAuth)));
    let purpose = check(EC, None, &[CLIENT_AUTH], EmailSigning);
    assert!(matches!(purpose, Some(PathError::ExtendedKeyUsage { needed: EMAIL_PROTECTION, .. })));
}

#[test]
fn extended_key_usage_of_a_ca_narrows() {
    let w = World::new();
    let root = w.root();
    let request = IssueRequest { extended_key_usage: vec![CLIENT_AUTH], ..authority("Clients") };
    let ca = w.make(Some(&root), &request);
    let leaf = w.leaf(&ca);
    assert!(matches!(
        w.validate(&leaf, &[&ca], &[&root], Purpose::EmailSigning),
        Err(PathError::ExtendedKeyUsage { subject, .. }) if subject == "CN=Clients"
    ));
}

#[test]
fn path_length_counts_the_cas_below() {
    let w = World::new();
    let root = w.make(None, &IssueRequest { path_len: Some(1), ..authority("Root") });
    let one = w.make(Some(&root), &authority("One"));
    let two = w.make(Some(&one), &authority("Two"));
    assert!(w.validate(&w.leaf(&one), &[&one], &[&root], Purpose::Any).is_ok());
    assert_eq!(
        w.validate(&w.leaf(&two), &[&one, &two], &[&root], Purpose::Any),
        Err(PathError::PathLength { subject: "CN=Root".into(), limit: 1, found: 2 })
    );
    // a CA as the last certificate does not count
    assert!(w.validate(&two, &[&one], &[&root], Purpose::Any).is_ok());
}

#[test]
fn a_refusal_names_usages_and_purposes() {
    let subject = String::from("CN=Ann");
    let usage =
        |found| PathError::KeyUsage { subject: subject.clone(), needed: KeyUsage::KEY_CERT_SIGN, found };
    let said = usage(KeyUsage::CRL_SIGN).to_string();
    assert_eq!(said, "the key usage of CN=Ann allows cRLSign, not keyCertSign");
    let purpose = PathError::ExtendedKeyUsage { subject: subject.clone(), needed: EMAIL_PROTECTION };
    assert!(purpose.to_string().ends_with("does not allow 1.3.6.1.5.5.7.3.4"));
}

#[test]
fn a_changed_certificate_and_another_key_of_the_same_name() {
    let w = World::new();
    let root = w.root();
    let impostor = w.root(); // same name, another key
    let leaf = w.leaf(&root);
    assert!(w.validate(&leaf, &[], &[&root, &impostor], Purpose::Any).is_ok());
    assert!(matches!(
        w.validate(&leaf, &[], &[&impostor], Purpose::Any),
        Err(PathError::NoTrustedRoot { .. })
    ));
    // behind an intermediate it is the root that is missing
    let ca = w.make(Some(&root), &authority("CA"));
    assert_eq!(
        w.validate(&w.leaf(&ca), &[&ca], &[&impostor], Purpose::Any),
        Err(PathError::NoTrustedRoot { issuer: "CN=Root".into() })
    );
    let mut der = leaf.certificate.der().to_vec();
    let at = der.windows(3).position(|b| b == b"Ann").unwrap();
    der[at] = b'B';
    let changed = Identity { certificate: Certificate::from_der(&der).unwrap(), ..leaf };
    assert_eq!(
        w.validate(&changed, &[], &[&root], Purpose::Any),
        Err(PathError::BadSignature { subject: "CN=Bnn".into() })
    );
}

#[test]
fn alternatives_are_tried() {
    let w = World::new();
    let (root, other) = (w.root(), w.make(None, &authority("Other")));
    // one CA key certified three times: expired, under an unknown root, and well
    let ca = w.make(Some(&other), &authority("CA"));
    let spki = ca.certificate.spki_der().to_vec();
    let certify = |issuer: &Identity, request: &IssueRequest| Identity {
        certificate: crate::issue(&w.cx(), issuer, &spki, request).unwrap(),
        ..ca.clone()
    };
    let expired = certify(&root, &IssueRequest { not_after: Timestamp(NOW.0 - 1000), ..authority("CA") });
    let good = certify(&root, &authority("CA"));
    let leaf = w.leaf(&ca);
    let path = w.validate(&leaf, &[&ca, &expired, &good], &[&root], Purpose::Any).unwrap();
    assert_eq!(path.certificates[1], good.certificate);
    assert!(matches!(
        w.validate(&leaf, &[&ca, &expired], &[&root], Purpose::Any),
        Err(PathError::Expired { .. })
    ));
}

#[test]
fn unknown_critical_extensions_are_refused() {
    let w = World::new();
    let root = w.root();
    let extension = |critical| ExtraExtension {
        oid: ObjectIdentifier::new_unwrap("1.2.3.4"),
        critical,
        value: vec![5, 0],
    };
    let leaf =
        |critical| w.make(Some(&root), &IssueRequest { extensions: vec![extension(critical)], ..mail() });
    assert!(w.validate(&leaf(false), &[], &[&root], Purpose::Any).is_ok());
    assert!(matches!(
        w.validate(&leaf(true), &[], &[&root], Purpose::Any),
        Err(PathError::UnknownCriticalExtension { oid, .. }) if oid.to_string() == "1.2.3.4"
    ));
}

#[test]
fn name_constraints_on_mailboxes_and_names() {
    let w = World::new();
    let root = w.root();
    let check = |constraints: ExtraExtension, request: &IssueRequest| {
        let ca = w.make(Some(&root), &IssueRequest { extensions: vec![constraints], ..authority("CA") });
        w.validate(&w.make(Some(&ca), request), &[&ca], &[&root], Purpose::Any).err()
    };
    let outside = |e: Option<PathError>| matches!(e, Some(PathError::NameConstraint { .. }));
    for base in ["mail.example.com", "MAIL.example.com", ".example.com", "ann@mail.example.com", ""] {
        let base = base.as_bytes();
        assert_eq!(check(name_constraints(&[(MAILBOX, base)], &[]), &mail()), None);
        assert!(outside(check(name_constraints(&[], &[(MAILBOX, base)]), &mail())));
    }
    for base in ["example.com", ".mail.example.com", "bob@mail.example.com", "ail.example.com"] {
        let base = base.as_bytes();
        assert!(outside(check(name_constraints(&[(MAILBOX, base)], &[]), &mail())));
        assert_eq!(check(name_constraints(&[], &[(MAILBOX, base)]), &mail()), None);
    }
    // the legacy address of the subject counts, and so does what is no mailbox
    let legacy = IssueRequest { email_in_subject: true, ..mail() };
    assert!(outside(check(name_constraints(&[(MAILBOX, b"example.org")], &[]), &legacy)));
    let odd = IssueRequest { emails: vec!["nobody".into()], ..mail() };
    assert!(outside(check(name_constraints(&[], &[(MAILBOX, b"example.org")]), &odd)));
    let two = IssueRequest { emails: vec!["a@b@mail.example.com".into()], ..mail() };
    assert!(outside(check(name_constraints(&[(MAILBOX, b"mail.example.com")], &[]), &two)));
    let quoted = IssueRequest { emails: vec!["\"a@b\"@mail.example.com".into()], ..mail() };
    assert_eq!(check(name_constraints(&[(MAILBOX, b"mail.example.com")], &[]), &quoted), None);
    assert!(matches!(
        check(name_constraints(&[], &[]), &mail()),
        Some(PathError::UnsupportedNameConstraint { .. })
    ));
    // forms that the leaf does not have do not matter, those that it has and nobody reads do
    assert_eq!(check(name_constraints(&[(DNS, b"example.org")], &[]), &mail()), None);
    let host = ExtraExtension {
        oid: ObjectIdentifier::new_unwrap("2.5.29.17"),
        critical: false,
        value: sequence(&[&tlv(DNS, &[b"example.org"])]),
    };
    let with_host = IssueRequest { emails: vec![], extensions: vec![host], ..mail() };
    assert_eq!(check(name_constraints(&[(DNS, b"org")], &[]), &with_host), None);
    assert!(outside(check(name_constraints(&[(DNS, b"example.com")], &[]), &with_host)));
    assert!(outside(check(name_constraints(&[], &[(DNS, b"example.org")]), &with_host)));
    let registered = ExtraExtension {
        oid: ObjectIdentifier::new_unwrap("2.5.29.17"),
        critical: false,
        value: sequence(&[&tlv(REGISTERED, &[&[0x2A, 3, 4]])]),
    };
    let with_id = IssueRequest { emails: vec![], extensions: vec![registered], ..mail() };
    assert_eq!(check(name_constraints(&[(DNS, b"example.org")], &[]), &with_id), None);
    assert!(matches!(
        check(name_constraints(&[(REGISTERED, &[0x2A, 3])], &[]), &with_id),
        Some(PathError::UnsupportedNameConstraint { .. })
    ));
    // distinguished names
    let with_organization = |o: &str| IssueRequest { organization: Some(o.to_owned()), ..mail() };
    let base = w.make(None, &IssueRequest { common_name: String::new(), ..with_organization("ACME") });
    let base = base.certificate.subject_der();
    assert_eq!(check(name_constraints(&[(DIRECTORY, base)], &[]), &with_organization("acme")), None);
    assert!(outside(check(name_constraints(&[(DIRECTORY, base)], &[]), &with_organization("Other"))));
    assert!(outside(check(name_constraints(&[], &[(DIRECTORY, base)]), &with_organization("ACME"))));
}

#[test]
fn constraints_on_mailboxes_hold_in_every_form_of_the_domain() {
    let w = World::new();
    let root = w.root();
    let check = |permitted: &str, excluded: &str, mailbox: &str| {
        let [permitted, excluded]: [Vec<_>; 2] = [permitted, excluded]
            .map(|base| Some(base).filter(|b| !b.is_empty()).map(|b| (MAILBOX, b.as_bytes())))
            .map(|base| base.into_iter().collect());
        let constraints = name_constraints(&permitted, &excluded);
        let ca = w.make(Some(&root), &IssueRequest { extensions: vec![constraints], ..authority("CA") });
        let leaf = IssueRequest { emails: vec![mailbox.to_owned()], ..mail() };
        w.validate(&w.make(Some(&ca), &leaf), &[&ca], &[&root], Purpose::Any).err()
    };
    let outside = |e: Option<PathError>| matches!(e, Some(PathError::NameConstraint { .. }));
    for base in ["xn--r8jz45g.jp", "例え.jp"] {
        for inside in
            ["用户@例え.jp", "用户@例え.JP", "用户@xn--r8jz45g.jp", "info@XN--R8JZ45G.JP", "用户@例え。jp"]
        {
            assert!(outside(check("", base, inside)), "{base} {inside}");
            assert_eq!(check(base, "", inside), None, "{base} {inside}");
        }
        for beside in ["用户@sub.例え.jp", "用户@例.jp", "info@r8jz45g.jp"] {
            assert_eq!(check("", base, beside), None, "{base} {beside}");
            assert!(outside(check(base, "", beside)), "{base} {beside}");
        }
        // a character that some program maps to another one: neither permitted nor beyond an exclusion
        for untold in ["用户@ｅxample.jp", "用户@例え.jp.", "用户@か\u{3099}.jp"] {
            assert!(outside(check("", base, untold)) && outside(check(base, "", untold)), "{untold}");
        }
    }
    for below in ["用户@sub.例え.jp", "用户@SUB.xn--r8jz45g.jp"] {
        assert!(outside(check("", ".xn--r8jz45g.jp", below)));
        assert_eq!(check(".xn--r8jz45g.jp", "", below), None);
    }
    assert_eq!(check("", ".xn--r8jz45g.jp", "用户@例え.jp"), None);
}

#[test]
fn the_length_of_a_path_is_bounded() {
    let w = World::new();
    let root = w.root();
    let mut chain = vec![root];
    for i in 0..MAX_PATH_CERTIFICATES {
        let ca = w.make(chain.last(), &authority(&format!("CA {i}")));
        chain.push(ca);
    }
    let (root, cas) = chain.split_first().unwrap();
    let at = w.leaf(&cas[MAX_PATH_CERTIFICATES - 3]); // leaf and root are two
    let all: Vec<_> = cas.iter().collect();
    let path = w.validate(&at, &all, &[root], Purpose::Any).unwrap();
    assert_eq!(path.certificates.len(), MAX_PATH_CERTIFICATES);
    let over = w.leaf(&cas[MAX_PATH_CERTIFICATES - 2]);
    assert_eq!(
        w.validate(&over, &all, &[root], Purpose::Any),
        Err(PathError::TooLong { limit: MAX_PATH_CERTIFICATES })
    );
}

#[test]
fn the_search_is_bounded() {
    let w = World::new();
    let root = w.root();
    let ca = w.make(Some(&root), &authority("CA"));
    let leaf = w.leaf(&ca);
    // impostors without a key identifier must all be tried; the right one comes last
    let search = |impostors: usize| {
        let mut offered: Vec<Certificate> = (0..impostors)
            .map(|i| w.make(None, &IssueRequest { serial: vec![1, i as u8], ..authority("CA") }).certificate)
            .collect();
        offered.push(ca.certificate.clone());
        let trust = [root.certificate.clone()].into_iter().collect();
        let bare: Vec<Certificate> = offered.iter().map(without_key_id).collect();
        validate(&w.cx(), &leaf.certificate, &bare, &trust, Purpose::Any)
    };
    // the chain costs one check for the CA, and one for the root
    assert!(matches!(search(MAX_SIGNATURE_CHECKS - 2), Err(PathError::BadSignature { .. })));
    let exhausted = PathError::SearchExhausted { limit: MAX_SIGNATURE_CHECKS };
    assert_eq!(search(MAX_SIGNATURE_CHECKS), Err(exhausted));
    let many = vec![ca.certificate.clone(); MAX_INTERMEDIATES + 1];
    let trust = [root.certificate.clone()].into_iter().collect();
    assert!(validate(&w.cx(), &leaf.certificate, &many[1..], &trust, Purpose::Any).is_ok());
    assert!(matches!(
        validate(&w.cx(), &leaf.certificate, &many, &trust, Purpose::Any),
        Err(PathError::TooManyCertificates { .. })
    ));
}

/// Makes the subjectKeyIdentifier unrecognisable (and the signature wrong, which only a path through it would see).
fn without_key_id(c: &Certificate) -> Certificate {
    let mut der = c.der().to_vec();
    let at = der.windows(5).position(|b| b == [6, 3, 0x55, 0x1D, 14]).unwrap();
    der[at + 4] = 99;
    Certificate::from_der(&der).unwrap()
}

#[test]
fn a_cycle_ends() {
    let w = World::new();
    let a = w.make(None, &authority("A"));
    let b = w.make(Some(&a), &authority("B"));
    // A certified by B: the two certify each other
    let crossed = Identity {
        certificate: crate::issue(&w.cx(), &b, a.certificate.spki_der(), &authority("A")).unwrap(),
        ..a.clone()
    };
    let leaf = w.leaf(&b);
    let e = w.validate(&leaf, &[&b, &crossed], &[], Purpose::Any).unwrap_err();
    assert!(matches!(e, PathError::NoTrustedRoot { .. }), "{e:?}");
    assert_eq!(w.validate(&leaf, &[&b, &crossed], &[&a], Purpose::Any).unwrap().certificates.len(), 3);
}
