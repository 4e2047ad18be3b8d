import Fieldkeep
import FieldkeepTesting
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct AppVersion {}
}

extension Behaviours.AppVersion {
    @Test("B40 the server takes no new work from this app: what waited goes out, the rest waits for the update")
    func b40() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, serverId) = try await phone.syncedCustomer()
            try await phone.conditions(offline)
            try await phone.edit(phone.record(id)) { $0.text("city", "Kiel") }
            try await site.behave(#"{"do":"limits","schema_new_from":2,"schema_pending_from":1}"#)
            try await phone.conditions(online)
            _ = try await phone.syncNow()
            try await phone.synced(id)
            #expect(try await site.customer(serverId)["city"].text == "Kiel")
            try await phone.edit(phone.record(id)) { $0.text("billing_contact", "Dana") }
            try await phone.until(id) { if case .updateApp = $0.state.headline { true } else { false } }
            #expect(try await phone.outbox().map(\.why) == [.needsUpdate])
            #expect(try await phone.words(id) == "Saved on this device. Update this app to send it.")
            _ = try await phone.syncNow()
            #expect(try await site.customer(serverId)["billing_contact"].text == nil)
            await phone.close()
            var options = try site.options()
            options.schemaJSON = try site.nextSchemaJSON
            let updated = try await site.phone(options)
            try await updated.synced(id)
            #expect(try await site.customer(serverId)["billing_contact"].text == "Dana")
        }
    }
}

extension Site {
    /// The values of a customer on the server.
    fileprivate func customer(_ serverId: String) async throws -> JSON {
        try #require(try await records("customer").first { $0["server_id"].text == serverId })["values"]
    }
}
