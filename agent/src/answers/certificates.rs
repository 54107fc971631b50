//! Certificates, identities and sealed messages from files, as facts.

use super::arguments::TenantArguments;
use super::source::{Source, audience, policies, source};
use super::why::enrolled_for_encryption;
use crate::exit::Failure;
use crate::file;
use crate::smime::SmimeFailure;
use crate::tools::credentials::{certificates, passphrase};
use intent::answer::{Delivery, HeldCertificate, Keychain, Pkcs12Facts, SealedMessage, Statement};
use intent::{Intent, Tenant};
use profile::graph::Finding;
use profile::{Profile, Severity, Timestamp};
use smime::message::{self, Layer, OpenOptions, RecipientId};
use smime::pkcs12::{self, IterationBudget, ProtectedPart, ProtectionAlgorithm};
use smime::{ANY_EXTENDED_KEY_USAGE, Certificate, Context, EMAIL_PROTECTION, Pkcs12Error, TrustStore};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What files bring.
#[derive(Default)]
pub(super) struct Holdings {
    pub held: Vec<HeldCertificate>,
    pub files: Vec<Pkcs12Facts>,
    /// Those of them that lie inside a profile, by what they are called.
    pub embedded: BTreeSet<String>,
    /// Policies that bring none of their own, but say what links lead to.
    pub tenants: Vec<Rc<Tenant>>,
    /// What is odd about the files.
    pub findings: Vec<Finding>,
    /// What is said of identities that phones make for themselves.
    pub enrolled: Vec<Statement>,
}

/// Where identities lie and how they come.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub keychain: Keychain,
    pub delivery: Delivery,
}

/// Reads passwords: the first line of each file.
pub(super) fn passwords(files: &[PathBuf]) -> Result<Vec<String>, Failure> {
    files.iter().map(|file| passphrase(file)).collect()
}

impl Holdings {
    /// Adds what a file brings: a profile, a policy, a PKCS#12, certificates.
    ///
    /// # Errors
    /// A file that is none of these. A PKCS#12 that does not open is a fact, not an error.
    pub fn add(
        &mut self,
        path: &Path,
        way: Way,
        passwords: &[String],
        cx: &Context<'_>,
    ) -> Result<(), Failure> {
        let name = path.display().to_string();
        let bytes = file::read(path)?;
        let first = bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(0x30) && Certificate::from_der(&bytes).is_err() && !smime::cms::is_cms(&bytes) {
            let mut budget = crate::findings::budget();
            self.pkcs12(&name, &bytes, way, passwords, cx, &mut budget);
            return Ok(());
        }
        let pem = first == Some(b'-') && bytes.windows(27).any(|w| w == b"-----BEGIN CERTIFICATE-----");
        if pem || (first == Some(0x30) && !smime::cms::is_cms(&bytes)) {
            self.held.extend(leaves(path)?.iter().map(|leaf| held(&name, leaf, way)));
            return Ok(());
        }
        match source(path, cx)? {
            Source::Profile(read) => {
                self.profile(&name, &read.profile, passwords, cx);
                self.findings.extend(read.errors());
                self.enrolled.extend(enrolled_for_encryption(&read.profile));
            }
            Source::Tenant(tenant) => {
                let nobody = TenantArguments::default();
                let who = audience(&nobody)?;
                let (tenant, policies) = policies(*tenant, path, &nobody)?;
                self.findings
                    .extend(policies.iter().flat_map(|policy| policy.findings(&who, Severity::Error)));
                self.findings.extend(tenant.certificates.iter().flat_map(|profile| profile.findings.clone()));
                self.tenants.push(tenant);
            }
        }
        Ok(())
    }

    /// Adds the identities of a profile; they lie in the system keychain.
    pub fn profile(&mut self, file: &str, profile: &Profile, passwords: &[String], cx: &Context<'_>) {
        let way = Way { keychain: Keychain::System, delivery: Delivery::File };
        let mut budget = crate::findings::budget();
        let pins = intent::read(profile).unwrap_or_else(|_| Intent::default()).smime;
        for payload in profile.payloads.iter().filter(|payload| payload.is("com.apple.security.pkcs12")) {
            let bytes = payload.data("PayloadContent").ok().flatten().unwrap_or_default();
            let own = payload.string("Password").ok().flatten().map(str::to_owned);
            let words: Vec<String> = own.into_iter().chain(passwords.iter().cloned()).collect();
            let label = payload.display_name().or(payload.identifier()).unwrap_or("an identity");
            let before = self.held.len();
            self.pkcs12(&format!("{file}: {label}"), bytes, way, &words, cx, &mut budget);
            self.embedded.insert(format!("{file}: {label}"));
            let pinned = |pin: &Option<String>| pin.is_some() && pin.as_deref() == payload.uuid();
            for one in self.held.iter_mut().skip(before) {
                one.pinned_signing = pinned(&pins.signing_identity);
                one.pinned_encryption = pinned(&pins.encryption_identity);
            }
        }
    }

