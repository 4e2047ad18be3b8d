import Foundation
import Testing

@testable import Fieldkeep

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Values {}
}

extension Behaviours.Values {
    @Test("a moment or number that cannot be sent is refused with the field's name, and ends nothing")
    func unsendable() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await phone.conditions(offline)
            let job = WorkOrder.ID(try await phone.job())
            let waiting = try await phone.outbox().count
            let far = [Double.nan, .infinity, -.infinity, 1e15, 1e17, -1e17, .greatestFiniteMagnitude]
            for seconds in far {
                let moment = Date(timeIntervalSince1970: seconds)
                try await refused("started", by: phone) {
                    .newRecord("visit") {
                        $0.reference("work_order", job.record)
                        $0.instant("started", moment)
                    }
                }
                try await refused("started", by: phone) { Visit.create(workOrder: job, started: moment) }
                try await refused("due", by: phone) { .newRecord("work_order") { $0.date("due", Day(of: moment)) } }
                let due = WorkOrder.list(WorkOrder.Columns.due.oneOf([Day(of: moment)]))
                await #expect(performing: { try await phone.find(due) }, throws: isBadRequest)
            }
            for seconds in far where !fits(seconds) {
                let list = Visit.list(Visit.Columns.started.atLeast(Date(timeIntervalSince1970: seconds)))
                await #expect(performing: { try await phone.find(list) }, throws: isBadRequest)
                await #expect(performing: { for try await _ in phone.watch(list) {} }, throws: isBadRequest)
            }
            for number in [Decimal.nan, .greatestFiniteMagnitude] {
                let shown = try #require(try await phone.get(job))
                try await refused("labor_hours", by: phone) { shown.changed { $0.laborHours = number } }
                let list = WorkOrder.list(WorkOrder.Columns.laborHours.equal(to: number))
                await #expect(performing: { try await phone.find(list) }, throws: isBadRequest)
            }
            for degrees in [Double.nan, .infinity, 1e300] {
                try await refused("site", by: phone) {
                    .newRecord("work_order") { $0.place("site", latitude: degrees, longitude: 0) }
                }
            }
            #expect(try await phone.outbox().count == waiting)
        }
    }

    @Test("a time limit longer than can be said is as long as can be said")
    func durations() async throws {
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
        #expect((Duration.seconds(Int64.max) * 10).wholeMilliseconds == .max)
        #expect(Duration.milliseconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.milliseconds(Int64.max - 1).wholeMilliseconds == .max - 1)
        #expect(Duration.microseconds(-1_999).wholeMilliseconds == -1)
        try await Site.with { site in
            let phone = try await site.phone()
            let id = try await phone.customer("Hansa")
            #expect(try await phone.runUntil(within: .seconds(Int64.max)).sync.outcome == .done)
            try await phone.synced(id)
            #expect(try await phone.runUntil(within: .seconds(Int64.min)).sync.waiting == 0)
            try await phone.suspend(within: .seconds(Int64.max))
            try await phone.resume()
            try await phone.suspend(within: .seconds(Int64.min))
        }
    }

    @Test(
        "a day is the Gregorian one in the time zone that is asked for",
        arguments: ["UTC", "Pacific/Auckland", "Pacific/Pago_Pago", "Europe/Berlin"])
    func gregorian(_ name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        // From 1600 to 2399, at another time of day each time: 1700 has no leap day, 2000 has one.
        for seconds in stride(from: -11_676_096_000, to: 13_569_465_600, by: 86_400 * 11 + 4_321) {
            let moment = Date(timeIntervalSince1970: TimeInterval(seconds))
            let parts = calendar.dateComponents([.year, .month, .day], from: moment)
            let day = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
            #expect(Day(of: moment, in: zone).text == day)
        }
    }

    @Test("the first and the last day that can be written, and what is beyond")
    func bounds() {
        let first = Date(timeIntervalSince1970: -62_167_219_200)
        let end = Date(timeIntervalSince1970: 253_402_300_800)
        #expect(Day(of: first, in: .gmt) == Day("0000-01-01"))
        #expect(Day(of: end - 1, in: .gmt) == Day("9999-12-31"))
        #expect(Day(Day(of: first - 1, in: .gmt).text) == nil && Day(Day(of: end, in: .gmt).text) == nil)
        #expect(Day(of: Date(timeIntervalSince1970: -12_219_292_801), in: .gmt) == Day("1582-10-14"))
    }

    @Test(
        "a text is a day only when there is such a day",
        arguments: [
            ("2026-04-01", true), ("2024-02-29", true), ("2000-02-29", true), ("0000-02-29", true),
            ("2026-13-45", false), ("2026-00-10", false), ("2026-04-31", false), ("2026-02-29", false),
            ("1900-02-29", false), ("2026-04-00", false), ("2026-4-1", false), ("٢٠٢٦-04-01", false), ("", false),
            ("2026-04-01-", false), ("+026-04-01", false),
        ])
    func days(_ text: String, _ isDay: Bool) {
        #expect((Day(text) != nil) == isDay)
    }

    @Test("an id is encoded as its text")
    func ids() throws {
        struct Kept: Codable, Equatable {
            var record = RecordId("a")
            var review = ReviewId("b")
            var form = FormToken("c")
            var seen = SeenStamp("d")
            var job = WorkOrder.ID(RecordId("e"))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(Kept())
        let expected = #"{"form":"c","job":"e","record":"a","review":"b","seen":"d"}"#
        #expect(String(decoding: json, as: UTF8.self) == expected)
        #expect(try JSONDecoder().decode(Kept.self, from: json) == Kept())
    }

    @Test(
        "neither another calendar nor a date with parts missing makes a day",
        arguments: [
            ("$0.date(\"due\", Day(of: Date(), in: .gmt))", true), ("$0.date(\"due\", nil)", true),
            ("$0.date(\"due\", \"2026-04-01\")", true), ("$0.date(\"due\", DateComponents(month: 4))", false),
            ("$0.text(\"due\", Day(of: Date(), in: Calendar(identifier: .buddhist)).text)", false),
        ])
    func calendars(_ edit: String, _ compiles: Bool) async throws {
        let said = try await Compiler.errors(
            of: "import Fieldkeep\nimport Foundation\nfunc edit(job: Record) -> Edit { job.changed { \(edit) } }\n")
        #expect(said.isEmpty == compiles, "\(said)")
    }

    /// Only that field is named.
    private func refused(_ field: String, by phone: Fieldkeep, _ edit: @Sendable () -> Edit) async throws {
        let edit = edit()
        do {
            try await phone.commit(edit)
            Issue.record("it was taken")
        } catch KeepError.Invalid(let problems) {
            #expect(problems.contains { $0.field == field }, "\(problems)")
        }
    }
}

/// As a number of milliseconds. No record can hold all of those, but a list may begin there.
private func fits(_ seconds: TimeInterval) -> Bool {
    Int64(exactly: (seconds * 1_000).rounded()) != nil
}

private func isBadRequest(_ error: any Error) -> Bool {
    if case KeepError.BadRequest? = error as? KeepError { true } else { false }
}
