//! Intune's report of configurations on a device (Microsoft Graph beta, `managedDevice/deviceConfigurationStates`): one
//! state, a list, or an answer with `value` or with `deviceConfigurationStates`.

use super::json::{Place, objects, parse};
use super::{ReadError, TimedFact};
use crate::{Fact, PolicySetting, PolicyState};
use profile::Timestamp;
use serde_json::Value;

pub(super) fn read(bytes: &[u8]) -> Result<Vec<TimedFact>, ReadError> {
    let value = parse(bytes)?;
    let places = match &value {
        Value::Array(_) => objects(&value, "")?,
        _ => {
            let root = Place::of(&value, "")?;
            match ["value", "deviceConfigurationStates"].into_iter().find(|name| root.get(name).is_some()) {
                Some(name) => root.objects(name)?,
                None => vec![root],
            }
        }
    };
    let mut facts = Vec::new();
    for place in places {
        let (at_ms, state) = state(&place)?;
        facts.push(TimedFact { at_ms, fact: Fact::PolicyState(Box::new(state)) });
    }
    Ok(facts)
}

fn state(place: &Place<'_>) -> Result<(Option<i64>, PolicyState), ReadError> {
    let mut settings = Vec::new();
    for setting in place.objects("settingStates")? {
        let mut sources = Vec::new();
        for source in setting.objects("sources")? {
            sources.extend(source.text("displayName")?.or(source.text("id")?));
        }
        let name = setting.text("setting")?.or(setting.text("settingName")?);
        settings.push(PolicySetting {
            setting: name.ok_or_else(|| ReadError::Missing { path: setting.at("setting") })?,
            state: setting.required("state")?,
            error_code: setting.integer("errorCode")?.unwrap_or(0),
            error: setting.text("errorDescription")?,
            value: setting.text("currentValue")?,
            sources,
        });
    }
    let state = PolicyState {
        id: place.text("id")?,
        policy: place.text("displayName")?,
        version: place.integer("version")?,
        state: place.required("state")?,
        user: place.text("userPrincipalName")?,
        settings,
    };
    let reported = place.text("lastReportedDateTime")?;
    Ok((reported.and_then(|t| Timestamp::parse_rfc3339(&t).ok()).map(|t| t.0), state))
}
