import Fieldkeep
import Observation

/// One job: what is to be done there, what was done, and where that work is.
@MainActor
@Observable
public final class JobModel: Screen {
    private static let mostChildren = 200

    public let id: WorkOrder.ID
    /// Nil while it is read, or when it is not on this device.
    public private(set) var details: JobDetails?
    /// It was read, and is not on this device.
    public private(set) var isMissing = false
    /// Where the work on the job, its notes and its parts is.
    public private(set) var line: StatusLine?
    public private(set) var customer: Customer?
    public private(set) var notes: [ChildRow] = []
    public private(set) var parts: [ChildRow] = []
    public private(set) var visits: [ChildRow] = []
    /// Open reviews of the job.
    public private(set) var reviews = 0
    /// Why the last wish was not fulfilled; nil when it was.
    public var message: String?

    public let noteForm: NoteForm
    public let partForm: PartForm

    @ObservationIgnored private let session: Session
    @ObservationIgnored private let following: Following
    @ObservationIgnored private let wordings = Wordings()
    @ObservationIgnored private var watchedCustomer: Task<Void, Never>?
    @ObservationIgnored private var job: WorkOrder?
    @ObservationIgnored private var family: SyncState?
    @ObservationIgnored private var children = Children()
    @ObservationIgnored private let wishes: Wishes
    @ObservationIgnored private var underWay: Set<Step> = []

    init(_ session: Session, _ id: WorkOrder.ID) {
        self.session = session
        self.id = id
        following = Following(session)
        wishes = Wishes(session)
        noteForm = NoteForm(session, wishes, id)
        partForm = PartForm(session, wishes, id)
        follow(session.keep)
        wordings.begin(session) { [weak self] wording in try await self?.show(wording) }
    }

    public func edit() { session.navigation.openJobForm(id) }

    public func openReviews() { session.navigation.openReviews() }

    /// Marks the work as finished and signed.
    public func signOff() { step(.signOff) { $0.signedOff() } }

    /// Puts the job away.
    public func archive() { step(.archive) { $0.archived() } }

    /// Takes it up again.
    public func reopen() { step(.reopen) { $0.reopened() } }

    public func leave() {
        following.end()
        wordings.end()
        wishes.end()
    }

    public func wake() { wordings.again() }

    private func follow(_ keep: Fieldkeep) {
        following.follow(keep.watch(id)) { [weak self] in self?.take($0) }
        following.follow(keep.watchState(id.record)) { [weak self] in self?.changed(\.family, $0) }
        following.follow(keep.watchReviews()) { [weak self, id] reviews in
            self?.reviews = reviews.filter { $0.record == id.record }.count
        }
        let most = Self.mostChildren
        let newestNotes = Note.list(
            Note.Columns.workOrder.equal(to: id), sort: Note.Columns.writtenAt.descending, limit: most)
        following.follow(keep.watch(newestNotes)) { [weak self] in self?.changed(\.children.notes, $0.models) }
        let allParts = Part.list(Part.Columns.workOrder.equal(to: id), limit: most)
        following.follow(keep.watch(allParts)) { [weak self] in self?.changed(\.children.parts, $0.models) }
        let newestVisits = Visit.list(
            Visit.Columns.workOrder.equal(to: id), sort: Visit.Columns.started.descending, limit: most)
        following.follow(keep.watch(newestVisits)) { [weak self] in self?.changed(\.children.visits, $0.models) }
    }

    private func changed<T>(_ what: ReferenceWritableKeyPath<JobModel, T>, _ value: T) {
        self[keyPath: what] = value
        wordings.again()
    }

    private func take(_ job: WorkOrder?) {
        if job?.customer != self.job?.customer {
            watchedCustomer?.cancel()
            customer = nil
            watchedCustomer = job?.customer.map { customer in
                following.follow(session.keep.watch(customer)) { [weak self] in self?.customer = $0 }
            }
        }
        self.job = job
        details = job.map { JobDetails($0, session.reader) }
        isMissing = job == nil
    }

    /// A step of the job as it is shown, with a form token of its own. A second tap while it is under way is the same step.
    private func step(_ step: Step, _ edit: (Record) -> Edit) {
        guard let job, underWay.insert(step).inserted else { return }
        let (edit, token) = (edit(job.record), FormToken.new())
        wishes.post { [self] in
            try await session.keep.commit(edit, CommitOptions(form: token))
            underWay.remove(step)
        } failed: { [self] error in
            underWay.remove(step)
            message = words(for: error)
        }
    }

    private func show(_ wording: Wording) async throws {
        let (children, family) = (children, family)
        let nowMs = try await session.keep.nowMs()
        if let family { line = try await wording.line(family) } else { line = nil }
        notes = try await rows(children.notes, wording) { ChildRow($0, session.reader, nowMs, $1) }
        parts = try await rows(children.parts, wording) { ChildRow($0, $1) }
        visits = try await rows(children.visits, wording) { ChildRow($0, session.reader, nowMs, $1) }
    }

    private func rows<M: Model>(
        _ models: [M], _ wording: Wording, _ row: (M, StatusLine) -> ChildRow
    ) async throws -> [ChildRow] {
        var rows: [ChildRow] = []
        for model in models { rows.append(row(model, try await wording.line(model.record.state))) }
        return rows
    }
}

/// What is done with a job as a whole.
private enum Step {
    case signOff
    case archive
    case reopen
}

/// What belongs to a job, as it was read last.
private struct Children {
    var notes: [Note] = []
    var parts: [Part] = []
    var visits: [Visit] = []
}
