import Fieldkeep
import Foundation
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Opening {}
}

extension Behaviours.Opening {
    @Test("B03 killed as soon as a save has returned")
    func b03() async throws {
        try await Site.with { site in
            try await site.cutNetwork()
            let child = try site.child("save", "Hansa")
            let id = RecordId(try #require(try await child.line()["saved"].text))
            await child.killed()
            let phone = try await site.phone()
            #expect(try await phone.record(id).fields["name"] == .text("Hansa"))
            #expect(try await phone.outbox().count == 1)
            try await site.mendNetwork()
            #expect(try await phone.syncNow().outcome == .done)
            try await phone.synced(id)
            #expect(try await site.records("customer").count == 1)
        }
    }

    @Test("B21 a folder that is in use, here and from another process")
    func b21() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            await #expect(throws: OpenError.InUse) { try await site.phone() }
            let refused = try site.child("open")
            #expect(try await refused.line()["in_use"] == .bool(true))
            await refused.stopped()
            await phone.close()
            let other = try site.child("open")
            #expect(try await other.line()["opened"] == .bool(true))
            await #expect(throws: OpenError.InUse) { try await site.phone() }
            await other.killed()
            #expect(try await site.phone().outbox().isEmpty)
        }
    }

    @Test("B22 what cannot be opened says why and stays as it was, or is moved aside")
    func b22() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await phone.conditions(offline)
            try await phone.customer("Hansa")
            await phone.close()
            let before = try files(in: site.root.appendingPathComponent("phone"))
            #expect(!before.isEmpty)

            let ben = try site.options(user: "ben")
            await #expect(throws: OpenError.WrongUser(owner: "ana")) { try await site.phone(ben) }
            var noSchema = try site.options()
            noSchema.schemaJSON = "{"
            await #expect(performing: { try await site.phone(noSchema) }, throws: { isSetUp($0) })
            #expect(try files(in: site.root.appendingPathComponent("phone")) == before)

            var newer = try site.options("newer")
            newer.schemaJSON = try site.nextSchemaJSON
            await (try await site.phone(newer)).close()
            await #expect(throws: OpenError.SchemaOlder(stored: 2, given: 1)) { try await site.phone("newer") }

            try await assertDamagedIsMovedAside(site)

            // A locked storage: the file is there and cannot be opened.
            let locked = site.root.appendingPathComponent("locked")
            try FileManager.default.createDirectory(
                at: locked.appendingPathComponent("fieldkeep.db"), withIntermediateDirectories: true)
            await #expect(performing: { try await site.phone("locked") }, throws: { isUnavailable($0) })

            let again = try await site.phone()
            #expect(try await again.outbox().count == 1)

            let unusable = try site.options("unusable", server: "not an address")
            await #expect(performing: { try await site.phone(unusable) }, throws: { isSetUp($0) })
        }
    }

    private func assertDamagedIsMovedAside(_ site: Site) async throws {
        let folder = site.root.appendingPathComponent("damaged")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let rubbish = Data(repeating: 7, count: 8192)
        try rubbish.write(to: folder.appendingPathComponent("fieldkeep.db"))
        let aside = folder.appendingPathComponent("fieldkeep.db.damaged-1")
        // It says where it lies.
        await #expect(performing: { try await site.phone("damaged") }, throws: { keptAt($0) == aside.path })
        #expect(try Data(contentsOf: aside) == rubbish, "moved, not touched")
        let anew = try await site.phone("damaged")
        #expect(try await anew.damagedFiles().map(\.path) == [aside.path], "and again when it is asked")
        #expect(try await anew.find(Query("customer")).records.isEmpty)
    }

    @Test("B23 closed with work waiting, and opened again")
    func b23() async throws {
        try await Site.with { site in
            try await site.cutNetwork()
            let phone = try await site.phone()
            let id = try await phone.customer("Hansa")
            try await phone.edit(phone.record(id)) { $0.text("city", "Ulm") }
            let before = try await phone.outbox()
            #expect(before.map(\.kind) == [.create, .patch])
            await phone.close()
            let again = try await site.phone()
            let after = try await again.outbox()
            #expect(after.map(\.operation) == before.map(\.operation))
            #expect(after.map(\.fields) == before.map(\.fields) && after.map(\.madeMs) == before.map(\.madeMs))
            try await site.mendNetwork()
            #expect(try await again.syncNow().outcome == .done)
            let synced = try await again.synced(id)
            #expect(synced.fields["city"] == .text("Ulm"))
            #expect(try await again.outbox().isEmpty)
            #expect(try await site.records("customer").count == 1)
        }
    }

    @Test("B25 used after it was closed, also by a watcher that was running")
    func b25() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let id = try await phone.customer("Hansa")
            var values = phone.watch(id).makeAsyncIterator()
            #expect(try await values.next() != nil)
            async let running = isEnded(phone.watchOutbox())
            await phone.close()
            await phone.close()
            while try await values.next() != nil {}
            #expect(!Task.isCancelled)
            // It ends; when it began after the closing, it says so instead.
            do { #expect(try await running) } catch KeepError.Closed {}
            await #expect(throws: KeepError.Closed) { try await phone.customer("Nord") }
            await #expect(throws: KeepError.Closed) { try await phone.get(id) }
            await #expect(throws: KeepError.Closed) { try await phone.outbox() }
            await #expect(throws: KeepError.Closed) { try await phone.syncNow() }
            await #expect(throws: KeepError.Closed) { try await phone.runUntil(within: .seconds(1)) }
            await #expect(throws: KeepError.Closed) { try await phone.nextWake() }
            await #expect(throws: KeepError.Closed) { try await phone.conditions(online) }
            await #expect(throws: KeepError.Closed) { try await phone.tokenChanged() }
            await #expect(throws: KeepError.Closed) { try await phone.suspend(within: .seconds(1)) }
            await #expect(performing: { try await phone.resume() }, throws: { isClosed($0) })
            await #expect(throws: KeepError.Closed) { for try await _ in phone.watch(id) {} }
        }
    }
}

/// Reads to the end.
private func isEnded<Element>(_ values: Updates<Element>) async throws -> Bool {
    for try await _ in values {}
    return !Task.isCancelled
}

/// Names and contents.
private func files(in folder: URL) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        contents[name] = try Data(contentsOf: folder.appendingPathComponent(name))
    }
    return contents
}

private func isSetUp(_ error: any Error) -> Bool {
    if case OpenError.SetUp? = error as? OpenError { true } else { false }
}

private func isClosed(_ error: any Error) -> Bool {
    if case OpenError.Closed? = error as? OpenError { true } else { false }
}

/// Where a damaged file was moved to.
private func keptAt(_ error: any Error) -> String? {
    if case OpenError.Damaged(_, let place)? = error as? OpenError { place } else { nil }
}

private func isUnavailable(_ error: any Error) -> Bool {
    if case OpenError.Unavailable? = error as? OpenError { true } else { false }
}
