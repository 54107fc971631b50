//! Who sends a request.

use super::Exchange;
use crate::User;
use crate::token_issuer::TokenKey;
use serde::{Deserialize, Serialize};
use smime::{Certificate, Context, Purpose, validate};
use wire::authorization::{AUTHORIZATION, WWW_AUTHENTICATE};
use wire::oauth::BearerChallenge;
use wire::{Authorization, HttpRequest, HttpResponse};

/// How requests may prove who sends them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// Passwords (RFC 7617).
    pub basic: bool,
    /// Access tokens (RFC 6750).
    pub bearer: Option<Bearer>,
    /// Whether a TLS client certificate may stand for its user, without any `Authorization`.
    pub client_certificate: bool,
    /// Whether every request needs a client certificate, whatever else it shows.
    pub client_certificate_required: bool,
}

/// Access tokens and where they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    /// What checks them.
    pub key: TokenKey,
    /// Where users sign in, for the challenge.
    pub authorization_uri: String,
}

impl Default for Authentication {
    /// Passwords only.
    fn default() -> Self {
        Self { basic: true, bearer: None, client_certificate: false, client_certificate_required: false }
    }
}

/// Why a request was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// 401: nothing that proves it, or it is wrong.
    Unauthorized,
    /// 403: a client certificate is required and there is none.
    CertificateMissing,
    /// 403: the client certificate stands for nobody, or not for the user of the password or token.
    CertificateNotMapped,
}

/// The application id of Exchange, which it names in its challenge (MS-OAUTH2EX).
const EXCHANGE_CLIENT_ID: &str = "00000002-0000-0ff1-ce00-000000000000";

impl Exchange {
    /// Finds the user who sends a request.
    pub(super) fn authenticate(
        &self,
        cx: &Context<'_>,
        request: &HttpRequest,
        client_certificate: Option<&[u8]>,
    ) -> Result<&User, Refusal> {
        let methods = &self.authentication;
        let by_certificate = match client_certificate {
            None if methods.client_certificate_required => return Err(Refusal::CertificateMissing),
            Some(der) if methods.client_certificate || methods.client_certificate_required => {
                Some(self.user_of_certificate(cx, der).ok_or(Refusal::CertificateNotMapped)?)
            }
            _ => None,
        };
        let Some(header) = request.headers.get(AUTHORIZATION) else {
            let other_way = methods.basic || methods.bearer.is_some();
            let refusal = if other_way { Refusal::Unauthorized } else { Refusal::CertificateMissing };
            return by_certificate.filter(|_| methods.client_certificate).ok_or(refusal);
        };
        let user = match Authorization::from_header(header) {
            Some(Authorization::Basic { user, password }) if methods.basic => {
                self.directory.user_of_sign_in(&user).filter(|known| known.password == password)
            }
            Some(Authorization::Bearer(token)) => methods
                .bearer
                .as_ref()
                .and_then(|bearer| bearer.key.address(cx, token.expose()))
                .and_then(|address| self.directory.user(&address)),
            _ => None,
        }
        .ok_or(Refusal::Unauthorized)?;
        match by_certificate {
            Some(other) if other.address != user.address => Err(Refusal::CertificateNotMapped),
            _ => Ok(user),
        }
    }

    /// The user of a client certificate: mapped by hand, else named by address in one for client
    /// authentication that a trusted issuer signed and that is valid now.
    fn user_of_certificate(&self, cx: &Context<'_>, der: &[u8]) -> Option<&User> {
        if let Some(user) = self.directory.user_of_client_certificate(der) {
            return Some(user);
        }
        let certificate = Certificate::from_der(der).ok()?;
        validate(cx, &certificate, &[], &self.client_issuers, Purpose::ClientAuth).ok()?;
        certificate.email_addresses().iter().find_map(|address| self.directory.user(address))
    }

    /// The answer to a request that is not let in.
    pub(super) fn refuse(&self, refusal: Refusal) -> HttpResponse {
        if refusal != Refusal::Unauthorized {
            return HttpResponse::empty(403);
        }
        let mut response = HttpResponse::empty(401);
        if let Some(bearer) = &self.authentication.bearer {
            let challenge = BearerChallenge::default()
                .with("client_id", EXCHANGE_CLIENT_ID)
                .with("trusted_issuers", "00000001-0000-0000-c000-000000000000@*")
                .with("token_types", "app_asserted_user_v1 service_asserted_app_v1")
                .with("authorization_uri", &bearer.authorization_uri);
            response.headers.append(WWW_AUTHENTICATE, challenge.to_header());
        }
        if self.authentication.basic {
            response.headers.append(WWW_AUTHENTICATE, "Basic realm=\"\"");
        }
        response
    }
}
