//! The Swift side: one file for each record type, over the types of the package `Fieldkeep` (`Models.swift`,
//! `Columns.swift`).

use std::fmt::Write as _;

use fieldkeep::schema::Schema;
use fieldkeep::value::FieldKind;

use super::folder::{Generated, MARK};
use super::names::{camel, literal};
use super::shape::{FieldShape, Language, TypeShape, shapes};

const LANGUAGE: Language = Language {
    types: &[
        "Any",
        "Bool",
        "Calendar",
        "ChoiceValue",
        "Column",
        "Data",
        "Date",
        "Day",
        "Decimal",
        "Edit",
        "Error",
        "FieldEdits",
        "Fieldkeep",
        "Filter",
        "Identifiable",
        "Int64",
        "List",
        "Model",
        "ModelChanges",
        "ModelQuery",
        "Never",
        "Place",
        "Record",
        "RecordId",
        "Ref",
        "Schema",
        "Self",
        "Sendable",
        "Set",
        "Sort",
        "SortableColumn",
        "String",
        "Type",
        "UInt32",
        "Void",
    ],
    keywords: &[
        "as",
        "associatedtype",
        "break",
        "case",
        "catch",
        "class",
        "continue",
        "default",
        "defer",
        "deinit",
        "do",
        "else",
        "enum",
        "extension",
        "fallthrough",
        "false",
        "fileprivate",
        "for",
        "func",
        "guard",
        "if",
        "import",
        "in",
        "init",
        "inout",
        "internal",
        "is",
        "let",
        "nil",
        "operator",
        "precedencegroup",
        "private",
        "protocol",
        "public",
        "repeat",
        "rethrows",
        "return",
        "self",
        "static",
        "struct",
        "subscript",
        "super",
        "switch",
        "throw",
        "throws",
        "true",
        "try",
        "typealias",
        "var",
        "where",
        "while",
    ],
    members: &["id", "record", "more", "edits", "changes", "recordType"],
    inner_types: &["Changes", "Columns", "ID", "Protocol"],
    choice_members: &["all", "label", "name", "unlisted"],
    choice: camel,
};

/// All files of a schema: its types, and `Schema.swift` with the schema itself.
pub(super) fn files(schema: &Schema) -> Vec<Generated> {
    let head = format!("// {MARK} from schema version {}. Do not edit.\n// swift-format-ignore-file\n", schema.version);
    let mut files: Vec<Generated> = shapes(schema, &LANGUAGE)
        .iter()
        .map(|shape| Generated { name: format!("{}.swift", shape.class), text: type_file(&head, shape) })
        .collect();
    files.push(Generated { name: "Schema.swift".to_owned(), text: schema_file(&head, schema) });
    files
}

fn schema_file(head: &str, schema: &Schema) -> String {
    let mut out = format!(
        "{head}\n/// The schema that these types were made from.\npublic enum Schema {{\n    public static let version: Int64 = {}\n\n    \
         /// As `Options.schemaJson` takes it.\n    public static let json = [\n",
        schema.version
    );
    for line in serde_json::to_string_pretty(schema).unwrap_or_default().lines() {
        let _ = writeln!(out, "        \"{}\",", literal(line.trim_start(), None));
    }
    out.push_str("    ].joined()\n}\n");
    out
}

fn type_file(head: &str, shape: &TypeShape<'_>) -> String {
    let class = &shape.class;
    let mut out = format!(
        "{head}\nimport Fieldkeep\nimport Foundation\n\n/// {}\npublic struct {class}: Model, Identifiable, Equatable {{\n    \
         public typealias ID = Ref<{class}>\n    public static let recordType = \"{}\"\n\n    public let record: Record\n    \
         public var id: ID {{ ID(record.id) }}\n\n    /// The record as this type; nil when it is of another one.\n    \
         public init?(_ record: Record) {{\n        guard record.recordType == Self.recordType else {{ return nil }}\n        \
         self.record = record\n    }}\n",
        shape.doc(),
        shape.source.name
    );
    for field in &shape.fields {
        let (doc, member, kind) = (field.doc(), &field.member, swift_type(field));
        let _ = write!(out, "\n    /// {doc}\n    public var {member}: {kind}? {{ Columns.{member}[record] }}\n");
    }
    shape.fields.iter().for_each(|field| out.push_str(&choice_enum(field)));
    out.push_str(&columns(shape));
    out.push_str(&changes(shape));
    out.push_str(&create(shape));
    out.push_str("}\n");
    if !shape.is_append_only() {
        let _ = write!(out, "\nextension {class}: EditableModel {{}}\n");
    }
    out
}

