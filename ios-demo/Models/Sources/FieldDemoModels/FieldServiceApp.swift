import Fieldkeep
import FieldkeepPhone
import Foundation
import Observation

/// How far the app is.
public enum Phase {
    /// The folder is being opened.
    case opening
    /// Nobody has said yet who works here; `problem` says why the last try failed.
    case setUp(problem: String?)
    /// The work is on the screen.
    case working(Session)
    /// The folder could not be opened.
    case stuck(String)
    /// The files were damaged and are put aside. The person says whether to start again without them.
    case damaged(keptAt: String)
}

/// No user's folder is open, or none can be opened.
public struct NobodyWorksHere: Error {}

/// The app, from its start to its end. One for each process; it outlives every screen.
@MainActor
@Observable
public final class FieldServiceApp {
    public private(set) var phase = Phase.opening

    @ObservationIgnored private let folder: URL
    @ObservationIgnored private let exports: URL
    @ObservationIgnored private let reader: Reader
    @ObservationIgnored private let tokens: (_ user: String) -> any SignInTokens
    /// One change of phase at a time.
    @ObservationIgnored private let changing = InOrder()
    @ObservationIgnored private var lifecycle: Lifecycle?
    /// Nobody looks until the first screen says that it is there.
    @ObservationIgnored private var screen = Lifecycle.Phase.resting

    /// An app that keeps all that it has in `folder`, and puts files for other people into `exports`. `tokens` hands out
    /// what keeps the token of a user.
    public init(
        folder: URL, exports: URL, reader: Reader = Reader(), tokens: @escaping (_ user: String) -> any SignInTokens
    ) {
        self.folder = folder
        self.exports = exports
        self.reader = reader
        self.tokens = tokens
    }

    /// The work, while it is on the screen.
    public var session: Session? {
        if case .working(let session) = phase { session } else { nil }
    }

    /// Goes on with the user of the last time; asks who it is when there was none.
    @discardableResult
    public func start() -> Task<Void, Never> {
        changing.post { [self] in
            if case .damaged = phase { return }
            if session == nil { await openAsBefore() }
        }
    }

    /// The person has read where the damaged files are: everything is loaded from the server again.
    @discardableResult
    public func startAgain() -> Task<Void, Never> {
        changing.post { [self] in
            if case .damaged = phase { await openAsBefore() }
        }
    }

    /// The person said who works here, and against which server.
    @discardableResult
    public func setUp(server: String, user: String, token: String) -> Task<Void, Never> {
        let settings = AppSettings(server: trimmed(server), user: trimmed(user))
        return changing.post { [self] in
            if session != nil { return }
            if settings.server.isEmpty || settings.user.isEmpty {
                phase = .setUp(problem: "Name the server and the user.")
                return
            }
            do {
                if !trimmed(token).isEmpty { try tokens(settings.user).signIn(trimmed(token)) }
                await open(settings)
                if session != nil { try file.save(settings) }
            } catch {
                phase = .setUp(problem: words(for: error))
            }
        }
    }

    /// The system shows the app or takes it off the screen. Off the screen it lets go of all files, so that the system
    /// may freeze it. Returns when that is done.
    public func isOnScreen(_ isOnScreen: Bool) async {
        screen = isOnScreen ? .running : .resting
        await lifecycle?.go(to: screen)
    }

    /// Works in the background: the system may have started the app for that alone. Files are open meanwhile, and closed
    /// afterwards unless the app is on the screen.
    ///
    /// - Throws: ``NobodyWorksHere`` when there is nothing to work on; what `work` throws.
    public func during<Result: Sendable>(
        _ work: @Sendable (Fieldkeep) async throws -> Result
    ) async throws -> Result {
        await start().value
        guard let session, let lifecycle else { throw NobodyWorksHere() }
        let keep = session.keep
        return try await lifecycle.during { try await work(keep) }
    }

    /// Ends for good. What was saved or drafted is there at the next start.
    public func close() async {
        await changing.post { [self] in
            await session?.close()
            phase = .opening
            lifecycle = nil
        }.value
    }

    private var file: SettingsFile { SettingsFile(url: folder.appendingPathComponent("settings.json")) }

    private func openAsBefore() async {
        do {
            if let settings = try file.load() { await open(settings) } else { phase = .setUp(problem: nil) }
        } catch is DecodingError {
            phase = .setUp(problem: "What was set up last time cannot be read. Say once more who works here.")
        } catch {
            phase = .stuck(words(for: error))
        }
    }

    private func open(_ settings: AppSettings) async {
        do {
            let tokens = tokens(settings.user)
            let keep = try await Fieldkeep.open(
                Options(
                    folder: try workFolder(), user: settings.user, schemaJSON: Schema.json, server: settings.server,
                    tokens: tokens))
            let session = Session(keep, settings: settings, exports: exports, reader: reader, tokens: tokens)
            lifecycle = Lifecycle(
                screen: screen, rest: { try await session.sleep() }, resume: { try await session.wake() },
                failed: { error in Task { await session.told { throw error } } })
            phase = .working(session)
        } catch let failure as OpenError {
            phase = failed(failure)
        } catch {
            phase = .stuck(words(for: error))
        }
    }

    /// A backup of it, brought back later, would send old work as new.
    private func workFolder() throws -> URL {
        var work = folder.appendingPathComponent("work")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        #if canImport(Darwin)
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try work.setResourceValues(values)
        #endif
        return work
    }

    private func failed(_ failure: OpenError) -> Phase {
        switch failure {
        case .SetUp(let words): .setUp(problem: "This does not work: \(words)")
        case .WrongUser: .setUp(problem: "Somebody else works on this device.")
        case .Closed: .stuck("The app was closed. Start it again.")
        case .InUse: .stuck("The app is open a second time. Close the other one.")
        case .Newer, .SchemaOlder: .stuck("A newer version of this app was here. Update the app.")
        case .Full: .stuck("There is no space left on this device. Free some and start again.")
        case .Unavailable: .stuck("The files cannot be read now. Try again later.")
        case .Damaged(_, let keptAt?): .damaged(keptAt: keptAt)
        case .Damaged: .stuck("The files on this device are damaged. Ask for help, and do not remove the app.")
        }
    }

    private func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}
