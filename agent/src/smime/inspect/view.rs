//! What is shown: the contract of fixtures/schema/smime-inspect.schema.json. Members are added, never changed or
//! removed, while `schema_version` is 1.

use serde::{Serialize, Serializer};
use std::rc::Rc;

/// The whole answer.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub schema_version: u32,
    pub input: String,
    /// `message`, `binary`, `pem`, `base64`, `pkcs12` or `unknown`.
    pub form: &'static str,
    pub well_formed: bool,
    /// How many layers of CMS were seen.
    pub layers: usize,
    /// The first fault.
    pub error: Option<FirstFault>,
    pub structure: Node,
}

/// The first thing that is wrong.
#[derive(Debug, Serialize)]
pub(super) struct FirstFault {
    #[serde(flatten)]
    pub fault: Fault,
    /// The line of `file_offset`, counted from 1; `null` too for what came through a pipe and is gone.
    pub line: Option<u64>,
}

/// What is wrong, and where.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Fault {
    /// Which layer, such as `2` for the second part or `1/content`; empty for the input itself.
    pub path: String,
    /// The octet of that layer, counted from 0; `null` where it is not one octet that is wrong.
    pub offset: Option<u64>,
    /// The same octet, counted from the beginning of the input; `null` too for what came out of an encoding.
    pub file_offset: Option<u64>,
    /// What the structure has there, if another element was expected.
    pub expected: Option<&'static str>,
    pub message: String,
}

