//! Suites: files, what they include, and the cases that come of them.

use super::fields::{Decoder, joined};
use super::keys;
use super::knowledge::{Files, Invalid, Knowledge, Source, Sources};
use super::matrix::{Combination, Matrix};
use super::procedure::Procedures;
use super::variables::{Filling, Scope};
use crate::case::{Case, CaseId, MAX_ID_OCTETS, Options, is_name};
use crate::diagnostic::{Diagnostic, Problem};
use crate::selection::Filter;
use crate::shards::Digest;
use crate::yaml::{Entry, Node, Span, Value, parse};
use std::collections::{BTreeMap, BTreeSet};

/// The most scenarios of a suite.
pub const MAX_SCENARIOS: usize = 10_000;

/// The most cases of everything that is loaded together.
pub const MAX_CASES: usize = 1_000_000;

/// How deep files may include files.
pub const MAX_INCLUDE_DEPTH: usize = 8;

/// The most files that are loaded together, included ones counted as often as they are included.
pub const MAX_FILES: usize = 10_000;

/// Suites that were read.
#[derive(Clone, Debug, Default)]
pub struct Suites {
    sources: Sources,
    suites: Vec<Suite>,
    problems: Vec<Diagnostic>,
    knowledge: Knowledge,
    /// Texts in the order in which they count, for the digest.
    fragments: usize,
}

/// A suite.
#[derive(Clone, Debug)]
pub struct Suite {
    name: String,
    about: Option<String>,
    options: Options,
    tags: BTreeSet<String>,
    shared: Shared,
    scenarios: Vec<Blueprint>,
}

/// What a file shares with those that include it, and a suite with its scenarios.
#[derive(Clone, Debug, Default)]
struct Shared {
    secrets: BTreeSet<String>,
    variables: Scope,
    given: Option<Node>,
    procedures: Procedures,
}

/// A scenario before its variables are filled in.
#[derive(Clone, Debug)]
struct Blueprint {
    name: String,
    span: Span,
    variables: Scope,
    matrix: Matrix,
    /// The scenario with its `given` laid over the suite's, without what is read once.
    body: Node,
}

/// Reads suite files and what they include. A fragment among the paths is checked and gives no suite.
///
/// What is wrong is kept in the result: [`Suites::problems`] for what could not even be read, [`Suites::check`] for
/// everything.
pub fn load<'p>(paths: impl IntoIterator<Item = &'p str>, files: &dyn Files, knowledge: Knowledge) -> Suites {
    let mut suites = Suites { knowledge, ..Suites::default() };
    let mut reading = Reading { files, read: BTreeMap::new(), count: 0 };
    for path in paths {
        suites.read(path, &mut reading);
    }
    suites
}

/// Reads files into cases, all of them, when nothing is wrong.
///
/// # Errors
/// [`Invalid`] with every problem and the sources that it is shown in.
pub fn expand<'p>(
    paths: impl IntoIterator<Item = &'p str>,
    files: &dyn Files,
    knowledge: Knowledge,
) -> Result<Vec<Case>, Invalid> {
    let suites = load(paths, files, knowledge);
    let problems = suites.check();
    if !problems.is_empty() {
        return Err(Invalid { sources: suites.sources, problems });
    }
    Ok(suites.cases().filter_map(Result::ok).collect())
}

/// The files that were read so far.
struct Reading<'f> {
    files: &'f dyn Files,
    /// The root of each file by its path.
    read: BTreeMap<String, Option<Node>>,
    count: usize,
}

impl Suites {
    /// The files that were read.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The suites, in the order of the files.
    pub fn suites(&self) -> &[Suite] {
        &self.suites
    }

    /// What was wrong when the files were read. Cases that are made nevertheless are not to be trusted.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// How many cases there are.
    pub fn case_count(&self) -> usize {
        self.suites.iter().flat_map(|s| &s.scenarios).map(|s| s.matrix.len()).sum()
    }

    /// How many fragments were among the paths.
    pub fn fragment_count(&self) -> usize {
        self.fragments
    }

