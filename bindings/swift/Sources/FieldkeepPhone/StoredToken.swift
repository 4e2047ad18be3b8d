import Fieldkeep
import Foundation

/// A token as it is kept in the Keychain.
public struct StoredToken: Hashable, Sendable, Codable {
    /// The bearer token.
    public var text: String
    /// Grows with every new token, so that Fieldkeep can tell a newer one.
    public var generation: UInt64

    /// A token with its number.
    public init(text: String, generation: UInt64) {
        self.text = text
        self.generation = generation
    }

    /// The token that follows when somebody signs in or a new one was fetched.
    public static func following(_ last: StoredToken?, text: String) -> StoredToken {
        // Saturates: a number that was kept wrongly must not end the app at every start.
        let (next, isTooLarge) = (last?.generation ?? 0).addingReportingOverflow(1)
        return StoredToken(text: text, generation: isTooLarge ? .max : next)
    }

    /// Whether another task has brought a newer one than `stale` already, so that none needs to be fetched.
    public func isNewer(than stale: UInt64) -> Bool {
        generation > stale
    }

    var access: AccessToken {
        AccessToken(text: text, generation: generation)
    }
}
