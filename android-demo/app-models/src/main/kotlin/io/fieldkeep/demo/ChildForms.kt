package io.fieldkeep.demo

import io.fieldkeep.FormToken
import io.fieldkeep.commitOptions
import io.fieldkeep.demo.model.Note
import io.fieldkeep.demo.model.Part
import io.fieldkeep.demo.model.WorkOrder
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.flow.updateAndGet
import java.time.Instant

/** A note that is being written. */
data class NoteDraft(
    val text: String = "",
    val problem: String? = null,
    internal val token: FormToken = FormToken.new(),
    /** The first tap on "Add": a second tap must be the same edit to count as the same. */
    internal val addedAt: Instant? = null,
)

/** Adds notes to a job. */
class NoteForm(session: Session, private val job: WorkOrder.Id) : ScreenModel(session) {
    private val draft = MutableStateFlow(NoteDraft())
    val state: StateFlow<NoteDraft> = draft

    fun write(text: String) = draft.update { it.copy(text = text, problem = null) }

    fun add() {
        val note = draft.updateAndGet { it.copy(addedAt = it.addedAt ?: Instant.now()) }
        if (note.text.isBlank()) return
        act({ words -> draft.update { it.copy(problem = words) } }) {
            val edit = Note.create(job, note.text.trim()) { writtenAt = note.addedAt }
            session.keep.commit(edit, commitOptions(form = note.token))
            draft.update { if (it.token == note.token) NoteDraft() else it }
        }
    }
}

/** A part that is being noted. */
data class PartDraft(
    val name: String = "",
    val partNumber: String = "",
    val quantity: String = "1",
    val problem: String? = null,
    internal val token: FormToken = FormToken.new(),
)

/** Adds parts to a job. */
class PartForm(session: Session, private val job: WorkOrder.Id) : ScreenModel(session) {
    private val draft = MutableStateFlow(PartDraft())
    val state: StateFlow<PartDraft> = draft

    fun name(name: String) = draft.update { it.copy(name = name, problem = null) }

    fun partNumber(number: String) = draft.update { it.copy(partNumber = number, problem = null) }

    fun quantity(quantity: String) = draft.update { it.copy(quantity = quantity, problem = null) }

    fun add() {
        val part = draft.value
        if (part.name.isBlank()) return
        val quantity = decimalIn(part.quantity)
        if (quantity == null) {
            draft.update { it.copy(problem = "Quantity is a number, such as 2 or 1.5.") }
            return
        }
        act({ words -> draft.update { it.copy(problem = words) } }) {
            val edit = Part.create(job, part.name.trim(), quantity) {
                partNumber = part.partNumber.trim().ifEmpty { null }
            }
            session.keep.commit(edit, commitOptions(form = part.token))
            draft.update { if (it.token == part.token) PartDraft() else it }
        }
    }
}
