//! Identities that the phone has made for it by a server (com.apple.security.scep, com.apple.security.acme): what is asked,
//! as a value, and what is made of the answer.
//!
//! The phone makes a key and signs a certification request with it; an [`IdentityRequest`] says so to whoever drives the
//! device, who answers with an [`IdentityAnswer`]. How request and answer travel (the messages of SCEP, RFC 8894, and ACME,
//! RFC 8555) is not simulated: neither CA fingerprints nor retries nor attestations play a role.
//!
//! Rules: profiles-and-mdm.md A.1, com.apple.security.scep and com.apple.security.acme.

use crate::profiles::{ErrorDomain, ErrorLink, error_link, payload_type};
use profile::Payload;
use profile::plist::{Dictionary, Node, Value};
use serde::{Deserialize, Serialize};
use smime::{
    Certificate, Context, Curve, Identity, KeyUsage, ObjectIdentifier, PrivateKey, PublicKeyAlgorithm,
    RequestedCertificate,
};
use wire::ExchangeId;

/// The most certificates of issuers that an answer may bring.
pub const MAX_ISSUED_CHAIN: usize = 8;

/// The most attributes that a requested subject, and the most names that a requested `SubjectAltName`, may have.
pub const MAX_REQUESTED_NAMES: usize = 64;

/// How the server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnrolmentProtocol {
    /// com.apple.security.scep.
    Scep,
    /// com.apple.security.acme.
    Acme,
}

/// What the phone asks of an enrolment server. The answer is an `Input::Identity` of the same number.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityRequest {
    /// The number of the exchange.
    pub exchange: ExchangeId,
    /// How the server is asked.
    pub protocol: EnrolmentProtocol,
    /// `URL` of SCEP, `DirectoryURL` of ACME.
    pub url: String,
    /// `PayloadUUID` of the payload that asks.
    pub payload_uuid: String,
    /// What is to be certified.
    pub requested: RequestedCertificate,
    /// The key that is to be certified.
    pub key: PublicKeyAlgorithm,
    /// Whether the payload has a challenge, which then is in the certification request.
    pub has_challenge: bool,
    /// The certification request (DER, RFC 2986), signed with the key. A secret where there is a challenge.
    pub certification_request: Vec<u8>,
}

/// Shows what is asked, and of the certification request nothing: a challenge may be in it.
impl std::fmt::Debug for IdentityRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityRequest")
            .field("exchange", &self.exchange)
            .field("protocol", &self.protocol)
            .field("payload_uuid", &self.payload_uuid)
            .field("requested", &self.requested)
            .field("key", &self.key)
            .field("has_challenge", &self.has_challenge)
            .finish_non_exhaustive()
    }
}

/// What became of an [`IdentityRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityAnswer {
    /// The server made a certificate.
    Issued {
        /// It, in DER.
        certificate: Vec<u8>,
        /// Its issuers in DER, nearest first, without the root.
        chain: Vec<Vec<u8>>,
    },
    /// The server does not want to.
    Refused,
    /// The server could not be reached.
    Unreachable,
}

/// What a payload asks for, read and checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wish<'p> {
    protocol: EnrolmentProtocol,
    url: &'p str,
    key: PublicKeyAlgorithm,
    challenge: Option<&'p str>,
    pub(crate) requested: RequestedCertificate,
}

fn fault(code: u32, text: &str) -> ErrorLink {
    error_link(ErrorDomain::MCSCEPErrorDomain, code, text)
}

fn unsupported() -> ErrorLink {
    fault(22004, "The configuration of the enrolment is not supported.")
}

fn no_key() -> ErrorLink {
    fault(22001, "The key cannot be generated.")
}

fn no_request() -> ErrorLink {
    fault(22011, "The certificate request cannot be made.")
}

impl<'p> Wish<'p> {
    /// Reads a payload whose types have been checked. The codes are those of MCSCEPErrorDomain for ACME as well: the list
    /// has none of its own for it.
    ///
    /// # Errors
    /// 22000 for a key usage that is none, 22001 for a key that this phone cannot make, 22004 for other settings that are
    /// not supported, 22011 for names that cannot be asked for.
    pub(crate) fn read(payload: &'p Payload) -> Result<Self, ErrorLink> {
        if payload.is(payload_type::ACME) {
            return Self::of_acme(payload.dictionary());
        }
        Self::of_scep(payload.dict("PayloadContent").ok().flatten().ok_or_else(unsupported)?)
    }

