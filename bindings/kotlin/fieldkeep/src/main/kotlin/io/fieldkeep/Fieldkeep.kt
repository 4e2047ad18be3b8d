package io.fieldkeep

import io.fieldkeep.ffi.FieldkeepCore
import io.fieldkeep.ffi.HostException
import io.fieldkeep.ffi.OpenConfig
import io.fieldkeep.ffi.TokenSource
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.withContext
import java.io.File

/** What a [Fieldkeep] is opened with. */
class Options(
    /** The user's own folder, made if need be. Exclude it from backups. */
    val folder: String,
    /** Whose work it is. A folder belongs to one user for ever. */
    val user: String,
    /** The schema, as JSON. */
    val schemaJson: String,
    /** The server's address, such as `https://field.example.com`. */
    val server: String,
    /** Hands out bearer tokens. */
    val tokens: Tokens,
    /** Certificates (DER) that are trusted besides Mozilla's: for a server with a private authority. */
    val privateRoots: List<ByteArray> = emptyList(),
    /** Where calls that touch the disk run. Never the main thread. What waits for the network has threads of its own. */
    val dispatcher: CoroutineDispatcher = Dispatchers.IO,
)

/** Hands out bearer tokens. Called from any thread, also from several at once. */
interface Tokens {
    /** The token to use now; null when nobody is signed in. Must return at once and must not call Fieldkeep. */
    fun current(): AccessToken?

    /** A token newer than the generation [stale], made if need be; null when the person has to sign in. May block. */
    fun refresh(stale: ULong): AccessToken?
}

/**
 * One user's work on this device.
 *
 * Suspending functions run on [Options.dispatcher]. Those that write finish once begun and then return their result:
 * they throw `CancellationException` only when nothing was written. Flows give the newest value at once and then every
 * change, a storm folded into the latest; collecting no more ends the watching, and [close] ends the flows.
 */
