use std::collections::BTreeSet;

use profile::Severity;
use profile::graph::{self, Finding};

use crate::*;

const EMAIL: &str = r##""@odata.type": "#microsoft.graph.iosEasEmailProfileConfiguration", "id": "mail-1",
    "displayName": "Mail", "accountName": "Contoso", "hostName": "mail.contoso.example""##;

fn tenant(text: &str) -> Tenant {
    Tenant::read([graph::parse_named("policies.json", text.as_bytes()).expect("JSON")])
}

/// A policy with members, and a way to sign in, which the form demands.
fn mail(members: &str) -> String {
    let sign_in = match members.contains("authenticationMethod") {
        true => "",
        false => r#", "authenticationMethod": "usernameAndPassword""#,
    };
    format!("{{{EMAIL}, {members}{sign_in}}}")
}

fn email(members: &str) -> Tenant {
    tenant(&mail(members))
}

fn user() -> User {
    User {
        upn: "anna@contoso.example".into(),
        primary_smtp_address: Some("anna.berg@contoso.example".into()),
        ..User::default()
    }
}

fn resolved(tenant: &Tenant, supplies: &[Supply]) -> Resolved {
    tenant.resolve(&tenant.emails[0], &Addressee::of(&user()), supplies)
}

fn rules(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule).collect()
}

fn errors(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|f| f.severity == Severity::Error).map(|finding| finding.rule).collect()
}

fn p12(id: &str) -> Supply {
    let content = Supplied::Pkcs12 { bytes: vec![0x30], password: Some("hunter2".into()) };
    Supply { id: id.into(), file: format!("{id}.p12"), content }
}

#[test]
fn null_is_not_set_and_defaults_are_those_of_the_form() {
    let members = r#""easServices": null, "requireSsl": null, "authenticationMethod": null,
        "signingCertificateType": null, "perAppVPNProfileId": "00000000-0000-0000-0000-000000000000""#;
    let tenant = email(members);
    let read = &tenant.emails[0];
    assert_eq!(rules(&read.findings), ["policy-sign-in-open"]);
    let form = EmailPolicy {
        id: Some("mail-1".into()),
        display_name: "Mail".into(),
        account_name: "Contoso".into(),
        host_name: "mail.contoso.example".into(),
        ..EmailPolicy::default()
    };
    assert_eq!(read.policy, form);
}

#[test]
fn a_mistake_in_flags_counts_for_nothing_and_is_named() {
    let services = |text: &str| {
        let tenant =
            email(&format!("\"easServices\": \"{text}\", \"easServicesUserOverrideEnabled\": false"));
        (tenant.emails[0].policy.eas_services.clone(), errors(&tenant.emails[0].findings))
    };
    assert_eq!(services("mail"), (SyncScope::AllData.services(), vec!["graph-unknown-flag"]));
    assert_eq!(services("mail,contacts"), (SyncScope::ContactsOnly.services(), vec!["graph-unknown-flag"]));
    assert_eq!(services("contacts, calendars"), (SyncScope::CalendarAndContactsOnly.services(), vec![]));
    assert_eq!(services("none"), (BTreeSet::new(), vec!["policy-no-service"]));
}

