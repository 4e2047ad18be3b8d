import FieldDemoModels
import SwiftUI

/// Where a note is written.
struct NoteEntry: View {
    @Bindable var form: NoteForm

    var body: some View {
        TextField("New note", text: $form.text, axis: .vertical).disabled(form.isAdding)
        if let problem = form.problem { Text(problem).foregroundStyle(.red) }
        Button("Add note") { form.add() }.disabled(form.text.isEmpty || form.isAdding)
    }
}

/// Where a part is noted.
struct PartEntry: View {
    @Bindable var form: PartForm

    var body: some View {
        TextField("New part", text: $form.name).disabled(form.isAdding)
        if let problem = form.problem { Text(problem).foregroundStyle(.red) }
        TextField("Part number", text: $form.partNumber).disabled(form.isAdding)
        TextField("Quantity", text: $form.quantity).disabled(form.isAdding)
        Button("Add part") { form.add() }.disabled(form.name.isEmpty || form.isAdding)
    }
}
