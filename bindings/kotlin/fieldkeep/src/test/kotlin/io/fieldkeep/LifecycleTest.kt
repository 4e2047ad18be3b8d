package io.fieldkeep

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.io.File
import java.nio.file.Files
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

/** Suspended, resumed, closed. */
class LifecycleTest {
    @Test
    fun `B24 suspending in the middle of everything closes all files in time`() = runBlocking<Unit> {
        Site().use { site ->
            site.office { ask("""{"do":"load","work_orders":200}""") }
            site.behave("""{"do":"limits","page_entries":2}""")
            val folder = site.folder("phone")
            site.phone(folder = folder).use { keep ->
                keep.watch(query("customer")).first { it.records.isNotEmpty() }
                val firstSaved = CompletableDeferred<Unit>()
                val saved = async(Dispatchers.Default) { saveUntilSuspended(keep, firstSaved) }
                firstSaved.await()
                val took = measureTime { keep.suspendWithin(3_000) }
                assertTrue(took < 8.seconds, "it took $took")
                assertEquals(emptyList(), openFilesIn(folder))
                assertFailsWith<KeepException.Suspended> { keep.find(query("customer")) }
                val count = saved.await()
                keep.resume()
                assertEquals(SyncOutcome.Done, keep.syncNow().outcome)
                val expected = site.records("customer").map { it.text("server_id") }.toSet()
                assertEquals(expected, keep.find(query("customer", limit = 1_000)).records.map { it.serverId }.toSet())
                assertEquals(200, keep.find(query("work_order", limit = 1_000)).records.size)
                val names = site.records("customer").filter { "saved" in it.toString() }
                assertEquals(count, names.size, "every save has arrived once")
            }
        }
    }

    @Test
    fun `B24 a cancelled coroutine suspends in its finally`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val screen = launch(start = CoroutineStart.UNDISPATCHED) {
                    try {
                        awaitCancellation()
                    } finally {
                        keep.suspendWithin(3_000)
                    }
                }
                screen.cancelAndJoin()
                assertFailsWith<KeepException.Suspended> { keep.outbox() }
            }
        }
    }

    @Test
    fun `B25 after close every call has a typed error and every flow ends`() = runBlocking<Unit> {
        Site().use { site ->
            val keep = site.phone()
            val id = keep.customer("Hansa")
            val flows = mapOf(
                "record" to keep.watch(id),
                "list" to keep.watch(query("customer")),
                "state" to keep.watchState(),
                "state of a record" to keep.watchState(id),
                "outbox" to keep.watchOutbox(),
                "reviews" to keep.watchReviews(),
            )
            val running = flows.values.map { flow ->
                val begun = CompletableDeferred<Unit>()
                begun to launch { flow.onEach { begun.complete(Unit) }.collect() }
            }
            running.forEach { (begun, _) -> begun.await() }
            keep.close()
            running.forEach { (_, watching) -> watching.join() }
            assertTrue(running.none { (_, watching) -> watching.isCancelled }, "each ended by itself")
            for ((name, flow) in flows) assertFailsWith<KeepException.Closed>(name) { flow.collect() }
            for ((name, call) in callsOf(keep, id)) assertFailsWith<KeepException.Closed>(name) { call() }
            assertIs<OpenException.Closed>(runCatching { keep.resume() }.exceptionOrNull())
            keep.close()
        }
    }

    private suspend fun saveUntilSuspended(keep: Fieldkeep, firstSaved: CompletableDeferred<Unit>): Int {
        var saved = 0
        while (true) {
            val outcome = runCatching { keep.customer("saved $saved") }
            if (outcome.exceptionOrNull() is KeepException.Suspended) return saved
            outcome.getOrThrow()
            saved += 1
            firstSaved.complete(Unit)
        }
    }

    private fun openFilesIn(folder: File): List<String> = checkNotNull(File("/proc/self/fd").listFiles())
        // One that was closed while we looked is not open.
        .mapNotNull { runCatching { Files.readSymbolicLink(it.toPath()).toString() }.getOrNull() }
        .filter { it.startsWith(folder.path) }

    private fun callsOf(keep: Fieldkeep, id: RecordId): Map<String, suspend () -> Unit> = mapOf(
        "commit" to { keep.customer("Weber") },
        "get" to { keep.get(id) },
        "getByServerId" to { keep.getByServerId("customer", "C-000001") },
        "find" to { keep.find(query("customer")) },
        "state" to { keep.state() },
        "outbox" to { keep.outbox() },
        "reviews" to { keep.reviews() },
        "history" to { keep.history(id) },
        "saveDraft" to { keep.saveDraft("form", "{}") },
        "draft" to { keep.draft("form") },
        "discardDraft" to { keep.discardDraft("form") },
        "nowMs" to { keep.nowMs() },
        "conditions" to { keep.goOffline() },
        "tokenChanged" to { keep.tokenChanged() },
        "syncNow" to { keep.syncNow() },
        "runUntil" to { keep.runUntil(1) },
        "nextWake" to { keep.nextWake() },
        "suspendWithin" to { keep.suspendWithin(1) },
    )
}
