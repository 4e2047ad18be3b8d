import Foundation

/// Who works here, and against which server.
public struct AppSettings: Hashable, Sendable, Codable {
    /// The server's address.
    public var server: String
    public var user: String
}

/// Where settings are kept between two starts.
struct SettingsFile {
    let url: URL

    /// What was saved; nil before the first time.
    ///
    /// - Throws: `DecodingError` when it is damaged; another error when it cannot be read now, as before the first unlock.
    func load() throws -> AppSettings? {
        do {
            return try JSONDecoder().decode(AppSettings.self, from: Data(contentsOf: url))
        } catch CocoaError.fileReadNoSuchFile {
            return nil
        }
    }

    /// Replaces what was saved, all of it or nothing.
    func save(_ settings: AppSettings) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try JSONEncoder().encode(settings).write(to: url, options: .atomic)
    }
}
