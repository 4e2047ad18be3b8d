package io.fieldkeep.demo.desktop

import androidx.compose.runtime.Composable
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.unit.Density
import androidx.compose.ui.use
import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.NetworkKind
import io.fieldkeep.demo.FieldServiceApp
import io.fieldkeep.demo.JobFormModel
import io.fieldkeep.demo.JobListModel
import io.fieldkeep.demo.JobModel
import io.fieldkeep.demo.OutboxModel
import io.fieldkeep.demo.ReviewsModel
import io.fieldkeep.demo.ScreenModel
import io.fieldkeep.demo.Session
import io.fieldkeep.demo.SettingsModel
import io.fieldkeep.demo.model.WorkOrder
import io.fieldkeep.demo.ui.DamagedScreen
import io.fieldkeep.demo.ui.FieldServiceTheme
import io.fieldkeep.demo.ui.FieldServiceUi
import kotlinx.coroutines.flow.first
import org.jetbrains.skia.EncodedImageFormat
import java.io.File

/** Draws the screens of a phone in the middle of its day, over the real core and server, without a display. */
class Pictures(private val app: FieldServiceApp, private val site: DemoSite, private val folder: File) {
    private val session: Session get() = app.session()

    /** Plays the day and writes `android-*.png`. */
    suspend fun write() {
        folder.mkdirs()
        val list = session.top<JobListModel>()
        list.state.first { it.jobs?.size == site.jobs.size }
        network(NetworkKind.NONE)
        askForReview(job(1))
        workOffline(job(2))
        list.state.first { it.waiting == WAITING && it.reviews == 1 }
        draw("jobs")
        session.setDarkTheme(true)
        draw("jobs-dark")
        session.setDarkTheme(false)
        drawReview()
        drawForm(job(0))
        drawSettings()
        drawFailure(job(2))
        draw("damaged") { DamagedPicture() }
    }

    private suspend fun job(index: Int): WorkOrder.Id {
        val record = session.keep.getByServerId(WorkOrder.TYPE, site.jobs[index])
        return WorkOrder.Id(requireNotNull(record).id)
    }

    /** The same field is changed here and in the office. */
    private suspend fun askForReview(id: WorkOrder.Id) {
        edit(id) { status(WorkOrder.Status.InProgress) }
        site.set(site.jobs[1], """{"status":"waiting_for_approval"}""")
        network(NetworkKind.UNMETERED)
        session.keep.syncNow()
        session.keep.watchReviews().first { it.isNotEmpty() }
        network(NetworkKind.NONE)
    }

    private suspend fun workOffline(id: WorkOrder.Id) {
        edit(id) {
            status(WorkOrder.Status.InProgress)
            laborHours("1.5")
        }
        session.navigation.openJob(id)
        val job = session.top<JobModel>()
        job.noteForm.write("Replaced the seal. Comes back tomorrow with the long ladder.")
        job.noteForm.add()
        job.partForm.name("Shaft seal 22 mm")
        job.partForm.quantity("2")
        job.partForm.add()
        job.state.first { it.notes.isNotEmpty() && it.parts.isNotEmpty() }
        session.navigation.back()
    }

    private suspend fun drawReview() {
        session.navigation.openReviews()
        session.top<ReviewsModel>().rows.first { it?.size == 1 }
        draw("review")
        session.navigation.back()
    }

    private suspend fun drawForm(id: WorkOrder.Id) {
        session.navigation.openJobForm(id)
        val form = session.top<JobFormModel>()
        form.state.first { it.content != null }
        form.status(WorkOrder.Status.InProgress)
        form.laborHours("0.75")
        draw("edit")
        form.discard()
        session.navigation.way.first { way -> way.none { it.model === form } }
    }

    private suspend fun drawSettings() {
        session.navigation.openSettings()
        session.top<SettingsModel>().state.first { it.conditions.network == NetworkKind.NONE }
        // The device's name differs each time, and the port, too; the rest of the picture does not.
        draw("settings")
        session.navigation.back()
    }

    private suspend fun drawFailure(id: WorkOrder.Id) {
        site.refuse()
        network(NetworkKind.UNMETERED)
        session.navigation.openOutbox()
        val outbox = session.top<OutboxModel>()
        outbox.syncNow()
        outbox.sync.first { it.report != null }
        outbox.rows.first { rows -> rows.orEmpty().any { "next try" in it.times } }
        draw("outbox")
        session.navigation.openJob(id)
        session.top<JobModel>().state.first { it.line?.text.orEmpty().contains("retrying") }
        draw("job")
    }

    private suspend fun edit(id: WorkOrder.Id, change: JobFormModel.() -> Unit) {
        session.navigation.openJobForm(id)
        val form = session.top<JobFormModel>()
        form.state.first { it.content != null }
        form.change()
        form.save()
        session.navigation.way.first { way -> way.none { it.model === form } }
    }

    private suspend fun network(network: NetworkKind) = session.setConditions(Conditions(network, Battery.OK))

    /** Nobody's files are damaged for a picture. */
    @Composable
    private fun DamagedPicture() = FieldServiceTheme(isDark = false) {
        DamagedScreen("/data/user/0/io.fieldkeep.demo/no_backup/field-service/work/fieldkeep.db.damaged-1") {}
    }

    /** The app as it stands, or something of it, on a phone of 411 by 891. */
    @OptIn(ExperimentalComposeUiApi::class)
    private fun draw(name: String, content: @Composable () -> Unit = { FieldServiceUi(app) }) {
        val density = Density(DENSITY)
        ImageComposeScene((WIDTH_DP * DENSITY).toInt(), (HEIGHT_DP * DENSITY).toInt(), density) { content() }
            .use { scene ->
                // Animations of the first moments have ended after these frames.
                for (frame in 0 until FRAMES) scene.render(frame * FRAME_NS)
                val image = scene.render(FRAMES * FRAME_NS)
                val png = requireNotNull(image.encodeToData(EncodedImageFormat.PNG))
                File(folder, "android-$name.png").writeBytes(png.bytes)
            }
    }

    private companion object {
        const val WIDTH_DP = 411
        const val HEIGHT_DP = 891
        const val DENSITY = 1.75f
        const val FRAMES = 40L
        const val FRAME_NS = 16_000_000L

        /** A review, an edit, a note and a part. */
        const val WAITING = 4
    }
}

/** The model of the place that is shown. */
private inline fun <reified M : ScreenModel> Session.top(): M = navigation.way.value.last().model as M
