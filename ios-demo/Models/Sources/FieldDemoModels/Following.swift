import Fieldkeep

/// What one screen watches, from when it is opened until it is left.
@MainActor
final class Following {
    private let session: Session
    private var watches: [Task<Void, Never>] = []

    init(_ session: Session) {
        self.session = session
    }

    /// Hands over every value, on the main actor, until it is ended or cancelled.
    @discardableResult
    func follow<S: AsyncSequence & Sendable>(
        _ values: S, _ take: @escaping @MainActor (S.Element) async throws -> Void
    ) -> Task<Void, Never> where S.Element: Sendable {
        let session = session
        session.watchBegins()
        let watch = Task {
            await session.told {
                for try await value in values {
                    // Cancelled on this actor: what came before is of no interest any more.
                    if Task.isCancelled { break }
                    // A value that cannot be shown now does not end the watching: the next one may.
                    await session.told { try await take(value) }
                }
            }
            session.watchEnds()
        }
        watches.append(watch)
        return watch
    }

    /// The screen was left.
    func end() {
        for watch in watches { watch.cancel() }
        watches = []
    }
}
