//! Policies as they are given: Graph JSON, or a profile.

use super::{JudgeError, User};
use crate::exit::Failure;
use crate::file;
use crate::findings::unwrap;
use crate::policies::PolicyError;
use evidence::Log;
use intent::{
    Assignment, CompileError, DeliveredCertificates, DeviceFacts, EmailPolicy, EmailProfile, Expectations,
    Intent, Pkcs12Blob, Stated, Tenant,
};
use profile::graph::parse_named;
use profile::{OsVersion, Severity};
use smime::Context;
use std::path::Path;
use verdict::{Comparison, Judged, Outcome, Terms};

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
    /// Whom it is assigned to, where the document says so.
    pub assignments: Option<Vec<Assignment>>,
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
            for comparison in
                comparisons.iter_mut().filter(|c| matches!(c.subject.as_str(), "user" | "email"))
            {
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
    policies_in(cx, path, &file::read(path)?, user, ios)
}

/// Reads every policy of a file that was read; `path` is what it is called.
///
/// # Errors
/// [`JudgeError`] with the file and the place.
pub fn policies_in(
    cx: &Context<'_>,
    path: &Path,
    bytes: &[u8],
    user: &User,
    ios: OsVersion,
) -> Result<Vec<Policy>, Failure> {
    let text = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let first = text.iter().find(|b| !b.is_ascii_whitespace());
    if matches!(first, Some(b'{' | b'[')) {
        return graph(path, bytes, user, ios);
    }
    Ok(vec![profile(cx, path, bytes)?])
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
        assignments: None,
        stated: Vec::new(),
        user_known: true,
    })
}

fn graph(path: &Path, bytes: &[u8], user: &User, ios: OsVersion) -> Result<Vec<Policy>, Failure> {
    let file = path.display().to_string();
    let export = parse_named(&file, bytes).map_err(|error| PolicyError::Json { file, error })?;
    let tenant = Tenant::read([export]);
    if tenant.emails.is_empty() {
        return Err(JudgeError::NoPolicy(path.to_owned()).into());
    }
    Ok(tenant.emails.iter().map(|email| of_graph(path, email, user, ios)).collect::<Result<_, _>>()?)
}

fn of_graph(path: &Path, email: &EmailProfile, user: &User, ios: OsVersion) -> Result<Policy, JudgeError> {
    // A document that does not say what it means cannot be judged by; what it links and lacks is `compile`'s to tell.
    let broken =
        email.findings.iter().find(|f| f.severity == Severity::Error && f.rule.starts_with("graph-"));
    if let Some(finding) = broken {
        let place = match (finding.line, finding.column) {
            (Some(line), Some(column)) => format!("line {line}, column {column}: {}", finding.path),
            _ => finding.path.clone(),
        };
        let help = finding.help.as_ref().map(|h| format!("; {h}")).unwrap_or_default();
        let reason = format!("{}{help}", finding.message);
        return Err(JudgeError::Policy { path: path.to_owned(), place, reason });
    }
    let policy = &email.policy;
    let name = email.resource.label().to_owned();
    let compile =
        |error: CompileError| JudgeError::Compile { path: path.to_owned(), policy: name.clone(), error };
    // The VPN is another policy; what it asks of the account is stated without it.
    let alone = EmailPolicy { per_app_vpn_profile_id: None, ..policy.clone() };
    let mut intent = Intent::of_policy(&alone, &user.attributes, &stand_ins(), Some(ios)).map_err(compile)?;
    intent.vpn = policy.per_app_vpn_profile_id.clone();
    Ok(Policy {
        file: path.display().to_string(),
        kind: PolicyKind::Graph,
        user: user.is_known.then(|| user.attributes.upn.clone()),
        intent,
        assignments: email.assignments.clone(),
        stated: intent::stated_of_policy(policy),
        terms: Terms { exact_identities: false, allow_user_changes: false, policy: Some(name.clone()) },
        user_known: user.is_known,
        name,
    })
}

/// Identities in place of those that the linked certificate profiles deliver: which ones these are a policy does not
/// say, so that only their being there is judged.
fn stand_ins() -> DeliveredCertificates {
    let blob = |name: &str| {
        Some(Pkcs12Blob { name: name.to_owned(), bytes: Vec::new(), password: String::new() }.into())
    };
    DeliveredCertificates {
        roots: Vec::new(),
        authentication: blob("authentication"),
        signing: blob("signing"),
        encryption: blob("encryption"),
        others: Vec::new(),
    }
}
