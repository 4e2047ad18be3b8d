package io.fieldkeep.demo

import io.fieldkeep.DiscardPlan
import io.fieldkeep.KeepException
import io.fieldkeep.OutboxItem
import io.fieldkeep.WhyWaiting
import io.fieldkeep.demo.model.WorkOrder
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.withContext
import java.io.File

/** One operation that waits. */
data class OutboxRow(
    val operation: Long,
    val title: String,
    /** What it does. */
    val what: String,
    /** Why it waits. */
    val why: String,
    /** Since when, and until when where that is known. */
    val times: String,
    /** What waits for it; null when nothing does. */
    val blocks: String?,
    /** A person has to answer. */
    val needsReview: Boolean,
    val isPaused: Boolean,
    /** It is not on its way, so it can be paused and given up. */
    val isHere: Boolean,
    /** The job to look at; null when there is none. */
    val job: WorkOrder.Id?,
)

/** What "Sync now" is doing. */
data class SyncNow(val isRunning: Boolean = false, val report: String? = null)

/** All that would happen if an operation were given up. */
data class GivingUp(
    /** Handed back as it was shown. */
    val plan: DiscardPlan,
    /** What would not be sent, each in words. */
    val items: List<String>,
    /** Records of which nothing would be left. */
    val records: List<String>,
    /** Open reviews that would end. */
    val reviews: Int,
    /** Records about which a person would be asked. */
    val questions: List<String>,
    /** It is another plan than the one before. */
    val hasChanged: Boolean,
)

/** What waits on this device, and why. */
class OutboxModel(session: Session) : ScreenModel(session) {
    private val keep = session.keep
    private val syncing = MutableStateFlow(SyncNow())
    private val planned = MutableStateFlow<GivingUp?>(null)
    private val told = MutableStateFlow<String?>(null)

    /** Null until it was read. */
    val rows: StateFlow<List<OutboxRow>?> =
        session.live { watchRows() }.stateIn(scope, SharingStarted.Eagerly, null)

    val sync: StateFlow<SyncNow> = syncing

    /** What a person is about to give up; null when nothing. */
    val givingUp: StateFlow<GivingUp?> = planned

    /** Where the export is, or why there is none; null when there is nothing to tell. */
    val message: StateFlow<String?> = told

    /** Tries at once. A tap while it runs asks for nothing more. */
    fun syncNow() {
        if (!syncing.compareAndSet(syncing.value.copy(isRunning = false), SyncNow(isRunning = true))) return
        look(::tell) { tell(wordsFor(keep.syncNow())) }
    }

    /** Keeps it from being sent. */
    fun pause(row: OutboxRow) = save(row.title, ::tell) { keep.pause(row.operation) }

    /** Takes it up again. */
    fun unpause(row: OutboxRow) = save(row.title, ::tell) { keep.unpause(row.operation) }

    /** Shows all that would go with it, before anything is given up. */
    fun planGivingUp(row: OutboxRow) = look(::tell) { plan(row.operation, hasChanged = false) }

    fun forgetPlan() {
        planned.value = null
    }

    /** Gives up what the plan says, as it was shown. When something else would happen by now, that is shown instead. */
    fun giveUp(shown: GivingUp) = save("Give up", ::tell) {
        try {
            keep.discard(shown.plan)
            forgetPlan()
        } catch (_: KeepException.PlanChanged) {
            plan(shown.plan.operation, hasChanged = true)
        } catch (refusal: KeepException) {
            forgetPlan()
            throw refusal
        }
    }

    /** Writes all that waits to a file, for a support desk. Nothing is sent or removed. */
    fun export() = save("Export", { told.value = it }) {
        val file = File(session.exports, "unsent-${session.reader.stamp(keep.nowMs())}.jsonl")
        withContext(Dispatchers.IO) { session.exports.mkdirs() }
        val count = keep.exportUnsent(file)
        told.value = "${if (count == 1L) "1 change is" else "$count changes are"} written to ${file.path}"
    }

    fun forgetMessage() {
        told.value = null
    }

    fun open(row: OutboxRow) {
        if (row.needsReview) session.navigation.openReviews() else row.job?.let(session.navigation::openJob)
    }

    private suspend fun plan(operation: Long, hasChanged: Boolean) {
        planned.value = givingUp(keep.discardPlan(operation), hasChanged)
    }

    private suspend fun givingUp(plan: DiscardPlan, hasChanged: Boolean) = GivingUp(
        plan = plan,
        items = plan.items.map { "${keep.titleOf(it.record)}: ${wordsFor(it.kind, it.recordType, it.fields)}" },
        records = plan.records.map { keep.titleOf(it) },
        reviews = plan.reviews.size,
        questions = plan.questions.map { keep.titleOf(it.record) }.distinct(),
        hasChanged = hasChanged,
    )

    private fun tell(words: String) {
        syncing.value = SyncNow(report = words)
    }

    private fun watchRows(): Flow<List<OutboxRow>> = keep.watchOutbox().map { items ->
        val titles = items.associate { it.operation to keep.titleOf(it.record) }
        val nowMs = keep.nowMs()
        items.map { row(it, titles, nowMs) }
    }

    private suspend fun row(item: OutboxItem, titles: Map<Long, String>, nowMs: Long) = OutboxRow(
        operation = item.operation,
        title = titles.getValue(item.operation),
        what = wordsFor(item.kind, item.recordType, item.fields),
        why = wordsFor(item.why, whatItWaitsFor(item.why, titles)),
        times = times(item, nowMs),
        blocks = item.blocks.mapNotNull(titles::get).distinct().joinToString().ifEmpty { null },
        needsReview = item.why is WhyWaiting.Review,
        isPaused = item.why is WhyWaiting.Paused,
        isHere = item.why !is WhyWaiting.InFlight,
        job = keep.jobOf(item.record),
    )

    private suspend fun whatItWaitsFor(why: WhyWaiting, titles: Map<Long, String>): String? = when (why) {
        is WhyWaiting.BehindEarlier -> titles[why.operation]
        is WhyWaiting.BehindBarrier -> titles[why.operation]
        is WhyWaiting.Group -> titles[why.operation]
        is WhyWaiting.ForParent -> keep.titleOf(why.record)
        else -> null
    }

    private fun times(item: OutboxItem, nowMs: Long): String {
        val since = "Since ${session.reader.moment(item.madeMs, nowMs)}"
        val tries = if (item.attempts > 0) ", tried ${item.attempts}×" else ""
        val next = dueMs(item.why)?.let { ", next try at ${session.reader.exactly(it)}" }.orEmpty()
        return since + tries + next
    }
}
