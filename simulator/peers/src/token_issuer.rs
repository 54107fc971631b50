//! An OAuth issuer: a sign-in page, codes, access and refresh tokens.
//!
//! Tokens are signed (HMAC-SHA-256), so that a server that shares the key checks them without asking.

use crate::Directory;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use smime::{Context, DigestAlgorithm, Timestamp};
use std::collections::BTreeMap;
use wire::oauth::{
    AuthorizationRequest, AuthorizationResponse, CodeChallenge, CodeChallengeMethod, FORM, Grant, JSON,
    TokenError, TokenRequest, TokenResponse,
};
use wire::url::decode_form;
use wire::{HttpRequest, HttpResponse, Method, Secret, Url};

/// The path of the sign-in page.
pub const AUTHORIZE: &str = "/oauth2/authorize";
/// The path of the token endpoint.
pub const TOKEN: &str = "/oauth2/token";
/// How long a code is good, in seconds.
pub const CODE_SECONDS: i64 = 600;
/// The most codes that wait to be redeemed; older ones are dropped.
pub const CODES: usize = 10_000;
/// The longest token that is looked at, in bytes.
pub const TOKEN_BYTES: usize = 8_192;

/// What checks the tokens of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenKey(Secret);

/// The issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenIssuer {
    key: TokenKey,
    access_seconds: i64,
    next: u64,
    codes: BTreeMap<u64, Code>,
    /// Sign-ins whose refresh tokens are refused.
    revoked: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Code {
    code: Secret,
    address: String,
    client_id: String,
    redirect_uri: String,
    challenge: Option<CodeChallenge>,
    expires: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Purpose {
    Access,
    Refresh,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    client: String,
    purpose: Purpose,
    session: u64,
    /// In milliseconds since the epoch.
    expires: Option<i64>,
    number: u64,
}

impl TokenKey {
    /// Makes a key of a text, which is best long.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }

    /// Checks an access token and returns the address of its user; `None` if it is forged or expired.
    pub fn address(&self, cx: &Context<'_>, token: &str) -> Option<String> {
        let claims = self.open(cx, token, Purpose::Access)?;
        claims.expires.is_some_and(|expires| cx.now.0 < expires).then_some(claims.sub)
    }

    fn seal(&self, cx: &Context<'_>, claims: &Claims) -> Secret {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).unwrap_or_default());
        let tag = URL_SAFE_NO_PAD.encode(self.tag(cx, &payload));
        Secret::new(format!("{payload}.{tag}"))
    }

    fn open(&self, cx: &Context<'_>, token: &str, purpose: Purpose) -> Option<Claims> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let (payload, tag) = token.split_once('.')?;
        if URL_SAFE_NO_PAD.decode(tag).ok()? != self.tag(cx, payload) {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (claims.purpose == purpose).then_some(claims)
    }

    fn tag(&self, cx: &Context<'_>, payload: &str) -> Vec<u8> {
        cx.crypto.hmac(DigestAlgorithm::Sha256, self.0.expose().as_bytes(), &[payload.as_bytes()])
    }
}

impl TokenIssuer {
    /// Makes an issuer whose access tokens are good for a number of seconds.
    pub fn new(key: TokenKey, access_seconds: i64) -> Self {
        Self { key, access_seconds, next: 1, codes: BTreeMap::new(), revoked: Vec::new() }
    }

    /// Returns the key by which servers check the tokens.
    pub fn key(&self) -> &TokenKey {
        &self.key
    }

    /// Answers a request: `GET` [`AUTHORIZE`] shows the page, `POST` to the same URL with `username` and
    /// `password` signs in, `POST` [`TOKEN`] redeems.
    pub fn handle(&mut self, cx: &Context<'_>, directory: &Directory, request: &HttpRequest) -> HttpResponse {
        let Some(url) = Url::parse(&request.url) else { return HttpResponse::empty(400) };
        match (request.method, url.path) {
            (Method::Get, AUTHORIZE) => match AuthorizationRequest::from_url(&request.url) {
                Some(_) => HttpResponse::with_body(200, "text/html; charset=utf-8", PAGE.into()),
                None => HttpResponse::empty(400),
            },
            (Method::Post, AUTHORIZE) => {
                let Some(asked) = AuthorizationRequest::from_url(&request.url) else {
                    return HttpResponse::empty(400);
                };
                let form = decode_form(&String::from_utf8_lossy(&request.body));
                let field = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
                let (user, password) =
                    (field("username").unwrap_or_default(), field("password").unwrap_or_default());
                match self.authorize(cx, directory, &asked, user, password) {
                    Some(response) => {
                        let mut redirect = HttpResponse::empty(302);
                        redirect.headers.set("Location", response.to_redirect(&asked.redirect_uri));
                        redirect
                    }
                    None => HttpResponse::with_body(200, "text/html; charset=utf-8", PAGE.into()),
                }
            }
            (Method::Post, TOKEN) => {
                let form = request.headers.get("Content-Type").unwrap_or_default();
                let asked = TokenRequest::from_form(&String::from_utf8_lossy(&request.body));
                let answer = match asked.filter(|_| form.to_ascii_lowercase().starts_with(FORM)) {
                    Some(asked) => self.redeem(cx, directory, &asked),
                    None => Err(TokenError { error: "invalid_request".into() }),
                };
                match answer {
                    Ok(token) => HttpResponse::with_body(200, JSON, token.to_json()),
                    Err(error) => HttpResponse::with_body(400, JSON, error.to_json()),
                }
            }
            (_, AUTHORIZE | TOKEN) => HttpResponse::empty(405),
            _ => HttpResponse::empty(404),
        }
    }

    /// Signs a user in with what was typed; `None` if name or password are wrong, so that the page stays.
    pub fn authorize(
        &mut self,
        cx: &Context<'_>,
        directory: &Directory,
        request: &AuthorizationRequest,
        user: &str,
        password: &str,
    ) -> Option<AuthorizationResponse> {
        let user = directory.user_of_sign_in(user).filter(|user| user.password.expose() == password)?;
        let number = self.number();
        let tag = self.key.tag(cx, &format!("code {number} {}", cx.now.0));
        let code = Secret::new(URL_SAFE_NO_PAD.encode(tag));
        self.codes.insert(
            number,
            Code {
                code: code.clone(),
                address: user.address.clone(),
                client_id: request.client_id.clone(),
                redirect_uri: request.redirect_uri.clone(),
                challenge: request.code_challenge.clone(),
                expires: Timestamp(cx.now.0 + CODE_SECONDS * 1_000),
            },
        );
        while self.codes.len() > CODES {
            self.codes.pop_first();
        }
        Some(AuthorizationResponse::Code { code, state: request.state.clone() })
    }

    /// Gives tokens for a code, once, or for a refresh token.
    ///
    /// # Errors
    /// `invalid_grant` for anything that is not good (RFC 6749 section 5.2).
    pub fn redeem(
        &mut self,
        cx: &Context<'_>,
        directory: &Directory,
        request: &TokenRequest,
    ) -> Result<TokenResponse, TokenError> {
        let refused = || TokenError { error: "invalid_grant".into() };
        let (address, session) = match &request.grant {
            Grant::AuthorizationCode { code, redirect_uri, code_verifier } => {
                let number =
                    self.codes.iter().find(|(_, known)| known.code == *code).map(|(number, _)| *number);
                let (number, known) =
                    number.and_then(|n| Some((n, self.codes.remove(&n)?))).ok_or_else(refused)?;
                let bound = match (&known.challenge, code_verifier) {
                    (None, _) => true,
                    (Some(challenge), Some(verifier)) => answers(cx, challenge, verifier),
                    (Some(_), None) => false,
                };
                let same = known.client_id == request.client_id && known.redirect_uri == *redirect_uri;
                if !(bound && same && cx.now < known.expires) {
                    return Err(refused());
                }
                (known.address, number)
            }
            Grant::RefreshToken(token) => {
                let claims = self.key.open(cx, token.expose(), Purpose::Refresh).ok_or_else(refused)?;
                if claims.client != request.client_id || self.revoked.contains(&claims.session) {
                    return Err(refused());
                }
                (claims.sub, claims.session)
            }
        };
        directory.user(&address).ok_or_else(refused)?;
        let token = |purpose, expires, number| Claims {
            sub: address.clone(),
            client: request.client_id.clone(),
            purpose,
            session,
            expires,
            number,
        };
        let expires = cx.now.0 + self.access_seconds * 1_000;
        let access = token(Purpose::Access, Some(expires), self.number());
        let refresh = token(Purpose::Refresh, None, self.number());
        Ok(TokenResponse {
            access_token: self.key.seal(cx, &access),
            token_type: "Bearer".into(),
            expires_in_seconds: u64::try_from(self.access_seconds).ok(),
            refresh_token: Some(self.key.seal(cx, &refresh)),
        })
    }

    /// Refuses from now on the refresh tokens of every sign-in so far; access tokens run out by themselves.
    pub fn revoke_all(&mut self) {
        self.revoked = (1..self.next).collect();
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}

const PAGE: &str = "<!doctype html><title>Sign in</title><form method=\"post\">\
    <input name=\"username\"><input name=\"password\" type=\"password\"><button>Sign in</button></form>";

fn answers(cx: &Context<'_>, challenge: &CodeChallenge, verifier: &Secret) -> bool {
    match challenge.method {
        CodeChallengeMethod::Plain => challenge.challenge == *verifier,
        CodeChallengeMethod::S256 => {
            let digest = cx.crypto.digest(DigestAlgorithm::Sha256, &[verifier.expose().as_bytes()]);
            URL_SAFE_NO_PAD.encode(digest) == challenge.challenge.expose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::User;
    use wire::{ExchangeId, Headers};

    const NOW: Timestamp = Timestamp(1_770_000_000_000);

    fn at(seconds: i64) -> Context<'static> {
        Context { now: Timestamp(NOW.0 + seconds * 1_000), crypto: &crypto::AwsLc }
    }

    fn world() -> (TokenIssuer, Directory) {
        let mut directory = Directory::new();
        directory.add(User::new("anna@example.test", "Anna", "pw")).unwrap();
        (TokenIssuer::new(TokenKey::new("a long key"), 3_600), directory)
    }

    fn asked() -> AuthorizationRequest {
        AuthorizationRequest {
            client_id: "mail".into(),
            redirect_uri: "app://done".into(),
            state: "s".into(),
            scope: None,
            login_hint: None,
            code_challenge: Some(CodeChallenge {
                // RFC 7636 appendix B.
                challenge: Secret::new("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
                method: CodeChallengeMethod::S256,
            }),
        }
    }

    fn redemption(code: Secret) -> TokenRequest {
        TokenRequest {
            client_id: "mail".into(),
            grant: Grant::AuthorizationCode {
                code,
                redirect_uri: "app://done".into(),
                code_verifier: Some(Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            },
        }
    }

    fn post(url: String, body: String) -> HttpRequest {
        HttpRequest {
            exchange: ExchangeId(1),
            identity: None,
            method: Method::Post,
            url,
            headers: Headers::new().with("Content-Type", FORM),
            body: body.into_bytes(),
        }
    }

    fn code(issuer: &mut TokenIssuer, directory: &Directory) -> Secret {
        match issuer.authorize(&at(0), directory, &asked(), "anna@example.test", "pw") {
            Some(AuthorizationResponse::Code { code, .. }) => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_sign_in_over_http_ends_in_a_token_that_the_key_accepts() {
        let (mut issuer, directory) = world();
        let url = asked().to_url("https://sts.example.test/oauth2/authorize");
        let wrong = post(url.clone(), "username=anna%40example.test&password=no".into());
        assert_eq!(issuer.handle(&at(0), &directory, &wrong).status, 200);
        let right = post(url, "username=anna%40example.test&password=pw".into());
        let redirect = issuer.handle(&at(0), &directory, &right);
        assert_eq!(redirect.status, 302);
        let location = redirect.headers.get("Location").unwrap();
        let Some(AuthorizationResponse::Code { code, state }) =
            AuthorizationResponse::from_redirect(location)
        else {
            panic!("no code")
        };
        assert_eq!(state, "s");
        let token = post("https://sts.example.test/oauth2/token".into(), redemption(code).to_form());
        let response = issuer.handle(&at(1), &directory, &token);
        let token = TokenResponse::from_json(&response.body).unwrap();
        let address = |seconds| issuer.key().address(&at(seconds), token.access_token.expose());
        assert_eq!(address(2).as_deref(), Some("anna@example.test"));
        assert_eq!(address(3_601), None, "expired");
        assert_eq!(
            issuer.key().address(&at(2), token.refresh_token.unwrap().expose()),
            None,
            "no access token"
        );
    }

    #[test]
    fn a_code_is_good_once_in_time_and_for_its_client() {
        let (mut issuer, directory) = world();
        let fresh = code(&mut issuer, &directory);
        assert!(issuer.redeem(&at(1), &directory, &redemption(fresh.clone())).is_ok());
        assert!(issuer.redeem(&at(1), &directory, &redemption(fresh)).is_err(), "used");
        let late = code(&mut issuer, &directory);
        assert!(issuer.redeem(&at(CODE_SECONDS), &directory, &redemption(late)).is_err());
        let other = code(&mut issuer, &directory);
        let stolen = TokenRequest { client_id: "thief".into(), ..redemption(other) };
        assert!(issuer.redeem(&at(1), &directory, &stolen).is_err());
        let unbound = code(&mut issuer, &directory);
        let grant = Grant::AuthorizationCode {
            code: unbound,
            redirect_uri: "app://done".into(),
            code_verifier: Some(Secret::new("guess")),
        };
        assert!(
            issuer.redeem(&at(1), &directory, &TokenRequest { client_id: "mail".into(), grant }).is_err()
        );
    }

    #[test]
    fn refresh_works_until_revoked_and_forgeries_never() {
        let (mut issuer, directory) = world();
        let code = code(&mut issuer, &directory);
        let token = issuer.redeem(&at(1), &directory, &redemption(code)).unwrap();
        let refresh = TokenRequest {
            client_id: "mail".into(),
            grant: Grant::RefreshToken(token.refresh_token.unwrap()),
        };
        assert!(issuer.redeem(&at(9_999), &directory, &refresh).is_ok());
        issuer.revoke_all();
        assert!(issuer.redeem(&at(9_999), &directory, &refresh).is_err());
        let other = TokenKey::new("another key");
        assert_eq!(other.address(&at(2), token.access_token.expose()), None);
        for forged in ["", ".", "a.b", &"x".repeat(TOKEN_BYTES + 1)] {
            assert_eq!(issuer.key().address(&at(2), forged), None);
        }
    }

    #[test]
    fn waiting_codes_are_bounded() {
        let (mut issuer, directory) = world();
        let first = code(&mut issuer, &directory);
        for _ in 1..CODES {
            code(&mut issuer, &directory);
        }
        assert!(issuer.clone().redeem(&at(1), &directory, &redemption(first.clone())).is_ok());
        code(&mut issuer, &directory);
        assert!(issuer.redeem(&at(1), &directory, &redemption(first)).is_err());
    }
}
