#if canImport(UIKit) && os(iOS)
import Foundation

/// Where the system hands over a background `URLSession`: the point at which an app that was started for it answers.
///
/// Fieldkeep transfers no files yet, so nothing begins a transfer here. An app wires this up once, and photos will use it
/// when they come.
public final class BackgroundTransfers: NSObject, URLSessionDelegate, @unchecked Sendable {
    // Unchecked: `waiting` is touched on the main queue alone.
    private var waiting: [String: () -> Void] = [:]

    /// Call it from `application(_:handleEventsForBackgroundURLSession:completionHandler:)`.
    @MainActor
    public func handOver(session identifier: String, completion: @escaping () -> Void) {
        waiting[identifier] = completion
    }

    /// All that the system had to tell has been told: it may freeze the app again.
    public func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
        guard let identifier = session.configuration.identifier else { return }
        DispatchQueue.main.async {
            self.waiting.removeValue(forKey: identifier)?()
        }
    }
}
#endif
