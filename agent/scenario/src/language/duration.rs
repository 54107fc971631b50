//! Spans of virtual time: `90s`, `1d12h`, `2w`.

/// Units and their milliseconds.
const UNITS: [(&str, i64); 6] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 7 * 86_400_000)];

/// The longest span: a hundred years of 366 days.
pub(super) const MAX_MS: i64 = 100 * 366 * 86_400_000;

/// Reads a span of time, in milliseconds: numbers with units `ms`, `s`, `m`, `h`, `d`, `w`, at most a hundred years.
pub fn duration_ms(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let (number, unit_on) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let end = unit_on.find(|c: char| c.is_ascii_digit()).unwrap_or(unit_on.len());
        let (unit, left) = unit_on.split_at(end);
        let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(*ms)?)?;
        rest = left;
    }
    (!text.is_empty() && total <= MAX_MS).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_to_the_bound() {
        assert_eq!(duration_ms("90s"), Some(90_000));
        assert_eq!(duration_ms("1d12h30m"), Some(131_400_000));
        assert_eq!(duration_ms("36600d"), Some(MAX_MS));
        for wrong in ["", "5", "d", "5y", "-5d", "1 d", "36601d", "99999999999999999999d"] {
            assert_eq!(duration_ms(wrong), None, "{wrong}");
        }
    }
}
