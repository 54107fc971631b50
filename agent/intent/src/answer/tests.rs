//! The answers on small inputs; on whole policies they are tested with the program.

use super::*;
use crate::action::{ActionId, Position};
use crate::expectation::{DeviceFacts, OwnAccount, PromptKind};
use crate::intent::{Intent, ServiceIntent};
use crate::service::Services;
use crate::variant::Variants;
use profile::{OsVersion, Timestamp};

fn facts() -> DeviceFacts {
    DeviceFacts {
        ios: OsVersion::new(17, 5, 0),
        supervised: false,
        identities: 0,
        variants: Variants::default(),
    }
}

fn account() -> Intent {
    Intent {
        host: Some("mail.contoso.example".into()),
        user_name: Some("alice".into()),
        email_address: Some("alice@contoso.example".into()),
        ssl: Some(true),
        oauth: Some(false),
        services: Services::from_fn(|_| ServiceIntent { enable: Some(true), overridable: Some(false) }),
        ..Intent::default()
    }
}

fn held(name: &str, serial: &str, from_days: i64) -> HeldCertificate {
    HeldCertificate {
        file: format!("{name}.p12"),
        name: name.into(),
        addresses: vec!["alice@contoso.example".into()],
        issuer: "CN=Contoso".into(),
        serial: serial.into(),
        key_id: None,
        not_before: Timestamp(0).plus_days(from_days),
        not_after: Timestamp(0).plus_days(from_days + 365),
        signs: true,
        encrypts: true,
        for_mail: true,
        keychain: Keychain::System,
        delivery: Delivery::Imported,
        pinned_signing: false,
        pinned_encryption: false,
    }
}

#[test]
fn nothing_is_asked_where_nothing_changes_and_a_sign_in_where_oauth_comes() {
    let old = account();
    assert_eq!(change(Some(&old), Some(&old), true, &facts(), &[]), Change::default());
    let new = Intent { oauth: Some(true), ..account() };
    let found = change(Some(&old), Some(&new), true, &facts(), &[]);
    assert!(found.mail_again);
    assert_eq!(found.prompts.iter().map(|p| p.kind).collect::<Vec<_>>(), [PromptKind::SignIn]);
    assert!(
        found.statements.iter().any(|s| s.id == "change.oauth-on" && s.requirements.contains(&"EAS-039"))
    );
    // iOS 11 does not know the key: nothing of OAuth happens.
    let old_phone = DeviceFacts { ios: OsVersion::new(11, 4, 0), ..facts() };
    let found = change(Some(&old), Some(&new), true, &old_phone, &[]);
    assert!(!found.mail_again && found.statements.iter().all(|s| s.id != "change.oauth-on"));
}

#[test]
fn an_account_by_hand_blocks_the_managed_one_only_where_host_and_address_are_the_same() {
    let own = |host: &str| OwnAccount { host: host.into(), email_address: "alice@contoso.example".into() };
    let ids = |host: &str| {
        let found = change(None, Some(&account()), true, &facts(), &[own(host)]);
        (found.prompts.len(), found.statements.iter().any(|s| s.id == "account.duplicate"))
    };
    assert_eq!(ids("mail.contoso.example"), (0, true));
    assert_eq!(ids("other.contoso.example"), (1, false));
}

#[test]
fn services_left_open_are_named_and_locked_ones_not() {
    let with = |overridable| Intent {
        services: Services::from_fn(|s| ServiceIntent {
            enable: Some(s == crate::service::Service::Mail),
            overridable,
        }),
        ..account()
    };
    let open = |intent: &Intent| {
        let said = permission_statements(intent, &permissions(intent, &facts()));
        said.iter().filter(|s| s.id == "open.service").count()
    };
    assert_eq!((open(&with(Some(false))), open(&with(Some(true))), open(&with(None))), (0, 4, 4));
    let rows = permissions(&with(None), &facts());
    let row = rows.iter().find(|r| r.action == ActionId::SmimeSigning(Position::On)).expect("a row");
    assert_eq!((row.override_key, row.override_present), (Some("SMIMESigningUserOverrideable"), false));
}

#[test]
fn readings_decide_which_old_mail_is_readable() {
    let (old, new) = (held("old", "01", 0), held("new", "02", 300));
    let both = [old.clone(), new.clone()];
    let unreadable = |after: &[HeldCertificate], imported, decrypts| {
        let history = History { before: std::slice::from_ref(&old), after, imported, decrypts };
        let message = SealedMessage {
            file: "m.eml".into(),
            issuer_serials: vec![("CN=Contoso".into(), "01".into())],
            key_ids: vec![],
        };
        let (fates, said) = renewal(&history, &[message]);
        assert_eq!(fates[0].after.is_none(), said.iter().any(|s| s.id == "renewal.message"));
        said.iter().any(|s| s.id == "renewal.unreadable")
    };
    assert!(!unreadable(&both, ImportedChoice::All, DecryptsWith::All));
    assert!(unreadable(&both, ImportedChoice::Newest, DecryptsWith::All));
    assert!(unreadable(&both, ImportedChoice::All, DecryptsWith::Selected));
    assert!(unreadable(std::slice::from_ref(&new), ImportedChoice::All, DecryptsWith::All));
}

#[test]
fn expiry_is_warned_of_from_thirty_days_on() {
    let one = [held("one", "01", 0)];
    let ids = |day: i64| expiries(&one, Timestamp(0).plus_days(day)).first().map(|s| s.id);
    assert_eq!((ids(334), ids(335)), (None, Some("expiry.soon")));
    assert_eq!((ids(366), ids(-1)), (Some("expiry.expired"), Some("expiry.not-yet")));
}

#[test]
fn outlook_sees_the_publisher_keychain_and_mail_the_other() {
    let mut shared = held("publisher", "02", 10);
    shared.keychain = Keychain::Publisher;
    let all = [held("system", "01", 0), shared];
    let (found, _) = choices("ALICE@contoso.example", &all, true, Timestamp(0).plus_days(100));
    let taken: Vec<(MailApp, Option<&str>)> = found.iter().map(|c| (c.app, c.chosen.as_deref())).collect();
    assert_eq!(taken[0], (MailApp::Mail, Some("system")));
    assert_eq!(taken[2], (MailApp::Outlook, Some("publisher")));
    let (found, said) = choices("bob@contoso.example", &all, true, Timestamp(0).plus_days(100));
    assert!(found.iter().all(|c| c.chosen.is_none()) && said.iter().all(|s| s.id == "certificate.none"));
}

#[test]
fn orders_ask_the_places_that_they_name() {
    let at = Timestamp(0).plus_days(100);
    let known =
        [(LookupSource::Device, held("here", "01", 0)), (LookupSource::SignedMail, held("mail", "02", 0))];
    let winner = |order| lookup(order, "alice@contoso.example", &known, at).winner;
    assert_eq!(winner(LookupOrder::MailGalFirst), Some(LookupSource::Device));
    assert_eq!(winner(LookupOrder::MailUntilLockTapped), None);
    assert_eq!(winner(LookupOrder::OutlookDeviceFirst), None);
}

#[test]
fn every_number_has_a_cause() {
    assert!(causes(Some(("MCEASErrorDomain", 21005)), 0).iter().any(|c| c.requirements.contains(&"XTR-005")));
    assert_eq!(causes(Some(("MCFontErrorDomain", 30000)), 0).len(), 2);
    assert_eq!(causes(None, -2_016_281_112).len(), 2);
    assert_eq!(causes(None, 7).len(), 1);
}
