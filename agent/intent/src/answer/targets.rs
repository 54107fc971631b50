//! Prompts without end: an e-mail policy whose certificate profiles do not reach the same users.

use std::collections::BTreeMap;

use serde::Serialize;

use super::statement::{Grounds, Statement, Weight};
use crate::certificate::{CertificateRole, IdentitySource};
use crate::directory::Directory;
use crate::tenant::{
    Assignment, AssignmentTarget, CertificateProfile, EmailProfile, Targeting, Tenant, targeting,
};

/// Holds what a link of an e-mail policy leads to, and whom that reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkTarget {
    /// The link, in Graph's words.
    pub link: &'static str,
    /// The id it names; none where the document does not say.
    pub id: Option<String>,
    /// The name of the certificate profile, where the document has it.
    pub name: Option<String>,
    /// The groups that the e-mail policy is assigned to, by name where a directory knows it.
    pub email_groups: Vec<String>,
    /// The groups that the certificate profile is assigned to; none where the document does not say.
    pub certificate_groups: Option<Vec<String>>,
    /// Users that get the e-mail policy and not the certificate.
    pub missing_users: Vec<String>,
    /// Users that the two reach in different ways: one by user, one by device, or both mixed.
    pub mixed_users: Vec<String>,
    /// Users that the certificate profile reaches only within a filter that the e-mail policy does not have.
    pub filtered_users: Vec<String>,
}

const LOOP: Grounds = Grounds::new(
    &["XTR-006", "EAS-003"],
    &["Intune support, troubleshoot e-mail profiles (03/2026)", "Intune, SCEP certificate profiles"],
    &[2, 5],
);
const LOST: Grounds = Grounds::new(
    &["XTR-006"],
    &["Microsoft Graph beta, iosEasEmailProfileConfiguration: links are left out of plain answers"],
    &[2, 15],
);

/// Says which links of an e-mail policy make phones ask without end.
///
/// Without a directory groups are compared as they are named; with one, users are counted.
#[must_use]
pub fn prompts_without_end(
    tenant: &Tenant,
    email: &EmailProfile,
    directory: Option<&Directory>,
) -> (Vec<LinkTarget>, Vec<Statement>) {
    let mut targets = Vec::new();
    let mut said = Vec::new();
    let label = email.resource.label().to_owned();
    // Where there is nobody to count, groups are compared.
    let counted = directory.is_some_and(|directory| !directory.users.is_empty());
    let links = links(tenant, email);
    if !links.is_empty() {
        said.extend(own_assignments(email).map(|statement| statement.about(label.clone())));
    }
    if let Some(directory) = directory {
        said.extend(own_targeting(email, directory).map(|statement| statement.about(label.clone())));
    }
    for (link, id) in links {
        let Some(id) = id else {
            let text =
                format!("{link} is needed and not in the document: a plain answer of Graph leaves links out");
            let remedy = format!("ask for it with $expand={link}, or look at the certificate in the portal");
            said.push(
                LOST.say("prompts.link-lost", Weight::Warning, text).about(label.clone()).remedy(remedy),
            );
            targets.push(target(link, None, None, email, directory));
            continue;
        };
        // The settings of smart cards hold for the whole tenant; whoever has a card can have the credential.
        if link == "derivedCredentialSettings" {
            let profile = tenant.certificate_profile(&id);
            targets.push(target(link, Some(id), profile, email, directory));
            continue;
        }
        let Some(profile) = tenant.certificate_profile(&id) else {
            let text =
                format!("{link} leads to {id}, which is not in the document; whom it reaches cannot be told");
            let remedy = format!("give the object with --link {id}=FILE");
            said.push(
                LOST.say("prompts.link-unknown", Weight::Warning, text).about(label.clone()).remedy(remedy),
            );
            targets.push(target(link, Some(id), None, email, directory));
            continue;
        };
        let mut found = target(link, Some(id), Some(profile), email, directory);
        compare(&mut found, profile, email, directory);
        said.extend(statements(&found, profile, email, counted));
        targets.push(found);
    }
    (targets, said)
}

