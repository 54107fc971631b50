//! Revocation lists and OCSP responses that the `openssl` program makes as a CA, judged as it judges them.

mod openssl_program;

use crypto::AwsLc;
use openssl_program::{CA, EC, LEAF, Openssl, openssl};
use smime::{
    Context, Crl, OcspResponse, OcspStatus, PathError, PathOptions, Purpose, RevocationMode,
    RevocationProblem, RevocationReason, RevocationSource, RevocationStatus, Timestamp, TrustStore,
    ValidPath, ocsp_request, validate_with,
};
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400_000;

fn now() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
}

/// A CA with a database, a good and a revoked certificate, and two OCSP responders.
fn authority(test: &str) -> Option<Openssl> {
    let o = openssl(test)?;
    o.issue("root", None, EC, CA);
    for name in ["good", "bad"] {
        o.issue(name, Some("root"), EC, LEAF);
    }
    let responder =
        "extendedKeyUsage=OCSPSigning\nkeyUsage=digitalSignature\n1.3.6.1.5.5.7.48.1.5=DER:0500\n";
    o.issue("responder", Some("root"), EC, responder);
    o.issue("impostor", Some("root"), EC, "extendedKeyUsage=emailProtection\n");
    o.write("index.txt", b"");
    o.write("number", b"1000\n");
    o.write(
        "ca.cnf",
        b"[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ncertificate=root.pem\n\
          private_key=root.key\ndefault_md=sha256\ndefault_crl_days=7\ncrl_extensions=e\npolicy=p\n\
          [p]\ncommonName=supplied\n[e]\nauthorityKeyIdentifier=keyid\n",
    );
    o.run("ca -config ca.cnf -valid good.pem");
    o.run("ca -config ca.cnf -revoke bad.pem -crl_reason keyCompromise");
    Some(o)
}

fn judge(o: &Openssl, name: &str, at: Timestamp, options: &PathOptions<'_>) -> Result<ValidPath, PathError> {
    let trust: TrustStore = [o.certificate("root")].into_iter().collect();
    let cx = Context { now: at, crypto: &AwsLc };
    validate_with(&cx, &o.certificate(name), &[], &trust, Purpose::EmailSigning, options)
}

