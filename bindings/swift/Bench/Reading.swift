import Fieldkeep

/// Pages read; the first ones only warm up.
private let pages = 25
private let warmPages = 10

/// Reads `count` records one by one, once to warm up and once to measure, and then pages of a thousand.
func measureReading(_ keep: Fieldkeep, count: Int) async throws -> String {
    try await keep.goOffline()
    let ids = try await keep.workOrders(pageSize).map(\.id)
    var (totalMs, totalCpuMs) = (0.0, 0.0)
    for _ in ["to warm up", "to measure"] {
        let (begun, begunCpuMs) = (ContinuousClock.now, try cpuMs())
        for number in 0..<count where try await keep.get(ids[number % pageSize]) == nil {
            throw Fault("a record is gone")
        }
        (totalMs, totalCpuMs) = (ms(since: begun), try cpuMs() - begunCpuMs)
    }
    var pagesMs: [Double] = []
    var warmCpuMs = 0.0
    for number in 0..<pages {
        if number == warmPages { warmCpuMs = try cpuMs() }
        let begun = ContinuousClock.now
        let page = try await keep.find(Query("work_order", limit: UInt32(pageSize)))
        pagesMs.append(ms(since: begun))
        guard page.records.count == pageSize else { throw Fault("the page is not full") }
    }
    let pageCpuMs = (try cpuMs() - warmCpuMs) / Double(pages - warmPages)
    await keep.close()
    return lineOf(
        "get",
        [
            "us_per_call": totalMs * 1e3 / Double(count), "cpu_us_per_call": totalCpuMs * 1e3 / Double(count),
            "page_ms": quantile(Array(pagesMs.dropFirst(warmPages)), 0.5), "page_cpu_ms": pageCpuMs,
        ])
}

/// The same single reads straight through the generated code, on one thread: what crossing over costs without tasks.
func measureBareReading(_ place: Place, count: Int) throws -> String {
    let config = OpenConfig(
        folder: place.folder, user: "ana", schemaJson: place.schemaJSON, server: place.server, privateRoots: [])
    let core = try FieldkeepCore.open(config: config, tokens: NobodySignedIn())
    try core.conditions(conditions: Conditions(network: .none, battery: .ok))
    let ids = try core.find(query: Query("work_order", limit: UInt32(pageSize))).records.map(\.id)
    var (totalMs, totalCpuMs) = (0.0, 0.0)
    for _ in ["to warm up", "to measure"] {
        let (begun, begunCpuMs) = (ContinuousClock.now, try cpuMs())
        for number in 0..<count where try core.get(id: ids[number % pageSize]) == nil {
            throw Fault("a record is gone")
        }
        (totalMs, totalCpuMs) = (ms(since: begun), try cpuMs() - begunCpuMs)
    }
    core.shutDown()
    return lineOf(
        "bare",
        ["us_per_call": totalMs * 1e3 / Double(count), "cpu_us_per_call": totalCpuMs * 1e3 / Double(count)])
}

private final class NobodySignedIn: TokenSource {
    func current() -> AccessToken? { nil }

    func refresh(stale: UInt64) -> AccessToken? { nil }
}
