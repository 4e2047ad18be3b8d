package io.fieldkeep.bench

import io.fieldkeep.AccessToken
import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.Fieldkeep
import io.fieldkeep.NetworkKind
import io.fieldkeep.ffi.FieldkeepCore
import io.fieldkeep.ffi.OpenConfig
import io.fieldkeep.ffi.TokenSource
import io.fieldkeep.query

/** Pages read; the first ones only warm up. */
private const val PAGES = 25
private const val WARM_PAGES = 10

/** Reads [count] records one by one, once to warm up and once to measure, and then pages of a thousand. */
internal suspend fun measureReading(keep: Fieldkeep, count: Int): String {
    keep.goOffline()
    val ids = keep.workOrders(PAGE).map { it.id }
    repeat(count) { checkNotNull(keep.get(ids[it % PAGE])) }
    val (begunNs, begunCpuMs) = Pair(System.nanoTime(), cpuMs())
    repeat(count) { checkNotNull(keep.get(ids[it % PAGE])) }
    val (totalMs, totalCpuMs) = Pair(msSince(begunNs), cpuMs() - begunCpuMs)
    val query = query("work_order", limit = PAGE)
    var warmCpuMs = 0.0
    val pagesMs = List(PAGES) { number ->
        if (number == WARM_PAGES) warmCpuMs = cpuMs()
        val pageBegunNs = System.nanoTime()
        val page = keep.find(query)
        check(page.records.size == PAGE) { "the page is not full" }
        msSince(pageBegunNs)
    }
    val pageCpuMs = (cpuMs() - warmCpuMs) / (PAGES - WARM_PAGES)
    return lineOf(
        "get",
        "us_per_call" to totalMs * 1e3 / count,
        "cpu_us_per_call" to totalCpuMs * 1e3 / count,
        "page_ms" to pagesMs.drop(WARM_PAGES).quantile(0.5),
        "page_cpu_ms" to pageCpuMs,
    )
}

/**
 * The same single reads straight through the generated code, on one thread: what crossing over costs without coroutines.
 */
internal fun measureBareReading(place: Place, count: Int): String {
    val config = OpenConfig(place.folder, "ana", place.schemaJson, place.server, emptyList())
    FieldkeepCore.open(config, NobodySignedIn).use { core ->
        core.conditions(Conditions(NetworkKind.NONE, Battery.OK))
        val ids = core.find(query("work_order", limit = PAGE)).records.map { it.id }
        repeat(count) { checkNotNull(core.get(ids[it % PAGE])) }
        val (begunNs, begunCpuMs) = Pair(System.nanoTime(), cpuMs())
        repeat(count) { checkNotNull(core.get(ids[it % PAGE])) }
        val (totalMs, totalCpuMs) = Pair(msSince(begunNs), cpuMs() - begunCpuMs)
        core.shutDown()
        return lineOf(
            "bare",
            "us_per_call" to totalMs * 1e3 / count,
            "cpu_us_per_call" to totalCpuMs * 1e3 / count,
        )
    }
}

private object NobodySignedIn : TokenSource {
    override fun current(): AccessToken? = null

    override fun refresh(stale: ULong): AccessToken? = null
}
