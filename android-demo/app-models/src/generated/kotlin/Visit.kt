// Made by `fieldkeep codegen` from schema version 1. Do not edit.
package io.fieldkeep.demo.model

import io.fieldkeep.Edit
import io.fieldkeep.Fieldkeep
import io.fieldkeep.Filter
import io.fieldkeep.FormToken
import io.fieldkeep.Model
import io.fieldkeep.ModelChanges
import io.fieldkeep.ModelId
import io.fieldkeep.ModelQuery
import io.fieldkeep.Receipt
import io.fieldkeep.Record
import io.fieldkeep.RecordId
import io.fieldkeep.Sort
import io.fieldkeep.commitOptions
import io.fieldkeep.created
import io.fieldkeep.instantColumn
import io.fieldkeep.models
import io.fieldkeep.patched
import io.fieldkeep.referenceColumn
import io.fieldkeep.textColumn
import io.fieldkeep.watched
import java.time.Instant
import kotlinx.coroutines.flow.Flow

/** Visit. */
class Visit private constructor(override val record: Record) : Model {
    override val id: Id get() = Id(record.id)

    /** Work order. Required. */
    val workOrder: WorkOrder.Id? by Columns.workOrder

    /** Started. Required. */
    val started: Instant? by Columns.started

    /** Ended. */
    val ended: Instant? by Columns.ended

    /** Summary. */
    val summary: String? by Columns.summary

    override fun equals(other: Any?) = other is Visit && other.record == record

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
        val started = instantColumn("started", "Started")
        val ended = instantColumn("ended", "Ended")
        val summary = textColumn("summary", "Summary")
    }

    /** What an edit sets. A field that is not touched stays as it is; null empties it. */
    class Changes internal constructor(shown: Record?) : ModelChanges(shown) {
        /** Work order. Required. */
        var workOrder: WorkOrder.Id? by Columns.workOrder

        /** Started. Required. */
        var started: Instant? by Columns.started

        /** Ended. */
        var ended: Instant? by Columns.ended

        /** Summary. */
        var summary: String? by Columns.summary
    }

    companion object {
        const val TYPE = "visit"

        /** The record as this class; null when it is of another type. */
        fun of(record: Record): Visit? = if (record.recordType == TYPE) Visit(record) else null

        /** An edit that makes a record. */
        fun create(
            workOrder: WorkOrder.Id,
            started: Instant,
            id: Id? = null,
            more: Changes.() -> Unit = {},
        ): Edit {
            val changes = Changes(null)
            changes.workOrder = workOrder
            changes.started = started
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
        ): ModelQuery<Visit> = models(TYPE, filters, sort, limit, after, search, ::of)
    }
}

/** The record; null when it is not on this device. */
suspend fun Fieldkeep.get(id: Visit.Id): Visit? = get(id.record)?.let(Visit::of)

/** Watches a record; null while it is not on this device. */
fun Fieldkeep.watch(id: Visit.Id): Flow<Visit?> = watched(this, id, Visit::of)

/** An edit of the record as it was shown. */
fun Visit.changed(change: Visit.Changes.() -> Unit): Edit = patched(this, Visit.Changes(record).apply(change))

/** Saves a form: seen stamp and form token are filled in, so a second tap with the same token is the same operation. A
    [draft] of that name is removed. */
suspend fun Fieldkeep.edit(
    shown: Visit,
    form: FormToken = FormToken.new(),
    draft: String? = null,
    change: Visit.Changes.() -> Unit,
): Receipt = commit(shown.changed(change), commitOptions(form, draft = draft))
