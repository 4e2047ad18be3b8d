@testable import Fieldkeep
import Dispatch
import Foundation
import Testing

@testable import Fieldkeep

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Tasks {}
}

extension Behaviours.Tasks {
    @Test("B20 300 tasks save and read at the same time")
    func b20() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<300 {
                    tasks.addTask {
                        let id = try await phone.customer("Customer \(number)")
                        #expect(try await phone.get(id)?.fields["name"] == .text("Customer \(number)"))
                        _ = try await phone.outbox()
                    }
                }
                try await tasks.waitForAll()
            }
            let page = try await phone.find(Query("customer", limit: 1000))
            #expect(Set(page.records.map(\.fields["name"])).count == 300 && page.records.count == 300)
        }
    }

    @Test("B24 suspend while a download and saves run, then resume")
    func b24() async throws {
        try await Site.with { site in
            try await site.office(#"{"do":"load","work_orders":300}"#)
            let phone = try await site.phone()
            let folder = site.root.appendingPathComponent("phone").path
            let syncing = Task { try await phone.syncNow() }
            let saved = Guarded<[RecordId]>([])
            let (begun, isBegun) = AsyncStream<Void>.makeStream()
            let saving = Task {
                for number in 0... {
                    let id = try await phone.customer("Customer \(number)")
                    saved.with { $0.append(id) }
                    isBegun.yield()
                }
            }
            for await _ in begun { break }
            let clock = ContinuousClock.now
            try await phone.suspend(within: .seconds(3))
            #expect(clock.duration(to: .now) < .seconds(4))
            await #expect(throws: KeepError.Suspended) { try await saving.value }
            _ = await syncing.result
            #expect(try openFiles(under: folder).isEmpty)
            await #expect(throws: KeepError.Suspended) { try await phone.outbox() }
            await #expect(throws: KeepError.Suspended) { try await phone.syncNow() }
            try await phone.resume()
            #expect(try openFiles(under: folder).isEmpty == false)
            #expect(try await phone.syncNow().outcome == .done)
            for id in saved.with({ $0 }) {
                try await phone.synced(id)
            }
            #expect(try await phone.outbox().isEmpty)
            #expect(try await phone.find(Query("work_order", limit: 1000)).records.count == 300)
        }
    }

    @Test("B26 the caller of a save is cancelled")
    func b26() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await phone.conditions(offline)

            let early = phone.newRecordId()
            let before = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await phone.customer("Early", id: early)
            }
            await #expect(throws: CancellationError.self) { try await before.value }
            #expect(try await phone.get(early) == nil)

            let begun = phone.newRecordId()
            let (steps, step) = AsyncStream<Void>.makeStream()
            let (gate, core) = (DispatchSemaphore(value: 0), phone.core)
            let saving = Task {
                try await phone.calls.write {
                    step.yield()
                    gate.wait()
                    let edit = Edit.newRecord("customer", id: begun) { $0.text("name", "Begun") }
                    return try core.commit(edits: [edit], options: CommitOptions())
                }
            }
            for await _ in steps { break }
            let behind = phone.newRecordId()
            let queued = Task { try await phone.customer("Behind", id: behind) }
            saving.cancel()
            queued.cancel()
            await #expect(throws: CancellationError.self) { try await queued.value }
            gate.signal()
            #expect(try await saving.value.records == [begun])
            #expect(try await phone.get(begun) != nil)
            #expect(try await phone.get(behind) == nil)

            for _ in 0..<100 {
                let id = phone.newRecordId()
                let racing = Task { try await phone.customer("Racing", id: id) }
                await Task.yield()
                racing.cancel()
                let isThere: Bool
                switch await racing.result {
                case .success: isThere = true
                case .failure(let error):
                    #expect(error is CancellationError)
                    isThere = false
                }
                #expect(try await (phone.get(id) != nil) == isThere)
            }
        }
    }
}

/// The files below a folder that this process has open.
private func openFiles(under folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
        .filter { $0.contains(folder) }
}
