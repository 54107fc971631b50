//! Filters: `tag(smime) & !tag(slow) | requirement(EAS-051)`.
//!
//! `!` binds closest, then `&`, then `|`; parentheses group. A predicate is a name with a pattern in parentheses. A
//! pattern is a glob over the whole text (`*` any text, `?` any character), or with `~` in front a regular expression
//! that is searched for, or with `=` in front exactly the text. Parentheses inside a pattern must pair, or the pattern
//! stands in double quotes.
//!
//! Predicates: `id`, `suite`, `scenario`, `tag`, `requirement`, `file`, and without a pattern `all()`, `none()`,
//! `pending()`.

use crate::case::Case;
use regex_lite::{Regex, RegexBuilder};
use std::collections::BTreeSet;
use std::fmt;
use thiserror::Error;

/// The longest filter, in octets.
pub const MAX_FILTER_OCTETS: usize = 4_096;

/// How deep parentheses and negations may lie in one another.
pub const MAX_FILTER_DEPTH: usize = 32;

/// The largest compiled pattern, in octets.
const MAX_COMPILED_OCTETS: usize = 256 * 1024;

const PREDICATES: [&str; 9] =
    ["id", "suite", "scenario", "tag", "requirement", "file", "all", "none", "pending"];

/// Which cases are meant.
#[derive(Clone, Debug)]
pub struct Filter {
    text: String,
    root: Expression,
}

