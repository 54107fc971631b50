//! All objects of an administrator's documents.

use std::collections::BTreeMap;

use profile::Severity;
use profile::graph::{Export, Finding, Link, Resource, ResourceKind};

use super::app::AppConfiguration;
use super::certificate::CertificateProfile;
use super::email::EmailProfile;
use crate::certificate::CertificateRole;

/// Holds what an administrator's documents say, as far as mail is concerned.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    /// The e-mail profiles, in the order of the documents.
    pub emails: Vec<EmailProfile>,
    /// The certificate profiles, those inside other objects included.
    pub certificates: Vec<CertificateProfile>,
    /// The VPN profiles, as they were written.
    pub vpns: Vec<Resource>,
    /// The configurations of apps.
    pub apps: Vec<AppConfiguration>,
    /// Types of objects that are of no concern here, with how many there are of each.
    pub others: BTreeMap<String, usize>,
    /// What is odd about what stands around the objects.
    pub findings: Vec<Finding>,
    /// Certificate profiles by their lower-case id.
    by_id: BTreeMap<String, usize>,
}

impl Tenant {
    /// Reads documents, in their order.
    #[must_use]
    pub fn read(exports: impl IntoIterator<Item = Export>) -> Self {
        let mut tenant = Self::default();
        for export in exports {
            tenant.add(export);
        }
        tenant
    }

    /// Adds the objects of one more document.
    pub fn add(&mut self, export: Export) {
        self.findings.extend(export.findings);
        for resource in export.resources {
            match resource.kind {
                ResourceKind::Email => {
                    for link in CertificateRole::ALL.map(CertificateRole::link) {
                        self.inside(&resource, link);
                    }
                    self.inside(&resource, "derivedCredentialSettings");
                    self.emails.push(EmailProfile::read(resource));
                }
                ResourceKind::Vpn => {
                    self.inside(&resource, CertificateRole::Authentication.link());
                    self.vpns.push(resource);
                }
                ResourceKind::DeviceAppConfiguration | ResourceKind::ManagedAppConfiguration => {
                    self.apps.push(AppConfiguration::read(resource));
                }
                ResourceKind::Other => *self.others.entry(resource.type_name).or_default() += 1,
                _ => self.certificate(resource, false),
            }
        }
    }

    fn inside(&mut self, resource: &Resource, link: &str) {
        if let Some(Link::Inline(object)) = resource.link(link) {
            self.certificate(*object, true);
        }
    }

    fn certificate(&mut self, resource: Resource, inside: bool) {
        self.inside(&resource, "rootCertificate");
        if let Some(profile) = CertificateProfile::read(resource, inside) {
            let id = profile.id.to_lowercase();
            // An object that stands by itself says more than its copy inside another.
            match self.by_id.get(&id).copied() {
                Some(_) if inside => {}
                Some(at) => {
                    self.twice(at, &profile);
                    if let Some(known) = self.certificates.get_mut(at) {
                        *known = profile;
                    }
                }
                None => {
                    self.by_id.insert(id, self.certificates.len());
                    self.certificates.push(profile);
                }
            }
        }
    }

    /// Says that two objects of one document have the same id and differ.
    fn twice(&mut self, at: usize, profile: &CertificateProfile) {
        let Some(known) = self.certificates.get(at) else { return };
        let (own, other) = (&profile.resource, &known.resource);
        // What lies inside another object is its copy there.
        let stands = other.path.matches('.').count() <= own.path.matches('.').count();
        if own.file() != other.file() || !stands || profile.id == own.path {
            return;
        }
        let message = format!("two objects have this id, {} and this one; this one counts", other.path);
        let finding =
            own.finding("graph-duplicate-id", Severity::Warning, "id", message, "Microsoft Graph beta");
        self.findings.push(finding.help("remove one of them"));
    }

    /// Returns the certificate profile of an id; upper and lower case are the same.
    #[must_use]
    pub fn certificate_profile(&self, id: &str) -> Option<&CertificateProfile> {
        self.by_id.get(&id.to_lowercase()).and_then(|at| self.certificates.get(*at))
    }

    /// Returns the VPN profile of an id; upper and lower case are the same.
    #[must_use]
    pub fn vpn(&self, id: &str) -> Option<&Resource> {
        self.vpns.iter().find(|vpn| vpn.id().is_some_and(|own| own.eq_ignore_ascii_case(id)))
    }

    /// Returns the e-mail profiles of an id or a name; ids go first, and case counts in names.
    #[must_use]
    pub fn emails_called(&self, name: &str) -> Vec<&EmailProfile> {
        let by_id = |email: &&EmailProfile| {
            email.policy.id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(name))
        };
        let found: Vec<&EmailProfile> = self.emails.iter().filter(by_id).collect();
        if found.is_empty() {
            return self.emails.iter().filter(|email| email.policy.display_name == name).collect();
        }
        found
    }
}
