//! Where the certificate of a recipient comes from: the orders that documents name, source by source.

use profile::Timestamp;
use serde::Serialize;

use super::held::HeldCertificate;
use super::statement::{Grounds, Statement, Weight};

/// Names a place where recipient certificates are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookupSource {
    /// The global address list of Exchange.
    Gal,
    /// Certificates installed on the phone.
    Device,
    /// Microsoft's publisher keychain.
    Publisher,
    /// Entra ID, formerly Azure AD.
    EntraId,
    /// The LDAP server of Outlook's configuration.
    Ldap,
    /// Signed messages that were received and whose certificate nobody installed.
    SignedMail,
}

/// Names an order in which an app looks; each is what one document says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookupOrder {
    /// Mail: the address list, then the phone (Apple HT202345).
    MailGalFirst,
    /// Mail before the lock was tapped: the address list alone (openradar 28568787).
    MailUntilLockTapped,
    /// Outlook: the phone, Entra ID, LDAP.
    OutlookDeviceFirst,
    /// Outlook: the address list, then the publisher keychain.
    OutlookGalFirst,
}

impl LookupOrder {
    /// All orders.
    pub const ALL: [Self; 4] =
        [Self::MailGalFirst, Self::MailUntilLockTapped, Self::OutlookDeviceFirst, Self::OutlookGalFirst];

    /// Returns the name on the command line and in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MailGalFirst => "mail-gal-first",
            Self::MailUntilLockTapped => "mail-until-lock-tapped",
            Self::OutlookDeviceFirst => "outlook-device-first",
            Self::OutlookGalFirst => "outlook-gal-first",
        }
    }

    /// Returns the places, in order.
    #[must_use]
    pub const fn sources(self) -> &'static [LookupSource] {
        match self {
            Self::MailGalFirst => &[LookupSource::Gal, LookupSource::Device],
            Self::MailUntilLockTapped => &[LookupSource::Gal],
            Self::OutlookDeviceFirst => &[LookupSource::Publisher, LookupSource::EntraId, LookupSource::Ldap],
            Self::OutlookGalFirst => &[LookupSource::Gal, LookupSource::Publisher],
        }
    }

    const fn citation(self) -> &'static str {
        match self {
            Self::MailGalFirst => "Apple HT202345",
            Self::MailUntilLockTapped => "openradar 28568787",
            Self::OutlookDeviceFirst => {
                "OfficeDocs-Exchange, S/MIME in Outlook: local device, Azure AD, LDAP"
            }
            Self::OutlookGalFirst => "OfficeDocs-Exchange, S/MIME in Outlook: GAL, publisher keychain",
        }
    }
}

impl LookupSource {
    /// All places.
    pub const ALL: [Self; 6] =
        [Self::Gal, Self::Device, Self::Publisher, Self::EntraId, Self::Ldap, Self::SignedMail];

    /// Returns the name on the command line and in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gal => "gal",
            Self::Device => "device",
            Self::Publisher => "publisher",
            Self::EntraId => "entra-id",
            Self::Ldap => "ldap",
            Self::SignedMail => "signed-mail",
        }
    }
}

/// Holds what was found in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookupStep {
    /// The place.
    pub source: LookupSource,
    /// The certificate that is taken from it.
    pub found: Option<String>,
    /// Why it is or is not, as a fragment.
    pub reason: String,
}

/// Holds the trace of one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookup {
    /// The order.
    pub order: LookupOrder,
    /// The document that names it.
    pub citation: &'static str,
    /// The places that were asked, up to the one that had it.
    pub steps: Vec<LookupStep>,
    /// The place that had it.
    pub winner: Option<LookupSource>,
    /// The certificate, by name.
    pub certificate: Option<String>,
}

/// Looks for a recipient in one order. `at` is the time on the phone.
#[must_use]
pub fn lookup(
    order: LookupOrder,
    recipient: &str,
    known: &[(LookupSource, HeldCertificate)],
    at: Timestamp,
) -> Lookup {
    let mut trace =
        Lookup { order, citation: order.citation(), steps: Vec::new(), winner: None, certificate: None };
    for source in order.sources() {
        let here = known.iter().filter(|(place, _)| place == source).map(|(_, one)| one);
        let named: Vec<&HeldCertificate> = here.filter(|one| one.names(recipient)).collect();
        let fit =
            named.iter().filter(|one| one.encrypts && one.valid_at(at)).max_by_key(|one| one.not_before);
        let reason = match (fit, named.first()) {
            (Some(one), _) => format!("serial {}, valid until {}", one.serial, one.not_after),
            (None, Some(one)) if !one.encrypts => format!("{} is not for encryption", one.name),
            (None, Some(one)) => format!("{} is not valid at this time", one.name),
            (None, None) => "nothing for this address".to_owned(),
        };
        let found = fit.map(|one| one.name.clone());
        trace.steps.push(LookupStep { source: *source, found: found.clone(), reason });
        if found.is_some() {
            trace.winner = Some(*source);
            trace.certificate = found;
            break;
        }
    }
    trace
}

const GROUNDS: Grounds = Grounds::new(
    &["SMO-010", "OUT-003", "OUT-005"],
    &["openradar 28568787 and 23968050", "OfficeDocs-Exchange, S/MIME in Outlook for iOS and Android"],
    &[11],
);

/// Says what the traces of a recipient mean.
#[must_use]
pub fn lookup_statements(
    recipient: &str,
    traces: &[Lookup],
    known: &[(LookupSource, HeldCertificate)],
) -> Vec<Statement> {
    let mut said = Vec::new();
    for trace in traces.iter().filter(|trace| trace.winner.is_none()) {
        let places: Vec<&str> = trace.order.sources().iter().map(|source| source.as_str()).collect();
        let text = format!(
            "{}: no certificate for {recipient} in {}; nothing can be encrypted",
            trace.order.as_str(),
            places.join(", ")
        );
        said.push(GROUNDS.say("lookup.none", Weight::Warning, text).about(recipient));
    }
    let found: Vec<&str> = traces.iter().filter_map(|trace| trace.certificate.as_deref()).collect();
    if found.iter().any(|one| Some(one) != found.first()) {
        let text = format!("the documented orders lead to different certificates of {recipient}");
        let remedy = "keep one current certificate of the recipient in every place";
        said.push(GROUNDS.say("lookup.disputed", Weight::Warning, text).about(recipient).remedy(remedy));
    }
    let only_in_mail =
        known.iter().any(|(source, one)| *source == LookupSource::SignedMail && one.names(recipient));
    if only_in_mail && traces.iter().any(|trace| trace.winner.is_none()) {
        let text = "a signed message with the certificate was received; certificates of signed mail are not kept by \
                    themselves";
        let remedy = "open the message, tap the sender, View Certificate, Install";
        said.push(GROUNDS.say("lookup.not-installed", Weight::Info, text).about(recipient).remedy(remedy));
    }
    said
}
