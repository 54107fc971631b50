//! Per-app VPN of com.apple.vpn.managed.applayer, and which accounts go through it. No tunnel is simulated.
//!
//! An account names its VPN by `VPNUUID` from iOS 14 on; before, and deprecated since 13.4, a VPN claims accounts by
//! `MailDomains` (profiles-and-mdm.md A.1, com.apple.vpn.managed.applayer; matching by whole labels from the end).

use crate::profiles::payload_type;
use crate::settings::{By, Setting};
use crate::{AccountId, Device};
use profile::Payload;
use serde::Serialize;

/// A per-app VPN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppVpn {
    /// `PayloadIdentifier` of the profile.
    pub profile: String,
    /// `PayloadUUID` of the payload.
    pub payload_uuid: String,
    /// `VPNUUID`.
    pub vpn_uuid: String,
    /// `UserDefinedName`.
    pub name: Option<String>,
    /// `VPNType`.
    pub vpn_type: Option<String>,
    /// `MailDomains`.
    pub mail_domains: Vec<String>,
    /// The accounts that go through it.
    pub accounts: Vec<AccountId>,
}

/// Whether an address belongs to a domain: dots at the ends do not count, labels are compared whole, from the end; a
/// domain of one label is a whole host.
fn covers(domain: &str, host: &str) -> bool {
    let domain = domain.trim_matches('.').to_ascii_lowercase();
    let host = host.trim_matches('.').to_ascii_lowercase();
    if domain.is_empty() {
        return false;
    }
    host == domain
        || domain.contains('.') && host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}

impl Device {
    /// The per-app VPNs, in the order of their profiles.
    pub fn app_vpns(&self) -> Vec<AppVpn> {
        let mut vpns: Vec<AppVpn> = self
            .stored
            .iter()
            .flat_map(|s| s.payloads_of(payload_type::APP_VPN).map(|p| app_vpn(&s.identifier, p)))
            .collect();
        let named = self.accounts.iter().filter_map(|a| Some((a.id, self.effective(a.id)?.vpn?.value)));
        let mail =
            self.mail_accounts.iter().filter_map(|a| Some((a.id, a.settings.vpn.as_ref()?.value.clone())));
        for (account, uuid) in named.chain(mail) {
            if let Some(vpn) = vpns.iter_mut().find(|v| v.vpn_uuid == uuid) {
                vpn.accounts.push(account);
            }
        }
        vpns
    }

    /// The VPN that claims an account of that address by its `MailDomains`.
    pub(crate) fn vpn_by_domain(&self, email: &str) -> Option<Setting<String>> {
        let domain = email.rsplit_once('@')?.1;
        let stored = self.stored.iter().flat_map(|s| s.payloads_of(payload_type::APP_VPN));
        let mut vpns = stored.map(|p| app_vpn("", p));
        let vpn = vpns.find(|v| v.mail_domains.iter().any(|d| covers(d, domain)))?;
        Some(Setting { value: vpn.vpn_uuid, by: By::key("MailDomains") })
    }
}

fn app_vpn(profile: &str, payload: &Payload) -> AppVpn {
    let text = |key| payload.string(key).ok().flatten().map(str::to_owned);
    let domains = payload.array("MailDomains").ok().flatten().unwrap_or_default();
    AppVpn {
        profile: profile.to_owned(),
        payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
        vpn_uuid: text("VPNUUID").unwrap_or_default(),
        name: text("UserDefinedName"),
        vpn_type: text("VPNType"),
        mail_domains: domains.iter().filter_map(|n| n.value.as_str()).map(str::to_owned).collect(),
        accounts: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_match_by_whole_labels() {
        assert!(covers(".contoso.example.", "mail.contoso.example"));
        assert!(covers("contoso.example", "CONTOSO.example"));
        assert!(!covers("contoso.example", "notcontoso.example"));
        assert!(!covers("example", "contoso.example"), "one label is a whole host");
        assert!(covers("intranet", "intranet"));
        assert!(!covers("..", "contoso.example"));
    }
}
