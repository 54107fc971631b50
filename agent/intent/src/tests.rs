//! Policies compiled, written, parsed and read back, over the whole option space.

use std::collections::BTreeSet;

use profile::plist::{Dictionary, Value};
use profile::{OsVersion, Profile};

use crate::*;

fn user() -> User {
    User {
        upn: "anna@contoso.com".into(),
        primary_smtp_address: Some("anna.berg@contoso.com".into()),
        sam_account_name: Some("aberg".into()),
        full_domain_name: Some("contoso.com".into()),
        netbios_domain_name: Some("CONTOSO".into()),
    }
}

fn policy() -> EmailPolicy {
    EmailPolicy {
        display_name: "Mail for everyone".into(),
        account_name: "Contoso <mail> & more".into(),
        host_name: "outlook.office365.com".into(),
        ..EmailPolicy::default()
    }
}

fn blob(name: &str) -> IdentityPayload {
    Pkcs12Blob { name: name.into(), bytes: vec![0x30, 0x80, 0x00, 0xff], password: "p<w&d".into() }.into()
}

fn certificates() -> DeliveredCertificates {
    DeliveredCertificates {
        roots: vec![RootCertificate::named("Contoso Root", vec![0x30, 0x03, 1, 1, 0])],
        authentication: Some(blob("Login")),
        signing: Some(blob("Signing")),
        encryption: Some(blob("Encryption")),
        others: vec![blob("Encryption 2023")],
    }
}

/// What a device would see of a value: written, sent, parsed.
fn sent(configuration: &Value) -> Profile {
    let (profile, findings) = profile::parse(&profile::write_xml(configuration));
    assert_eq!(findings, []);
    profile
}

/// Compiles, writes, parses and reads back, and compares with the direct way.
fn round_trip(policy: &EmailPolicy, os: Option<OsVersion>) -> Intent {
    let compiled = compile(policy, &user(), &certificates(), os).expect("compiles");
    let read = read(&sent(&compiled.configuration)).expect("reads");
    let direct = Intent::of_policy(policy, &user(), &certificates(), os).expect("is meant");
    assert_eq!(read, direct);
    read
}

fn account(policy: &EmailPolicy, os: Option<OsVersion>) -> Dictionary {
    let compiled = compile(policy, &user(), &certificates(), os).expect("compiles");
    let profile = sent(&compiled.configuration);
    let account = profile.payloads.iter().find(|payload| payload.is("com.apple.eas.account"));
    account.expect("has an account").dictionary().clone()
}

fn boolean(account: &Dictionary, key: &str) -> Option<bool> {
    account.value(key).and_then(Value::as_boolean)
}

#[test]
fn every_scope_window_and_block_comes_back() {
    let mut seen = BTreeSet::new();
    for scope in SyncScope::ALL {
        for overridable in [false, true] {
            for duration in EmailSyncDuration::ALL {
                for blocks in 0..8 {
                    let policy = EmailPolicy {
                        eas_services: scope.services(),
                        eas_services_user_override_enabled: overridable,
                        duration_of_email_to_sync: duration,
                        block_moving_messages_to_other_email_accounts: blocks & 1 != 0,
                        block_sending_email_from_third_party_apps: blocks & 2 != 0,
                        block_syncing_recently_used_email_addresses: blocks & 4 != 0,
                        ..policy()
                    };
                    seen.insert(format!("{:?}", round_trip(&policy, None)));
                }
            }
        }
    }
    assert_eq!(seen.len(), 5 * 2 * 7 * 8, "every policy is a profile of its own");
}

fn smime_policy(bits: u32) -> EmailPolicy {
    let bit = |at: u32| bits & (1 << at) != 0;
    EmailPolicy {
        require_smime: true,
        smime_signing_enabled: bit(0),
        smime_signing_user_override_enabled: bit(1),
        smime_signing_certificate_user_override_enabled: bit(2),
        smime_encrypt_by_default_enabled: bit(3),
        smime_encrypt_by_default_user_override_enabled: bit(4),
        smime_enable_per_message_switch: bit(5),
        smime_encryption_certificate_user_override_enabled: bit(6),
        ..policy()
    }
}