/// Why a text is no filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("column {column}: {problem}")]
pub struct FilterError {
    /// Column from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub problem: FilterProblem,
}

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FilterProblem {
    /// Something else is needed here.
    #[error("{expected} is needed here, not {found}")]
    Expected {
        /// What is needed.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// No predicate is called so.
    #[error("no predicate is called “{name}”")]
    Predicate {
        /// The name.
        name: String,
    },
    /// A parenthesis or a quote is not closed.
    #[error("this is not closed")]
    Open,
    /// The pattern is no regular expression.
    #[error("this is no regular expression: {reason}")]
    Pattern {
        /// Why.
        reason: String,
    },
    /// It is longer or deeper than can be.
    #[error("the filter is too {what}: at most {limit}")]
    TooMuch {
        /// Long or deep.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
}

impl FilterError {
    /// What to do.
    pub fn hint(&self) -> Option<String> {
        match &self.problem {
            FilterProblem::Predicate { name } => match crate::suggestion::nearest(name, PREDICATES) {
                Some(near) => Some(format!("did you mean “{near}”?")),
                None => Some(format!("known are {}", PREDICATES.join(", "))),
            },
            FilterProblem::Open => Some("put a pattern with single parentheses in double quotes".to_owned()),
            FilterProblem::Expected { .. } => {
                Some("a filter is written like tag(smime) & !tag(slow) | requirement(EAS-051)".to_owned())
            }
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
enum Expression {
    All,
    None,
    Pending,
    Is(Subject, Pattern),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

#[derive(Clone, Copy, Debug)]
enum Subject {
    Id,
    Suite,
    Scenario,
    Tag,
    Requirement,
    File,
}

#[derive(Clone, Debug)]
enum Pattern {
    Exact(String),
    Search(Box<Regex>),
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`FilterError`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > MAX_FILTER_OCTETS {
            let problem = FilterProblem::TooMuch { what: "long", limit: MAX_FILTER_OCTETS };
            return Err(FilterError { column: 1, problem });
        }
        let letters: Vec<char> = text.chars().collect();
        let mut reader = Reader { letters: &letters, at: 0 };
        let root = reader.either(0)?;
        reader.space();
        match reader.peek() {
            None => Ok(Filter { text: text.to_owned(), root }),
            Some(_) => Err(reader.expected("“&”, “|” or the end")),
        }
    }

    /// Whether a case is meant.
    pub fn holds(&self, case: &Case) -> bool {
        holds(&self.root, case)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn holds(expression: &Expression, case: &Case) -> bool {
    match expression {
        Expression::All => true,
        Expression::None => false,
        Expression::Pending => case.pending.is_some(),
        Expression::Not(inner) => !holds(inner, case),
        Expression::And(parts) => parts.iter().all(|p| holds(p, case)),
        Expression::Or(parts) => parts.iter().any(|p| holds(p, case)),
        Expression::Is(subject, pattern) => {
            let any = |set: &BTreeSet<String>| set.iter().any(|text| pattern.holds(text));
            match subject {
                Subject::Id => pattern.holds(case.id.as_str()),
                Subject::Suite => pattern.holds(&case.suite),
                Subject::Scenario => pattern.holds(&case.scenario),
                Subject::Tag => any(&case.tags),
                Subject::Requirement => any(&case.requirements),
                Subject::File => pattern.holds(&case.place.file),
            }
        }
    }
}

impl Pattern {
    fn holds(&self, text: &str) -> bool {
        match self {
            Pattern::Exact(exact) => exact == text,
            Pattern::Search(pattern) => pattern.is_match(text),
        }
    }
}

struct Reader<'t> {
    letters: &'t [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, letter: char) -> bool {
        self.space();
        let found = self.peek() == Some(letter);
        self.at += usize::from(found);
        found
    }

    fn error(&self, at: usize, problem: FilterProblem) -> FilterError {
        FilterError { column: at + 1, problem }
    }

    fn expected(&self, expected: &'static str) -> FilterError {
        let found = self.peek().map_or("the end".to_owned(), |c| format!("“{c}”"));
        self.error(self.at, FilterProblem::Expected { expected, found })
    }

    fn either(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let mut parts = vec![self.both(depth)?];
        while self.take('|') {
            // Both spellings of each operator are taken.
            self.take('|');
            parts.push(self.both(depth)?);
        }
        Ok(match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => Expression::Or(parts.into_iter().chain(last).collect()),
        })
    }

    fn both(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let mut parts = vec![self.one(depth)?];
        while self.take('&') {
            self.take('&');
            parts.push(self.one(depth)?);
        }
        Ok(match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => Expression::And(parts.into_iter().chain(last).collect()),
        })
    }

    fn one(&mut self, depth: usize) -> Result<Expression, FilterError> {
        self.space();
        let start = self.at;
        if depth > MAX_FILTER_DEPTH {
            return Err(self.error(start, FilterProblem::TooMuch { what: "deep", limit: MAX_FILTER_DEPTH }));
        }
        if self.take('!') {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.take('(') {
            let inner = self.either(depth + 1)?;
            return match (self.take(')'), self.peek()) {
                (true, _) => Ok(inner),
                (false, None) => Err(self.error(start, FilterProblem::Open)),
                (false, Some(_)) => Err(self.expected("“&”, “|” or “)”")),
            };
        }
        let name = self.name();
        if name.is_empty() {
            return Err(self.expected("a predicate, “!” or “(”"));
        }
        if !PREDICATES.contains(&name.as_str()) {
            return Err(self.error(start, FilterProblem::Predicate { name }));
        }
        if !self.take('(') {
            return Err(self.expected("“(”"));
        }
        let (from, pattern) = self.argument()?;
        let constant = match name.as_str() {
            "all" => Some(Expression::All),
            "none" => Some(Expression::None),
            "pending" => Some(Expression::Pending),
            _ => None,
        };
        match constant {
            Some(constant) if pattern.is_empty() => return Ok(constant),
            Some(_) => {
                let problem =
                    FilterProblem::Expected { expected: "“)”", found: format!("“{pattern}”") };
                return Err(self.error(from, problem));
            }
            None => {}
        }
        if pattern.is_empty() {
            let problem = FilterProblem::Expected { expected: "a pattern", found: "“)”".to_owned() };
            return Err(self.error(from, problem));
        }
        let subject = match name.as_str() {
            "id" => Subject::Id,
            "suite" => Subject::Suite,
            "scenario" => Subject::Scenario,
            "tag" => Subject::Tag,
            "requirement" => Subject::Requirement,
            _ => Subject::File,
        };
        Ok(Expression::Is(subject, self.pattern(from, &pattern)?))
    }

    fn name(&mut self) -> String {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let name: String = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '-').collect();
        self.at += name.chars().count();
        name
    }

    /// What stands between the parentheses, and where it begins.
    fn argument(&mut self) -> Result<(usize, String), FilterError> {
        let open = self.at.saturating_sub(1);
        self.space();
        let from = self.at;
        let mut text = String::new();
        if self.take('"') {
            loop {
                match self.peek() {
                    None => return Err(self.error(from, FilterProblem::Open)),
                    Some('"') => break,
                    Some(letter) => text.push(letter),
                }
                self.at += 1;
            }
            self.at += 1;
            return if self.take(')') { Ok((from, text)) } else { Err(self.expected("“)”")) };
        }
        let mut depth = 0;
        loop {
            match self.peek() {
                None => return Err(self.error(open, FilterProblem::Open)),
                Some(')') if depth == 0 => break,
                Some(')') => depth -= 1,
                Some('(') => depth += 1,
                Some(_) => {}
            }
            text.extend(self.peek());
            self.at += 1;
        }
        self.at += 1;
        Ok((from, text.trim_end().to_owned()))
    }

    fn pattern(&self, from: usize, text: &str) -> Result<Pattern, FilterError> {
        let build = |pattern: &str| {
            let built = RegexBuilder::new(pattern).size_limit(MAX_COMPILED_OCTETS).build();
            built
                .map(|p| Pattern::Search(Box::new(p)))
                .map_err(|error| self.error(from, FilterProblem::Pattern { reason: error.to_string() }))
        };
        if let Some(pattern) = text.strip_prefix('~') {
            return build(pattern.trim_start());
        }
        if let Some(exact) = text.strip_prefix('=') {
            return Ok(Pattern::Exact(exact.trim_start().to_owned()));
        }
        if !text.contains(['*', '?']) {
            return Ok(Pattern::Exact(text.to_owned()));
        }
        let mut pattern = "(?s)^".to_owned();
        for letter in text.chars() {
            match letter {
                '*' => pattern.push_str(".*"),
                '?' => pattern.push('.'),
                other => pattern.push_str(&regex_lite::escape(&other.to_string())),
            }
        }
        pattern.push('$');
        build(&pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Files, Knowledge, ReadFailure, expand};

    struct One;

    impl Files for One {
        fn read(&self, _: &str) -> Result<String, ReadFailure> {
            Ok("suite: sync\ntags: [smime]\nscenarios:\n  - name: a\n    tags: [slow]\n    requirements: [EAS-051]\n    \
                matrix: {ios: [17.5, 12.0]}\n    steps: [restart]\n    expect: {prompts: []}\n  - name: b\n    pending: mdm\n"
                .to_owned())
        }
    }

    fn chosen(filter: &str) -> Vec<String> {
        let cases = expand(["s.yaml"], &One, Knowledge::default()).expect("cases");
        let filter = Filter::parse(filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
        cases.iter().filter(|c| filter.holds(c)).map(|c| c.id.to_string()).collect()
    }

    #[test]
    fn filters_choose() {
        let (new, old, b) = ("sync/a[ios=17.5]", "sync/a[ios=12.0]", "sync/b");
        for (filter, expected) in [
            ("all()", vec![new, old, b]),
            ("none()", vec![]),
            ("tag(smime) & !tag(slow)", vec![b]),
            ("tag(smime)&&!tag(slow) || requirement(EAS-051)", vec![new, old, b]),
            ("requirement(EAS-05?) & id(*17.5*)", vec![new]),
            ("id(sync/a[ios=12.0])", vec![old]),
            ("id(=sync/*)", vec![]),
            ("id(~\\[ios=1(2|7)\\.)", vec![new, old]),
            ("!pending() & scenario(a) & suite(sync) & file(s.yaml)", vec![new, old]),
            ("pending()", vec![b]),
            ("!(tag(slow) | pending())", vec![]),
            ("tag(slow) | tag(smime) & none()", vec![new, old]),
            ("id(\"sync/b\")", vec![b]),
            ("tag(slo)", vec![]),
        ] {
            assert_eq!(chosen(filter), expected, "{filter}");
        }
    }

    #[test]
    fn mistakes_have_a_column_and_a_hint() {
        let error = |text: &str| Filter::parse(text).expect_err(text);
        let says = |text: &str| format!("{}", error(text));
        assert_eq!(says("tga(x)"), "column 1: no predicate is called “tga”");
        assert_eq!(error("tga(x)").hint().as_deref(), Some("did you mean “tag”?"));
        assert_eq!(says("tag(x) &"), "column 9: a predicate, “!” or “(” is needed here, not the end");
        assert_eq!(says("tag(x) tag(y)"), "column 8: “&”, “|” or the end is needed here, not “t”");
        assert_eq!(says("é"), "column 1: a predicate, “!” or “(” is needed here, not “é”");
        assert_eq!(says("tag(x"), "column 4: this is not closed");
        assert_eq!(says("(tag(x)"), "column 1: this is not closed");
        assert_eq!(says("tag()"), "column 5: a pattern is needed here, not “)”");
        assert_eq!(says("all(x)"), "column 5: “)” is needed here, not “x”");
        assert!(says("id(~[)").starts_with("column 4: this is no regular expression"));
        assert_eq!(says(""), "column 1: a predicate, “!” or “(” is needed here, not the end");
    }

    #[test]
    fn filters_have_bounds() {
        let long = |n: usize| Filter::parse(&format!("tag({})", "x".repeat(n - 5)));
        assert!(long(MAX_FILTER_OCTETS).is_ok());
        assert!(matches!(long(MAX_FILTER_OCTETS + 1).unwrap_err().problem, FilterProblem::TooMuch { .. }));
        let deep = |n: usize| Filter::parse(&format!("{}all(){}", "(".repeat(n), ")".repeat(n)));
        assert!(deep(MAX_FILTER_DEPTH).is_ok());
        assert!(matches!(deep(MAX_FILTER_DEPTH + 1).unwrap_err().problem, FilterProblem::TooMuch { .. }));
        assert!(Filter::parse(&format!("{}all()", "!".repeat(MAX_FILTER_DEPTH + 1))).is_err());
    }
}
