import Foundation
import Glibc

/// A process that answers each line with a line. Calls that wait for it block a queue of their own, no thread of Swift's.
final class Program: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private let queue = DispatchQueue(label: "program")
    private let id: pid_t
    private let input: Int32
    // Read on `queue` alone.
    nonisolated(unsafe) private let output: UnsafeMutablePointer<FILE>

    /// Starts the harness. Its errors go to the terminal.
    init(_ arguments: String...) throws {
        let path = ProcessInfo.processInfo.environment["FIELDKEEP_HARNESS"] ?? "FIELDKEEP_HARNESS is not set"
        signal(SIGPIPE, SIG_IGN)
        var (toChild, fromChild): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0, let output = fdopen(fromChild[0], "r") else {
            throw Failed(description: "no pipe: \(String(cString: strerror(errno)))")
        }
        // A program that is started later must not hold this one's input open.
        for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, path, &actions, nil, &words, environ)
        guard failure == 0 else { throw Failed(description: "\(path): \(String(cString: strerror(failure)))") }
        close(toChild[0])
        close(fromChild[1])
        (self.id, self.input, self.output) = (id, toChild[1], output)
    }

    /// The next line that it says by itself.
    func line<T: Decodable & Sendable>(as type: T.Type) async throws -> T { try await answer(to: nil, as: type) }

    /// Its answer to a line. The end of the test's time ends the program, and so the waiting.
    func answer<T: Decodable & Sendable>(to command: String?, as type: T.Type) async throws -> T {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try self.exchange(command, type) }) }
            }
        } onCancel: {
            kill(id, SIGKILL)
        }
    }

    /// Ends it, and returns when it is gone.
    func end() {
        kill(id, SIGKILL)
        waitpid(id, nil, 0)
    }

    private func exchange<T: Decodable>(_ command: String?, _ type: T.Type) throws -> T {
        if let command { try FileHandle(fileDescriptor: input).write(contentsOf: Data((command + "\n").utf8)) }
        var (line, size): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        defer { free(line) }
        let count = getline(&line, &size, output)
        guard count > 0, let line else { throw Failed(description: "the program has ended") }
        return try JSONDecoder().decode(type, from: Data(bytes: line, count: count))
    }
}