const SMIME_KEYS: [&str; 7] = [
    "SMIMESigningEnabled",
    "SMIMESigningUserOverrideable",
    "SMIMESigningCertificateUUIDUserOverrideable",
    "SMIMEEncryptByDefault",
    "SMIMEEncryptByDefaultUserOverrideable",
    "SMIMEEnableEncryptionPerMessageSwitch",
    "SMIMEEncryptionCertificateUUIDUserOverrideable",
];

#[test]
fn every_set_of_smime_switches_comes_back_under_its_own_keys() {
    for bits in 0..1 << 7 {
        let policy = smime_policy(bits);
        let intent = round_trip(&policy, None);
        assert_eq!(intent.smime.is_wanted(), bits != 0);
        let account = account(&policy, None);
        for (at, key) in SMIME_KEYS.into_iter().enumerate() {
            assert_eq!(boolean(&account, key), Some(bits & (1 << at) != 0), "{key}");
        }
    }
}

#[test]
fn every_certificate_type_and_way_of_signing_in_comes_back() {
    let types = [
        None,
        Some(EmailCertificateType::None),
        Some(EmailCertificateType::Certificate),
        Some(EmailCertificateType::DerivedCredential),
    ];
    for signing in types {
        for encryption in types {
            for method in [
                EasAuthenticationMethod::UsernameAndPassword,
                EasAuthenticationMethod::Certificate,
                EasAuthenticationMethod::DerivedCredential,
            ] {
                for require_smime in [false, true] {
                    let policy = EmailPolicy {
                        require_smime,
                        signing_certificate_type: signing,
                        encryption_certificate_type: encryption,
                        authentication_method: method,
                        ..policy()
                    };
                    let intent = round_trip(&policy, None);
                    let named = |kind: Option<EmailCertificateType>| {
                        require_smime && kind.is_some() && kind != Some(EmailCertificateType::None)
                    };
                    assert_eq!(intent.smime.signing_identity.is_some(), named(signing));
                    assert_eq!(intent.smime.encryption_identity.is_some(), named(encryption));
                    let facts = DeviceFacts {
                        ios: OsVersion::new(17, 0, 0),
                        supervised: false,
                        identities: intent.identities.len(),
                        variants: Variants::default(),
                    };
                    assert_eq!(expectations(&intent, &facts).install.value, Install::Accepted);
                }
            }
        }
    }
}

#[test]
fn older_phones_get_the_older_keys_beside_the_newer() {
    let old = ["SMIMEEnabled", "SMIMEEncryptionEnabled", "SMIMEEnablePerMessageSwitch"];
    let policy = smime_policy(0b000_1000);
    let written = |os| old.map(|key| boolean(&account(&policy, os), key));
    assert_eq!(written(None), [None; 3]);
    assert_eq!(written(Some(OsVersion::new(12, 0, 0))), [None; 3]);
    assert_eq!(written(Some(OsVersion::new(11, 4, 1))), [None, Some(true), Some(false)]);
    assert_eq!(written(Some(OsVersion::new(9, 3, 0))), [Some(true), Some(true), Some(false)]);
    for os in [OsVersion::new(9, 3, 0), OsVersion::new(11, 4, 1), OsVersion::new(12, 0, 0)] {
        for bits in 0..1 << 7 {
            round_trip(&smime_policy(bits), Some(os));
        }
    }
    let off = EmailPolicy { require_smime: false, ..smime_policy(0x7f) };
    let account = account(&off, Some(OsVersion::new(9, 0, 0)));
    assert!(account.entries.iter().all(|entry| !entry.key.starts_with("SMIME")));
}

#[test]
fn the_untouched_form_is_written_out_in_full() {
    let account = account(&policy(), None);
    let keys: Vec<&str> = account.entries.iter().map(|entry| &*entry.key).collect();
    assert_eq!(
        keys,
        [
            "PayloadType",
            "PayloadVersion",
            "PayloadIdentifier",
            "PayloadUUID",
            "PayloadDisplayName",
            "Host",
            "UserName",
            "EmailAddress",
            "SSL",
            "OAuth",
            "EnableMail",
            "EnableContacts",
            "EnableCalendars",
            "EnableReminders",
            "EnableNotes",
            "EnableMailUserOverridable",
            "EnableContactsUserOverridable",
            "EnableCalendarsUserOverridable",
            "EnableRemindersUserOverridable",
            "EnableNotesUserOverridable",
            "PreventMove",
            "PreventAppSheet",
            "disableMailRecentsSyncing",
        ]
    );
    assert_eq!(account.str("PayloadDisplayName"), Some("Contoso <mail> & more"));
    assert_eq!(account.str("UserName"), Some("anna@contoso.com"));
    assert_eq!(boolean(&account, "SSL"), Some(true));
    assert_eq!(boolean(&account, "OAuth"), Some(false));
    assert_eq!(boolean(&account, "EnableNotesUserOverridable"), Some(true));
}

