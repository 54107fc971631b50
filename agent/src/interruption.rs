//! What an interrupt (SIGINT) does to a command that works on files: the command ends, with the exit code for it, and
//! leaves nothing behind.

use signal_hook::consts::SIGINT;
use signal_hook::flag;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// The exit code of what was interrupted.
pub(crate) const INTERRUPTED: u8 = 130;

/// Whether the next interrupt ends the process where it is. One that was put off sets it, so that the next one does.
static AT_ONCE: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on an interrupt ends the process with [`INTERRUPTED`]. Files without names go with it.
///
/// # Errors
/// The system's, when it takes no handler.
pub(crate) fn ends_the_process() -> io::Result<()> {
    let at_once = AT_ONCE.get_or_init(|| Arc::new(AtomicBool::new(true)));
    flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), Arc::clone(at_once))?;
    flag::register(SIGINT, Arc::clone(at_once))?;
    Ok(())
}

/// Puts the next interrupt off until [`came`] is asked: there is a file that has to be removed first.
pub(crate) fn put_off() {
    if let Some(at_once) = AT_ONCE.get() {
        at_once.store(false, Ordering::SeqCst);
    }
}

/// Whether an interrupt came that was put off.
pub(crate) fn came() -> bool {
    AT_ONCE.get().is_some_and(|at_once| at_once.load(Ordering::SeqCst))
}
