import FieldkeepTypes
import Foundation

/// What a ``Fieldkeep`` is opened with.
public struct Options: Sendable {
    /// The user's own folder, made if need be. Exclude it from backups.
    public var folder: URL
    /// Whose work it is. A folder belongs to one user for ever.
    public var user: String
    /// The schema, as JSON.
    public var schemaJSON: String
    /// The server's address, such as `https://field.example.com`.
    public var server: String
    /// Hands out bearer tokens.
    public var tokens: any Tokens
    /// Certificates (DER) that are trusted besides Mozilla's: for a server with a private authority.
    public var privateRoots: [Data]

    /// All that is needed to open a user's folder.
    public init(
        folder: URL, user: String, schemaJSON: String, server: String, tokens: any Tokens, privateRoots: [Data] = []
    ) {
        self.folder = folder
        self.user = user
        self.schemaJSON = schemaJSON
        self.server = server
        self.tokens = tokens
        self.privateRoots = privateRoots
    }

    var config: OpenConfig {
        OpenConfig(
            folder: folder.path, user: user, schemaJson: schemaJSON, server: server, privateRoots: privateRoots)
    }
}
