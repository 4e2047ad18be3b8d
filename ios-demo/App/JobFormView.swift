import FieldDemoModels
import SwiftUI

/// Where a job is edited. What is typed is kept at once, and sent only when it is saved.
struct JobFormView: View {
    @Bindable var model: JobFormModel
    /// The picker is open, and no day is chosen yet.
    @State private var picksDay = false

    var body: some View {
        Form {
            if model.content != nil {
                Section {
                    Text(model.title).font(.title2)
                    Problem(model.problems[""])
                }
                Section { inputs }.disabled(model.isBusy)
                Section { buttons }.disabled(model.isBusy)
            } else if model.isMissing {
                Text("This job is not on this device any more.")
            } else {
                Problem(model.problems[""])
            }
        }
        .navigationTitle("Edit job")
    }

    @ViewBuilder private var inputs: some View {
        Problem(model.problems[WorkOrder.Columns.status.name])
        Picker("Status", selection: $model.status) {
            ForEach(WorkOrder.Status.all, id: \.name) { status in
                Text(status.label).tag(WorkOrder.Status?.some(status))
            }
        }
        Problem(model.problems[WorkOrder.Columns.laborHours.name])
        TextField("Labor hours", text: $model.laborHours)
        Problem(model.problems[WorkOrder.Columns.closeDate.name])
        if model.closeDate != nil || picksDay {
            DatePicker("Close date", selection: $model.pickedCloseDate, displayedComponents: .date)
        } else {
            Labelled(label: "Close date", value: "None")
            Button("Choose a day") { picksDay = true }
        }
        Button("Today") { model.closeToday() }
        if model.closeDate != nil {
            Button("Clear") {
                model.closeDate = nil
                picksDay = false
            }
        }
        Problem(model.problems[WorkOrder.Columns.description.name])
        TextField("Description", text: $model.description, axis: .vertical)
    }

    @ViewBuilder private var buttons: some View {
        if model.hasDraft {
            Text("Draft kept").foregroundStyle(.secondary)
            Button("Discard", role: .destructive) { model.discard() }
        }
        Button("Save") { model.save() }
    }
}

/// What is wrong with the field below.
struct Problem: View {
    let words: String?

    init(_ words: String?) {
        self.words = words
    }

    var body: some View {
        if let words { Text(words).foregroundStyle(.red) }
    }
}
