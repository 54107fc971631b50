//! Reading PKCS#12 files.

use super::kdf::Password;
use super::mac::Mac;
use super::pbe::Scheme;
use super::protection::{ProtectedPart, Protection, ProtectionAlgorithm};
use crate::algorithm::inner;
use crate::asn1::{
    Asn1Error, BMP_STRING, Element, OCTET_STRING, OID, Reader, Rules, SEQUENCE, SET, context,
    context_primitive,
};
use crate::identity::same_key;
use crate::{
    Certificate, CertificateError, Context, CryptoError, Identity, ObjectIdentifier, PrivateKey,
    PrivateKeyError, name, pem,
};
use thiserror::Error;
use zeroize::Zeroizing;

/// The largest file that is read, in octets.
pub const MAX_PKCS12_SIZE: usize = 4 * 1024 * 1024;
/// How many bags a file may hold, groups of bags included.
pub const MAX_BAGS: usize = 1024;
/// How deep bags may nest.
pub const MAX_NESTED_BAGS: u8 = 4;
/// The highest iteration count of one key derivation. NSS writes 600,000, OpenSSL 2048.
pub const MAX_ITERATIONS: u32 = 1_000_000;
/// How many iterations a file may cost in all.
pub const MAX_TOTAL_ITERATIONS: u64 = 3_000_000;

pub(super) const DATA: &str = "1.2.840.113549.1.7.1";
pub(super) const ENCRYPTED_DATA: &str = "1.2.840.113549.1.7.6";
pub(super) const KEY_BAG: &str = "1.2.840.113549.1.12.10.1.1";
pub(super) const SHROUDED_KEY_BAG: &str = "1.2.840.113549.1.12.10.1.2";
pub(super) const CERT_BAG: &str = "1.2.840.113549.1.12.10.1.3";
const SAFE_CONTENTS_BAG: &str = "1.2.840.113549.1.12.10.1.6";
pub(super) const X509_CERTIFICATE: &str = "1.2.840.113549.1.9.22.1";
pub(super) const FRIENDLY_NAME: &str = "1.2.840.113549.1.9.20";
pub(super) const LOCAL_KEY_ID: &str = "1.2.840.113549.1.9.21";

/// What a PKCS#12 file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pkcs12 {
    /// The private keys with their certificates and what issuers were delivered, in the order of the keys.
    pub identities: Vec<Identity>,
    /// The friendly name of each identity.
    pub friendly_names: Vec<Option<String>>,
    /// The certificates that belong to no key, issuers included.
    pub certificates: Vec<Certificate>,
    /// The friendly name of each of these.
    pub certificate_names: Vec<Option<String>>,
    /// How many private keys have no certificate in the file.
    pub keys_without_certificate: usize,
    /// Those keys.
    pub lone_keys: Vec<PrivateKey>,
    /// How the parts are protected: the integrity code first, then in the order of the file.
    pub algorithms: Vec<Protection>,
}