    /// Everything that is wrong, in the order of files and places, each once. Every case is made for that.
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut problems = self.problems.clone();
        for case in self.cases() {
            problems.extend(case.err().unwrap_or_default());
        }
        problems.sort_by_cached_key(|d| (d.span, d.problem.to_string()));
        problems.dedup();
        problems
    }

    /// The cases one after another, in the order of files, scenarios and combinations. Nothing is kept of a case once it
    /// is handed out, so that a million of them take no more memory than one.
    pub fn cases(&self) -> Cases<'_> {
        Cases { suites: self, suite: 0, scenario: 0, combination: 0 }
    }

    /// A digest of what was read: names and texts of all files and, of each file that cases name and the caller has
    /// read, its octets. Paths are not in it, so that two checkouts of the same suites have the same digest.
    pub fn digest<'b>(&self, named: impl IntoIterator<Item = &'b [u8]>) -> Digest {
        let texts: BTreeSet<&str> = self.sources.all().iter().map(|s| s.text.as_str()).collect();
        let named: BTreeSet<&[u8]> = named.into_iter().collect();
        let mut digest = Digest::new();
        for text in texts {
            digest.part(text.as_bytes());
        }
        for octets in named {
            digest.part(octets);
        }
        digest
    }

    fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn decoded<T>(&mut self, declared: &BTreeSet<String>, read: impl FnOnce(&mut Decoder<'_>) -> T) -> T {
        let mut decoder = Decoder::new(&self.sources, &self.knowledge, declared);
        let value = read(&mut decoder);
        let problems = std::mem::take(&mut decoder.problems);
        self.problems.extend(problems);
        value
    }

    /// The root of a file, read once.
    fn root(&mut self, path: &str, reading: &mut Reading<'_>, named_at: Option<Span>) -> Option<Node> {
        if let Some(root) = reading.read.get(path) {
            return root.clone();
        }
        reading.count += 1;
        if reading.count > MAX_FILES {
            let span = named_at.unwrap_or_default();
            self.problem(Problem::TooMuch { what: "files", limit: MAX_FILES }.at(span));
            return None;
        }
        let read = reading.files.read(path);
        let (text, failure) = match read {
            Ok(text) => (text, None),
            Err(failure) => (String::new(), Some(failure)),
        };
        let source = self.sources.add(path.to_owned(), text);
        let root = match failure {
            Some(failure) => {
                let problem = Problem::Unreadable { reason: failure.to_string() };
                let start = Span { source, line: 1, column: 1, ..Span::default() };
                self.problem(problem.at(named_at.unwrap_or(start)));
                None
            }
            None => {
                let text = self.sources.all().last().map(|s: &Source| s.text.as_str()).unwrap_or_default();
                match parse(text, source) {
                    Ok(root) => Some(root),
                    Err(problem) => {
                        self.problem(problem);
                        None
                    }
                }
            }
        };
        reading.read.insert(path.to_owned(), root.clone());
        root
    }

    fn read(&mut self, path: &str, reading: &mut Reading<'_>) {
        if reading.read.contains_key(path) {
            return;
        }
        let Some(root) = self.root(path, reading, None) else { return };
        if root.member("fragment").is_some() {
            self.fragments += 1;
            self.shared(&root, path, reading, &mut vec![path.to_owned()], true);
            return;
        }
        let nothing = BTreeSet::new();
        let (name, about, tags, options, scenarios) = self.decoded(&nothing, |decoder| {
            let fields = decoder.fields(&root, "a suite", keys::SUITE);
            let name = decoder.needed(&fields, "suite").and_then(|n| Some((decoder.text(n)?, n.span)));
            if let Some((name, span)) = &name
                && !is_name(name)
            {
                decoder.bad_name(name, *span);
            }
            let about = fields.of("about").and_then(|n| decoder.text(n));
            let tags: BTreeSet<String> =
                fields.of("tags").map(|n| decoder.texts(n)).unwrap_or_default().into_iter().collect();
            let options = fields.of("options").map(|n| decoder.options(n)).unwrap_or_default();
            let scenarios = decoder.needed(&fields, "scenarios").map(|n| decoder.list(n)).unwrap_or_default();
            (name, about, tags, options, scenarios)
        });
        let Some((name, span)) = name else { return };
        if self.suites.iter().any(|s| s.name == name) {
            let other = "these files".to_owned();
            self.problem(Problem::DuplicateName { what: "the suite", name: name.clone(), other }.at(span));
            return;
        }
        let shared = self.shared(&root, path, reading, &mut vec![path.to_owned()], false);
        if scenarios.len() > MAX_SCENARIOS {
            self.problem(Problem::TooMuch { what: "scenarios in a suite", limit: MAX_SCENARIOS }.at(span));
        }
        let mut suite = Suite { name, about, options, tags, shared, scenarios: Vec::new() };
        let mut names: BTreeSet<String> = BTreeSet::new();
        for node in scenarios.iter().take(MAX_SCENARIOS) {
            let Some(blueprint) = self.blueprint(node, &suite) else { continue };
            if !names.insert(blueprint.name.clone()) {
                let (what, other) = ("the scenario", format!("the suite “{}”", suite.name));
                let problem = Problem::DuplicateName { what, name: blueprint.name, other };
                self.problem(problem.at(blueprint.span));
                continue;
            }
            suite.scenarios.push(blueprint);
        }
        self.suites.push(suite);
        if self.case_count() > MAX_CASES {
            self.problem(Problem::TooMuch { what: "cases", limit: MAX_CASES }.at(span));
            self.suites.pop();
        }
    }

    /// What a file shares, with what it includes below it.
    fn shared(
        &mut self,
        root: &Node,
        path: &str,
        reading: &mut Reading<'_>,
        inside: &mut Vec<String>,
        is_fragment: bool,
    ) -> Shared {
        let nothing = BTreeSet::new();
        let mut shared = Shared::default();
        if is_fragment {
            self.decoded(&nothing, |decoder| {
                decoder.fields(root, "a fragment", keys::FRAGMENT);
            });
        }
        if let Some(include) = root.member("include") {
            let listed = self.decoded(&nothing, |decoder| {
                let nodes = decoder.list(include);
                nodes.iter().filter_map(|n| Some((decoder.text(n)?, n.span))).collect::<Vec<_>>()
            });
            for (written, span) in listed {
                let below = self.included(path, &written, span, reading, inside);
                shared.lay(below);
            }
        }
        let own = self.decoded(&nothing, |decoder| {
            let list = |key: &str| root.member(key).map(|n| (n, decoder_list(n))).unwrap_or((root, &[]));
            let mut own = Shared { given: root.member("given").cloned(), ..Shared::default() };
            for node in list("secrets").1 {
                let Some(name) = decoder.text(node) else { continue };
                if !is_name(&name) {
                    decoder.bad_name(&name, node.span);
                }
                own.secrets.insert(name);
            }
            own.variables = decoder.scope(root.member("variables"));
            own.procedures = decoder.scope(root.member("procedures"));
            own
        });
        shared.lay(own);
        shared
    }

    fn included(
        &mut self,
        path: &str,
        written: &str,
        span: Span,
        reading: &mut Reading<'_>,
        inside: &mut Vec<String>,
    ) -> Shared {
        let nothing = Shared::default();
        let Some(target) = joined(path, written) else {
            let problem = Problem::FilePath { path: written.to_owned() }.at(span);
            self.problem(problem.hint("paths start from the folder of this file"));
            return nothing;
        };
        if inside.contains(&target) {
            self.problem(Problem::IncludeLoop.at(span));
            return nothing;
        }
        if inside.len() > MAX_INCLUDE_DEPTH {
            let what = "levels of files that include files";
            self.problem(Problem::TooMuch { what, limit: MAX_INCLUDE_DEPTH }.at(span));
            return nothing;
        }
        let Some(root) = self.root(&target, reading, Some(span)) else { return nothing };
        if root.member("fragment").is_none() {
            let problem = Problem::Missing { key: "fragment", within: "a file that is included" };
            let hint = "a file that others include begins with “fragment: NAME” and has no scenarios";
            self.problem(problem.at(span).hint(hint));
            return nothing;
        }
        inside.push(target.clone());
        let shared = self.shared(&root, &target, reading, inside, true);
        inside.pop();
        shared
    }

    fn blueprint(&mut self, node: &Node, suite: &Suite) -> Option<Blueprint> {
        let nothing = BTreeSet::new();
        let (name, variables, matrix) = self.decoded(&nothing, |decoder| {
            let fields = decoder.fields(node, "a scenario", keys::SCENARIO);
            let name = decoder.needed(&fields, "name").and_then(|n| Some((decoder.text(n)?, n.span)));
            if let Some((name, span)) = &name
                && !is_name(name)
            {
                decoder.bad_name(name, *span);
            }
            let variables = decoder.scope(fields.of("variables"));
            let matrix = fields.of("matrix").map(|n| decoder.matrix(n)).unwrap_or_default();
            let expects = |n: &Node| n.member("expect").is_some();
            let in_steps = fields.of("steps").is_some_and(|steps| {
                matches!(&steps.value, Value::Sequence(items)
                    if items.iter().any(|s| expects(s) || s.member("use").is_some()))
            });
            if !expects(node) && !in_steps && fields.of("pending").is_none() {
                let problem = Problem::NothingExpected.at(node.span);
                decoder.problem(problem.hint("add “expect” to the scenario or to a step"));
            }
            (name, variables, matrix)
        });
        let (name, span) = name?;
        let mut entries: Vec<Entry> = node
            .entries()
            .iter()
            .filter(|e| !["name", "variables", "matrix", "given"].contains(&e.key.as_str()))
            .cloned()
            .collect();
        if let Some(given) = laid(suite.shared.given.as_ref(), node.member("given")) {
            entries.push(Entry { key: "given".to_owned(), key_span: given.span, value: given });
        }
        let body = Node { span: node.span, value: Value::Mapping(entries) };
        Some(Blueprint { name, span, variables, matrix, body })
    }
}

