/// What a person wishes on one screen.
///
/// Wishes are fulfilled one after the other, in order with those of all screens, and also when the screen is left at once.
/// Then nobody would read there what went wrong, so the session says it.
@MainActor
final class Wishes {
    private let session: Session
    private var isLeft = false

    init(_ session: Session) {
        self.session = session
    }

    /// Fulfils a wish when those before it are. `failed` puts the screen right again.
    @discardableResult
    func post(
        _ wish: @escaping @MainActor () async throws -> Void, failed: @escaping @MainActor (any Error) -> Void
    ) -> Task<Void, Never> {
        session.inOrder.post { [self] in
            do {
                try await wish()
            } catch {
                failed(error)
                if isLeft { session.tell(error) }
            }
        }
    }

    /// The screen was left.
    func end() { isLeft = true }
}
