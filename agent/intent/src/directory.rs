//! The directory file: users, groups and devices, as far as policies ask for them.
//!
//! A small JSON document, `fixtures/schema/directory.schema.json`. Members may also carry the names that Graph gives
//! them (`userPrincipalName`, `onPremisesSamAccountName`, …), so that an answer of Graph can be pasted in.

use std::collections::{BTreeMap, BTreeSet};

use profile::Severity::{Error, Warning};
use profile::graph::json::{Json, Node};
use profile::graph::{Finding, JsonError, Resource, excerpt, parse_object};
use profile::lint::nearest;

mod consistency;

use crate::scep::DeviceAttributes;
use crate::user::User;

/// The most users, groups and devices (each) that a directory holds; further ones are dropped with a finding.
pub const DIRECTORY_ENTRIES_MAX: usize = 100_000;

/// Holds the users, groups and devices of an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// The users, in the order of the file.
    pub users: Vec<DirectoryUser>,
    /// The groups, in the order of the file.
    pub groups: Vec<Group>,
    /// The devices, in the order of the file.
    pub devices: Vec<Device>,
    /// Groups by the lower-case id, name or address of a direct member.
    holders: BTreeMap<String, Vec<usize>>,
    /// Groups by their lower-case id and name.
    by_name: BTreeMap<String, usize>,
    /// The lower-case names of groups that users and devices say they are in.
    joined: BTreeSet<String>,
}

/// Holds one user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryUser {
    /// The id, if the file has one.
    pub id: Option<String>,
    /// The attributes that policies refer to.
    pub user: User,
    /// Ids or names of groups that the user is a direct member of.
    pub groups: Vec<String>,
}

/// Holds one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The id; assignments name it.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Users, devices and groups in it, by id, name or address.
    pub members: Vec<String>,
}

/// Holds one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// What certificate profiles may name of it.
    pub attributes: DeviceAttributes,
    /// Its user, by id or address.
    pub user: Option<String>,
    /// Ids or names of groups that the device is a direct member of.
    pub groups: Vec<String>,
}

impl Group {
    /// Returns what the group is called in sets of groups: its id, else its name.
    #[must_use]
    pub fn key(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }
}

impl Device {
    /// Returns the name people know the device by.
    #[must_use]
    pub fn label(&self) -> &str {
        let attributes = &self.attributes;
        let known =
            [&attributes.name, &attributes.intune_id, &attributes.directory_id, &attributes.serial_number];
        known.into_iter().flatten().next().map_or("", String::as_str)
    }
}

const UPN: [&str; 2] = ["upn", "userPrincipalName"];
const MAIL: [&str; 4] = ["mail", "primarySmtpAddress", "email", "emailAddress"];
const SAM: [&str; 3] = ["sam", "samAccountName", "onPremisesSamAccountName"];
const DOMAIN: [&str; 4] = ["domain", "fullDomainName", "domainName", "onPremisesDomainName"];
const NETBIOS: [&str; 3] = ["netbios", "netBiosDomainName", "onPremisesNetBiosName"];
const ID: [&str; 1] = ["id"];
const NAME: [&str; 2] = ["name", "displayName"];
const GROUPS: [&str; 2] = ["groups", "memberOf"];
const MEMBERS: [&str; 1] = ["members"];
const DEVICE_NAME: [&str; 3] = ["name", "deviceName", "displayName"];
const DEVICE_USER: [&str; 3] = ["user", "userPrincipalName", "userId"];
const SERIAL: [&str; 2] = ["serial", "serialNumber"];
const IMEI: [&str; 1] = ["imei"];
const DIRECTORY_ID: [&str; 3] = ["directoryId", "azureADDeviceId", "deviceId"];
/// Members that Graph's answers have and that say nothing here.
const NOISE: [&str; 12] = [
    "givenName",
    "surname",
    "jobTitle",
    "department",
    "accountEnabled",
    "userType",
    "businessPhones",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "description",
    "mailNickname",
];

impl Directory {
    /// Reads a directory file, and says what is odd about it.
    ///
    /// # Errors
    /// [`JsonError`] when the file is no JSON, or passes one of the limits of [`profile::graph`].
    pub fn read(name: &str, bytes: &[u8]) -> Result<(Self, Vec<Finding>), JsonError> {
        let mut reader = Reader::default();
        let root = match parse_object(name, bytes)? {
            Ok(root) => root,
            Err(finding) => {
                reader.findings.push(*finding);
                return Ok((reader.directory, reader.findings));
            }
        };
        reader.root(&root);
        let mut directory = reader.directory;
        directory.index();
        let mut findings = reader.findings;
        findings.extend(consistency::check(&root, &directory));
        Ok((directory, findings))
    }

