//! Answers of a device to MDM commands (Apple device-management, `mdm/commands/*.yaml`): property lists with `Status`
//! and one member with the result.

use super::{MAX_ITEMS, ReadError, TimedFact};
use crate::{
    Fact, ObservedApp, ObservedCertificate, ObservedDevice, ObservedPayload, ObservedProfile,
    ObservedSecurity,
};
use profile::LineIndex;
use profile::plist::{self, Dictionary, Node, Value};
use smime::Certificate;

pub(super) fn read(bytes: &[u8]) -> Result<Vec<TimedFact>, ReadError> {
    let reading = plist::read_with_findings(bytes);
    let index = LineIndex::new(bytes);
    let place = |octet| if index.has_lines() { index.position(octet) } else { (0, 0) };
    let root = reading.root.map_err(|error| {
        let (line, column) = place(error.span.start());
        ReadError::Plist { line, column, reason: error.reason }
    })?;
    // Which of the two the device meant nobody knows, as with JSON.
    if let Some(twice) = reading.findings.iter().find(|finding| finding.rule == "xml-duplicate-key") {
        let (line, column) = place(twice.span.map_or(0, |span| span.start()));
        return Err(ReadError::Duplicate { line, column });
    }
    let root = Place { dictionary: dictionary(&root.value, "the root")?, path: String::new() };
    if let Some(status @ ("Error" | "CommandFormatError" | "NotNow")) = root.text("Status")?.as_deref() {
        return Ok(vec![failed(&root, status)?.into()]);
    }
    let fact = if let Some(items) = root.list("ProfileList")? {
        let profiles = items.iter().map(profile).collect::<Result<_, _>>()?;
        Fact::Profiles { profiles }
    } else if let Some(items) = root.list("CertificateList")? {
        let certificates = items.iter().map(certificate).collect::<Result<_, _>>()?;
        Fact::Certificates { certificates }
    } else if let Some(info) = root.place("SecurityInfo")? {
        let management = info.place("ManagementStatus")?;
        Fact::Security(ObservedSecurity {
            passcode_present: info.boolean("PasscodePresent")?,
            passcode_compliant: info.boolean("PasscodeCompliant")?,
            passcode_compliant_with_profiles: info.boolean("PasscodeCompliantWithProfiles")?,
            user_enrolment: management.map(|m| m.boolean("IsUserEnrollment")).transpose()?.flatten(),
        })
    } else if let Some(list) = root.place("ManagedApplicationList")? {
        Fact::ManagedApps { apps: managed_apps(&list)? }
    } else if let Some(items) = root.list("InstalledApplicationList")? {
        let apps = items.iter().map(|item| app(item, item.required("Identifier")?));
        Fact::InstalledApps { apps: apps.collect::<Result<_, _>>()? }
    } else if let Some(answers) = root.place("QueryResponses")? {
        Fact::Device(ObservedDevice {
            name: answers.text("DeviceName")?,
            ios: answers.text("OSVersion")?,
            model: answers.text("ProductName")?,
            supervised: answers.boolean("IsSupervised")?,
            ..ObservedDevice::default()
        })
    } else {
        return Err(ReadError::OtherAnswer);
    };
    Ok(vec![fact.into()])
}

fn failed(root: &Place<'_>, status: &str) -> Result<Fact, ReadError> {
    let mut error_chain = Vec::new();
    for link in root.list("ErrorChain")?.unwrap_or_default() {
        let code = link.integer("ErrorCode")?.and_then(|c| u32::try_from(c).ok());
        let wrong = || ReadError::WrongType { path: link.at("ErrorCode"), expected: "a code" };
        error_chain.push((link.required("ErrorDomain")?, code.ok_or_else(wrong)?));
    }
    Ok(Fact::CommandFailed { status: status.to_owned(), error_chain })
}

fn profile(item: &Place<'_>) -> Result<ObservedProfile, ReadError> {
    let payloads = item.list("PayloadContent")?.map(|payloads| {
        let payload = |p: &Place<'_>| {
            Ok(ObservedPayload {
                payload_type: p.text("PayloadType")?,
                identifier: p.text("PayloadIdentifier")?,
                uuid: p.text("PayloadUUID")?,
            })
        };
        payloads.iter().map(payload).collect::<Result<_, ReadError>>()
    });
    Ok(ObservedProfile {
        identifier: item.required("PayloadIdentifier")?,
        uuid: item.text("PayloadUUID")?,
        display_name: item.text("PayloadDisplayName")?,
        managed: item.boolean("IsManaged")?,
        encrypted: item.boolean("IsEncrypted")?,
        removal_disallowed: item.boolean("PayloadRemovalDisallowed")?,
        has_removal_passcode: item.boolean("HasRemovalPasscode")?,
        payloads: payloads.transpose()?,
    })
}

