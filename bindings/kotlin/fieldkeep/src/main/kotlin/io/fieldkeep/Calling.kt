package io.fieldkeep

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext

/**
 * A call that must not be half known: it throws `CancellationException` only when it was not begun. Once begun it runs to
 * its end, and its result is returned though the caller was cancelled meanwhile.
 */
internal suspend fun <T> wholly(dispatcher: CoroutineDispatcher, call: () -> T): T {
    val caller = currentCoroutineContext()
    caller.ensureActive()
    // Two steps: `withContext` with a dispatcher looks at the job around it when it comes back, and would throw the
    // result of a cancelled caller away.
    return withContext(NonCancellable) {
        withContext(dispatcher) {
            // It may have been cancelled while the dispatcher was busy.
            caller.ensureActive()
            call()
        }
    }
}

/**
 * A call that waits for the network. It cannot be interrupted half-way, so a cancelled caller leaves it to finish and goes
 * on at once.
 */
@OptIn(DelicateCoroutinesApi::class)
internal suspend fun <T> abandonable(dispatcher: CoroutineDispatcher, call: () -> T): T {
    currentCoroutineContext().ensureActive()
    return GlobalScope.async(dispatcher) { runCatching(call) }.await().getOrThrow()
}
