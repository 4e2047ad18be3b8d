import Fieldkeep
import Foundation
import Observation

/// The form of a job. What is typed is a draft at once, and survives that the form is left or the app is killed. The
/// stamp of what the person saw and the form's token are part of it: saved later, it is the same edit of the same sight.
@MainActor
@Observable
public final class JobFormModel: Screen {
    public let id: WorkOrder.ID
    /// Nil until the job was read.
    public private(set) var content: JobFormContent?
    public private(set) var title = ""
    /// Something was typed that is not saved yet; it is kept as a draft.
    public private(set) var hasDraft = false
    /// What is wrong, by the field's name; under the empty name what concerns the whole.
    public private(set) var problems: [String: String] = [:]
    public private(set) var isMissing = false
    /// A save or a discard is under way: the form takes no input until it has failed. What was typed meanwhile would be part
    /// of neither what is saved nor a draft.
    public private(set) var isBusy = false

    @ObservationIgnored private let session: Session
    @ObservationIgnored private let wishes: Wishes
    @ObservationIgnored private var draftName: String { "job/\(id)" }

    // What follows is touched in the session's order alone.
    @ObservationIgnored private var shown: WorkOrder?
    @ObservationIgnored private var token = FormToken.new()
    @ObservationIgnored private var kept: JobFormContent?
    @ObservationIgnored private var isOver = false

    init(_ session: Session, _ id: WorkOrder.ID) {
        self.session = session
        self.id = id
        wishes = Wishes(session)
        wish { try await $0.open() }
    }

    public var status: WorkOrder.Status? {
        get { content?.status }
        set { type { $0.status = newValue } }
    }

    public var laborHours: String {
        get { content?.laborHours ?? "" }
        set { type { $0.laborHours = newValue } }
    }

    public var closeDate: Day? {
        get { content?.closeDate }
        set { type { $0.closeDate = newValue } }
    }

    public var description: String {
        get { content?.description ?? "" }
        set { type { $0.description = newValue } }
    }

    /// The close date as a picker of the system takes it: a moment of that day; of today while there is none.
    public var pickedCloseDate: Date {
        get { closeDate.flatMap(session.reader.date) ?? Date() }
        set { closeDate = session.reader.day(of: newValue) }
    }

    /// The job was closed today.
    public func closeToday() { closeDate = session.reader.today }

    /// Throws away what was typed.
    public func discard() {
        if isBusy { return }
        isBusy = true
        wish { form in
            try await form.session.keep.discardDraft(form.draftName)
            form.end()
        }
    }

    /// Saves what was typed up to now. A second tap asks for nothing more.
    public func save() {
        guard let content, !isBusy else { return }
        let typed = content.laborHours.trimmingCharacters(in: .whitespaces)
        let hours = decimal(in: typed)
        if hours == nil, !typed.isEmpty {
            problems = [WorkOrder.Columns.laborHours.name: "Labor hours are a number, such as 1.5."]
            return
        }
        isBusy = true
        wish { try await $0.commit(content, hours) }
    }

    /// What was typed stays as a draft.
    public func leave() { wishes.end() }

    /// What could not be read before the sleep is read now.
    public func wake() {
        if content == nil { wish { try await $0.open() } }
    }

    private func open() async throws {
        let keep = session.keep
        guard let job = try await keep.get(id) else {
            isMissing = true
            return
        }
        (isMissing, problems) = (false, [:])
        let draft = try await keep.draft(draftName)
        shown = draft.map { seen(job, in: $0) } ?? job
        title = job.title ?? ""
        // Whatever the draft is, the job can be edited.
        content = JobFormContent(job)
        guard let draft else { return }
        let typed = try JobFormDraft(draft.fields)
        token = typed.token
        kept = typed.content(over: job)
        content = kept
        hasDraft = true
    }

    /// The edit counts against what the person saw when the form was first opened.
    private func seen(_ job: WorkOrder, in draft: Draft) -> WorkOrder {
        var record = job.record
        record.seen = draft.seen ?? record.seen
        return WorkOrder(record) ?? job
    }

    private func commit(_ content: JobFormContent, _ hours: Decimal?) async throws {
        let edit = shown?.changed { job in
            job.status = content.status
            job.laborHours = hours
            job.closeDate = content.closeDate
            job.description = content.description.isEmpty ? nil : content.description
        }
        guard let edit else { return }
        try await session.keep.commit(edit, CommitOptions(form: token, draft: draftName))
        end()
    }

    private func end() {
        isOver = true
        session.navigation.close(self)
    }

    private func type(_ change: (inout JobFormContent) -> Void) {
        guard var typed = content, !isBusy else { return }
        change(&typed)
        if typed == content { return }
        content = typed
        hasDraft = true
        problems = [:]
        wish { try await $0.keepDraft() }
    }

    /// Keeps the newest content; what was typed while another write ran is kept by one write.
    private func keepDraft() async throws {
        guard let newest = content, !isOver, newest != kept else { return }
        let text = try JobFormDraft(newest, token).text()
        try await session.keep.saveDraft(draftName, fields: text, of: shown?.record)
        kept = newest
    }

    private func wish(_ action: @escaping @MainActor (JobFormModel) async throws -> Void) {
        wishes.post { [self] in
            try await action(self)
        } failed: { [self] error in
            isBusy = false
            if case KeepError.Invalid(let unfit) = error {
                problems = Dictionary(unfit.map { ($0.field, $0.message) }) { first, _ in first }
            } else {
                problems = ["": words(for: error)]
            }
        }
    }
}
