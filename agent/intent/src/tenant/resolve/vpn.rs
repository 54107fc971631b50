//! The per-app VPN of an account, and the identity that it signs in with.

use profile::Severity::Error;
use profile::graph::{Link, Resource, ResourceKind, excerpt};

use super::Resolver;
use crate::certificate::{IdentityContent, IdentityPayload, Pkcs12Content};
use crate::tenant::certificate::{CertificateProfile, CertificateProfileKind};
use crate::tenant::supply::Supplied;
use crate::vpn::PerAppVpn;

impl Resolver<'_> {
    pub(super) fn vpn(&mut self) -> Option<PerAppVpn> {
        let policy = &self.email.policy;
        let id = policy.per_app_vpn_profile_id.as_deref()?;
        let member = "perAppVPNProfileId";
        let supplies = self.supplied(&[id, member]);
        let tenant = self.tenant;
        let supplied = supplies.iter().find_map(|supply| match &supply.content {
            Supplied::Objects(export) => export.resources.iter().find(|r| r.kind == ResourceKind::Vpn),
            _ => None,
        });
        let Some(resource) = tenant.vpn(id).or(supplied) else {
            for supply in &supplies {
                self.misfit(supply, member, "the object of a VPN profile");
            }
            let message = format!("the VPN profile {} is not there; its key is left out", excerpt(id));
            let help = format!("give it with --link {id}=FILE: its object as JSON");
            self.add("policy-vpn-not-found", Error, member, message, &help, "EAS-103");
            return None;
        };
        self.findings.extend(profile::graph::check(resource));
        if resource.boolean("enablePerApp") != Some(true) {
            let message = format!("the VPN profile {} is no per-app VPN", excerpt(resource.label()));
            self.add(
                "policy-vpn-not-per-app",
                Error,
                member,
                message,
                "set enablePerApp to true in it",
                "EAS-103",
            );
        }
        let mut vpn = per_app_vpn(id, resource);
        if resource.text("authenticationMethod") == Some("certificate") {
            vpn.identity = self.vpn_identity(resource);
        }
        Some(vpn)
    }

    /// What tells the identity of a VPN from others; where it is not there, that is said.
    fn vpn_identity(&mut self, resource: &Resource) -> Option<String> {
        let label = excerpt(resource.label());
        let id = match resource.link("identityCertificate") {
            Some(Link::Id(id)) => id,
            Some(Link::Inline(object)) => object.id().map_or_else(|| object.path.clone(), str::to_owned),
            None => {
                let message = format!(
                    "the VPN profile {label} signs in with a certificate and links none: plain answers of Graph leave links out"
                );
                self.lacks(
                    resource,
                    "policy-link-missing",
                    message,
                    "ask for it with $expand=identityCertificate",
                );
                return None;
            }
        };
        let tenant = self.tenant;
        let profile = tenant.certificate_profile(&id);
        let names: Vec<&str> =
            [Some(id.as_str()), profile.map(CertificateProfile::label)].into_iter().flatten().collect();
        let given = self.supplied(&names).into_iter().find_map(|supply| match &supply.content {
            Supplied::Pkcs12 { bytes, password } => {
                Some(Pkcs12Content { bytes: bytes.clone(), password: password.clone() })
            }
            _ => None,
        });
        if let Some(content) = given {
            let name = profile.map_or_else(|| id.clone(), |profile| profile.label().to_owned());
            let content = IdentityContent::Pkcs12(content);
            self.certificates.others.push(IdentityPayload { policy_id: Some(id.clone()), name, content });
            return Some(id);
        }
        let help = format!("give it with --link {id}=FILE: its object as JSON, or a PKCS#12");
        let Some(profile) = profile else {
            let message =
                format!("the certificate profile {} of the VPN profile {label} is not there", excerpt(&id));
            self.lacks(resource, "policy-link-not-found", message, &help);
            return None;
        };
        if profile.kind != CertificateProfileKind::Scep {
            let message = format!(
                "the certificate of {} for the VPN profile {label} is not there",
                excerpt(profile.label())
            );
            self.lacks(resource, "policy-certificate-not-delivered", message, &help);
            return None;
        }
        let (identity, found) = profile.request(self.to);
        self.findings.extend(found);
        let key = identity.key().to_owned();
        self.certificates.others.push(identity);
        Some(key)
    }

    fn lacks(&mut self, resource: &Resource, rule: &'static str, message: String, help: &str) {
        self.findings
            .push(resource.finding(rule, Error, "identityCertificate", message, "EAS-103").help(help));
    }
}

/// Bundle ids of VPN apps as Apple lists them for `VPNSubType` (Configuration Profile Reference, VPN payload).
const SUB_TYPES: [(&str, &str); 4] = [
    ("ciscoAnyConnect", "com.cisco.anyconnect.applevpn.plugin"),
    ("pulseSecure", "com.juniper.sslvpn"),
    ("f5EdgeClient", "com.f5.F5-Edge-Client.vpnplugin"),
    ("dellSonicWallMobileConnect", "com.sonicwall.SonicWALL-SSLVPN.vpnplugin"),
];

fn per_app_vpn(id: &str, resource: &Resource) -> PerAppVpn {
    let texts = |name| resource.texts(name).into_iter().map(str::to_owned).collect();
    let kind = resource.text("connectionType").unwrap_or_default();
    let named = SUB_TYPES.iter().find(|(word, _)| *word == kind).map(|(_, id)| (*id).to_owned());
    PerAppVpn {
        id: id.to_owned(),
        name: resource.text("connectionName").unwrap_or_else(|| resource.label()).to_owned(),
        server: resource.objects("server").first().and_then(|s| s.text("address")).map(str::to_owned),
        sub_type: resource.text("identifier").filter(|id| !id.is_empty()).map(str::to_owned).or(named),
        authentication: match resource.text("authenticationMethod") {
            Some("certificate") => Some("Certificate"),
            Some("usernameAndPassword") => Some("Password"),
            _ => None,
        },
        identity: None,
        provider_type: match resource.text("providerType") {
            Some("appProxy") => Some("app-proxy"),
            Some("packetTunnel") => Some("packet-tunnel"),
            _ => None,
        },
        safari_domains: texts("safariDomains"),
        associated_domains: texts("associatedDomains"),
        excluded_domains: texts("excludedDomains"),
    }
}
