import FieldkeepTypes

// What a person does with an item of the outbox, named by its `operation`.
extension Fieldkeep {
    /// Keeps an item, and all that is sent together with it, from being sent until ``unpause(_:)``.
    ///
    /// - Throws: ``KeepError/NotEditable(words:)`` when it is on its way already.
    public func pause(_ operation: Int64) async throws {
        let core = core
        try await calls.write { try core.pause(operation: operation) }
    }

    /// Takes a paused item up again, with all that is sent together with it.
    public func unpause(_ operation: Int64) async throws {
        let core = core
        try await calls.write { try core.unpause(operation: operation) }
    }

    /// What would happen if this item were given up. Changes nothing: show it to the person first.
    ///
    /// - Throws: ``KeepError/NotEditable(words:)`` when it is on its way already.
    public func discardPlan(_ operation: Int64) async throws -> DiscardPlan {
        let core = core
        return try await calls.read { try core.discardPlan(operation: operation) }
    }

    /// Gives up what a person has seen in the plan and wants given up.
    ///
    /// - Throws: ``KeepError/PlanChanged`` when something else would happen by now; nothing was changed then.
    public func discard(_ plan: DiscardPlan) async throws {
        let core = core
        try await calls.write { try core.discard(plan: plan) }
    }
}
