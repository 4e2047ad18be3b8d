package io.fieldkeep.bench

import io.fieldkeep.Fieldkeep
import io.fieldkeep.changed

/** Saves that only warm up. */
private const val WARM_UP = 200

/** Changes one field of [count] records, each in a transaction of its own that is on the disk when it returns. */
internal suspend fun measureSaving(keep: Fieldkeep, count: Int): String {
    keep.goOffline()
    val edits = keep.workOrders(WARM_UP + count).mapIndexed { number, order ->
        order.changed { text("billing_contact", "Contact $number") }
    }
    edits.take(WARM_UP).forEach { keep.commit(it) }
    val begunNs = System.nanoTime()
    edits.drop(WARM_UP).forEach { keep.commit(it) }
    return lineOf("save", "saves_per_s" to count / msSince(begunNs) * 1e3)
}
