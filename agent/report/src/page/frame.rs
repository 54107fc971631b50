//! The frame of a page: head, style, the choice of language.

use super::sheet::{Sheet, Tongues};
use crate::language::Language;

const STYLE: &str = include_str!("page.css");

/// What a page may do: show its own style, and nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The one script of a page, and its digest, by which the policy of the page tells it from any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// The script.
    pub text: &'static str,
    /// Its digest as a source of CSP names it: `sha256-` and base64 of the SHA-256 of the text.
    pub digest: &'static str,
}

/// What a page wears beyond the style of all pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    /// More style.
    pub style: &'static str,
    /// A script. The page reads without it.
    pub script: Option<Script>,
}

/// A whole page without a script. The title is text; `heading` writes what stands at its top beside the choice of language, `body` the
/// rest. Each language has a button before everything else, which the style sheet follows.
pub fn framed(
    tongues: &Tongues,
    title: &str,
    heading: impl FnOnce(&mut Sheet<'_>),
    body: impl FnOnce(&mut Sheet<'_>),
) -> String {
    dressed(tongues, title, Dress::default(), heading, body)
}

/// A whole page that has a style or a script of its own.
pub fn dressed(
    tongues: &Tongues,
    title: &str,
    dress: Dress,
    heading: impl FnOnce(&mut Sheet<'_>),
    body: impl FnOnce(&mut Sheet<'_>),
) -> String {
    let policy = match dress.script {
        None => POLICY.to_owned(),
        Some(script) => format!("{POLICY}; script-src '{}'", script.digest),
    };
    let mut sheet = Sheet::new(tongues);
    sheet.markup("<!doctype html>\n");
    sheet.open("html", &[("lang", tongues.first().code())]);
    sheet.markup("\n<head>\n<meta charset=\"utf-8\">\n");
    sheet.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", policy.as_str())]);
    sheet.markup("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    sheet.markup("<meta name=\"generator\" content=\"handset\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    sheet.markup("<link rel=\"icon\" href=\"data:,\">\n");
    sheet.with("title", &[], |sheet| sheet.text(title));
    sheet.markup("\n<style>\n");
    sheet.markup(STYLE);
    sheet.markup(dress.style);
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
    if let Some(script) = dress.script {
        sheet.markup("\n<script>");
        sheet.markup(script.text);
        sheet.markup("</script>");
    }
    sheet.markup("\n</body>\n</html>\n");
    sheet.into_html()
}
