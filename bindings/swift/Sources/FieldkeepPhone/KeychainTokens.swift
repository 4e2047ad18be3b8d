#if canImport(Security) && !os(Linux)
import Fieldkeep
import Foundation
import Security

/// Tokens that are kept in the Keychain of this device, readable after the first unlock, so that background work can
/// sign in while the screen is locked.
public final class KeychainTokens: Tokens {
    /// What the Keychain answered.
    public struct Refused: Error {
        /// `errSec…`.
        public let status: OSStatus
    }

    private let service: String
    private let user: String
    private let fetch: @Sendable (StoredToken) async throws -> String?

    /// `fetch` gets a new token from the sign-in server for the last one; nil when the person has to sign in.
    public init(service: String, user: String, fetch: @escaping @Sendable (StoredToken) async throws -> String?) {
        self.service = service
        self.user = user
        self.fetch = fetch
    }

    /// Somebody has signed in. Call ``Fieldkeep/tokenChanged()`` afterwards.
    public func signIn(_ text: String) throws {
        try write(.following(try read(), text: text))
    }

    /// Nobody is signed in any more.
    public func signOut() throws {
        let status = SecItemDelete(query as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw Refused(status: status) }
    }

    /// The token to use now.
    public func current() throws -> AccessToken? {
        try read()?.access
    }

    /// A newer token, fetched if nobody else has fetched it meanwhile.
    public func refresh(stale: UInt64) async throws -> AccessToken? {
        guard let last = try read() else { return nil }
        if last.isNewer(than: stale) { return last.access }
        guard let text = try await fetch(last) else { return nil }
        let next = StoredToken.following(last, text: text)
        try write(next)
        return next.access
    }

    private var query: [CFString: Any] {
        [kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: user]
    }

    private func read() throws -> StoredToken? {
        var found: CFTypeRef?
        let wanted: [CFString: Any] = [kSecReturnData: true, kSecMatchLimit: kSecMatchLimitOne]
        let status = SecItemCopyMatching(query.merging(wanted) { $1 } as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess, let data = found as? Data else { throw Refused(status: status) }
        return try JSONDecoder().decode(StoredToken.self, from: data)
    }

    private func write(_ token: StoredToken) throws {
        let data = try JSONEncoder().encode(token)
        let update = SecItemUpdate(query as CFDictionary, [kSecValueData: data] as CFDictionary)
        if update == errSecSuccess { return }
        guard update == errSecItemNotFound else { throw Refused(status: update) }
        let more: [CFString: Any] = [
            kSecValueData: data, kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        let status = SecItemAdd(query.merging(more) { $1 } as CFDictionary, nil)
        guard status == errSecSuccess else { throw Refused(status: status) }
    }
}
#endif
