//! What the options of a judgement change.

use super::*;
use crate::crl::tests::{Draft, entry, extension};
use crate::ocsp::tests as ocsp;
use crate::{ANY_POLICY, Crl, DigestAlgorithm, OcspResponse, RevocationReason, SignatureScheme};

impl World {
    fn judge(
        &self,
        leaf: &Identity,
        intermediates: &[&Identity],
        anchor: &Identity,
        options: &PathOptions<'_>,
    ) -> Result<ValidPath, PathError> {
        let intermediates: Vec<_> = intermediates.iter().map(|i| i.certificate.clone()).collect();
        let trust = [anchor.certificate.clone()].into_iter().collect();
        validate_with(&self.cx(), &leaf.certificate, &intermediates, &trust, Purpose::EmailSigning, options)
    }

    fn crl(&self, issuer: &Identity, draft: &Draft) -> Crl {
        Crl::from_der(&draft.sign(&self.cx(), issuer)).unwrap()
    }
}

fn list(entries: Vec<Vec<u8>>) -> Draft {
    Draft { this_update: START, next_update: Some(END), entries, ..Draft::default() }
}

fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

fn policies(list: &[&str]) -> ExtraExtension {
    let list: Vec<u8> = list.iter().flat_map(|p| sequence(&[&crate::asn1::oid(&id(p))])).collect();
    ExtraExtension { oid: id("2.5.29.32"), critical: false, value: sequence(&[&list]) }
}

#[test]
fn an_extended_key_usage_can_be_required() {
    let w = World::new();
    let root = w.root();
    let bare = w.make(Some(&root), &IssueRequest { extended_key_usage: vec![], ..mail() });
    assert!(w.judge(&bare, &[], &root, &PathOptions::default()).is_ok());
    let options = PathOptions { require_eku: true, ..PathOptions::default() };
    assert_eq!(
        w.judge(&bare, &[], &root, &options),
        Err(PathError::NoExtendedKeyUsage { subject: "CN=Ann".into(), needed: EMAIL_PROTECTION })
    );
    assert!(w.judge(&w.leaf(&root), &[], &root, &options).is_ok());
    let more = PathOptions { extended_key_usages: &[CLIENT_AUTH], ..PathOptions::default() };
    assert!(matches!(
        w.judge(&w.leaf(&root), &[], &root, &more),
        Err(PathError::ExtendedKeyUsage { needed: CLIENT_AUTH, .. })
    ));
}

#[test]
fn the_number_of_intermediates_can_be_limited() {
    let w = World::new();
    let root = w.root();
    let ca = w.make(Some(&root), &authority("CA"));
    let leaf = w.leaf(&ca);
    let options = |n| PathOptions { intermediates_max: Some(n), ..PathOptions::default() };
    assert!(w.judge(&leaf, &[&ca], &root, &options(1)).is_ok());
    let e = PathError::TooManyIntermediates { found: 1, limit: 0 };
    assert_eq!(w.judge(&leaf, &[&ca], &root, &options(0)), Err(e));
}

#[test]
fn what_is_weak_is_flagged_and_strictly_refused() {
    let w = World::new();
    let root = w.root();
    let strict = PathOptions { strict: true, ..PathOptions::default() };
    let scheme = Some(SignatureScheme::Ecdsa(DigestAlgorithm::Sha1));
    let sha1 = w.make(Some(&root), &IssueRequest { scheme, ..mail() });
    let weakness = Weakness::Sha1Certificate { subject: "CN=Ann".into() };
    let path = w.judge(&sha1, &[], &root, &PathOptions::default()).unwrap();
    assert_eq!(path.weak, std::slice::from_ref(&weakness));
    assert_eq!(w.judge(&sha1, &[], &root, &strict), Err(PathError::Weak(weakness)));
    let small = PublicKeyAlgorithm::Rsa { bits: 2047 };
    for (algorithm, weak) in [(small, true), (RSA, false)] {
        let leaf = generate_identity(&w.cx(), Some(&root), algorithm, &mail()).unwrap();
        assert_eq!(
            w.judge(&leaf, &[], &root, &PathOptions::default()).unwrap().weak.len(),
            usize::from(weak)
        );
        assert_eq!(w.judge(&leaf, &[], &root, &strict).is_err(), weak);
    }
    // how an anchor is signed is nobody's business
    let old = w.make(None, &IssueRequest { scheme, ..authority("Old") });
    assert!(w.judge(&w.leaf(&old), &[], &old, &strict).is_ok());
}

