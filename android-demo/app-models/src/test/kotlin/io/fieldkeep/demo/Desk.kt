package io.fieldkeep.demo

import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.NetworkKind
import io.fieldkeep.demo.model.Customer
import io.fieldkeep.demo.model.WorkOrder
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import java.io.File
import java.nio.file.Files

/** The app over the real core, with one job of one customer, and no server. */
class Desk private constructor(private val folder: File) {
    var app = FieldServiceApp(folder)
        private set

    val session: Session get() = (app.state.value as AppState.Working).session

    private var made: WorkOrder.Id? = null

    val job: WorkOrder.Id get() = checkNotNull(made)

    private suspend fun open() {
        app.setUp("http://127.0.0.1:9", "ana", "no token")
        app.state.filterIsInstance<AppState.Working>().first()
        session.setConditions(Conditions(NetworkKind.NONE, Battery.OK))
        val keep = session.keep
        val customer = Customer.Id(keep.newRecordId())
        val job = WorkOrder.Id(keep.newRecordId())
        made = job
        keep.commit(
            listOf(
                Customer.create("Hansa", customer),
                WorkOrder.create("Pump", WorkOrder.Status.Assigned, customer, job),
            ),
        )
    }

    /** Ends the app and starts it again. */
    suspend fun restart() {
        app.close()
        app = FieldServiceApp(folder)
        app.start()
        app.state.filterIsInstance<AppState.Working>().first()
        session.setConditions(Conditions(NetworkKind.NONE, Battery.OK))
    }

    /** Opens the form of the job and waits until it can be filled in. */
    suspend fun openForm(): JobFormModel {
        session.navigation.openJobForm(job)
        val form = session.navigation.way.value.last().model as JobFormModel
        form.state.first { it.content != null }
        return form
    }

    /** Does something while all that saves is held up, then waits until it is done. */
    suspend fun held(what: suspend () -> Unit) {
        val release = CompletableDeferred<Unit>()
        session.inOrder.post { release.await() }
        try {
            what()
        } finally {
            release.complete(Unit)
        }
        session.inOrder.settle()
    }

    companion object {
        /** Runs a test at a desk of its own. */
        fun at(test: suspend Desk.() -> Unit) = runBlocking {
            val folder = Files.createTempDirectory("fieldkeep-demo-desk").toFile()
            val desk = Desk(folder)
            try {
                desk.open()
                desk.test()
            } finally {
                desk.app.close()
                folder.deleteRecursively()
            }
        }
    }
}
