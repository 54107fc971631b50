//! Web sign-in: find the server, be told where to sign in, sign in, turn the code into a token (eas.md B.1, B.8).

use super::Job;
use super::session::Body;
use crate::{AccountId, AccountState, Credential, Device, PromptKind};
use wire::oauth::{
    AuthorizationRequest, AuthorizationResponse, BearerChallenge, FORM, Grant, TokenRequest, TokenResponse,
};
use wire::url::{encode_form, percent_encode};
use wire::{Headers, HttpResponse, Method, Secret};

/// The id under which the accounts of iOS are registered with Microsoft ("iOS Accounts", EAS-036).
const CLIENT_ID: &str = "f8d98a96-0999-43f5-8af3-69971c7bb423";
/// Where the sign-in page hands the code over.
const REDIRECT: &str = "com.apple.Preferences://oauth-redirect";

impl Device {
    /// Begins a web sign-in; the owner has typed the password that goes into the page.
    pub(crate) fn start_sign_in(&mut self, id: AccountId, password: Secret) {
        self.drop_exchanges(id);
        let Some(account) = self.account_mut(id) else { return };
        account.credential = Credential::None;
        let settings = account.newest_settings();
        let page = settings.and_then(|s| s.oauth_sign_in_url.as_ref()).map(|s| s.value.clone());
        let discover = account.host.is_none();
        account.session = wire::Shared::default();
        if discover {
            account.session.queue.push_back(Job::Autodiscover);
        }
        // A sign-in URL in the payload replaces what the server's challenge would say.
        account.session.queue.push_back(match page {
            Some(page) => Job::Authorize { page, password },
            None => Job::Challenge { password },
        });
        self.drive(id);
    }

    fn authorization(&self, id: AccountId, page: &str) -> Option<String> {
        let account = self.account(id)?;
        let request = AuthorizationRequest {
            client_id: CLIENT_ID.to_owned(),
            redirect_uri: REDIRECT.to_owned(),
            state: format!("account-{}", id.0),
            scope: None,
            login_hint: account.email.clone(),
            code_challenge: None,
        };
        Some(request.to_url(page))
    }

    pub(super) fn sign_in_request(&self, id: AccountId, job: &Job) -> Option<Body> {
        let account = self.account(id)?;
        let form = || Headers::new().with("Content-Type", FORM);
        Some(match job {
            Job::Autodiscover => {
                let email = percent_encode(account.email.as_deref()?);
                let url = format!(
                    "https://outlook.office365.com/autodiscover/autodiscover.json/v1.0/{email}?Protocol=ActiveSync"
                );
                Body::Bare(Method::Get, url, Headers::new(), Vec::new())
            }
            Job::Challenge { .. } => {
                let headers = Headers::new().with("Authorization", "Bearer");
                Body::Bare(Method::Post, self.server_url(id)?, headers, Vec::new())
            }
            Job::Authorize { page, password } => {
                let url = self.authorization(id, page)?;
                let user = account.user_name.as_deref()?;
                let fields = encode_form([("username", user), ("password", password.expose())]);
                Body::Bare(Method::Post, url, form(), fields.into_bytes())
            }
            Job::Token { endpoint, code } => {
                let grant = Grant::AuthorizationCode {
                    code: code.clone(),
                    redirect_uri: REDIRECT.to_owned(),
                    code_verifier: None,
                };
                let request = TokenRequest { client_id: CLIENT_ID.to_owned(), grant };
                Body::Bare(Method::Post, endpoint.clone(), form(), request.to_form().into_bytes())
            }
            _ => return None,
        })
    }

    pub(super) fn sign_in_response(&mut self, id: AccountId, job: Job, response: &HttpResponse) {
        let next = match job {
            Job::Autodiscover => {
                let Some(host) = discovered_host(&response.body).filter(|_| response.status == 200) else {
                    self.give_up(id, "autodiscovery finds no Exchange server");
                    return;
                };
                if let Some(account) = self.account_mut(id) {
                    account.host = Some(host);
                }
                None
            }
            Job::Challenge { password } => {
                let challenge = BearerChallenge::of_response(&response.headers);
                let Some(page) = challenge.as_ref().and_then(BearerChallenge::authorization_uri) else {
                    // A server that does not speak OAuth: nothing happens (EAS-034).
                    self.give_up(id, "the server does not offer OAuth");
                    return;
                };
                Some(Job::Authorize { page: page.to_owned(), password })
            }
            Job::Authorize { page, .. } => {
                let redirect =
                    response.headers.get("Location").and_then(AuthorizationResponse::from_redirect);
                let Some(AuthorizationResponse::Code { code, .. }) = redirect else {
                    self.sign_in_again(id);
                    return;
                };
                Some(Job::Token { endpoint: self.token_endpoint(id, &page), code })
            }
            Job::Token { .. } => {
                let Some(token) = TokenResponse::from_json(&response.body).filter(|_| response.status == 200)
                else {
                    self.sign_in_again(id);
                    return;
                };
                if let Some(account) = self.account_mut(id) {
                    account.credential = Credential::Bearer(token.access_token);
                    account.session.queue.extend([Job::Options, Job::FolderSync]);
                }
                None
            }
            _ => None,
        };
        if let Some(account) = self.account_mut(id) {
            account.session.queue.pop_front();
            if let Some(next) = next {
                account.session.queue.push_front(next);
            }
        }
        self.drive(id);
    }

    /// The token endpoint: the payload's, else beside the sign-in page.
    fn token_endpoint(&self, id: AccountId, page: &str) -> String {
        let settings = self.account(id).and_then(|a| a.newest_settings());
        match settings.and_then(|s| s.oauth_token_url.as_ref()) {
            Some(url) => url.value.clone(),
            None => match page.strip_suffix("/authorize") {
                Some(base) => format!("{base}/token"),
                None => page.to_owned(),
            },
        }
    }

    fn sign_in_again(&mut self, id: AccountId) {
        if let Some(account) = self.account_mut(id) {
            account.session.queue.clear();
        }
        self.set_state(id, AccountState::Refused);
        self.ask(PromptKind::SignIn { account: id });
    }
}

/// The host in an Autodiscover v2 answer: `{"Protocol":"ActiveSync","Url":"https://…"}` (eas.md B.1).
fn discovered_host(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let url = wire::Url::parse(answer.get("Url")?.as_str()?)?;
    Some(url.host.to_owned())
}
