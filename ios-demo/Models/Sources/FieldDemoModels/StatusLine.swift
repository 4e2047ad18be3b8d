import Fieldkeep

/// One sentence of the core, and how loudly to say it.
public struct StatusLine: Hashable, Sendable {
    public let text: String
    public let severity: Severity

    /// A sentence.
    public init(text: String, severity: Severity) {
        self.text = text
        self.severity = severity
    }
}

/// The core's sentences as this person reads them. Remembers when the first of them stops being true.
@MainActor
final class Wording {
    let keep: Fieldkeep
    let reader: Reader
    /// When to say it again, corrected device time in milliseconds; nil while only a change can make it untrue.
    private(set) var changesAtMs: Int64?

    init(_ keep: Fieldkeep, _ reader: Reader) {
        self.keep = keep
        self.reader = reader
    }

    /// The sentence for a state, as of now.
    func line(_ state: SyncState) async throws -> StatusLine {
        let sentence = try await keep.sentence(state, locale: reader.locale(nowMs: try await keep.nowMs()))
        if let next = sentence.changesAtMs { changesAtMs = min(changesAtMs ?? next, next) }
        return StatusLine(text: sentence.text, severity: state.severity)
    }
}
