//! The Kotlin side: one file for each record type, over the classes of `io.fieldkeep` (`Models.kt`, `Columns.kt`).

use std::fmt::Write as _;

use fieldkeep::schema::Schema;
use fieldkeep::value::FieldKind;

use super::folder::{Generated, MARK};
use super::names::{literal, pascal};
use super::shape::{FieldShape, Language, TypeShape, shapes};

const LANGUAGE: Language = Language {
    types: &[
        "Any",
        "BigDecimal",
        "Boolean",
        "ChoiceValue",
        "Edit",
        "Fieldkeep",
        "Filter",
        "Flow",
        "FormToken",
        "Instant",
        "Int",
        "List",
        "LocalDate",
        "Long",
        "Model",
        "ModelChanges",
        "ModelId",
        "ModelQuery",
        "Place",
        "Receipt",
        "Record",
        "RecordId",
        "Schema",
        "Set",
        "Sort",
        "String",
        "Unit",
    ],
    keywords: &[
        "as",
        "break",
        "class",
        "continue",
        "do",
        "else",
        "false",
        "for",
        "fun",
        "if",
        "in",
        "interface",
        "is",
        "null",
        "object",
        "package",
        "return",
        "super",
        "this",
        "throw",
        "true",
        "try",
        "typealias",
        "typeof",
        "val",
        "var",
        "when",
        "while",
    ],
    members: &["id", "record", "more", "values", "changes"],
    inner_types: &["Changes", "Columns", "Companion", "Id"],
    choice_members: &["Companion", "String", "List", "Unlisted"],
    choice: pascal,
};

const IMPORTS: [&str; 26] = [
    "io.fieldkeep.ChoiceValue",
    "io.fieldkeep.Edit",
    "io.fieldkeep.Fieldkeep",
    "io.fieldkeep.Filter",
    "io.fieldkeep.FormToken",
    "io.fieldkeep.Model",
    "io.fieldkeep.ModelChanges",
    "io.fieldkeep.ModelId",
    "io.fieldkeep.ModelQuery",
    "io.fieldkeep.Place",
    "io.fieldkeep.Receipt",
    "io.fieldkeep.Record",
    "io.fieldkeep.RecordId",
    "io.fieldkeep.Sort",
    "io.fieldkeep.booleanColumn",
    "io.fieldkeep.choiceColumn",
    "io.fieldkeep.dateColumn",
    "io.fieldkeep.decimalColumn",
    "io.fieldkeep.instantColumn",
    "io.fieldkeep.integerColumn",
    "io.fieldkeep.phoneColumn",
    "io.fieldkeep.placeColumn",
    "io.fieldkeep.referenceColumn",
    "io.fieldkeep.tagsColumn",
    "io.fieldkeep.textColumn",
    "kotlinx.coroutines.flow.Flow",
];

/// All files of a schema: its types, and `Schema.kt` with the schema itself.
pub(super) fn files(schema: &Schema, package: &str) -> Vec<Generated> {
    let head = format!("// {MARK} from schema version {}. Do not edit.\n", schema.version);
    let mut files: Vec<Generated> = shapes(schema, &LANGUAGE)
        .iter()
        .map(|shape| Generated { name: format!("{}.kt", shape.class), text: type_file(&head, package, shape) })
        .collect();
    files.push(Generated { name: "Schema.kt".to_owned(), text: schema_file(&head, package, schema) });
    files
}

fn schema_file(head: &str, package: &str, schema: &Schema) -> String {
    let mut out =
        format!("{head}package {package}\n\n/** The schema that these classes were made from. */\nobject Schema {{\n");
    let _ = writeln!(out, "    const val VERSION = {}L\n", schema.version);
    out.push_str("    /** As `Options.schemaJson` takes it. */\n    val json: String =\n        listOf(\n");
    for line in serde_json::to_string_pretty(schema).unwrap_or_default().lines() {
        let _ = writeln!(out, "            \"{}\",", literal(line.trim_start(), Some('$')));
    }
    out.push_str("        ).joinToString(\"\")\n}\n");
    out
}

