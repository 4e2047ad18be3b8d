package io.fieldkeep.demo

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch

/**
 * Does one thing after the other, in the order in which they were handed over. A screen that is left cancels none.
 *
 * @param failed hears what a task has thrown; the next one is done all the same
 */
class InOrder(scope: CoroutineScope, private val failed: (Throwable) -> Unit) {
    private val tasks = Channel<suspend () -> Unit>(Channel.UNLIMITED)
    private val work: Job = scope.launch { for (task in tasks) tryOut(task) }

    init {
        work.invokeOnCompletion { tasks.cancel() }
    }

    /** Hands over. After the end of all things nothing is done any more. */
    fun post(task: suspend () -> Unit) {
        tasks.trySend(task)
    }

    /** Waits until all is done that was handed over before; or that there is nobody who would do it. */
    suspend fun settle() {
        val reached = CompletableDeferred<Unit>(work)
        post { reached.complete(Unit) }
        reached.join()
    }

    private suspend fun tryOut(task: suspend () -> Unit) = try {
        task()
    } catch (failure: Throwable) {
        currentCoroutineContext().ensureActive()
        failed(failure)
    }
}
