import Fieldkeep
import FieldkeepTesting
import Foundation

/// The world around the phone: the server with a working set, the office, and a network that can be taken away.
final class DemoSite: Sendable {
    /// A record as the server has it.
    struct Stored: Decodable, Sendable {
        /// A field's text; nil for one that is none.
        struct Field: Decodable, Sendable {
            let text: String?
            init(from decoder: any Decoder) { text = try? decoder.singleValueContainer().decode(String.self) }
        }
        let server_id: String
        let values: [String: Field]
        let changes: [String: Int]
        func callAsFunction(_ field: String) -> String? { values[field].flatMap(\.text) }
    }
    private struct Dump: Decodable, Sendable { let records: [Stored] }

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fieldkeep-\(UUID().uuidString)")
    /// What the phone is told: the proxy's address.
    let url: String
    /// The jobs to do, by the server's ids: the first was due yesterday, and one more each day.
    let jobs: [String]
    private let (server, proxy, office): (Program, Program, Program)

    init() async throws {
        let data = folder.appendingPathComponent("server").path
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let harness = ProcessInfo.processInfo.environment["FIELDKEEP_HARNESS"] ?? "FIELDKEEP_HARNESS is not set"
        server = try Program(harness, ["serve", "--data", data, "--listen", "127.0.0.1:0"])
        let address = try await server.line()["listening"].text ?? ""
        proxy = try Program(harness, ["faults", "--to", address])
        url = try await proxy.line()["listening"].text ?? ""
        office = try Program(
            harness,
            [
                "office", "--server", address, "--token-file", "\(data)/tokens.json", "--admin-token-file",
                "\(data)/admin-token",
            ])
        try await office.ask(#"{"do":"load","work_orders":5,"seed":7}"#)
        let all = try await office.ask(#"{"do":"dump","type":"work_order"}"#, for: Dump.self)?.records ?? []
        jobs = all.filter { $0("status") == "assigned" }.map(\.server_id)
        for (index, job) in jobs.enumerated() {
            let due = Day(of: Date(timeIntervalSinceNow: Double(index - 1) * 86_400))
            try await set(job, #"{"due":"\#(due)","assigned_to":"Ana"}"#)
        }
    }

    func end() async {
        for program in [office, proxy, server] { await program.killed() }
        try? FileManager.default.removeItem(at: folder)
    }

    /// The bearer token of a user.
    func token(_ user: String) throws -> String {
        let tokens = try Data(contentsOf: folder.appendingPathComponent("server/tokens.json"))
        return try JSONDecoder().decode([String: String].self, from: tokens)[user] ?? ""
    }

    /// The office changes fields of a job.
    func set(_ job: String, _ fields: String) async throws {
        try await office.ask(#"{"do":"set","type":"work_order","server_id":"\#(job)","fields":\#(fields)}"#)
    }

    /// The records of a type on the server.
    func records(_ type: String) async throws -> [Stored] {
        try await office.ask(#"{"do":"dump","type":"\#(type)"}"#, for: Dump.self)?.records ?? []
    }

    /// A job on the server.
    func job(_ id: String) async throws -> Stored? {
        try await records("work_order").first { $0.server_id == id }
    }

    /// Every connection is closed at once.
    func refuse() async throws { try await proxy.ask(#"{"do":"refuse"}"#) }

    /// Everything goes through again.
    func pass() async throws { try await proxy.ask(#"{"do":"pass"}"#) }
}