fn certificate(item: &Place<'_>) -> Result<ObservedCertificate, ReadError> {
    let path = item.at("Data");
    let data = item.dictionary.value("Data").ok_or_else(|| ReadError::Missing { path: path.clone() })?;
    let der = data.as_data().ok_or_else(|| ReadError::WrongType { path: path.clone(), expected: "data" })?;
    let certificate = Certificate::from_der(der).map_err(|error| ReadError::Certificate { path, error })?;
    Ok(ObservedCertificate::of(&certificate, item.boolean("IsIdentity")?.unwrap_or(false)))
}

fn managed_apps(list: &Place<'_>) -> Result<Vec<ObservedApp>, ReadError> {
    let count = list.dictionary.len();
    if count > MAX_ITEMS {
        return Err(ReadError::TooMany { path: list.path.clone(), count });
    }
    let mut apps = Vec::new();
    for entry in list.dictionary.effective() {
        let path = list.at(&entry.key);
        let place = Place { dictionary: dictionary(&entry.node.value, &path)?, path };
        apps.push(app(&place, entry.key.to_string())?);
    }
    apps.sort_by(|a, b| a.identifier.cmp(&b.identifier));
    Ok(apps)
}

fn app(place: &Place<'_>, identifier: String) -> Result<ObservedApp, ReadError> {
    Ok(ObservedApp {
        identifier,
        status: place.text("Status")?,
        has_configuration: place.boolean("HasConfiguration")?,
        version: place.text("ShortVersion")?,
    })
}

fn dictionary<'a>(value: &'a Value, path: &str) -> Result<&'a Dictionary, ReadError> {
    let wrong = || ReadError::WrongType { path: path.to_owned(), expected: "a dictionary" };
    value.as_dictionary().ok_or_else(wrong)
}

/// A dictionary, and where it stands.
struct Place<'a> {
    dictionary: &'a Dictionary,
    path: String,
}

impl<'a> Place<'a> {
    fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn wrong(&self, key: &str, expected: &'static str) -> ReadError {
        ReadError::WrongType { path: self.at(key), expected }
    }

    fn value(&self, key: &str) -> Option<&'a Value> {
        self.dictionary.value(key)
    }

    fn text(&self, key: &str) -> Result<Option<String>, ReadError> {
        let text = |v: &Value| v.as_str().map(str::to_owned).ok_or_else(|| self.wrong(key, "a string"));
        self.value(key).map(text).transpose()
    }

    fn required(&self, key: &str) -> Result<String, ReadError> {
        self.text(key)?.ok_or_else(|| ReadError::Missing { path: self.at(key) })
    }

    fn boolean(&self, key: &str) -> Result<Option<bool>, ReadError> {
        let boolean = |v: &Value| v.as_boolean().ok_or_else(|| self.wrong(key, "true or false"));
        self.value(key).map(boolean).transpose()
    }

    fn integer(&self, key: &str) -> Result<Option<i128>, ReadError> {
        let integer = |v: &Value| v.as_integer().ok_or_else(|| self.wrong(key, "an integer"));
        self.value(key).map(integer).transpose()
    }

    fn place(&self, key: &str) -> Result<Option<Place<'a>>, ReadError> {
        let path = self.at(key);
        let Some(value) = self.value(key) else { return Ok(None) };
        Ok(Some(Place { dictionary: dictionary(value, &path)?, path }))
    }

    fn list(&self, key: &str) -> Result<Option<Vec<Place<'a>>>, ReadError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let items: &'a [Node] = value.as_array().ok_or_else(|| self.wrong(key, "a list"))?;
        if items.len() > MAX_ITEMS {
            return Err(ReadError::TooMany { path: self.at(key), count: items.len() });
        }
        let place = |(i, node): (usize, &'a Node)| {
            let path = format!("{}[{i}]", self.at(key));
            Ok(Place { dictionary: dictionary(&node.value, &path)?, path })
        };
        items.iter().enumerate().map(place).collect::<Result<_, _>>().map(Some)
    }
}
