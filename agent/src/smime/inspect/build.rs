//! Looks at the input and what is inside it.

use super::input::{Input, is_message};
use super::view::{self, Algorithm, Fault, Id, Layer, Node, Report};
use profile::Timestamp;
use smime::cms::outline::{
    AttributesOutline, Body, CompressedOutline, EnvelopedOutline, Originator, Outline, RecipientOutline,
    SignedOutline, SignerOutline, oid_name, outline,
};
use smime::cms::{self, CmsError, RecipientId};
use smime::mime::{self, Entity, TransferEncoding};
use smime::pkcs12::{self, ProtectedPart};
use smime::{
    BulkCipher, Certificate, DigestAlgorithm, ObjectIdentifier, PublicKeyAlgorithm, SignatureScheme, TlvError,
};

/// How deep parts and layers are looked into.
const DEPTH_MAX: usize = 24;
/// How many parts and layers are shown.
const NODES_MAX: usize = 2000;

/// Looks at an input.
pub(super) fn report(input: String, octets: &[u8]) -> Report {
    let mut seen = Seen::default();
    let (form, structure) = match Input::recognise(octets) {
        Input::Message => ("message", seen.entity(octets, "", 0)),
        Input::Cms { octets, form } => (form, seen.cms(&octets, "", 0)),
        Input::Pkcs12(octets) => ("pkcs12", seen.pkcs12(&octets)),
        Input::OtherPem(label) => {
            let message = format!("the text holds {label:?}, and no message");
            ("unknown", seen.fault("", None, Some("a message, CMS or PKCS#12"), message))
        }
        Input::Unknown => {
            let message = "this is neither a message nor CMS nor PKCS#12".to_owned();
            ("unknown", seen.fault("", Some(0), Some("a message, CMS or PKCS#12"), message))
        }
    };
    let Seen { layers, first, .. } = seen;
    Report { schema_version: 1, input, form, well_formed: first.is_none(), layers, error: first, structure }
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    nodes: usize,
    layers: usize,
    first: Option<Fault>,
}

impl Seen {
    fn fault(
        &mut self,
        path: &str,
        offset: Option<u64>,
        expected: Option<&'static str>,
        message: String,
    ) -> Node {
        let fault = Fault { path: path.to_owned(), offset, expected, message };
        self.first.get_or_insert_with(|| fault.clone());
        Node::Malformed(fault)
    }

    /// Counts a node; gives what stands for it when it is one too many.
    fn refuses(&mut self, depth: usize) -> Option<Node> {
        self.nodes += 1;
        let reason = if depth > DEPTH_MAX {
            format!("nested deeper than {DEPTH_MAX}")
        } else if self.nodes > NODES_MAX {
            format!("more than {NODES_MAX} parts and layers")
        } else {
            return None;
        };
        Some(Node::NotShown { reason })
    }

    fn entity(&mut self, octets: &[u8], path: &str, depth: usize) -> Node {
        if let Some(refused) = self.refuses(depth) {
            return refused;
        }
        let entity = match Entity::read(octets) {
            Ok(entity) => entity,
            Err(error) => return self.fault(path, None, None, error.to_string()),
        };
        let kind = entity.content_type();
        let parts = self.inside(&entity, path, depth);
        let own = |name: &str| kind.parameter(name).map(str::to_owned);
        Node::Mime(view::Entity {
            path: path.to_owned(),
            content_type: if kind.essence.is_empty() {
                "text/plain".to_owned()
            } else {
                kind.essence.clone()
            },
            smime_type: own("smime-type"),
            protocol: own("protocol"),
            micalg: own("micalg"),
            header_protection: own("hp"),
            file_name: entity.file_name(),
            transfer_encoding: match entity.transfer_encoding() {
                TransferEncoding::Identity => "7bit or 8bit".to_owned(),
                TransferEncoding::Binary => "binary".to_owned(),
                TransferEncoding::Base64 => "base64".to_owned(),
                TransferEncoding::QuotedPrintable => "quoted-printable".to_owned(),
                TransferEncoding::Other(name) => name,
                _ => "another".to_owned(),
            },
            size: octets.len(),
            parts,
        })
    }

