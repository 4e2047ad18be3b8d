import Fieldkeep

extension NetworkKind {
    /// All kinds, worst first.
    public static var all: [NetworkKind] { [.none, .metered, .unmetered] }

    /// As people read it.
    public var label: String {
        switch self {
        case .none: "None"
        case .metered: "Metered"
        case .unmetered: "Unmetered"
        }
    }
}

extension Battery {
    /// All kinds, best first.
    public static var all: [Battery] { [.ok, .low, .saver] }

    /// As people read it.
    public var label: String {
        switch self {
        case .ok: "OK"
        case .low: "Low"
        case .saver: "Saver"
        }
    }
}
