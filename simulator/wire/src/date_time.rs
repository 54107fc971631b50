//! Points in time as ActiveSync writes them (MS-ASDTYPE section 2.7.2).

use serde::{Deserialize, Serialize};

/// A point in time in UTC: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(pub i64);

/// A date and time of day in UTC, cut into its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// The year of the Gregorian calendar.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999.
    pub millisecond: u16,
    /// 0 is Sunday.
    pub weekday: u8,
}

const DAY_MILLISECONDS: i64 = 86_400_000;

impl DateTime {
    /// Cuts the time into calendar parts.
    pub fn civil(self) -> Civil {
        let days = self.0.div_euclid(DAY_MILLISECONDS);
        let rest = self.0.rem_euclid(DAY_MILLISECONDS);
        // Years are counted from March, so that a leap day ends one; 146,097 days are 400 years.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month: month as u8,
            day: (day_of_year - (153 * march_month + 2) / 5 + 1) as u8,
            hour: (rest / 3_600_000) as u8,
            minute: (rest / 60_000 % 60) as u8,
            second: (rest / 1_000 % 60) as u8,
            millisecond: (rest % 1_000) as u16,
            weekday: (days + 4).rem_euclid(7) as u8,
        }
    }

    /// Writes the form with dashes that e-mail uses: `2026-02-03T04:05:06.789Z`.
    pub fn to_dashed(self) -> String {
        let c = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            c.year, c.month, c.day, c.hour, c.minute, c.second, c.millisecond
        )
    }

    /// Writes the compact form that calendars use: `20260203T040506Z`; milliseconds are dropped.
    pub fn to_compact(self) -> String {
        let c = self.civil();
        format!("{:04}{:02}{:02}T{:02}{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
    }

    /// Writes the form of mail headers: `Tue, 03 Feb 2026 04:05:06 +0000` (RFC 5322 section 3.3).
    pub fn to_rfc5322(self) -> String {
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let c = self.civil();
        let day = DAYS.get(usize::from(c.weekday)).copied().unwrap_or_default();
        let month = MONTHS.get(usize::from(c.month).wrapping_sub(1)).copied().unwrap_or_default();
        format!(
            "{day}, {:02} {month} {:04} {:02}:{:02}:{:02} +0000",
            c.day, c.year, c.hour, c.minute, c.second
        )
    }

    /// Reads the dashed or the compact form, with or without milliseconds; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('Z')?;
        let (date, time) = digits.split_once('T')?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
        let compact = |part: &str, separator: char, width: usize| -> Option<String> {
            let out: String = part.chars().filter(|c| *c != separator).collect();
            let separators = part.len().checked_sub(out.len())?;
            (out.len() == width
                && (separators == 0 || separators == 2)
                && out.bytes().all(|b| b.is_ascii_digit()))
            .then_some(out)
        };
        let date = compact(date, '-', 8)?;
        let time = compact(time, ':', 6)?;
        let number = |text: &str, range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        let (year, month, day) = (number(&date, 0..4)?, number(&date, 4..6)?, number(&date, 6..8)?);
        let (hour, minute, second) = (number(&time, 0..2)?, number(&time, 2..4)?, number(&time, 4..6)?);
        if !(hour < 24 && minute < 60 && second < 60) || fraction.len() > 3 {
            return None;
        }
        let millisecond = match fraction.len() {
            0 => 0,
            n if fraction.bytes().all(|b| b.is_ascii_digit()) => {
                fraction.parse::<i64>().ok()? * [1, 100, 10, 1].get(n).copied()?
            }
            _ => return None,
        };
        let value = days_from_civil(year, month, day)? * DAY_MILLISECONDS
            + (hour * 3_600 + minute * 60 + second) * 1_000
            + millisecond;
        Some(Self(value))
    }
}

fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    let march_year = year - i64::from(month <= 2);
    let (era, year_of_era) = (march_year.div_euclid(400), march_year.rem_euclid(400));
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let days =
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    let back = DateTime(days * DAY_MILLISECONDS).civil();
    (i64::from(back.month) == month && i64::from(back.day) == day).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_times_read_and_write() {
        let time = DateTime::parse("2009-07-29T19:25:37.817Z").unwrap();
        assert_eq!(time, DateTime(1_248_895_537_817));
        assert_eq!(time.to_compact(), "20090729T192537Z");
        assert_eq!(time.to_rfc5322(), "Wed, 29 Jul 2009 19:25:37 +0000");
        assert_eq!(DateTime::parse("19700101T000000Z"), Some(DateTime(0)));
        assert_eq!(
            DateTime::parse("2024-02-29T00:00:00Z").map(DateTime::to_dashed).as_deref(),
            Some("2024-02-29T00:00:00.000Z")
        );
        for bad in [
            "",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01",
            "20240101T000000",
            "2024-01-01T00:00:00.1234Z",
            "é024-01-01T00:00:00Z",
        ] {
            assert_eq!(DateTime::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_time_round_trips(ms in -62_135_596_800_000i64..253_402_300_800_000) {
            let time = DateTime(ms);
            prop_assert_eq!(DateTime::parse(&time.to_dashed()), Some(time));
            prop_assert_eq!(DateTime::parse(&time.to_compact()), Some(DateTime(ms.div_euclid(1000) * 1000)));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = DateTime::parse(&text);
        }
    }
}
