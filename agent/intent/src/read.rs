//! From a profile to what it asks for, by its syntax alone.

use std::collections::{BTreeMap, BTreeSet};

use profile::plist::Value;
use profile::schema::{KeySchema, KeyType, Literal};
use profile::{Payload, Profile, Schema, WrongType};

use crate::intent::{Intent, ServiceIntent, SmimeIntent};
use crate::key;
use crate::service::{Service, Services};

/// Reports why a profile cannot be read as the settings of one account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The document is no property list, or its root is no dictionary.
    #[error("the document is no profile")]
    NotAProfile,
    /// The payloads are encrypted and were not handed in decrypted.
    #[error("the payloads are encrypted")]
    Encrypted,
    /// There is no Exchange account in the profile (EAS-001).
    #[error("the profile has no Exchange account")]
    NoAccount,
    /// There is more than one Exchange account in the profile (EAS-001).
    #[error("the profile has {count} Exchange accounts")]
    SeveralAccounts {
        /// How many.
        count: usize,
    },
    /// A key holds a value of another type than Apple's schema gives it.
    #[error(transparent)]
    WrongType(#[from] WrongType),
    /// The mail window is no number of days that a device could keep.
    #[error("a mail window of {days} days is impossible")]
    ImpossibleWindow {
        /// The number in the profile.
        days: i64,
    },
}

/// Reads what a profile asks for its one Exchange account.
///
/// Windows outside Apple's list of values are kept as they are: a linter speaks of them.
/// UUIDs are compared as they are written.
///
/// # Errors
/// [`ReadError`] when there is not exactly one account, or a key holds a wrong type.
pub fn read(profile: &Profile) -> Result<Intent, ReadError> {
    if profile.dictionary().is_none() {
        return Err(ReadError::NotAProfile);
    }
    let accounts: Vec<&Payload> =
        profile.payloads.iter().filter(|payload| payload.is(key::EAS_ACCOUNT)).collect();
    let account = match accounts.as_slice() {
        [account] => *account,
        [] if profile.is_encrypted() && profile.payloads.is_empty() => {
            return Err(ReadError::Encrypted);
        }
        [] => return Err(ReadError::NoAccount),
        several => return Err(ReadError::SeveralAccounts { count: several.len() }),
    };
    // An empty text says nothing, as if the key were not there.
    let text = |key| account.string(key).map(|text| text.filter(|t| !t.is_empty()).map(str::to_owned));
    Ok(Intent {
        name: text(key::PAYLOAD_DISPLAY_NAME)?,
        host: text(key::HOST)?,
        user_name: text(key::USER_NAME)?,
        email_address: text(key::EMAIL_ADDRESS)?,
        password: account.string(key::PASSWORD)?.is_some(),
        ssl: account.boolean(key::SSL)?,
        oauth: account.boolean(key::OAUTH)?,
        oauth_sign_in_url: text(key::OAUTH_SIGN_IN_URL)?,
        identity: text(key::PAYLOAD_CERTIFICATE_UUID)?,
        inline_identity: account.data(key::CERTIFICATE)?.is_some(),
        services: Services::try_from_fn(|service| self::service(account, service))?,
        mail_window_days: window_days(account)?,
        prevent_move: account.boolean(key::PREVENT_MOVE)?,
        prevent_app_sheet: account.boolean(key::PREVENT_APP_SHEET)?,
        disable_recents: account.boolean(key::DISABLE_MAIL_RECENTS_SYNCING)?,
        smime: smime(account)?,
        vpn: text(key::VPN_UUID)?,
        removal_disallowed: removal_disallowed(profile)?,
        removal_password: profile.payloads.iter().any(|payload| payload.is(key::REMOVAL_PASSWORD)),
        restrictions: restrictions(profile)?,
        identities: uuids(profile, &[key::PKCS12, key::SCEP, key::ACME]),
        enrolled: uuids(profile, &[key::SCEP, key::ACME]),
    })
}

