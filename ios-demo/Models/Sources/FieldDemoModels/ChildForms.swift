import Fieldkeep
import Foundation
import Observation

/// Adds notes to a job.
@MainActor
@Observable
public final class NoteForm {
    public var text = "" {
        didSet { problem = nil }
    }
    public private(set) var problem: String?

    @ObservationIgnored private let session: Session
    @ObservationIgnored private let job: WorkOrder.ID
    @ObservationIgnored private var token = FormToken.new()
    /// The first tap on "Add": a second tap must be the same edit to count as the same.
    @ObservationIgnored private var addedAt: Date?

    init(_ session: Session, _ job: WorkOrder.ID) {
        self.session = session
        self.job = job
    }

    /// Adds it. A second tap is the same note.
    public func add() {
        let written = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if written.isEmpty { return }
        let at = addedAt ?? Date()
        addedAt = at
        let token = token
        let edit = Note.create(workOrder: job, text: written) { $0.writtenAt = at }
        Task {
            do {
                try await session.keep.commit(edit, CommitOptions(form: token))
                if self.token == token { clear() }
            } catch {
                problem = words(for: error)
            }
        }
    }

    private func clear() {
        text = ""
        token = .new()
        addedAt = nil
    }
}

/// Adds parts to a job.
@MainActor
@Observable
public final class PartForm {
    public var name = "" {
        didSet { problem = nil }
    }
    public var partNumber = "" {
        didSet { problem = nil }
    }
    public var quantity = "1" {
        didSet { problem = nil }
    }
    public private(set) var problem: String?

    @ObservationIgnored private let session: Session
    @ObservationIgnored private let job: WorkOrder.ID
    @ObservationIgnored private var token = FormToken.new()

    init(_ session: Session, _ job: WorkOrder.ID) {
        self.session = session
        self.job = job
    }

    /// Adds it. A second tap is the same part.
    public func add() {
        let named = name.trimmingCharacters(in: .whitespacesAndNewlines)
        if named.isEmpty { return }
        guard let count = decimal(in: quantity) else {
            problem = "Quantity is a number, such as 2 or 1.5."
            return
        }
        let number = partNumber.trimmingCharacters(in: .whitespacesAndNewlines)
        let token = token
        let edit = Part.create(workOrder: job, name: named, quantity: count) {
            $0.partNumber = number.isEmpty ? nil : number
        }
        Task {
            do {
                try await session.keep.commit(edit, CommitOptions(form: token))
                if self.token == token { clear() }
            } catch {
                problem = words(for: error)
            }
        }
    }

    private func clear() {
        (name, partNumber, quantity) = ("", "", "1")
        token = .new()
    }
}
