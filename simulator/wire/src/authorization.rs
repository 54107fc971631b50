//! The `Authorization` request header (RFC 9110 section 11.6.2, RFC 7617, RFC 6750).

use crate::Secret;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// The name of the request header.
pub const AUTHORIZATION: &str = "Authorization";
/// The name of the response header that challenges.
pub const WWW_AUTHENTICATE: &str = "WWW-Authenticate";

/// What a request shows to prove who sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Authorization {
    /// A user name and a password.
    Basic {
        /// The name, perhaps with a domain (`DOMAIN\user`) or an address.
        user: String,
        /// The password.
        password: Secret,
    },
    /// An access token; empty when a client only wants the challenge (MS-OAUTH2EX section 3.1.5.1).
    Bearer(Secret),
}

impl Authorization {
    /// Writes the header value.
    pub fn to_header(&self) -> String {
        match self {
            Self::Basic { user, password } => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose())))
            }
            Self::Bearer(token) if token.expose().is_empty() => "Bearer".into(),
            Self::Bearer(token) => format!("Bearer {}", token.expose()),
        }
    }

    /// Reads the header value; `None` for another scheme or broken Base64. The first colon ends the user name.
    pub fn from_header(value: &str) -> Option<Self> {
        let value = value.trim();
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("Bearer") {
            return Some(Self::Bearer(Secret::new(rest)));
        }
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some(Self::Basic { user: user.into(), password: Secret::new(password) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes_round_trip() {
        for value in [
            Authorization::Basic { user: "example\\anna".into(), password: Secret::new("a:b é") },
            Authorization::Bearer(Secret::new("tok.en")),
            Authorization::Bearer(Secret::new("")),
        ] {
            assert_eq!(Authorization::from_header(&value.to_header()), Some(value));
        }
        assert_eq!(
            Authorization::from_header("basic YTpi").map(|a| a.to_header()).as_deref(),
            Some("Basic YTpi")
        );
        for bad in ["Negotiate x", "Basic ???", "Basic YQ==", ""] {
            assert_eq!(Authorization::from_header(bad), None, "{bad}");
        }
    }
}
