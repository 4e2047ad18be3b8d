package io.fieldkeep.bench

import io.fieldkeep.Fieldkeep
import io.fieldkeep.KeepException
import io.fieldkeep.Record
import io.fieldkeep.RecordId
import io.fieldkeep.asText
import io.fieldkeep.ascending
import io.fieldkeep.changed
import io.fieldkeep.get
import io.fieldkeep.newRecord
import io.fieldkeep.query
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.produceIn
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout

/** Changes that only warm up. */
private const val WARM_UP = 10

/** Between two changes, so that each is told by itself. */
private const val PACE_MS = 10L

/** One process does not go on for longer; fewer changes are measured then. */
private const val LIMIT_MS = 30_000L

/** A value that has not come by then never comes. */
private const val PATIENCE_MS = 60_000L

/** What is watched. */
internal enum class Watched {
    /** The record that is changed. */
    RECORD,

    /** A list that it is the first of. */
    LIST,
}

/** What else goes on. */
internal enum class Surroundings {
    /** Nothing: there is no network. */
    QUIET,

    /** The first download of all that the server has; the changes are sent, too. */
    PULL,
}

/**
 * Changes a record [count] times, and takes the time from the return of each save to the new value, and from its call.
 * Beside a download it stops when that has ended.
 */
internal suspend fun measureWatching(keep: Fieldkeep, watched: Watched, around: Surroundings, count: Int): String =
    coroutineScope {
        if (around == Surroundings.QUIET) keep.goOffline()
        val id = keep.commit(newRecord("customer") { text("name", name(0)) }).records.single()
        val told = keep.watch(watched, id).produceIn(this)
        var newest = told.untilNamed(name(0))
        val download = if (around == Surroundings.PULL) launch(Dispatchers.Default) { keep.download() } else null
        val (afterSaveMs, afterCallMs) = Pair(mutableListOf<Double>(), mutableListOf<Double>())
        val begunNs = System.nanoTime()
        for (number in 1..WARM_UP + count) {
            if (msSince(begunNs) > LIMIT_MS || download.hasEnded) break
            val edit = newest.changed { text("name", name(number)) }
            val calledNs = System.nanoTime()
            keep.commit(edit)
            val savedNs = System.nanoTime()
            newest = told.untilNamed(name(number))
            if (number > WARM_UP) {
                afterSaveMs += msSince(savedNs)
                afterCallMs += msSince(calledNs)
            }
            delay(PACE_MS)
        }
        val besidePull = download != null && !download.hasEnded
        told.cancel()
        keep.close()
        lineOf(
            "watch",
            "samples" to afterSaveMs.size,
            "beside_pull" to besidePull,
            "p50_ms" to afterSaveMs.quantile(0.5),
            "p99_ms" to afterSaveMs.quantile(0.99),
            "p50_from_call_ms" to afterCallMs.quantile(0.5),
            "p99_from_call_ms" to afterCallMs.quantile(0.99),
        )
    }

private val Job?.hasEnded get() = this?.isCompleted == true

/** Closing ends it half-way. */
private suspend fun Fieldkeep.download() = try {
    syncNow()
} catch (_: KeepException) {
    null
}

/** Sorts before the names of the working set. */
private fun name(number: Int) = "A0000 $number"

private fun Fieldkeep.watch(watched: Watched, id: RecordId): Flow<Record?> = when (watched) {
    Watched.RECORD -> watch(id)

    Watched.LIST -> watch(query("customer", ascending("name"), limit = 100)).map { page ->
        page.records.firstOrNull { it.id == id }
    }
}

private suspend fun ReceiveChannel<Record?>.untilNamed(name: String): Record = withTimeout(PATIENCE_MS) {
    var record = receive()
    while (record == null || record["name"]?.asText != name) record = receive()
    record
}
