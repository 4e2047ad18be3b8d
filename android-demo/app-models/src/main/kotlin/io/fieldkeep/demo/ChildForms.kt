package io.fieldkeep.demo

import io.fieldkeep.FormToken
import io.fieldkeep.commitOptions
import io.fieldkeep.demo.model.Note
import io.fieldkeep.demo.model.Part
import io.fieldkeep.demo.model.WorkOrder
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.getAndUpdate
import kotlinx.coroutines.flow.update
import java.time.Instant

/** A note that is being written. */
data class NoteDraft(
    val text: String = "",
    val problem: String? = null,
    /** It is on its way: a second tap is the same note, and nothing is taken that would be lost. */
    val isAdding: Boolean = false,
)

/** Adds notes to a job. */
class NoteForm(session: Session, private val job: WorkOrder.Id) : ScreenModel(session) {
    private val draft = MutableStateFlow(NoteDraft())
    val state: StateFlow<NoteDraft> = draft

    fun write(text: String) = draft.update { if (it.isAdding) it else NoteDraft(text) }

    fun add() {
        val note = draft.getAndUpdate { it.copy(isAdding = it.isAdding || it.text.isNotBlank()) }
        if (note.isAdding || note.text.isBlank()) return
        val (token, written) = FormToken.new() to Instant.now()
        save("New note", { words -> draft.update { it.copy(problem = words, isAdding = false) } }) {
            val edit = Note.create(job, note.text.trim()) { writtenAt = written }
            session.keep.commit(edit, commitOptions(form = token))
            draft.value = NoteDraft()
        }
    }
}

/** A part that is being noted. */
data class PartDraft(
    val name: String = "",
    val partNumber: String = "",
    val quantity: String = "1",
    val problem: String? = null,
    /** As for a note. */
    val isAdding: Boolean = false,
)

/** Adds parts to a job. */
class PartForm(session: Session, private val job: WorkOrder.Id) : ScreenModel(session) {
    private val draft = MutableStateFlow(PartDraft())
    val state: StateFlow<PartDraft> = draft

    fun name(name: String) = type { it.copy(name = name) }

    fun partNumber(number: String) = type { it.copy(partNumber = number) }

    fun quantity(quantity: String) = type { it.copy(quantity = quantity) }

    fun add() {
        val part = draft.getAndUpdate { it.copy(isAdding = it.isAdding || it.name.isNotBlank()) }
        if (part.isAdding || part.name.isBlank()) return
        val quantity = decimalIn(part.quantity) ?: return tell("Quantity is a number, such as 2 or 1.5.")
        val token = FormToken.new()
        save("New part", ::tell) {
            val edit = Part.create(job, part.name.trim(), quantity) {
                partNumber = part.partNumber.trim().ifEmpty { null }
            }
            session.keep.commit(edit, commitOptions(form = token))
            draft.value = PartDraft()
        }
    }

    private fun type(change: (PartDraft) -> PartDraft) =
        draft.update { if (it.isAdding) it else change(it).copy(problem = null) }

    private fun tell(words: String) = draft.update { it.copy(problem = words, isAdding = false) }
}
