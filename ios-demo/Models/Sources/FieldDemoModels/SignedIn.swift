import Fieldkeep
import Foundation

/// Tokens that come from a person who signs in.
public protocol SignInTokens: Tokens {
    /// The person has signed in.
    func signIn(_ text: String) throws
}

/// A token that is kept in memory alone. On a phone `KeychainTokens` keeps it.
public final class SignedIn: SignInTokens, @unchecked Sendable {
    // Unchecked: `held` is touched under `lock` alone.
    private var held: AccessToken?
    private let lock = NSLock()

    /// Nobody is signed in yet.
    public init() {}

    public func signIn(_ text: String) {
        lock.withLock { held = AccessToken(text: text, generation: (held?.generation ?? 0) + 1) }
    }

    public func current() -> AccessToken? { lock.withLock { held } }

    /// A new one comes from the person, never by itself.
    public func refresh(stale: UInt64) -> AccessToken? { current().flatMap { $0.generation > stale ? $0 : nil } }
}
