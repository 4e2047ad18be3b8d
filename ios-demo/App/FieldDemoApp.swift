import FieldDemoModels
import Foundation
import SwiftUI

/// The app. What matters lives in the models: a view may be drawn, dropped and drawn again.
@main
struct FieldDemoApp: App {
    @State private var app: FieldServiceApp
    @State private var device: Device
    @Environment(\.scenePhase) private var scenePhase

    init() {
        let folder = FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask)[0]
        let exports = FileManager.default.urls(for: .documentDirectory, in: .userDomainMask)[0]
        let app = FieldServiceApp(folder: folder, exports: exports) { user in Device.tokens(of: user) }
        _app = State(initialValue: app)
        _device = State(initialValue: Device(app))
    }

    var body: some Scene {
        WindowGroup {
            RootView(app: app)
                .task { await app.start().value }
                .onChange(of: scenePhase) { _, phase in device.shows(phase != .background) }
        }
    }
}

/// What is shown depends on how far the app is.
struct RootView: View {
    let app: FieldServiceApp

    var body: some View {
        switch app.phase {
        case .opening: ProgressView()
        case .setUp(let problem): SetUpView(app: app, problem: problem)
        case .stuck(let words): Text(words).padding()
        case .damaged(let keptAt): DamagedView(app: app, keptAt: keptAt)
        case .working(let session): WorkView(session: session)
        }
    }
}

/// The job list, and what was opened from there.
struct WorkView: View {
    let session: Session

    var body: some View {
        @Bindable var navigation = session.navigation
        NavigationStack(path: $navigation.way) {
            if let jobs = navigation.jobs {
                JobListView(model: jobs, navigation: navigation)
                    .navigationDestination(for: Destination.self) { place in PlaceView(place: place) }
            }
        }
        .safeAreaInset(edge: .bottom) {
            if let trouble = session.trouble { StatusText(StatusLine(text: trouble, severity: .blocking)) }
        }
    }
}

/// The screen of a place.
struct PlaceView: View {
    let place: Destination

    var body: some View {
        switch place {
        case .job(let model): JobView(model: model)
        case .jobForm(let model): JobFormView(model: model)
        case .outbox(let model): OutboxView(model: model)
        case .reviews(let model): ReviewsView(model: model)
        case .settings(let model): SettingsView(model: model)
        }
    }
}
