import Fieldkeep
import Foundation
import Testing

@testable import FieldDemoModels

extension Screens {
    @MainActor @Suite struct Damaged {}
}

extension Screens.Damaged {
    @Test("damaged files are put aside, and the person says when to start again")
    func startAgain() async throws {
        try await Worker.with { ana in
            try await ana.restartDamaged()
            let keptAt = try #require(place(ana.app))
            #expect(try Data(contentsOf: URL(fileURLWithPath: keptAt)) == Data(repeating: 7, count: 5_000))
            // Not behind the person's back.
            await ana.app.start().value
            await #expect(throws: NobodyWorksHere.self) { try await ana.app.during { try await $0.outbox() } }
            #expect(place(ana.app) == keptAt)
            await ana.app.startAgain().value
            try await ana.settled()
            #expect(try await ana.session.keep.damagedFiles().map(\.path) == [keptAt])
        }
    }

    /// Where the damaged file was put.
    private func place(_ app: FieldServiceApp) -> String? {
        if case .damaged(let keptAt) = app.phase { keptAt } else { nil }
    }
}