    /// Makes a directory of its parts.
    #[must_use]
    pub fn of(users: Vec<DirectoryUser>, groups: Vec<Group>, devices: Vec<Device>) -> Self {
        let mut directory = Self { users, groups, devices, ..Self::default() };
        directory.index();
        directory
    }

    fn index(&mut self) {
        self.by_name.clear();
        self.holders.clear();
        let joined = self.users.iter().flat_map(|user| &user.groups);
        let joined = joined.chain(self.devices.iter().flat_map(|device| &device.groups));
        self.joined = joined.map(|name| name.to_lowercase()).collect();
        for (at, group) in self.groups.iter().enumerate() {
            for name in [&group.name, &group.id].into_iter().flatten() {
                self.by_name.insert(name.to_lowercase(), at);
            }
            for member in &group.members {
                self.holders.entry(member.to_lowercase()).or_default().push(at);
            }
        }
    }

    /// Says whether there is a group of an id or name, listed or named by a member; upper and lower case are the same.
    #[must_use]
    pub fn knows_group(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.by_name.contains_key(&name) || self.joined.contains(&name)
    }

    /// Returns the user of a name: principal name, address, sAM account name or id; upper and lower case are the same.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&DirectoryUser> {
        let name = name.to_lowercase();
        let is = |value: Option<&String>| value.is_some_and(|value| value.to_lowercase() == name);
        let by = |test: &dyn Fn(&DirectoryUser) -> bool| self.users.iter().find(|user| test(user));
        by(&|u| is(Some(&u.user.upn)))
            .or_else(|| by(&|u| is(u.user.primary_smtp_address.as_ref())))
            .or_else(|| by(&|u| is(u.id.as_ref())))
            .or_else(|| by(&|u| is(u.user.sam_account_name.as_ref())))
    }

    /// Returns the group of an id or name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.by_name.get(&name.to_lowercase()).and_then(|at| self.groups.get(*at))
    }

    /// Returns the devices of a user.
    #[must_use]
    pub fn devices_of(&self, user: &DirectoryUser) -> Vec<&Device> {
        let names = user_names(user);
        let is_his = |device: &&Device| {
            device.user.as_ref().is_some_and(|owner| names.contains(&owner.to_lowercase()))
        };
        self.devices.iter().filter(is_his).collect()
    }

    /// Returns the keys of all groups that hold a user, also by way of other groups.
    #[must_use]
    pub fn groups_of_user<'a>(&'a self, user: &'a DirectoryUser) -> BTreeSet<&'a str> {
        self.closure(user.groups.iter().map(String::as_str), user_names(user))
    }

    /// Returns the keys of all groups that hold a device, also by way of other groups.
    #[must_use]
    pub fn groups_of_device<'a>(&'a self, device: &'a Device) -> BTreeSet<&'a str> {
        let attributes = &device.attributes;
        let names =
            [&attributes.name, &attributes.intune_id, &attributes.directory_id, &attributes.serial_number];
        let names = names.into_iter().flatten().map(|name| name.to_lowercase()).collect();
        self.closure(device.groups.iter().map(String::as_str), names)
    }

    fn closure<'a>(&'a self, direct: impl Iterator<Item = &'a str>, names: Vec<String>) -> BTreeSet<&'a str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<usize> = Vec::new();
        for name in direct {
            match self.by_name.get(&name.to_lowercase()) {
                Some(at) => open.push(*at),
                None => {
                    found.insert(name);
                }
            }
        }
        for name in names {
            open.extend(self.holders.get(&name).into_iter().flatten());
        }
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            let Some(group) = self.groups.get(at) else { continue };
            found.insert(group.key());
            for name in [&group.id, &group.name].into_iter().flatten() {
                open.extend(self.holders.get(&name.to_lowercase()).into_iter().flatten());
            }
        }
        found
    }
}

fn user_names(user: &DirectoryUser) -> Vec<String> {
    let own = [Some(&user.user.upn), user.user.primary_smtp_address.as_ref(), user.id.as_ref()];
    own.into_iter().flatten().filter(|name| !name.is_empty()).map(|name| name.to_lowercase()).collect()
}

const FORMAT: &str = "fixtures/schema/directory.schema.json";

#[derive(Default)]
struct Reader {
    directory: Directory,
    findings: Vec<Finding>,
}