#[test]
fn policies_are_required_and_told() {
    let w = World::new();
    let root = w.root();
    let with =
        |list: &[&str], request: IssueRequest| IssueRequest { extensions: vec![policies(list)], ..request };
    let ca = w.make(Some(&root), &with(&["1.2.3.1", "1.2.3.2"], authority("CA")));
    let leaf = w.make(Some(&ca), &with(&["1.2.3.2", "1.2.3.3"], mail()));
    let (two, three) = ([id("1.2.3.2")], [id("1.2.3.3")]);
    let required = PathOptions { require_policy: true, ..PathOptions::default() };
    assert_eq!(w.judge(&leaf, &[&ca], &root, &required).unwrap().policies, two);
    let acceptable = PathOptions { policies: &two, ..required };
    assert_eq!(w.judge(&leaf, &[&ca], &root, &acceptable).unwrap().policies, two);
    let other = PathOptions { policies: &three, ..required };
    assert_eq!(
        w.judge(&leaf, &[&ca], &root, &other),
        Err(PathError::NoValidPolicy { subject: "CN=Ann".into(), acceptable: three.to_vec() })
    );
    // without a demand for policies their loss is no fault
    let path = w.judge(&leaf, &[&ca], &root, &PathOptions { require_policy: false, ..other }).unwrap();
    assert!(path.policies.is_empty());
    let any = w.make(Some(&root), &with(&["2.5.29.32.0"], mail()));
    assert_eq!(w.judge(&any, &[], &root, &required).unwrap().policies, [ANY_POLICY]);
    let inhibited = PathOptions { inhibit_any_policy: true, ..required };
    assert!(matches!(w.judge(&any, &[], &root, &inhibited), Err(PathError::NoValidPolicy { .. })));
}

