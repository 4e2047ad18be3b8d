import FieldkeepTypes

/// One user's work on this device.
///
/// No call blocks the caller's thread. Those that write finish once begun: a cancelled task never loses a save, and a task
/// that was cancelled before gets `CancellationError` with nothing written. Errors are ``KeepError`` and ``OpenError``, by
/// what the caller can do.
///
/// One object has a folder to itself until ``close()`` has returned. Call that when a user signs out or changes: only then it
/// is certain that the folder can be opened again. Letting go of the last reference closes, too, and waits for it at most
/// one second, since a `deinit` cannot be awaited; what takes longer, such as a save under way, is finished behind it.
public final class Fieldkeep: Sendable {
    let core: FieldkeepCore
    let calls: Calls
    let subscriptions = Subscriptions()

    private init(core: FieldkeepCore, calls: Calls) {
        self.core = core
        self.calls = calls
    }

    deinit {
        subscriptions.close()
        // Calls that nobody waits for any more still refer to the core, and would keep the folder in use for a while.
        let core = core
        calls.briefly { core.shutDown() }
    }

    /// Opens a user's folder, making it if need be, and goes on where the last process stopped.
    ///
    /// - Throws: ``OpenError``; nothing in the folder was changed then, unless a damaged file was moved aside:
    ///   ``OpenError/Damaged(words:keptAt:)`` says where it lies, and the next call begins with an empty store.
    public static func open(_ options: Options) async throws -> Fieldkeep {
        let calls = Calls()
        let core = try await calls.step {
            try FieldkeepCore.open(config: options.config, tokens: HostTokens(options.tokens))
        }
        return Fieldkeep(core: core, calls: calls)
    }

    /// This device's name, made when the folder was made.
    public var device: String { core.device() }

    /// An id for a record to be created, where other edits of the same commit refer to it.
    public func newRecordId() -> RecordId {
        core.newRecordId()
    }

    /// Somebody has signed in: a token is there that was not there before.
    ///
    /// - Throws: ``KeepError/Closed``.
    public func tokenChanged() async throws {
        let core = core
        try await calls.step { try core.tokenChanged() }
    }

    /// Tells what the phone's network and battery are like. Call it whenever that changes.
    public func conditions(_ conditions: Conditions) async throws {
        let core = core
        try await calls.step { try core.conditions(conditions: conditions) }
    }

    /// A person pressed "Sync now": tries at once and says what the server answered. A cancelled task stops waiting; a sync
    /// that was begun goes on.
    public func syncNow() async throws -> SyncReport {
        let core = core
        return try await calls.sync { try core.syncNow() }
    }

    /// "Sync now" for one record, with a report on that record alone.
    public func syncNow(_ id: RecordId) async throws -> SyncReport {
        let core = core
        return try await calls.sync { try core.syncRecord(id: id) }
    }

    /// Works for at most so long, for a background task of the system. A cancelled task stops waiting; work that was begun
    /// goes on.
    public func runUntil(within limit: Duration) async throws -> SliceReport {
        let core = core
        let asked = ContinuousClock.now
        return try await calls.slice {
            // The time until a thread was free counts as well.
            let waited = asked.duration(to: .now).wholeMilliseconds
            return try core.runUntil(withinMs: max(0, limit.wholeMilliseconds) - waited)
        }
    }

    /// How long from now ``runUntil(within:)`` should be called next; nil when only an event brings work.
    public func nextWake() async throws -> Duration? {
        let core = core
        return try await calls.read { try core.nextWake().map { .milliseconds($0) } }
    }

    /// Closes all files and locks within that time, so that the system may freeze the process. Until ``resume()``, calls
    /// that need the files throw ``KeepError/Suspended``. A cancelled task does it, too: it is how background work cleans up.
    public func suspend(within limit: Duration) async throws {
        let core = core
        try await calls.always { Result { try core.suspend(withinMs: limit.wholeMilliseconds) } }.get()
    }

    /// Opens the files again and goes on.
    ///
    /// - Throws: ``OpenError``.
    public func resume() async throws {
        let core = core
        try await calls.step { try core.resume() }
    }

    /// Closes for good. May be called twice. Sequences end, and every call after it throws ``KeepError/Closed``. A cancelled
    /// task does it, too.
    public func close() async {
        let core = core
        subscriptions.close()
        await calls.always { core.shutDown() }
    }

    /// Corrected device time, milliseconds since 1970 UTC: the clock of all times in states.
    public func nowMs() async throws -> Int64 {
        let core = core
        return try await calls.read { try core.nowMs() }
    }

    /// The sentence for a state, now. Render again at ``Sentence/changesAtMs``.
    public func sentence(_ state: SyncState, locale: ReaderLocale = .current) async throws -> Sentence {
        let core = core
        return try await calls.read { sentenceOf(state: state, nowMs: try core.nowMs(), locale: locale) }
    }
    /// The sentence of every part of a state, now, in the order of ``SyncState/parts``: the headline's is the first.
    public func sentences(_ state: SyncState, locale: ReaderLocale = .current) async throws -> [Sentence] {
        let core = core
        return try await calls.read { sentencesOf(state: state, nowMs: try core.nowMs(), locale: locale) }
    }
}