impl Reader {
    fn root(&mut self, root: &Resource) {
        self.names(root, &[&["users", "groups", "devices", "value", "schema_version", "$schema"]]);
        let lists = ["users", "groups", "devices"];
        for list in lists {
            let Some(node) = root.node(list) else { continue };
            let Some(items) = node.value.as_array() else {
                let message = format!("{list} is {}, not a list of objects", node.value.type_name());
                self.findings.push(root.finding("directory-form", Error, list, message, FORMAT));
                continue;
            };
            let odd = items.iter().enumerate().filter(|(_, item)| item.value.as_object().is_none());
            for (at, item) in odd.take(profile::graph::RESOURCE_FINDINGS_MAX) {
                let message =
                    format!("{list}[{at}] is {}, not an object; it is left out", item.value.type_name());
                self.findings.push(root.finding("directory-form", Error, list, message, FORMAT));
            }
        }
        for object in self.entries(root, "users").into_iter().chain(self.entries(root, "value")) {
            self.user(&object);
        }
        for object in self.entries(root, "groups") {
            self.names(&object, &[&ID, &NAME, &MEMBERS]);
            self.values(&object, &[&ID, &NAME]);
            let group = Group {
                id: text(&object, &ID),
                name: text(&object, &NAME),
                members: names(&object, &MEMBERS),
            };
            if group.key().is_empty() {
                self.form(&object, "a group has neither id nor name");
            } else {
                self.directory.groups.push(group);
            }
        }
        for object in self.entries(root, "devices") {
            let known: [&[&str]; 7] =
                [&ID, &DEVICE_NAME, &DEVICE_USER, &SERIAL, &IMEI, &DIRECTORY_ID, &GROUPS];
            self.names(&object, &known);
            self.values(&object, &known);
            let attributes = DeviceAttributes {
                directory_id: text(&object, &DIRECTORY_ID),
                intune_id: text(&object, &ID),
                serial_number: text(&object, &SERIAL),
                imei: text(&object, &IMEI),
                name: text(&object, &DEVICE_NAME),
            };
            let user = text(&object, &DEVICE_USER);
            let groups = names(&object, &GROUPS);
            self.directory.devices.push(Device { attributes, user, groups });
        }
    }

    fn user(&mut self, object: &Resource) {
        let known: [&[&str]; 8] = [&ID, &UPN, &MAIL, &SAM, &DOMAIN, &NETBIOS, &GROUPS, &NAME];
        self.values(object, &known);
        self.names(object, &known);
        let user = User {
            upn: text(object, &UPN).unwrap_or_default(),
            primary_smtp_address: text(object, &MAIL),
            sam_account_name: text(object, &SAM),
            full_domain_name: text(object, &DOMAIN),
            netbios_domain_name: text(object, &NETBIOS),
        };
        if user.upn.is_empty() {
            self.form(object, "a user has no upn");
            return;
        }
        let groups = names(object, &GROUPS);
        self.directory.users.push(DirectoryUser { id: text(object, &ID), user, groups });
    }

    fn entries(&mut self, root: &Resource, list: &'static str) -> Vec<Resource> {
        let is_list = root.set(list).is_some_and(|value| value.as_array().is_some());
        let mut objects = if is_list { root.objects(list) } else { Vec::new() };
        if objects.len() > DIRECTORY_ENTRIES_MAX {
            objects.truncate(DIRECTORY_ENTRIES_MAX);
            let message = format!("only the first {DIRECTORY_ENTRIES_MAX} of {list} are read");
            self.findings.push(root.finding("directory-too-many", Error, list, message, FORMAT));
        }
        objects
    }

    fn form(&mut self, object: &Resource, message: &str) {
        let message = format!("{message}; it is left out");
        self.findings.push(object.finding("directory-form", Error, "", message, FORMAT));
    }

