import FieldkeepTypes

/// Names a record of one type, so that two types are not mixed up. It is encoded as the record's id.
public struct Ref<M: Model>: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The record's id.
    public let record: RecordId

    /// Names a record, which must be of this type.
    public init(_ record: RecordId) { self.record = record }

    /// From the id.
    public init(from decoder: any Decoder) throws {
        record = try decoder.singleValueContainer().decode(RecordId.self)
    }

    /// As the id.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(record)
    }

    /// The id as text.
    public var description: String { record.text }
}

/// A record as a type made from the schema shows it.
public protocol Model: Sendable {
    /// What an edit of it sets.
    associatedtype Changes: ModelChanges
    /// What the schema calls the type.
    static var recordType: String { get }
    /// The record itself: state, seen stamp, fields that this app's schema does not know.
    var record: Record { get }
    /// The record as this type; nil when it is of another one.
    init?(_ record: Record)
}

/// A model whose records people change. The others are only added.
public protocol EditableModel: Model {}

/// What an edit sets, as a type made from the schema offers it.
public protocol ModelChanges {
    /// The values.
    var edits: FieldEdits { get }
    /// Nothing is set yet. `shown` is the record that is edited; nil for a new one.
    init(shown: Record?)
}

/// Values that were set, over those that were shown.
public struct FieldEdits: Sendable {
    let shown: Record?
    var values: [String: Value] = [:]

    /// Nothing is set yet. `shown` is the record that is edited; nil for a new one.
    public init(shown: Record?) { self.shown = shown }

    /// What is set here, else what was shown. Nil empties a field.
    public subscript<T>(column: Column<T>) -> T? {
        get { (values[column.name] ?? shown?.fields[column.name]).flatMap(column.lift) }
        set { values[column.name] = newValue.map(column.lower) ?? .null }
    }

    /// What is set here, else what was shown. Nil empties a field.
    public subscript<T>(column: SortableColumn<T>) -> T? {
        get { self[column.column] }
        set { self[column.column] = newValue }
    }
}

/// A list of one type's records.
public struct ModelQuery<M: Model>: Sendable {
    /// The same by field names.
    public let query: Query
}

/// One page of a list.
public struct ModelPage<M: Model>: Sendable {
    /// In the order that was asked for.
    public let models: [M]
    /// Where the next page begins; nil on the last one.
    public let next: String?
}

extension Model {
    /// A list: all filters hold, and all words of `search` stand in searchable fields. `limit` is 1 to 1,000; `after` is
    /// where the page before ended.
    public static func list(
        _ filters: Filter..., sort: Sort? = nil, limit: Int = 20, after: String? = nil, search: String? = nil
    ) -> ModelQuery<Self> {
        // What does not fit is refused like any other bad limit, not turned into another number.
        let bounded = UInt32(clamping: limit)
        return ModelQuery(
            query: Query(
                recordType: recordType, filters: filters, sort: sort, limit: bounded, after: after, search: search))
    }

    /// For types made from the schema: an edit that makes a record.
    public static func created(id: Ref<Self>?, _ changes: Changes) -> Edit {
        .create(recordType: recordType, id: id?.record, fields: changes.edits.values)
    }
}

extension EditableModel {
    /// An edit of the record as it was shown.
    public func changed(_ change: (inout Changes) -> Void) -> Edit {
        var changes = Changes(shown: record)
        change(&changes)
        return .patch(recordType: record.recordType, id: record.id, seen: record.seen, fields: changes.edits.values)
    }
}
