//! The answers, in the words of their contracts.

use crate::findings::severity;
use intent::{Certainty, CertificateRole, Compiled, CompiledPayload, Lost, MappedKey, Targeting, User};
use profile::graph::Finding;
use profile::plist::{Dictionary, Value, is_secret_key};
use profile::{LineIndex, Profile, Severity};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// The version of both contracts (fixtures/schema/compile.schema.json, import.schema.json). They grow by addition only.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// What `handset compile` did.
#[derive(Debug, Serialize)]
pub(super) struct CompileAnswer {
    pub schema_version: u32,
    pub policy: ShownPolicy,
    pub user: ShownUser,
    /// `unknown`, `assigned`, `not-assigned` or `excluded`.
    pub assignment: &'static str,
    pub profile: ShownProfile,
    pub payloads: Vec<ShownPayload>,
    pub findings: Vec<ShownFinding>,
    pub summary: Summary,
    /// The file, as it was named; none for standard output.
    pub output: Option<String>,
    /// Whether a file was written.
    pub written: bool,
    /// The profile itself, where no file was named.
    pub mobileconfig: Option<String>,
    pub exit: u8,
}

/// A policy.
#[derive(Debug, Serialize)]
pub(super) struct ShownPolicy {
    pub file: String,
    pub path: String,
    pub id: Option<String>,
    pub name: String,
}

/// A user with the attributes that are known.
#[derive(Debug, Serialize)]
pub(super) struct ShownUser {
    pub upn: String,
    pub primary_smtp_address: Option<String>,
    pub sam_account_name: Option<String>,
    pub full_domain_name: Option<String>,
    pub netbios_domain_name: Option<String>,
    /// Whether a directory knows the user.
    pub listed: bool,
}

/// A profile.
#[derive(Debug, Serialize)]
pub(super) struct ShownProfile {
    pub identifier: Option<String>,
    pub uuid: Option<String>,
    pub display_name: Option<String>,
}

/// A payload and its keys.
#[derive(Debug, Serialize)]
pub(super) struct ShownPayload {
    pub payload_type: String,
    pub uuid: String,
    pub identifier: String,
    pub display_name: Option<String>,
    pub policy_id: Option<String>,
    pub keys: Vec<ShownKey>,
}

/// A key.
#[derive(Debug, Serialize)]
pub(super) struct ShownKey {
    pub key: &'static str,
    /// The value; secrets and data are not shown.
    pub value: Json,
    pub setting: &'static str,
    pub certainty: Certainty,
}

/// A finding.
#[derive(Debug, Serialize)]
pub(super) struct ShownFinding {
    pub rule: &'static str,
    pub severity: &'static str,
    pub file: String,
    pub path: String,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub message: String,
    pub help: Option<String>,
    pub reference: &'static str,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Summary {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

/// What `handset import` did.
#[derive(Debug, Serialize)]
pub(super) struct ImportAnswer {
    pub schema_version: u32,
    pub file: String,
    pub profile: ShownProfile,
    /// The policy in Graph's JSON.
    pub policy: Map<String, Json>,
    pub settings: Vec<ShownSetting>,
    pub certificates: Vec<ShownCertificate>,
    /// What Intune cannot express, or expresses elsewhere.
    pub lost: Vec<ShownLoss>,
    pub summary: Summary,
    pub output: Option<String>,
    pub written: bool,
    pub exit: u8,
}

/// A setting that is not as in the untouched form.
#[derive(Debug, Serialize)]
pub(super) struct ShownSetting {
    pub setting: String,
    pub key: String,
    pub certainty: Certainty,
}

/// A certificate of the profile, and the object that could deliver it.
#[derive(Debug, Serialize)]
pub(super) struct ShownCertificate {
    pub payload_type: String,
    pub uuid: String,
    pub name: String,
    pub id: Option<String>,
    /// The links of the policy that lead to it.
    pub links: Vec<&'static str>,
    pub object: Option<Map<String, Json>>,
}

/// Something that does not come along.
#[derive(Debug, Serialize)]
pub(super) struct ShownLoss {
    pub rule: &'static str,
    pub severity: &'static str,
    pub payload_type: String,
    pub key: String,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub message: String,
}

impl Summary {
    pub fn of(severities: impl Iterator<Item = Severity>) -> Self {
        let mut summary = Self::default();
        for severity in severities {
            match severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Info => summary.infos += 1,
            }
        }
        summary
    }
}

