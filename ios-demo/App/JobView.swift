import FieldDemoModels
import SwiftUI

/// One job with its notes, parts and visits.
struct JobView: View {
    @Bindable var model: JobModel

    var body: some View {
        List {
            if let details = model.details {
                Section { JobHead(model: model, details: details) }
                Section { JobFacts(model: model, details: details) }
                Section("Notes") {
                    ChildRows(rows: model.notes, none: "No notes yet.")
                    if details.isOpen { NoteEntry(form: model.noteForm) }
                }
                Section("Parts") {
                    ChildRows(rows: model.parts, none: "No parts yet.")
                    if details.isOpen { PartEntry(form: model.partForm) }
                }
                if !model.visits.isEmpty { Section("Visits") { ChildRows(rows: model.visits, none: "") } }
            } else if model.isMissing {
                Text("This job is not on this device any more.")
            }
        }
        .navigationTitle(model.details?.number ?? "Job")
        .alert(
            model.message ?? "", isPresented: Binding(get: { model.message != nil }, set: { _ in model.message = nil })
        ) {
            Button("OK") { model.message = nil }
        }
    }
}

/// The job's name, where its work is, and what can be done with it as a whole.
struct JobHead: View {
    let model: JobModel
    let details: JobDetails
    @State private var asksToSignOff = false
    @State private var asksToArchive = false

    var body: some View {
        Text(details.title).font(.title2)
        HStack {
            Tag(text: details.status)
            if let priority = details.priority { Tag(text: "\(priority) priority") }
        }
        Text(details.owner).foregroundStyle(.secondary)
        if let line = model.line { StatusText(line) }
        if model.reviews > 0 { Button("Review") { model.openReviews() } }
        if details.isOpen {
            Button("Edit") { model.edit() }
            Button("Sign off") { asksToSignOff = true }
                .confirmationDialog("Sign off this job?", isPresented: $asksToSignOff, titleVisibility: .visible) {
                    Button("Sign off") { model.signOff() }
                } message: {
                    Text("The work is finished and signed.")
                }
            Button("Archive") { asksToArchive = true }
                .confirmationDialog("Archive this job?", isPresented: $asksToArchive, titleVisibility: .visible) {
                    Button("Archive") { model.archive() }
                } message: {
                    Text("It leaves the list and takes no more changes.")
                }
        }
        if details.isArchived { Button("Reopen") { model.reopen() } }
    }
}

/// What is known of the job.
struct JobFacts: View {
    let model: JobModel
    let details: JobDetails

    var body: some View {
        if let customer = model.customer {
            Labelled(
                label: "Customer", value: [customer.name, customer.city].compactMap { $0 }.joined(separator: ", "))
            if let phone = customer.phone { Labelled(label: "Phone", value: phone) }
        }
        Labelled(label: "Due date", value: details.due ?? "None")
        Labelled(label: "Close date", value: details.closed ?? "None")
        Labelled(label: "Labor hours", value: details.laborHours ?? "None")
        if let description = details.description { Labelled(label: "Description", value: description) }
    }
}

/// Notes, parts or visits, each with where it is.
struct ChildRows: View {
    let rows: [ChildRow]
    let none: String

    var body: some View {
        if rows.isEmpty { Text(none).foregroundStyle(.secondary) }
        ForEach(rows) { row in
            VStack(alignment: .leading, spacing: 4) {
                Text(row.title)
                if !row.detail.isEmpty { Text(row.detail).font(.subheadline).foregroundStyle(.secondary) }
                StatusText(row.line)
            }
        }
    }
}