    fn of_scep(settings: &'p Dictionary) -> Result<Self, ErrorLink> {
        let usage = number(settings, "Key Usage").unwrap_or(0);
        let bits = number(settings, "Keysize").unwrap_or(1024);
        // RSA is the only kind; the key is written with a space.
        if usage & !5 != 0 {
            return Err(fault(22000, "The key usage is not valid."));
        }
        if settings.str("Key Type").is_some_and(|kind| kind != "RSA") || ![1024, 2048, 4096].contains(&bits) {
            return Err(unsupported());
        }
        let key = PublicKeyAlgorithm::Rsa { bits: u32::try_from(bits).map_err(|_| unsupported())? };
        Ok(Wish {
            protocol: EnrolmentProtocol::Scep,
            url: settings.str("URL").unwrap_or_default(),
            key,
            challenge: settings.str("Challenge").filter(|word| !word.is_empty()),
            requested: requested(settings, usage, key)?,
        })
    }

    fn of_acme(settings: &'p Dictionary) -> Result<Self, ErrorLink> {
        let flag = |key| settings.value(key).and_then(Value::as_boolean).unwrap_or_default();
        let usage = number(settings, "UsageFlags").unwrap_or(0);
        let size = number(settings, "KeySize").unwrap_or_default();
        let bound = flag("HardwareBound");
        let fits = match settings.str("KeyType") {
            Some("RSA") => size % 8 == 0 && (1024..=4096).contains(&size) && !bound,
            Some("ECSECPrimeRandom") if bound => [256, 384].contains(&size),
            Some("ECSECPrimeRandom") => [192, 256, 384, 521].contains(&size),
            _ => false,
        };
        let url = settings.str("DirectoryURL").unwrap_or_default();
        let https = url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
        if !fits || flag("Attest") && !bound || !https {
            return Err(unsupported());
        }
        let key = match (settings.str("KeyType"), size) {
            (Some("RSA"), bits) => {
                PublicKeyAlgorithm::Rsa { bits: u32::try_from(bits).map_err(|_| no_key())? }
            }
            (_, 256) => PublicKeyAlgorithm::Ec(Curve::P256),
            (_, 384) => PublicKeyAlgorithm::Ec(Curve::P384),
            (_, 521) => PublicKeyAlgorithm::Ec(Curve::P521),
            // The schema lists P-192 too; the simulated phone does not make such keys.
            _ => return Err(no_key()),
        };
        let mut requested = requested(settings, usage, key)?;
        let purposes = settings.value("ExtendedKeyUsage").and_then(Value::as_array).unwrap_or_default();
        for purpose in purposes.iter().filter_map(|n| n.value.as_str()) {
            requested.extended_key_usage.push(ObjectIdentifier::new(purpose).map_err(|_| no_request())?);
        }
        if requested.extended_key_usage.len() > MAX_REQUESTED_NAMES {
            return Err(no_request());
        }
        Ok(Wish { protocol: EnrolmentProtocol::Acme, url, key, challenge: None, requested })
    }

    /// Makes the key, and the request that is signed with it.
    ///
    /// # Errors
    /// 22001 when there is no key, 22011 when there is no request.
    pub(crate) fn ask(
        self,
        cx: &Context<'_>,
        exchange: ExchangeId,
        payload_uuid: &str,
    ) -> Result<(IdentityRequest, PrivateKey), ErrorLink> {
        let made = cx.crypto.generate_key(self.key).map_err(|_| no_key())?;
        let key = PrivateKey::from_pkcs8(made.to_vec()).map_err(|_| no_key())?;
        let certification_request =
            self.requested.sign(cx, &key, self.challenge).map_err(|_| no_request())?;
        if certification_request.len() > smime::MAX_CERTIFICATION_REQUEST_SIZE {
            return Err(no_request());
        }
        let request = IdentityRequest {
            exchange,
            protocol: self.protocol,
            url: self.url.to_owned(),
            payload_uuid: payload_uuid.to_owned(),
            requested: self.requested,
            key: self.key,
            has_challenge: self.challenge.is_some(),
            certification_request,
        };
        Ok((request, key))
    }
}

fn number(settings: &Dictionary, key: &str) -> Option<i128> {
    settings.value(key).and_then(Value::as_integer)
}

