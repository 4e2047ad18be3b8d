import Dispatch

/// Runs calls of the core, which block their thread, away from Swift's own threads: those are few, and a blocked one
/// holds up every task of the app.
final class Calls: Sendable {
    /// Saves go one behind the other, in the order in which they were asked for.
    private let writing = Lanes("write", count: 1)
    /// As many as the core keeps readers open, and one more. A read is short.
    private let reading = Lanes("read", count: 4)
    /// Opening and resuming may wait for a locked file; a few so that conditions and tokens are told meanwhile.
    private let stepping = Lanes("step", count: 4)
    /// Suspending may take its whole time, and closing must not wait for it.
    private let resting = Lanes("rest", count: 2)
    /// What waits for the network may wait for minutes. The core syncs one call after the other in any case.
    private let syncing = Lanes("sync", count: 2)
    /// Not behind syncs: these have a time in which they end.
    private let slicing = Lanes("slice", count: 2)

    /// A call that writes. Once begun it finishes and its result is handed over, also to a task that was cancelled
    /// meanwhile. A task that was cancelled before gets `CancellationError`, and the call is never made.
    func write<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await finishing(on: writing, call)
    }

    /// The same for a call that must not stand behind saves: resuming, opening.
    func step<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await finishing(on: stepping, call)
    }

    /// A call that is made also for a task that was cancelled: closing, suspending.
    func always<T: Sendable>(_ call: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            resting.run { continuation.resume(returning: call()) }
        }
    }

    /// Makes a call and waits for it without a task, for at most a second: the caller's thread may be one that the call
    /// itself has to wait for.
    func briefly(_ call: @escaping @Sendable () -> Void) {
        let isDone = DispatchSemaphore(value: 0)
        resting.run {
            call()
            isDone.signal()
        }
        _ = isDone.wait(timeout: .now() + .seconds(1))
    }

    /// A call that only reads. A cancelled task goes on at once.
    func read<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await abandoning(on: reading, call)
    }

    /// A call that waits for the network. It cannot be interrupted half-way, so a cancelled task leaves it to finish and
    /// goes on at once. For a task that was cancelled before it began it is never made.
    func sync<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await abandoning(on: syncing, call)
    }

    /// The same for one that waits for a given time at most.
    func slice<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
        try await abandoning(on: slicing, call)
    }

    /// Starts something that nobody waits for.
    func start(_ work: @escaping @Sendable () -> Void) {
        reading.run(work)
    }

    private func finishing<T: Sendable>(
        on lanes: Lanes, _ call: @escaping @Sendable () throws -> T
    ) async throws -> T {
        let reply = Reply<T>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                reply.expect(continuation)
                lanes.run {
                    guard reply.begin() else { return }
                    reply.hand(Result { try call() })
                }
            }
        } onCancel: {
            reply.cancelUnlessBegun()
        }
    }

    private func abandoning<T: Sendable>(
        on lanes: Lanes, _ call: @escaping @Sendable () throws -> T
    ) async throws -> T {
        let reply = Reply<T>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                reply.expect(continuation)
                lanes.run {
                    guard reply.isAwaited else { return }
                    reply.hand(Result { try call() })
                }
            }
        } onCancel: {
            reply.cancel()
        }
    }
}