/// The links that a policy needs, with what they lead to; behind a SCEP profile its trusted certificate.
fn links(tenant: &Tenant, email: &EmailProfile) -> Vec<(&'static str, Option<String>)> {
    let policy = &email.policy;
    let mut found: Vec<(&'static str, Option<String>)> = Vec::new();
    for role in CertificateRole::ALL {
        match role.wanted(policy) {
            Some(IdentitySource::CertificateProfile) => {
                let id = match role {
                    CertificateRole::Authentication => &policy.links.identity,
                    CertificateRole::Signing => &policy.links.signing,
                    CertificateRole::Encryption => &policy.links.encryption,
                };
                found.push((role.link(), id.clone()));
            }
            Some(IdentitySource::DerivedCredential) => {
                let row = ("derivedCredentialSettings", policy.links.derived_credential.clone());
                if !found.contains(&row) {
                    found.push(row);
                }
            }
            None => {}
        }
    }
    let roots: Vec<(&'static str, Option<String>)> = found
        .iter()
        .filter_map(|(_, id)| tenant.certificate_profile(id.as_deref()?)?.root_link())
        .map(|id| ("rootCertificate", Some(id)))
        .collect();
    for root in roots {
        if !found.contains(&root) {
            found.push(root);
        }
    }
    found
}

fn groups(assignments: &[Assignment], directory: Option<&Directory>) -> Vec<String> {
    let named = |id: &String| {
        let name = directory.and_then(|directory| directory.group(id)?.name.clone());
        name.unwrap_or_else(|| id.clone())
    };
    let all = assignments.iter().map(|assignment| {
        let name = match &assignment.target {
            AssignmentTarget::AllUsers => "all users".to_owned(),
            AssignmentTarget::AllDevices => "all devices".to_owned(),
            AssignmentTarget::Group(id) => named(id),
            AssignmentTarget::ExcludedGroup(id) => format!("not {}", named(id)),
            AssignmentTarget::Unknown(name) if name.is_empty() => "a target that is not there".to_owned(),
            AssignmentTarget::Unknown(name) => format!("a target that is not known ({name})"),
        };
        match &assignment.filter {
            Some(filter) if filter.excludes => format!("{name} but for filter {}", filter.id),
            Some(filter) => format!("{name} within filter {}", filter.id),
            None => name,
        }
    });
    all.collect()
}

fn target(
    link: &'static str,
    id: Option<String>,
    profile: Option<&CertificateProfile>,
    email: &EmailProfile,
    directory: Option<&Directory>,
) -> LinkTarget {
    LinkTarget {
        link,
        id,
        name: profile.map(|profile| profile.label().to_owned()),
        email_groups: groups(email.assignments.as_deref().unwrap_or_default(), directory),
        certificate_groups: profile
            .and_then(|profile| profile.assignments.as_deref())
            .map(|assignments| groups(assignments, directory)),
        missing_users: Vec::new(),
        mixed_users: Vec::new(),
        filtered_users: Vec::new(),
    }
}

fn compare(
    found: &mut LinkTarget,
    profile: &CertificateProfile,
    email: &EmailProfile,
    directory: Option<&Directory>,
) {
    let Some(directory) = directory else { return };
    for user in &directory.users {
        // Of whoever may get the policy or not there is nothing to say; that it is not known is said once.
        let Targeting::Assigned(mail) = targeting(email.assignments.as_deref(), user, directory) else {
            continue;
        };
        match targeting(profile.assignments.as_deref(), user, directory) {
            Targeting::Unknown => {}
            Targeting::NotAssigned | Targeting::Excluded { .. } => {
                found.missing_users.push(user.user.upn.clone());
            }
            Targeting::Assigned(own) => {
                if mail.by_user != own.by_user || own.mixed {
                    found.mixed_users.push(user.user.upn.clone());
                }
                if !own.filters.is_empty() && own.filters != mail.filters {
                    found.filtered_users.push(user.user.upn.clone());
                }
            }
        }
    }
}

fn statements(
    found: &LinkTarget,
    profile: &CertificateProfile,
    email: &EmailProfile,
    counted: bool,
) -> Vec<Statement> {
    let mut said = Vec::new();
    let (link, name, label) = (found.link, profile.label(), email.resource.label());
    let mail = listed(&found.email_groups);
    let Some(groups) = &found.certificate_groups else {
        let text = format!("the document does not say whom “{name}” ({link}) is assigned to");
        let remedy = "export certificate profiles with $expand=assignments";
        return vec![LOST.say("prompts.assignments-lost", Weight::Warning, text).about(label).remedy(remedy)];
    };
    let own = listed(groups);
    let assigned = profile.assignments.as_deref().unwrap_or_default();
    if assigned.iter().any(|one| matches!(one.target, AssignmentTarget::Unknown(_))) {
        let text = format!("“{name}” ({link}) is assigned to {own}: whom that reaches cannot be told");
        let remedy = "look at the assignment in the portal";
        said.push(LOST.say("prompts.target-unknown", Weight::Warning, text).about(name).remedy(remedy));
    }
    let remedy = format!("assign “{name}” to the same groups of users as “{label}”: {mail}");
    if !counted {
        if differ(email.assignments.as_deref().unwrap_or_default(), assigned) {
            let text = format!(
                "“{label}” goes to {mail}, its certificate profile “{name}” ({link}) to {own}: whoever gets the one \
                 without the other is asked for the password again and again, for Intune keeps sending the profile"
            );
            said.push(LOOP.say("prompts.groups-differ", Weight::Warning, text).about(name).remedy(remedy));
        }
        return said;
    }
    if !found.missing_users.is_empty() {
        let text = format!(
            "“{label}” goes to {mail}, its certificate profile “{name}” ({link}) to {own}: {} user(s) get the one \
             without the other and are asked for the password again and again, for Intune keeps sending the profile",
            found.missing_users.len()
        );
        let statement = LOOP.say("prompts.endless", Weight::Error, text).about(name).remedy(remedy.clone());
        said.push(statement.users(found.missing_users.clone()));
    }
    if !found.filtered_users.is_empty() {
        let text = format!(
            "“{label}” goes to {mail}, its certificate profile “{name}” ({link}) to {own}: whoever does not pass the \
             filter is asked for the password again and again"
        );
        let remedy = "give both the same filter, or none";
        let statement = LOOP.say("prompts.filtered", Weight::Warning, text).about(name).remedy(remedy);
        said.push(statement.users(found.filtered_users.clone()));
    }
    if !found.mixed_users.is_empty() {
        let text = format!(
            "“{label}” ({mail}) and its certificate profile “{name}” ({link}: {own}) reach users in different ways, \
             by groups of users and of devices: the certificate comes late or not at all"
        );
        let statement = LOOP.say("prompts.mixed-groups", Weight::Error, text).about(name).remedy(remedy);
        said.push(statement.users(found.mixed_users.clone()));
    }
    said
}

/// Whether assignments name others than those of the e-mail policy, compared as they are written.
fn differ(mail: &[Assignment], own: &[Assignment]) -> bool {
    let excluded = |one: &Assignment| matches!(one.target, AssignmentTarget::ExcludedGroup(_));
    let same = |a: &AssignmentTarget, b: &AssignmentTarget| match (a, b) {
        (AssignmentTarget::Group(a), AssignmentTarget::Group(b))
        | (AssignmentTarget::ExcludedGroup(a), AssignmentTarget::ExcludedGroup(b)) => {
            a.eq_ignore_ascii_case(b)
        }
        // Nobody knows whether two of these are the same.
        (AssignmentTarget::Unknown(_), _) => false,
        (a, b) => a == b,
    };
    let covers = |one: &Assignment, mail: &Assignment| {
        (one.target == AssignmentTarget::AllUsers || same(&one.target, &mail.target))
            && (one.filter.is_none() || one.filter == mail.filter)
    };
    let lacking =
        mail.iter().filter(|mail| !excluded(mail)).any(|mail| !own.iter().any(|one| covers(one, mail)));
    let left_out = own
        .iter()
        .filter(|one| excluded(one))
        .any(|one| !mail.iter().any(|mail| same(&one.target, &mail.target)));
    lacking || left_out
}

/// What the document does not tell of whom the e-mail policy goes to; without it nothing can be compared.
fn own_assignments(email: &EmailProfile) -> impl Iterator<Item = Statement> {
    let said = match email.assignments.as_deref() {
        None => {
            let text = "the document does not say whom the e-mail policy is assigned to";
            let remedy = "export the policy with $expand=assignments";
            Some(LOST.say("prompts.assignments-lost", Weight::Warning, text).remedy(remedy))
        }
        Some(all) if all.iter().any(|one| matches!(one.target, AssignmentTarget::Unknown(_))) => {
            let text = format!(
                "the e-mail policy is assigned to {}: whom that reaches cannot be told",
                listed(&groups(all, None))
            );
            let remedy = "look at the assignment in the portal";
            Some(LOST.say("prompts.target-unknown", Weight::Warning, text).remedy(remedy))
        }
        Some(_) => None,
    };
    said.into_iter()
}

/// What is odd about whom the e-mail policy itself is assigned to.
fn own_targeting(email: &EmailProfile, directory: &Directory) -> impl Iterator<Item = Statement> {
    let mut users: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for user in &directory.users {
        if let Targeting::Assigned(assigned) = targeting(email.assignments.as_deref(), user, directory) {
            let sort = match (assigned.mixed, assigned.by_user) {
                (true, _) => "targeting.mixed-groups",
                (false, false) => "targeting.device-groups",
                (false, true) => continue,
            };
            users.entry(sort).or_default().push(assigned.upn);
        }
    }
    users.into_iter().map(|(id, users)| {
        let text = match id {
            "targeting.mixed-groups" => {
                "groups of users and of devices are mixed; Intune does not weigh them against each other"
            }
            _ => "the policy reaches users by groups of devices: late, with errors, or as not compliant",
        };
        let remedy = "assign the policy and its certificate profiles to the same groups of users";
        LOOP.say(id, Weight::Warning, text).users(users).remedy(remedy)
    })
}

/// Says that a policy reaches none of the users it was asked of, so that there is no answer about anybody.
#[must_use]
pub fn reaches_nobody(file: &str) -> Statement {
    let text = "the policy reaches nobody it was asked of, so that nothing can be said of anybody";
    let remedy = "look at its assignments, at the directory, and at --user";
    LOOP.say("targeting.nobody", Weight::Warning, text).about(file).remedy(remedy)
}

fn listed(groups: &[String]) -> String {
    match groups {
        [] => "nobody".to_owned(),
        some => some.iter().map(|group| format!("“{group}”")).collect::<Vec<_>>().join(", "),
    }
}
