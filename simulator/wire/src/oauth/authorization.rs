//! The request that a browser shows the sign-in page for, and the redirect that ends it.

use crate::Secret;
use crate::url::{Url, encode_form};
use serde::{Deserialize, Serialize};

/// How a code challenge was made from its verifier (RFC 7636 section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeChallengeMethod {
    /// The verifier itself.
    Plain,
    /// SHA-256 of the verifier, Base64url without padding.
    S256,
}

/// What binds a code to the client that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge {
    /// The challenge.
    pub challenge: Secret,
    /// How it was made.
    pub method: CodeChallengeMethod,
}

/// Asks for an authorization code (RFC 6749 section 4.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: String,
    /// Where the browser goes afterwards.
    pub redirect_uri: String,
    /// Comes back unchanged.
    pub state: String,
    /// What is asked for.
    pub scope: Option<String>,
    /// Whose account it is about, to fill in the form.
    pub login_hint: Option<String>,
    /// What binds the code.
    pub code_challenge: Option<CodeChallenge>,
}

impl AuthorizationRequest {
    /// Writes the URL for an endpoint, which may have a query of its own.
    pub fn to_url(&self, endpoint: &str) -> String {
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("state", &self.state),
        ];
        fields.extend(self.scope.iter().map(|scope| ("scope", scope.as_str())));
        fields.extend(self.login_hint.iter().map(|hint| ("login_hint", hint.as_str())));
        if let Some(CodeChallenge { challenge, method }) = &self.code_challenge {
            fields.push(("code_challenge", challenge.expose()));
            fields.push((
                "code_challenge_method",
                match method {
                    CodeChallengeMethod::Plain => "plain",
                    CodeChallengeMethod::S256 => "S256",
                },
            ));
        }
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{separator}{}", encode_form(fields))
    }

    /// Reads the URL; `None` if it asks for no code, or lacks client or redirect.
    pub fn from_url(url: &str) -> Option<Self> {
        let url = Url::parse(url)?;
        if url.parameter("response_type")? != "code" {
            return None;
        }
        let method = match url.parameter("code_challenge_method").as_deref() {
            None | Some("plain") => CodeChallengeMethod::Plain,
            Some("S256") => CodeChallengeMethod::S256,
            Some(_) => return None,
        };
        Some(Self {
            client_id: url.parameter("client_id")?,
            redirect_uri: url.parameter("redirect_uri")?,
            state: url.parameter("state").unwrap_or_default(),
            scope: url.parameter("scope"),
            login_hint: url.parameter("login_hint"),
            code_challenge: url
                .parameter("code_challenge")
                .map(|challenge| CodeChallenge { challenge: Secret::new(challenge), method }),
        })
    }
}

/// What the redirect says (RFC 6749 sections 4.1.2 and 4.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthorizationResponse {
    /// The user signed in.
    Code {
        /// The code, good once and for a short time.
        code: Secret,
        /// The state of the request.
        state: String,
    },
    /// The user did not.
    Error {
        /// The error code, such as `access_denied`.
        error: String,
        /// The state of the request.
        state: String,
    },
}

impl AuthorizationResponse {
    /// Writes the redirect to a URI, which may have a custom scheme.
    pub fn to_redirect(&self, redirect_uri: &str) -> String {
        let (name, value, state) = match self {
            Self::Code { code, state } => ("code", code.expose(), state),
            Self::Error { error, state } => ("error", error.as_str(), state),
        };
        let separator = if redirect_uri.contains('?') { '&' } else { '?' };
        format!("{redirect_uri}{separator}{}", encode_form([(name, value), ("state", state)]))
    }

    /// Reads a redirect; `None` if it holds neither code nor error.
    pub fn from_redirect(location: &str) -> Option<Self> {
        let (_, query) = location.split_once('?')?;
        let fields = crate::url::decode_form(query.split('#').next().unwrap_or(query));
        let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
        let state = field("state").unwrap_or_default();
        match (field("code"), field("error")) {
            (Some(code), None) => Some(Self::Code { code: Secret::new(code), state }),
            (_, Some(error)) => Some(Self::Error { error, state }),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_redirects_round_trip() {
        let request = AuthorizationRequest {
            client_id: "mail".into(),
            redirect_uri: "com.example.mail://done?x=1".into(),
            state: "a b&c".into(),
            scope: None,
            login_hint: Some("anna@example.test".into()),
            code_challenge: Some(CodeChallenge {
                challenge: Secret::new("ch"),
                method: CodeChallengeMethod::S256,
            }),
        };
        for endpoint in ["https://sts.example.test/authorize", "https://sts.example.test/authorize?t=1"] {
            assert_eq!(AuthorizationRequest::from_url(&request.to_url(endpoint)).as_ref(), Some(&request));
        }
        for response in [
            AuthorizationResponse::Code { code: Secret::new("c/d"), state: "s".into() },
            AuthorizationResponse::Error { error: "access_denied".into(), state: "s".into() },
        ] {
            let redirect = response.to_redirect(&request.redirect_uri);
            assert_eq!(AuthorizationResponse::from_redirect(&redirect), Some(response));
        }
        assert_eq!(AuthorizationResponse::from_redirect("app://done"), None);
        assert_eq!(AuthorizationRequest::from_url("https://h/?response_type=token&client_id=a"), None);
    }

    #[test]
    fn debug_hides_the_code() {
        let response = AuthorizationResponse::Code { code: Secret::new("s3cr3t"), state: "s".into() };
        assert!(!format!("{response:?}").contains("s3cr3t"));
    }
}
