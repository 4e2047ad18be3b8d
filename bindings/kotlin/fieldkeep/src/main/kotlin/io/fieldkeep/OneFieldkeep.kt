package io.fieldkeep

import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/**
 * An app's one Fieldkeep. Nothing happens when it is made: it is opened for the first who needs it, shared by all, suspended
 * when the last has left and resumed for the next. What failed once, as on a phone that is locked, is tried again the next
 * time. One that was closed, as when somebody signs out, is opened anew.
 *
 * @param withinMs how long it may take to close its files when it is suspended
 */
class OneFieldkeep(private val withinMs: Long = 3_000, private val open: suspend () -> Fieldkeep) {
    private val awake = Awake(::wake, ::sleep)

    /** Guards what follows. */
    private val mutex = Mutex()
    private var opened: Fieldkeep? = null
    private var isAwake = false
    private var told: Conditions? = null

    /**
     * Works with it while it is awake: as long as [work] goes on it is not suspended.
     *
     * @throws OpenException it could not be opened or resumed this time; [work] was not begun
     */
    suspend fun <T> during(work: suspend (Fieldkeep) -> T): T =
        awake.during { work(mutex.withLock { checkNotNull(opened) }) }

    /** Tells what network and battery are like. Opens nothing: while nobody needs it, it hears of them when it wakes. */
    suspend fun conditions(conditions: Conditions) = mutex.withLock {
        told = conditions
        if (isAwake) tell()
    }

    private suspend fun wake() = mutex.withLock {
        opened = resumed() ?: open()
        isAwake = true
        tell()
    }

    private suspend fun sleep() = mutex.withLock {
        isAwake = false
        try {
            opened?.suspendWithin(withinMs)
        } catch (_: KeepException.Closed) {
            // There is nothing left to suspend.
        }
    }

    /** Null when there is none yet, or it was closed. */
    private suspend fun resumed(): Fieldkeep? = try {
        opened?.also { it.resume() }
    } catch (_: OpenException.Closed) {
        null
    }

    private suspend fun tell() {
        try {
            told?.let { opened?.conditions(it) }
        } catch (_: KeepException) {
            // The app has suspended or closed it by itself; the next one that wakes is told.
        }
    }
}