fn type_file(head: &str, package: &str, shape: &TypeShape<'_>) -> String {
    let body = type_body(shape);
    let mut out = format!("{head}package {package}\n\n");
    let mut imports: Vec<&str> = IMPORTS.into_iter().filter(|import| is_used(&body, import)).collect();
    let external = [
        ("BigDecimal", "java.math.BigDecimal"),
        ("Instant", "java.time.Instant"),
        ("LocalDate", "java.time.LocalDate"),
    ];
    imports.extend(external.iter().filter(|(name, _)| is_used(&body, name)).map(|(_, import)| import));
    imports.extend([
        "io.fieldkeep.commitOptions",
        "io.fieldkeep.created",
        "io.fieldkeep.models",
        "io.fieldkeep.watched",
    ]);
    if !shape.is_append_only() {
        imports.push("io.fieldkeep.patched");
    }
    imports.sort_unstable();
    for import in imports {
        let _ = writeln!(out, "import {import}");
    }
    out.push('\n');
    out.push_str(&body);
    out
}

/// Whether the last part of an import stands in the text as a word.
fn is_used(body: &str, import: &str) -> bool {
    let name = import.rsplit('.').next().unwrap_or(import);
    body.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == name)
}

fn type_body(shape: &TypeShape<'_>) -> String {
    let class = &shape.class;
    let mut out = format!(
        "/** {} */\nclass {class} private constructor(override val record: Record) : Model {{\n    \
         override val id: Id get() = Id(record.id)\n",
        shape.doc()
    );
    for field in &shape.fields {
        let _ = write!(
            out,
            "\n    /** {} */\n    val {}: {}? by Columns.{}\n",
            field.doc(),
            field.member,
            kotlin_type(field),
            field.member
        );
    }
    let _ = write!(
        out,
        "\n    override fun equals(other: Any?) = other is {class} && other.record == record\n\n    \
         override fun hashCode() = record.hashCode()\n\n    override fun toString() = record.toString()\n\n    \
         /** Names a record of this type. */\n    @JvmInline\n    value class Id(override val record: RecordId) : ModelId {{\n        \
         override fun toString() = record.text\n    }}\n"
    );
    shape.fields.iter().for_each(|field| out.push_str(&choice_class(field)));
    out.push_str(&columns(shape));
    out.push_str(&changes(shape));
    out.push_str(&companion(shape));
    out.push_str("}\n");
    out.push_str(&functions(shape));
    out
}

fn kotlin_type(field: &FieldShape<'_>) -> String {
    let name = match field.source.kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Phone => "String",
        FieldKind::Decimal => "BigDecimal",
        FieldKind::Integer => "Long",
        FieldKind::Boolean => "Boolean",
        FieldKind::Instant => "Instant",
        FieldKind::Date => "LocalDate",
        FieldKind::Tags => "Set<String>",
        FieldKind::GeoPoint => "Place",
        FieldKind::Choice => return field.choice_class.clone().unwrap_or_default(),
        FieldKind::Reference => return format!("{}.Id", field.target.as_deref().unwrap_or_default()),
    };
    name.to_owned()
}

fn column(field: &FieldShape<'_>) -> String {
    let name = &field.source.name;
    let label = literal(&field.source.label, Some('$'));
    let kind = match field.source.kind {
        FieldKind::Text | FieldKind::LongText => "text",
        FieldKind::Decimal => "decimal",
        FieldKind::Integer => "integer",
        FieldKind::Boolean => "boolean",
        FieldKind::Instant => "instant",
        FieldKind::Date => "date",
        FieldKind::Tags => "tags",
        FieldKind::Phone => "phone",
        FieldKind::GeoPoint => "place",
        FieldKind::Choice => {
            let class = field.choice_class.as_deref().unwrap_or_default();
            return format!("choiceColumn(\"{name}\", \"{label}\", {class}::of)");
        }
        FieldKind::Reference => {
            let target = field.target.as_deref().unwrap_or_default();
            return format!("referenceColumn(\"{name}\", \"{label}\") {{ {target}.Id(it) }}");
        }
    };
    format!("{kind}Column(\"{name}\", \"{label}\")")
}

fn choice_class(field: &FieldShape<'_>) -> String {
    let Some(class) = &field.choice_class else { return String::new() };
    let mut out = format!("\n    /** {} */\n    sealed interface {class} : ChoiceValue {{\n", field.doc());
    for (case, choice) in &field.choices {
        let (name, label) = (literal(&choice.name, Some('$')), literal(&choice.label, Some('$')));
        let _ = write!(
            out,
            "        data object {case} : {class} {{\n            override val name get() = \"{name}\"\n\n            \
             override val label get() = \"{label}\"\n        }}\n\n"
        );
    }
    let cases: Vec<&str> = field.choices.iter().map(|(case, _)| case.as_str()).collect();
    let _ = write!(
        out,
        "        /** A choice that a newer schema has: it is shown by its name, and cannot be saved. */\n        \
         data class Unlisted(override val name: String) : {class} {{\n            \
         override val label get() = name\n        }}\n\n        companion object {{\n            \
         /** All choices, in declared order. */\n            val all: List<{class}> get() = listOf({})\n\n            \
         /** The choice of that name. */\n            fun of(name: String): {class} = all.find {{ it.name == name }} ?: Unlisted(name)\n        \
         }}\n    }}\n",
        cases.join(", ")
    );
    out
}

