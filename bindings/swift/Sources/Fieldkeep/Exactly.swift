import FieldkeepTypes
import Foundation

// What an app hands over and the core counts in another way. A number that does not fit must not end the app.
extension Value {
    /// A moment, to the millisecond. One that is no whole number of them, such as `Date(timeIntervalSince1970: .nan)`,
    /// becomes a value of no field's kind: a commit refuses it with the field's name, a query refuses it, too.
    static func exactly(_ moment: Date) -> Value {
        let seconds = moment.timeIntervalSince1970
        return Int64(exactly: (seconds * 1_000).rounded()).map(Value.instant) ?? .unknown("\(seconds)")
    }

    /// A decimal number; `Decimal.nan` becomes a value of no field's kind, as for a moment.
    static func exactly(_ number: Decimal) -> Value {
        if number.isNaN { return .unknown("NaN") }
        var copy = number
        return .decimal(NSDecimalString(&copy, Locale(identifier: "en_US_POSIX")))
    }
}

extension Duration {
    /// Rounded towards zero. What is longer than can be said is as long as can be said.
    package var wholeMilliseconds: Int64 {
        // Compared first: `components` ends the program for a duration of more seconds than an `Int64` takes.
        if self >= .milliseconds(Int64.max) { return .max }
        if self <= .milliseconds(Int64.min) { return .min }
        return components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
