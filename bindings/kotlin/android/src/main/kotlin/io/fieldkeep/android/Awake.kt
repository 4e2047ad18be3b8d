package io.fieldkeep.android

import io.fieldkeep.Fieldkeep
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext

/**
 * Keeps a Fieldkeep awake while somebody needs it, a screen or a background job, and suspends it when the last has left:
 * a process that Android freezes must hold no file locked.
 */
class Awake internal constructor(private val wake: suspend () -> Unit, private val sleep: suspend () -> Unit) {
    private val mutex = Mutex()
    private var users = 0

    /** For the app's one [keep], which gets at most [withinMs] to close its files. */
    constructor(keep: Fieldkeep, withinMs: Long = 3_000) : this(keep::resume, { keep.suspendWithin(withinMs) })

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
