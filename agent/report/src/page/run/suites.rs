//! The suites: how their cases came out, and every case that needs no more than a line.

use super::super::sheet::Sheet;
use super::super::tables::table;
use super::gathered::Group;
use super::page::{parts, sign, tone, word};
use verdict::{OutcomeCounts, RunOutcome};

const ORDER: [RunOutcome; 5] =
    [RunOutcome::Fail, RunOutcome::Error, RunOutcome::Inconclusive, RunOutcome::Pass, RunOutcome::Skipped];

/// A row with a bar for each suite.
pub(super) fn plot(sheet: &mut Sheet<'_>, groups: &[Group<'_>]) {
    let most = groups.iter().map(|group| total(&group.counts)).max().unwrap_or(0).max(1);
    // What there is none of in any suite needs no column.
    let shown: Vec<RunOutcome> = [
        RunOutcome::Pass,
        RunOutcome::Fail,
        RunOutcome::Error,
        RunOutcome::Inconclusive,
        RunOutcome::Skipped,
    ]
    .into_iter()
    .filter(|outcome| {
        matches!(outcome, RunOutcome::Pass | RunOutcome::Fail)
            || groups.iter().any(|g| g.counts.of(*outcome) > 0)
    })
    .collect();
    let columns: Vec<&str> =
        ["column-suite", "column-outcome"].into_iter().chain(shown.iter().map(|o| word(*o))).collect();
    sheet.open("div", &[("class", "plotted")]);
    table(sheet, &columns, |sheet| {
        for (number, group) in groups.iter().enumerate() {
            sheet.within("tr", "", |sheet| {
                sheet.within("th", "", |sheet| {
                    let number = number.to_string();
                    sheet.with("a", &[("href", "#cases"), ("data-suite", &number)], |sheet| {
                        sheet.name(group.title())
                    });
                });
                sheet.within("td", "wide", |sheet| bar(sheet, &group.counts, most));
                for outcome in shown.iter().copied() {
                    let number = group.counts.of(outcome);
                    let class = if number == 0 { "number zero" } else { tone(outcome) };
                    sheet.within("td", &format!("count-cell {class}"), |sheet| {
                        sheet.text(&number.to_string())
                    });
                }
            });
        }
    });
    sheet.close("div");
}

/// A bar of a thousand by ten units, as wide as there is room. The numbers stand beside it.
pub(super) fn drawing(sheet: &mut Sheet<'_>, bars: impl FnOnce(&mut Sheet<'_>)) {
    let attributes = [
        ("class", "plot"),
        ("viewBox", "0 0 1000 10"),
        ("preserveAspectRatio", "none"),
        ("aria-hidden", "true"),
    ];
    sheet.with("svg", &attributes, bars);
}

/// The outcomes as lengths; the longest bar is that of `most` cases.
fn bar(sheet: &mut Sheet<'_>, counts: &OutcomeCounts, most: u64) {
    drawing(sheet, |sheet| {
        let at = |number: u64| u128::from(number) * 1_000 / u128::from(most.max(1));
        let mut begun = 0;
        for outcome in ORDER {
            let number = counts.of(outcome);
            if number == 0 {
                continue;
            }
            let (from, to) = (at(begun), at(begun + number));
            begun += number;
            // However many there are, one that failed is to be seen.
            let (x, width) = (from.to_string(), (to - from).max(4).to_string());
            sheet.with(
                "rect",
                &[("class", tone(outcome)), ("x", &x), ("width", &width), ("height", "10")],
                |_| {},
            );
        }
    });
}

fn total(counts: &OutcomeCounts) -> u64 {
    RunOutcome::ALL.into_iter().map(|outcome| counts.of(outcome)).sum()
}

/// Every suite with its cases in a line, closed until somebody asks.
pub(super) fn suites(sheet: &mut Sheet<'_>, groups: Vec<Group<'_>>) {
    for (number, group) in groups.into_iter().enumerate() {
        if group.passed.octets() + group.skipped.octets() == 0 {
            continue;
        }
        let number = number.to_string();
        let attributes = [("class", "suite"), ("data-group", ""), ("data-s", number.as_str())];
        sheet.with("details", &attributes, |sheet| {
            sheet.within("summary", "", |sheet| {
                sheet.within("b", "", |sheet| sheet.name(group.title()));
                for (tone, key, number) in parts(&group.counts).into_iter().filter(|(.., number)| *number > 0)
                {
                    sheet.within("span", &format!("tally {tone}"), |sheet| {
                        sheet.text(&number.to_string());
                        sheet.text(" ");
                        sheet.tell(key, &[("n", number.into())]);
                    });
                }
            });
            for (outcome, rows) in [(RunOutcome::Pass, group.passed), (RunOutcome::Skipped, group.skipped)] {
                if rows.octets() == 0 {
                    continue;
                }
                sheet.within("h4", tone(outcome), |sheet| {
                    sheet.text(sign(outcome));
                    sheet.text(" ");
                    sheet.say(word(outcome));
                });
                let class = if outcome == RunOutcome::Pass { "rows ids" } else { "rows" };
                sheet.open("ul", &[("class", class)]);
                sheet.append(rows);
                sheet.close("ul");
            }
        });
    }
}
