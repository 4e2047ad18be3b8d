import FieldkeepTypes
import Foundation

/// The fields of an edit, by name. For schemas that are known only at run time.
public struct Fields: Sendable {
    var values: [String: Value] = [:]

    /// Sets a field; nil empties it.
    public mutating func set(_ field: String, _ value: Value?) {
        values[field] = value ?? .null
    }

    /// Sets a short or long text.
    public mutating func text(_ field: String, _ value: String?) {
        set(field, value.map(Value.text))
    }

    /// Sets one of the declared choices, by its name.
    public mutating func choice(_ field: String, _ value: String?) {
        set(field, value.map(Value.choice))
    }

    /// Sets an exact decimal number, such as `"12.50"`.
    public mutating func decimal(_ field: String, _ value: String?) {
        set(field, value.map(Value.decimal))
    }

    /// Sets a whole number.
    public mutating func integer(_ field: String, _ value: Int64?) {
        set(field, value.map(Value.integer))
    }

    /// Sets yes or no.
    public mutating func flag(_ field: String, _ value: Bool?) {
        set(field, value.map(Value.boolean))
    }

    /// Sets a moment. Kept to the millisecond.
    public mutating func instant(_ field: String, _ value: Date?) {
        set(field, value.map { .exactly($0) })
    }

    /// Sets a calendar day without a time zone.
    public mutating func date(_ field: String, _ value: Day?) {
        set(field, value.map { .date($0.text) })
    }

    /// Sets a calendar day without a time zone, such as `"2026-04-01"`.
    public mutating func date<Text: StringProtocol>(_ field: String, _ value: Text?) {
        // Generic, so that `nil` alone means the other one.
        set(field, value.map { .date(String($0)) })
    }

    /// Sets a phone number.
    public mutating func phone(_ field: String, _ value: String?) {
        set(field, value.map(Value.phone))
    }

    /// Sets a set of words.
    public mutating func tags(_ field: String, _ value: Set<String>) {
        set(field, .tags(value.sorted()))
    }

    /// Sets a place on earth, in degrees.
    public mutating func place(_ field: String, latitude: Double, longitude: Double) {
        set(field, .geo(latitude: latitude, longitude: longitude))
    }

    /// Points to another record.
    public mutating func reference(_ field: String, _ value: RecordId?) {
        set(field, value.map(Value.reference))
    }

    static func filled(_ fill: (inout Fields) throws -> Void) rethrows -> [String: Value] {
        var fields = Fields()
        try fill(&fields)
        return fields.values
    }
}

extension Record {
    /// An edit of a record as it was shown: the seen stamp is filled in.
    public func changed(_ fields: (inout Fields) throws -> Void) rethrows -> Edit {
        .patch(recordType: recordType, id: id, seen: seen, fields: try Fields.filled(fields))
    }

    /// An edit that puts a record away, as it was shown.
    public func archived() -> Edit {
        .archive(id: id, seen: seen)
    }

    /// An edit that takes a record up again.
    public func reopened() -> Edit {
        .reopen(id: id, seen: seen)
    }

    /// An edit that marks the work on a record as finished and signed.
    public func signedOff() -> Edit {
        .signoff(id: id, seen: seen)
    }
}

extension Edit {
    /// An edit that makes a record.
    public static func newRecord(
        _ recordType: String, id: RecordId? = nil, _ fields: (inout Fields) throws -> Void
    ) rethrows -> Edit {
        .create(recordType: recordType, id: id, fields: try Fields.filled(fields))
    }
}

extension CommitOptions {
    /// How edits are kept: as one form, together or not, removing a draft.
    public init(form: FormToken? = nil, together: Bool = false, draft: String? = nil) {
        self.init(formToken: form, together: together, draft: draft)
    }
}

extension Query {
    /// A list of records of one type. A page has at most 1000.
    public init(
        _ recordType: String, filters: [Filter] = [], sort: Sort? = nil, limit: UInt32 = 100, after: String? = nil,
        search: String? = nil
    ) {
        self.init(
            recordType: recordType, filters: filters, sort: sort, limit: limit, after: after, search: search)
    }
}

extension Value {
    /// The value as text, where it is one.
    public var asText: String? {
        switch self {
        case .text(let text), .choice(let text), .decimal(let text), .date(let text), .phone(let text): text
        default: nil
        }
    }
}

extension ReaderLocale {
    /// The language and the offset from UTC that this device is set to now.
    public static var current: ReaderLocale {
        let language = Locale.current.language.languageCode?.identifier ?? "en"
        return ReaderLocale(language: language, utcOffsetMinutes: Int32(TimeZone.current.secondsFromGMT() / 60))
    }
}
