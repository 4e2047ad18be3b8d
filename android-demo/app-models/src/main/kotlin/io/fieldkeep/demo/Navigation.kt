package io.fieldkeep.demo

import io.fieldkeep.demo.model.WorkOrder
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.getAndUpdate
import kotlinx.coroutines.flow.update

/** A place in the app, with the model of its screen. */
sealed interface Place {
    val model: ScreenModel

    class Jobs(override val model: JobListModel) : Place

    class Job(override val model: JobModel) : Place

    class JobForm(override val model: JobFormModel) : Place

    class Outbox(override val model: OutboxModel) : Place

    class Reviews(override val model: ReviewsModel) : Place

    class Settings(override val model: SettingsModel) : Place
}

/** The places from the job list to where the person is. It outlives any redrawing of the screen. */
class Navigation(private val session: Session) {
    private val places = MutableStateFlow<List<Place>>(listOf(Place.Jobs(JobListModel(session))))

    /** The way here; the last place is the one to show. Never empty. */
    val way: StateFlow<List<Place>> = places.asStateFlow()

    fun openJob(id: WorkOrder.Id) = open({ it is Place.Job && it.model.id == id }) { Place.Job(JobModel(session, id)) }

    fun openJobForm(id: WorkOrder.Id) =
        open({ it is Place.JobForm && it.model.id == id }) { Place.JobForm(JobFormModel(session, id)) }

    fun openOutbox() = open({ it is Place.Outbox }) { Place.Outbox(OutboxModel(session)) }

    fun openReviews() = open({ it is Place.Reviews }) { Place.Reviews(ReviewsModel(session)) }

    fun openSettings() = open({ it is Place.Settings }) { Place.Settings(SettingsModel(session)) }

    /** One step back; false on the job list, where the system goes back instead. */
    fun back(): Boolean {
        val before = places.getAndUpdate { if (it.size > 1) it.dropLast(1) else it }
        if (before.size > 1) before.last().model.leave()
        return before.size > 1
    }

    /** Leaves the place of that model, wherever it is; a second time it does nothing. */
    fun close(model: ScreenModel) {
        places.update { way -> way.filter { it.model !== model } }
        model.leave()
    }

    /** A second tap finds the place open. */
    private fun open(isOpen: (Place) -> Boolean, make: () -> Place) {
        if (isOpen(places.value.last())) return
        val place = make()
        places.update { it + place }
    }
}