fn decoder_list(node: &Node) -> &[Node] {
    match &node.value {
        Value::Sequence(items) => items,
        _ => std::slice::from_ref(node),
    }
}

impl Decoder<'_> {
    /// A mapping of names to values of any kind.
    fn scope(&mut self, node: Option<&Node>) -> Scope {
        let Some(node) = node else { return Scope::new() };
        if !matches!(node.value, Value::Mapping(_)) {
            self.wrong(node, "a mapping of names");
        }
        for entry in node.entries() {
            if !is_name(&entry.key) {
                self.bad_name(&entry.key, entry.key_span);
            }
        }
        node.entries().iter().map(|e| (e.key.clone(), e.value.clone())).collect()
    }

    fn options(&mut self, node: &Node) -> Options {
        let fields = self.fields(node, "options", keys::OPTIONS);
        let filter = fields.of("filter").and_then(|n| Some((self.text(n)?, n.span)));
        if let Some((text, span)) = &filter
            && let Err(error) = Filter::parse(text)
        {
            let problem = Problem::Pattern { reason: error.to_string() }.at(*span);
            self.problem(match error.hint() {
                Some(hint) => problem.hint(hint),
                None => problem,
            });
        }
        let count = "a number from 1";
        let jobs: Option<u32> = fields.of("jobs").and_then(|n| self.number(n, count));
        if let (Some(0), Some(node)) = (jobs, fields.of("jobs")) {
            self.wrong(node, count);
        }
        Options {
            jobs,
            retries: fields.of("retries").and_then(|n| self.number(n, "a number from 0")),
            fail_fast: fields.of("fail-fast").and_then(|n| self.boolean(n)),
            seed: fields.of("seed").and_then(|n| self.number(n, "a number from 0")),
            timeout_ms: fields.of("timeout").and_then(|n| self.duration(n)),
            filter: filter.map(|(text, _)| text),
        }
    }
}

