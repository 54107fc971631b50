//! What the corpora began with.

use super::world::world;
use crate::cms::{self, AuthenticatedAttributes, EncryptOptions, KeyTransport, SignatureOptions, Signer};
use crate::message::{self, Confidentiality, HeaderProtection, SignOptions};
use crate::mime::{Base64Encoder, Wrap};
use crate::pkcs12::{self, WriteOptions, WriteProtection};
use crate::tlv::write;
use crate::{BulkCipher, DigestAlgorithm, ObjectIdentifier, Timestamp};

/// An input to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The target that it is for.
    pub target: &'static str,
    /// A name of its own.
    pub name: String,
    /// The input.
    pub octets: Vec<u8>,
}

const ENTITY: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\nthere \r\n";
const MESSAGE: &[u8] = b"From: Ann <rsa@handset.example>\r\nTo: b@handset.example\r\nSubject: Hello\r\n\
    Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n\
    Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx\r\n--b\r\n\
    Content-Type: application/octet-stream; name*0*=utf-8''%6d; name*1=\".p7m\"\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\n--b--\r\n";

/// Seeds for all targets, always the same.
pub fn seeds() -> Vec<Seed> {
    let mut all = Vec::new();
    for (name, octets) in messages() {
        let mut pem = b"-----BEGIN CMS-----\n".to_vec();
        let mut encoder = Base64Encoder::wrapped(Wrap::Pem);
        encoder.update(&octets, &mut pem);
        encoder.finish(&mut pem);
        pem.extend_from_slice(b"-----END CMS-----\n");
        all.push(Seed { target: "stream", name: format!("{name}.pem"), octets: pem });
        all.push(Seed { target: "stream", name: name.clone(), octets: octets.clone() });
        all.push(Seed { target: "cms", name: name.clone(), octets: octets.clone() });
        all.push(Seed { target: "ber", name, octets });
    }
    for (name, octets) in elements() {
        all.push(Seed { target: "ber", name, octets });
    }
    for (name, octets) in files() {
        all.push(Seed { target: "pkcs12", name: name.clone(), octets: octets.clone() });
        all.push(Seed { target: "ber", name, octets });
    }
    for (name, octets) in mails() {
        all.push(Seed { target: "mime", name: name.clone(), octets: octets.clone() });
        all.push(Seed { target: "stream", name: format!("{name}.eml"), octets });
    }
    all
}

fn named(name: impl Into<String>, octets: Vec<u8>) -> (String, Vec<u8>) {
    (name.into(), octets)
}

fn messages() -> Vec<(String, Vec<u8>)> {
    let world = world();
    let [rsa, ec] = world.people.as_slice() else { return Vec::new() };
    let cx = world.cx();
    let mut out = Vec::new();
    let options = SignatureOptions {
        signing_time: Some(Timestamp(1_767_225_600_000)),
        encryption_certificate: Some(ec.certificate.clone()),
        microsoft_preference: true,
        signing_certificate: true,
        pss: true,
        ..SignatureOptions::default()
    };
    let other =
        SignatureOptions { digest: DigestAlgorithm::Sha512, identify_by_key: true, ..Default::default() };
    let signers = [Signer { identity: rsa, options: &options }, Signer { identity: ec, options: &other }];
    out.extend(cms::sign_attached_by(&cx, ENTITY, &signers).map(|cms| named("signed-two", cms)));
    out.extend(cms::sign_attached(&cx, ENTITY, rsa, &other).map(|cms| named("signed", cms)));
    if let Ok(mut detached) = cms::DetachedSigner::new(&cx, ec, &options) {
        detached.update(ENTITY);
        out.extend(detached.finish().map(|cms| named("signed-detached", cms)));
    }
    let mut ber = Vec::new();
    if let Ok(mut writer) = cms::SignedWriter::new(&cx, ec, &options, None, &mut ber) {
        writer.update(ENTITY, &mut ber);
        writer.update(ENTITY, &mut ber);
        let _ = writer.finish(&mut ber);
        out.push(named("signed-ber", ber));
    }
    out.extend(
        cms::certificates_only(&[rsa.certificate.clone(), ec.certificate.clone()])
            .map(|cms| named("certificates", cms)),
    );
    let both = [rsa.certificate.clone(), ec.certificate.clone()];
    let oaep = KeyTransport::Oaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha1 };
    let gcm = EncryptOptions {
        cipher: BulkCipher::Aes256Gcm,
        transport: oaep,
        identify_by_key: true,
        authenticated_attributes: Some(AuthenticatedAttributes { signing_time: Some(Timestamp(0)) }),
        ..EncryptOptions::default()
    };
    for (name, options) in [("cbc", EncryptOptions::default()), ("gcm", gcm)] {
        for (index, recipients) in [&both[..], &both[..1], &both[1..]].into_iter().enumerate() {
            let whole = cms::encrypt(&cx, ENTITY, recipients, &options);
            out.extend(whole.map(|cms| named(format!("enveloped-{name}-{index}"), cms)));
        }
        let mut ber = Vec::new();
        if let Ok(mut writer) = cms::EnvelopedWriter::new(&cx, &both, &options, None, &mut ber) {
            let _ = writer.update(ENTITY, &mut ber);
            let _ = writer.finish(&mut ber);
            out.push(named(format!("enveloped-{name}-ber"), ber));
        }
    }
    out.push(named("compressed", compressed(ENTITY)));
    out
}

