package io.fieldkeep.demo

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.runBlocking
import kotlin.test.Test
import kotlin.test.assertEquals

class InOrderTest {
    private val failures = mutableListOf<String>()
    private val done = mutableListOf<Int>()

    @Test
    fun `what fails is told, and the next is done all the same`() = runBlocking<Unit> {
        val scope = CoroutineScope(coroutineContext + Job())
        val inOrder = InOrder(scope) { failures += it.toString() }
        inOrder.post { throw IllegalStateException("a fault") }
        inOrder.post { throw CancellationException("not that of the app") }
        inOrder.post { throw NotImplementedError("an error") }
        inOrder.post { done += 1 }
        inOrder.settle()
        assertEquals(listOf("a fault", "not that of the app", "an error"), failures.map { it.substringAfter(": ") })
        assertEquals(listOf(1), done)
        scope.cancel()
    }

    @Test
    fun `after the end of all things nobody waits for ever`() = runBlocking<Unit> {
        val scope = CoroutineScope(coroutineContext + Job())
        val inOrder = InOrder(scope) { failures += it.toString() }
        scope.cancel()
        inOrder.post { done += 1 }
        inOrder.settle()
        assertEquals(emptyList(), done)
    }
}
