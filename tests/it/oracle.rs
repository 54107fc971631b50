//! Other people's ASN.1 types read what our own engine reads and writes: RustCrypto's `x509-cert` and `cms` as
//! differential oracles.

use conformance::{files, root};
use der::asn1::OctetString;
use der::{Decode, Encode};
use simulator::PROVIDER;
use smime::cms::{EncryptOptions, SignatureOptions, encrypt, sign_attached};
use smime::{Certificate, Context, Identity, Timestamp, pkcs12};

fn context() -> Context<'static> {
    Context { now: Timestamp(1_793_606_400_000), crypto: &PROVIDER }
}

fn identity(stem: &str) -> Identity {
    let bytes = std::fs::read(root().join(format!("fixtures/pki/{stem}.pbes2.p12"))).unwrap();
    pkcs12::open(&context(), &bytes, Some(&format!("p12-{stem}"))).unwrap().identities.remove(0)
}

#[test]
fn certificates_read_the_same() {
    let mut compared = 0;
    for file in files(&root().join("fixtures/pki"), "pem") {
        if !file.to_string_lossy().ends_with(".cert.pem") {
            continue;
        }
        for ours in Certificate::from_pem(&std::fs::read(&file).unwrap()).unwrap() {
            let theirs = x509_cert::Certificate::from_der(ours.der()).unwrap();
            let tbs = theirs.tbs_certificate();
            assert_eq!(tbs.subject().to_der().unwrap(), ours.subject_der(), "{}", file.display());
            assert_eq!(tbs.issuer().to_der().unwrap(), ours.issuer_der(), "{}", file.display());
            assert_eq!(tbs.serial_number().as_bytes(), ours.serial(), "{}", file.display());
            assert_eq!(tbs.to_der().unwrap(), ours.tbs_der(), "{}", file.display());
            assert_eq!(
                tbs.subject_public_key_info().to_der().unwrap(),
                ours.spki_der(),
                "{}",
                file.display()
            );
            let validity = tbs.validity();
            let ms = |time: x509_cert::time::Time| time.to_unix_duration().as_millis() as i64;
            assert_eq!(
                (ms(validity.not_before), ms(validity.not_after)),
                (ours.not_before().0, ours.not_after().0)
            );
            compared += 1;
        }
    }
    assert!(compared >= 12, "{compared} certificates compared");
}

#[test]
fn signed_data_is_strict_der_to_others() {
    for stem in ["alice-signing", "alice-signing-p256"] {
        let signer = identity(stem);
        let options = SignatureOptions { signing_time: Some(context().now), ..SignatureOptions::default() };
        let ours = sign_attached(&context(), b"content", &signer, &options).unwrap();
        let outer = cms::content_info::ContentInfo::from_der(&ours).expect("strict DER");
        let signed: cms::signed_data::SignedData = outer.content.decode_as().expect("SignedData");
        let content: OctetString = signed.encap_content_info.econtent.unwrap().decode_as().unwrap();
        assert_eq!(content.as_bytes(), b"content");
        assert_eq!(signed.signer_infos.0.len(), 1);
        assert_eq!(outer.to_der().unwrap(), ours, "{stem}: encoding again gives the same octets");
    }
}

#[test]
fn enveloped_data_is_strict_der_to_others() {
    let recipients: Vec<Certificate> =
        ["alice-encryption", "alice-encryption-p256"].map(|s| identity(s).certificate).to_vec();
    let ours = encrypt(&context(), b"content", &recipients, &EncryptOptions::default()).unwrap();
    let outer = cms::content_info::ContentInfo::from_der(&ours).expect("strict DER");
    let enveloped: cms::enveloped_data::EnvelopedData = outer.content.decode_as().expect("EnvelopedData");
    assert_eq!(enveloped.recip_infos.0.len(), 2);
    assert_eq!(outer.to_der().unwrap(), ours, "encoding again gives the same octets");
}
