//! Names of the payload keys that carry an e-mail policy to the phone.
//!
//! S/MIME keys end in `Overrideable`, the service keys (see [`crate::Service`]) in `Overridable`.
//! Source: Apple device-management, `com.apple.eas.account.yaml` and `TopLevel.yaml`, iOS 18.1.

/// Type of the account payload.
pub(crate) const EAS_ACCOUNT: &str = "com.apple.eas.account";
/// Type of a PKCS#12 payload.
pub(crate) const PKCS12: &str = "com.apple.security.pkcs12";
/// Type of a SCEP payload.
pub(crate) const SCEP: &str = "com.apple.security.scep";
/// Type of an ACME payload.
pub(crate) const ACME: &str = "com.apple.security.acme";
/// Type of a restrictions payload.
pub(crate) const RESTRICTIONS: &str = "com.apple.applicationaccess";
/// Type of a payload whose password removal asks for.
pub(crate) const REMOVAL_PASSWORD: &str = "com.apple.profileRemovalPassword";
/// Type of a per-app VPN payload.
pub(crate) const VPN: &str = "com.apple.vpn.managed.applayer";
/// Type of a trusted certificate payload.
pub(crate) const ROOT: &str = "com.apple.security.root";

pub(crate) const PAYLOAD_CONTENT: &str = "PayloadContent";
pub(crate) const PAYLOAD_TYPE: &str = "PayloadType";
pub(crate) const PAYLOAD_VERSION: &str = "PayloadVersion";
pub(crate) const PAYLOAD_IDENTIFIER: &str = "PayloadIdentifier";
pub(crate) const PAYLOAD_UUID: &str = "PayloadUUID";
pub(crate) const PAYLOAD_DISPLAY_NAME: &str = "PayloadDisplayName";
pub(crate) const PAYLOAD_DESCRIPTION: &str = "PayloadDescription";
pub(crate) const PAYLOAD_REMOVAL_DISALLOWED: &str = "PayloadRemovalDisallowed";
pub(crate) const PAYLOAD_CERTIFICATE_FILE_NAME: &str = "PayloadCertificateFileName";

pub(crate) const HOST: &str = "Host";
pub(crate) const USER_NAME: &str = "UserName";
pub(crate) const EMAIL_ADDRESS: &str = "EmailAddress";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const SSL: &str = "SSL";
pub(crate) const VPN_UUID: &str = "VPNUUID";
pub(crate) const ALLOW_ACCOUNT_MODIFICATION: &str = "allowAccountModification";
pub(crate) const OAUTH: &str = "OAuth";
pub(crate) const OAUTH_SIGN_IN_URL: &str = "OAuthSignInURL";
pub(crate) const PAYLOAD_CERTIFICATE_UUID: &str = "PayloadCertificateUUID";
pub(crate) const CERTIFICATE: &str = "Certificate";
pub(crate) const MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC: &str = "MailNumberOfPastDaysToSync";
pub(crate) const PREVENT_MOVE: &str = "PreventMove";
pub(crate) const PREVENT_APP_SHEET: &str = "PreventAppSheet";
pub(crate) const DISABLE_MAIL_RECENTS_SYNCING: &str = "disableMailRecentsSyncing";

pub(crate) const SMIME_ENABLED: &str = "SMIMEEnabled";
pub(crate) const SMIME_ENCRYPTION_ENABLED: &str = "SMIMEEncryptionEnabled";
pub(crate) const SMIME_ENABLE_PER_MESSAGE_SWITCH: &str = "SMIMEEnablePerMessageSwitch";
pub(crate) const SMIME_SIGNING_ENABLED: &str = "SMIMESigningEnabled";
pub(crate) const SMIME_SIGNING_USER_OVERRIDEABLE: &str = "SMIMESigningUserOverrideable";
pub(crate) const SMIME_SIGNING_CERTIFICATE_UUID: &str = "SMIMESigningCertificateUUID";
pub(crate) const SMIME_SIGNING_CERTIFICATE_UUID_USER_OVERRIDEABLE: &str =
    "SMIMESigningCertificateUUIDUserOverrideable";
pub(crate) const SMIME_ENCRYPT_BY_DEFAULT: &str = "SMIMEEncryptByDefault";
pub(crate) const SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE: &str = "SMIMEEncryptByDefaultUserOverrideable";
pub(crate) const SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH: &str = "SMIMEEnableEncryptionPerMessageSwitch";
pub(crate) const SMIME_ENCRYPTION_CERTIFICATE_UUID: &str = "SMIMEEncryptionCertificateUUID";
pub(crate) const SMIME_ENCRYPTION_CERTIFICATE_UUID_USER_OVERRIDEABLE: &str =
    "SMIMEEncryptionCertificateUUIDUserOverrideable";
