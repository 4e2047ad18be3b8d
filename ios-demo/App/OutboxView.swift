import FieldDemoModels
import Fieldkeep
import SwiftUI

/// What waits on this device, why, and until when.
struct OutboxView: View {
    let model: OutboxModel

    var body: some View {
        List {
            Section {
                Button(model.isSyncing ? "Syncing…" : "Sync now") { model.syncNow() }.disabled(model.isSyncing)
                if let report = model.report { Text(report) }
                if model.rows?.isEmpty == false { Button("Export") { model.export() } }
                if let exported = model.exported {
                    Text(exported.words)
                    ShareLink("Share", item: exported.file)
                }
            }
            if model.rows?.isEmpty == true { Text("Nothing waits on this device.") }
            ForEach(model.rows ?? []) { row in OutboxCard(model: model, row: row) }
        }
        .navigationTitle("Outbox")
        .sheet(isPresented: Binding(get: { model.discarding != nil }, set: { _ in model.keepIt() })) {
            if let question = model.discarding { DiscardView(model: model, question: question) }
        }
    }
}

/// One operation that waits.
struct OutboxCard: View {
    let model: OutboxModel
    let row: OutboxRow

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Button(row.title) { model.open(row) }.font(.headline)
            Text(row.what)
            StatusText(StatusLine(text: row.why, severity: row.needsReview ? .banner : .quiet))
            Text(row.times).font(.caption).foregroundStyle(.secondary)
            if let blocks = row.blocks { Text("Holds back: \(blocks)").font(.caption).foregroundStyle(.secondary) }
            if !row.isOnItsWay {
                HStack {
                    if row.isPaused {
                        Button("Go on") { model.unpause(row) }
                    } else {
                        Button("Pause") { model.pause(row) }
                    }
                    Button("Give up", role: .destructive) { model.askToDiscard(row) }
                }
            }
        }
        .buttonStyle(.borderless)
    }
}

/// Names all that would go, before anything goes.
struct DiscardView: View {
    let model: OutboxModel
    let question: DiscardQuestion

    var body: some View {
        NavigationStack {
            List {
                if let notice = question.notice { StatusText(StatusLine(text: notice, severity: .banner)) }
                ForEach(question.parts) { part in
                    Section(part.title) {
                        ForEach(part.lines, id: \.self) { line in Text(line) }
                    }
                }
                Button("Give up", role: .destructive) { model.discard() }
                Button("Keep") { model.keepIt() }
            }
            .navigationTitle("Give this up?")
        }
    }
}
