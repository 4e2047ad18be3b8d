#if canImport(UIKit) && os(iOS)
import Fieldkeep
import UIKit

/// Suspends a Fieldkeep when the app leaves the screen and resumes it when it comes back, or when protected data can be
/// read again after a lock.
@MainActor
public final class AppLifecycle {
    private nonisolated let lifecycle: Lifecycle
    private nonisolated let keep: Fieldkeep
    private var observers: [any NSObjectProtocol] = []

    /// Begins to follow the app. `failed` hears of a suspension or resumption that did not succeed.
    public init(_ keep: Fieldkeep, failed: @escaping @Sendable (any Error) -> Void) {
        self.keep = keep
        lifecycle = Lifecycle(
            rest: { try await keep.suspend(within: .seconds(3)) }, resume: { try await keep.resume() }, failed: failed)
        follow(UIApplication.didEnterBackgroundNotification) { $0.rest() }
        follow(UIApplication.willEnterForegroundNotification) { $0.run() }
        follow(UIApplication.protectedDataWillBecomeUnavailableNotification) { $0.rest() }
        follow(UIApplication.protectedDataDidBecomeAvailableNotification) { app in
            // Unlocked in the background: nobody looks, and the system may freeze the app at any moment.
            if UIApplication.shared.applicationState != .background { app.run() }
        }
        // Started for a background task alone: nothing will say that the app leaves the screen.
        if UIApplication.shared.applicationState == .background { rest() }
    }

    /// Works with open files, and closes them afterwards unless the app is on the screen. Hand it to ``BackgroundSlices``.
    public nonisolated func during<Result: Sendable>(
        _ work: @Sendable (Fieldkeep) async throws -> Result
    ) async throws -> Result {
        try await lifecycle.during { try await work(keep) }
    }

    /// Ends following.
    public func stop() {
        for observer in observers { NotificationCenter.default.removeObserver(observer) }
        observers = []
    }

    private func follow(_ name: Notification.Name, _ act: @escaping @MainActor @Sendable (AppLifecycle) -> Void) {
        let observer = NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) {
            [weak self] _ in
            MainActor.assumeIsolated {
                if let self { act(self) }
            }
        }
        observers.append(observer)
    }

    /// The system freezes the app soon after this returns, unless it is asked to wait until the files are closed.
    func rest() {
        let grace = Grace()
        Task {
            await lifecycle.go(to: .resting)
            grace.end()
        }
    }

    func run() {
        Task { await lifecycle.go(to: .running) }
    }
}

/// Time that the system grants for closing the files.
@MainActor
private final class Grace {
    private var task = UIBackgroundTaskIdentifier.invalid

    init() {
        task = UIApplication.shared.beginBackgroundTask(withName: "fieldkeep.suspend") { [weak self] in
            self?.end()
        }
    }

    func end() {
        if task == .invalid { return }
        UIApplication.shared.endBackgroundTask(task)
        task = .invalid
    }
}
#endif
