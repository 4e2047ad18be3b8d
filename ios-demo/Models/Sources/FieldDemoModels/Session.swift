import Fieldkeep
import Foundation
import Observation

/// What every screen works with while a user's folder is open.
@MainActor
@Observable
public final class Session {
    public let keep: Fieldkeep
    public let settings: AppSettings
    /// What Fieldkeep was told of network and battery; after a start it assumes the best.
    public private(set) var conditions = Conditions(network: .unmetered, battery: .ok)
    /// A failure that no screen can help with, in words.
    public private(set) var trouble: String?
    /// Sequences that are being read. None is left over when a screen is left.
    public private(set) var watches = 0
    /// Where the person is in the app.
    public let navigation = Navigation()

    @ObservationIgnored let reader: Reader
    /// Where files for other people are put.
    @ObservationIgnored let exports: URL
    /// What must happen one after the other: reading, keeping and saving forms.
    @ObservationIgnored let inOrder = InOrder()
    @ObservationIgnored private let tokens: any SignInTokens

    init(_ keep: Fieldkeep, settings: AppSettings, exports: URL, reader: Reader, tokens: any SignInTokens) {
        self.keep = keep
        self.settings = settings
        self.exports = exports
        self.reader = reader
        self.tokens = tokens
        navigation.begin(self)
    }

    /// Tells Fieldkeep what network and battery are like.
    public func setConditions(_ new: Conditions) async throws {
        try await keep.conditions(new)
        conditions = new
    }

    /// A new token is there.
    public func signIn(_ token: String) async throws {
        try tokens.signIn(token)
        try await keep.tokenChanged()
    }

    /// Lets go of all files in time, so that the system may freeze the process.
    func sleep() async throws {
        await inOrder.post {}.value
        try await keep.suspend(within: .seconds(3))
    }

    /// Goes on after a sleep.
    func wake() async throws {
        try await keep.resume()
        navigation.wake()
    }

    /// Ends for good. What was saved or drafted is there at the next start.
    func close() async {
        await inOrder.post {}.value
        navigation.end()
        await keep.close()
    }

    /// Does something for a screen. That the files are closed on purpose is no failure.
    func told(_ action: () async throws -> Void) async {
        do {
            try await action()
        } catch KeepError.Suspended, KeepError.Closed {
        } catch is CancellationError {
        } catch {
            tell(error)
        }
    }

    /// Says a failure that no screen can say.
    func tell(_ error: any Error) { trouble = words(for: error) }

    func watchBegins() { watches += 1 }

    func watchEnds() { watches -= 1 }
}
