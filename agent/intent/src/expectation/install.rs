//! Whether the phone takes the profile, what it then asks, and when the settings hold.

use serde::{Deserialize, Serialize};

use super::DeviceFacts;
use super::circumstances::Circumstances;
use super::expected::{BY_DEFAULT, Basis, Expected};
use crate::intent::Intent;
use crate::key;

/// Says what becomes of the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Install {
    /// The phone takes the profile.
    Accepted,
    /// The phone refuses it; account, actions and prompts then describe nothing.
    Refused,
    /// The documents do not say.
    Unsettled,
}

/// Says from when the settings of the profile hold (EAS-042).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InForce {
    /// From the installation on.
    AtOnce,
    /// From the moment the user has signed in; until then the settings of the account as it was
    /// before the installation hold, if there was one.
    AfterSignIn,
}

/// Names what the phone asks the user for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromptKind {
    /// The user name, missing in the profile.
    UserName,
    /// The address, missing in the profile.
    EmailAddress,
    /// The password of the account (EAS-024, EAS-041).
    Password,
    /// The web sign-in of OAuth (EAS-035).
    SignIn,
}

/// Holds the innermost error of a refusal, as Apple lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Refusal {
    /// The domain, such as `MCEASErrorDomain`.
    pub domain: &'static str,
    /// The code.
    pub code: u32,
}

/// Holds one prompt that must follow the installation.
pub type ExpectedPrompt = Expected<PromptKind>;

const INSTALLS: Basis =
    Basis::new(&["EAS-001", "EAS-002"], "Intune e-mail settings for iOS: Before you begin");
const INSTALLS_WITH_IDENTITIES: Basis = Basis::new(
    &["EAS-001", "EAS-002", "SMO-005", "SMO-017"],
    "Intune S/MIME overview: certificate profiles first; Apple com.apple.eas.account: the UUIDs of identities",
);
const DUPLICATE: Basis = Basis::new(
    &["XTR-005"],
    "Intune troubleshooting of e-mail profiles; Apple MDM error codes: 21005, account not unique",
);
const NOT_SUPERVISED: Basis = Basis::new(
    &[],
    "Apple com.apple.profileRemovalPassword: for supervised devices; what another does is not said",
);
const NO_SERVICE: Basis =
    Basis::new(&["XTR-016"], "Apple com.apple.eas.account: at least one of the Enable keys must be true");
const NO_HOST: Basis = Basis::new(&["EAS-010", "XTR-018"], "Apple MDM error codes: 21003, no host name");
const NO_IDENTITY: Basis = Basis::new(
    &["EAS-023", "SMO-017"],
    "Apple com.apple.eas.account: PayloadCertificateUUID names a payload of the same profile",
);
const NO_SMIME_IDENTITY: Basis = Basis::new(
    &["SMO-017"],
    "Apple MDM error codes: 7003, S/MIME certificate not found; listed for mail accounts",
);
const NO_USER_NAME: Basis =
    Basis::new(&["EAS-012"], "Apple com.apple.eas.account: UserName, required where nobody can be asked");
const NO_EMAIL_ADDRESS: Basis =
    Basis::new(&["EAS-019"], "Apple com.apple.eas.account: EmailAddress, asked for when missing");
const PASSWORD: Basis = Basis::new(
    &["EAS-022", "EAS-024", "EAS-041"],
    "Intune e-mail settings for iOS: Authentication method, Username and Password; \
     Exchange ActiveSync profile configuration",
);
const PASSWORD_BESIDE_SIGNING: Basis = Basis::new(
    &["EAS-022", "EAS-024", "EAS-041", "SMO-018"],
    "Intune e-mail settings for iOS: Authentication method, Username and Password; \
     a signing certificate signs mail and is no part of signing in",
);
const SIGN_IN: Basis = Basis::new(
    &["EAS-022", "EAS-030", "EAS-032", "EAS-035", "EAS-039", "EAS-041"],
    "Intune e-mail settings for iOS: OAuth",
);
const BY_CERTIFICATE: Basis = Basis::new(
    &["EAS-022", "EAS-023", "EAS-042"],
    "Intune e-mail settings for iOS: Authentication method, Certificate",
);
const OAUTH_BY_CERTIFICATE: Basis = Basis::new(
    &["EAS-022", "EAS-023", "EAS-031", "EAS-042"],
    "Intune e-mail settings for iOS: OAuth with the authentication method Certificate",
);
const BY_GIVEN_PASSWORD: Basis = Basis::new(&["EAS-042"], "Apple com.apple.eas.account: Password");
const BY_ENTRY: Basis = Basis::new(
    &["EAS-041", "EAS-042"],
    "Intune e-mail settings for iOS: Exchange ActiveSync profile configuration",
);

/// Says whether the phone finds the server by itself and ignores the host (XTR-018).
pub(super) fn autodiscovers(intent: &Intent, facts: &DeviceFacts) -> bool {
    uses_oauth(intent, facts) && !(facts.obeys_oauth_sign_in_url() && intent.oauth_sign_in_url.is_some())
}