impl Shared {
    /// Lays another one over this one.
    fn lay(&mut self, top: Shared) {
        self.secrets.extend(top.secrets);
        self.variables.extend(top.variables);
        self.procedures.extend(top.procedures);
        self.given = laid(self.given.as_ref(), top.given.as_ref());
    }
}

/// One `given` over another. A policy takes the place of a profile and the other way round.
fn laid(below: Option<&Node>, above: Option<&Node>) -> Option<Node> {
    let (below, above) = match (below, above) {
        (Some(below), Some(above)) => (below, above),
        (one, other) => return one.or(other).cloned(),
    };
    let mut below = below.clone();
    if let Value::Mapping(entries) = &mut below.value {
        for (one, other) in [("policy", "profile"), ("profile", "policy")] {
            if above.member(one).is_some() {
                entries.retain(|e| e.key != other);
            }
        }
    }
    Some(below.overlaid(above))
}

impl Suite {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is about.
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// The options that it spells out.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The secrets that it declares.
    pub fn secrets(&self) -> &BTreeSet<String> {
        &self.shared.secrets
    }

    /// How many scenarios it has.
    pub fn scenario_count(&self) -> usize {
        self.scenarios.len()
    }

    fn case(
        &self,
        blueprint: &Blueprint,
        combination: Combination,
        suites: &Suites,
    ) -> Result<Case, Vec<Diagnostic>> {
        let mut scope = self.shared.variables.clone();
        scope.extend(blueprint.variables.clone());
        scope.extend(combination.scope);
        let mut filling = Filling::new(&scope);
        let body = filling.fill(&blueprint.body);
        let procedures: Procedures =
            self.shared.procedures.iter().map(|(name, node)| (name.clone(), filling.fill(node))).collect();
        let problems = filling.problems;
        let given = laid(body.member("given"), combination.given.as_ref());

        let mut decoder = Decoder::new(&suites.sources, &suites.knowledge, &self.shared.secrets);
        decoder.problems = problems;
        let given = decoder.given(given.as_ref());
        let steps = body.member("steps").map(|n| decoder.steps(n, &procedures, &given)).unwrap_or_default();
        let names: BTreeSet<String> = steps.iter().filter_map(|s| s.name.clone()).collect();
        let expect =
            body.member("expect").map(|n| decoder.expectations(n, &names, false)).unwrap_or_default();
        let own = body.member("requirements").map(|n| decoder.requirements(n)).unwrap_or_default();
        let tags = body.member("tags").map(|n| decoder.texts(n)).unwrap_or_default();
        let about = body.member("about").and_then(|n| decoder.text(n));
        let pending = body.member("pending").and_then(|n| decoder.text(n));
        let labels = combination.labels;
        let id = CaseId::new(
            &self.name,
            &blueprint.name,
            labels.iter().map(|(axis, label)| (axis.as_str(), label.as_str())),
        );
        if id.as_str().len() > MAX_ID_OCTETS {
            let problem = Problem::TooMuch { what: "octets in a case id", limit: MAX_ID_OCTETS };
            decoder.problem(problem.at(blueprint.span).hint("give the values of the matrix short labels"));
        }
        let nothing_expected = expect.is_empty() && steps.iter().all(|s| s.expect.is_empty());
        if nothing_expected && pending.is_none() && decoder.problems.is_empty() {
            decoder.problem(Problem::NothingExpected.at(body.span));
        }
        if !decoder.problems.is_empty() {
            return Err(decoder.problems);
        }
        let all = expect.iter().chain(steps.iter().flat_map(|s| &s.expect));
        let requirements = own.iter().chain(all.flat_map(|e| &e.requirements)).cloned().collect();
        Ok(Case {
            id,
            suite: self.name.clone(),
            scenario: blueprint.name.clone(),
            values: labels,
            about,
            tags: self.tags.iter().cloned().chain(tags).collect(),
            requirements,
            pending,
            given,
            steps,
            expect,
            secrets: decoder.secrets,
            options: self.options.clone(),
            place: suites.sources.place(body.span),
        })
    }
}

