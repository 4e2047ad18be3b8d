//! Whether given values are fit to be kept: the same rules on the phone before a save, at sealing, and on the server.

use std::fmt;

use super::model::{Field, Policy, RecordType};
use crate::value::{Canonical, FieldKind, FieldMap, Value, ValueProblem, canonical_of, canonical_of_json};

/// Why a field is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum ProblemKind {
    /// The record type has no such field.
    UnknownField,
    /// The value is of another type.
    WrongType,
    /// The value cannot be read as the field's type.
    Malformed,
    /// The value is too long.
    TooLong,
    /// The value is outside what can be kept exactly.
    OutOfRange,
    /// Not one of the declared choices.
    UnknownChoice,
    /// A required field is empty.
    Missing,
    /// The server fills this field.
    ServerOwned,
    /// A reference to a record that is not there, or of another type.
    BadReference,
    /// The server refused it, in its own words.
    Refused,
}

/// One field that is not fit, ready to show beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct FieldProblem {
    /// The field's name; empty when the problem concerns the record as a whole.
    pub field: String,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// A sentence for people, such as "Close date is required".
    pub message: String,
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl RecordType {
    /// The canonical values of an edit, or every problem at once.
    ///
    /// # Errors
    /// All fields that are not fit, in name order.
    pub fn canonical_edit(
        &self,
        fields: &[(String, Value)],
    ) -> Result<Vec<(String, Option<Canonical>)>, Vec<FieldProblem>> {
        let mut good = Vec::with_capacity(fields.len());
        let mut problems = Vec::new();
        for (name, value) in fields {
            match self.canonical_field(name, value) {
                Ok(value) => good.push((name.clone(), value)),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(good) } else { Err(problems) }
    }

    fn canonical_field(&self, name: &str, value: &Value) -> Result<Option<Canonical>, FieldProblem> {
        let Some(field) = self.field(name) else { return Err(self.no_field(name)) };
        let value = canonical_of(field.kind, value).map_err(|problem| of_value(field, &problem))?;
        match self.check_field(field, value.as_ref()) {
            Some(problem) => Err(problem),
            None => Ok(value),
        }
    }

    /// What is wrong with a value that was kept under an earlier schema, if anything: the field may be gone, or of another
    /// kind.
    #[must_use]
    pub fn check_kept(&self, name: &str, value: Option<&Canonical>) -> Option<FieldProblem> {
        let Some(field) = self.field(name) else { return Some(self.no_field(name)) };
        let unreadable = value.and_then(|value| canonical_of_json(field.kind, &value.json()).err());
        unreadable.map(|problem| of_value(field, &problem)).or_else(|| self.check_field(field, value))
    }

    fn no_field(&self, name: &str) -> FieldProblem {
        FieldProblem {
            field: name.to_owned(),
            kind: ProblemKind::UnknownField,
            message: format!("{} has no field {name}", self.label),
        }
    }

    /// What is wrong with the canonical value of one edited field, if anything.
    #[must_use]
    pub fn check_field(&self, field: &Field, value: Option<&Canonical>) -> Option<FieldProblem> {
        let problem = |kind, rest: &str| {
            Some(FieldProblem { field: field.name.clone(), kind, message: format!("{} {rest}", field.label) })
        };
        if field.policy == Policy::ServerOwned {
            return problem(ProblemKind::ServerOwned, "is filled by the server");
        }
        let Some(value) = value else {
            return if field.required { problem(ProblemKind::Missing, "is required") } else { None };
        };
        let known = |name: &str| field.choices.iter().any(|choice| choice.name == name);
        if field.kind == FieldKind::Choice && !value.text().is_some_and(|name| known(&name)) {
            return problem(ProblemKind::UnknownChoice, &format!("does not offer {}", value.as_str()));
        }
        None
    }

    /// What is wrong with the fields of a new record: required fields that are empty, and each field's own problems.
    #[must_use]
    pub fn check_create(&self, fields: &FieldMap) -> Vec<FieldProblem> {
        let of_field = |field: &Field| match (fields.get(&field.name), field.policy) {
            (None, Policy::ServerOwned) => None,
            (value, _) => self.check_field(field, value),
        };
        self.fields.iter().filter_map(of_field).collect()
    }
}

fn of_value(field: &Field, problem: &ValueProblem) -> FieldProblem {
    let kind = match problem {
        ValueProblem::WrongType { .. } => ProblemKind::WrongType,
        ValueProblem::Malformed { .. } => ProblemKind::Malformed,
        ValueProblem::TooLong { .. } => ProblemKind::TooLong,
        ValueProblem::OutOfRange => ProblemKind::OutOfRange,
    };
    FieldProblem { field: field.name.clone(), kind, message: format!("{} {problem}", field.label) }
}
