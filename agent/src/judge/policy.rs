//! Policies as they are given: Graph JSON, or a profile.

use super::assignment::{Targeted, targeted};
use super::owner::changed_by_owner;
use super::user::Listed;
use super::{JudgeError, User};
use crate::exit::Failure;
use crate::file;
use crate::findings::unwrap;
use crate::policies::PolicyError;
use evidence::Log;
use intent::{
    AppConfiguration, Assignment, Circumstances, CompileError, DeliveredCertificates, DeviceFacts, Directory,
    DirectoryUser, EmailPolicy, Expectations, ExpectedOutlook, Intent, Order, Pkcs12Blob, Stated, Tenant,
};
use profile::graph::{Finding, parse_named};
use profile::{OsVersion, Severity};
use smime::Context;
use std::path::Path;
use std::sync::Arc;
use verdict::{Comparison, Judged, Outcome, ProfileNames, Terms};

/// What a policy was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Graph JSON.
    Graph,
    /// A profile.
    Profile,
}

/// A policy to judge by.
#[derive(Debug)]
pub struct Policy {
    /// What it is called.
    pub name: String,
    /// The file as it was named.
    pub file: String,
    /// What it was given as.
    pub kind: PolicyKind,
    /// For whom it was compiled.
    pub user: Option<String>,
    /// What it asks of a phone; nothing where it configures Outlook alone.
    pub intent: Option<Intent>,
    /// What it asks of Outlook.
    pub outlook: Option<ExpectedOutlook>,
    /// What is odd about its document.
    pub findings: Vec<Finding>,
    /// Whom it is assigned to, where the document says so.
    pub assignments: Option<Vec<Assignment>>,
    /// Whether it is for the user and the device, where that was asked.
    pub targeted: Option<Targeted>,
    /// Why no profile can be made of it for this user.
    problem: Option<JudgeError>,
    stated: Vec<Stated>,
    terms: Terms,
    user_known: bool,
    /// The document around an e-mail policy.
    origin: Option<(Arc<Tenant>, usize)>,
    /// Certificate profiles that it needs and that do not reach the user.
    unreached: Vec<String>,
}

/// What a policy came to.
#[derive(Clone, Debug)]
pub struct JudgedPolicy<'a> {
    policy: &'a Policy,
    expectations: Option<Expectations>,
    /// The comparisons.
    pub comparisons: Vec<Comparison>,
}

impl JudgedPolicy<'_> {
    /// The same for [`verdict::verdicts`].
    pub fn as_judged(&self) -> Judged<'_> {
        Judged {
            policy: &self.policy.name,
            expectations: self.expectations.as_ref(),
            not_applicable: self.policy.not_applicable(),
            stated: &self.policy.stated,
            comparisons: &self.comparisons,
        }
    }
}

impl Policy {
    /// Looks up whether the policy is for a user of a directory, and for the device of that name; what needs it and does
    /// not reach the user is kept in mind.
    pub fn target(&mut self, user: &DirectoryUser, device: Option<&str>, directory: &Directory) {
        if self.kind != PolicyKind::Graph {
            return;
        }
        self.targeted = Some(targeted(self.assignments.as_deref(), &self.name, user, device, directory));
        if let Some((tenant, number)) = &self.origin
            && let Some(email) = tenant.emails.get(*number)
        {
            let unreached = tenant.unreached(email, user, directory);
            self.unreached = unreached.iter().map(|profile| profile.label().to_owned()).collect();
        }
    }

    /// The names of the user, as reports may have them.
    pub(super) fn users(&self) -> &[String] {
        &self.terms.users
    }

    /// Why the policy asks nothing of this device.
    pub fn not_applicable(&self) -> Option<&str> {
        let targeted = self.targeted.as_ref().filter(|targeted| targeted.applies == Some(false))?;
        targeted.reason.as_deref()
    }

    /// Holds the policy against a log.
    pub fn judge(&self, facts: &DeviceFacts, log: &Log, allow_user_changes: bool) -> JudgedPolicy<'_> {
        let mut comparisons = Vec::new();
        if let Some(outlook) = self.outlook.as_ref().filter(|_| self.not_applicable().is_none()) {
            comparisons.extend(verdict::compare_outlook(outlook, log));
        }
        let Some(intent) = &self.intent else {
            return JudgedPolicy { policy: self, expectations: None, comparisons };
        };
        let assigned = self.targeted.as_ref().and_then(|targeted| targeted.applies);
        let circumstances = Circumstances { assigned, ..Circumstances::default() };
        let expectations = intent::expectations_under(intent, facts, &circumstances);
        let terms = Terms { allow_user_changes, ..self.terms.clone() };
        comparisons.extend(verdict::compare(&expectations, log, &terms));
        if let Some(targeted) = self.targeted.as_ref().filter(|targeted| targeted.is_open()) {
            let reason = targeted.reason.as_deref().unwrap_or_default();
            comparisons.push(verdict::open_assignment(reason));
        }
        if let Some(changed) = changed_by_owner(intent, log) {
            verdict::excuse_owner(&mut comparisons, &intent::expectations(&changed, facts));
        }
        for comparison in &mut comparisons {
            if !self.user_known && matches!(comparison.subject.as_str(), "user" | "email") {
                comparison.outcome = Outcome::NotApplicable;
                comparison.reason = Some("nobody said for whom the policy is (--user)".to_owned());
            }
            if comparison.subject == "installs" && !self.unreached.is_empty() {
                let names = self.unreached.join("”, “");
                let user = self.user.as_deref().unwrap_or("the user");
                comparison.reason = Some(format!("“{names}” does not reach {user}, and is needed"));
            }
        }
        JudgedPolicy { policy: self, expectations: Some(expectations), comparisons }
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
    whole(read(cx, path, bytes, user, ios)?)
}