/// Returns what becomes of the installation.
pub(super) fn install(
    intent: &Intent,
    facts: &DeviceFacts,
    circumstances: &Circumstances,
) -> Expected<Install> {
    let all_off = intent.services.iter().all(|(_, service)| service.enable == Some(false));
    if facts.obeys_service_keys() && all_off {
        return NO_SERVICE.expect(Install::Refused, crate::Service::Mail.enable_key());
    }
    if intent.host.is_none() && !autodiscovers(intent, facts) {
        return NO_HOST.expect(Install::Refused, key::HOST);
    }
    if dangles(&intent.identity, intent) {
        return NO_IDENTITY.expect(Install::Refused, key::PAYLOAD_CERTIFICATE_UUID);
    }
    if circumstances.has_account_of(intent) {
        return DUPLICATE.expect(Install::Refused, key::HOST);
    }
    if dangles(&intent.smime.signing_identity, intent) {
        return NO_SMIME_IDENTITY.expect(Install::Unsettled, key::SMIME_SIGNING_CERTIFICATE_UUID);
    }
    if dangles(&intent.smime.encryption_identity, intent) {
        return NO_SMIME_IDENTITY.expect(Install::Unsettled, key::SMIME_ENCRYPTION_CERTIFICATE_UUID);
    }
    if intent.user_name.is_none() {
        return NO_USER_NAME.expect(Install::Unsettled, key::USER_NAME);
    }
    if intent.removal_password && !facts.supervised {
        return NOT_SUPERVISED.expect(Install::Unsettled, key::REMOVAL_PASSWORD);
    }
    let names = [&intent.identity, &intent.smime.signing_identity, &intent.smime.encryption_identity];
    if names.iter().any(|name| name.is_some()) { INSTALLS_WITH_IDENTITIES } else { INSTALLS }
        .expect(Install::Accepted, BY_DEFAULT)
}

/// Returns the error that Apple lists for the refusal, if it lists one for this very cause.
pub(super) fn refusal(install: &Expected<Install>) -> Option<Expected<Refusal>> {
    const EAS: &str = "MCEASErrorDomain";
    if install.value != Install::Refused {
        return None;
    }
    let code = match install.citation {
        citation if citation == NO_HOST.citation => 21_003,
        citation if citation == DUPLICATE.citation => 21_005,
        _ => return None,
    };
    Some(install.clone().map(|_| Refusal { domain: EAS, code }))
}

/// Returns what the phone must ask, in the order of [`PromptKind`].
pub(super) fn prompts(intent: &Intent, facts: &DeviceFacts) -> Vec<ExpectedPrompt> {
    let mut prompts = Vec::new();
    if intent.user_name.is_none() {
        prompts.push(NO_USER_NAME.expect(PromptKind::UserName, BY_DEFAULT));
    }
    if intent.email_address.is_none() {
        prompts.push(NO_EMAIL_ADDRESS.expect(PromptKind::EmailAddress, BY_DEFAULT));
    }
    prompts.extend(sign_in(intent, facts));
    prompts
}

/// Returns from when the settings must hold.
pub(super) fn in_force(intent: &Intent, facts: &DeviceFacts) -> Expected<InForce> {
    match sign_in(intent, facts) {
        Some(prompt) => BY_ENTRY.expect(InForce::AfterSignIn, prompt.by),
        None => match certificate_key(intent) {
            Some(key) if uses_oauth(intent, facts) => OAUTH_BY_CERTIFICATE.expect(InForce::AtOnce, key),
            Some(key) => BY_CERTIFICATE.expect(InForce::AtOnce, key),
            None => BY_GIVEN_PASSWORD.expect(InForce::AtOnce, key::PASSWORD),
        },
    }
}

fn sign_in(intent: &Intent, facts: &DeviceFacts) -> Option<ExpectedPrompt> {
    if certificate_key(intent).is_some() {
        None
    } else if uses_oauth(intent, facts) {
        Some(SIGN_IN.expect(PromptKind::SignIn, key::OAUTH))
    } else if intent.password {
        None
    } else if intent.smime.signing_identity.is_some() {
        Some(PASSWORD_BESIDE_SIGNING.expect(PromptKind::Password, BY_DEFAULT))
    } else {
        Some(PASSWORD.expect(PromptKind::Password, BY_DEFAULT))
    }
}

fn certificate_key(intent: &Intent) -> Option<&'static str> {
    if intent.identity.is_some() {
        Some(key::PAYLOAD_CERTIFICATE_UUID)
    } else if intent.inline_identity {
        Some(key::CERTIFICATE)
    } else {
        None
    }
}

pub(super) fn uses_oauth(intent: &Intent, facts: &DeviceFacts) -> bool {
    facts.obeys_oauth() && intent.oauth == Some(true)
}

fn dangles(reference: &Option<String>, intent: &Intent) -> bool {
    reference.as_ref().is_some_and(|uuid| !intent.identities.contains(uuid))
}
