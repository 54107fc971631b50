//! A sound profile, and edits of it.

use crate::lint::*;
use crate::plist::{Dictionary, Value};
use crate::{OsVersion, write_xml};

pub(super) const SIGNING: &str = "5A000000-0000-4000-8000-000000000001";
pub(super) const ENCRYPTION: &str = "5A000000-0000-4000-8000-000000000002";
pub(super) const NOWHERE: &str = "5A000000-0000-4000-8000-00000000000F";
pub(super) const EAS: usize = 0;
pub(super) const SIGNER: usize = 1;

/// A profile and what is known beside it, to be edited.
pub(super) struct Setup {
    pub(super) root: Dictionary,
    pub(super) payloads: Vec<Dictionary>,
    pub(super) os: OsVersion,
    pub(super) certificates: Vec<CertificateFacts>,
    pub(super) now: Timestamp,
    /// The root is a payload.
    pub(super) alone: bool,
}

pub(super) fn time(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(super) fn payload(kind: &str, number: u8) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", kind)
        .with("PayloadIdentifier", format!("com.example.mail.{number}"))
        .with("PayloadUUID", format!("5A000000-0000-4000-8000-0000000000{number:02}"))
        .with("PayloadVersion", 1)
        .with("PayloadDisplayName", format!("Part {number}"))
}

pub(super) fn facts(uuid: &str, usage: KeyUsage) -> CertificateFacts {
    CertificateFacts {
        payload_uuid: uuid.to_owned(),
        subject: "CN=Anna".to_owned(),
        emails: vec!["anna@example.com".to_owned()],
        not_before: Some(time("2026-01-01T00:00:00Z")),
        not_after: Some(time("2027-01-01T00:00:00Z")),
        key_usage: Some(usage),
        extended_key_usage: Some(vec!["1.3.6.1.5.5.7.3.4".to_owned()]),
        is_identity: true,
        signature_algorithm: Some("sha256WithRSAEncryption".to_owned()),
        key_algorithm: Some("rsaEncryption".to_owned()),
        key_bits: Some(2048),
        pbe_algorithms: vec!["pbeWithSHAAnd3-KeyTripleDES-CBC".to_owned()],
        mac_digest: Some("sha1".to_owned()),
        ..CertificateFacts::default()
    }
}

/// A sound profile: one Exchange account with two identities.
pub(super) fn sound() -> Setup {
    let identity = |number| {
        payload("com.apple.security.pkcs12", number)
            .with("PayloadContent", vec![0x30_u8, 0x82])
            .with("Password", "secret")
    };
    Setup {
        root: Dictionary::new()
            .with("PayloadType", "Configuration")
            .with("PayloadVersion", 1)
            .with("PayloadIdentifier", "com.example.mail")
            .with("PayloadUUID", "5A000000-0000-4000-8000-000000000099")
            .with("PayloadDisplayName", "Mail"),
        payloads: vec![
            payload("com.apple.eas.account", 0)
                .with("Host", "mail.example.com")
                .with("EmailAddress", "anna@example.com")
                .with("UserName", "anna@example.com")
                .with("SSL", true)
                .with("SMIMESigningEnabled", true)
                .with("SMIMESigningCertificateUUID", SIGNING)
                .with("SMIMEEncryptByDefault", true)
                .with("SMIMEEncryptionCertificateUUID", ENCRYPTION),
            identity(1),
            identity(2),
        ],
        os: OsVersion::new(17, 5, 0),
        certificates: vec![
            facts(SIGNING, KeyUsage { digital_signature: true, ..KeyUsage::default() }),
            facts(ENCRYPTION, KeyUsage { key_encipherment: true, ..KeyUsage::default() }),
        ],
        now: time("2026-11-02T08:00:00Z"),
        alone: false,
    }
}

impl Setup {
    pub(super) fn set(&mut self, at: usize, key: &str, value: impl Into<Value>) -> &mut Self {
        self.payloads[at].insert(key, value);
        self
    }

    pub(super) fn unset(&mut self, at: usize, key: &str) -> &mut Self {
        self.payloads[at].remove(key);
        self
    }

    pub(super) fn top(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.root.insert(key, value);
        self
    }

    pub(super) fn add(&mut self, payload: Dictionary) -> &mut Self {
        self.payloads.push(payload);
        self
    }

    pub(super) fn os(&mut self, version: &str) -> &mut Self {
        self.os = version.parse().unwrap();
        self
    }

    pub(super) fn now(&mut self, text: &str) -> &mut Self {
        self.now = time(text);
        self
    }

    pub(super) fn certificate(&mut self, change: impl FnOnce(&mut CertificateFacts)) -> &mut Self {
        change(&mut self.certificates[0]);
        self
    }

    pub(super) fn services(&mut self, on: [bool; 5]) -> &mut Self {
        for (name, on) in ["Mail", "Contacts", "Calendars", "Reminders", "Notes"].iter().zip(on) {
            self.set(EAS, &format!("Enable{name}"), on);
        }
        self
    }