/// Where a case comes from, in a few octets: with it the case is made again, in any order and by any thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseKey {
    suite: u32,
    scenario: u32,
    combination: u32,
}

impl Suites {
    /// The case of a key that [`Cases::next_with_key`] gave.
    ///
    /// # Errors
    /// What is wrong with it, as in [`Suites::cases`]; nothing for a key of other suites.
    pub fn case(&self, key: CaseKey) -> Result<Case, Vec<Diagnostic>> {
        let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let suite = self.suites.get(at(key.suite)).ok_or_else(Vec::new)?;
        let blueprint = suite.scenarios.get(at(key.scenario)).ok_or_else(Vec::new)?;
        let combination = blueprint.matrix.combination(at(key.combination)).ok_or_else(Vec::new)?;
        suite.case(blueprint, combination, self)
    }
}

/// Cases one after another; see [`Suites::cases`].
#[derive(Clone, Debug)]
pub struct Cases<'s> {
    suites: &'s Suites,
    suite: usize,
    scenario: usize,
    combination: usize,
}

impl Cases<'_> {
    /// The next case, with what it can be made of again.
    pub fn next_with_key(&mut self) -> Option<(CaseKey, Result<Case, Vec<Diagnostic>>)> {
        loop {
            let suite = self.suites.suites.get(self.suite)?;
            let Some(blueprint) = suite.scenarios.get(self.scenario) else {
                (self.suite, self.scenario, self.combination) = (self.suite + 1, 0, 0);
                continue;
            };
            let Some(combination) = blueprint.matrix.combination(self.combination) else {
                (self.scenario, self.combination) = (self.scenario + 1, 0);
                continue;
            };
            // The bounds on files, scenarios and combinations keep all three small.
            let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let key = CaseKey {
                suite: number(self.suite),
                scenario: number(self.scenario),
                combination: number(self.combination),
            };
            self.combination += 1;
            return Some((key, suite.case(blueprint, combination, self.suites)));
        }
    }
}

impl Iterator for Cases<'_> {
    type Item = Result<Case, Vec<Diagnostic>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_with_key().map(|(_, case)| case)
    }
}
