//! What a server says of itself in answer to OPTIONS (MS-ASHTTP section 2.2.3).

use super::headers::{PROTOCOL_COMMANDS, PROTOCOL_VERSIONS, SERVER_ACTIVE_SYNC};
use super::{Command, ProtocolVersion};
use crate::Headers;
use serde::{Deserialize, Serialize};

/// Versions and commands of a server; unknown names are left out when read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionsResponse {
    /// The versions, in the order given.
    pub versions: Vec<ProtocolVersion>,
    /// The commands, in the order given.
    pub commands: Vec<Command>,
    /// The server's own version.
    pub server: Option<String>,
}

impl OptionsResponse {
    /// Adds the fields to a response.
    pub fn write(&self, headers: &mut Headers) {
        headers.set(PROTOCOL_VERSIONS, self.versions.iter().map(|v| v.name()).collect::<Vec<_>>().join(","));
        headers.set(PROTOCOL_COMMANDS, self.commands.iter().map(|c| c.name()).collect::<Vec<_>>().join(","));
        if let Some(server) = &self.server {
            headers.set(SERVER_ACTIVE_SYNC, server.as_str());
        }
    }

    /// Reads the fields of a response; `None` if it names no versions, as a server without ActiveSync.
    pub fn read(headers: &Headers) -> Option<Self> {
        let names = |field| headers.all(field).flat_map(|list| list.split(',')).map(str::trim);
        headers.get(PROTOCOL_VERSIONS)?;
        Some(Self {
            versions: names(PROTOCOL_VERSIONS).filter_map(ProtocolVersion::named).collect(),
            commands: names(PROTOCOL_COMMANDS).filter_map(Command::named).collect(),
            server: headers.get(SERVER_ACTIVE_SYNC).map(Into::into),
        })
    }

    /// Finds the newest version that the server and a client share.
    pub fn newest_common(&self, spoken: &[ProtocolVersion]) -> Option<ProtocolVersion> {
        self.versions.iter().copied().filter(|version| spoken.contains(version)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_round_trip_and_unknown_names_are_skipped() {
        let mut headers = Headers::new();
        let options = OptionsResponse {
            versions: vec![ProtocolVersion::V14_1, ProtocolVersion::V16_1],
            commands: vec![Command::Sync, Command::Provision],
            server: Some("15.2".into()),
        };
        options.write(&mut headers);
        assert_eq!(OptionsResponse::read(&headers).as_ref(), Some(&options));
        assert_eq!(options.newest_common(&ProtocolVersion::ALL), Some(ProtocolVersion::V16_1));
        assert_eq!(options.newest_common(&[ProtocolVersion::V12_1]), None);
        headers.set(PROTOCOL_VERSIONS, "2.5, 14.1,99.9");
        assert_eq!(OptionsResponse::read(&headers).map(|o| o.versions), Some(vec![ProtocolVersion::V14_1]));
        assert_eq!(OptionsResponse::read(&Headers::new()), None);
    }
}
