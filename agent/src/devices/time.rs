//! Moments of the virtual clock, as they are written on the command line.

use super::DeviceError;
use profile::Timestamp;

/// Units and their milliseconds.
const UNITS: [(&[&str], i64); 5] = [
    (&["s", "sec", "second", "seconds"], 1_000),
    (&["m", "min", "minute", "minutes"], 60_000),
    (&["h", "hour", "hours"], 3_600_000),
    (&["d", "day", "days"], 86_400_000),
    (&["w", "week", "weeks"], 7 * 86_400_000),
];

/// Reads `+30d`, `+1d12h30m`, `2026-11-02T08:00:00Z` or `2026-11-02`.
///
/// # Errors
/// [`DeviceError::Moment`] for anything else, and for a time after the year 9999.
pub(super) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, DeviceError> {
    let wrong = || DeviceError::Moment { text: text.to_owned() };
    let at = match text.strip_prefix('+') {
        Some(duration) => {
            let length = duration_ms(duration).ok_or_else(wrong)?;
            Timestamp(now.0.checked_add(length).ok_or_else(wrong)?)
        }
        None if text.contains(['T', 't', ' ']) => Timestamp::parse_rfc3339(text).map_err(|_| wrong())?,
        None => Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).map_err(|_| wrong())?,
    };
    let last = Timestamp::parse_rfc3339("9999-12-31T23:59:59.999Z").map_err(|_| wrong())?;
    if at > last { Err(wrong()) } else { Ok(at) }
}

fn duration_ms(mut text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    if text.is_empty() {
        return None;
    }
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at(digits);
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(letters);
        let unit = unit.trim();
        let (_, ms) = UNITS.iter().find(|(names, _)| names.contains(&unit))?;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(*ms)?)?;
        text = rest;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_times_are_read() {
        let now = Timestamp(1_000);
        let at = |text: &str| moment(text, now).map(|t| t.0).ok();
        assert_eq!(at("+90s"), Some(91_000));
        assert_eq!(at("+1d12h30m"), Some(1_000 + 131_400_000));
        assert_eq!(at("+2 weeks"), Some(1_000 + 14 * 86_400_000));
        assert_eq!(at("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(at("1970-01-02"), Some(86_400_000));
        for wrong in ["", "+", "+5", "+d", "+5y", "+-5d", "5d", "+99999999999999999999d", "+9000000w", "noon"]
        {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }
}
