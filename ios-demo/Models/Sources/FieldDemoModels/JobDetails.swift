import Fieldkeep
import Foundation

/// What the job screen shows of the job itself.
public struct JobDetails: Hashable, Sendable {
    public let title: String
    public let number: String?
    public let status: String
    public let priority: String?
    public let due: String?
    public let closed: String?
    public let laborHours: String?
    public let description: String?
    /// Whose job it is.
    public let owner: String
    /// Edits are taken.
    public let isOpen: Bool
    /// It is put away on the server, so it can be taken up again.
    public let isArchived: Bool

    init(_ job: WorkOrder, _ reader: Reader) {
        title = job.title ?? ""
        number = job.number
        status = job.status?.label ?? ""
        priority = job.priority?.label
        due = job.due.map(reader.day)
        closed = job.closeDate.map(reader.day)
        laborHours = job.laborHours.map { "\($0)" }
        description = job.description
        owner = job.assignedTo.map { "Assigned to \($0)" } ?? "Not assigned to anybody"
        isOpen = job.record.status == .open
        isArchived = job.record.status == .archived
    }
}

/// A note, a part or a visit below a job.
public struct ChildRow: Identifiable, Hashable, Sendable {
    public let id: RecordId
    public let title: String
    public let detail: String
    public let line: StatusLine
}

extension ChildRow {
    init(_ note: Note, _ reader: Reader, _ nowMs: Int64, _ line: StatusLine) {
        self.init(
            id: note.record.id, title: note.text ?? "",
            detail: note.writtenAt.map { reader.moment($0.milliseconds, nowMs: nowMs) } ?? "", line: line)
    }

    init(_ part: Part, _ line: StatusLine) {
        let price = part.unitPrice.map { "at \($0) each" }
        let detail = [part.quantity.map { "\($0) ×" }, part.partNumber, price].compactMap { $0 }.joined(separator: " ")
        self.init(id: part.record.id, title: part.name ?? "", detail: detail, line: line)
    }

    init(_ visit: Visit, _ reader: Reader, _ nowMs: Int64, _ line: StatusLine) {
        let started = visit.started.map { reader.moment($0.milliseconds, nowMs: nowMs) }
        self.init(id: visit.record.id, title: started ?? "", detail: visit.summary ?? "", line: line)
    }
}

extension Date {
    /// Milliseconds since 1970 UTC, as the core counts.
    fileprivate var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded()) }
}
