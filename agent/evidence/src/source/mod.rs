//! Reading foreign evidence: bytes in, facts out.
//!
//! A reader takes what its source documents and leaves out what it does not know; what it takes must have the type that
//! the source documents. It says where a document is wrong ([`ReadError`]), by path or by line.

mod certificates;
mod ddm;
mod device;
mod intune;
mod json;
mod mail;
mod mdm;

pub use device::{DEVICE_DOCUMENT, DeviceDocument};

use crate::{Fact, MAX_RAW_OCTETS};
use profile::plist;
use serde::{Deserialize, Serialize};
use smime::{CertificateError, Context, SmimeError};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The most items of one list: profiles, certificates, apps, accounts, declarations, policies, settings of a policy.
pub const MAX_ITEMS: usize = 10_000;

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// What `handset evidence collect` saw on a simulated device ([`DeviceDocument`]).
    Device,
    /// The answer of a device to an MDM command, a property list: ProfileList, CertificateList, SecurityInfo,
    /// ManagedApplicationList, InstalledApplicationList, DeviceInformation, or an error.
    Mdm,
    /// A declarative status report, JSON with `StatusItems`.
    Ddm,
    /// A message as it was captured on the wire.
    Mail,
    /// Intune's `deviceConfigurationStates`, JSON.
    Intune,
    /// Certificates, PEM or DER, by which recipients of messages can be told.
    Certificates,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 6] =
        [Kind::Device, Kind::Mdm, Kind::Ddm, Kind::Mail, Kind::Intune, Kind::Certificates];

    /// The name on the command line and in a log.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Device => "device",
            Kind::Mdm => "mdm",
            Kind::Ddm => "ddm",
            Kind::Mail => "mail",
            Kind::Intune => "intune",
            Kind::Certificates => "certificates",
        }
    }

    /// The ending of a raw file of this kind.
    pub const fn extension(self) -> &'static str {
        match self {
            Kind::Device | Kind::Ddm | Kind::Intune => "json",
            Kind::Mdm => "plist",
            Kind::Mail => "eml",
            Kind::Certificates => "pem",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("known kinds are device, mdm, ddm, mail, intune and certificates")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    /// Also takes the names that the sources give their documents, such as `ProfileList`.
    fn from_str(text: &str) -> Result<Kind, UnknownKind> {
        let plain: String =
            text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
        Ok(match plain.as_str() {
            "device" => Kind::Device,
            "mdm"
            | "profilelist"
            | "certificatelist"
            | "securityinfo"
            | "managedapplicationlist"
            | "installedapplicationlist"
            | "deviceinformation" => Kind::Mdm,
            "ddm" | "ddmstatus" | "statusreport" => Kind::Ddm,
            "mail" | "eml" | "message" => Kind::Mail,
            "intune" | "deviceconfigurationstates" | "intunereport" => Kind::Intune,
            "certificates" | "certificate" | "pem" => Kind::Certificates,
            _ => return Err(UnknownKind),
        })
    }
}

/// A fact, with the time that its source tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimedFact {
    /// In milliseconds since 1970; nothing when the source tells no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
    /// What is told; the tag of its form is `fact`.
    #[serde(rename = "seen")]
    pub fact: Fact,
}

impl From<Fact> for TimedFact {
    fn from(fact: Fact) -> TimedFact {
        TimedFact { at_ms: None, fact }
    }
}

/// What bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What they are.
    pub kind: Kind,
    /// What they tell, in their order.
    pub facts: Vec<TimedFact>,
}

/// Why bytes tell nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// They are none of the kinds.
    #[error("it is no evidence of a known kind (device, mdm, ddm, mail, intune, certificates)")]
    Unrecognised,
    /// They are more than [`MAX_RAW_OCTETS`].
    #[error("it has {octets} octets, more than {MAX_RAW_OCTETS}")]
    TooLarge {
        /// How many.
        octets: u64,
    },
    /// The JSON is broken.
    #[error("line {line}, column {column}: it is no valid JSON")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The JSON is nested deeper than 128 levels.
    #[error("line {line}, column {column}: the nesting is deeper than 128 levels")]
    TooDeep {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// An object has a member twice.
    #[error("line {line}, column {column}: a member is given twice in one object")]
    Duplicate {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The text is not in the encoding that its byte order mark tells.
    #[error("it begins as UTF-16 does, and is none")]
    Encoding,
    /// The property list is broken, or passes a bound.
    #[error("line {line}, column {column}: {reason}")]
    Plist {
        /// Line, from 1; 0 in a binary list, which has none.
        line: usize,
        /// Column, from 1; 0 in a binary list.
        column: usize,
        /// Why.
        reason: plist::ReadReason,
    },
    /// A member that must be there is not.
    #[error("{path}: it is missing")]
    Missing {
        /// Where.
        path: String,
    },
    /// A member has another type than its source documents.
    #[error("{path}: {expected} is expected there")]
    WrongType {
        /// Where.
        path: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// A list has more than [`MAX_ITEMS`].
    #[error("{path}: {count} items, more than {MAX_ITEMS}")]
    TooMany {
        /// Where.
        path: String,
        /// How many.
        count: usize,
    },
    /// A certificate cannot be read.
    #[error("{path}: no certificate: {error}")]
    Certificate {
        /// Where.
        path: String,
        /// Why.
        error: CertificateError,
    },
    /// The message cannot be read.
    #[error("{0}")]
    Mail(SmimeError),
    /// The answer is to a command that is not read here.
    #[error(
        "it answers no command whose answer is read (ProfileList, CertificateList, SecurityInfo, ManagedApplicationList, InstalledApplicationList, DeviceInformation)"
    )]
    OtherAnswer,
    /// The document of a device has another form.
    #[error("it is not what `handset evidence collect` writes")]
    NotADevice,
}

/// Says what bytes look like, without reading them whole.
pub fn detect(bytes: &[u8]) -> Option<Kind> {
    if json::is_utf_16(bytes) {
        return json::detect(bytes);
    }
    let text = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let first = text.iter().position(|b| !b.is_ascii_whitespace()).and_then(|at| text.get(at..))?;
    match first {
        [b'{' | b'[', ..] => json::detect(bytes),
        [b'b', b'p', b'l', b'i', b's', b't', ..] | [b'<', ..] => Some(Kind::Mdm),
        _ if first.starts_with(b"-----BEGIN CERTIFICATE") => Some(Kind::Certificates),
        [0x30, 0x80..=0x84, ..] => Some(Kind::Certificates),
        _ if mail::looks_like(text) => Some(Kind::Mail),
        _ => None,
    }
}

/// Reads evidence. `cx` brings the cryptography; its time plays no part.
///
/// # Errors
/// [`ReadError`], with the place.
pub fn read(cx: &Context<'_>, kind: Kind, bytes: &[u8]) -> Result<Reading, ReadError> {
    let octets = bytes.len() as u64;
    if octets > MAX_RAW_OCTETS {
        return Err(ReadError::TooLarge { octets });
    }
    let facts = match kind {
        Kind::Device => device::read(bytes)?,
        Kind::Mdm => mdm::read(bytes)?,
        Kind::Ddm => ddm::read(bytes)?,
        Kind::Mail => mail::read(cx, bytes)?,
        Kind::Intune => intune::read(bytes)?,
        Kind::Certificates => certificates::read(bytes)?,
    };
    Ok(Reading { kind, facts })
}

#[cfg(test)]
mod tests;
