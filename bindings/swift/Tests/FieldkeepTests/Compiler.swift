import Foundation

/// Asks Swift's compiler about code over the generated types.
enum Compiler {
    /// What it says is wrong; nothing when the code compiles.
    static func errors(of source: String) async throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fieldkeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("Snippet.swift")
        try source.write(to: file, atomically: true, encoding: .utf8)
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let models = try FileManager.default.contentsOfDirectory(
            at: tests.appendingPathComponent("generated"), includingPropertiesForKeys: nil)
        let headers = tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("generated")
        let maps = ["fieldkeepFFI", "fieldkeep_ffiFFI"].flatMap {
            ["-Xcc", "-fmodule-map-file=\(headers.path)/\($0)/module.modulemap"]
        }
        let built = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let modules = ["-I", built.appendingPathComponent("Modules").path]
        let code = ["-typecheck", "-parse-as-library", "-swift-version", "6"]
        let files = (models + [file]).map(\.path)
        let words: [String] = [["swiftc"], code, modules, maps, files].flatMap { $0 }
        let (status, said) = try await run(words)
        let errors = said.split(separator: "\n").map(String.init).filter { $0.contains("error: ") }
        if (status == 0) != errors.isEmpty { return ["status \(status): \(said)"] }
        return errors
    }

    /// On a thread of its own: waiting for a process runs a loop on its thread.
    private static func run(_ words: [String]) async throws -> (status: Int32, said: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread {
                let (process, output) = (Process(), Pipe())
                process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                process.arguments = words
                process.standardError = output
                do {
                    try process.run()
                    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                    process.waitUntilExit()
                    continuation.resume(returning: (process.terminationStatus, said))
                } catch {
                    continuation.resume(throwing: error)
                }
            }.start()
        }
    }
}