#[test]
fn lists_of_openssl() {
    let Some(o) = authority("crl") else { return };
    o.run("ca -config ca.cnf -gencrl -out root.crl");
    let crls = Crl::from_pem(&o.read("root.crl")).unwrap();
    assert_eq!(crls[0].find(&o.certificate("bad")).unwrap().reason, RevocationReason::KeyCompromise);
    assert_eq!(crls[0].find(&o.certificate("good")), None);
    let base = PathOptions { crls: &crls, ..PathOptions::default() };
    for revocation in [RevocationMode::Required, RevocationMode::IfKnown] {
        let options = PathOptions { revocation, ..base };
        let path = judge(&o, "good", now(), &options).unwrap();
        let [RevocationStatus::Good { source: RevocationSource::Crl, next_update }] = path.revocation[..]
        else {
            panic!("{:?}", path.revocation)
        };
        assert_eq!(next_update, crls[0].next_update());
        let refused = judge(&o, "bad", now(), &options).unwrap_err();
        assert!(
            matches!(
                &refused,
                PathError::Revoked {
                    reason: RevocationReason::KeyCompromise,
                    told_by: RevocationSource::Crl,
                    ..
                }
            ),
            "{refused:?}"
        );
        // out of date: of who is not on it nothing is known any more, and who was revoked stays so
        let later = Timestamp(now().0 + 8 * DAY);
        match (judge(&o, "good", later, &options), revocation) {
            (Err(PathError::RevocationUnknown { problem, .. }), RevocationMode::Required) => {
                assert!(matches!(problem, RevocationProblem::Stale { .. }));
            }
            (Ok(path), RevocationMode::IfKnown) => {
                let stale = |s: &RevocationStatus| {
                    matches!(s, RevocationStatus::Unknown(RevocationProblem::Stale { .. }))
                };
                assert!(path.revocation.iter().all(stale));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(judge(&o, "bad", later, &options).unwrap_err(), refused);
    }
    assert!(judge(&o, "bad", now(), &base).is_ok(), "nobody looked");
    let check = |name: &str| {
        o.output(&format!("verify -crl_check -CAfile root.pem -CRLfile root.crl {name}.pem")).status.success()
    };
    assert!(check("good") && !check("bad"));
    // a changed list
    let mut der = crls[0].der().to_vec();
    let last = der.len() - 1;
    der[last] ^= 1;
    let changed = [Crl::from_der(&der).unwrap()];
    let options = PathOptions { crls: &changed, revocation: RevocationMode::Required, ..base };
    let refused = judge(&o, "good", now(), &options).unwrap_err();
    let problem = RevocationProblem::BadSignature;
    assert!(matches!(refused, PathError::RevocationUnknown { problem: p, .. } if p == problem));
}

#[test]
fn lists_over_sha1_are_flagged_and_strictly_refused() {
    let Some(o) = authority("crl-sha1") else { return };
    o.run("ca -config ca.cnf -gencrl -md sha1 -out root.crl");
    let crls = Crl::from_pem(&o.read("root.crl")).unwrap();
    let options = PathOptions { crls: &crls, revocation: RevocationMode::Required, ..PathOptions::default() };
    let path = judge(&o, "good", now(), &options).unwrap();
    assert!(
        matches!(&path.weak[..], [smime::Weakness::Sha1Revocation { subject }] if subject.contains("good"))
    );
    let refused = judge(&o, "good", now(), &PathOptions { strict: true, ..options }).unwrap_err();
    assert!(matches!(
        refused,
        PathError::RevocationUnknown { problem: RevocationProblem::WeakSignature, .. }
    ));
}

#[test]
fn responses_of_openssl() {
    let Some(o) = authority("ocsp") else { return };
    let cx = Context { now: now(), crypto: &AwsLc };
    for (name, responder, authorised) in [
        ("good", "root", true),
        ("bad", "root", true),
        ("good", "responder", true),
        ("bad", "responder", true),
        ("good", "impostor", false),
        ("bad", "impostor", false),
    ] {
        // our request is octet for octet openssl's
        o.run(&format!("ocsp -issuer root.pem -cert {name}.pem -no_nonce -reqout theirs.req"));
        let request = ocsp_request(&cx, &o.certificate(name), &o.certificate("root"));
        assert_eq!(request, o.read("theirs.req"));
        o.write("ours.req", &request);
        for (ndays, key_id) in [("-ndays 1", ""), ("", "-resp_key_id")] {
            o.run(&format!(
                "ocsp -index index.txt -CA root.pem -rsigner {responder}.pem -rkey {responder}.key {ndays} \
                 {key_id} -reqin ours.req -respout response"
            ));
            let response = OcspResponse::from_der(&o.read("response")).unwrap();
            let told = response.find(&cx, &o.certificate(name), &o.certificate("root")).unwrap();
            assert_eq!(matches!(told, OcspStatus::Good), name == "good");
            assert!(response.find(&cx, &o.certificate("responder"), &o.certificate("root")).is_none());
            let ocsp = [response];
            let options =
                PathOptions { ocsp: &ocsp, revocation: RevocationMode::Required, ..PathOptions::default() };
            let found = judge(&o, name, now(), &options);
            let what = format!("{name} {responder} {ndays}: {found:?}");
            let right = match &found {
                Ok(path) => {
                    let ocsp = RevocationSource::Ocsp;
                    authorised
                        && name == "good"
                        && matches!(&path.revocation[..], [RevocationStatus::Good { source, .. }] if *source == ocsp)
                }
                Err(PathError::Revoked { told_by: RevocationSource::Ocsp, reason, .. }) => {
                    authorised && name == "bad" && *reason == RevocationReason::KeyCompromise
                }
                Err(PathError::RevocationUnknown { problem, .. }) => {
                    !authorised && *problem == RevocationProblem::ResponderNotAuthorized
                }
                Err(_) => false,
            };
            assert!(right, "{what}");
            // an answer without an end is good for a week
            let days = if ndays.is_empty() { 7 } else { 1 };
            if authorised {
                let early = judge(&o, "good", Timestamp(now().0 + days * DAY - DAY / 2), &options);
                let late = judge(&o, "good", Timestamp(now().0 + days * DAY + DAY / 2), &options);
                assert_eq!(early.is_ok(), name == "good", "{early:?}");
                assert!(late.is_err(), "{late:?}");
            }
        }
    }
}
