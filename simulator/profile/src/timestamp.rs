//! Points in time as the pure crates exchange them, and their civil calendar.

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Calendar conversions are bounded to the years 0000 to 9999 (RFC 3339, section 1); a value outside
/// that range can be held but is shown as the nearest bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Why a text is no RFC 3339 date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The text does not have the form `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`.
    #[error("not of the form YYYY-MM-DDTHH:MM:SSZ")]
    Form,
    /// A field is outside its range, such as month 13 or 30 February.
    #[error("the {field} is out of range")]
    Range {
        /// The field at fault.
        field: &'static str,
    },
}

/// Civil date and time, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    millisecond: i64,
}

const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// 0000-01-01T00:00:00Z, the earliest time that can be written.
    pub const MIN: Timestamp = Timestamp(-62_167_219_200_000);
    /// 9999-12-31T23:59:59.999Z, the latest time that can be written.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999);

    /// Reads an RFC 3339 date and time, section 5.6: `T` and `Z` in either case, a fraction of any length
    /// (cut to milliseconds), an offset. A leap second (`:60`) is taken as the second after it.
    ///
    /// # Errors
    /// [`TimestampError`] for another form, an impossible date, or a result outside the years 0000 to 9999.
    pub fn parse_rfc3339(text: &str) -> Result<Timestamp, TimestampError> {
        let bytes = text.as_bytes();
        let head = bytes.get(..19).ok_or(TimestampError::Form)?;
        for (at, expected) in [(4, b"-"), (7, b"-"), (13, b":"), (16, b":")] {
            if head.get(at..at + 1) != Some(expected) {
                return Err(TimestampError::Form);
            }
        }
        if !matches!(head.get(10), Some(b'T' | b't')) {
            return Err(TimestampError::Form);
        }
        let field = |from: usize, to: usize| digits(head.get(from..to));
        let civil = Civil {
            year: field(0, 4)?,
            month: field(5, 7)?,
            day: field(8, 10)?,
            hour: field(11, 13)?,
            minute: field(14, 16)?,
            second: field(17, 19)?,
            millisecond: 0,
        };
        let mut rest = bytes.get(19..).unwrap_or_default();
        let mut millisecond = 0;
        if let Some(fraction) = rest.strip_prefix(b".") {
            let length = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if length == 0 {
                return Err(TimestampError::Form);
            }
            let scale = [100, 10, 1];
            millisecond = fraction.iter().take(length).zip(scale).map(|(b, s)| i64::from(b - b'0') * s).sum();
            rest = fraction.get(length..).unwrap_or_default();
        }
        let offset_minutes = match rest {
            b"Z" | b"z" => 0,
            [sign @ (b'+' | b'-'), hour @ .., b':', m1, m2] if hour.len() == 2 => {
                let (hours, minutes) = (digits(Some(hour))?, digits(Some(&[*m1, *m2]))?);
                if hours > 23 || minutes > 59 {
                    return Err(TimestampError::Range { field: "offset" });
                }
                (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return Err(TimestampError::Form),
        };
        let utc = Civil { millisecond, ..civil }.timestamp()?;
        let shifted = Timestamp(utc.0 - offset_minutes * 60_000);
        if shifted < Self::MIN || shifted > Self::MAX {
            return Err(TimestampError::Range { field: "year" });
        }
        Ok(shifted)
    }

    /// Writes the time as RFC 3339 in UTC: `2026-11-02T08:00:00Z`, with three digits of fraction only when
    /// there are milliseconds. Times outside [`Timestamp::MIN`] to [`Timestamp::MAX`] are shown as the bound.
    pub fn to_rfc3339(self) -> String {
        let c = Civil::of(self);
        let base = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        );
        if c.millisecond == 0 { format!("{base}Z") } else { format!("{base}.{:03}Z", c.millisecond) }
    }

    /// Makes the time from seconds since 1970, saturating at the bounds of the type.
    pub fn from_seconds(seconds: i64) -> Timestamp {
        Timestamp(seconds.saturating_mul(1000))
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The time that many milliseconds later, saturating.
    pub fn plus_ms(self, milliseconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(milliseconds))
    }

    /// The time that many days later (earlier when negative), saturating.
    pub fn plus_days(self, days: i64) -> Timestamp {
        self.plus_ms(days.saturating_mul(DAY_MS))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Timestamp::parse_rfc3339(text)
    }
}

