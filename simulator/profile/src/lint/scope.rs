//! What a rule may look at.

use super::places::Places;
use super::{Audience, CertificateFacts, Subject};
use crate::plist::{Dictionary, Node, Span, Value};
use crate::schema::{KeySchema, Literal, PayloadSchema, Schema, Tables};
use crate::{OsVersion, Payload, Profile, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The profile and everything known beside it, indexed so that no rule need look for one payload among all.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// What Apple publishes about payloads and keys.
    pub schema: &'a Schema,
    /// What the property list is.
    pub subject: Subject,
    /// The profile; one without keys of its own where the property list is no profile.
    pub profile: &'a Profile,
    /// The iOS it is meant for.
    pub os: OsVersion,
    /// The devices it is meant for are supervised.
    pub supervised: bool,
    /// Facts about its certificates; rules about them are silent where there are none.
    pub certificates: &'a [CertificateFacts],
    /// The time the certificates are judged at.
    pub now: Timestamp,
    pub(super) tables: Tables<'a>,
    /// The places in `profile.payloads` of the payloads of each type of the schema, in order.
    of_kind: BTreeMap<&'a str, Vec<u32>>,
    /// Of each payload in `profile.payloads` the place of its type among `of_kind` and one; 0 for one the schema has not.
    kind_places: Vec<u8>,
    /// The types among `of_kind`.
    known_kinds: Vec<&'a str>,
    /// The different ones, in order, at most [`KINDS_MAX`].
    kinds: BTreeSet<&'a str>,
    /// Those of the payloads that have a PayloadUUID, by that.
    payloads: Places,
    /// Those of the facts, by PayloadUUID.
    facts: Places,
    references: Vec<CertificateReference<'a>>,
    /// Theirs, by the PayloadUUID they name.
    named: Places,
}

/// PayloadType of an Exchange account.
pub(super) const EAS: &str = "com.apple.eas.account";
/// PayloadType of an IMAP or POP account.
pub(super) const MAIL: &str = "com.apple.mail.managed";
/// PayloadType of a PKCS#12 identity.
pub(super) const PKCS12: &str = "com.apple.security.pkcs12";
/// PayloadType of an identity asked of a CA by SCEP.
pub(super) const SCEP: &str = "com.apple.security.scep";
/// PayloadType of an identity asked of a CA by ACME.
pub(super) const ACME: &str = "com.apple.security.acme";
/// PayloadTypes of a certificate without private key.
pub(super) const CERTIFICATES: [&str; 3] =
    ["com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem"];

/// How many different payload types are looked through for the owner of a key; Apple has 48.
const KINDS_MAX: usize = 64;

/// A place in a payload that names a certificate payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct CertificateReference<'a> {
    pub payload: &'a Payload,
    pub key: &'a str,
    pub uuid: &'a str,
    pub span: Span,
    /// An identity is needed, not just a certificate.
    pub identity: bool,
}