fn swift_type(field: &FieldShape<'_>) -> String {
    let name = match field.source.kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Phone => "String",
        FieldKind::Decimal => "Decimal",
        FieldKind::Integer => "Int64",
        FieldKind::Boolean => "Bool",
        FieldKind::Instant => "Date",
        FieldKind::Date => "Day",
        FieldKind::Tags => "Set<String>",
        FieldKind::GeoPoint => "Place",
        FieldKind::Choice => return field.choice_class.clone().unwrap_or_default(),
        FieldKind::Reference => return format!("{}.ID", field.target.as_deref().unwrap_or_default()),
    };
    name.to_owned()
}

fn column(field: &FieldShape<'_>) -> String {
    let kind = match field.source.kind {
        FieldKind::Text | FieldKind::LongText => "text",
        FieldKind::Decimal => "decimal",
        FieldKind::Integer => "integer",
        FieldKind::Boolean => "boolean",
        FieldKind::Instant => "instant",
        FieldKind::Date => "day",
        FieldKind::Tags => "tags",
        FieldKind::Phone => "phone",
        FieldKind::GeoPoint => "place",
        FieldKind::Choice => "choice",
        FieldKind::Reference => "reference",
    };
    let sorts = !matches!(field.source.kind, FieldKind::Tags | FieldKind::GeoPoint);
    let column = if sorts { "SortableColumn" } else { "Column" };
    let label = literal(&field.source.label, None);
    format!("{column}<{}>.{kind}(\"{}\", label: \"{label}\")", swift_type(field), field.source.name)
}

fn choice_enum(field: &FieldShape<'_>) -> String {
    let Some(class) = &field.choice_class else { return String::new() };
    let mut out = format!("\n    /// {}\n    public enum {class}: ChoiceValue {{\n", field.doc());
    for (case, _) in &field.choices {
        let _ = writeln!(out, "        case {case}");
    }
    out.push_str(
        "        /// A choice that a newer schema has: it is shown by its name, and cannot be saved.\n        \
         case unlisted(String)\n\n",
    );
    let cases: Vec<String> = field.choices.iter().map(|(case, _)| format!(".{case}")).collect();
    let _ = write!(
        out,
        "        /// All choices, in declared order.\n        public static let all: [{class}] = [{}]\n\n        \
         public init(name: String) {{\n            self = Self.all.first {{ $0.name == name }} ?? .unlisted(name)\n        }}\n\n",
        cases.join(", ")
    );
    for (member, text) in [("name", true), ("label", false)] {
        let _ = write!(out, "        public var {member}: String {{\n            switch self {{\n");
        for (case, choice) in &field.choices {
            let text = literal(if text { &choice.name } else { &choice.label }, None);
            let _ = writeln!(out, "            case .{case}: \"{text}\"");
        }
        out.push_str("            case .unlisted(let name): name\n            }\n        }\n");
        if text {
            out.push('\n');
        }
    }
    out.push_str("    }\n");
    out
}

fn columns(shape: &TypeShape<'_>) -> String {
    let mut out = "\n    /// The fields by name and type, for lists.\n    public enum Columns {\n".to_owned();
    for field in &shape.fields {
        let _ = writeln!(out, "        public static let {} = {}", field.member, column(field));
    }
    out.push_str("    }\n");
    out
}

fn changes(shape: &TypeShape<'_>) -> String {
    let mut out = "\n    /// What an edit sets. A field that is not touched stays as it is; nil empties it.\n    \
                   public struct Changes: ModelChanges {\n        public var edits: FieldEdits\n\n        \
                   public init(shown: Record?) { edits = FieldEdits(shown: shown) }\n"
        .to_owned();
    for field in shape.settable() {
        let (doc, member, kind) = (field.doc(), &field.member, swift_type(field));
        let _ = write!(
            out,
            "\n        /// {doc}\n        public var {member}: {kind}? {{\n            get {{ edits[Columns.{member}] }}\n            \
             set {{ edits[Columns.{member}] = newValue }}\n        }}\n"
        );
    }
    out.push_str("    }\n");
    out
}

fn create(shape: &TypeShape<'_>) -> String {
    let required: Vec<&FieldShape<'_>> = shape.settable().filter(|field| field.source.required).collect();
    let mut out = "\n    /// An edit that makes a record.\n    public static func create(\n".to_owned();
    for field in &required {
        let _ = writeln!(out, "        {}: {},", field.member, swift_type(field));
    }
    out.push_str(
        "        id: ID? = nil,\n        _ more: (inout Changes) -> Void = { _ in }\n    ) -> Edit {\n        \
         var changes = Changes(shown: nil)\n",
    );
    for field in &required {
        let _ = writeln!(out, "        changes.{} = {}", field.member, field.member);
    }
    out.push_str("        more(&changes)\n        return created(id: id, changes)\n    }\n");
    out
}
