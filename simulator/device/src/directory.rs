//! Directory accounts of com.apple.ldap.account: kept as settings; nothing is looked up in them.

use crate::Device;
use crate::profiles::payload_type;
use profile::Payload;
use serde::Serialize;

/// An LDAP account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DirectoryAccount {
    /// `PayloadIdentifier` of the profile.
    pub profile: String,
    /// `PayloadUUID` of the payload.
    pub payload_uuid: String,
    /// `LDAPAccountDescription`, else the host.
    pub name: String,
    /// `LDAPAccountHostName`.
    pub host: String,
    /// `LDAPAccountUserName`.
    pub user_name: Option<String>,
    /// Whether the payload brings the password, which is kept with the payload.
    pub has_password: bool,
    /// `LDAPAccountUseSSL`.
    pub ssl: bool,
    /// Where it searches: `LDAPSearchSettings`.
    pub searches: Vec<DirectorySearch>,
    /// `VPNUUID` (iOS 14).
    pub vpn: Option<String>,
}

/// A place in a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DirectorySearch {
    /// `LDAPSearchSettingSearchBase`.
    pub base: String,
    /// `LDAPSearchSettingScope`.
    pub scope: Option<String>,
}

impl Device {
    /// The LDAP accounts, in the order of their profiles.
    pub fn directories(&self) -> Vec<DirectoryAccount> {
        self.stored
            .iter()
            .flat_map(|s| s.payloads_of(payload_type::LDAP).map(|p| self.directory(&s.identifier, p)))
            .collect()
    }

    fn directory(&self, profile: &str, payload: &Payload) -> DirectoryAccount {
        let text = |key| payload.string(key).ok().flatten().filter(|t| !t.is_empty()).map(str::to_owned);
        let host = text("LDAPAccountHostName").unwrap_or_default();
        let searches = payload.array("LDAPSearchSettings").ok().flatten().unwrap_or_default();
        let search = |d: &profile::plist::Dictionary| DirectorySearch {
            base: d.str("LDAPSearchSettingSearchBase").unwrap_or_default().to_owned(),
            scope: d.str("LDAPSearchSettingScope").map(str::to_owned),
        };
        DirectoryAccount {
            profile: profile.to_owned(),
            payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
            name: text("LDAPAccountDescription").unwrap_or_else(|| host.clone()),
            host,
            user_name: text("LDAPAccountUserName"),
            has_password: text("LDAPAccountPassword").is_some(),
            ssl: payload.boolean("LDAPAccountUseSSL").ok().flatten().unwrap_or(true),
            searches: searches.iter().filter_map(|n| n.value.as_dictionary()).map(search).collect(),
            vpn: text("VPNUUID").filter(|_| self.facts.at_least(14, 0)),
        }
    }
}
