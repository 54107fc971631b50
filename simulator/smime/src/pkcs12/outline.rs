//! What a file tells without its password.

use super::mac::Mac;
use super::pbe::Scheme;
use super::protection::{ProtectedPart, Protection, ProtectionAlgorithm};
use super::read::{
    CERT_BAG, DATA, ENCRYPTED_DATA, KEY_BAG, MAX_BAGS, MAX_PKCS12_SIZE, Pkcs12Error, SHROUDED_KEY_BAG,
    content_info, encrypted_data, id, malformed, octets,
};
use crate::ObjectIdentifier;
use crate::algorithm::inner;
use crate::asn1::{OID, Reader, Rules, SEQUENCE, context};

/// A PKCS#12 file from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkcs12Outline {
    /// How the parts are protected: the integrity code first, then in the order of the file.
    pub protections: Vec<Protection>,
    /// How many bags hold a private key in a part that is not encrypted as a whole.
    pub keys: usize,
    /// How many bags hold a certificate there.
    pub certificates: usize,
    /// How many other bags there are.
    pub others: usize,
    /// The parts whose protection is not known, and the identifier of that.
    pub unsupported: Vec<(ProtectedPart, ObjectIdentifier)>,
}

/// Looks at a file, BER or DER, without a password. Bags inside bags are not looked into.
///
/// # Errors
/// [`Pkcs12Error`] for files that are malformed or too large.
pub fn outline(bytes: &[u8]) -> Result<Pkcs12Outline, Pkcs12Error> {
    if bytes.len() > MAX_PKCS12_SIZE {
        return Err(Pkcs12Error::TooLarge { size: bytes.len(), limit: MAX_PKCS12_SIZE });
    }
    let pfx = malformed("PFX");
    let mut file = Reader::new(bytes, Rules::Ber);
    let mut r = file.expect(SEQUENCE).map_err(&pfx)?.reader();
    file.end().map_err(&pfx)?;
    if r.any().and_then(|version| version.uint()).map_err(&pfx)? != 3 {
        return Err(Pkcs12Error::Malformed { what: "version" });
    }
    let mut out = Pkcs12Outline {
        protections: Vec::new(),
        keys: 0,
        certificates: 0,
        others: 0,
        unsupported: Vec::new(),
    };
    let contents = match content_info(&r.any().map_err(&pfx)?, "authSafe")? {
        (oid, Some(element)) if oid == id(DATA) => octets(&element).map_err(malformed("authSafe"))?,
        (oid, _) if oid == id(DATA) => return Err(Pkcs12Error::Malformed { what: "authSafe" }),
        (oid, _) => {
            out.unsupported.push((ProtectedPart::Integrity, oid));
            return Ok(out);
        }
    };
    let mac = r.next().map_err(&pfx)?.map(|element| Mac::read(&element));
    r.end().map_err(&pfx)?;
    let none = (ProtectionAlgorithm::None, 0);
    let described = mac.map_or(Ok(none), |mac| mac.map(|mac| mac.describe()));
    out.protect(ProtectedPart::Integrity, described)?;
    let bad = malformed("authenticatedSafe");
    let mut list = Reader::new(&contents, Rules::Ber);
    let mut safes = list.expect(SEQUENCE).map_err(&bad)?.reader();
    list.end().map_err(&bad)?;
    while let Some(safe) = safes.next().map_err(&bad)? {
        out.count()?;
        match content_info(&safe, "authenticatedSafe")? {
            (oid, Some(element)) if oid == id(DATA) => out.bags(&octets(&element).map_err(&bad)?)?,
            (oid, Some(element)) if oid == id(ENCRYPTED_DATA) => {
                let described = encrypted_data(&element).map(|(scheme, _)| scheme.describe());
                out.protect(ProtectedPart::Contents, described)?;
            }
            (oid, _) => out.unsupported.push((ProtectedPart::Contents, oid)),
        }
    }
    Ok(out)
}

impl Pkcs12Outline {
    /// Adds a part; how it is protected may not be known.
    fn protect(
        &mut self,
        part: ProtectedPart,
        described: Result<(ProtectionAlgorithm, u32), Pkcs12Error>,
    ) -> Result<(), Pkcs12Error> {
        match described {
            Ok((algorithm, iterations)) => self.protections.push(Protection { part, algorithm, iterations }),
            Err(Pkcs12Error::Unsupported { oid }) => self.unsupported.push((part, oid)),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn count(&self) -> Result<(), Pkcs12Error> {
        let parts = self.protections.len() + self.unsupported.len();
        let bags = self.keys + self.certificates + self.others + parts;
        if bags > MAX_BAGS { Err(Pkcs12Error::TooManyBags { limit: MAX_BAGS }) } else { Ok(()) }
    }

    fn bags(&mut self, contents: &[u8]) -> Result<(), Pkcs12Error> {
        let bad = malformed("safeContents");
        let mut list = Reader::new(contents, Rules::Ber);
        let mut bags = list.expect(SEQUENCE).map_err(&bad)?.reader();
        list.end().map_err(&bad)?;
        while let Some(bag) = bags.next().map_err(&bad)? {
            self.count()?;
            let mut r = bag.expect(SEQUENCE).map_err(&bad)?.reader();
            let kind = crate::asn1::dotted(r.expect(OID).map_err(&bad)?.content);
            match kind.as_str() {
                KEY_BAG => {
                    self.keys += 1;
                    let (part, algorithm) = (ProtectedPart::Key, ProtectionAlgorithm::None);
                    self.protections.push(Protection { part, algorithm, iterations: 0 });
                }
                SHROUDED_KEY_BAG => {
                    self.keys += 1;
                    let value = r.expect(context(0)).and_then(|element| inner(&element)).map_err(&bad)?;
                    let mut key = value.expect(SEQUENCE).map_err(&bad)?.reader();
                    let scheme = Scheme::read(&key.any().map_err(&bad)?);
                    self.protect(ProtectedPart::Key, scheme.map(|scheme| scheme.describe()))?;
                }
                CERT_BAG => self.certificates += 1,
                _ => self.others += 1,
            }
        }
        Ok(())
    }
}
