import Fieldkeep

/// Saves that only warm up.
private let warmUp = 200

/// Changes one field of `count` records, each in a transaction of its own that is on the disk when it returns.
func measureSaving(_ keep: Fieldkeep, count: Int) async throws -> String {
    try await keep.goOffline()
    let edits = try await keep.workOrders(warmUp + count).enumerated().map { number, order in
        order.changed { $0.text("billing_contact", "Contact \(number)") }
    }
    for edit in edits.prefix(warmUp) {
        try await keep.commit(edit)
    }
    let begun = ContinuousClock.now
    for edit in edits.dropFirst(warmUp) {
        try await keep.commit(edit)
    }
    let totalMs = ms(since: begun)
    await keep.close()
    return lineOf("save", ["saves_per_s": Double(count) / totalMs * 1e3])
}
