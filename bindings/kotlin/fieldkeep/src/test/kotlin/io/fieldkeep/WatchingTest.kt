package io.fieldkeep

import io.fieldkeep.ffi.FieldkeepCore
import io.fieldkeep.ffi.OpenConfig
import io.fieldkeep.ffi.TokenSource
import io.fieldkeep.ffi.UpdateListener
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import java.util.concurrent.LinkedBlockingQueue
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Watching: the newest value first, then every change, and nothing after the end. */
class WatchingTest {
    @Test
    fun `B16 a watched record gives the newest value and every change until the end`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val id = keep.newRecordId()
                val names = Channel<String?>(Channel.UNLIMITED)
                val watching = launch { keep.watch(id).collect { names.send(it?.get("name")?.asText) } }
                assertNull(names.receive(), "it is not there yet")
                keep.commit(newRecord("customer", id) { text("name", "Hansa") })
                assertEquals("Hansa", names.receive())
                keep.edit(keep.shown(id)) { text("name", "Weber") }
                assertEquals("Weber", names.receive())
                watching.cancelAndJoin()
                keep.edit(keep.shown(id)) { text("name", "Ebner") }
                // Who begins now gets the newest value; the one that ended gets nothing.
                assertEquals("Ebner", keep.watch(id).first()?.get("name")?.asText)
                assertTrue(names.tryReceive().isFailure)
            }
        }
    }

    @Test
    fun `B17 a slow reader gets the last of a thousand saves and no queue of old ones`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                val id = keep.customer("Save 0")
                val (begun, goOn) = CompletableDeferred<Unit>() to CompletableDeferred<Unit>()
                val slow = async {
                    val seen = mutableListOf<String?>()
                    keep.watch(id).takeWhile { record ->
                        seen += record?.get("name")?.asText
                        begun.complete(Unit)
                        goOn.await()
                        seen.last() != LAST_SAVE
                    }.collect()
                    seen
                }
                begun.await()
                for (number in 1..SAVES) keep.edit(keep.shown(id)) { text("name", "Save $number") }
                // One that is not slow has been told of the last save, and it began to watch after the slow one.
                keep.watch(id).first { it?.get("name")?.asText == LAST_SAVE }
                goOn.complete(Unit)
                val seen = slow.await()
                assertEquals(LAST_SAVE, seen.last())
                assertTrue(seen.size <= 3, "old values had queued up: $seen")
            }
        }
    }

    @Test
    fun `B18 code that throws when it is told harms nobody else`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                val id = keep.customer("Hansa")
                supervisorScope {
                    val failing = async { keep.watch(id).collect { error("a defect of the screen") } }
                    assertFailsWith<IllegalStateException> { failing.await() }
                }
                val other = async { keep.watch(id).first { it?.get("name")?.asText == "Weber" } }
                keep.edit(keep.shown(id)) { text("name", "Weber") }
                other.await()
                assertEquals("Weber", keep.watch(id).first()?.get("name")?.asText, "it may watch again")
                keep.goOnline()
                keep.awaitSynced(id)
            }
        }
        Site().use { site -> assertListenerThatThrowsIsToldAgain(site) }
    }

    @Test
    fun `B19 code that is told may call back`() = runBlocking<Unit> {
        Site().use { site ->
            site.phone().use { keep ->
                keep.goOffline()
                // From the collector of a flow: reads, saves, and watches something else.
                keep.watchOutbox().first { items ->
                    assertEquals(items, keep.outbox())
                    if (items.size < 3) keep.customer("Customer ${items.size}")
                    items.size >= 3 && keep.watch(query("customer")).first().records.size == items.size
                }
            }
        }
        Site().use { site -> assertListenerMayCallBack(site) }
    }

    /** Below the flows, where a listener runs on Fieldkeep's own thread. */
    private fun assertListenerThatThrowsIsToldAgain(site: Site) {
        val core = core(site)
        val (toldToThrowing, toldToOther) = LinkedBlockingQueue<Int>() to LinkedBlockingQueue<Int>()
        val throwing = listener { items ->
            toldToThrowing.put(items)
            error("a defect of the app")
        }
        val watching = listOf(throwing, listener(toldToOther::put)).map { core.watch(WatchTarget.Outbox, it) }
        for (count in 0..2) {
            if (count > 0) core.commit(listOf(newRecord("customer") { text("name", "x") }), commitOptions())
            assertEquals(count to count, toldToThrowing.take() to toldToOther.take())
        }
        // The watching lasts as long as its handle.
        watching.forEach { it.close() }
        core.shutDown()
    }

    private fun assertListenerMayCallBack(site: Site) {
        val core = core(site)
        val told = LinkedBlockingQueue<Int>()
        val calling = listener { items ->
            core.find(query("customer"))
            core.nextWake()
            if (items < 3) core.commit(listOf(newRecord("customer") { text("name", "From inside") }), commitOptions())
            if (items == 3) core.shutDown()
            told.put(items)
        }
        core.watch(WatchTarget.Outbox, calling).use {
            assertEquals(listOf(0, 1, 2, 3), List(4) { told.take() })
        }
        assertFailsWith<KeepException.Closed> { core.outbox() }
    }

    private fun core(site: Site): FieldkeepCore {
        val token = site.token("ana")
        val tokens = object : TokenSource {
            override fun current() = AccessToken(token, 1u)

            override fun refresh(stale: ULong): AccessToken? = null
        }
        val config = OpenConfig(site.folder("core").path, "ana", site.schemaJson, site.url, emptyList())
        return FieldkeepCore.open(config, tokens).also { it.conditions(Conditions(NetworkKind.NONE, Battery.OK)) }
    }

    private fun listener(hears: (Int) -> Unit) = object : UpdateListener {
        override fun onUpdate(update: Update) = hears((update as Update.Outbox).items.size)
    }

    private companion object {
        const val SAVES = 1_000
        const val LAST_SAVE = "Save $SAVES"
    }
}
