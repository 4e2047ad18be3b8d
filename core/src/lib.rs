//! Fieldkeep: kept on the phone, sent once, told truly.

pub mod clock;
pub mod schema;
pub mod value;
pub mod wire;