/// With the tree of RFC 5280 each level would multiply the nodes of the one above by the number of mappings.
#[test]
fn mapped_policies_do_not_multiply() {
    let w = World::new();
    let n = 100;
    let names: Vec<String> = (0..n).map(|i| format!("1.2.3.{i}")).collect();
    let all = policies(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let pairs: Vec<u8> = (0..n * 2)
        .flat_map(|i| {
            let policy = |i: usize| crate::asn1::oid(&id(&names[i % n]));
            sequence(&[&policy(i), &policy(i * 7 + i / n)])
        })
        .collect();
    let mappings = ExtraExtension { oid: id("2.5.29.33"), critical: false, value: sequence(&[&pairs]) };
    let mut chain = vec![w.root()];
    for i in 0..MAX_PATH_CERTIFICATES - 2 {
        let request =
            IssueRequest { extensions: vec![all.clone(), mappings.clone()], ..authority(&format!("CA {i}")) };
        chain.push(w.make(chain.last(), &request));
    }
    let leaf = w.make(chain.last(), &IssueRequest { extensions: vec![all], ..mail() });
    let cas: Vec<_> = chain[1..].iter().collect();
    let options = PathOptions { require_policy: true, ..PathOptions::default() };
    assert_eq!(w.judge(&leaf, &cas, &chain[0], &options).unwrap().policies.len(), n);
}

#[test]
fn revocation_is_judged_as_asked() {
    let w = World::new();
    let root = w.root();
    let ca = w.make(Some(&root), &authority("CA"));
    let leaf = w.leaf(&ca);
    let serial = leaf.certificate.serial().to_vec();
    let of_root = w.crl(&root, &list(vec![]));
    let good = w.crl(&ca, &list(vec![entry(&[1, 2, 3], None)]));
    let revoked = w.crl(&ca, &list(vec![entry(&serial, Some(6))]));
    let judge = |crls: &[Crl], revocation| {
        w.judge(&leaf, &[&ca], &root, &PathOptions { crls, revocation, ..PathOptions::default() })
    };
    use RevocationMode::{IfKnown, Off, Required};
    let status = RevocationStatus::Good { source: RevocationSource::Crl, next_update: Some(END) };
    let both = [of_root.clone(), good.clone()];
    for mode in [IfKnown, Required] {
        assert_eq!(judge(&both, mode).unwrap().revocation, [status.clone(), status.clone()]);
        let refused = judge(&[of_root.clone(), revoked.clone()], mode).unwrap_err();
        let PathError::Revoked { subject, reason, .. } = refused else { panic!("{refused:?}") };
        assert_eq!((subject.as_str(), reason), ("CN=Ann", RevocationReason::CertificateHold));
    }
    let off = judge(std::slice::from_ref(&revoked), Off).unwrap();
    assert_eq!(off.revocation, vec![RevocationStatus::NotChecked; 2]);
    // the CA's own status is missing
    let nothing = RevocationProblem::NoInformation;
    let one = [good.clone()];
    let unknown = RevocationStatus::Unknown(nothing.clone());
    assert_eq!(judge(&one, IfKnown).unwrap().revocation, [status, unknown]);
    let e = PathError::RevocationUnknown { subject: "CN=CA".into(), problem: nothing };
    assert_eq!(judge(&one, Required), Err(e));
}

#[test]
fn the_newest_list_speaks_and_of_equally_new_ones_the_one_that_revokes() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    let revoking = vec![entry(leaf.certificate.serial(), None)];
    let at = |hours: i64, entries| {
        let this_update = Timestamp(START.0 + hours * 3_600_000);
        w.crl(&root, &Draft { this_update, ..list(entries) })
    };
    let judge = |crls: &[Crl]| {
        let options = PathOptions { crls, revocation: RevocationMode::IfKnown, ..PathOptions::default() };
        w.judge(&leaf, &[], &root, &options).map(|path| path.revocation)
    };
    let good = |found: Result<Vec<RevocationStatus>, PathError>| {
        matches!(found.unwrap()[..], [RevocationStatus::Good { .. }])
    };
    let revoked = |found| matches!(found, Err(PathError::Revoked { .. }));
    let (empty, full) = (at(1, vec![]), at(1, revoking.clone()));
    assert!(revoked(judge(&[empty.clone(), full.clone()])));
    assert!(revoked(judge(&[full.clone(), empty.clone()])));
    let (older, newer) = (at(0, revoking), at(2, vec![]));
    assert!(good(judge(&[older.clone(), newer.clone()])) && good(judge(&[newer, older.clone()])));
    assert!(revoked(judge(&[at(0, vec![]), full.clone()])) && revoked(judge(&[full, at(0, vec![])])));
    assert!(good(judge(&[older, empty])));
}

