//! Counting what an operation allocates.
//!
//! Only what Rust asks for is counted, which is all that the engine itself allocates; what aws-lc and OpenSSL allocate
//! by themselves goes another way.
#![allow(unsafe_code)]

use perf::contest::Run;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which counts.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static COUNTED: Cell<Allocated> = const { Cell::new(Allocated { count: 0, octets: 0 }) };
}

/// What was allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocated {
    /// How often memory was asked for, or for more of it.
    pub count: u64,
    /// How many octets; of more memory only what is more.
    pub octets: u64,
}

/// What one run allocates, when it is not the first.
pub fn allocated_by(run: &mut Run<'_>) -> Allocated {
    run();
    let before = COUNTED.get();
    run();
    let after = COUNTED.get();
    Allocated { count: after.count - before.count, octets: after.octets - before.octets }
}

fn count(octets: usize) {
    // A thread that ends has nothing to count.
    let _ = COUNTED.try_with(|counted| {
        let Allocated { count, octets: before } = counted.get();
        counted.set(Allocated { count: count + 1, octets: before + octets as u64 });
    });
}

// SAFETY: every call is handed to the system's allocator as it is; counting allocates nothing, because the cell is
// constant-initialised and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises are the system allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.saturating_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}
