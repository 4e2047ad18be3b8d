import Fieldkeep
import Foundation
import Testing

@testable import FieldkeepPhone

@Suite(.timeLimit(.minutes(1)))
struct DecisionTests {
    @Test(
        "a network is what the system says of it",
        arguments: [
            (NetworkFacts(isReachable: false, isExpensive: true), NetworkKind.none),
            (NetworkFacts(isReachable: true), .unmetered),
            (NetworkFacts(isReachable: true, isExpensive: true), .metered),
            (NetworkFacts(isReachable: true, isConstrained: true), .metered),
        ])
    func network(facts: NetworkFacts, kind: NetworkKind) {
        #expect(facts.kind == kind)
    }

    @Test(
        "a battery is low under a fifth, unless it is plugged in",
        arguments: [
            (PowerFacts(level: nil, isCharging: false, isSaving: false), Battery.ok),
            (PowerFacts(level: 0.2, isCharging: false, isSaving: false), .ok),
            (PowerFacts(level: 0.19, isCharging: false, isSaving: false), .low),
            (PowerFacts(level: 0.19, isCharging: true, isSaving: false), .ok),
            (PowerFacts(level: 1, isCharging: true, isSaving: true), .saver),
        ])
    func battery(facts: PowerFacts, battery: Battery) {
        #expect(facts.battery == battery)
    }

    @Test("only changes are told")
    func changes() {
        var surroundings = Surroundings()
        #expect(surroundings.take(NetworkFacts(isReachable: true)) == Conditions(network: .unmetered, battery: .ok))
        #expect(surroundings.take(PowerFacts(level: 0.9, isCharging: false, isSaving: false)) == nil)
        #expect(
            surroundings.take(PowerFacts(level: 0.1, isCharging: false, isSaving: false))
                == Conditions(network: .unmetered, battery: .low))
        #expect(surroundings.take(NetworkFacts(isReachable: false)) == Conditions(network: .none, battery: .low))
        #expect(surroundings.take(NetworkFacts(isReachable: false, isExpensive: true)) == nil)
    }

    @Test("the next background task is asked for when there is work, not sooner than the system grants it")
    func rearming() {
        let now = Date(timeIntervalSince1970: 1_772_611_800)
        #expect(Rearming.date(nextWakeMs: nil, now: now) == nil)
        #expect(Rearming.date(nextWakeMs: 0, now: now) == now.addingTimeInterval(900))
        #expect(Rearming.date(nextWakeMs: 3_600_000, now: now) == now.addingTimeInterval(3600))
        #expect(Rearming.dateAfterFailure(now: now) > now.addingTimeInterval(900))
    }

    @Test("tokens are counted, and one that somebody else has fetched is taken")
    func tokens() throws {
        let first = StoredToken.following(nil, text: "a")
        let second = StoredToken.following(first, text: "b")
        #expect(first.access == AccessToken(text: "a", generation: 1) && second.generation == 2)
        #expect(second.isNewer(than: first.generation) && !second.isNewer(than: second.generation))
        #expect(try JSONDecoder().decode(StoredToken.self, from: JSONEncoder().encode(second)) == second)
    }

    @Test("steps never overlap, and the last wish counts")
    func lifecycle() async {
        let (steps, step) = AsyncStream<String>.makeStream()
        let (gates, gate) = AsyncStream<Void>.makeStream()
        let lifecycle = Lifecycle(
            rest: {
                step.yield("rest")
                for await _ in gates { break }
                step.yield("rested")
            },
            resume: { step.yield("resumed") }, failed: { _ in })
        var heard = steps.makeAsyncIterator()
        let resting = Task { await lifecycle.go(to: .resting) }
        #expect(await heard.next() == "rest")
        for phase in [Lifecycle.Phase.running, .resting, .running] { await lifecycle.wish(phase) }
        gate.yield()
        await resting.value
        #expect(await heard.next() == "rested")
        #expect(await heard.next() == "resumed")
        step.finish()
        #expect(await heard.next() == nil)
    }

    @Test("background work keeps the files open, and they are closed afterwards, also when it was cancelled")
    func background() async throws {
        let (steps, step) = AsyncStream<String>.makeStream()
        let (never, _) = AsyncStream<Void>.makeStream()
        let lifecycle = Lifecycle(
            rest: { step.yield("rested") }, resume: { step.yield("resumed") }, failed: { _ in })
        await lifecycle.go(to: .resting)
        try await lifecycle.during { _ = step.yield("worked") }
        let slice = Task {
            try await lifecycle.during {
                step.yield("at work")
                for await _ in never { break }
                try Task.checkCancellation()
            }
        }
        var heard: [String] = []
        for await what in steps {
            heard.append(what)
            if what == "at work" { break }
        }
        await lifecycle.go(to: .running)
        await lifecycle.go(to: .resting)
        slice.cancel()
        await #expect(throws: CancellationError.self) { try await slice.value }
        await lifecycle.go(to: .running)
        try await lifecycle.during { _ = step.yield("worked") }
        step.finish()
        for await what in steps { heard.append(what) }
        #expect(
            heard == [
                "rested", "resumed", "worked", "rested", "resumed", "at work", "rested", "resumed", "worked",
            ])
    }

    @Test("without open files there is no work")
    func noFiles() async {
        struct Locked: Error {}
        let lifecycle = Lifecycle(rest: {}, resume: { throw Locked() }, failed: { _ in })
        await lifecycle.go(to: .resting)
        await #expect(throws: Locked.self) { try await lifecycle.during { Issue.record("worked") } }
    }

    @Test("a step that failed is told and tried again with the next wish")
    func failure() async {
        struct Locked: Error {}
        let (calls, call) = AsyncStream<String>.makeStream()
        let lifecycle = Lifecycle(
            rest: {},
            resume: {
                call.yield("tried")
                throw Locked()
            },
            failed: { _ in call.yield("told") })
        await lifecycle.go(to: .resting)
        await lifecycle.go(to: .running)
        await lifecycle.go(to: .running)
        call.finish()
        var heard: [String] = []
        for await what in calls { heard.append(what) }
        #expect(heard == ["tried", "told", "tried", "told"])
    }
}