/// Reads every policy of a file, and looks up whether it is for a user of a directory and the device of that name. Only of
/// what is for them a profile has to be possible.
///
/// # Errors
/// [`JudgeError`] with the file and the place.
pub fn policies_for(
    cx: &Context<'_>,
    path: &Path,
    user: &User,
    ios: OsVersion,
    listed: &Listed,
    device: Option<&str>,
) -> Result<Vec<Policy>, Failure> {
    policies_for_in(cx, (path, &file::read(path)?), user, ios, (&listed.0, &listed.1), device)
}

/// The same of a file that was read.
///
/// # Errors
/// As [`policies_for`].
pub(crate) fn policies_for_in(
    cx: &Context<'_>,
    (path, bytes): (&Path, &[u8]),
    user: &User,
    ios: OsVersion,
    (listed, directory): (&DirectoryUser, &Directory),
    device: Option<&str>,
) -> Result<Vec<Policy>, Failure> {
    let mut policies = read(cx, path, bytes, user, ios)?;
    for policy in &mut policies {
        policy.target(listed, device, directory);
    }
    whole(policies)
}

fn whole(mut policies: Vec<Policy>) -> Result<Vec<Policy>, Failure> {
    let problem = policies.iter_mut().filter(|p| p.not_applicable().is_none()).find_map(|p| p.problem.take());
    problem.map_or(Ok(policies), |problem| Err(problem.into()))
}

fn read(
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
        terms: Terms {
            policy: Some(name.clone()),
            profile: profile.identifier().map(|identifier| ProfileNames {
                identifier: Some(identifier.to_owned()),
                display_names: Vec::new(),
            }),
            users: intent.email_address.iter().chain(&intent.user_name).cloned().collect(),
            ..Terms::default()
        },
        name,
        file: path.display().to_string(),
        kind: PolicyKind::Profile,
        user: intent.email_address.clone(),
        intent: Some(intent),
        problem: None,
        outlook: None,
        findings: Vec::new(),
        assignments: None,
        targeted: None,
        stated: Vec::new(),
        user_known: true,
        origin: None,
        unreached: Vec::new(),
    })
}

fn graph(path: &Path, bytes: &[u8], user: &User, ios: OsVersion) -> Result<Vec<Policy>, Failure> {
    let file = path.display().to_string();
    let export = parse_named(&file, bytes).map_err(|error| PolicyError::Json { file, error })?;
    let tenant = Tenant::read([export]);
    let tenant = Arc::new(tenant);
    let emails = (0..tenant.emails.len()).map(|number| of_graph(path, &tenant, number, user, ios));
    let mut policies: Vec<Policy> = emails.collect::<Result<_, _>>()?;
    policies.extend(tenant.apps.iter().filter(|app| app.is_outlook()).map(|app| of_outlook(path, app, user)));
    if policies.is_empty() {
        return Err(JudgeError::NoPolicy(path.to_owned()).into());
    }
    Ok(policies)
}

/// The configuration of Outlook: no phone of ours has the app, so what it asks is stated, and little of it compared.
fn of_outlook(path: &Path, app: &AppConfiguration, user: &User) -> Policy {
    let outlook = app.expected_outlook(&user.attributes);
    let name = app.resource.label().to_owned();
    Policy {
        file: path.display().to_string(),
        kind: PolicyKind::Graph,
        user: user.is_known.then(|| user.attributes.upn.clone()),
        intent: None,
        problem: None,
        stated: outlook.stated(),
        outlook: Some(outlook),
        findings: app.findings.clone(),
        assignments: app.assignments.clone(),
        targeted: None,
        terms: Terms { policy: Some(name.clone()), ..Terms::default() },
        user_known: user.is_known,
        origin: None,
        unreached: Vec::new(),
        name,
    }
}

fn of_graph(
    path: &Path,
    tenant: &Arc<Tenant>,
    number: usize,
    user: &User,
    ios: OsVersion,
) -> Result<Policy, JudgeError> {
    let Some(email) = tenant.emails.get(number) else { return Err(JudgeError::NoPolicy(path.to_owned())) };
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
    let intent = Intent::of_policy(&alone, &user.attributes, &stand_ins(), Some(ios)).map_err(compile);
    let (intent, problem) = match intent {
        Ok(intent) => (Some(Intent { vpn: policy.per_app_vpn_profile_id.clone(), ..intent }), None),
        Err(problem) => (None, Some(problem)),
    };
    let nothing = DeliveredCertificates::default();
    let compiled = intent::assemble(&Order {
        policy: &alone,
        user: &user.attributes,
        certificates: &nothing,
        vpn: None,
        os: Some(ios),
    });
    Ok(Policy {
        file: path.display().to_string(),
        kind: PolicyKind::Graph,
        user: user.is_known.then(|| user.attributes.upn.clone()),
        intent,
        problem,
        outlook: None,
        findings: email.findings.clone(),
        assignments: email.assignments.clone(),
        targeted: None,
        origin: Some((Arc::clone(tenant), number)),
        unreached: Vec::new(),
        stated: intent::stated_of_policy(policy),
        terms: Terms {
            exact_identities: false,
            allow_user_changes: false,
            policy: Some(name.clone()),
            profile: Some(ProfileNames {
                // The identifiers that Intune gives are not public; this is the one of `handset compile`.
                identifier: compiled.profile().identifier().map(str::to_owned),
                display_names: vec![name.clone(), policy.account_name.clone()],
            }),
            users: if user.is_known { user.names() } else { Vec::new() },
        },
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
