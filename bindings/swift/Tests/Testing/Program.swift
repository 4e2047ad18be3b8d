import Fieldkeep
import Foundation
import Glibc

/// A process that answers each line with a line.
///
/// `Foundation.Process` is no use in async tests: it waits on a run loop and reads on threads that Swift's tasks need.
/// Here a thread of its own reads the answers and gives each to the task that waits for it.
public final class Program: Sendable {
    /// It cannot be started, has ended, or refuses.
    public struct Ended: Error, CustomStringConvertible {
        /// In words.
        public let description: String

        /// In words.
        public init(description: String) {
            self.description = description
        }
    }

    private struct State {
        var waiting: [CheckedContinuation<Data, any Error>] = []
        var early: [Data] = []
        var ended = false
        var isReaped = false
    }

    private let name: String
    private let id: pid_t
    private let input: FileHandle
    private let state = Guarded(State())

    /// Starts it. Its errors go to the terminal.
    public init(_ path: String, _ arguments: [String]) throws {
        // A program that has ended makes writing to it an error, not the end of the tests.
        signal(SIGPIPE, SIG_IGN)
        name = "\(URL(fileURLWithPath: path).lastPathComponent) \(arguments.first ?? "")"
        let (toChild, fromChild) = (Pipe(), Pipe())
        // A child that is started later must not hold these open: their end tells that this one has ended.
        for pipe in [toChild, fromChild] {
            _ = fcntl(pipe.fileHandleForReading.fileDescriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild.fileHandleForReading.fileDescriptor, 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild.fileHandleForWriting.fileDescriptor, 1)
        // A thread of Swift's pool blocks all signals, and a child inherits that: it would never hear SIGTERM.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, path, &actions, &attributes, &words, environ)
        guard failure == 0 else {
            throw Ended(description: "cannot start \(path): \(String(cString: strerror(failure)))")
        }
        self.id = id
        try toChild.fileHandleForReading.close()
        try fromChild.fileHandleForWriting.close()
        input = toChild.fileHandleForWriting
        let output = fromChild.fileHandleForReading
        Thread { [self] in read(output) }.start()
    }

    /// The next line that it says by itself. A test that is cancelled, as at its time limit, ends the program.
    public func line<T: Decodable & Sendable>(as type: T.Type = JSON.self) async throws -> T {
        try JSONDecoder().decode(type, from: try await nextLine())
    }

    private func nextLine() async throws -> Data {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready: Result<Data, any Error>? = state.with { state in
                    if !state.early.isEmpty { return .success(state.early.removeFirst()) }
                    if state.ended { return .failure(Ended(description: "\(name) has ended")) }
                    state.waiting.append(continuation)
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            send(SIGKILL)
        }
    }

    /// Its answer to a line, the `result` in it. An `"ok":false` is thrown.
    @discardableResult
    public func ask(_ command: String) async throws -> JSON {
        try await ask(command, for: JSON.self) ?? .null
    }

    /// The same for a result of that type; nil when there is none.
    public func ask<T: Decodable & Sendable>(_ command: String, for type: T.Type) async throws -> T? {
        async let answer = nextLine()
        try input.write(contentsOf: Data((command + "\n").utf8))
        let line = try await answer
        guard try JSONDecoder().decode(JSON.self, from: line)["ok"] == .bool(true) else {
            throw Ended(description: "\(name) to \(command): \(String(decoding: line, as: UTF8.self))")
        }
        return try JSONDecoder().decode(Reply<T>.self, from: line).result
    }

    private struct Reply<T: Decodable>: Decodable {
        let result: T?
    }

    /// Ends it at once (SIGKILL), and returns when it is gone.
    public func killed() async {
        send(SIGKILL)
        await gone()
    }

    /// Asks it to end (SIGTERM, and the end of its input), and returns when it is gone.
    public func stopped() async {
        try? input.close()
        send(SIGTERM)
        await withTaskCancellationHandler {
            await gone()
        } onCancel: {
            send(SIGKILL)
        }
    }

    /// Nothing is sent to a process that was reaped: its number may be another's.
    private func send(_ signal: Int32) {
        let id = id
        state.with { state in
            if !state.isReaped { _ = kill(id, signal) }
        }
    }

    private func gone() async {
        await withCheckedContinuation { continuation in
            Thread { [self] in
                var info = siginfo_t()
                waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT)
                let id = id
                state.with { state in
                    if !state.isReaped { waitpid(id, nil, 0) }
                    state.isReaped = true
                }
                continuation.resume()
            }.start()
        }
    }

    private func read(_ output: FileHandle) {
        var rest = Data()
        while true {
            let more = output.availableData
            if more.isEmpty { break }
            rest += more
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                take(rest[rest.startIndex..<end])
                rest = Data(rest[(end + 1)...])
            }
        }
        let left = state.with { state in
            state.ended = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiting in left {
            waiting.resume(throwing: Ended(description: "\(name) has ended"))
        }
    }

    private func take(_ line: Data) {
        let isJSON = (try? JSONDecoder().decode(JSON.self, from: line)) != nil
        if !isJSON { return }
        let waiting: CheckedContinuation<Data, any Error>? = state.with { state in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.early.append(line)
            return nil
        }
        waiting?.resume(returning: line)
    }
}
