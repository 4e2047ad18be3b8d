package io.fieldkeep.bench

import io.fieldkeep.Fieldkeep
import io.fieldkeep.RecordId
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import java.io.File

/** Subscriptions at a time. */
private const val ROUND = 100

/** Reads for each subscription. */
private const val READS = 10

/**
 * Subscribes [count] times, waits for the first value and cancels, and reads ten times as many records. Says what the
 * process holds after the first hundred, half-way and at the end: all of it, and the objects of the Java heap alone.
 */
internal suspend fun measureMemory(keep: Fieldkeep, count: Int): String {
    keep.goOffline()
    val ids = keep.workOrders(PAGE).map { it.id }
    keep.round(ids)
    val first = Held.now()
    repeat(count / ROUND / 2 - 1) { keep.round(ids) }
    val half = Held.now()
    repeat(count / ROUND - count / ROUND / 2) { keep.round(ids) }
    val end = Held.now()
    return lineOf(
        "memory",
        "first_kb" to first.residentKb,
        "half_kb" to half.residentKb,
        "end_kb" to end.residentKb,
        "first_heap_kb" to first.heapKb,
        "half_heap_kb" to half.heapKb,
        "end_heap_kb" to end.heapKb,
    )
}

private suspend fun Fieldkeep.round(ids: List<RecordId>) {
    coroutineScope { ids.take(ROUND).map { async { watch(it).first() } }.awaitAll() }
    repeat(ROUND * READS) { checkNotNull(get(ids[it % PAGE])) }
}

/** Memory of this process, in kilobytes. */
private class Held(val residentKb: Long, val heapKb: Long) {
    companion object {
        fun now(): Held {
            val runtime = Runtime.getRuntime()
            // Objects that hold native memory give it back when they are found to be garbage.
            repeat(3) { System.gc() }
            val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS:") }
            return Held(line.filter(Char::isDigit).toLong(), (runtime.totalMemory() - runtime.freeMemory()) / 1_024)
        }
    }
}
