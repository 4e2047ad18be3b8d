package io.fieldkeep

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class CallingTest {
    @Test
    fun `what was begun is finished and its result comes back to a cancelled caller`() = runBlocking<Unit> {
        val (begun, release) = CountDownLatch(1) to CountDownLatch(1)
        val result = CompletableDeferred<Int>()
        val caller = launch(Dispatchers.Default) {
            result.complete(
                wholly(Dispatchers.IO) {
                    begun.countDown()
                    release.await()
                    7
                },
            )
        }
        begun.await()
        caller.cancel()
        release.countDown()
        assertEquals(7, result.await())
        caller.join()
        assertTrue(caller.isCancelled)
    }

    @Test
    fun `what waits for its turn when its caller goes is never called`() = runBlocking<Unit> {
        Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { lane ->
            val release = CountDownLatch(1)
            lane.executor.execute(release::await)
            val called = mutableListOf<String>()
            val gone = launch(start = CoroutineStart.UNDISPATCHED) { abandonable(lane) { called += "by nobody" } }
            gone.cancelAndJoin()
            release.countDown()
            abandonable(lane) { called += "by the next" }
            assertEquals(listOf("by the next"), called)
        }
    }
}