#[test]
fn lists_that_do_not_count() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    let problem = |crl: Crl| {
        let crls = [crl];
        let options =
            PathOptions { crls: &crls, revocation: RevocationMode::Required, ..PathOptions::default() };
        match w.judge(&leaf, &[], &root, &options) {
            Err(PathError::RevocationUnknown { problem, .. }) => Some(problem),
            Ok(_) => None,
            Err(e) => panic!("{e}"),
        }
    };
    assert_eq!(problem(w.crl(&root, &list(vec![]))), None);
    let (before, after) = (Timestamp(NOW.0 - 1000), Timestamp(NOW.0 + 1000));
    let until = |at| Draft { next_update: Some(at), ..list(vec![]) };
    assert_eq!(problem(w.crl(&root, &until(NOW))), None);
    assert_eq!(problem(w.crl(&root, &until(before))), Some(RevocationProblem::Stale { next_update: before }));
    let future = Draft { this_update: after, ..list(vec![]) };
    assert_eq!(problem(w.crl(&root, &future)), Some(RevocationProblem::NotYetValid { this_update: after }));
    let with = |id, value: &[u8]| Draft { extensions: vec![extension(id, true, value)], ..list(vec![]) };
    let oid = id("1.2.3.4");
    let unknown = problem(w.crl(&root, &with("1.2.3.4", &[5, 0])));
    assert_eq!(unknown, Some(RevocationProblem::UnknownCriticalExtension { oid }));
    // issuingDistributionPoint: for CAs only, for attribute certificates only, for some reasons only
    let scope = |field: &[u8]| problem(w.crl(&root, &with("2.5.29.28", &sequence(&[field]))));
    assert_eq!(scope(&[0x82, 1, 0xFF]), Some(RevocationProblem::OutOfScope));
    assert_eq!(scope(&[0x85, 1, 0xFF]), Some(RevocationProblem::OutOfScope));
    assert_eq!(scope(&[0x83, 2, 6, 0x40]), Some(RevocationProblem::ReasonsNotCovered));
    assert_eq!(scope(&[0x81, 1, 0xFF]), None);
    // another key of the same name; and a CA that may not sign lists
    let impostor = w.root();
    assert_eq!(problem(w.crl(&impostor, &list(vec![]))), Some(RevocationProblem::BadSignature));
    let delta = Draft {
        extensions: vec![extension("2.5.29.27", true, &[2, 1, 1]), extension("2.5.29.20", false, &[2, 1, 2])],
        ..list(vec![])
    };
    assert_eq!(problem(w.crl(&root, &delta)), Some(RevocationProblem::BaseMissing));
    let usage = Some(KeyUsage::KEY_CERT_SIGN);
    let mute = w.make(None, &IssueRequest { key_usage: usage, ..authority("Mute") });
    let crls = [w.crl(&mute, &list(vec![]))];
    let options = PathOptions { crls: &crls, revocation: RevocationMode::Required, ..PathOptions::default() };
    assert!(matches!(
        w.judge(&w.leaf(&mute), &[], &mute, &options),
        Err(PathError::RevocationUnknown { problem: RevocationProblem::MayNotSign { .. }, .. })
    ));
}

#[test]
fn a_delta_changes_its_list() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    let serial = leaf.certificate.serial();
    let number = |n: u8| extension("2.5.29.20", false, &[2, 1, n]);
    let complete = |entries, n| w.crl(&root, &Draft { extensions: vec![number(n)], ..list(entries) });
    let delta = |entries, n, base: u8| {
        let extensions = vec![number(n), extension("2.5.29.27", true, &[2, 1, base])];
        w.crl(&root, &Draft { extensions, ..list(entries) })
    };
    let judge = |crls: [Crl; 2]| {
        let options =
            PathOptions { crls: &crls, revocation: RevocationMode::Required, ..PathOptions::default() };
        w.judge(&leaf, &[], &root, &options)
    };
    let held = || vec![entry(serial, Some(6))];
    let released = || vec![entry(serial, Some(8))];
    let revoked = |found| matches!(found, Err(PathError::Revoked { .. }));
    assert!(revoked(judge([complete(vec![], 5), delta(held(), 6, 4)])));
    assert!(judge([complete(held(), 5), delta(released(), 6, 5)]).is_ok());
    // a delta to a later list releases nobody, nor does one that is older than the list
    assert!(judge([complete(vec![], 5), delta(vec![], 7, 6)]).is_ok());
    assert!(revoked(judge([complete(held(), 5), delta(released(), 7, 6)])));
    assert!(revoked(judge([complete(held(), 5), delta(released(), 4, 3)])));
    // nor one that cannot be used
    let odd = |base: u8| {
        let more = extension("1.2.3.4", true, &[5, 0]);
        let extensions = vec![number(6), extension("2.5.29.27", true, &[2, 1, base]), more];
        w.crl(&root, &Draft { extensions, ..list(released()) })
    };
    assert!(revoked(judge([complete(vec![entry(serial, Some(1))], 5), odd(5)])));
    assert!(matches!(judge([complete(held(), 5), odd(5)]), Err(PathError::RevocationUnknown { .. })));
    // what it revokes was revoked after the list, but not when the list is newer
    assert!(revoked(judge([complete(vec![], 5), delta(held(), 7, 6)])));
    assert!(judge([complete(vec![], 5), delta(held(), 4, 3)]).is_ok());
}

