import FieldkeepTypes

// What a screen follows.
extension Fieldkeep {
    /// Watches a record; nil while it is not on this device.
    public func watch(_ id: RecordId) -> Updates<Record?> {
        updates(.record(id: id)) { update in
            if case .record(let record) = update { .some(record) } else { nil }
        }
    }

    /// Watches a list.
    public func watch(_ query: Query) -> Updates<RecordPage> {
        updates(.records(query: query)) { update in
            if case .records(let page) = update { page } else { nil }
        }
    }

    /// Watches the state of a record with those that belong to it; nil while it is not on this device.
    public func watchState(_ root: RecordId) -> Updates<SyncState?> {
        updates(.state(root: root)) { update in
            if case .state(let state) = update { .some(state) } else { nil }
        }
    }

    /// Watches the state of the whole device.
    public func watchState() -> Updates<SyncState> {
        updates(.state(root: nil)) { update in
            if case .state(let state) = update { state } else { nil }
        }
    }

    /// Watches what waits.
    public func watchOutbox() -> Updates<[OutboxItem]> {
        updates(.outbox) { update in
            if case .outbox(let items) = update { items } else { nil }
        }
    }

    /// Watches the open reviews.
    public func watchReviews() -> Updates<[Review]> {
        updates(.reviews) { update in
            if case .reviews(let reviews) = update { reviews } else { nil }
        }
    }

    private func updates<Element: Sendable>(
        _ target: WatchTarget, read: @escaping @Sendable (Update) -> Element?
    ) -> Updates<Element> {
        let (core, calls, subscriptions) = (core, calls, subscriptions)
        return Updates { continuation in
            let handle = Handle()
            continuation.onTermination = { _ in
                subscriptions.remove(handle)
                // Not on the reader's thread: the core takes a lock of its own.
                calls.start { handle.end() }
            }
            guard subscriptions.add(handle, end: { continuation.finish() }) else {
                continuation.finish(throwing: KeepError.Closed)
                return
            }
            calls.start {
                do {
                    handle.hold(try core.watch(target: target, listener: Relay(continuation, read: read)))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }
}
