//! The processor time of this thread.
#![allow(unsafe_code)]

use std::hint::black_box;
use std::time::Duration;

/// Microseconds of processor time that this thread has used, in user mode and in the system.
///
/// What other programs take of the machine does not count, so that ratios mean something on a machine that is not
/// idle. All that is compared here runs on the thread that asks.
pub fn thread_us() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: fills the structure that it is given; the clock exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// The processor time that this thread needs to do something so many times, as criterion wants it.
pub fn processor_time<T>(rounds: u64, mut work: impl FnMut() -> T) -> Duration {
    let begin = thread_us();
    for _ in 0..rounds {
        black_box(work());
    }
    Duration::from_secs_f64((thread_us() - begin).max(0.0) / 1e6)
}
