import Fieldkeep
import Observation

/// How a third value is given.
public enum Merging: Hashable, Sendable {
    /// It is typed.
    case typed(String)
    /// It is one of these.
    case chosen([Choice], Choice?)
}

/// The questions that only a person can answer.
@MainActor
@Observable
public final class ReviewsModel: Screen {
    /// Nil until they were read.
    public private(set) var rows: [ReviewRow]?
    /// Third values that are being given.
    public private(set) var merging: [ReviewId: Merging] = [:]
    /// What became of the last answer, where there is something to tell.
    public private(set) var notices: [ReviewId: String] = [:]

    @ObservationIgnored private let session: Session
    @ObservationIgnored private let following: Following
    @ObservationIgnored private let wishes: Wishes

    init(_ session: Session) {
        self.session = session
        following = Following(session)
        wishes = Wishes(session)
        following.follow(session.keep.watchReviews()) { [weak self] reviews in
            var rows: [ReviewRow] = []
            for review in reviews { rows.append(try await ReviewRow(review, session)) }
            self?.rows = rows
        }
    }

    /// Mine stands.
    public func mine(_ row: ReviewRow) { answer(row, .mine) }

    /// Theirs stands.
    public func theirs(_ row: ReviewRow) { answer(row, .theirs) }

    /// Begins to give a third value, starting with mine.
    public func merge(_ row: ReviewRow) {
        let mine = row.review.mine
        notices[row.id] = nil
        if row.choices.isEmpty {
            merging[row.id] = .typed(typedText(mine) ?? "")
        } else {
            merging[row.id] = .chosen(row.choices, row.choices.first { mine == .choice($0.name) })
        }
    }

    public func typeMerged(_ row: ReviewRow, _ text: String) { merging[row.id] = .typed(text) }

    public func chooseMerged(_ row: ReviewRow, _ choice: Choice) { merging[row.id] = .chosen(row.choices, choice) }

    public func cancelMerge(_ row: ReviewRow) { merging[row.id] = nil }

    /// The third value stands.
    public func saveMerged(_ row: ReviewRow) {
        let value: Value?
        switch merging[row.id] {
        case .chosen(_, let choice): value = choice.map { .choice($0.name) }
        case .typed(let text): value = row.kind.flatMap { typedValue(text, like: $0) }
        case nil: return
        }
        if let value {
            answer(row, .merged(value: value))
        } else {
            notices[row.id] = "This is no value for \(row.review.label)."
        }
    }

    public func leave() {
        following.end()
        wishes.end()
    }

    public func wake() {}

    private func answer(_ row: ReviewRow, _ answer: Resolve) {
        wishes.post { [self] in
            do {
                try await session.keep.resolve(row.review, answer)
            } catch KeepError.ReviewClosed {
                // Both sides say the same by now: the question is gone from the list, too.
            }
            (merging[row.id], notices[row.id]) = (nil, nil)
        } failed: { [self] error in
            notices[row.id] = words(for: error)
        }
    }
}
