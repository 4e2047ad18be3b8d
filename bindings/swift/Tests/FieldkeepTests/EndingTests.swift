import Dispatch
import Testing

@testable import Fieldkeep

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Ending {}
}

extension Behaviours.Ending {
    @Test("a cancelled task suspends and closes all the same")
    func cancelled() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let suspending = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await phone.suspend(within: .seconds(3))
            }
            try await suspending.value
            await #expect(throws: KeepError.Suspended) { try await phone.outbox() }
            try await phone.resume()
            let closing = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await phone.close()
            }
            await closing.value
            await #expect(throws: KeepError.Closed) { try await phone.outbox() }
        }
    }

    @Test("let go of without being closed, its folder can be opened at once: 100 times")
    func letGo() async throws {
        try await Site.with { site in
            try await site.cutNetwork()
            for number in 0..<100 {
                try await useOnce(site.options(), number)
            }
            let hanging = try HangingServer()
            defer { hanging.stop() }
            try await abandonSync(site.options(server: hanging.address), hanging)
            let phone = try await site.phone()
            #expect(try await phone.find(Query("customer", limit: 1000)).records.count == 101)
        }
    }

    @Test("the last reference goes while the core itself calls: nothing locks up, and the folder is free soon")
    func letGoInside() async throws {
        try await Site.with { site in
            let tokens = LettingGo(try site.token())
            tokens.phone.with { $0 = nil }
            try await Self.hold(site, tokens)
            await tokens.haveLetGo()
            while true {
                do {
                    _ = try await site.phone()
                    break
                } catch OpenError.InUse {
                    // Closing goes on behind the call that had to return first.
                    await Task.yield()
                }
            }
        }
    }

    private static func hold(_ site: Site, _ tokens: LettingGo) async throws {
        let phone = try await Fieldkeep.open(site.options(tokens: tokens))
        try await phone.customer("Hansa")
        tokens.phone.with { $0 = phone }
    }

    /// What an app does that forgets to close: it saves, reads, watches and syncs.
    private func useOnce(_ options: Options, _ number: Int) async throws {
        let phone = try await Fieldkeep.open(options)
        let id = try await phone.customer("Customer \(number)")
        for try await record in phone.watch(id) where record != nil { break }
        _ = try await phone.outbox()
    }
}

/// A sync that nobody waits for any more is under way when the last reference goes.
private func abandonSync(_ options: Options, _ hanging: HangingServer) async throws {
    let phone = try await Fieldkeep.open(options)
    try await phone.customer("Last")
    // Without the phone: the task must not have its last reference.
    let syncing = Task { [calls = phone.calls, core = phone.core] in try await calls.sync { try core.syncNow() } }
    await hanging.isAsked()
    syncing.cancel()
    _ = await syncing.result
}

/// Somebody whose sign-in has the last reference, and lets go of it when the core asks for the token.
private final class LettingGo: Tokens {
    let phone = Guarded<Fieldkeep?>(nil)
    private let text: String
    private let (letting, isLetting) = AsyncStream<Void>.makeStream()

    init(_ text: String) {
        self.text = text
    }

    func current() -> AccessToken? {
        // Out of the lock first: what is let go of there must not end under it.
        var last: Fieldkeep? = phone.with { phone in
            defer { phone = nil }
            return phone
        }
        if last != nil {
            last = nil
            isLetting.yield()
        }
        return AccessToken(text: text, generation: 1)
    }

    func refresh(stale: UInt64) -> AccessToken? { nil }

    func haveLetGo() async {
        for await _ in letting { return }
    }
}
