import Fieldkeep
import Foundation

/// What stands in the form of a job, as it was typed.
public struct JobFormContent: Hashable, Sendable {
    public var status: WorkOrder.Status?
    public var laborHours: String
    public var closeDate: Day?
    public var description: String

    init(_ job: WorkOrder) {
        status = job.status
        laborHours = job.laborHours.map { "\($0)" } ?? ""
        closeDate = job.closeDate
        description = job.description ?? ""
    }
}

/// A form as a draft keeps it, with the token that makes two saves of it one.
struct JobFormDraft: Codable {
    var status: String?
    var laborHours: String
    var closeDate: String?
    var description: String
    var token: FormToken

    init(_ content: JobFormContent, _ token: FormToken) {
        status = content.status?.name
        laborHours = content.laborHours
        closeDate = content.closeDate?.text
        description = content.description
        self.token = token
    }

    /// Not what ``text()`` wrote: of another version of the app.
    struct Unreadable: Error {}

    /// Reads what ``text()`` wrote.
    init(_ text: String) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch {
            throw Unreadable()
        }
    }

    func text() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }

    /// The form over a job.
    func content(over job: WorkOrder) -> JobFormContent {
        var content = JobFormContent(job)
        content.status = status.map { WorkOrder.Status(name: $0) }
        content.laborHours = laborHours
        content.closeDate = closeDate.flatMap { Day($0) }
        content.description = description
        return content
    }
}