/// The portal's words and the services they leave on, written out by hand.
#[test]
fn scopes_switch_on_the_services_of_the_form() {
    let table = [
        (SyncScope::AllData, [true, true, true, true, true]),
        (SyncScope::EmailOnly, [true, false, false, false, false]),
        (SyncScope::CalendarOnly, [false, false, true, false, false]),
        (SyncScope::CalendarAndContactsOnly, [false, true, true, false, false]),
        (SyncScope::ContactsOnly, [false, true, false, false, false]),
    ];
    for (scope, on) in table {
        let policy = EmailPolicy { eas_services: scope.services(), ..policy() };
        let account = account(&policy, None);
        let keys = ["EnableMail", "EnableContacts", "EnableCalendars", "EnableReminders", "EnableNotes"];
        assert_eq!(keys.map(|key| boolean(&account, key)), on.map(Some), "{scope:?}");
    }
}

#[test]
fn certificates_travel_before_the_account_and_are_referred_to() {
    let policy = EmailPolicy {
        authentication_method: EasAuthenticationMethod::Certificate,
        require_smime: true,
        signing_certificate_type: Some(EmailCertificateType::Certificate),
        encryption_certificate_type: Some(EmailCertificateType::Certificate),
        ..policy()
    };
    let compiled = compile(&policy, &user(), &certificates(), None).expect("compiles");
    let profile = sent(&compiled.configuration);
    let kinds: Vec<_> = profile.payloads.iter().filter_map(|payload| payload.payload_type()).collect();
    let p12 = "com.apple.security.pkcs12";
    assert_eq!(kinds, ["com.apple.security.root", p12, p12, p12, p12, "com.apple.eas.account"]);
    let names: Vec<_> = profile.payloads.iter().filter_map(|payload| payload.display_name()).collect();
    assert_eq!(
        names,
        ["Contoso Root", "Login", "Signing", "Encryption", "Encryption 2023", "Contoso <mail> & more"]
    );
    let uuid = |name| profile.payloads.iter().find(|p| p.display_name() == Some(name)).and_then(|p| p.uuid());
    let account = account(&policy, None);
    assert_eq!(account.str("PayloadCertificateUUID"), uuid("Login"));
    assert_eq!(account.str("SMIMESigningCertificateUUID"), uuid("Signing"));
    assert_eq!(account.str("SMIMEEncryptionCertificateUUID"), uuid("Encryption"));
    let signing = &profile.payloads[2];
    assert_eq!(signing.data("PayloadContent"), Ok(Some([0x30, 0x80, 0x00, 0xff].as_slice())));
    assert_eq!(signing.string("Password"), Ok(Some("p<w&d")));
    for identifiers in [
        profile.payloads.iter().filter_map(|p| p.identifier()).collect::<BTreeSet<_>>(),
        profile.payloads.iter().filter_map(|p| p.uuid()).collect(),
    ] {
        assert_eq!(identifiers.len(), 6);
    }
}

#[test]
fn a_changed_policy_replaces_its_profile_and_another_does_not() {
    let configuration = |policy: &EmailPolicy, user: &User| {
        sent(&compile(policy, user, &certificates(), None).expect("compiles").configuration)
    };
    let first = configuration(&policy(), &user());
    assert_eq!(first, configuration(&policy(), &user()));
    let changed = configuration(&EmailPolicy { host_name: "other.contoso.com".into(), ..policy() }, &user());
    assert_ne!(first, changed);
    assert_eq!(first.identifier(), changed.identifier());
    assert_eq!(first.uuid(), changed.uuid());
    let other = configuration(&EmailPolicy { display_name: "Pilot".into(), ..policy() }, &user());
    assert_ne!(first.identifier(), other.identifier());
}

