#if canImport(BackgroundTasks) && os(iOS)
import BackgroundTasks
import Fieldkeep
import Foundation

/// Lets Fieldkeep work while the app is in the background, as often as the system grants it.
///
/// Name the identifier in `BGTaskSchedulerPermittedIdentifiers` of the app's `Info.plist`, call ``register()`` before the
/// app has finished launching, and ``arm(_:)`` when it goes to the background.
public struct BackgroundSlices: Sendable {
    /// Work to be done with an open Fieldkeep.
    public typealias Work = @Sendable (Fieldkeep) async throws -> SliceReport

    private let identifier: String
    private let during: @Sendable (@escaping Work) async throws -> SliceReport

    /// `during` runs work with the app's one Fieldkeep while its files are open, and closes them afterwards unless the app
    /// is on the screen: that is what ``Lifecycle/during(_:)`` does. The system may have started the app for this alone.
    public init(identifier: String, during: @escaping @Sendable (@escaping Work) async throws -> SliceReport) {
        self.identifier = identifier
        self.during = during
    }

    /// Tells the system what to call.
    public func register() {
        BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: nil) { task in
            // The system hands the task over to this closure and does not touch it meanwhile.
            nonisolated(unsafe) let task = task
            let work = Task {
                let success = await slice()
                task.setTaskCompleted(success: success)
            }
            task.expirationHandler = { work.cancel() }
        }
    }

    /// Asks for the next task, at the time at which there is work. Call it while the files of `keep` are open.
    public func arm(_ keep: Fieldkeep) async {
        do {
            let nextWake = try await keep.nextWake()
            request(Rearming.date(nextWakeMs: nextWake?.wholeMilliseconds, now: Date()))
        } catch {
            request(Rearming.dateAfterFailure(now: Date()))
        }
    }

    /// The files are closed when it returns, so that the system may freeze the process as soon as the task is completed.
    private func slice() async -> Bool {
        do {
            // The system grants about thirty seconds; a part of it is left for closing down.
            let report = try await during { keep in try await keep.runUntil(within: .seconds(20)) }
            request(Rearming.date(nextWakeMs: report.nextWakeMs, now: Date()))
            return true
        } catch {
            request(Rearming.dateAfterFailure(now: Date()))
            return false
        }
    }

    private func request(_ date: Date?) {
        guard let date else { return }
        let request = BGProcessingTaskRequest(identifier: identifier)
        request.requiresNetworkConnectivity = true
        request.earliestBeginDate = date
        // Refused in a simulator, or when the person has switched background work off: then work waits for the app.
        try? BGTaskScheduler.shared.submit(request)
    }
}
#endif
