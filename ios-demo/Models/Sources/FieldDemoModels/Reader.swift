import Fieldkeep
import Foundation

/// How the person at this device reads: the app's language and the device's time zone, which may change under way.
public struct Reader: Sendable {
    /// The app's labels are English, so its sentences are, too.
    static let language = "en"

    private let zone: @Sendable () -> TimeZone

    /// A reader in that time zone, the device's unless given.
    public init(zone: @escaping @Sendable () -> TimeZone = { .current }) {
        self.zone = zone
    }

    /// For the sentences of the core. The offset is that of the moment `nowMs`.
    func locale(nowMs: Int64) -> ReaderLocale {
        let seconds = zone().secondsFromGMT(for: date(nowMs))
        return ReaderLocale(language: Self.language, utcOffsetMinutes: Int32(seconds / 60))
    }

    /// A moment: the time alone on the same day as `nowMs`, else with its day.
    func moment(_ ms: Int64, nowMs: Int64) -> String {
        let parts = parts(date(ms))
        let time = "\(twoDigits(parts.hour)):\(twoDigits(parts.minute))"
        if calendar.isDate(date(ms), inSameDayAs: date(nowMs)) { return time }
        return "\(parts.day ?? 0) \(monthName(parts)), \(time)"
    }

    /// A moment of the next hours, to the second.
    func exactly(_ ms: Int64) -> String {
        let parts = parts(date(ms))
        return [parts.hour, parts.minute, parts.second].map(twoDigits).joined(separator: ":")
    }

    /// A moment as a part of a file's name.
    func stamp(_ ms: Int64) -> String {
        let parts = parts(date(ms))
        let numbers = [parts.month, parts.day, parts.hour, parts.minute, parts.second].map(twoDigits)
        return "\(parts.year ?? 0)-\(numbers.joined(separator: "-"))-\(ms % 1_000)"
    }

    /// A calendar day: `Wed 1 Apr 2026`.
    func day(_ day: Day) -> String { words(day, withYear: true) }

    /// A calendar day of this year without the year.
    func shortDay(_ day: Day) -> String { words(day, withYear: day.text.prefix(4) != today.text.prefix(4)) }

    /// Today, where the person is.
    var today: Day { Day(of: Date(), in: zone()) }

    /// A calendar day as a moment of it where the person is, for the pickers of the system; nil for what is no day.
    func date(of day: Day) -> Date? {
        let numbers = day.text.split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        // Noon exists on every day; midnight does not where clocks are changed then.
        let noon = DateComponents(year: numbers[0], month: numbers[1], day: numbers[2], hour: 12)
        return calendar.date(from: noon)
    }

    /// The calendar day of a moment, where the person is.
    func day(of date: Date) -> Day { Day(of: date, in: zone()) }

    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone()
        return calendar
    }

    private func date(_ ms: Int64) -> Date { Date(timeIntervalSince1970: Double(ms) / 1_000) }

    private func parts(_ date: Date) -> DateComponents {
        calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
    }

    /// What is no day is shown as it came.
    private func words(_ day: Day, withYear: Bool) -> String {
        guard let date = date(of: day) else { return day.text }
        let parts = parts(date)
        let words = "\(Self.weekdays[(parts.weekday ?? 1) - 1]) \(parts.day ?? 0) \(monthName(parts))"
        return withYear ? "\(words) \(parts.year ?? 0)" : words
    }

    private func monthName(_ parts: DateComponents) -> String { Self.months[(parts.month ?? 1) - 1] }

    private func twoDigits(_ number: Int?) -> String {
        let text = String(number ?? 0)
        return text.count < 2 ? "0" + text : text
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
