package io.fieldkeep

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext
import java.nio.charset.CharacterCodingException

/**
 * A call that must not be half known: it throws `CancellationException` only when it was not begun. Once begun it runs to
 * its end, and its result is returned though the caller was cancelled meanwhile.
 */
internal suspend fun <T> wholly(dispatcher: CoroutineDispatcher, call: () -> T): T {
    val caller = currentCoroutineContext()
    caller.ensureActive()
    return regardless(dispatcher) {
        // It may have been cancelled while the dispatcher was busy.
        caller.ensureActive()
        call()
    }
}

/** A call that is made in any case, also for a caller that is cancelled already and tidies up in its `finally`. */
internal suspend fun <T> regardless(dispatcher: CoroutineDispatcher, call: () -> T): T =
    // Two steps: `withContext` with a dispatcher looks at the job around it when it comes back, and would throw the
    // result of a cancelled caller away.
    withContext(NonCancellable) { withContext(dispatcher) { call() } }

/**
 * A call that waits for the network. It cannot be interrupted half-way, so a cancelled caller leaves it to finish and goes
 * on at once. What waits in the [lane] when its caller is cancelled is never made.
 */
@OptIn(DelicateCoroutinesApi::class)
internal suspend fun <T> abandonable(lane: CoroutineDispatcher, call: () -> T): T {
    val caller = currentCoroutineContext()
    caller.ensureActive()
    val result = GlobalScope.async(lane) {
        caller.ensureActive()
        runCatching(call)
    }
    return result.await().getOrThrow()
}

/**
 * Threads for calls that wait for the network: none of those that saves, reads and the app itself use. The engine serves one
 * such call at a time, so a few are enough.
 */
internal fun networkLane(name: String): CoroutineDispatcher = Dispatchers.IO.limitedParallelism(NETWORK_THREADS, name)

private const val NETWORK_THREADS = 4

/** Makes a call of the core. A text that cannot be handed over is refused like any other bad request. */
internal inline fun <T> asking(refusal: (String) -> Exception = KeepException::BadRequest, call: () -> T): T = try {
    call()
} catch (torn: CharacterCodingException) {
    // Kotlin's texts may hold half a character; the generated code throws on it, and nothing has been called then.
    throw refusal("a text ends or begins in the middle of a character").apply { initCause(torn) }
}