#[test]
fn each_user_gets_names_of_his_own() {
    let policy = EmailPolicy {
        username_source: UsernameSource::SamAccountName,
        user_domain_name_source: Some(DomainNameSource::NetBiosDomainName),
        email_address_source: EmailAddressSource::PrimarySmtpAddress,
        ..policy()
    };
    let intent = round_trip(&policy, None);
    assert_eq!(intent.user_name.as_deref(), Some("CONTOSO\\aberg"));
    assert_eq!(intent.email_address.as_deref(), Some("anna.berg@contoso.com"));
}

#[test]
fn no_key_is_written_that_the_mapping_does_not_know() {
    let structure = ["PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID"];
    for os in [None, Some(OsVersion::new(9, 0, 0)), Some(OsVersion::new(11, 0, 0))] {
        let policy = EmailPolicy {
            authentication_method: EasAuthenticationMethod::Certificate,
            signing_certificate_type: Some(EmailCertificateType::Certificate),
            encryption_certificate_type: Some(EmailCertificateType::Certificate),
            duration_of_email_to_sync: EmailSyncDuration::OneWeek,
            email_address_source: EmailAddressSource::PrimarySmtpAddress,
            ..smime_policy(0x7f)
        };
        let compiled = compile(&policy, &user(), &certificates(), os).expect("compiles");
        let listed: Vec<&str> = compiled.keys.iter().map(|row| row.key).collect();
        let account = account(&policy, os);
        let written: Vec<&str> =
            account.entries.iter().map(|entry| &*entry.key).filter(|key| !structure.contains(key)).collect();
        assert_eq!(written, listed);
    }
    let unique: BTreeSet<&str> = MAPPING.iter().map(|row| row.key).collect();
    assert_eq!(unique.len(), MAPPING.len());
    let certainty = |key| MAPPING.iter().find(|row| row.key == key).map(|row| row.certainty);
    assert_eq!(certainty("EnableMail"), Some(Certainty::Certain));
    assert_eq!(certainty("PayloadDisplayName"), Some(Certainty::Inferred));
    assert_eq!(certainty("SMIMEEncryptionEnabled"), Some(Certainty::Inferred));
}

#[test]
fn policies_that_mean_no_profile_are_refused_with_the_reason() {
    let error = |policy: &EmailPolicy, certificates: &DeliveredCertificates| {
        let compiled = compile(policy, &user(), certificates, None).err();
        assert_eq!(compiled, Intent::of_policy(policy, &user(), certificates, None).err());
        compiled
    };
    let delivered = certificates();
    let hostless = EmailPolicy { host_name: String::new(), ..policy() };
    assert_eq!(error(&hostless, &delivered), Some(CompileError::MissingSetting { setting: "hostName" }));
    let nameless = EmailPolicy { account_name: String::new(), ..policy() };
    assert_eq!(error(&nameless, &delivered), Some(CompileError::MissingSetting { setting: "accountName" }));
    let empty = EmailPolicy { eas_services: BTreeSet::new(), ..policy() };
    assert_eq!(error(&empty, &delivered), Some(CompileError::NoService));
    let vpn = EmailPolicy { per_app_vpn_profile_id: Some("vpn-1".into()), ..policy() };
    assert_eq!(error(&vpn, &delivered), Some(CompileError::PerAppVpn { profile_id: "vpn-1".into() }));
    let sam = EmailPolicy { username_source: UsernameSource::SamAccountName, ..policy() };
    assert_eq!(error(&sam, &delivered), Some(CompileError::Name(NameError::MissingDomain)));
    let login = EmailPolicy { authentication_method: EasAuthenticationMethod::Certificate, ..policy() };
    assert_eq!(
        error(&login, &DeliveredCertificates::default()),
        Some(CompileError::Certificate(CertificateError::Missing { role: CertificateRole::Authentication }))
    );
}

fn profile_of(payloads: Vec<Dictionary>) -> Profile {
    Profile::from_dictionary(Dictionary::new().with("PayloadContent", payloads))
}

