/// Brings a Fieldkeep to rest and up again, one step after the other. Screens may come and go faster than files close:
/// the last wish counts, and no two steps overlap.
public actor Lifecycle {
    /// What is wanted.
    public enum Phase: Sendable {
        /// Files are open, work goes on.
        case running
        /// Files are closed, so that the system may freeze the process.
        case resting
    }

    private let rest: @Sendable () async throws -> Void
    private let resume: @Sendable () async throws -> Void
    private let failed: @Sendable (any Error) -> Void
    private var wished = Phase.running
    private var reached = Phase.running
    private var isMoving = false

    /// With what is done at each step, and who hears of a step that failed. It is tried again with the next wish.
    public init(
        rest: @escaping @Sendable () async throws -> Void, resume: @escaping @Sendable () async throws -> Void,
        failed: @escaping @Sendable (any Error) -> Void
    ) {
        self.rest = rest
        self.resume = resume
        self.failed = failed
    }

    /// Goes there, unless it is on its way already: then that way ends there.
    public func go(to phase: Phase) async {
        wished = phase
        if isMoving { return }
        isMoving = true
        defer { isMoving = false }
        while reached != wished {
            let next = wished
            do {
                switch next {
                case .running: try await resume()
                case .resting: try await rest()
                }
                reached = next
            } catch {
                failed(error)
                return
            }
        }
    }
}
