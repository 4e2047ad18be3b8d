import Fieldkeep
import Foundation
import Observation
import Testing

@testable import FieldDemoModels

/// Ana with the app, and the world around her. She knows nothing but the models of the screens.
@MainActor
final class Worker {
    let site: DemoSite
    private(set) var app: FieldServiceApp
    let tokens = SignedIn()

    private init(_ site: DemoSite) {
        self.site = site
        app = Self.app(site, tokens)
    }

    /// Runs a test with a site of its own, the job list on the screen and loaded.
    static func with(_ day: @MainActor (Worker) async throws -> Void) async throws {
        let worker = Worker(try await DemoSite())
        let outcome: Result<Void, any Error>
        do {
            await worker.app.setUp(server: worker.site.url, user: "ana", token: try worker.site.token("ana")).value
            try await worker.settled()
            outcome = .success(try await day(worker))
        } catch {
            outcome = .failure(error)
        }
        await worker.app.close()
        await worker.site.end()
        try outcome.get()
    }

    private static func app(_ site: DemoSite, _ tokens: SignedIn) -> FieldServiceApp {
        let exports = site.folder.appendingPathComponent("exports")
        return FieldServiceApp(folder: site.folder.appendingPathComponent("phone"), exports: exports) { _ in tokens }
    }

    var session: Session { get throws { try #require(app.session) } }

    var list: JobListModel { get throws { try #require(session.navigation.jobs) } }

    /// The model of the screen on top.
    func top<M: Screen>(_ type: M.Type = M.self) throws -> M {
        try #require(session.navigation.way.last?.screen as? M)
    }

    /// A row of the job list, by its place.
    func row(_ index: Int) throws -> JobRow { try #require(list.jobs?[index]) }

    /// What the list says of a job.
    func words(_ index: Int) throws -> String { try row(index).line.text }

    /// Waits until nothing waits here, and every job in the list says so.
    func settled() async throws {
        for try await items in try session.keep.watchOutbox() where items.isEmpty { break }
        let (list, count) = (try list, site.jobs.count)
        try await until("all jobs are there") {
            list.jobs?.count == count && list.jobs?.allSatisfy { $0.line.text.hasPrefix("Synced at") } == true
        }
    }

    /// Opens a job from the list.
    func openJob(_ index: Int) throws -> JobModel {
        try session.navigation.openJob(row(index).id)
        return try top()
    }

    /// Opens the form of a job, and waits until it is filled in.
    func openForm(_ index: Int) async throws -> JobFormModel {
        try openJob(index).edit()
        let form = try top(JobFormModel.self)
        try await until("the form is filled in") { form.content != nil }
        return form
    }

    /// Back to the job list.
    func backToList() throws {
        let navigation = try session.navigation
        while !navigation.way.isEmpty { navigation.back() }
    }

    /// Changes a job in its form, saves, and goes back to the list.
    func edit(_ index: Int, _ type: (JobFormModel) -> Void) async throws {
        let form = try await openForm(index)
        type(form)
        form.save()
        try await gone(form)
        try backToList()
    }

    /// Waits until a screen has closed itself.
    func gone(_ screen: any Screen) async throws {
        let navigation = try session.navigation
        try await until("the screen is closed") { !navigation.way.contains { $0.screen === screen } }
    }

    /// Sets the network in the settings.
    func network(_ network: NetworkKind) async throws {
        let navigation = try session.navigation
        navigation.openSettings()
        let settings = try top(SettingsModel.self)
        settings.network = network
        try await until("the network is \(network)") { settings.network == network }
        navigation.back()
    }

    /// The app ends, and its files are damaged before it starts again.
    func restartDamaged() async throws {
        await app.close()
        let file = site.folder.appendingPathComponent("phone/work/fieldkeep.db")
        try Data(repeating: 7, count: 5_000).write(to: file)
        app = Self.app(site, tokens)
        await app.start().value
    }

    /// The app ends and starts again over the same folder.
    func restart() async throws {
        await app.close()
        app = Self.app(site, tokens)
        await app.start().value
        let list = try list
        try await until("the list is read") { list.jobs?.isEmpty == false }
    }
}

/// Waits until what the models show is so. It looks again at each change of what it has looked at.
@MainActor
func until(_ what: String, _ holds: @MainActor () throws -> Bool) async throws {
    while true {
        let (changes, change) = AsyncStream<Void>.makeStream()
        let seen = withObservationTracking {
            Result { try holds() }
        } onChange: {
            change.finish()
        }
        if try seen.get() { return }
        // Ends with the change, or when the test's time is over.
        for await _ in changes {}
        if Task.isCancelled {
            Issue.record("it never came to pass that \(what)")
            throw CancellationError()
        }
    }
}
