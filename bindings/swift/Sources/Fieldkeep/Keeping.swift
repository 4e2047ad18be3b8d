import FieldkeepTypes
import Foundation

// What is kept outside of the store: for people and support desks.
extension Fieldkeep {
    /// Writes everything that was not sent to a new file: a line of JSON that says whose it is, then one for each operation,
    /// with the values typed. Says how many operations there were. Nothing is sent or removed.
    ///
    /// - Throws: ``KeepError/BadRequest(words:)`` when there is such a file already; another ``KeepError`` when it cannot be
    ///   written, and what was written of it is left then.
    @discardableResult
    public func exportUnsent(to file: URL) async throws -> Int {
        let core = core
        return try await calls.step { Int(try core.exportUnsent(to: file.path)) }
    }

    /// Damaged databases that were moved aside when this folder was opened, oldest first: work that was not sent may be in
    /// them.
    public func damagedFiles() async throws -> [URL] {
        let core = core
        return try await calls.read { try core.damagedFiles().map { URL(fileURLWithPath: $0) } }
    }
}
