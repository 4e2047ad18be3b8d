import FieldkeepTypes

// Edits, records, reviews and drafts.
extension Fieldkeep {
    /// Keeps edits, all or none. When it returns they are durable on this device, and will reach the server or a person.
    ///
    /// - Throws: ``KeepError``, or `CancellationError` when the task was cancelled before; nothing was written then.
    @discardableResult
    public func commit(_ edits: [Edit], _ options: CommitOptions = CommitOptions()) async throws -> Receipt {
        let core = core
        return try await calls.write { try core.commit(edits: edits, options: options) }
    }

    /// The same for one edit.
    @discardableResult
    public func commit(_ edit: Edit, _ options: CommitOptions = CommitOptions()) async throws -> Receipt {
        try await commit([edit], options)
    }

    /// Saves a form: the seen stamp and the form's token are filled in. Where "Save" can be tapped twice, make the token
    /// when the form opens and hand it in each time: then the second tap is the same operation.
    ///
    /// The closure runs where the caller does, so it may read what belongs to the main actor; leave `isolation` as it is.
    @discardableResult
    public func edit(
        _ record: Record, form: FormToken = .new(), draft: String? = nil,
        isolation: isolated (any Actor)? = #isolation, _ fields: (inout Fields) throws -> Void
    ) async throws -> Receipt {
        try await commit(try record.changed(fields), CommitOptions(form: form, draft: draft))
    }

    /// A record by its id; nil when it is not on this device.
    public func get(_ id: RecordId) async throws -> Record? {
        let core = core
        return try await calls.read { try core.get(id: id) }
    }

    /// A record by the server's id of it; nil when it is not on this device.
    public func get(_ recordType: String, serverId: String) async throws -> Record? {
        let core = core
        return try await calls.read { try core.getByServerId(recordType: recordType, serverId: serverId) }
    }

    /// One page of a list.
    public func find(_ query: Query) async throws -> RecordPage {
        let core = core
        return try await calls.read { try core.find(query: query) }
    }

    /// The state of a record with those that belong to it; nil for an unknown record.
    public func state(_ root: RecordId) async throws -> SyncState? {
        let core = core
        return try await calls.read { try core.state(root: root) }
    }

    /// The state of the whole device.
    public func state() async throws -> SyncState {
        let core = core
        return try await calls.read {
            guard let state = try core.state(root: nil) else {
                throw KeepError.Internal(words: "the device has no state")
            }
            return state
        }
    }

    /// Everything that waits, in the order in which it was made.
    public func outbox() async throws -> [OutboxItem] {
        let core = core
        return try await calls.read { try core.outbox() }
    }

    /// What happened to a record on this device, oldest first.
    public func history(_ id: RecordId) async throws -> [HistoryEntry] {
        let core = core
        return try await calls.read { try core.history(id: id) }
    }

    /// All open reviews, oldest first.
    public func reviews() async throws -> [Review] {
        let core = core
        return try await calls.read { try core.reviews() }
    }

    /// A person's answer to a review as it was shown.
    ///
    /// - Throws: ``KeepError/Moved(theirsRev:)`` when the other side has moved since: show the review again.
    public func resolve(_ review: Review, _ answer: Resolve) async throws {
        let core = core
        try await calls.write { try core.resolve(review: review.id, theirsRev: review.theirsRev, answer: answer) }
    }

    /// Keeps an operation, and all that is sent together with it, from being sent until ``unpause(_:)``.
    public func pause(_ operation: Int64) async throws {
        let core = core
        try await calls.write { try core.pause(operation: operation) }
    }

    /// Takes a paused operation up again, with all that is sent together with it.
    public func unpause(_ operation: Int64) async throws {
        let core = core
        try await calls.write { try core.unpause(operation: operation) }
    }

    /// What would happen if this operation were given up: show it before ``discard(_:)``. Changes nothing.
    public func discardPlan(_ operation: Int64) async throws -> DiscardPlan {
        let core = core
        return try await calls.read { try core.discardPlan(operation: operation) }
    }

    /// Gives up what a person has seen in the plan and wants given up.
    ///
    /// - Throws: ``KeepError/PlanChanged`` when something else would happen by now; nothing was given up then.
    public func discard(_ plan: DiscardPlan) async throws {
        let core = core
        try await calls.write { try core.discard(plan: plan) }
    }

    /// Keeps a half-filled form, as text of the app's own. It is never sent; a commit that names it removes it.
    public func saveDraft(_ form: String, fields: String, of record: Record? = nil) async throws {
        let core = core
        try await calls.write {
            try core.saveDraft(form: form, record: record?.id, seen: record?.seen, fields: fields)
        }
    }

    /// The draft of a form, if there is one.
    public func draft(_ form: String) async throws -> Draft? {
        let core = core
        return try await calls.read { try core.draft(form: form) }
    }

    /// Throws a draft away.
    public func discardDraft(_ form: String) async throws {
        let core = core
        try await calls.write { try core.discardDraft(form: form) }
    }
}
