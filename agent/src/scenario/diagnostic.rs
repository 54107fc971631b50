//! What is wrong with scenario files, drawn beside their lines.

use miette::{
    Diagnostic as Drawn, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource,
    SourceCode,
};
use scenario::{Diagnostic, Sources};
use std::fmt;

/// The longest mark below a source line.
const LABEL_OCTETS_MAX: usize = 60;

/// A problem with the text that it is about.
#[derive(Debug)]
pub struct Excerpt {
    diagnostic: MietteDiagnostic,
    source: Option<NamedSource<String>>,
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for Excerpt {}

impl Drawn for Excerpt {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.diagnostic.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }
}

/// The problems for people, each with `file:line:column` in its first line.
pub fn rendered(sources: &Sources, problems: &[Diagnostic], coloured: bool) -> String {
    let theme = if coloured { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
    let mut out = String::new();
    for problem in problems {
        let place = sources.place(problem.span);
        let message = crate::tools::output::clean(&format!("{place}: {}", problem.problem));
        let mut diagnostic = MietteDiagnostic::new(message.clone());
        if let Some(hint) = &problem.hint {
            diagnostic = diagnostic.with_help(crate::tools::output::clean(hint));
        }
        let source = sources.of(problem.span).filter(|s| !s.text.is_empty());
        if let Some(source) = source {
            let start = problem.span.start.min(source.text.len());
            let marked = source.text.get(start..problem.span.end).unwrap_or_default();
            let length = marked.find(['\r', '\n']).unwrap_or(marked.len()).min(LABEL_OCTETS_MAX);
            let length = (0..=length).rev().find(|n| marked.is_char_boundary(*n)).unwrap_or(0);
            diagnostic = diagnostic.with_label(LabeledSpan::new(None, start, length));
        }
        let source = source.map(|s| NamedSource::new(&s.name, s.text.clone()));
        // What cannot be drawn is said all the same.
        if handler.render_report(&mut out, &Excerpt { diagnostic, source }).is_err() {
            out.push_str(&message);
        }
        out.push('\n');
    }
    out
}
