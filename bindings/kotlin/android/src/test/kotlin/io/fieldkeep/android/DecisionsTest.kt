package io.fieldkeep.android

import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.NetworkKind
import io.fieldkeep.SliceReport
import io.fieldkeep.SyncOutcome
import io.fieldkeep.SyncReport
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.receiveAsFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import javax.crypto.KeyGenerator

/** What is decided without Android. In Robolectric all the same: coroutines ask which system they run on. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], manifest = Config.NONE)
class DecisionsTest {
    @Test
    fun `facts become conditions`() {
        for ((facts, expected) in listOf(
            PhoneFacts() to Conditions(NetworkKind.NONE, Battery.OK),
            PhoneFacts(connected = true) to Conditions(NetworkKind.METERED, Battery.OK),
            PhoneFacts(connected = true, metered = false) to Conditions(NetworkKind.UNMETERED, Battery.OK),
            PhoneFacts(metered = false, batteryLow = true) to Conditions(NetworkKind.NONE, Battery.LOW),
            PhoneFacts(batteryLow = true, powerSave = true) to Conditions(NetworkKind.NONE, Battery.SAVER),
        )) {
            assertEquals(expected, facts.conditions())
        }
        assertTrue(isLow(15, charging = false))
        for ((percent, charging) in listOf(16 to false, 15 to true, -1 to false)) assertFalse(isLow(percent, charging))
    }

    @Test
    fun `the next job is planned by what the slice left`() {
        val dayMs = 86_400_000L
        for ((report, expectedMs) in listOf(
            report(SyncOutcome.Done, waiting = 0, nextWakeMs = null) to null,
            // Only a person brings these on.
            report(SyncOutcome.Done, waiting = 2, nextWakeMs = null) to null,
            report(SyncOutcome.SignIn, waiting = 2, nextWakeMs = null) to null,
            report(SyncOutcome.Offline, waiting = 2, nextWakeMs = null) to 0L,
            report(SyncOutcome.Offline, waiting = 0, nextWakeMs = null) to null,
            report(SyncOutcome.Failed("no route", 4_000), waiting = 2, nextWakeMs = 4_000) to 4_000L,
            report(SyncOutcome.ServerAskedToWait(9 * dayMs), waiting = 2, nextWakeMs = 9 * dayMs) to dayMs,
            report(SyncOutcome.OutOfTime, waiting = 2, nextWakeMs = null) to 0L,
            report(SyncOutcome.OutOfTime, waiting = 2, nextWakeMs = 0) to 0L,
        )) {
            assertEquals("$report", expectedMs, planAfter(report)?.latencyMs)
        }
    }

    @Test
    fun `a phone that is turned stays in the foreground`() {
        val told = mutableListOf<Boolean>()
        val counting = Counting(told::add)
        counting.started()
        counting.stopped(turning = true)
        counting.started()
        // The next screen starts before this one stops.
        counting.started()
        counting.stopped(turning = false)
        assertTrue(told.all { it })
        counting.stopped(turning = false)
        assertFalse(told.last())
    }

    @Test
    fun `a screen that failed is told of, and the next one tries again`() = runBlocking {
        val (shown, tries) = Channel<Boolean>() to Channel<Int>(Channel.UNLIMITED)
        val failures = Channel<String?>(Channel.UNLIMITED)
        var count = 0
        val keeping = launch {
            during(shown.receiveAsFlow(), { failures.trySend(it.message) }) {
                count += 1
                tries.send(count)
                if (count == 1) error("locked")
                try {
                    awaitCancellation()
                } finally {
                    // What fails when a screen goes does not end it either.
                    if (count == 2) error("no space")
                }
            }
        }
        for ((number, failure) in listOf(1 to "locked", 2 to "no space", 3 to null)) {
            shown.send(true)
            assertEquals(number, tries.receive())
            shown.send(false)
            if (failure != null) assertEquals(failure, failures.receive())
        }
        keeping.cancelAndJoin()
        assertNull(failures.tryReceive().getOrNull())
    }

    @Test
    fun `what was sealed opens with the same key only and unchanged`() {
        val keys = List(2) { KeyGenerator.getInstance("AES").generateKey() }
        val (box, other) = keys.map { SealedBox { it } }
        val sealed = box.seal("token of ana")
        assertEquals("token of ana", box.open(sealed))
        assertFalse(String(sealed).contains("ana"))
        assertFalse("each time with a nonce of its own", sealed.contentEquals(box.seal("token of ana")))
        assertNull(other.open(sealed))
        assertNull(box.open(sealed.copyOf().also { it[it.size - 1] = (it.last() + 1).toByte() }))
        assertNull(box.open(ByteArray(3)))
    }

    private fun report(outcome: SyncOutcome, waiting: Long, nextWakeMs: Long?) =
        SliceReport(SyncReport(outcome, emptyList(), waiting, 0), nextWakeMs)
}
