package io.fieldkeep.android

import android.app.Activity
import android.app.Application
import android.os.Bundle
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged

/** Keeps it awake while a screen of [application] is shown. Collects for ever: launch it from `Application.onCreate`. */
suspend fun Awake.whileShown(application: Application): Nothing {
    shown(application).collectLatest { shown -> if (shown) during { awaitCancellation() } }
    error("the activities of an application do not end")
}

/** Whether a screen of the application is shown. */
internal fun shown(application: Application): Flow<Boolean> = callbackFlow {
    val counting = Counting { trySend(it) }
    application.registerActivityLifecycleCallbacks(counting)
    awaitClose { application.unregisterActivityLifecycleCallbacks(counting) }
}.conflate().distinctUntilChanged()

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
        started -= 1
        if (started == 0 && !turning) told(false)
    }

    override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?) = Unit

    override fun onActivityResumed(activity: Activity) = Unit

    override fun onActivityPaused(activity: Activity) = Unit

    override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle) = Unit

    override fun onActivityDestroyed(activity: Activity) = Unit
}
