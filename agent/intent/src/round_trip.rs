//! Every policy of the small option space: written as Graph's JSON, read, compiled, written, parsed, imported.

use std::collections::BTreeSet;

use profile::graph;
use serde_json::Value as Json;

use crate::*;

fn user() -> User {
    User {
        upn: "anna@contoso.example".into(),
        primary_smtp_address: Some("anna.berg@contoso.example".into()),
        sam_account_name: Some("aberg".into()),
        full_domain_name: Some("contoso.example".into()),
        netbios_domain_name: Some("CONTOSO".into()),
    }
}

/// Somebody of whom only one address is known, as without a directory.
fn address_alone() -> User {
    let address = "anna@contoso.example".to_owned();
    User { upn: address.clone(), primary_smtp_address: Some(address), ..User::default() }
}

fn base() -> EmailPolicy {
    EmailPolicy {
        id: Some("0b7c1f5e-2b7e-4a5c-9a57-1d6a5a1b2c3d".into()),
        display_name: "Mail <for> everyone & all".into(),
        description: Some("As agreed.\nTwice.".into()),
        account_name: "Contoso".into(),
        host_name: "outlook.office365.com".into(),
        ..EmailPolicy::default()
    }
}

fn identity(id: &str) -> IdentityPayload {
    let content = Pkcs12Content { bytes: vec![0x30, 0x80], password: None };
    IdentityPayload {
        policy_id: Some(id.into()),
        name: format!("Profile {id}"),
        content: IdentityContent::Pkcs12(content),
    }
}

fn certificates() -> DeliveredCertificates {
    DeliveredCertificates {
        authentication: Some(identity("a-1")),
        signing: Some(identity("s-1")),
        encryption: Some(identity("e-1")),
        ..DeliveredCertificates::default()
    }
}

fn links() -> PolicyLinks {
    PolicyLinks {
        identity: Some("a-1".into()),
        signing: Some("s-1".into()),
        encryption: Some("e-1".into()),
        derived_credential: None,
    }
}

/// Takes a policy all the way round for one user, and gives what the phone would get.
fn round(policy: &EmailPolicy, user: &User, certificates: &DeliveredCertificates) -> Vec<u8> {
    let text = Json::Object(written(policy)).to_string();
    let tenant = Tenant::read([graph::parse(text.as_bytes()).expect("JSON")]);
    assert_eq!(&tenant.emails[0].policy, policy, "as Graph writes it");
    let compiled = assemble(&Order { policy, user, certificates, vpn: None, os: None });
    let bytes = profile::write_xml(&compiled.configuration);
    let (profile, findings) = profile::parse(&bytes);
    assert_eq!(findings, []);
    for known in [None, Some(user)] {
        let imported = import(&profile, known).expect("imports");
        assert_eq!(&imported.policy, policy, "as it comes back, known: {}", known.is_some());
        let lost: Vec<_> = imported.lost.iter().filter(|l| l.severity == profile::Severity::Error).collect();
        assert!(lost.is_empty(), "{lost:?}");
        let object = Json::Object(written(&imported.policy)).to_string();
        assert_eq!(object, text, "the same object of Graph");
    }
    bytes
}

/// Scope, lock, window and the three blocks.
#[test]
fn every_choice_of_what_is_kept_comes_back() {
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
                        ..base()
                    };
                    seen.insert(round(&policy, &user(), &DeliveredCertificates::default()));
                }
            }
        }
    }
    assert_eq!(seen.len(), 5 * 2 * 7 * 8, "and no two policies give the same profile");
}

/// The gate, the seven switches, and where the two identities come from; delivered or not.
#[test]
fn every_choice_of_smime_comes_back() {
    let types = [
        None,
        Some(EmailCertificateType::None),
        Some(EmailCertificateType::Certificate),
        Some(EmailCertificateType::DerivedCredential),
    ];
    let mut count = 0;
    let mut seen = BTreeSet::new();
    for require_smime in [false, true] {
        for bits in 0..1_u32 << 7 {
            for signing in types {
                for encryption in types {
                    let bit = |n: u32| bits & (1 << n) != 0;
                    let policy = EmailPolicy {
                        require_smime,
                        links: links(),
                        signing_certificate_type: signing,
                        encryption_certificate_type: encryption,
                        smime_signing_enabled: bit(0),
                        smime_signing_user_override_enabled: bit(1),
                        smime_signing_certificate_user_override_enabled: bit(2),
                        smime_encrypt_by_default_enabled: bit(3),
                        smime_encrypt_by_default_user_override_enabled: bit(4),
                        smime_encryption_certificate_user_override_enabled: bit(5),
                        smime_enable_per_message_switch: bit(6),
                        ..base()
                    };
                    seen.insert(round(&policy, &user(), &certificates()));
                    if bits % 16 == 5 {
                        round(&policy, &user(), &DeliveredCertificates::default());
                    }
                    count += 1;
                }
            }
        }
    }
    assert_eq!((count, seen.len()), (2 * 128 * 16, 2 * 128 * 16));
}

/// User name, domain, address, sign-in, OAuth and SSL, for a user of a directory and for a bare address.
#[test]
fn every_choice_of_names_and_sign_in_comes_back() {
    let domains = [
        (None, None),
        (Some(DomainNameSource::FullDomainName), None),
        (Some(DomainNameSource::NetBiosDomainName), None),
        (None, Some("FABRIKAM".to_owned())),
    ];
    let mut count = 0;
    for (_, username_source) in UsernameSource::WORDS {
        for (source, custom) in &domains {
            for (_, email_address_source) in EmailAddressSource::WORDS {
                for (_, authentication_method) in EasAuthenticationMethod::WORDS {
                    for bits in 0..4 {
                        let policy = EmailPolicy {
                            username_source,
                            user_domain_name_source: *source,
                            custom_domain_name: custom.clone(),
                            email_address_source,
                            authentication_method,
                            require_ssl: bits & 1 != 0,
                            use_oauth: bits & 2 != 0,
                            links: links(),
                            ..base()
                        };
                        for user in [user(), address_alone()] {
                            round(&policy, &user, &certificates());
                        }
                        count += 1;
                    }
                }
            }
        }
    }
    assert_eq!(count, 3 * 4 * 2 * 3 * 4);
}

#[test]
fn policies_without_id_name_or_texts_come_back_too() {
    let nameless = EmailPolicy { id: None, description: None, display_name: String::new(), ..base() };
    round(&nameless, &user(), &DeliveredCertificates::default());
    round(&EmailPolicy { host_name: String::new(), ..nameless.clone() }, &user(), &certificates());
    round(&EmailPolicy { eas_services: BTreeSet::new(), ..base() }, &user(), &certificates());
    let odd = EmailPolicy { id: Some("an id/that:no identifier ‘holds’".into()), ..base() };
    round(&odd, &user(), &certificates());
    let vpn = EmailPolicy { per_app_vpn_profile_id: Some("v-1".into()), ..base() };
    round(&vpn, &user(), &certificates());
}

#[test]
fn the_profile_of_an_older_phone_comes_back_too() {
    let policy = EmailPolicy { require_smime: true, smime_encrypt_by_default_enabled: true, ..base() };
    let (user, certificates) = (user(), DeliveredCertificates::default());
    let os = Some(OsVersion::new(9, 3, 0));
    let compiled =
        assemble(&Order { policy: &policy, user: &user, certificates: &certificates, vpn: None, os });
    let imported = import(&compiled.profile(), None).expect("imports");
    assert_eq!(imported.policy, policy);
}
