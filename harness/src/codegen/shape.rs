//! A schema as a program sees it: every type, field and choice with its name in the language.

use fieldkeep::schema::{Choice, Field, Policy, RecordType, Schema};

use super::names::{Scope, camel, pascal};

/// What a language forbids and needs for itself.
pub(super) struct Language {
    /// Names of types that a generated class would hide.
    pub(super) types: &'static [&'static str],
    /// Words that no member and no choice may be called.
    pub(super) keywords: &'static [&'static str],
    /// Members that every generated class has.
    pub(super) members: &'static [&'static str],
    /// Types that every generated class has inside.
    pub(super) inner_types: &'static [&'static str],
    /// Names inside the type of a choice.
    pub(super) choice_members: &'static [&'static str],
    /// How a choice is written: `Complete` or `complete`.
    pub(super) choice: fn(&str) -> String,
}

/// A record type.
pub(super) struct TypeShape<'a> {
    pub(super) class: String,
    pub(super) source: &'a RecordType,
    pub(super) fields: Vec<FieldShape<'a>>,
}

/// A field.
pub(super) struct FieldShape<'a> {
    pub(super) member: String,
    pub(super) source: &'a Field,
    /// The class of the choices, inside the type's class.
    pub(super) choice_class: Option<String>,
    pub(super) choices: Vec<(String, &'a Choice)>,
    /// The class that a reference points to.
    pub(super) target: Option<String>,
}

impl FieldShape<'_> {
    /// Whether a person's edit may set it.
    pub(super) fn may_be_set(&self) -> bool {
        self.source.policy != Policy::ServerOwned
    }

    /// What stands above it in the program.
    pub(super) fn doc(&self) -> String {
        let mut words = vec![with_stop(&self.source.label)];
        words.extend(self.source.doc.as_deref().map(with_stop));
        if self.source.required {
            words.push("Required.".to_owned());
        }
        if !self.may_be_set() {
            words.push("Set by the server.".to_owned());
        }
        super::names::comment(&words.join(" "))
    }
}

impl TypeShape<'_> {
    /// What stands above it in the program.
    pub(super) fn doc(&self) -> String {
        let mut words = vec![with_stop(&self.source.label)];
        words.extend(self.source.doc.as_deref().map(with_stop));
        if self.is_append_only() {
            words.push("Added and put away, never changed.".to_owned());
        }
        super::names::comment(&words.join(" "))
    }

    /// Whether its records are only added.
    pub(super) fn is_append_only(&self) -> bool {
        self.source.append_only.is_some()
    }

    /// What a person may set.
    pub(super) fn settable(&self) -> impl Iterator<Item = &FieldShape<'_>> {
        self.fields.iter().filter(|field| field.may_be_set())
    }
}

fn with_stop(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Gives everything its name, in declared order.
pub(super) fn shapes<'a>(schema: &'a Schema, language: &Language) -> Vec<TypeShape<'a>> {
    let mut scope = Scope::new(language.types, "Record");
    let classes: Vec<String> = schema.types.iter().map(|source| scope.take(&pascal(&source.name))).collect();
    let class_of = |name: &String| {
        schema.types.iter().position(|source| source.name == *name).and_then(|position| classes.get(position).cloned())
    };
    let shape = |(source, class): (&'a RecordType, &String)| {
        let mut members = Scope::new(&[language.keywords, language.members].concat(), "Field");
        // A class inside must hide none that is used there.
        let outside = classes.iter().map(String::as_str).chain(language.types.iter().copied());
        let reserved: Vec<&str> = outside.chain(language.inner_types.iter().copied()).collect();
        let mut inner = Scope::new(&reserved, "Choice");
        let fields = source.fields.iter().map(|field| {
            let choice_class = (!field.choices.is_empty()).then(|| inner.take(&pascal(&field.name)));
            FieldShape {
                member: members.take(&camel(&field.name)),
                source: field,
                choices: choices(field, choice_class.as_deref().unwrap_or_default(), language),
                choice_class,
                target: field.target.as_ref().and_then(class_of),
            }
        });
        TypeShape { class: class.clone(), source, fields: fields.collect() }
    };
    schema.types.iter().zip(&classes).map(shape).collect()
}

/// The choices of a field. None is called like their class, which would hide it.
fn choices<'a>(field: &'a Field, class: &str, language: &Language) -> Vec<(String, &'a Choice)> {
    let mut scope = Scope::new(&[language.keywords, language.choice_members, &[class]].concat(), "Choice");
    let name = |choice: &str| {
        let name = (language.choice)(choice);
        // Names of choices are free text: what begins with no letter needs one.
        let starts_well = name.chars().next().is_some_and(char::is_alphabetic);
        if starts_well { name } else { (language.choice)(&format!("choice {choice}")) }
    };
    field.choices.iter().map(|choice| (scope.take(&name(&choice.name)), choice)).collect()
}
