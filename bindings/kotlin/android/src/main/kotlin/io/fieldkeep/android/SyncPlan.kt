package io.fieldkeep.android

import io.fieldkeep.SliceReport
import io.fieldkeep.SyncOutcome

/** When the next background job shall run. */
internal data class SyncPlan(
    /** Not before so many milliseconds from now. */
    val latencyMs: Long,
)

/**
 * What comes after a background slice; null when only an event inside the app brings more work, such as an edit, a sign-in
 * or an answer to a review. A job always waits for a network, so without one it needs no time.
 */
internal fun planAfter(report: SliceReport): SyncPlan? {
    val nextWakeMs = report.nextWakeMs
    return when {
        report.sync.outcome is SyncOutcome.Offline -> if (report.sync.waiting > 0) SyncPlan(0) else null

        nextWakeMs != null -> SyncPlan(nextWakeMs.coerceIn(0, LONGEST_LATENCY_MS))

        // The slice was cut short, and the rest has no time of its own.
        report.sync.outcome is SyncOutcome.OutOfTime -> SyncPlan(0)

        else -> null
    }
}

/** A phone's clock may be wrong by years; a day later we look again. */
private const val LONGEST_LATENCY_MS = 24L * 60 * 60 * 1000
