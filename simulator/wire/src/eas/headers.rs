//! Header fields of requests and responses (MS-ASHTTP sections 2.2.1.1.2 and 2.2.1.2.1).

use super::ProtocolVersion;
use crate::Headers;
use serde::{Deserialize, Serialize};

/// The media type of WBXML bodies.
pub const WBXML: &str = "application/vnd.ms-sync.wbxml";
/// The protocol version of a request.
pub const PROTOCOL_VERSION: &str = "MS-ASProtocolVersion";
/// The versions that a server speaks.
pub const PROTOCOL_VERSIONS: &str = "MS-ASProtocolVersions";
/// The commands that a server knows.
pub const PROTOCOL_COMMANDS: &str = "MS-ASProtocolCommands";
/// The policy key of a device.
pub const POLICY_KEY: &str = "X-MS-PolicyKey";
/// The program and its build.
pub const USER_AGENT: &str = "User-Agent";
/// The server's own version.
pub const SERVER_ACTIVE_SYNC: &str = "MS-Server-ActiveSync";

/// The key by which a device shows which policy it applied; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyKey(pub u32);

impl PolicyKey {
    /// The key of a device without policy.
    pub const NONE: PolicyKey = PolicyKey(0);
}

/// The header fields that every command carries, besides credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandHeaders {
    /// The protocol version; a server without it assumes the oldest.
    pub version: Option<ProtocolVersion>,
    /// The policy key, if the device sent one.
    pub policy_key: Option<PolicyKey>,
    /// The program and its build.
    pub user_agent: Option<String>,
}

impl CommandHeaders {
    /// Adds the fields and the content type to a request.
    pub fn write(&self, headers: &mut Headers) {
        if let Some(version) = self.version {
            headers.set(PROTOCOL_VERSION, version.name());
        }
        if let Some(PolicyKey(key)) = self.policy_key {
            headers.set(POLICY_KEY, key.to_string());
        }
        if let Some(user_agent) = &self.user_agent {
            headers.set(USER_AGENT, user_agent.as_str());
        }
        headers.set("Content-Type", WBXML);
    }

    /// Reads the fields of a request; a value that cannot be read counts as absent.
    pub fn read(headers: &Headers) -> Self {
        Self {
            version: headers.get(PROTOCOL_VERSION).and_then(|name| ProtocolVersion::named(name.trim())),
            policy_key: headers.get(POLICY_KEY).and_then(|key| key.trim().parse().ok()).map(PolicyKey),
            user_agent: headers.get(USER_AGENT).map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_headers_round_trip() {
        let sent = CommandHeaders {
            version: Some(ProtocolVersion::V16_1),
            policy_key: Some(PolicyKey(u32::MAX)),
            user_agent: Some("Apple-iPhone9C1/1501.530400009".into()),
        };
        let mut headers = Headers::new();
        sent.write(&mut headers);
        assert_eq!(CommandHeaders::read(&headers), sent);
        assert_eq!(headers.get("content-type"), Some(WBXML));
        headers.set(POLICY_KEY, "4294967296");
        assert_eq!(CommandHeaders::read(&headers).policy_key, None);
    }
}