fn eas() -> Dictionary {
    Dictionary::new().with("PayloadType", "com.apple.eas.account")
}

#[test]
fn profiles_without_exactly_one_account_are_told_apart() {
    assert_eq!(read(&profile_of(vec![])), Err(ReadError::NoAccount));
    assert_eq!(read(&profile_of(vec![eas(), eas()])), Err(ReadError::SeveralAccounts { count: 2 }));
    let (nothing, _) = profile::parse(b"not a profile");
    assert_eq!(read(&nothing), Err(ReadError::NotAProfile));
    let encrypted = Profile::from_dictionary(
        Dictionary::new().with("EncryptedPayloadContent", vec![0x30_u8, 0x80]).with("IsEncrypted", true),
    );
    assert_eq!(read(&encrypted), Err(ReadError::Encrypted));
    assert_eq!(read(&profile_of(vec![eas()])), Ok(Intent::default()));
}

#[test]
fn wrong_types_are_errors_and_not_defaults() {
    let text = ["Host", "UserName", "EmailAddress", "PayloadDisplayName", "OAuthSignInURL", "Password"];
    let identity =
        ["PayloadCertificateUUID", "SMIMESigningCertificateUUID", "SMIMEEncryptionCertificateUUID"];
    for key in text.into_iter().chain(identity) {
        let wrong = read(&profile_of(vec![eas().with(key, 1)]));
        assert!(matches!(wrong, Err(ReadError::WrongType(error)) if error.key == key), "{key}");
    }
    let others = [
        "SSL",
        "OAuth",
        "EnableMail",
        "EnableNotesUserOverridable",
        "PreventMove",
        "PreventAppSheet",
        "disableMailRecentsSyncing",
        "SMIMEEnabled",
        "SMIMEEncryptionEnabled",
        "SMIMEEnablePerMessageSwitch",
        "MailNumberOfPastDaysToSync",
        "Certificate",
    ];
    for key in others.into_iter().chain(SMIME_KEYS) {
        let wrong = read(&profile_of(vec![eas().with(key, "true")]));
        assert!(matches!(wrong, Err(ReadError::WrongType(error)) if error.key == key), "{key}");
    }
    let root = Dictionary::new().with("PayloadRemovalDisallowed", "yes").with("PayloadContent", vec![eas()]);
    let wrong = read(&Profile::from_dictionary(root));
    assert!(matches!(wrong, Err(ReadError::WrongType(error)) if error.found == "string"));
}

#[test]
fn windows_are_kept_unless_no_device_could() {
    let window = |days: i64| {
        read(&profile_of(vec![eas().with("MailNumberOfPastDaysToSync", days)]))
            .map(|intent| intent.mail_window_days)
    };
    assert_eq!(window(365), Ok(Some(365)));
    assert_eq!(window(-1), Err(ReadError::ImpossibleWindow { days: -1 }));
    assert_eq!(window(1 << 32), Err(ReadError::ImpossibleWindow { days: 1 << 32 }));
}

#[test]
fn what_only_a_handmade_profile_says_is_read_too() {
    let account = eas()
        .with("Password", "hunter2")
        .with("Certificate", vec![1_u8])
        .with("OAuthSignInURL", "https://login.contoso.com/")
        .with("EnableContactsUserOverridable", false);
    let acme = Dictionary::new().with("PayloadType", "com.apple.security.acme").with("PayloadUUID", "A");
    let scep = Dictionary::new().with("PayloadType", "com.apple.security.scep").with("PayloadUUID", "S");
    let root = Dictionary::new().with("PayloadType", "com.apple.security.root").with("PayloadUUID", "R");
    let profile = Profile::from_dictionary(
        Dictionary::new()
            .with("PayloadRemovalDisallowed", true)
            .with("PayloadContent", vec![acme, scep, root, account]),
    );
    let intent = read(&profile).expect("reads");
    assert!(intent.password && intent.inline_identity);
    assert_eq!(intent.removal_disallowed, Some(true));
    assert_eq!(intent.services.contacts.overridable, Some(false));
    assert_eq!(intent.services.contacts.enable, None);
    assert_eq!(intent.identities, BTreeSet::from(["A".to_owned(), "S".to_owned()]));
    assert!(!format!("{intent:?}").contains("hunter2"));
}
