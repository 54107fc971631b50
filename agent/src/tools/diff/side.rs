//! One of the two profiles, read for the comparison.

use super::{DiffArguments, Named};
use crate::exit::Failure;
use crate::tools::ToolError;
use crate::tools::document::{Document, Unwrapped};
use intent::{DeviceFacts, Expectations, Intent, ReadError, Variants};
use profile::plist::{Node, Value};
use profile::{Payload, Profile};
use smime::pkcs12::{self, IterationBudget};
use smime::{Certificate, Context};
use std::path::Path;

/// The type of Exchange accounts.
pub(super) const EAS: &str = "com.apple.eas.account";
/// The types of payloads that carry certificates without key.
const CERTIFICATES: [&str; 3] =
    ["com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem"];
const PKCS12: &str = "com.apple.security.pkcs12";
/// The types of payloads whose identity is made on the phone.
const ENROLMENT: [&str; 2] = ["com.apple.security.scep", "com.apple.security.acme"];

/// A profile with what it means.
pub(super) struct Side {
    pub name: String,
    /// The file as a phone gets it.
    pub bytes: Vec<u8>,
    pub profile: Profile,
    /// The subject of whoever signed; nothing when it is not signed.
    pub signer: Option<String>,
    /// Whether the signatures hold, if there are any.
    pub holds: bool,
    pub accounts: Vec<Account>,
    pub holdings: Vec<Holding>,
}

/// An Exchange account of a profile.
pub(super) struct Account {
    /// Its place among the payloads.
    pub index: usize,
    /// What it asks and what a phone must then show; nothing when a value makes no sense, which phones refuse.
    pub meaning: Option<Meaning>,
}

/// What an account asks and what a phone must then show.
pub(super) struct Meaning {
    pub intent: Intent,
    pub expected: Expectations,
}

/// A certificate or identity that a profile brings.
pub(super) struct Holding {
    /// Its place among the payloads.
    pub index: usize,
    pub uuid: String,
    pub kind: HoldingKind,
    /// What people know it by.
    pub name: String,
}

/// What it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum HoldingKind {
    /// A certificate.
    Certificate(Certificate),
    /// A certificate whose private key the profile brings too.
    Identity(Certificate),
    /// An identity that the phone fetches; its key is made on the phone.
    Enrolled,
    /// One that cannot be read.
    Broken,
}

impl Side {
    /// Reads a profile, through a signature if there is one.
    ///
    /// # Errors
    /// What is no readable profile, and one that is encrypted.
    pub fn read(path: &Path, arguments: &DiffArguments, cx: &Context<'_>) -> Result<Side, Failure> {
        let Unwrapped { document, bytes, signed } = Document::read_through(path, cx)?;
        document.dictionary()?;
        let (profile, _) = profile::parse(&document.bytes);
        if profile.encrypted_content().is_some() && profile.payloads.is_empty() {
            return Err(ToolError::Encrypted { file: document.name }.into());
        }
        let holds = signed.as_ref().is_none_or(|s| s.signers.iter().all(|s| s.signature.is_ok()));
        let signer = signed.map(|content| {
            let leaf = content.signers.first().and_then(|s| s.certificate.as_ref());
            leaf.map_or("somebody without certificate".to_owned(), Certificate::subject)
        });
        let accounts = accounts(&profile, arguments);
        let mut budget = crate::findings::budget();
        let payloads = profile.payloads.iter().enumerate();
        let holdings = payloads.filter_map(|(i, p)| holding(cx, i, p, &mut budget)).collect();
        Ok(Side { name: document.name, bytes, profile, signer, holds, accounts, holdings })
    }

    pub fn named(&self) -> Named {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Named {
            file: self.name.clone(),
            identifier: own(self.profile.identifier()),
            uuid: own(self.profile.uuid()),
            display_name: own(self.profile.display_name()),
        }
    }

