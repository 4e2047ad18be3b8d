import Fieldkeep

/// A question as it is shown.
public struct ReviewRow: Identifiable, Hashable, Sendable {
    /// As it was read: the answer says which other side the person saw.
    let review: Review
    /// The record.
    public let title: String
    /// Why it is asked.
    public let question: String
    /// The three values in words; nil where the question is of a whole record.
    public let sides: Sides?
    /// The server's words.
    public let messages: [String]
    /// What "mine" and "theirs" do here.
    public let mineLabel: String
    public let theirsLabel: String
    /// A third value can be given.
    public let canMerge: Bool

    /// A value that shows the field's kind; nil when the question is of a kind that nobody types or chooses.
    let kind: Value?
    let choices: [Choice]

    public var id: ReviewId { review.id }
    /// The field's name for people.
    public var label: String { review.label }
}

/// The values of a question about a field.
public struct Sides: Hashable, Sendable {
    public let mine: String
    public let theirs: String
    /// Who changed it, and when.
    public let theirsFrom: String
    public let base: String
}

extension ReviewRow {
    @MainActor
    init(_ review: Review, _ session: Session) async throws {
        let isConflict = review.kind == .conflict
        let kind = [review.mine, review.theirs, review.base].first { isTypedOrChosen($0) }
        self.init(
            review: review, title: try await session.keep.title(of: review.record), question: reason(for: review),
            sides: review.field.isEmpty ? nil : try await Sides(review, session), messages: review.messages,
            mineLabel: isConflict ? "Use mine" : "Try again", theirsLabel: isConflict ? "Use theirs" : "Give mine up",
            canMerge: review.canMerge && kind != nil, kind: kind,
            choices: FieldDemoModels.choices(review.recordType, review.field))
    }
}

extension Sides {
    @MainActor
    fileprivate init(_ review: Review, _ session: Session) async throws {
        let (keep, reader) = (session.keep, session.reader)
        let nowMs = try await keep.nowMs()
        let at = review.theirsAtMs.map { reader.moment($0, nowMs: nowMs) }
        func words(_ value: Value) async throws -> String {
            try await keep.words(for: value, type: review.recordType, field: review.field, reader: reader)
        }
        self.init(
            mine: try await words(review.mine), theirs: try await words(review.theirs),
            theirsFrom: [review.theirsBy, at].compactMap { $0 }.joined(separator: ", "),
            base: try await words(review.base))
    }
}

private func isTypedOrChosen(_ value: Value) -> Bool {
    if case .choice = value { true } else { typedText(value) != nil }
}

private func reason(for review: Review) -> String {
    switch review.kind {
    case .conflict: "\(review.label) was changed here and in the office."
    case .rejected: "\(review.label) was not accepted."
    case .ruleChanged: "\(review.label) does not fit the rules any more."
    case .gone: "This was removed in the office."
    case .parentGone: "What this belongs to was removed."
    case .forbidden: "You may not change this any more."
    case .uncertain: "\(review.label) was sent long ago, and no answer came."
    case .locked: "This is locked."
    case .notOwner: "This belongs to somebody else."
    case .groupParted: "Part of what was saved together was given up."
    }
}