/// Why a PKCS#12 file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// The password does not fit the integrity code, or what it decrypts is not what it must be.
    #[error("the password is wrong, or the file was changed")]
    WrongPassword,
    /// A part is not encoded as RFC 7292 says; it is named as that document names it.
    #[error("the file's {what} cannot be read")]
    Malformed {
        /// The name of the part.
        what: &'static str,
    },
    /// The file is read, and holds no private key with its certificate.
    #[error("there is no identity among {keys} keys and {certificates} certificates")]
    NoIdentity {
        /// How many private keys there are.
        keys: usize,
        /// How many certificates there are.
        certificates: usize,
    },
    /// An algorithm or kind of contents that is not implemented.
    #[error("{} is not supported", named(oid))]
    Unsupported {
        /// Its identifier.
        oid: ObjectIdentifier,
    },
    /// A key derivation asks for more than [`MAX_ITERATIONS`], or all together for more than
    /// [`MAX_TOTAL_ITERATIONS`].
    #[error("{found} iterations are asked for, more than {limit}")]
    TooManyIterations {
        /// What is asked for.
        found: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The file is larger than [`MAX_PKCS12_SIZE`].
    #[error("the file has {size} octets, more than {limit}")]
    TooLarge {
        /// Its size in octets.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// The file holds more than [`MAX_BAGS`] bags, or nests them deeper than [`MAX_NESTED_BAGS`].
    #[error("the file holds more than {limit} bags or nests them too deeply")]
    TooManyBags {
        /// The most that are read.
        limit: usize,
    },
    /// A certificate inside cannot be read.
    #[error("a certificate inside cannot be read: {0}")]
    Certificate(#[from] CertificateError),
    /// A private key inside cannot be read.
    #[error("a private key inside cannot be read: {0}")]
    PrivateKey(#[from] PrivateKeyError),
    /// A primitive failed.
    #[error("{0}")]
    Crypto(#[from] CryptoError),
}

/// What key derivations may still cost: several files that come together can be opened within one budget
/// ([`open_within`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IterationBudget {
    spent: u64,
    limit: u64,
}

/// The cost of one file: [`MAX_TOTAL_ITERATIONS`].
impl Default for IterationBudget {
    fn default() -> Self {
        IterationBudget::new(MAX_TOTAL_ITERATIONS)
    }
}

impl IterationBudget {
    /// A budget of that many iterations.
    pub fn new(limit: u64) -> Self {
        IterationBudget { spent: 0, limit }
    }

    /// How many iterations were spent.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    pub(super) fn spend(&mut self, iterations: u32) -> Result<(), Pkcs12Error> {
        let (found, limit) = (u64::from(iterations), u64::from(MAX_ITERATIONS));
        if found > limit {
            return Err(Pkcs12Error::TooManyIterations { found, limit });
        }
        let spent = self.spent.saturating_add(found);
        if spent > self.limit {
            // The work is refused and not done, so it is not counted either.
            return Err(Pkcs12Error::TooManyIterations { found: spent, limit: self.limit });
        }
        self.spent = spent;
        Ok(())
    }

    /// A budget for one file out of this one.
    fn for_one_file(&self) -> Self {
        IterationBudget::new(MAX_TOTAL_ITERATIONS.min(self.limit.saturating_sub(self.spent)))
    }
}

/// An identifier with the name of what people meet.
fn named(oid: &ObjectIdentifier) -> String {
    let text = oid.to_string();
    let name = match text.as_str() {
        "1.3.6.1.4.1.11591.4.11" => Some("scrypt"),
        "1.2.840.113549.1.7.2" => Some("protection by a signature"),
        "1.2.840.113549.1.7.3" => Some("encryption to a certificate"),
        _ => crate::cms::outline::oid_name(oid),
    };
    name.map_or(text.clone(), |name| format!("{name} ({text})"))
}

pub(super) fn malformed(what: &'static str) -> impl Fn(Asn1Error) -> Pkcs12Error {
    move |_| Pkcs12Error::Malformed { what }
}

/// Opens a PKCS#12 file that holds an identity, in BER or DER.
///
/// `None` and the empty password are the same here; both of the ways in which programs have written them are
/// tried. The integrity code, if there is one, is verified before anything is decrypted, in constant time.
///
/// # Errors
/// [`Pkcs12Error`], with [`Pkcs12Error::NoIdentity`] for files of certificates or keys alone. In a file without
/// integrity code, contents that do not decrypt to what they must be mean a wrong password.
pub fn open(cx: &Context<'_>, bytes: &[u8], password: Option<&str>) -> Result<Pkcs12, Pkcs12Error> {
    open_within(cx, bytes, password, &mut IterationBudget::default())
}

/// Opens a PKCS#12 file as [`open`] does, with what a budget that is shared among several files has left. What the file
/// cost is taken from the budget, also when it did not open.
///
/// # Errors
/// Those of [`open`]; [`Pkcs12Error::TooManyIterations`] also when the budget is too small.
pub fn open_within(
    cx: &Context<'_>,
    bytes: &[u8],
    password: Option<&str>,
    budget: &mut IterationBudget,
) -> Result<Pkcs12, Pkcs12Error> {
    let mut own = budget.for_one_file();
    let before = budget.spent;
    let opened = open_counted(cx, bytes, password, &mut own);
    budget.spent = before.saturating_add(own.spent);
    let all = opened.map_err(|error| match error {
        // It is the shared budget that ends, not what a file may cost.
        Pkcs12Error::TooManyIterations { found, limit }
            if limit == own.limit && limit < MAX_TOTAL_ITERATIONS =>
        {
            Pkcs12Error::TooManyIterations { found: before.saturating_add(found), limit: budget.limit }
        }
        other => other,
    })?;
    if all.identities.is_empty() {
        let (keys, certificates) = (all.keys_without_certificate, all.certificates.len());
        return Err(Pkcs12Error::NoIdentity { keys, certificates });
    }
    Ok(all)
}

/// Opens a PKCS#12 file as [`open`] does, whether it holds an identity, certificates or keys alone, or nothing.
///
/// # Errors
/// [`Pkcs12Error`], but not [`Pkcs12Error::NoIdentity`].
pub fn open_any(cx: &Context<'_>, bytes: &[u8], password: Option<&str>) -> Result<Pkcs12, Pkcs12Error> {
    open_counted(cx, bytes, password, &mut IterationBudget::default())
}

pub(crate) fn open_counted(
    cx: &Context<'_>,
    bytes: &[u8],
    password: Option<&str>,
    budget: &mut IterationBudget,
) -> Result<Pkcs12, Pkcs12Error> {
    if bytes.len() > MAX_PKCS12_SIZE {
        return Err(Pkcs12Error::TooLarge { size: bytes.len(), limit: MAX_PKCS12_SIZE });
    }
    let pfx = malformed("PFX");
    let mut outer = Reader::new(bytes, Rules::Ber);
    let mut r = outer.expect(SEQUENCE).map_err(&pfx)?.reader();
    outer.end().map_err(&pfx)?;
    if r.any().and_then(|v| v.uint()).map_err(&pfx)? != 3 {
        return Err(Pkcs12Error::Malformed { what: "version" });
    }
    let contents = match content_info(&r.any().map_err(&pfx)?, "authSafe")? {
        (oid, Some(e)) if oid == id(DATA) => octets(&e).map_err(malformed("authSafe"))?,
        (oid, _) if oid != id(DATA) => return Err(Pkcs12Error::Unsupported { oid }),
        _ => return Err(Pkcs12Error::Malformed { what: "authSafe" }),
    };
    let mac = r.next().map_err(&pfx)?.map(|e| Mac::read(&e)).transpose()?;
    r.end().map_err(&pfx)?;

    let passwords = Password::candidates(password);
    if let Some(mac) = &mac {
        for password in &passwords {
            if mac.matches(cx.crypto, password, &contents, budget)? {
                return Contents::read(cx, &contents, password, budget, Some(mac)).map(|c| c.sort(cx));
            }
        }
        return Err(Pkcs12Error::WrongPassword);
    }
    let mut result = Err(Pkcs12Error::WrongPassword);
    for password in &passwords {
        result = Contents::read(cx, &contents, password, budget, None);
        if result != Err(Pkcs12Error::WrongPassword) {
            break;
        }
    }
    result.map(|c| c.sort(cx))
}

/// Opens an encrypted private key that stands alone (PKCS#8, RFC 5958, 3), as the first such block of a PEM text or as
/// DER.
///
/// # Errors
/// [`Pkcs12Error`]; a key that does not decrypt to one means a wrong password.
pub fn open_key(cx: &Context<'_>, pem_or_der: &[u8], password: &str) -> Result<PrivateKey, Pkcs12Error> {
    let what = "encryptedPrivateKeyInfo";
    let malformed = Pkcs12Error::Malformed { what };
    if pem_or_der.len() > MAX_PKCS12_SIZE {
        return Err(Pkcs12Error::TooLarge { size: pem_or_der.len(), limit: MAX_PKCS12_SIZE });
    }
    let der = match pem_or_der.first() {
        Some(0x30) => Zeroizing::new(pem_or_der.to_vec()),
        _ => pem::blocks(pem_or_der)
            .find_map(|block| match block {
                Ok(block) if block.label == "ENCRYPTED PRIVATE KEY" => Some(Ok(block.bytes)),
                Ok(_) => None,
                Err(_) => Some(Err(malformed.clone())),
            })
            .unwrap_or(Err(malformed.clone()))?,
    };
    let mut outer = Reader::new(&der, Rules::Ber);
    let value = outer.any().map_err(|_| malformed.clone())?;
    outer.end().map_err(|_| malformed)?;
    let password = Password::new(password);
    let mut budget = IterationBudget::default();
    let mut opener = Opener { cx, password: &password, budget: &mut budget };
    Contents::default().shrouded_key(&value, &mut opener)
}

/// The bags of a file, in its order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Contents {
    keys: Vec<Bag<PrivateKey>>,
    certificates: Vec<Bag<Certificate>>,
    algorithms: Vec<Protection>,
    bags: usize,
}

#[derive(Debug, PartialEq, Eq)]
struct Bag<T> {
    value: T,
    friendly_name: Option<String>,
    local_key_id: Option<Vec<u8>>,
}

/// What is needed to open the bags.
struct Opener<'a> {
    cx: &'a Context<'a>,
    password: &'a Password,
    budget: &'a mut IterationBudget,
}

