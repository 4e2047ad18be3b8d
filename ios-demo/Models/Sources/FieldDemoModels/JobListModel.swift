import Fieldkeep
import Observation

/// One job in the list.
public struct JobRow: Identifiable, Hashable, Sendable {
    public let id: WorkOrder.ID
    public let title: String
    public let customer: String
    public let status: String
    /// The due date in words; nil without one.
    public let due: String?
    public let isUrgent: Bool
    public let line: StatusLine
}

/// The jobs of this device by due date, each with where its work is.
@MainActor
@Observable
public final class JobListModel: Screen {
    private static let pageSize = 50
    private static let longestList = 1_000
    private static let toDo: [WorkOrder.Status] = [.assigned, .inProgress, .waitingForApproval]

    /// Nil until the first jobs are read.
    public private(set) var jobs: [JobRow]?
    /// Where the work of the whole device is, with all that is true of it.
    public private(set) var headline: StatusLine?
    /// There are more jobs than are shown.
    public private(set) var hasMore = false
    /// Finished and cancelled jobs are shown, too.
    public private(set) var showsAll = false
    /// Operations in the outbox.
    public private(set) var waiting = 0
    /// Open reviews.
    public private(set) var reviews = 0

    @ObservationIgnored private let session: Session
    @ObservationIgnored private let following: Following
    @ObservationIgnored private let wordings = Wordings()
    @ObservationIgnored private var watchedJobs: Task<Void, Never>?
    @ObservationIgnored private var limit = pageSize
    @ObservationIgnored private var page: ModelPage<WorkOrder>?
    @ObservationIgnored private var customers: [Customer.ID: Customer]?
    @ObservationIgnored private var device: SyncState?

    init(_ session: Session) {
        self.session = session
        following = Following(session)
        let keep = session.keep
        following.follow(keep.watchState()) { [weak self] state in
            self?.device = state
            self?.wordings.again()
        }
        following.follow(keep.watchOutbox()) { [weak self] items in self?.waiting = items.count }
        following.follow(keep.watchReviews()) { [weak self] reviews in self?.reviews = reviews.count }
        // A customer that is renamed is another row, too.
        following.follow(keep.watch(Customer.list(limit: Self.longestList))) { [weak self] page in
            self?.customers = Dictionary(uniqueKeysWithValues: page.models.map { ($0.id, $0) })
            self?.wordings.again()
        }
        watchJobs()
        wordings.begin(session) { [weak self] wording in try await self?.show(wording) }
    }

    /// Shows finished and cancelled jobs, too, or what is to be done alone.
    public func showAll(_ all: Bool) {
        if all == showsAll { return }
        showsAll = all
        limit = Self.pageSize
        watchJobs()
    }

    public func showMore() {
        limit = min(limit + Self.pageSize, Self.longestList)
        watchJobs()
    }

    public func leave() {
        following.end()
        wordings.end()
    }

    public func wake() { wordings.again() }

    private func watchJobs() {
        watchedJobs?.cancel()
        let due = WorkOrder.Columns.due.ascending
        let list =
            showsAll
            ? WorkOrder.list(sort: due, limit: limit)
            : WorkOrder.list(WorkOrder.Columns.status.oneOf(Self.toDo), sort: due, limit: limit)
        watchedJobs = following.follow(session.keep.watch(list)) { [weak self] page in
            self?.page = page
            self?.wordings.again()
        }
    }

    private func show(_ wording: Wording) async throws {
        if let device { headline = try await wording.lines(device) }
        guard let page, let customers else { return }
        let limit = limit
        var rows: [JobRow] = []
        for job in page.models { rows.append(try await row(job, customers, wording)) }
        jobs = rows
        hasMore = page.next != nil && limit < Self.longestList
    }

    private func row(
        _ job: WorkOrder, _ customers: [Customer.ID: Customer], _ wording: Wording
    ) async throws -> JobRow {
        var customer = job.customer.flatMap { customers[$0] }
        if customer == nil, let id = job.customer { customer = try await session.keep.get(id) }
        return JobRow(
            id: job.id, title: job.title ?? "", customer: customer?.name ?? "", status: job.status?.label ?? "",
            due: due(job), isUrgent: job.priority == .urgent, line: try await wording.line(job.record.state))
    }

    private func due(_ job: WorkOrder) -> String? {
        guard let due = job.due else { return nil }
        let isOverdue = due < session.reader.today && job.status.map(Self.toDo.contains) == true
        return (isOverdue ? "was due " : "due ") + session.reader.shortDay(due)
    }
}
