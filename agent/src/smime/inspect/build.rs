//! What an outline has, as it is shown.

use super::seen::Seen;
use super::view::{self, Algorithm, Id, Layer, Node};
use profile::Timestamp;
use smime::cms::RecipientId;
use smime::cms::outline::{
    AttributesOutline, CompressedOutline, EnvelopedOutline, Originator, RecipientOutline, SignedOutline,
    SignerOutline, oid_name,
};
use smime::{
    BulkCipher, Certificate, DigestAlgorithm, ObjectIdentifier, PublicKeyAlgorithm, SignatureScheme,
};

/// The content is put in by who reads it.
pub(super) fn signed(layer: Layer, signed: SignedOutline, seen: &mut Seen) -> view::Signed {
    view::Signed {
        layer,
        version: signed.version,
        digest_algorithms: signed.digests.iter().map(named).collect(),
        encapsulated_type: named(&signed.content_type),
        encapsulated_size: signed.content_size,
        certificates: signed.certificates.iter().map(|c| seen.certificate(certificate(c))).collect(),
        other_certificates: signed.other_certificates,
        crls: signed
            .crls
            .iter()
            .map(|crl| view::Crl {
                issuer: crl.issuer(),
                this_update: time(crl.this_update()),
                next_update: crl.next_update().map(time),
                entries: crl.len(),
                delta: crl.is_delta(),
            })
            .collect(),
        other_crls: signed.other_crls,
        signers: signed.signers.into_iter().map(signer).collect(),
        content: None,
    }
}

pub(super) fn compressed(
    layer: Layer,
    compressed: &CompressedOutline,
    expanded_size: Option<u64>,
    content: Option<Node>,
) -> view::Compressed {
    view::Compressed {
        layer,
        version: compressed.version,
        algorithm: named(&compressed.algorithm),
        encapsulated_type: named(&compressed.content_type),
        compressed_size: compressed.compressed_size,
        expanded_size,
        content: content.map(Box::new),
    }
}

pub(super) fn named(oid: &ObjectIdentifier) -> Algorithm {
    Algorithm { oid: oid.to_string(), name: oid_name(oid) }
}