    fn inside(&mut self, entity: &Entity<'_>, path: &str, depth: usize) -> Vec<Node> {
        let kind = entity.content_type();
        let essence = kind.essence.as_str();
        if essence.starts_with("multipart/") {
            let parts = match mime::parts(entity.body, kind.parameter("boundary").unwrap_or_default()) {
                Ok(parts) => parts,
                Err(error) => {
                    return vec![self.fault(path, None, Some("the parts of a multipart"), error.to_string())];
                }
            };
            let signature = ["application/pkcs7-signature", "application/x-pkcs7-signature"];
            let ours = kind
                .parameter("protocol")
                .is_some_and(|p| signature.contains(&p.to_ascii_lowercase().as_str()));
            let count = parts.len();
            let mut nodes: Vec<Node> = Vec::new();
            for (index, part) in parts.into_iter().enumerate() {
                nodes.push(self.entity(part, &below(path, &(index + 1).to_string()), depth + 1));
            }
            if essence == "multipart/signed" && ours && count != 2 {
                let message = format!("a signed multipart has two parts, this one has {count}");
                nodes.push(self.fault(path, None, Some("two parts"), message));
            }
            return nodes;
        }
        if essence == "message/rfc822" {
            return match entity.decoded_body() {
                Ok(body) => vec![self.entity(&body, &below(path, "message"), depth + 1)],
                Err(error) => vec![self.fault(path, None, None, error.to_string())],
            };
        }
        if !is_cms_entity(entity) {
            return Vec::new();
        }
        match entity.decoded_body() {
            Ok(body) => {
                let named_cms = essence != "application/octet-stream";
                if !named_cms && !cms::is_cms(&body) {
                    return Vec::new();
                }
                vec![self.cms(&body, path, depth + 1)]
            }
            Err(error) => vec![self.fault(path, None, None, error.to_string())],
        }
    }

    fn cms(&mut self, octets: &[u8], path: &str, depth: usize) -> Node {
        if let Some(refused) = self.refuses(depth) {
            return refused;
        }
        let mut octets = octets;
        let mut seen = outline(octets);
        // Line ends that transport put behind it.
        if let Err(CmsError::Encoding(TlvError::Trailing { offset })) = seen
            && let Some((message, rest)) =
                octets.split_at_checked(usize::try_from(offset).unwrap_or(usize::MAX))
            && rest.iter().all(|octet| b"\r\n".contains(octet))
        {
            octets = message;
            seen = outline(octets);
        }
        let Outline { content_type, size, encoding, body } = match seen {
            Ok(outline) => outline,
            Err(error) => return self.malformed(path, &error, octets),
        };
        self.layers += 1;
        let layer = Layer {
            path: path.to_owned(),
            content_type: named(&content_type),
            size,
            encoding: view::Encoding {
                form: if encoding.is_der() { "DER" } else { "BER" },
                indefinite_lengths: encoding.indefinite,
                constructed_strings: encoding.constructed_strings,
                long_lengths: encoding.long_lengths,
                unsorted_sets: encoding.unsorted_sets,
            },
        };
        match body {
            Body::Signed(signed) => Node::SignedData(self.signed(layer, signed, path, depth)),
            Body::Enveloped(enveloped) if enveloped.authenticated => {
                Node::AuthEnvelopedData(self::enveloped(layer, *enveloped))
            }
            Body::Enveloped(enveloped) => Node::EnvelopedData(self::enveloped(layer, *enveloped)),
            Body::Compressed(compressed) => {
                Node::CompressedData(self.compressed(layer, &compressed, octets, path, depth))
            }
            _ => Node::OtherCms(view::Other { layer }),
        }
    }

    fn malformed(&mut self, path: &str, error: &CmsError, octets: &[u8]) -> Node {
        let (offset, expected) = match error {
            CmsError::Encoding(error) => place(error),
            _ => (None, None),
        };
        let mut message = error.to_string();
        if Certificate::from_der(octets).is_ok() {
            message.push_str("; this is a certificate, not a message");
        }
        self.fault(path, offset, expected, message)
    }

    fn signed(&mut self, layer: Layer, signed: SignedOutline, path: &str, depth: usize) -> view::Signed {
        let content = signed.content.as_ref().map(|content| {
            Box::new(self.content(content, &signed.content_type, &below(path, "content"), depth + 1))
        });
        view::Signed {
            layer,
            version: signed.version,
            digest_algorithms: signed.digests.iter().map(named).collect(),
            encapsulated_type: named(&signed.content_type),
            encapsulated_size: signed.content.as_ref().map(Vec::len),
            certificates: signed.certificates.iter().map(certificate).collect(),
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
            content,
        }
    }

