//! Certificate profiles: what each says, and the payload it becomes for a user.

use profile::Severity::{Error, Warning};
use profile::graph::{self, Finding, Link, Resource, ResourceKind};

use super::assignment::Assignment;
use super::resolve::Addressee;
use crate::certificate::{IdentityContent, IdentityPayload, RootCertificate};
use crate::scep::{ScepRequest, expand, subject_parts};

/// Names how a certificate profile delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateProfileKind {
    /// A trusted certificate.
    TrustedRoot,
    /// An identity that the phone asks an authority for.
    Scep,
    /// An identity that the connector asks an authority for.
    Pkcs,
    /// Identities that the administrator imported.
    ImportedPfx,
    /// The credential derived from the user's smart card.
    DerivedCredential,
}

/// Holds one certificate profile of an administrator.
#[derive(Debug, Clone)]
pub struct CertificateProfile {
    /// How it delivers.
    pub kind: CertificateProfileKind,
    /// Its id; where it has none, the path at which it stands.
    pub id: String,
    /// Whom it is assigned to; none where the document does not say.
    pub assignments: Option<Vec<Assignment>>,
    /// The object as it was written.
    pub resource: Resource,
    /// What is odd about it by itself.
    pub findings: Vec<Finding>,
}

const SCEP: &str = "Intune, SCEP certificate profiles for iOS";

impl CertificateProfile {
    pub(super) fn read(resource: Resource, inside: bool) -> Option<Self> {
        let kind = match resource.kind {
            ResourceKind::TrustedRoot => CertificateProfileKind::TrustedRoot,
            ResourceKind::Scep => CertificateProfileKind::Scep,
            ResourceKind::Pkcs => CertificateProfileKind::Pkcs,
            ResourceKind::ImportedPfx => CertificateProfileKind::ImportedPfx,
            ResourceKind::DerivedCredential | ResourceKind::DerivedCredentialSettings => {
                CertificateProfileKind::DerivedCredential
            }
            _ => return None,
        };
        // What lies inside another object was checked with it.
        let mut findings = if inside { Vec::new() } else { graph::check(&resource) };
        let (assignments, odd) = Assignment::read(&resource);
        findings.extend(odd);
        if kind == CertificateProfileKind::TrustedRoot && resource.binary("trustedRootCertificate").is_none()
        {
            let message =
                format!("the trusted certificate {} is not in the object", graph::excerpt(resource.label()));
            let finding =
                resource.finding("policy-root-empty", Error, "trustedRootCertificate", message, "OUT-009");
            let id = resource.id().unwrap_or("ID").to_owned();
            findings.push(finding.help(format!("give the certificate with --link {id}=FILE")));
        }
        let id = resource.id().map_or_else(|| resource.path.clone(), str::to_owned);
        Some(Self { kind, id, assignments, resource, findings })
    }

    /// Returns the name people know it by.
    #[must_use]
    pub fn label(&self) -> &str {
        self.resource.label()
    }

    /// Returns what the profile's trusted certificate is, if it is one and has it.
    pub(super) fn root(&self) -> Option<RootCertificate> {
        let der = self.resource.binary("trustedRootCertificate")?;
        Some(RootCertificate {
            policy_id: Some(self.id.clone()),
            name: self.label().to_owned(),
            file_name: self.resource.text("certFileName").filter(|name| !name.is_empty()).map(str::to_owned),
            der: unarmoured(der),
        })
    }

    /// Returns what the root link of a SCEP profile leads to.
    pub(crate) fn root_link(&self) -> Option<String> {
        match self.resource.link("rootCertificate")? {
            Link::Id(id) => Some(id),
            Link::Inline(object) => Some(object.id().map_or_else(|| object.path.clone(), str::to_owned)),
        }
    }

    /// Returns the request that a SCEP profile makes of a user's attributes, and what it lacks.
    pub(super) fn request(&self, to: &Addressee<'_>) -> (IdentityPayload, Vec<Finding>) {
        let resource = &self.resource;
        let mut found = Vec::new();
        let urls = resource.texts("scepServerUrls");
        if urls.is_empty() {
            found.push(
                resource
                    .finding(
                        "policy-scep-url",
                        Error,
                        "scepServerUrls",
                        "the profile names no SCEP server",
                        SCEP,
                    )
                    .help("fill in at least one address"),
            );
        }
        let mut request = ScepRequest {
            url: urls.first().map(|url| (*url).to_owned()),
            key_size_bits: match resource.text("keySize") {
                Some("size1024") => Some(1024),
                Some("size2048") => Some(2048),
                Some("size4096") => Some(4096),
                _ => None,
            },
            key_usage: resource.flags("keyUsage").map(|words| {
                let bit = |name, bit| if words.contains(&name) { bit } else { 0 };
                bit("digitalSignature", 1) | bit("keyEncipherment", 4)
            }),
            challenge: to.challenge.map(str::to_owned),
            ..ScepRequest::default()
        };
        request.key_usage = request.key_usage.filter(|usage| *usage != 0);
        self.subject(to, &mut request, &mut found);
        self.alternative_names(to, &mut request, &mut found);
        let identity = IdentityPayload {
            policy_id: Some(self.id.clone()),
            name: self.label().to_owned(),
            content: IdentityContent::Scep(request),
        };
        (identity, found)
    }