fn columns(shape: &TypeShape<'_>) -> String {
    let mut out = "\n    /** The fields by name and type, for lists. */\n    object Columns {\n".to_owned();
    for field in &shape.fields {
        let _ = writeln!(out, "        val {} = {}", field.member, column(field));
    }
    out.push_str("    }\n");
    out
}

fn changes(shape: &TypeShape<'_>) -> String {
    let mut out = "\n    /** What an edit sets. A field that is not touched stays as it is; null empties it. */\n    \
                   class Changes internal constructor(shown: Record?) : ModelChanges(shown) {\n"
        .to_owned();
    let fields: Vec<String> = shape
        .settable()
        .map(|field| {
            let member = &field.member;
            format!(
                "        /** {} */\n        var {member}: {}? by Columns.{member}\n",
                field.doc(),
                kotlin_type(field)
            )
        })
        .collect();
    out.push_str(&fields.join("\n"));
    out.push_str("    }\n");
    out
}

fn companion(shape: &TypeShape<'_>) -> String {
    let (class, name) = (&shape.class, &shape.source.name);
    let required: Vec<&FieldShape<'_>> = shape.settable().filter(|field| field.source.required).collect();
    let mut out = format!(
        "\n    companion object {{\n        const val TYPE = \"{name}\"\n\n        \
         /** The record as this class; null when it is of another type. */\n        \
         fun of(record: Record): {class}? = if (record.recordType == TYPE) {class}(record) else null\n\n        \
         /** An edit that makes a record. */\n        fun create(\n"
    );
    for field in &required {
        let _ = writeln!(out, "            {}: {},", field.member, kotlin_type(field));
    }
    out.push_str("            id: Id? = null,\n            more: Changes.() -> Unit = {},\n        ): Edit {\n");
    out.push_str("            val changes = Changes(null)\n");
    for field in &required {
        let _ = writeln!(out, "            changes.{} = {}", field.member, field.member);
    }
    let _ = write!(
        out,
        "            changes.more()\n            return created(TYPE, id, changes)\n        }}\n\n        \
         /**\n         * A list: all filters hold, and all words of [search] stand in searchable fields. [limit] is 1 to 1,000; [after] is\n         \
         * where the page before ended.\n         */\n        \
         fun list(\n            vararg filters: Filter,\n            sort: Sort? = null,\n            limit: Int = 20,\n            \
         after: String? = null,\n            search: String? = null,\n        ): ModelQuery<{class}> = models(TYPE, filters, sort, limit, after, search, ::of)\n    }}\n"
    );
    out
}

fn functions(shape: &TypeShape<'_>) -> String {
    let class = &shape.class;
    let mut out = format!(
        "\n/** The record; null when it is not on this device. */\n\
         suspend fun Fieldkeep.get(id: {class}.Id): {class}? = get(id.record)?.let({class}::of)\n\n\
         /** Watches a record; null while it is not on this device. */\n\
         fun Fieldkeep.watch(id: {class}.Id): Flow<{class}?> = watched(this, id, {class}::of)\n"
    );
    if !shape.is_append_only() {
        let _ = write!(
            out,
            "\n/** An edit of the record as it was shown. */\n\
             fun {class}.changed(change: {class}.Changes.() -> Unit): Edit = patched(this, {class}.Changes(record).apply(change))\n\n\
             /** Saves a form: seen stamp and form token are filled in, so a second tap with the same token is the same operation. A\n    \
             [draft] of that name is removed. */\n\
             suspend fun Fieldkeep.edit(\n    shown: {class},\n    form: FormToken = FormToken.new(),\n    \
             draft: String? = null,\n    \
             change: {class}.Changes.() -> Unit,\n): Receipt = commit(shown.changed(change), commitOptions(form, draft = draft))\n"
        );
    }
    out
}
