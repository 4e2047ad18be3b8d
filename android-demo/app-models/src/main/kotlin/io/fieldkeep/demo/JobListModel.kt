package io.fieldkeep.demo

import io.fieldkeep.Fieldkeep
import io.fieldkeep.ModelPage
import io.fieldkeep.SyncState
import io.fieldkeep.demo.model.Customer
import io.fieldkeep.demo.model.WorkOrder
import io.fieldkeep.demo.model.WorkOrder.Status
import io.fieldkeep.demo.model.get
import io.fieldkeep.find
import io.fieldkeep.watch
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update

/** One job in the list. */
data class JobRow(
    val id: WorkOrder.Id,
    val title: String,
    val customer: String,
    val status: String,
    /** The due date in words; null without one. */
    val due: String?,
    val isOverdue: Boolean,
    val isUrgent: Boolean,
    val line: StatusLine,
)

/** What the job list shows. */
data class JobListState(
    /** Null until the first jobs are read. */
    val jobs: List<JobRow>? = null,
    /** Where the work of the whole device is, with all that is true of it. */
    val headline: StatusLine? = null,
    /** There are more jobs than are shown. */
    val hasMore: Boolean = false,
    /** Finished and cancelled jobs are shown, too. */
    val showsAll: Boolean = false,
    /** Operations in the outbox. */
    val waiting: Int = 0,
    /** Open reviews. */
    val reviews: Int = 0,
)

/** The jobs of this device by due date, each with where its work is. */
class JobListModel(session: Session) : ScreenModel(session) {
    private data class Wanted(val all: Boolean = false, val limit: Int = PAGE)

    private val keep = session.keep
    private val wanted = MutableStateFlow(Wanted())

    val state: StateFlow<JobListState> =
        session.live { combine(watchJobs(), watchHeadline(), keep.watchOutbox(), keep.watchReviews(), ::assemble) }
            .stateIn(scope, SharingStarted.Eagerly, JobListState())

    fun showAll(all: Boolean) = wanted.update { Wanted(all) }

    fun showMore() = wanted.update { it.copy(limit = (it.limit + PAGE).coerceAtMost(LONGEST_LIST)) }

    fun openJob(row: JobRow) = session.navigation.openJob(row.id)

    private fun assemble(jobs: JobListState, headline: StatusLine, outbox: List<*>, reviews: List<*>): JobListState =
        jobs.copy(headline = headline, waiting = outbox.size, reviews = reviews.size)

    private fun watchHeadline(): Flow<StatusLine> =
        keep.watchState().inWords(keep, session.reader) { state: SyncState -> lines(state) }

    @OptIn(ExperimentalCoroutinesApi::class)
    private fun watchJobs(): Flow<JobListState> = wanted.flatMapLatest { wanted ->
        val jobs = keep.watch(listOf(wanted))
        // A customer that is renamed is another row, too.
        val customers = keep.watch(Customer.list(limit = LONGEST_LIST)).map { page ->
            page.models.associateBy { it.id }
        }
        combine(jobs, customers, ::Pair).inWords(keep, session.reader) { (page, customers) ->
            JobListState(
                jobs = page.models.map { row(it, customers) },
                hasMore = page.next != null && wanted.limit < LONGEST_LIST,
                showsAll = wanted.all,
            )
        }
    }

    private fun listOf(wanted: Wanted) = WorkOrder.list(
        *(if (wanted.all) emptyArray() else arrayOf(TO_DO)),
        sort = WorkOrder.Columns.due.ascending,
        limit = wanted.limit,
    )

    private suspend fun Wording.row(job: WorkOrder, customers: Map<Customer.Id, Customer>) = JobRow(
        id = job.id,
        title = job.title.orEmpty(),
        customer = job.customer?.let { customers[it] ?: keep.get(it) }?.name.orEmpty(),
        status = job.status?.label.orEmpty(),
        due = job.due?.let(session.reader::shortDay),
        isOverdue = job.isToDo && job.due?.isBefore(session.reader.today()) == true,
        isUrgent = job.priority == WorkOrder.Priority.Urgent,
        line = line(job.record.state),
    )

    private companion object {
        const val PAGE = 50
        const val LONGEST_LIST = 1_000
        val OPEN_STATUS = arrayOf(Status.Assigned, Status.InProgress, Status.WaitingForApproval)
        val TO_DO = WorkOrder.Columns.status.oneOf(*OPEN_STATUS)
        val WorkOrder.isToDo get() = status in OPEN_STATUS
    }
}
