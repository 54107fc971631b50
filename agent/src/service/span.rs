//! Times of the configuration, written `500ms`, `30s`, `5m`, `2h`, `7d`.

use serde::Deserialize;
use std::time::Duration;

/// The longest time that can be written: a year.
pub const MAX_SPAN: Duration = Duration::from_secs(366 * 24 * 3600);

/// A time of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = "a time is written with its unit: 500ms, 30s, 5m, 2h or 7d, at most 366d";
        parse(&text).map(Span).ok_or_else(|| serde::de::Error::custom(wrong))
    }
}

fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let span = Duration::from_millis(number.checked_mul(unit_ms)?);
    (span <= MAX_SPAN).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_a_bound() {
        assert_eq!(parse("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse("2h"), Some(Duration::from_secs(7200)));
        assert_eq!(parse("366d"), Some(MAX_SPAN));
        for wrong in ["367d", "30", "s", "", "-1s", "1.5s", "1 s", "99999999999999999999s", "1y", "5é"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