#[test]
fn a_delta_revokes_without_its_list() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    let delta = |reason: Option<u8>, number: u8, base: u8, next_update| {
        let extensions =
            vec![extension("2.5.29.20", false, &[2, 1, number]), extension("2.5.29.27", true, &[2, 1, base])];
        let entries = vec![entry(leaf.certificate.serial(), reason)];
        w.crl(&root, &Draft { extensions, next_update: Some(next_update), ..list(entries) })
    };
    let before = Timestamp(NOW.0 - 1000);
    let judge = |crls: &[Crl]| {
        let options = PathOptions { crls, revocation: RevocationMode::IfKnown, ..PathOptions::default() };
        w.judge(&leaf, &[], &root, &options).map(|path| path.revocation)
    };
    let reason = |found| match found {
        Err(PathError::Revoked { reason, .. }) => Some(reason),
        _ => None,
    };
    let missing = Ok(vec![RevocationStatus::Unknown(RevocationProblem::BaseMissing)]);
    assert_eq!(reason(judge(&[delta(Some(1), 6, 5, END)])), Some(RevocationReason::KeyCompromise));
    assert_eq!(reason(judge(&[delta(Some(6), 6, 5, END)])), Some(RevocationReason::CertificateHold));
    // out of date it says so too, but of a hold
    assert_eq!(reason(judge(&[delta(None, 6, 5, before)])), Some(RevocationReason::Unspecified));
    let stale = RevocationProblem::Stale { next_update: before };
    assert_eq!(judge(&[delta(Some(6), 6, 5, before)]), Ok(vec![RevocationStatus::Unknown(stale)]));
    // a newer one releases
    assert_eq!(judge(&[delta(Some(8), 6, 5, END)]), missing);
    assert_eq!(judge(&[delta(Some(6), 6, 5, END), delta(Some(8), 7, 5, END)]), missing);
    assert!(reason(judge(&[delta(Some(6), 7, 5, END), delta(Some(8), 6, 5, END)])).is_some());
    // another key of the same name revokes nobody
    let impostor = w.root();
    let extensions = vec![extension("2.5.29.27", true, &[2, 1, 5])];
    let forged = Draft { extensions, ..list(vec![entry(leaf.certificate.serial(), Some(1))]) };
    let wrong = RevocationStatus::Unknown(RevocationProblem::BadSignature);
    assert_eq!(judge(&[w.crl(&impostor, &forged)]), Ok(vec![wrong]));
}

#[test]
fn a_revocation_outlasts_the_list_that_tells_it() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    let before = Timestamp(NOW.0 - 1000);
    let made = |issuer: &Identity, hours: i64, reason: Option<Option<u8>>, next_update| {
        let entries = reason.map(|reason| entry(leaf.certificate.serial(), reason)).into_iter().collect();
        let this_update = Timestamp(START.0 + hours * 3_600_000);
        w.crl(issuer, &Draft { this_update, next_update: Some(next_update), ..list(entries) })
    };
    let old = |reason| made(&root, 0, Some(reason), before);
    for revocation in [RevocationMode::IfKnown, RevocationMode::Required] {
        let judge = |crls: &[Crl]| {
            let options = PathOptions { crls, revocation, ..PathOptions::default() };
            w.judge(&leaf, &[], &root, &options).map(|path| path.revocation)
        };
        for reason in [None, Some(1), Some(3), Some(9)] {
            assert!(matches!(judge(&[old(reason)]), Err(PathError::Revoked { .. })), "{reason:?}");
        }
        // a hold may have been released since, and what the list does not name may have been revoked
        let stale = RevocationProblem::Stale { next_update: before };
        for crl in [old(Some(6)), old(Some(8)), made(&root, 0, None, before)] {
            match (judge(&[crl]), revocation) {
                (Ok(found), RevocationMode::IfKnown) => {
                    assert_eq!(found, [RevocationStatus::Unknown(stale.clone())]);
                }
                (Err(PathError::RevocationUnknown { problem, .. }), _) => assert_eq!(problem, stale),
                other => panic!("{other:?}"),
            }
        }
        // a newer list that is current speaks; one that is out of date too does not
        assert!(judge(&[old(Some(1)), made(&root, 1, None, END)]).is_ok());
        let both = judge(&[old(Some(1)), made(&root, 1, None, before)]);
        assert!(matches!(both, Err(PathError::Revoked { .. })));
        // and it has to be the issuer's word
        let forged = judge(&[made(&w.root(), 0, Some(Some(1)), before)]);
        assert!(!matches!(forged, Err(PathError::Revoked { .. })), "{forged:?}");
    }
}

