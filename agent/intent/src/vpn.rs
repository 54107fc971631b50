//! The per-app VPN that an account may use, as its payload.
//!
//! Sources: Apple device-management, `com.apple.vpn.managed.applayer`; Graph, `iosVpnConfiguration`.

use profile::plist::{Dictionary, Value};

/// Holds what a per-app VPN payload says (EAS-101).
///
/// The payload's VPNUUID is the id of the VPN profile: which one Intune writes is not public, and the account has to
/// name the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerAppVpn {
    /// The id of the VPN profile.
    pub id: String,
    /// The name of the connection.
    pub name: String,
    /// The address of the server.
    pub server: Option<String>,
    /// The bundle id of the app that makes the connection (`VPNSubType`).
    pub sub_type: Option<String>,
    /// Apple's word for how the user signs in.
    pub authentication: Option<&'static str>,
    /// What tells the identity it signs in with from others ([`crate::IdentityPayload::key`]).
    pub identity: Option<String>,
    /// `app-proxy` or `packet-tunnel`.
    pub provider_type: Option<&'static str>,
    /// Domains that make Safari use it.
    pub safari_domains: Vec<String>,
    /// Domains associated with it.
    pub associated_domains: Vec<String>,
    /// Domains kept out of it.
    pub excluded_domains: Vec<String>,
}

impl PerAppVpn {
    /// Adds the settings to the frame of a payload.
    pub(crate) fn fill(&self, payload: Dictionary, identity: Option<String>) -> Dictionary {
        let list = |values: &[String]| (!values.is_empty()).then(|| Value::array(values.iter().cloned()));
        let inner = Dictionary::new()
            .with_some("RemoteAddress", self.server.clone())
            .with_some("AuthenticationMethod", self.authentication)
            .with_some("PayloadCertificateUUID", identity)
            .with_some("ProviderType", self.provider_type);
        payload
            .with("UserDefinedName", &self.name)
            .with("VPNType", "VPN")
            .with_some("VPNSubType", self.sub_type.clone())
            .with("VPN", inner)
            .with("VPNUUID", &self.id)
            .with("OnDemandMatchAppEnabled", true)
            .with_some("SafariDomains", list(&self.safari_domains))
            .with_some("AssociatedDomains", list(&self.associated_domains))
            .with_some("ExcludedDomains", list(&self.excluded_domains))
    }
}
