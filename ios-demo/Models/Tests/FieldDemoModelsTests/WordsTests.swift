import Fieldkeep
import Foundation
import Testing

@testable import FieldDemoModels

@Suite struct Words {
    private let berlin = Reader { TimeZone(identifier: "Europe/Berlin") ?? .gmt }
    /// 2026-03-29T00:30:00Z: half an hour before clocks go forward in Berlin.
    private let night: Int64 = 1_774_744_200_000

    @Test("times are those of the reader, with the day where it is another one")
    func times() {
        #expect(berlin.moment(night, nowMs: night) == "01:30")
        #expect(berlin.moment(night + 3_600_000, nowMs: night) == "03:30")
        #expect(berlin.moment(night - 7_200_000, nowMs: night) == "28 Mar, 23:30")
        #expect(berlin.exactly(night + 7_000) == "01:30:07")
        #expect(berlin.locale(nowMs: night).utcOffsetMinutes == 60)
        #expect(berlin.locale(nowMs: night + 3_600_000).utcOffsetMinutes == 120)
    }

    @Test("a day stays the same day in every time zone", arguments: ["Pacific/Auckland", "Pacific/Pago_Pago", "UTC"])
    func days(_ zone: String) throws {
        let reader = Reader { TimeZone(identifier: zone) ?? .gmt }
        let day = try #require(Day("2026-04-01"))
        #expect(reader.day(day) == "Wed 1 Apr 2026")
        #expect(reader.day(of: try #require(reader.date(of: day))) == day)
    }

    @Test("a number is a number as a whole, with a point or a comma")
    func numbers() {
        #expect(decimal(in: " 1,5 ") == Decimal(string: "1.5"))
        #expect(decimal(in: "-2") == -2)
        for typed in ["", "2 pieces", "1.5.2", ".5", "1e3", "٣"] { #expect(decimal(in: typed) == nil, "\(typed)") }
        #expect(typedValue("2026-4-1", like: .date("")) == nil && typedValue("2026-02-30", like: .date("")) == nil)
        #expect(typedValue("1,50", like: .decimal("")) == .decimal("1.50"))
        #expect(typedValue("x", like: .integer(1)) == nil)
    }

    @Test("what waits for a newer app says so")
    func update() {
        #expect(words(for: .needsUpdate, nil) == "Update this app to send it")
        #expect(words(for: .lane(dueMs: 1, reason: .appTooOld), nil) == "Update this app to send it")
    }

    @Test("the report of a sync is one sentence")
    func reports() {
        let item = SyncItem(record: RecordId("r"), serverId: nil, version: nil, answer: .applied)
        var report = SyncReport(outcome: .done, items: [], waiting: 0, reviews: 0)
        #expect(words(for: report) == "Done.")
        report = SyncReport(outcome: .serverAskedToWait(waitMs: 1_001), items: [item, item], waiting: 1, reviews: 2)
        #expect(
            words(for: report)
                == "The server asked to wait 2 seconds. 2 changes sent, 1 still waits, 2 need your review.")
    }
}
