//! Large results in large pages.
//!
//! Memory that a program gets from the system is handed out page by page, when each is first written to; for a result of
//! 100 MiB in pages of 4 KiB that takes several times as long as decrypting it does. Linux has pages of 2 MiB for those
//! who ask (`madvise` with `MADV_HUGEPAGE`; `/sys/kernel/mm/transparent_hugepage/enabled` says `madvise`, as most
//! distributions have it, or `always`). Asking is all that is done here: the answer changes no octet, and a system that
//! knows nothing of it goes on as ever. What streams in pieces of less than [`LEAST`] never comes here.

#![cfg_attr(target_os = "linux", allow(unsafe_code))]

/// From how much room on its pages are asked to be large: below, hardly any large page would fit.
const LEAST: usize = 4 << 20;
/// The length of a page that every system has; what is asked for begins and ends at such.
#[cfg(target_os = "linux")]
const PAGE: usize = 4096;

/// Makes room in one buffer after the other, and remembers which it asked for, so as to ask once.
#[derive(Default)]
pub(crate) struct LargePages {
    asked: (usize, usize),
}

impl LargePages {
    /// Makes room for so many octets behind those that are there.
    ///
    /// A buffer that becomes large is made anew and what it has is copied: pages that are in use stay as long as they are,
    /// and moving a mapping elsewhere cuts its large pages up.
    pub(crate) fn reserve(&mut self, out: &mut Vec<u8>, len: usize) {
        if out.capacity() - out.len() < len {
            let capacity = out.len().saturating_add(len).max(2 * out.capacity());
            if capacity < LEAST {
                return out.reserve(len);
            }
            let mut larger = Vec::with_capacity(capacity);
            self.ask_once(&mut larger);
            larger.extend_from_slice(out);
            *out = larger;
        } else if out.capacity() >= LEAST {
            self.ask_once(out);
        }
    }

    fn ask_once(&mut self, out: &mut Vec<u8>) {
        let place = (out.as_ptr().addr(), out.capacity());
        if place != self.asked {
            self.asked = place;
            ask(out);
        }
    }
}

/// Asks for large pages wherever the buffer has whole pages to itself.
#[cfg(target_os = "linux")]
fn ask(out: &mut Vec<u8>) {
    use rustix::mm::{Advice, madvise};
    let skipped = out.as_ptr().align_offset(PAGE);
    let Some(len) = out.capacity().checked_sub(skipped).map(|len| len / PAGE * PAGE) else { return };
    // SAFETY: the address and the length lie within the buffer's own memory, and the advice leaves its content as it is.
    // That it is refused where there are no such pages, or pages are longer, is no matter.
    let _ = unsafe { madvise(out.as_mut_ptr().add(skipped).cast(), len, Advice::LinuxHugepage) };
}

/// No other system is known to be asked.
#[cfg(not(target_os = "linux"))]
fn ask(_: &mut Vec<u8>) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Whether the system notes that large pages were asked for where an address is (proc_pid_smaps(5), `hg`).
    fn asked_at(address: usize) -> bool {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let (mut here, mut asked) = (false, false);
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let bounds = range.and_then(|(from, to)| {
                Some(usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?)
            });
            if let Some(bounds) = bounds {
                here = bounds.contains(&address);
            } else if here && line.starts_with("VmFlags:") {
                asked |= line.split(' ').any(|flag| flag == "hg");
            }
        }
        asked
    }

    #[test]
    fn large_rooms_are_asked_for_and_small_ones_are_not() {
        if !std::path::Path::new("/sys/kernel/mm/transparent_hugepage/enabled").exists() {
            eprintln!("SKIPPED: this system has no large pages");
            return;
        }
        let mut pages = LargePages::default();
        let mut small = vec![5; 3];
        pages.reserve(&mut small, LEAST - 4);
        assert_eq!((&small[..], small.capacity(), pages.asked), (&[5; 3][..], LEAST - 1, (0, 0)));
        let mut large = vec![7];
        pages.reserve(&mut large, 16 << 20);
        let middle = large.as_ptr().addr() + large.capacity() / 2;
        assert!(asked_at(middle));
        assert_eq!((&large[..], pages.asked), (&[7][..], (large.as_ptr().addr(), large.capacity())));
        // one that is large already, and one that grows
        let mut other = Vec::with_capacity(LEAST);
        pages.reserve(&mut other, LEAST);
        assert_eq!(pages.asked, (other.as_ptr().addr(), LEAST));
        let more = large.capacity();
        pages.reserve(&mut large, more);
        assert_eq!((&large[..], pages.asked), (&[7][..], (large.as_ptr().addr(), large.capacity())));
        assert!(large.capacity() > more && asked_at(large.as_ptr().addr() + more));
    }
}
