import FieldDemoModels
import SwiftUI

/// The jobs by due date, with the sentence of the device above them.
struct JobListView: View {
    let model: JobListModel
    let navigation: Navigation

    var body: some View {
        List {
            Section {
                if let headline = model.headline { StatusText(headline) }
                Picker("Jobs", selection: Binding(get: { model.showsAll }, set: { model.showAll($0) })) {
                    Text("To do").tag(false)
                    Text("All").tag(true)
                }
                .pickerStyle(.segmented)
            }
            if model.jobs?.isEmpty == true { Text("No jobs here. New ones come with the next sync.") }
            ForEach(model.jobs ?? []) { job in
                Button {
                    navigation.openJob(job.id)
                } label: {
                    JobCard(job: job)
                }
                .buttonStyle(.plain)
            }
            if model.hasMore { Button("Show more") { model.showMore() } }
        }
        .navigationTitle("Jobs")
        .toolbar {
            Button(counted("Outbox", model.waiting)) { navigation.openOutbox() }
            Button(counted("Reviews", model.reviews)) { navigation.openReviews() }
            Button("Settings") { navigation.openSettings() }
        }
    }

    private func counted(_ name: String, _ count: Int) -> String {
        count == 0 ? name : "\(name), \(count)"
    }
}

/// One job in the list.
struct JobCard: View {
    let job: JobRow

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(job.title).font(.headline)
            Text(job.customer).foregroundStyle(.secondary)
            HStack {
                Tag(text: job.status)
                if job.isUrgent { Tag(text: "Urgent") }
                if let due = job.due { Text(due).foregroundStyle(.secondary) }
            }
            StatusText(job.line)
        }
    }
}
