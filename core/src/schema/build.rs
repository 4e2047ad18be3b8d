//! A schema made in code. The same rules as for a file hold; [`SchemaBuilder::build`] checks them.

use super::SchemaError;
use super::file::{ChoiceFile, FieldFile, SchemaFile, TypeFile};
use super::model::{Policy, Schema};
use crate::value::FieldKind;

/// Makes a [`Schema`].
///
/// ```
/// use fieldkeep::schema::{FieldBuilder, RecordTypeBuilder, SchemaBuilder};
/// use fieldkeep::value::FieldKind;
///
/// let schema = SchemaBuilder::new(1)
///     .record_type(
///         RecordTypeBuilder::new("work_order")
///             .field(FieldBuilder::new("title", FieldKind::Text).required())
///             .field(FieldBuilder::choice("status", &["assigned", "complete"]).indexed()),
///     )
///     .build()?;
/// assert_eq!(schema.types[0].fields[1].label, "Status");
/// # Ok::<(), fieldkeep::schema::SchemaError>(())
/// ```
pub struct SchemaBuilder(SchemaFile);

impl SchemaBuilder {
    /// Starts a schema of that version, 1 or more.
    #[must_use]
    pub fn new(version: i64) -> Self {
        Self(SchemaFile { version, types: Vec::new() })
    }

    /// Adds a record type.
    #[must_use]
    pub fn record_type(mut self, record_type: RecordTypeBuilder) -> Self {
        self.0.types.push(record_type.0);
        self
    }

    /// Validates the whole.
    ///
    /// # Errors
    /// [`SchemaError`] with the place and the reason of the first fault.
    pub fn build(self) -> Result<Schema, SchemaError> {
        self.0.into_schema()
    }
}

/// Makes one record type.
pub struct RecordTypeBuilder(TypeFile);

impl RecordTypeBuilder {
    /// Starts a record type, `[a-z][a-z0-9_]{0,62}`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(TypeFile {
            name: name.to_owned(),
            label: None,
            doc: None,
            fields: Vec::new(),
            append_only: None,
            natural_key: Vec::new(),
            policy: None,
        })
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, field: FieldBuilder) -> Self {
        self.0.fields.push(field.0);
        self
    }

    /// The name people read; made from the name where it is not given.
    #[must_use]
    pub fn label(mut self, label: &str) -> Self {
        self.0.label = Some(label.to_owned());
        self
    }

    /// What it is for, in a sentence for those who write the app.
    #[must_use]
    pub fn doc(mut self, doc: &str) -> Self {
        self.0.doc = Some(doc.to_owned());
        self
    }

    /// Records are only added, as children of what this reference field points to.
    #[must_use]
    pub fn append_only(mut self, parent_field: &str) -> Self {
        self.0.append_only = Some(parent_field.to_owned());
        self
    }

    /// The fields that together tell two records apart.
    #[must_use]
    pub fn natural_key(mut self, fields: &[&str]) -> Self {
        self.0.natural_key = fields.iter().map(|&field| field.to_owned()).collect();
        self
    }
}

/// Makes one field.
pub struct FieldBuilder(FieldFile);

impl FieldBuilder {
    /// Starts a field, `[a-z][a-z0-9_]{0,62}`.
    #[must_use]
    pub fn new(name: &str, kind: FieldKind) -> Self {
        Self(FieldFile {
            name: name.to_owned(),
            label: None,
            doc: None,
            kind,
            required: false,
            choices: Vec::new(),
            target: None,
            indexed: false,
            searchable: false,
            policy: None,
        })
    }

    /// A choice field and what it takes.
    #[must_use]
    pub fn choice(name: &str, choices: &[&str]) -> Self {
        let mut field = Self::new(name, FieldKind::Choice);
        field.0.choices = choices.iter().map(|&choice| ChoiceFile::Name(choice.to_owned())).collect();
        field
    }

    /// A reference to records of another type.
    #[must_use]
    pub fn reference(name: &str, target: &str) -> Self {
        let mut field = Self::new(name, FieldKind::Reference);
        field.0.target = Some(target.to_owned());
        field
    }

    /// The name people read; made from the name where it is not given.
    #[must_use]
    pub fn label(mut self, label: &str) -> Self {
        self.0.label = Some(label.to_owned());
        self
    }

    /// What it is for, in a sentence for those who write the app.
    #[must_use]
    pub fn doc(mut self, doc: &str) -> Self {
        self.0.doc = Some(doc.to_owned());
        self
    }

    /// Must not be null.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.0.required = true;
        self
    }

    /// Lists filter and sort by it quickly.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        self.0.indexed = true;
        self
    }

    /// Its words take part in text search.
    #[must_use]
    pub fn searchable(mut self) -> Self {
        self.0.searchable = true;
        self
    }

    /// What happens when edits meet.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.0.policy = Some(policy);
        self
    }
}
