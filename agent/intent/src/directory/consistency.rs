//! Whether what a directory says of users, groups and devices fits together. Nothing of it keeps anybody from being
//! found; but who is meant by a name that two have, or by one that nobody has, cannot be told.

use std::collections::BTreeMap;

use profile::Severity::Warning;
use profile::graph::{Finding, RESOURCE_FINDINGS_MAX, Resource, excerpt};

use super::{Directory, DirectoryUser, FORMAT, user_names};

/// Says what does not fit together; at most [`RESOURCE_FINDINGS_MAX`] findings.
pub(super) fn check(root: &Resource, directory: &Directory) -> Vec<Finding> {
    let mut checker = Checker { root, directory, findings: Vec::new() };
    if directory.users.is_empty() {
        let message = "there is no user in the directory; for whom anything holds cannot be told";
        checker.add("directory-no-users", "users", message.to_owned(), "add the users with their upn");
    }
    checker.users();
    checker.groups();
    checker.members();
    checker.circles();
    checker.findings
}

struct Checker<'a> {
    root: &'a Resource,
    directory: &'a Directory,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn add(&mut self, rule: &'static str, list: &str, message: String, help: &str) {
        if self.findings.len() < RESOURCE_FINDINGS_MAX {
            self.findings.push(self.root.finding(rule, Warning, list, message, FORMAT).help(help));
        }
    }

    /// Names that two users have.
    fn users(&mut self) {
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        for (at, user) in self.directory.users.iter().enumerate() {
            let mut names = user_names(user);
            names.extend(account_name(user));
            names.sort();
            names.dedup();
            for name in names {
                let first = *owners.entry(name.clone()).or_insert(at);
                if first == at {
                    continue;
                }
                let other = self.directory.users.get(first).map_or("", |user| user.user.upn.as_str());
                let message = format!(
                    "{} names two users, {} and {}; a principal name goes first, then the first of them counts",
                    excerpt(&name),
                    excerpt(other),
                    excerpt(&user.user.upn)
                );
                self.add("directory-ambiguous-user", "users", message, "give each user names of its own");
            }
        }
    }

    /// Names that two groups have.
    fn groups(&mut self) {
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        for (at, group) in self.directory.groups.iter().enumerate() {
            for name in [&group.id, &group.name].into_iter().flatten() {
                if *owners.entry(name.to_lowercase()).or_insert(at) != at {
                    let message = format!("{} names two groups; the last one counts", excerpt(name));
                    let help = "give each group an id, and name it by that";
                    self.add("directory-ambiguous-group", "groups", message, help);
                }
            }
        }
    }

    /// Who is named and not there.
    fn members(&mut self) {
        let directory = self.directory;
        // Where no groups are listed, those that users name are all there are.
        let listed = self.root.set("groups").is_some();
        let join = |of: &str, groups: &[String]| -> Vec<String> {
            let missing = groups.iter().filter(|name| listed && directory.group(name).is_none());
            missing
                .map(|name| format!("{} is in the group {}, which is not listed", excerpt(of), excerpt(name)))
                .collect()
        };
        let help = "list the group under groups, or take it out";
        for user in &directory.users {
            for message in join(&user.user.upn, &user.groups) {
                self.add("directory-unknown-group", "users", message, help);
            }
        }
        let mut known: BTreeMap<String, ()> = BTreeMap::new();
        for user in &directory.users {
            known.extend(user_names(user).into_iter().chain(account_name(user)).map(|name| (name, ())));
        }
        for device in &directory.devices {
            for message in join(device.label(), &device.groups) {
                self.add("directory-unknown-group", "devices", message, help);
            }
            if let Some(owner) = &device.user
                && !known.contains_key(&owner.to_lowercase())
            {
                let message = format!(
                    "{} belongs to {}, whom the directory does not know",
                    excerpt(device.label()),
                    excerpt(owner)
                );
                self.add(
                    "directory-unknown-user",
                    "devices",
                    message,
                    "add the user, or take the device out",
                );
            }
        }
        for device in &directory.devices {
            let own = &device.attributes;
            let names = [&own.name, &own.intune_id, &own.directory_id, &own.serial_number];
            known.extend(names.into_iter().flatten().map(|name| (name.to_lowercase(), ())));
        }
        for group in &directory.groups {
            for member in &group.members {
                if !known.contains_key(&member.to_lowercase()) && directory.group(member).is_none() {
                    let message = format!(
                        "the group {} has the member {}, which is no user, device or group of the directory",
                        excerpt(group.name.as_deref().unwrap_or(group.key())),
                        excerpt(member)
                    );
                    self.add(
                        "directory-unknown-member-of-group",
                        "groups",
                        message,
                        "add it, or take it out",
                    );
                }
            }
        }
    }

    /// Groups that hold themselves, by way of others or not.
    fn circles(&mut self) {
        let directory = self.directory;
        let inner = |at: usize| -> Vec<usize> {
            let members = directory.groups.get(at).map(|group| group.members.as_slice()).unwrap_or_default();
            members.iter().filter_map(|name| directory.by_name.get(&name.to_lowercase()).copied()).collect()
        };
        // What is open lies on the way from the first group to the one looked at.
        let mut seen = vec![false; directory.groups.len()];
        let mut open = vec![false; directory.groups.len()];
        for first in 0..directory.groups.len() {
            let mut way = vec![(first, None::<Vec<usize>>)];
            while let Some((at, rest)) = way.last_mut() {
                let at = *at;
                let rest = match rest {
                    Some(rest) => rest,
                    None => {
                        if seen.get(at).copied().unwrap_or(true) {
                            way.pop();
                            continue;
                        }
                        mark(&mut seen, at, true);
                        mark(&mut open, at, true);
                        rest.insert(inner(at))
                    }
                };
                match rest.pop() {
                    Some(next) if open.get(next).copied().unwrap_or(false) => {
                        let group = directory.groups.get(next);
                        let name = group.map_or("", |group| group.name.as_deref().unwrap_or(group.key()));
                        let message = format!(
                            "the group {} is a member of itself, by way of its members",
                            excerpt(name)
                        );
                        self.add("directory-group-circle", "groups", message, "take one of the members out");
                    }
                    Some(next) => way.push((next, None)),
                    None => {
                        mark(&mut open, at, false);
                        way.pop();
                    }
                }
            }
        }
    }
}

fn mark(marks: &mut [bool], at: usize, value: bool) {
    if let Some(slot) = marks.get_mut(at) {
        *slot = value;
    }
}

fn account_name(user: &DirectoryUser) -> Option<String> {
    // Two domains may have the same account name.
    let name = user.user.sam_account_name.as_deref().filter(|name| !name.is_empty())?;
    let domain = user.user.full_domain_name.as_deref().unwrap_or_default();
    Some(format!("{domain}\\{name}").trim_start_matches('\\').to_lowercase())
}
