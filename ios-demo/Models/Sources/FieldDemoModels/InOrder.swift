/// Does one thing after the other, in the order in which they were handed over. A screen that is left cancels none.
@MainActor
final class InOrder {
    private var last: Task<Void, Never>?

    /// Hands something over. Its end may be awaited.
    @discardableResult
    func post(_ action: @escaping @MainActor () async -> Void) -> Task<Void, Never> {
        let before = last
        let task = Task {
            await before?.value
            await action()
        }
        last = task
        return task
    }
}
