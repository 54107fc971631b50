//! What one e-mail policy needs of the documents around it, for one user.

mod misfit;
mod vpn;

use profile::OsVersion;
use profile::Severity::{Error, Info, Warning};
use profile::graph::{Finding, excerpt};

use super::assignment::{Assignment, AssignmentTarget, Targeting, targeting, unknown_groups};
use super::certificate::{CertificateProfile, CertificateProfileKind};
use super::email::EmailProfile;
use super::objects::Tenant;
use super::supply::{Supplied, Supply};
use crate::certificate::{
    CertificateError, CertificateRole, DeliveredCertificates, IdentityContent, IdentityPayload,
    IdentitySource, Pkcs12Content, RootCertificate,
};
use crate::compile::{Compiled, Order, assemble};
use crate::directory::{Directory, DirectoryUser};
use crate::policy::EmailPolicy;
use crate::scep::{DeviceAttributes, ScepRequest};
use crate::user::{NameError, User};
use crate::vpn::PerAppVpn;

/// Holds whom a profile is for.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    /// The user's attributes.
    pub user: &'a User,
    /// The phone's attributes, where certificate profiles name them.
    pub device: Option<&'a DeviceAttributes>,
    /// What proves SCEP requests allowed.
    pub challenge: Option<&'a str>,
    /// The user in a directory; without one nobody can tell whom group assignments reach.
    pub listed: Option<(&'a DirectoryUser, &'a Directory)>,
}

impl<'a> Addressee<'a> {
    /// Makes an addressee of a user alone.
    #[must_use]
    pub const fn of(user: &'a User) -> Self {
        Self { user, device: None, challenge: None, listed: None }
    }
}

/// Holds an e-mail policy with everything that was found for it.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The policy.
    pub policy: EmailPolicy,
    /// Whom it is for.
    pub user: User,
    /// The certificates that travel with it.
    pub certificates: DeliveredCertificates,
    /// The per-app VPN of the account.
    pub vpn: Option<PerAppVpn>,
    /// Whether the user gets the policy.
    pub targeting: Targeting,
    /// What is odd about the policy, about what it links, and about what is missing for this user.
    pub findings: Vec<Finding>,
}

impl Resolved {
    /// Returns the same with identities in place of those that the policy wants and nobody handed in. Of these it is
    /// known that they will be there, and nothing else: a profile made of them says how the account is meant.
    #[must_use]
    pub fn supposed(&self) -> Self {
        let mut supposed = self.clone();
        let links = &self.policy.links;
        let certificates = &mut supposed.certificates;
        for (role, slot, id) in [
            (CertificateRole::Authentication, &mut certificates.authentication, &links.identity),
            (CertificateRole::Signing, &mut certificates.signing, &links.signing),
            (CertificateRole::Encryption, &mut certificates.encryption, &links.encryption),
        ] {
            if slot.is_none() && role.wanted(&self.policy).is_some() {
                *slot = Some(IdentityPayload {
                    policy_id: id.clone(),
                    name: role.link().to_owned(),
                    content: IdentityContent::Scep(ScepRequest::default()),
                });
            }
        }
        if let (None, Some(id)) = (&supposed.vpn, &self.policy.per_app_vpn_profile_id) {
            supposed.vpn = Some(PerAppVpn { id: id.clone(), name: id.clone(), ..PerAppVpn::default() });
        }
        supposed
    }

    /// Compiles the profile; what is missing is left out. `os` has the meaning of [`Order::os`].
    #[must_use]
    pub fn compile(&self, os: Option<OsVersion>) -> Compiled {
        assemble(&Order {
            policy: &self.policy,
            user: &self.user,
            certificates: &self.certificates,
            vpn: self.vpn.as_ref(),
            os,
        })
    }
}