/// The UUIDs of the payloads of some types.
fn uuids(profile: &Profile, kinds: &[&str]) -> BTreeSet<String> {
    let payloads = profile.payloads.iter().filter(|payload| kinds.iter().any(|kind| payload.is(kind)));
    payloads.filter_map(|payload| payload.uuid().map(str::to_owned)).collect()
}

fn service(account: &Payload, service: Service) -> Result<ServiceIntent, WrongType> {
    Ok(ServiceIntent {
        enable: account.boolean(service.enable_key())?,
        overridable: account.boolean(service.overridable_key())?,
    })
}

fn smime(account: &Payload) -> Result<SmimeIntent, WrongType> {
    let text = |key| account.string(key).map(|text| text.filter(|t| !t.is_empty()).map(str::to_owned));
    Ok(SmimeIntent {
        enabled: account.boolean(key::SMIME_ENABLED)?,
        encryption_enabled: account.boolean(key::SMIME_ENCRYPTION_ENABLED)?,
        old_per_message_switch: account.boolean(key::SMIME_ENABLE_PER_MESSAGE_SWITCH)?,
        signing_enabled: account.boolean(key::SMIME_SIGNING_ENABLED)?,
        signing_overrideable: account.boolean(key::SMIME_SIGNING_USER_OVERRIDEABLE)?,
        signing_identity: text(key::SMIME_SIGNING_CERTIFICATE_UUID)?,
        signing_identity_overrideable: account
            .boolean(key::SMIME_SIGNING_CERTIFICATE_UUID_USER_OVERRIDEABLE)?,
        encrypt_by_default: account.boolean(key::SMIME_ENCRYPT_BY_DEFAULT)?,
        encrypt_by_default_overrideable: account.boolean(key::SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE)?,
        per_message_switch: account.boolean(key::SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH)?,
        encryption_identity: text(key::SMIME_ENCRYPTION_CERTIFICATE_UUID)?,
        encryption_identity_overrideable: account
            .boolean(key::SMIME_ENCRYPTION_CERTIFICATE_UUID_USER_OVERRIDEABLE)?,
    })
}

fn window_days(account: &Payload) -> Result<Option<u32>, ReadError> {
    account
        .integer(key::MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC)?
        .map(|days| u32::try_from(days).map_err(|_| ReadError::ImpossibleWindow { days }))
        .transpose()
}

fn restrictions(profile: &Profile) -> Result<BTreeMap<String, bool>, WrongType> {
    let payloads: Vec<&Payload> =
        profile.payloads.iter().filter(|payload| payload.is(key::RESTRICTIONS)).collect();
    let mut merged = BTreeMap::new();
    if payloads.is_empty() {
        return Ok(merged);
    }
    for known in Schema::builtin().keys(key::RESTRICTIONS).filter(|known| known.kind == KeyType::Boolean) {
        for payload in &payloads {
            if let Some(said) = payload.boolean(&known.name)? {
                let strict = strictest(known);
                let value = merged.entry(known.name.clone()).or_insert(said);
                if said == strict {
                    *value = strict;
                }
            }
        }
    }
    Ok(merged)
}

/// Returns the value of a restriction that wins over the other: what is allowed loses, what is
/// forced wins; a name that says neither restricts by what is not its default.
fn strictest(known: &KeySchema) -> bool {
    if known.name.starts_with("allow") {
        false
    } else {
        known.name.starts_with("force") || known.default == Some(Literal::Boolean(false))
    }
}

fn removal_disallowed(profile: &Profile) -> Result<Option<bool>, WrongType> {
    let Some(node) = profile.key(key::PAYLOAD_REMOVAL_DISALLOWED) else {
        return Ok(None);
    };
    match node.value {
        Value::Boolean(disallowed) => Ok(Some(disallowed)),
        ref other => Err(WrongType {
            key: key::PAYLOAD_REMOVAL_DISALLOWED.to_owned(),
            expected: "boolean",
            found: other.type_name(),
            span: node.span,
        }),
    }
}