#[test]
fn a_revocation_outlasts_the_response_that_tells_it() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    // a responder whose own certificate has ended when the answer is read
    let week = i64::from(u8::try_from(OCSP_AGE_DAYS).unwrap()) * 86_400_000;
    let request = IssueRequest {
        not_after: Timestamp(NOW.0 + week),
        extended_key_usage: vec![id("1.3.6.1.5.5.7.3.9")],
        extensions: vec![ExtraExtension {
            oid: id("1.3.6.1.5.5.7.48.1.5"),
            critical: false,
            value: vec![5, 0],
        }],
        ..IssueRequest::mail("Responder", &[], 7, VALIDITY)
    };
    let responder = w.make(Some(&root), &request);
    let said = |signer: &Identity, status: &[u8]| {
        let answers = [ocsp::answer(&w.cx(), &root, &leaf, status, &[])];
        let der = ocsp::response(&w.cx(), signer, &answers, &[&signer.certificate]);
        OcspResponse::from_der(&der).unwrap()
    };
    let judge = |ocsp: &[OcspResponse], at: i64| {
        let options = PathOptions { ocsp, revocation: RevocationMode::IfKnown, ..PathOptions::default() };
        let trust = [root.certificate.clone()].into_iter().collect();
        let cx = Context { now: Timestamp(at), crypto: &w.crypto };
        validate_with(&cx, &leaf.certificate, &[], &trust, Purpose::EmailSigning, &options)
            .map(|path| path.revocation)
    };
    let refused = |found| matches!(found, Err(PathError::Revoked { told_by: RevocationSource::Ocsp, .. }));
    let (current, later) = (NOW.0 + week, NOW.0 + week + 1000);
    let stale = RevocationProblem::Stale { next_update: Timestamp(current) };
    for signer in [&root, &responder] {
        for status in [ocsp::revoked(None), ocsp::revoked(Some(1))] {
            let said = [said(signer, &status)];
            assert!(refused(judge(&said, current)) && refused(judge(&said, later)));
        }
        for status in [ocsp::revoked(Some(6)), ocsp::GOOD.to_vec(), vec![0x82, 0]] {
            let found = judge(&[said(signer, &status)], later);
            assert_eq!(found, Ok(vec![RevocationStatus::Unknown(stale.clone())]));
        }
    }
    assert!(refused(judge(&[said(&root, &ocsp::revoked(Some(6)))], current)));
    let forged = judge(&[said(&w.root(), &ocsp::revoked(Some(1)))], later);
    assert!(matches!(forged.as_deref(), Ok([RevocationStatus::Unknown(_)])), "{forged:?}");
}

#[test]
fn it_is_said_whose_status_is_not_known() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    let request = IssueRequest {
        extended_key_usage: vec![id("1.3.6.1.5.5.7.3.9")],
        ..IssueRequest::mail("Responder", &[], 7, VALIDITY)
    };
    let responder = w.make(Some(&root), &request);
    let answers = [ocsp::answer(&w.cx(), &root, &leaf, ocsp::GOOD, &[])];
    let der = ocsp::response(&w.cx(), &responder, &answers, &[&responder.certificate]);
    let ocsp = [OcspResponse::from_der(&der).unwrap()];
    let judge = |crls: &[Crl], revocation| {
        w.judge(&leaf, &[], &root, &PathOptions { ocsp: &ocsp, crls, revocation, ..PathOptions::default() })
    };
    assert!(judge(&[], RevocationMode::IfKnown).is_ok());
    let e = judge(&[], RevocationMode::Required).unwrap_err();
    assert_eq!(
        e.to_string(),
        "it is not known whether the certificate of CN=Ann was revoked: the OCSP responder is not trusted: it is not \
         known whether the certificate of CN=Responder was revoked: there is no information about it"
    );
    // the list of the root speaks of the responder too
    assert!(judge(&[w.crl(&root, &list(vec![]))], RevocationMode::Required).is_ok());
}

