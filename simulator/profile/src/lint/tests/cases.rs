//! The table: each rule, an edit that triggers it and one that just does not.

use super::setup::*;
use crate::lint::*;
use crate::plist::{Dictionary, Value};

pub(super) type Edit = fn(&mut Setup) -> &mut Setup;

/// The rule, an edit of the sound profile that triggers it, and one that just does not.
pub(super) fn cases() -> Vec<(&'static str, Edit, Edit)> {
    vec![
        // envelope
        (
            "profile-type",
            |s| s.top("PayloadType", "configuration"),
            |s| s.top("PayloadType", "Configuration"),
        ),
        ("payload-version", |s| s.set(EAS, "PayloadVersion", 2), |s| s.set(EAS, "PayloadVersion", 1)),
        ("payload-version", |s| s.top("PayloadVersion", 0), |s| s.top("PayloadVersion", 1)),
        ("empty-payload-content", |s| s.top("PayloadContent", Vec::<Value>::new()), |s| s),
        (
            "duplicate-payload-uuid",
            |s| s.set(EAS, "PayloadUUID", SIGNING.to_lowercase()),
            |s| s.set(EAS, "PayloadUUID", NOWHERE),
        ),
        (
            "duplicate-payload-identifier",
            |s| s.set(EAS, "PayloadIdentifier", "com.example.mail.1"),
            |s| s.set(EAS, "PayloadIdentifier", "com.example.mail.10"),
        ),
        ("payload-has-profile-uuid", |s| s.top("PayloadUUID", SIGNING), |s| s.top("PayloadUUID", NOWHERE)),
        (
            "uuid-form",
            |s| s.top("PayloadUUID", format!("{NOWHERE}'")),
            |s| s.top("PayloadUUID", NOWHERE.to_lowercase()),
        ),
        (
            "identifier-form",
            |s| s.top("PayloadIdentifier", "my mail"),
            |s| s.top("PayloadIdentifier", "my.mail"),
        ),
        (
            "removal-date-past",
            |s| s.top("RemovalDate", time("2026-11-02T08:00:00Z")),
            |s| s.top("RemovalDate", time("2026-11-02T08:00:01Z")),
        ),
        (
            "removal-given-twice",
            |s| s.top("RemovalDate", time("2027-01-01T00:00:00Z")).top("DurationUntilRemoval", 60.5),
            |s| s.top("DurationUntilRemoval", 60),
        ),
        (
            "removal-disallowed",
            |s| s.top("PayloadRemovalDisallowed", true),
            |s| s.top("PayloadRemovalDisallowed", false),
        ),
        ("payload-scope-ignored", |s| s.top("PayloadScope", "System"), |s| s),
        ("target-device-type", |s| s.top("TargetDeviceType", 5), |s| s.top("TargetDeviceType", 1)),
        (
            "consent-without-default",
            |s| s.top("ConsentText", Dictionary::new().with("fr", "Oui ?")),
            |s| s.top("ConsentText", Dictionary::new().with("fr", "Oui ?").with("en", "Yes?")),
        ),
        (
            "encrypted-without-content",
            |s| s.top("IsEncrypted", true),
            |s| s.top("IsEncrypted", true).top("EncryptedPayloadContent", vec![1_u8]),
        ),
        (
            "encrypted-and-plain",
            |s| s.top("EncryptedPayloadContent", vec![1_u8]),
            |s| s.top("IsEncrypted", true),
        ),
        (
            "expiration-past",
            |s| s.top("PayloadExpirationDate", time("2026-11-02T08:00:00Z")),
            |s| s.top("PayloadExpirationDate", time("2026-11-02T08:00:01Z")),
        ),
        (
            "display-name-missing",
            |s| s.set(EAS, "PayloadDisplayName", " "),
            |s| s.unset(SIGNER, "PayloadDisplayName"),
        ),
        (
            "organization-empty",
            |s| s.top("PayloadOrganization", " "),
            |s| s.top("PayloadOrganization", "Contoso"),
        ),
        ("bare-payload", |s| s.bare(EAS), |s| s),
        // keys
        ("missing-key", |s| s.unset(EAS, "PayloadUUID"), |s| s.unset(EAS, "Host")),
        ("wrong-type", |s| s.set(EAS, "Host", 1), |s| s.set(EAS, "Host", "1")),
        ("wrong-type", |s| s.set(EAS, "SSL", "maybe"), |s| s.set(EAS, "SSL", "true")),
        ("string-boolean", |s| s.set(EAS, "SSL", "true"), |s| s.set(EAS, "SSL", true)),
        ("string-boolean", |s| s.set(EAS, "OAuth", 1), |s| s.set(EAS, "Host", "true")),
        (
            "unknown-payload-type",
            |s| s.set(EAS, "PayloadType", "com.apple.eas.acount"),
            |s| s.set(EAS, "PayloadType", "com.apple.caldav.account"),
        ),
        ("unknown-key", |s| s.set(EAS, "EmailAdress", "a@b"), |s| s.set(EAS, "EmailAddress", "a@b")),
        ("unknown-key", |s| s.scep(scep_settings().with("KeyType", "RSA")), |s| s.scep(scep_settings())),
        (
            "unknown-key",
            |s| s.add(vpn(NOWHERE).with("RemoteAddres", "x")),
            |s| s.add(vpn(NOWHERE).with("VendorConfig", Dictionary::new().with("Tenant", "x"))),
        ),
        (
            "key-misplaced",
            |s| s.add(vpn(NOWHERE).with("VPN", Dictionary::new().with("OnDemandMatchAppEnabled", "True"))),
            |s| s.add(vpn(NOWHERE).with("VPN", Dictionary::new().with("Tenant", "x"))),
        ),
        ("key-misplaced", |s| s.set(EAS, "RemovalDate", "x"), |s| s.top("RemovalDate", "x")),
        ("key-misplaced", |s| s.top("EmailAddress", "a@b"), |s| s.top("EmailAdress", "a@b")),
        ("key-misplaced", |s| s.set(SIGNER, "SSL", "true"), |s| s.set(SIGNER, "Host1", "true")),
        ("key-misplaced", |s| s.scep(scep_settings()).set(SIGNER, "Keysize", 1), |s| s.scep(scep_settings())),
        (
            "override-spelling",
            |s| s.set(EAS, "EnableMailUserOverrideable", false),
            |s| s.set(EAS, "EnableMailUserOverridable", false),
        ),
        (
            "override-spelling",
            |s| s.set(EAS, "SMIMESigningUserOverridable", true),
            |s| s.set(EAS, "SMIMESigningUserOverrideable", true),
        ),
        (
            "override-spelling",
            |s| s.set(EAS, "SMIMEAllowUserChange", true),
            |s| s.set(EAS, "SMIMEAllow", true),
        ),
        (
            "value-not-in-list",
            |s| s.add(imap().with("EmailAccountType", "IMAP")),
            |s| s.add(imap()).set(EAS, "MailNumberOfPastDaysToSync", 2),
        ),
        (
            "value-out-of-range",
            |s| s.add(payload("com.apple.mobiledevice.passwordpolicy", 4).with("maxFailedAttempts", 1)),
            |s| s.add(payload("com.apple.mobiledevice.passwordpolicy", 4).with("maxFailedAttempts", 2)),
        ),
        ("value-form", |s| s.add(airplay("AA-BB-CC-DD-EE-FF")), |s| s.add(airplay("AA:BB:CC:DD:EE:FF"))),
        (
            "key-not-yet-effective",
            |s| s.set(EAS, "EnableMail", true).os("12.5.7"),
            |s| s.set(EAS, "EnableMail", true).os("13.0"),
        ),
        (
            "key-not-yet-effective",
            |s| {
                s.set(EAS, "SMIMESigningUserOverrideable", true)
                    .unset(EAS, "SMIMEEncryptByDefault")
                    .os("11.4")
            },
            |s| s.set(EAS, "SMIMESigningUserOverrideable", true).os("12.0"),
        ),
        (
            "key-not-yet-effective",
            |s| s.set(EAS, "VPNUUID", NOWHERE).os("13.7"),
            |s| s.set(EAS, "VPNUUID", NOWHERE).os("14.0"),
        ),
        (
            "key-no-longer-effective",
            |s| s.set(EAS, "SMIMEEnabled", true).os("10.0"),
            |s| s.set(EAS, "SMIMEEnabled", true).os("9.3"),
        ),
        (
            "key-deprecated",
            |s| s.set(EAS, "SMIMEEncryptionEnabled", true).os("12.0"),
            |s| s.set(EAS, "SMIMEEncryptionEnabled", true).os("11.4"),
        ),
        (
            "payload-not-on-this-ios",
            |s| s.acme("RSA", 2048, false).os("15.8"),
            |s| s.acme("RSA", 2048, false).os("16.0"),
        ),
        (
            "supervised-payload",
            |s| {
                s.add(payload("com.apple.app.lock", 4).with("App", Dictionary::new().with("Identifier", "x")))
            },
            |s| s.add(imap()),
        ),
        (
            "supervised-keys",
            |s| s.add(payload("com.apple.applicationaccess", 4).with("allowAppRemoval", false)),
            |s| s.add(payload("com.apple.applicationaccess", 4).with("allowCamera", false)),
        ),
        (
            "mdm-only-payload",
            |s| s.add(payload("com.apple.networkusagerules", 4)),
            |s| s.add(payload("com.apple.caldav.account", 4)),
        ),
        ("single-payload", |s| s.add(mdm()).add(mdm().with("PayloadUUID", NOWHERE)), |s| s.add(mdm())),
        // exchange
        ("eas-no-service", |s| s.services([false; 5]), |s| s.services([false, true, false, false, false])),
        ("eas-no-service", |s| s.services([false; 5]).os("13.0"), |s| s.services([false; 5]).os("12.5")),
        ("eas-scope-open", |s| s.services([false, true, true, true, true]), |s| s.services([true; 5])),
        (
            "eas-scope-open",
            |s| s.services([false, true, false, true, true]).set(EAS, "EnableMailUserOverridable", false),
            |s| s.services([false, true, true, true, true]).set(EAS, "EnableMailUserOverridable", false),
        ),
        ("eas-mixed-locks", |s| s.locks([false, false, true, false, false]), |s| s.locks([false; 5])),
        (
            "eas-dead-mail-settings",
            |s| s.services([false, true, true, true, true]).locks([false; 5]),
            |s| s.services([false, true, true, true, true]).locks([true, false, false, false, false]),
        ),
        (
            "eas-oauth-password",
            |s| s.set(EAS, "OAuth", true).set(EAS, "Password", "hunter2"),
            |s| s.set(EAS, "OAuth", false).set(EAS, "Password", "hunter2"),
        ),
        (
            "eas-oauth-host-ignored",
            |s| s.set(EAS, "OAuth", true),
            |s| s.set(EAS, "OAuth", true).set(EAS, "OAuthSignInURL", "https://login.example.com"),
        ),
        (
            "eas-sign-in-url-without-host",
            |s| {
                s.set(EAS, "OAuth", true)
                    .set(EAS, "OAuthSignInURL", "https://l.example.com")
                    .unset(EAS, "Host")
            },
            |s| s.set(EAS, "OAuth", true).set(EAS, "OAuthSignInURL", "https://l.example.com"),
        ),
        (
            "eas-oauth-url-ignored",
            |s| s.set(EAS, "OAuthSignInURL", "https://l.example.com"),
            |s| s.set(EAS, "OAuthSignInURL", "https://l.example.com").set(EAS, "OAuth", true),
        ),
        (
            "eas-oauth-url-not-https",
            |s| s.set(EAS, "OAuthTokenRequestURL", "http://l.example.com"),
            |s| s.set(EAS, "OAuthTokenRequestURL", "HTTPS://l.example.com"),
        ),
        ("eas-host-missing", |s| s.unset(EAS, "Host"), |s| s.unset(EAS, "Host").set(EAS, "OAuth", true)),
        (
            "eas-host-form",
            |s| s.set(EAS, "Host", "https://a.example"),
            |s| s.set(EAS, "Host", "a.example:8443"),
        ),
        (
            "eas-days-not-listed",
            |s| s.set(EAS, "MailNumberOfPastDaysToSync", 365),
            |s| s.set(EAS, "MailNumberOfPastDaysToSync", 31),
        ),
        ("email-missing", |s| s.set(EAS, "EmailAddress", ""), |s| s.set(EAS, "EmailAddress", "a@b")),
        ("email-form", |s| s.set(EAS, "EmailAddress", "anna"), |s| s.set(EAS, "EmailAddress", "{{mail}}")),
        ("user-name-missing", |s| s.unset(EAS, "UserName"), |s| s.set(EAS, "UserName", "x")),
        ("ssl-not-explicit", |s| s.unset(EAS, "SSL"), |s| s.set(EAS, "SSL", false)),
        ("ssl-off", |s| s.set(EAS, "SSL", false), |s| s.unset(EAS, "SSL")),
        (
            "password-in-profile",
            |s| s.set(EAS, "Password", "hunter2"),
            |s| s.set(SIGNER, "Password", "hunter2"),
        ),
        ("password-in-profile", |s| s.add(imap().with("OutgoingPassword", "hunter2")), |s| s.add(imap())),
        (
            "override-password-alone",
            |s| s.set(EAS, "OverridePreviousPassword", true),
            |s| s.set(EAS, "OverridePreviousPassword", true).set(EAS, "Password", "hunter2"),
        ),
        (
            "eas-inline-certificate-ignored",
            |s| s.set(EAS, "Certificate", vec![1_u8]).set(EAS, "PayloadCertificateUUID", SIGNING),
            |s| s.set(EAS, "PayloadCertificateUUID", SIGNING),
        ),
        (
            "eas-inline-certificate-password",
            |s| s.set(EAS, "Certificate", vec![1_u8]),
            |s| s.set(EAS, "Certificate", vec![1_u8]).set(EAS, "CertificatePassword", "hunter2"),
        ),
        (
            "eas-duplicate-account",
            |s| {
                let second = payload("com.apple.eas.account", 4).with("Host", "MAIL.example.com");
                s.add(second.with("EmailAddress", "Anna@example.com"))
            },
            |s| s.add(payload("com.apple.eas.account", 4).with("EmailAddress", "anna@example.com")),
        ),
        (
            "vpn-reference",
            |s| s.set(EAS, "VPNUUID", NOWHERE),
            |s| s.set(EAS, "VPNUUID", NOWHERE).add(vpn(NOWHERE)),
        ),
        // sign-in
        (
            "user-name-without-domain",
            |s| s.set(EAS, "UserName", "anna"),
            |s| s.set(EAS, "UserName", "C\\anna"),
        ),
        (
            "user-name-without-domain",
            |s| s.set(EAS, "UserName", "\\anna"),
            |s| s.set(EAS, "UserName", "{{u}}"),
        ),
        (
            "user-name-domain-twice",
            |s| s.set(EAS, "UserName", "CONTOSO\\anna@contoso.com"),
            |s| s.set(EAS, "UserName", "anna@contoso.com"),
        ),
        (
            "eas-basic-authentication",
            |s| s.set(EAS, "Host", "Outlook.office365.com:443"),
            |s| s.set(EAS, "Host", "outlook.office365.com").set(EAS, "OAuth", true),
        ),
        (
            "eas-oauth-support-unknown",
            |s| s.set(EAS, "OAuth", true),
            |s| s.set(EAS, "OAuth", true).set(EAS, "Host", "outlook.office365.com"),
        ),
        (
            "eas-oauth-with-certificate",
            |s| s.set(EAS, "OAuth", true).set(EAS, "PayloadCertificateUUID", SIGNING),
            |s| s.set(EAS, "OAuth", true),
        ),
        (
            "eas-sign-in-by-mail-identity",
            |s| s.set(EAS, "PayloadCertificateUUID", ENCRYPTION),
            |s| s.scep(scep_settings()).set(EAS, "PayloadCertificateUUID", SIGNING),
        ),
        // S/MIME
        (
            "smime-signing-locked-out",
            |s| s.unset(EAS, "SMIMESigningEnabled"),
            |s| s.unset(EAS, "SMIMESigningEnabled").set(EAS, "SMIMESigningUserOverrideable", true),
        ),
        (
            "smime-signing-locked-out",
            |s| {
                s.set(EAS, "SMIMESigningEnabled", false)
                    .set(EAS, "SMIMESigningUserOverrideable", true)
                    .os("11.4")
            },
            |s| {
                s.set(EAS, "SMIMESigningEnabled", false)
                    .set(EAS, "SMIMESigningUserOverrideable", true)
                    .os("12.0")
            },
        ),
        (
            "smime-encryption-locked-out",
            |s| s.unset(EAS, "SMIMEEncryptByDefault"),
            |s| s.unset(EAS, "SMIMEEncryptByDefault").set(EAS, "SMIMEEnableEncryptionPerMessageSwitch", true),
        ),
        (
            "smime-signing-without-identity",
            |s| s.unset(EAS, "SMIMESigningCertificateUUID"),
            |s| s.unset(EAS, "SMIMESigningCertificateUUID").unset(EAS, "SMIMESigningEnabled"),
        ),
        (
            "smime-encryption-without-identity",
            |s| s.unset(EAS, "SMIMEEncryptionCertificateUUID"),
            |s| s.unset(EAS, "SMIMEEncryptionCertificateUUID").unset(EAS, "SMIMEEncryptByDefault"),
        ),
        (
            "smime-signing-without-identity",
            |s| {
                s.unset(EAS, "SMIMESigningCertificateUUID").unset(EAS, "SMIMESigningEnabled").set(
                    EAS,
                    "SMIMESigningUserOverrideable",
                    true,
                )
            },
            |s| {
                s.unset(EAS, "SMIMESigningCertificateUUID")
                    .unset(EAS, "SMIMESigningEnabled")
                    .set(EAS, "SMIMESigningUserOverrideable", true)
                    .set(EAS, "SMIMESigningCertificateUUIDUserOverrideable", true)
            },
        ),
        (
            "smime-encryption-without-identity",
            |s| {
                s.unset(EAS, "SMIMEEncryptionCertificateUUID").unset(EAS, "SMIMEEncryptByDefault").set(
                    EAS,
                    "SMIMEEncryptByDefaultUserOverrideable",
                    true,
                )
            },
            |s| {
                s.unset(EAS, "SMIMEEncryptionCertificateUUID")
                    .unset(EAS, "SMIMEEncryptByDefault")
                    .set(EAS, "SMIMEEncryptByDefaultUserOverrideable", true)
                    .set(EAS, "SMIMEEncryptionCertificateUUIDUserOverrideable", true)
            },
        ),
        (
            "smime-override-disputed",
            |s| s.set(EAS, "SMIMEEncryptByDefaultUserOverrideable", true),
            |s| {
                s.set(EAS, "SMIMEEncryptByDefaultUserOverrideable", true).set(
                    EAS,
                    "SMIMEEnableEncryptionPerMessageSwitch",
                    true,
                )
            },
        ),
        (
            "smime-old-and-new-differ",
            |s| s.set(EAS, "SMIMEEncryptionEnabled", false),
            |s| s.set(EAS, "SMIMEEncryptionEnabled", true),
        ),
        (
            "smime-one-identity",
            |s| s.set(EAS, "SMIMEEncryptionCertificateUUID", SIGNING),
            |s| s.unset(EAS, "SMIMEEncryptionCertificateUUID"),
        ),
        (
            "smime-encryption-per-device",
            |s| s.scep(scep_settings()).set(EAS, "SMIMEEncryptionCertificateUUID", SIGNING),
            |s| s.scep(scep_settings()),
        ),
        ("smime-enabled-missing", |s| s.os("9.3"), |s| s.os("10.0")),
        // identities
        (
            "dangling-certificate-reference",
            |s| s.set(EAS, "PayloadCertificateUUID", NOWHERE),
            |s| s.set(EAS, "PayloadCertificateUUID", SIGNING),
        ),
        (
            "dangling-certificate-reference",
            |s| s.add(mdm().with("ServerURLPinningCertificateUUIDs", Value::array([SIGNING, NOWHERE]))),
            |s| s.add(mdm().with("ServerURLPinningCertificateUUIDs", Value::array([SIGNING]))),
        ),
        (
            "reference-not-identity",
            |s| {
                s.payloads[SIGNER] =
                    payload("com.apple.security.root", 1).with("PayloadContent", vec![0x30_u8]);
                s
            },
            |s| s,
        ),
        (
            "reference-case",
            |s| s.set(EAS, "SMIMESigningCertificateUUID", SIGNING.to_lowercase()),
            |s| s.set(EAS, "SMIMESigningCertificateUUID", SIGNING),
        ),
        (
            "reference-form",
            |s| s.set(EAS, "PayloadCertificateUUID", "identity-1"),
            |s| s.set(EAS, "PayloadCertificateUUID", NOWHERE),
        ),
        (
            "certificate-empty",
            |s| s.set(SIGNER, "PayloadContent", Vec::<u8>::new()),
            |s| s.set(SIGNER, "PayloadContent", vec![0x30_u8]),
        ),
        ("pkcs12-password-missing", |s| s.set(SIGNER, "Password", ""), |s| s.set(SIGNER, "Password", "x")),
        ("pkcs12-password-in-profile", |s| s, |s| s.set(SIGNER, "Password", "").set(2, "Password", "")),
        (
            "private-key-in-certificate",
            |s| s.add(root_certificate("com.apple.security.pem", b"-----BEGIN RSA PRIVATE KEY-----")),
            |s| s.add(root_certificate("com.apple.security.pem", b"-----BEGIN CERTIFICATE-----")),
        ),
        (
            "pem-expected",
            |s| s.add(root_certificate("com.apple.security.pem", b"\x30\x82")),
            |s| s.add(root_certificate("com.apple.security.pem", b"# me\n-----BEGIN CERTIFICATE-----")),
        ),
        (
            "der-expected",
            |s| s.add(root_certificate("com.apple.security.root", b"-----BEGIN CERTIFICATE-----")),
            |s| s.add(root_certificate("com.apple.security.root", b"\x30\x82")),
        ),
        (
            "identity-unused",
            |s| s.unset(EAS, "SMIMESigningCertificateUUID"),
            |s| s.unset(EAS, "SMIMESigningCertificateUUID").add(mdm()),
        ),
        // certificates
        (
            "certificate-cannot-open",
            |s| s.certificate(|c| c.open_error = Some(OpenError::WrongPassword)),
            |s| s.certificate(|c| c.open_error = None),
        ),
        ("certificate-expired", |s| s.now("2027-01-01T00:00:01Z"), |s| s.now("2027-01-01T00:00:00Z")),
        ("certificate-not-yet-valid", |s| s.now("2025-12-31T23:59:59Z"), |s| s.now("2026-01-01T00:00:00Z")),
        ("certificate-expires-soon", |s| s.now("2026-12-02T00:00:00Z"), |s| s.now("2026-12-01T23:59:59Z")),
        (
            "signing-key-usage",
            |s| s.set(EAS, "SMIMESigningCertificateUUID", ENCRYPTION),
            |s| s.certificate(|c| c.key_usage = None),
        ),
        (
            "encryption-key-usage",
            |s| s.set(EAS, "SMIMEEncryptionCertificateUUID", SIGNING),
            |s| {
                s.certificates[1].key_usage = Some(KeyUsage { key_agreement: true, ..KeyUsage::default() });
                s
            },
        ),
        (
            "certificate-email-differs",
            |s| s.certificate(|c| c.emails = vec!["ben@example.com".to_owned()]),
            |s| {
                s.certificate(|c| {
                    c.emails = vec!["ben@example.com".to_owned(), "Anna@Example.com".to_owned()]
                })
            },
        ),
        (
            "certificate-not-for-email",
            |s| s.certificate(|c| c.extended_key_usage = Some(vec!["1.3.6.1.5.5.7.3.2".to_owned()])),
            |s| s.certificate(|c| c.extended_key_usage = None),
        ),
        (
            "certificate-not-for-sign-in",
            |s| s.set(EAS, "PayloadCertificateUUID", SIGNING),
            |s| {
                s.set(EAS, "PayloadCertificateUUID", SIGNING)
                    .certificate(|c| c.extended_key_usage = Some(vec!["1.3.6.1.5.5.7.3.2".to_owned()]))
            },
        ),
        (
            "certificate-non-repudiation",
            |s| {
                let usage =
                    KeyUsage { digital_signature: true, non_repudiation: true, ..KeyUsage::default() };
                s.certificate(|c| c.key_usage = Some(usage))
            },
            |s| s,
        ),
        ("ca-as-identity", |s| s.certificate(|c| c.is_ca = true), |s| s),
        (
            "root-not-ca",
            |s| {
                s.payloads[2] = payload("com.apple.security.root", 2).with("PayloadContent", vec![0x30_u8]);
                s
            },
            |s| {
                s.payloads[2] = payload("com.apple.security.root", 2).with("PayloadContent", vec![0x30_u8]);
                s.certificates[1].is_ca = true;
                s
            },
        ),
        (
            "certificate-weak",
            |s| s.certificate(|c| c.key_bits = Some(2047)),
            |s| {
                s.certificate(|c| {
                    c.key_bits = Some(256);
                    c.key_algorithm = Some("id-ecPublicKey".to_owned());
                })
            },
        ),
        (
            "certificate-weak",
            |s| s.certificate(|c| c.signature_algorithm = Some("sha1WithRSAEncryption".to_owned())),
            |s| s,
        ),
        (
            "pkcs12-modern-protection",
            |s| s.certificate(|c| c.pbe_algorithms.push("PBES2, aes256-CBC".to_owned())),
            |s| s,
        ),
        (
            "smime-identity-not-newest",
            |s| s.newer("2026-02-01T00:00:00Z"),
            |s| s.newer("2026-11-02T08:00:01Z"),
        ),
        ("pkcs12-without-mac", |s| s.certificate(|c| c.mac_digest = None), |s| s),
        // enrolment
        (
            "scep-key-usage",
            |s| s.scep(scep_settings().with("Key Usage", 2)),
            |s| s.scep(scep_settings().with("Key Usage", 0)),
        ),
        (
            "scep-use-unfit",
            |s| s.scep(scep_settings().with("Key Usage", 4)),
            |s| s.scep(scep_settings().with("Key Usage", 1)),
        ),
        (
            "scep-use-unfit",
            |s| s.acme("RSA", 2048, false).set(SIGNER, "UsageFlags", 4),
            |s| s.acme("RSA", 2048, false).set(SIGNER, "UsageFlags", 5),
        ),
        (
            "scep-key-size",
            |s| {
                let mut settings = scep_settings();
                settings.remove("Keysize");
                s.scep(settings)
            },
            |s| s.scep(scep_settings()),
        ),
        ("scep-key-type", |s| s.scep(scep_settings().with("Key Type", "EC")), |s| s.scep(scep_settings())),
        (
            "scep-subject-missing",
            |s| s.scep(scep_settings().with("Subject", Vec::<Value>::new())),
            |s| s.scep(scep_settings()),
        ),
        (
            "scep-subject-comma",
            |s| s.scep(scep_settings().with("Subject", named("Berg, Anna"))),
            |s| s.scep(scep_settings().with("Subject", named("Anna Berg"))),
        ),
        (
            "scep-address-missing",
            |s| s.scep(scep_settings().with("SubjectAltName", Dictionary::new())),
            |s| {
                let names = Value::array(["x@example.com", "ANNA@example.com"]);
                s.scep(scep_settings().with("SubjectAltName", Dictionary::new().with("rfc822Name", names)))
            },
        ),
        ("acme-hardware", |s| s.acme("RSA", 2048, true), |s| s.acme("ECSECPrimeRandom", 384, true)),
        (
            "acme-hardware",
            |s| s.acme("ECSECPrimeRandom", 521, true),
            |s| s.acme("ECSECPrimeRandom", 521, false),
        ),
        (
            "acme-hardware",
            |s| s.acme("RSA", 2048, false).set(SIGNER, "Attest", true),
            |s| s.acme("ECSECPrimeRandom", 256, true).set(SIGNER, "Attest", true),
        ),
        ("acme-key-size", |s| s.acme("RSA", 2049, false), |s| s.acme("RSA", 2056, false)),
        (
            "acme-url",
            |s| s.acme("RSA", 2048, false).set(SIGNER, "DirectoryURL", "http://ca"),
            |s| s.acme("RSA", 2048, false),
        ),
        (
            "mdm-access-rights",
            |s| s.add(mdm().with("AccessRights", 130)),
            |s| s.add(mdm().with("AccessRights", 128 + 64 + 2 + 1)),
        ),
        (
            "mdm-access-rights",
            |s| s.add(mdm().with("AccessRights", 0)),
            |s| s.add(mdm().with("AccessRights", 1)),
        ),
        ("mdm-topic", |s| s.add(mdm().with("Topic", "com.example")), |s| s.add(mdm())),
        ("mdm-url", |s| s.add(mdm().with("CheckInURL", "http://x")), |s| s.add(mdm())),
        // IMAP and POP
        (
            "mail-no-authentication",
            |s| s.add(imap().with("OutgoingMailServerAuthentication", "EmailAuthNone")),
            |s| s.add(imap()),
        ),
        (
            "mail-outgoing-same-password",
            |s| s.add(imap().with("OutgoingPasswordSameAsIncomingPassword", true)),
            |s| s.add(imap().with("OutgoingPasswordSameAsIncomingPassword", false)),
        ),
        (
            "mail-user-name-missing",
            |s| {
                let mut account = imap();
                account.remove("IncomingMailServerUsername");
                s.add(account)
            },
            |s| s.add(imap()),
        ),
        (
            "mail-ssl-missing",
            |s| {
                let mut account = imap();
                account.remove("OutgoingMailServerUseSSL");
                s.add(account)
            },
            |s| s.add(imap().with("OutgoingMailServerUseSSL", false)),
        ),
    ]
}
