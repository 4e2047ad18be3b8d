import Fieldkeep

/// Puts what a screen knows into words: when it has changed, and whenever time alone has made the words untrue.
@MainActor
final class Wordings {
    /// A clock that is set back must not make the words spin.
    private static let shortestWaitMs: Int64 = 50

    private let wishes: AsyncStream<Void>
    private let wish: AsyncStream<Void>.Continuation
    private var work: Task<Void, Never>?
    private var alarm: Task<Void, Never>?

    init() {
        // Many changes at once are put into words once.
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Begins to call `show` for each change, and again when its words have become untrue.
    func begin(_ session: Session, _ show: @escaping @MainActor (Wording) async throws -> Void) {
        let wishes = wishes
        work = Task { [weak self] in
            for await _ in wishes {
                let wording = Wording(session.keep, session.reader)
                await session.told { try await show(wording) }
                self?.repeatAt(wording.changesAtMs, session)
            }
        }
    }

    /// Something has changed.
    func again() { wish.yield() }

    /// The screen was left.
    func end() {
        alarm?.cancel()
        work?.cancel()
    }

    private func repeatAt(_ ms: Int64?, _ session: Session) {
        alarm?.cancel()
        guard let ms else { return }
        alarm = Task { [wish] in
            // Suspended or closed: after a sleep the words are asked for again.
            await session.told {
                let nowMs = try await session.keep.nowMs()
                try await Task.sleep(for: .milliseconds(max(ms - nowMs, Self.shortestWaitMs)))
                wish.yield()
            }
        }
    }
}
