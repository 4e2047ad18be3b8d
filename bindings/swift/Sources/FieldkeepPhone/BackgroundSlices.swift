#if canImport(BackgroundTasks) && os(iOS)
import BackgroundTasks
import Fieldkeep
import Foundation

/// Lets Fieldkeep work while the app is in the background, as often as the system grants it.
///
/// Name the identifier in `BGTaskSchedulerPermittedIdentifiers` of the app's `Info.plist`, call ``register()`` before the
/// app has finished launching, and ``arm()`` when it goes to the background.
public struct BackgroundSlices: Sendable {
    private let identifier: String
    private let keep: @Sendable () async throws -> Fieldkeep

    /// `keep` hands over the open Fieldkeep; the system may have started the app for this task alone.
    public init(identifier: String, keep: @escaping @Sendable () async throws -> Fieldkeep) {
        self.identifier = identifier
        self.keep = keep
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

    /// Asks for the next task, at the time at which there is work.
    public func arm() async {
        do {
            let nextWake = try await keep().nextWake()
            let milliseconds = nextWake.map { $0.components.seconds * 1000 }
            request(Rearming.date(nextWakeMs: milliseconds, now: Date()))
        } catch {
            request(Rearming.dateAfterFailure(now: Date()))
        }
    }

    private func slice() async -> Bool {
        do {
            // The system grants about thirty seconds; a part of it is left for closing down.
            let report = try await keep().runUntil(within: .seconds(20))
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
