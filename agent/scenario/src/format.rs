//! One canonical form of scenario files.
//!
//! The keys of suites, fragments, `given`, scenarios and steps are brought into their canonical order, each with its
//! lines and the comments above it; blanks at the ends of lines go, several empty lines become one, the file ends with
//! one line end. Nothing else moves: comments, indentation, quotes and flow style stay as they are, and what several
//! lines say as one text is not touched. The result is read again and must say the same.

use crate::diagnostic::{Diagnostic, Problem};
use crate::language::key_sets;
use crate::yaml::{Node, Value, parse};

/// The canonical form of a suite or fragment file.
///
/// # Errors
/// A [`Diagnostic`] for what is no YAML, or should the form not say the same; source 0 is the text.
pub fn formatted(text: &str) -> Result<String, Diagnostic> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let root = parse(&text, 0)?;
    let mut lines: Vec<Line> = text
        .lines()
        .enumerate()
        .map(|(at, text)| Line { text: text.to_owned(), number: at + 1, kept: false })
        .collect();
    keep_texts(&root, &text, &mut lines);

    let kind = if root.member("fragment").is_some() { "fragment" } else { "suite" };
    if let Some(Value::Sequence(scenarios)) = root.member("scenarios").map(|n| &n.value) {
        for scenario in scenarios {
            order_steps(scenario.member("steps"), &mut lines);
            order_given(scenario.member("given"), &mut lines);
            order(scenario, "scenario", &mut lines);
        }
    }
    for procedure in root.member("procedures").map(Node::entries).unwrap_or_default() {
        order_steps(Some(&procedure.value), &mut lines);
    }
    order_given(root.member("given"), &mut lines);
    order(&root, kind, &mut lines);

    let written = written(&lines);
    let same = parse(&written, 0).is_ok_and(|again| again.json() == root.json());
    if same { Ok(written) } else { Err(Problem::Unformattable.at(root.span)) }
}

struct Line {
    text: String,
    /// Where it was, from 1.
    number: usize,
    /// Part of a text of several lines: it stays as it is.
    kept: bool,
}

impl Line {
    fn is_comment(&self) -> bool {
        self.text.trim_start().starts_with('#')
    }
}