/// Each signer's own status is on a list of the next signer, the last one's on a list of the root.
#[test]
fn signers_of_lists_behind_each_other_are_bounded() {
    let w = World::new();
    let root = w.root();
    let name = |i: usize| format!("Signer {i}");
    let plain = |i: usize| {
        let usage = Some(KeyUsage::CRL_SIGN);
        IssueRequest { key_usage: usage, ca: false, ..authority(&name(i)) }
    };
    // a distribution point whose cRLIssuer is that signer
    let named = |i: usize| {
        let directory = w.make(None, &plain(i)).certificate.subject_der().to_vec();
        let point = sequence(&[&tlv(context(2), &[&tlv(DIRECTORY, &[&directory])])]);
        ExtraExtension { oid: id("2.5.29.31"), critical: false, value: sequence(&[&point]) }
    };
    let indirect = || Draft {
        extensions: vec![extension("2.5.29.28", true, &sequence(&[&[0x84, 1, 0xFF]]))],
        ..list(vec![])
    };
    // the root's list is only for those whose distribution point has this name
    let place = tlv(context(0), &[&tlv(context(0), &[&tlv(context_primitive(6), &[b"http://crl"])])]);
    let last =
        ExtraExtension { oid: id("2.5.29.31"), critical: false, value: sequence(&[&sequence(&[&place])]) };
    let judge = |n: usize| {
        let leaf = w.make(Some(&root), &IssueRequest { extensions: vec![named(0)], ..mail() });
        let signers: Vec<_> = (0..n)
            .map(|i| {
                let point = if i + 1 < n { named(i + 1) } else { last.clone() };
                w.make(Some(&root), &IssueRequest { extensions: vec![point], ..plain(i) })
            })
            .collect();
        let mut crls: Vec<_> = signers.iter().map(|s| w.crl(s, &indirect())).collect();
        let scope = extension("2.5.29.28", true, &sequence(&[&place]));
        crls.push(w.crl(&root, &Draft { extensions: vec![scope], ..list(vec![]) }));
        let options =
            PathOptions { crls: &crls, revocation: RevocationMode::Required, ..PathOptions::default() };
        w.judge(&leaf, &signers.iter().collect::<Vec<_>>(), &root, &options)
    };
    assert!(judge(MAX_SIGNER_NESTING).is_ok());
    let mut e = judge(MAX_SIGNER_NESTING + 1).unwrap_err();
    // the reason stands at the end of the chain of signers
    loop {
        match e {
            PathError::RevocationUnknown { problem: RevocationProblem::SignerRefused(inner), .. } => {
                e = *inner
            }
            PathError::RevocationUnknown { problem, .. } => {
                assert_eq!(problem, RevocationProblem::TooManySigners { limit: MAX_SIGNER_NESTING });
                break;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn inputs_and_checks_are_bounded() {
    let w = World::new();
    let root = w.root();
    let leaf = w.leaf(&root);
    let crl = w.crl(&root, &list(vec![]));
    let required = PathOptions { revocation: RevocationMode::Required, ..PathOptions::default() };
    let many = vec![crl.clone(); MAX_REVOCATION_INPUTS + 1];
    assert!(w.judge(&leaf, &[], &root, &PathOptions { crls: &many[1..], ..required }).is_ok());
    let e = PathError::TooMuchRevocation { found: MAX_REVOCATION_INPUTS + 1, limit: MAX_REVOCATION_INPUTS };
    assert_eq!(w.judge(&leaf, &[], &root, &PathOptions { crls: &many, ..required }), Err(e));
    // lists whose signature is wrong cost a check each
    let mut der = crl.der().to_vec();
    let last = der.len() - 1;
    der[last] ^= 1;
    let wrong = Crl::from_der(&der).unwrap();
    let judge = |n: usize| {
        let mut crls = vec![wrong.clone(); n];
        crls.push(crl.clone());
        let options =
            PathOptions { crls: &crls, revocation: RevocationMode::Required, ..PathOptions::default() };
        w.judge(&leaf, &[], &root, &options)
    };
    assert!(judge(MAX_REVOCATION_CHECKS - 1).is_ok());
    assert!(matches!(judge(MAX_REVOCATION_CHECKS), Err(PathError::RevocationUnknown { .. })));
}
