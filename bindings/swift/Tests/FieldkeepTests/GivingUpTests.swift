import Fieldkeep
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct GivingUp {}
}

extension Behaviours.GivingUp {
    @Test("B34 paused, it waits alone; taken up again, it goes")
    func b34() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            try await phone.conditions(offline)
            try await phone.edit(try await phone.record(id)) { $0.text("city", "Kiel") }
            let operation = try #require(try await phone.outbox().first).operation
            try await phone.pause(operation)
            let other = try await phone.customer("Adler")
            try await phone.conditions(online)
            try await phone.synced(other)
            #expect(try await phone.outbox().map(\.why) == [.paused])
            #expect(try await phone.words(id) == "Saved on this device. Paused.")
            #expect(try await site.records("customer").allSatisfy { $0["values"]["city"].text == nil })
            try await phone.unpause(operation)
            try await phone.synced(id)
            #expect(try await site.records("customer").contains { $0["values"]["city"].text == "Kiel" })
        }
    }

    @Test("B35 the plan names all that goes; one that has become wrong is refused")
    func b35() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await phone.conditions(offline)
            let id = try await phone.customer("Hansa")
            let create = try #require(try await phone.outbox().first).operation
            let outdated = try await phone.discardPlan(create)
            try await phone.edit(try await phone.record(id)) { $0.text("city", "Kiel") }
            await #expect(throws: KeepError.PlanChanged) { try await phone.discard(outdated) }
            #expect(try await phone.outbox().count == 2)
            let plan = try await phone.discardPlan(create)
            #expect(plan.items.map(\.kind) == [.create, .patch])
            #expect(plan.records == [id])
            try await phone.discard(plan)
            #expect(try await phone.outbox().isEmpty)
            try await phone.conditions(online)
            #expect(try await phone.syncNow().outcome == .done)
            #expect(try await site.records("customer").isEmpty)
            #expect(try await phone.find(Query("customer")).records.isEmpty)
        }
    }
}
