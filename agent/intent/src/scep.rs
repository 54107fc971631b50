//! A SCEP request as a payload carries it: address, subject, alternative names, key.
//!
//! Sources: Apple device-management, `com.apple.security.scep`; Intune, SCEP certificate profiles for iOS.

use std::fmt;

use profile::plist::{Dictionary, Value};

use crate::user::User;

/// Holds what the phone asks a certification authority for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ScepRequest {
    /// The address of the server; Intune picks one of its list, here the first one is taken.
    pub url: Option<String>,
    /// The subject: attributes as Apple names them (or dotted) with their values.
    pub subject: Vec<(String, String)>,
    /// `rfc822Name`.
    pub email_addresses: Vec<String>,
    /// `ntPrincipalName`.
    pub principal_name: Option<String>,
    /// `dNSName`.
    pub dns_names: Vec<String>,
    /// `uniformResourceIdentifier`.
    pub uris: Vec<String>,
    /// The length of the key, in bits.
    pub key_size_bits: Option<u32>,
    /// `Key Usage`: 1 signs, 4 encrypts.
    pub key_usage: Option<u32>,
    /// What proves to the server that the request is allowed; Intune makes one for each request.
    pub challenge: Option<String>,
}

impl fmt::Debug for ScepRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScepRequest")
            .field("url", &self.url)
            .field("subject", &self.subject)
            .field("key_usage", &self.key_usage)
            .finish_non_exhaustive()
    }
}

impl ScepRequest {
    /// Returns the dictionary of the payload's settings.
    #[must_use]
    pub fn dictionary(&self) -> Dictionary {
        let several = |values: &[String]| match values {
            [] => None,
            [one] => Some(Value::from(one.clone())),
            many => Some(Value::array(many.iter().cloned())),
        };
        let names = Dictionary::new()
            .with_some("rfc822Name", several(&self.email_addresses))
            .with_some("ntPrincipalName", self.principal_name.clone())
            .with_some("dNSName", several(&self.dns_names))
            .with_some("uniformResourceIdentifier", several(&self.uris));
        let subject = self.subject.iter().map(|(attribute, value)| {
            Value::array([Value::array([Value::from(attribute.clone()), Value::from(value.clone())])])
        });
        Dictionary::new()
            .with_some("URL", self.url.clone())
            .with_some("Subject", (!self.subject.is_empty()).then(|| Value::array(subject)))
            .with_some("Challenge", self.challenge.clone())
            .with_some("Keysize", self.key_size_bits)
            .with("Key Type", "RSA")
            .with_some("Key Usage", self.key_usage)
            .with_some("SubjectAltName", (!names.is_empty()).then_some(names))
    }
}

/// The most attributes of a subject, and the longest format, in characters.
pub const SUBJECT_ATTRIBUTES_MAX: usize = 64;
/// The longest subject format that is read, in bytes.
pub const SUBJECT_BYTES_MAX: usize = 8 * 1024;

/// Attributes as Intune's format names them, with the names Apple's payload takes.
///
/// Apple knows C, L, ST, O, OU and CN by name; the others are written dotted (RFC 4519, RFC 2985).
const ATTRIBUTES: [(&str, &str); 15] = [
    ("CN", "CN"),
    ("C", "C"),
    ("L", "L"),
    ("S", "ST"),
    ("ST", "ST"),
    ("O", "O"),
    ("OU", "OU"),
    ("E", "1.2.840.113549.1.9.1"),
    ("EMAIL", "1.2.840.113549.1.9.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("SN", "2.5.4.4"),
    ("G", "2.5.4.42"),
    ("T", "2.5.4.12"),
];

/// Reports why a subject format cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// A part is no attribute with a value.
    #[error("a part of the format is no ATTRIBUTE=value")]
    Form,
    /// An attribute is not known.
    #[error("the attribute {attribute:?} is not known")]
    Attribute {
        /// As it is written.
        attribute: String,
    },
    /// The format is longer, or has more attributes, than is read.
    #[error("the format has more than {limit} {unit}")]
    TooLong {
        /// The limit.
        limit: usize,
        /// What is counted.
        unit: &'static str,
    },
}

/// Splits a format such as `CN={{UserName}},E={{EmailAddress}}` into attributes and values, variables left in.
///
/// A comma inside quotation marks or behind a backslash belongs to the value (RFC 4514, section 2.4).
///
/// # Errors
/// [`SubjectError`].
pub fn subject_parts(format: &str) -> Result<Vec<(String, String)>, SubjectError> {
    if format.len() > SUBJECT_BYTES_MAX {
        return Err(SubjectError::TooLong { limit: SUBJECT_BYTES_MAX, unit: "bytes" });
    }
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in format.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => {
                escaped = true;
                continue;
            }
            '"' => {
                quoted = !quoted;
                continue;
            }
            ',' if !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    if parts.len() > SUBJECT_ATTRIBUTES_MAX {
        return Err(SubjectError::TooLong { limit: SUBJECT_ATTRIBUTES_MAX, unit: "attributes" });
    }
    let parts = parts.iter().map(|part| {
        let (attribute, value) = part.split_once('=').ok_or(SubjectError::Form)?;
        let (attribute, value) = (attribute.trim(), value.trim());
        let dotted = attribute.strip_prefix("OID.").unwrap_or(attribute);
        let known = ATTRIBUTES.iter().find(|(known, _)| known.eq_ignore_ascii_case(attribute));
        let name = match known {
            Some((_, name)) => (*name).to_owned(),
            None if dotted.contains('.') && dotted.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
                dotted.to_owned()
            }
            None => return Err(SubjectError::Attribute { attribute: attribute.chars().take(64).collect() }),
        };
        Ok((name, value.to_owned()))
    });
    parts.collect()
}

