//! The rows against the catalogue of the program, and against what is really expected.

use std::collections::{BTreeMap, BTreeSet};

use profile::OsVersion;
use serde_json::Value;

use super::*;
use crate::{
    Circumstances, DeviceFacts, EasAuthenticationMethod, EmailCertificateType, EmailPolicy, Intent,
    OutlookChannel, OutlookValue, OwnAccount, Service, ServiceIntent, Services, SmimeIntent, User, Variants,
    expectations_under, expected_outlook, stated_of_policy,
};

#[test]
fn the_rows_are_those_of_the_catalogue_in_order() {
    let catalogue: Value =
        serde_json::from_str(include_str!("../../../data/requirements.json")).expect("JSON");
    let mut ids: Vec<&str> =
        catalogue["rows"].as_array().expect("rows").iter().filter_map(|row| row["id"].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ROWS.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
    assert_eq!(ROWS.len(), 173);
    for id in ids {
        assert_eq!(row(id).map(|row| row.id), Some(id));
    }
    assert_eq!(row("EAS-999"), None);
    assert_eq!(row("eas-001"), None);
}

#[test]
fn a_row_that_cannot_be_judged_says_why() {
    for row in ROWS {
        assert_eq!(row.reason.is_some(), row.status != Status::Expected, "{}", row.id);
        assert!(row.expectation.is_some_and(|sentence| !sentence.is_empty()), "{}", row.id);
        assert!(row.reason.is_none_or(|reason| !reason.is_empty()), "{}", row.id);
    }
}

#[test]
fn statuses_are_written_as_in_json() {
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).expect("JSON"), status.as_str());
        assert_eq!(status.as_str().parse(), Ok(status));
    }
    assert_eq!("Expected".parse::<Status>(), Err(UnknownStatus));
}

/// A space of profiles, small but with every corner in which a row is cited.
fn intents() -> Vec<Intent> {
    let uuid = |n: u8| format!("AAAAAAAA-0000-8000-8000-00000000000{n}");
    let plain = Intent {
        name: Some("Contoso".into()),
        host: Some("mail.contoso.com".into()),
        user_name: Some("user1".into()),
        email_address: Some("user1@contoso.com".into()),
        ssl: Some(true),
        identities: (1..=4).map(uuid).collect(),
        ..Intent::default()
    };
    let enrolled =
        |smime: SmimeIntent| Intent { enrolled: (1..=4).map(uuid).collect(), smime, ..plain.clone() };
    let mut all = vec![
        plain.clone(),
        Intent {
            user_name: Some("user1@contoso.com".into()),
            email_address: Some("user1".into()),
            ..plain.clone()
        },
        Intent { user_name: Some("CONTOSO\\user1".into()), oauth: Some(true), ..plain.clone() },
        Intent { oauth: Some(true), identity: Some(uuid(3)), vpn: Some("vpn".into()), ..plain.clone() },
        Intent { host: None, identities: BTreeSet::new(), ..plain.clone() },
        Intent { identity: Some("stray".into()), password: true, ..plain.clone() },
        Intent { identity: Some(uuid(3)), ..enrolled(SmimeIntent::default()) },
        enrolled(SmimeIntent { signing_identity: Some(uuid(1)), ..SmimeIntent::default() }),
        enrolled(SmimeIntent { encryption_identity: Some(uuid(2)), ..SmimeIntent::default() }),
        Intent {
            prevent_move: Some(true),
            prevent_app_sheet: Some(true),
            restrictions: [("allowAccountModification".to_owned(), false)].into(),
            removal_password: true,
            ..plain.clone()
        },
    ];
    // Every choice of services, under every choice of the lock.
    for on in 0..32_u8 {
        for overridable in [None, Some(true), Some(false)] {
            let services = Services::from_fn(|service| {
                let at = Service::ALL.iter().position(|known| *known == service).expect("a service");
                ServiceIntent { enable: Some(on & (1 << at) != 0), overridable }
            });
            all.push(Intent { services, ..plain.clone() });
        }
    }
    // Every S/MIME flag, with and without identities.
    for flags in 0..64_u8 {
        let flag = |bit: u8| Some(flags & (1 << bit) != 0);
        for named in [false, true] {
            all.push(Intent {
                smime: SmimeIntent {
                    signing_enabled: flag(0),
                    signing_overrideable: flag(1),
                    signing_identity: named.then(|| uuid(1)),
                    signing_identity_overrideable: flag(2),
                    encrypt_by_default: flag(3),
                    encrypt_by_default_overrideable: flag(4),
                    per_message_switch: flag(5),
                    encryption_identity: named.then(|| uuid(2)),
                    encryption_identity_overrideable: flag(2),
                    ..SmimeIntent::default()
                },
                ..plain.clone()
            });
        }
    }
    all
}