fn time(time: smime::Timestamp) -> String {
    Timestamp(time.0).to_rfc3339()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn id(id: &RecipientId) -> Id {
    match id {
        RecipientId::IssuerSerial { issuer, serial } => {
            Id::IssuerAndSerial { issuer: issuer.clone(), serial: serial.clone() }
        }
        RecipientId::KeyId(key_id) => Id::Key { key_id: key_id.clone() },
        _ => Id::Other,
    }
}

fn certificate(certificate: &Certificate) -> view::Certificate {
    let usages = certificate.extended_key_usage();
    view::Certificate {
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: certificate.serial_hex(),
        not_before: time(certificate.not_before()),
        not_after: time(certificate.not_after()),
        addresses: certificate.email_addresses(),
        key: match certificate.public_key_algorithm() {
            Ok(PublicKeyAlgorithm::Rsa { bits }) => format!("RSA, {bits} bits"),
            Ok(PublicKeyAlgorithm::Ec(smime::Curve::P256)) => "EC, P-256".to_owned(),
            Ok(PublicKeyAlgorithm::Ec(smime::Curve::P384)) => "EC, P-384".to_owned(),
            Ok(PublicKeyAlgorithm::Ec(smime::Curve::P521)) => "EC, P-521".to_owned(),
            Ok(PublicKeyAlgorithm::Ed25519) => "Ed25519".to_owned(),
            Err(_) => "of a kind that is not known".to_owned(),
        },
        signature_algorithm: certificate.signature_scheme().ok().map(scheme),
        ca: certificate.is_ca(),
        key_usage: certificate.key_usage().map(|usage| usage.names()),
        extended_key_usage: usages.map(|usages| {
            usages.iter().map(|oid| oid_name(oid).map_or(oid.to_string(), str::to_owned)).collect()
        }),
        subject_key_id: certificate.subject_key_id().map(hex),
    }
}

fn signer(signer: SignerOutline) -> view::Signer {
    view::Signer {
        version: signer.version,
        id: id(&signer.id),
        certificate: signer.certificate.as_ref().map(Certificate::subject),
        digest_algorithm: named(&signer.digest),
        signature_algorithm: named(&signer.algorithm),
        signature_scheme: signer.scheme.map(scheme),
        signature_size: signer.signature_size,
        signed_attributes: signer.signed.as_ref().map(attributes),
        unsigned_attributes: signer.unsigned.iter().map(named).collect(),
        countersignatures: signer.countersignatures.into_iter().map(self::signer).collect(),
    }
}

fn attributes(attributes: &AttributesOutline) -> view::Attributes {
    view::Attributes {
        types: attributes.types.iter().map(named).collect(),
        content_type: attributes.content_type.as_ref().map(named),
        message_digest: attributes.message_digest.as_deref().map(hex),
        signing_time: attributes.signing_time.map(time),
        capabilities: attributes.capability_oids.iter().map(named).collect(),
        encryption_key: attributes.encryption_key.as_ref().map(id),
        signing_certificates: attributes
            .signing_certificates
            .iter()
            .map(|named| view::CertificateHash {
                attribute: if named.version_2 { "signingCertificateV2" } else { "signingCertificate" },
                digest: named.hash.as_ref().map(|(digest, _)| digest_name(*digest)),
                hash: named.hash.as_ref().map(|(_, hash)| hex(hash)),
            })
            .collect(),
    }
}

pub(super) fn enveloped(layer: Layer, enveloped: EnvelopedOutline) -> view::Enveloped {
    view::Enveloped {
        layer,
        version: enveloped.version,
        originator_infos: enveloped.originator_infos,
        recipients: enveloped.recipients.into_iter().map(recipient).collect(),
        encrypted_type: named(&enveloped.content_type),
        cipher: Algorithm {
            oid: enveloped.algorithm.to_string(),
            name: match enveloped.cipher {
                Some(BulkCipher::Rc2Cbc { effective_bits: 40 }) => Some("RC2-CBC, 40 bits"),
                Some(BulkCipher::Rc2Cbc { effective_bits: 64 }) => Some("RC2-CBC, 64 bits"),
                Some(BulkCipher::Rc2Cbc { effective_bits: 128 }) => Some("RC2-CBC, 128 bits"),
                _ => oid_name(&enveloped.algorithm),
            },
        },
        iv_size: enveloped.iv_size,
        ciphertext_size: enveloped.ciphertext_size,
        authenticated_attributes: enveloped.authenticated_attributes.as_ref().map(attributes),
        tag_size: enveloped.tag_size,
        unprotected_attributes: enveloped.unprotected.iter().map(named).collect(),
        content: "encrypted",
    }
}

fn recipient(recipient: RecipientOutline) -> view::Recipient {
    match recipient {
        RecipientOutline::Transport(transport) => view::Recipient::KeyTransport {
            version: transport.version,
            id: id(&transport.id),
            algorithm: named(&transport.algorithm),
            oaep: transport.oaep.map(|oaep| view::Oaep {
                digest: digest_name(oaep.digest),
                mgf1_digest: digest_name(oaep.mgf),
                label_size: oaep.label_size,
            }),
            encrypted_key_size: transport.key_size,
        },
        RecipientOutline::Agreement(agreement) => view::Recipient::KeyAgreement {
            version: agreement.version,
            originator: match agreement.originator {
                Originator::Ephemeral { algorithm, curve, point_size } => view::Originator::Ephemeral {
                    algorithm: named(&algorithm),
                    curve: curve.as_ref().map(named).or_else(|| curve_of(point_size)),
                    point_size,
                },
                Originator::Certificate(named) => view::Originator::Certificate { id: id(&named) },
                _ => view::Originator::Other,
            },
            ukm_size: agreement.ukm_size,
            algorithm: named(&agreement.scheme),
            kdf_digest: agreement.derivation.map(digest_name),
            key_wrap: agreement.wrap.as_ref().map(named),
            key_wrap_bits: agreement.wrap_bits,
            recipients: agreement.recipients.iter().map(id).collect(),
        },
        RecipientOutline::SharedKey => view::Recipient::SharedKey,
        RecipientOutline::Password => view::Recipient::Password,
        RecipientOutline::Other(oid) => view::Recipient::Other { type_oid: oid.map(|oid| oid.to_string()) },
        _ => view::Recipient::Other { type_oid: None },
    }
}

/// The curve that a point of this size is on, where the message leaves it to the recipient's certificate
/// (RFC 5753, 3.1.1).
fn curve_of(point_size: usize) -> Option<Algorithm> {
    let oid = match point_size {
        65 => "1.2.840.10045.3.1.7",
        97 => "1.3.132.0.34",
        133 => "1.3.132.0.35",
        _ => return None,
    };
    ObjectIdentifier::new(oid).ok().as_ref().map(named)
}

fn digest_name(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "SHA-1",
        DigestAlgorithm::Sha224 => "SHA-224",
        DigestAlgorithm::Sha256 => "SHA-256",
        DigestAlgorithm::Sha384 => "SHA-384",
        DigestAlgorithm::Sha512 => "SHA-512",
    }
}

fn scheme(scheme: SignatureScheme) -> String {
    match scheme {
        SignatureScheme::RsaPkcs1(digest) => format!("RSA PKCS#1 v1.5 with {}", digest_name(digest)),
        SignatureScheme::RsaPss { digest, mgf, salt_len } => format!(
            "RSA-PSS with {}, MGF1 with {} and {salt_len} octets of salt",
            digest_name(digest),
            digest_name(mgf)
        ),
        SignatureScheme::Ecdsa(digest) => format!("ECDSA with {}", digest_name(digest)),
        SignatureScheme::Ed25519 => "Ed25519".to_owned(),
    }
}
