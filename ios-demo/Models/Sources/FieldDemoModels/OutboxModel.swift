import Fieldkeep
import Observation

/// What waits on this device, and why.
@MainActor
@Observable
public final class OutboxModel: Screen {
    /// Nil until it was read.
    public private(set) var rows: [OutboxRow]?
    public private(set) var isSyncing = false
    /// What the last "Sync now" achieved, or why the last wish was not fulfilled.
    public private(set) var report: String?
    /// What would be given up; set while the person is asked.
    public private(set) var discarding: DiscardQuestion?

    /// The last export: what is in it, and where it is.
    public private(set) var exported: Export?

    @ObservationIgnored private var isDiscarding = false
    @ObservationIgnored private let session: Session
    @ObservationIgnored private let following: Following
    @ObservationIgnored private let wishes: Wishes

    init(_ session: Session) {
        self.session = session
        following = Following(session)
        wishes = Wishes(session)
        following.follow(session.keep.watchOutbox()) { [weak self] items in
            let rows = try await outboxRows(items, session)
            self?.rows = rows
        }
    }

    /// Tries at once. A tap while it runs asks for nothing more.
    public func syncNow() {
        if isSyncing { return }
        isSyncing = true
        report = nil
        Task {
            await act { model in model.report = words(for: try await model.session.keep.syncNow()) }
            isSyncing = false
        }
    }

    /// Keeps an item, and what was saved together with it, from being sent.
    public func pause(_ row: OutboxRow) {
        wish { try await $0.session.keep.pause(row.id) }
    }

    /// Takes it up again.
    public func unpause(_ row: OutboxRow) {
        wish { try await $0.session.keep.unpause(row.id) }
    }

    /// Asks whether to give an item up, and says all that would go with it.
    public func askToDiscard(_ row: OutboxRow) {
        Task { await act { try await $0.ask(row.id, hasChanged: false) } }
    }

    /// The person wants what was asked. When something else would happen by now, that is asked instead.
    public func discard() {
        guard let asked = discarding, !isDiscarding else { return }
        isDiscarding = true
        wish { model in
            defer { model.isDiscarding = false }
            try await model.discard(asked.plan)
        }
    }

    /// The person wants to keep it.
    public func keepIt() { discarding = nil }

    /// Writes all that waits to a file, for a support desk. Nothing is sent or removed.
    public func export() {
        wish { model in model.exported = try await Export(of: model.session) }
    }

    /// Goes to the question, or to the job.
    public func open(_ row: OutboxRow) {
        if row.needsReview {
            session.navigation.openReviews()
        } else if let job = row.job {
            session.navigation.openJob(job)
        }
    }

    public func leave() {
        following.end()
        wishes.end()
    }

    public func wake() {}

    private func discard(_ plan: DiscardPlan) async throws {
        do {
            try await session.keep.discard(plan)
            discarding = nil
        } catch KeepError.PlanChanged {
            try await ask(plan.operation, hasChanged: true)
        } catch {
            discarding = nil
            throw error
        }
    }

    private func ask(_ operation: Int64, hasChanged: Bool) async throws {
        discarding = try await DiscardQuestion(
            session.keep.discardPlan(operation), session.keep, hasChanged: hasChanged)
    }

    private func wish(_ action: @escaping @MainActor (OutboxModel) async throws -> Void) {
        wishes.post { [self] in
            try await action(self)
        } failed: { [self] error in
            report = words(for: error)
        }
    }

    private func act(_ action: @MainActor (OutboxModel) async throws -> Void) async {
        do {
            try await action(self)
        } catch {
            report = words(for: error)
        }
    }
}
