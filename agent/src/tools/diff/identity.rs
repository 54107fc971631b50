//! Certificates and identities that come and go, and the old mail that only a lost key could open.

use super::notice::{Notice, Notices, Severity};
use super::side::{Holding, HoldingKind, Side};
use crate::tools::encrypt::allows_encryption;
use profile::plist::Value;
use smime::{ANY_EXTENDED_KEY_USAGE, Certificate, EMAIL_PROTECTION};

/// Adds what is said of certificates.
pub(super) fn notices(notices: &mut Notices, old: &Side, new: &Side) {
    for holding in &new.holdings {
        if has(old, new, holding) {
            continue;
        }
        let (id, text) = match &holding.kind {
            HoldingKind::Certificate(c) => {
                let by_hand = if c.is_ca() {
                    " For web pages it counts only after the user trusts it in Settings, unless a management server \
                     sent the profile."
                } else {
                    ""
                };
                ("certificate.added", format!("The certificate “{}” comes.{by_hand}", holding.name))
            }
            HoldingKind::Identity(_) => ("identity.added", format!("The identity “{}” comes.", holding.name)),
            HoldingKind::Enrolled => {
                ("identity.added", format!("The phone fetches a new certificate for “{}”.", holding.name))
            }
            HoldingKind::Broken => continue,
        };
        notices.add(Notice::new(id, Severity::Info, text).keys(["PayloadContent"]));
    }
    let reads_mail = old
        .accounts
        .iter()
        .filter_map(|a| a.meaning.as_ref())
        .any(|m| m.expected.account.smime.enabled.value);
    for holding in &old.holdings {
        if has(new, old, holding) {
            continue;
        }
        lost(notices, old, new, holding, reads_mail);
    }
}

/// Whether a side has the same certificate, with its key where it is an identity. An identity that the phone fetches is
/// the same while its payload is.
fn has(side: &Side, other: &Side, holding: &Holding) -> bool {
    match &holding.kind {
        HoldingKind::Enrolled => {
            let asked = other.payload(holding.index).map(|p| Value::Dictionary(p.dictionary().clone()));
            let same = |h: &Holding| {
                let its = side.payload(h.index).map(|p| Value::Dictionary(p.dictionary().clone()));
                its.zip(asked.as_ref()).is_some_and(|(a, b)| super::side::same(&a, b))
            };
            side.holdings.iter().any(|h| h.kind == HoldingKind::Enrolled && same(h))
        }
        HoldingKind::Broken => true,
        kind => side.holdings.iter().any(|h| h.kind == *kind),
    }
}

fn lost(notices: &mut Notices, old: &Side, new: &Side, holding: &Holding, reads_mail: bool) {
    let name = &holding.name;
    let encrypts = old
        .accounts
        .iter()
        .filter_map(|a| a.meaning.as_ref())
        .any(|m| m.intent.smime.encryption_identity.as_deref() == Some(holding.uuid.as_str()));
    let opened_mail = match &holding.kind {
        HoldingKind::Certificate(c) => {
            let text = format!("The certificate “{name}” goes: what it vouched for is no longer trusted.");
            let notice = Notice::new("certificate.removed", Severity::Warning, text);
            let notice = if c.is_ca() { notice.because(&["OUT-009"]) } else { notice };
            return notices.add(notice.keys(["PayloadContent"]));
        }
        HoldingKind::Identity(c) => encrypts || opens_mail(c),
        HoldingKind::Enrolled => encrypts,
        HoldingKind::Broken => return,
    };
    // A renewed certificate of the same key opens what the old one opened.
    let same_key = |a: &Certificate| {
        new.holdings
            .iter()
            .any(|h| matches!(&h.kind, HoldingKind::Identity(b) if b.spki_der() == a.spki_der()))
    };
    let renewed = matches!(&holding.kind, HoldingKind::Identity(c) if same_key(c));
    if opened_mail && reads_mail && !renewed {
        let text = format!(
            "Mail that was encrypted to “{name}” can no longer be read on this phone: its key is not delivered any \
             more."
        );
        let notice = Notice::new("smime.old-mail.unreadable", Severity::Error, text);
        return notices.add(
            notice
                .because(&["OUT-015", "SMO-012"])
                .keys(["SMIMEEncryptionCertificateUUID", "PayloadContent"]),
        );
    }
    let (severity, text) = if renewed {
        (Severity::Info, format!("The identity “{name}” has a new certificate for the same key."))
    } else {
        (Severity::Warning, format!("The identity “{name}” goes, and its key with it."))
    };
    let id = if renewed { "identity.renewed" } else { "identity.removed" };
    notices.add(Notice::new(id, severity, text).keys(["PayloadContent"]));
}

/// Whether mail may have been encrypted to a certificate.
fn opens_mail(certificate: &Certificate) -> bool {
    let for_mail = certificate
        .extended_key_usage()
        .is_none_or(|all| all.contains(&EMAIL_PROTECTION) || all.contains(&ANY_EXTENDED_KEY_USAGE));
    for_mail && allows_encryption(certificate)
}
