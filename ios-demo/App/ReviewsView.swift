import FieldDemoModels
import Fieldkeep
import SwiftUI

/// The questions that only a person can answer.
struct ReviewsView: View {
    let model: ReviewsModel

    var body: some View {
        List {
            if model.rows?.isEmpty == true { Text("Nothing needs your review.") }
            ForEach(model.rows ?? []) { row in
                Section { QuestionView(model: model, row: row) }
            }
        }
        .navigationTitle("Reviews")
    }
}

/// One question, both sides of it, and the answers.
struct QuestionView: View {
    let model: ReviewsModel
    let row: ReviewRow

    var body: some View {
        Text(row.title).font(.headline)
        Text(row.question)
        ForEach(row.messages, id: \.self) { message in Text(message).foregroundStyle(.red) }
        if let sides = row.sides {
            Labelled(label: "Yours", value: sides.mine)
            Labelled(label: "Theirs  \(sides.theirsFrom)", value: sides.theirs)
            Labelled(label: "Before", value: sides.base)
        }
        if let notice = model.notices[row.id] { StatusText(StatusLine(text: notice, severity: .banner)) }
        if let merging = model.merging[row.id] {
            MergeView(model: model, row: row, merging: merging)
        } else {
            Button(row.mineLabel) { model.mine(row) }
            Button(row.theirsLabel) { model.theirs(row) }
            if row.canMerge { Button("Merge") { model.merge(row) } }
        }
    }
}

/// Where a third value is given.
struct MergeView: View {
    let model: ReviewsModel
    let row: ReviewRow
    let merging: Merging

    var body: some View {
        switch merging {
        case .typed(let text):
            TextField(row.label, text: Binding(get: { text }, set: { model.typeMerged(row, $0) }), axis: .vertical)
        case .chosen(let choices, let chosen):
            ForEach(choices, id: \.self) { choice in
                Button(choice == chosen ? "✓ \(choice.label)" : choice.label) { model.chooseMerged(row, choice) }
            }
        }
        Button("Use this") { model.saveMerged(row) }
        Button("Cancel") { model.cancelMerge(row) }
    }
}
