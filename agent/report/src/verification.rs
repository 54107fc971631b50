//! What `handset verify` found, for a person: failures first, each with what to do.

use crate::language::{Catalogue, Side};
use crate::{Style, visible};
use std::fmt::Write;
use verdict::{Conflict, Drift, Outcome, Verdict, Verification, VerifiedPolicy};

/// How many ids of one kind are listed before the rest is counted.
const LISTED: usize = 24;

/// Renders a verification for a terminal, in the language of the catalogue. Everything is legible without colour, and
/// what would steer a terminal is made visible.
pub fn verification(found: &Verification, style: Style, words: &Catalogue) -> String {
    let mut out = String::new();
    head(&mut out, found, style, words);
    let of = |outcome: Outcome| found.verdicts.iter().filter(move |v| v.outcome == outcome);
    for verdict in of(Outcome::Fail) {
        failure(&mut out, verdict, style, words);
        if found.policies.len() > 1 {
            of_policies(&mut out, verdict, &found.policies, words);
        }
    }
    for conflict in &found.conflicts {
        self::conflict(&mut out, conflict, &found.policies, style, words);
    }
    if !found.drift.is_empty() {
        let _ = writeln!(out, "\n{}", style.bold(&words.say("drift")));
        for drift in &found.drift {
            self::drift(&mut out, drift, &found.policies, words);
        }
    }
    ids(&mut out, &words.say("passed-heading"), of(Outcome::Pass), style);
    let open = || of(Outcome::Inconclusive).filter(|v| !is_pending(v));
    if open().next().is_some() {
        let _ = writeln!(out, "\n{}", style.bold(&words.say("left-open-heading")));
        let mut reasons: Vec<&str> = open().map(reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        for because in reasons {
            ids(
                &mut out,
                &format!("  {}", visible(&words.phrase_or_english(because))),
                open().filter(|v| reason(v) == because),
                Style::Plain,
            );
        }
    }
    ids(&mut out, &words.say("pending-heading"), of(Outcome::Inconclusive).filter(is_pending_ref), style);
    let summary = &found.summary;
    let counts = words.tell(
        "verify-summary",
        &[
            ("pass", summary.pass.into()),
            ("fail", summary.fail.into()),
            ("open", summary.inconclusive.into()),
            ("pending", summary.pending.into()),
            ("inapplicable", summary.not_applicable.into()),
            ("drift", found.drift.len().into()),
            ("conflicts", found.conflicts.len().into()),
        ],
    );
    let _ = writeln!(out, "\n{counts}");
    let closing = match found.exit {
        0 => style.good(&words.say("closing-as-policy")),
        5 => style.dim(&words.say("closing-open")),
        _ => style.bad(&words.say("closing-not-as-policy")),
    };
    let exit = words.tell("exit-code", &[("code", usize::from(found.exit).into())]);
    let _ = writeln!(out, "{closing} ({exit})");
    out
}

fn head(out: &mut String, found: &Verification, style: Style, words: &Catalogue) {
    let device = &found.device;
    let title = words.tell(
        "verify-head",
        &[
            ("evidence", (&visible(&words.phrase_or_english(&device.evidence))).into()),
            ("ios", (&visible(&device.ios)).into()),
            ("supervised", if device.supervised { "yes" } else { "no" }.into()),
        ],
    );
    let _ = writeln!(out, "{}", style.bold(&title));
    if device.ios_from == "default" {
        let _ = writeln!(out, "  {}", words.say("evidence-tells-no-ios"));
    }
    for policy in &found.policies {
        let named = words.tell("policy-named", &[("name", (&visible(&policy.name)).into())]);
        let user = policy
            .user
            .as_deref()
            .map(|user| format!(" {}", words.tell("policy-for", &[("user", (&visible(user)).into())])));
        let user = user.unwrap_or_default();
        let _ = writeln!(out, "  {named}{user}  {}", style.dim(&visible(&policy.file)));
        if let Some(reason) = &policy.assignment_reason {
            let _ = writeln!(out, "    {}", visible(&words.phrase_or_english(reason)));
        }
    }
}

/// A failed verdict: what must be so, what is, on what it rests, what to do.
pub(crate) fn failure(out: &mut String, verdict: &Verdict, style: Style, words: &Catalogue) {
    let _ = writeln!(out, "\n{} {}", style.bad(&words.say("failed")), style.bold(id(verdict)));
    let keys = ["expected", "observed", "evidence", "says", "because", "remedy"];
    let column = keys.iter().map(|key| words.say(key).chars().count()).max().unwrap_or(0);
    let mut line = |key: &str, text: &str| {
        let _ = writeln!(out, "  {:<column$}  {text}", words.say(key));
    };
    for (key, side) in [("expected", Side::Expected), ("observed", Side::Observed)] {
        if let Some(told) = words.told(verdict, side) {
            line(key, &visible(&told));
        }
    }
    let cited: Vec<String> = verdict.observations.iter().take(LISTED).map(|o| format!("#{}", o.0)).collect();
    if !cited.is_empty() {
        line("evidence", &cited.join(" "));
    }
    if let Some(citation) = &verdict.citation {
        line("says", &style.dim(&visible(citation)));
    }
    if let Some(reason) = &verdict.reason {
        line("because", &visible(&words.phrase_or_english(reason)));
    }
    if let Some(remedy) = &verdict.remedy {
        line("remedy", &visible(&words.remedy(verdict).unwrap_or_else(|| remedy.clone())));
    }
}

fn conflict(
    out: &mut String,
    conflict: &Conflict,
    known: &[VerifiedPolicy],
    style: Style,
    words: &Catalogue,
) {
    let title = style.bold(&visible(&conflict.setting));
    let label = conflict.label.as_deref().map(|own| words.setting(&conflict.setting, own));
    let label = label.map(|label| format!(" {}", words.tell("quoted", &[("name", label.as_ref().into())])));
    let _ = writeln!(out, "\n{} {title}{}", style.bad(&words.say("conflict")), label.unwrap_or_default());
    for value in &conflict.values {
        let said = value.value.as_deref().map(|said| words.setting_value(&conflict.setting, said));
        let said = visible(&said.unwrap_or_else(|| words.say("value-not-told")));
        let policy = with_file(&value.policy, known);
        let line = words.tell("policy-says", &[("policy", (&policy).into()), ("value", (&said).into())]);
        let _ = writeln!(out, "  {line}");
    }
}

/// Whose demands fail, where there are several policies.
fn of_policies(out: &mut String, verdict: &Verdict, known: &[VerifiedPolicy], words: &Catalogue) {
    let failed = verdict.checks.iter().filter(|check| check.outcome == verdict.outcome);
    let mut policies: Vec<&str> = failed.map(|check| check.policy.as_str()).collect();
    policies.sort_unstable();
    policies.dedup();
    for policy in policies {
        let _ = writeln!(out, "  {}", words.labelled(&words.say("of-policy"), &with_file(policy, known)));
    }
}

/// A policy with its file, since names do not tell which of two versions it is.
fn with_file(name: &str, known: &[VerifiedPolicy]) -> String {
    match known.iter().find(|policy| policy.name == name) {
        Some(policy) if !name.contains(&policy.file) => {
            format!("{} ({})", visible(name), visible(&policy.file))
        }
        _ => visible(name),
    }
}

fn drift(out: &mut String, drift: &Drift, known: &[VerifiedPolicy], words: &Catalogue) {
    let value = |written: &str| visible(&words.value(&drift.subject, written));
    let (observed, expected) = (value(&drift.observed), value(&drift.expected));
    let mut line =
        words.tell("drift-line", &[("observed", (&observed).into()), ("expected", (&expected).into())]);
    if let Some(since) = &drift.since {
        line += &format!(", {}", words.tell(since_key(drift), &[("since", since.into())]));
    }
    if drift.by_user {
        line += &format!(", {}", words.say("drift-by-owner"));
    }
    if known.len() > 1 {
        line += &format!(", {}", words.labelled(&words.say("of-policy"), &with_file(&drift.policy, known)));
    }
    let _ = writeln!(out, "  {:<32} {line}", drift.subject);
}

/// The key of how a time is told: when it changed, or when somebody first saw it so.
pub(crate) fn since_key(drift: &Drift) -> &'static str {
    match drift.since_is {
        Some("change") => "drift-since",
        _ => "drift-first-seen",
    }
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
