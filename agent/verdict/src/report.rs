//! What Intune itself reports of the policy. Its word is evidence that the device has answered, and nothing more: it does
//! not see the account. So `compliant` passes this comparison alone, never one about the account.

use crate::comparison::{Bench, Outcome, Reasons};
use evidence::{Fact, ObservationId, PolicySetting, PolicyState};

/// What an Intune code is, less Apple's (IntuneDocs, troubleshoot company resource access problems).
const APPLE_OFFSET: i64 = -2_016_336_112;

const REPORTED: Reasons = Reasons {
    requirements: &["EAS-001"],
    citation: "Microsoft Graph beta: deviceConfigurationState, complianceStatus",
};

const DUPLICATE: Reasons = Reasons {
    requirements: &["XTR-005"],
    citation: "Intune troubleshooting of e-mail profiles; Apple MDM error codes: 21005, account not unique",
};

pub(crate) fn compare(bench: &mut Bench<'_>) {
    let states: Vec<(ObservationId, i64, &PolicyState)> = bench
        .seen
        .ordered
        .iter()
        .filter_map(|o| match &o.fact {
            Fact::PolicyState(state) if is_of(state, &bench.terms.users) => {
                Some((o.id, o.at_ms, state.as_ref()))
            }
            _ => None,
        })
        .collect();
    let Some((id, at_ms, state)) = chosen(&states, bench.terms.policy.as_deref()) else { return };
    let code = state.settings.iter().map(|s| s.error_code).find(|c| *c != 0);
    let apple = code.and_then(apple_code);
    let reasons = if apple == Some(21_005) { DUPLICATE } else { REPORTED };
    let mut comparison = reasons.comparison("report", "compliant".to_owned());
    let (outcome, observed) = judged(&state.state);
    comparison.outcome = outcome;
    comparison.observed = Some(match code {
        Some(code) => format!("{observed}, {}", told(code)),
        None => observed,
    });
    comparison.reason = reason(outcome, &state.state);
    comparison.observations.push(id);
    comparison.since = Some((at_ms, id));
    bench.comparisons.push(comparison);
    for setting in &state.settings {
        let Some(requirements) = requirements(setting) else { continue };
        let reasons = Reasons { requirements, ..REPORTED };
        let name = property(setting);
        let mut comparison = reasons.comparison(&format!("report.{name}"), "compliant".to_owned());
        let (outcome, observed) = judged(&setting.state);
        // What Intune calls compliant it has not seen on the account, so it settles nothing about the setting.
        if outcome == Outcome::Pass {
            continue;
        }
        comparison.outcome = outcome;
        comparison.observed = Some(if setting.error_code == 0 {
            observed
        } else {
            format!("{observed}, {}", told(setting.error_code))
        });
        comparison.reason = reason(outcome, &setting.state);
        comparison.observations.push(id);
        comparison.since = Some((at_ms, id));
        bench.comparisons.push(comparison);
    }
}

/// Whether a report may be on one of the users. A device that several people use has a report for each.
pub(crate) fn is_of(state: &PolicyState, users: &[String]) -> bool {
    let told = state.user.as_ref().filter(|user| !user.is_empty());
    users.is_empty() || told.is_none_or(|told| users.iter().any(|user| user.eq_ignore_ascii_case(told)))
}

/// The newest state of the policy of that name; without such a name the only one there is.
fn chosen<'a>(
    states: &[(ObservationId, i64, &'a PolicyState)],
    policy: Option<&str>,
) -> Option<(ObservationId, i64, &'a PolicyState)> {
    let named = states.iter().rev().find(|(.., s)| policy.is_some() && s.policy.as_deref() == policy);
    match (named, states) {
        (Some(named), _) => Some(*named),
        (None, [only]) => Some(*only),
        _ => None,
    }
}

fn judged(state: &str) -> (Outcome, String) {
    let outcome = match state {
        // What was remediated is compliant now.
        "compliant" | "remediated" => Outcome::Pass,
        "nonCompliant" | "error" | "conflict" => Outcome::Fail,
        _ => Outcome::Inconclusive,
    };
    (outcome, if state == "remediated" { "compliant".to_owned() } else { state.to_owned() })
}

fn reason(outcome: Outcome, state: &str) -> Option<String> {
    (outcome == Outcome::Inconclusive).then(|| format!("Intune reports {state}, which settles nothing"))
}

fn apple_code(code: i64) -> Option<i64> {
    // Some reports write the 32 bits unsigned.
    let signed = if code > i64::from(i32::MAX) { code - (1_i64 << 32) } else { code };
    let apple = signed.checked_sub(APPLE_OFFSET)?;
    (1_000..47_000).contains(&apple).then_some(apple)
}

fn told(code: i64) -> String {
    match apple_code(code) {
        Some(apple) => format!("code {code} (Apple {apple})"),
        None => format!("code {code}"),
    }
}

fn property(setting: &PolicySetting) -> &str {
    setting.setting.rsplit(['.', '/']).next().unwrap_or_default()
}

/// The requirements behind a setting that is named as in Graph. Intune's own names are not public.
fn requirements(setting: &PolicySetting) -> Option<&'static [&'static str]> {
    crate::setting::SETTINGS
        .iter()
        .find(|s| s.graph.eq_ignore_ascii_case(property(setting)))
        .map(|s| s.requirements)
}
