package io.fieldkeep.demo

import io.fieldkeep.OutboxItem
import io.fieldkeep.WhyWaiting
import io.fieldkeep.demo.model.WorkOrder
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn

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
    /** The job to look at; null when there is none. */
    val job: WorkOrder.Id?,
)

/** What "Sync now" is doing. */
data class SyncNow(val isRunning: Boolean = false, val report: String? = null)

/** What waits on this device, and why. */
class OutboxModel(session: Session) : ScreenModel(session) {
    private val keep = session.keep
    private val syncing = MutableStateFlow(SyncNow())

    /** Null until it was read. */
    val rows: StateFlow<List<OutboxRow>?> =
        session.live { watchRows() }.stateIn(scope, SharingStarted.Eagerly, null)

    val sync: StateFlow<SyncNow> = syncing

    /** Tries at once. A tap while it runs asks for nothing more. */
    fun syncNow() {
        if (!syncing.compareAndSet(syncing.value.copy(isRunning = false), SyncNow(isRunning = true))) return
        act({ words -> syncing.value = SyncNow(report = words) }) {
            val words = wordsFor(keep.syncNow())
            syncing.value = SyncNow(report = words)
        }
    }

    fun open(row: OutboxRow) {
        if (row.needsReview) session.navigation.openReviews() else row.job?.let(session.navigation::openJob)
    }

    private fun watchRows(): Flow<List<OutboxRow>> = keep.watchOutbox().map { items ->
        val titles = items.associate { it.operation to keep.titleOf(it.record) }
        val nowMs = keep.nowMs()
        items.map { row(it, titles, nowMs) }
    }

    private suspend fun row(item: OutboxItem, titles: Map<Long, String>, nowMs: Long) = OutboxRow(
        operation = item.operation,
        title = titles.getValue(item.operation),
        what = wordsFor(item),
        why = wordsFor(item.why, whatItWaitsFor(item.why, titles)),
        times = times(item, nowMs),
        blocks = item.blocks.mapNotNull(titles::get).distinct().joinToString().ifEmpty { null },
        needsReview = item.why is WhyWaiting.Review,
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
