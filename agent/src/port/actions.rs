//! User actions, really tried on a copy of the world, and whether their effect was seen.

use device::{
    AccountId, AccountOrigin, Device, Draft, EffectiveAccount, Event, Folder, Service, UserAction, Verdict,
};
use evidence::{Action, ActionOutcome};
use intent::{ActionId, Position};
use simulator::World;

/// What an attempt left behind.
struct Attempt {
    verdict: Verdict,
    /// Whether the state after it is what the verdict says: changed as asked when allowed, the same when not.
    effect_seen: bool,
    text: String,
}

/// Tries one action on a world that is thrown away afterwards.
pub(super) fn attempt(mut world: World, id: ActionId) -> Action {
    let account = world.managed_account().unwrap_or(AccountId(0));
    let lacks_message = match id {
        // Only what arrived can be moved and forwarded, not what was sent.
        ActionId::MessageMove | ActionId::MessageForwardFromOtherAccount => {
            inbox_count(world.device(), account) == 0
        }
        ActionId::Service(intent::Service::Mail, _) => message_count(world.device(), account) == 0,
        _ => false,
    };
    if lacks_message {
        bring_message(&mut world, account);
    }
    move_away(&mut world, account, id);
    perform(&mut world, id)
}

/// Lets a message of today arrive: what the phone held has aged out of the window, and without any message nothing can be
/// moved.
fn bring_message(world: &mut World, account: AccountId) {
    let Some(to) = effective(world, account).and_then(|e| e.email) else { return };
    let from = world.colleague().address.clone();
    let date = profile::Timestamp(world.now().0).to_rfc3339();
    let message = format!(
        "From: {from}\r\nTo: {to}\r\nDate: {}\r\nSubject: Of today\r\nMessage-ID: <of-today@handset.example>\r\n\r\nHello.\r\n",
        mail_date(&date)
    );
    world.deliver_to_owner(message.as_bytes());
    world.act(UserAction::Refresh { account });
}

/// A time as mail writes it (RFC 5322, section 3.3), of one as JSON does.
fn mail_date(rfc3339: &str) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let part = |range: std::ops::Range<usize>| rfc3339.get(range).unwrap_or_default();
    let month =
        part(5..7).parse::<usize>().ok().and_then(|m| MONTHS.get(m.wrapping_sub(1))).unwrap_or(&"Jan");
    format!("{} {month} {} {} +0000", part(8..10), part(0..4), part(11..19))
}

/// Moves a switch away that already is where the action brings it, so that the action itself is really tried.
fn move_away(world: &mut World, account: AccountId, id: ActionId) {
    let Some(now) = effective(world, account) else { return };
    match id {
        ActionId::Service(service, position) => {
            let (service, on) = (phone_service(service), position == Position::On);
            if now.services.of(service).on == on {
                world.act(UserAction::SetService { account, service, on: !on });
            }
        }
        ActionId::SmimeSigning(position) => {
            let on = position == Position::On;
            if now.smime.signing.on == on {
                world.act(UserAction::SetSigning { account, on: !on });
            }
        }
        ActionId::SmimeEncryptByDefault(position) => {
            let on = position == Position::On;
            if now.smime.encrypt_by_default.on == on {
                world.act(UserAction::SetEncryptByDefault { account, on: !on });
            }
        }
        _ => {}
    }
}

/// Lets the owner do one action.
pub fn perform(world: &mut World, id: ActionId) -> Action {
    let account = world.managed_account().unwrap_or(AccountId(0));
    world.take_events();
    let attempt = match id {
        ActionId::Service(service, position) => {
            service_switch(world, account, phone_service(service), position == Position::On)
        }
        ActionId::SmimeSigning(position) => smime_switch(world, account, position == Position::On, true),
        ActionId::SmimeEncryptByDefault(position) => {
            smime_switch(world, account, position == Position::On, false)
        }
        ActionId::SmimeSigningIdentityPick => pick(world, account, true),
        ActionId::SmimeEncryptionIdentityPick => pick(world, account, false),
        ActionId::SmimeMessageEncryptionFlip => flip(world, account),
        ActionId::MailWindowSet => mail_window(world, account),
        ActionId::MessageMove => move_message(world, account),
        ActionId::MessageForwardFromOtherAccount => forward(world, account),
        ActionId::MessageSendFromApp => send_from_app(world, account),
        ActionId::ProfileRemove => remove_profile(world),
    };
    finish(id, attempt)
}

fn finish(id: ActionId, attempt: Attempt) -> Action {
    let (outcome, by, why) = match attempt.verdict {
        Verdict::Allowed { by } => (ActionOutcome::Allowed, by, attempt.text),
        Verdict::Denied { by } => {
            let text = if attempt.effect_seen {
                format!("shown, but {by} keeps it as it is")
            } else {
                format!("{by} should keep it as it is, but {}", attempt.text)
            };
            (ActionOutcome::Denied, Some(by), text)
        }
        // The owner does not know what is asked for, so the phone stays as it is.
        Verdict::Asked { by, .. } => {
            (ActionOutcome::Denied, Some(by.clone()), format!("the phone asks for what {by} sets"))
        }
        Verdict::Absent { reason } => (ActionOutcome::Absent, None, reason.to_string()),
        Verdict::NotSent { refusal } => (ActionOutcome::Allowed, None, refusal.to_string()),
    };
    Action { id: id.to_string(), outcome, by, effect_seen: attempt.effect_seen, text: why }
}