impl<'a> Scope<'a> {
    /// Indexes a profile and the facts about its certificates.
    pub fn new(
        schema: &'a Schema,
        subject: Subject,
        profile: &'a Profile,
        audience: Audience,
        certificates: &'a [CertificateFacts],
        now: Timestamp,
    ) -> Scope<'a> {
        let tables = Tables::new(schema);
        let mut kinds = BTreeSet::new();
        let mut of_kind: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut references = Vec::new();
        let mut known_kinds: Vec<&str> = Vec::new();
        let mut kind_places = Vec::with_capacity(profile.payloads.len());
        for (at, payload) in profile.payloads.iter().enumerate() {
            let mut place = 0;
            if let Some(kind) = payload.payload_type() {
                if kinds.len() < KINDS_MAX {
                    kinds.insert(kind);
                }
                if tables.payload(kind).known {
                    of_kind.entry(kind).or_default().extend(u32::try_from(at));
                    let known = known_kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
                        known_kinds.push(kind);
                        known_kinds.len() - 1
                    });
                    place = u8::try_from(known + 1).unwrap_or(0);
                }
            }
            kind_places.push(place);
            collect(payload, payload.dictionary(), 0, &mut references);
        }
        let uuids = profile.payloads.iter().enumerate().filter_map(|(at, own)| Some((at, own.uuid()?)));
        let payloads = Places::new(uuids);
        let facts = Places::new(certificates.iter().map(|facts| facts.payload_uuid.as_str()).enumerate());
        let named = Places::new(references.iter().map(|reference| reference.uuid).enumerate());
        Scope {
            schema,
            subject,
            profile,
            os: audience.os,
            supervised: audience.supervised,
            certificates,
            now,
            tables,
            of_kind,
            kind_places,
            known_kinds,
            kinds,
            payloads,
            facts,
            references,
            named,
        }
    }

    /// The payload of a PayloadUUID, without regard to case; the first if several have it.
    pub(super) fn payload(&self, uuid: &str) -> Option<&'a Payload> {
        let same = |payload: &&Payload| payload.uuid().is_some_and(|own| own.eq_ignore_ascii_case(uuid));
        self.payloads.of(uuid).filter_map(|at| self.profile.payloads.get(at)).find(same)
    }

    /// The different payload types of the profile.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &'a str> {
        self.kinds.iter().copied()
    }

    /// The payloads of a type of the schema, in order.
    pub(super) fn payloads_of(&self, kind: &str) -> impl Iterator<Item = &'a Payload> + use<'a, '_> {
        let places = self.of_kind.get(kind).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|at| self.profile.payloads.get(*at as usize))
    }

    /// The types of the schema that the profile has, and the payloads of each.
    pub(super) fn known_payloads(
        &self,
    ) -> impl Iterator<Item = (&'a PayloadSchema, impl Iterator<Item = &'a Payload>)> {
        let known = |(kind, _): (&&'a str, _)| Some((self.schema.payload(kind)?, self.payloads_of(kind)));
        self.of_kind.iter().filter_map(known)
    }

    /// True if some key names the certificate payload of that PayloadUUID.
    pub(super) fn is_named(&self, uuid: &str) -> bool {
        let mut named = self.named.of(uuid).filter_map(|at| self.references.get(at));
        named.any(|reference| reference.uuid.eq_ignore_ascii_case(uuid))
    }

    /// The Exchange accounts.
    pub(super) fn eas(&self) -> impl Iterator<Item = &'a Payload> + use<'a, '_> {
        self.payloads_of(EAS)
    }

    /// The accounts that can have S/MIME: Exchange, then IMAP and POP.
    pub(super) fn mail_accounts(&self) -> impl Iterator<Item = &'a Payload> + use<'a, '_> {
        self.payloads_of(EAS).chain(self.payloads_of(MAIL))
    }

    /// The boolean a device goes by: as written if the key has effect on this iOS, else the schema's default.
    pub(super) fn flag(&self, payload: &Payload, key: &str) -> bool {
        let schema = self.key_schema(payload, key);
        let effective = schema.and_then(|schema| schema.introduced).is_none_or(|first| first <= self.os);
        let written = payload.boolean(key).ok().flatten().filter(|_| effective);
        let default =
            matches!(schema.and_then(|schema| schema.default.as_ref()), Some(Literal::Boolean(true)));
        written.unwrap_or(default)
    }

    /// What the schema says of a key of a payload.
    pub(super) fn key_schema(&self, payload: &Payload, key: &str) -> Option<&'a KeySchema> {
        self.tables.payload(self.kind_of(payload)).key(key)
    }

    /// PayloadType of a payload, without a look at it if the schema has the type; empty where there is none.
    fn kind_of<'p>(&self, payload: &'p Payload) -> &'p str
    where
        'a: 'p,
    {
        let payloads = &self.profile.payloads;
        let here = payloads.get(payload.index).filter(|other| other.index == payload.index);
        let at = here
            .map(|_| payload.index)
            .or_else(|| payloads.binary_search_by_key(&payload.index, |other| other.index).ok());
        let place = at.and_then(|at| self.kind_places.get(at)).map_or(0, |place| usize::from(*place));
        let known = place.checked_sub(1).and_then(|place| self.known_kinds.get(place));
        known.copied().or_else(|| payload.payload_type()).unwrap_or_default()
    }

    /// The facts about a payload's certificate.
    pub(super) fn facts(&self, uuid: &str) -> Option<&'a CertificateFacts> {
        let mut facts = self.facts.of(uuid).filter_map(|at| self.certificates.get(at));
        facts.find(|facts| facts.payload_uuid.eq_ignore_ascii_case(uuid))
    }

    /// The payload facts belong to.
    pub(super) fn payload_of(&self, facts: &CertificateFacts) -> Option<&'a Payload> {
        self.payload(&facts.payload_uuid)
    }

    /// The facts about the certificate a key of a payload names.
    pub(super) fn facts_by_key(&self, payload: &'a Payload, key: &str) -> Option<&'a CertificateFacts> {
        self.facts(payload.string(key).ok().flatten()?)
    }

    /// The place of a top-level key's value, else of the profile.
    pub(super) fn top_span(&self, key: &str) -> Option<Span> {
        self.profile.key(key).or(self.profile.root.as_deref().map(|root| &**root)).map(|node| node.span)
    }

    /// Every place in the profile that names a certificate payload.
    pub(super) fn certificate_references(&self) -> &[CertificateReference<'a>] {
        &self.references
    }
}

