// Made by `fieldkeep codegen` from schema version 1. Do not edit.
package io.fieldkeep.demo.model

import io.fieldkeep.ChoiceValue
import io.fieldkeep.Edit
import io.fieldkeep.Fieldkeep
import io.fieldkeep.Filter
import io.fieldkeep.FormToken
import io.fieldkeep.Model
import io.fieldkeep.ModelChanges
import io.fieldkeep.ModelId
import io.fieldkeep.ModelQuery
import io.fieldkeep.Place
import io.fieldkeep.Receipt
import io.fieldkeep.Record
import io.fieldkeep.RecordId
import io.fieldkeep.Sort
import io.fieldkeep.choiceColumn
import io.fieldkeep.commitOptions
import io.fieldkeep.created
import io.fieldkeep.dateColumn
import io.fieldkeep.decimalColumn
import io.fieldkeep.models
import io.fieldkeep.patched
import io.fieldkeep.placeColumn
import io.fieldkeep.referenceColumn
import io.fieldkeep.tagsColumn
import io.fieldkeep.textColumn
import io.fieldkeep.watched
import java.math.BigDecimal
import java.time.LocalDate
import kotlinx.coroutines.flow.Flow

/** Work order. */
class WorkOrder private constructor(override val record: Record) : Model {
    override val id: Id get() = Id(record.id)

    /** Number. Set by the server. */
    val number: String? by Columns.number

    /** Title. Required. */
    val title: String? by Columns.title

    /** Status. Required. */
    val status: Status? by Columns.status

    /** Priority. */
    val priority: Priority? by Columns.priority

    /** Customer. Required. */
    val customer: Customer.Id? by Columns.customer

    /** Due date. */
    val due: LocalDate? by Columns.due

    /** Close date. */
    val closeDate: LocalDate? by Columns.closeDate

    /** Billing contact. */
    val billingContact: String? by Columns.billingContact

    /** Description. */
    val description: String? by Columns.description

    /** Labor hours. */
    val laborHours: BigDecimal? by Columns.laborHours

    /** Site. */
    val site: Place? by Columns.site

    /** Tags. */
    val tags: Set<String>? by Columns.tags

    /** Assigned to. */
    val assignedTo: String? by Columns.assignedTo

    override fun equals(other: Any?) = other is WorkOrder && other.record == record

    override fun hashCode() = record.hashCode()

    override fun toString() = record.toString()

    /** Names a record of this type. */
    @JvmInline
    value class Id(override val record: RecordId) : ModelId {
        override fun toString() = record.text
    }

    /** Status. Required. */
    sealed interface Status : ChoiceValue {
        data object Assigned : Status {
            override val name get() = "assigned"

            override val label get() = "Assigned"
        }

        data object InProgress : Status {
            override val name get() = "in_progress"

            override val label get() = "In progress"
        }

        data object WaitingForApproval : Status {
            override val name get() = "waiting_for_approval"

            override val label get() = "Waiting for approval"
        }

        data object Complete : Status {
            override val name get() = "complete"

            override val label get() = "Complete"
        }

        data object Cancelled : Status {
            override val name get() = "cancelled"

            override val label get() = "Cancelled"
        }

        /** A choice that a newer schema has: it is shown by its name, and cannot be saved. */
        data class Unlisted(override val name: String) : Status {
            override val label get() = name
        }

        companion object {
            /** All choices, in declared order. */
            val all: List<Status> get() = listOf(Assigned, InProgress, WaitingForApproval, Complete, Cancelled)

            /** The choice of that name. */
            fun of(name: String): Status = all.find { it.name == name } ?: Unlisted(name)
        }
    }

    /** Priority. */
    sealed interface Priority : ChoiceValue {
        data object Low : Priority {
            override val name get() = "low"

            override val label get() = "Low"
        }

        data object Normal : Priority {
            override val name get() = "normal"

            override val label get() = "Normal"
        }

