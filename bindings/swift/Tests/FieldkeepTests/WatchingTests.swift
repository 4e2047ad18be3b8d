@testable import Fieldkeep
import Testing

@testable import Fieldkeep

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct WatchingThings {}
}

extension Behaviours.WatchingThings {
    @Test("B16 the newest value first, then every change, and nothing after the end")
    func b16() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await phone.conditions(offline)
            let id = phone.newRecordId()
            var values = phone.watch(id).makeAsyncIterator()
            #expect(try await values.next() == .some(nil))
            try await phone.customer("Hansa", id: id)
            #expect(try await values.next()??.fields["name"] == .text("Hansa"))
            try await phone.edit(phone.record(id)) { $0.text("name", "Hansa AG") }
            #expect(try await values.next()??.fields["name"] == .text("Hansa AG"))

            let heard = Guarded<[Value?]>([])
            let (first, isFirst) = AsyncStream<Void>.makeStream()
            let watching = Task {
                for try await record in phone.watch(id) {
                    heard.with { $0.append(record?.fields["name"]) }
                    isFirst.yield()
                }
            }
            for await _ in first { break }
            watching.cancel()
            _ = await watching.result
            try await phone.edit(phone.record(id)) { $0.text("name", "Nord") }
            #expect(try await values.next()??.fields["name"] == .text("Nord"))
            #expect(heard.with { $0 } == [.text("Hansa AG")])
        }
    }

    @Test("B17 a thousand saves and a slow reader")
    func b17() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let id = try await phone.customer("0")
            var values = phone.watch(id).makeAsyncIterator()
            #expect(try await values.next()??.fields["name"] == .text("0"))
            let shown = try await phone.record(id)
            for number in 1...1000 {
                try await phone.edit(shown) { $0.text("name", "\(number)") }
            }
            // The reader was away all the time. What it finds now is not a thousand values.
            var read = 0
            while try await values.next()??.fields["name"] != .text("1000") { read += 1 }
            #expect(read < 10)
        }
    }

    @Test("B18 the code that is told of a change throws")
    func b18() async throws {
        try await Site.with { site in
            struct Unruly: Error {}
            let phone = try await site.phone()
            let id = try await phone.customer("Hansa")
            var good = phone.watch(id).makeAsyncIterator()
            #expect(try await good.next()??.fields["name"] == .text("Hansa"))
            let bad = Task {
                for try await _ in phone.watch(id) { throw Unruly() }
            }
            await #expect(throws: Unruly.self) { try await bad.value }
            let told = Told { _ in throw Unruly() }
            let watching = try phone.core.watch(target: .record(id: id), listener: told)
            try await told.next()
            try await phone.edit(phone.record(id)) { $0.text("name", "Hansa AG") }
            try await told.next()
            while try await good.next()??.fields["name"] != .text("Hansa AG") {}
            try await phone.synced(id)
            watching.cancel()
        }
    }

    @Test("B19 the code that is told of a change calls back")
    func b19() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let id = try await phone.customer("Hansa")
            let core = phone.core
            let told = Told { _ in
                // On the core's own thread, in the middle of being told.
                guard let record = try core.get(id: id), record.fields["city"] == nil else { return }
                _ = try core.outbox()
                _ = try core.commit(edits: [record.changed { $0.text("city", "Ulm") }], options: CommitOptions())
                _ = try core.syncNow()
            }
            let watching = try phone.core.watch(target: .record(id: id), listener: told)
            try await told.next()
            for try await record in phone.watch(id) {
                _ = try await phone.outbox()
                guard record?.state.isSynced == true else { continue }
                #expect(record?.fields["city"] == .text("Ulm"))
                #expect(try await phone.syncNow().outcome == .done)
                break
            }
            watching.cancel()
        }
    }
}

/// A listener as the core calls it, below the sequences.
private final class Told: UpdateListener {
    private let act: @Sendable (Update) throws -> Void
    private let calls: AsyncStream<Void>
    private let isCalled: AsyncStream<Void>.Continuation

    init(_ act: @escaping @Sendable (Update) throws -> Void) {
        self.act = act
        (calls, isCalled) = AsyncStream<Void>.makeStream()
    }

    func onUpdate(update: Update) throws {
        defer { isCalled.yield() }
        try act(update)
    }

    /// Waits until it was told once more.
    func next() async throws {
        for await _ in calls { return }
    }
}