impl From<Finding> for ShownFinding {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule,
            severity: severity(finding.severity),
            file: finding.file,
            path: finding.path,
            line: finding.line,
            column: finding.column,
            message: finding.message,
            help: finding.help,
            reference: finding.reference,
        }
    }
}

pub(super) fn user(user: &User, listed: bool) -> ShownUser {
    ShownUser {
        upn: user.upn.clone(),
        primary_smtp_address: user.primary_smtp_address.clone(),
        sam_account_name: user.sam_account_name.clone(),
        full_domain_name: user.full_domain_name.clone(),
        netbios_domain_name: user.netbios_domain_name.clone(),
        listed,
    }
}

pub(super) const fn assignment(targeting: &Targeting) -> &'static str {
    match targeting {
        Targeting::Unknown => "unknown",
        Targeting::Assigned(_) => "assigned",
        Targeting::NotAssigned => "not-assigned",
        Targeting::Excluded { .. } => "excluded",
    }
}

pub(super) fn profile(profile: &Profile) -> ShownProfile {
    let own = |text: Option<&str>| text.map(str::to_owned);
    ShownProfile {
        identifier: own(profile.identifier()),
        uuid: own(profile.uuid()),
        display_name: own(profile.display_name()),
    }
}

pub(super) fn payloads(compiled: &Compiled) -> Vec<ShownPayload> {
    let profile = compiled.profile();
    let both = compiled.payloads.iter().zip(&profile.payloads);
    both.map(|(described, payload)| shown_payload(described, payload.dictionary())).collect()
}

fn shown_payload(described: &CompiledPayload, dictionary: &Dictionary) -> ShownPayload {
    let keys = described.keys.iter().map(|row: &MappedKey| ShownKey {
        key: row.key,
        value: value(row.key, at(dictionary, row.key)),
        setting: row.setting,
        certainty: row.certainty,
    });
    ShownPayload {
        payload_type: described.payload_type.clone(),
        uuid: described.uuid.clone(),
        identifier: described.identifier.clone(),
        display_name: described.display_name.clone(),
        policy_id: described.policy_id.clone(),
        keys: keys.collect(),
    }
}

/// The value of a key that may lie inside dictionaries.
fn at<'a>(dictionary: &'a Dictionary, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => dictionary.value(path),
        Some((first, rest)) => at(dictionary.value(first)?.as_dictionary()?, rest),
    }
}

fn value(key: &str, value: Option<&Value>) -> Json {
    match value {
        Some(Value::String(_)) if is_secret_key(key.rsplit('.').next().unwrap_or(key)) => "[secret]".into(),
        Some(Value::String(text)) => (&**text).into(),
        Some(Value::Boolean(value)) => (*value).into(),
        Some(Value::Integer(number)) => (*number).into(),
        Some(Value::Data(bytes)) => format!("[{} bytes]", bytes.len()).into(),
        Some(Value::Array(items)) => items.iter().map(|item| self::value(key, Some(&item.value))).collect(),
        _ => Json::Null,
    }
}

pub(super) fn loss(lost: Lost, index: &LineIndex<'_>) -> ShownLoss {
    let (line, column) = if index.has_lines() {
        let (line, column) = index.position(lost.span.start());
        (Some(line), Some(column))
    } else {
        (None, None)
    };
    ShownLoss {
        rule: lost.rule,
        severity: severity(lost.severity),
        payload_type: lost.payload_type,
        key: lost.key,
        line,
        column,
        message: lost.message,
    }
}

pub(super) fn certificate(found: intent::ImportedCertificate) -> ShownCertificate {
    ShownCertificate {
        payload_type: found.payload_type,
        uuid: found.uuid,
        name: found.name,
        id: found.id,
        links: found.roles.into_iter().map(CertificateRole::link).collect(),
        object: found.object,
    }
}
