import Foundation

/// A calendar day without a time zone: of the Gregorian calendar, whatever calendar the phone is set to. It is encoded as
/// its text.
public struct Day: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// `YYYY-MM-DD`.
    public let text: String

    /// The day of that text; nil when it is no `YYYY-MM-DD`, or there is no such day.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let digits = parts.allSatisfy { $0.allSatisfy { (48...57).contains($0) } }
        guard parts.map(\.count) == [4, 2, 2], digits else { return nil }
        let numbers = parts.map { $0.reduce(0) { 10 * $0 + Int($1 - 48) } }
        guard CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]).exists else { return nil }
        self.text = text
    }

    /// The day of a moment in that time zone.
    ///
    /// Only the years 0000 to 9999 can be written so. A moment outside of them, or one that is no number, makes a day that
    /// every commit refuses with the field's name, and every query refuses, too.
    public init(of moment: Date, in timeZone: TimeZone = .current) {
        let seconds = moment.timeIntervalSince1970
        guard let date = CivilDate(seconds, in: timeZone) else {
            text = "\(seconds)"
            return
        }
        let digits = { (number: Int, count: Int) in
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        text = "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))"
    }

    /// From the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let day = Day(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a YYYY-MM-DD")
        }
        self = day
    }

    /// As the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The same as ``text``.
    public var description: String { text }

    /// The earlier day first.
    public static func < (left: Day, right: Day) -> Bool { left.text < right.text }
}

/// A date of the Gregorian calendar, also before it was introduced, as the core and servers count (ISO 8601). `Calendar`
/// changes to the Julian one before 1582, and ends the program for a moment that is no number.
private struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The date of a moment, seconds since 1970 UTC; nil outside the years 0 to 9999.
    init?(_ seconds: TimeInterval, in timeZone: TimeZone) {
        // Far wider than these years, and far narrower than what an `Int` takes. No number is in it.
        guard (-1e12...1e12).contains(seconds) else { return nil }
        let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds))
        self.init(daysSince1970: Int(((seconds + TimeInterval(offset)) / 86_400).rounded(.down)))
        guard (0...9999).contains(year) else { return nil }
    }

    /// Counts in years that begin in March, so that a leap day is the last day of one, and in eras of 400 such years, all of
    /// the same length.
    private init(daysSince1970: Int) {
        let daysOfEra = 146_097
        let days = daysSince1970 + 719_468
        let era = (days < 0 ? days - (daysOfEra - 1) : days) / daysOfEra
        let dayOfEra = days - era * daysOfEra
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var exists: Bool {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths.indices.contains(month - 1) && (1...lengths[month - 1]).contains(day)
    }
}
