//! Whom a policy is assigned to, and who that is.
//!
//! An exclusion goes before an inclusion of the same sort of group. Intune does not weigh groups of users against
//! groups of devices (Intune, assign device profiles, *Exclude groups*), so that mixing is marked and both counted.

use std::collections::BTreeSet;

use profile::Severity::{Info, Warning};
use profile::graph::{Finding, Resource, excerpt};

use crate::directory::{Directory, DirectoryUser};

/// Names what one assignment aims at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssignmentTarget {
    /// Everybody with a licence.
    AllUsers,
    /// Every device.
    AllDevices,
    /// The members of a group.
    Group(String),
    /// Not the members of a group.
    ExcludedGroup(String),
    /// A target of a type that is not known, or that names no group: whom it reaches cannot be told.
    Unknown(String),
}

/// Holds the filter that narrows an assignment; what it says is not in the policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssignmentFilter {
    /// Its id.
    pub id: String,
    /// Whether it leaves out the devices that it describes, rather than letting no others in.
    pub excludes: bool,
}

/// Holds one assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// What it aims at.
    pub target: AssignmentTarget,
    /// The filter that narrows it.
    pub filter: Option<AssignmentFilter>,
}

impl Assignment {
    /// Reads the assignments of an object; none where it does not say.
    pub(super) fn read(resource: &Resource) -> (Option<Vec<Self>>, Vec<Finding>) {
        let mut findings = Vec::new();
        // Something else than a list says nothing; that it stands there is a finding of syntax.
        if resource.set("assignments").is_none_or(|value| value.as_array().is_none()) {
            return (None, findings);
        }
        let mut assignments = Vec::new();
        for object in resource.objects("assignments") {
            let targets = object.objects("target");
            if targets.is_empty() {
                let message = "the assignment has no target; whom it reaches cannot be told";
                findings.push(object.finding(
                    "policy-assignment-target",
                    Warning,
                    "target",
                    message,
                    "EAS-003",
                ));
                assignments.push(Self { target: AssignmentTarget::Unknown(String::new()), filter: None });
            }
            for target in targets {
                let group = || target.text("groupId").filter(|id| !id.is_empty()).map(str::to_owned);
                let aim = match target.type_name.as_str() {
                    "allLicensedUsersAssignmentTarget" => Some(AssignmentTarget::AllUsers),
                    "allDevicesAssignmentTarget" => Some(AssignmentTarget::AllDevices),
                    "groupAssignmentTarget" => group().map(AssignmentTarget::Group),
                    "exclusionGroupAssignmentTarget" => group().map(AssignmentTarget::ExcludedGroup),
                    _ => None,
                };
                let Some(aim) = aim else {
                    let name = excerpt(&target.type_name);
                    let message = format!(
                        "the assignment target {name} is not known or names no group; whom it reaches cannot be told"
                    );
                    findings.push(target.finding(
                        "policy-assignment-target",
                        Warning,
                        "",
                        message,
                        "EAS-003",
                    ));
                    let target = AssignmentTarget::Unknown(target.type_name.clone());
                    assignments.push(Self { target, filter: None });
                    continue;
                };
                let named = |name| target.text(name).filter(|text| !text.is_empty() && *text != "none");
                let kind = named("deviceAndAppManagementAssignmentFilterType");
                let filter = named("deviceAndAppManagementAssignmentFilterId").zip(kind).map(|(id, kind)| {
                    AssignmentFilter { id: id.to_lowercase(), excludes: kind == "exclude" }
                });
                if filter.is_some() {
                    let message = "a filter narrows this assignment; who passes it is not in the policy";
                    findings.push(target.finding("policy-assignment-filter", Info, "", message, "EAS-003"));
                }
                assignments.push(Self { target: aim, filter });
            }
        }
        (Some(assignments), findings)
    }
}

/// Says whether and how a user gets a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targeting {
    /// The document does not say whom the policy is assigned to, or says it in a way that is not known.
    Unknown,
    /// The policy is assigned to nobody, or to others.
    NotAssigned,
    /// A group that is left out holds the user.
    Excluded {
        /// The group.
        group: String,
    },
    /// The user gets it.
    Assigned(AssignedUser),
}

/// Holds one user who gets a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedUser {
    /// The user's principal name.
    pub upn: String,
    /// Whether the user is aimed at, on whichever device.
    pub by_user: bool,
    /// The devices of the user that are aimed at.
    pub devices: Vec<String>,
    /// Whether groups of users and of devices are mixed, which Intune does not weigh against each other.
    pub mixed: bool,
    /// The filters, which are not known here, that narrow all assignments that lead to the user; empty where one leads
    /// there without.
    pub filters: Vec<AssignmentFilter>,
}

