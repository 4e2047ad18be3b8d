import Dispatch

/// A few serial queues that share their work, in the order in which it came: the next piece goes to whichever is free.
///
/// A serial queue gets a thread when it has work, while blocks of a concurrent queue share a pool. But the system gives out
/// threads only up to a limit, and beyond it nothing runs any more in the whole process: so there are few queues, and what
/// blocks for long has its own.
final class Lanes: Sendable {
    typealias Work = @Sendable () -> Void

    private struct State {
        var free: [DispatchQueue]
        /// The newest last.
        var arriving: [Work] = []
        /// The oldest last.
        var leaving: [Work] = []

        mutating func next() -> Work? {
            if leaving.isEmpty { (leaving, arriving) = (arriving.reversed(), []) }
            return leaving.popLast()
        }
    }

    private let state: Guarded<State>

    init(_ name: String, count: Int) {
        let queues = (1...count).map { DispatchQueue(label: "fieldkeep.\(name).\($0)", qos: .userInitiated) }
        state = Guarded(State(free: queues))
    }

    /// Does it when a lane is free.
    func run(_ work: @escaping Work) {
        let lane: DispatchQueue? = state.with { state in
            if let lane = state.free.popLast() { return lane }
            state.arriving.append(work)
            return nil
        }
        if let lane { run(work, on: lane) }
    }

    private func run(_ work: @escaping Work, on lane: DispatchQueue) {
        lane.async { [self] in
            work()
            let next: Work? = state.with { state in
                if let next = state.next() { return next }
                state.free.append(lane)
                return nil
            }
            if let next { run(next, on: lane) }
        }
    }
}
