//! Policies as they are given: Graph JSON, or a profile.

use super::{JudgeError, User};
use crate::exit::Failure;
use crate::file;
use crate::findings::unwrap;
use evidence::Log;
use intent::{
    CompileError, DeliveredCertificates, DeviceFacts, EasService, EmailPolicy, Expectations, Intent, Pkcs12Blob,
    Stated,
};
use profile::OsVersion;
use serde_json::{Map, Value};
use smime::Context;
use std::path::Path;
use verdict::{Comparison, Judged, Outcome, Terms};

/// The most e-mail policies of one file.
const MAX_POLICIES: usize = 20_000;

/// What a policy was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Graph JSON.
    Graph,
    /// A profile.
    Profile,
}

/// A policy to judge by.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What it is called.
    pub name: String,
    /// The file as it was named.
    pub file: String,
    /// What it was given as.
    pub kind: PolicyKind,
    /// For whom it was compiled.
    pub user: Option<String>,
    /// What it asks of a phone.
    pub intent: Intent,
    stated: Vec<Stated>,
    terms: Terms,
    user_known: bool,
}

/// What a policy came to.
#[derive(Clone, Debug)]
pub struct JudgedPolicy<'a> {
    policy: &'a Policy,
    expectations: Expectations,
    /// The comparisons.
    pub comparisons: Vec<Comparison>,
}

impl JudgedPolicy<'_> {
    /// The same for [`verdict::verdicts`].
    pub fn as_judged(&self) -> Judged<'_> {
        Judged {
            policy: &self.policy.name,
            expectations: &self.expectations,
            stated: &self.policy.stated,
            comparisons: &self.comparisons,
        }
    }
}

impl Policy {
    /// Holds the policy against a log.
    pub fn judge(&self, facts: &DeviceFacts, log: &Log, allow_user_changes: bool) -> JudgedPolicy<'_> {
        let expectations = intent::expectations(&self.intent, facts);
        let terms = Terms { allow_user_changes, ..self.terms.clone() };
        let mut comparisons = verdict::compare(&expectations, log, &terms);
        if !self.user_known {
            for comparison in comparisons.iter_mut().filter(|c| matches!(c.subject.as_str(), "user" | "email")) {
                comparison.outcome = Outcome::NotApplicable;
                comparison.reason = Some("nobody said for whom the policy is (--user)".to_owned());
            }
        }
        JudgedPolicy { policy: self, expectations, comparisons }
    }
}

/// Reads every policy of a file.
///
/// # Errors
/// [`JudgeError`] with the file and the place.
pub fn policies(cx: &Context<'_>, path: &Path, user: &User, ios: OsVersion) -> Result<Vec<Policy>, Failure> {
    let bytes = file::read(path)?;
    let text = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(&bytes);
    let first = text.iter().find(|b| !b.is_ascii_whitespace());
    if matches!(first, Some(b'{' | b'[')) {
        return Ok(graph(path, text, user, ios)?);
    }
    Ok(vec![profile(cx, path, &bytes)?])
}

fn profile(cx: &Context<'_>, path: &Path, bytes: &[u8]) -> Result<Policy, JudgeError> {
    let unwrapped = unwrap(cx, bytes);
    let (profile, findings) = profile::parse(&unwrapped.inner);
    if !profile.is_readable() {
        let finding = unwrapped.findings.first().or(findings.first());
        let reason = finding.map_or("it cannot be read".to_owned(), |f| f.message.clone());
        return Err(JudgeError::Neither { path: path.to_owned(), reason });
    }
    let intent =
        intent::read(&profile).map_err(|error| JudgeError::Profile { path: path.to_owned(), error })?;
    let name = profile.display_name().or(profile.identifier()).unwrap_or("profile").to_owned();
    Ok(Policy {
        terms: Terms { policy: Some(name.clone()), ..Terms::default() },
        name,
        file: path.display().to_string(),
        kind: PolicyKind::Profile,
        user: intent.email_address.clone(),
        intent,
        stated: Vec::new(),
        user_known: true,
    })
}

