import Dispatch

/// Runs calls of the core, which block their thread, away from Swift's own threads: those are few, and a blocked one
/// holds up every task of the app.
///
/// All queues here are serial. A serial queue gets a thread when it has work; blocks of a concurrent queue share a pool
/// that can be used up by calls that wait for the network.
final class Calls: Sendable {
    /// Saves go one behind the other, in the order in which they were asked for.
    private let writing = DispatchQueue(label: "fieldkeep.write", qos: .userInitiated)
    private let reading = Lanes(count: 4)

    /// A call that writes. Once begun it finishes and its result is handed over, also to a task that was cancelled
    /// meanwhile. A task that was cancelled before gets `CancellationError`, and the call is never made.
    func write<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await finishing(on: writing, call)
    }

    /// The same for a call that must not stand behind saves: suspending, resuming, opening.
    func step<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await finishing(on: DispatchQueue(label: "fieldkeep.step", qos: .userInitiated), call)
    }

    /// A call that is made also for a task that was cancelled: closing.
    func always(_ call: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "fieldkeep.close", qos: .userInitiated).async {
                call()
                continuation.resume()
            }
        }
    }

    /// A call that only reads. A cancelled task goes on at once.
    func read<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await abandoning(call) { work in self.reading.run(work) }
    }

    /// A call that waits for the network. It cannot be interrupted half-way, so a cancelled task leaves it to finish and
    /// goes on at once.
    func wait<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await abandoning(call) { work in
            DispatchQueue(label: "fieldkeep.network", qos: .userInitiated).async(execute: work)
        }
    }

    /// Starts something that nobody waits for.
    func start(_ work: @escaping @Sendable () -> Void) {
        reading.run(work)
    }

    private func finishing<T: Sendable>(
        on queue: DispatchQueue, _ call: @escaping @Sendable () throws -> T
    ) async throws -> T {
        let reply = Reply<T>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                reply.expect(continuation)
                queue.async {
                    guard reply.begin() else { return }
                    reply.hand(Result { try call() })
                }
            }
        } onCancel: {
            reply.cancelUnlessBegun()
        }
    }

    private func abandoning<T: Sendable>(
        _ call: @escaping @Sendable () throws -> T, run: (@escaping @Sendable () -> Void) -> Void
    ) async throws -> T {
        let reply = Reply<T>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                reply.expect(continuation)
                run {
                    guard reply.isAwaited else { return }
                    reply.hand(Result { try call() })
                }
            }
        } onCancel: {
            reply.cancel()
        }
    }
}

/// Several serial queues; work goes to the one with the least to do.
private final class Lanes: Sendable {
    private let queues: [DispatchQueue]
    private let waiting: Guarded<[Int]>

    init(count: Int) {
        queues = (1...count).map { DispatchQueue(label: "fieldkeep.read.\($0)", qos: .userInitiated) }
        waiting = Guarded(Array(repeating: 0, count: count))
    }

    func run(_ work: @escaping @Sendable () -> Void) {
        let lane = waiting.with { waiting in
            let lane = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
            waiting[lane] += 1
            return lane
        }
        queues[lane].async {
            work()
            self.waiting.with { $0[lane] -= 1 }
        }
    }
}
