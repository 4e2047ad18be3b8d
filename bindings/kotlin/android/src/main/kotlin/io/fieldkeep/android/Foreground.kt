package io.fieldkeep.android

import android.app.Activity
import android.app.Application
import android.os.Bundle
import io.fieldkeep.OneFieldkeep
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.launch

/**
 * Keeps it awake while a screen of [application] is shown, in [scope]. Call it in `Application.onCreate`, before the first
 * screen starts. [failed] hears, on a thread of [scope], why it could not be opened, resumed or suspended; it is tried
 * again when a screen is shown the next time.
 */
fun OneFieldkeep.whileShown(application: Application, scope: CoroutineScope, failed: (Exception) -> Unit): Job {
    val shown = MutableStateFlow(false)
    // At once: a screen that starts before anybody listens would never be counted.
    val counting = Counting { shown.value = it }
    application.registerActivityLifecycleCallbacks(counting)
    val keeping = scope.launch { during(shown, failed) { this@whileShown.during { awaitCancellation() } } }
    keeping.invokeOnCompletion { application.unregisterActivityLifecycleCallbacks(counting) }
    return keeping
}

/** Does something for as long as it is [shown]. A failure is told, and the next time it is tried again. */
internal suspend fun during(shown: Flow<Boolean>, failed: (Exception) -> Unit, something: suspend () -> Unit) {
    shown.collectLatest { isShown ->
        try {
            if (isShown) something()
        } catch (over: CancellationException) {
            throw over
        } catch (failure: Exception) {
            failed(failure)
        }
    }
}

/** Counts the activities that are started. */
internal class Counting(private val told: (Boolean) -> Unit) : Application.ActivityLifecycleCallbacks {
    private var started = 0

    override fun onActivityStarted(activity: Activity) = started()

    override fun onActivityStopped(activity: Activity) = stopped(activity.isChangingConfigurations)

    fun started() {
        started += 1
        told(true)
    }

    /** An activity that is only [turning] with the phone comes back at once: nothing is told. */
    fun stopped(turning: Boolean) {
        // One that had started before anybody counted does not count now either.
        if (started > 0) started -= 1
        if (started == 0 && !turning) told(false)
    }

    override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?) = Unit

    override fun onActivityResumed(activity: Activity) = Unit

    override fun onActivityPaused(activity: Activity) = Unit

    override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle) = Unit

    override fun onActivityDestroyed(activity: Activity) = Unit
}