fn graph(path: &Path, text: &[u8], user: &User, ios: OsVersion) -> Result<Vec<Policy>, JudgeError> {
    let json = |e: serde_json::Error| JudgeError::Json {
        path: path.to_owned(),
        line: e.line(),
        column: e.column(),
    };
    let root: Value = serde_json::from_slice(text).map_err(json)?;
    let mut found = Vec::new();
    search(&root, "$", 0, &mut found);
    if found.is_empty() {
        return Err(JudgeError::NoPolicy(path.to_owned()));
    }
    if found.len() > MAX_POLICIES {
        let reason = format!("there are more than {MAX_POLICIES} policies");
        return Err(JudgeError::Policy { path: path.to_owned(), place: "$".to_owned(), reason });
    }
    found.into_iter().map(|(place, object)| of_graph(path, &place, object, user, ios)).collect()
}

/// Finds the e-mail policies, alone, in lists and in exports.
fn search<'a>(value: &'a Value, place: &str, depth: usize, found: &mut Vec<(String, &'a Map<String, Value>)>) {
    if depth > 8 || found.len() > MAX_POLICIES {
        return;
    }
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                search(item, &format!("{place}[{i}]"), depth + 1, found);
            }
        }
        Value::Object(object) => {
            let kind = object.get("@odata.type").and_then(Value::as_str);
            let is = match kind {
                Some(kind) => kind.ends_with("iosEasEmailProfileConfiguration"),
                None => object.contains_key("hostName") && object.contains_key("accountName"),
            };
            if is {
                found.push((place.to_owned(), object));
                return;
            }
            for (name, member) in object {
                search(member, &format!("{place}.{name}"), depth + 1, found);
            }
        }
        _ => {}
    }
}

fn of_graph(
    path: &Path,
    place: &str,
    object: &Map<String, Value>,
    user: &User,
    ios: OsVersion,
) -> Result<Policy, JudgeError> {
    let wrong = |place: String, reason: String| JudgeError::Policy { path: path.to_owned(), place, reason };
    let mut known = Map::new();
    for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
        let value = match (name.as_str(), value) {
            ("easServices", Value::String(flags)) => {
                let flags = flags.split(',').map(str::trim).filter(|f| !f.is_empty() && *f != "none");
                Value::Array(flags.map(|f| Value::String(f.to_owned())).collect())
            }
            _ => value.clone(),
        };
        if name == "easServices" && serde_json::from_value::<Vec<EasService>>(value.clone()).is_err() {
            let reason = "known are calendars, contacts, email, notes and reminders".to_owned();
            return Err(wrong(format!("{place}.{name}"), reason));
        }
        known.insert(name.clone(), value);
    }
    let policy: EmailPolicy =
        serde_json::from_value(Value::Object(known)).map_err(|e| wrong(place.to_owned(), e.to_string()))?;
    let name = if policy.display_name.is_empty() { &policy.account_name } else { &policy.display_name };
    let compile =
        |error: CompileError| JudgeError::Compile { path: path.to_owned(), policy: name.clone(), error };
    // The VPN is another policy; what it asks of the account is stated without it.
    let alone = EmailPolicy { per_app_vpn_profile_id: None, ..policy.clone() };
    let mut intent =
        Intent::of_policy(&alone, &user.attributes, &stand_ins(), Some(ios)).map_err(compile)?;
    intent.vpn = policy.per_app_vpn_profile_id.clone();
    Ok(Policy {
        name: name.clone(),
        file: path.display().to_string(),
        kind: PolicyKind::Graph,
        user: user.is_known.then(|| user.attributes.upn.clone()),
        intent,
        stated: intent::stated_of_policy(&policy),
        terms: Terms {
            exact_identities: false,
            allow_user_changes: false,
            policy: Some(name.clone()),
        },
        user_known: user.is_known,
    })
}

/// Identities in place of those that the linked certificate profiles deliver: which ones these are a policy does not
/// say, so that only their being there is judged.
fn stand_ins() -> DeliveredCertificates {
    let blob = |name: &str| {
        Some(Pkcs12Blob { name: name.to_owned(), bytes: Vec::new(), password: String::new() })
    };
    DeliveredCertificates {
        roots: Vec::new(),
        authentication: blob("authentication"),
        signing: blob("signing"),
        encryption: blob("encryption"),
        others: Vec::new(),
    }
}