fn phone_service(service: intent::Service) -> Service {
    match service {
        intent::Service::Mail => Service::Mail,
        intent::Service::Contacts => Service::Contacts,
        intent::Service::Calendars => Service::Calendars,
        intent::Service::Reminders => Service::Reminders,
        intent::Service::Notes => Service::Notes,
    }
}

fn effective(world: &World, account: AccountId) -> Option<EffectiveAccount> {
    world.device().effective(account)
}

/// Judges the effect: an allowed action must show what it asked for, any other must leave the state alone.
fn effect(verdict: &Verdict, done: bool, unchanged: bool) -> bool {
    if matches!(verdict, Verdict::Allowed { .. }) { done } else { unchanged }
}

fn service_switch(world: &mut World, account: AccountId, service: Service, on: bool) -> Attempt {
    let is_on = |w: &World| effective(w, account).map(|e| e.services.of(service).on);
    let before = effective(world, account);
    let verdict = world.act(UserAction::SetService { account, service, on });
    let items = world.device().account(account).map_or(0, |a| a.item_count(service));
    let done = is_on(world) == Some(on) && (items > 0) == on;
    let state = if on { "on" } else { "off" };
    let text = match (done, on) {
        (true, true) => format!("{} switched on; {items} items came", service.name()),
        (true, false) => format!("{} switched off; its items left the phone", service.name()),
        (false, _) => format!("{} is not {state} with {items} items", service.name()),
    };
    let unchanged = effective(world, account) == before;
    Attempt { effect_seen: effect(&verdict, done, unchanged), verdict, text }
}

fn smime_switch(world: &mut World, account: AccountId, on: bool, signing: bool) -> Attempt {
    let is_on = |w: &World| {
        effective(w, account)
            .map(|e| if signing { e.smime.signing.on } else { e.smime.encrypt_by_default.on })
    };
    let action = |on| match signing {
        true => UserAction::SetSigning { account, on },
        false => UserAction::SetEncryptByDefault { account, on },
    };
    let before = effective(world, account);
    let verdict = world.act(action(on));
    let done = is_on(world) == Some(on);
    let what = if signing { "signing" } else { "encryption by default" };
    let text = format!("{what} is {}", if done == on { "on" } else { "off" });
    let unchanged = effective(world, account) == before;
    Attempt { effect_seen: effect(&verdict, done, unchanged), verdict, text }
}

fn pick(world: &mut World, account: AccountId, signing: bool) -> Attempt {
    let identity = |w: &World| {
        effective(w, account).and_then(|e| {
            if signing { e.smime.signing_identity } else { e.smime.encryption_identity }.map(|i| i.value)
        })
    };
    let before = identity(world);
    let verdict = world.act(match signing {
        true => UserAction::PickSigningIdentity { account, identity: None },
        false => UserAction::PickEncryptionIdentity { account, identity: None },
    });
    let after = identity(world);
    let name = after
        .as_ref()
        .and_then(|handle| world.device().keychain().identity(handle))
        .map_or("nothing".to_owned(), |i| i.identity.certificate.display_name());
    let done = after != before;
    let text = if done { format!("picked {name}") } else { "the identity stayed".to_owned() };
    Attempt { effect_seen: effect(&verdict, done, !done), verdict, text }
}

fn flip(world: &mut World, account: AccountId) -> Attempt {
    let starts = effective(world, account).is_some_and(|e| e.smime.compose_starts_encrypted());
    let before = world.device().compose_encrypted();
    let verdict = world.act(UserAction::FlipMessageEncryption { account });
    let shown = world.device().compose_encrypted();
    let done = shown == Some(!starts);
    let word = |encrypted: bool| if encrypted { "encrypted" } else { "clear" };
    let text = format!("a new message starts {} and became {}", word(starts), word(shown.unwrap_or(starts)));
    Attempt { effect_seen: effect(&verdict, done, shown == before), verdict, text }
}

fn mail_window(world: &mut World, account: AccountId) -> Attempt {
    let now = effective(world, account).map_or(0, |e| e.mail_window_days.value);
    let days = if now == 3 { 7 } else { 3 };
    let verdict = world.act(UserAction::SetMailWindow { account, days });
    let limit = world.now().0 - i64::from(days) * 86_400_000;
    let messages: Vec<i64> = world
        .device()
        .account(account)
        .map(|a| a.messages().map(|m| m.received.0).collect())
        .unwrap_or_default();
    let inside = messages.iter().all(|received| *received >= limit);
    let set = effective(world, account).is_some_and(|e| e.mail_window_days.value == days);
    let text = format!("set to {days} days; {} messages are on the phone", messages.len());
    let unchanged = effective(world, account).is_none_or(|e| e.mail_window_days.value == now);
    Attempt { effect_seen: effect(&verdict, set && inside, unchanged), verdict, text }
}

