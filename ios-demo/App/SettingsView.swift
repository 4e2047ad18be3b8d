import FieldDemoModels
import Fieldkeep
import SwiftUI

/// Who works here, and what Fieldkeep is told of network and battery.
struct SettingsView: View {
    @Bindable var model: SettingsModel
    @State private var token = ""

    var body: some View {
        Form {
            Section("What this device tells") {
                Picker("Network", selection: $model.network) {
                    ForEach(NetworkKind.all, id: \.self) { network in Text(network.label).tag(network) }
                }
                Picker("Battery", selection: $model.battery) {
                    ForEach(Battery.all, id: \.self) { battery in Text(battery.label).tag(battery) }
                }
                Text("For trying things out: without a network nothing is sent, and the words say so.").font(.caption)
            }
            Section("This device") {
                Labelled(label: "User", value: model.user)
                Labelled(label: "Server", value: model.server)
                Labelled(label: "Device", value: model.device)
            }
            Section("Sign in again") {
                SecureField("Token", text: $token)
                Button("Sign in") {
                    model.signIn(token)
                    token = ""
                }
                .disabled(token.isEmpty)
                if let notice = model.notice { Text(notice) }
            }
        }
        .navigationTitle("Settings")
    }
}
