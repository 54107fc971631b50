//! What goes to standard output and standard error.

use crate::cli::Colour;
use crate::exit::Failure;
use std::io::{IsTerminal, Write};

/// Prints an answer. Whoever reads it may stop early, as `head` does.
///
/// # Errors
/// [`Failure::Print`] when it cannot be written for another reason.
pub fn standard_output(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::Print),
    }
}

/// Prints an answer as it is written, without having it whole. Whoever reads it may stop early, as `head` does.
///
/// # Errors
/// [`Failure::Print`] when it cannot be written for another reason.
pub fn standard_output_by(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::Print),
    }
}

/// Says a line on standard error. Where nobody can read it nothing is said: the exit code tells it too.
pub fn standard_error(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

impl Colour {
    /// Whether to colour what goes to standard output.
    pub fn on_standard_output(self) -> bool {
        match self {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
                set("FORCE_COLOR") || (!set("NO_COLOR") && std::io::stdout().is_terminal())
            }
        }
    }
}

/// So many of something, whose name makes its plural with an s.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
