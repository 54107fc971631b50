//! How an account signs in.

use serde::Serialize;

use super::statement::{Grounds, Statement, Weight};
use crate::expectation::DeviceFacts;
use crate::intent::Intent;

/// Names how an account signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInMethod {
    /// On the web, with whatever factors the server asks for.
    Oauth,
    /// With a certificate.
    Certificate,
    /// With a password that every request carries.
    Basic,
    /// The policy does not say how; the form would have demanded a choice (EAS-022).
    Unknown,
}

/// Returns how the account of a profile signs in on a phone.
#[must_use]
pub fn sign_in_method(intent: &Intent, facts: &DeviceFacts) -> SignInMethod {
    if facts.obeys_oauth() && intent.oauth == Some(true) {
        SignInMethod::Oauth
    } else if intent.identity.is_some() || intent.inline_identity {
        SignInMethod::Certificate
    } else {
        SignInMethod::Basic
    }
}

const GROUNDS: Grounds = Grounds::new(
    &["EAS-022", "EAS-030"],
    &["Exchange team blog 3513846 (06/2022)", "Intune, e-mail settings for iOS"],
    &[4],
);

/// Says what becomes of an account with its way to sign in.
///
/// A host of Exchange Online takes no basic authentication since 10/2022.
#[must_use]
pub fn sign_in_statements(intent: &Intent, facts: &DeviceFacts) -> Vec<Statement> {
    statements_of(sign_in_method(intent, facts), intent)
}

/// Says what becomes of the account of a policy that does not say how it signs in.
#[must_use]
pub fn sign_in_unknown(intent: &Intent) -> Vec<Statement> {
    statements_of(SignInMethod::Unknown, intent)
}

fn statements_of(method: SignInMethod, intent: &Intent) -> Vec<Statement> {
    let account = intent.email_address.as_deref().or(intent.name.as_deref()).unwrap_or("the account");
    let online = intent.host.as_deref().is_some_and(is_exchange_online);
    let said = match method {
        SignInMethod::Basic if online => {
            let text = "signs in with basic authentication, which Exchange Online no longer takes: an account that \
                        was carried over from an older phone stays as it is and gets no mail";
            let remedy = "switch OAuth on in the policy; where the account was made by hand, delete it";
            GROUNDS.say("sign-in.basic", Weight::Error, text).remedy(remedy)
        }
        SignInMethod::Basic => {
            let text = "signs in with basic authentication: no second factor, and a migration to a new phone carries \
                        it along";
            GROUNDS.say("sign-in.basic", Weight::Warning, text).remedy("use OAuth or a certificate")
        }
        SignInMethod::Unknown => {
            let text = "does not say how it signs in: authenticationMethod is not set, or holds no value that there is";
            GROUNDS
                .say("sign-in.unknown", Weight::Warning, text)
                .remedy("set authenticationMethod in the policy, or switch OAuth on")
        }
        SignInMethod::Oauth => GROUNDS.say("sign-in.oauth", Weight::Info, "signs in with OAuth"),
        SignInMethod::Certificate => {
            GROUNDS.say("sign-in.certificate", Weight::Info, "signs in with a certificate")
        }
    };
    vec![said.about(account)]
}

fn is_exchange_online(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    ["outlook.office365.com", "outlook.office.com", "m.outlook.com", "eas.outlook.com"]
        .contains(&host.as_str())
}