/// One thing inside another.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Node {
    Mime(Entity),
    SignedData(Signed),
    EnvelopedData(Enveloped),
    AuthEnvelopedData(Enveloped),
    CompressedData(Compressed),
    OtherCms(Other),
    Pkcs12(Pkcs12),
    /// Content that is neither MIME nor CMS.
    Octets {
        size: u64,
        looks_like: Option<&'static str>,
    },
    Malformed(Fault),
    /// Something that is not looked into, and why.
    NotShown {
        reason: String,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Entity {
    pub path: String,
    pub content_type: String,
    pub smime_type: Option<String>,
    pub protocol: Option<String>,
    pub micalg: Option<String>,
    /// The form of protected header fields (RFC 9788).
    pub header_protection: Option<String>,
    pub file_name: Option<String>,
    pub transfer_encoding: String,
    /// Of header and body, as they stand.
    pub size: u64,
    /// What is unusual with it and not malformed.
    pub notes: Vec<&'static str>,
    pub parts: Vec<Node>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Algorithm {
    pub oid: String,
    pub name: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Encoding {
    /// `DER` or `BER`.
    pub form: &'static str,
    pub indefinite_lengths: bool,
    pub constructed_strings: bool,
    pub long_lengths: bool,
    pub unsorted_sets: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Layer {
    pub path: String,
    pub content_type: Algorithm,
    pub size: u64,
    pub encoding: Encoding,
}

#[derive(Debug, Serialize)]
pub(super) struct Signed {
    #[serde(flatten)]
    pub layer: Layer,
    pub version: u32,
    pub digest_algorithms: Vec<Algorithm>,
    pub encapsulated_type: Algorithm,
    /// `null` for a detached signature.
    pub encapsulated_size: Option<u64>,
    pub certificates: Vec<SharedCertificate>,
    pub other_certificates: usize,
    pub crls: Vec<Crl>,
    pub other_crls: usize,
    pub signers: Vec<Signer>,
    pub content: Option<Box<Node>>,
}

/// A certificate that several layers may have.
#[derive(Clone, Debug)]
pub(super) struct SharedCertificate(pub Rc<Certificate>);

impl Serialize for SharedCertificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Certificate {
    pub subject: String,
    pub issuer: String,
    pub serial: String,
    pub not_before: String,
    pub not_after: String,
    pub addresses: Vec<String>,
    pub key: String,
    pub signature_algorithm: Option<String>,
    pub ca: bool,
    /// `null` when the extension is absent.
    pub key_usage: Option<Vec<&'static str>>,
    /// `null` when the extension is absent.
    pub extended_key_usage: Option<Vec<String>>,
    pub subject_key_id: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Crl {
    pub issuer: String,
    pub this_update: String,
    pub next_update: Option<String>,
    pub entries: usize,
    pub delta: bool,
}

/// Whose certificate is meant.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub(super) enum Id {
    IssuerAndSerial {
        issuer: String,
        serial: String,
    },
    #[serde(rename = "key-id")]
    Key {
        key_id: String,
    },
    Other,
}

#[derive(Debug, Serialize)]
pub(super) struct Signer {
    pub version: u32,
    pub id: Id,
    /// The subject of the certificate, if it is in the message.
    pub certificate: Option<String>,
    pub digest_algorithm: Algorithm,
    pub signature_algorithm: Algorithm,
    /// With its parameters, as far as it is known.
    pub signature_scheme: Option<String>,
    pub signature_size: usize,
    /// `null` when nothing but the content is signed.
    pub signed_attributes: Option<Attributes>,
    pub unsigned_attributes: Vec<Algorithm>,
    pub countersignatures: Vec<Signer>,
}

#[derive(Debug, Serialize)]
pub(super) struct Attributes {
    pub types: Vec<Algorithm>,
    pub content_type: Option<Algorithm>,
    pub message_digest: Option<String>,
    pub signing_time: Option<String>,
    pub capabilities: Vec<Algorithm>,
    pub encryption_key: Option<Id>,
    pub signing_certificates: Vec<CertificateHash>,
}

#[derive(Debug, Serialize)]
pub(super) struct CertificateHash {
    pub attribute: &'static str,
    pub digest: Option<&'static str>,
    pub hash: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Enveloped {
    #[serde(flatten)]
    pub layer: Layer,
    pub version: u32,
    pub originator_infos: usize,
    pub recipients: Vec<Recipient>,
    pub encrypted_type: Algorithm,
    pub cipher: Algorithm,
    pub iv_size: Option<usize>,
    /// `null` when it is not inside.
    pub ciphertext_size: Option<u64>,
    pub authenticated_attributes: Option<Attributes>,
    pub tag_size: Option<usize>,
    pub unprotected_attributes: Vec<Algorithm>,
    /// Always `encrypted`: what is inside cannot be seen.
    pub content: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Recipient {
    KeyTransport {
        version: u32,
        id: Id,
        algorithm: Algorithm,
        oaep: Option<Oaep>,
        encrypted_key_size: usize,
    },
    KeyAgreement {
        version: u32,
        originator: Originator,
        ukm_size: Option<usize>,
        algorithm: Algorithm,
        kdf_digest: Option<&'static str>,
        key_wrap: Option<Algorithm>,
        key_wrap_bits: Option<u16>,
        recipients: Vec<Id>,
    },
    SharedKey,
    Password,
    Other {
        type_oid: Option<String>,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Oaep {
    pub digest: &'static str,
    pub mgf1_digest: &'static str,
    pub label_size: usize,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Originator {
    Ephemeral { algorithm: Algorithm, curve: Option<Algorithm>, point_size: usize },
    Certificate { id: Id },
    Other,
}

#[derive(Debug, Serialize)]
pub(super) struct Compressed {
    #[serde(flatten)]
    pub layer: Layer,
    pub version: u32,
    pub algorithm: Algorithm,
    pub encapsulated_type: Algorithm,
    pub compressed_size: Option<u64>,
    pub expanded_size: Option<u64>,
    pub content: Option<Box<Node>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Other {
    #[serde(flatten)]
    pub layer: Layer,
}

#[derive(Debug, Serialize)]
pub(super) struct Pkcs12 {
    pub size: u64,
    pub protections: Vec<Protection>,
    /// Private keys in parts that are not encrypted as a whole.
    pub visible_keys: usize,
    pub visible_certificates: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Protection {
    /// `integrity`, `contents` or `key`.
    pub part: &'static str,
    /// Its name, or which one is not supported.
    pub algorithm: String,
    /// 0 where there are none, and where the algorithm is not supported.
    pub iterations: u32,
    pub legacy: bool,
}
