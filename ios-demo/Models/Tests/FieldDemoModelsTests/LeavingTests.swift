import Fieldkeep
import Foundation
import Testing

@testable import FieldDemoModels

extension Screens {
    @MainActor @Suite struct Leaving {}
}

extension Screens.Leaving {
    @Test("what is typed after the tap on Save is not taken, and what was typed before it is saved")
    func typedAfterSave() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let form = try await ana.openForm(0)
            let (gate, opens) = AsyncStream<Void>.makeStream()
            try ana.session.inOrder.post { for await _ in gate {} }
            form.description = "Before"
            form.save()
            #expect(form.isBusy)
            form.description = "After"
            form.laborHours = "9"
            form.discard()
            #expect(form.description == "Before" && form.laborHours != "9")
            opens.finish()
            try await ana.gone(form)
            form.description = "Long after"
            try await ana.session.inOrder.post {}.value
            let job = try #require(try await ana.session.keep.get(form.id))
            #expect(job.description == "Before")
            #expect(try await ana.session.keep.draft("job/\(form.id)") == nil)
            #expect(try await ana.session.keep.outbox().count == 1)
        }
    }

    @Test("a form whose save has failed takes input again, and keeps it as a draft")
    func saveFails() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let form = try await ana.openForm(0)
            form.laborHours = String(repeating: "1", count: 39)
            form.save()
            try await until("it is said beside the field") { form.problems["labor_hours"] != nil }
            #expect(!form.isBusy && form.hasDraft)
            form.laborHours = "2"
            form.save()
            try await ana.gone(form)
            #expect(try await ana.session.keep.get(form.id)?.laborHours == 2)
            #expect(try await ana.session.keep.outbox().count == 1)
        }
    }

    @Test("a note takes no input while it is added; one that could not be added stays, and can be added again")
    func note() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let job = try ana.openJob(0)
            try await ana.session.keep.suspend(within: .seconds(3))
            job.noteForm.text = "Seal replaced"
            job.partForm.name = "Shaft seal"
            job.noteForm.add()
            job.partForm.add()
            job.noteForm.text = "Something else"
            job.partForm.quantity = "7"
            #expect(job.noteForm.text == "Seal replaced" && job.partForm.quantity == "1")
            try await until("it is said") { job.noteForm.problem != nil && job.partForm.problem != nil }
            try await ana.session.keep.resume()
            #expect(job.noteForm.text == "Seal replaced" && job.partForm.name == "Shaft seal")
            job.noteForm.text = "Seal replaced."
            job.noteForm.add()
            job.partForm.add()
            try await until("both are there") { job.noteForm.text.isEmpty && job.partForm.name.isEmpty }
            #expect(try await ana.session.keep.outbox().map(\.kind) == [.create, .create])
        }
    }

    @Test("what is wished just before the screen is left, and the app with it, is done and in order")
    func atOnce() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            for index in 0..<3 {
                let job = try ana.openJob(index)
                try await until("it is read") { job.details != nil }
                job.noteForm.text = "Seal replaced"
                job.noteForm.add()
                job.partForm.name = "Shaft seal"
                job.partForm.add()
                job.signOff()
                job.signOff()
                job.archive()
                try ana.backToList()
                await ana.app.isOnScreen(false)
                await ana.app.isOnScreen(true)
                #expect(try ana.session.trouble == nil)
                let items = try await ana.session.keep.outbox().suffix(4)
                #expect(items.map(\.kind) == [.create, .create, .signoff, .archive])
                #expect(items.map(\.recordType) == ["note", "part", "work_order", "work_order"])
            }
            #expect(try await ana.session.keep.outbox().count == 12)
            let all = try ana.list
            all.showAll(true)
            try await ana.network(.unmetered)
            for try await items in try ana.session.keep.watchOutbox() where items.isEmpty { break }
        }
    }

    @Test("a job that is taken up again just before the screen is left is taken up again")
    func reopen() async throws {
        try await Worker.with { ana in
            let job = try ana.openJob(0)
            try await until("it is read") { job.details != nil }
            job.archive()
            try await until("it is put away") { job.details?.isArchived == true }
            try await ana.network(.none)
            job.reopen()
            job.reopen()
            try ana.backToList()
            await ana.app.isOnScreen(false)
            await ana.app.isOnScreen(true)
            #expect(try await ana.session.keep.outbox().map(\.kind) == [.reopen])
        }
    }

    @Test("what fails after its screen was left is said by the session")
    func failsLater() async throws {
        try await Worker.with { ana in
            let job = try ana.openJob(0)
            job.noteForm.text = "Seal replaced"
            try await ana.session.keep.suspend(within: .seconds(3))
            job.noteForm.add()
            try ana.backToList()
            let session = try ana.session
            try await until("it is said") { session.trouble == "The app is resting. Try again." }
        }
    }

    @Test("a draft that cannot be read is said, and the job can be edited")
    func unreadableDraft() async throws {
        try await Worker.with { ana in
            let id = try ana.row(0).id
            try await ana.session.keep.saveDraft("job/\(id)", fields: "{}")
            let form = try await ana.openForm(0)
            try await until("it is said") { form.problems[""] == "What was typed here last time cannot be read." }
            form.laborHours = "2"
            form.save()
            try await ana.gone(form)
            #expect(try await ana.session.keep.draft("job/\(id)") == nil)
        }
    }

    @Test("settings that cannot be read are said, not taken for a first start")
    func unreadableSettings() async throws {
        try await Worker.with { ana in
            await ana.app.close()
            let file = ana.site.folder.appendingPathComponent("phone/settings.json")
            try Data("{".utf8).write(to: file)
            await ana.app.start().value
            guard case .setUp(let problem) = ana.app.phase else {
                Issue.record("\(ana.app.phase)")
                return
            }
            #expect(problem == "What was set up last time cannot be read. Say once more who works here.")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            await ana.app.start().value
            guard case .stuck = ana.app.phase else {
                Issue.record("\(ana.app.phase)")
                return
            }
            try FileManager.default.removeItem(at: file)
            await ana.app.start().value
            guard case .setUp(nil) = ana.app.phase else {
                Issue.record("\(ana.app.phase)")
                return
            }
        }
    }
}