        data object Urgent : Priority {
            override val name get() = "urgent"

            override val label get() = "Urgent"
        }

        /** A choice that a newer schema has: it is shown by its name, and cannot be saved. */
        data class Unlisted(override val name: String) : Priority {
            override val label get() = name
        }

        companion object {
            /** All choices, in declared order. */
            val all: List<Priority> get() = listOf(Low, Normal, Urgent)

            /** The choice of that name. */
            fun of(name: String): Priority = all.find { it.name == name } ?: Unlisted(name)
        }
    }

    /** The fields by name and type, for lists. */
    object Columns {
        val number = textColumn("number", "Number")
        val title = textColumn("title", "Title")
        val status = choiceColumn("status", "Status", Status::of)
        val priority = choiceColumn("priority", "Priority", Priority::of)
        val customer = referenceColumn("customer", "Customer") { Customer.Id(it) }
        val due = dateColumn("due", "Due date")
        val closeDate = dateColumn("close_date", "Close date")
        val billingContact = textColumn("billing_contact", "Billing contact")
        val description = textColumn("description", "Description")
        val laborHours = decimalColumn("labor_hours", "Labor hours")
        val site = placeColumn("site", "Site")
        val tags = tagsColumn("tags", "Tags")
        val assignedTo = textColumn("assigned_to", "Assigned to")
    }

    /** What an edit sets. A field that is not touched stays as it is; null empties it. */
    class Changes internal constructor(shown: Record?) : ModelChanges(shown) {
        /** Title. Required. */
        var title: String? by Columns.title

        /** Status. Required. */
        var status: Status? by Columns.status

        /** Priority. */
        var priority: Priority? by Columns.priority

        /** Customer. Required. */
        var customer: Customer.Id? by Columns.customer

        /** Due date. */
        var due: LocalDate? by Columns.due

        /** Close date. */
        var closeDate: LocalDate? by Columns.closeDate

        /** Billing contact. */
        var billingContact: String? by Columns.billingContact

        /** Description. */
        var description: String? by Columns.description

        /** Labor hours. */
        var laborHours: BigDecimal? by Columns.laborHours

        /** Site. */
        var site: Place? by Columns.site

        /** Tags. */
        var tags: Set<String>? by Columns.tags

        /** Assigned to. */
        var assignedTo: String? by Columns.assignedTo
    }

    companion object {
        const val TYPE = "work_order"

        /** The record as this class; null when it is of another type. */
        fun of(record: Record): WorkOrder? = if (record.recordType == TYPE) WorkOrder(record) else null

        /** An edit that makes a record. */
        fun create(
            title: String,
            status: Status,
            customer: Customer.Id,
            id: Id? = null,
            more: Changes.() -> Unit = {},
        ): Edit {
            val changes = Changes(null)
            changes.title = title
            changes.status = status
            changes.customer = customer
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
        ): ModelQuery<WorkOrder> = models(TYPE, filters, sort, limit, after, search, ::of)
    }
}

/** The record; null when it is not on this device. */
suspend fun Fieldkeep.get(id: WorkOrder.Id): WorkOrder? = get(id.record)?.let(WorkOrder::of)

/** Watches a record; null while it is not on this device. */
fun Fieldkeep.watch(id: WorkOrder.Id): Flow<WorkOrder?> = watched(this, id, WorkOrder::of)

/** An edit of the record as it was shown. */
fun WorkOrder.changed(change: WorkOrder.Changes.() -> Unit): Edit = patched(this, WorkOrder.Changes(record).apply(change))

/** Saves a form: seen stamp and form token are filled in, so a second tap with the same token is the same operation. A
    [draft] of that name is removed. */
suspend fun Fieldkeep.edit(
    shown: WorkOrder,
    form: FormToken = FormToken.new(),
    draft: String? = null,
    change: WorkOrder.Changes.() -> Unit,
): Receipt = commit(shown.changed(change), commitOptions(form, draft = draft))
