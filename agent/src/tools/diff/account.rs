//! What the user notices of the Exchange account: prompts, services, locks, mail, S/MIME.

use super::notice::{Notice, Notices, Severity};
use super::pairing::{Pair, pairs};
use super::side::{Account, EAS, Holding, HoldingKind, Meaning, Side};
use super::{DiffArguments, Update, keys};
use intent::{
    ActionId, ActionVerdict, Expected, ExpectedAccount, ExpectedSmime, ExpectedToggle, OsVersion, PromptKind,
    Service,
};
use profile::Payload;
use smime::Context;

/// Adds what is said of the accounts.
pub(super) fn notices(
    notices: &mut Notices,
    cx: &Context<'_>,
    old: &Side,
    new: &Side,
    update: Update,
    arguments: &DiffArguments,
) {
    let several = old.accounts.len() > 1 || new.accounts.len() > 1;
    for pair in pairs(&old.profile, &new.profile).iter().filter(|p| p.payload_type() == EAS) {
        let meaning = |side, payload| meaning(side, payload);
        let (was, is) = (meaning(old, pair.old), meaning(new, pair.new));
        let label = is.or(was).map(label).filter(|_| several).map_or(String::new(), |l| format!("“{l}”: "));
        let mut found = Change { notices, old, new, pair, label, ios: arguments.ios };
        match (was, is) {
            (Some(was), Some(is)) => {
                let in_place = pair.in_place() && update == Update::InPlace;
                let changed = keys::names(cx, pair);
                found.both(was, is, in_place, &changed);
            }
            (Some(was), None) if pair.new.is_none() => found.removed(was),
            (None, Some(is)) => found.added(is),
            // An account that makes no sense is refused, which is said elsewhere.
            _ => {}
        }
    }
}

fn meaning<'a>(side: &'a Side, payload: Option<&Payload>) -> Option<&'a Meaning> {
    let payload = payload?;
    let same = |a: &&Account| side.payload(a.index).is_some_and(|p| std::ptr::eq(p, payload));
    side.accounts.iter().find(same)?.meaning.as_ref()
}

fn label(meaning: &Meaning) -> &str {
    meaning.intent.name.as_deref().or(meaning.intent.host.as_deref()).unwrap_or("Exchange")
}

/// The name of a service as the phone writes it.
const fn shown(service: Service) -> &'static str {
    match service {
        Service::Mail => "Mail",
        Service::Contacts => "Contacts",
        Service::Calendars => "Calendars",
        Service::Reminders => "Reminders",
        Service::Notes => "Notes",
    }
}

/// What leaves the phone with a service.
const fn items(service: Service) -> &'static str {
    match service {
        Service::Mail => "messages",
        Service::Contacts => "contacts",
        Service::Calendars => "events",
        Service::Reminders => "reminders",
        Service::Notes => "notes",
    }
}

fn days(window: u32) -> String {
    match window {
        0 => "everything".to_owned(),
        1 => "1 day".to_owned(),
        n => format!("{n} days"),
    }
}

struct Change<'a> {
    notices: &'a mut Notices,
    old: &'a Side,
    new: &'a Side,
    pair: &'a Pair<'a>,
    /// What goes before each text where there are several accounts.
    label: String,
    ios: OsVersion,
}

