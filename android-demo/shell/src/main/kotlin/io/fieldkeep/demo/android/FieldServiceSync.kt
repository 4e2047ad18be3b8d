package io.fieldkeep.demo.android

import io.fieldkeep.Fieldkeep
import io.fieldkeep.android.SyncJobService

/** Sends what waits while the app is not shown. */
class FieldServiceSync : SyncJobService() {
    override suspend fun withFieldkeep(work: suspend (Fieldkeep) -> Unit) {
        (application as FieldServiceApplication).app.inBackground(work)
    }

    companion object {
        /** The app's only job. */
        const val JOB_ID = 1
    }
}
