//! Everything that comes from outside, as functions that take any bytes at all. A finding is a panic: each function
//! checks what must hold whatever it is given. `docs/fuzzing.md` says how they are run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a finding is told")]

mod device;
mod honest;
mod liar;
mod mutator;
mod names;
mod phone;
mod place;
mod replies;
mod reply;
mod schema;
mod server;
mod stamp;
mod values;
mod words;

pub use device::device_lines;
pub use mutator::Mutator;
pub use replies::{hello_reply, lookup_reply, pull_page, push_reply};
pub use schema::schema_file;
pub use server::server_request;
pub use stamp::seen_stamp;
pub use values::canonical_values;

/// Inputs that a phone or a server made for these tests lives through before a new one is made. Most of what an input
/// costs is making them. One under libFuzzer, which keeps the last input alone.
const LIFE: usize = if cfg!(fuzzing) { 1 } else { 32 };

/// What is kept from input to input on one thread, and made anew after [`LIFE`] of them or a panic.
struct Kept<T> {
    kept: std::cell::RefCell<Option<(T, usize)>>,
    make: fn() -> T,
}

impl<T> Kept<T> {
    const fn new(make: fn() -> T) -> Self {
        Self { kept: std::cell::RefCell::new(None), make }
    }

    /// Does something with it; the number says how many inputs it has seen.
    fn with(&self, work: impl FnOnce(&mut T, usize)) {
        // Taken out while it works: what panicked is not used again.
        let (mut value, used) = self.kept.take().unwrap_or_else(|| ((self.make)(), 0));
        work(&mut value, used);
        if used + 1 < LIFE {
            self.kept.replace(Some((value, used + 1)));
        }
    }
}