impl Change<'_> {
    fn add(&mut self, notice: Notice) {
        let text = format!("{}{}", self.label, notice.text);
        self.notices.add(Notice { text, ..notice });
    }

    fn removed(&mut self, was: &Meaning) {
        let text = format!("The account “{}” goes, and all of its data on the phone with it.", label(was));
        self.add(
            Notice::new("account.removed", Severity::Warning, text)
                .because(&["XTR-008"])
                .keys(["PayloadUUID"]),
        );
    }

    fn added(&mut self, is: &Meaning) {
        let on = |(service, toggle): (Service, &ExpectedToggle)| toggle.on.value.then(|| shown(service));
        let services: Vec<&str> = is.expected.account.services.iter().filter_map(on).collect();
        let text = format!("The account “{}” comes, with {}.", label(is), services.join(", "));
        self.add(
            Notice::new("account.added", Severity::Info, text).because(&["EAS-001"]).keys(["PayloadUUID"]),
        );
        self.prompts(None, is, false, &[]);
    }

    fn both(&mut self, was: &Meaning, is: &Meaning, in_place: bool, changed: &[String]) {
        if !in_place {
            let text = "The account is removed and made anew: everything on the phone is downloaded again, and what \
                        the user set is gone.";
            let parts =
                ["PayloadUUID", "PayloadIdentifier"].into_iter().filter(|k| changed.iter().any(|c| c == k));
            let notice = Notice::new("account.replaced", Severity::Warning, text);
            self.add(notice.because(&["XTR-008", "XTR-017"]).keys(parts));
        }
        self.prompts(Some(was), is, in_place, changed);
        self.password(was, is);
        if in_place {
            self.reset(was);
        }
        let (a, b) = (&was.expected.account, &is.expected.account);
        self.whereabouts(a, b);
        self.services(a, b);
        if a.services.mail.on.value && b.services.mail.on.value {
            self.mail(a, b);
        }
        self.smime(was, is);
        self.pickers(was, is);
        self.details();
    }

    /// The profile is installed again whatever changed in it, and each installation asks (EAS-040, EAS-041).
    fn prompts(&mut self, was: Option<&Meaning>, is: &Meaning, in_place: bool, changed: &[String]) {
        for prompt in &is.expected.prompts {
            let again = was.is_some_and(|m| m.expected.prompts.iter().any(|p| p.value == prompt.value));
            let (id, asked) = match prompt.value {
                PromptKind::Password if again => {
                    ("prompt.password", "The user is asked for the Exchange password again")
                }
                PromptKind::Password if was.is_some() => (
                    "prompt.password",
                    "The user is asked for the Exchange password, which was not so before",
                ),
                PromptKind::Password => ("prompt.password", "The user is asked for the Exchange password"),
                PromptKind::SignIn if again => {
                    ("prompt.sign-in", "The user must sign in on the web page again")
                }
                PromptKind::SignIn if was.is_some() => {
                    ("prompt.sign-in", "The user must enter the credentials again, now on a web page")
                }
                PromptKind::SignIn => ("prompt.sign-in", "The user must sign in on a web page"),
                PromptKind::UserName => ("prompt.user-name", "The user is asked for the user name"),
                PromptKind::EmailAddress => ("prompt.email-address", "The user is asked for the address"),
            };
            let signs_in = matches!(prompt.value, PromptKind::Password | PromptKind::SignIn);
            let until =
                if in_place && signs_in { "; until then the old settings stay in force." } else { "." };
            let notice = Notice::new(id, Severity::Warning, format!("{asked}{until}"));
            let mut notice = notice.because(prompt.requirements).keys([prompt.by]);
            if was.is_some() && signs_in {
                notice = notice.because(&["EAS-040", "EAS-042"]).keys(changed);
            }
            self.add(notice);
        }
        let credentials = |m: &Meaning| {
            m.expected
                .prompts
                .iter()
                .find(|p| matches!(p.value, PromptKind::Password | PromptKind::SignIn))
                .cloned()
        };
        if let Some(before) = was.and_then(credentials)
            && credentials(is).is_none()
        {
            let text = "The user is no longer asked to sign in: the profile brings what is needed.";
            let notice =
                Notice::new("prompt.none", Severity::Info, text).because(is.expected.in_force.requirements);
            self.add(notice.keys([is.expected.in_force.by, before.by]));
        }
    }

    /// A password in the profile takes the place of the user's only where OverridePreviousPassword says so, which acts
    /// from iOS 14 (Apple, com.apple.eas.account).
    fn password(&mut self, was: &Meaning, is: &Meaning) {
        let (Some(old), Some(new)) = (self.pair.old, self.pair.new) else { return };
        let word = |p: &Payload| p.string("Password").ok().flatten().map(str::to_owned);
        let used = |m: &Meaning| m.expected.prompts.is_empty() && m.intent.password;
        if !used(is) || word(old) == word(new) || self.ios < OsVersion::new(14, 0, 0) {
            return;
        }
        let keys = ["Password", "OverridePreviousPassword"];
        let replaces = new.boolean("OverridePreviousPassword").ok().flatten() == Some(true);
        // Only a password that the owner typed is kept; one that the old profile brought goes with it.
        if replaces || used(was) || !self.pair.in_place() {
            let text = "The account signs in with the new password of the profile.";
            self.add(Notice::new("password.replaced", Severity::Info, text).keys(keys));
        } else {
            let text = "The new password of the profile is not taken over: without OverridePreviousPassword the \
                        account keeps the one that the user entered.";
            self.add(Notice::new("password.kept", Severity::Warning, text).keys(keys));
        }
    }

    fn reset(&mut self, was: &Meaning) {
        let free = |id: &ActionId| {
            let verdict = was.expected.action(*id).map(|a| a.verdict);
            verdict == Some(ActionVerdict::Allowed)
        };
        let what: Vec<&str> = [
            (
                "the services",
                Service::ALL.map(|s| ActionId::Service(s, intent::Position::On)).iter().any(free),
            ),
            ("how much mail is kept", free(&ActionId::MailWindowSet)),
            ("signing", free(&ActionId::SmimeSigning(intent::Position::On))),
            ("encryption by default", free(&ActionId::SmimeEncryptByDefault(intent::Position::On))),
            (
                "the S/MIME certificates",
                free(&ActionId::SmimeSigningIdentityPick) || free(&ActionId::SmimeEncryptionIdentityPick),
            ),
        ]
        .into_iter()
        .filter_map(|(name, free)| free.then_some(name))
        .collect();
        if !what.is_empty() {
            let text =
                format!("What the user changed is reset to what the profile says: {}.", what.join(", "));
            self.add(Notice::new("user-changes.reset", Severity::Warning, text).because(&["XTR-017"]));
        }
    }

    fn whereabouts(&mut self, a: &ExpectedAccount, b: &ExpectedAccount) {
        let text = |what: &str, from: &str, to: &str| format!("{what} is “{to}” instead of “{from}”.");
        self.changed(&a.name, &b.name, "account.name", Severity::Info, |x, y| {
            text("The account’s name", x, y)
        });
        self.changed(&a.host, &b.host, "account.host", Severity::Warning, |x, y| {
            format!("{} Everything is downloaded from there again.", text("The server", x, y))
        });
        self.changed(&a.user, &b.user, "account.user", Severity::Warning, |x, y| {
            text("The user name with which the account signs in", x, y)
        });
        self.changed(&a.email, &b.email, "account.email", Severity::Warning, |x, y| {
            text("The address from which the user writes", x, y)
        });
        match (&a.host, &b.host) {
            (Some(host), None) => {
                let text =
                    format!("The server is looked up by autodiscovery; “{}” is no longer used.", host.value);
                let notice = Notice::new("account.host", Severity::Info, text).because(&["XTR-018"]);
                self.add(notice.keys([host.by, "OAuth", "OAuthSignInURL"]));
            }
            (None, Some(host)) => {
                let text =
                    format!("The server is “{}”; before it was looked up by autodiscovery.", host.value);
                self.add(Notice::new("account.host", Severity::Info, text).of(host, host));
            }
            _ => {}
        }
    }

    fn changed(
        &mut self,
        old: &Option<Expected<String>>,
        new: &Option<Expected<String>>,
        id: &str,
        severity: Severity,
        text: impl Fn(&str, &str) -> String,
    ) {
        if let (Some(old), Some(new)) = (old, new)
            && old.value != new.value
        {
            self.add(Notice::new(id, severity, text(&old.value, &new.value)).of(old, new));
        }
    }

    fn services(&mut self, a: &ExpectedAccount, b: &ExpectedAccount) {
        for service in Service::ALL {
            let (was, is) = (a.services.of(service), b.services.of(service));
            let (name, items) = (shown(service), items(service));
            let notice = match (was.on.value, is.on.value) {
                (true, false) => {
                    let text = format!("{name} goes off: its {items} leave the phone.");
                    Some(Notice::new(format!("service.{service}.off"), Severity::Warning, text))
                }
                (false, true) => {
                    let text = format!("{name} comes on: its {items} appear on the phone.");
                    Some(Notice::new(format!("service.{service}.on"), Severity::Info, text))
                }
                _ => None,
            };
            if let Some(notice) = notice {
                self.add(notice.of(&was.on, &is.on));
            }
            let state = if is.on.value { "on" } else { "off" };
            self.lock(was, is, &format!("service.{service}"), &format!("{name}, which is {state}"));
        }
    }

    fn lock(&mut self, was: &ExpectedToggle, is: &ExpectedToggle, id: &str, what: &str) {
        let notice = match (was.locked.value, is.locked.value) {
            (false, true) => {
                let text = format!("The switch of {what}, is dimmed: the user can no longer change it.");
                Notice::new(format!("{id}.locked"), Severity::Warning, text)
            }
            (true, false) => {
                let text = format!("The switch of {what}, is free: the user can change it.");
                Notice::new(format!("{id}.unlocked"), Severity::Info, text)
            }
            _ => return,
        };
        self.add(notice.of(&was.locked, &is.locked));
    }

    fn mail(&mut self, a: &ExpectedAccount, b: &ExpectedAccount) {
        let (was, is) = (a.mail_window_days.value, b.mail_window_days.value);
        let length = |window: u32| if window == 0 { u32::MAX } else { window };
        let (id, severity, text) = if length(is) < length(was) {
            let text =
                format!("Mail older than {} leaves the phone; before it kept {}.", days(is), days(was));
            ("mail-window.smaller", Severity::Warning, text)
        } else {
            let text =
                format!("Older mail is downloaded: the phone keeps {} instead of {}.", days(is), days(was));
            ("mail-window.larger", Severity::Info, text)
        };
        if was != is {
            self.add(Notice::new(id, severity, text).of(&a.mail_window_days, &b.mail_window_days));
        }
        self.permission(
            &a.moving,
            &b.moving,
            "message.move",
            [
                "Messages can no longer be moved to other accounts, nor forwarded or answered from them.",
                "Messages can be moved to other accounts, and forwarded and answered from them.",
            ],
        );
        self.permission(
            &a.third_party_send,
            &b.third_party_send,
            "message.send-from-app",
            [
                "Other apps can no longer send with the account, pictures from Photos among them.",
                "Other apps can send with the account.",
            ],
        );
        self.permission(
            &a.recents,
            &b.recents,
            "recents",
            [
                "Recently used addresses are no longer shared with the user’s other devices.",
                "Recently used addresses are shared with the user’s other devices.",
            ],
        );
    }

    fn permission(&mut self, was: &Expected<bool>, is: &Expected<bool>, id: &str, texts: [&str; 2]) {
        let notice = match (was.value, is.value) {
            (true, false) => Notice::new(format!("{id}.denied"), Severity::Warning, texts[0]),
            (false, true) => Notice::new(format!("{id}.allowed"), Severity::Info, texts[1]),
            _ => return,
        };
        self.add(notice.of(was, is));
    }

    fn smime(&mut self, was: &Meaning, is: &Meaning) {
        let (a, b) = (&was.expected.account.smime, &is.expected.account.smime);
        match (a.enabled.value, b.enabled.value) {
            (false, false) => return,
            (true, false) => {
                let text = "S/MIME goes off: the account neither signs nor encrypts, and encrypted mail stays closed.";
                let keys =
                    ["SMIMESigningEnabled", "SMIMEEncryptByDefault", "SMIMEEnableEncryptionPerMessageSwitch"];
                let notice = Notice::new("smime.off", Severity::Warning, text).of(&a.enabled, &b.enabled);
                return self.add(notice.keys(keys));
            }
            (false, true) => {
                let text = "S/MIME comes: the account’s settings show how it signs and encrypts.";
                self.add(Notice::new("smime.on", Severity::Info, text).of(&a.enabled, &b.enabled));
            }
            (true, true) => self.smime_locks(a, b),
        }
        let on = |enabled: &Expected<bool>, toggle: &Expected<bool>| enabled.value && toggle.value;
        let switched = |from: &ExpectedToggle, to: &ExpectedToggle| {
            (on(&a.enabled, &from.on) != on(&b.enabled, &to.on)).then(|| on(&b.enabled, &to.on))
        };
        if let Some(now) = switched(&a.signing, &b.signing) {
            let (id, severity, text) = if now {
                ("smime.signing.on", Severity::Info, "Messages are signed.")
            } else {
                ("smime.signing.off", Severity::Warning, "Messages are no longer signed.")
            };
            self.add(Notice::new(id, severity, text).of(&a.signing.on, &b.signing.on));
        }
        if let Some(now) = switched(&a.encrypt_by_default, &b.encrypt_by_default) {
            let (id, severity, text) = if now {
                let text = "New messages start encrypted; recipients without certificate cannot get them so.";
                ("smime.encrypt-by-default.on", Severity::Warning, text)
            } else {
                ("smime.encrypt-by-default.off", Severity::Warning, "New messages start unencrypted.")
            };
            self.add(Notice::new(id, severity, text).of(&a.encrypt_by_default.on, &b.encrypt_by_default.on));
        }
        let mail = is.expected.account.services.mail.on.value;
        match (a.enabled.value && a.per_message_switch.value, b.per_message_switch.value) {
            (false, true) if mail => {
                let text = "A lock in each new message lets the user choose whether it is encrypted.";
                let notice = Notice::new("smime.message-encryption.shown", Severity::Info, text);
                self.add(notice.of(&a.per_message_switch, &b.per_message_switch));
            }
            (true, false) if mail => {
                let text = "The lock in new messages goes: the user can no longer choose message by message.";
                let notice = Notice::new("smime.message-encryption.hidden", Severity::Warning, text);
                self.add(notice.of(&a.per_message_switch, &b.per_message_switch));
            }
            _ => {}
        }
        self.identity(&a.signing_identity, &b.signing_identity, "signing", "signs");
        self.identity(
            &a.encryption_identity,
            &b.encryption_identity,
            "encryption",
            "is written to encrypted",
        );
    }

    fn smime_locks(&mut self, a: &ExpectedSmime, b: &ExpectedSmime) {
        self.lock(&a.signing, &b.signing, "smime.signing", "signing");
        self.lock(
            &a.encrypt_by_default,
            &b.encrypt_by_default,
            "smime.encrypt-by-default",
            "encryption by default",
        );
    }

    fn identity(
        &mut self,
        was: &Expected<Option<String>>,
        is: &Expected<Option<String>>,
        role: &str,
        does: &str,
    ) {
        let (a, b) = (self.old.named_holding(&was.value), self.new.named_holding(&is.value));
        let name = |h: Option<&Holding>| {
            h.map_or("a certificate that is not in the profile", |h| &h.name).to_owned()
        };
        let readable = |h: &Holding| !matches!(h.kind, HoldingKind::Enrolled | HoldingKind::Broken);
        let same = match (a, b) {
            // The same certificate may come in another payload.
            (Some(a), Some(b)) if readable(a) || readable(b) => a.kind == b.kind,
            _ => was.value == is.value,
        };
        if same {
            return;
        }
        let (id, severity, text) = match (&was.value, &is.value) {
            (None, _) => {
                let text = format!("The account {does} with “{}”.", name(b));
                ("set", Severity::Info, text)
            }
            (_, None) => {
                let text =
                    format!("The profile no longer names the {role} certificate; it was “{}”.", name(a));
                ("removed", Severity::Warning, text)
            }
            _ => {
                let text = format!("The account {does} with “{}” instead of “{}”.", name(b), name(a));
                ("changed", Severity::Info, text)
            }
        };
        self.add(Notice::new(format!("smime.{role}-identity.{id}"), severity, text).of(was, is));
    }

    /// Whether the user may pick other identities. Only what the phone shows before and after is compared.
    fn pickers(&mut self, was: &Meaning, is: &Meaning) {
        for (id, what) in [
            (ActionId::SmimeSigningIdentityPick, "signing"),
            (ActionId::SmimeEncryptionIdentityPick, "encryption"),
        ] {
            let (Some(a), Some(b)) = (was.expected.action(id), is.expected.action(id)) else { continue };
            let free = |v: ActionVerdict| v == ActionVerdict::Allowed;
            let notice = match (free(a.verdict), free(b.verdict)) {
                (false, true) => {
                    let text = format!("The user can pick another {what} certificate.");
                    Notice::new(format!("{id}.allowed"), Severity::Info, text)
                }
                (true, false) => {
                    let text = format!("The user can no longer pick another {what} certificate.");
                    Notice::new(format!("{id}.denied"), Severity::Warning, text)
                }
                _ => continue,
            };
            self.add(notice.because(b.requirements).keys(a.by.into_iter().chain(b.by)));
        }
    }

    /// Keys of the payload that the oracle does not speak of.
    fn details(&mut self) {
        let (Some(old), Some(new)) = (self.pair.old, self.pair.new) else { return };
        let on = |p: &Payload, key: &str| p.boolean(key).ok().flatten() == Some(true);
        match (on(old, "SSL"), on(new, "SSL")) {
            (true, false) => {
                let text = "The connection to the server is no longer encrypted.";
                let notice = Notice::new("account.tls.off", Severity::Warning, text).because(&["EAS-027"]);
                self.add(notice.keys(["SSL"]));
            }
            (false, true) => {
                let text = "The connection to the server is encrypted.";
                let notice = Notice::new("account.tls.on", Severity::Info, text).because(&["EAS-027"]);
                self.add(notice.keys(["SSL"]));
            }
            _ => {}
        }
        match (on(old, "allowMailDrop"), on(new, "allowMailDrop")) {
            (true, false) => {
                let text = "Large attachments can no longer be sent with Mail Drop.";
                self.add(Notice::new("mail-drop.denied", Severity::Warning, text).keys(["allowMailDrop"]));
            }
            (false, true) => {
                let text = "Large attachments can be sent with Mail Drop.";
                self.add(Notice::new("mail-drop.allowed", Severity::Info, text).keys(["allowMailDrop"]));
            }
            _ => {}
        }
        let vpn = |p: &Payload| p.string("VPNUUID").ok().flatten().map(str::to_owned);
        if self.ios >= OsVersion::new(14, 0, 0) && vpn(old) != vpn(new) {
            let text = match vpn(new) {
                Some(_) => "The account goes through a VPN, which comes up by itself.",
                None => "The account no longer goes through a VPN.",
            };
            let notice = Notice::new("account.vpn", Severity::Info, text).because(&["EAS-101", "EAS-102"]);
            self.add(notice.keys(["VPNUUID"]));
        }
    }
}
