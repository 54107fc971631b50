//! The token endpoint (RFC 6749 sections 4.1.3, 5.1, 5.2 and 6).

use crate::Secret;
use crate::url::{decode_form, encode_form};
use serde::{Deserialize, Serialize};

/// By what right a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grant {
    /// A code from the sign-in.
    AuthorizationCode {
        /// The code.
        code: Secret,
        /// The redirect of the sign-in, repeated.
        redirect_uri: String,
        /// What the code challenge was made from.
        code_verifier: Option<Secret>,
    },
    /// A token from an earlier answer.
    RefreshToken(Secret),
}

/// Asks for a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRequest {
    /// The client.
    pub client_id: String,
    /// The right.
    pub grant: Grant,
}

impl TokenRequest {
    /// Writes the form that is posted.
    pub fn to_form(&self) -> String {
        let mut fields = vec![("client_id", self.client_id.as_str())];
        match &self.grant {
            Grant::AuthorizationCode { code, redirect_uri, code_verifier } => {
                fields.push(("grant_type", "authorization_code"));
                fields.push(("code", code.expose()));
                fields.push(("redirect_uri", redirect_uri));
                fields.extend(code_verifier.iter().map(|verifier| ("code_verifier", verifier.expose())));
            }
            Grant::RefreshToken(token) => {
                fields.push(("grant_type", "refresh_token"));
                fields.push(("refresh_token", token.expose()));
            }
        }
        encode_form(fields)
    }

    /// Reads the form; `None` for another grant or if a field is missing.
    pub fn from_form(form: &str) -> Option<Self> {
        let fields = decode_form(form);
        let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
        let grant = match field("grant_type")?.as_str() {
            "authorization_code" => Grant::AuthorizationCode {
                code: Secret::new(field("code")?),
                redirect_uri: field("redirect_uri")?,
                code_verifier: field("code_verifier").map(Secret::new),
            },
            "refresh_token" => Grant::RefreshToken(Secret::new(field("refresh_token")?)),
            _ => return None,
        };
        Some(Self { client_id: field("client_id")?, grant })
    }
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenResponse {
    /// What requests show.
    pub access_token: Secret,
    /// `Bearer`.
    pub token_type: String,
    /// How long it is good, in seconds.
    #[serde(rename = "expires_in", default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<u64>,
    /// What gets the next token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
}

impl TokenResponse {
    /// Writes the JSON body.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads the JSON body; `None` if it is no token.
    pub fn from_json(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

/// Why there is no token; the body of a 400.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenError {
    /// The error code, such as `invalid_grant`.
    pub error: String,
}

impl TokenError {
    /// Writes the JSON body.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads the JSON body; `None` if it names no error.
    pub fn from_json(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_responses_round_trip() {
        for grant in [
            Grant::AuthorizationCode {
                code: Secret::new("a+b"),
                redirect_uri: "app://x".into(),
                code_verifier: Some(Secret::new("v")),
            },
            Grant::RefreshToken(Secret::new("r")),
        ] {
            let request = TokenRequest { client_id: "mail".into(), grant };
            assert_eq!(TokenRequest::from_form(&request.to_form()), Some(request));
        }
        assert_eq!(TokenRequest::from_form("grant_type=password&client_id=a"), None);
        let response = TokenResponse {
            access_token: Secret::new("s3cr3t"),
            token_type: "Bearer".into(),
            expires_in_seconds: Some(3600),
            refresh_token: None,
        };
        assert!(!format!("{response:?}").contains("s3cr3t"));
        assert!(String::from_utf8_lossy(&response.to_json()).contains("\"expires_in\":3600"));
        assert_eq!(TokenResponse::from_json(&response.to_json()), Some(response));
        assert_eq!(TokenResponse::from_json(b"{\"error\":\"invalid_grant\"}"), None);
        let error = TokenError { error: "invalid_grant".into() };
        assert_eq!(TokenError::from_json(&error.to_json()), Some(error));
    }
}
