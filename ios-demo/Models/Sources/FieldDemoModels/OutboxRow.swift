import Fieldkeep

/// One operation that waits.
public struct OutboxRow: Identifiable, Hashable, Sendable {
    /// The operation.
    public let id: Int64
    public let title: String
    /// What it does.
    public let what: String
    /// Why it waits.
    public let why: String
    /// Since when, and until when where that is known.
    public let times: String
    /// What waits for it; nil when nothing does.
    public let blocks: String?
    /// A person has to answer.
    public let needsReview: Bool
    /// A person has paused it.
    public let isPaused: Bool
    /// It is on its way, so it can be neither paused nor given up.
    public let isOnItsWay: Bool
    /// The job to look at; nil when there is none.
    public let job: WorkOrder.ID?
}

/// The rows for what waits.
@MainActor
func outboxRows(_ items: [OutboxItem], _ session: Session) async throws -> [OutboxRow] {
    let keep = session.keep
    var titles: [Int64: String] = [:]
    for item in items { titles[item.operation] = try await keep.title(of: item.record) }
    let nowMs = try await keep.nowMs()
    var rows: [OutboxRow] = []
    for item in items {
        let other = try await whatItWaitsFor(item.why, titles, keep)
        let blocked = item.blocks.compactMap { titles[$0] }
        rows.append(
            OutboxRow(
                id: item.operation, title: titles[item.operation] ?? "",
                what: words(for: item.kind, item.recordType, item.fields), why: words(for: item.why, other),
                times: times(item, session.reader, nowMs: nowMs),
                blocks: blocked.isEmpty ? nil : eachOnce(blocked).joined(separator: ", "),
                needsReview: isReview(item.why), isPaused: item.why == .paused, isOnItsWay: item.why == .inFlight,
                job: try await keep.job(of: item.record)))
    }
    return rows
}

private func whatItWaitsFor(
    _ why: WhyWaiting, _ titles: [Int64: String], _ keep: Fieldkeep
) async throws -> String? {
    switch why {
    case .behindEarlier(let operation), .behindBarrier(let operation), .group(let operation): titles[operation]
    case .forParent(let record): try await keep.title(of: record)
    default: nil
    }
}

private func times(_ item: OutboxItem, _ reader: Reader, nowMs: Int64) -> String {
    let since = "Since \(reader.moment(item.madeMs, nowMs: nowMs))"
    let tries = item.attempts > 0 ? ", tried \(item.attempts)×" : ""
    let next = dueMs(item.why).map { ", next try at \(reader.exactly($0))" } ?? ""
    return since + tries + next
}

private func isReview(_ why: WhyWaiting) -> Bool {
    if case .review = why { true } else { false }
}

/// Each title once, in order.
func eachOnce(_ titles: [String]) -> [String] {
    var seen: Set<String> = []
    return titles.filter { seen.insert($0).inserted }
}
