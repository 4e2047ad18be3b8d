#if canImport(Network) && canImport(UIKit) && !os(watchOS)
import Fieldkeep
import Network
import UIKit

/// Tells a Fieldkeep what network and battery are like, for as long as this object lives.
@MainActor
public final class ConditionsWatch {
    private let keep: Fieldkeep
    private let monitor = NWPathMonitor()
    private var surroundings = Surroundings()
    private var observers: [any NSObjectProtocol] = []
    private var telling: Task<Void, Never>?

    /// Begins to watch.
    public init(_ keep: Fieldkeep) {
        self.keep = keep
        UIDevice.current.isBatteryMonitoringEnabled = true
        monitor.pathUpdateHandler = { [weak self] path in
            let facts = NetworkFacts(
                isReachable: path.status == .satisfied, isExpensive: path.isExpensive,
                isConstrained: path.isConstrained)
            Task { @MainActor [weak self] in self?.take(facts) }
        }
        monitor.start(queue: DispatchQueue(label: "fieldkeep.path"))
        let names = [
            UIDevice.batteryLevelDidChangeNotification, UIDevice.batteryStateDidChangeNotification,
            .NSProcessInfoPowerStateDidChange,
        ]
        observers = names.map { name in
            NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in
                Task { @MainActor [weak self] in self?.readPower() }
            }
        }
        readPower()
    }

    /// Ends the watching.
    public func stop() {
        monitor.cancel()
        for observer in observers { NotificationCenter.default.removeObserver(observer) }
        observers = []
    }

    private func take(_ facts: NetworkFacts) {
        if let now = surroundings.take(facts) { tell(now) }
    }

    private func readPower() {
        let device = UIDevice.current
        let facts = PowerFacts(
            level: device.batteryLevel < 0 ? nil : device.batteryLevel, isCharging: device.batteryState != .unplugged,
            isSaving: ProcessInfo.processInfo.isLowPowerModeEnabled)
        if let now = surroundings.take(facts) { tell(now) }
    }

    /// One after the other, so that the last one told is the last one that is true.
    private func tell(_ conditions: Conditions) {
        let (keep, before) = (keep, telling)
        telling = Task {
            await before?.value
            // Suspended or closed: the next change tells it, and after a resume a network is assumed.
            try? await keep.conditions(conditions)
        }
    }
}
#endif