impl Civil {
    /// Days are counted in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    fn timestamp(self) -> Result<Timestamp, TimestampError> {
        let range = |ok: bool, field| if ok { Ok(()) } else { Err(TimestampError::Range { field }) };
        range((1..=12).contains(&self.month), "month")?;
        range((1..=days_in_month(self.year, self.month)).contains(&self.day), "day")?;
        range(self.hour <= 23, "hour")?;
        range(self.minute <= 59, "minute")?;
        range(self.second <= 60, "second")?;
        let shifted_year = if self.month <= 2 { self.year - 1 } else { self.year };
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let month_from_march = (self.month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let seconds = (self.hour * 60 + self.minute) * 60 + self.second;
        Ok(Timestamp(days * DAY_MS + seconds * 1000 + self.millisecond))
    }

    fn of(time: Timestamp) -> Civil {
        let ms = time.0.clamp(Timestamp::MIN.0, Timestamp::MAX.0);
        let days = ms.div_euclid(DAY_MS) + 719_468;
        let in_day = ms.rem_euclid(DAY_MS);
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Civil {
            year,
            month,
            day,
            hour: in_day / 3_600_000,
            minute: in_day / 60_000 % 60,
            second: in_day / 1000 % 60,
            millisecond: in_day % 1000,
        }
    }
}

fn digits(bytes: Option<&[u8]>) -> Result<i64, TimestampError> {
    let bytes = bytes.ok_or(TimestampError::Form)?;
    bytes.iter().try_fold(0, |value, b| {
        if b.is_ascii_digit() { Ok(value * 10 + i64::from(b - b'0')) } else { Err(TimestampError::Form) }
    })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants_round_trip() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-02T08:00:00Z", 1_793_606_400_000),
            ("2000-02-29T23:59:59.250Z", 951_868_799_250),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2001-01-01T00:00:00Z", 978_307_200_000),
            ("0000-01-01T00:00:00Z", Timestamp::MIN.0),
            ("9999-12-31T23:59:59.999Z", Timestamp::MAX.0),
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), Ok(Timestamp(ms)), "{text}");
            assert_eq!(Timestamp(ms).to_rfc3339(), text);
        }
    }

    #[test]
    fn every_day_of_four_centuries_round_trips() {
        for day in -100_000..100_000_i64 {
            let time = Timestamp(day * DAY_MS);
            assert_eq!(Timestamp::parse_rfc3339(&time.to_rfc3339()), Ok(time));
        }
    }

    #[test]
    fn offsets_and_fractions() {
        let plain = Timestamp::parse_rfc3339("2026-11-02T08:00:00Z");
        assert_eq!(Timestamp::parse_rfc3339("2026-11-02T09:30:00+01:30"), plain);
        assert_eq!(Timestamp::parse_rfc3339("2026-11-02t03:00:00.000999-05:00"), plain);
        let leap = Timestamp::parse_rfc3339("2016-12-31T23:59:60Z");
        assert_eq!(leap, Timestamp::parse_rfc3339("2017-01-01T00:00:00Z"));
    }

    #[test]
    fn impossible_texts_are_refused() {
        for text in [
            "",
            "2026-11-02",
            "2026-11-02 08:00:00Z",
            "2026-11-02T08:00:00",
            "2026-11-02T08:00:00.Z",
            "2026-11-02T08:00:00+1:00",
            "20x6-11-02T08:00:00Z",
            "2026-11-02T08:00:00Zx",
            "+026-11-02T08:00:00Z",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), Err(TimestampError::Form), "{text}");
        }
        for (text, field) in [
            ("2026-13-02T08:00:00Z", "month"),
            ("2026-02-29T08:00:00Z", "day"),
            ("1900-02-29T08:00:00Z", "day"),
            ("2026-11-02T24:00:00Z", "hour"),
            ("2026-11-02T08:60:00Z", "minute"),
            ("2026-11-02T08:00:61Z", "second"),
            ("2026-11-02T08:00:00+24:00", "offset"),
            ("0000-01-01T00:00:00+00:01", "year"),
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), Err(TimestampError::Range { field }), "{text}");
        }
    }

    #[test]
    fn values_beyond_the_calendar_are_shown_as_the_bound() {
        assert_eq!(Timestamp(i64::MAX).to_rfc3339(), Timestamp::MAX.to_rfc3339());
        assert_eq!(Timestamp(i64::MIN).to_rfc3339(), Timestamp::MIN.to_rfc3339());
        assert_eq!(Timestamp(i64::MAX).plus_days(i64::MAX), Timestamp(i64::MAX));
    }
}
