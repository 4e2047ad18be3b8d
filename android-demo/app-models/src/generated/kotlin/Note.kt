// Made by `fieldkeep codegen` from schema version 1. Do not edit.
package io.fieldkeep.demo.model

import io.fieldkeep.Edit
import io.fieldkeep.Fieldkeep
import io.fieldkeep.Filter
import io.fieldkeep.Model
import io.fieldkeep.ModelChanges
import io.fieldkeep.ModelId
import io.fieldkeep.ModelQuery
import io.fieldkeep.Record
import io.fieldkeep.RecordId
import io.fieldkeep.Sort
import io.fieldkeep.commitOptions
import io.fieldkeep.created
import io.fieldkeep.instantColumn
import io.fieldkeep.models
import io.fieldkeep.referenceColumn
import io.fieldkeep.textColumn
import io.fieldkeep.watched
import java.time.Instant
import kotlinx.coroutines.flow.Flow

/** Note. Added and put away, never changed. */
class Note private constructor(override val record: Record) : Model {
    override val id: Id get() = Id(record.id)

    /** Work order. Required. */
    val workOrder: WorkOrder.Id? by Columns.workOrder

    /** Text. Required. */
    val text: String? by Columns.text

    /** Written at. */
    val writtenAt: Instant? by Columns.writtenAt

    override fun equals(other: Any?) = other is Note && other.record == record

    override fun hashCode() = record.hashCode()

    override fun toString() = record.toString()

    /** Names a record of this type. */
    @JvmInline
    value class Id(override val record: RecordId) : ModelId {
        override fun toString() = record.text
    }

    /** The fields by name and type, for lists. */
    object Columns {
        val workOrder = referenceColumn("work_order", "Work order") { WorkOrder.Id(it) }
        val text = textColumn("text", "Text")
        val writtenAt = instantColumn("written_at", "Written at")
    }

    /** What an edit sets. A field that is not touched stays as it is; null empties it. */
    class Changes internal constructor(shown: Record?) : ModelChanges(shown) {
        /** Work order. Required. */
        var workOrder: WorkOrder.Id? by Columns.workOrder

        /** Text. Required. */
        var text: String? by Columns.text

        /** Written at. */
        var writtenAt: Instant? by Columns.writtenAt
    }

    companion object {
        const val TYPE = "note"

        /** The record as this class; null when it is of another type. */
        fun of(record: Record): Note? = if (record.recordType == TYPE) Note(record) else null

        /** An edit that makes a record. */
        fun create(
            workOrder: WorkOrder.Id,
            text: String,
            id: Id? = null,
            more: Changes.() -> Unit = {},
        ): Edit {
            val changes = Changes(null)
            changes.workOrder = workOrder
            changes.text = text
            changes.more()
            return created(TYPE, id, changes)
        }

        /**
         * A list: all filters hold, and all words of [search] stand in searchable fields. [limit] is 1 to 1,000; [after] is
         * where the page before ended.
         */
        fun list(
            vararg filters: Filter,
            sort: Sort? = null,
            limit: Int = 20,
            after: String? = null,
            search: String? = null,
        ): ModelQuery<Note> = models(TYPE, filters, sort, limit, after, search, ::of)
    }
}

/** The record; null when it is not on this device. */
suspend fun Fieldkeep.get(id: Note.Id): Note? = get(id.record)?.let(Note::of)

/** Watches a record; null while it is not on this device. */
fun Fieldkeep.watch(id: Note.Id): Flow<Note?> = watched(this, id, Note::of)
