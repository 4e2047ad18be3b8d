import FieldkeepTypes
import Foundation

/// One of the declared choices of a field; types made from the schema list them.
///
/// It is encoded as its name.
public protocol ChoiceValue: Hashable, Sendable, Codable {
    /// What is stored and sent.
    var name: String { get }
    /// What a person reads.
    var label: String { get }
    /// The choice of that name; also one that this app's schema does not list.
    init(name: String)
}

extension ChoiceValue {
    /// From the name.
    public init(from decoder: any Decoder) throws {
        self.init(name: try decoder.singleValueContainer().decode(String.self))
    }

    /// As the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

/// A place on earth, in degrees; kept to seven places (about a centimetre).
public struct Place: Hashable, Codable, Sendable {
    /// North, -90 to 90.
    public var latitude: Double
    /// East, -180 to 180.
    public var longitude: Double

    /// What is outside of the ranges, or no number, is refused by a commit.
    public init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// A field with its exact type: how its values are read and set. Types made from the schema have one for each field.
public struct Column<T: Sendable>: Sendable {
    /// What is stored and sent.
    public let name: String
    /// What a person reads.
    public let label: String
    let lower: @Sendable (T) -> Value
    let lift: @Sendable (Value) -> T?

    /// The field's value in a record.
    public subscript(record: Record) -> T? { record.fields[name].flatMap(lift) }
}

/// A field by which lists are filtered and sorted: quick among a million records where the schema says `indexed`.
public struct SortableColumn<T: Sendable>: Sendable {
    let column: Column<T>

    init(
        _ name: String, _ label: String, _ lower: @escaping @Sendable (T) -> Value,
        _ lift: @escaping @Sendable (Value) -> T?
    ) {
        column = Column(name: name, label: label, lower: lower, lift: lift)
    }

    /// What is stored and sent.
    public var name: String { column.name }

    /// What a person reads.
    public var label: String { column.label }

    /// The field's value in a record.
    public subscript(record: Record) -> T? { column[record] }

    /// Smallest first; records without a value come first.
    public var ascending: Sort { Sort(field: name, descending: false) }

    /// Largest first; records without a value come last.
    public var descending: Sort { Sort(field: name, descending: true) }

    /// Records without a value.
    public var isEmpty: Filter { Filter(field: name, test: .empty) }

    /// Records with a value.
    public var isNotEmpty: Filter { Filter(field: name, test: .notEmpty) }

    /// Equal by the field's type.
    public func equal(to value: T) -> Filter { Filter(field: name, test: .equal(column.lower(value))) }

    /// One of these.
    public func oneOf(_ values: [T]) -> Filter { Filter(field: name, test: .oneOf(values.map(column.lower))) }

    /// Less than.
    public func below(_ value: T) -> Filter { Filter(field: name, test: .below(column.lower(value))) }

    /// Not more than.
    public func atMost(_ value: T) -> Filter { Filter(field: name, test: .atMost(column.lower(value))) }

    /// More than.
    public func above(_ value: T) -> Filter { Filter(field: name, test: .above(column.lower(value))) }

    /// Not less than.
    public func atLeast(_ value: T) -> Filter { Filter(field: name, test: .atLeast(column.lower(value))) }
}

extension SortableColumn where T == String {
    /// A short or long text.
    public static func text(_ name: String, label: String) -> Self {
        Self(name, label, { .text($0) }, { if case .text(let text) = $0 { text } else { nil } })
    }

    /// A phone number.
    public static func phone(_ name: String, label: String) -> Self {
        Self(name, label, { .phone($0) }, { if case .phone(let text) = $0 { text } else { nil } })
    }
}

extension SortableColumn where T == Decimal {
    /// An exact decimal number.
    public static func decimal(_ name: String, label: String) -> Self {
        let posix = Locale(identifier: "en_US_POSIX")
        return Self(
            name, label,
            { .exactly($0) },
            { if case .decimal(let text) = $0 { Decimal(string: text, locale: posix) } else { nil } })
    }
}

extension SortableColumn where T == Int64 {
    /// A whole number.
    public static func integer(_ name: String, label: String) -> Self {
        Self(name, label, { .integer($0) }, { if case .integer(let number) = $0 { number } else { nil } })
    }
}

extension SortableColumn where T == Bool {
    /// Yes or no.
    public static func boolean(_ name: String, label: String) -> Self {
        Self(name, label, { .boolean($0) }, { if case .boolean(let flag) = $0 { flag } else { nil } })
    }
}

extension SortableColumn where T == Date {
    /// A moment, to the millisecond.
    public static func instant(_ name: String, label: String) -> Self {
        Self(
            name, label,
            { .exactly($0) },
            { if case .instant(let ms) = $0 { Date(timeIntervalSince1970: Double(ms) / 1_000) } else { nil } })
    }
}

extension SortableColumn where T == Day {
    /// A calendar day without a time zone.
    public static func day(_ name: String, label: String) -> Self {
        Self(name, label, { .date($0.text) }, { if case .date(let text) = $0 { Day(text) } else { nil } })
    }
}

extension SortableColumn where T: ChoiceValue {
    /// One of the declared choices.
    public static func choice(_ name: String, label: String) -> Self {
        Self(name, label, { .choice($0.name) }, { if case .choice(let choice) = $0 { T(name: choice) } else { nil } })
    }
}

extension SortableColumn {
    /// Another record.
    public static func reference<M: Model>(_ name: String, label: String) -> Self where T == Ref<M> {
        Self(name, label, { .reference($0.record) }, { if case .reference(let id) = $0 { Ref(id) } else { nil } })
    }
}

extension Column where T == Set<String> {
    /// A set of words. Lists cannot be filtered by it.
    public static func tags(_ name: String, label: String) -> Self {
        Self(
            name: name, label: label, lower: { .tags($0.sorted()) },
            lift: { if case .tags(let tags) = $0 { Set(tags) } else { nil } }
        )
    }
}

extension Column where T == Place {
    /// A place on earth. Lists cannot be filtered by it.
    public static func place(_ name: String, label: String) -> Self {
        Self(
            name: name, label: label, lower: { .geo(latitude: $0.latitude, longitude: $0.longitude) },
            lift: {
                if case .geo(let latitude, let longitude) = $0 {
                    Place(latitude: latitude, longitude: longitude)
                } else {
                    nil
                }
            })
    }
}
