package io.fieldkeep.demo

import io.fieldkeep.Edit
import io.fieldkeep.FormToken
import io.fieldkeep.Record
import io.fieldkeep.RecordStatus
import io.fieldkeep.SeenStamp
import io.fieldkeep.archived
import io.fieldkeep.commitOptions
import io.fieldkeep.demo.model.Customer
import io.fieldkeep.demo.model.Note
import io.fieldkeep.demo.model.Part
import io.fieldkeep.demo.model.Visit
import io.fieldkeep.demo.model.WorkOrder
import io.fieldkeep.demo.model.get
import io.fieldkeep.demo.model.watch
import io.fieldkeep.reopened
import io.fieldkeep.signedOff
import io.fieldkeep.watch
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.transformLatest
import java.util.concurrent.ConcurrentHashMap

/** A note, a part or a visit below a job. */
data class ChildRow(val title: String, val detail: String, val line: StatusLine)

/** What the job screen shows of the job itself. */
data class JobDetails(
    val job: WorkOrder,
    val title: String,
    val number: String?,
    val status: String,
    val priority: String?,
    val due: String?,
    val closed: String?,
    val laborHours: String?,
    val description: String?,
    /** Whose job it is. */
    val owner: String,
    /** Edits are taken. */
    val isOpen: Boolean,
    /** It is put away, so it can be taken up again. */
    val isArchived: Boolean,
)

/** What the job screen shows. */
data class JobState(
    /** Null while it is read, or when it is not on this device. */
    val details: JobDetails? = null,
    /** It was read, and is not on this device. */
    val isMissing: Boolean = false,
    /** Where the work on the job, its notes and its parts is. */
    val line: StatusLine? = null,
    val customer: Customer? = null,
    val notes: List<ChildRow> = emptyList(),
    val parts: List<ChildRow> = emptyList(),
    val visits: List<ChildRow> = emptyList(),
    /** Open reviews of the job. */
    val reviews: Int = 0,
)

/** One job: what is to be done there, what was done, and where that work is. */
class JobModel(session: Session, val id: WorkOrder.Id) : ScreenModel(session) {
    private val keep = session.keep
    private val told = MutableStateFlow<String?>(null)
    private val steps = ConcurrentHashMap<String, Step>()

    /** Why the last wish was not fulfilled; null when it was. */
    val message: StateFlow<String?> = told

    val noteForm = NoteForm(session, id)
    val partForm = PartForm(session, id)

    val state: StateFlow<JobState> =
        session.live { watchJob() }.stateIn(scope, SharingStarted.Eagerly, JobState())

    fun edit() = session.navigation.openJobForm(id)

    fun openReviews() = session.navigation.openReviews()

    /** Marks the work as finished and signed. */
    fun signOff() = step("Sign off") { it.signedOff() }

    /** Puts the job away. */
    fun archive() = step("Archive") { it.archived() }

    /** Takes it up again. */
    fun reopen() = step("Reopen") { it.reopened() }

    fun forgetMessage() {
        told.value = null
    }

    override fun leave() {
        noteForm.leave()
        partForm.leave()
        super.leave()
    }

    /** A step of the job as it is shown. A second tap on the same sight is the same step; other steps come behind it. */
    private fun step(name: String, edit: (Record) -> Edit) {
        val shown = state.value.details?.job?.record ?: return
        val step = checkNotNull(
            steps.compute(name) { _, last -> last?.takeIf { it.shown == shown.seen } ?: Step(shown.seen, edit(shown)) },
        )
        save(name, { told.value = it }) { keep.commit(step.edit, commitOptions(form = step.token)) }
    }

    /** One step, and the token that makes two taps of it one. */
    private class Step(val shown: SeenStamp, val edit: Edit) {
        val token = FormToken.new()
    }

    private fun watchJob(): Flow<JobState> {
        val job = keep.watch(id)
        val family = keep.watchState(id.record).inWords(keep, session.reader) { it?.let { state -> line(state) } }
        val reviews = keep.watchReviews().map { all -> all.count { it.record == id.record } }
        return combine(job, family, watchCustomer(job), watchChildren(), reviews) {
                work,
                line,
                customer,
                children,
                open,
            ->
            children.copy(
                details = work?.let(::details),
                isMissing = work == null,
                line = line,
                customer = customer,
                reviews = open,
            )
        }
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun watchCustomer(job: Flow<WorkOrder?>): Flow<Customer?> =
        job.map { it?.customer }.distinctUntilChanged().transformLatest { customer ->
            emitAll(if (customer == null) flowOf(null) else keep.watch(customer))
        }

    private fun watchChildren(): Flow<JobState> {
        val notes = keep.watch(
            Note.list(Note.Columns.workOrder equalTo id, sort = Note.Columns.writtenAt.descending, limit = MOST),
        )
        val parts = keep.watch(Part.list(Part.Columns.workOrder equalTo id, limit = MOST))
        val visits = keep.watch(
            Visit.list(Visit.Columns.workOrder equalTo id, sort = Visit.Columns.started.descending, limit = MOST),
        )
        return combine(notes, parts, visits, ::Triple).inWords(keep, session.reader) { (notes, parts, visits) ->
            val nowMs = keep.nowMs()
            JobState(
                notes = notes.models.map { note ->
                    val written = note.writtenAt?.let { session.reader.moment(it.toEpochMilli(), nowMs) }
                    ChildRow(note.text.orEmpty(), written.orEmpty(), line(note.record.state))
                },
                parts = parts.models.map { part ->
                    val price = part.unitPrice?.let { "at ${it.toPlainString()} each" }
                    val detail = listOfNotNull("${part.quantity?.toPlainString()} ×", part.partNumber, price)
                    ChildRow(part.name.orEmpty(), detail.joinToString(" "), line(part.record.state))
                },
                visits = visits.models.map { visit ->
                    val started = visit.started?.let { session.reader.moment(it.toEpochMilli(), nowMs) }
                    ChildRow(started.orEmpty(), visit.summary.orEmpty(), line(visit.record.state))
                },
            )
        }
    }

    private fun details(job: WorkOrder) = JobDetails(
        job = job,
        title = job.title.orEmpty(),
        number = job.number,
        status = job.status?.label.orEmpty(),
        priority = job.priority?.label,
        due = job.due?.let(session.reader::day),
        closed = job.closeDate?.let(session.reader::day),
        laborHours = job.laborHours?.toPlainString(),
        description = job.description,
        owner = job.assignedTo?.let { "Assigned to $it" } ?: "Not assigned to anybody",
        isOpen = job.record.status == RecordStatus.OPEN,
        isArchived = job.record.status == RecordStatus.ARCHIVED,
    )

    private companion object {
        const val MOST = 200
    }
}
