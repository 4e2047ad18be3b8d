package io.fieldkeep

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNotSame
import kotlin.test.assertSame
import kotlin.test.assertTrue

class OneFieldkeepTest {
    private var tries = 0

    @Test
    fun `it is opened once for all and suspended when the last has left`() = withOne { one ->
        assertEquals(0, tries, "nobody needs it yet")
        val all = List(20) { async { one.during { it } } }.awaitAll()
        assertEquals(1, tries)
        val keep = all.toSet().single()
        assertFailsWith<KeepException.Suspended> { keep.outbox() }
        one.during { assertEquals(emptyList(), it.outbox()) }
        assertEquals(1, tries)
    }

    @Test
    fun `what failed once is tried again the next time`() = Site().use { site ->
        val folder = site.folder("phone")
        // As on a phone that was not unlocked since its start, the system hands out no file.
        val locked = File(folder, "fieldkeep.db").also { check(it.mkdir()) }
        val one = OneFieldkeep { Fieldkeep.open(site.options(folder = folder)) }
        runBlocking<Unit> {
            assertFailsWith<OpenException.Unavailable> { one.during { } }
            check(locked.delete())
            one.during {
                assertEquals(emptyList(), it.outbox())
                it.close()
            }
        }
    }

    @Test
    fun `the network is told whether it sleeps or not and opens nothing`() = withOne { one ->
        one.conditions(Conditions(NetworkKind.NONE, Battery.OK))
        assertEquals(0, tries)
        one.during { assertEquals(SyncOutcome.Offline, it.syncNow().outcome) }
        one.conditions(Conditions(NetworkKind.UNMETERED, Battery.OK))
        one.during {
            assertEquals(SyncOutcome.Done, it.syncNow().outcome)
            one.conditions(Conditions(NetworkKind.NONE, Battery.OK))
            assertEquals(SyncOutcome.Offline, it.syncNow().outcome)
        }
    }

    @Test
    fun `one that was closed is opened anew`() = withOne { one ->
        val first = one.during { keep -> keep.also { it.close() } }
        one.conditions(Conditions(NetworkKind.NONE, Battery.OK))
        val second = one.during { it }
        assertNotSame(first, second)
        assertSame(second, one.during { it })
    }

    @Test
    fun `a user who is cancelled lets it sleep`() = withOne { one ->
        val keep = one.during { it }
        val cancelled = async {
            one.during {
                currentCoroutineContext().cancel()
                keep.outbox()
            }
        }
        cancelled.join()
        assertTrue(cancelled.isCancelled)
        assertIs<KeepException.Suspended>(runCatching { keep.outbox() }.exceptionOrNull())
    }

    private fun withOne(test: suspend CoroutineScope.(OneFieldkeep) -> Unit) = Site().use { site ->
        val folder = site.folder("phone")
        val one = OneFieldkeep {
            tries += 1
            Fieldkeep.open(site.options(folder = folder))
        }
        runBlocking {
            test(one)
            one.during { it.close() }
        }
    }
}
