package io.fieldkeep.demo

import io.fieldkeep.Draft
import io.fieldkeep.FormToken
import io.fieldkeep.KeepException
import io.fieldkeep.commitOptions
import io.fieldkeep.demo.model.WorkOrder
import io.fieldkeep.demo.model.changed
import io.fieldkeep.demo.model.get
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.getAndUpdate
import kotlinx.coroutines.flow.update
import java.math.BigDecimal
import java.time.LocalDate

/** What the form shows. */
data class JobFormState(
    /** Null until the job was read. */
    val content: JobFormContent? = null,
    val title: String = "",
    /** Something was typed that is not saved yet; it is kept as a draft. */
    val hasDraft: Boolean = false,
    /** What is wrong, by the field's name; under the empty name what concerns the whole. */
    val problems: Map<String, String> = emptyMap(),
    val isMissing: Boolean = false,
    /** It is being saved: nothing is taken that would be lost. */
    val isSaving: Boolean = false,
)

/**
 * The form of a job. What is typed is a draft at once, and survives that the form is left or the app is killed. The stamp
 * of what the person saw and the form's token are part of it: saved later, it is the same edit of the same sight.
 */
class JobFormModel(session: Session, val id: WorkOrder.Id) : ScreenModel(session) {
    private val keep = session.keep
    private val form = MutableStateFlow(JobFormState())
    private val draftName = "job/$id"

    // What follows is touched in the session's order alone.
    private var shown: WorkOrder? = null
    private var token = FormToken.new()
    private var kept: JobFormContent? = null
    private var isOver = false

    val state: StateFlow<JobFormState> = form

    init {
        inOrder { if (!isLeft) open() }
    }

    fun status(status: WorkOrder.Status) = type { it.copy(status = status) }

    fun laborHours(text: String) = type { it.copy(laborHours = text) }

    fun closeDate(date: LocalDate?) = type { it.copy(closeDate = date) }

    fun description(text: String) = type { it.copy(description = text) }

    /** Back to the job; what was typed stays as a draft. */
    fun back() = session.navigation.close(this)

    /** Throws away what was typed. */
    fun discard() {
        if (form.value.isSaving) return
        inOrder {
            keep.discardDraft(draftName)
            isOver = true
            back()
        }
    }

    /** Saves. Meanwhile nothing more can be typed; a second tap is the same save. */
    fun save() {
        val now = form.getAndUpdate { it.copy(isSaving = it.content != null) }
        val content = now.content
        if (now.isSaving || content == null) return
        val hours = content.laborHours.ifBlank { null }?.let { decimalIn(it) ?: return tellHours() }
        inOrder { commit(content, hours) }
    }

    private suspend fun open() {
        val job = keep.get(id)
        if (job == null) {
            form.update { it.copy(isMissing = true) }
            return
        }
        val draft = keep.draft(draftName)
        shown = if (draft == null) job else asSeenIn(draft, job)
        draft?.let { token = JobFormContent.tokenIn(it.fields) }
        kept = draft?.let { JobFormContent.of(it.fields) }
        form.value = JobFormState(kept ?: JobFormContent.of(job), job.title.orEmpty(), hasDraft = draft != null)
    }

    /** The edit counts against what the person saw when the form was first opened. */
    private fun asSeenIn(draft: Draft, job: WorkOrder): WorkOrder? =
        WorkOrder.of(job.record.copy(seen = draft.seen ?: job.record.seen))

    private suspend fun commit(content: JobFormContent, hours: BigDecimal?) {
        if (isOver) return
        val edit = shown?.changed {
            status = content.status
            laborHours = hours
            closeDate = content.closeDate
            description = content.description.ifBlank { null }
        } ?: return
        try {
            keep.commit(edit, commitOptions(form = token, draft = draftName))
        } catch (unfit: KeepException.Invalid) {
            // Beside the fields only while somebody sees them.
            if (isLeft) throw unfit
            tell(unfit.problems.associate { it.field to it.message })
            return
        }
        isOver = true
        back()
    }

    private fun type(change: (JobFormContent) -> JobFormContent) {
        form.update {
            if (it.isSaving) return
            it.copy(content = it.content?.let(change), hasDraft = true, problems = emptyMap())
        }
        inOrder { keepDraft() }
    }

    /** Keeps the newest content; what was typed while another write ran is kept by one write. */
    private suspend fun keepDraft() {
        val newest = form.value.content ?: return
        if (isOver || newest == kept) return
        keep.saveDraft(draftName, newest.asText(token), shown?.record)
        kept = newest
    }

    private fun inOrder(action: suspend () -> Unit) =
        save(form.value.title.ifEmpty { "Edit job" }, { tell(mapOf("" to it)) }, action)

    private fun tellHours() = tell(mapOf(WorkOrder.Columns.laborHours.name to "Labor hours are a number, such as 1.5."))

    /** Says what is wrong by the fields' names, and takes input again. */
    private fun tell(problems: Map<String, String>) = form.update { it.copy(problems = problems, isSaving = false) }
}
