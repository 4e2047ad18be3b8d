import Fieldkeep
import Foundation
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Saving {}
}

extension Behaviours.Saving {
    @Test("B01 made without a network, sent once with one")
    func b01() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await phone.conditions(offline)
            let id = try await phone.customer("Hansa")
            #expect(try await phone.record(id).fields["name"] == .text("Hansa"))
            #expect(try await phone.words(id) == "Saved on this device. Waiting for a connection.")
            #expect(try await phone.syncNow().outcome == .offline)
            try await phone.conditions(online)
            #expect(try await phone.syncNow().outcome == .done)
            try await phone.synced(id)
            #expect(try await phone.words(id).hasPrefix("Synced at "))
            #expect(try await site.records("customer").count == 1)
        }
    }

    @Test("B02 every kind of field arrives as it was set")
    func b02() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let customer = try await phone.commit(
                .newRecord("customer") {
                    $0.text("name", "Hansa")
                    $0.phone("phone", "+4940123456")
                }
            ).records[0]
            let job = try await phone.commit(
                .newRecord("work_order") {
                    $0.text("title", "Pump")
                    $0.choice("status", "assigned")
                    $0.reference("customer", customer)
                    $0.date("due", Day("2026-04-01"))
                    $0.decimal("labor_hours", "1.50")
                    $0.text("description", "Two\nlines, “quoted” 🔧")
                    $0.tags("tags", ["roof", "key"])
                    $0.place("site", latitude: 53.5511, longitude: -9.9937)
                    $0.text("billing_contact", "Ina")
                }
            ).records[0]
            let started = Date(timeIntervalSince1970: 1_772_611_800.123)
            let visit = try await phone.commit(
                .newRecord("visit") {
                    $0.reference("work_order", job)
                    $0.instant("started", started)
                }
            ).records[0]
            for id in [customer, job, visit] { try await phone.synced(id) }
            let shown = try await phone.record(job)
            try await phone.edit(shown) { $0.text("billing_contact", nil) }
            let fields = try await phone.synced(job).fields
            #expect(fields["due"] == .date("2026-04-01"))
            #expect(fields["labor_hours"] == .decimal("1.5"))
            #expect(fields["description"] == .text("Two\nlines, “quoted” 🔧"))
            #expect(fields["site"] == .geo(latitude: 53.5511, longitude: -9.9937))
            #expect(fields["customer"] == .reference(customer))
            #expect(fields["status"] == .choice("assigned"))
            guard case .tags(let tags)? = fields["tags"] else { throw KeepError.NotFound(words: "tags") }
            #expect(Set(tags) == ["roof", "key"])
            #expect(fields["billing_contact"] == nil)
            #expect(try await phone.record(customer).fields["phone"] == .phone("+4940123456"))
            #expect(try await phone.record(visit).fields["started"] == .instant(1_772_611_800_123))
            let there = try #require(try await site.records("work_order").first)["values"]
            #expect(there["labor_hours"] == .text("1.5") && there["due"] == .text("2026-04-01"))
            #expect(there["description"] == .text("Two\nlines, “quoted” 🔧"))
            #expect(there["billing_contact"] == .null)
            let second = try await site.phone("second")
            #expect(try await second.syncNow().outcome == .done)
            let serverId = try #require(shown.serverId)
            let copy = try #require(try await second.get("work_order", serverId: serverId))
            #expect(copy.fields.filter { $0.key != "customer" } == fields.filter { $0.key != "customer" })
        }
    }

    @Test("B04 the reply is lost, and the resend has no second effect")
    func b04() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            #expect(try await phone.syncNow().outcome == .done)
            try await site.network(#"{"do":"next","path":"/v1/push","act":"drop_reply"}"#)
            let id = try await phone.customer("Hansa")
            try await phone.until(id) { if case .failed = $0.state.headline { true } else { false } }
            #expect(try await site.records("customer").count == 1)
            #expect(try await phone.syncNow().outcome == .done)
            try await phone.synced(id)
            #expect(try await site.records("customer").count == 1)
        }
    }

    @Test("B05 Save tapped twice is one operation")
    func b05() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            try await phone.conditions(offline)
            let (shown, form) = (try await phone.record(id), FormToken.new())
            let first = try await phone.edit(shown, form: form) { $0.text("city", "Ulm") }
            let second = try await phone.edit(shown, form: form) { $0.text("city", "Ulm") }
            #expect(!first.repeated && second.repeated)
            #expect(first.operations == second.operations)
            #expect(try await phone.outbox().count == 1)
            await #expect(throws: KeepError.FormTokenReused) {
                try await phone.edit(shown, form: form) { $0.text("city", "Bonn") }
            }
        }
    }

    @Test("B13 a draft survives a restart and goes with its save")
    func b13() async throws {
        try await Site.with { site in
            var phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            try await phone.saveDraft("form", fields: #"{"city":"Ul"}"#, of: phone.record(id))
            await phone.close()
            phone = try await site.phone()
            let draft = try #require(try await phone.draft("form"))
            #expect(draft.fields == #"{"city":"Ul"}"# && draft.record == id)
            #expect(try await phone.outbox().isEmpty)
            #expect(try await phone.syncNow().items.isEmpty)
            let seen = try #require(draft.seen)
            let edit = Edit.patch(recordType: "customer", id: id, seen: seen, fields: ["city": .text("Ulm")])
            try await phone.commit(edit, CommitOptions(draft: "form"))
            #expect(try await phone.draft("form") == nil)
            #expect(try await phone.synced(id).fields["city"] == .text("Ulm"))
        }
    }

    @Test("B30 parent and child in one commit")
    func b30() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (customer, job) = (phone.newRecordId(), phone.newRecordId())
            let edits = [
                Edit.newRecord("customer", id: customer) { $0.text("name", "Hansa") },
                Edit.newRecord("work_order", id: job) {
                    $0.text("title", "Pump")
                    $0.choice("status", "assigned")
                    $0.reference("customer", customer)
                },
            ]
            let receipt = try await phone.commit(edits, CommitOptions(together: true))
            #expect(receipt.records == [customer, job])
            #expect(try await phone.record(job).fields["customer"] == .reference(customer))
            let synced = try await phone.synced(job)
            #expect(try await phone.synced(customer).fields["name"] == .text("Hansa"))
            let serverId = try #require(synced.serverId)
            #expect(try await phone.get("work_order", serverId: serverId)?.id == job)
            let (there, parent) = (try await site.records("work_order"), try await site.records("customer"))
            #expect(there.count == 1 && parent.count == 1)
            #expect(there[0]["values"]["customer"] == parent[0]["server_id"])
        }
    }
}
