import Fieldkeep
import Synchronization

/// Changes that only warm up.
private let warmUp = 10
/// Between two changes, so that each is told by itself.
private let pace = Duration.milliseconds(10)
/// One process does not go on for longer; fewer changes are measured then.
private let limitMs = 30_000.0

/// What is watched.
enum Watched {
    /// The record that is changed.
    case record
    /// A list that it is the first of.
    case list
}

/// What else goes on.
enum Surroundings {
    /// Nothing: there is no network.
    case quiet
    /// The first download of all that the server has; the changes are sent, too.
    case pull
}

/// Changes a record `count` times, and takes the time from the return of each save to the new value, and from its call.
/// Beside a download it stops when that has ended.
func measureWatching(
    _ keep: Fieldkeep, _ watched: Watched, _ around: Surroundings, count: Int
) async throws -> String {
    if around == .quiet { try await keep.goOffline() }
    let receipt = try await keep.commit(.newRecord("customer") { $0.text("name", name(0)) })
    guard let id = receipt.records.first else { throw Fault("nothing was made") }
    var told = Told(keep, watched, id)
    var newest = try await told.until(named: name(0))
    let download = around == .pull ? Download(keep) : nil
    var afterSaveMs: [Double] = []
    var afterCallMs: [Double] = []
    let begun = ContinuousClock.now
    for number in 1...(warmUp + count) {
        if ms(since: begun) > limitMs || download?.hasEnded == true { break }
        let edit = newest.changed { $0.text("name", name(number)) }
        let called = ContinuousClock.now
        try await keep.commit(edit)
        let saved = ContinuousClock.now
        newest = try await told.until(named: name(number))
        if number > warmUp {
            afterSaveMs.append(ms(since: saved))
            afterCallMs.append(ms(since: called))
        }
        try await Task.sleep(for: pace)
    }
    let besidePull = download?.hasEnded == false
    await keep.close()
    await download?.end()
    return lineOf(
        "watch",
        [
            "samples": afterSaveMs.count, "beside_pull": besidePull,
            "p50_ms": quantile(afterSaveMs, 0.5), "p99_ms": quantile(afterSaveMs, 0.99),
            "p50_from_call_ms": quantile(afterCallMs, 0.5), "p99_from_call_ms": quantile(afterCallMs, 0.99),
        ])
}

/// Sorts before the names of the working set.
private func name(_ number: Int) -> String {
    "A0000 \(number)"
}

/// What a watcher is told of the record.
private struct Told {
    private enum Values {
        case record(Updates<Record?>.Iterator)
        case list(Updates<RecordPage>.Iterator)
    }

    private let id: RecordId
    private var values: Values

    init(_ keep: Fieldkeep, _ watched: Watched, _ id: RecordId) {
        self.id = id
        switch watched {
        case .record:
            values = .record(keep.watch(id).makeAsyncIterator())
        case .list:
            let query = Query("customer", sort: Sort(field: "name", descending: false), limit: 100)
            values = .list(keep.watch(query).makeAsyncIterator())
        }
    }

    mutating func until(named name: String) async throws -> Record {
        while true {
            let record = try await next()
            if let record, record.fields["name"] == .text(name) { return record }
        }
    }

    private mutating func next() async throws -> Record? {
        switch values {
        case .record(var iterator):
            guard let record = try await iterator.next() else { throw Fault("the watching has ended") }
            return record
        case .list(var iterator):
            guard let page = try await iterator.next() else { throw Fault("the watching has ended") }
            return page.records.first { $0.id == id }
        }
    }
}

/// The first download, as a task of its own.
private final class Download: Sendable {
    private let ended = Atomic(false)
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ keep: Fieldkeep) {
        let work = Task.detached { [self] in
            // Closing ends it half-way.
            _ = try? await keep.syncNow()
            ended.store(true, ordering: .releasing)
        }
        task.withLock { $0 = work }
    }

    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    func end() async {
        await task.withLock { $0 }?.value
    }
}