impl Contents {
    fn read(
        cx: &Context<'_>,
        contents: &[u8],
        password: &Password,
        budget: &mut IterationBudget,
        mac: Option<&Mac>,
    ) -> Result<Self, Pkcs12Error> {
        let mut out = Contents::default();
        let (algorithm, iterations) = mac.map_or((ProtectionAlgorithm::None, 0), Mac::describe);
        out.algorithms.push(Protection { part: ProtectedPart::Integrity, algorithm, iterations });
        let mut opener = Opener { cx, password, budget };
        let bad = malformed("authenticatedSafe");
        let mut outer = Reader::new(contents, Rules::Ber);
        let mut safes = outer.expect(SEQUENCE).map_err(&bad)?.reader();
        outer.end().map_err(&bad)?;
        while let Some(safe) = safes.next().map_err(&bad)? {
            out.count()?;
            match content_info(&safe, "authenticatedSafe")? {
                (oid, Some(e)) if oid == id(DATA) => {
                    out.safe_contents(&octets(&e).map_err(&bad)?, &mut opener, 0)?;
                }
                (oid, Some(e)) if oid == id(ENCRYPTED_DATA) => {
                    let (scheme, ciphertext) = encrypted_data(&e)?;
                    let (algorithm, iterations) = scheme.describe();
                    out.algorithms.push(Protection { part: ProtectedPart::Contents, algorithm, iterations });
                    let crypto = cx.crypto;
                    let plain = scheme.decrypt(crypto, password, &ciphertext, opener.budget)?;
                    // without an integrity code, noise is a wrong password, also if it happens to end like padding or
                    // came out of RC4, which has none
                    let mut whole = Reader::new(&plain, Rules::Ber);
                    let looks_right = whole.expect(SEQUENCE).and_then(|_| whole.end()).is_ok();
                    if mac.is_none() && !looks_right {
                        return Err(Pkcs12Error::WrongPassword);
                    }
                    out.safe_contents(&plain, &mut opener, 0)?;
                }
                (oid, _) => return Err(Pkcs12Error::Unsupported { oid }),
            }
        }
        Ok(out)
    }

