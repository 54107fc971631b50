//! Asking a person on the terminal. Questions go to standard error, since standard output is the answer.

use super::prompts::Typed;
use device::Answer;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal, Write};

/// Whether somebody can be asked.
pub(super) fn is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks one question; an empty line leaves it open.
pub(super) fn ask(question: &str, typed: Typed) -> Option<Answer> {
    let hint = match typed {
        Typed::Secret | Typed::Text => "empty to answer later",
        Typed::Consent => "agree? y, or empty to answer later",
        Typed::Cancel => "take it back unsent? y, or empty to answer later",
    };
    eprint!("{question} ({hint}): ");
    let _ = std::io::stderr().flush();
    let line = match typed {
        Typed::Secret => unseen_line(),
        Typed::Text | Typed::Cancel | Typed::Consent => line(),
    }?;
    typed.answer(&line)
}

fn line() -> Option<String> {
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).ok()?;
    Some(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// A line that is not echoed; nothing when the terminal cannot do that.
fn unseen_line() -> Option<String> {
    let stdin = std::io::stdin();
    let before = tcgetattr(&stdin).ok()?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    silent.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&stdin, OptionalActions::Flush, &silent).ok()?;
    let text = line();
    let _ = tcsetattr(&stdin, OptionalActions::Now, &before);
    text
}
