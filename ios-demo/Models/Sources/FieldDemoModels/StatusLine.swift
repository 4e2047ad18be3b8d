import Fieldkeep

/// What the core says of a state, and how loudly to say it.
public struct StatusLine: Hashable, Sendable {
    /// The sentence of the gravest part.
    public let text: String
    public let severity: Severity
    /// Those of the other parts, where there is room for them.
    public let more: [String]

    /// A sentence, and those beside it.
    public init(text: String, severity: Severity, more: [String] = []) {
        self.text = text
        self.severity = severity
        self.more = more
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
        remember(sentence)
        return StatusLine(text: sentence.text, severity: state.severity)
    }

    /// The same with the sentences of all parts.
    func lines(_ state: SyncState) async throws -> StatusLine {
        let sentences = try await keep.sentences(state, locale: reader.locale(nowMs: try await keep.nowMs()))
        for sentence in sentences { remember(sentence) }
        let texts = sentences.map(\.text)
        return StatusLine(text: texts.first ?? "", severity: state.severity, more: Array(texts.dropFirst()))
    }

    private func remember(_ sentence: Sentence) {
        if let next = sentence.changesAtMs { changesAtMs = min(changesAtMs ?? next, next) }
    }
}