#[test]
fn the_hidden_twin_counts_only_alone() {
    let source = |members: &str| email(members).emails[0].policy.username_source;
    assert_eq!(source(r#""usernameSource": "primarySmtpAddress""#), UsernameSource::PrimarySmtpAddress);
    let both = r#""usernameSource": "primarySmtpAddress", "usernameAADSource": "userPrincipalName""#;
    assert_eq!(source(both), UsernameSource::UserPrincipalName);
    assert_eq!(rules(&email(both).emails[0].findings), ["policy-username-sources-differ"]);
}

#[test]
fn oddities_of_meaning_are_named() {
    for (members, rule) in [
        (r#""hostName": """#, "policy-setting-missing"),
        (r#""hostName": "-bad.example""#, "policy-host-form"),
        (r#""usernameAADSource": "samAccountName""#, "policy-domain-missing"),
        (r#""customDomainName": "x""#, "policy-domain-ignored"),
        (r#""easServices": "contacts", "easServicesUserOverrideEnabled": true"#, "policy-scope-open"),
        (
            r#""easServices": "contacts", "easServicesUserOverrideEnabled": false, "requireSmime": true"#,
            "policy-dead-mail-settings",
        ),
        (
            r#""easServices": "email,notes", "easServicesUserOverrideEnabled": false"#,
            "policy-scope-not-in-portal",
        ),
        (
            r#""useOAuth": true, "authenticationMethod": "derivedCredential""#,
            "policy-oauth-derived-credential",
        ),
        (r#""requireSsl": false"#, "policy-ssl-off"),
        (r#""smimeSigningEnabled": true"#, "policy-smime-off"),
        (r#""requireSmime": true, "signingCertificateType": "certificate""#, "policy-signing-locked-out"),
        (
            r#""requireSmime": true, "encryptionCertificateType": "certificate""#,
            "policy-encryption-locked-out",
        ),
        (r#""requireSmime": true, "signingCertificateType": "none""#, "policy-certificate-nobody-chooses"),
    ] {
        // The members come last, so that they count.
        let tenant = email(members);
        assert!(
            rules(&tenant.emails[0].findings).contains(&rule),
            "{members}: {:?}",
            tenant.emails[0].findings
        );
    }
}

const SCEP: &str = r##"{"@odata.type": "#microsoft.graph.iosScepCertificateProfile", "id": "SCEP-1",
    "displayName": "User certificate", "scepServerUrls": ["https://scep.contoso.example/a", "https://b"],
    "subjectNameFormat": "custom", "subjectNameFormatString": "CN={{UserName}},E={{EmailAddress}},O=Contoso",
    "subjectAlternativeNameType": "none", "customSubjectAlternativeNames": [
      {"sanType": "emailAddress", "name": "{{EmailAddress}}"},
      {"sanType": "userPrincipalName", "name": "{{UserPrincipalName}}"}],
    "keySize": "size2048", "keyUsage": "digitalSignature, keyEncipherment", "certificateStore": "user",
    "rootCertificate@odata.bind": "https://x/deviceConfigurations('root-1')"}"##;
const ROOT: &str = r##"{"@odata.type": "#microsoft.graph.iosTrustedRootCertificate", "id": "root-1",
    "displayName": "Contoso Root", "certFileName": "contoso.cer", "trustedRootCertificate": "MAMBAQA="}"##;

#[test]
fn scep_becomes_a_request_for_this_user() {
    let members = r#""authenticationMethod": "certificate", "identityCertificate@odata.bind": "x('scep-1')""#;
    let mail = mail(members);
    let tenant = tenant(&format!("[{mail}, {SCEP}, {ROOT}]"));
    let resolved = resolved(&tenant, &[]);
    assert_eq!(resolved.findings, []);
    let compiled = resolved.compile(None);
    assert_eq!(compiled.problems, []);
    let profile = compiled.profile();
    let kinds: Vec<_> = profile.payloads.iter().filter_map(|p| p.payload_type()).collect();
    assert_eq!(kinds, ["com.apple.security.root", "com.apple.security.scep", "com.apple.eas.account"]);
    let scep = profile.payloads[1].dict("PayloadContent").expect("a dict").expect("there");
    assert_eq!(scep.str("URL"), Some("https://scep.contoso.example/a"));
    let integer = |key: &str| scep.value(key).and_then(profile::plist::Value::as_integer);
    assert_eq!((integer("Keysize"), integer("Key Usage")), (Some(2048), Some(5)));
    assert_eq!(
        format!("{:?}", scep.value("Subject").expect("a subject")),
        r#"[[["CN", "anna"]], [["1.2.840.113549.1.9.1", "anna.berg@contoso.example"]], [["O", "Contoso"]]]"#
    );
    let names = scep.value("SubjectAltName").and_then(|v| v.as_dictionary()).expect("names");
    assert_eq!(names.str("rfc822Name"), Some("anna.berg@contoso.example"));
    assert_eq!(names.str("ntPrincipalName"), Some("anna@contoso.example"));
    assert_eq!(profile.payloads[2].string("PayloadCertificateUUID"), Ok(profile.payloads[1].uuid()));
    assert_eq!(compiled.intent().expect("reads").identity.as_deref(), profile.payloads[1].uuid());
    // Each key says how sure it is.
    let scep = &compiled.payloads[1];
    assert_eq!(scep.policy_id.as_deref(), Some("SCEP-1"));
    let sure = |key: &str| scep.keys.iter().find(|row| row.key == key).map(|row| row.certainty);
    assert_eq!(sure("PayloadContent.URL"), Some(Certainty::Certain));
    assert_eq!(sure("PayloadUUID"), Some(Certainty::Inferred));
    for (described, payload) in compiled.payloads.iter().zip(&profile.payloads) {
        for entry in &payload.dictionary().entries {
            let listed = described.keys.iter().any(|row| row.key.split('.').next() == Some(&*entry.key));
            assert!(listed, "{} of {}", entry.key, described.payload_type);
        }
    }
}

#[test]
fn scep_profiles_that_cannot_work_are_named() {
    let found = |change: &[(&str, &str)], members: &str| {
        let scep = change.iter().fold(SCEP.to_owned(), |text, (from, to)| text.replace(from, to));
        let mail = mail(members);
        let tenant = tenant(&format!("[{mail}, {scep}, {ROOT}]"));
        rules(&resolved(&tenant, &[]).findings)
    };
    let sign_in = r#""authenticationMethod": "certificate", "identityCertificate@odata.bind": "x('scep-1')""#;
    assert_eq!(found(&[("{{UserName}}", "{{SerialNumber}}")], sign_in), ["policy-scep-variable"]);
    assert_eq!(found(&[("O=Contoso", "O=Contoso\\\\, Inc")], sign_in), ["policy-scep-comma"]);
    assert_eq!(found(&[("O=Contoso", "Contoso")], sign_in), ["policy-scep-subject"]);
    assert_eq!(
        found(&[("[\"https://scep.contoso.example/a\", \"https://b\"]", "[]")], sign_in),
        ["policy-scep-url"]
    );
    assert_eq!(found(&[("digitalSignature, ", "")], sign_in), ["policy-scep-key-usage"]);
    assert_eq!(found(&[("root-1", "root-2")], sign_in), ["policy-link-not-found"]);
    assert_eq!(found(&[("rootCertificate@odata.bind", "x@y")], sign_in), ["policy-root-link-missing"]);
    let encryption = r#""requireSmime": true, "encryptionCertificateType": "certificate",
        "smimeEnablePerMessageSwitch": true, "smimeEncryptionCertificate@odata.bind": "x('scep-1')""#;
    assert_eq!(found(&[], encryption), ["policy-encryption-per-device"]);
}

#[test]
fn links_lie_inside_objects_as_well() {
    let root = format!("\"rootCertificate\": {ROOT}");
    let scep =
        SCEP.replace(r#""rootCertificate@odata.bind": "https://x/deviceConfigurations('root-1')""#, &root);
    let members = format!("\"authenticationMethod\": \"certificate\", \"identityCertificate\": {scep}");
    let resolved = resolved(&email(&members), &[]);
    assert_eq!(resolved.findings, []);
    assert_eq!(
        (resolved.certificates.roots.len(), resolved.policy.links.identity.as_deref()),
        (1, Some("SCEP-1"))
    );
}

#[test]
fn what_is_missing_is_named_and_the_rest_compiles() {
    let members = r#""authenticationMethod": "certificate", "requireSmime": true,
        "smimeEnablePerMessageSwitch": true, "smimeSigningEnabled": true, "signingCertificateType": "certificate", "smimeSigningCertificate@odata.bind": "x('gone-1')",
        "encryptionCertificateType": "derivedCredential""#;
    let tenant = email(members);
    let resolved = resolved(&tenant, &[]);
    assert_eq!(
        errors(&resolved.findings),
        ["policy-link-missing", "policy-link-not-found", "policy-certificate-not-delivered"]
    );
    assert!(resolved.findings[1].message.contains("gone-1"), "{:?}", resolved.findings[1]);
    assert_eq!(resolved.findings[1].path, "$['smimeSigningCertificate@odata.bind']");
    let compiled = resolved.compile(None);
    assert_eq!(compiled.problems.len(), 3);
    let intent = compiled.intent().expect("reads");
    assert_eq!((intent.identity, intent.smime.signing_identity), (None, None));
    assert_eq!(intent.host.as_deref(), Some("mail.contoso.example"));
    // The profile says what it lacks, so that it comes back.
    assert_eq!(import(&compiled.profile(), None).expect("imports").policy, resolved.policy);
}

#[test]
fn files_stand_for_links_by_id_by_name_and_by_the_link() {
    let members = r#""authenticationMethod": "certificate", "requireSmime": true,
        "smimeEnablePerMessageSwitch": true, "smimeSigningEnabled": true, "signingCertificateType": "certificate", "smimeSigningCertificate@odata.bind": "x('gone-1')",
        "encryptionCertificateType": "derivedCredential""#;
    let tenant = email(members);
    let supplies = [
        p12("identityCertificate"),
        p12("GONE-1"),
        p12("smimeEncryptionCertificate"),
        p12("smimeEncryptionCertificate"),
    ];
    let resolved = resolved(&tenant, &supplies);
    assert_eq!(resolved.findings.iter().map(|f| f.rule).collect::<Vec<_>>(), Vec::<&str>::new());
    assert_eq!(resolved.certificates.others.len(), 1, "the second file is history");
    assert_eq!(resolved.compile(None).problems, []);
    assert!(!format!("{resolved:?} {supplies:?}").contains("hunter2"));
    let unused = self::resolved(&tenant, &[p12("identitycertificat")]);
    assert!(rules(&unused.findings).contains(&"policy-link-unused"));
    let nothing = Supply {
        id: "gone-1".into(),
        file: "x.p12".into(),
        content: Supplied::Nothing { reason: "does not exist".into(), help: None },
    };
    assert!(errors(&self::resolved(&tenant, &[nothing]).findings).contains(&"policy-link-file"));
    let der =
        Supply { id: "gone-1".into(), file: "x.cer".into(), content: Supplied::Certificate { der: vec![1] } };
    assert!(errors(&self::resolved(&tenant, &[der]).findings).contains(&"policy-link-kind"));
}

#[test]
fn kinds_of_certificate_profiles_fit_their_links() {
    let pfx = r##"{"@odata.type": "#microsoft.graph.iosImportedPFXCertificateProfile", "id": "pfx-1", "displayName": "PFX",
        "intendedPurpose": "smimeEncryption"}"##;
    let found = |members: &str| {
        let mail = mail(members);
        let tenant = tenant(&format!("[{mail}, {pfx}, {ROOT}]"));
        rules(&resolved(&tenant, &[p12("pfx-1")]).findings)
    };
    let sign_in = |id: &str| {
        format!(
            "\"authenticationMethod\": \"certificate\", \"identityCertificate@odata.bind\": \"x('{id}')\""
        )
    };
    assert_eq!(found(&sign_in("pfx-1")), ["policy-link-kind"]);
    assert_eq!(found(&sign_in("root-1")), ["policy-link-kind", "policy-link-unused"]);
    let encryption = r#""requireSmime": true, "encryptionCertificateType": "certificate",
        "smimeEnablePerMessageSwitch": true, "smimeEncryptionCertificate@odata.bind": "x('pfx-1')""#;
    assert_eq!(found(encryption), Vec::<&str>::new());
}

#[test]
fn a_per_app_vpn_travels_with_the_account() {
    let vpn = r##"{"@odata.type": "#microsoft.graph.iosVpnConfiguration", "id": "vpn-1", "displayName": "VPN",
        "connectionName": "Contoso VPN", "connectionType": "customVpn", "identifier": "com.example.vpn",
        "server": {"address": "vpn.contoso.example"}, "authenticationMethod": "usernameAndPassword",
        "enablePerApp": true, "providerType": "packetTunnel", "safariDomains": ["contoso.example"]}"##;
    let members = r#""perAppVPNProfileId": "vpn-1""#;
    let mail = mail(members);
    let tenant = self::tenant(&format!("[{mail}, {vpn}]"));
    let found = resolved(&tenant, &[]);
    assert_eq!(found.findings, []);
    let profile = found.compile(None).profile();
    assert_eq!(profile.payloads[0].payload_type(), Some("com.apple.vpn.managed.applayer"));
    assert_eq!(profile.payloads[1].string("VPNUUID"), Ok(Some("vpn-1")));
    assert_eq!(import(&profile, None).expect("imports").policy, found.policy);
    let missing = resolved(&email(members), &[]);
    assert_eq!(errors(&missing.findings), ["policy-vpn-not-found"]);
    let whole = self::tenant(&format!("[{mail}, {}]", vpn.replace("true", "false")));
    assert_eq!(errors(&resolved(&whole, &[]).findings), ["policy-vpn-not-per-app"]);
}

#[test]
fn outlook_settings_come_as_a_list_or_as_a_property_list() {
    let key = "com.microsoft.outlook.Mail.SMIMEEnabled";
    let item = |key: &str, kind: &str, value: &str| {
        format!(
            "{{\"appConfigKey\": \"{key}\", \"appConfigKeyType\": \"{kind}\", \"appConfigKeyValue\": \"{value}\"}}"
        )
    };
    let app = |members: &str| {
        let tenant = tenant(&format!(
            "{{\"@odata.type\": \"#microsoft.graph.iosMobileAppConfiguration\", {members}}}"
        ));
        tenant.apps.into_iter().next().expect("an app")
    };
    let listed = app(&format!(
        "\"settings\": [{}, {}]",
        item(key, "booleanType", "True"),
        item("IntuneMAMUPN", "stringType", "{{UserPrincipalName}}")
    ));
    assert_eq!(listed.findings, []);
    assert_eq!(listed.boolean(key), Some(true));
    assert_eq!(
        listed.boolean("com.microsoft.outlook.Mail.SMIMEEnabled.UserChangeAllowed"),
        Some(true),
        "default"
    );
    assert_eq!(listed.text("IntuneMAMUPN", &user(), None), Ok(Some("anna@contoso.example".into())));
    // <dict><key>com.microsoft.outlook.Mail.SMIMEEnabled</key><true/></dict>
    let encoded =
        "PGRpY3Q+PGtleT5jb20ubWljcm9zb2Z0Lm91dGxvb2suTWFpbC5TTUlNRUVuYWJsZWQ8L2tleT48dHJ1ZS8+PC9kaWN0Pg==";
    let plist = app(&format!("\"encodedSettingXml\": \"{encoded}\", \"settings\": []"));
    assert_eq!(
        (plist.findings.as_slice(), plist.boolean(key), plist.is_outlook()),
        ([].as_slice(), Some(true), true)
    );
    let wrong = app(&format!(
        "\"settings\": [{}, {}]",
        item("com.microsoft.outlook.Mail.SmimeEnabled", "booleanType", "true"),
        item(key, "booleanType", "maybe")
    ));
    assert_eq!(rules(&wrong.findings), ["app-setting-value", "outlook-unknown-key"]);
    assert_eq!(rules(&app("\"encodedSettingXml\": \"bm8=\"").findings), ["app-settings-plist"]);
    let managed = tenant(
        r##"{"@odata.type": "#microsoft.graph.targetedManagedAppConfiguration",
        "customSettings": [{"name": "com.microsoft.outlook.Mail.SMIMEEnabled", "value": "true"}]}"##,
    );
    assert_eq!((managed.apps[0].boolean(key), managed.apps[0].for_devices), (Some(true), false));
    let many = |count: usize| {
        let items: Vec<String> = (0..count).map(|n| item(&format!("k{n}"), "stringType", "v")).collect();
        app(&format!("\"settings\": [{}]", items.join(",")))
    };
    assert_eq!(rules(&many(APP_SETTINGS_MAX).findings), Vec::<&str>::new());
    let over = many(APP_SETTINGS_MAX + 1);
    assert_eq!(
        (over.settings.len(), rules(&over.findings)),
        (APP_SETTINGS_MAX, vec!["app-too-many-settings"])
    );
}

const DIRECTORY: &str = r#"{"users": [{"upn": "anna@contoso.example", "mail": "anna.berg@contoso.example", "groups": ["staff"]},
      {"upn": "bob@contoso.example", "mail": "bob@contoso.example", "groups": ["staff", "leavers"]},
      {"upn": "carol@contoso.example"}],
    "groups": [{"id": "staff"}, {"id": "leavers"}, {"id": "phones", "members": ["carols-phone"]}, {"id": "lost"}],
    "devices": [{"name": "carols-phone", "user": "carol@contoso.example", "serial": "F1"},
      {"name": "annas-phone", "user": "anna@contoso.example", "groups": ["lost"]}]}"#;

fn assigned(targets: &[(&str, &str)]) -> String {
    let targets: Vec<String> = targets
        .iter()
        .map(|(kind, group)| {
            format!(
                "{{\"target\": {{\"@odata.type\": \"#microsoft.graph.{kind}\", \"groupId\": \"{group}\"}}}}"
            )
        })
        .collect();
    format!("\"assignments\": [{}]", targets.join(","))
}

fn who(targets: &[(&str, &str)]) -> Vec<String> {
    let (directory, _) = Directory::read("directory.json", DIRECTORY.as_bytes()).expect("JSON");
    let tenant = email(&assigned(targets));
    let found = assignments(tenant.emails[0].assignments.as_deref().expect("said"), &directory);
    found.into_iter().map(|user| user.upn.split('@').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn assignments_include_and_exclude_users_and_devices() {
    let group = "groupAssignmentTarget";
    let not = "exclusionGroupAssignmentTarget";
    assert_eq!(who(&[]), Vec::<String>::new(), "EAS-003");
    assert_eq!(who(&[(group, "staff")]), ["anna", "bob"]);
    assert_eq!(who(&[(group, "staff"), (not, "leavers")]), ["anna"]);
    assert_eq!(who(&[(not, "leavers"), ("allLicensedUsersAssignmentTarget", "")]), ["anna", "carol"]);
    assert_eq!(who(&[("allDevicesAssignmentTarget", "")]), ["anna", "carol"]);
    assert_eq!(who(&[("allDevicesAssignmentTarget", ""), (not, "lost")]), ["carol"]);
    assert_eq!(who(&[(group, "phones")]), ["carol"]);
    assert_eq!(who(&[(not, "leavers")]), Vec::<String>::new(), "an exclusion alone includes nobody");
}

#[test]
fn targeting_says_how_and_the_certificate_profile_that_is_not_is_named() {
    let (directory, _) = Directory::read("directory.json", DIRECTORY.as_bytes()).expect("JSON");
    let anna = directory.user("anna@contoso.example").expect("listed");
    let carol = directory.user("carol@contoso.example").expect("listed");
    let of = |targets: &[(&str, &str)], user| {
        let tenant = email(&assigned(targets));
        targeting(tenant.emails[0].assignments.as_deref(), user, &directory)
    };
    assert_eq!(targeting(None, anna, &directory), Targeting::Unknown);
    assert_eq!(of(&[("groupAssignmentTarget", "staff")], carol), Targeting::NotAssigned);
    let mixed = of(&[("groupAssignmentTarget", "staff"), ("exclusionGroupAssignmentTarget", "lost")], anna);
    assert!(matches!(mixed, Targeting::Assigned(user) if user.mixed && user.by_user));
    let left_out =
        of(&[("allLicensedUsersAssignmentTarget", ""), ("exclusionGroupAssignmentTarget", "staff")], anna);
    assert_eq!(left_out, Targeting::Excluded { group: "staff".into() });

    let scep = SCEP.replacen('{', &format!("{{{}, ", assigned(&[("groupAssignmentTarget", "leavers")])), 1);
    let members = format!(
        "\"authenticationMethod\": \"certificate\", \"identityCertificate@odata.bind\": \"x('scep-1')\", {}",
        assigned(&[("groupAssignmentTarget", "staff")])
    );
    let mail = mail(&members);
    let tenant = tenant(&format!("[{mail}, {scep}, {ROOT}]"));
    let to = Addressee { listed: Some((anna, &directory)), ..Addressee::of(&anna.user) };
    let found = tenant.resolve(&tenant.emails[0], &to, &[]);
    assert_eq!(errors(&found.findings), ["policy-certificate-not-targeted"]);
    assert!(found.findings[0].message.contains("User certificate"));
}

#[test]
fn imports_name_what_intune_cannot_express() {
    use profile::plist::Dictionary;
    let account = Dictionary::new()
        .with("PayloadType", "com.apple.eas.account")
        .with("UserName", "CONTOSO\\anna")
        .with("EmailAddress", "anna@contoso.example")
        .with("Password", "hunter2")
        .with("allowMailDrop", false)
        .with("OAuthSignInURL", "https://x")
        .with("MailNumberOfPastDaysToSync", 365)
        .with("EnableMailUserOverridable", false)
        .with("Frobnicate", true);
    let wifi = Dictionary::new().with("PayloadType", "com.apple.wifi.managed");
    let root = Dictionary::new()
        .with("PayloadType", "com.apple.security.root")
        .with("PayloadUUID", "R")
        .with("PayloadContent", vec![1_u8, 2, 3]);
    let profile = profile::Profile::from_dictionary(
        Dictionary::new()
            .with("ConsentText", Dictionary::new())
            .with("PayloadContent", vec![root, wifi, account]),
    );
    let imported = import(&profile, None).expect("imports");
    let lost: BTreeSet<(&str, &str, Severity)> =
        imported.lost.iter().map(|l| (l.rule, l.key.as_str(), l.severity)).collect();
    let error = Severity::Error;
    assert_eq!(
        lost,
        BTreeSet::from([
            ("import-key", "Password", error),
            ("import-key", "allowMailDrop", error),
            ("import-key", "OAuthSignInURL", error),
            ("import-key", "Frobnicate", Severity::Warning),
            ("import-mixed-locks", "EnableMailUserOverridable", error),
            ("import-mail-window", "MailNumberOfPastDaysToSync", error),
            ("import-profile-key", "ConsentText", error),
            ("import-payload", "", error),
            ("import-not-in-profiles", "", Severity::Info),
            ("import-own-policy", "", Severity::Info),
        ])
    );
    assert!(!format!("{imported:?}").contains("hunter2"));
    let policy = &imported.policy;
    assert_eq!(policy.username_source, UsernameSource::SamAccountName);
    assert_eq!(policy.custom_domain_name.as_deref(), Some("CONTOSO"));
    let root = imported.certificates[0].object.as_ref().expect("an object");
    assert_eq!(root["trustedRootCertificate"], "AQID");
    assert_eq!(imported.list()["value"].as_array().map(Vec::len), Some(2));
}