    fn count(&mut self) -> Result<(), Pkcs12Error> {
        self.bags += 1;
        if self.bags > MAX_BAGS { Err(Pkcs12Error::TooManyBags { limit: MAX_BAGS }) } else { Ok(()) }
    }

    fn safe_contents(&mut self, bytes: &[u8], opener: &mut Opener<'_>, depth: u8) -> Result<(), Pkcs12Error> {
        let bad = malformed("safeContents");
        let mut outer = Reader::new(bytes, Rules::Ber);
        let bags = outer.expect(SEQUENCE).map_err(&bad)?;
        outer.end().map_err(&bad)?;
        self.bag_list(bags.reader(), opener, depth)
    }

    fn bag_list(
        &mut self,
        mut bags: Reader<'_>,
        opener: &mut Opener<'_>,
        depth: u8,
    ) -> Result<(), Pkcs12Error> {
        if depth > MAX_NESTED_BAGS {
            return Err(Pkcs12Error::TooManyBags { limit: MAX_BAGS });
        }
        let bad = malformed("safeBag");
        while let Some(bag) = bags.next().map_err(&bad)? {
            self.count()?;
            let mut r = bag.expect(SEQUENCE).map_err(&bad)?.reader();
            let kind = crate::asn1::dotted(r.expect(OID).map_err(&bad)?.content);
            let value = r.expect(context(0)).and_then(|e| inner(&e)).map_err(&bad)?;
            let (friendly_name, local_key_id) = match r.optional(SET).map_err(&bad)? {
                Some(attributes) => read_attributes(&attributes).map_err(malformed("bagAttributes"))?,
                None => (None, None),
            };
            r.end().map_err(&bad)?;
            match kind.as_str() {
                KEY_BAG => {
                    self.protection(ProtectionAlgorithm::None, 0);
                    let value = PrivateKey::from_pkcs8(value.raw.to_vec())?;
                    self.keys.push(Bag { value, friendly_name, local_key_id });
                }
                SHROUDED_KEY_BAG => {
                    let value = self.shrouded_key(&value, opener)?;
                    self.keys.push(Bag { value, friendly_name, local_key_id });
                }
                CERT_BAG => {
                    if let Some(value) = certificate(&value)? {
                        self.certificates.push(Bag { value, friendly_name, local_key_id });
                    }
                }
                SAFE_CONTENTS_BAG => {
                    let list = value.expect(SEQUENCE).map_err(&bad)?.reader();
                    self.bag_list(list, opener, depth + 1)?;
                }
                _ => {} // revocation lists, secrets, and what others may add, are of no use here
            }
        }
        Ok(())
    }