impl Tenant {
    /// Finds what an e-mail policy links, makes of it what travels with the profile of one user, and says what is
    /// missing. Objects among the supplies have to be in the tenant too ([`Tenant::add`]).
    #[must_use]
    pub fn resolve(&self, email: &EmailProfile, to: &Addressee<'_>, supplies: &[Supply]) -> Resolved {
        let mut resolver = Resolver {
            tenant: self,
            email,
            to,
            supplies,
            used: vec![false; supplies.len()],
            certificates: DeliveredCertificates::default(),
            findings: email.findings.clone(),
        };
        let targeting = resolver.targeting();
        resolver.names();
        for role in CertificateRole::ALL {
            resolver.role(role);
        }
        resolver.roots();
        let vpn = resolver.vpn();
        resolver.unused();
        for problem in resolver.certificates.select(&email.policy).problems {
            if let CertificateError::Ambiguous { name } = problem {
                let message =
                    format!("two different certificates are called {}; the first one counts", excerpt(&name));
                resolver.add("policy-certificate-ambiguous", Error, "", message, "", "SMO-012");
            }
        }
        Resolved {
            policy: email.policy.clone(),
            user: to.user.clone(),
            certificates: resolver.certificates,
            vpn,
            targeting,
            findings: resolver.findings,
        }
    }
}

const CERTIFICATE_NEEDED: &str = "a PKCS#12 file, or the object of a certificate profile";

impl Tenant {
    /// Says which groups a directory does not know, of those that an e-mail policy and what it links are assigned to.
    #[must_use]
    pub fn unknown_groups(&self, email: &EmailProfile, directory: &Directory) -> Vec<Finding> {
        let mut found = unknown_groups(&email.resource, email.assignments.as_deref(), directory);
        let links = &email.policy.links;
        for id in [&links.identity, &links.signing, &links.encryption].into_iter().flatten() {
            if let Some(profile) = self.certificate_profile(id) {
                found.extend(unknown_groups(&profile.resource, profile.assignments.as_deref(), directory));
            }
        }
        found
    }
}

struct Resolver<'a> {
    tenant: &'a Tenant,
    email: &'a EmailProfile,
    to: &'a Addressee<'a>,
    supplies: &'a [Supply],
    used: Vec<bool>,
    certificates: DeliveredCertificates,
    findings: Vec<Finding>,
}

impl<'a> Resolver<'a> {
    fn add(
        &mut self,
        rule: &'static str,
        severity: profile::Severity,
        member: &str,
        message: String,
        help: &str,
        reference: &'static str,
    ) {
        let finding = self.email.resource.finding(rule, severity, member, message, reference);
        self.findings.push(finding.help_some((!help.is_empty()).then(|| help.to_owned())));
    }

    fn targeting(&mut self) -> Targeting {
        let Some((user, directory)) = self.to.listed else { return Targeting::Unknown };
        let assigned = self.email.assignments.as_deref();
        self.findings.extend(unknown_groups(&self.email.resource, assigned, directory));
        let found = targeting(self.email.assignments.as_deref(), user, directory);
        let upn = &user.user.upn;
        match &found {
            Targeting::NotAssigned => {
                let message = format!("the policy is not assigned to {upn}: no profile comes of it");
                self.add(
                    "policy-not-assigned",
                    Warning,
                    "assignments",
                    message,
                    "assign it to a group of the user",
                    "EAS-003",
                );
            }
            Targeting::Excluded { group } => {
                let message =
                    format!("{upn} is in the excluded group {}: no profile comes of it", excerpt(group));
                self.add(
                    "policy-not-assigned",
                    Warning,
                    "assignments",
                    message,
                    "take the user out of it",
                    "EAS-003",
                );
            }
            Targeting::Assigned(assigned) if assigned.mixed => {
                let message =
                    "groups of users and of devices are mixed; Intune does not weigh them against each other";
                let help = "assign to groups of users alone";
                self.add(
                    "policy-assignment-mixed",
                    Warning,
                    "assignments",
                    message.to_owned(),
                    help,
                    "XTR-006",
                );
            }
            Targeting::Assigned(assigned) if !assigned.by_user => {
                let message = "the policy reaches the user by a group of devices; certificates may come late or not at all";
                let help = "assign the policy and its certificate profiles to the same groups of users";
                self.add(
                    "policy-assignment-by-device",
                    Info,
                    "assignments",
                    message.to_owned(),
                    help,
                    "XTR-006",
                );
            }
            _ => {}
        }
        found
    }