    /// The payload of an account or a holding.
    pub fn payload(&self, index: usize) -> Option<&Payload> {
        self.profile.payloads.get(index)
    }

    /// What a reference in an account names.
    pub fn named_holding(&self, uuid: &Option<String>) -> Option<&Holding> {
        let uuid = uuid.as_ref()?;
        self.holdings.iter().find(|h| h.uuid == *uuid)
    }
}

fn accounts(profile: &Profile, arguments: &DiffArguments) -> Vec<Account> {
    let places: Vec<usize> =
        profile.payloads.iter().enumerate().filter(|(_, p)| p.is(EAS)).map(|(at, _)| at).collect();
    places
        .iter()
        .map(|at| {
            let meant = if places.len() == 1 { intent::read(profile) } else { alone(profile, *at) };
            let meaning = meant.ok().map(|intent| {
                let facts = DeviceFacts {
                    ios: arguments.ios,
                    supervised: arguments.supervised,
                    identities: intent.identities.len(),
                    variants: Variants::default(),
                };
                Meaning { expected: intent::expectations(&intent, &facts), intent }
            });
            Account { index: *at, meaning }
        })
        .collect()
}

/// Reads one account of a profile that has several, as if it were alone.
fn alone(profile: &Profile, account: usize) -> Result<Intent, ReadError> {
    let kept: Vec<Node> = profile
        .payloads
        .iter()
        .enumerate()
        .filter(|(at, p)| *at == account || !p.is(EAS))
        .map(|(_, p)| Node::from(Value::Dictionary(p.dictionary().clone())))
        .collect();
    let root = profile.dictionary().cloned().unwrap_or_default().with("PayloadContent", kept);
    intent::read(&Profile::from_dictionary(root))
}

fn holding(
    cx: &Context<'_>,
    index: usize,
    payload: &Payload,
    budget: &mut IterationBudget,
) -> Option<Holding> {
    let kind = payload.payload_type()?;
    let bytes = || payload.data("PayloadContent").ok().flatten().unwrap_or_default();
    let kind = if CERTIFICATES.contains(&kind) {
        let read = Certificate::from_der(bytes())
            .ok()
            .or_else(|| Certificate::from_pem(bytes()).ok()?.into_iter().next());
        read.map_or(HoldingKind::Broken, HoldingKind::Certificate)
    } else if kind == PKCS12 {
        let password = payload.string("Password").ok().flatten();
        let opened = pkcs12::open_within(cx, bytes(), password, budget).ok();
        let identity =
            opened.and_then(|mut file| (!file.identities.is_empty()).then(|| file.identities.remove(0)));
        identity.map_or(HoldingKind::Broken, |i| HoldingKind::Identity(i.certificate))
    } else if ENROLMENT.contains(&kind) {
        HoldingKind::Enrolled
    } else {
        return None;
    };
    let name = match &kind {
        HoldingKind::Certificate(c) | HoldingKind::Identity(c) => c.display_name(),
        HoldingKind::Enrolled | HoldingKind::Broken => {
            let own = payload.display_name().or(payload.identifier()).or(payload.payload_type());
            own.unwrap_or_default().to_owned()
        }
    };
    Some(Holding { index, uuid: payload.uuid().unwrap_or_default().to_owned(), kind, name })
}

/// Whether two values are the same to a phone: of duplicate keys the last counts, and order does not.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Dictionary(a), Value::Dictionary(b)) => {
            let sorted = |d| -> std::collections::BTreeMap<_, _> {
                let d: &profile::plist::Dictionary = d;
                d.effective().map(|e| (e.key.clone(), e.node.value.clone())).collect()
            };
            let (a, b) = (sorted(a), sorted(b));
            a.len() == b.len() && a.iter().zip(&b).all(|((k, v), (l, w))| k == l && same(v, w))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.value, &b.value))
        }
        (Value::Real(a), Value::Real(b)) => a == b || a.is_nan() && b.is_nan(),
        _ => a == b,
    }
}
