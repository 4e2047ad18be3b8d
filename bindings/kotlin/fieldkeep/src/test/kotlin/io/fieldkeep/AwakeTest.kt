package io.fieldkeep

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class AwakeTest {
    private val said = mutableListOf<String>()

    @Test
    fun `it sleeps when the last user has left and wakes for the next`() = runBlocking<Unit> {
        val awake = Awake({ said += "wake" }, { said += "sleep" })
        val entered = CompletableDeferred<Unit>()
        val screen = launch {
            awake.during {
                entered.complete(Unit)
                awaitCancellation()
            }
        }
        entered.await()
        assertFailsWith<IllegalStateException> { awake.during { error("the job fails") } }
        assertEquals(listOf("wake"), said)
        screen.cancelAndJoin()
        awake.during { said += "job" }
        assertEquals(listOf("wake", "sleep", "wake", "job", "sleep"), said)
    }

    @Test
    fun `who could not be woken has not entered`() = runBlocking<Unit> {
        var locked = true
        val awake = Awake({ check(!locked) { "in use" } }, { said += "sleep" })
        assertFailsWith<IllegalStateException> { awake.during { said += "work" } }
        assertEquals(emptyList(), said)
        locked = false
        awake.during { said += "work" }
        assertEquals(listOf("work", "sleep"), said)
    }
}
