import FieldDemoModels
import SwiftUI

/// The files were damaged: what became of them, what is in them, and how to go on.
struct DamagedView: View {
    let app: FieldServiceApp
    let keptAt: String

    var body: some View {
        NavigationStack {
            List {
                Section {
                    StatusText(
                        StatusLine(
                            text: "The files on this device are damaged. Nothing was deleted.", severity: .blocking))
                    Text("Work that was not sent is still in the damaged file.")
                    Text("Ask for help, and do not remove the app.")
                    Labelled(label: "The damaged file", value: keptAt)
                }
                Section {
                    Text("Starting again loads everything from the server. The damaged file stays where it is.")
                        .foregroundStyle(.secondary)
                    Button("Start again") { app.startAgain() }
                }
            }
            .navigationTitle("Damaged files")
        }
    }
}
