import Fieldkeep

/// What the system says about the network.
public struct NetworkFacts: Hashable, Sendable {
    /// Whether there is a way to the internet at all.
    public var isReachable: Bool
    /// Whether the way costs money: mobile data, a personal hotspot.
    public var isExpensive: Bool
    /// Whether the person asked for little traffic (Low Data Mode).
    public var isConstrained: Bool

    /// All three.
    public init(isReachable: Bool, isExpensive: Bool = false, isConstrained: Bool = false) {
        self.isReachable = isReachable
        self.isExpensive = isExpensive
        self.isConstrained = isConstrained
    }

    /// The same in Fieldkeep's words.
    public var kind: NetworkKind {
        if !isReachable { return .none }
        return isExpensive || isConstrained ? .metered : .unmetered
    }
}

/// What the system says about the power.
public struct PowerFacts: Hashable, Sendable {
    /// From 0 to 1; nil when the system does not know.
    public var level: Float?
    /// Whether it is plugged in.
    public var isCharging: Bool
    /// Whether the person asked to save power (Low Power Mode).
    public var isSaving: Bool

    /// All three.
    public init(level: Float?, isCharging: Bool, isSaving: Bool) {
        self.level = level
        self.isCharging = isCharging
        self.isSaving = isSaving
    }

    /// The same in Fieldkeep's words. Under a fifth counts as low, as the system itself warns then.
    public var battery: Battery {
        if isSaving { return .saver }
        if let level, level < 0.2, !isCharging { return .low }
        return .ok
    }
}

/// Both together, as ``Fieldkeep/conditions(_:)`` takes them. Tells only of changes.
public struct Surroundings: Sendable {
    private var network = NetworkFacts(isReachable: true)
    private var power = PowerFacts(level: nil, isCharging: false, isSaving: false)
    private var told: Conditions?

    /// Nothing is known yet.
    public init() {}

    /// News of the network. What is to be told; nil when it comes to the same as before.
    public mutating func take(_ network: NetworkFacts) -> Conditions? {
        self.network = network
        return changed()
    }

    /// News of the power. What is to be told; nil when it comes to the same as before.
    public mutating func take(_ power: PowerFacts) -> Conditions? {
        self.power = power
        return changed()
    }

    private mutating func changed() -> Conditions? {
        let now = Conditions(network: network.kind, battery: power.battery)
        if now == told { return nil }
        told = now
        return now
    }
}
