import Fieldkeep
import Testing

@testable import FieldDemoModels

extension Screens {
    @MainActor @Suite struct Living {}
}

extension Screens.Living {
    @Test("the network of the settings changes the words of the whole device")
    func network() async throws {
        try await Worker.with { ana in
            let list = try ana.list
            try await ana.network(.none)
            try await ana.edit(0) { $0.laborHours = "3" }
            try await until("it waits") {
                list.headline?.text == "1 change saved on this device. Waiting for a connection." && list.waiting == 1
            }
            try await ana.network(.metered)
            try await until("it is sent") { list.headline?.text.hasPrefix("Synced at") == true && list.waiting == 0 }
        }
    }

    @Test("the words of the device name all that is true at once")
    func parts() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            try await ana.edit(0) { $0.laborHours = "3" }
            let keep = try ana.session.keep
            try await keep.pause(try #require(try await keep.outbox().first).operation)
            try await ana.edit(1) { $0.laborHours = "3" }
            let list = try ana.list
            let offline = "1 change saved on this device. Waiting for a connection."
            try await until("both are said") {
                list.headline?.text == offline && list.headline?.more == ["1 change saved on this device. Paused."]
            }
        }
    }

    @Test("the settings say who works here")
    func identity() async throws {
        try await Worker.with { ana in
            try ana.session.navigation.openSettings()
            let settings = try ana.top(SettingsModel.self)
            #expect(settings.server == ana.site.url)
            #expect(settings.user == "ana")
            #expect(try ana.session.keep.device == settings.device)
            settings.battery = .saver
            try await until("it is told") { settings.battery == .saver }
            #expect(settings.network == .unmetered)
        }
    }

    @Test("the words keep up with the time")
    func time() async throws {
        try await Worker.with { ana in
            try await ana.site.refuse()
            try await ana.edit(0) { $0.laborHours = "3" }
            var last = 0
            try await until("the seconds run down") {
                let text = try ana.words(0)
                guard let count = text.wholeMatch(of: /.*retrying in ([0-9]+) seconds?\./)?.1, let now = Int(count)
                else { return false }
                defer { last = now }
                return now < last
            }
            try await ana.site.pass()
            try await until("it is sent") { try ana.words(0).hasPrefix("Synced at") }
        }
    }

    @Test("without a good token a person has to sign in, and then it goes on")
    func signIn() async throws {
        try await Worker.with { ana in
            try ana.session.navigation.openSettings()
            let settings = try ana.top(SettingsModel.self)
            settings.signIn("not a token")
            try await until("it is taken") { settings.notice == "Signed in." }
            try ana.backToList()
            try await ana.edit(0) { $0.laborHours = "3" }
            try await until("nothing is sent") { try ana.words(0) == "Saved on this device. Sign in to send it." }
            try ana.session.navigation.openSettings()
            try ana.top(SettingsModel.self).signIn(ana.site.token("ana"))
            try await until("it is sent") { try ana.words(0).hasPrefix("Synced at") }
        }
    }

    @Test("after a sleep the screen shows what has happened since")
    func sleep() async throws {
        try await Worker.with { ana in
            await ana.app.isOnScreen(false)
            await #expect(throws: KeepError.Suspended) { try await ana.session.keep.outbox() }
            try await ana.site.set(ana.site.jobs[0], #"{"status":"in_progress"}"#)
            await ana.app.isOnScreen(true)
            try await until("the news is there") { try ana.row(0).status == "In progress" }
            #expect(try ana.session.trouble == nil)
            await ana.app.isOnScreen(false)
            #expect(try await ana.app.during { try await $0.outbox() }.isEmpty)
        }
    }

    @Test("a screen that was left watches nothing and is gone")
    func left() async throws {
        try await Worker.with { ana in
            let (session, list) = (try ana.session, try ana.list)
            let before = session.watches
            #expect(before == 5)
            weak var job: JobModel?
            weak var outbox: OutboxModel?
            weak var reviews: ReviewsModel?
            do {
                let opened = try ana.openJob(0)
                try await until("it is read") { opened.details != nil && opened.customer != nil && opened.line != nil }
                job = opened
                session.navigation.openOutbox()
                outbox = try ana.top(OutboxModel.self)
                session.navigation.openReviews()
                reviews = try ana.top(ReviewsModel.self)
            }
            try await until("they watch") { session.watches == before + 9 }
            try ana.backToList()
            try await until("nothing is watched any more") { session.watches == before }
            // What was being put into words just then still holds its screen for a moment.
            while job != nil || outbox != nil || reviews != nil {
                try Task.checkCancellation()
                await Task.yield()
            }
            await ana.app.close()
            try await until("the list has ended, too") { session.watches == 0 }
            #expect(list.jobs?.isEmpty == false)
        }
    }

    @Test("another user is not let in, and who says nothing is asked again")
    func setUp() async throws {
        try await Worker.with { ana in
            await ana.app.close()
            await ana.app.setUp(server: " ", user: "ben", token: "").value
            #expect(problem(ana.app) == "Name the server and the user.")
            await ana.app.setUp(server: ana.site.url, user: "ben", token: "").value
            #expect(problem(ana.app) == "Somebody else works on this device.")
            try await ana.restart()
            #expect(try ana.session.settings.server == ana.site.url)
        }
    }

    private func problem(_ app: FieldServiceApp) -> String? {
        if case .setUp(let problem) = app.phase { problem } else { nil }
    }
}