    fn protection(&mut self, algorithm: ProtectionAlgorithm, iterations: u32) {
        self.algorithms.push(Protection { part: ProtectedPart::Key, algorithm, iterations });
    }

    fn shrouded_key(
        &mut self,
        value: &Element<'_>,
        opener: &mut Opener<'_>,
    ) -> Result<PrivateKey, Pkcs12Error> {
        let bad = malformed("encryptedPrivateKeyInfo");
        let mut r = value.expect(SEQUENCE).map_err(&bad)?.reader();
        let scheme = Scheme::read(&r.any().map_err(&bad)?)?;
        let ciphertext = r.any().and_then(|e| octets(&e)).map_err(&bad)?;
        r.end().map_err(&bad)?;
        let (algorithm, iterations) = scheme.describe();
        self.protection(algorithm, iterations);
        let plain: Zeroizing<Vec<u8>> =
            scheme.decrypt(opener.cx.crypto, opener.password, &ciphertext, opener.budget)?;
        match PrivateKey::from_pkcs8(plain.to_vec()) {
            Err(PrivateKeyError::Malformed) => Err(Pkcs12Error::WrongPassword),
            other => Ok(other?),
        }
    }

    /// Puts keys, certificates and issuers together.
    fn sort(self, cx: &Context<'_>) -> Pkcs12 {
        let mut owner: Vec<bool> = vec![false; self.certificates.len()];
        let mut pairs = Vec::new();
        let mut lone_keys = Vec::new();
        for key in &self.keys {
            let public = key.value.load(cx).map(|k| k.public_key());
            let named = |b: &Bag<Certificate>| b.local_key_id.is_some() && b.local_key_id == key.local_key_id;
            let fits = |b: &Bag<Certificate>| match &public {
                Ok(public) => same_key(public, b.value.spki_der()),
                // a kind of key that the provider does not know: the file's word is all there is
                Err(_) => named(b),
            };
            let found = self.certificates.iter().enumerate().filter(|(_, b)| fits(b));
            match found.max_by_key(|(i, b)| (named(b), std::cmp::Reverse(*i))) {
                Some((i, certificate)) => {
                    if let Some(owned) = owner.get_mut(i) {
                        *owned = true;
                    }
                    pairs.push((key, certificate));
                }
                None => lone_keys.push(key.value.clone()),
            }
        }
        let all: Vec<&Certificate> = self.certificates.iter().map(|b| &b.value).collect();
        let identities = pairs.iter().map(|(key, certificate)| Identity {
            certificate: certificate.value.clone(),
            key: key.value.clone(),
            chain: chain(&certificate.value, &all),
        });
        let names =
            pairs.iter().map(|(key, c)| key.friendly_name.clone().or_else(|| c.friendly_name.clone()));
        let others: Vec<&Bag<Certificate>> =
            self.certificates.iter().zip(&owner).filter(|(_, owned)| !**owned).map(|(b, _)| b).collect();
        Pkcs12 {
            identities: identities.collect(),
            friendly_names: names.collect(),
            certificates: others.iter().map(|b| b.value.clone()).collect(),
            certificate_names: others.iter().map(|b| b.friendly_name.clone()).collect(),
            keys_without_certificate: lone_keys.len(),
            lone_keys,
            algorithms: self.algorithms,
        }
    }
}

/// The issuers of a certificate among others, nearest first, by name and key identifier.
fn chain(leaf: &Certificate, others: &[&Certificate]) -> Vec<Certificate> {
    let mut out: Vec<Certificate> = Vec::new();
    let mut last = leaf;
    while !last.is_self_issued() {
        let mut candidates = others
            .iter()
            .filter(|c| name::same(c.subject_der(), last.issuer_der()) && ***c != *leaf && !out.contains(c));
        let asked = last.authority_key_id();
        let by_key = |c: &&&Certificate| asked.is_some() && c.subject_key_id() == asked;
        let first = candidates.clone().next();
        let Some(issuer) = candidates.find(by_key).or(first) else { break };
        out.push((*issuer).clone());
        last = issuer;
    }
    out
}

