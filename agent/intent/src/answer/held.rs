//! Certificates as facts: what they are for, where they lie, how they came.

use profile::Timestamp;
use serde::Serialize;

use super::statement::{Grounds, Statement, Weight};
use crate::certificate::CertificateRole;
use crate::tenant::{CertificateProfile, CertificateProfileKind};

/// Names where on the phone an identity lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keychain {
    /// What device management delivers; Mail and Safari see it, other apps do not.
    System,
    /// The keychain that Company Portal writes and Outlook reads.
    Publisher,
}

/// Names how an identity is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// The key is made on the phone; each phone has its own.
    Scep,
    /// The connector asks for it; each phone has its own.
    Pkcs,
    /// The administrator imported it; all phones of the user have the same.
    Imported,
    /// A file inside the profile.
    File,
}

/// Holds what a certificate says of itself, and where its key lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCertificate {
    /// The file it comes from, as it was named.
    pub file: String,
    /// What people know it by.
    pub name: String,
    /// The addresses in it.
    pub addresses: Vec<String>,
    /// The issuer, as text.
    pub issuer: String,
    /// The serial number, in lower-case hexadecimal.
    pub serial: String,
    /// The subject key identifier, in lower-case hexadecimal.
    pub key_id: Option<String>,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// Whether its key usage allows signing.
    pub signs: bool,
    /// Whether its key usage allows encrypting to it.
    pub encrypts: bool,
    /// Whether its extended key usage allows mail.
    pub for_mail: bool,
    /// Where its key lies.
    pub keychain: Keychain,
    /// How it came.
    pub delivery: Delivery,
    /// Whether the profile pins it for signing.
    pub pinned_signing: bool,
    /// Whether the profile pins it for encryption.
    pub pinned_encryption: bool,
}

impl HeldCertificate {
    /// Says whether the certificate names an address; upper and lower case are the same.
    #[must_use]
    pub fn names(&self, address: &str) -> bool {
        self.addresses.iter().any(|own| own.eq_ignore_ascii_case(address))
    }

    /// Says whether two certificates are the same one.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.issuer == other.issuer && self.serial == other.serial
    }

    pub(super) fn valid_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at <= self.not_after
    }
}

/// Holds what was found of a PKCS#12 file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pkcs12Facts {
    /// The file, as it was named.
    pub file: String,
    /// Why it does not open, as a fragment.
    pub closed: Option<String>,
    /// Whether it opens without a password.
    pub without_password: bool,
    /// Its algorithms of PBES2 or PBMAC1.
    pub modern: Vec<String>,
    /// Whether it has no integrity code.
    pub without_mac: bool,
    /// How many identities are in it.
    pub identities: usize,
    /// Certificates with the key usage nonRepudiation.
    pub non_repudiation: Vec<String>,
    /// Subjects with a comma inside a value.
    pub comma_subjects: Vec<String>,
}

const PKCS12: Grounds =
    Grounds::new(&[], &["gunnarhaslinger/SMIME-OpenSSL-CA, issues 1 and 3", "openradar 12307889"], &[14]);
const TEMPLATE: Grounds = Grounds::new(&["SMO-007"], &["Intune, PKCS certificate profiles"], &[14]);
const COMMA: Grounds = Grounds::new(&["OUT-024"], &["Intune, SCEP certificate profiles"], &[14]);

/// Says what keeps an iPhone from opening a PKCS#12 file, or from using what is in it.
#[must_use]
pub fn pkcs12_statements(facts: &Pkcs12Facts) -> Vec<Statement> {
    let mut said = Vec::new();
    let mut add = |grounds: Grounds, id, weight, text: String, remedy: &str| {
        said.push(grounds.say(id, weight, text).about(facts.file.clone()).remedy(remedy));
    };
    if let Some(reason) = &facts.closed {
        let remedy = "export it again, with a password and with Triple DES (openssl pkcs12 -export -legacy)";
        add(PKCS12, "pkcs12.closed", Weight::Error, format!("the file does not open: {reason}"), remedy);
        return said;
    }
    if facts.without_password {
        let text = "the file has no password; phones ask for one and take none".to_owned();
        add(PKCS12, "pkcs12.no-password", Weight::Error, text, "export it with a password");
    }
    if let Some(first) = facts.modern.first() {
        let text = format!(
            "the file is protected with {first}: phones have refused such files with a wrong-password error although \
             the password is right"
        );
        let remedy = "export it with Triple DES: openssl pkcs12 -export -legacy, or -certpbe and -keypbe PBE-SHA1-3DES";
        add(PKCS12, "pkcs12.modern-protection", Weight::Warning, text, remedy);
    }
    if facts.without_mac {
        let text = "the file has no integrity code; some readers refuse it".to_owned();
        add(PKCS12, "pkcs12.no-mac", Weight::Warning, text, "export it with a MAC");
    }
    if facts.identities != 1 {
        let text = format!("the file holds {} identities; a payload takes exactly one", facts.identities);
        add(PKCS12, "pkcs12.identities", Weight::Error, text, "export one identity a file");
    }
    for name in &facts.non_repudiation {
        let text =
            format!("{name} has the key usage nonRepudiation, which templates for phones must not have");
        add(TEMPLATE, "pkcs12.non-repudiation", Weight::Warning, text, "issue it from a template without");
    }
    for subject in &facts.comma_subjects {
        let text = format!("the subject {subject} has a comma inside a value: with SCEP phones fail on it");
        add(COMMA, "pkcs12.comma", Weight::Warning, text, "use a name without a comma");
    }
    said
}

const ONE_PER_PHONE: Grounds = Grounds::new(
    &["SMO-013", "SMO-012", "OUT-029"],
    &["Intune, S/MIME overview", "IntuneDocs issue 2589", "microsoft/Intune-Resource-Access issue 107"],
    &[8],
);

/// Says what it means that a kind of delivery makes one encryption certificate for each phone.
#[must_use]
pub fn one_per_phone(kind: &str, name: &str) -> Statement {
    let text = format!(
        "{kind} makes one certificate for each phone: mail encrypted to the one is unreadable on the user's other \
         phones, and after each renewal on all of them"
    );
    let remedy = "import the user's encryption certificates, all of the history, and link an imported PFX profile; \
                  the import is a step of its own (Import-IntuneUserPfxCertificate)";
    ONE_PER_PHONE.say("certificate.one-per-phone", Weight::Error, text).about(name).remedy(remedy)
}

/// Says whether a certificate profile is of a kind that fits the link that leads to it.
#[must_use]
pub fn deliveries(role: CertificateRole, profile: &CertificateProfile) -> Option<Statement> {
    let kind = match profile.kind {
        CertificateProfileKind::Scep => "SCEP",
        CertificateProfileKind::Pkcs => "PKCS",
        _ => return None,
    };
    (role == CertificateRole::Encryption).then(|| one_per_phone(kind, profile.label()))
}
