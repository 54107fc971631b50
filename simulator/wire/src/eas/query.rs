//! The request URL in its plain-text form (MS-ASHTTP section 2.2.1.1.1.2).

use super::Command;
use crate::url::{Url, decode_form, encode_form};
use serde::{Deserialize, Serialize};

/// The path of the ActiveSync endpoint.
pub const PATH: &str = "/Microsoft-Server-ActiveSync";

/// What the query of a command says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The sign-in name, which may differ from the address.
    pub user: String,
    /// The device id.
    pub device_id: String,
    /// The device type, such as `iPhone`.
    pub device_type: String,
    /// The command.
    pub command: Command,
}

impl Query {
    /// Writes the query, without `?`.
    pub fn to_text(&self) -> String {
        encode_form([
            ("User", self.user.as_str()),
            ("DeviceId", &self.device_id),
            ("DeviceType", &self.device_type),
            ("Cmd", self.command.name()),
        ])
    }

    /// Writes the whole URL for a host (with port, if it is not 443).
    pub fn to_url(&self, host: &str) -> String {
        format!("https://{host}{PATH}?{}", self.to_text())
    }

    /// Reads the query; names compare without case.
    ///
    /// # Errors
    /// Which parameter is missing or empty, or that the command is unknown.
    pub fn parse(query: &str) -> Result<Self, QueryError> {
        let mut fields = decode_form(query);
        let mut field = |name: &'static str| {
            fields
                .iter_mut()
                .find(|(n, value)| n.eq_ignore_ascii_case(name) && !value.is_empty())
                .map(|(_, value)| std::mem::take(value))
                .ok_or(QueryError::Missing(name))
        };
        Ok(Self {
            command: Command::named(&field("Cmd")?).ok_or(QueryError::UnknownCommand)?,
            user: field("User")?,
            device_id: field("DeviceId")?,
            device_type: field("DeviceType")?,
        })
    }

    /// Reads the query of a URL.
    ///
    /// # Errors
    /// As [`Query::parse`].
    pub fn of_url(url: &str) -> Result<Self, QueryError> {
        Self::parse(Url::parse(url).and_then(|url| url.query).unwrap_or_default())
    }
}

/// A query that says too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// A parameter is missing or empty.
    #[error("find the parameter {0}")]
    Missing(&'static str),
    /// The command is not one of the protocol.
    #[error("recognise the command")]
    UnknownCommand,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_round_trips() {
        let query = Query {
            user: "EXAMPLE\\anna@é".into(),
            device_id: "4KLO0108DT71J9UGO7JC7VI3MG".into(),
            device_type: "iPhone".into(),
            command: Command::FolderSync,
        };
        assert_eq!(Query::of_url(&query.to_url("mail.example.test:8443")), Ok(query));
        assert_eq!(Query::parse("User=a&DeviceId=b&DeviceType=c"), Err(QueryError::Missing("Cmd")));
        assert_eq!(
            Query::parse("cmd=sync&User=a&DeviceId=&DeviceType=c"),
            Err(QueryError::Missing("DeviceId"))
        );
        assert_eq!(Query::parse("Cmd=Dance&User=a&DeviceId=b&DeviceType=c"), Err(QueryError::UnknownCommand));
    }
}
