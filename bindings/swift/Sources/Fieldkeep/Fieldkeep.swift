import FieldkeepTypes

/// One user's work on this device.
///
/// No call blocks the caller's thread. Those that write finish once begun: a cancelled task never loses a save, and a task
/// that was cancelled before gets `CancellationError` with nothing written. Errors are ``KeepError`` and ``OpenError``, by
/// what the caller can do.
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
    }

    /// Opens a user's folder, making it if need be, and goes on where the last process stopped.
    ///
    /// - Throws: ``OpenError``; nothing in the folder was changed then.
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

    /// A person pressed "Sync now": tries at once and says what the server answered. A cancelled task stops waiting; the
    /// sync itself goes on.
    public func syncNow() async throws -> SyncReport {
        let core = core
        return try await calls.wait { try core.syncNow() }
    }

    /// "Sync now" for one record, with a report on that record alone.
    public func syncNow(_ id: RecordId) async throws -> SyncReport {
        let core = core
        return try await calls.wait { try core.syncRecord(id: id) }
    }

    /// Works for at most so long, for a background task of the system. A cancelled task stops waiting; the work goes on.
    public func runUntil(within limit: Duration) async throws -> SliceReport {
        let core = core
        return try await calls.wait { try core.runUntil(withinMs: limit.wholeMilliseconds) }
    }

    /// How long from now ``runUntil(within:)`` should be called next; nil when only an event brings work.
    public func nextWake() async throws -> Duration? {
        let core = core
        return try await calls.read { try core.nextWake().map { .milliseconds($0) } }
    }

    /// Closes all files and locks within that time, so that the system may freeze the process. Until ``resume()``, calls
    /// that need the files throw ``KeepError/Suspended``.
    public func suspend(within limit: Duration) async throws {
        let core = core
        try await calls.step { try core.suspend(withinMs: limit.wholeMilliseconds) }
    }

    /// Opens the files again and goes on.
    ///
    /// - Throws: ``OpenError``.
    public func resume() async throws {
        let core = core
        try await calls.step { try core.resume() }
    }

    /// Closes for good. May be called twice. Sequences end, and every call after it throws ``KeepError/Closed``.
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
}

extension Duration {
    /// Rounded towards zero.
    var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