    /// The subject's format: the profile's own, or what the portal's choice stands for.
    fn subject_format(&self) -> &str {
        match self.resource.text("subjectNameFormat") {
            Some("commonNameAsEmail") => "CN={{EmailAddress}}",
            Some("commonNameIncludingEmail") => "CN={{UserName}},E={{EmailAddress}}",
            Some("commonNameAsIMEI") => "CN={{IMEI}}",
            Some("commonNameAsSerialNumber") => "CN={{SerialNumber}}",
            Some("commonName") => "CN={{UserName}}",
            _ => match self.resource.text("subjectNameFormatString").filter(|format| !format.is_empty()) {
                Some(format) => format,
                None if self.resource.text("certificateStore") == Some("machine") => "CN={{AAD_Device_ID}}",
                None => "CN={{UserName}},E={{EmailAddress}}",
            },
        }
    }

    fn subject(&self, to: &Addressee<'_>, request: &mut ScepRequest, found: &mut Vec<Finding>) {
        let format = self.subject_format();
        let parts = match subject_parts(format) {
            Ok(parts) => parts,
            Err(error) => {
                let message = format!("the subject {} cannot be used: {error}", graph::excerpt(format));
                let member = "subjectNameFormatString";
                found.push(self.resource.finding("policy-scep-subject", Error, member, message, SCEP));
                return;
            }
        };
        for (attribute, template) in parts {
            let Some(value) = self.expanded(&template, "subjectNameFormatString", to, found) else {
                continue;
            };
            if value.contains(',') {
                let message = format!("the subject has a comma in {}", graph::excerpt(&value));
                let member = "subjectNameFormatString";
                let finding = self.resource.finding("policy-scep-comma", Warning, member, message, SCEP);
                found.push(finding.help("phones fail on it; use a value without a comma"));
            }
            request.subject.push((attribute, value));
        }
    }

    fn alternative_names(&self, to: &Addressee<'_>, request: &mut ScepRequest, found: &mut Vec<Finding>) {
        let mut own: Vec<(String, String)> = Vec::new();
        for name in self.resource.objects("customSubjectAlternativeNames") {
            match (name.text("sanType"), name.text("name").filter(|name| !name.is_empty())) {
                (Some(kind), Some(value)) => own.push((kind.to_owned(), value.to_owned())),
                _ => {
                    let message = "an alternative name has no type or no text; it is left out";
                    found.push(name.finding("policy-scep-name", Error, "", message, SCEP));
                }
            }
        }
        if own.iter().filter(|(kind, _)| kind == "userPrincipalName").count() > 1 {
            let message = "there are several principal names, and a request has one; the last one counts";
            let member = "customSubjectAlternativeNames";
            found.push(self.resource.finding("policy-scep-name", Warning, member, message, SCEP));
        }
        let own = if own.is_empty() {
            let words = self.resource.flags("subjectAlternativeNameType").unwrap_or_default();
            let named =
                |word: &str, value: &str| words.contains(&word).then(|| (word.to_owned(), value.to_owned()));
            [named("emailAddress", "{{EmailAddress}}"), named("userPrincipalName", "{{UserPrincipalName}}")]
                .into_iter()
                .flatten()
                .collect()
        } else {
            own
        };
        for (kind, template) in own {
            let member = "customSubjectAlternativeNames";
            let Some(value) = self.expanded(&template, member, to, found) else { continue };
            match kind.as_str() {
                "emailAddress" => request.email_addresses.push(value),
                "userPrincipalName" => request.principal_name = Some(value),
                "domainNameService" => request.dns_names.push(value),
                "universalResourceIdentifier" => request.uris.push(value),
                _ => {}
            }
        }
    }

    fn expanded(
        &self,
        template: &str,
        member: &str,
        to: &Addressee<'_>,
        found: &mut Vec<Finding>,
    ) -> Option<String> {
        let expanded = expand(template, to.user, to.device);
        expanded
            .map_err(|variable| {
                let message = format!(
                    "there is no value for {} of this user; the name that needs it is left out",
                    graph::excerpt(&variable)
                );
                let finding = self.resource.finding("policy-scep-variable", Error, member, message, SCEP);
                found.push(finding.help("give the user's and the device's attributes with --directory FILE"));
            })
            .ok()
    }
}

/// A certificate that was uploaded as PEM is that text in base64; the payload carries DER.
fn unarmoured(bytes: Vec<u8>) -> Vec<u8> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let inner = std::str::from_utf8(&bytes).ok().and_then(|text| {
        let (_, rest) = text.split_once(BEGIN)?;
        let (body, _) = rest.split_once(END)?;
        let packed: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.decode(packed).ok()
    });
    inner.unwrap_or(bytes)
}
