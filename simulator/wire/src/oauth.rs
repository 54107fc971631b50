//! OAuth 2.0 as mail accounts use it: the Bearer challenge, authorization codes, tokens
//! (RFC 6749, RFC 6750, RFC 7636; MS-OAUTH2EX section 3.2.5.1 for what Exchange puts into the challenge).

mod authorization;
mod challenge;
mod token;

pub use authorization::{AuthorizationRequest, AuthorizationResponse, CodeChallenge, CodeChallengeMethod};
pub use challenge::BearerChallenge;
pub use token::{Grant, TokenError, TokenRequest, TokenResponse};

/// The media type of token requests.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// The media type of token responses.
pub const JSON: &str = "application/json";
