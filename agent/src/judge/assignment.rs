//! Whether a policy is for the user and the device that are judged.

use intent::{Assignment, AssignmentTarget, Directory, DirectoryUser, Targeting, targeting};

/// What the assignments of a policy come to, for one user and one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targeted {
    /// `assigned`, `not-assigned`, `excluded` or `unknown`.
    pub state: &'static str,
    /// Whether the policy is for them; nothing where that cannot be told.
    pub applies: Option<bool>,
    /// Why it is not, or what is not known.
    pub reason: Option<String>,
}

impl Targeted {
    /// Whether there are assignments, and who they are for cannot be told. A document without any leaves it to whoever
    /// hands it over.
    pub fn is_open(&self) -> bool {
        self.applies.is_none() && self.reason.as_deref().is_some_and(|reason| reason != UNSAID)
    }
}

/// Why nothing is known of a policy that comes without its assignments.
const UNSAID: &str = "the document does not say whom the policy is assigned to";

/// Says whether a policy is for a user, and for the device of that name.
pub(super) fn targeted(
    assigned: Option<&[Assignment]>,
    policy: &str,
    user: &DirectoryUser,
    device: Option<&str>,
    directory: &Directory,
) -> Targeted {
    let upn = &user.user.upn;
    // Who is in a group that the directory does not have, nobody can say.
    let unheard_of = |excluding: bool| {
        let group = assigned.unwrap_or_default().iter().find_map(|one| match &one.target {
            AssignmentTarget::Group(id) if !excluding => (!directory.knows_group(id)).then_some(id),
            AssignmentTarget::ExcludedGroup(id) if excluding => (!directory.knows_group(id)).then_some(id),
            _ => None,
        });
        group.map(|id| {
            format!(
                "the directory knows no group “{id}”, so that whether the policy is for {upn} cannot be told"
            )
        })
    };
    match targeting(assigned, user, directory) {
        Targeting::Unknown => Targeted { state: "unknown", applies: None, reason: Some(UNSAID.to_owned()) },
        Targeting::NotAssigned if let Some(reason) = unheard_of(false) => {
            Targeted { state: "unknown", applies: None, reason: Some(reason) }
        }
        Targeting::NotAssigned => Targeted {
            state: "not-assigned",
            applies: Some(false),
            reason: Some(format!("the policy “{policy}” is not assigned to {upn}")),
        },
        Targeting::Excluded { group } => {
            let name = directory.group(&group).and_then(|known| known.name.clone()).unwrap_or(group);
            let reason = format!("the policy “{policy}” is not for {upn}: the group “{name}” is excluded");
            Targeted { state: "excluded", applies: Some(false), reason: Some(reason) }
        }
        Targeting::Assigned(found) => {
            let assigned = |applies, reason| Targeted { state: "assigned", applies, reason };
            if let Some(reason) = unheard_of(true) {
                return assigned(None, Some(reason));
            }
            if !found.filters.is_empty() {
                let reason = "a filter narrows the assignment, and who passes it is not in the policy";
                return assigned(None, Some(reason.to_owned()));
            }
            if found.by_user {
                return assigned(Some(true), None);
            }
            let devices = directory.devices_of(user);
            let known = match (device, devices.as_slice()) {
                (Some(name), all) => all.iter().find(|d| d.label().eq_ignore_ascii_case(name)),
                (None, [only]) => Some(only),
                (None, _) => None,
            };
            let others = found.devices.join(", ");
            match known {
                Some(device) if found.devices.iter().any(|label| label == device.label()) => {
                    assigned(Some(true), None)
                }
                Some(device) => Targeted {
                    state: "not-assigned",
                    applies: Some(false),
                    reason: Some(format!(
                        "the policy “{policy}” is for other devices of {upn} ({others}), not for {}",
                        device.label()
                    )),
                },
                None => assigned(
                    None,
                    Some(format!(
                        "the policy is for the devices {others}; whether this is one of them is not told"
                    )),
                ),
            }
        }
    }
}
