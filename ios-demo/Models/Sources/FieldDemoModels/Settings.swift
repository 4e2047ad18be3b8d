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
    func load() -> AppSettings? {
        guard let data = try? Data(contentsOf: url) else { return nil }
        return try? JSONDecoder().decode(AppSettings.self, from: data)
    }

    /// Replaces what was saved, all of it or nothing.
    func save(_ settings: AppSettings) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try JSONEncoder().encode(settings).write(to: url, options: .atomic)
    }
}
