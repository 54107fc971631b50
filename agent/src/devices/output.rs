//! Printing: JSON for programs, lines for people.

use super::prompts::ShownPrompt;
use super::shown::{ShownAccount, ShownDevice};
use crate::cli::Format;
use crate::exit::Failure;
use report::visible;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use verdict::{TrialAccount, TrialError, TrialSwitch};

/// Prints the answer in the form asked for.
pub(super) fn print(
    format: Format,
    value: &impl Serialize,
    human: impl FnOnce() -> String,
) -> Result<(), Failure> {
    match format {
        Format::Json => text(&(serde_json::to_string_pretty(value)? + "\n")),
        Format::Human => text(&human()),
    }
}

/// Prints a text. Whoever reads it may stop early, as `head` does.
pub(super) fn text(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::Print),
    }
}

/// The prompts that wait, one a line; nothing when none does.
pub(super) fn pending(name: &str, prompts: &[ShownPrompt]) -> String {
    let mut out = String::new();
    for prompt in prompts {
        let _ = writeln!(
            out,
            "pending: prompt {} ({}): {}; answer with: handset device set {name} {}",
            prompt.id,
            prompt.kind,
            visible(&prompt.text),
            visible(prompt.answer_with)
        );
    }
    out
}

/// The error chain of a refusal.
pub(super) fn chain(links: &[TrialError]) -> String {
    let mut out = String::new();
    for (depth, link) in links.iter().enumerate() {
        let _ =
            writeln!(out, "  {}{} {}: {}", "  ".repeat(depth), link.domain, link.code, visible(&link.text));
    }
    out
}

fn switch(switch: &TrialSwitch) -> String {
    let locked = if switch.locked { format!(", locked by {}", switch.locked_by) } else { String::new() };
    format!("{} ({}{locked})", if switch.on { "on" } else { "off" }, switch.on_by)
}

fn settings(out: &mut String, account: &TrialAccount) {
    let services = &account.services;
    for (name, service) in [
        ("mail", &services.mail),
        ("contacts", &services.contacts),
        ("calendars", &services.calendars),
        ("reminders", &services.reminders),
        ("notes", &services.notes),
    ] {
        let _ = writeln!(out, "    {name:<20} {}", switch(service));
    }
    let _ = writeln!(out, "    {:<20} {} days", "mail window", account.mail_window_days);
    let smime = &account.smime;
    if smime.enabled {
        let identity = |i: &Option<String>| i.as_deref().map_or("no identity".to_owned(), visible);
        let _ = writeln!(
            out,
            "    {:<20} {}; {}",
            "sign",
            switch(&smime.signing),
            identity(&smime.signing_identity)
        );
        let _ = writeln!(
            out,
            "    {:<20} {}; {}",
            "encrypt by default",
            switch(&smime.encrypt_by_default),
            identity(&smime.encryption_identity)
        );
        let lock = if smime.per_message_switch { "has a lock" } else { "has no lock" };
        let _ = writeln!(out, "    {:<20} {lock}", "a new message");
    }
}

fn account(out: &mut String, account: &ShownAccount) {
    let state = serde_json::to_value(account.state).ok();
    let state = state.as_ref().and_then(|s| s.as_str()).unwrap_or("unknown");
    let origin = match &account.profile {
        Some(profile) => format!("of the profile {}", visible(profile)),
        None => "of the owner".to_owned(),
    };
    let address = account.email.as_deref().map_or("no address yet".to_owned(), visible);
    let _ = writeln!(out, "  {} {address}, {state}, {origin}", account.id);
    if account.profile.is_some()
        && let Some(account) = &account.in_force
    {
        settings(out, account);
    }
}

/// The phone for people.
pub(super) fn device(shown: &ShownDevice) -> String {
    let mut out = String::new();
    let device = &shown.device;
    let supervised = if device.supervised { ", supervised" } else { "" };
    let _ = writeln!(out, "{}: {}, iOS {}{supervised}", shown.name, device.model, device.ios);
    let _ = writeln!(out, "clock {}, owner {}, seed {}", shown.clock, shown.owner, device.seed);
    if shown.enrolment != simulator::EnrolmentServer::Answers.as_str() {
        let _ = writeln!(out, "enrolment servers: {}", shown.enrolment);
    }
    let _ = writeln!(out, "\nprofiles: {}", shown.profiles.len());
    for profile in &shown.profiles {
        let name = profile.display_name.as_deref().map_or("without name".to_owned(), visible);
        let _ = writeln!(out, "  {} ({name})", visible(&profile.identifier));
        for payload in &profile.payloads {
            let stored = if payload.acts { "" } else { ": stored, not simulated" };
            let _ = writeln!(
                out,
                "    {} {}{stored}",
                visible(&payload.payload_type),
                visible(&payload.identifier)
            );
        }
    }
    let _ = writeln!(out, "\naccounts: {}", shown.accounts.len());
    for shown in &shown.accounts {
        account(&mut out, shown);
    }
    for account in &shown.mail_accounts {
        let name = account.settings.email.as_ref();
        let name = name.map_or("no address yet".to_owned(), |email| visible(&email.value));
        let _ =
            writeln!(out, "  {} {name}, a mail account of a profile: kept, does not connect", account.id.0);
    }
    for directory in &shown.directories {
        let _ = writeln!(
            out,
            "  directory {}, of the profile {}: kept, does not connect",
            visible(&directory.host),
            visible(&directory.profile)
        );
    }
    if shown.mdm.is_some() {
        let _ = writeln!(out, "\nenrolled with a management server: kept, does not connect");
    }
    if shown.passcode.required {
        let _ = writeln!(out, "\npasscode: required, of at least {} characters", shown.passcode.min_length);
    }
    let keychain = &shown.keychain;
    let _ = writeln!(
        out,
        "\nkeychain: {} certificates, {} identities",
        keychain.certificates.len(),
        keychain.identities.len()
    );
    for (kind, items) in [("certificate", &keychain.certificates), ("identity", &keychain.identities)] {
        for item in items {
            let _ = writeln!(out, "  {kind} {}, until {}", visible(&item.subject), item.not_after);
        }
    }
    if !shown.restrictions.0.is_empty() {
        let _ = writeln!(out, "\nrestrictions: {}", shown.restrictions.0.len());
        for restriction in &shown.restrictions.0 {
            let value = visible(&serde_json::to_string(&restriction.value).unwrap_or_default());
            let winner = restriction
                .winner
                .as_ref()
                .map(|w| format!(" by {}", visible(&w.profile)))
                .unwrap_or_default();
            let _ = writeln!(out, "  {} {value}{winner}", restriction.key);
            for loser in &restriction.losers {
                let value = visible(&serde_json::to_string(&loser.value).unwrap_or_default());
                let _ = writeln!(out, "    {value} by {} does not count", visible(&loser.profile));
            }
        }
    }
    if !shown.prompts.is_empty() {
        let _ = write!(out, "\n{}", pending(&shown.name, &shown.prompts));
    }
    out
}
