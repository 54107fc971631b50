//! Writing PKCS#12 files.

use super::kdf::Password;
use super::mac;
use super::pbe::{self, Scheme};
use super::read::{
    CERT_BAG, DATA, ENCRYPTED_DATA, FRIENDLY_NAME, IterationBudget, LOCAL_KEY_ID, MAX_BAGS, MAX_PKCS12_SIZE,
    Pkcs12Error, SHROUDED_KEY_BAG, X509_CERTIFICATE,
};
use crate::asn1::{
    BMP_STRING, OCTET_STRING, context, context_primitive, integer, oid, sequence, set_of, tlv,
};
use crate::{Certificate, Context, DigestAlgorithm, Identity, ObjectIdentifier};

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// The algorithms.
    pub protection: WriteProtection,
    /// The iteration count of every key derivation.
    pub iterations: u32,
    /// The friendly names of the identities, in their order; missing ones are left out.
    pub friendly_names: Vec<String>,
    /// Certificates beside those of the identities and their chains, such as older ones; each is written once.
    pub certificates: Vec<Certificate>,
}

/// The algorithms that a file is written with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WriteProtection {
    /// PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256, HMAC-SHA-256: the default of OpenSSL 3.
    #[default]
    Modern,
    /// As `Modern`, with PBMAC1 over HMAC-SHA-256 as integrity code (RFC 9579): nothing depends on the derivation of
    /// RFC 7292. OpenSSL reads it from 3.4 on.
    Pbmac1,
    /// Triple DES and HMAC-SHA-1 with the derivation of RFC 7292: what every program reads.
    Legacy,
}

impl Default for WriteOptions {
    /// Modern algorithms, 2048 iterations, no names, no other certificates.
    fn default() -> Self {
        WriteOptions {
            protection: WriteProtection::Modern,
            iterations: 2048,
            friendly_names: Vec::new(),
            certificates: Vec::new(),
        }
    }
}

/// Writes identities with their chains to a PKCS#12 file, in DER.
///
/// Keys are encrypted one by one, certificates together, and all is under an integrity code. `None` writes the
/// file with the empty password.
///
/// # Errors
/// [`Pkcs12Error::TooManyIterations`], [`Pkcs12Error::TooManyBags`] or [`Pkcs12Error::TooLarge`] for what
/// [`super::open`] would refuse, or what the provider reports.
pub fn write(
    cx: &Context<'_>,
    identities: &[Identity],
    password: Option<&str>,
    options: &WriteOptions,
) -> Result<Vec<u8>, Pkcs12Error> {
    let password = Password::new(password.unwrap_or_default());
    let mut budget = IterationBudget::default();
    let iterations = options.iterations.max(1);
    let scheme = || -> Scheme {
        match options.protection {
            WriteProtection::Modern | WriteProtection::Pbmac1 => pbe::modern(cx.crypto, iterations),
            WriteProtection::Legacy => pbe::legacy(cx.crypto, iterations),
        }
    };
    let (mut key_bags, mut certificate_bags) = (Vec::new(), Vec::new());
    let mut written: Vec<&Certificate> = Vec::new();
    for (i, identity) in identities.iter().enumerate() {
        let key_id = cx.crypto.digest(DigestAlgorithm::Sha1, &[identity.certificate.der()]);
        let attributes = attributes(options.friendly_names.get(i).map(String::as_str), &key_id);
        let scheme = scheme();
        let sealed = scheme.encrypt(cx.crypto, &password, identity.key.pkcs8(), &mut budget)?;
        let info = sequence(&[&scheme.write(), &tlv(OCTET_STRING, &[&sealed])]);
        key_bags.push(bag(SHROUDED_KEY_BAG, &info, &attributes));
        certificate_bags.push(certificate_bag(&identity.certificate, &attributes));
        written.push(&identity.certificate);
    }
    for issuer in identities.iter().flat_map(|i| &i.chain).chain(&options.certificates) {
        if !written.contains(&issuer) {
            certificate_bags.push(certificate_bag(issuer, &[]));
            written.push(issuer);
        }
    }
    if certificate_bags.len() + key_bags.len() + 2 > MAX_BAGS {
        return Err(Pkcs12Error::TooManyBags { limit: MAX_BAGS });
    }
    let scheme = scheme();
    let sealed = scheme.encrypt(cx.crypto, &password, &list(&certificate_bags), &mut budget)?;
    let info = sequence(&[&oid(&id(DATA)), &scheme.write(), &tlv(context_primitive(0), &[&sealed])]);
    let encrypted = sequence(&[&integer(&[0]), &info]);
    let certificates = content_info(ENCRYPTED_DATA, &encrypted);
    let keys = content_info(DATA, &tlv(OCTET_STRING, &[&list(&key_bags)]));
    let contents = sequence(&[&certificates, &keys]);
    budget.spend(iterations)?;
    let mac = match options.protection {
        WriteProtection::Modern => {
            mac::write(cx.crypto, DigestAlgorithm::Sha256, iterations, &password, &contents)
        }
        WriteProtection::Pbmac1 => mac::write_pbmac1(cx.crypto, iterations, &password, &contents)?,
        WriteProtection::Legacy => {
            mac::write(cx.crypto, DigestAlgorithm::Sha1, iterations, &password, &contents)
        }
    };
    let file = sequence(&[&integer(&[3]), &content_info(DATA, &tlv(OCTET_STRING, &[&contents])), &mac]);
    if file.len() > MAX_PKCS12_SIZE {
        return Err(Pkcs12Error::TooLarge { size: file.len(), limit: MAX_PKCS12_SIZE });
    }
    Ok(file)
}

fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

fn content_info(kind: &str, content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(&id(kind)), &tlv(context(0), &[content])])
}

fn list(bags: &[Vec<u8>]) -> Vec<u8> {
    sequence(&bags.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn bag(kind: &str, value: &[u8], attributes: &[u8]) -> Vec<u8> {
    sequence(&[&oid(&id(kind)), &tlv(context(0), &[value]), attributes])
}

fn certificate_bag(certificate: &Certificate, attributes: &[u8]) -> Vec<u8> {
    let content = tlv(context(0), &[&tlv(OCTET_STRING, &[certificate.der()])]);
    bag(CERT_BAG, &sequence(&[&oid(&id(X509_CERTIFICATE)), &content]), attributes)
}

fn attributes(friendly_name: Option<&str>, key_id: &[u8]) -> Vec<u8> {
    let attribute = |kind: &str, value: Vec<u8>| sequence(&[&oid(&id(kind)), &set_of(vec![value])]);
    let mut out = vec![attribute(LOCAL_KEY_ID, tlv(OCTET_STRING, &[key_id]))];
    if let Some(name) = friendly_name {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        out.push(attribute(FRIENDLY_NAME, tlv(BMP_STRING, &[&units])));
    }
    set_of(out)
}
