@testable import Fieldkeep
import FieldkeepTesting
import Foundation
import FoundationNetworking

/// The reference server as a process, the office beside it, a breakable network in front of it, and phones.
final class Site: Sendable {
    /// A folder that goes with the site.
    let root: URL
    /// Where the server listens.
    let server: String
    /// Where phones connect: the proxy.
    let address: String
    private let programs: [Program]
    private let office: Program
    private let proxy: Program
    private let phones = Guarded<[Fieldkeep]>([])

    private init() async throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("fieldkeep-\(UUID().uuidString)")
        let data = root.appendingPathComponent("server").path
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let serve = try Program(Self.harness, ["serve", "--data", data])
        server = try await serve.line()["listening"].text ?? ""
        proxy = try Program(Self.harness, ["faults", "--to", server])
        address = try await proxy.line()["listening"].text ?? ""
        office = try Program(
            Self.harness,
            [
                "office", "--server", server, "--token-file", "\(data)/tokens.json",
                "--admin-token-file", "\(data)/admin-token",
            ])
        programs = [office, proxy, serve]
    }

    /// Runs a test with a site of its own. All that it started is gone afterwards.
    static func with(_ test: (Site) async throws -> Void) async throws {
        let site = try await Site()
        do {
            try await test(site)
        } catch {
            await site.end()
            throw error
        }
        await site.end()
    }

    private func end() async {
        for phone in phones.with({ $0 }) {
            await phone.close()
        }
        for program in programs {
            await program.stopped()
        }
        try? FileManager.default.removeItem(at: root)
    }

    static let harness = ProcessInfo.processInfo.environment["FIELDKEEP_HARNESS"] ?? "run `cargo xtask test`"
    static let schemaFile = ProcessInfo.processInfo.environment["FIELDKEEP_SCHEMA"] ?? "run `cargo xtask test`"
    static let child = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("fieldkeep-child").path

    /// The schema of the demo, as apps read it.
    var schemaJSON: String {
        get throws { try String(contentsOfFile: Self.schemaFile, encoding: .utf8) }
    }

    /// The same, as the next version of the app brings it.
    var nextSchemaJSON: String {
        get throws { try schemaJSON.replacingOccurrences(of: #""version": 1,"#, with: #""version": 2,"#) }
    }

    /// The token of a user.
    func token(_ user: String = "ana") throws -> String {
        let text = try String(contentsOf: root.appendingPathComponent("server/tokens.json"), encoding: .utf8)
        return try JSON(parsing: text)[user].text ?? ""
    }

    /// What a phone of that user is opened with.
    func options(
        _ folder: String = "phone", user: String = "ana", tokens: (any Tokens)? = nil, server: String? = nil
    ) throws -> Options {
        Options(
            folder: root.appendingPathComponent(folder), user: user, schemaJSON: try schemaJSON,
            server: server ?? address, tokens: try tokens ?? FixedTokens(text: token(user)))
    }

    /// A phone; it is closed with the site.
    func phone(_ options: Options) async throws -> Fieldkeep {
        let phone = try await Fieldkeep.open(options)
        phones.with { $0.append(phone) }
        return phone
    }

    /// A phone of Ana.
    func phone(_ folder: String = "phone") async throws -> Fieldkeep {
        try await phone(options(folder))
    }

    /// A second process that opens a folder; see `Tests/Child`.
    func child(_ mode: String, folder: String = "phone", _ more: String...) throws -> Program {
        let path = root.appendingPathComponent(folder).path
        return try Program(Self.child, [mode, path, address, Self.schemaFile, try token()] + more)
    }

    /// Tells the server how to behave.
    @discardableResult
    func behave(_ command: String) async throws -> JSON {
        let admin = try String(contentsOf: root.appendingPathComponent("server/admin-token"), encoding: .utf8)
        guard let url = URL(string: "\(server)/admin/behave") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(command.utf8)
        request.setValue(
            "Bearer \(admin.trimmingCharacters(in: .whitespacesAndNewlines))", forHTTPHeaderField: "authorization")
        request.setValue("application/json", forHTTPHeaderField: "content-type")
        let (body, response) = try await URLSession.shared.data(for: request)
        let text = String(decoding: body, as: UTF8.self)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else { throw Program.Ended(description: text) }
        return try JSON(parsing: text)
    }

    /// Something that the people at the desk do.
    @discardableResult
    func office(_ command: String) async throws -> JSON {
        try await office.ask(command)
    }

    /// The office changes one field.
    func office(set field: String, to value: String, of type: String, _ serverId: String) async throws {
        try await office(
            #"{"do":"set","type":"\#(type)","server_id":"\#(serverId)","fields":{"\#(field)":"\#(value)"}}"#)
    }

    /// All records of a type on the server.
    func records(_ type: String) async throws -> [JSON] {
        try await office.ask(#"{"do":"dump","type":"\#(type)"}"#)["records"].list
    }

    /// Says something to the network.
    @discardableResult
    func network(_ command: String) async throws -> JSON {
        try await proxy.ask(command)
    }

    /// No network: every connection is closed at once.
    func cutNetwork() async throws {
        try await network(#"{"do":"refuse"}"#)
    }

    /// The network is there again.
    func mendNetwork() async throws {
        try await network(#"{"do":"pass"}"#)
    }

    /// How many requests came through the network so far.
    func requests() async throws -> Int {
        guard case .object(let counts) = try await network(#"{"do":"count"}"#)["requests"] else { return 0 }
        return counts.values.reduce(0) { $0 + ($1.number ?? 0) }
    }
}

/// Somebody who is signed in for good.
struct FixedTokens: Tokens {
    let text: String

    func current() -> AccessToken? { AccessToken(text: text, generation: 1) }

    func refresh(stale: UInt64) -> AccessToken? { nil }
}
