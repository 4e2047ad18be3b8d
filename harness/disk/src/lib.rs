//! A disk in memory, as SQLite and a store see it, for the simulator: it keeps apart what was written and what was synced,
//! and can lose the difference; it fills up, fails, and a process on it can die at any operation.
//!
//! [`register`] makes SQLite know it under [`VFS`]. Each [`Disk`] has a name; files lie at `/<name>/…`.
//!
//! A file system of our own, because the crate for it (sqlite-plugin) makes its bindings with libclang when it is built, which
//! the machines of users do not have.

mod disk;
mod file;
mod locks;
mod names;
mod open;
mod process;
mod shared;
mod shim;

pub use disk::{Disk, Fault};
pub use process::{LockedFile, Process};
pub use shim::register;

/// The name under which SQLite knows these disks.
pub const VFS: &str = "fieldkeep-disk";
