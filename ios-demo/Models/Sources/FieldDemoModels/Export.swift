import Fieldkeep
import Foundation

/// A file with all that waited at a moment.
public struct Export: Hashable, Sendable {
    public let file: URL
    /// How much is in it, and where it is.
    public let words: String

    /// Writes it.
    @MainActor
    init(of session: Session) async throws {
        let stamp = session.reader.stamp(try await session.keep.nowMs())
        file = session.exports.appendingPathComponent("unsent-\(stamp).jsonl")
        try FileManager.default.createDirectory(at: session.exports, withIntermediateDirectories: true)
        let count = try await session.keep.exportUnsent(to: file)
        words = "\(count == 1 ? "1 change is" : "\(count) changes are") written to \(file.path)"
    }
}
