//! Matrices: the combinations that a scenario is run with.
//!
//! Every axis has labelled values: a list of texts, which are their own labels, or a mapping of labels to values of any
//! kind. All combinations are taken, the last axis changing fastest, without those that `exclude` describes, then those
//! of `include`. `space` takes the combinations of a space of the catalogue instead ([`crate::space`]).

use super::fields::Decoder;
use super::keys;
use super::variables::Scope;
use crate::case::is_name;
use crate::diagnostic::Problem;
use crate::space::{Space, Ways};
use crate::yaml::{Entry, Node, Scalar, Span, Value};

/// The most axes of a matrix.
pub const MAX_AXES: usize = 32;

/// The most combinations of a matrix, before any is excluded.
pub const MAX_COMBINATIONS: usize = 100_000;

/// A labelled value.
#[derive(Clone, Debug)]
struct Choice {
    label: String,
    value: Node,
}

#[derive(Clone, Debug)]
struct Axis {
    name: String,
    choices: Vec<Choice>,
}

/// The combinations of a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Matrix {
    axes: Vec<Axis>,
    /// Numbers of choices, one of each axis.
    rows: Vec<Box<[u32]>>,
    /// The number of the axis that is a space.
    space: Option<usize>,
}

/// One combination.
pub(super) struct Combination {
    /// Axes with labels.
    pub labels: Vec<(String, String)>,
    /// What the axes stand for.
    pub scope: Scope,
    /// What a space says of `given`.
    pub given: Option<Node>,
}

impl Matrix {
    /// How many combinations there are; without a matrix one.
    pub fn len(&self) -> usize {
        if self.axes.is_empty() { 1 } else { self.rows.len() }
    }

    /// The combination of that number.
    pub fn combination(&self, number: usize) -> Option<Combination> {
        if self.axes.is_empty() {
            let nothing = Combination { labels: Vec::new(), scope: Scope::new(), given: None };
            return (number == 0).then_some(nothing);
        }
        let row = self.rows.get(number)?;
        let mut combination =
            Combination { labels: Vec::with_capacity(row.len()), scope: Scope::new(), given: None };
        for (at, (axis, choice)) in self.axes.iter().zip(row.iter()).enumerate() {
            let choice = axis.choices.get(usize::try_from(*choice).ok()?)?;
            combination.labels.push((axis.name.clone(), choice.label.clone()));
            combination.scope.insert(axis.name.clone(), choice.value.clone());
            if self.space == Some(at) {
                for entry in choice.value.entries() {
                    combination.scope.insert(entry.key.clone(), entry.value.clone());
                }
                combination.given = Some(given_of(&choice.value));
            }
        }
        Some(combination)
    }
}

/// A point of a space as `given`: facts of the phone, and settings of the policy.
fn given_of(point: &Node) -> Node {
    let (device, policy): (Vec<Entry>, Vec<Entry>) =
        point.entries().iter().cloned().partition(|e| keys::DEVICE.contains(&e.key.as_str()));
    let part = |key: &str, entries: Vec<Entry>| Entry {
        key: key.to_owned(),
        key_span: point.span,
        value: Node { span: point.span, value: Value::Mapping(entries) },
    };
    let mut entries = Vec::new();
    if !device.is_empty() {
        entries.push(part("device", device));
    }
    if !policy.is_empty() {
        entries.push(part("policy", policy));
    }
    Node { span: point.span, value: Value::Mapping(entries) }
}