/// Names and uses. Bit 1 asks for signing, 4 for encrypting, 0 leaves both to the server. What encrypting needs depends on
/// the key (RFC 5280, 4.2.1.3): transport of keys with RSA, agreement with elliptic curves.
fn requested(
    settings: &Dictionary,
    usage: i128,
    key: PublicKeyAlgorithm,
) -> Result<RequestedCertificate, ErrorLink> {
    let encrypting = match key {
        PublicKeyAlgorithm::Rsa { .. } => KeyUsage::KEY_ENCIPHERMENT,
        _ => KeyUsage::KEY_AGREEMENT,
    };
    let key_usage = match usage & 5 {
        1 => Some(KeyUsage::DIGITAL_SIGNATURE),
        4 => Some(encrypting),
        5 => Some(KeyUsage::DIGITAL_SIGNATURE | encrypting),
        _ => None,
    };
    let names = settings.value("SubjectAltName").and_then(Value::as_dictionary);
    // Apple's schema has strings, its errata arrays of strings as well.
    let texts = |key: &str| -> Vec<String> {
        match names.and_then(|n| n.value(key)) {
            Some(Value::String(one)) => vec![one.to_string()],
            Some(Value::Array(many)) => {
                many.iter().filter_map(|n| n.value.as_str()).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    };
    let requested = RequestedCertificate {
        subject: subject(settings.value("Subject").and_then(Value::as_array).unwrap_or_default())?,
        emails: texts("rfc822Name"),
        hosts: texts("dNSName"),
        uris: texts("uniformResourceIdentifier"),
        principal_names: texts("ntPrincipalName"),
        key_usage,
        extended_key_usage: Vec::new(),
    };
    let all = requested.emails.len()
        + requested.hosts.len()
        + requested.uris.len()
        + requested.principal_names.len();
    if all > MAX_REQUESTED_NAMES { Err(no_request()) } else { Ok(requested) }
}

/// An array of relative names, each an array of pairs of kind and value.
fn subject(rdns: &[Node]) -> Result<Vec<Vec<(ObjectIdentifier, String)>>, ErrorLink> {
    let mut out = Vec::new();
    let mut count = 0;
    for rdn in rdns {
        let mut pairs = Vec::new();
        for pair in rdn.value.as_array().ok_or_else(no_request)? {
            let [kind, value] = pair.value.as_array().ok_or_else(no_request)? else {
                return Err(no_request());
            };
            let kind = kind.value.as_str().and_then(attribute).ok_or_else(no_request)?;
            pairs.push((kind, value.value.as_str().ok_or_else(no_request)?.to_owned()));
            count += 1;
        }
        if count > MAX_REQUESTED_NAMES {
            return Err(no_request());
        }
        if !pairs.is_empty() {
            out.push(pairs);
        }
    }
    Ok(out)
}

/// The attribute of a kind: Apple documents C, L, ST, O, OU, CN and dotted identifiers; E and DC are in profiles as well.
fn attribute(kind: &str) -> Option<ObjectIdentifier> {
    let dotted = match kind {
        "C" => "2.5.4.6",
        "L" => "2.5.4.7",
        "ST" => "2.5.4.8",
        "O" => "2.5.4.10",
        "OU" => "2.5.4.11",
        "CN" => "2.5.4.3",
        "E" => "1.2.840.113549.1.9.1",
        "DC" => "0.9.2342.19200300.100.1.25",
        dotted => dotted,
    };
    ObjectIdentifier::new(dotted).ok()
}

impl IdentityAnswer {
    /// The identity that the answer completes.
    ///
    /// # Errors
    /// 22005 when the server was not reached, 22013 when it refused or its answer is out of bounds, 22002 for issuers that
    /// are no certificates, 22007 for a certificate that is none, 22008 for one of another key.
    pub(crate) fn complete(self, cx: &Context<'_>, key: PrivateKey) -> Result<Identity, ErrorLink> {
        let (certificate, chain) = match self {
            IdentityAnswer::Issued { certificate, chain } => (certificate, chain),
            IdentityAnswer::Refused => {
                return Err(fault(22013, "The enrolment server refused the request."));
            }
            IdentityAnswer::Unreachable => {
                return Err(fault(22005, "The SCEP or ACME server could not be reached."));
            }
        };
        if chain.len() > MAX_ISSUED_CHAIN {
            return Err(fault(22013, "The answer of the enrolment server has too many certificates."));
        }
        let read = |der: &Vec<u8>| Certificate::from_der(der);
        let chain = chain.iter().map(read).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|_| fault(22002, "The certificates of the authority cannot be read."))?;
        let certificate =
            read(&certificate).map_err(|_| fault(22007, "The certificate of the server is not valid."))?;
        if !key.matches(cx, &certificate) {
            return Err(fault(22008, "The certificate of the server does not fit the key."));
        }
        Ok(Identity { certificate, key, chain })
    }
}

#[cfg(test)]
mod tests;
