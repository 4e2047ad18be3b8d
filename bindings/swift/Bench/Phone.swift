import Fieldkeep
import Foundation

/// Records of a page: the most that a query may ask for.
let pageSize = 1000

/// What stops a measure.
struct Fault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The folder of the user `ana`, and what it is opened with.
struct Place {
    let folder: String
    let schemaJSON: String
    let server: String
    let token: String

    init(folder: String, schema: String, server: String, token: String) throws {
        self.folder = folder
        self.schemaJSON = try String(contentsOfFile: schema, encoding: .utf8)
        self.server = server
        self.token = token
    }

    /// Opens the folder as an app would, with the engine at work.
    func phone() async throws -> Fieldkeep {
        try await Fieldkeep.open(
            Options(
                folder: URL(fileURLWithPath: folder), user: "ana", schemaJSON: schemaJSON, server: server,
                tokens: SignedIn(text: token)))
    }
}

private struct SignedIn: Tokens {
    let text: String

    func current() -> AccessToken? { AccessToken(text: text, generation: 1) }

    func refresh(stale: UInt64) -> AccessToken? { nil }
}

extension Fieldkeep {
    /// What the operating system would say without a network.
    func goOffline() async throws {
        try await conditions(Conditions(network: .none, battery: .ok))
    }

    /// The first work orders that are here.
    func workOrders(_ count: Int) async throws -> [Record] {
        var found: [Record] = []
        var query = Query("work_order", limit: UInt32(pageSize))
        repeat {
            let page = try await find(query)
            found += page.records
            query.after = page.next
        } while found.count < count && query.after != nil
        guard found.count >= count else { throw Fault("only \(found.count) of \(count) work orders are here") }
        return Array(found.prefix(count))
    }
}

/// One line of JSON. Texts here need no escapes.
func lineOf(_ measure: String, _ members: KeyValuePairs<String, Any>) -> String {
    let all = [("language", "Swift" as Any), ("measure", measure as Any)] + members.map { ($0.key, $0.value) }
    let written = all.map { name, value in
        if let text = value as? String { "\"\(name)\":\"\(text)\"" } else { "\"\(name)\":\(value)" }
    }
    return "{" + written.joined(separator: ",") + "}"
}

/// Milliseconds since then.
func ms(since begun: ContinuousClock.Instant) -> Double {
    let time = ContinuousClock.now - begun
    return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) / 1e15
}

/// Processor time that this process has used so far, in milliseconds, to ten: what others do on the machine is not in it.
func cpuMs() throws -> Double {
    let msPerTick = 10.0
    let stat = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
    // The name, in brackets, may have blanks. After it: the state, ten numbers, then user and system time.
    guard let end = stat.lastIndex(of: ")") else { throw Fault("the system does not say how much time this took") }
    let times = stat[stat.index(after: end)...].split(separator: " ").dropFirst(11).prefix(2)
    return times.compactMap { Double($0) }.reduce(0, +) * msPerTick
}

/// The value that `share` of all values do not exceed; zero when there are none.
func quantile(_ values: [Double], _ share: Double) -> Double {
    if values.isEmpty { return 0 }
    let rank = Int((Double(values.count) * share).rounded(.up))
    return values.sorted()[max(rank - 1, 0)]
}
