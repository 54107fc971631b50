//! What pages are made of: parts under a heading, tables, tiles with a bar.

use super::sheet::Sheet;
use verdict::Summary;

/// A part of the page under its heading, with how many there are.
pub fn section(sheet: &mut Sheet<'_>, key: &str, count: Option<usize>, inside: impl FnOnce(&mut Sheet<'_>)) {
    sheet.with("section", &[("id", key)], |sheet| {
        sheet.with("h2", &[("id", &format!("{key}-title"))], |sheet| {
            sheet.say(key);
            if let Some(count) = count {
                sheet.within("span", "count", |sheet| sheet.text(&count.to_string()));
            }
        });
        inside(sheet);
    });
}

/// A line of the facts below the title.
pub fn fact(sheet: &mut Sheet<'_>, key: &str, value: impl FnOnce(&mut Sheet<'_>)) {
    sheet.within("li", "", |sheet| {
        sheet.said("span", "faint", key);
        value(sheet);
    });
}

/// How many there are of what, as numbers and as a bar. Each part has a tone, the key of its word, which may depend on the
/// number `$n`, and its number.
pub fn tile(sheet: &mut Sheet<'_>, key: &str, parts: &[(&str, &str, usize)]) {
    sheet.within("div", "tile", |sheet| {
        sheet.with("a", &[("href", &format!("#{key}")), ("class", "tile-title")], |sheet| sheet.say(key));
        sheet.within("div", "bar", |sheet| {
            for (tone, _, count) in parts.iter().filter(|(.., count)| *count > 0) {
                let grow = format!("flex-grow:{count}");
                sheet.with("span", &[("class", *tone), ("style", &grow)], |_| {});
            }
        });
        sheet.within("ul", "legend", |sheet| {
            for (tone, key, count) in parts {
                sheet.within("li", if *count == 0 { "zero" } else { tone }, |sheet| {
                    sheet.within("b", "", |sheet| sheet.text(&count.to_string()));
                    sheet.text(" ");
                    sheet.tell(key, &[("n", (*count).into())]);
                });
            }
        });
    });
}

/// The verdicts, counted.
pub fn count_tile(sheet: &mut Sheet<'_>, summary: &Summary) {
    tile(
        sheet,
        "verdicts",
        &[
            ("bad", "count-verdicts-failed", summary.fail),
            ("good", "count-verdicts-passed", summary.pass),
            ("warn", "left-open", summary.inconclusive),
            ("dim", "pending", summary.pending),
            ("dim", "not-applicable", summary.not_applicable),
        ],
    );
}

/// A table with these columns; `rows` writes its rows.
pub fn table(sheet: &mut Sheet<'_>, columns: &[&str], rows: impl FnOnce(&mut Sheet<'_>)) {
    sheet.within("div", "scroll", |sheet| {
        sheet.within("table", "", |sheet| {
            sheet.within("thead", "", |sheet| {
                sheet.within("tr", "", |sheet| {
                    for key in columns {
                        sheet.said("th", "", key);
                    }
                });
            });
            sheet.within("tbody", "", rows);
        });
    });
}