/// Marks the lines of texts that go over several lines, but the first.
fn keep_texts(node: &Node, text: &str, lines: &mut [Line]) {
    match &node.value {
        Value::Scalar(_) => {
            let within = text.get(node.span.start..node.span.end).unwrap_or_default();
            let first = usize::try_from(node.span.line).unwrap_or(0);
            let more = within.matches('\n').count();
            if more > 0 {
                // The span of a block text may begin behind its indicator; the line before is then structure.
                for line in lines.iter_mut().skip(first.saturating_sub(1)).take(more + 1) {
                    line.kept = true;
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| keep_texts(item, text, lines)),
        Value::Mapping(entries) => entries.iter().for_each(|e| keep_texts(&e.value, text, lines)),
    }
}

fn order_given(node: Option<&Node>, lines: &mut Vec<Line>) {
    if let Some(node) = node {
        order(node, "given", lines);
    }
}

fn order_steps(node: Option<&Node>, lines: &mut Vec<Line>) {
    if let Some(Value::Sequence(steps)) = node.map(|n| &n.value) {
        for step in steps {
            order(step, "step", lines);
        }
    }
}

/// Brings the keys of a block mapping into order, each with its lines. A mapping whose keys do not each begin a line at
/// the same column stays as it is.
fn order(mapping: &Node, kind: &str, lines: &mut Vec<Line>) {
    let Some(set) = key_sets().iter().find(|s| s.of == kind) else { return };
    let entries = mapping.entries();
    let Some(first) = entries.first() else { return };
    let rank = |key: &str| set.keys.iter().position(|k| *k == key).unwrap_or(usize::MAX);
    if entries.windows(2).all(|w| matches!(w, [a, b] if rank(&a.key) <= rank(&b.key))) {
        return;
    }
    let column = first.key_span.column;
    let indent = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let at = |line: u32| usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let starts: Vec<usize> = entries.iter().map(|e| at(e.key_span.line)).collect();
    let own_lines = starts.windows(2).all(|w| matches!(w, [a, b] if a < b));
    let blank_before = |line: usize| {
        lines.get(line).is_some_and(|l| l.text.get(..indent).is_some_and(|before| before.trim().is_empty()))
    };
    let dashed = |line: usize| {
        lines.get(line).and_then(|l| l.text.get(..indent)).is_some_and(|before| before.trim() == "-")
    };
    let begins = starts.iter().skip(1).all(|line| blank_before(*line));
    let first_line = at(first.key_span.line);
    let is_dashed = dashed(first_line);
    let same_column = entries.iter().all(|e| e.key_span.column == column);
    if !own_lines || !begins || !same_column || !(is_dashed || blank_before(first_line)) {
        return;
    }
    // Lines still stand where they stood as far as this mapping goes: inner mappings only moved lines within one value.
    let end = block_end(lines, starts.last().copied().unwrap_or(first_line), indent);
    let mut cuts: Vec<usize> = Vec::with_capacity(starts.len());
    for (n, start) in starts.iter().enumerate() {
        let lowest = if n == 0 { first_line } else { starts.get(n - 1).copied().unwrap_or(0) + 1 };
        let mut cut = *start;
        while cut > lowest
            && lines.get(cut - 1).is_some_and(|l| {
                l.is_comment() && !l.kept && l.text.len() - l.text.trim_start().len() == indent
            })
        {
            cut -= 1;
        }
        // Comments above the first key of the file's root are about the file.
        cuts.push(if n == 0 { first_line } else { cut });
    }
    cuts.push(end);
    let mut blocks: Vec<(usize, Vec<Line>)> = Vec::with_capacity(entries.len());
    let mut moved = lines.drain(first_line..end).collect::<Vec<_>>().into_iter();
    for (entry, pair) in entries.iter().zip(cuts.windows(2)) {
        let [from, to] = pair else { continue };
        blocks.push((rank(&entry.key), moved.by_ref().take(to - from).collect()));
    }
    if is_dashed && let Some(line) = blocks.first_mut().and_then(|(_, block)| block.first_mut()) {
        line.text = line.text.replacen('-', " ", 1);
    }
    // Empty lines at the end of the whole stay at its end.
    let mut tail = Vec::new();
    if let Some((_, last)) = blocks.last_mut() {
        while last.last().is_some_and(|l| l.text.trim().is_empty() && !l.kept) {
            tail.extend(last.pop());
        }
    }
    blocks.sort_by_key(|(rank, _)| *rank);
    let mut ordered: Vec<Line> = blocks.into_iter().flat_map(|(_, block)| block).collect();
    if is_dashed {
        let dash = indent.saturating_sub(2);
        let key = ordered.iter().position(|l| !l.is_comment() && !l.text.trim().is_empty()).unwrap_or(0);
        // Comments of what is now the first key stand above the dash.
        for line in ordered.iter_mut().take(key) {
            line.text = format!("{}{}", " ".repeat(dash), line.text.trim_start());
        }
        if let Some(line) = ordered.get_mut(key) {
            line.text = format!("{}- {}", " ".repeat(dash), line.text.trim_start());
        }
    }
    ordered.extend(tail);
    lines.splice(first_line..first_line, ordered);
}

/// The first line behind a block: one that is not empty, no comment further in, and no deeper than its keys.
fn block_end(lines: &[Line], last_key: usize, indent: usize) -> usize {
    let mut end = last_key + 1;
    let mut at = end;
    while let Some(line) = lines.get(at) {
        let depth = line.text.len() - line.text.trim_start().len();
        let is_empty = line.text.trim().is_empty();
        // A list may stand as deep as its key.
        let is_item = depth == indent
            && line.text.trim_start().starts_with("- ")
            && indent_is_key(lines, last_key, indent);
        if line.kept || (!is_empty && (depth > indent || is_item)) {
            end = at + 1;
        } else if !is_empty {
            break;
        }
        at += 1;
    }
    end
}

fn indent_is_key(lines: &[Line], last_key: usize, indent: usize) -> bool {
    lines.get(last_key).is_some_and(|l| l.text.get(..indent).is_some_and(|b| b.trim().is_empty()))
}

fn written(lines: &[Line]) -> String {
    let mut out = String::new();
    let mut before: Option<&Line> = None;
    for line in lines {
        let follows = before.is_some_and(|b| b.number + 1 == line.number);
        let text = if line.kept && follows { line.text.as_str() } else { line.text.trim_end() };
        let is_empty = text.is_empty() && !line.kept;
        if is_empty && (out.is_empty() || out.ends_with("\n\n")) {
            continue;
        }
        out.push_str(if line.kept { line.text.as_str() } else { text });
        out.push('\n');
        before = Some(line);
    }
    let body = out.trim_end_matches('\n').len();
    // A block text may end with empty lines that count; they stay when it is the last thing of the file.
    if lines.last().is_some_and(|l| l.kept) {
        return out;
    }
    out.truncate(body);
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIDY: &str = "# about the file\nscenarios:   \n  # the first\n  - steps:\n      - expect: {prompts: []}\n        # acts\n        act: service.mail.off\n\n\n\n    # what it is called\n    name: a   # here\n    about: |\n      two   \n\n\n      lines\n    given:\n      clock: 2027-01-15T09:00:00Z\n      # the phone\n      device: {ios: 12.0}\n  - {name: b, pending: x}\n\n# what the suite is called\nsuite: s\n\n\n";

    const TIDY: &str = "# about the file\n# what the suite is called\nsuite: s\nscenarios:\n  # the first\n  # what it is called\n  - name: a   # here\n    about: |\n      two   \n\n\n      lines\n    given:\n      # the phone\n      device: {ios: 12.0}\n      clock: 2027-01-15T09:00:00Z\n    steps:\n      # acts\n      - act: service.mail.off\n        expect: {prompts: []}\n  - {name: b, pending: x}\n";

    #[test]
    fn keys_go_into_order_with_their_comments() {
        let once = formatted(UNTIDY).expect("formatted");
        assert_eq!(
            once.replace("\n\n", "\n").replace("\n\n", "\n"),
            TIDY.replace("\n\n", "\n").replace("\n\n", "\n")
        );
        assert!(once.contains("      two   \n\n\n      lines\n"), "{once}");
        assert_eq!(formatted(&once).as_deref(), Ok(once.as_str()), "the form is its own form");
        for comment in ["about the file", "the first", "acts", "what it is called", "here", "the phone"] {
            assert!(once.contains(comment), "{comment}");
        }
    }

    #[test]
    fn the_starter_is_canonical() {
        let starter = crate::language::starter("first", "x.json");
        assert_eq!(formatted(&starter).as_deref(), Ok(starter.as_str()));
    }

    #[test]
    fn what_is_no_yaml_stays() {
        assert!(formatted("suite: [").is_err());
        assert_eq!(formatted("").as_deref(), Ok(""));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]
        /// In whatever order keys come, the form says the same and is its own form.
        #[test]
        fn any_order_says_the_same(order in proptest::sample::subsequence(vec![0, 1, 2, 3, 4, 5], 6).prop_shuffle(), gaps in 0_usize..3) {
            let parts = [
                "suite: s",
                "# tags\ntags: [a]",
                "given:\n  seed: 1\n  # who\n  user: alice",
                "about: >\n  one\n  two",
                "scenarios:\n- steps:\n  - restart\n  name: a\n  expect: {prompts: []}",
                "variables:\n  x: \"a\n    b\"",
            ];
            let gap = "\n".repeat(gaps + 1);
            let text: String = order.iter().filter_map(|n| parts.get(*n)).map(|p| format!("{p}{gap}")).collect();
            let once = formatted(&text).expect("formatted");
            proptest::prop_assert_eq!(formatted(&once).expect("again"), once.clone());
            proptest::prop_assert!(once.contains("# who\n  user"), "{}", once);
            // What stands above everything is about the file and stays there.
            let is_first = order.first() == Some(&1);
            proptest::prop_assert!(once.contains("# tags\ntags") || is_first && once.starts_with("# tags\n"), "{}", once);
        }
    }
    use proptest::strategy::Strategy as _;
}
