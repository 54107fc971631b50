//! How long cases really took. It stands beside the report, and in a page only where it was asked for.

use super::super::sheet::Sheet;
use super::page::count;
use super::suites::drawing;

/// The most cases that are named as the slowest.
const SLOWEST_MAX: usize = 10;

/// Where the buckets end, in microseconds; the last has no end.
const BUCKETS_US: [u64; 10] =
    [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];

/// How long cases took: how many how long, and the slowest. Its size does not depend on how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    buckets: [u64; 11],
    slowest: Vec<(u64, String)>,
    total_us: u64,
}

impl Durations {
    /// Takes a case in.
    pub fn add(&mut self, id: &str, us: u64) {
        let place = BUCKETS_US.iter().position(|end| us <= *end).unwrap_or(BUCKETS_US.len());
        if let Some(bucket) = self.buckets.get_mut(place) {
            *bucket += 1;
        }
        self.total_us = self.total_us.saturating_add(us);
        // Longest first; of equally long ones the first id.
        let before = |(other, name): &(u64, String)| *other > us || (*other == us && name.as_str() < id);
        let at = self.slowest.partition_point(before);
        if at < SLOWEST_MAX {
            self.slowest.insert(at, (us, id.to_owned()));
            self.slowest.truncate(SLOWEST_MAX);
        }
    }

    /// Whether no case is in it.
    pub fn is_empty(&self) -> bool {
        self.slowest.is_empty()
    }
}

/// The plot and the slowest cases.
pub(super) fn durations(sheet: &mut Sheet<'_>, all: &Durations) {
    sheet.said("p", "faint", "durations-about");
    sheet.within("div", "split even", |sheet| {
        sheet.within("div", "card", |sheet| {
            sheet.said("h4", "", "durations-spread");
            let most = all.buckets.iter().copied().max().unwrap_or(1).max(1);
            sheet.within("ol", "bars", |sheet| {
                for (place, number) in all.buckets.iter().enumerate() {
                    sheet.within("li", "", |sheet| {
                        sheet.within("span", "of", |sheet| sheet.text(&bucket(place)));
                        bar(sheet, *number, most);
                        sheet.within("b", "", |sheet| sheet.text(&number.to_string()));
                    });
                }
            });
        });
        sheet.within("div", "card", |sheet| {
            sheet.said("h4", "", "durations-slowest");
            let most = all.slowest.first().map_or(1, |(us, _)| *us).max(1);
            sheet.within("ol", "bars slowest", |sheet| {
                for (us, id) in &all.slowest {
                    sheet.within("li", "", |sheet| {
                        sheet.within("span", "of", |sheet| sheet.code(id));
                        bar(sheet, *us, most);
                        sheet.within("b", "", |sheet| sheet.text(&milliseconds(*us)));
                    });
                }
            });
            sheet.within("p", "faint", |sheet| {
                let ms = count(all.total_us / 1_000);
                sheet.tell("durations-total", &[("ms", ms.to_string().as_str().into())]);
            });
        });
    });
}

fn bucket(place: usize) -> String {
    match (BUCKETS_US.get(place), BUCKETS_US.last()) {
        (Some(end), _) => format!("≤ {} ms", end / 1_000),
        (None, Some(last)) => format!("> {} ms", last / 1_000),
        (None, None) => String::new(),
    }
}

fn milliseconds(us: u64) -> String {
    format!("{}.{} ms", us / 1_000, us % 1_000 / 100)
}

/// A bar whose whole length is `most`. The number stands beside it.
fn bar(sheet: &mut Sheet<'_>, number: u64, most: u64) {
    let width = (u128::from(number) * 1_000).div_ceil(u128::from(most.max(1))).min(1_000).to_string();
    drawing(sheet, |sheet| {
        sheet.with("rect", &[("class", "accent"), ("width", &width), ("height", "10")], |_| {});
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_their_ends_and_the_slowest_are_few() {
        let mut all = Durations::default();
        assert!(all.is_empty());
        for us in [0, 1_000, 1_001, 1_000_000, 1_000_001, u64::MAX] {
            all.add(&us.to_string(), us);
        }
        assert_eq!(all.buckets, [2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        for number in 0..SLOWEST_MAX {
            all.add(&format!("n{number}"), 7);
        }
        assert_eq!(all.slowest.len(), SLOWEST_MAX);
        assert_eq!(all.slowest[0], (u64::MAX, u64::MAX.to_string()));
        assert_eq!(all.slowest[5], (7, "n0".to_owned()));
    }
}
