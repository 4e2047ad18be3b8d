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

    @ObservationIgnored private let session: Session
    @ObservationIgnored private var draftName: String { "job/\(id)" }

    // What follows is touched in the session's order alone.
    @ObservationIgnored private var shown: WorkOrder?
    @ObservationIgnored private var token = FormToken.new()
    @ObservationIgnored private var kept: JobFormContent?
    @ObservationIgnored private var isOver = false

    init(_ session: Session, _ id: WorkOrder.ID) {
        self.session = session
        self.id = id
        inOrder { try await $0.open() }
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
        inOrder { form in
            try await form.session.keep.discardDraft(form.draftName)
            form.end()
        }
    }

    /// Saves. A second tap is the same operation, by the form's token.
    public func save() {
        guard let content else { return }
        let typed = content.laborHours.trimmingCharacters(in: .whitespaces)
        let hours = decimal(in: typed)
        if hours == nil, !typed.isEmpty {
            problems = [WorkOrder.Columns.laborHours.name: "Labor hours are a number, such as 1.5."]
            return
        }
        inOrder { try await $0.commit(content, hours) }
    }

    /// What was typed stays as a draft.
    public func leave() {}

    public func wake() {}

    private func open() async throws {
        let keep = session.keep
        guard let job = try await keep.get(id) else {
            isMissing = true
            return
        }
        let draft = try await keep.draft(draftName)
        shown = draft.map { seen(job, in: $0) } ?? job
        if let draft, let typed = JobFormDraft(draft.fields) {
            token = typed.token
            kept = typed.content(over: job)
        }
        title = job.title ?? ""
        content = kept ?? JobFormContent(job)
        hasDraft = kept != nil
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
        do {
            try await session.keep.commit(edit, CommitOptions(form: token, draft: draftName))
        } catch KeepError.Invalid(let unfit) {
            problems = Dictionary(unfit.map { ($0.field, $0.message) }) { first, _ in first }
            return
        }
        end()
    }

    private func end() {
        isOver = true
        session.navigation.close(self)
    }

    private func type(_ change: (inout JobFormContent) -> Void) {
        guard var typed = content else { return }
        change(&typed)
        if typed == content { return }
        content = typed
        hasDraft = true
        problems = [:]
        inOrder { try await $0.keepDraft() }
    }

    /// Keeps the newest content; what was typed while another write ran is kept by one write.
    private func keepDraft() async throws {
        guard let newest = content, !isOver, newest != kept else { return }
        let text = try JobFormDraft(newest, token).text()
        try await session.keep.saveDraft(draftName, fields: text, of: shown?.record)
        kept = newest
    }

    private func inOrder(_ action: @escaping @MainActor (JobFormModel) async throws -> Void) {
        session.inOrder.post { [self] in
            do {
                try await action(self)
            } catch {
                problems = ["": FieldDemoModels.words(for: error)]
            }
        }
    }
}
