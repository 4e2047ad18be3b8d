package io.fieldkeep.demo

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.isActive
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import java.util.concurrent.atomic.AtomicLong

/** What one screen shows and does. It lives from when the screen is opened until it is left, through any redrawing. */
abstract class ScreenModel(protected val session: Session) {
    /** Tells this screen from every other one of this process. */
    val number: Long = numbers.incrementAndGet()

    protected val scope =
        CoroutineScope(session.scope.coroutineContext + SupervisorJob(session.scope.coroutineContext.job))

    protected val isLeft: Boolean get() = !scope.isActive

    /** The screen was left. */
    open fun leave() = scope.cancel()

    /** Looks for what this screen alone wants to know; it ends with the screen. What goes wrong is told in words. */
    protected fun look(tell: (String) -> Unit, action: suspend () -> Unit) = scope.launch { trying(tell, action) }

    /**
     * Does what a person asked for, behind everything that was asked for before, also when the screen is left meanwhile.
     * What goes wrong is told in words: on this screen, or where the person is by then, with the name of [what] it was.
     */
    protected fun save(what: String, tell: (String) -> Unit, action: suspend () -> Unit) = session.inOrder.post {
        trying({ words -> if (isLeft) session.tell("$what: $words") else tell(words) }, action)
    }

    private suspend fun trying(tell: (String) -> Unit, action: suspend () -> Unit) = try {
        action()
    } catch (failure: Exception) {
        currentCoroutineContext().ensureActive()
        tell(wordsFor(failure))
    }

    private companion object {
        val numbers = AtomicLong()
    }
}
