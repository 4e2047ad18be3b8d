package io.fieldkeep.demo

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.completeWith
import kotlinx.coroutines.launch

/** Does one thing after the other, in the order in which they were handed over. A screen that is left cancels none. */
class InOrder(scope: CoroutineScope) {
    private val tasks = Channel<suspend () -> Unit>(Channel.UNLIMITED)

    init {
        scope.launch { for (task in tasks) task() }.invokeOnCompletion { tasks.cancel() }
    }

    /** Hands over; what the task throws is found in what is given back. After the end of all things it is cancelled. */
    fun <T> post(task: suspend () -> T): Deferred<T> {
        val result = CompletableDeferred<T>()
        val taken = tasks.trySend { result.completeWith(runCatching { task() }) }
        if (taken.isFailure) result.cancel()
        return result
    }
}