/// Returns the users of a directory that get a policy, in its order. Without assignments nobody does (EAS-003).
#[must_use]
pub fn assignments(assigned: &[Assignment], directory: &Directory) -> Vec<AssignedUser> {
    let all = directory.users.iter().filter_map(|user| match targeting(Some(assigned), user, directory) {
        Targeting::Assigned(user) => Some(user),
        _ => None,
    });
    all.collect()
}

/// Returns whether and how one user of a directory gets a policy.
#[must_use]
pub fn targeting(assigned: Option<&[Assignment]>, user: &DirectoryUser, directory: &Directory) -> Targeting {
    let Some(assigned) = assigned else { return Targeting::Unknown };
    let own: BTreeSet<&str> = directory.groups_of_user(user);
    let devices = directory.devices_of(user);
    let of_devices: Vec<(&str, BTreeSet<&str>)> =
        devices.iter().map(|device| (device.label(), directory.groups_of_device(device))).collect();
    let holds = |groups: &BTreeSet<&str>, id: &str| {
        directory.group(id).map_or_else(|| groups.contains(id), |group| groups.contains(group.key()))
    };
    let mut by_user = false;
    let mut aimed: BTreeSet<&str> = BTreeSet::new();
    let mut filters = Vec::new();
    let mut unknown = false;
    for assignment in assigned {
        let mut leads = false;
        match &assignment.target {
            AssignmentTarget::AllUsers => {
                by_user = true;
                leads = true;
            }
            AssignmentTarget::AllDevices => {
                aimed.extend(of_devices.iter().map(|(name, _)| *name));
                leads = !of_devices.is_empty();
            }
            AssignmentTarget::Group(id) => {
                if holds(&own, id) {
                    by_user = true;
                    leads = true;
                }
                for (name, groups) in &of_devices {
                    if holds(groups, id) {
                        aimed.insert(name);
                        leads = true;
                    }
                }
            }
            AssignmentTarget::ExcludedGroup(_) => {}
            AssignmentTarget::Unknown(_) => unknown = true,
        }
        if leads {
            filters.push(assignment.filter.clone());
        }
    }
    let included = (by_user, aimed.len());
    let mut mixed = by_user && !aimed.is_empty();
    let mut excluding = None;
    for assignment in assigned {
        let AssignmentTarget::ExcludedGroup(id) = &assignment.target else { continue };
        if holds(&own, id) {
            mixed |= !aimed.is_empty();
            by_user = false;
            excluding = excluding.or(Some(id));
        }
        for (name, groups) in &of_devices {
            if holds(groups, id) {
                mixed |= included.0;
                if aimed.remove(name) {
                    excluding = excluding.or(Some(id));
                }
            }
        }
    }
    match (by_user || !aimed.is_empty(), excluding) {
        (true, _) => Targeting::Assigned(AssignedUser {
            upn: user.user.upn.clone(),
            by_user,
            devices: aimed.into_iter().map(str::to_owned).collect(),
            mixed,
            // Where one of them has no filter there is nothing to pass.
            filters: filters.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default(),
        }),
        (false, None) if unknown => Targeting::Unknown,
        (false, Some(group)) if included.0 || included.1 > 0 => Targeting::Excluded { group: group.clone() },
        _ => Targeting::NotAssigned,
    }
}

/// Says which groups of assignments a directory does not know: whom they hold cannot be told.
pub(super) fn unknown_groups(
    resource: &Resource,
    assigned: Option<&[Assignment]>,
    directory: &Directory,
) -> Vec<Finding> {
    let ids = assigned.unwrap_or_default().iter().filter_map(|assignment| match &assignment.target {
        AssignmentTarget::Group(id) | AssignmentTarget::ExcludedGroup(id) => Some(id),
        _ => None,
    });
    let unknown = ids.filter(|id| !directory.knows_group(id)).map(|id| {
        let label = excerpt(resource.label());
        let message = format!(
            "the directory knows no group {}; whom {label} reaches by it cannot be told",
            excerpt(id)
        );
        let finding =
            resource.finding("policy-assignment-group-unknown", Warning, "assignments", message, "EAS-003");
        finding.help("add the group with its id and members to the directory file")
    });
    unknown.collect()
}
