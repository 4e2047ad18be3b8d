import Fieldkeep
import Testing

@testable import FieldDemoModels

extension Screens {
    @MainActor @Suite struct Waiting {}
}

extension Screens.Waiting {
    @Test("the outbox says why something waits, and Sync now says what came of it")
    func reasons() async throws {
        try await Worker.with { ana in
            try await ana.site.refuse()
            try await ana.edit(0) { $0.laborHours = "3" }
            let outbox = try openOutbox(ana)
            try await until("it was tried") { outbox.rows?.first?.why == "The server could not be reached" }
            let row = try #require(outbox.rows?.first)
            #expect(try ana.row(0).title == row.title)
            #expect(row.what == "Change of labor hours")
            #expect(row.times.contains(", next try at "))
            outbox.syncNow()
            outbox.syncNow()
            try await until("it says how it went") { outbox.report != nil && !outbox.isSyncing }
            #expect(outbox.report?.hasPrefix("It did not work. It is tried again in ") == true)
            try await ana.site.pass()
            outbox.syncNow()
            try await until("nothing waits") { outbox.rows?.isEmpty == true && !outbox.isSyncing }
            #expect(outbox.report?.hasPrefix("Done.") == true)
            #expect(try await ana.site.job(ana.site.jobs[0])?("labor_hours") == "3")
        }
    }

    @Test("each item says what it waits for, and what it holds back")
    func order() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let title = try ana.row(0).title
            try await ana.edit(0) { $0.laborHours = "1" }
            let job = try ana.openJob(0)
            try await until("the job is read") { job.details != nil }
            job.signOff()
            try await until("it waits") { try ana.list.waiting == 2 }
            try await ana.edit(0) { $0.status = .complete }
            let outbox = try openOutbox(ana)
            try await until("all wait") { outbox.rows?.count == 3 }
            let rows = try #require(outbox.rows)
            #expect(rows.map(\.what) == ["Change of labor hours", "Sign-off", "Change of status"])
            #expect(rows[0].why == "No connection")
            #expect(rows[1].why == "After an earlier change: \(title)")
            #expect(rows[2].why == "After an earlier step: \(title)")
            #expect(rows.map(\.blocks) == [title, title, nil])
            #expect(rows.allSatisfy { $0.times.hasPrefix("Since ") && $0.job == job.id })
        }
    }

    @Test("what is paused stays here, and goes out when it is taken up again")
    func pause() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            try await ana.edit(0) { $0.laborHours = "3" }
            let outbox = try openOutbox(ana)
            try await until("it waits") { outbox.rows?.count == 1 }
            outbox.pause(try #require(outbox.rows?.first))
            try await until("it is paused") { outbox.rows?.first?.isPaused == true }
            #expect(outbox.rows?.first?.why == "Paused")
            try await ana.network(.unmetered)
            outbox.syncNow()
            try await until("it was tried") { outbox.report != nil }
            #expect(outbox.report == "Done. 1 still waits.")
            try await until("the list says so") { try ana.words(0) == "Saved on this device. Paused." }
            #expect(try await ana.site.job(ana.site.jobs[0])?("labor_hours") == nil)
            outbox.unpause(try #require(outbox.rows?.first))
            try await until("it is sent") { outbox.rows?.isEmpty == true }
            #expect(try await ana.site.job(ana.site.jobs[0])?("labor_hours") == "3")
        }
    }

    @Test("what is given up was shown before, and never arrives")
    func discard() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let before = try ana.row(0).status
            try await ana.edit(0) { $0.status = .inProgress }
            let outbox = try openOutbox(ana)
            try await until("it waits") { outbox.rows?.count == 1 }
            outbox.askToDiscard(try #require(outbox.rows?.first))
            try await until("it is asked") { outbox.discarding != nil }
            let title = try ana.row(0).title
            #expect(outbox.discarding?.parts.map(\.title) == ["Will not be sent"])
            #expect(outbox.discarding?.parts.map(\.lines) == [["\(title): Change of status"]])
            outbox.keepIt()
            #expect(outbox.discarding == nil && outbox.rows?.count == 1)
            outbox.askToDiscard(try #require(outbox.rows?.first))
            try await until("it is asked again") { outbox.discarding != nil }
            outbox.discard()
            try await until("nothing waits") { outbox.rows?.isEmpty == true }
            try await until("it is as before") { try ana.row(0).status == before }
            try await ana.network(.unmetered)
            #expect(try await ana.session.keep.syncNow().outcome == .done)
            #expect(try await ana.site.job(ana.site.jobs[0])?("status") == "assigned")
        }
    }

    @Test("a plan that has become wrong is shown anew")
    func planChanged() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            let job = try ana.openJob(0)
            job.noteForm.text = "Seal replaced"
            job.noteForm.add()
            let outbox = try openOutbox(ana)
            try await until("it waits") { outbox.rows?.count == 1 }
            let row = try #require(outbox.rows?.first)
            #expect(row.what == "New note")
            outbox.askToDiscard(row)
            try await until("it is asked") { outbox.discarding != nil }
            let title = try ana.row(0).title
            let gone = "Note for \(title)"
            #expect(outbox.discarding?.parts.map(\.title) == ["Will not be sent", "Will be gone from this device"])
            #expect(outbox.discarding?.parts.map(\.lines) == [["\(gone): New note"], [gone]])
            try await until("the note is shown") { job.notes.count == 1 }
            let note = try #require(job.notes.first)
            let record = try #require(try await ana.session.keep.get(note.id))
            try await ana.session.keep.commit(record.archived())
            outbox.discard()
            try await until("it is asked once more") { outbox.discarding?.notice != nil }
            #expect(outbox.discarding?.notice == "Something has changed meanwhile. Look at it again.")
            #expect(outbox.discarding?.parts.first?.lines == ["\(gone): New note", "\(gone): Archive"])
            outbox.discard()
            try await until("nothing waits") { outbox.rows?.isEmpty == true }
        }
    }

    @Test("what waits is written to a file of its own each time")
    func export() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            try await ana.edit(0) { $0.laborHours = "3" }
            let outbox = try openOutbox(ana)
            try await until("it waits") { outbox.rows?.count == 1 }
            outbox.export()
            try await until("it is written") { outbox.exported != nil }
            let first = try #require(outbox.exported)
            #expect(first.words == "1 change is written to \(first.file.path)")
            let lines = try String(contentsOf: first.file, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2 && lines.last?.contains(#""field":"labor_hours""#) == true)
            outbox.export()
            try await until("another is written") { outbox.exported?.file != first.file }
            #expect(outbox.rows?.count == 1)
        }
    }

    private func openOutbox(_ ana: Worker) throws -> OutboxModel {
        try ana.session.navigation.openOutbox()
        return try ana.top(OutboxModel.self)
    }
}
