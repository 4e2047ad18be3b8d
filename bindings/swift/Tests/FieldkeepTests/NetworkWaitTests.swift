import Dispatch
import Foundation
import Testing

@testable import Fieldkeep

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct NetworkWait {}
}

extension Behaviours.NetworkWait {
    @Test("300 tasks wait for a server that never answers: saves and reads stay quick, and threads few")
    func many() async throws {
        try await Site.with { site in
            let hanging = try HangingServer()
            defer { hanging.stop() }
            let phone = try await site.phone(site.options(server: hanging.address))
            try await phone.customer("First")
            let threads = try threadCount()
            let waiting = (0..<300).map { _ in Task { try await phone.syncNow() } }
            await hanging.isAsked()
            for abandoned in [false, true] {
                if abandoned { waiting.forEach { $0.cancel() } }
                let clock = ContinuousClock.now
                let id = try await phone.customer("Hansa")
                #expect(try await phone.get(id) != nil)
                #expect(try await phone.outbox().isEmpty == false)
                _ = try await phone.runUntil(within: .milliseconds(100))
                try await phone.conditions(online)
                #expect(clock.duration(to: .now) < .seconds(5))
                // The lanes of saves, reads, steps, syncs and slices.
                #expect(try threadCount() - threads <= 20)
            }
            for task in waiting {
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            let clock = ContinuousClock.now
            await phone.close()
            #expect(clock.duration(to: .now) < .seconds(5))
        }
    }

    @Test("a call whose task was cancelled before it began is never made")
    func neverMade() async throws {
        let calls = Calls()
        let (gate, begun) = (DispatchSemaphore(value: 0), Guarded(0))
        let (steps, step) = AsyncStream<Void>.makeStream()
        let blocking = (0..<2).map { _ in
            Task {
                try await calls.sync {
                    step.yield()
                    gate.wait()
                }
            }
        }
        var begins = steps.makeAsyncIterator()
        for _ in blocking { await begins.next() }
        let late = (0..<50).map { _ in Task { try await calls.sync { begun.with { $0 += 1 } } } }
        for task in late {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        let last = Task { try await calls.sync { begun.with { $0 } } }
        for _ in blocking { gate.signal() }
        for task in blocking { try await task.value }
        #expect(try await last.value == 0)
    }

    @Test("work is done in the order in which it came, by whichever lane is free")
    func order() async {
        let (lane, done) = (Lanes("test", count: 1), Guarded<[Int]>([]))
        await withCheckedContinuation { continuation in
            for number in 0..<1_000 { lane.run { done.with { $0.append(number) } } }
            lane.run { continuation.resume() }
        }
        #expect(done.with { $0 } == Array(0..<1_000))

        let (lanes, gate) = (Lanes("test", count: 2), DispatchSemaphore(value: 0))
        lanes.run { gate.wait() }
        // All of them pass the one that is stuck.
        await withCheckedContinuation { continuation in
            for number in 0..<100 { lanes.run { if number == 99 { continuation.resume() } } }
        }
        gate.signal()
    }
}

/// The threads of this process.
private func threadCount() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
}
