import Fieldkeep
import Testing

@testable import FieldDemoModels

/// One after the other: each has a server, a proxy and an office of its own.
@Suite(.serialized, .timeLimit(.minutes(1))) struct Screens {}

let offlineWords = "Saved on this device. Waiting for a connection."

extension Screens {
    @MainActor @Suite struct Editing {}
}

extension Screens.Editing {
    @Test("an edit without a network waits, and is sent when there is one again")
    func offline() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            try await ana.edit(0) {
                $0.status = .inProgress
                $0.laborHours = "1,5"
            }
            try await until("it waits") { try ana.words(0) == offlineWords }
            #expect(try ana.row(0).status == "In progress")
            #expect(try await ana.site.job(ana.site.jobs[0])?("status") == "assigned")
            try await ana.network(.unmetered)
            try await until("it is sent") { try ana.words(0).hasPrefix("Synced at") }
            let stored = try #require(try await ana.site.job(ana.site.jobs[0]))
            #expect(stored("status") == "in_progress")
            #expect(stored("labor_hours") == "1.5")
        }
    }

    @Test("a double tap on Save is one operation")
    func saveTwice() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let form = try await ana.openForm(0)
            form.laborHours = "2"
            form.save()
            form.save()
            try await ana.gone(form)
            try await ana.session.inOrder.post {}.value
            #expect(form.problems.isEmpty)
            #expect(try await ana.session.keep.outbox().count == 1)
        }
    }

    @Test("a double tap on Add is one note, and one part")
    func addTwice() async throws {
        try await Worker.with { ana in
            let job = try ana.openJob(0)
            job.noteForm.text = "Seal replaced"
            job.noteForm.add()
            job.noteForm.add()
            job.partForm.name = "Shaft seal"
            job.partForm.quantity = "2,5"
            job.partForm.add()
            job.partForm.add()
            try await until("both are sent") {
                [job.notes, job.parts].allSatisfy { $0.first?.line.text.hasPrefix("Synced at") == true }
            }
            try await until("the fields are empty") { job.noteForm.text.isEmpty && job.partForm.name.isEmpty }
            #expect(job.parts.map(\.detail) == ["2.5 ×"])
            #expect(try await ana.session.keep.outbox().isEmpty)
            #expect(try await ana.site.records("note").filter { $0("text") == "Seal replaced" }.count == 1)
            #expect(try await ana.site.records("part").filter { $0("name") == "Shaft seal" }.count == 1)
        }
    }

    @Test("what is no number is said beside the field, and nothing is saved", arguments: ["many", "2 hours", "1.5.2"])
    func noNumber(_ typed: String) async throws {
        try await Worker.with { ana in
            let form = try await ana.openForm(0)
            form.laborHours = typed
            form.save()
            #expect(form.problems == ["labor_hours": "Labor hours are a number, such as 1.5."])
            try await ana.session.inOrder.post {}.value
            #expect(try await ana.session.keep.outbox().isEmpty)
        }
    }

    @Test("a draft survives that the app is closed, and Save removes it")
    func draft() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let form = try await ana.openForm(0)
            form.description = "Half a sentence"
            form.closeDate = Day("2026-04-01")
            #expect(form.hasDraft)
            try await ana.restart()
            try await ana.network(.none)
            let again = try await ana.openForm(0)
            #expect(again.hasDraft)
            #expect(again.description == "Half a sentence")
            #expect(again.closeDate == Day("2026-04-01"))
            #expect(try await ana.session.keep.outbox().isEmpty)
            again.save()
            try await ana.gone(again)
            #expect(try await ana.session.keep.draft("job/\(again.id)") == nil)
            #expect(try await ana.session.keep.outbox().count == 1)
        }
    }

    @Test("a discarded draft is gone")
    func discardDraft() async throws {
        try await Worker.with { ana in
            let form = try await ana.openForm(0)
            let before = form.description
            form.description = "Half a sentence"
            form.discard()
            try await ana.gone(form)
            let again = try await ana.openForm(0)
            #expect(again.description == before)
            #expect(!again.hasDraft)
        }
    }

    @Test("a draft that is saved later changes nothing but what was typed")
    func draftOverNews() async throws {
        try await Worker.with { ana in
            let form = try await ana.openForm(0)
            form.laborHours = "2"
            try ana.backToList()
            try await ana.site.set(ana.site.jobs[0], #"{"description":"From the office"}"#)
            _ = try await ana.session.keep.syncNow()
            try await ana.edit(0) { $0.status = .inProgress }
            try await until("it is sent") {
                try ana.row(0).status == "In progress" && ana.words(0).hasPrefix("Synced at")
            }
            let stored = try #require(try await ana.site.job(ana.site.jobs[0]))
            #expect(stored("labor_hours") == "2")
            #expect(stored("status") == "in_progress")
            #expect(stored("description") == "From the office")
            #expect(try ana.list.reviews == 0)
        }
    }

    @Test("a job is signed off, archived and taken up again")
    func steps() async throws {
        try await Worker.with { ana in
            let job = try ana.openJob(0)
            try await until("it is read") { job.details?.isOpen == true && job.line != nil }
            #expect(job.details?.owner == "Assigned to Ana")
            try await ana.network(.none)
            job.signOff()
            try await until("it waits") { job.line?.text == "1 change saved on this device. Waiting for a connection." }
            try await ana.network(.unmetered)
            try await until("it is sent") { job.line?.text.hasPrefix("Synced at") == true }
            #expect(try await ana.site.job(ana.site.jobs[0])?.changes["(signoff)"] != nil)
            try await ana.network(.none)
            job.archive()
            job.archive()
            try await until("it takes no edits any more") { job.details?.isOpen == false }
            #expect(job.details?.isArchived == false)
            #expect(try await ana.session.keep.outbox().count == 1)
            try await ana.network(.unmetered)
            try await until("it is put away") { job.details?.isArchived == true }
            job.reopen()
            try await until("it is open again") { job.details?.isOpen == true }
            #expect(job.message == nil)
        }
    }
}
