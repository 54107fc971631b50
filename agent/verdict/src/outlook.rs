//! What management tells of Outlook, against the policy that configures it. The rows themselves stay pending: S/MIME in the
//! app is seen by nobody.

use crate::comparison::{Comparison, Outcome, Reasons};
use evidence::{Fact, Log, ObservedApp};
use intent::{ExpectedOutlook, OutlookChannel};

/// The bundle of Outlook for iOS.
const OUTLOOK: &str = "com.microsoft.Office.Outlook";

const MANAGED: Reasons = Reasons {
    requirements: &["OUT-021"],
    citation: "Intune: S/MIME in Outlook for iOS, managed devices; Apple MDM: ManagedApplicationList",
};

/// Compares what is told of the app; nothing where the policy reaches apps that no device management knows.
pub fn compare_outlook(expected: &ExpectedOutlook, log: &Log) -> Vec<Comparison> {
    if expected.channel != OutlookChannel::ManagedDevices {
        return Vec::new();
    }
    let mut lists: Vec<_> = log
        .observations()
        .iter()
        .filter_map(|observation| match &observation.fact {
            Fact::ManagedApps { apps } => Some((observation.at_ms, observation.id, apps)),
            _ => None,
        })
        .collect();
    lists.sort_by_key(|(at_ms, id, _)| (*at_ms, *id));
    let mut comparison = MANAGED.comparison("outlook", "managed, with a configuration".to_owned());
    match lists.last() {
        None => comparison.reason = Some("nothing in the evidence lists managed apps".to_owned()),
        Some((at_ms, id, apps)) => {
            let outlook = apps.iter().find(|app| app.identifier.eq_ignore_ascii_case(OUTLOOK));
            let (outcome, observed) = judged(outlook);
            comparison.outcome = outcome;
            comparison.observed = Some(observed.to_owned());
            comparison.observations.push(*id);
            comparison.since = Some((*at_ms, *id));
        }
    }
    vec![comparison]
}

fn judged(outlook: Option<&ObservedApp>) -> (Outcome, &'static str) {
    match outlook.map(|app| app.has_configuration) {
        None => (Outcome::Fail, "not managed"),
        Some(Some(true)) => (Outcome::Pass, "managed, with a configuration"),
        Some(Some(false)) => (Outcome::Fail, "managed, without a configuration"),
        Some(None) => (Outcome::Inconclusive, "managed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use intent::{OutlookChannel, User, expected_outlook};
    use std::collections::BTreeMap;

    fn compared(apps: Option<Vec<ObservedApp>>, channel: OutlookChannel) -> Vec<(Outcome, Option<String>)> {
        let expected = expected_outlook(&BTreeMap::new(), channel, &User::default());
        let mut log = Log::default();
        if let Some(apps) = apps {
            log.append(1, "mdm", Fact::ManagedApps { apps }).unwrap();
        }
        compare_outlook(&expected, &log).into_iter().map(|c| (c.outcome, c.observed)).collect()
    }

    #[test]
    fn outlook_must_be_managed_and_configured_where_management_tells_of_it() {
        let app = |has_configuration| {
            let identifier = "com.microsoft.office.outlook".to_owned();
            Some(vec![ObservedApp { identifier, has_configuration, ..ObservedApp::default() }])
        };
        let outcome = |apps| compared(apps, OutlookChannel::ManagedDevices)[0].0;
        assert_eq!(outcome(None), Outcome::Inconclusive);
        assert_eq!(outcome(Some(Vec::new())), Outcome::Fail);
        assert_eq!(outcome(app(Some(false))), Outcome::Fail);
        assert_eq!(outcome(app(Some(true))), Outcome::Pass);
        assert_eq!(outcome(app(None)), Outcome::Inconclusive);
        assert_eq!(compared(None, OutlookChannel::ManagedApps), []);
    }
}