    pub(super) fn locks(&mut self, open: [bool; 5]) -> &mut Self {
        for (name, open) in ["Mail", "Contacts", "Calendars", "Reminders", "Notes"].iter().zip(open) {
            self.set(EAS, &format!("Enable{name}UserOverridable"), open);
        }
        self
    }

    /// The setup with the signing identity asked of a CA instead.
    pub(super) fn scep(&mut self, inner: Dictionary) -> &mut Self {
        self.payloads[SIGNER] = payload("com.apple.security.scep", 1).with("PayloadContent", inner);
        self.certificates.remove(0);
        self
    }

    pub(super) fn acme(&mut self, kind: &str, size: i32, bound: bool) -> &mut Self {
        self.payloads[SIGNER] = payload("com.apple.security.acme", 1)
            .with("DirectoryURL", "https://ca.example.com/directory")
            .with("ClientIdentifier", "x")
            .with("KeyType", kind)
            .with("KeySize", size)
            .with("HardwareBound", bound)
            .with("Subject", subject())
            .with("SubjectAltName", Dictionary::new().with("rfc822Name", "anna@example.com"));
        self.certificates.remove(0);
        self
    }

    /// The setup with a third identity for signing, valid from a time.
    pub(super) fn newer(&mut self, from: &str) -> &mut Self {
        let third =
            self.payloads[SIGNER].clone().with("PayloadUUID", NOWHERE).with("PayloadIdentifier", "a.b");
        let mut facts = self.certificates[0].clone();
        facts.payload_uuid = NOWHERE.to_owned();
        facts.not_before = Some(time(from));
        self.certificates.push(facts);
        self.add(third)
    }

    /// One payload alone.
    pub(super) fn bare(&mut self, at: usize) -> &mut Self {
        self.root = self.payloads[at].clone();
        self.alone = true;
        self
    }

    pub(super) fn lint(&self) -> Vec<Finding> {
        let root = if self.alone || self.root.contains("PayloadContent") {
            self.root.clone()
        } else {
            self.root.clone().with("PayloadContent", self.payloads.clone())
        };
        let bytes = write_xml(&Value::from(root));
        let (profile, _) = crate::parse(&bytes);
        let findings = super::lint(&profile, self.os, &self.certificates, self.now);
        for finding in &findings {
            let span = finding.span.unwrap_or_else(|| panic!("{} has no place", finding.rule));
            assert!(span.start() < span.end() && span.end() <= bytes.len(), "{finding:?}");
            let told = format!("{finding:?}");
            assert!(
                !told.contains("hunter2") && finding.help.is_some() && !finding.reference.is_empty(),
                "{told}"
            );
        }
        findings
    }
}

pub(super) fn named(name: &str) -> Value {
    Value::array([Value::array([Value::array(["CN", name])])])
}

pub(super) fn subject() -> Value {
    named("Anna")
}

pub(super) fn airplay(device: &str) -> Dictionary {
    let item = Dictionary::new().with("DeviceID", device);
    payload("com.apple.airplay", 7).with("AllowList", vec![item])
}

pub(super) fn scep_settings() -> Dictionary {
    Dictionary::new()
        .with("URL", "https://ca.example.com/scep")
        .with("Keysize", 2048)
        .with("Key Type", "RSA")
        .with("Key Usage", 5)
        .with("Subject", subject())
        .with("SubjectAltName", Dictionary::new().with("rfc822Name", "anna@example.com"))
}

pub(super) fn imap() -> Dictionary {
    payload("com.apple.mail.managed", 7)
        .with("EmailAccountType", "EmailTypeIMAP")
        .with("EmailAddress", "anna@example.org")
        .with("IncomingMailServerAuthentication", "EmailAuthPassword")
        .with("IncomingMailServerHostName", "imap.example.org")
        .with("IncomingMailServerUsername", "anna")
        .with("IncomingMailServerUseSSL", true)
        .with("OutgoingMailServerAuthentication", "EmailAuthPassword")
        .with("OutgoingMailServerHostName", "smtp.example.org")
        .with("OutgoingMailServerUsername", "anna")
        .with("OutgoingMailServerUseSSL", true)
}

pub(super) fn mdm() -> Dictionary {
    payload("com.apple.mdm", 8)
        .with("IdentityCertificateUUID", SIGNING)
        .with("Topic", "com.apple.mgmt.External.x")
        .with("ServerURL", "https://mdm.example.com/mdm")
        .with("AccessRights", 8191)
}

pub(super) fn root_certificate(kind: &str, bytes: &[u8]) -> Dictionary {
    payload(kind, 6).with("PayloadContent", bytes)
}

pub(super) fn vpn(uuid: &str) -> Dictionary {
    payload("com.apple.vpn.managed.applayer", 5)
        .with("VPNUUID", uuid)
        .with("UserDefinedName", "Mail")
        .with("VPNType", "VPN")
}
