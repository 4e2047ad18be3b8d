package io.fieldkeep.bench

import kotlinx.coroutines.runBlocking
import java.io.File

/**
 * `MEASURE FOLDER SCHEMA SERVER TOKEN COUNT`: one measure a process, one JSON line a measure. The same program in Rust is
 * `harness/src/bench`; `cargo xtask bench` runs all in turn.
 */
fun main(arguments: Array<String>) = runBlocking {
    require(arguments.size == 6) { "MEASURE FOLDER SCHEMA SERVER TOKEN COUNT" }
    val place = Place(arguments[1], arguments[2], arguments[3], arguments[4])
    val count = arguments[5].toInt()
    val line = when (val what = arguments[0]) {
        "get" -> place.phone().use { measureReading(it, count) }
        "bare" -> measureBareReading(place, count)
        "save" -> place.phone().use { measureSaving(it, count) }
        "watch-record" -> place.phone().use { measureWatching(it, Watched.RECORD, Surroundings.QUIET, count) }
        "watch-record-pull" -> place.phone().use { measureWatching(it, Watched.RECORD, Surroundings.PULL, count) }
        "watch-list" -> place.phone().use { measureWatching(it, Watched.LIST, Surroundings.QUIET, count) }
        "watch-list-pull" -> place.phone().use { measureWatching(it, Watched.LIST, Surroundings.PULL, count) }
        "memory" -> place.phone().use { measureMemory(it, count) }
        else -> error("there is no measure $what")
    }
    println(line)
}

/** One line of JSON. Texts here need no escapes. */
internal fun lineOf(measure: String, vararg members: Pair<String, Any>): String {
    val all = listOf("language" to "Kotlin", "measure" to measure) + members
    return all.joinToString(",", "{", "}") { (name, value) ->
        "\"$name\":" + if (value is String) "\"$value\"" else value.toString()
    }
}

/** The value that [share] of all values do not exceed; zero when there are none. */
internal fun List<Double>.quantile(share: Double): Double {
    val rank = kotlin.math.ceil(size * share).toInt()
    return sorted().getOrElse((rank - 1).coerceAtLeast(0)) { 0.0 }
}

/** Milliseconds since [System.nanoTime] was [begunNs]. */
internal fun msSince(begunNs: Long): Double = (System.nanoTime() - begunNs) / 1e6

/**
 * Processor time that this process has used so far, in milliseconds, to ten: what others do on the machine is not in it,
 * what the virtual machine does beside is.
 */
internal fun cpuMs(): Double {
    // The name, in brackets, may have blanks. After it: the state, ten numbers, then user and system time.
    val rest = File("/proc/self/stat").readText().substringAfterLast(')').trim().split(' ')
    return rest.drop(11).take(2).sumOf { it.toDouble() } * MS_PER_TICK
}

private const val MS_PER_TICK = 10.0
