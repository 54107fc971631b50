//! Findings for people, each with its place in the source.

use super::excerpt::Excerpts;
use super::{beginning, masked};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, SourceCode};
use profile::plist::{Span, Text};
use profile::{Finding, LineIndex, Profile, Severity};
use report::language::{Catalogue, Language};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What the document is called.
    pub name: &'a str,
    /// The document that spans refer to.
    pub document: &'a [u8],
    /// What was read of it.
    pub profile: &'a Profile,
    /// What was found.
    pub findings: &'a [Finding],
}

/// The longest mark below a source line.
const LABEL_OCTETS_MAX: usize = 60;

/// A finding with the document it is about.
#[derive(Debug)]
struct Placed<'a> {
    diagnostic: MietteDiagnostic,
    source: Option<&'a Excerpts<'a>>,
}

impl fmt::Display for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for Placed<'_> {}

impl Diagnostic for Placed<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.code()
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.diagnostic.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.diagnostic.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.map(|source| source as &dyn SourceCode)
    }
}

/// A document as it is shown: its text, and the way from its spans to places in that.
enum Source<'a> {
    /// In an encoding that the reader knows.
    Decoded(Text<'a>),
    /// One that says it is in another than it is.
    Plain(&'a str),
}

impl<'a> Source<'a> {
    /// The text of a document; none of a binary one, and of one that is no text.
    fn of(document: &'a [u8]) -> Option<Source<'a>> {
        if document.starts_with(b"bplist") {
            return None;
        }
        let plain = || std::str::from_utf8(document).ok().map(Source::Plain);
        let source = Text::decode(document).map(Source::Decoded).ok().or_else(plain)?;
        // UTF-16 without a mark is valid UTF-8 with NULs, in which nothing would be painted over.
        (!source.text().contains('\0')).then_some(source)
    }

    fn text(&self) -> &str {
        match self {
            Source::Decoded(text) => text.as_str(),
            Source::Plain(text) => text,
        }
    }

    fn place(&self, span: Span) -> Range<usize> {
        match self {
            Source::Decoded(text) => text.within(span.start())..text.within(span.end()),
            Source::Plain(_) => span.start()..span.end(),
        }
    }
}

/// What a finding says, below the title of its rule where that is not English.
fn headed(finding: &Finding, words: &Catalogue) -> String {
    let message = report::visible(&finding.message);
    if words.language() == Language::En {
        return message;
    }
    match words.rule_title(finding.rule, "") {
        title if title.is_empty() => message,
        title => format!("{title}\n{message}"),
    }
}

/// The findings for people. Source lines are shown of text only; of anything else the place is named. No secret of the
/// document is among them.
///
/// Messages are English; in another language the title of the rule stands before them.
pub fn rendered(shown: Shown<'_>, coloured: bool, words: &Catalogue) -> String {
    let Shown { name, document, profile, findings } = shown;
    let theme = if coloured { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
    let index = LineIndex::new(document);
    let mut out = String::new();
    if findings.is_empty() {
        return out;
    }
    let source = Source::of(document);
    let place = |span| source.as_ref().map_or(0..0, |source| source.place(span));
    let painted = source.as_ref().map(|source| masked(source.text().as_bytes(), profile, &place));
    let text = painted.as_deref().and_then(|painted| std::str::from_utf8(painted).ok());
    let lines = LineIndex::of_text(text.unwrap_or_default());
    let excerpts = text.map(|text| Excerpts { name, text, index: &lines });
    for finding in findings {
        let mut diagnostic = MietteDiagnostic::new(headed(finding, words))
            .with_code(finding.rule)
            .with_severity(match finding.severity {
                Severity::Info => miette::Severity::Advice,
                Severity::Warning => miette::Severity::Warning,
                Severity::Error => miette::Severity::Error,
            });
        let mut handler = Cow::Borrowed(&handler);
        match &finding.help {
            // The label of help is miette's own word, so that another language has the line below the report.
            Some(help) if words.language() == Language::En => diagnostic = diagnostic.with_help(help.clone()),
            Some(help) => {
                let line = words.tell("finding-help", &[("help", help.into())]);
                handler = Cow::Owned(handler.into_owned().with_footer(line));
            }
            None => {}
        }
        let label = finding.span.zip(excerpts.as_ref());
        if let Some((span, excerpts)) = label {
            let place = place(span);
            let start = excerpts.boundary(place.start);
            let end = excerpts.boundary(start + place.len().min(LABEL_OCTETS_MAX));
            // What goes on beyond its first line is marked on that.
            let line = excerpts.text.get(start..end).unwrap_or_default().find(['\r', '\n']);
            let end = line.map_or(end, |length| start + length);
            diagnostic = diagnostic.with_label(LabeledSpan::new(None, start, (end - start).max(1)));
        }
        let placed = Placed { diagnostic, source: label.map(|(_, excerpts)| excerpts) };
        // A report that cannot be drawn is named all the same.
        if handler.render_report(&mut out, &placed).is_err() {
            out.push_str(&headed(finding, words));
        }
        if label.is_none() {
            let octet = |span: Span| {
                let octet = span.start().to_string();
                words.tell("finding-at-octet", &[("file", name.into()), ("octet", (&octet).into())])
            };
            let place = match beginning(&index, finding.span) {
                (Some(line), Some(column)) => format!("{name}:{line}:{column}"),
                _ => finding.span.map_or_else(|| name.to_owned(), octet),
            };
            let at = words.tell("finding-at", &[("place", (&place).into())]);
            out.push_str(&format!("   {at}\n"));
        }
        out.push('\n');
    }
    out
}
