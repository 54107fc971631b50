//! Captured messages against what the account must do. Only messages from the account's own address count, and only
//! what the owner cannot have chosen: where a switch is free, a message without signature is no fault.

use crate::comparison::{Bench, Outcome, Reasons};
use evidence::{
    Fact, ObservationId, ObservedCertificate, ObservedMessage, ObservedRecipient, ObservedSigner,
};
use intent::{ComposeStart, Expectations};

const HOLDS: Reasons = Reasons {
    requirements: &["EAS-062"],
    citation: "Intune e-mail settings for iOS: S/MIME, certificates provide authentication, integrity and confidentiality",
};

const RECIPIENTS: Reasons = Reasons {
    requirements: &["SMO-010"],
    citation: "Intune S/MIME overview: the public key of the recipient's certificate encrypts",
};

pub(crate) fn compare(bench: &mut Bench<'_>, expectations: &Expectations) {
    let Some(address) = &expectations.account.email else { return };
    // Without S/MIME nothing is asked of messages; who signs all the same does so with another client.
    if !expectations.account.smime.enabled.value {
        return;
    }
    let sent: Vec<(ObservationId, &ObservedMessage)> = bench
        .seen
        .ordered
        .iter()
        .filter_map(|o| match &o.fact {
            Fact::Message(message) => Some((o.id, message.as_ref())),
            _ => None,
        })
        .filter(|(_, m)| m.from.iter().any(|from| from.eq_ignore_ascii_case(&address.value)))
        .collect();
    let smime = &expectations.account.smime;
    if smime.signing.locked.value {
        // What is inside an encrypted message cannot be seen.
        let open = sent.iter().filter(|(_, m)| !m.encrypted);
        let found: Vec<_> = open.map(|(id, m)| (*id, m.signed)).collect();
        all(bench, "wire.signed", (&smime.signing.on).into(), smime.signing.on.value, &found);
    }
    let starts = smime.compose_starts.value == ComposeStart::Encrypted;
    if smime.encrypt_by_default.locked.value && !smime.per_message_switch.value {
        let found: Vec<_> = sent.iter().map(|(id, m)| (*id, m.encrypted)).collect();
        all(bench, "wire.encrypted", (&smime.encrypt_by_default.on).into(), starts, &found);
    }
    let known = known(bench);
    let signed: Vec<_> = sent.iter().filter(|(_, m)| m.signed).collect();
    let found: Vec<_> = signed.iter().filter_map(|(id, m)| Some((*id, genuine(m, &known)?))).collect();
    if found.is_empty() && !signed.is_empty() {
        let mut comparison = HOLDS.comparison("wire.signature_holds", true.to_string());
        let unknown = "the signatures fit, but nothing tells whose they are: no certificate in the evidence is the signer's";
        comparison.reason = Some(unknown.to_owned());
        comparison.observations = signed.iter().map(|(id, _)| *id).collect();
        bench.comparisons.push(comparison);
    }
    all(bench, "wire.signature_holds", HOLDS, true, &found);
    let found: Vec<_> = sent
        .iter()
        .filter(|(_, m)| m.encrypted)
        .filter_map(|(id, m)| Some((*id, reaches(m, &known)?)))
        .collect();
    all(bench, "wire.recipients", RECIPIENTS, true, &found);
}

/// Compares a property of several messages; nothing is said without a message.
fn all(
    bench: &mut Bench<'_>,
    subject: &str,
    reasons: Reasons,
    expected: bool,
    found: &[(ObservationId, bool)],
) {
    let Some((newest, _)) = found.last() else { return };
    let otherwise: Vec<ObservationId> =
        found.iter().filter(|(_, is)| *is != expected).map(|(id, _)| *id).collect();
    let mut comparison = reasons.comparison(subject, expected.to_string());
    if otherwise.is_empty() {
        comparison.outcome = Outcome::Pass;
        comparison.observed = Some(expected.to_string());
        comparison.observations = found.iter().map(|(id, _)| *id).collect();
    } else {
        comparison.outcome = Outcome::Fail;
        comparison.observed = Some((!expected).to_string());
        if otherwise.len() < found.len() {
            comparison.reason = Some(format!("{} of {} messages", otherwise.len(), found.len()));
        }
        comparison.since =
            bench.seen.ordered.iter().find(|o| otherwise.contains(&o.id)).map(|o| (o.at_ms, o.id));
        // A message tells its own time.
        comparison.since_is_change = true;
        comparison.observations = otherwise;
    }
    debug_assert!(!comparison.observations.is_empty() && newest.0 > 0);
    bench.comparisons.push(comparison);
}

/// Whether the signatures of a message fit and are its sender's; nothing where they fit and the signer's certificate is
/// not known, for anybody can make one that says so.
fn genuine(message: &ObservedMessage, known: &[&ObservedCertificate]) -> Option<bool> {
    let own = |e: &String| message.from.iter().any(|f| f.eq_ignore_ascii_case(e));
    let fits = |s: &ObservedSigner| s.intact && (s.emails.is_empty() || s.emails.iter().any(own));
    if !message.signers.iter().all(fits) {
        return Some(false);
    }
    let is_known = |s: &ObservedSigner| {
        let same = |c: &&&ObservedCertificate| {
            s.issuer.as_ref() == Some(&c.issuer) && s.serial.as_ref() == Some(&c.serial)
        };
        known.iter().find(same).is_some()
    };
    message.signers.iter().all(is_known).then_some(true)
}

/// Every certificate that the log tells of.
fn known<'a>(bench: &Bench<'a>) -> Vec<&'a ObservedCertificate> {
    let lists = bench.seen.ordered.iter().filter_map(|o| match &o.fact {
        Fact::Certificates { certificates } | Fact::KnownCertificates { certificates } => Some(certificates),
        _ => None,
    });
    lists.flatten().collect()
}

/// Whether a message is encrypted to a certificate of every addressee of whom one is known; nothing where none is.
fn reaches(message: &ObservedMessage, known: &[&ObservedCertificate]) -> Option<bool> {
    let of = |address: &String| {
        let theirs = |c: &&&ObservedCertificate| {
            c.encrypts != Some(false) && c.emails.iter().any(|e| e.eq_ignore_ascii_case(address))
        };
        let certificates: Vec<_> = known.iter().filter(theirs).collect();
        if certificates.is_empty() {
            return None;
        }
        Some(message.recipients.iter().any(|r| certificates.iter().any(|c| is(r, c))))
    };
    let told: Vec<bool> = message.to.iter().filter_map(of).collect();
    if told.is_empty() { None } else { Some(told.iter().all(|reached| *reached)) }
}

fn is(recipient: &ObservedRecipient, certificate: &ObservedCertificate) -> bool {
    match (&recipient.issuer, &recipient.serial, &recipient.key_id) {
        (Some(issuer), Some(serial), _) => *issuer == certificate.issuer && *serial == certificate.serial,
        (_, _, Some(id)) => certificate.key_id.as_ref() == Some(id),
        _ => false,
    }
}
