//! What is there at the start of a case.

use crate::diagnostic::Place;
use intent::{EmailPolicy, OsVersion, User};
use profile::Timestamp;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What is there at the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    /// The phone.
    pub phone: Phone,
    /// Directory attributes of users, by the name that the file gives them.
    pub users: BTreeMap<String, User>,
    /// Whose phone it is: a name of `users`.
    pub owner: String,
    /// What is to be installed: by the step `install` without a name.
    pub configuration: Option<Configuration>,
    /// What goes with a policy.
    pub certificates: Certificates,
    /// How the others behave.
    pub peers: Peers,
    /// The virtual time.
    pub clock: Timestamp,
    /// Decides everything random but real cryptography.
    pub seed: u64,
}

/// The phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phone {
    /// Its iOS version; 17.5 by default.
    pub ios: OsVersion,
    /// Its model; iPhone15,2 by default.
    pub model: String,
    /// Whether it is supervised.
    pub supervised: bool,
    /// Its language, as a tag; what the phone starts with by default.
    pub language: Option<String>,
    /// Readings of disputed sources, as in `--variant`.
    pub variants: BTreeSet<PhoneVariant>,
}

/// A reading of disputed sources: `name=reading`, one of [`PhoneVariant::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PhoneVariant {
    /// The name of the variant.
    pub name: &'static str,
    /// The reading.
    pub reading: &'static str,
}

impl PhoneVariant {
    /// The variants and their readings, the default of each first (ARCHITECTURE.md, Readings).
    pub const ALL: [PhoneVariant; 6] = [
        PhoneVariant { name: "encrypt-default-toggle", reading: "free" },
        PhoneVariant { name: "encrypt-default-toggle", reading: "needs-per-message-switch" },
        PhoneVariant { name: "supervised-payloads", reading: "refused" },
        PhoneVariant { name: "supervised-payloads", reading: "ignored" },
        PhoneVariant { name: "mail-signing-default", reading: "off" },
        PhoneVariant { name: "mail-signing-default", reading: "on" },
    ];
}

/// A file that a scenario names. The shell reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileName {
    /// The path from where the paths of the scenario files start: the folder of the file that names it, joined with
    /// what is written there, without `.` and with `..` resolved as far as it goes.
    pub path: String,
    /// Where it is named.
    pub place: Place,
}

/// What is installed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Configuration {
    /// A policy, spelt out; it is compiled for the user.
    Policy(Box<EmailPolicy>),
    /// A policy in a file of Graph's JSON; it is compiled for the user.
    PolicyFile(FileName),
    /// A profile in a file.
    Profile(FileName),
}

/// The certificates that go with a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Certificates {
    /// Trusted roots, PEM or DER.
    pub roots: Vec<FileName>,
    /// What the account signs in with.
    pub authentication: Option<Pkcs12File>,
    /// What messages are signed with.
    pub signing: Option<Pkcs12File>,
    /// What messages are encrypted to.
    pub encryption: Option<Pkcs12File>,
    /// Further ones, such as the history of encryption.
    pub others: Vec<Pkcs12File>,
}

/// A PKCS#12 file with its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pkcs12File {
    /// The file.
    pub file: FileName,
    /// Its password.
    pub password: Sensitive,
}

/// Something that opens something. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub enum Sensitive {
    /// Spelt out in the file: test material that protects nothing.
    Spelt(String),
    /// A declared secret, whose value comes with `--secret NAME=@FILE`.
    Secret(String),
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sensitive::Spelt(_) => f.write_str("Spelt(…)"),
            Sensitive::Secret(name) => write!(f, "Secret({name})"),
        }
    }
}

impl Serialize for Sensitive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Sensitive::Spelt(_) => serializer.serialize_str("…"),
            Sensitive::Secret(name) => serializer.collect_str(&format_args!("secret {name}")),
        }
    }
}

/// How the counterparties behave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Peers {
    /// The Exchange server.
    pub exchange: Exchange,
    /// Who mail is exchanged with, by address; whoever is not named is as in the embedded world.
    pub correspondents: BTreeMap<String, Correspondent>,
    /// What SCEP and ACME servers do.
    pub enrolment: Enrolment,
}

/// The Exchange server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// The only password that the server takes from the owner; the right one is typed where a step says no other.
    pub password: Option<Sensitive>,
    /// Whether it takes OAuth.
    pub oauth: OAuthSupport,
}

/// Whether a server takes OAuth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum OAuthSupport {
    #[default]
    Supported,
    Unsupported,
}

/// Somebody to exchange mail with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Correspondent {
    /// Their certificate in the directory.
    pub certificate: CorrespondentCertificate,
}

/// The certificate of a correspondent in the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorrespondentCertificate {
    /// One that is good.
    #[default]
    Valid,
    /// None.
    Absent,
    /// One whose time is over.
    Expired,
    /// One that its authority has taken back.
    Revoked,
}

/// What SCEP and ACME servers do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enrolment {
    /// They issue.
    #[default]
    Answers,
    /// They refuse.
    Refused,
    /// Nobody reaches them.
    Unreachable,
}
