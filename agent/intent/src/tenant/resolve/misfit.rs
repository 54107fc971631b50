//! What was handed in for a link and serves for nothing: of the wrong kind, unreadable, or wanted by nobody.

use profile::Severity::{Error, Warning};
use profile::graph::{ResourceKind, excerpt};

use super::Resolver;
use crate::tenant::supply::{Supplied, Supply};

impl Resolver<'_> {
    /// Says that a supply does not serve the link it was handed in for; `needs` is what would.
    pub(super) fn misfit(&mut self, supply: &Supply, member: &str, needs: &str) {
        let holds = match &supply.content {
            Supplied::Certificate { .. } => "a certificate without a private key".to_owned(),
            Supplied::Pkcs12 { .. } => "a certificate with its private key".to_owned(),
            Supplied::Objects(export) => match export.resources.as_slice() {
                [] => "no object of Graph".to_owned(),
                [one] if one.kind == ResourceKind::Email => "an e-mail policy".to_owned(),
                [one] if one.kind == ResourceKind::TrustedRoot => {
                    "a trusted certificate without a key".to_owned()
                }
                [one] if one.type_name.is_empty() => "an object of no type".to_owned(),
                [one] => format!("an object of the type {}", excerpt(&one.type_name)),
                several => format!("{} objects, none of which is one", several.len()),
            },
            Supplied::Nothing { reason, help } => {
                let message = format!("the certificate for {member} is not there: {} {reason}", supply.file);
                let help = help.clone().unwrap_or_default();
                self.add("policy-link-file", Error, member, message, &help, "SMO-017");
                return;
            }
        };
        let message = format!("{} holds {holds}, and {member} needs {needs}", supply.file);
        self.add("policy-link-kind", Error, member, message, &format!("give {needs}"), "XTR-004");
    }

    /// Supplies that nothing asked for.
    pub(super) fn unused(&mut self) {
        let supplies = self.supplies;
        let unused = supplies.iter().zip(self.used.clone()).filter(|(_, used)| !used);
        for (supply, _) in unused {
            match &supply.content {
                Supplied::Objects(export) => {
                    // Objects may be there for others to link; a trusted certificate serves by being there.
                    let serves = export.resources.iter().any(|resource| {
                        resource.kind == ResourceKind::TrustedRoot
                            || self.is_linked(resource.id().unwrap_or(&resource.path))
                    });
                    if !serves {
                        self.leads_nowhere(supply);
                    }
                }
                Supplied::Nothing { reason, help } => {
                    let message = format!("{} for {} {reason}", supply.file, excerpt(&supply.id));
                    self.add(
                        "policy-link-file",
                        Error,
                        "",
                        message,
                        &help.clone().unwrap_or_default(),
                        "SMO-017",
                    );
                }
                _ => self.leads_nowhere(supply),
            }
        }
    }

    fn leads_nowhere(&mut self, supply: &Supply) {
        let message =
            format!("nothing in the policy leads to {}; {} is not used", excerpt(&supply.id), supply.file);
        let help =
            "write the id of a linked profile, or the name of the link, such as smimeSigningCertificate";
        self.add("policy-link-unused", Warning, "", message, help, "SMO-017");
    }

    /// Whether the policy, or what it links, leads to an object.
    fn is_linked(&self, id: &str) -> bool {
        let policy = &self.email.policy;
        let links = &policy.links;
        let own = [
            links.identity.as_deref(),
            links.signing.as_deref(),
            links.encryption.as_deref(),
            links.derived_credential.as_deref(),
            policy.per_app_vpn_profile_id.as_deref(),
        ];
        let mut linked = own.into_iter().flatten();
        linked.any(|own| own.eq_ignore_ascii_case(id))
            || self.tenant.certificates.iter().any(|profile| {
                profile.root_link().is_some_and(|root| root.eq_ignore_ascii_case(id))
            })
            || self.tenant.vpns.iter().any(|vpn| {
                matches!(vpn.link("identityCertificate"), Some(profile::graph::Link::Id(own)) if own.eq_ignore_ascii_case(id))
            })
    }
}
