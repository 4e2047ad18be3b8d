import FieldkeepTypes

/// What is watched, as a sequence: the newest value first and then every change, a storm folded into the latest. A slow
/// reader never finds a queue of old values.
///
/// Each iteration is a subscription of its own. It ends when the loop is left or its task is cancelled. The sequence ends
/// when the ``Fieldkeep`` is closed, and throws ``KeepError`` when it cannot be watched at all.
public struct Updates<Element: Sendable>: AsyncSequence, Sendable {
    let begin: @Sendable (AsyncThrowingStream<Element, any Error>.Continuation) -> Void

    /// Begins to watch.
    public func makeAsyncIterator() -> Iterator {
        // `bufferingNewest(1)`: a value that nobody has read yet gives way to the next.
        let (stream, continuation) = AsyncThrowingStream<Element, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        begin(continuation)
        return Iterator(values: stream.makeAsyncIterator())
    }

    /// One subscription.
    public struct Iterator: AsyncIteratorProtocol {
        var values: AsyncThrowingStream<Element, any Error>.Iterator

        /// The newest value that was not read yet; waits for one. Nil at the end.
        public mutating func next() async throws -> Element? {
            try await values.next()
        }

        /// The same, for a caller on that actor.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
            try await values.next(isolation: actor)
        }
    }
}

/// Hands updates of the core to one subscription.
final class Relay<Element: Sendable>: UpdateListener {
    private let continuation: AsyncThrowingStream<Element, any Error>.Continuation
    private let read: @Sendable (Update) -> Element?

    init(
        _ continuation: AsyncThrowingStream<Element, any Error>.Continuation,
        read: @escaping @Sendable (Update) -> Element?
    ) {
        self.continuation = continuation
        self.read = read
    }

    func onUpdate(update: Update) throws {
        guard let element = read(update) else {
            throw HostError.Failed(words: "an update of another kind than what is watched")
        }
        continuation.yield(element)
    }
}

/// All subscriptions of one ``Fieldkeep``: the core says nothing to watchers when it is closed.
final class Subscriptions: Sendable {
    private struct State {
        var isClosed = false
        var ends: [ObjectIdentifier: @Sendable () -> Void] = [:]
    }

    private let state = Guarded(State())

    /// Takes in a subscription with what ends its sequence. False when everything is closed already.
    func add(_ handle: Handle, end: @escaping @Sendable () -> Void) -> Bool {
        state.with { state in
            if state.isClosed { return false }
            state.ends[ObjectIdentifier(handle)] = end
            return true
        }
    }

    /// The subscription has ended.
    func remove(_ handle: Handle) {
        state.with { state in
            state.ends[ObjectIdentifier(handle)] = nil
        }
    }

    /// Ends all sequences, and every one that begins later.
    func close() {
        let ends = state.with { state in
            state.isClosed = true
            defer { state.ends = [:] }
            return Array(state.ends.values)
        }
        for end in ends {
            end()
        }
    }
}

/// The core's handle of one subscription. It comes from another thread than the end of the sequence, in either order.
final class Handle: Sendable {
    private enum Stage {
        case new
        case watching(Watching)
        case over
    }

    private let stage = Guarded(Stage.new)

    /// The watching has begun; it ends at once if the sequence has ended before.
    func hold(_ watching: Watching) {
        let late = stage.with { stage in
            if case .over = stage { return true }
            stage = .watching(watching)
            return false
        }
        if late {
            watching.cancel()
        }
    }

    /// Ends the watching.
    func end() {
        let watching: Watching? = stage.with { stage in
            defer { stage = .over }
            if case .watching(let watching) = stage { return watching }
            return nil
        }
        watching?.cancel()
    }
}