fn compressed(content: &[u8]) -> Vec<u8> {
    let oid = |text| write::oid(ObjectIdentifier::new_unwrap(text));
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(content, 6);
    let inner =
        write::sequence(&[oid("1.2.840.113549.1.7.1"), write::tlv(0xa0, &write::octet_string(&zlib))]);
    let algorithm = write::sequence(&[oid("1.2.840.113549.1.9.16.3.8")]);
    let data = write::sequence(&[write::small_integer(0), algorithm, inner]);
    write::sequence(&[oid("1.2.840.113549.1.9.16.1.9"), write::tlv(0xa0, &data)])
}

fn elements() -> Vec<(String, Vec<u8>)> {
    let mut out = vec![
        named("string-pieces", vec![0x24, 0x80, 4, 2, 1, 2, 0x24, 3, 4, 1, 3, 0, 0]),
        named("set-ber", vec![0xa0, 0x80, 0x30, 0x81, 3, 2, 1, 2, 2, 1, 1, 0, 0]),
        named("time", b"\x17\x0d260101000000Z".to_vec()),
        named("time-long", b"\x18\x1220260101000000.25Z".to_vec()),
        named("high-tag", vec![0x9f, 0x81, 0x01, 1, 5]),
        named("long-length", vec![4, 0x88, 0, 0, 0, 0, 0, 0, 0, 1, 9]),
    ];
    for (index, person) in world().people.iter().enumerate() {
        out.push(named(format!("certificate-{index}"), person.certificate.der().to_vec()));
        out.push(named(format!("pem-{index}"), person.certificate.to_pem().into_bytes()));
        out.push(named(format!("key-{index}"), person.key.pkcs8().to_vec()));
    }
    out
}

fn files() -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for protection in [WriteProtection::Modern, WriteProtection::Pbmac1, WriteProtection::Legacy] {
        let options = WriteOptions {
            protection,
            iterations: 3,
            friendly_names: vec!["One".into(), "Zwei ü".into()],
            certificates: world().trust.anchors().cloned().collect(),
        };
        for people in [&world().people[..], &world().people[1..], &[]] {
            let file = pkcs12::write(&world().cx(), people, None, &options);
            out.extend(file.map(|file| named(format!("{protection:?}-{}", people.len()), file)));
        }
    }
    out
}

fn mails() -> Vec<(String, Vec<u8>)> {
    let world = world();
    let [rsa, ec] = world.people.as_slice() else { return Vec::new() };
    let cx = world.cx();
    let sign = |opaque| SignOptions { opaque, boundary: "boundary".into(), ..SignOptions::default() };
    let to = [rsa.certificate.clone(), ec.certificate.clone()];
    let encryption = EncryptOptions::default();
    let mut out = vec![named("plain", MESSAGE.to_vec())];
    let mut put = |name: &str, header: &[u8], entity: Result<Vec<u8>, message::SmimeError>| {
        out.extend(entity.map(|entity| named(name, [header, &entity].concat())));
    };
    let from = b"From: rsa@handset.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
    put("signed", from, message::sign(&cx, ENTITY, rsa, &sign(false)));
    put("opaque", from, message::sign(&cx, ENTITY, ec, &sign(true)));
    put("encrypted", from, message::encrypt(&cx, ENTITY, &to, &encryption));
    put("certificates", from, message::certificates_only(&to));
    let wrapped = message::triple_wrap(&cx, ENTITY, (rsa, &sign(false)), &to, &encryption, (ec, &sign(true)));
    put("triple", from, wrapped);
    for (name, protection) in
        [("clear", HeaderProtection::Clear), ("cipher", HeaderProtection::Cipher(Confidentiality::Baseline))]
    {
        if let Ok(outgoing) = message::protect_headers(MESSAGE, protection) {
            let entity = match protection {
                HeaderProtection::Clear => message::sign(&cx, &outgoing.entity, rsa, &sign(false)),
                HeaderProtection::Cipher(_) => message::encrypt(&cx, &outgoing.entity, &to, &encryption),
            };
            put(&format!("protected-{name}"), &outgoing.outer, entity);
        }
    }
    let compressed = compressed(ENTITY);
    let header = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\r\n\
        Content-Transfer-Encoding: binary\r\n\r\n";
    put("compressed", header, Ok(compressed));
    out
}
