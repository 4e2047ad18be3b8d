import FieldDemoModels
import SwiftUI

/// The first start: who works here, and against which server.
struct SetUpView: View {
    let app: FieldServiceApp
    let problem: String?
    @State private var server = ""
    @State private var user = ""
    @State private var token = ""

    var body: some View {
        NavigationStack {
            Form {
                TextField("Server", text: $server)
                TextField("User", text: $user)
                SecureField("Token", text: $token)
                if let problem { Text(problem).foregroundStyle(.red) }
                Button("Start") { app.setUp(server: server, user: user, token: token) }
            }
            .autocorrectionDisabled()
            .navigationTitle("Welcome")
        }
    }
}
