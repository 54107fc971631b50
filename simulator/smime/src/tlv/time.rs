use super::{Class, Element, TlvError};
use crate::Timestamp;

const DAY_MS: i64 = 86_400_000;

/// Reads a UTCTime or GeneralizedTime. Seconds may be missing and an offset may stand for `Z`, as BER allows;
/// fractions of a second are cut to milliseconds. Two-digit years mean 1950 to 2049 (RFC 5652, 11.3).
pub(crate) fn read_time(element: &Element<'_>) -> Result<Timestamp, TlvError> {
    let year_digits = match (element.tag.class, element.tag.number) {
        (Class::Universal, 23) => 2,
        (Class::Universal, 24) => 4,
        _ => return Err(element.unexpected("a time")),
    };
    parse(element.body, year_digits).ok_or_else(|| element.wrong("time"))
}

fn parse(text: &[u8], year_digits: usize) -> Option<Timestamp> {
    let mut rest = text;
    let mut year = digits(&mut rest, year_digits)?;
    if year_digits == 2 {
        year += if year < 50 { 2000 } else { 1900 };
    }
    let month = digits(&mut rest, 2).filter(|month| (1..=12).contains(month))?;
    let day = digits(&mut rest, 2).filter(|day| (1..=days_of_month(year, month)).contains(day))?;
    let hour = digits(&mut rest, 2).filter(|hour| *hour < 24)?;
    let minute = digits(&mut rest, 2).filter(|minute| *minute < 60)?;
    let mut millis = 0;
    if rest.first().is_some_and(u8::is_ascii_digit) {
        millis = digits(&mut rest, 2).filter(|second| *second < 60)? * 1000;
        if let [b'.' | b',', fraction @ ..] = rest {
            let len = fraction.iter().take_while(|octet| octet.is_ascii_digit()).count();
            let mut scale = 100;
            for octet in fraction.get(..len).filter(|digits| !digits.is_empty())? {
                millis += i64::from(octet - b'0') * scale;
                scale /= 10;
            }
            rest = fraction.get(len..)?;
        }
    }
    let offset = match rest {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let mut zone = zone;
            let hours = digits(&mut zone, 2).filter(|hour| *hour < 24)?;
            let minutes = digits(&mut zone, 2).filter(|minute| *minute < 60)?;
            zone.is_empty().then_some(())?;
            (hours * 60 + minutes) * if *sign == b'-' { -60_000 } else { 60_000 }
        }
        _ => return None,
    };
    let clock = (hour * 60 + minute) * 60_000 + millis;
    Some(Timestamp(days_from_epoch(year, month, day) * DAY_MS + clock - offset))
}

/// Appends UTCTime through 2049 and GeneralizedTime after (RFC 5652, 11.3), in whole seconds.
pub(crate) fn append_time(out: &mut Vec<u8>, time: Timestamp) {
    let days = time.0.div_euclid(DAY_MS);
    let seconds = time.0.rem_euclid(DAY_MS) / 1000;
    let (year, month, day) = date(days);
    let (tag, century) = match year {
        1950..2050 => (0x17, None),
        _ => (0x18, Some(year.clamp(0, 9999) / 100)),
    };
    super::write::nest(out, tag, |out| {
        let fields = [month, day, seconds / 3600, seconds / 60 % 60, seconds % 60];
        let fields = century.into_iter().chain([year.clamp(0, 9999) % 100]).chain(fields);
        fields.for_each(|field| append_digits(out, field));
        out.push(b'Z');
    });
}

/// The time as [`append_time`] writes it.
#[cfg(test)]
pub(crate) fn write_time(time: Timestamp) -> Vec<u8> {
    let mut out = Vec::new();
    append_time(&mut out, time);
    out
}

/// Appends two decimal digits of a number that has no more.
fn append_digits(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&[b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]);
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    head.iter().try_fold(0, |sum, octet| octet.is_ascii_digit().then(|| sum * 10 + i64::from(octet - b'0')))
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; years are counted from March, so that the leap day is
/// the last of its year.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

fn date(days: i64) -> (i64, i64, i64) {
    // Never later than the year sought.
    let mut year = 1970 + days.div_euclid(if days < 0 { 365 } else { 366 });
    while days_from_epoch(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days_from_epoch(year, month + 1, 1) <= days {
        month += 1;
    }
    (year, month, days - days_from_epoch(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: u8, text: &str) -> Result<Timestamp, TlvError> {
        read_time(&Element::only(&super::super::write::tlv(tag, text.as_bytes()), 0).unwrap())
    }

    #[test]
    fn times_are_read() {
        assert_eq!(read(0x17, "700101000000Z"), Ok(Timestamp(0)));
        assert_eq!(read(0x17, "491231235959Z"), Ok(Timestamp(2_524_607_999_000)));
        assert_eq!(read(0x17, "500101000000Z"), Ok(Timestamp(-631_152_000_000)));
        assert_eq!(read(0x18, "20240229120000.25Z"), Ok(Timestamp(1_709_208_000_250)));
        assert_eq!(read(0x17, "2402291300+0100"), Ok(Timestamp(1_709_208_000_000)));
        for bad in [
            "230229000000Z",
            "241301000000Z",
            "240101240000Z",
            "240101000000",
            "2401010000",
            "",
            "24010100000.Z",
        ] {
            assert!(read(0x17, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for time in [
            -631_152_000_000,
            -1000,
            0,
            951_782_400_000,
            1_709_164_800_000,
            2_524_607_999_000,
            2_524_608_000_000,
            253_402_300_799_000,
        ] {
            let der = write_time(Timestamp(time));
            assert_eq!(der[0], if time < 2_524_608_000_000 { 0x17 } else { 0x18 });
            assert_eq!(read_time(&Element::only(&der, 0).unwrap()), Ok(Timestamp(time)));
        }
    }
}
