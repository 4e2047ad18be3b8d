import FieldkeepTypes

// Records as types made from the schema.
extension Fieldkeep {
    /// A record by its id; nil when it is not on this device.
    public func get<M: Model>(_ id: Ref<M>) async throws -> M? {
        try await get(id.record).flatMap { M($0) }
    }

    /// One page of a list.
    public func find<M: Model>(_ list: ModelQuery<M>) async throws -> ModelPage<M> {
        ModelPage(try await find(list.query))
    }

    /// Watches a record; nil while it is not on this device.
    public func watch<M: Model>(_ id: Ref<M>) -> AsyncMapSequence<Updates<Record?>, M?> {
        watch(id.record).map { record in record.flatMap { M($0) } }
    }

    /// Watches a list.
    public func watch<M: Model>(_ list: ModelQuery<M>) -> AsyncMapSequence<Updates<RecordPage>, ModelPage<M>> {
        watch(list.query).map { ModelPage($0) }
    }

    /// Saves a form: the seen stamp and the form's token are filled in. Where "Save" can be tapped twice, make the token
    /// when the form opens and hand it in each time: then the second tap is the same operation.
    @discardableResult
    public func edit<M: EditableModel>(
        _ shown: M, form: FormToken = .new(), draft: String? = nil,
        isolation: isolated (any Actor)? = #isolation, _ change: (inout M.Changes) -> Void
    ) async throws -> Receipt {
        try await commit(shown.changed(change), CommitOptions(form: form, draft: draft))
    }
}

extension ModelPage {
    init(_ page: RecordPage) {
        self.init(models: page.records.compactMap { M($0) }, next: page.next)
    }
}
