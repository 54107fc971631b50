//! The small option space of policies, whole: what Intune allows compiles to a profile in which lint finds no error, on
//! every iOS that reads the keys otherwise.

use super::{ALICE, pki};
use handset::findings::{budget, certificate_facts};
use intent::{
    Addressee, CertificateRole, DomainNameSource, EasAuthenticationMethod, EmailAddressSource,
    EmailCertificateType, EmailPolicy, EmailSyncDuration, Supplied, Supply, SyncScope, Tenant, User,
    UsernameSource, written,
};
use profile::lint::{CertificateFacts, lint};
use profile::{OsVersion, Severity, Timestamp, graph};
use simulator::PROVIDER;
use smime::{Certificate, Context};
use std::collections::BTreeMap;

/// 2026-11-02, when the certificates are valid.
const NOW: i64 = 1_793_606_400_000;
/// Before the newer S/MIME keys, before the service keys, with all of them.
const VERSIONS: [OsVersion; 3] =
    [OsVersion::new(11, 4, 0), OsVersion::new(12, 5, 0), OsVersion::new(17, 5, 0)];

fn base() -> EmailPolicy {
    EmailPolicy {
        id: Some("5a000000-0000-4000-8000-000000000002".to_owned()),
        display_name: "Space".to_owned(),
        account_name: "Contoso".to_owned(),
        host_name: "mail.contoso.example".to_owned(),
        ..EmailPolicy::default()
    }
}

fn alice() -> User {
    User {
        upn: ALICE.to_owned(),
        primary_smtp_address: Some(ALICE.to_owned()),
        sam_account_name: Some("alice".to_owned()),
        full_domain_name: Some("contoso.example".to_owned()),
        netbios_domain_name: Some("CONTOSO".to_owned()),
    }
}

/// Compiles and lints one policy after another; what is in the certificates is read once.
struct Bench {
    user: User,
    supplies: Vec<Supply>,
    facts: BTreeMap<String, Option<CertificateFacts>>,
    /// How many policies had no error themselves.
    legal: usize,
    /// How often each warning about a policy that nobody can sign or encrypt with was given.
    warned: BTreeMap<&'static str, usize>,
}

impl Bench {
    fn new() -> Self {
        let file = |name: &str| std::fs::read(pki(name)).expect("a fixture");
        let identity = |role: CertificateRole, name: &str| Supply {
            id: role.link().to_owned(),
            file: format!("{name}.legacy.p12"),
            content: Supplied::Pkcs12 {
                bytes: file(&format!("{name}.legacy.p12")),
                password: Some(format!("p12-{name}")),
            },
        };
        let root = Certificate::from_pem(&file("contoso-root.cert.pem")).expect("PEM").remove(0);
        let root = Supplied::Certificate { der: root.der().to_vec() };
        Self {
            user: alice(),
            supplies: vec![
                identity(CertificateRole::Authentication, "alice-auth"),
                identity(CertificateRole::Signing, "alice-signing"),
                identity(CertificateRole::Encryption, "alice-encryption"),
                Supply { id: "root".to_owned(), file: "contoso-root.cert.pem".to_owned(), content: root },
            ],
            facts: BTreeMap::new(),
            legal: 0,
            warned: BTreeMap::new(),
        }
    }

    fn check(&mut self, policy: &EmailPolicy) {
        let text = serde_json::Value::Object(written(policy)).to_string();
        let tenant = Tenant::read([graph::parse(text.as_bytes()).expect("JSON")]);
        let resolved = tenant.resolve(&tenant.emails[0], &Addressee::of(&self.user), &self.supplies);
        if resolved.findings.iter().any(|finding| finding.severity == Severity::Error) {
            return;
        }
        self.legal += 1;
        let bytes = profile::write_xml(&resolved.compile(None).configuration);
        let (profile, findings) = profile::parse(&bytes);
        assert_eq!(findings, [], "{text}");
        let cx = Context { now: smime::Timestamp(NOW), crypto: &PROVIDER };
        let facts: Vec<CertificateFacts> = profile
            .payloads
            .iter()
            .filter_map(|payload| {
                let uuid = payload.uuid().unwrap_or_default().to_owned();
                let read = || certificate_facts(&cx, payload, &mut budget());
                self.facts.entry(uuid).or_insert_with(read).clone()
            })
            .collect();
        for version in VERSIONS {
            for finding in lint(&profile, version, &facts, Timestamp(NOW)) {
                assert_ne!(finding.severity, Severity::Error, "iOS {version}: {}: {text}", finding.message);
                if finding.rule.ends_with("locked-out") || finding.rule.ends_with("without-identity") {
                    *self.warned.entry(finding.rule).or_default() += 1;
                }
            }
        }
    }
}

#[test]
fn no_choice_of_what_is_kept_compiles_to_an_error() {
    let mut bench = Bench::new();
    for scope in SyncScope::ALL {
        for overridable in [false, true] {
            for duration in EmailSyncDuration::ALL {
                for blocks in 0..8_u32 {
                    bench.check(&EmailPolicy {
                        eas_services: scope.services(),
                        eas_services_user_override_enabled: overridable,
                        duration_of_email_to_sync: duration,
                        block_moving_messages_to_other_email_accounts: blocks & 1 != 0,
                        block_sending_email_from_third_party_apps: blocks & 2 != 0,
                        block_syncing_recently_used_email_addresses: blocks & 4 != 0,
                        ..base()
                    });
                }
            }
        }
    }
    assert_eq!(bench.legal, 5 * 2 * 7 * 8);
}

/// The seven switches with each way of delivering the two certificates; every one of them is legal, and what nobody can
/// use is a warning.
#[test]
fn no_choice_of_smime_compiles_to_an_error() {
    let types = [None, Some(EmailCertificateType::None), Some(EmailCertificateType::Certificate)];
    let mut bench = Bench::new();
    for bits in 0..1_u32 << 7 {
        for signing in types {
            for encryption in types {
                let bit = |n: u32| bits & (1 << n) != 0;
                bench.check(&EmailPolicy {
                    require_smime: true,
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
                });
            }
        }
    }
    assert_eq!(bench.legal, 128 * 9);
    for rule in [
        "smime-signing-locked-out",
        "smime-encryption-locked-out",
        "smime-signing-without-identity",
        "smime-encryption-without-identity",
    ] {
        assert!(bench.warned.get(rule).is_some_and(|count| *count > 0), "{rule}: {:?}", bench.warned);
    }
}

#[test]
fn no_choice_of_names_and_sign_in_compiles_to_an_error() {
    let domains = [
        (None, None),
        (Some(DomainNameSource::FullDomainName), None),
        (Some(DomainNameSource::NetBiosDomainName), None),
        (None, Some("FABRIKAM".to_owned())),
    ];
    let methods = [EasAuthenticationMethod::UsernameAndPassword, EasAuthenticationMethod::Certificate];
    let mut bench = Bench::new();
    for (_, username_source) in UsernameSource::WORDS {
        for (source, custom) in &domains {
            for (_, email_address_source) in EmailAddressSource::WORDS {
                for authentication_method in methods {
                    for bits in 0..4_u32 {
                        bench.check(&EmailPolicy {
                            username_source,
                            user_domain_name_source: *source,
                            custom_domain_name: custom.clone(),
                            email_address_source,
                            authentication_method,
                            require_ssl: bits & 1 != 0,
                            use_oauth: bits & 2 != 0,
                            ..base()
                        });
                    }
                }
            }
        }
    }
    // A sAM account name without a domain is the policy's own error.
    assert!(bench.legal >= (3 * 4 - 1) * 2 * 2 * 4, "{}", bench.legal);
}
