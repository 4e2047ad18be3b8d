import Fieldkeep

/// All that giving an item up would do, in words, for a person to decide.
public struct DiscardQuestion: Hashable, Sendable {
    /// Lines of one kind.
    public struct Part: Hashable, Sendable, Identifiable {
        public let title: String
        public let lines: [String]
        public var id: String { title }
    }

    /// As it was shown: it is handed back when the person agrees.
    let plan: DiscardPlan
    /// It is another plan than the one before; nil when it is asked for the first time.
    public let notice: String?
    /// What would happen.
    public let parts: [Part]

    init(_ plan: DiscardPlan, _ keep: Fieldkeep, hasChanged: Bool) async throws {
        var (items, records, questions): ([String], [String], [String]) = ([], [], [])
        for item in plan.items {
            let title = try await keep.title(of: item.record)
            items.append("\(title): \(words(for: item.kind, item.recordType, item.fields))")
        }
        for record in plan.records { records.append(try await keep.title(of: record)) }
        for question in plan.questions { questions.append(try await keep.title(of: question.record)) }
        self.plan = plan
        notice = hasChanged ? "Something has changed meanwhile. Look at it again." : nil
        parts = [
            Part(title: "Will not be sent", lines: items),
            Part(title: "Will be gone from this device", lines: records),
            Part(title: "Reviews that end", lines: plan.reviews.isEmpty ? [] : ["\(plan.reviews.count)"]),
            Part(title: "You will be asked about", lines: eachOnce(questions)),
        ].filter { !$0.lines.isEmpty }
    }
}
