import Foundation
import Glibc

/// A server that takes connections and never answers.
final class HangingServer: Sendable {
    struct Unusable: Error {}

    /// Where it listens.
    let address: String
    private let socket: Int32
    private let connections: AsyncStream<Void>

    init() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(socket, place, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, place, &size) == 0
            }
        }
        guard bound else { throw Unusable() }
        self.socket = socket
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        connections = stream
        Thread {
            // They stay open until the process ends: a closed one would be an answer.
            while accept(socket, nil, nil) >= 0 { continuation.yield() }
        }.start()
    }

    /// Waits for the next connection.
    func isAsked() async {
        for await _ in connections { return }
    }

    /// Takes no more connections.
    func stop() {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }
}
