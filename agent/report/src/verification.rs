//! What `handset verify` found, for a person: failures first, each with what to do.

use crate::{Style, visible};
use std::fmt::Write;
use verdict::{Conflict, Drift, Outcome, Verdict, Verification};

/// How many ids of one kind are listed before the rest is counted.
const LISTED: usize = 24;

/// Renders a verification for a terminal. Everything is legible without colour, and what would steer a terminal is made
/// visible.
pub fn verification(found: &Verification, style: Style) -> String {
    let mut out = String::new();
    head(&mut out, found, style);
    let of = |outcome: Outcome| found.verdicts.iter().filter(move |v| v.outcome == outcome);
    for verdict in of(Outcome::Fail) {
        failure(&mut out, verdict, style);
    }
    for conflict in &found.conflicts {
        self::conflict(&mut out, conflict, style);
    }
    if !found.drift.is_empty() {
        let _ = writeln!(out, "\n{}", style.bold("Drift"));
        for drift in &found.drift {
            self::drift(&mut out, drift);
        }
    }
    ids(&mut out, "Passed", of(Outcome::Pass), style);
    let open = || of(Outcome::Inconclusive).filter(|v| !is_pending(v));
    if open().next().is_some() {
        let _ = writeln!(out, "\n{}", style.bold("Left open by this evidence"));
        let mut reasons: Vec<&str> = open().map(reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        for because in reasons {
            ids(
                &mut out,
                &format!("  {}", visible(because)),
                open().filter(|v| reason(v) == because),
                Style::Plain,
            );
        }
    }
    ids(
        &mut out,
        "Pending: no device can show it yet",
        of(Outcome::Inconclusive).filter(is_pending_ref),
        style,
    );
    let summary = &found.summary;
    let _ = writeln!(
        out,
        "\n{} passed, {} failed, {} left open, {} pending, {} not applicable; {} drift, {} conflicts",
        summary.pass,
        summary.fail,
        summary.inconclusive,
        summary.pending,
        summary.not_applicable,
        found.drift.len(),
        found.conflicts.len()
    );
    let closing = match found.exit {
        0 => style.good("as the policy says"),
        5 => style.dim("nothing is otherwise, and not everything can be told"),
        _ => style.bad("not as the policy says"),
    };
    let _ = writeln!(out, "{closing} (exit {})", found.exit);
    out
}

fn head(out: &mut String, found: &Verification, style: Style) {
    let device = &found.device;
    let supervised = if device.supervised { ", supervised" } else { "" };
    let title = format!("{}, iOS {}{supervised}", visible(&device.evidence), visible(&device.ios));
    let _ = writeln!(out, "{}", style.bold(&title));
    if device.ios_from == "default" {
        let _ = writeln!(out, "  the evidence tells no iOS version; --ios names another");
    }
    for policy in &found.policies {
        let user = policy.user.as_deref().map(|u| format!(" for {}", visible(u))).unwrap_or_default();
        let _ = writeln!(
            out,
            "  policy “{}”{user}  {}",
            visible(&policy.name),
            style.dim(&visible(&policy.file))
        );
        if let Some(reason) = &policy.assignment_reason {
            let _ = writeln!(out, "    {}", visible(reason));
        }
    }
}

/// A failed verdict: what must be so, what is, on what it rests, what to do.
pub(crate) fn failure(out: &mut String, verdict: &Verdict, style: Style) {
    let _ = writeln!(out, "\n{} {}", style.bad("failed"), style.bold(id(verdict)));
    if let Some(expected) = &verdict.expected {
        let _ = writeln!(out, "  expected  {}", visible(expected));
    }
    if let Some(observed) = &verdict.observed {
        let _ = writeln!(out, "  observed  {}", visible(observed));
    }
    let cited: Vec<String> = verdict.observations.iter().take(LISTED).map(|o| format!("#{}", o.0)).collect();
    if !cited.is_empty() {
        let _ = writeln!(out, "  evidence  {}", cited.join(" "));
    }
    if let Some(citation) = &verdict.citation {
        let _ = writeln!(out, "  says      {}", style.dim(&visible(citation)));
    }
    if let Some(reason) = &verdict.reason {
        let _ = writeln!(out, "  because   {}", visible(reason));
    }
    if let Some(remedy) = &verdict.remedy {
        let _ = writeln!(out, "  remedy    {}", visible(remedy));
    }
}

fn conflict(out: &mut String, conflict: &Conflict, style: Style) {
    let label = conflict.label.as_deref().map(|l| format!(" “{l}”")).unwrap_or_default();
    let _ = writeln!(out, "\n{} {}{label}", style.bad("conflict"), style.bold(&visible(&conflict.setting)));
    for value in &conflict.values {
        let said = value.value.as_deref().unwrap_or("(a value that is not told)");
        let _ = writeln!(out, "  policy “{}” says {}", visible(&value.policy), visible(said));
    }
}

fn drift(out: &mut String, drift: &Drift) {
    let since = drift.since.as_deref().map(|s| format!(", since {s}")).unwrap_or_default();
    let who = if drift.by_user { ", changed by the owner" } else { "" };
    let _ = writeln!(
        out,
        "  {:<32} is {}, meant is {}{since}{who}",
        drift.subject,
        visible(&drift.observed),
        visible(&drift.expected)
    );
}

fn id(verdict: &Verdict) -> &str {
    let subject = || verdict.checks.first().map_or("-", |c| c.subject.as_str());
    verdict.requirement.as_deref().unwrap_or_else(subject)
}

fn reason(verdict: &Verdict) -> &str {
    verdict.reason.as_deref().unwrap_or("nothing in the evidence tells it")
}

fn is_pending(verdict: &Verdict) -> bool {
    verdict.status.as_str() == "pending"
}

fn is_pending_ref(verdict: &&Verdict) -> bool {
    is_pending(verdict)
}

fn ids<'a>(out: &mut String, title: &str, verdicts: impl Iterator<Item = &'a Verdict>, style: Style) {
    let ids: Vec<&str> = verdicts.map(id).collect();
    if ids.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold(title));
    for line in ids.chunks(8) {
        let _ = writeln!(out, "  {}", line.join(" "));
    }
}
