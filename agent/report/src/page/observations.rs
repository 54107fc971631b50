//! Observations as evidence: cited by number, and told in full.

use super::sheet::Sheet;
use evidence::{Observation, ObservationId, Timestamp};

/// The numbers of observations, each a link to where it is told.
pub fn cited(sheet: &mut Sheet<'_>, ids: &[ObservationId]) {
    for (number, id) in ids.iter().enumerate() {
        if number > 0 {
            sheet.text(" ");
        }
        sheet.with("a", &[("href", &format!("#observation-{}", id.0)), ("class", "cite")], |sheet| {
            sheet.text(&format!("#{}", id.0));
        });
    }
}

/// Observations, each closed until somebody asks. What was seen stands there as the log keeps it.
pub fn observations(sheet: &mut Sheet<'_>, all: &[Observation]) {
    sheet.within("div", "observations", |sheet| {
        for observation in all {
            sheet.within("details", "observation", |sheet| {
                sheet.within("summary", "", |sheet| head(sheet, observation));
                // The link leads inside, so that following it opens what it leads to.
                let id = format!("observation-{}", observation.id.0);
                sheet.with("pre", &[("id", &id)], |sheet| sheet.text(&seen(observation)));
            });
        }
    });
}

/// The observations that a verdict rests on, told where it stands.
pub(super) fn told(sheet: &mut Sheet<'_>, ids: &[ObservationId], all: &[Observation]) {
    for observation in all.iter().filter(|o| ids.contains(&o.id)) {
        sheet.within("div", "witness", |sheet| {
            sheet.within("p", "", |sheet| head(sheet, observation));
            sheet.within("pre", "", |sheet| sheet.text(&seen(observation)));
        });
    }
}

fn head(sheet: &mut Sheet<'_>, observation: &Observation) {
    sheet.within("span", "number", |sheet| sheet.text(&format!("#{}", observation.id.0)));
    let fact = serde_json::to_value(&observation.fact).ok();
    let kind = fact.as_ref().and_then(|f| f.get("fact")).and_then(|f| f.as_str()).unwrap_or_default();
    sheet.code(kind);
    let named =
        fact.as_ref().and_then(|f| ["id", "step", "kind", "identifier"].iter().find_map(|k| f.get(k)));
    if let Some(name) = named.and_then(|n| n.as_str()) {
        sheet.within("span", "about", |sheet| sheet.name(name));
    }
    sheet.within("span", "when", |sheet| {
        sheet.text(&format!("{} · ", Timestamp(observation.at_ms).to_rfc3339()));
        sheet.code(&observation.source);
    });
}

fn seen(observation: &Observation) -> String {
    // A fact serialises; were it not so, there would be nothing to show.
    serde_json::to_string_pretty(&observation.fact).unwrap_or_default()
}
