@testable import Fieldkeep
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Waiting {}
}

extension Behaviours.Waiting {
    @Test("B08 the outbox says why each item waits, what it blocks, and until when")
    func b08() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, serverId) = try await phone.syncedJob()
            let shown = try await phone.record(id)
            try await site.office(set: "title", to: "Boiler", of: "work_order", serverId)
            _ = try await phone.syncNow()
            try await phone.conditions(offline)
            try await phone.edit(shown) { $0.text("title", "Pump 7") }
            try await phone.commit(phone.record(id).signedOff())
            try await phone.edit(phone.record(id)) { $0.decimal("labor_hours", "1") }
            let customer = try await phone.customer("Nord")
            let job = Edit.newRecord("work_order") {
                $0.text("title", "Valve")
                $0.choice("status", "assigned")
                $0.reference("customer", customer)
            }
            try await phone.commit(job)
            let review = try await phone.review("title")
            let items = try await phone.outbox()
            try #require(items.count == 5)
            #expect(items[0].why == .review(review: review.id) && items[0].fields == ["title"])
            #expect(items[0].blocks == [items[1].operation])
            #expect(items[1].why == .behindEarlier(operation: items[0].operation) && items[1].kind == .signoff)
            #expect(items[1].blocks == [items[2].operation])
            #expect(items[2].why == .behindBarrier(operation: items[1].operation))
            #expect(items[3].why == .offline && items[3].kind == .create)
            #expect(items[4].why == .forParent(record: customer))
            #expect(items[3].blocks == [items[4].operation])

            try await site.behave(#"{"do":"rate_limit","times":1,"after_s":600,"retry_after":"seconds"}"#)
            try await phone.conditions(online)
            let busy = try await phone.until(customer) {
                if case .serverBusy = $0.state.headline { true } else { false }
            }
            guard case .serverBusy(_, let nextAtMs) = busy.state.headline else { return }
            let waiting = try #require(try await phone.outbox().first { $0.record == customer })
            guard case .lane(let dueMs, .serverBusy) = waiting.why else {
                Issue.record("\(waiting.why)")
                return
            }
            // Each is reckoned from the time that is left, so they may differ by what passed in between.
            #expect(abs(dueMs - nextAtMs) < 1000)
        }
    }

    @Test("B09 Sync now passes our own wait, and not the server's")
    func b09() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            try await site.network(#"{"do":"next","path":"/v1/push","act":"cut_before","times":1}"#)
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            try await phone.until(id) { if case .failed = $0.state.headline { true } else { false } }
            #expect(try await phone.syncNow().outcome == .done)
            try await phone.synced(id)

            try await site.behave(#"{"do":"rate_limit","times":1,"after_s":600,"retry_after":"seconds"}"#)
            try await phone.edit(phone.record(id)) { $0.text("city", "Bonn") }
            try await phone.until(id) { if case .serverBusy = $0.state.headline { true } else { false } }
            let requests = try await site.requests()
            guard case .serverAskedToWait(let waitMs) = try await phone.syncNow().outcome else {
                Issue.record("it did not wait")
                return
            }
            #expect((540_000...660_000).contains(waitMs))
            #expect(try await site.requests() == requests)
            #expect(try await phone.words(id).hasPrefix("Saved on this device. The server is busy, next sync in 1"))
        }
    }

    @Test("B10 the network goes and comes back, and nobody presses anything")
    func b10() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            #expect(try await phone.syncNow().outcome == .done)
            try await phone.conditions(offline)
            let requests = try await site.requests()
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            #expect(try await phone.syncNow().outcome == .offline)
            #expect(try await phone.nextWake() == nil)
            #expect(try await site.requests() == requests)
            try await phone.conditions(online)
            #expect(try await phone.synced(id).fields["city"] == .text("Ulm"))
            #expect(try await site.requests() > requests)
        }
    }

    @Test("B12 the token is no longer taken; then somebody signs in")
    func b12() async throws {
        try await Site.with { site in
            let tokens = SignIn(try site.token())
            let phone = try await site.phone(site.options(tokens: tokens))
            let (id, _) = try await phone.syncedCustomer()
            try await site.behave(#"{"do":"expire_token","user":"ana"}"#)
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            try await phone.until(id) { if case .signIn = $0.state.headline { true } else { false } }
            #expect(try await phone.words(id) == "Saved on this device. Sign in to send it.")
            #expect(try await phone.syncNow().outcome == .signIn)
            let renewed = try await site.behave(#"{"do":"renew_token","user":"ana"}"#)
            tokens.signIn(try #require(renewed["token"].text))
            try await phone.tokenChanged()
            #expect(try await phone.synced(id).fields["city"] == .text("Ulm"))
        }
    }

    @Test("B27 the caller of Sync now is cancelled while the server hangs")
    func b27() async throws {
        try await Site.with { site in
            let hanging = try HangingServer()
            defer { hanging.stop() }
            let phone = try await site.phone(site.options(server: hanging.address))
            let id = try await phone.customer("Hansa")
            let syncing = Task { try await phone.syncNow() }
            await hanging.isAsked()
            let clock = ContinuousClock.now
            syncing.cancel()
            await #expect(throws: CancellationError.self) { try await syncing.value }
            #expect(clock.duration(to: .now) < .seconds(2))
            #expect(try await phone.outbox().map(\.record) == [id])
            await phone.close()
            let again = try await site.phone()
            try await again.synced(id)
            #expect(try await site.records("customer").count == 1)
        }
    }

    @Test("B28 a background slice")
    func b28() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, serverId) = try await phone.syncedCustomer()
            try await phone.edit(phone.record(id)) { $0.text("city", "Bonn") }
            let sent = try await phone.runUntil(within: .seconds(20))
            #expect(sent.sync.outcome == .done && sent.sync.waiting == 0)
            #expect(try await site.city(serverId) == "Bonn")
            try await site.cutNetwork()
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            let failed = try await phone.runUntil(within: .seconds(20))
            #expect(failed.sync.waiting == 1)
            #expect(try #require(failed.nextWakeMs) > 0)
            #expect(try #require(try await phone.nextWake()) <= .seconds(300))
            try await site.mendNetwork()
            // A failed try has a wait of its own, which a slice does not pass: it says when to come again.
            try await phone.conditions(offline)
            #expect(try await phone.nextWake() == nil)
            try await phone.conditions(online)
            try await phone.synced(id)
            #expect(try await phone.runUntil(within: .seconds(20)).nextWakeMs == nil)
            #expect(try await phone.nextWake() == nil)
            await phone.close()

            let hanging = try HangingServer()
            defer { hanging.stop() }
            let slow = try await site.phone(site.options("slow", server: hanging.address))
            try await slow.customer("Nord")
            let clock = ContinuousClock.now
            let report = try await slow.runUntil(within: .milliseconds(500))
            #expect(clock.duration(to: .now) < .seconds(5))
            #expect(report.sync.outcome == .outOfTime && report.sync.waiting == 1)
        }
    }
}

/// Somebody who signs in later.
private final class SignIn: Tokens {
    private let token: Guarded<AccessToken>

    init(_ text: String) {
        token = Guarded(AccessToken(text: text, generation: 1))
    }

    func signIn(_ text: String) {
        token.with { $0 = AccessToken(text: text, generation: $0.generation + 1) }
    }

    func current() -> AccessToken? { token.with { $0 } }

    func refresh(stale: UInt64) async -> AccessToken? {
        let now = token.with { $0 }
        return now.generation > stale ? now : nil
    }
}