/// Facts about the phone that a certificate profile may name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceAttributes {
    /// The id of the device in the directory, `{{AAD_Device_ID}}`.
    pub directory_id: Option<String>,
    /// The id of the device in Intune, `{{DeviceId}}`.
    pub intune_id: Option<String>,
    /// The serial number, `{{SerialNumber}}`.
    pub serial_number: Option<String>,
    /// The IMEI, `{{IMEI}}`.
    pub imei: Option<String>,
    /// The name of the device, `{{DeviceName}}`.
    pub name: Option<String>,
}

/// Puts the values of a user and a phone in the place of `{{…}}`; upper and lower case of the names are the same.
///
/// # Errors
/// The first variable, without braces, that is not known or has no value.
pub fn expand(text: &str, user: &User, device: Option<&DeviceAttributes>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            return Err(after.chars().take(64).collect());
        };
        match variable(name.trim(), user, device) {
            Some(value) => out.push_str(&value),
            None => return Err(name.trim().chars().take(64).collect()),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn variable(name: &str, user: &User, device: Option<&DeviceAttributes>) -> Option<String> {
    let principal = || Some(user.upn.clone()).filter(|upn| !upn.is_empty());
    let of_device = |value: fn(&DeviceAttributes) -> &Option<String>| value(device?).clone();
    let found = match name.to_ascii_lowercase().as_str() {
        "userprincipalname" => principal(),
        "username" => principal().map(|upn| upn.split('@').next().unwrap_or_default().to_owned()),
        "emailaddress" | "mail" | "primarysmtpaddress" => user.primary_smtp_address.clone(),
        "onpremisessamaccountname" | "onpremsamaccountname" => user.sam_account_name.clone(),
        "domain" => user.full_domain_name.clone(),
        "aad_device_id" | "azureaddeviceid" => of_device(|d| &d.directory_id),
        "deviceid" | "device_id" => of_device(|d| &d.intune_id),
        "serialnumber" | "device_serial" => of_device(|d| &d.serial_number),
        "imei" | "imeinumber" | "device_imei" => of_device(|d| &d.imei),
        "devicename" => of_device(|d| &d.name),
        _ => None,
    };
    found.filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        User {
            upn: "anna@contoso.example".into(),
            primary_smtp_address: Some("anna.berg@contoso.example".into()),
            ..User::default()
        }
    }

    #[test]
    fn formats_are_split_at_commas_that_separate() {
        let parts =
            subject_parts("CN={{UserName}}, E={{EmailAddress}},OU=\"Sales, EMEA\",O=A\\, B,2.5.4.20=1");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            parts,
            Ok(vec![
                pair("CN", "{{UserName}}"),
                pair("1.2.840.113549.1.9.1", "{{EmailAddress}}"),
                pair("OU", "Sales, EMEA"),
                pair("O", "A, B"),
                pair("2.5.4.20", "1"),
            ])
        );
        assert_eq!(subject_parts("CN=a,b"), Err(SubjectError::Form));
        assert_eq!(subject_parts("XY=a"), Err(SubjectError::Attribute { attribute: "XY".into() }));
    }

    #[test]
    fn formats_have_bounds() {
        let many = |count: usize| vec!["CN=a"; count].join(",");
        assert!(subject_parts(&many(SUBJECT_ATTRIBUTES_MAX)).is_ok());
        let limit = SUBJECT_ATTRIBUTES_MAX;
        let error = SubjectError::TooLong { limit, unit: "attributes" };
        assert_eq!(subject_parts(&many(SUBJECT_ATTRIBUTES_MAX + 1)), Err(error));
        let long = |length: usize| format!("CN={}", "a".repeat(length - 3));
        assert!(subject_parts(&long(SUBJECT_BYTES_MAX)).is_ok());
        assert!(subject_parts(&long(SUBJECT_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn variables_are_those_of_user_and_phone() {
        let of = |text: &str| expand(text, &user(), None);
        assert_eq!(of("{{UserName}} <{{emailaddress}}>"), Ok("anna <anna.berg@contoso.example>".into()));
        assert_eq!(of("{{UserPrincipalName}}"), Ok("anna@contoso.example".into()));
        assert_eq!(of("{{SerialNumber}}"), Err("SerialNumber".into()));
        assert_eq!(of("{{Username"), Err("Username".into()));
        assert_eq!(of("plain"), Ok("plain".into()));
        let phone = DeviceAttributes { serial_number: Some("F17".into()), ..DeviceAttributes::default() };
        assert_eq!(expand("{{SERIALNUMBER}}", &user(), Some(&phone)), Ok("F17".into()));
    }

    #[test]
    fn a_request_prints_no_challenge() {
        let request = ScepRequest { challenge: Some("hunter2".into()), ..ScepRequest::default() };
        assert!(!format!("{request:?}").contains("hunter2"));
        assert_eq!(request.dictionary().str("Challenge"), Some("hunter2"));
    }
}
