import Fieldkeep
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Reviews {}
}

extension Behaviours.Reviews {
    @Test("B06 the office changes the field while its form is open")
    func b06() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, serverId) = try await phone.syncedCustomer()
            let shown = try await phone.record(id)
            try await site.office(set: "city", to: "Bonn", of: "customer", serverId)
            #expect(try await phone.syncNow().outcome == .done)
            try await phone.edit(shown) { $0.text("city", "Ulm") }
            let review = try #require(try await phone.reviews().first)
            #expect(review.kind == .conflict && review.field == "city" && review.record == id)
            #expect(review.mine == .text("Ulm") && review.theirs == .text("Bonn") && review.theirsBy == "office")
            #expect(try await phone.syncNow().reviews == 1)
            #expect(try await site.city(serverId) == "Bonn")
            #expect(try await phone.words(id) == "office changed City. Review before sending again.")
        }
    }

    @Test("B07 answered with mine, theirs, a merged value; and too late")
    func b07() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            for (answer, expected) in [
                (Resolve.mine, "Ulm"), (.theirs, "Bonn"), (.merged(value: .text("Bonn/Ulm")), "Bonn/Ulm"),
            ] {
                let (id, serverId, review) = try await conflict(site, phone)
                try await phone.resolve(review, answer)
                #expect(try await phone.synced(id).fields["city"] == .text(expected))
                #expect(try await site.city(serverId) == expected)
                await #expect(throws: KeepError.ReviewClosed(id: review.id)) { try await phone.resolve(review, .mine) }
            }
            let (_, serverId, review) = try await conflict(site, phone)
            try await site.office(set: "city", to: "Kiel", of: "customer", serverId)
            _ = try await phone.syncNow()
            let moved = try #require(try await phone.reviews().first)
            await #expect(throws: KeepError.Moved(theirsRev: moved.theirsRev)) {
                try await phone.resolve(review, .mine)
            }
            #expect(moved.theirs == .text("Kiel"))
            _ = try await phone.syncNow()
            #expect(try await site.city(serverId) == "Kiel")
        }
    }

    @Test("B11 a value that the server does not accept")
    func b11() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            try await site.behave(#"{"do":"refuse_field","field":"customer.city","message":"There is no such place"}"#)
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            let review = try await phone.review("city")
            #expect(review.kind == .rejected && review.messages == ["There is no such place"])
            #expect(review.label == "City" && review.mine == .text("Ulm"))
            #expect(try await phone.record(id).fields["city"] == .text("Ulm"))
            let words = try await phone.words(id)
            #expect(words.hasPrefix("Could not be accepted: ") && words.contains("There is no such place"))
            #expect(words.contains("City"))
        }
    }

    @Test("B29 wrong values, ids, stamps, tokens and queries")
    func b29() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, serverId) = try await phone.syncedCustomer()
            let record = try await phone.record(id)
            let form = FormToken.new()
            try await phone.edit(record, form: form) { $0.text("city", "Ulm") }
            try await phone.synced(id)
            let before = try await phone.record(id)
            let stranger = RecordId("019c0000-0000-7000-8000-000000000000")
            try await fails("invalid") { try await phone.commit(.newRecord("customer") { _ in }) }
            try await fails("invalid") { try await phone.edit(before) { $0.decimal("name", "1") } }
            try await fails("invalid") { try await phone.edit(before) { $0.text("nmae", "x") } }
            try await fails("not found") { try await phone.commit(.newRecord("pump") { $0.text("name", "x") }) }
            try await fails("not found") {
                try await phone.commit(
                    .patch(recordType: "customer", id: stranger, seen: before.seen, fields: ["city": .text("x")]))
            }
            try await fails("not found") { try await phone.history(stranger) }
            try await fails("not found") { try await phone.syncNow(stranger) }
            try await fails("not found") { try await phone.find(Query("pump")) }
            try await fails("stamp") {
                try await phone.commit(
                    .patch(recordType: "customer", id: id, seen: SeenStamp("rubbish"), fields: ["city": .text("x")]))
            }
            try await fails("stamp") {
                try await phone.commit(.patch(recordType: "customer", id: id, seen: nil, fields: ["city": .text("x")]))
            }
            try await fails("token") { try await phone.edit(before, form: form) { $0.text("city", "x") } }
            try await fails("request") { try await phone.commit([]) }
            try await fails("request") { try await phone.customer("twice", id: id) }
            try await fails("request") { try await phone.find(Query("customer", limit: 0)) }
            try await fails("request") { try await phone.find(Query("customer", after: "rubbish")) }
            try await fails("request") { for try await _ in phone.watch(Query("customer", limit: 0)) {} }
            // Not everything unknown is a mistake: it may come later.
            #expect(try await phone.get(stranger) == nil)
            #expect(try await phone.get("customer", serverId: "CU-999999") == nil)
            #expect(try await phone.outbox().isEmpty)
            #expect(try await phone.record(id) == before)
            #expect(try await site.city(serverId) == "Ulm")
        }
    }

    @Test("B33 the history of a record")
    func b33() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            try await site.behave(#"{"do":"refuse_field","field":"customer.city","message":"There is no such place"}"#)
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            let review = try await phone.review("city")
            try await phone.resolve(review, .theirs)
            try await phone.conditions(offline)
            try await phone.edit(phone.record(id)) { $0.phone("phone", "+4940123456") }
            let entries = try await phone.history(id)
            #expect(entries.map(\.kind) == ["applied", "refused", "review_opened", "review_closed", "waiting"])
            #expect(entries.map(\.atMs) == entries.map(\.atMs).sorted())
            let refused = try #require(entries.first { $0.kind == "refused" })
            #expect(refused.detail.contains("There is no such place"))
        }
    }

    /// A customer that both sides changed, and the question about it.
    private func conflict(_ site: Site, _ phone: Fieldkeep) async throws -> (RecordId, String, Review) {
        let (id, serverId) = try await phone.syncedCustomer()
        let shown = try await phone.record(id)
        try await site.office(set: "city", to: "Bonn", of: "customer", serverId)
        _ = try await phone.syncNow()
        try await phone.edit(shown) { $0.text("city", "Ulm") }
        return (id, serverId, try await phone.review("city"))
    }
}

extension Site {
    /// The city of a customer on the server.
    func city(_ serverId: String) async throws -> String? {
        try await records("customer").first { $0["server_id"].text == serverId }?["values"]["city"].text
    }
}

/// Expects a refusal of that kind.
private func fails<T>(
    _ kind: String, sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> T
) async throws {
    do {
        _ = try await call()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as KeepError {
        let found =
            switch error {
            case .Invalid: "invalid"
            case .NotFound: "not found"
            case .BadStamp: "stamp"
            case .FormTokenReused: "token"
            case .BadRequest: "request"
            default: "other"
            }
        #expect(found == kind, "\(error)", sourceLocation: sourceLocation)
    }
}