    fn compressed(
        &mut self,
        layer: Layer,
        compressed: &CompressedOutline,
        octets: &[u8],
        path: &str,
        depth: usize,
    ) -> view::Compressed {
        let mut expanded_size = None;
        let known = oid_name(&compressed.algorithm) == Some("zlib");
        let content = match compressed.compressed_size {
            None => None,
            Some(_) if !known => Some(Node::NotShown { reason: "the compression is not known".to_owned() }),
            Some(_) => Some(match cms::decompress(octets, cms::DECOMPRESSED_MAX) {
                Ok(expanded) => {
                    expanded_size = Some(expanded.content.len());
                    let path = below(path, "content");
                    self.content(&expanded.content, &expanded.content_type, &path, depth + 1)
                }
                Err(error @ CmsError::Expansion { .. }) => Node::NotShown { reason: error.to_string() },
                Err(error) => self.malformed(path, &error, octets),
            }),
        };
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

    /// What stands inside a layer.
    fn content(&mut self, octets: &[u8], content_type: &ObjectIdentifier, path: &str, depth: usize) -> Node {
        if oid_name(content_type) == Some("data") {
            if cms::is_cms(octets) {
                return self.cms(octets, path, depth);
            }
            if is_message(octets) || octets.starts_with(b"\r\n") || octets.starts_with(b"\n") {
                return self.entity(octets, path, depth);
            }
        }
        if let Some(refused) = self.refuses(depth) {
            return refused;
        }
        let looks_like = if octets.starts_with(b"bplist00") {
            Some("a binary property list")
        } else if octets.starts_with(b"<?xml") || octets.starts_with(b"\xef\xbb\xbf<?xml") {
            Some("XML, such as a configuration profile")
        } else if std::str::from_utf8(octets).is_ok() {
            Some("text")
        } else {
            None
        };
        Node::Octets { size: octets.len(), looks_like }
    }

    fn pkcs12(&mut self, octets: &[u8]) -> Node {
        let seen = match pkcs12::outline(octets) {
            Ok(seen) => seen,
            Err(error) => return self.fault("", None, Some("a PKCS#12 file"), error.to_string()),
        };
        let protections = seen.protections.iter().map(|protection| view::Protection {
            part: match protection.part {
                ProtectedPart::Integrity => "integrity",
                ProtectedPart::Contents => "contents",
                ProtectedPart::Key => "key",
            },
            algorithm: protection.algorithm.to_string(),
            iterations: protection.iterations,
            legacy: protection.algorithm.is_legacy(),
        });
        Node::Pkcs12(view::Pkcs12 {
            size: octets.len(),
            protections: protections.collect(),
            visible_keys: seen.keys,
            visible_certificates: seen.certificates,
        })
    }
}

/// The octet and what was expected there.
fn place(error: &TlvError) -> (Option<u64>, Option<&'static str>) {
    match error {
        TlvError::Unexpected { offset, expected } => (Some(*offset), Some(expected)),
        TlvError::Truncated { offset } => (Some(*offset), Some("more octets")),
        TlvError::Header { offset } => (Some(*offset), Some("an element")),
        TlvError::Trailing { offset } => (Some(*offset), Some("the end")),
        TlvError::Overrun { offset } => (Some(*offset), Some("an element that ends inside what encloses it")),
        TlvError::EndOfContents { offset } => (Some(*offset), Some("an element")),
        TlvError::Value { offset, what } => (Some(*offset), Some(what)),
        TlvError::Depth { offset, .. } | TlvError::TooLarge { offset, .. } => (Some(*offset), None),
        _ => (None, None),
    }
}

fn below(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}/{step}") }
}

/// Whether an entity is one of CMS by its type, or may be by its name (RFC 8551, 3.2.1).
fn is_cms_entity(entity: &Entity<'_>) -> bool {
    match entity.content_type().essence.as_str() {
        "application/pkcs7-mime"
        | "application/x-pkcs7-mime"
        | "application/pkcs7-signature"
        | "application/x-pkcs7-signature" => true,
        "application/octet-stream" => entity.file_name().is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            [".p7m", ".p7s", ".p7c", ".p7z"].iter().any(|extension| name.ends_with(extension))
        }),
        _ => false,
    }
}

fn named(oid: &ObjectIdentifier) -> Algorithm {
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

fn enveloped(layer: Layer, enveloped: EnvelopedOutline) -> view::Enveloped {
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
