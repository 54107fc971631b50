//! Commands as a page shows them, what they print, and whether that is what the page says.
//!
//! A line that begins with `$ ` is a command; after a back slash at its end it goes on in a line that begins with `> `.
//! What follows is what it prints, standard error and standard output as a terminal would show them. `[..]` stands for
//! any text within a line: durations, rates, temporary paths. A command must succeed, unless `echo $?` follows it.

use std::path::Path;
use std::process::{Command, Stdio};

/// A command and what it printed, or should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The command, of one line or more.
    pub command: String,
    /// What is printed.
    pub output: Vec<String>,
}

/// What stands between two outputs: RS, which no program prints.
const SEPARATOR: char = '\u{1e}';

/// The commands of a block.
pub fn exchanges(lines: &[String]) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    for line in lines {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push(Exchange { command: command.to_owned(), output: Vec::new() });
            continue;
        }
        let last = found.last_mut().unwrap_or_else(|| panic!("a block begins with a command: {line:?}"));
        match line.strip_prefix("> ") {
            Some(more) if last.output.is_empty() && last.command.ends_with('\\') => {
                last.command.push('\n');
                last.command.push_str(more);
            }
            _ => last.output.push(line.clone()),
        }
    }
    assert!(!found.is_empty(), "a block without a command");
    found
}

/// The lines of a block.
pub fn lines(exchanges: &[Exchange]) -> Vec<String> {
    let mut lines = Vec::new();
    for exchange in exchanges {
        lines.push(format!("$ {}", exchange.command.replace('\n', "\n> ")));
        assert!(!exchange.output.iter().any(|l| l.starts_with("$ ")), "an output that looks like a command");
        lines.extend(exchange.output.iter().cloned());
    }
    lines
}

/// A shell in a folder, with an environment of its own.
pub fn shell(folder: &Path, path: &str, environment: &[(String, String)]) -> Command {
    let mut command = Command::new("sh");
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    command
}

/// Runs commands one after another in one shell: what each printed, and its exit code.
pub fn run(mut shell: Command, commands: &[&str]) -> Vec<(Vec<String>, i32)> {
    let mut script = String::from("exec 2>&1\n");
    for command in commands {
        script.push_str(command);
        script.push_str("\n__s=$?; printf '\\036%s\\036' \"$__s\"; (exit \"$__s\")\n");
    }
    let output = shell.arg("-c").arg(&script).output().expect("a shell starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut parts = text.split(SEPARATOR);
    let results = commands.iter().map(|command| {
        let printed = parts.next().unwrap_or_default();
        let code = parts.next().unwrap_or_else(|| panic!("{command}: ended the shell: {printed}"));
        let lines = printed.lines().map(|line| line.trim_end().to_owned()).collect();
        (lines, code.parse().expect("an exit code"))
    });
    results.collect()
}

/// Whether an output is what a page says.
pub fn agrees(expected: &[String], output: &[String]) -> bool {
    expected.len() == output.len() && expected.iter().zip(output).all(|(e, o)| line_agrees(e, o))
}

fn line_agrees(expected: &str, line: &str) -> bool {
    let mut parts = expected.trim_end().split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// What a page should say: lines with `[..]` stay where they hold.
pub fn blessed(expected: &[String], output: &[String]) -> Vec<String> {
    let kept = |line: &String| expected.iter().find(|e| e.contains("[..]") && line_agrees(e, line));
    output.iter().map(|line| kept(line).unwrap_or(line).clone()).collect()
}

#[test]
fn what_is_not_as_the_page_says_is_noticed() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(agrees(&lines("a\nb [..] ms"), &lines("a\nb 12 ms")));
    assert!(agrees(&lines("[..] in [..] s"), &lines("2 cases in 1.5 s")));
    for (expected, output) in
        [("a", "b"), ("a", "a\nb"), ("a\nb", "a"), ("a [..] c", "a b d"), ("a [..]", "b"), ("", "a")]
    {
        assert!(!agrees(&lines(expected), &lines(output)), "{expected:?} {output:?}");
    }
    assert_eq!(blessed(&lines("x [..] s\nold"), &lines("x 5 s\nnew")), lines("x [..] s\nnew"));
    let shown = lines("$ false\n$ echo $?\n1\n$ printf '%s\\n' \\\n> a");
    let exchanges = exchanges(&shown);
    let commands: Vec<&str> = exchanges.iter().map(|e| e.command.as_str()).collect();
    let results = run(shell(Path::new("/"), "/usr/bin:/bin", &[]), &commands);
    assert_eq!(results, [(vec![], 1), (lines("1"), 0), (lines("a"), 0)]);
    assert_eq!(self::lines(&exchanges).join("\n"), shown.join("\n"));
}
