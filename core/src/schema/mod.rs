//! What records there are: types, fields, choices, references and the rule for each field. A schema is data: a JSON
//! file or a [`SchemaBuilder`], validated once, refused with the place and the reason.

mod build;
mod check;
mod file;
mod model;
mod validate;

pub use build::{FieldBuilder, RecordTypeBuilder, SchemaBuilder};
pub use check::SchemaError;
pub use model::{Choice, Field, Policy, RecordType, Schema};
pub use validate::{FieldProblem, ProblemKind};
