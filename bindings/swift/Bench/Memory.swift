import Fieldkeep
import Foundation

/// Subscriptions at a time.
private let round = 100
/// Reads for each subscription.
private let reads = 10

/// Subscribes `count` times, waits for the first value and cancels, and reads ten times as many records. Says what the
/// process holds after the first hundred, half-way and at the end.
func measureMemory(_ keep: Fieldkeep, count: Int) async throws -> String {
    try await keep.goOffline()
    let ids = try await keep.workOrders(pageSize).map(\.id)
    try await go(keep, ids)
    let first = try residentKb()
    for _ in 1..<max(count / round / 2, 1) { try await go(keep, ids) }
    let half = try residentKb()
    for _ in (count / round / 2)..<(count / round) { try await go(keep, ids) }
    let end = try residentKb()
    await keep.close()
    return lineOf("memory", ["first_kb": first, "half_kb": half, "end_kb": end])
}

private func go(_ keep: Fieldkeep, _ ids: [RecordId]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for id in ids.prefix(round) {
            group.addTask {
                for try await _ in keep.watch(id) { break }
            }
        }
        try await group.waitForAll()
    }
    for number in 0..<(round * reads) where try await keep.get(ids[number % pageSize]) == nil {
        throw Fault("a record is gone")
    }
}

/// Memory of this process, in kilobytes.
private func residentKb() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }) else {
        throw Fault("the system does not say how much memory this takes")
    }
    return Int(line.filter(\.isNumber)) ?? 0
}
