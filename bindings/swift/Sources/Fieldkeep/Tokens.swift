import Dispatch
import FieldkeepTypes

/// Hands out bearer tokens. Called from Fieldkeep's own threads. Whatever it throws counts as "nobody is signed in".
public protocol Tokens: Sendable {
    /// The token to use now; nil when nobody is signed in. Called from any thread; returns at once and calls nothing of
    /// Fieldkeep.
    func current() throws -> AccessToken?

    /// A token newer than the generation `stale`, made if need be; nil when the person has to sign in. May wait for the
    /// network.
    func refresh(stale: UInt64) async throws -> AccessToken?
}

/// An app's tokens as the core takes them.
final class HostTokens: TokenSource {
    private let tokens: any Tokens

    init(_ tokens: any Tokens) {
        self.tokens = tokens
    }

    func current() throws -> AccessToken? {
        do {
            return try tokens.current()
        } catch {
            throw HostError.Failed(words: String(describing: error))
        }
    }

    /// The core calls this on a thread that may block, so waiting here holds up nobody.
    func refresh(stale: UInt64) throws -> AccessToken? {
        let answer = Answer<AccessToken?>()
        let arrived = DispatchSemaphore(value: 0)
        let tokens = tokens
        Task.detached {
            do {
                answer.put(.success(try await tokens.refresh(stale: stale)))
            } catch {
                answer.put(.failure(HostError.Failed(words: String(describing: error))))
            }
            arrived.signal()
        }
        arrived.wait()
        return try answer.take()
    }
}

/// Where one thread leaves a result for another that waits for it.
private final class Answer<T: Sendable>: Sendable {
    private let result = Guarded<Result<T, any Error>?>(nil)

    func put(_ result: Result<T, any Error>) {
        self.result.with { $0 = result }
    }

    func take() throws -> T {
        guard let result = result.with({ $0 }) else { preconditionFailure("taken before it was put") }
        return try result.get()
    }
}