    /// Whether members hold what they should; `known` are the names of each, of which one is enough.
    fn values(&mut self, object: &Resource, known: &[&[&str]]) {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for member in object.members() {
            let (name, value) = (member.name.as_str(), &member.node.value);
            if !seen.insert(name) {
                let message = format!("{} stands here twice; the last one counts", excerpt(name));
                found.push(("directory-duplicate-member", name, message));
            }
            let expected = match name {
                _ if *value == Json::Null => continue,
                "groups" | "memberOf" | "members" if value.as_array().is_some() => {
                    let named =
                        |item: &Node| item.value.as_str().is_some() || item.value.as_object().is_some();
                    match value.as_array().unwrap_or_default().iter().all(named) {
                        true => continue,
                        false => "a list of names",
                    }
                }
                "groups" | "memberOf" | "members" => "a list",
                _ if known.iter().any(|names| names.contains(&name)) && value.as_str().is_none() => "a text",
                _ => continue,
            };
            let message = format!("{name} is {}, not {expected}; it counts as not there", value.type_name());
            found.push(("directory-form", name, message));
        }
        for names in known {
            let mut told = names.iter().filter_map(|name| Some((*name, object.text(name)?)));
            let Some((first, value)) = told.next() else { continue };
            for (name, _) in told.filter(|(_, other)| !other.eq_ignore_ascii_case(value)) {
                let message = format!("{name} and {first} are names for the same and differ; {first} counts");
                found.push(("directory-duplicate-member", name, message));
            }
        }
        for (rule, name, message) in found {
            if self.findings.len() < profile::graph::RESOURCE_FINDINGS_MAX {
                self.findings.push(object.finding(rule, Error, name, message, FORMAT));
            }
        }
    }

    fn names(&mut self, object: &Resource, known: &[&[&str]]) {
        for member in object.members() {
            let name = member.name.as_str();
            let known = || known.iter().flat_map(|names| names.iter().copied());
            if name.contains('@') || name.starts_with('#') || known().chain(NOISE).any(|other| other == name)
            {
                continue;
            }
            if self.findings.len() >= profile::graph::RESOURCE_FINDINGS_MAX {
                return;
            }
            let message =
                format!("{} is no member of a directory file; it counts for nothing", excerpt(name));
            let help = nearest(name, known()).map(|near| format!("did you mean {near}?"));
            let finding = object.finding("directory-unknown-member", Warning, name, message, FORMAT);
            self.findings.push(finding.help_some(help));
        }
    }
}

