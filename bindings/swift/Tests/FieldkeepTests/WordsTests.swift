import Fieldkeep
import FieldkeepTesting
import Foundation
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Words {}
}

extension Behaviours.Words {
    @Test("B31 signed off, archived and reopened")
    func b31() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, serverId) = try await phone.syncedJob()
            try await phone.conditions(offline)
            try await phone.edit(phone.record(id)) { $0.text("description", "Done") }
            try await phone.commit(phone.record(id).signedOff())
            try await phone.commit(phone.record(id).archived())
            let waiting = try await phone.record(id)
            #expect(waiting.status == .willBeArchived)
            #expect(waiting.state.parts.contains(.willBeArchived))
            #expect(try await phone.outbox().map(\.kind) == [.patch, .signoff, .archive])
            let words = try await phone.sentence(
                SyncState(scope: .record, headline: .willBeArchived, severity: .quiet, parts: [.willBeArchived]),
                locale: english)
            #expect(words.text == "Will be archived with the next sync.")
            try await phone.conditions(online)
            try await phone.until(id) { $0.status == .archived }
            var there = try #require(try await site.job(serverId))
            #expect(there["life"] == .text("archived") && there["values"]["description"] == .text("Done"))
            #expect(there["changes"]["(signoff)"].number == 1 && there["changes"]["(archive)"].number == 1)
            #expect(try await phone.history(id).map(\.kind).filter { $0 == "applied" }.count == 4)
            try await phone.commit(phone.record(id).reopened())
            try await phone.until(id) { $0.status == .open && $0.state.isSynced }
            there = try #require(try await site.job(serverId))
            #expect(there["life"] == .text("alive") && there["changes"]["(reopen)"].number == 1)
        }
    }

    @Test("B32 the same state in English and in German")
    func b32() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let german = ReaderLocale(language: "de", utcOffsetMinutes: 120)
            let (id, _) = try await phone.syncedCustomer()
            let state = try await phone.record(id).state
            guard case .synced(let atMs) = state.headline else { return }
            // "10:03" in UTC is "12:03" for a reader two hours east of it.
            #expect(try await phone.sentence(state, locale: english).text.contains(clockTime(atMs)))
            let words = try await phone.sentence(state, locale: german).text
            #expect(words.contains(clockTime(atMs + 2 * 3_600_000)), "\(words)")
            try await phone.conditions(offline)
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            let waiting = try await phone.record(id).state
            let pair = (
                try await phone.sentence(waiting, locale: english).text,
                try await phone.sentence(waiting, locale: german).text
            )
            #expect(pair.0 == "Saved on this device. Waiting for a connection.")
            #expect(pair.1 == "Auf diesem Gerät gespeichert. Wartet auf eine Verbindung.")
        }
    }

    @Test("B38 every part of a state has a sentence, the headline's first")
    func b38() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, _) = try await phone.syncedCustomer()
            // The first download may still be under way, and then it has a sentence, too.
            _ = try await phone.syncNow()
            try await phone.conditions(offline)
            let paused = try await phone.edit(phone.record(id)) { $0.text("city", "Kiel") }
            try await phone.pause(try #require(paused.operations.first))
            try await phone.customer("Weber")
            let state = try await phone.state()
            let words = try await phone.sentences(state, locale: english).map(\.text)
            #expect(
                words == [
                    "1 change saved on this device. Waiting for a connection.",
                    "1 change saved on this device. Paused.",
                ])
            #expect(try await phone.sentence(state, locale: english).text == words.first)
            let german = ReaderLocale(language: "de", utcOffsetMinutes: 0)
            #expect(
                try await phone.sentences(state, locale: german).last?.text
                    == "1 Änderung auf diesem Gerät gespeichert. Pausiert.")
        }
    }

    @Test("B41 a download that was cut is named until the rest is here")
    func b41() async throws {
        try await Site.with { site in
            try await site.office(#"{"do":"load","work_orders":60}"#)
            // Until the network is mended, so that it can be looked at in peace.
            try await site.network(#"{"do":"next","path":"/v1/pull","act":{"cut_after_lines":60},"times":1000}"#)
            let phone = try await site.phone()
            let cut = try await phone.deviceState { if case .notAllLoaded = $0.headline { true } else { false } }
            #expect(cut.headline == .notAllLoaded(asOfMs: nil))
            #expect(try await phone.sentence(cut, locale: english).text == "Not everything has been loaded yet.")
            try await site.mendNetwork()
            _ = try await phone.syncNow()
            let whole = try await phone.deviceState { $0.isSynced }
            #expect(try await phone.sentence(whole, locale: english).text.hasPrefix("Synced at "))
            #expect(try await phone.find(Query("work_order", limit: 100)).records.count == 60)
        }
    }

    private func clockTime(_ atMs: Int64) -> String {
        let minutes = atMs / 60_000 % (24 * 60)
        return String(format: "%02d:%02d", minutes / 60, minutes % 60)
    }
}

extension Site {
    /// A work order on the server.
    fileprivate func job(_ serverId: String) async throws -> JSON? {
        try await records("work_order").first { $0["server_id"].text == serverId }
    }
}

extension Fieldkeep {
    /// Waits until the state of the device is as it should be.
    fileprivate func deviceState(_ holds: @Sendable (SyncState) -> Bool) async throws -> SyncState {
        for try await state in watchState() where holds(state) { return state }
        throw KeepError.Closed
    }
}
