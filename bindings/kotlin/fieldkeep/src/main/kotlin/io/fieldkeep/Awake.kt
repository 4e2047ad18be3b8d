package io.fieldkeep

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext

/**
 * Keeps something awake while somebody needs it, a screen or a background job, and lets it sleep when the last has left: a
 * process that Android freezes must hold no file locked. Both are called one at a time and never cancelled. An app whose
 * user is known from the start takes [OneFieldkeep] instead.
 */
class Awake(private val wake: suspend () -> Unit, private val sleep: suspend () -> Unit) {
    private val mutex = Mutex()
    private var users = 0

    /** Works while it is awake. Also when [work] fails or is cancelled, it is let go of. */
    suspend fun <T> during(work: suspend () -> T): T {
        enter()
        try {
            return work()
        } finally {
            withContext(NonCancellable) { leave() }
        }
    }

    private suspend fun enter() = withContext(NonCancellable) {
        mutex.withLock {
            // It may throw: then nobody has entered.
            if (users == 0) wake()
            users += 1
        }
    }

    private suspend fun leave() = mutex.withLock {
        users -= 1
        if (users == 0) sleep()
    }
}