fn text(object: &Resource, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| object.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Names in a list of texts, or of objects with an id.
fn names(object: &Resource, lists: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for list in lists {
        all.extend(object.texts(list).into_iter().map(str::to_owned));
        let keys = ["id", "userPrincipalName", "upn", "name", "displayName"];
        all.extend(object.objects(list).iter().filter_map(|inner| text(inner, &keys)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Directory, Vec<Finding>) {
        Directory::read("directory.json", text.as_bytes()).expect("JSON")
    }

    #[test]
    fn users_are_found_by_every_name_they_have() {
        let (directory, findings) = read(
            r#"{"users": [
                {"upn": "anna@contoso.example", "mail": "Anna.Berg@contoso.example", "sam": "aberg",
                 "domain": "contoso.example", "netbios": "CONTOSO"},
                {"userPrincipalName": "bob@contoso.example", "onPremisesSamAccountName": "bob", "id": "B",
                 "jobTitle": "x", "@odata.type": "y"}]}"#,
        );
        assert_eq!(findings, []);
        for name in ["ANNA@contoso.example", "anna.berg@contoso.example", "ABERG"] {
            assert_eq!(
                directory.user(name).map(|u| u.user.upn.as_str()),
                Some("anna@contoso.example"),
                "{name}"
            );
        }
        assert_eq!(directory.user("b").and_then(|u| u.user.sam_account_name.as_deref()), Some("bob"));
        assert_eq!(directory.user("carol"), None);
    }

    #[test]
    fn groups_hold_users_and_groups_and_may_go_round() {
        let (directory, findings) = read(
            r#"{"users": [{"upn": "a", "groups": ["Direct", "unlisted"]}, {"upn": "b"}],
                "groups": [{"id": "g1", "name": "Direct"}, {"id": "g2", "members": ["g1", "b"]},
                           {"id": "g3", "members": ["g2"]}, {"id": "g2b", "members": ["g3"]}, {"id": "g4", "members": ["g4"]}],
                "devices": [{"name": "phone", "user": "A", "serial": "F1", "groups": ["g4"]}]}"#,
        );
        let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        let circles = ["directory-group-circle"; 1];
        assert_eq!(rules, [&["directory-unknown-group"][..], &circles].concat());
        let of = |at: usize| directory.groups_of_user(&directory.users[at]).into_iter().collect::<Vec<_>>();
        assert_eq!(of(0), ["g1", "g2", "g2b", "g3", "unlisted"]);
        assert_eq!(of(1), ["g2", "g2b", "g3"]);
        let devices = directory.devices_of(&directory.users[0]);
        assert_eq!(devices.iter().map(|d| d.label()).collect::<Vec<_>>(), ["phone"]);
        assert_eq!(directory.groups_of_device(devices[0]).into_iter().collect::<Vec<_>>(), ["g4"]);
        assert!(directory.devices_of(&directory.users[1]).is_empty());
    }

    #[test]
    fn what_is_odd_is_named() {
        let (directory, findings) =
            read(r#"{"users": [{"mail": "x"}, {"upn": "a", "emial": "x"}], "groups": {}, "gruops": []}"#);
        assert_eq!(directory.users.len(), 1);
        let found: Vec<_> = findings.iter().map(|f| (f.rule, f.path.as_str(), f.help.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("directory-unknown-member", "$.gruops", Some("did you mean groups?")),
                ("directory-form", "$.groups", None),
                ("directory-form", "$.users[0]", None),
                ("directory-unknown-member", "$.users[1].emial", Some("did you mean email?")),
            ]
        );
        assert_eq!(read("[]").1[0].rule, "graph-not-an-object");
        assert!(Directory::read("d", b"{").is_err());
    }

    #[test]
    fn what_does_not_fit_together_is_named() {
        let rules = |text: &str| read(text).1.iter().map(|f| (f.rule, f.path.clone())).collect::<Vec<_>>();
        let one = |rule, path: &str| vec![(rule, path.to_owned())];
        let user = r#"{"upn": "a@x", "mail": "a@x"}"#;
        for (text, found) in [
            (format!(r#"{{"users": [{user}]}}"#), vec![]),
            (r#"{"users": []}"#.to_owned(), one("directory-no-users", "$.users")),
            (
                r#"{"users": null}"#.to_owned(),
                [one("directory-form", "$.users"), one("directory-no-users", "$.users")].concat(),
            ),
            (
                format!(r#"{{"users": [{user}, {{"upn": 5}}, "b@x"]}}"#),
                [
                    one("directory-form", "$.users"),
                    one("directory-form", "$.users[1].upn"),
                    one("directory-form", "$.users[1]"),
                ]
                .concat(),
            ),
            (
                r#"{"users": [{"upn": "a", "mail": "x@x", "mail": "y@x"}]}"#.to_owned(),
                one("directory-duplicate-member", "$.users[0].mail"),
            ),
            (format!(r#"{{"users": [{user}, {user}]}}"#), one("directory-ambiguous-user", "$.users")),
            (
                format!(r#"{{"users": [{user}, {{"upn": "z", "mail": "A@X"}}]}}"#),
                one("directory-ambiguous-user", "$.users"),
            ),
            (
                format!(r#"{{"users": [{user}], "devices": [{{"name": "p", "user": "ghost"}}]}}"#),
                one("directory-unknown-user", "$.devices"),
            ),
            (
                r#"{"users": [{"upn": "a", "groups": ["Nope"]}], "groups": []}"#.to_owned(),
                one("directory-unknown-group", "$.users"),
            ),
            (r#"{"users": [{"upn": "a", "groups": ["Nope"]}]}"#.to_owned(), vec![]),
            (
                format!(r#"{{"users": [{user}], "groups": [{{"id": "1", "members": ["1"]}}]}}"#),
                one("directory-group-circle", "$.groups"),
            ),
            (
                format!(
                    r#"{{"users": [{user}], "groups": [{{"id": "1", "members": ["B"]}}, {{"name": "B", "members": ["1"]}}]}}"#
                ),
                one("directory-group-circle", "$.groups"),
            ),
            (
                format!(r#"{{"users": [{user}], "groups": [{{"id": "1", "members": ["ghost"]}}]}}"#),
                one("directory-unknown-member-of-group", "$.groups"),
            ),
            (
                format!(r#"{{"users": [{user}], "groups": [{{"id": "1"}}, {{"name": "1"}}]}}"#),
                one("directory-ambiguous-group", "$.groups"),
            ),
        ] {
            assert_eq!(rules(&text), found, "{text}");
        }
    }

    #[test]
    fn the_number_of_entries_has_a_bound() {
        let many = |count: usize| format!("{{\"devices\":[{}{{}}]}}", "{},".repeat(count - 1));
        let (most, findings) = read(&many(DIRECTORY_ENTRIES_MAX));
        assert_eq!((most.devices.len(), findings.len()), (DIRECTORY_ENTRIES_MAX, 1));
        assert_eq!(findings[0].rule, "directory-no-users");
        let (over, findings) = read(&many(DIRECTORY_ENTRIES_MAX + 1));
        assert_eq!((over.devices.len(), findings[0].rule), (DIRECTORY_ENTRIES_MAX, "directory-too-many"));
    }
}
