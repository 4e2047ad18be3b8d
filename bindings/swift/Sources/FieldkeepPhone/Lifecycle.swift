/// Brings a Fieldkeep to rest and up again, one step after the other. Screens may come and go faster than files close:
/// the last wish counts, and no two steps overlap. Work in the background keeps it up while nobody looks.
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
    private var screen: Phase
    private var backgroundUsers = 0
    private var reached = Phase.running
    private var move: Task<Void, any Error>?

    private var wished: Phase { backgroundUsers > 0 ? .running : screen }

    /// With what is done at each step, and who hears of a step that failed. It is tried again with the next wish.
    ///
    /// It begins with open files. `screen` is what the app itself needs now: `.resting` where the system has started it in
    /// the background.
    public init(
        screen: Phase = .running, rest: @escaping @Sendable () async throws -> Void,
        resume: @escaping @Sendable () async throws -> Void, failed: @escaping @Sendable (any Error) -> Void
    ) {
        self.screen = screen
        self.rest = rest
        self.resume = resume
        self.failed = failed
    }

    /// The app comes to the screen or leaves it. Returns when what is wished by then is reached, or a step has failed.
    public func go(to phase: Phase) async {
        wish(phase)
        try? await settle()
    }

    func wish(_ phase: Phase) {
        screen = phase
    }

    /// Works with open files, whether or not the app is on the screen. Also when the work fails or is cancelled they are
    /// closed afterwards, unless somebody else needs them: the system may freeze the process at once then.
    ///
    /// - Throws: what `work` throws; what `resume` throws when the files could not be opened, and then nothing was done.
    @discardableResult
    public func during<Result: Sendable>(_ work: @Sendable () async throws -> Result) async throws -> Result {
        backgroundUsers += 1
        do {
            try await settle()
            let result = try await work()
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    private func leave() async {
        backgroundUsers -= 1
        try? await settle()
    }

    /// One way at a time; whoever wishes meanwhile waits for it, and it ends where the last wish is. It is a task of its
    /// own, so that a cancelled caller does not leave the files open.
    private func settle() async throws {
        if move == nil {
            move = Task { try await goOn() }
        }
        do {
            try await move?.value
        } catch {
            // A step that failed may have been another's: what counts is whether it led elsewhere than is wished.
            if reached != wished { throw error }
        }
    }

    private func goOn() async throws {
        defer { move = nil }
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
                throw error
            }
        }
    }
}