/// True for keys that name an identity by PayloadUUID, false for those that name a certificate, none for all others.
pub(super) fn names_certificate(key: &str) -> Option<bool> {
    match key {
        "PayloadCertificateUUID"
        | "SMIMESigningCertificateUUID"
        | "SMIMEEncryptionCertificateUUID"
        | "IdentityCertificateUUID" => Some(true),
        "PayloadCertificateAnchorUUID"
        | "ServerURLPinningCertificateUUIDs"
        | "CheckInURLPinningCertificateUUIDs"
        | "LeaderPayloadCertificateAnchorUUID"
        | "MemberPayloadCertificateAnchorUUID" => Some(false),
        _ => None,
    }
}

fn collect<'a>(
    payload: &'a Payload,
    dictionary: &'a Dictionary,
    level: usize,
    references: &mut Vec<CertificateReference<'a>>,
) {
    for entry in dictionary.effective() {
        let identity = names_certificate(&entry.key);
        let named: &[Node] = match &entry.node.value {
            Value::Array(items) => items,
            _ => std::slice::from_ref(&entry.node),
        };
        match identity {
            Some(identity) => references.extend(named.iter().filter_map(|node| {
                let uuid = node.value.as_str()?;
                Some(CertificateReference { payload, key: &entry.key, uuid, span: node.span, identity })
            })),
            None if level < crate::plist::DEPTH_MAX => {
                for inner in named.iter().filter_map(|node| node.value.as_dictionary()) {
                    collect(payload, inner, level + 1, references);
                }
            }
            None => {}
        }
    }
}

/// A host as it may be told: what stands before an at-sign could be a password.
pub(super) fn public_part(host: &str) -> &str {
    host.rsplit_once('@').map_or(host, |(_, rest)| rest)
}

/// A payload as people find it: its type and, if it has one, its name. Written out only where it is told.
pub(super) fn name(payload: &Payload) -> Name<'_> {
    Name(payload)
}

/// See [`name`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a>(&'a Payload);

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = self.0.payload_type().unwrap_or("of no type");
        match self.0.display_name() {
            Some(name) => write!(f, "payload {} ({kind}, {name:?})", self.0.index),
            None => write!(f, "payload {} ({kind})", self.0.index),
        }
    }
}
