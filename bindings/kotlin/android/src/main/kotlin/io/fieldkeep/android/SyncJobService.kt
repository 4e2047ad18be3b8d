package io.fieldkeep.android

import android.Manifest
import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import android.content.pm.PackageManager
import io.fieldkeep.Fieldkeep
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import java.util.concurrent.ConcurrentHashMap

/**
 * Sends what waits while no screen is open, and arranges the next time by itself. An app names its own subclass in the
 * manifest, with the permission `android.permission.BIND_JOB_SERVICE`, and calls [arm] when it goes to the background.
 * With the permission `RECEIVE_BOOT_COMPLETED` a run that was arranged survives a restart of the phone.
 */
abstract class SyncJobService : JobService() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val running = ConcurrentHashMap<Int, Job>()

    /** Runs [work] with the app's one Fieldkeep, awake; does nothing when nobody is signed in. See [io.fieldkeep.OneFieldkeep.during]. */
    protected abstract suspend fun withFieldkeep(work: suspend (Fieldkeep) -> Unit)

    override fun onStartJob(parameters: JobParameters): Boolean {
        val job = scope.launch(start = CoroutineStart.LAZY) { runSlice(parameters) }
        running[parameters.jobId] = job
        job.start()
        return true
    }

    private suspend fun runSlice(parameters: JobParameters) {
        var plan: SyncPlan? = null
        val outcome = runCatching { withFieldkeep { keep -> plan = planAfter(keep.runUntil(SLICE_MS)) } }
        // Where Android has taken the time back, it arranges another run itself.
        currentCoroutineContext().ensureActive()
        running.remove(parameters.jobId)
        // After a failure, such as full storage, Android calls again with a growing pause.
        jobFinished(parameters, outcome.isFailure)
        // Only now: a job that is scheduled anew while it runs is stopped.
        if (outcome.isSuccess) schedule(applicationContext, javaClass, parameters.jobId, plan)
    }

    /** Android takes the time back. What is under way is not lost; true asks for another time. */
    override fun onStopJob(parameters: JobParameters): Boolean {
        running.remove(parameters.jobId)?.cancel()
        return true
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    companion object {
        /** Android grants some ten minutes; a slice that ends before leaves nothing to be cut off. */
        private const val SLICE_MS = 5L * 60 * 1000

        /** Arranges a run of [service] as soon as there is a network. [jobId] is one that the app uses for nothing else. */
        fun arm(context: Context, service: Class<out SyncJobService>, jobId: Int) =
            schedule(context, service, jobId, SyncPlan(0))

        internal fun schedule(context: Context, service: Class<out SyncJobService>, jobId: Int, plan: SyncPlan?) {
            val scheduler = requireNotNull(context.getSystemService(JobScheduler::class.java))
            if (plan == null) {
                scheduler.cancel(jobId)
                return
            }
            val permission = context.checkSelfPermission(Manifest.permission.RECEIVE_BOOT_COMPLETED)
            val mayPersist = permission == PackageManager.PERMISSION_GRANTED
            val job = JobInfo.Builder(jobId, ComponentName(context, service))
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                .setMinimumLatency(plan.latencyMs)
                .setPersisted(mayPersist)
                .build()
            check(scheduler.schedule(job) == JobScheduler.RESULT_SUCCESS) { "Android takes no job" }
        }
    }
}