    fn pkcs12(
        &mut self,
        name: &str,
        bytes: &[u8],
        way: Way,
        passwords: &[String],
        cx: &Context<'_>,
        budget: &mut IterationBudget,
    ) {
        let mut facts = Pkcs12Facts { file: name.to_owned(), ..Pkcs12Facts::default() };
        let words = [None, Some("")].into_iter().chain(passwords.iter().map(|word| Some(word.as_str())));
        let mut opened = Err(Pkcs12Error::WrongPassword);
        for word in words {
            opened = pkcs12::open_within(cx, bytes, word, budget);
            // Without an integrity code a wrong password shows as garbage inside, so every word is tried.
            if opened.is_ok() {
                facts.without_password = word.is_none_or(str::is_empty);
                break;
            }
        }
        match opened {
            Ok(file) => {
                for protection in &file.algorithms {
                    let modern = matches!(
                        protection.algorithm,
                        ProtectionAlgorithm::Pbes2 { .. } | ProtectionAlgorithm::Pbmac1 { .. }
                    );
                    let shown = protection.algorithm.to_string();
                    if modern && !facts.modern.contains(&shown) {
                        facts.modern.push(shown);
                    }
                }
                facts.without_mac = file.algorithms.iter().all(|protection| {
                    protection.part != ProtectedPart::Integrity
                        || protection.algorithm == ProtectionAlgorithm::None
                });
                facts.identities = file.identities.len();
                for identity in &file.identities {
                    let certificate = &identity.certificate;
                    if certificate.key_usage().is_some_and(|usage| usage.non_repudiation()) {
                        facts.non_repudiation.push(certificate.display_name());
                    }
                    // In RFC 4514 text a comma inside a value is escaped.
                    if certificate.subject().contains("\\,") {
                        facts.comma_subjects.push(certificate.subject());
                    }
                    self.held.push(held(name, certificate, way));
                }
            }
            Err(Pkcs12Error::WrongPassword) if passwords.is_empty() => {
                facts.closed = Some("it needs a password; name it with --passphrase-file".to_owned());
            }
            Err(error) => facts.closed = Some(error.to_string()),
        }
        self.files.push(facts);
    }
}

/// The certificates of a file that are somebody's own: of a chain, those that certify no others; else the first.
///
/// # Errors
/// A file without certificates.
pub(super) fn leaves(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let all = certificates(path)?;
    let own: Vec<Certificate> = all.iter().filter(|one| !one.is_ca()).cloned().collect();
    Ok(if own.is_empty() { all.into_iter().take(1).collect() } else { own })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a certificate says of itself.
pub(super) fn held(file: &str, certificate: &Certificate, way: Way) -> HeldCertificate {
    let usage = certificate.key_usage();
    HeldCertificate {
        file: file.to_owned(),
        name: certificate.display_name(),
        addresses: certificate.email_addresses(),
        issuer: certificate.issuer(),
        serial: certificate.serial_hex(),
        key_id: certificate.subject_key_id().map(hex),
        not_before: Timestamp(certificate.not_before().0),
        not_after: Timestamp(certificate.not_after().0),
        signs: usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation()),
        encrypts: usage.is_none_or(|usage| usage.key_encipherment() || usage.key_agreement()),
        for_mail: certificate
            .extended_key_usage()
            .is_none_or(|all| all.contains(&EMAIL_PROTECTION) || all.contains(&ANY_EXTENDED_KEY_USAGE)),
        keychain: way.keychain,
        delivery: way.delivery,
        pinned_signing: false,
        pinned_encryption: false,
    }
}

/// Reads whom a message is encrypted to; no key is needed for that. None where it is not encrypted.
///
/// # Errors
/// A file that is no message.
pub(super) fn sealed(path: &Path, cx: &Context<'_>) -> Result<Option<SealedMessage>, Failure> {
    let file = path.display().to_string();
    let bytes = file::read(path)?;
    let trust = TrustStore::new();
    let options = OpenOptions {
        identities: &[],
        trust: &trust,
        intermediates: &[],
        path: smime::PathOptions::default(),
        from: None,
        check_from: false,
    };
    let opened = message::open(cx, &bytes, &options)
        .map_err(|error| SmimeFailure::Message { file: file.clone(), error })?;
    let mut sealed = SealedMessage { file: file.clone(), issuer_serials: Vec::new(), key_ids: Vec::new() };
    let mut encrypted = false;
    for layer in &opened.layers {
        let Layer::Encrypted(layer) = layer else { continue };
        encrypted = true;
        for recipient in &layer.recipients {
            match recipient {
                RecipientId::IssuerSerial { issuer, serial } => {
                    sealed.issuer_serials.push((issuer.clone(), serial.clone()));
                }
                RecipientId::KeyId(id) => sealed.key_ids.push(id.clone()),
                _ => {}
            }
        }
    }
    match (encrypted, opened.layers.is_empty() && !has_header(&bytes)) {
        (true, _) => Ok(Some(sealed)),
        (false, true) => Err(SmimeFailure::NoMessage { file }.into()),
        (false, false) => Ok(None),
    }
}

/// Whether a text begins as mail does: with a field of a header (RFC 5322, section 2.2), or the line of a mailbox file.
fn has_header(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    line.starts_with(b"From ")
        || (name.len() < line.len() && !name.is_empty() && name.iter().all(u8::is_ascii_graphic))
}
