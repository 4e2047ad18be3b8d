import Fieldkeep
import FieldkeepTesting
import Foundation
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Export {}
}

extension Behaviours.Export {
    @Test("B39 what was not sent, in a file that is not written over")
    func b39() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let (id, serverId) = try await phone.syncedCustomer()
            try await phone.conditions(offline)
            try await phone.edit(phone.record(id)) { $0.text("city", "Kiel") }
            try await phone.customer("Weber")
            let before = try await phone.outbox()
            let file = site.root.appendingPathComponent("unsent.jsonl")
            #expect(try await phone.exportUnsent(to: file) == 2)
            let written = try String(contentsOf: file, encoding: .utf8)
            let lines = try written.split(separator: "\n").map { try JSON(parsing: String($0)) }
            try #require(lines.count == 3)
            #expect(lines[0]["format"].text == "fieldkeep-unsent-1" && lines[0]["user"].text == "ana")
            #expect(lines[1]["operation"].number == Int(before[0].operation))
            #expect(lines[1]["server_id"].text == serverId && lines[1]["why"]["why"].text == "offline")
            let field = try #require(lines[1]["fields"].list.first)
            #expect(field["field"].text == "city" && field["to"].text == "Kiel")
            #expect(lines[2]["record_type"].text == "customer" && lines[2]["kind"].text == "create")
            #expect(try await phone.outbox() == before)
            try await phone.customer("Adler")
            await #expect(performing: { try await phone.exportUnsent(to: file) }, throws: { isBadRequest($0) })
            #expect(try String(contentsOf: file, encoding: .utf8) == written)
        }
    }

    private func isBadRequest(_ error: any Error) -> Bool {
        if case KeepError.BadRequest? = error as? KeepError { true } else { false }
    }
}
