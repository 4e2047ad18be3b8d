//! The store from inside: opening, invariants that fire, plans that use their index.

mod faults;
mod opening;
mod plans;
mod site;
mod upgrading;
