import Fieldkeep
import Testing

let english = ReaderLocale(language: "en", utcOffsetMinutes: 0)
let offline = Conditions(network: .none, battery: .ok)
let online = Conditions(network: .unmetered, battery: .ok)

/// What tests do with a phone all the time.
extension Fieldkeep {
    /// Makes a customer.
    @discardableResult
    func customer(_ name: String, id: RecordId? = nil) async throws -> RecordId {
        let receipt = try await commit(.newRecord("customer", id: id) { $0.text("name", name) })
        return try #require(receipt.records.first)
    }

    /// Makes a customer and a work order of it.
    func job(_ title: String = "Pump") async throws -> RecordId {
        let customer = try await customer("Hansa")
        let edit = Edit.newRecord("work_order") {
            $0.text("title", title)
            $0.choice("status", "assigned")
            $0.reference("customer", customer)
        }
        return try #require(try await commit(edit).records.first)
    }

    /// A customer that is on the server, with the server's id.
    func syncedCustomer(_ name: String = "Hansa") async throws -> (id: RecordId, serverId: String) {
        let id = try await customer(name)
        try await synced(id)
        return (id, try #require(try await record(id).serverId))
    }

    /// A work order that is on the server, with the server's id.
    func syncedJob() async throws -> (id: RecordId, serverId: String) {
        let id = try await job()
        try await synced(id)
        return (id, try #require(try await record(id).serverId))
    }

    /// A record that must be here.
    func record(_ id: RecordId) async throws -> Record {
        try #require(try await get(id), "\(id) is not here")
    }

    /// The sentence of a record, in English.
    func words(_ id: RecordId) async throws -> String {
        try await sentence(record(id).state, locale: english).text
    }

    /// Waits until a record is as it should be, and hands it over.
    @discardableResult
    func until(_ id: RecordId, _ holds: @Sendable (Record) throws -> Bool) async throws -> Record {
        for try await case let record? in watch(id) where try holds(record) {
            return record
        }
        throw KeepError.Closed
    }

    /// Waits until the server has all of a record.
    @discardableResult
    func synced(_ id: RecordId) async throws -> Record {
        try await until(id) { $0.state.isSynced }
    }

    /// Waits for the review of a field.
    func review(_ field: String) async throws -> Review {
        for try await reviews in watchReviews() {
            if let review = reviews.first(where: { $0.field == field }) { return review }
        }
        throw KeepError.Closed
    }
}

extension SyncState {
    var isSynced: Bool {
        if case .synced = headline { true } else { false }
    }
}