impl Decoder<'_> {
    pub(super) fn matrix(&mut self, node: &Node) -> Matrix {
        let mut matrix = Matrix::default();
        if !matches!(node.value, Value::Mapping(_)) {
            self.wrong(node, "a mapping of axes");
            return matrix;
        }
        for entry in node.entries().iter().filter(|e| !keys::MATRIX.contains(&e.key.as_str())) {
            if !is_name(&entry.key) {
                self.bad_name(&entry.key, entry.key_span);
            }
            let choices = self.choices(&entry.value);
            matrix.axes.push(Axis { name: entry.key.clone(), choices });
        }
        if let Some(axis) = self.space_axis(node) {
            matrix.space = Some(matrix.axes.len());
            matrix.axes.push(axis);
        }
        if matrix.axes.len() > MAX_AXES {
            self.problem(Problem::TooMuch { what: "axes in a matrix", limit: MAX_AXES }.at(node.span));
            return Matrix::default();
        }
        if matrix.axes.is_empty() {
            self.problem(Problem::EmptyMatrix.at(node.span).hint("an axis is written NAME: [value, …]"));
            return matrix;
        }
        let size = matrix.axes.iter().try_fold(1_usize, |n, axis| n.checked_mul(axis.choices.len()));
        if size.is_none_or(|size| size > MAX_COMBINATIONS) {
            let problem = Problem::TooMuch { what: "combinations in a matrix", limit: MAX_COMBINATIONS };
            let hint =
                "exclude does not lower the bound; a space with ways: 2 takes a sample that covers all pairs";
            self.problem(problem.at(node.span).hint(hint));
            return Matrix::default();
        }
        let excluded = node.member("exclude").map(|n| self.exclusions(n, &matrix.axes)).unwrap_or_default();
        let size = size.unwrap_or(0);
        for number in 0..size {
            let row = row(&matrix.axes, number);
            let is_excluded = excluded.iter().any(|rule| {
                row.iter()
                    .zip(rule)
                    .all(|(choice, allowed)| allowed.as_ref().is_none_or(|a| a.contains(choice)))
            });
            if !is_excluded {
                matrix.rows.push(row);
            }
        }
        if let Some(include) = node.member("include") {
            self.inclusions(include, &mut matrix);
        }
        if matrix.rows.is_empty() {
            self.problem(Problem::EmptyMatrix.at(node.span));
        }
        matrix
    }

    pub(super) fn bad_name(&mut self, name: &str, span: Span) {
        let problem = Problem::Name { name: name.to_owned() }.at(span);
        self.problem(problem.hint(
            "names are up to 64 letters, digits, dots, dashes and underscores, a letter or digit first",
        ));
    }

    fn choices(&mut self, node: &Node) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::new();
        match &node.value {
            Value::Mapping(entries) => choices
                .extend(entries.iter().map(|e| Choice { label: e.key.clone(), value: e.value.clone() })),
            _ => {
                for item in self.list(node) {
                    match item.scalar() {
                        Some(s) if !s.is_null() => {
                            choices.push(Choice { label: s.text.clone(), value: item.clone() });
                        }
                        _ => {
                            let problem =
                                Problem::Wrong { expected: "a text", found: item.kind().to_owned() };
                            let hint = "values that are no texts need labels: AXIS: {label: value, …}";
                            self.problem(problem.at(item.span).hint(hint));
                        }
                    }
                }
            }
        }
        for (at, choice) in choices.iter().enumerate() {
            if choices.iter().take(at).any(|c| c.label == choice.label) {
                let other = "this axis".to_owned();
                let problem = Problem::DuplicateName { what: "the value", name: choice.label.clone(), other };
                self.problems.push(problem.at(choice.value.span));
            }
        }
        if choices.is_empty() {
            self.wrong(node, "a list of values");
        }
        choices
    }

    fn space_axis(&mut self, node: &Node) -> Option<Axis> {
        const WAYS: &[(&str, Ways)] =
            &[("all", Ways::All), ("2", Ways::Cover(2)), ("3", Ways::Cover(3)), ("4", Ways::Cover(4))];
        let Some(named) = node.member("space") else {
            if let Some(ways) = node.member("ways") {
                self.problem(Problem::Missing { key: "space", within: "“ways”" }.at(ways.span));
            }
            return None;
        };
        let spaces: Vec<Space> = Space::catalogue();
        let text = self.text(named)?;
        let Some(space) = spaces.iter().find(|s| s.name == text) else {
            let problem =
                Problem::UnknownWord { word: text.clone(), what: "space of options" }.at(named.span);
            self.problem(problem.near(&text, spaces.iter().map(|s| s.name)));
            return None;
        };
        let ways = match node.member("ways") {
            Some(ways) => self.word(ways, "choice of ways", WAYS)?,
            None => space.usual_ways(),
        };
        let rows = match space.rows(ways) {
            Some(rows) => rows,
            None => {
                let problem = Problem::TooMuch { what: "combinations in a matrix", limit: MAX_COMBINATIONS };
                let hint = format!("the whole space “{}” is too large: ways: 2, 3 or 4", space.name);
                self.problem(problem.at(named.span).hint(hint));
                return None;
            }
        };
        let span = named.span;
        let choices =
            rows.iter().map(|row| Choice { label: space.label(row), value: point(space, row, span) });
        Some(Axis { name: space.name.to_owned(), choices: choices.collect() })
    }

    /// For each rule, the choices of each axis that it excludes; nothing for an axis that it does not name.
    fn exclusions(&mut self, node: &Node, axes: &[Axis]) -> Vec<Vec<Option<Vec<u32>>>> {
        let names: Vec<&str> = axes.iter().map(|a| a.name.as_str()).collect();
        let mut rules = Vec::new();
        for item in self.list(node) {
            self.fields(item, "an exclusion", &names);
            let mut rule = vec![None; axes.len()];
            for (axis, place) in axes.iter().zip(rule.iter_mut()) {
                let Some(value) = item.member(&axis.name) else { continue };
                let labels: Vec<(String, Span)> =
                    self.list(value).iter().filter_map(|v| Some((self.text(v)?, v.span))).collect();
                let mut chosen = Vec::new();
                for (label, span) in labels {
                    match axis.choices.iter().position(|c| c.label == label) {
                        Some(at) => chosen.push(u32::try_from(at).unwrap_or(u32::MAX)),
                        None => {
                            let problem =
                                Problem::UnknownWord { word: label.clone(), what: "value of this axis" };
                            let known = axis.choices.iter().map(|c| c.label.as_str());
                            self.problem(problem.at(span).near(&label, known));
                        }
                    }
                }
                *place = Some(chosen);
            }
            // A rule that names nothing would exclude everything.
            if rule.iter().any(Option::is_some) {
                rules.push(rule);
            }
        }
        rules
    }

    fn inclusions(&mut self, node: &Node, matrix: &mut Matrix) {
        let names: Vec<String> = matrix.axes.iter().map(|a| a.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for item in self.list(node) {
            self.fields(item, "a combination", &names);
            let mut row = Vec::with_capacity(matrix.axes.len());
            for axis in &mut matrix.axes {
                let Some(value) = item.member(&axis.name) else {
                    let problem = Problem::IncompleteCombination { axis: axis.name.clone() };
                    self.problems.push(problem.at(item.span));
                    continue;
                };
                let Some(scalar) = value.scalar() else {
                    self.problems.push(
                        Problem::Wrong { expected: "a text", found: value.kind().to_owned() }.at(value.span),
                    );
                    continue;
                };
                let at = axis.choices.iter().position(|c| c.label == scalar.text).unwrap_or_else(|| {
                    axis.choices.push(Choice { label: scalar.text.clone(), value: value.clone() });
                    axis.choices.len() - 1
                });
                row.push(u32::try_from(at).unwrap_or(u32::MAX));
            }
            if row.len() != matrix.axes.len() {
                continue;
            }
            let row: Box<[u32]> = row.into();
            if matrix.rows.contains(&row) {
                let other = "this matrix".to_owned();
                let problem = Problem::DuplicateName { what: "the combination", name: String::new(), other };
                self.problem(problem.at(item.span));
            } else if matrix.rows.len() >= MAX_COMBINATIONS {
                let problem = Problem::TooMuch { what: "combinations in a matrix", limit: MAX_COMBINATIONS };
                self.problem(problem.at(item.span));
                return;
            } else {
                matrix.rows.push(row);
            }
        }
    }
}

/// The combination of a number in the whole product, the last axis changing fastest.
fn row(axes: &[Axis], mut number: usize) -> Box<[u32]> {
    let mut row = vec![0_u32; axes.len()];
    for (axis, place) in axes.iter().zip(row.iter_mut()).rev() {
        let size = axis.choices.len().max(1);
        *place = u32::try_from(number % size).unwrap_or(u32::MAX);
        number /= size;
    }
    row.into()
}

/// A row of a space as a mapping of parameters to values.
fn point(space: &Space, row: &[u16], span: Span) -> Node {
    let entries = space.point(row).into_iter().map(|(name, value)| Entry {
        key: name.to_owned(),
        key_span: span,
        value: match value.strip_prefix('[').and_then(|v| v.strip_suffix(']')) {
            // A value that is a list is written as in YAML.
            Some(list) => Node {
                span,
                value: Value::Sequence(
                    list.split(',').filter(|v| !v.is_empty()).map(|v| Node::text(v.trim(), span)).collect(),
                ),
            },
            None => Node { span, value: Value::Scalar(Scalar { text: value.to_owned(), plain: true }) },
        },
    });
    Node { span, value: Value::Mapping(entries.collect()) }
}