/// Ids under every member `requirements` of a JSON value.
fn cited(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "requirements" {
                    let listed = member.as_array().expect("a list");
                    ids.extend(listed.iter().map(|id| id.as_str().expect("a text").to_owned()));
                } else {
                    cited(member, ids);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| cited(item, ids)),
        _ => {}
    }
}

fn with_status(status: Status) -> BTreeSet<String> {
    ROWS.iter().filter(|row| row.status == status).map(|row| row.id.to_owned()).collect()
}

#[test]
fn a_row_is_expected_exactly_when_some_policy_makes_it_expected_and_stated_when_pending() {
    let (mut typed, mut stated) = (BTreeSet::new(), BTreeSet::new());
    for intent in intents() {
        for major in [6, 11, 12, 13, 14, 17] {
            for supervised in [false, true] {
                let facts = DeviceFacts {
                    ios: OsVersion::new(major, 0, 0),
                    supervised,
                    identities: 2,
                    variants: Variants::default(),
                };
                let own =
                    OwnAccount { host: "mail.contoso.com".into(), email_address: "user1@contoso.com".into() };
                for circumstances in [
                    Circumstances::default(),
                    Circumstances { updates: true, ..Circumstances::default() },
                    Circumstances { assigned: Some(true), ..Circumstances::default() },
                    Circumstances { assigned: Some(false), ..Circumstances::default() },
                    Circumstances { own_accounts: vec![own], ..Circumstances::default() },
                ] {
                    let mut expected = expectations_under(&intent, &facts, &circumstances);
                    let subjects: BTreeSet<&str> =
                        expected.stated.iter().map(|stated| stated.subject.as_str()).collect();
                    assert_eq!(subjects.len(), expected.stated.len(), "subjects are their own");
                    for one in std::mem::take(&mut expected.stated) {
                        assert!(!one.citation.is_empty());
                        stated.extend(one.requirements.iter().map(|id| (*id).to_owned()));
                    }
                    cited(&serde_json::to_value(&expected).expect("JSON"), &mut typed);
                }
            }
        }
    }
    let derived = EmailPolicy {
        authentication_method: EasAuthenticationMethod::DerivedCredential,
        require_smime: true,
        signing_certificate_type: Some(EmailCertificateType::DerivedCredential),
        encryption_certificate_type: Some(EmailCertificateType::DerivedCredential),
        ..EmailPolicy::default()
    };
    let key = |name: &str| format!("com.microsoft.outlook.Mail.SMIMEEnabled{name}");
    let settings: BTreeMap<String, OutlookValue> = [key(""), key(".CertsFromIntune")]
        .into_iter()
        .map(|key| (key, OutlookValue::Boolean(true)))
        .collect();
    let outlook = expected_outlook(&settings, OutlookChannel::ManagedDevices, &User::default());
    for one in stated_of_policy(&derived).into_iter().chain(outlook.stated()) {
        stated.extend(one.requirements.iter().map(|id| (*id).to_owned()));
    }

    assert_eq!(with_status(Status::Expected), typed);
    assert_eq!(with_status(Status::Pending), stated);
    assert_eq!(typed.len() + stated.len() + with_status(Status::NotObservable).len(), ROWS.len());
}

#[test]
fn what_one_edition_of_the_documents_tells_otherwise_is_shown_by_no_phone() {
    for row in ROWS.iter().filter(|row| row.id.starts_with("LNG") && row.id != "LNG-015") {
        assert_eq!(row.status, Status::NotObservable, "{}", row.id);
    }
}
