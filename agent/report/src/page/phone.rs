//! The account as its owner sees it: two screens of Settings and the beginning of a message, drawn.

use super::sheet::Sheet;
use verdict::{ComposeStarts, Trial, TrialAccount, TrialSwitch};

/// The screens of an account, and beside them what decided each value.
pub(super) fn screens(sheet: &mut Sheet<'_>, trial: &Trial, account: &TrialAccount) {
    sheet.within("div", "screens", |sheet| {
        screen(sheet, trial, "screen-account", |sheet| account_screen(sheet, account));
        screen(sheet, trial, "screen-security", |sheet| security_screen(sheet, account));
    });
}

fn screen(sheet: &mut Sheet<'_>, trial: &Trial, title: &str, inside: impl FnOnce(&mut Sheet<'_>)) {
    // RFC 3339: hours and minutes stand from the twelfth character on.
    let clock = trial.device.clock.get(11..16).unwrap_or_default();
    sheet.within("div", "phone", |sheet| {
        sheet.within("div", "status", |sheet| {
            sheet.within("span", "", |sheet| sheet.text(clock));
            sheet.within("span", "", |sheet| sheet.text(&format!("iOS {}", trial.device.ios)));
        });
        sheet.said("div", "title", title);
        inside(sheet);
    });
}

fn account_screen(sheet: &mut Sheet<'_>, account: &TrialAccount) {
    group(sheet, Some("screen-exchange"), |sheet| {
        for (key, value) in [
            ("screen-name", Some(&account.name)),
            ("screen-server", account.host.as_ref()),
            ("screen-user", account.user.as_ref()),
            ("screen-address", account.email.as_ref()),
        ] {
            item(sheet, key, |sheet| match value {
                Some(value) => sheet.within("span", "value", |sheet| sheet.name(value)),
                None => sheet.said("span", "value", "none"),
            });
        }
    });
    group(sheet, None, |sheet| {
        for (key, switch) in [
            ("service-mail", &account.services.mail),
            ("service-contacts", &account.services.contacts),
            ("service-calendars", &account.services.calendars),
            ("service-reminders", &account.services.reminders),
            ("service-notes", &account.services.notes),
        ] {
            item(sheet, key, |sheet| toggle(sheet, switch));
        }
    });
    group(sheet, None, |sheet| {
        item(sheet, "screen-days", |sheet| {
            sheet.within("span", "value", |sheet| window(sheet, account));
        });
    });
}

fn security_screen(sheet: &mut Sheet<'_>, account: &TrialAccount) {
    let smime = &account.smime;
    if smime.enabled {
        for (heading, key, switch, identity) in [
            (Some("screen-messages"), "screen-sign", &smime.signing, &smime.signing_identity),
            (None, "screen-encrypt", &smime.encrypt_by_default, &smime.encryption_identity),
        ] {
            group(sheet, heading, |sheet| {
                item(sheet, key, |sheet| toggle(sheet, switch));
                item(sheet, "screen-certificate", |sheet| match identity {
                    Some(name) => sheet.within("span", "value", |sheet| sheet.name(name)),
                    None => sheet.said("span", "value", "none"),
                });
            });
        }
    } else {
        group(sheet, Some("screen-messages"), |sheet| {
            item(sheet, "screen-not-shown", |sheet| sheet.said("span", "value", "off"));
        });
    }
    group(sheet, Some("screen-new-message"), |sheet| {
        item(sheet, "screen-from", |sheet| {
            sheet.within("span", "value", |sheet| sheet.name(account.email.as_deref().unwrap_or("-")));
        });
        let encrypted = smime.enabled && smime.compose_starts == ComposeStarts::Encrypted;
        item(sheet, "screen-lock", |sheet| {
            if smime.enabled && smime.per_message_switch {
                sheet.markup(if encrypted { LOCKED } else { OPEN });
            }
            sheet.said("span", "value", if encrypted { "encrypted" } else { "clear" });
        });
    });
}

const LOCKED: &str = "<svg class=\"lock\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"M4.5 7V5a3.5 3.5 0 0 1 7 0v2h.5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zm1.5 0h4V5a2 2 0 0 0-4 0z\"/></svg>";
const OPEN: &str = "<svg class=\"lock open\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"M4.5 7V4.5a3.5 3.5 0 0 1 6.8-1.2l-1.4.6A2 2 0 0 0 6 4.5V7h6a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z\"/></svg>";

fn group(sheet: &mut Sheet<'_>, heading: Option<&str>, inside: impl FnOnce(&mut Sheet<'_>)) {
    match heading {
        Some(key) => sheet.said("div", "caption", key),
        None => sheet.within("div", "caption", |_| {}),
    }
    sheet.within("ul", "group", inside);
}

