import Fieldkeep
import Foundation

extension Fieldkeep {
    /// A value as people read it.
    func words(for value: Value, type: String, field: String, reader: Reader) async throws -> String {
        switch value {
        case .null: "Nothing"
        case .text(let text), .decimal(let text), .phone(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): flag ? "Yes" : "No"
        case .instant(let ms): reader.moment(ms, nowMs: try await nowMs())
        case .date(let text): Day(text).map(reader.day) ?? text
        case .choice(let name): choices(type, field).first { $0.name == name }?.label ?? name
        case .tags(let tags): tags.joined(separator: ", ")
        case .reference(let id): try await title(of: id)
        case .geo(let latitude, let longitude): "\(latitude), \(longitude)"
        case .unknown(let text): text
        }
    }
}

/// One choice of a field.
public struct Choice: Hashable, Sendable {
    public let name: String
    public let label: String

    init(_ choice: some ChoiceValue) {
        name = choice.name
        label = choice.label
    }
}

/// The choices of a field; empty when it is none.
func choices(_ type: String, _ field: String) -> [Choice] {
    switch (type, field) {
    case (WorkOrder.recordType, WorkOrder.Columns.status.name): WorkOrder.Status.all.map { Choice($0) }
    case (WorkOrder.recordType, WorkOrder.Columns.priority.name): WorkOrder.Priority.all.map { Choice($0) }
    default: []
    }
}

/// A value as it is typed; nil when a person does not type values of this kind.
func typedText(_ value: Value) -> String? {
    switch value {
    case .text(let text), .decimal(let text), .date(let text), .phone(let text): text
    case .integer(let number): String(number)
    default: nil
    }
}

/// What was typed, as a value of the kind of `like`; nil when it is none of that kind.
func typedValue(_ text: String, like: Value) -> Value? {
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return switch like {
    case .text: .text(text)
    case .decimal: decimalText(trimmed).map { .decimal($0) }
    case .integer: Int64(trimmed).map { .integer($0) }
    case .phone: .phone(trimmed)
    case .date: Day(trimmed).map { .date($0.text) }
    default: nil
    }
}

/// A number as people type it, with a point or a comma; nil when it is none.
func decimal(in text: String) -> Decimal? {
    decimalText(text.trimmingCharacters(in: .whitespaces)).flatMap {
        Decimal(string: $0, locale: Locale(identifier: "en_US_POSIX"))
    }
}

/// `Decimal` alone would take "2 pieces" for 2.
private func decimalText(_ typed: String) -> String? {
    let text = typed.replacingOccurrences(of: ",", with: ".")
    return text.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?/) == nil ? nil : text
}
