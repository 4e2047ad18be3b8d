import FieldDemoModels

#if os(iOS)
import FieldkeepPhone
import UIKit

extension KeychainTokens: @retroactive SignInTokens {}

/// What the phone does for the app: it keeps the token, grants time to close the files, and lets it work now and then
/// while it is not on the screen.
@MainActor
final class Device {
    private let app: FieldServiceApp
    private let slices: BackgroundSlices

    /// Must be made before the app has finished launching.
    init(_ app: FieldServiceApp) {
        self.app = app
        slices = BackgroundSlices(identifier: "io.fieldkeep.demo.sync") { try await app.during($0) }
        slices.register()
    }

    /// The user's token stays in the Keychain. A new one comes from the person, so none is fetched.
    static func tokens(of user: String) -> any SignInTokens {
        KeychainTokens(service: "io.fieldkeep.demo", user: user) { _ in nil }
    }

    /// The system freezes the app soon after it has left the screen, unless it is asked to wait.
    func shows(_ isOnScreen: Bool) {
        let grace = Grace()
        Task {
            if !isOnScreen, let keep = app.session?.keep { await slices.arm(keep) }
            await app.isOnScreen(isOnScreen)
            grace.end()
        }
    }
}

/// Time that the system grants.
@MainActor
private final class Grace {
    private var task = UIBackgroundTaskIdentifier.invalid

    init() {
        task = UIApplication.shared.beginBackgroundTask(withName: "close files") { [weak self] in self?.end() }
    }

    func end() {
        if task == .invalid { return }
        UIApplication.shared.endBackgroundTask(task)
        task = .invalid
    }
}
#else
/// Where there is no phone: only the check of the views comes here.
@MainActor
final class Device {
    private let app: FieldServiceApp

    init(_ app: FieldServiceApp) {
        self.app = app
    }

    static func tokens(of user: String) -> any SignInTokens { SignedIn() }

    func shows(_ isOnScreen: Bool) {
        Task { await app.isOnScreen(isOnScreen) }
    }
}
#endif