class Fieldkeep private constructor(private val core: FieldkeepCore, private val dispatcher: CoroutineDispatcher) :
    AutoCloseable {
    private val live = LiveFlows()

    // Two: a slice keeps to its time also while syncs whose callers have gone still wait for a server.
    private val syncs = networkLane("fieldkeep-sync")
    private val slices = networkLane("fieldkeep-slice")

    /** This device's name, made when the folder was made. */
    val device: String get() = core.device()

    /** An id for a record to be created, where other edits of the same commit refer to it. */
    fun newRecordId(): RecordId = core.newRecordId()

    /**
     * Keeps edits, all or none. When it returns they are durable on this device, and will reach the server or a person.
     *
     * @throws KeepException nothing was written then
     */
    suspend fun commit(edits: List<Edit>, options: CommitOptions = commitOptions()): Receipt =
        write { core.commit(edits, options) }

    /** The same for one edit. */
    suspend fun commit(edit: Edit, options: CommitOptions = commitOptions()): Receipt = commit(listOf(edit), options)

    /** A record by its id; null when it is not on this device. */
    suspend fun get(id: RecordId): Record? = read { core.get(id) }

    /** A record by the server's id of it; null when it is not on this device. */
    suspend fun getByServerId(recordType: String, serverId: String): Record? =
        read { core.getByServerId(recordType, serverId) }

    /** One page of a list. */
    suspend fun find(query: Query): RecordPage = read { core.find(query) }

    /** The state of a record with those that belong to it; null for an unknown record. */
    suspend fun state(root: RecordId): SyncState? = read { core.state(root) }

    /** The state of the whole device. */
    suspend fun state(): SyncState = read { requireNotNull(core.state(null)) }

    /** Everything that waits, in the order in which it was made. */
    suspend fun outbox(): List<OutboxItem> = read { core.outbox() }

    /**
     * Writes everything that was not sent to a new file, for people and support desks: a line of JSON that says whose it is,
     * then one for each operation, with the values typed. Nothing is sent or removed.
     *
     * @return how many operations there were
     * @throws KeepException.BadRequest there is such a file already
     * @throws KeepException it cannot be written; what was written of it is left
     */
    suspend fun exportUnsent(to: File): Long = write { core.exportUnsent(to.path).toLong() }

    /**
     * Damaged databases that were moved aside when this folder was opened, oldest first: work that was not sent may be in
     * them.
     */
    suspend fun damagedFiles(): List<File> = read { core.damagedFiles().map(::File) }

    /** All open reviews, oldest first. */
    suspend fun reviews(): List<Review> = read { core.reviews() }

    /** What happened to a record on this device, oldest first. */
    suspend fun history(id: RecordId): List<HistoryEntry> = read { core.history(id) }

    /** A person's answer to a [review] as it was shown. */
    suspend fun resolve(review: Review, answer: Resolve) = write { core.resolve(review.id, review.theirsRev, answer) }

    /** Keeps an operation, and all that is sent together with it, from being sent until [unpause]. */
    suspend fun pause(operation: Long) = write { core.pause(operation) }

    /** Takes a paused operation up again, with all that is sent together with it. */
    suspend fun unpause(operation: Long) = write { core.unpause(operation) }

    /** What would happen if this operation were given up: show it before [discard]. Changes nothing. */
    suspend fun discardPlan(operation: Long): DiscardPlan = read { core.discardPlan(operation) }

    /**
     * Gives up what a person has seen in the [plan] and wants given up.
     *
     * @throws KeepException.PlanChanged something else would happen by now; nothing was given up
     */
    suspend fun discard(plan: DiscardPlan) = write { core.discard(plan) }

    /** Keeps a half-filled form for a [record] as it is shown, or a new one. A commit that names it removes it. */
    suspend fun saveDraft(form: String, fields: String, record: Record? = null) =
        write { core.saveDraft(form, record?.id, record?.seen, fields) }

    /** Keeps a draft again with other [fields]. What the person saw stays what it was when the form opened. */
    suspend fun saveDraft(draft: Draft, fields: String) =
        write { core.saveDraft(draft.form, draft.record, draft.seen, fields) }

    /** The draft of a form, if there is one. */
    suspend fun draft(form: String): Draft? = read { core.draft(form) }

    /** Throws a draft away. */
    suspend fun discardDraft(form: String) = write { core.discardDraft(form) }

    /** Watches a record; null while it is not on this device. */
    fun watch(id: RecordId): Flow<Record?> = updates(WatchTarget.Record(id)).map { (it as Update.Record).record }

    /** Watches a list. */
    fun watch(query: Query): Flow<RecordPage> = updates(WatchTarget.Records(query)).map { (it as Update.Records).page }

    /** Watches the state of a record with those that belong to it; null while it is not on this device. */
    fun watchState(root: RecordId): Flow<SyncState?> =
        updates(WatchTarget.State(root)).map { (it as Update.State).state }

    /** Watches the state of the whole device. */
    fun watchState(): Flow<SyncState> = updates(WatchTarget.State(null)).map {
        requireNotNull((it as Update.State).state)
    }

    /** Watches what waits. */
    fun watchOutbox(): Flow<List<OutboxItem>> = updates(WatchTarget.Outbox).map { (it as Update.Outbox).items }

    /** Watches the open reviews. */
    fun watchReviews(): Flow<List<Review>> = updates(WatchTarget.Reviews).map { (it as Update.Reviews).reviews }

    /** The sentence for a state, now. Render again at [Sentence.changesAtMs]. */
    suspend fun sentence(state: SyncState, locale: ReaderLocale): Sentence =
        read { io.fieldkeep.ffi.sentenceOf(state, core.nowMs(), locale) }

    /** The sentence of every part of a state, now, in the order of [SyncState.parts]: the headline's is the first. */
    suspend fun sentences(state: SyncState, locale: ReaderLocale): List<Sentence> =
        read { io.fieldkeep.ffi.sentencesOf(state, core.nowMs(), locale) }

    /** Corrected device time, milliseconds since 1970 UTC: the clock of all times in states. */
    suspend fun nowMs(): Long = read { core.nowMs() }

    /** Tells what the phone's network and battery are like. Call it whenever that changes. */
    suspend fun conditions(conditions: Conditions) = write { core.conditions(conditions) }

    /** Somebody has signed in: a token is there that was not there before. */
    fun tokenChanged() = core.tokenChanged()

    /** A person pressed "Sync now". A cancelled coroutine stops waiting; the sync itself goes on. */
    suspend fun syncNow(): SyncReport = network(syncs) { core.syncNow() }

    /** "Sync now" for one record, with a report on that record alone. */
    suspend fun syncNow(id: RecordId): SyncReport = network(syncs) { core.syncRecord(id) }

    /** Works for at most so long, for a background task of the host. */
    suspend fun runUntil(withinMs: Long): SliceReport = network(slices) { core.runUntil(withinMs) }

    /** When [runUntil] should be called next, milliseconds from now; null when only an event brings work. */
    suspend fun nextWake(): Long? = read { core.nextWake() }

    /**
     * Closes all files and locks within that time, so that the system may freeze the process. Also in a cancelled coroutine:
     * it may stand in a `finally`.
     */
    suspend fun suspendWithin(withinMs: Long) = regardless(dispatcher) { core.suspend(withinMs) }

    /**
     * Opens the files again and goes on.
     *
     * @throws OpenException as for [open]; [OpenException.Closed] after [close]
     */
    suspend fun resume() = write { core.resume() }

    /**
     * Closes for good. May be called twice; every call after it throws [KeepException.Closed], and every flow ends.
     * Blocks briefly.
     */
    override fun close() {
        core.shutDown()
        live.end()
    }

    private fun updates(target: WatchTarget): Flow<Update> = watching(core, live, target, dispatcher)

    private suspend fun <T> read(call: () -> T): T = withContext(dispatcher) { asking(call = call) }

    private suspend fun <T> write(call: () -> T): T = wholly(dispatcher) { asking(call = call) }

    private suspend fun <T> network(lane: CoroutineDispatcher, call: () -> T): T =
        abandonable(lane) { asking(call = call) }

    companion object {
        /**
         * Opens a user's folder, making it if need be, and goes on where the last process stopped. For a caller that is
         * cancelled meanwhile the folder is closed again.
         *
         * @throws OpenException nothing in the folder was changed then, unless a damaged file was moved aside:
         *   [OpenException.Damaged] says where it lies, and the next call begins with an empty store
         */
        suspend fun open(options: Options): Fieldkeep {
            val opened = wholly(options.dispatcher) { asking(OpenException::SetUp) { opened(options) } }
            try {
                currentCoroutineContext().ensureActive()
            } catch (gone: CancellationException) {
                // It would see nothing of it, and so nobody would ever close it.
                regardless(options.dispatcher, opened::close)
                throw gone
            }
            return opened
        }

        private fun opened(options: Options): Fieldkeep {
            val config = OpenConfig(
                options.folder,
                options.user,
                options.schemaJson,
                options.server,
                options.privateRoots,
            )
            return Fieldkeep(FieldkeepCore.open(config, HostTokens(options.tokens)), options.dispatcher)
        }
    }
}

private class HostTokens(private val tokens: Tokens) : TokenSource {
    override fun current() = asHost { tokens.current() }

    override fun refresh(stale: ULong) = asHost { tokens.refresh(stale) }

    private fun asHost(call: () -> AccessToken?): AccessToken? = try {
        call()
    } catch (failure: Throwable) {
        // Also an error, and by its class alone: what does not fit the crossing would leave the core without an answer.
        throw HostException.Failed(failure.javaClass.name)
    }
}
