import Fieldkeep
import Foundation

/// When the system should wake the app next.
public enum Rearming {
    /// The system grants no background task sooner than about this.
    public static let shortestWait: TimeInterval = 15 * 60

    /// The time for which a background task is asked; nil when only an event brings work. An event reaches the app by
    /// itself: a person opens it, or a push message comes.
    public static func date(nextWakeMs: Int64?, now: Date) -> Date? {
        nextWakeMs.map { now.addingTimeInterval(max(TimeInterval($0) / 1000, shortestWait)) }
    }

    /// After a slice that failed: later, but not never.
    public static func dateAfterFailure(now: Date) -> Date {
        now.addingTimeInterval(4 * shortestWait)
    }
}
