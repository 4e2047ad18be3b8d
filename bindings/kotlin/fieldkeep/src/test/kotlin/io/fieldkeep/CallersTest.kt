package io.fieldkeep

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Timeout
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Many callers at once, and callers that go away. */
class CallersTest {
    @Test
    fun `B20 three hundred callers save and read at the same time`() = runBlocking<Unit> {
        Site().use { site ->
            Executors.newFixedThreadPool(CALLERS).asCoroutineDispatcher().use { threads ->
                Fieldkeep.open(site.options(dispatcher = threads)).use { keep ->
                    val saved = allAtOnce(keep, CyclicBarrier(CALLERS))
                    assertEquals(CALLERS, saved.toSet().size)
                    assertEquals(SyncOutcome.Done, keep.syncNow().outcome)
                    val page = keep.find(query("customer", limit = 1_000))
                    assertEquals(saved.toSet(), page.records.map { it.id }.toSet())
                    assertEquals(CALLERS, site.records("customer").size, "every save is there once")
                }
            }
        }
    }

    @Test
    fun `B26 a save that was begun is there and one that was not is not there at all`() = runBlocking<Unit> {
        Site().use { site ->
            Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { one ->
                Fieldkeep.open(site.options(dispatcher = one)).use { keep ->
                    keep.goOffline()
                    assertThereExactlyWhenItReturned(keep)
                    // The only thread is busy: what is called now is not begun.
                    val release = CountDownLatch(1)
                    one.executor.execute(release::await)
                    val id = keep.newRecordId()
                    val queued = launch(start = CoroutineStart.UNDISPATCHED) {
                        keep.commit(newRecord("customer", id) { text("name", "Never begun") })
                    }
                    queued.cancel()
                    release.countDown()
                    queued.join()
                    assertNull(keep.get(id))
                    assertCancelledBeforeIsNotThere(keep)
                }
            }
        }
    }

    @Test
    fun `B27 a sync whose caller has gone loses nothing`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("phone")
            val id: RecordId
            Silent().use { silent ->
                site.phone(folder = folder, url = silent.url).use { keep ->
                    id = keep.customer("Hansa")
                    val pressed = launch(Dispatchers.Default) { keep.syncNow() }
                    silent.awaitCaller()
                    pressed.cancelAndJoin()
                    assertEquals(1, keep.outbox().size)
                }
            }
            site.phone(folder = folder).use { keep ->
                keep.syncNow()
                keep.awaitSynced(id)
                assertEquals("Hansa", site.value("customer", "name"))
            }
        }
    }

    @Test
    @Timeout(20)
    fun `B27 syncs whose callers have gone keep nobody else waiting`() = runBlocking<Unit> {
        Site().use { site ->
            Silent().use { silent ->
                site.phone(url = silent.url).use { keep ->
                    val first = launch(start = CoroutineStart.UNDISPATCHED) { keep.syncNow() }
                    silent.awaitCaller()
                    // More than `Dispatchers.IO` has threads.
                    val gone = List(80) { launch(start = CoroutineStart.UNDISPATCHED) { keep.syncNow() } }
                    gone.forEach { it.cancelAndJoin() }
                    keep.shown(keep.customer("Hansa"))
                    withContext(Dispatchers.IO) { }
                    assertEquals(1, keep.runUntil(1).sync.waiting)
                    assertTrue(first.isActive, "the server has not answered yet")
                    first.cancel()
                }
            }
        }
    }

    @Test
    fun `B26 a folder that opens for a caller that has gone is closed again`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("phone")
            val caller = CompletableFuture<Job>()
            // Comes back to its caller only when that is cancelled.
            val late = object : CoroutineDispatcher() {
                override fun dispatch(context: CoroutineContext, block: Runnable) {
                    caller.get().cancel()
                    Dispatchers.Default.dispatch(context, block)
                }
            }
            val opening = async(late, start = CoroutineStart.UNDISPATCHED) {
                caller.complete(coroutineContext.job)
                Fieldkeep.open(site.options(folder = folder))
            }
            assertFailsWith<CancellationException> { opening.await() }
            site.phone(folder = folder).close()
        }
    }

    private suspend fun allAtOnce(keep: Fieldkeep, start: CyclicBarrier): List<RecordId> = coroutineScope {
        Executors.newFixedThreadPool(CALLERS).asCoroutineDispatcher().use { callers ->
            List(CALLERS) { number ->
                async(callers) {
                    start.await()
                    val id = keep.customer("Customer $number")
                    assertEquals("Customer $number", keep.shown(id)["name"]?.asText)
                    assertTrue(keep.find(query("customer")).records.isNotEmpty())
                    id
                }
            }.awaitAll()
        }
    }

    /** The cancelling meets the save anywhere: before it began, in the middle, after it. */
    private suspend fun assertThereExactlyWhenItReturned(keep: Fieldkeep) = coroutineScope {
        repeat(50) { number ->
            val id = keep.newRecordId()
            val returned = AtomicBoolean()
            val saving = launch(Dispatchers.Default) {
                keep.commit(newRecord("customer", id) { text("name", "Customer $number") })
                returned.set(true)
            }
            repeat(number) { yield() }
            saving.cancelAndJoin()
            assertEquals(returned.get(), keep.get(id) != null, "it is there exactly when it returned")
        }
    }

    private suspend fun assertCancelledBeforeIsNotThere(keep: Fieldkeep) = coroutineScope {
        val id = keep.newRecordId()
        launch {
            coroutineContext.job.cancel()
            keep.commit(newRecord("customer", id) { text("name", "Cancelled before") })
        }.join()
        assertNull(keep.get(id))
    }

    private companion object {
        const val CALLERS = 300
    }
}