fn inbox_count(device: &Device, account: AccountId) -> usize {
    device.account(account).map_or(0, |a| a.messages().filter(|m| m.folder == Folder::Inbox).count())
}

fn message_count(device: &Device, account: AccountId) -> usize {
    device.account(account).map_or(0, |a| a.messages().count())
}

fn move_message(world: &mut World, account: AccountId) -> Attempt {
    let to = world.personal_account();
    let counts = |w: &World| (message_count(w.device(), account), message_count(w.device(), to));
    let before = counts(world);
    let verdict = world.act(UserAction::MoveMessage { account, message: None, to });
    let after = counts(world);
    // A message that is older than what the other account keeps leaves the phone when it arrives there.
    let moved = world
        .take_events()
        .iter()
        .any(|(_, event)| matches!(event, Event::MessageMoved { from, to: into } if *from == account && *into == to));
    let done = after.0 + 1 == before.0 && (after.1 == before.1 + 1 || moved);
    let text = if done { "the newest message went to the owner’s own account" } else { "no message moved" };
    Attempt { effect_seen: effect(&verdict, done, after == before), verdict, text: text.to_owned() }
}

fn sent_through(world: &mut World, through: AccountId) -> bool {
    world
        .take_events()
        .iter()
        .any(|(_, event)| matches!(event, Event::MessageSent { account, .. } if *account == through))
}

fn forward(world: &mut World, account: AccountId) -> Attempt {
    let through = world.personal_account();
    let to = world.colleague().address.clone();
    let verdict =
        world.act(UserAction::ForwardFromOtherAccount { account, message: None, through, to: to.clone() });
    let done = sent_through(world, through);
    let text = if done {
        format!("the newest message went to {to} through the owner’s own account")
    } else {
        "no message left".to_owned()
    };
    Attempt { effect_seen: effect(&verdict, done, !done), verdict, text }
}

fn send_from_app(world: &mut World, account: AccountId) -> Attempt {
    let to = world.colleague().address.clone();
    let draft = Draft {
        account,
        to: vec![to.clone()],
        subject: "Sent from another app".to_owned(),
        text: "Hello from the share sheet.".to_owned(),
        attachment: None,
        flip_encryption: false,
    };
    let kept = effective(world, account).is_some_and(|e| lacks_identity(&e));
    let verdict = world.act(UserAction::SendFromApp { draft });
    let done = sent_through(world, account);
    let text = match (done, kept) {
        (true, _) => format!("the message went to {to}"),
        (false, true) => "the share sheet took the message; Mail keeps it for want of an identity".to_owned(),
        (false, false) => "no message left".to_owned(),
    };
    // Mail may keep what the share sheet took, when S/MIME asks for an identity that is not there.
    Attempt { effect_seen: effect(&verdict, done || kept, !done), verdict, text }
}

/// Whether a new message cannot leave because S/MIME lacks an identity.
fn lacks_identity(account: &EffectiveAccount) -> bool {
    let smime = &account.smime;
    smime.present
        && (smime.signing.on && smime.signing_identity.is_none()
            || smime.compose_starts_encrypted() && smime.encryption_identity.is_none())
}

/// The profile that the account is of, or the first.
fn profile_of_account(world: &World) -> Option<String> {
    let device = world.device();
    let origin = world.managed_account().and_then(|a| device.account(a)).map(|a| a.origin());
    match origin {
        Some(AccountOrigin::Profile { identifier, .. }) => Some(identifier.clone()),
        _ => device.profiles().first().map(|p| p.identifier.clone()),
    }
}

fn remove_profile(world: &mut World) -> Attempt {
    let Some(identifier) = profile_of_account(world) else {
        let reason = device::Absence::NoProfile;
        return Attempt { verdict: Verdict::Absent { reason }, effect_seen: true, text: reason.to_string() };
    };
    let verdict = world.act(UserAction::RemoveProfile { identifier: identifier.clone() });
    let device = world.device();
    let here = device.profiles().iter().any(|p| p.identifier == identifier);
    let of_it = |origin: &AccountOrigin| matches!(origin, AccountOrigin::Profile { identifier: i, .. } if *i == identifier);
    let gone = !here
        && !device.accounts().iter().any(|a| of_it(a.origin()))
        && !device.keychain().identities().iter().any(|i| i.owner.profile == identifier)
        && !device.keychain().certificates().iter().any(|c| c.owner.profile == identifier);
    let text =
        if gone { "the profile went with its account and certificates" } else { "something of it stayed" };
    Attempt { effect_seen: effect(&verdict, gone, here), verdict, text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_mail_writes_them() {
        assert_eq!(mail_date("2026-11-02T08:00:01Z"), "02 Nov 2026 08:00:01 +0000");
        assert_eq!(mail_date("2027-12-31T23:59:59Z"), "31 Dec 2027 23:59:59 +0000");
    }
}
