//! The frame of a page: head, style, the choice of language.

use super::sheet::{Sheet, Tongues};
use crate::language::Language;

const STYLE: &str = include_str!("page.css");

/// What a page may do: show its own style, and nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A whole page. The title is text; `heading` writes what stands at its top beside the choice of language, `body` the
/// rest. Each language has a button before everything else, which the style sheet follows.
pub fn framed(
    tongues: &Tongues,
    title: &str,
    heading: impl FnOnce(&mut Sheet<'_>),
    body: impl FnOnce(&mut Sheet<'_>),
) -> String {
    let mut sheet = Sheet::new(tongues);
    sheet.markup("<!doctype html>\n");
    sheet.open("html", &[("lang", tongues.first().code())]);
    sheet.markup("\n<head>\n<meta charset=\"utf-8\">\n");
    sheet.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
    sheet.markup("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    sheet.markup("<meta name=\"generator\" content=\"handset\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    sheet.markup("<link rel=\"icon\" href=\"data:,\">\n");
    sheet.with("title", &[], |sheet| sheet.text(title));
    sheet.markup("\n<style>\n");
    sheet.markup(STYLE);
    sheet.markup("</style>\n</head>\n<body>\n");
    for language in Language::ALL {
        let id = format!("speak-{}", language.code());
        let mut attributes =
            vec![("type", "radio"), ("name", "language"), ("class", "speak"), ("id", id.as_str())];
        attributes.extend([("aria-label", language.name()), ("lang", language.code())]);
        if language == tongues.first() {
            attributes.push(("checked", ""));
        }
        sheet.open("input", &attributes);
        sheet.markup("\n");
    }
    sheet.within("header", "top", |sheet| {
        sheet.within("div", "brand", |sheet| sheet.text("handset"));
        sheet.within("div", "languages", |sheet| {
            for language in Language::ALL {
                let id = format!("speak-{}", language.code());
                sheet.with("label", &[("for", id.as_str()), ("lang", language.code())], |sheet| {
                    sheet.text(language.name());
                });
            }
        });
        sheet.within("div", "heading", heading);
    });
    sheet.markup("\n");
    sheet.within("main", "", body);
    sheet.markup("\n");
    sheet.within("footer", "", |sheet| sheet.say("page-foot"));
    sheet.markup("\n</body>\n</html>\n");
    sheet.into_html()
}
