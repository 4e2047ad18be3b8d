import Fieldkeep
import Foundation
import Observation

/// Adds notes to a job.
@MainActor
@Observable
public final class NoteForm {
    /// What is typed. Nothing is taken while a note is being added: it would go with the note and not be part of it.
    public var text: String {
        get { typed }
        set {
            if isAdding || newValue == typed { return }
            typed = newValue
            problem = nil
        }
    }
    /// A note is being added: the form takes no input until it is there, or has failed.
    public private(set) var isAdding = false
    public private(set) var problem: String?

    private var typed = ""
    @ObservationIgnored private let session: Session
    @ObservationIgnored private let wishes: Wishes
    @ObservationIgnored private let job: WorkOrder.ID

    init(_ session: Session, _ wishes: Wishes, _ job: WorkOrder.ID) {
        self.session = session
        self.wishes = wishes
        self.job = job
    }

    /// Adds it. A second tap is the same note.
    public func add() {
        let written = typed.trimmingCharacters(in: .whitespacesAndNewlines)
        if written.isEmpty || isAdding { return }
        isAdding = true
        let edit = Note.create(workOrder: job, text: written) { $0.writtenAt = Date() }
        let token = FormToken.new()
        wishes.post { [self] in
            try await session.keep.commit(edit, CommitOptions(form: token))
            typed = ""
            isAdding = false
        } failed: { [self] error in
            problem = words(for: error)
            isAdding = false
        }
    }
}

/// Adds parts to a job.
@MainActor
@Observable
public final class PartForm {
    public var name: String {
        get { typed.name }
        set { type { $0.name = newValue } }
    }
    public var partNumber: String {
        get { typed.partNumber }
        set { type { $0.partNumber = newValue } }
    }
    public var quantity: String {
        get { typed.quantity }
        set { type { $0.quantity = newValue } }
    }
    /// A part is being added: the form takes no input until it is there, or has failed.
    public private(set) var isAdding = false
    public private(set) var problem: String?

    private var typed = Typed()
    @ObservationIgnored private let session: Session
    @ObservationIgnored private let wishes: Wishes
    @ObservationIgnored private let job: WorkOrder.ID

    private struct Typed: Equatable {
        var name = ""
        var partNumber = ""
        var quantity = "1"
    }

    init(_ session: Session, _ wishes: Wishes, _ job: WorkOrder.ID) {
        self.session = session
        self.wishes = wishes
        self.job = job
    }

    /// Adds it. A second tap is the same part.
    public func add() {
        let named = name.trimmingCharacters(in: .whitespacesAndNewlines)
        if named.isEmpty || isAdding { return }
        guard let count = decimal(in: quantity) else {
            problem = "Quantity is a number, such as 2 or 1.5."
            return
        }
        isAdding = true
        let number = partNumber.trimmingCharacters(in: .whitespacesAndNewlines)
        let edit = Part.create(workOrder: job, name: named, quantity: count) {
            $0.partNumber = number.isEmpty ? nil : number
        }
        let token = FormToken.new()
        wishes.post { [self] in
            try await session.keep.commit(edit, CommitOptions(form: token))
            typed = Typed()
            isAdding = false
        } failed: { [self] error in
            problem = words(for: error)
            isAdding = false
        }
    }

    private func type(_ change: (inout Typed) -> Void) {
        var new = typed
        change(&new)
        if isAdding || new == typed { return }
        typed = new
        problem = nil
    }
}
