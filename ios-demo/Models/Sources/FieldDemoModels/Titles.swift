import Fieldkeep

extension Fieldkeep {
    /// A record as people call it.
    func title(of id: RecordId) async throws -> String {
        guard let record = try await get(id) else { return "Unknown record" }
        return try await title(of: record)
    }

    func title(of record: Record) async throws -> String {
        if let job = WorkOrder(record) { return job.title ?? "Work order" }
        if let customer = Customer(record) { return customer.name ?? "Customer" }
        if let note = Note(record) { return "Note" + (try await forJob(note.workOrder)) }
        if let part = Part(record) { return (part.name ?? "Part") + (try await forJob(part.workOrder)) }
        if let visit = Visit(record) { return "Visit" + (try await forJob(visit.workOrder)) }
        return record.recordType
    }

    /// The job that a record belongs to, or is.
    func job(of id: RecordId) async throws -> WorkOrder.ID? {
        guard let record = try await get(id) else { return nil }
        return WorkOrder(record)?.id ?? Note(record)?.workOrder ?? Part(record)?.workOrder ?? Visit(record)?.workOrder
    }

    private func forJob(_ id: WorkOrder.ID?) async throws -> String {
        guard let id, let job = try await get(id.record) else { return "" }
        return " for \(try await title(of: job))"
    }
}

/// A field's name as people read it: `labor_hours` is "Labor hours", as in the schema.
func fieldLabel(_ field: String) -> String {
    let words = field.split(separator: "_").joined(separator: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
}