pub(super) fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Reads a ContentInfo: the type, and the element inside the explicit tag.
pub(super) fn content_info<'a>(
    element: &Element<'a>,
    what: &'static str,
) -> Result<(ObjectIdentifier, Option<Element<'a>>), Pkcs12Error> {
    let bad = malformed(what);
    let mut r = element.expect(SEQUENCE).map_err(&bad)?.reader();
    let oid = r.any().and_then(|e| e.oid()).map_err(&bad)?;
    let content = r.optional(context(0)).map_err(&bad)?.map(|e| inner(&e)).transpose().map_err(&bad)?;
    r.end().map_err(&bad)?;
    Ok((oid, content))
}

/// Reads an EncryptedData (RFC 5652, 8) that holds data.
pub(super) fn encrypted_data(element: &Element<'_>) -> Result<(Scheme, Vec<u8>), Pkcs12Error> {
    let bad = malformed("encryptedData");
    let mut r = element.expect(SEQUENCE).map_err(&bad)?.reader();
    r.any().and_then(|v| v.uint()).map_err(&bad)?;
    let mut info = r.expect(SEQUENCE).map_err(&bad)?.reader();
    info.expect(OID).map_err(&bad)?;
    let scheme = Scheme::read(&info.any().map_err(&bad)?)?;
    let content = info.any().map_err(&bad)?;
    if content.tag & !0x20 != context_primitive(0) {
        return Err(Pkcs12Error::Malformed { what: "encryptedData" });
    }
    Ok((scheme, content.octets().map_err(&bad)?))
}

pub(super) fn octets(element: &Element<'_>) -> Result<Vec<u8>, Asn1Error> {
    if element.tag & !0x20 != OCTET_STRING {
        return Err(Asn1Error::Tag { expected: OCTET_STRING, found: element.tag });
    }
    element.octets()
}

/// Reads a CertBag; `None` for what is no X.509 certificate.
fn certificate(value: &Element<'_>) -> Result<Option<Certificate>, Pkcs12Error> {
    let bad = malformed("certBag");
    let mut r = value.expect(SEQUENCE).map_err(&bad)?.reader();
    let kind = r.any().and_then(|e| e.oid()).map_err(&bad)?;
    let content = r.expect(context(0)).and_then(|e| inner(&e)).map_err(&bad)?;
    r.end().map_err(&bad)?;
    if kind != id(X509_CERTIFICATE) {
        return Ok(None);
    }
    Ok(Some(Certificate::from_der(&octets(&content).map_err(&bad)?)?))
}

type Attributes = (Option<String>, Option<Vec<u8>>);

fn read_attributes(set: &Element<'_>) -> Result<Attributes, Asn1Error> {
    let (mut friendly_name, mut local_key_id) = (None, None);
    let mut r = set.reader();
    while let Some(attribute) = r.next()? {
        let mut a = attribute.expect(SEQUENCE)?.reader();
        let kind = crate::asn1::dotted(a.expect(OID)?.content);
        let Some(value) = a.expect(SET)?.reader().next()? else { continue };
        match kind.as_str() {
            // some writers end the name with a zero, as C programs do
            FRIENDLY_NAME if value.tag == BMP_STRING => {
                friendly_name = name::bmp(value.content).map(|n| n.trim_end_matches('\0').to_owned());
            }
            LOCAL_KEY_ID if value.tag & !0x20 == OCTET_STRING => local_key_id = Some(value.octets()?),
            _ => {}
        }
    }
    Ok((friendly_name, local_key_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iterations_are_bounded_one_by_one_and_in_sum() {
        let mut budget = IterationBudget::default();
        let limit = u64::from(MAX_ITERATIONS);
        assert_eq!(
            budget.spend(MAX_ITERATIONS + 1),
            Err(Pkcs12Error::TooManyIterations { found: limit + 1, limit })
        );
        for _ in 0..MAX_TOTAL_ITERATIONS / limit {
            budget.spend(MAX_ITERATIONS).unwrap();
        }
        let (found, limit) = (MAX_TOTAL_ITERATIONS + 1, MAX_TOTAL_ITERATIONS);
        assert_eq!(budget.spend(1), Err(Pkcs12Error::TooManyIterations { found, limit }));
    }
}
