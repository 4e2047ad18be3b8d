/// What a task waits for while a call runs elsewhere. It is resumed exactly once: with the result, or because it was
/// cancelled.
final class Reply<T: Sendable>: Sendable {
    private enum Stage {
        case new
        case expected(CheckedContinuation<T, any Error>)
        case begun(CheckedContinuation<T, any Error>)
        case cancelledEarly
        case over
    }

    private let stage = Guarded(Stage.new)

    /// The task waits from now on, unless it was cancelled already.
    func expect(_ continuation: CheckedContinuation<T, any Error>) {
        let late = stage.with { stage in
            if case .cancelledEarly = stage {
                stage = .over
                return true
            }
            stage = .expected(continuation)
            return false
        }
        if late {
            continuation.resume(throwing: CancellationError())
        }
    }

    /// The call begins now: from here on ``cancelUnlessBegun()`` does nothing. False when the task was cancelled before.
    func begin() -> Bool {
        stage.with { stage in
            guard case .expected(let continuation) = stage else { return false }
            stage = .begun(continuation)
            return true
        }
    }

    /// Whether somebody still waits.
    var isAwaited: Bool {
        stage.with { stage in
            switch stage {
            case .expected, .begun: true
            case .new, .cancelledEarly, .over: false
            }
        }
    }

    /// The call is done. Its result is dropped when nobody waits any more.
    func hand(_ result: Result<T, any Error>) {
        end(evenBegun: true)?.resume(with: result)
    }

    /// The task was cancelled; it goes on at once.
    func cancel() {
        end(evenBegun: true)?.resume(throwing: CancellationError())
    }

    /// The task was cancelled; it goes on at once, unless the call has begun.
    func cancelUnlessBegun() {
        end(evenBegun: false)?.resume(throwing: CancellationError())
    }

    private func end(evenBegun: Bool) -> CheckedContinuation<T, any Error>? {
        stage.with { stage in
            switch stage {
            case .new:
                stage = .cancelledEarly
                return nil
            case .begun(let continuation) where evenBegun:
                stage = .over
                return continuation
            case .expected(let continuation):
                stage = .over
                return continuation
            case .begun, .cancelledEarly, .over:
                return nil
            }
        }
    }
}