fn item(sheet: &mut Sheet<'_>, key: &str, value: impl FnOnce(&mut Sheet<'_>)) {
    sheet.within("li", "", |sheet| {
        sheet.said("span", "label", key);
        value(sheet);
    });
}

/// A switch as the phone draws it, and in words for who cannot see it.
fn toggle(sheet: &mut Sheet<'_>, switch: &TrialSwitch) {
    if switch.locked {
        sheet.markup(LOCKED);
    }
    let class = match (switch.on, switch.locked) {
        (true, true) => "toggle on dimmed",
        (true, false) => "toggle on",
        (false, true) => "toggle dimmed",
        (false, false) => "toggle",
    };
    sheet.within("span", class, |sheet| {
        sheet.within("span", "unseen", |sheet| {
            sheet.say(if switch.on { "on" } else { "off" });
            sheet.text(", ");
            sheet.say(if switch.locked { "locked" } else { "free" });
        });
    });
}

fn window(sheet: &mut Sheet<'_>, account: &TrialAccount) {
    sheet.each(|words| words.days(account.mail_window_days));
}

/// Every value of the account with what decided it.
pub(super) fn decided(sheet: &mut Sheet<'_>, account: &TrialAccount) {
    let services = &account.services;
    let smime = &account.smime;
    sheet.within("table", "decided", |sheet| {
        sheet.within("thead", "", |sheet| {
            sheet.within("tr", "", |sheet| {
                for key in ["column-setting", "column-state", "column-decided-by"] {
                    sheet.said("th", "", key);
                }
            });
        });
        sheet.open("tbody", &[]);
        for (key, switch) in [
            ("service-mail", &services.mail),
            ("service-contacts", &services.contacts),
            ("service-calendars", &services.calendars),
            ("service-reminders", &services.reminders),
            ("service-notes", &services.notes),
        ] {
            switch_row(sheet, key, switch);
        }
        row(sheet, "mail-kept", |sheet| window(sheet, account), &[&account.mail_window_days_by]);
        for (key, allowed, by) in [
            ("move-to-other-accounts", account.move_allowed, &account.move_by),
            ("send-from-other-apps", account.third_party_send, &account.third_party_send_by),
            ("sync-recent-addresses", account.recents, &account.recents_by),
        ] {
            row(sheet, key, |sheet| sheet.say(if allowed { "yes" } else { "no" }), &[by]);
        }
        if smime.enabled {
            let identity = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
            switch_row(sheet, "smime-sign", &smime.signing);
            let name = identity(&smime.signing_identity);
            row(sheet, "signing-identity", |sheet| sheet.name(&name), &[&smime.signing_identity_by]);
            switch_row(sheet, "smime-encrypt", &smime.encrypt_by_default);
            let name = identity(&smime.encryption_identity);
            row(sheet, "encryption-identity", |sheet| sheet.name(&name), &[&smime.encryption_identity_by]);
            let shown = if smime.per_message_switch { "yes" } else { "no" };
            let by = &smime.per_message_switch_by;
            row(sheet, "lock-on-each-message", |sheet| sheet.say(shown), &[by]);
        } else {
            row(sheet, "smime-row", |sheet| sheet.say("off"), &[]);
        }
        sheet.close("tbody");
    });
}

fn switch_row(sheet: &mut Sheet<'_>, key: &str, switch: &TrialSwitch) {
    let state = |sheet: &mut Sheet<'_>| {
        sheet.within("span", "state", |sheet| {
            sheet.pill(if switch.on { "good" } else { "dim" }, if switch.on { "on" } else { "off" });
            sheet.text(" ");
            sheet.said("span", "faint", if switch.locked { "locked" } else { "free" });
        });
    };
    row(sheet, key, state, &[&switch.on_by, &switch.locked_by]);
}

fn row(sheet: &mut Sheet<'_>, key: &str, state: impl FnOnce(&mut Sheet<'_>), by: &[&str]) {
    sheet.within("tr", "", |sheet| {
        sheet.said("th", "", key);
        sheet.within("td", "", state);
        sheet.within("td", "by", |sheet| {
            for one in by {
                decider(sheet, one);
                sheet.text(" ");
            }
        });
    });
}

/// What decided a value: a payload key, or a word for the phone's default and its owner.
pub(super) fn decider(sheet: &mut Sheet<'_>, by: &str) {
    match by {
        "default" => sheet.said("span", "faint", "default"),
        "user" => sheet.said("span", "faint", "user"),
        key => sheet.code(key),
    }
}