    /// The names that the account gets, as far as the user's attributes give them.
    fn names(&mut self) {
        let (policy, user) = (&self.email.policy, self.to.user);
        let named = [
            (user.user_name(policy), "usernameAADSource", "UserName", "EAS-012"),
            (user.email_address(policy), "emailAddressSource", "EmailAddress", "EAS-019"),
        ];
        for (name, member, key, reference) in named {
            match name {
                Ok(address) if key == "EmailAddress" && !address.contains('@') => {
                    let message =
                        format!("the address of this user would be {}, which is none", excerpt(&address));
                    let help = "take the primary SMTP address for it";
                    self.add("policy-address-form", Error, member, message, help, "EAS-020");
                }
                Err(NameError::MissingAttribute { attribute }) => {
                    let message = format!("{} has no {}; {key} is left out", user.upn, attribute.name());
                    let help = "give the user's attributes with --directory FILE";
                    self.add("policy-user-attribute", Error, member, message, help, reference);
                }
                // A domain that no setting names is found in the policy itself.
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// The supplies for a link: by its name, by the id it leads to, by the name of what it leads to.
    fn supplied(&mut self, names: &[&str]) -> Vec<&'a Supply> {
        let mut found = Vec::new();
        for (supply, used) in self.supplies.iter().zip(&mut self.used) {
            if names.iter().any(|name| supply.id.eq_ignore_ascii_case(name)) {
                *used = true;
                found.push(supply);
            }
        }
        found
    }

    fn role(&mut self, role: CertificateRole) {
        let policy = &self.email.policy;
        let Some(source) = role.wanted(policy) else { return };
        let (own, link) = match role {
            CertificateRole::Authentication => (role.link(), &policy.links.identity),
            CertificateRole::Signing => (role.link(), &policy.links.signing),
            CertificateRole::Encryption => (role.link(), &policy.links.encryption),
        };
        let (member, id) = match source {
            IdentitySource::CertificateProfile => (own, link.clone()),
            IdentitySource::DerivedCredential => {
                ("derivedCredentialSettings", policy.links.derived_credential.clone())
            }
        };
        let identities = self.identities(role, source, member, id.as_deref());
        let mut identities = identities.into_iter();
        let first = identities.next();
        match role {
            CertificateRole::Authentication => self.certificates.authentication = first,
            CertificateRole::Signing => self.certificates.signing = first,
            CertificateRole::Encryption => self.certificates.encryption = first,
        }
        self.certificates.others.extend(identities);
    }

    /// What serves a role: the identity to refer to, and further ones of the same link.
    fn identities(
        &mut self,
        role: CertificateRole,
        source: IdentitySource,
        member: &str,
        id: Option<&str>,
    ) -> Vec<IdentityPayload> {
        let tenant = self.tenant;
        let mut profile = id.and_then(|id| tenant.certificate_profile(id));
        let label = profile.map(CertificateProfile::label);
        let names: Vec<&str> = [Some(role.link()), Some(member), id, label].into_iter().flatten().collect();
        let mut identities = Vec::new();
        let supplies = self.supplied(&names);
        for supply in &supplies {
            match &supply.content {
                Supplied::Objects(export) => {
                    let ids = export.resources.iter().filter_map(|resource| {
                        tenant.certificate_profile(resource.id().unwrap_or(&resource.path))
                    });
                    let found = ids.into_iter().find(|p| p.kind != CertificateProfileKind::TrustedRoot);
                    match (profile, found) {
                        (_, None) => self.misfit(supply, member, CERTIFICATE_NEEDED),
                        (None, Some(found)) => profile = Some(found),
                        (Some(known), Some(found)) if known.id.eq_ignore_ascii_case(&found.id) => {}
                        (Some(known), Some(_)) => {
                            let message = format!(
                                "{member} leads to {} already; {} is not used",
                                excerpt(known.label()),
                                supply.file
                            );
                            let help = "give one object for a link, under its id";
                            self.add("policy-link-unused", Warning, member, message, help, "SMO-017");
                        }
                    }
                }
                Supplied::Pkcs12 { bytes, password } => {
                    let name = profile.map_or_else(
                        || id.filter(|id| !id.starts_with('$')).unwrap_or(member).to_owned(),
                        |profile| profile.label().to_owned(),
                    );
                    let history = identities.len();
                    let name = if history == 0 { name } else { format!("{name} ({})", history + 1) };
                    let policy_id = id.map(str::to_owned).filter(|_| history == 0);
                    let content = Pkcs12Content { bytes: bytes.clone(), password: password.clone() };
                    identities.push(IdentityPayload {
                        policy_id,
                        name,
                        content: IdentityContent::Pkcs12(content),
                    });
                }
                Supplied::Certificate { .. } | Supplied::Nothing { .. } => {
                    self.misfit(supply, member, CERTIFICATE_NEEDED);
                }
            }
        }
        if let Some(profile) = profile {
            self.profile(role, member, profile, &mut identities);
        } else if identities.is_empty() && supplies.is_empty() {
            self.missing(role, source, member, id);
        }
        identities
    }

    fn missing(&mut self, role: CertificateRole, source: IdentitySource, member: &str, id: Option<&str>) {
        let use_of = match role {
            CertificateRole::Authentication => "signing in",
            CertificateRole::Signing => "signing",
            CertificateRole::Encryption => "encrypting",
        };
        match id.filter(|id| !id.starts_with('$')) {
            Some(id) => {
                let message = format!(
                    "the certificate profile {} for {use_of} ({member}) is not there; its key is left out",
                    excerpt(id)
                );
                let help = format!("give it with --link {id}=FILE: its object as JSON, or a PKCS#12");
                self.add("policy-link-not-found", Error, member, message, &help, "SMO-017");
            }
            None if source == IdentitySource::DerivedCredential => {
                let message =
                    format!("the derived credential for {use_of} is not there; its key is left out");
                let help = format!("give it with --link {}=FILE.p12", role.link());
                self.add(
                    "policy-certificate-not-delivered",
                    Error,
                    role.setting(),
                    message,
                    &help,
                    "EAS-025",
                );
            }
            None => {
                let message = format!(
                    "{} says certificate, and {member} links none: plain answers of Graph leave links out; its key is left out",
                    role.setting()
                );
                let help =
                    format!("give it with --link {member}=FILE: the profile's object as JSON, or a PKCS#12");
                self.add("policy-link-missing", Error, member, message, &help, "SMO-017");
            }
        }
    }

    fn profile(
        &mut self,
        role: CertificateRole,
        member: &str,
        profile: &'a CertificateProfile,
        identities: &mut Vec<IdentityPayload>,
    ) {
        self.findings.extend(profile.findings.iter().cloned());
        self.targeted(profile);
        let label = excerpt(profile.label());
        self.purpose(role, member, profile);
        match (profile.kind, role) {
            (CertificateProfileKind::TrustedRoot, _) => {
                let message = format!("{member} leads to {label}, a trusted certificate without a key");
                self.add(
                    "policy-link-kind",
                    Error,
                    member,
                    message,
                    "link a SCEP or PKCS profile",
                    "XTR-004",
                );
                return;
            }
            (CertificateProfileKind::ImportedPfx, CertificateRole::Authentication) => {
                let message = format!(
                    "{member} leads to {label}, an imported certificate; the sign-in takes SCEP or PKCS"
                );
                self.add(
                    "policy-link-kind",
                    Error,
                    member,
                    message,
                    "link a SCEP or PKCS profile",
                    "XTR-004",
                );
            }
            (CertificateProfileKind::Scep | CertificateProfileKind::Pkcs, CertificateRole::Encryption) => {
                let message = format!(
                    "{label} gives each device a certificate of its own; mail encrypted to one is unreadable on the other"
                );
                let help = "import the encryption certificates, and link an imported PFX profile";
                self.add("policy-encryption-per-device", Warning, member, message, help, "SMO-013");
            }
            _ => {}
        }
        if profile.kind == CertificateProfileKind::Scep {
            self.root_of(profile);
            if identities.is_empty() {
                let (identity, found) = profile.request(self.to);
                self.findings.extend(found);
                self.key_usage(role, profile, &identity);
                identities.push(identity);
            }
        } else if identities.is_empty() {
            let what = match profile.kind {
                CertificateProfileKind::Pkcs => {
                    "a connector gets the certificate of the user from the authority"
                }
                CertificateProfileKind::ImportedPfx => {
                    "the certificate is one that was imported for the user"
                }
                _ => "the certificate is derived from the user's smart card",
            };
            let message =
                format!("the certificate of {label} ({member}) is not there: {what}; its key is left out");
            let id = profile.resource.id().unwrap_or(member);
            let help = format!("give it with --link {id}=FILE.p12");
            self.add("policy-certificate-not-delivered", Error, member, message, &help, "SMO-017");
        }
    }

    /// Whether imported certificates are meant for what they are linked for.
    fn purpose(&mut self, role: CertificateRole, member: &str, profile: &CertificateProfile) {
        let (meant, wanted) = match (profile.resource.text("intendedPurpose"), role) {
            (Some(meant), CertificateRole::Signing) => (meant, "smimeSigning"),
            (Some(meant), CertificateRole::Encryption) => (meant, "smimeEncryption"),
            _ => return,
        };
        if profile.kind != CertificateProfileKind::ImportedPfx || [wanted, "unassigned"].contains(&meant) {
            return;
        }
        let label = excerpt(profile.label());
        let message = format!(
            "{member} leads to {label}, whose intendedPurpose is {}: certificates imported for {wanted} do not come by it",
            excerpt(meant)
        );
        let finding =
            profile.resource.finding("policy-link-purpose", Error, "intendedPurpose", message, "XTR-004");
        self.findings.push(finding.help(format!("link an imported PFX profile for {wanted}")));
    }

    fn key_usage(&mut self, role: CertificateRole, profile: &CertificateProfile, identity: &IdentityPayload) {
        let IdentityContent::Scep(request) = &identity.content else { return };
        let needed = if role == CertificateRole::Encryption { 4 } else { 1 };
        if let Some(usage) = request.key_usage
            && usage & needed == 0
        {
            let word = if needed == 4 { "keyEncipherment" } else { "digitalSignature" };
            let message =
                format!("the key that {} asks for cannot do what it is linked for", excerpt(profile.label()));
            let finding =
                profile.resource.finding("policy-scep-key-usage", Error, "keyUsage", message, "EAS-069");
            self.findings.push(finding.help(format!("add {word}")));
        }
    }

    fn targeted(&mut self, profile: &CertificateProfile) {
        let Some((user, directory)) = self.to.listed else { return };
        let assigned = profile.assignments.as_deref();
        self.findings.extend(unknown_groups(&profile.resource, assigned, directory));
        let found = targeting(profile.assignments.as_deref(), user, directory);
        if matches!(found, Targeting::NotAssigned | Targeting::Excluded { .. }) {
            let message = format!(
                "the certificate profile {} is not targeted at {}: Intune sends the policy again and again, and the user is asked each time",
                excerpt(profile.label()),
                user.user.upn
            );
            let resource = &profile.resource;
            let finding =
                resource.finding("policy-certificate-not-targeted", Error, "assignments", message, "XTR-006");
            self.findings.push(finding.help("assign it to the same groups of users as the e-mail policy"));
        }
    }

    fn root_of(&mut self, profile: &CertificateProfile) {
        let id = profile.root_link();
        let tenant = self.tenant;
        let known = id.as_deref().and_then(|id| tenant.certificate_profile(id));
        let names: Vec<&str> = [Some("rootCertificate"), id.as_deref(), known.map(CertificateProfile::label)]
            .into_iter()
            .flatten()
            .collect();
        let supplies = self.supplied(&names);
        let root = supplies.iter().find_map(|supply| match &supply.content {
            Supplied::Certificate { der } => Some(RootCertificate {
                policy_id: id.clone(),
                name: known.map_or_else(|| "Root".to_owned(), |known| known.label().to_owned()),
                file_name: None,
                der: der.clone(),
            }),
            Supplied::Objects(export) => {
                let ids = export.resources.iter().filter_map(|r| r.id());
                ids.filter_map(|id| tenant.certificate_profile(id)).find_map(CertificateProfile::root)
            }
            _ => None,
        });
        if root.is_none() {
            for supply in &supplies {
                self.misfit(supply, "rootCertificate", "a trusted certificate, or its object");
            }
        }
        if let Some(known) = known {
            self.findings.extend(known.findings.iter().cloned());
            self.targeted(known);
        }
        let label = excerpt(profile.label());
        let (rule, severity, message, id) =
            match (root.or_else(|| known.and_then(CertificateProfile::root)), id) {
                (Some(root), _) => {
                    if !self.certificates.roots.contains(&root) {
                        self.certificates.roots.push(root);
                    }
                    return;
                }
                // That it is empty is told by its own finding.
                (None, Some(_)) if known.is_some() => return,
                (None, None) if !supplies.is_empty() => return,
                (None, Some(id)) => {
                    let message = format!("the trusted root {} of {label} is not there", excerpt(&id));
                    ("policy-link-not-found", Error, message, id)
                }
                (None, None) => {
                    let message =
                        format!("{label} links no trusted root: plain answers of Graph leave links out");
                    ("policy-root-link-missing", Warning, message, "rootCertificate".to_owned())
                }
            };
        let finding = profile.resource.finding(rule, severity, "rootCertificate", message, "SMO-006");
        self.findings.push(
            finding.help(format!("give it with --link {id}=FILE: its object as JSON, or the certificate")),
        );
    }

    /// Trusted certificates that reach the user by themselves, and those handed in by their id.
    fn roots(&mut self) {
        let tenant = self.tenant;
        for profile in tenant.certificates.iter().filter(|p| p.kind == CertificateProfileKind::TrustedRoot) {
            let names = [profile.id.as_str(), profile.label()];
            let given = self.supplied(&names).into_iter().find_map(|supply| match &supply.content {
                Supplied::Certificate { der } => Some(der.clone()),
                _ => None,
            });
            let reaches = match self.to.listed {
                Some((user, directory)) => {
                    let found = targeting(profile.assignments.as_deref(), user, directory);
                    matches!(found, Targeting::Unknown | Targeting::Assigned(_))
                }
                None => profile.assignments.as_deref().is_none_or(may_reach),
            };
            let root = match given {
                Some(der) => Some(RootCertificate {
                    policy_id: Some(profile.id.clone()),
                    name: profile.label().to_owned(),
                    file_name: None,
                    der,
                }),
                None => profile.root(),
            };
            let Some(root) = root.filter(|_| reaches) else { continue };
            if !self.certificates.roots.iter().any(|known| known.key() == root.key()) {
                self.certificates.roots.push(root);
            }
        }
        let rest: Vec<&Supply> = self
            .supplies
            .iter()
            .zip(&self.used)
            .filter(|(_, used)| !**used)
            .map(|(supply, _)| supply)
            .collect();
        for supply in rest {
            if let Supplied::Certificate { der } = &supply.content {
                self.supplied(&[&supply.id]);
                self.certificates.roots.push(RootCertificate::named(supply.id.clone(), der.clone()));
            }
        }
    }
}

/// Whether assignments may reach somebody of whom no group is known.
fn may_reach(assigned: &[Assignment]) -> bool {
    assigned.iter().any(|a| !matches!(a.target, AssignmentTarget::ExcludedGroup(_)))
}
